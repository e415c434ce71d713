//! Mails about changes of security info, and about the use of a recovery code.

use super::*;

pub(super) fn info_changed(change: InfoChange, kind: MethodKind, role: Option<Role>, masked: Option<&str>) -> Content {
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

pub(super) fn code_used(left: u8) -> Content {
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
