//! Faults A3 and A4: what people type and paste is read the same everywhere, and what nothing can be sent to is refused
//! where it comes in.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    people::{ADA, MARY, NINA},
    proofs::{EVERYTHING, everything_and, registered},
    world::World,
};

/// Characters that a paste from a document, a chat or a right-to-left page leaves around a text.
const INVISIBLE: [&str; 4] = ["\u{200b}", "\u{202a}", "\u{feff}", "\u{ad}"];

#[tokio::test]
async fn a4_a_pasted_user_id_is_the_account() {
    let world = World::with(EVERYTHING).await;
    for mark in INVISIBLE {
        let mut session = world.identified(&format!("{mark}ａda@exam{mark}ple.com{mark}")).await;
        assert_eq!(session.flow["user_id"], "ａda@example.com");
        session.choose(&world, "email").await;
        let sent = world.mail().await;
        assert_eq!(sent.last().and_then(|mail| mail.to.as_deref()), Some("ada@example.net"), "{mark:?}");
        world.advance(600);
    }
    assert_eq!(
        world.identified(ADA).await.step()["methods"],
        world.identified("ADA\u{200b}@example.com").await.step()["methods"]
    );
}

#[tokio::test]
async fn a4_a_pasted_destination_is_the_one_that_is_registered() {
    let config = everything_and("[methods]\nconfirm_destination = true\n");
    for (kind, typed) in [
        ("email", "\u{202a}mary@example.net\u{202c}"),
        ("email", "ｍａｒｙ＠example．net"),
        ("sms", "\u{200b}+1 415 555 0101"),
        ("sms", "＋１ ４１５ ５５５ ０１０１"),
        ("sms", "٠٠١٤١٥٥٥٥٠١٠١"),
    ] {
        let world = World::with(&config).await;
        let mut session = world.identified(MARY).await;
        let method = session.of_kind(kind)[0]["id"].clone();
        session.answer(&world, json!({ "do": "choose", "method": method, "destination": typed })).await;
        let sent = world.mail().await;
        assert!(sent.len() == 1 && sent[0].to.is_some(), "{typed}");
    }
}

#[tokio::test]
async fn a4_a_code_in_the_digits_of_any_script_is_right() {
    let zeros = ['\u{e50}', '\u{660}', '\u{6f0}', '\u{966}', '\u{1040}', '\u{17e0}', '\u{ff10}'];
    for zero in zeros {
        let world = World::with(EVERYTHING).await;
        let mut session = world.chosen(ADA, "email").await;
        let digits = world.code().await.expect("a code is queued");
        let other = |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).expect("a digit")).expect("a digit");
        let typed: String = digits.chars().map(other).collect();
        session.verify(&world, &format!("\u{202a}{typed}\u{202c}")).await;
        assert_eq!(session.step_name(), "new_password", "{typed}");
    }
}

#[tokio::test]
async fn a4_an_answer_is_right_with_any_quotes_and_dashes() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "questions").await;
    let pasted = |id: &str| format!("\u{202a}{}\u{200b}", registered(id).replace(' ', "\u{a0}"));
    let answers = session.answers(pasted);
    session.answer(&world, answers).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn a3_what_nothing_can_be_sent_to_is_not_registered() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(NINA).await;
    for address in [
        "not an address",
        "ada@example.net, nina@example.net",
        "ada@example.net nina@example.net",
        "\"odd local\"@example.net",
        "nina@[192.0.2.1]",
        "nina@example.net\0",
        "nina@-example.net",
    ] {
        let add = json!({ "do": "add", "kind": "email", "role": "alternate", "value": address });
        let got = session.answer(&world, add).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/value", "{address:?}");
    }
    for number in ["0415 555 0101", "+1 415 555 01ab", "+1 41", "+1 415 555 0101 0101 0101"] {
        let add = json!({ "do": "add", "kind": "sms", "role": "mobile", "value": number });
        let got = session.answer(&world, add).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/value", "{number:?}");
    }
    let add = json!({ "do": "add", "kind": "email", "role": "alternate", "value": " nina@example.net\u{200b}" });
    assert_eq!(session.answer(&world, add).await.status, StatusCode::OK);
    assert_eq!(world.mail().await[0].to.as_deref(), Some("nina@example.net"));
}
