//! A code of an authenticator app (RFC 6238).

use regain_ports::{Account, Charge, Registration};
use regain_protocol::{AuthenticatorSetup, MethodKind, Role, Secret};
use regain_values::totp;

use super::kind::{At, Entry, Kind, NewMethod, new_method};
use crate::{
    Context, Rules, TEN_MINUTES,
    decision::{Decision, Effect, LimitPolicy, Refusal},
    state::{Authenticator, EnterCode, How, Method, ProvedPerson, SecurityInfo, Stage, Subject, Whose},
    turn::Turn,
};

/// The bytes of an app's key: RFC 4226 (requirement 6) recommends so many.
const KEY_BYTES: usize = 20;

/// The setup of an app that is being added.
pub(crate) fn setup(turn: Turn<'_>, person: &ProvedPerson, method: &Method) -> Option<AuthenticatorSetup> {
    match &method.how {
        How::Authenticator(app) => app.setup(turn, person),
        _ => None,
    }
}

impl Authenticator {
    /// The key of an app that is being added.
    pub(crate) fn key(&self, turn: Turn<'_>) -> Option<Secret<Vec<u8>>> {
        turn.engine.keys.open(&sealed_for(turn.cx), self.new_key.as_deref()?).ok()
    }

    /// The setup of an app that is being added.
    fn setup(&self, turn: Turn<'_>, person: &ProvedPerson) -> Option<AuthenticatorSetup> {
        let secret = totp::key_to_base32(&self.key(turn)?);
        let uri = totp::address(&secret, &turn.engine.rules().organisation, person.account.user_id.as_str());
        Some(AuthenticatorSetup { secret, uri })
    }

    /// The time step whose code this is; the app's key is the new one, or the one that is registered.
    pub(crate) fn step(
        &self,
        turn: Turn<'_>,
        registered: Option<&Secret<Vec<u8>>>,
        code: &Secret<String>,
    ) -> Option<u64> {
        totp::step_of(self.key(turn).as_ref().or(registered), code, turn.cx.now)
    }
}

/// The single use of a code: the same one proves nothing again, in any flow. The code is part of it, because a new app
/// that is added in the time step of a proof shows another.
pub(crate) fn one_use(turn: Turn<'_>, account_key: &str, time_step: u64, code: &Secret<String>) -> Effect {
    let bucket = turn.engine.keys.bucket("time step", &format!("{account_key} {time_step} {}", code.expose()));
    Effect::Charge(Charge { bucket, window: TEN_MINUTES, limit: 1, cost: 1 }, LimitPolicy::CodeUsed)
}

/// The context that binds the sealed key of an app to its flow.
fn sealed_for(cx: Context<'_>) -> String {
    format!("authenticator:{}", cx.flow_id)
}

/// The kind.
pub(super) struct App;

impl Kind for App {
    fn kind(&self) -> MethodKind {
        MethodKind::Authenticator
    }

    fn addable(&self) -> &'static [Option<Role>] {
        &[None]
    }

    fn is_on(&self, rules: &Rules, _: Option<Role>) -> bool {
        rules.methods.authenticator
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let has_one = self.can_begin(account, at.engine.rules());
        has_one.then(|| NewMethod::always(How::Authenticator(Authenticator::default()))).into_iter().collect()
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        rules.methods.authenticator && account.authenticator
    }

    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal> {
        let step = EnterCode { whose: Whose::Proving { subject }, method, resent: false };
        Ok(turn.moved(Stage::EnterCode(step)))
    }

    /// The key is in the flow, sealed, until a code of it has come back.
    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        _: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        if !value.expose().is_empty() {
            return Err(Refusal::invalid("/value", "the server makes the key of an app"));
        }
        let mut key = vec![0; KEY_BYTES];
        turn.cx.rng.fill(&mut key);
        let sealed = turn.engine.keys.seal(turn.cx.rng, &sealed_for(turn.cx), &Secret::new(key));
        let method = new_method(turn, How::Authenticator(Authenticator { new_key: Some(sealed) }));
        let step = EnterCode { whose: Whose::Adding { person: person.clone() }, method, resent: false };
        Ok(turn.moved(Stage::EnterCode(step)))
    }

    fn registration(&self, turn: Turn<'_>, method: &Method) -> Option<Registration> {
        let How::Authenticator(app) = &method.how else { return None };
        app.key(turn).map(Registration::Authenticator)
    }

    fn removal(&self, _: Option<Role>) -> Option<Registration> {
        Some(Registration::RemoveAuthenticator)
    }

    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        let proves = if rules.methods.authenticator { vec![MethodKind::Authenticator] } else { Vec::new() };
        let entry = Entry { kind: MethodKind::Authenticator, role: None, destination: None, proves };
        info.authenticator.then_some(entry).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use regain_protocol::FlowKind;

    use super::*;
    use crate::{
        state::State,
        testing::{FLOW_BEGINS, Sequence, context, engine, rules},
    };

    #[test]
    fn each_code_is_used_once_and_two_apps_have_two() {
        let engine = engine(rules());
        let rng = Sequence::default();
        let cx = context(FlowKind::Register, FLOW_BEGINS, &rng);
        let state = State::new(
            "en".into(),
            "step".into(),
            Stage::Done(crate::Done {
                outcome: regain_protocol::Outcome::Registered,
                user_id: regain_values::UserId::default(),
                notified: false,
                info_due: false,
            }),
        );
        let turn = Turn { engine: &engine, cx, state: &state, attacked: false };
        let bucket = |code: &str, step| match one_use(turn, "ada", step, &code.into()) {
            Effect::Charge(charge, LimitPolicy::CodeUsed) => charge.bucket,
            effect => panic!("{effect:?}"),
        };
        assert_eq!(bucket("123456", 7), bucket("123456", 7));
        assert_ne!(bucket("123456", 7), bucket("654321", 7), "an app that is added in the time step of a proof");
        assert_ne!(bucket("123456", 7), bucket("123456", 8));
    }
}
