//! Saved recovery codes (NIST SP 800-63B-4, 4.2.1.1): ten codes, shown once, each good for one proof.
//!
//! They are on offer before any proof to everybody, so that they tell nothing about an account.

use regain_ports::{Account, Registration};
use regain_protocol::{MethodKind, Role, Secret};
use regain_values::recovery_code;

use super::kind::{At, Entry, Kind, NewMethod};
use crate::{
    Context, Rules,
    decision::{Application, Decision, Refusal},
    state::{EnterCode, How, Method, Offered, ProvedPerson, RecoveryCodes, SecurityInfo, Stage, Subject, Whose},
    turn::Turn,
};

/// The number of codes that are given out together.
const CODES: usize = 10;

/// The kind.
pub(super) struct Codes;

impl Kind for Codes {
    fn kind(&self) -> MethodKind {
        MethodKind::RecoveryCodes
    }

    fn addable(&self) -> &'static [Option<Role>] {
        &[None]
    }

    fn is_on(&self, rules: &Rules, _: Option<Role>) -> bool {
        rules.methods.recovery_codes
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let rules = at.engine.rules();
        let offered = if self.can_begin(account, rules) { Offered::Always } else { Offered::BeforeAProof };
        let method = NewMethod { offered, how: How::RecoveryCodes(RecoveryCodes {}) };
        rules.methods.recovery_codes.then_some(method).into_iter().collect()
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        rules.methods.recovery_codes && account.recovery_codes.is_some_and(|left| left > 0)
    }

    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal> {
        let step = EnterCode { whose: Whose::Proving { subject }, method, resent: false };
        Ok(turn.moved(Stage::EnterCode(step)))
    }

    /// Makes new codes, which take the place of all former ones. There is nothing to confirm: they are shown by the
    /// answer that follows.
    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        _: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        if !value.expose().is_empty() {
            return Err(Refusal::invalid("/value", "the server makes recovery codes"));
        }
        let mut codes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let mut bytes = [0; recovery_code::RANDOM_BYTES];
            turn.cx.rng.fill(&mut bytes);
            codes.push(recovery_code::from_random(bytes));
        }
        Ok(turn.applying(&person.account, Application::Register(Registration::RecoveryCodes(codes))))
    }

    fn registration(&self, _: Turn<'_>, _: &Method) -> Option<Registration> {
        None
    }

    fn removal(&self, _: Option<Role>) -> Option<Registration> {
        Some(Registration::RemoveRecoveryCodes)
    }

    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        let counts = rules.methods.recovery_codes && info.recovery_codes.is_some_and(|left| left > 0);
        let proves = if counts { vec![MethodKind::RecoveryCodes] } else { Vec::new() };
        let entry = Entry { kind: MethodKind::RecoveryCodes, role: None, destination: None, proves };
        info.recovery_codes.is_some().then_some(entry).into_iter().collect()
    }
}

/// Seals new codes for the flow, so that the step can show them until its next answer.
pub(crate) fn seal(turn: Turn<'_>, codes: &[Secret<String>]) -> String {
    let mut text = String::with_capacity(codes.len() * (recovery_code::LENGTH + 3));
    for code in codes {
        text.push_str(code.expose());
        text.push('\n');
    }
    turn.engine.keys.seal(turn.cx.rng, &sealed_for(turn.cx), &Secret::new(text.into_bytes()))
}

/// The codes that [`seal`] sealed; `None` under another server key.
pub(crate) fn open(turn: Turn<'_>, sealed: &str) -> Option<Vec<Secret<String>>> {
    let text = turn.engine.keys.open(&sealed_for(turn.cx), sealed).ok()?;
    Some(std::str::from_utf8(text.expose()).ok()?.lines().map(Secret::from).collect())
}

fn sealed_for(cx: Context<'_>) -> String {
    format!("recovery codes:{}", cx.flow_id)
}
