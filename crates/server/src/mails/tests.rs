//! Rules for every mail, in whatever language.

mod languages;
mod requests;
mod security_info;

use regain_protocol::{MethodKind, Outcome, Role};

use super::*;
use crate::{
    languages::LANGUAGES,
    messages::{CodePurpose, InfoChange},
};

/// A mail that there is.
fn written(mails: &Mails, locale: &str, user_id: &str, content: &Content) -> Mail {
    mails.write(locale, user_id, content, None).expect("a mail")
}

fn mails() -> Mails {
    let help = Help {
        email: Some("it-help@example.com".into()),
        phone: Some("+1 555 0100".into()),
        url: Some("https://example.com/help?a=1&b=2".into()),
    };
    Mails::new("Fish & Chips <Ltd>", help, "https://recover.example.com")
}

fn code() -> Content {
    Content::Code { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove }
}

fn confirmation() -> Content {
    let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
    Content::Confirmation { outcome: Outcome::Reset, at, client: Some("192.0.2.0/24".into()) }
}

#[test]
fn the_code_is_on_a_line_of_its_own_and_begins_the_subject() {
    let mail = written(&mails(), "en", "ada@example.com", &code());
    assert_eq!(mail.subject.expose(), "042137 is your Fish & Chips <Ltd> verification code");
    assert!(!format!("{mail:?}").contains("042137"), "{mail:?}");
    assert_eq!(mail.text.expose().lines().filter(|line| line.contains("042137")).collect::<Vec<_>>(), ["042137"]);
    assert_eq!(mail.html.expose().matches("042137").count(), 3, "in the title, the preview and the mail");
    assert!(mail.html.expose().contains(r#"dir="ltr""#));
    for part in [mail.text.expose(), mail.html.expose()] {
        for said in ["10 minutes", "ada@example.com", "Don’t share", "it-help@example.com", "+1 555 0100"] {
            assert!(part.contains(said), "{said:?} in {part}");
        }
    }
}

#[test]
fn the_confirmation_says_what_happened_when_and_what_to_do() {
    let mail = written(&mails(), "en", "ada@example.com", &confirmation());
    for part in [mail.text.expose(), mail.html.expose()] {
        for said in [
            "ada@example.com",
            "23 November 2026",
            "14:16 UTC",
            "192.0.2.0/24",
            "https://recover.example.com/reset",
            "it-help@example.com",
        ] {
            assert!(part.contains(said), "{said:?} in {part}");
        }
    }
    let at = "2026-11-23T14:16:00Z".parse().expect("valid");
    let nowhere = Content::Confirmation { outcome: Outcome::Reset, at, client: None };
    let mail = written(&mails(), "en", "ada@example.com", &nowhere);
    assert!(!mail.text.expose().contains("network"), "nothing is said of what isn't known");
}

#[test]
fn a_mail_names_the_device_that_asked_where_it_is_known() {
    let device = Device::from_user_agent("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0.0.0 Safari/537.36");
    assert!(device.is_some());
    for content in [code(), confirmation()] {
        let mail = mails().write("en", "ada@example.com", &content, device).expect("a mail");
        for part in [mail.text.expose(), mail.html.expose()] {
            assert!(part.contains("Chrome on Windows"), "{part}");
        }
        for language in LANGUAGES.iter() {
            let mail = mails().write(language.tag, "ada@example.com", &content, device).expect("a mail");
            let text = mail.text.expose();
            assert!(text.contains("Chrome") && text.contains("Windows") && !text.contains('{'), "{text}");
        }
        let unknown = written(&mails(), "en", "ada@example.com", &content);
        assert!(!unknown.text.expose().contains("Requested from"), "nothing is said of what isn't known");
    }
}

#[test]
fn nothing_in_the_html_is_markup_but_ours() {
    let mail = written(&mails(), "en", "<img src=x onerror=alert(1)>\"'&", &code());
    let html = mail.html.expose();
    assert!(html.contains("Fish &amp; Chips &lt;Ltd&gt;") && !html.contains("<Ltd>"), "{html}");
    assert!(!html.contains("<img") && html.contains("&lt;img src=x"), "{html}");
    let mail = written(&mails(), "en", "a", &confirmation());
    assert!(mail.html.expose().contains("https://example.com/help?a=1&amp;b=2"));
}

#[test]
fn no_name_can_start_a_header_or_turn_the_text() {
    let mails = Mails::new("Evil\r\nBcc: all@example.com", Help::default(), "https://recover.example.com");
    let mail = written(&mails, "en", "a\u{202e}da\r\nx: y", &code());
    assert!(!mail.subject.expose().contains(['\r', '\n']), "{:?}", mail.subject.expose());
    assert!(!mail.text.expose().contains('\u{202e}'));
    assert!(mail.text.expose().lines().all(|line| !line.starts_with("x:") && !line.starts_with("Bcc:")));
}

#[test]
fn an_unknown_language_is_english() {
    let mail = written(&mails(), "tlh", "ada@example.com", &code());
    assert_eq!(mail.subject.expose(), written(&mails(), "en", "ada@example.com", &code()).subject.expose());
}

#[test]
fn it_reads_well_without_any_help_contact() {
    let mails = Mails::new("Northwind", Help::default(), "https://recover.example.com");
    for content in [code(), confirmation()] {
        let mail = written(&mails, "en", "ada@example.com", &content);
        assert!(mail.text.expose().contains("your administrator"), "{}", mail.text.expose());
    }
}

#[test]
fn each_outcome_has_its_own_confirmation() {
    let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
    let mut subjects = Vec::new();
    for (outcome, said) in [
        (Outcome::Reset, "new password was chosen"),
        (Outcome::Unlocked, "password is the same"),
        (Outcome::Changed, "using the previous password"),
        (Outcome::Registered, "confirmed as correct"),
    ] {
        let mail = written(&mails(), "en", "ada@example.com", &Content::Confirmation { outcome, at, client: None });
        for part in [mail.text.expose(), mail.html.expose()] {
            for said in
                [said, "ada@example.com", "14:16 UTC", "https://recover.example.com/reset", "it-help@example.com"]
            {
                assert!(part.contains(said), "{said:?} in {part}");
            }
        }
        assert!(mail.text.expose().contains("\n\nWasn’t this you? "), "{}", mail.text.expose());
        let subject = mail.subject.expose().clone();
        assert!(!subjects.contains(&subject), "{subject}");
        subjects.push(subject);
    }
}
