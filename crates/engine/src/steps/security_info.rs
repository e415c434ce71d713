//! Step `security_info`: the methods that one can prove oneself by.
//!
//! Takes `add`, `remove`, `set_questions` and `finish`. What is added gets a code, or a call, or the key for
//! an app, and is registered once it is shown to work ([`crate::enrolment`]). Each change is the registrations' to
//! make; afterwards every address, old and new, is told, and the account's other flows are over: what was
//! sent to an address that is gone proves nothing any more.

use regain_ports::Registration;
use regain_protocol::{Answer, MethodKind, Role, Secret, StepBody};

use crate::{
    A_DAY,
    decision::{Application, Decision, LimitPolicy, Refusal},
    lookups::Findings,
    methods,
    state::SecurityInfoStep,
    turn::{Step, Turn},
};

/// The number of methods that an account may begin to add in a day: nobody's mailbox or phone is to be filled by
/// somebody who owns an account.
const ADDITIONS_A_DAY: u32 = 30;

impl Step for SecurityInfoStep {
    fn answer(&self, turn: Turn<'_>, answer: &Answer, _: &Findings) -> Result<Decision, Refusal> {
        let (rules, account) = (turn.engine.rules(), &self.person.account);
        let registration = match answer {
            Answer::Add { kind, role, value } => {
                let nothing = Secret::from("");
                return self.add(turn, *kind, *role, value.as_ref().unwrap_or(&nothing));
            }
            Answer::Remove { method } => self.removal(turn, method)?,
            Answer::SetQuestions { answers } => methods::register_questions(turn, answers)?,
            Answer::Finish {} if account.info.missing(rules, account.gates) > 0 => {
                return Err(Refusal::invalid("/do", "the organisation asks for more than is registered"));
            }
            Answer::Finish {} => Registration::Confirm(turn.cx.now),
            _ => return Err(Refusal::StepPassed),
        };
        Ok(turn.applying(account, Application::Register(registration)))
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        let (rules, account) = (turn.engine.rules(), &self.person.account);
        let methods = turn.engine.shown_entries(&self.person);
        let counting = methods.iter().filter(|method| method.verified).count();
        let missing = account.info.missing(rules, account.gates);
        let required = if missing > 0 { counting + missing } else { rules.security_info.required.into() };
        let new_codes = self.new_codes.as_deref().and_then(|sealed| methods::open_recovery_codes(turn, sealed));
        StepBody::SecurityInfo {
            methods,
            required: u8::try_from(required).unwrap_or(u8::MAX),
            allowed: rules.allowed(),
            questions: rules.methods.questions.then(|| methods::questions_offer(rules, &turn.state.locale)),
            reconfirm: rules.security_info.is_stale(account.info.confirmed_at, turn.cx.now),
            new_codes,
        }
    }
}

impl SecurityInfoStep {
    fn add(
        &self,
        turn: Turn<'_>,
        kind: MethodKind,
        role: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        let rules = turn.engine.rules();
        if !rules.allowed().iter().any(|allowed| (allowed.kind, allowed.role) == (kind, role)) {
            return Err(methods::NOT_ALLOWED);
        }
        let kind = methods::of_kind(kind).ok_or(methods::NOT_ALLOWED)?;
        let mut decision = kind.enrol(turn, &self.person, role, value)?;
        let bucket = format!("additions:{}", self.person.account_key);
        decision.charge(bucket, A_DAY, ADDITIONS_A_DAY, LimitPolicy::RateLimited);
        Ok(decision)
    }

    fn removal(&self, turn: Turn<'_>, id: &str) -> Result<Registration, Refusal> {
        const REFUSED: Refusal = Refusal::invalid("/method", "not one of the registered methods");
        let rules = turn.engine.rules();
        let entries = self.person.account.info.entries(rules);
        let entry = entries.iter().find(|entry| turn.engine.entry_id(&self.person, entry) == id).ok_or(REFUSED)?;
        if rules.is_owned(entry.kind, entry.role) {
            return Err(Refusal::invalid("/method", "the organisation keeps this one"));
        }
        methods::of_kind(entry.kind).and_then(|kind| kind.removal(entry.role)).ok_or(REFUSED)
    }
}
