//! The mails in English.

use regain_protocol::{Help, Secret};

use super::{
    Facts,
    draft::{Block, Contact, Draft},
};
use crate::outgoing::Content;

/// Writes any mail.
pub(super) fn draft(facts: &Facts<'_>, content: &Content) -> Draft {
    match content {
        Content::Code { code, minutes } | Content::TextCode { code, minutes } => code_mail(facts, code, *minutes),
        Content::Confirmation { at, client, .. } | Content::AdministratorRequest { at, client, .. } => {
            password_reset(facts, *at, client.as_deref())
        }
        Content::Call { .. } => code_mail(facts, &"".into(), 0),
    }
}

fn code_mail(facts: &Facts<'_>, code: &Secret<String>, minutes: u32) -> Draft {
    let Facts { organisation, help, user_id, .. } = facts;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    Draft {
        lang: "en",
        dir: "ltr",
        subject: format!("Your {organisation} verification code"),
        preview: format!("Use it within {minutes} {unit} on the page where you asked for it."),
        heading: "Here is your verification code".to_owned(),
        blocks: vec![
            Block::Paragraph(format!(
                "Somebody, we hope you, asked to get back into the {organisation} account {user_id}. \
                 Type this code on the page where you asked for it:"
            )),
            Block::Code(code.clone()),
            Block::Paragraph(format!("It works once, for {minutes} {unit}. A newer code replaces it.")),
            Block::Notice(
                "Nobody will ever ask you for this code: not our help desk, not an administrator. Don't pass it on."
                    .to_owned(),
            ),
            Block::Paragraph(
                "Wasn't it you? Then you need not do anything: without the code, your password stays as it is."
                    .to_owned(),
            ),
            contacts(
                help,
                "If you get such mails again and again, tell us:",
                "If you get such mails again and again, tell your administrator.",
            ),
        ],
        footer: format!(
            "You get this mail because your address is registered for the recovery of an account at {organisation}."
        ),
    }
}

fn password_reset(facts: &Facts<'_>, at: jiff::Timestamp, client: Option<&str>) -> Draft {
    let Facts { organisation, help, reset_url, user_id } = facts;
    let when = at.strftime("%-d %B %Y at %H:%M UTC").to_string();
    let mut rows = vec![("Account", (*user_id).to_owned()), ("When", when)];
    rows.extend(client.map(|client| ("From the network", client.to_owned())));
    Draft {
        lang: "en",
        dir: "ltr",
        subject: format!("Your {organisation} password was reset"),
        preview: "If it was you, there is nothing to do. If it wasn't, act now.".to_owned(),
        heading: "Your password was reset".to_owned(),
        blocks: vec![
            Block::Paragraph(format!("A new password was chosen for your {organisation} account.")),
            Block::Facts(rows),
            Block::Paragraph("If it was you, there is nothing more to do.".to_owned()),
            Block::Notice(
                "Wasn't it you? Then somebody else may be in your account and in this mailbox. Change the password \
                 of this mailbox first, reset your account's password again, and tell us at once."
                    .to_owned(),
            ),
            Block::Link { words: "Reset the password again".to_owned(), url: (*reset_url).to_owned() },
            contacts(help, "This is how you reach us:", "Tell your administrator at once."),
        ],
        footer: format!(
            "You get this mail because your address is registered for the recovery of an account at {organisation}. \
             It goes to every such address after each reset."
        ),
    }
}

/// Whom to turn to; `without` is said where the organisation names nobody.
fn contacts(help: &Help, intro: &str, without: &str) -> Block {
    let mut contacts = Vec::new();
    if let Some(address) = &help.email {
        contacts.push(Contact { label: "Mail", words: address.clone(), url: format!("mailto:{address}") });
    }
    if let Some(number) = &help.phone {
        let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        contacts.push(Contact { label: "Phone", words: number.clone(), url: format!("tel:{digits}") });
    }
    if let Some(page) = &help.url {
        contacts.push(Contact { label: "Help page", words: page.clone(), url: page.clone() });
    }
    if contacts.is_empty() {
        Block::Paragraph(without.to_owned())
    } else {
        Block::Contacts { intro: intro.to_owned(), contacts }
    }
}
