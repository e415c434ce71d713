//! Rules for every mail, in whatever language.

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

fn info_changed(change: InfoChange, kind: MethodKind, role: Option<Role>, masked: Option<&str>) -> Content {
    let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
    Content::SecurityInfoChanged {
        change,
        kind,
        role,
        masked: masked.map(Into::into),
        at,
        client: Some("192.0.2.0/24".into()),
    }
}

#[test]
fn a_new_address_is_told_what_its_code_is_for_and_whose_account_it_is_not() {
    let content = Content::Code { code: "042137".into(), minutes: 10, purpose: CodePurpose::Register };
    let mail = written(&mails(), "en", "ada@example.com", &content);
    let subject = mail.subject.expose();
    assert!(subject.contains("Fish & Chips <Ltd>") && !subject.contains("042137"), "{subject}");
    assert_eq!(mail.text.expose().lines().filter(|line| line.contains("042137")).collect::<Vec<_>>(), ["042137"]);
    assert_eq!(mail.html.expose().matches("042137").count(), 1);
    for part in [mail.text.expose(), mail.html.expose()] {
        for said in [
            "10 minutes",
            "security info",
            "This address was entered",
            "Didn’t ask for this?",
            "mistyped",
            "https://recover.example.com/reset",
            "it-help@example.com",
        ] {
            assert!(part.contains(said), "{said:?} in {part}");
        }
        assert!(!part.contains("ada@example.com"), "who mistyped their address tells a stranger nothing: {part}");
    }
}

#[test]
fn a_change_of_security_info_is_told_with_what_when_and_what_to_do() {
    let content = info_changed(InfoChange::Added, MethodKind::Sms, Some(Role::Mobile), Some("+XX XXXXXXXX42"));
    let mail = written(&mails(), "en", "ada@example.com", &content);
    assert_eq!(mail.subject.expose(), "Your Fish & Chips <Ltd> security info was changed");
    for part in [mail.text.expose(), mail.html.expose()] {
        for said in [
            "Mobile phone added",
            "+XX XXXXXXXX42",
            "ada@example.com",
            "23 November 2026",
            "14:16 UTC",
            "192.0.2.0/24",
            "Wasn’t this you?",
            "https://recover.example.com/reset",
            "it-help@example.com",
        ] {
            assert!(part.contains(said), "{said:?} in {part}");
        }
    }
}

#[test]
fn each_change_of_security_info_reads_otherwise() {
    let mut texts = Vec::new();
    for (change, kind, role, said) in [
        (InfoChange::Added, MethodKind::Email, Some(Role::Alternate), "Alternate email added to your"),
        (InfoChange::Replaced, MethodKind::Email, Some(Role::Authentication), "Authentication email replaced in"),
        (InfoChange::Removed, MethodKind::Email, None, "Email removed from your"),
        (InfoChange::Replaced, MethodKind::Sms, Some(Role::Mobile), "Mobile phone replaced in your"),
        (InfoChange::Added, MethodKind::Call, Some(Role::Authentication), "Authentication phone added to your"),
        (InfoChange::Removed, MethodKind::Sms, Some(Role::Mobile), "account. It can no longer be used"),
        (InfoChange::Added, MethodKind::Call, Some(Role::Office), "Office phone added to your"),
        (InfoChange::Added, MethodKind::Questions, None, "Security questions added to your"),
        (InfoChange::Replaced, MethodKind::Questions, None, "The previous ones no longer work"),
        (InfoChange::Removed, MethodKind::Authenticator, None, "Authenticator app removed from your"),
        (InfoChange::Added, MethodKind::RecoveryCodes, None, "account. You can now use them"),
        (InfoChange::Replaced, MethodKind::RecoveryCodes, None, "New recovery codes made for your"),
        (InfoChange::Removed, MethodKind::RecoveryCodes, None, "Recovery codes removed from your"),
        (InfoChange::Added, MethodKind::Unknown, None, "Verification method"),
    ] {
        let mail = written(&mails(), "en", "ada@example.com", &info_changed(change, kind, role, None));
        let text = mail.text.expose().replace('\n', " ");
        assert!(text.contains(said), "{said:?} in {text}");
        assert!(!texts.contains(&text), "{text}");
        texts.push(text);
    }
}

fn code_used(left: u8) -> Content {
    let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
    Content::RecoveryCodeUsed { left, at, client: Some("192.0.2.0/24".into()) }
}

#[test]
fn the_use_of_a_recovery_code_is_told_with_what_is_left_and_what_to_do() {
    let mail = written(&mails(), "en", "ada@example.com", &code_used(7));
    assert_eq!(mail.subject.expose(), "A recovery code for your Fish & Chips <Ltd> account was used");
    let text = mail.text.expose().replace('\n', " ");
    for said in ["Codes left: 7.", "ada@example.com", "14:16 UTC", "192.0.2.0/24", "Wasn’t this you?", "make new codes"]
    {
        assert!(text.contains(said), "{said:?} in {text}");
    }
}

fn request(reason: &str, message: Option<&str>, proved: &[MethodKind]) -> Content {
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

#[test]
fn a_german_mail() {
    let mail = written(&mails(), "de-AT", "ada@example.com", &code());
    assert_eq!(mail.subject.expose(), "042137 ist Ihr Bestätigungscode für Fish & Chips <Ltd>");
    assert_eq!(
        mail.text.expose(),
        "Ihr Bestätigungscode\n\n\
         Wir haben eine Anfrage erhalten, den Zugang zum Konto ada@example.com bei Fish & Chips <Ltd> \
         wiederherzustellen. Geben Sie diesen Code auf der Seite ein, auf der Sie ihn angefordert haben:\n\n\
         042137\n\n\
         Er gilt einmal und läuft in 10 Minuten ab. Ein neuerer Code ersetzt ihn.\n\n\
         Geben Sie diesen Code nicht weiter. Wir werden Sie nie danach fragen, und der Helpdesk auch nicht.\n\n\
         Sie haben das nicht angefordert? Dann können Sie diese E-Mail ignorieren: Ohne den Code kann niemand Ihr \
         Passwort ändern.\n\n\
         Wenn solche E-Mails immer wieder kommen, wenden Sie sich an uns:\n\
         E-Mail: it-help@example.com\n\
         Telefon: +1 555 0100\n\
         Hilfeseite: https://example.com/help?a=1&b=2\n\n\
         -- \n\
         Fish & Chips <Ltd>\n\
         Sie erhalten diese E-Mail, weil diese Adresse bei Fish & Chips <Ltd> für die Wiederherstellung eines Kontos \
         hinterlegt ist.\n"
    );
    assert!(mail.html.expose().contains(r#"<html lang="de" dir="ltr">"#), "{}", mail.html.expose());

    let text = written(&mails(), "de", "ada@example.com", &confirmation()).text.expose().clone();
    assert!(text.contains("\nZeitpunkt: 23. November 2026 um 14:16 UTC\n"), "{text}");
}

#[test]
fn an_arabic_mail_runs_from_right_to_left_and_values_do_not_turn_it() {
    let mail = written(&mails(), "ar", "ada@example.com", &confirmation());
    assert_eq!(mail.subject.expose(), "تمت إعادة تعيين كلمة مرورك لدى Fish & Chips <Ltd>");
    let text = mail.text.expose();
    assert!(text.starts_with("تمت إعادة تعيين كلمة مرورك\n\n"), "{text}");
    for row in [
        "لدى \u{2068}Fish & Chips <Ltd>\u{2069}.",
        "\nالحساب: \u{2068}ada@example.com\u{2069}\n",
        "\nمن الشبكة: \u{2068}192.0.2.0/24\u{2069}\n",
        "\nالهاتف: \u{2068}+1 555 0100\u{2069}\n",
        "إعادة تعيين كلمة المرور مرة أخرى:\nhttps://recover.example.com/reset\n",
    ] {
        assert!(text.contains(row), "{row:?} in {text}");
    }
    let html = mail.html.expose();
    assert!(html.contains(r#"<html lang="ar" dir="rtl">"#) && html.contains(r#"<table lang="ar" dir="rtl""#), "{html}");
    assert!(html.contains(r#"<bdi dir="ltr">https://recover.example.com/reset</bdi>"#), "{html}");
    let code = written(&mails(), "ar", "ada@example.com", &code());
    assert!(code.html.expose().contains(r#"<p class="code" dir="ltr""#), "{}", code.html.expose());
    assert_eq!(code.text.expose().lines().filter(|line| line.contains("042137")).collect::<Vec<_>>(), ["042137"]);
}

/// A mail of each sort, with the values that could make it more than words.
fn every_content() -> Vec<Content> {
    let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
    let mut all = vec![code(), request("asked", None, &[]), request("disabled", Some("x"), &[MethodKind::Unknown])];
    all.extend([code_used(9), request("asked", None, &[MethodKind::RecoveryCodes])]);
    all.push(Content::Code { code: "042137".into(), minutes: 1, purpose: CodePurpose::Register });
    for outcome in [Outcome::Reset, Outcome::Unlocked, Outcome::Changed, Outcome::Registered, Outcome::Unknown] {
        all.push(Content::Confirmation { outcome, at, client: Some("192.0.2.0/24".into()) });
    }
    for change in [InfoChange::Added, InfoChange::Replaced, InfoChange::Removed] {
        for (kind, role) in [
            (MethodKind::Email, Some(Role::Alternate)),
            (MethodKind::Call, Some(Role::Office)),
            (MethodKind::Questions, None),
            (MethodKind::RecoveryCodes, None),
            (MethodKind::Unknown, None),
        ] {
            all.push(info_changed(change, kind, role, Some("+XX XXXXXXXX42")));
        }
    }
    all
}

#[test]
fn every_mail_is_itself_in_every_language() {
    let mails = Mails::new("Fish {user_id} <Ltd>", mails().help, "https://recover.example.com");
    for language in LANGUAGES.iter() {
        let mut subjects = Vec::new();
        for content in every_content() {
            let mail = written(&mails, language.tag, "<b>{organisation}", &content);
            let english = written(&mails, "en", "<b>{organisation}", &content);
            let tag = language.tag;
            let (text, html) = (mail.text.expose(), mail.html.expose());
            let subject = mail.subject.expose().clone();
            let proves = matches!(content, Content::Code { purpose: CodePurpose::Prove, .. });
            assert!(subject.contains("Fish {user_id} <Ltd>"), "{tag}: {subject}");
            assert_eq!(subject.contains("042137"), proves, "{tag}: {subject}");
            assert!(!html.contains("<b>") && !html.contains("<Ltd>"), "{tag}: {html}");
            for (ours, fake) in [("{user_id}", "Fish {user_id}"), ("{organisation}", "<b>{organisation}")] {
                assert_eq!(text.matches(ours).count(), text.matches(fake).count(), "{tag}: only as values: {text}");
            }
            assert!(
                html.contains(&format!(r#"<html lang="{tag}" dir="{}">"#, if language.rtl { "rtl" } else { "ltr" }))
            );
            let same: Vec<_> = text.lines().filter(|line| said_in(line, english.text.expose())).collect();
            assert!(tag == "en" || same.is_empty(), "{tag}: in English: {same:?}");
            subjects.push(subject);
        }
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), 10, "{}: a subject for each sort: {subjects:?}", language.tag);
    }
    let rtl: Vec<_> = LANGUAGES.iter().filter(|one| one.rtl).map(|one| one.tag).collect();
    assert_eq!(rtl, ["ar", "fa", "he", "ur"]);
}

/// Tells if a line of words is one of another text's.
fn said_in(line: &str, text: &str) -> bool {
    line.split(' ').count() > 3 && text.lines().any(|other| other == line)
}
