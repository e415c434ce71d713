//! Everything that is sent, in English.

use jiff::Timestamp;
use regain_protocol::{Help, MethodKind, Outcome, Role, Secret};

use super::{
    Catalogue, Facts, TextContent,
    draft::{Block, Contact, Draft},
    phone::CallWords,
    typed,
};
use crate::outgoing::{CodePurpose, Content, InfoChange};

/// The catalogue.
pub(super) static CATALOGUE: Catalogue = Catalogue { lang: "en", draft, text_message, call_words };

/// Writes any mail; `None` for what is not one.
fn draft(facts: &Facts<'_>, content: &Content) -> Option<Draft> {
    Some(match content {
        Content::TextCode { .. } | Content::Call { .. } | Content::SessionsEnded { .. } => return None,
        Content::Code { code, minutes, purpose: CodePurpose::Prove } => code_mail(facts, code, *minutes),
        Content::Code { code, minutes, purpose: CodePurpose::Register } => new_address_mail(facts, code, *minutes),
        Content::SecurityInfoChanged { change, kind, role, masked, at, client } => {
            let (happened, mut rows) = info_changed(facts.organisation, *change, *kind, *role, masked.as_deref());
            rows.extend(when_and_where(*at, client.as_deref()));
            it_happened(facts, happened, rows)
        }
        Content::Confirmation { outcome, at, client } => {
            it_happened(facts, happened(facts.organisation, *outcome), when_and_where(*at, client.as_deref()))
        }
        Content::AdministratorRequest { reason, message, proved, at, client } => {
            let mut rows = vec![("Why they ask", reason_in_words(reason).to_owned()), ("Proofs given", proofs(proved))];
            rows.extend(when_and_where(*at, client.as_deref()));
            administrator_request(facts, message.as_deref(), rows)
        }
    })
}

fn code_mail(facts: &Facts<'_>, code: &Secret<String>, minutes: u32) -> Draft {
    let Facts { organisation, help, user_id, .. } = facts;
    let time = time(minutes);
    Draft {
        lang: "en",
        dir: "ltr",
        subject: format!("Your {organisation} verification code"),
        preview: format!("Use it within {time} on the page where you asked for it."),
        heading: "Here is your verification code".to_owned(),
        blocks: vec![
            Block::Paragraph(format!(
                "Somebody, we hope you, asked to get back into the {organisation} account {user_id}. \
                 Type this code on the page where you asked for it:"
            )),
            Block::Code(code.clone()),
            Block::Paragraph(format!("It works once, for {time}. A newer code replaces it.")),
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

/// The code for an address that somebody entered. Whose it is, is not known yet, so it names no account.
fn new_address_mail(facts: &Facts<'_>, code: &Secret<String>, minutes: u32) -> Draft {
    let Facts { organisation, help, reset_url, .. } = facts;
    let time = time(minutes);
    Draft {
        lang: "en",
        dir: "ltr",
        subject: format!("Confirm this address for your {organisation} account"),
        preview: format!("The code is good for {time}, on the page where the address was entered."),
        heading: "Is this address yours?".to_owned(),
        blocks: vec![
            Block::Paragraph(format!(
                "Somebody, we hope you, entered this address as security info of an account at {organisation}: as a \
                 way to get back into it. Type this code on the page where you entered it:"
            )),
            Block::Code(code.clone()),
            Block::Paragraph(format!(
                "It works once, for {time}. A newer code replaces it. Until then the address counts for nothing."
            )),
            Block::Notice(
                "Nobody will ever ask you for this code: not our help desk, not an administrator. Don't pass it on."
                    .to_owned(),
            ),
            Block::Paragraph(format!(
                "Wasn't it you? If you have no account at {organisation}, somebody probably mistyped their own \
                 address, and you need not do anything. If you have one, somebody else may be in it: choose a new \
                 password at once, and tell us."
            )),
            Block::Link { words: "Reset the password".to_owned(), url: (*reset_url).to_owned() },
            contacts(help, "This is how you reach us:", "Tell your administrator."),
        ],
        footer: format!(
            "You get this mail because this address was entered as security info of an account at {organisation}."
        ),
    }
}

/// What a confirmation says of an outcome.
struct Happened {
    subject: String,
    heading: &'static str,
    what: String,
    not_you: &'static str,
    link: &'static str,
}

fn happened(organisation: &str, outcome: Outcome) -> Happened {
    match outcome {
        Outcome::Reset => Happened {
            subject: format!("Your {organisation} password was reset"),
            heading: "Your password was reset",
            what: format!("A new password was chosen for your {organisation} account."),
            not_you: "Wasn't it you? Then somebody else may be in your account and in this mailbox. Change the \
                      password of this mailbox first, reset your account's password again, and tell us at once.",
            link: "Reset the password again",
        },
        Outcome::Unlocked => Happened {
            subject: format!("Your {organisation} account was unlocked"),
            heading: "Your account was unlocked",
            what: format!("Your {organisation} account can be signed in to again. Its password is the same as before."),
            not_you: "Wasn't it you? Then somebody else may know your password and may be in this mailbox. Change \
                      the password of this mailbox first, reset your account's password, and tell us at once.",
            link: "Reset the password",
        },
        Outcome::Changed => Happened {
            subject: format!("Your {organisation} password was changed"),
            heading: "Your password was changed",
            what: format!(
                "The password of your {organisation} account was changed by somebody who knew the former one."
            ),
            not_you: "Wasn't it you? Then somebody else knew your password and may be in your account. Reset the \
                      password at once, and tell us.",
            link: "Reset the password",
        },
        Outcome::Registered => Happened {
            subject: format!("Your {organisation} security info was confirmed"),
            heading: "Your security info was confirmed",
            what: format!(
                "Somebody looked through the addresses, phones, questions and apps by which you can get back into \
                 your {organisation} account, and said that they are right. What was changed has a mail of its own."
            ),
            not_you: "Wasn't it you? Then somebody else may be in your account. Reset its password at once, and tell \
                      us.",
            link: "Reset the password",
        },
        Outcome::RequestSent | Outcome::Unknown => Happened {
            subject: format!("Something was done with your {organisation} account"),
            heading: "Something was done with your account",
            what: format!("Somebody used the recovery page for your {organisation} account."),
            not_you: "Wasn't it you? Then reset your account's password, and tell us at once.",
            link: "Reset the password",
        },
    }
}

/// What the notice says of a change of security info.
fn info_changed(
    organisation: &str,
    change: InfoChange,
    kind: MethodKind,
    role: Option<Role>,
    masked: Option<&str>,
) -> (Happened, Vec<(&'static str, String)>) {
    let (what, verb) = match (kind, role) {
        (MethodKind::Email, Some(Role::Alternate)) => ("alternate mail address", "was"),
        (MethodKind::Email, Some(Role::Authentication)) => ("authentication mail address", "was"),
        (MethodKind::Email, _) => ("mail address", "was"),
        (MethodKind::Sms | MethodKind::Call, Some(Role::Mobile)) => ("mobile phone", "was"),
        (MethodKind::Sms | MethodKind::Call, Some(Role::Authentication)) => ("authentication phone", "was"),
        (MethodKind::Sms | MethodKind::Call, Some(Role::Office)) => ("office phone", "was"),
        (MethodKind::Sms | MethodKind::Call, _) => ("phone", "was"),
        (MethodKind::Authenticator, _) => ("authenticator app", "was"),
        (MethodKind::Questions, _) => ("security questions", "were"),
        (MethodKind::Unknown, _) => ("way to prove who you are", "was"),
    };
    let (done, label, more) = match change {
        InfoChange::Added => ("added", "Added", "That is one more way to get back into the account."),
        InfoChange::Replaced => ("replaced", "The new one", "What was there before no longer counts."),
        InfoChange::Removed => ("removed", "Removed", "That way to get back into the account is closed."),
    };
    let happened = Happened {
        subject: format!("Your {organisation} security info was changed"),
        heading: "Your security info was changed",
        what: format!("The {what} of your {organisation} account {verb} {done}. {more}"),
        not_you: "Wasn't it you? Then somebody else may be preparing to take over your account. Reset its password at \
                  once, and tell us, so that the change is undone.",
        link: "Reset the password",
    };
    (happened, masked.map(|masked| (label, masked.to_owned())).into_iter().collect())
}

/// A notice, to every address of an account, of what happened to it.
fn it_happened(facts: &Facts<'_>, happened: Happened, more: Vec<(&'static str, String)>) -> Draft {
    let Facts { organisation, help, reset_url, user_id } = facts;
    let Happened { subject, heading, what, not_you, link } = happened;
    let mut rows = vec![("Account", (*user_id).to_owned())];
    rows.extend(more);
    Draft {
        lang: "en",
        dir: "ltr",
        subject,
        preview: "If it was you, there is nothing to do. If it wasn't, act now.".to_owned(),
        heading: heading.to_owned(),
        blocks: vec![
            Block::Paragraph(what),
            Block::Facts(rows),
            Block::Paragraph("If it was you, there is nothing more to do.".to_owned()),
            Block::Notice(not_you.to_owned()),
            Block::Link { words: link.to_owned(), url: (*reset_url).to_owned() },
            contacts(help, "This is how you reach us:", "Tell your administrator at once."),
        ],
        footer: format!(
            "You get this mail because your address is registered for the recovery of an account at {organisation}. \
             Every such address gets it each time."
        ),
    }
}

fn administrator_request(facts: &Facts<'_>, message: Option<&str>, rows: Vec<(&'static str, String)>) -> Draft {
    let Facts { organisation, user_id, .. } = facts;
    let user_id = typed::user_id(user_id.trim());
    let lines = message.map(typed::lines).unwrap_or_default();
    let disarmed = typed::is_disarmed(&user_id) || lines.iter().any(|line| typed::is_disarmed(line));

    let mut blocks = vec![Block::Paragraph(format!(
        "Somebody could not get back into an account at {organisation} by themselves and asks the administrators."
    ))];
    if user_id.is_empty() {
        blocks.push(Block::Paragraph("They typed no user ID.".to_owned()));
    } else {
        blocks.push(Block::Paragraph(
            "This is the user ID that they typed. It need not exist, and it need not be theirs:".to_owned(),
        ));
        blocks.push(Block::Quote(vec![user_id]));
    }
    blocks.push(Block::Facts(rows));
    if lines.is_empty() {
        blocks.push(Block::Paragraph("They added no message.".to_owned()));
    } else {
        blocks.push(Block::Paragraph("This is what they added, in their own words:".to_owned()));
        blocks.push(Block::Quote(lines));
    }
    if disarmed {
        blocks.push(Block::Paragraph(
            "Dots, colons and backslashes in brackets are ours: nothing that was typed is to become a link.".to_owned(),
        ));
    }
    blocks.push(Block::Notice(
        "Nobody has checked who wrote this. Reach the person by a way that you know already, not by one named above, \
         before you change anything about the account. Never ask them for a password or code."
            .to_owned(),
    ));
    Draft {
        lang: "en",
        dir: "ltr",
        subject: format!("Somebody at {organisation} asks for help with an account"),
        preview: "They could not get back in by themselves.".to_owned(),
        heading: "Somebody asks for help with an account".to_owned(),
        blocks,
        footer: format!("You get this mail because your address is an administrator's in {organisation}'s settings."),
    }
}

/// Why somebody could not go on, as the step said it.
fn reason_in_words(reason: &str) -> &'static str {
    match reason {
        "disabled" => "People cannot reset their passwords by themselves: it is switched off.",
        "second_gate" => "They gave one proof, and the account has no way to give the second one that is asked for.",
        "asked" => "They said that none of the ways to prove who they are works for them.",
        _ => "They could not go on by themselves.",
    }
}

fn proofs(proved: &[MethodKind]) -> String {
    let words: Vec<_> = proved
        .iter()
        .map(|kind| match kind {
            MethodKind::Email => "a code by mail",
            MethodKind::Sms => "a code by text message",
            MethodKind::Call => "a phone call",
            MethodKind::Questions => "security questions",
            MethodKind::Authenticator => "an authenticator app",
            MethodKind::Unknown => "another one",
        })
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn when_and_where(at: Timestamp, client: Option<&str>) -> Vec<(&'static str, String)> {
    let mut rows = vec![("When", at.strftime("%-d %B %Y at %H:%M UTC").to_string())];
    rows.extend(client.map(|client| ("From the network", client.to_owned())));
    rows
}

fn time(minutes: u32) -> String {
    match minutes {
        1 => "1 minute".to_owned(),
        _ => format!("{minutes} minutes"),
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

/// The words of a text message, from the most to the fewest.
fn text_message(organisation: Option<&str>, content: &TextContent<'_>) -> Vec<Secret<String>> {
    let TextContent { code, minutes, purpose } = content;
    let code = code.expose();
    // A number of four digits could be taken for a code.
    let good_for = if *minutes < 1000 { format!(" It is good for {}.", time(*minutes)) } else { String::new() };
    let mut words = Vec::new();
    let names = organisation.map(|organisation| format!("{organisation}: your")).into_iter().chain(["Your".into()]);
    for your in names {
        match purpose {
            CodePurpose::Prove => {
                words.push(format!("{your} verification code is {code}.{good_for} Don't pass it on to anybody."));
                words.push(format!("{your} code is {code}."));
            }
            CodePurpose::Register => {
                let adds = "code to add this number as security info is";
                words.push(format!("{your} {adds} {code}.{good_for} Not you? Ignore it, and don't pass it on."));
                words.push(format!("{your} {adds} {code}. Not you? Ignore it."));
                words.push(format!("{your} code to add this number is {code}."));
            }
        }
    }
    words.into_iter().map(Secret::new).collect()
}

/// What is spoken in a call.
fn call_words(organisation: &str) -> CallWords {
    let hello = if organisation.is_empty() { "Hello.".to_owned() } else { format!("Hello. This is {organisation}.") };
    CallWords {
        greeting: format!("{hello} Somebody, we hope you, asked for this call, to show that this phone is theirs."),
        press: "If it is you, press the hash key, also called pound. If it is not, just hang up, and nothing will \
                happen."
            .to_owned(),
        wrong_key: "That was another key.".to_owned(),
        thanks: "Thank you. Please go on at your screen.".to_owned(),
        goodbye: "Goodbye.".to_owned(),
    }
}
