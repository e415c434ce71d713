//! Content of each mail, from top to bottom. The words are those of the language.

use jiff::Timestamp;
use regain_protocol::{Help, MethodKind, Outcome, Role, Secret};

use super::{
    draft::{Block, Contact, Draft},
    typed,
};
use crate::{
    engine::Device,
    languages::{Language, Text},
    messages::{CodePurpose, Content, InfoChange},
};

/// Data that each mail is written from.
pub(super) struct Facts<'a> {
    pub(super) language: &'static Language,
    pub(super) organisation: &'a str,
    pub(super) help: &'a Help,
    pub(super) reset_url: &'a str,
    pub(super) user_id: &'a str,
    pub(super) device: Option<Device>,
}

impl Facts<'_> {
    /// The words, with the organisation's name and other values at their places.
    fn say(&self, text: Text, values: &[(&str, &str)]) -> String {
        let values: Vec<_> = [("organisation", self.organisation)].into_iter().chain(values.iter().copied()).collect();
        self.language.write(text, &values)
    }

    fn paragraph(&self, text: Text, values: &[(&str, &str)]) -> Block {
        Block::Paragraph(self.say(text, values))
    }

    fn notice(&self, text: Text) -> Block {
        Block::Notice(self.say(text, &[]))
    }

    /// The link to the page where passwords are reset.
    fn link(&self, words: Text) -> Block {
        Block::Link { words: self.say(words, &[]), url: self.reset_url.to_owned() }
    }

    fn label(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// The contacts; `without` is said where the organisation names nobody.
    fn contacts(&self, intro: Text, without: Text) -> Block {
        let mut contacts = Vec::new();
        if let Some(address) = &self.help.email {
            let (label, url) = (self.label(Text::ContactMail), format!("mailto:{address}"));
            contacts.push(Contact { label, words: address.clone(), url });
        }
        if let Some(number) = &self.help.phone {
            let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            let (label, url) = (self.label(Text::ContactPhone), format!("tel:{digits}"));
            contacts.push(Contact { label, words: number.clone(), url });
        }
        if let Some(page) = &self.help.url {
            contacts.push(Contact { label: self.label(Text::ContactPage), words: page.clone(), url: page.clone() });
        }
        if contacts.is_empty() {
            self.paragraph(without, &[])
        } else {
            Block::Contacts { intro: self.say(intro, &[]), contacts }
        }
    }

    fn when_and_where(&self, at: Timestamp, client: Option<&str>) -> Vec<(&'static str, String)> {
        let mut rows = vec![(self.label(Text::When), self.language.time(at))];
        rows.extend(self.device());
        rows.extend(client.map(|client| (self.label(Text::Network), client.to_owned())));
        rows
    }

    /// The device that asked, where it is known.
    fn device(&self) -> Option<(&'static str, String)> {
        let device = self.device?;
        let named = [("browser", device.browser()), ("system", device.system())];
        Some((self.label(Text::Device), self.say(Text::DeviceNamed, &named)))
    }
}

/// Writes any mail; `None` for what is not one.
pub(super) fn draft(facts: &Facts<'_>, content: &Content) -> Option<Draft> {
    Some(match content {
        Content::TextCode { .. }
        | Content::TextNotice { .. }
        | Content::Call { .. }
        | Content::SessionsEnded { .. } => return None,
        Content::Code { code, minutes, purpose: CodePurpose::Prove } => code_mail(facts, code, *minutes),
        Content::Code { code, minutes, purpose: CodePurpose::Register } => new_address_mail(facts, code, *minutes),
        Content::SecurityInfoChanged { change, kind, role, masked, at, client } => {
            let mut rows: Vec<_> = masked.iter().map(|masked| (label(facts, *change), masked.clone())).collect();
            rows.extend(facts.when_and_where(*at, client.as_deref()));
            let what = info_changed(facts, *change, *kind, *role);
            it_happened(facts, &INFO_CHANGED, what, rows)
        }
        Content::Confirmation { outcome, at, client } => {
            let (happened, what) = happened(*outcome);
            it_happened(facts, happened, facts.say(what, &[]), facts.when_and_where(*at, client.as_deref()))
        }
        Content::RecoveryCodeUsed { left, at, client } => {
            let used = facts.say(Text::RecoveryUsedLead, &[("left", &left.to_string())]);
            it_happened(facts, &RECOVERY_CODE_USED, used, facts.when_and_where(*at, client.as_deref()))
        }
        Content::AdministratorRequest { reason, message, proved, at, client, reference } => {
            let mut rows = vec![
                (facts.label(Text::Reason), facts.say(reason_in_words(reason), &[])),
                (facts.label(Text::Proofs), proofs(facts, proved)),
            ];
            rows.extend(facts.when_and_where(*at, client.as_deref()));
            // A message of a former version has none.
            if !reference.is_empty() {
                rows.push((facts.label(Text::Reference), reference.clone()));
            }
            administrator_request(facts, message.as_deref(), rows)
        }
    })
}

fn code_mail(facts: &Facts<'_>, code: &Secret<String>, minutes: u32) -> Draft {
    let time = facts.language.minutes(minutes);
    let time = ("time", time.as_str());
    let shown = ("code", code.expose().as_str());
    Draft {
        language: facts.language,
        subject: facts.say(Text::CodeSubject, &[shown]),
        preview: facts.say(Text::CodePreview, &[shown, time]),
        heading: facts.say(Text::CodeHeading, &[]),
        blocks: [
            facts.paragraph(Text::CodeLead, &[("user_id", facts.user_id)]),
            Block::Code(code.clone()),
            facts.paragraph(Text::CodeGoodFor, &[time]),
        ]
        .into_iter()
        .chain(facts.device().map(|device| Block::Facts(vec![device])))
        .chain([
            facts.notice(Text::CodeNobodyAsks),
            facts.paragraph(Text::CodeNotYou, &[]),
            facts.contacts(Text::CodeAgainReach, Text::CodeAgainTell),
        ])
        .collect(),
        footer: facts.say(Text::CodeWhy, &[]),
    }
}

/// The code for an address that somebody entered. Whose it is, is not known yet, so it names no account.
fn new_address_mail(facts: &Facts<'_>, code: &Secret<String>, minutes: u32) -> Draft {
    let time = facts.language.minutes(minutes);
    let time = ("time", time.as_str());
    Draft {
        language: facts.language,
        subject: facts.say(Text::AddressSubject, &[]),
        preview: facts.say(Text::AddressPreview, &[time]),
        heading: facts.say(Text::AddressHeading, &[]),
        blocks: vec![
            facts.paragraph(Text::AddressLead, &[]),
            Block::Code(code.clone()),
            facts.paragraph(Text::AddressGoodFor, &[time]),
            facts.notice(Text::CodeNobodyAsks),
            facts.paragraph(Text::AddressNotYou, &[]),
            facts.link(Text::Reset),
            facts.contacts(Text::Reach, Text::Tell),
        ],
        footer: facts.say(Text::AddressWhy, &[]),
    }
}

/// Words of a notice, beside those about the event.
struct Happened {
    subject: Text,
    heading: Text,
    not_you: Text,
    link: Text,
}

const INFO_CHANGED: Happened =
    Happened { subject: Text::InfoSubject, heading: Text::InfoHeading, not_you: Text::InfoNotYou, link: Text::Reset };

const RECOVERY_CODE_USED: Happened = Happened {
    subject: Text::RecoveryUsedSubject,
    heading: Text::RecoveryUsedHeading,
    not_you: Text::RecoveryUsedNotYou,
    link: Text::Reset,
};

/// Words of a confirmation, by outcome.
const fn happened(outcome: Outcome) -> (&'static Happened, Text) {
    match outcome {
        Outcome::Reset | Outcome::FirstPassword => (
            &Happened {
                subject: Text::ResetSubject,
                heading: Text::ResetHeading,
                not_you: Text::ResetNotYou,
                link: Text::ResetAgain,
            },
            Text::ResetLead,
        ),
        Outcome::Unlocked => (
            &Happened {
                subject: Text::UnlockedSubject,
                heading: Text::UnlockedHeading,
                not_you: Text::UnlockedNotYou,
                link: Text::Reset,
            },
            Text::UnlockedLead,
        ),
        Outcome::Changed => (
            &Happened {
                subject: Text::ChangedSubject,
                heading: Text::ChangedHeading,
                not_you: Text::ChangedNotYou,
                link: Text::Reset,
            },
            Text::ChangedLead,
        ),
        Outcome::Registered => (
            &Happened {
                subject: Text::ConfirmedSubject,
                heading: Text::ConfirmedHeading,
                not_you: Text::ConfirmedNotYou,
                link: Text::Reset,
            },
            Text::ConfirmedLead,
        ),
        Outcome::RequestSent | Outcome::NotLocked | Outcome::Unknown => (
            &Happened {
                subject: Text::SomethingSubject,
                heading: Text::SomethingHeading,
                not_you: Text::SomethingNotYou,
                link: Text::Reset,
            },
            Text::SomethingLead,
        ),
    }
}

/// Words of the notice of a change of security info.
fn info_changed(facts: &Facts<'_>, change: InfoChange, kind: MethodKind, role: Option<Role>) -> String {
    let way = match (kind, role) {
        (MethodKind::Email, Some(Role::Alternate)) => Text::WayEmailAlternate,
        (MethodKind::Email, Some(Role::Authentication)) => Text::WayEmailAuthentication,
        (MethodKind::Email, _) => Text::WayEmail,
        (MethodKind::Sms | MethodKind::Call, Some(Role::Mobile)) => Text::WayPhoneMobile,
        (MethodKind::Sms | MethodKind::Call, Some(Role::Authentication)) => Text::WayPhoneAuthentication,
        (MethodKind::Sms | MethodKind::Call, Some(Role::Office)) => Text::WayPhoneOffice,
        (MethodKind::Sms | MethodKind::Call, _) => Text::WayPhone,
        (MethodKind::Authenticator, _) => Text::WayAuthenticator,
        (MethodKind::Unknown, _) => Text::WayOther,
        (MethodKind::RecoveryCodes, _) => {
            let codes = match change {
                InfoChange::Added => Text::RecoveryCodesAdded,
                InfoChange::Replaced => Text::RecoveryCodesReplaced,
                InfoChange::Removed => Text::RecoveryCodesRemoved,
            };
            return facts.say(codes, &[]);
        }
        (MethodKind::Questions, _) => {
            let questions = match change {
                InfoChange::Added => Text::QuestionsAdded,
                InfoChange::Replaced => Text::QuestionsReplaced,
                InfoChange::Removed => Text::QuestionsRemoved,
            };
            return facts.say(questions, &[]);
        }
    };
    let changed = match change {
        InfoChange::Added => Text::InfoAdded,
        InfoChange::Replaced => Text::InfoReplaced,
        InfoChange::Removed => Text::InfoRemoved,
    };
    facts.say(changed, &[("way", facts.label(way))])
}

/// Label of the changed address or number.
fn label(facts: &Facts<'_>, change: InfoChange) -> &'static str {
    facts.label(match change {
        InfoChange::Added => Text::LabelAdded,
        InfoChange::Replaced => Text::LabelReplaced,
        InfoChange::Removed => Text::LabelRemoved,
    })
}

/// A notice, to every address of an account, of what happened to it.
fn it_happened(facts: &Facts<'_>, happened: &Happened, what: String, more: Vec<(&'static str, String)>) -> Draft {
    let mut rows = vec![(facts.label(Text::Account), facts.user_id.to_owned())];
    rows.extend(more);
    Draft {
        language: facts.language,
        subject: facts.say(happened.subject, &[]),
        preview: facts.say(Text::HappenedPreview, &[]),
        heading: facts.say(happened.heading, &[]),
        blocks: vec![
            Block::Paragraph(what),
            Block::Facts(rows),
            facts.paragraph(Text::HappenedYou, &[]),
            facts.notice(happened.not_you),
            facts.link(happened.link),
            facts.contacts(Text::Reach, Text::TellAtOnce),
        ],
        footer: facts.say(Text::HappenedWhy, &[]),
    }
}

fn administrator_request(facts: &Facts<'_>, message: Option<&str>, rows: Vec<(&'static str, String)>) -> Draft {
    let user_id = typed::user_id(facts.user_id.trim());
    let lines = message.map(typed::lines).unwrap_or_default();
    let disarmed = typed::is_disarmed(&user_id) || lines.iter().any(|line| typed::is_disarmed(line));

    let mut blocks = vec![facts.paragraph(Text::RequestLead, &[])];
    if user_id.is_empty() {
        blocks.push(facts.paragraph(Text::RequestNoUserId, &[]));
    } else {
        blocks.push(facts.paragraph(Text::RequestUserId, &[]));
        blocks.push(Block::Quote(vec![user_id]));
    }
    blocks.push(Block::Facts(rows));
    if lines.is_empty() {
        blocks.push(facts.paragraph(Text::RequestNoMessage, &[]));
    } else {
        blocks.push(facts.paragraph(Text::RequestMessage, &[]));
        blocks.push(Block::Quote(lines));
    }
    if disarmed {
        blocks.push(facts.paragraph(Text::RequestBrackets, &[]));
    }
    blocks.push(facts.notice(Text::RequestUnchecked));
    Draft {
        language: facts.language,
        subject: facts.say(Text::RequestSubject, &[]),
        preview: facts.say(Text::RequestPreview, &[]),
        heading: facts.say(Text::RequestHeading, &[]),
        blocks,
        footer: facts.say(Text::RequestWhy, &[]),
    }
}

/// Why somebody could not go on, as the step said it.
fn reason_in_words(reason: &str) -> Text {
    match reason {
        "disabled" => Text::ReasonDisabled,
        "second_gate" => Text::ReasonSecondGate,
        "asked" => Text::ReasonAsked,
        _ => Text::ReasonOther,
    }
}

fn proofs(facts: &Facts<'_>, proved: &[MethodKind]) -> String {
    let words: Vec<_> = proved
        .iter()
        .map(|kind| match kind {
            MethodKind::Email => Text::ProofEmail,
            MethodKind::Sms => Text::ProofSms,
            MethodKind::Call => Text::ProofCall,
            MethodKind::Questions => Text::ProofQuestions,
            MethodKind::Authenticator => Text::ProofAuthenticator,
            MethodKind::RecoveryCodes => Text::ProofRecoveryCode,
            MethodKind::Unknown => Text::ProofOther,
        })
        .map(|text| facts.label(text))
        .collect();
    if words.is_empty() { facts.label(Text::ProofNone).to_owned() } else { words.join(facts.label(Text::Comma)) }
}
