//! Mails to the administrators, with what strangers typed.

use super::*;

pub(super) fn request(reason: &str, message: Option<&str>, proved: &[MethodKind]) -> Content {
    Content::AdministratorRequest {
        reason: reason.into(),
        message: message.map(Into::into),
        proved: proved.to_vec(),
        at: "2026-11-23T14:16:00Z".parse().expect("a valid time"),
        client: Some("192.0.2.0/24".into()),
        reference: "7K3Q-9MBW".into(),
    }
}

#[test]
fn a_request_to_the_administrators_says_what_is_known_and_what_is_not() {
    let content = request("second_gate", Some("I lost my phone.\nPlease help."), &[MethodKind::Email]);
    let mail = written(&mails(), "en", "ada@example.com", &content);
    for part in [mail.text.expose(), mail.html.expose()] {
        for said in [
            "ada@example.com",
            "may not be theirs",
            "no method for the second one",
            "a code by email",
            "7K3Q-9MBW",
            "14:16 UTC",
            "192.0.2.0/24",
        ] {
            assert!(part.contains(said), "{said:?} in {part}");
        }
    }
    let text = mail.text.expose();
    assert!(text.contains("\n> I lost my phone.\n> Please help.\n"), "{text}");
    assert!(text.contains("\n> ada@example.com\n"), "{text}");
    assert!(!text.contains("We bracketed"), "nothing was taken apart: {text}");

    let mail = written(&mails(), "en", "", &request("asked", None, &[]));
    let text = mail.text.expose();
    for said in ["entered no user ID", "left no message", "Verified with: nothing", "none of the verification methods"]
    {
        assert!(text.contains(said), "{said:?} in {text}");
    }
    assert!(!text.contains("\n>"), "{text}");
}

/// The person who reads it trusts our words, so nothing typed may pass for them.
#[test]
fn nothing_typed_gets_out_of_its_quotation() {
    let message = "Hi\r\nBcc: all@example.com\n\n-- \nContoso\n.\nVerified with: a code by email\u{2028}When: now\n\
                   <b>bold</b> <a href=\"https://evil.example\">x</a>\n\u{202e}txet\n]]> --> </blockquote></html>\n\
                   see www.evil.example or \\\\evil\\share";
    let padded = format!("{message}\n{}Reason: fake", " ".repeat(300));
    let user_id = "ada\r\nVerified with: all<script>\u{2066}";
    let mail = written(&mails(), "en", user_id, &request("asked", Some(&padded), &[]));

    let plain = written(&mails(), "en", "x", &request("asked", Some("y"), &[]));
    assert_eq!(mail.subject.expose(), plain.subject.expose(), "the subject has nothing typed in it");
    let ours = |text: &str| text.lines().filter(|line| !line.starts_with("> ")).map(str::to_owned).collect::<Vec<_>>();
    let text = mail.text.expose();
    let mut without_quotations = ours(text);
    without_quotations.retain(|line| !line.starts_with("We bracketed"));
    without_quotations.dedup();
    let mut expected = ours(plain.text.expose());
    expected.dedup();
    assert_eq!(without_quotations, expected, "every line that is not quoted is ours");
    assert!(text.lines().filter(|line| line.starts_with('>')).all(|line| line.chars().count() <= 80), "{text}");

    let html = mail.html.expose();
    for part in [text, html] {
        assert!(!part.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\r', '\0']), "{part}");
        assert!(!part.contains("evil.example") && !part.contains("\\\\evil"), "{part}");
        assert!(part.contains("We bracketed"), "{part}");
    }
    for markup in ["<b>", "<script", "href=\"https", "]]> -->"] {
        assert!(!html.contains(markup), "{markup:?} in {html}");
    }
    for (tag, count) in [("</blockquote>", 2), ("</html>", 1), ("<a ", 0)] {
        assert_eq!(html.matches(tag).count(), count, "{tag} in {html}");
    }
}
