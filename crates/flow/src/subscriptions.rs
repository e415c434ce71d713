//! Subscriptions: what runs beside a flow, as a function of its state. The shell compares them with those of before, and
//! starts and stops what has changed; nothing in here remembers what runs.

use regain_protocol::{FlowKind, MethodKind};

use crate::clock::Millis;
use crate::model::{Model, State};
use crate::steps::full::FullStep;
use crate::steps::list::Step;

/// The subscriptions of a flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subscriptions {
    /// [`Event::Ticked`](crate::Event::Ticked) every second.
    pub ticks: bool,
    /// [`Event::PollDue`](crate::Event::PollDue) every two seconds, for a call.
    pub polls: bool,
    /// Codes of text messages, where the browser can read them and the person lets it (`WebOTP`); each comes as
    /// [`CodeEvent::Read`](crate::CodeEvent::Read).
    pub text_messages: bool,
    /// The scoring of passwords with [`Model::weak_words`], of which another number means others. It is ready, or not to be
    /// had, with [`Event::StrengthReady`](crate::Event::StrengthReady).
    pub strength: Option<u32>,
}

impl Model {
    /// The subscriptions at `now`.
    pub fn subscriptions(&self, now: Millis) -> Subscriptions {
        let State::Live(live) = &self.state else {
            let ticks = match &self.state {
                State::Opening(_) => true,
                State::Ended { retry_at, .. } => retry_at.is_some_and(|at| at > now + self.clock_offset),
                State::Live(_) | State::Done { .. } | State::Closed => false,
            };
            return Subscriptions { ticks, ..Subscriptions::default() };
        };
        Subscriptions {
            ticks: true,
            polls: match &live.step {
                Step::Full(step) => matches!(&**step, FullStep::AnswerCall(call) if !call.is_over()),
                _ => false,
            },
            text_messages: matches!(&live.step, Step::EnterCode(step) if step.method.kind == MethodKind::Sms),
            strength: self.strength(&live.step),
        }
    }

    /// The scoring of passwords, where they are to be scored. It is some hundred kilobytes, so it comes while the person
    /// proves who they are, and only where that leads to a new password. The last step knows more of the words.
    fn strength(&self, step: &Step) -> Option<u32> {
        match step {
            Step::NewPassword(_) => return Some(self.revision),
            // At a first screen it would be in the way of what that needs.
            Step::Identify(_) | Step::Unknown => return None,
            Step::Full(step) => match &**step {
                FullStep::ContactAdministrator(_) | FullStep::SignIn(_) => return None,
                _ => {}
            },
            Step::ChooseMethod(_) | Step::EnterCode(_) => {}
        }
        matches!(self.setup.kind, FlowKind::Reset | FlowKind::Change).then_some(0)
    }

    /// The words that make a password weak, as far as they are known.
    pub fn weak_words(&self) -> Vec<String> {
        match &self.state {
            State::Live(live) => match &live.step {
                Step::NewPassword(step) => step.weak_words(),
                _ => vec![self.user_id.clone()],
            },
            _ => Vec::new(),
        }
    }
}
