//! The challenge that tells people from programs, at the first step and where a password is given. A picture's text is
//! typed; every other challenge is solved by the browser ([`Effect::SolveCaptcha`]) while the person types. A person who is
//! quicker than the browser waits for it: the answer then goes by itself.

use std::sync::Arc;

use regain_folding::trimmed;
use regain_protocol::{Captcha, CaptchaSolution, ProblemCode};

use crate::effect::{Effect, Ticket};
use crate::field::{Field, FieldError};
use crate::full::IS_FULL;
use crate::step::Context;

/// Something that happens to a challenge.
#[derive(Debug, Clone)]
pub enum ChallengeEvent {
    /// The person asks for another one.
    Renewed,
    /// The challenge of that ticket is solved. Solved again, the later solution counts.
    Solved(Ticket, String),
    /// So much of the work on the challenge of that ticket is done, in percent.
    Progress(Ticket, u32),
    /// The challenge of that ticket can't be solved here: no worker, a script that is blocked.
    Unsolvable(Ticket),
}

/// A challenge being solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) captcha: Option<Arc<Captcha>>,
    /// It is not known yet if there is one.
    awaited: bool,
    /// The picture's text as typed, or what the browser worked out; empty for not yet.
    solution: String,
    /// The part of the work that is done, in percent.
    progress: u32,
    /// The form was sent, and goes as soon as the solution is there.
    pub(crate) waiting: bool,
    pub(crate) error: Option<FieldError>,
    /// The number of challenges before this one.
    number: u32,
    /// The work under way.
    work: Option<Ticket>,
    /// A work's result was refused once already.
    retried: bool,
}

/// A challenge to draw.
#[derive(Debug, Clone)]
pub struct CaptchaView {
    /// The challenge itself.
    pub captcha: Arc<Captcha>,
    /// Another number is another challenge, to be drawn anew.
    pub number: u32,
    /// The part of the browser's work that is done, in percent.
    pub progress: u32,
    /// True where there is a solution: for a picture, where something is typed.
    pub solved: bool,
    /// True where another can be asked for now.
    pub can_renew: bool,
    /// Its fault.
    pub error: Option<FieldError>,
}

impl Challenge {
    pub(crate) fn new(captcha: Option<Captcha>) -> Self {
        Self {
            captcha: captcha.map(Arc::new),
            awaited: false,
            solution: String::new(),
            progress: 0,
            waiting: false,
            error: None,
            number: 0,
            work: None,
            retried: false,
        }
    }

    pub(crate) fn awaited() -> Self {
        Self { awaited: true, ..Self::new(None) }
    }

    /// Takes the challenge as the server has it now: another one replaces the former.
    pub(crate) fn refresh(&mut self, new: Self) {
        self.awaited = new.awaited;
        if new.captcha != self.captcha {
            self.captcha = new.captcha;
            self.reset();
            // A complaint about the former one would be out of place.
            self.error = None;
        }
    }

    fn reset(&mut self) {
        self.solution.clear();
        self.progress = 0;
        self.work = None;
        self.number += 1;
    }

    /// Tells if the browser has the challenge to solve, and not the person.
    fn is_work(&self) -> bool {
        self.captcha.as_ref().is_some_and(|captcha| !IS_FULL || !matches!(**captcha, Captcha::Image { .. }))
    }

    /// Has the browser solve the challenge, unless it is solved or being solved.
    pub(crate) fn begin(&mut self, context: &mut Context) {
        if self.is_work()
            && self.solution.is_empty()
            && self.work.is_none()
            && let Some(captcha) = self.captcha.clone()
        {
            let ticket = context.ticket();
            self.work = Some(ticket);
            context.push(Effect::SolveCaptcha(ticket, captcha));
        }
    }

    /// Takes what the browser says about its work; whether the form can now go that waited for it. A challenge may be
    /// solved more than once: the solutions of some are good for a few minutes only.
    pub(crate) fn update(&mut self, event: ChallengeEvent, context: &mut Context) -> bool {
        match event {
            ChallengeEvent::Solved(ticket, solution) if self.work == Some(ticket) && !solution.is_empty() => {
                self.solution = solution;
                self.progress = 100;
                self.error = None;
                return std::mem::take(&mut self.waiting);
            }
            ChallengeEvent::Progress(ticket, percent) if self.work == Some(ticket) && self.solution.is_empty() => {
                self.progress = percent.min(100);
            }
            // Sending the form tries again. Nobody is taken there who is still typing.
            ChallengeEvent::Unsolvable(ticket) if self.work == Some(ticket) => {
                let waiting = std::mem::take(&mut self.waiting);
                self.reset();
                self.error = Some(FieldError::Unusable);
                if waiting {
                    context.focus(Field::Captcha);
                }
            }
            _ => {}
        }
        false
    }

    /// Takes the digits of a picture.
    pub(crate) fn input(&mut self, text: &str) {
        if IS_FULL && !self.is_work() {
            text.clone_into(&mut self.solution);
        }
        self.error = None;
        self.edited();
    }

    /// The form has changed: it does not go by itself any more.
    pub(crate) fn edited(&mut self) {
        self.waiting = false;
        self.retried = false;
    }

    /// The solution to be sent with the form, where there is a challenge. Without one the form waits for it, or is at fault.
    pub(crate) fn solution(&mut self) -> Solution {
        self.error = None;
        if self.awaited {
            self.waiting = true;
            return Solution::Pending;
        }
        let Some(captcha) = &self.captcha else { return Solution::Ready(None) };
        let solution = trimmed(&self.solution);
        if !solution.is_empty() {
            let id = match &**captcha {
                Captcha::Image { id, .. } if IS_FULL => Some(id.clone()),
                _ => None,
            };
            return Solution::Ready(Some(CaptchaSolution { id, solution: solution.to_owned() }));
        }
        if !IS_FULL || self.is_work() {
            self.waiting = true;
            return Solution::Pending;
        }
        self.error = Some(FieldError::Missing);
        Solution::Missing
    }

    /// Takes a refusal; gives its field where the challenge is at fault.
    pub(crate) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        // Solutions are good for once.
        if self.is_work() && matches!(code, ProblemCode::Invalid | ProblemCode::CaptchaFailed) {
            self.reset();
        }
        (code == ProblemCode::CaptchaFailed).then(|| {
            self.error = Some(FieldError::Unusable);
            Field::Captcha
        })
    }

    /// Has a solution worked out anew that was too old when the form was sent: once, where the browser does it, because that
    /// is not the person's affair. The form then goes again by itself.
    pub(crate) fn retries(&mut self, code: ProblemCode) -> bool {
        let proof_of_work = matches!(self.captcha.as_deref(), Some(Captcha::ProofOfWork { .. }));
        let retries = proof_of_work && code == ProblemCode::CaptchaFailed && !self.retried;
        if retries {
            self.reset();
            self.retried = true;
            self.waiting = true;
        }
        retries
    }

    pub(crate) fn view(&self, blocked: bool) -> Option<CaptchaView> {
        self.captcha.as_ref().map(|captcha| CaptchaView {
            captcha: Arc::clone(captcha),
            number: self.number,
            progress: self.progress,
            solved: !self.solution.is_empty(),
            can_renew: !blocked,
            error: self.error,
        })
    }
}

/// The solution of a challenge when a form is sent.
pub(crate) enum Solution {
    /// It goes with the form; none where there is no challenge.
    Ready(Option<CaptchaSolution>),
    /// The browser is still at it.
    Pending,
    /// The person has not typed it.
    Missing,
}
