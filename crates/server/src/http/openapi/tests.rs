use super::*;

/// Calls `visit` with every object of the document and where it is.
fn walk(value: &Value, at: &str, visit: &mut impl FnMut(&Map<String, Value>, &str)) {
    match value {
        Value::Object(members) => {
            visit(members, at);
            for (key, value) in members {
                walk(value, &format!("{at}/{key}"), visit);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                walk(element, &format!("{at}/{index}"), visit);
            }
        }
        _ => {}
    }
}

/// Every object of the document that has a member of this name, and where it is.
fn having(document: &Value, member: &str) -> Vec<(Map<String, Value>, String)> {
    let mut found = Vec::new();
    walk(document, "", &mut |object, at| {
        if object.contains_key(member) && !at.ends_with("/properties") {
            found.push((object.clone(), at.to_owned()));
        }
    });
    found
}

fn component(reference: &Value) -> &str {
    reference["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/")).expect("a component")
}

#[test]
fn the_committed_document_is_this_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == document(),
        "docs/openapi.json is not what the code says. Regenerate it: \
         cargo run -p regain-server -- openapi > docs/openapi.json"
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = build();
    let mut unused: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for kind in ["schemas", "responses", "headers"] {
        let names = document["components"][kind].as_object().expect("components").keys();
        unused.extend(names.map(|name| format!("#/components/{kind}/{name}")));
    }
    let references = having(&document, "$ref");
    assert!(references.len() > 150, "{}", references.len());
    for (object, at) in references {
        let path = object["$ref"].as_str().expect("a text");
        let pointer = path.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{at}: {path}");
        unused.remove(path);
    }
    // The general problem is for clients that read every one alike.
    unused.remove("#/components/schemas/Problem");
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn variants_are_components_told_apart_by_a_discriminator() {
    let document = build();
    let choices = having(&document, "oneOf");
    assert!(choices.len() >= 6, "{choices:?}");
    for (choice, at) in choices {
        assert!(!choice.contains_key("properties"), "{at}: a client generator loses them");
        let discriminator = &choice["discriminator"];
        let tag = discriminator["propertyName"].as_str().expect("a name");
        let mapping = discriminator["mapping"].as_object().expect("a mapping");
        let variants = choice["oneOf"].as_array().expect("a list");
        assert_eq!(mapping.len(), variants.len(), "{at}");
        for variant in variants {
            let schema = &document["components"]["schemas"][component(variant)];
            let word = schema["properties"][tag]["const"].as_str().expect("a constant");
            assert_eq!(mapping[word], variant["$ref"], "{at}");
            let required = schema["required"].as_array().expect("a list");
            assert!(required.iter().any(|member| member == tag), "{at}: {word}");
        }
    }
    for (whole, tag, variants) in [
        ("Step", "name", &["IdentifyStep", "EnterCodeStep", "NewPasswordStep", "DoneStep"][..]),
        (
            "AnswerRequest",
            "do",
            &["IdentifyAnswerRequest", "SetPasswordAnswerRequest", "AskAdministratorAnswerRequest"],
        ),
        ("Problem", "code", &["MalformedProblem", "WrongCodeProblem", "RateLimitedProblem"]),
        ("Captcha", "kind", &["ImageCaptcha", "ProofOfWorkCaptcha"]),
        ("Contact", "kind", &["FormContact", "UrlContact"]),
        ("Violation", "rule", &["TooShortViolation", "ReusedViolation"]),
    ] {
        let schema = &document["components"]["schemas"][whole];
        assert_eq!(schema["discriminator"]["propertyName"], tag);
        let names: Vec<_> = schema["oneOf"].as_array().expect("a list").iter().map(component).collect();
        assert!(variants.iter().all(|variant| names.contains(variant)), "{names:?}");
    }
    for name in document["components"]["schemas"]["Step"]["oneOf"].as_array().expect("a list").iter().map(component) {
        let step = &document["components"]["schemas"][name];
        assert_eq!(step["properties"]["id"]["type"], "string", "{name}");
        assert!(step["required"].as_array().expect("a list").contains(&"id".into()), "{name}");
    }
}

/// Unknown members are refused, so the document says so: a client that checks its requests by it finds out first.
#[test]
fn nothing_may_be_added_to_what_is_read() {
    let document = build();
    let schemas = &document["components"]["schemas"];
    let answers = schemas["AnswerRequest"]["oneOf"].as_array().expect("a list").iter().map(component);
    for name in answers.chain(["CreateFlow", "CaptchaSolution", "QuestionAnswer"]) {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
}

#[test]
fn the_introduction_has_every_step_and_every_answer() {
    let document = build();
    let introduction = document["info"]["description"].as_str().expect("a text");
    for (whole, column) in [("Step", 1), ("AnswerRequest", 2)] {
        let mapping = &document["components"]["schemas"][whole]["discriminator"]["mapping"];
        for word in mapping.as_object().expect("a mapping").keys() {
            let cells = introduction.lines().filter_map(|line| line.split('|').nth(column));
            assert!(cells.into_iter().any(|cell| cell.contains(&format!("`{word}`"))), "{whole}: {word}");
        }
    }
}

#[test]
fn times_and_lengths_are_told() {
    let document = build();
    let mut times = 0;
    walk(&document, "", &mut |object, at| {
        let Some(properties) = object.get("properties").and_then(Value::as_object) else { return };
        for (name, schema) in properties {
            if name.ends_with("_at") {
                times += 1;
                assert_eq!(schema["format"], "date-time", "{at}/{name}");
            }
            if name == "user_id" && at.ends_with("AnswerRequest") {
                assert_eq!((&schema["minLength"], &schema["maxLength"]), (&json!(1), &json!(256)), "{at}");
            }
        }
    });
    assert!(times >= 4, "{times}");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["IdentifyAnswerRequest"]["properties"]["user_id"]["maxLength"], crate::user_id::MAX_LENGTH);
    assert_eq!(schemas["CreateFlow"]["properties"]["user_id"]["maxLength"], crate::user_id::MAX_LENGTH);
    assert_eq!(schemas["VerifyAnswerRequest"]["properties"]["code"]["maxLength"], 64);
    assert_eq!(schemas["SendRequestAnswerRequest"]["properties"]["message"]["maxLength"], 1000);
}

#[test]
fn every_operation_tells_its_statuses_and_problems() {
    let document = build();
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            operations += 1;
            let at = format!("{method} {path}");
            for member in ["operationId", "summary", "tags"] {
                assert!(operation.get(member).is_some(), "{at} has no {member}");
            }
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
            for status in ["405", "503"] {
                assert!(responses.contains_key(status), "{at} has no {status}");
            }
            for (status, response) in responses {
                let response = response["$ref"].as_str().map_or(response, |path| {
                    document.pointer(path.trim_start_matches('#')).expect("a shared response")
                });
                assert!(response["headers"].get("Cache-Control").is_some(), "{at}: {status}");
                let problem = response["content"].get("application/problem+json");
                // The provider reads no problem of ours, nor does who asks for a part of a sound.
                let bare = status.starts_with('2') || matches!(status.as_str(), "403" | "416");
                assert_eq!(problem.is_some(), !bare, "{at}: {status}");
            }
        }
    }
    assert_eq!(operations, 12);
    for hook in ["voice", "sms"] {
        let responses = &document["paths"][format!("/v1/hooks/{hook}")]["post"]["responses"];
        assert_eq!(
            responses["404"]["$ref"], "#/components/responses/NotFoundProblem",
            "where no provider is configured"
        );
    }
}

#[test]
fn no_rust_in_the_prose() {
    let mut prose = 0;
    walk(&build(), "", &mut |object, at| {
        for key in ["description", "summary"] {
            let Some(text) = object.get(key).and_then(Value::as_str) else { continue };
            prose += 1;
            for word in ["crate::", "::", "serde", "`None`", "[`", "variant", "braces"] {
                assert!(!text.contains(word), "{at}: {text}");
            }
        }
    });
    assert!(prose > 100, "{prose}");
}
