//! Mails in other languages than English.

use super::{
    requests::request,
    security_info::{code_used, info_changed},
    *,
};

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
