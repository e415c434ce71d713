//! The page of switches: what an organisation decides in its configuration, turned on and off while the
//! demonstration runs.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use regain_server::config::{BreachedKind, CaptchaKind, Config, ContactKind, PasswordPreset};
use toml::Table;

use super::{Demo, guard::is_from_here};

/// Fields of a page's form: the names of what is on, and the chosen values.
type Fields = BTreeMap<String, String>;

/// A method that can be switched: its key under `[methods]`, and its words.
const METHODS: [(&str, &str); 7] = [
    ("email", "Email"),
    ("sms", "Text messages"),
    ("call_mobile", "Calls to mobile phones"),
    ("call_office", "Calls to office phones"),
    ("questions", "Security questions"),
    ("authenticator", "Authenticator app"),
    ("recovery_codes", "Recovery codes"),
];

/// A kind of flow that can be switched: its key under `[flows]`, and its words.
const FLOWS: [(&str, &str); 3] =
    [("unlock", "Account unlock"), ("change", "Password change"), ("register", "Security info")];

/// The lowest estimates of how hard a password is to guess, and their words.
const SCORES: [(u8, &str); 3] =
    [(0, "No minimum strength"), (2, "Withstands a million guesses"), (3, "Withstands a hundred million guesses")];

/// The kinds of challenge: their names in the configuration, and their words.
const CAPTCHAS: [(&str, CaptchaKind, &str); 5] = [
    ("proof_of_work", CaptchaKind::ProofOfWork, "Proof of work, solved by the browser"),
    ("image", CaptchaKind::Image, "Picture of digits, with audio"),
    ("turnstile", CaptchaKind::Turnstile, "Cloudflare Turnstile with test keys (needs internet access)"),
    ("hcaptcha", CaptchaKind::Hcaptcha, "hCaptcha with test keys (needs internet access)"),
    ("off", CaptchaKind::Off, "Off"),
];

/// The keys that the services publish for testing: every solution passes.
const TEST_KEYS: [(&str, &str, &str); 2] = [
    ("turnstile", "1x00000000000000000000AA", "1x0000000000000000000000000000000AA"),
    ("hcaptcha", "10000000-ffff-ffff-ffff-000000000001", "0x0000000000000000000000000000000000000000"),
];

/// Shows how they stand.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    shown(&demo, None)
}

/// Switches, or says why that is no configuration.
pub(super) async fn set(State(demo): State<Arc<Demo>>, headers: HeaderMap, Form(fields): Form<Fields>) -> Response {
    if !is_from_here(&headers) {
        return (StatusCode::FORBIDDEN, "Only the demonstration's own page may do that.\n").into_response();
    }
    let Some(site) = demo.site.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let changes = changes(demo.app.config(), &fields).map_err(|error| error.to_string());
    let result = changes.and_then(|changes| site.switch(&changes));
    shown(&site.demo(), Some(&result))
}

/// The configuration's keys, as the form has them.
fn changes(config: &Config, fields: &Fields) -> Result<Table, std::io::Error> {
    let is_on = |name: &str| fields.contains_key(name);
    let chosen = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let mut table = Table::new();
    let mut put = |section: &str, key: &str, value: toml::Value| {
        let keys = table.entry(section.to_owned()).or_insert_with(|| Table::new().into());
        if let toml::Value::Table(keys) = keys {
            keys.insert(key.to_owned(), value);
        }
    };
    for (key, _) in METHODS {
        put("methods", key, is_on(key).into());
    }
    let calls = usize::from(is_on("call_mobile") || is_on("call_office"));
    let kinds = ["email", "sms", "questions", "authenticator", "recovery_codes"];
    let kinds = kinds.iter().filter(|key| is_on(key)).count() + calls;
    // One kind cannot give two proofs, which the group would have to be asked for.
    let groups = if kinds > 1 { Table::from_iter([("admins".to_owned(), 2.into())]) } else { Table::new() };
    put("gates", "groups", groups.into());
    put("methods", "confirm_destination", is_on("confirm_destination").into());
    put("gates", "required", if chosen("gates") == "2" { 2 } else { 1 }.into());
    put("organisation", "self_service", is_on("self_service").into());
    for (key, _) in FLOWS {
        put("flows", key, is_on(key).into());
    }
    put("contact", "kind", if chosen("contact").is_empty() { "form" } else { chosen("contact") }.into());
    put("contact", "url", "https://help.northwind.example/".into());
    if is_on("account_types") {
        let kind = |id: &str, label: &str, href: Option<&str>| {
            let mut table = Table::from_iter([("id".to_owned(), id.into()), ("label".to_owned(), label.into())]);
            table.extend(href.map(|href| ("href".to_owned(), href.into())));
            toml::Value::from(table)
        };
        let kinds = vec![
            kind("work", "Work or school account", None),
            kind("personal", "Personal account", Some("https://account.northwind.example/recover")),
        ];
        put("organisation", "account_types", kinds.into());
    } else {
        put(
            "organisation",
            "account_types",
            toml::Value::Array(vec![
                Table::from_iter([
                    ("id".to_owned(), "work".into()),
                    ("label".to_owned(), "Work or school account".into()),
                ])
                .into(),
            ]),
        );
    }
    put("password", "preset", if chosen("preset") == "entra" { "entra" } else { "nist" }.into());
    if let Some((score, _)) = SCORES.iter().find(|(score, _)| *score > 0 && score.to_string() == chosen("min_score")) {
        put("password", "min_score", i64::from(*score).into());
    }
    if !is_on("breached") {
        put("password", "breached", Table::from_iter([("kind".to_owned(), "off".into())]).into());
    }
    let captcha =
        CAPTCHAS.iter().find(|(name, ..)| *name == chosen("captcha")).map_or("proof_of_work", |(name, ..)| name);
    put("captcha", "kind", captcha.into());
    if let Some((_, site_key, secret)) = TEST_KEYS.iter().find(|(name, ..)| *name == captcha) {
        let file = config.store.path.with_file_name("captcha.secret");
        std::fs::write(&file, secret)?;
        put("captcha", "site_key", (*site_key).into());
        put("captcha", "secret_file", file.display().to_string().into());
    }
    Ok(table)
}

fn shown(demo: &Demo, outcome: Option<&Result<(), String>>) -> Response {
    let config = demo.app.config();
    let content = html! {
        main.wide {
            h1 { "Switches" }
            p.lead {
                "Change the configuration, then try it on the "
                a href="/" { "sign-in page" } " as one of the " a href="/demo" { "people" } "."
            }
            @match outcome {
                Some(Ok(())) => p.news role="status" data-testid="switched" { "Saved. Applies to everything started from now on." },
                Some(Err(reason)) => p.error role="alert" data-testid="not-switched" { (reason) },
                None => {},
            }
            form.switches method="post" action="/demo/switches" {
                (switches(config, demo.app.ports().breached.is_some()))
            }
        }
    };
    demo.page("Switches", "../", html! {}, &content)
}

fn switches(config: &Config, can_look_up: bool) -> Markup {
    let methods = &config.methods;
    let is_on = |key: &str| match key {
        "email" => methods.email,
        "sms" => methods.sms,
        "call_mobile" => methods.call_mobile,
        "call_office" => methods.call_office,
        "questions" => methods.questions,
        "recovery_codes" => methods.recovery_codes,
        _ => methods.authenticator,
    };
    let contact = config.contact.kind;
    let offers = |key: &str| match key {
        "unlock" => config.flows.unlock,
        "change" => config.flows.change,
        _ => config.flows.register,
    };
    html! {
        fieldset.card {
            legend { "Verification methods" }
            @for (key, words) in METHODS { (checkbox(key, words, is_on(key))) }
            (checkbox("confirm_destination", "Ask for the full address or number first", methods.confirm_destination))
        }
        fieldset.card {
            legend { "Verifications required" }
            (radio("gates", "1", "One (Annie’s group, admins, always needs two)", config.gates.required == 1))
            (radio("gates", "2", "Two, with different methods", config.gates.required == 2))
        }
        fieldset.card {
            legend { "Password rules" }
            (radio("preset", "nist", "NIST: at least 15 characters of any kind (8 with two verifications)", config.password.preset == PasswordPreset::Nist))
            (radio("preset", "entra", "Microsoft Entra's: at least 8, of three classes, and none of the banned words", config.password.preset == PasswordPreset::Entra))
            @if can_look_up {
                (checkbox("breached", "Refuse breached passwords (here: \u{201c}correct horse battery staple\u{201d})", config.password.breached.kind != BreachedKind::Off))
            }
        }
        fieldset.card {
            legend { "Lowest strength of a new password" }
            @for (score, words) in SCORES {
                (radio("min_score", &score.to_string(), words, config.password.policy().min_score == score))
            }
        }
        fieldset.card {
            legend { "Bot protection" }
            @for (name, kind, words) in CAPTCHAS { (radio("captcha", name, words, config.captcha.kind == kind)) }
        }
        fieldset.card {
            legend { "Contacting administrators" }
            (radio("contact", "form", "A form, sent by email", contact == Some(ContactKind::Form)))
            (radio("contact", "url", "A page of yours", contact == Some(ContactKind::Url)))
            (radio("contact", "off", "Off (needs one verification for everyone, and self-service)", contact == Some(ContactKind::Off)))
        }
        fieldset.card {
            legend { "Features" }
            (checkbox("self_service", "Self-service (if off, everyone is referred to an administrator)", config.organisation.self_service))
            @for (key, words) in FLOWS { (checkbox(key, words, offers(key))) }
            (checkbox("account_types", "Choice between two kinds of account", config.organisation.account_types.len() > 1))
        }
        button type="submit" { "Apply" }
    }
}

fn checkbox(name: &str, words: &str, is_on: bool) -> Markup {
    html! { label { input type="checkbox" name=(name) value="on" checked[is_on]; " " (words) } }
}

fn radio(name: &str, value: &str, words: &str, is_on: bool) -> Markup {
    html! { label { input type="radio" name=(name) value=(value) checked[is_on]; " " (words) } }
}
