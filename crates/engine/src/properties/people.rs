//! People of a directory, their secrets, and the rules of their organisation.

use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion};
use regain_protocol::Role;
use regain_values::UserId;

use super::super::Rules;
use crate::{GateRules, MethodRules};

pub(super) const RECOVERY_CODE: &str = "7K3QX9MBWD2HZ4T";

pub(super) const KEY: &[u8] = b"12345678901234567890";

/// The rules of an organisation with these methods on; admins need two proofs.
pub(crate) fn rules(methods: &[&str]) -> Rules {
    let calls = methods.iter().filter(|name| name.starts_with("call")).count();
    let is_two_kinds = methods.len() - calls.saturating_sub(1) > 1;
    let is_on = |name| methods.contains(&name);
    Rules {
        methods: MethodRules {
            email: is_on("email"),
            sms: is_on("sms"),
            call_mobile: is_on("call_mobile"),
            call_office: is_on("call_office"),
            questions: is_on("questions"),
            authenticator: is_on("authenticator"),
            recovery_codes: is_on("recovery_codes"),
            confirm_destination: false,
        },
        gates: GateRules {
            required: 1,
            change: 0,
            groups: is_two_kinds.then(|| ("admins".to_owned(), 2)).into_iter().collect(),
        },
        ..crate::testing::rules()
    }
}

/// The accounts of the directory, told apart by their user IDs.
pub(super) fn account(user_id: &str) -> Option<Account> {
    let mail = |role, address: &str| AccountMail { role, address: address.parse().expect("an address") };
    let phone = |role, number: &str| AccountPhone { role, number: number.parse().expect("a number") };
    let question = |id: &str, own: Option<&str>| AccountQuestion { id: id.into(), own: own.map(Into::into) };
    let everything = !user_id.ends_with("mail");
    (user_id != "nobody").then(|| Account {
        id: format!("id of {user_id}").into(),
        user_id: UserId::of_directory(user_id.to_owned()),
        display_name: "Ada Lovelace".into(),
        enabled: user_id != "disabled",
        locked: user_id.contains("locked"),
        has_password: true,
        mails: vec![mail(Role::Alternate, "ada@example.net"), mail(Role::Authentication, "ada.l@example.net")],
        phones: if everything {
            vec![phone(Role::Mobile, "+14255550123"), phone(Role::Office, "+14255550199")]
        } else {
            Vec::new()
        },
        questions: if everything {
            let ids = regain_values::questions::PREDEFINED.iter().take(3).map(|id| question(id, None));
            ids.chain([question("own-1", Some("Which boat?"))]).collect()
        } else {
            Vec::new()
        },
        authenticator: everything,
        recovery_codes: everything.then_some(10),
        notices: Vec::new(),
        password_rules: regain_ports::DirectoryRules::NONE,
        security_info_confirmed_at: None,
        groups: if user_id.starts_with("admin") { vec!["admins".into()] } else { Vec::new() },
    })
}
