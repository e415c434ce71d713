//! Schemas of the document, from the wire types. Where a type has variants, each is a component of its own and
//! the type names them by a discriminator: what generated clients need to tell them apart.

use regain_protocol::{AnswerRequest, Config, CreateFlow, Flow, FlowAnswered, FlowCreated, Problem};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    names::{pascal, reference},
    problems,
};
use crate::http::meta::Health;

/// The schemas of everything on the wire: what is read is described as it is read, what is written
/// as it is written.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    all.extend(with(SchemaSettings::draft2020_12().for_deserialize(), |generator| {
        named::<CreateFlow>(generator);
        named::<AnswerRequest>(generator);
    }));
    all.extend(with(SchemaSettings::draft2020_12().for_serialize(), |generator| {
        named::<Config>(generator);
        named::<Flow>(generator);
        named::<FlowCreated>(generator);
        named::<FlowAnswered>(generator);
        named::<Problem>(generator);
        named::<Health>(generator);
    }));
    let (problem, codes) = (all.remove("Problem").expect("is there"), all.remove("ProblemCode").expect("is there"));
    let mut components = Map::new();
    let problems = problems::split(&problem, &codes);
    components.insert("Problem".to_owned(), one_of(&problem["description"], "code", &problems));
    components.extend(problems);
    for (name, schema) in all {
        match (tag(&schema), schema) {
            (Some(tag), schema) => {
                let (whole, variants) = by_variant(&name, &tag, schema);
                components.insert(name, whole);
                components.extend(variants);
            }
            (None, schema) => drop(components.insert(name, enumerated(schema))),
        }
    }
    Value::Object(components)
}

fn with(settings: SchemaSettings, add: impl FnOnce(&mut SchemaGenerator)) -> Map<String, Value> {
    let mut generator =
        settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator();
    add(&mut generator);
    generator.take_definitions(true)
}

fn named<T: JsonSchema>(generator: &mut SchemaGenerator) {
    let _ = generator.subschema_for::<T>();
}

/// The member that tells the variants of a schema apart: a constant in each.
fn tag(schema: &Value) -> Option<String> {
    let variants = schema["oneOf"].as_array()?;
    let members = variants.first()?["properties"].as_object()?;
    let is_tag = |name: &&String| variants.iter().all(|variant| variant["properties"][*name]["const"].is_string());
    members.keys().find(is_tag).cloned()
}

/// Makes a component of each variant, with the members that all of them share.
fn by_variant(name: &str, tag: &str, mut schema: Value) -> (Value, Vec<(String, Value)>) {
    let (variants, shared) = (schema["oneOf"].take(), schema);
    // Of what is read nothing may be added to a variant, as nothing may be to the whole.
    let is_closed = shared["unevaluatedProperties"] == false;
    let variant = |mut variant: Value| {
        if is_closed {
            variant["additionalProperties"] = false.into();
        }
        let word = variant["properties"][tag]["const"].as_str().unwrap_or_default().to_owned();
        for (member, schema) in shared["properties"].as_object().into_iter().flatten() {
            variant["properties"][member] = schema.clone();
        }
        let required = shared["required"].as_array().into_iter().flatten().cloned();
        variant["required"].as_array_mut().expect("the tag is required").extend(required);
        (format!("{}{name}", pascal(&word)), variant)
    };
    let Value::Array(variants) = variants else { unreachable!("a tag is found in a list of variants only") };
    let variants: Vec<_> = variants.into_iter().map(variant).collect();
    (one_of(&shared["description"], tag, &variants), variants)
}

/// One of some components, told apart by a member.
fn one_of(description: &Value, tag: &str, variants: &[(String, Value)]) -> Value {
    let references: Vec<_> = variants.iter().map(|(name, _)| reference("schemas", name)).collect();
    let word = |schema: &Value| schema["properties"][tag]["const"].as_str().unwrap_or_default().to_owned();
    let mapping: Map<_, _> =
        variants.iter().map(|(name, schema)| (word(schema), reference("schemas", name)["$ref"].clone())).collect();
    json!({
        "description": description,
        "oneOf": references,
        "discriminator": { "propertyName": tag, "mapping": mapping },
    })
}

/// Makes one list of alternatives that are words, their descriptions in the list's.
fn enumerated(schema: Value) -> Value {
    let Some(Value::Array(words)) = schema.get("oneOf") else { return schema };
    let text = |word: &Value, key: &str| word[key].as_str().unwrap_or_default().to_owned();
    let line = |word| format!("- `{}`: {}", text(word, "const"), text(word, "description"));
    let lines: Vec<_> = words.iter().map(line).collect();
    let words: Vec<_> = words.iter().map(|word| word["const"].clone()).collect();
    let description = [schema["description"].as_str().unwrap_or_default(), "", &lines.join("\n")].join("\n");
    json!({ "type": "string", "enum": words, "description": description })
}
