//! What helps with choosing a new password: how strong it is, whether it is in a known leak, a
//! suggestion, whether the two are the same. None of it is in this wasm, and none of it is needed to go
//! on: where something can't be had, nothing is said of it, and the server judges.
//!
//! Everything that is found out comes with the ticket of the password it is about (or of the suggestion
//! that was asked for); what is about another one is dropped.

use regain_protocol::{FlowKind, Secret, ServerCheck};

use super::new_password::{NewPassword, Standing};
use super::{Announcement, Effect, Effects, Event, Field, Focus, Model, State, Step, Ticket};

/// A verdict about the strength of a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strength {
    /// From 0, very weak, to 4, very strong.
    pub score: u8,
    /// That, how long guessing it takes, and what would help, in words.
    pub words: String,
}

/// What is known of a password in known leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    /// Not asked yet.
    Unasked,
    /// Asked.
    Looking,
    /// It is in none.
    Fine,
    /// It is in one.
    Found,
    /// Nobody knows.
    Unknown,
}

impl Leak {
    pub(super) fn standing(self) -> Standing {
        match self {
            Self::Unasked => Standing::Open,
            Self::Unknown => Standing::Later,
            Self::Looking => Standing::Looking,
            Self::Fine => Standing::Met,
            Self::Found => Standing::Broken,
        }
    }
}

/// What can be said of the two passwords being the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Nothing: the second is not typed yet, or not to its end.
    Unsaid,
    /// They are.
    Same,
    /// They aren't.
    Different,
}

/// How a suggestion comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// There is none.
    None,
    /// It is being made.
    Waiting(Ticket),
    /// It is in the fields.
    Given {
        /// Whether there is a clipboard.
        can_copy: bool,
    },
    /// And it was copied.
    Copied,
    /// None could be made.
    Failed,
}

impl NewPassword {
    /// Compares the two; whether that is worth saying. What is still being typed is not called wrong.
    pub(super) fn match_up(&mut self, complete: bool) -> Option<Announcement> {
        let (password, confirm) = (self.password.expose(), self.confirm.expose());
        let now = if confirm.is_empty() {
            Matching::Unsaid
        } else if confirm == password {
            Matching::Same
        } else if complete && confirm.len() >= password.len() {
            Matching::Different
        } else {
            Matching::Unsaid
        };
        self.matched(now)
    }

    fn matched(&mut self, now: Matching) -> Option<Announcement> {
        let changed = std::mem::replace(&mut self.matching, now) != now;
        (changed && now != Matching::Unsaid).then_some(Announcement::Matching(now == Matching::Same))
    }

    /// The person went on from a field: what is in it now is meant.
    pub(super) fn left(&mut self, field: Field) -> Option<Announcement> {
        self.caps_lock = None;
        let differ = field != Field::Current && !self.confirm.expose().is_empty() && self.confirm != self.password;
        if differ && self.error.is_none() { self.matched(Matching::Different) } else { None }
    }

    /// The strength to announce: once typing pauses, and only if the score changed since the last announcement.
    fn strength_to_say(&mut self) -> Option<Announcement> {
        let (text, strength) = self.strength.as_ref()?;
        if !self.rests || *text != self.text || self.said_score == Some(strength.score) {
            return None;
        }
        self.said_score = Some(strength.score);
        Some(Announcement::Strength(strength.words.clone()))
    }

    /// What a suggestion must keep to, in the order of `embed/generate.js`.
    fn for_suggestion(&self) -> Vec<String> {
        let policy = &self.policy;
        let mut values = Vec::new();
        for &number in &[
            self.words.into(),
            policy.min_length,
            policy.max_length,
            policy.min_classes.into(),
            policy.min_different.into(),
            policy.forbid_user_id.into(),
        ] {
            values.push(crate::i18n::digits(number));
        }
        values.push(self.user_id.clone());
        values.extend_from_slice(&policy.forbidden_words);
        values
    }
}

impl Model {
    /// The step begins, or is another than before: brings in what tells how strong a password is. That is
    /// some hundred kilobytes, so they come while the person proves who they are, and only where that leads
    /// to a new password. The step itself knows more of the words that make one weak.
    pub(super) fn bring_in_strength(&mut self, effects: &mut Effects) {
        let State::Live(live) = &self.state else { return };
        let inputs = match &live.step {
            Step::NewPassword(step) => {
                let mut inputs = vec![step.user_id.clone()];
                inputs.extend_from_slice(&step.policy.forbidden_words);
                inputs
            }
            Step::Identify(_) | Step::ContactAdministrator(_) | Step::Unknown => return,
            // A first screen: what is brought in then would be in the way of what it needs.
            #[cfg(feature = "full")]
            Step::SignIn(_) => return,
            _ if self.scorer || !matches!(self.setup.kind, FlowKind::Reset | FlowKind::Change) => return,
            _ => vec![self.user_id.clone()],
        };
        self.scorer = true;
        self.scores = false;
        effects.push(Effect::BringInStrength(inputs));
    }

    /// The flow is over: it is not needed any more.
    pub(super) fn send_strength_away(&mut self, effects: &mut Effects) {
        if self.scorer && !matches!(self.state, State::Live(_)) {
            self.scorer = false;
            self.scores = false;
            effects.push(Effect::SendStrengthAway);
        }
    }

    /// Another password is there, or there is more to be said of it.
    pub(super) fn examine(&mut self, effects: &mut Effects) {
        if let Some(Step::NewPassword(step)) = self.step()
            && !step.password.expose().is_empty()
        {
            effects.push(Effect::Examine(step.text, step.password.clone()));
        }
    }

    /// What is heard of the helpers, and what the person wants of them.
    pub(super) fn aided(&mut self, event: Event, effects: &mut Effects) {
        let ticket = Ticket(self.tickets + 1);
        match event {
            Event::StrengthReady(ready) => {
                self.scores = ready;
                if let (false, Some(Step::NewPassword(step))) = (ready, self.step()) {
                    step.strength = None;
                }
                return self.examine(effects);
            }
            Event::AskedForSuggestion(_) | Event::Suggested(..) => self.tickets += 1,
            _ => {}
        }
        let Some(Step::NewPassword(step)) = self.step() else { return };
        let said = match event {
            Event::Scored(text, strength) if text == step.text => {
                // A score that was shown in between makes the announced one news again.
                if step.said_score != Some(strength.score) {
                    step.said_score = None;
                }
                step.strength = Some((text, strength));
                step.strength_to_say()
            }
            Event::Rested(text) if text == step.text => {
                step.rests = true;
                if step.leak == Leak::Unasked
                    && step.policy.server_checks.contains(&ServerCheck::Breached)
                    && step.keeps_rules()
                {
                    step.leak = Leak::Looking;
                    effects.push(Effect::LookUp(text, step.password.clone()));
                }
                step.strength_to_say()
            }
            Event::LookedUp(text, count) if text == step.text && step.leak == Leak::Looking => {
                step.leak = match count {
                    ..0 => Leak::Unknown,
                    0 => Leak::Fine,
                    1.. => Leak::Found,
                };
                (step.leak == Leak::Found).then_some(Announcement::Leaked)
            }
            Event::AskedForSuggestion(same) => {
                step.words ^= !same;
                step.suggested = Suggested::Waiting(ticket);
                effects.push(Effect::Suggest(ticket, step.for_suggestion()));
                None
            }
            Event::Suggested(asked, password, can_copy) if step.suggested == Suggested::Waiting(asked) => {
                self.suggested(ticket, password, can_copy, effects);
                return;
            }
            Event::AskedToCopy => {
                effects.push(Effect::Copy(step.password.clone()));
                None
            }
            Event::Copied(true) => {
                if matches!(step.suggested, Suggested::Given { .. }) {
                    step.suggested = Suggested::Copied;
                }
                Some(Announcement::Copied)
            }
            // They can still do it by hand.
            Event::Copied(false) => {
                step.shown = true;
                effects.push(Effect::Focus(Focus::Field(Field::Password)));
                None
            }
            Event::Showed => {
                step.shown = !step.shown;
                Some(Announcement::Shown(step.shown))
            }
            Event::CapsLock(at) => {
                let changed = std::mem::replace(&mut step.caps_lock, at) != at;
                (changed && at.is_some()).then_some(Announcement::CapsLock)
            }
            Event::Left(field) => step.left(field),
            _ => None,
        };
        effects.extend(said.map(Effect::Announce));
    }

    /// Takes a suggestion, where it is one.
    fn suggested(&mut self, ticket: Ticket, password: Option<Secret<String>>, can_copy: bool, effects: &mut Effects) {
        let Some(Step::NewPassword(step)) = self.step() else { return };
        let Some(password) = password else {
            step.suggested = Suggested::Failed;
            return effects.push(Effect::Announce(Announcement::NoSuggestion));
        };
        effects.push(Effect::Fill(Field::Password, password.clone()));
        effects.push(Effect::Fill(Field::Confirm, password.clone()));
        step.confirm = password.clone();
        step.is_now(password);
        step.text = ticket;
        step.error = None;
        step.shown = true;
        step.matching = Matching::Same;
        step.suggested = Suggested::Given { can_copy };
        effects.push(Effect::Announce(Announcement::Suggested));
        self.forget_failure();
        self.examine(effects);
    }
}
