//! The words of announcements, for those who cannot see a change.

use regain_flow::full::IS_FULL;
use regain_flow::{Announcement, ChangeKind};
use regain_protocol::CallStatus;

use crate::i18n::{self, Text};

/// The words of an announcement; none for one of the full build in the lean one.
pub(crate) fn words(announcement: Announcement) -> String {
    let text = match announcement {
        Announcement::CodeSent => Text::CodeResent,
        Announcement::NewCaptcha if IS_FULL => Text::CaptchaNew,
        Announcement::CodeRead => Text::CodeRead,
        Announcement::CodeExpires(seconds) => return i18n::fill(Text::CodeEndsSoon, &[&i18n::span(seconds)]),
        Announcement::CodeExpired => Text::CodeGone,
        Announcement::FlowEnds(seconds) => return i18n::fill(Text::FlowEnding, &[&i18n::span(seconds)]),
        Announcement::StillWorking => Text::Working,
        Announcement::RulesMet { met, of } => {
            return i18n::fill(Text::RulesMet, &[&i18n::digits(met), &i18n::digits(of)]);
        }
        Announcement::Strength(words) => return words,
        Announcement::Breached => Text::RuleBreached,
        Announcement::Matching(true) => Text::Same,
        Announcement::Matching(false) => Text::Different,
        Announcement::Shown(true) => Text::Shown,
        Announcement::Shown(false) => Text::Hidden,
        Announcement::CapsLock => Text::CapsLock,
        Announcement::Suggested => Text::SuggestionGiven,
        Announcement::NoSuggestion => Text::SuggestionFailed,
        Announcement::Copied => Text::Copied,
        Announcement::Call(status) if IS_FULL => call_status(status),
        Announcement::CharactersLeft(left) if IS_FULL => return characters_left(left),
        Announcement::InfoChanged(kind) if IS_FULL => info_changed(kind),
        Announcement::KeyCopied if IS_FULL => Text::KeyCopied,
        Announcement::NewCaptcha
        | Announcement::Call(_)
        | Announcement::CharactersLeft(_)
        | Announcement::InfoChanged(_)
        | Announcement::KeyCopied => Text::Nothing,
    };
    i18n::text(text).to_owned()
}

/// The status of a call, for the eye and for the ear.
pub(crate) fn call_status(status: CallStatus) -> Text {
    match status {
        CallStatus::Calling | CallStatus::Unknown => Text::Calling,
        CallStatus::Ringing => Text::CallRinging,
        CallStatus::Answered => Text::CallAnswered,
        CallStatus::NoAnswer => Text::CallNoAnswer,
        CallStatus::WrongKey => Text::CallWrongKey,
        CallStatus::Failed => Text::CallFailed,
    }
}

/// The last change of the security info, for the eye and for the ear.
pub(crate) fn info_changed(kind: ChangeKind) -> Text {
    match kind {
        ChangeKind::Added => Text::InfoAdded,
        ChangeKind::Replaced => Text::InfoReplaced,
        ChangeKind::Removed => Text::InfoRemoved,
    }
}

/// The number of characters that can still be written, for the eye and for the ear.
pub(crate) fn characters_left(left: u32) -> String {
    i18n::counted(Text::MessageRoom, left, "")
}
