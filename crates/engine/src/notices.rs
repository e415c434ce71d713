//! Notices to the owner of an account of what was done with it: by mail to each of its addresses or, where it has none,
//! by text to its phones.

use regain_protocol::Role;
use regain_values::E164;

use crate::{
    Rules,
    decision::Effect,
    messages::{Content, OutboundMessage},
    state::KnownAccount,
    turn::Turn,
};

/// A recipient of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// A mail address.
    Mail(String),
    /// A phone that can be texted.
    Text(String),
}

/// The recipients of an account's notices, each once. The office's phone is not the owner's alone.
pub(crate) fn recipients(rules: &Rules, account: &KnownAccount) -> Vec<Recipient> {
    let addresses = account.addresses();
    if !addresses.is_empty() {
        return addresses.into_iter().map(|address| Recipient::Mail(address.to_string())).collect();
    }
    let mut numbers: Vec<&E164> = Vec::new();
    for (role, number) in &account.info.phones {
        let can_be = rules.texts && *role != Role::Office && rules.countries.reach(number);
        if can_be && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers.into_iter().map(|number| Recipient::Text(number.to_string())).collect()
}

/// The notice to these recipients; `content` is that of the mail.
pub(crate) fn send(
    turn: Turn<'_>,
    account: &KnownAccount,
    recipients: Vec<Recipient>,
    content: &Content,
) -> Vec<Effect> {
    let notice = |recipient| {
        let (to, content) = match recipient {
            Recipient::Mail(address) => (address, content.clone()),
            Recipient::Text(number) => (number, Content::TextNotice { notice: content.notice() }),
        };
        let locale = turn.state.locale.clone();
        let message = OutboundMessage {
            to: Some(to),
            locale,
            user_id: account.user_id.to_string(),
            content,
            first_of: None,
            device: None,
        };
        Effect::confirmation(turn.cx, message)
    };
    recipients.into_iter().map(notice).collect()
}

#[cfg(test)]
mod tests {
    use regain_protocol::{MethodKind, Outcome};

    use super::*;
    use crate::{
        messages::Notice,
        testing::{person, rules},
    };

    /// D11: who has no mail address hears by text, and whoever has one by mail alone.
    #[test]
    fn d11_without_a_mail_address_the_phones_are_texted() {
        let mut account = person().account;
        let rules = Rules { texts: true, ..rules() };
        assert_eq!(recipients(&rules, &account), []);
        account.info.phones = [
            (Role::Mobile, "+14255550101"),
            (Role::Authentication, "+14255550101"),
            (Role::Office, "+14255550103"),
            (Role::Authentication, "+4930123456"),
        ]
        .map(|(role, number)| (role, number.parse().expect("a number")))
        .into();
        assert_eq!(recipients(&rules, &account), [Recipient::Text("+14255550101".into())]);
        assert_eq!(recipients(&Rules { texts: false, ..rules.clone() }, &account), [], "nothing sends texts");
        account.notices = vec!["ada@example.com".parse().expect("an address")];
        assert_eq!(recipients(&rules, &account), [Recipient::Mail("ada@example.com".into())]);
    }

    #[test]
    fn each_notice_by_mail_has_one_by_text() {
        let at = crate::testing::FLOW_BEGINS;
        let confirmed = |outcome| Content::Confirmation { outcome, at, client: None }.notice();
        assert_eq!(confirmed(Outcome::Reset), Notice::Reset);
        assert_eq!(confirmed(Outcome::FirstPassword), Notice::Reset);
        assert_eq!(confirmed(Outcome::Unlocked), Notice::Unlocked);
        assert_eq!(confirmed(Outcome::Changed), Notice::Changed);
        assert_eq!(Content::RecoveryCodeUsed { left: 1, at, client: None }.notice(), Notice::RecoveryCodeUsed);
        let kind = MethodKind::Authenticator;
        let change = crate::messages::InfoChange::Removed;
        let changed = Content::SecurityInfoChanged { change, kind, role: None, masked: None, at, client: None };
        assert_eq!(changed.notice(), Notice::SecurityInfoChanged);
    }
}
