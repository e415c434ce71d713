//! Our requests, the signatures that we take and what our voice says, held to what the provider's own
//! published library, in Python, makes of them.

use std::process::Command;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    ADA, FROM, PUBLIC_URL, Provided, call,
    provider::{ACCOUNT, NO_NUMBER, TOKEN, says},
    text,
};
use regain_server::{config::PhoneConfig, mails::call_words, ports::Phone as _};

/// The library's client, with an HTTP client that asks our stand-in: its documented way to ask elsewhere.
const CLIENT: &str = "
from twilio.rest import Client
from twilio.http.http_client import TwilioHttpClient
from twilio.base.exceptions import TwilioRestException

class Elsewhere(TwilioHttpClient):
    def request(self, method, url, **rest):
        return super().request(method, url.replace('https://api.twilio.com', given['base_url']), **rest)

client = Client(given['account'], given['token'], http_client=Elsewhere())
";

/// Has the library run a few lines of Python over `given`; what they leave in `result` comes back.
async fn twilio(lines: &str, given: &Value) -> Value {
    let folder = std::env::var_os("REGAIN_TWILIO")
        .expect("this test asks the provider's own library, which `cargo xtask test` installs: run that");
    let script = format!("import json, sys\ngiven = json.loads(sys.argv[1])\n{lines}\nprint(json.dumps(result))");
    let mut python = Command::new("python3");
    python.args(["-s", "-c", &script, &given.to_string()]).env("PYTHONPATH", folder).env("NO_PROXY", "127.0.0.1");
    let output = tokio::task::spawn_blocking(move || python.output()).await.expect("no panic").expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Settings by which the library asks the stand-in.
fn given(world: &Provided, more: &Value) -> Value {
    json!({ "base_url": world.provider.base_url, "account": ACCOUNT, "token": TOKEN, "form": more })
}

/// The last two requests are one and the same, member by member.
#[track_caller]
fn are_the_same(world: &Provided) {
    let taken = world.provider.taken();
    let [.., ours, theirs] = &taken[..] else { panic!("two requests") };
    assert_eq!(ours.clone().sorted(), theirs.clone().sorted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_client_asks_for_a_text_as_we_do() {
    let words = "K\u{f6}nig & S\u{f6}hne: 042137\n\n@example.com #042137";
    for (sender, name) in [(FROM, "from_"), ("MG00000000000000000000000000000004", "messaging_service_sid")] {
        let world = Provided::with(|config| match name {
            "from_" => config,
            _ => PhoneConfig { from: None, messaging_service_sid: Some(sender.into()), ..config },
        })
        .await;
        world.twilio.text(&text(ADA, words)).await.expect("takes it");
        let callback = world.provider.taken()[0].value("StatusCallback").to_owned();
        let form = json!({ "to": ADA, name: sender, "body": words, "status_callback": callback });
        let lines = format!("{CLIENT}\nresult = client.messages.create(**given['form']).sid");
        let sid = twilio(&lines, &given(&world, &form)).await;
        assert!(sid.as_str().is_some_and(|sid| sid.starts_with("SM")), "it understands the stand-in: {sid}");
        are_the_same(&world);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_client_asks_for_a_call_as_we_do() {
    let world = Provided::with(|config| config).await;
    world.twilio.call(&call("c1", ADA)).await.expect("is placed");
    let ours = &world.provider.taken()[0];
    let form = json!({
        "to": ADA,
        "from_": FROM,
        "url": ours.value("Url"),
        "method": "POST",
        "status_callback": ours.value("StatusCallback"),
        "status_callback_method": "POST",
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
        "timeout": 30,
    });
    let lines = format!("{CLIENT}\nresult = client.calls.create(**given['form']).sid");
    twilio(&lines, &given(&world, &form)).await;
    are_the_same(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_understands_the_errors_of_the_stand_in() {
    let world = Provided::with(|config| config).await;
    let lines = format!(
        "{CLIENT}
try:
    client.messages.create(**given['form'])
    result = None
except TwilioRestException as error:
    result = [error.status, error.code]"
    );
    let form = json!({ "to": NO_NUMBER, "from_": FROM, "body": "042137" });
    assert_eq!(twilio(&lines, &given(&world, &form)).await, json!([400, 21211]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_signs_is_taken_and_what_it_refuses_is_refused() {
    let world = Provided::with(|config| config).await;
    world.twilio.call(&call("c1", ADA)).await.expect("is placed");
    let call = &world.provider.taken()[0];
    let (speak, status) = (call.value("Url"), call.value("StatusCallback"));
    let without_port = speak.replacen(":8443", "", 1);
    let pound = [("Digits", "#"), ("Called", ADA), ("AccountSid", ACCOUNT), ("CallerCity", "M\u{fc}nchen & K\u{f6}ln")];
    let odd =
        [("b", "2"), ("a", ""), ("B", "+ %"), ("aa", "x=y&z"), ("\u{fc}", "\u{1f511}"), ("CallStatus", "ringing")];
    // Signed over one address and form, and sent to one address with one form.
    let cases: [(&str, &[_], &str, &[_]); 7] = [
        (speak, &pound, speak, &pound),
        (status, &odd, status, &odd),
        (&without_port, &pound, speak, &pound),
        (speak, &[], speak, &[]),
        (status, &odd, status, &odd[1..]),
        (status, &pound, speak, &pound),
        (&speak.replacen("https:", "http:", 1), &pound, speak, &pound),
    ];
    let given: Vec<_> = cases
        .iter()
        .map(|(signed, over, sent, form)| {
            let object = |form: &[(&str, &str)]| form.iter().copied().collect::<Value>();
            json!({ "signed": signed, "over": object(over), "sent": sent, "form": object(form) })
        })
        .collect();
    let lines = "
from twilio.request_validator import RequestValidator
validator = RequestValidator(given['token'])
result = []
for case in given['cases']:
    signature = validator.compute_signature(case['signed'], case['over'])
    result.append([signature, validator.validate(case['sent'], case['form'], signature)])";
    let judged = twilio(lines, &json!({ "token": TOKEN, "cases": given })).await;
    let mut taken = 0;
    for ((_, _, sent, form), judged) in cases.iter().zip(judged.as_array().expect("a list")) {
        let signature = judged[0].as_str().expect("text");
        let (status, _) = says(&world.routes(), PUBLIC_URL, sent, form, signature).await;
        let is_taken = status != StatusCode::FORBIDDEN;
        assert_eq!(is_taken, judged[1].as_bool().expect("yes or no"), "{sent} with {form:?}");
        taken += usize::from(is_taken);
    }
    assert_eq!(taken, 4, "the library takes the first four");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_voice_says_what_its_markup_would() {
    let world = Provided::with(|config| config).await;
    world.twilio.call(&call("c1", ADA)).await.expect("is placed");
    let ours =
        [world.asks(0, &[]).await, world.asks(0, &[("Digits", "5")]).await, world.asks(0, &[("Digits", "#")]).await];
    let words = call_words("en", "Fish & Chips");
    let lines = "
from twilio.twiml.voice_response import VoiceResponse, Gather
from xml.etree.ElementTree import canonicalize
words = given['words']

def document(*asked, said=()):
    response = VoiceResponse()
    for say in asked:
        gather = Gather(input='dtmf', num_digits=1, finish_on_key='', timeout=10)
        gather.say(say, language='en-US')
        response.append(gather)
    for say in said:
        response.say(say, language='en-US')
    response.hangup()
    return str(response)

press, bye = words['press'], words['goodbye']
theirs = [
    document(words['greeting'] + ' ' + press, press, said=[bye]),
    document(words['wrong_key'], press, said=[bye]),
    document(said=[words['thanks'], bye]),
]
result = [[canonicalize(one), canonicalize(other)] for one, other in zip(given['ours'], theirs)]";
    let spoken = json!({
        "greeting": words.greeting,
        "press": words.press,
        "wrong_key": words.wrong_key,
        "thanks": words.thanks,
        "goodbye": words.goodbye,
    });
    let compared = twilio(lines, &json!({ "ours": ours, "words": spoken })).await;
    let compared = compared.as_array().expect("a list");
    assert_eq!(compared.len(), 3);
    for pair in compared {
        assert_eq!(pair[0], pair[1]);
        assert!(pair[0].as_str().expect("text").contains("<Hangup>"), "{pair}");
    }
}
