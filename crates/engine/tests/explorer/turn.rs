//! One transition: an action is taken to the engine as the flow service takes it, and the ledger is kept beside it.

use std::{
    cell::OnceCell,
    sync::atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use regain_engine::{
    Application, Applied, Asserted, Context, Decision, Effect, Engine, LimitPolicy, Refusal, Reply, Stage,
    messages::Content,
};
use regain_keys::Keys;
use regain_ports::{Account, CallEvent, CallInstruction, Rng};
use regain_protocol::{Flow, FlowKind, MethodKind, Secret, StepBody};
use regain_values::{FlowId, UserId};

use crate::{
    action::{Action, Place},
    bugs::Bug,
    ledger_rules::Given,
    node::{CALL, FORMER_CALL, Ledger, Node, STEP, UnderWay, name_ids},
    spoken::place_of,
    world::{CODE_LIFE, Configuration, Start, TICK, VOIDED},
};

/// A rule that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Violated(pub(crate) &'static str);

/// One configuration, with an engine of its own.
pub(crate) struct World {
    pub(crate) configuration: Configuration,
    pub(crate) engine: Engine,
    pub(crate) bug: Option<Bug>,
    /// The accounts, made once: they are asked for at every turn.
    accounts: Vec<Account>,
    flow_id: FlowId,
    begins: Timestamp,
    pub(crate) draws: Draws,
}

/// Bytes for the engine. Ids are new each time; codes are the next one of their place.
pub(crate) struct Draws {
    ids: AtomicU64,
    pub(crate) code: AtomicU64,
}

impl Rng for Draws {
    fn fill(&self, bytes: &mut [u8]) {
        match bytes.len() {
            4 => {
                let code = u32::try_from(self.code.load(Ordering::Relaxed)).expect("six digits");
                bytes.copy_from_slice(&code.to_le_bytes());
            }
            16 => {
                let id = self.ids.fetch_add(1, Ordering::Relaxed);
                bytes[..8].copy_from_slice(&id.to_le_bytes());
            }
            _ => bytes.fill(7),
        }
    }
}

impl World {
    pub(crate) fn new(configuration: Configuration, bug: Option<Bug>) -> Self {
        let engine = Engine::new(Keys::derive(&Secret::new(vec![3; 32])), configuration.rules());
        let begins = "2026-11-23T14:00:00Z".parse().expect("a time");
        let draws = Draws { ids: AtomicU64::new(1), code: AtomicU64::new(0) };
        let accounts = configuration.accounts();
        Self { configuration, engine, bug, accounts, flow_id: "flow".into(), begins, draws }
    }

    /// The account of a user ID.
    pub(crate) fn account(&self, user_id: &UserId) -> Option<Account> {
        self.accounts.iter().find(|account| account.user_id == *user_id).cloned()
    }

    pub(crate) fn at(&self, seconds: i64) -> Timestamp {
        self.begins + SignedDuration::from_secs(seconds)
    }

    pub(crate) fn context(&self, now: i64, ends: i64) -> Context<'_> {
        Context {
            flow_id: &self.flow_id,
            kind: self.configuration.kind,
            expires_at: self.at(ends),
            now: self.at(now),
            rng: &self.draws,
            client: None,
        }
    }

    pub(crate) fn cx(&self, node: &Node) -> Context<'_> {
        self.context(node.now, node.ends)
    }

    /// The flow as its owner is shown it, now and whenever they look again.
    pub(crate) fn shown(&self, node: &Node) -> Flow {
        self.engine.view(self.cx(node), &node.state)
    }

    /// The step as it is shown, made once for each state.
    pub(crate) fn body<'a>(&self, node: &'a Node) -> &'a StepBody {
        node.body.get_or_init(|| self.shown(node).step.body)
    }

    /// The flow at its beginning.
    pub(crate) fn begin(&self) -> Node {
        let ends = TICK * self.configuration.ticks;
        let (user, asserted) = match self.configuration.start {
            Start::Alone => (None, None),
            Start::Asserted(user) => (Some(user), self.configuration.account(user)),
        };
        let asserted = asserted.map(|account| Asserted { account, id: "1".into() });
        let decision = self.engine.begin(self.context(0, ends), "en".into(), None, asserted);
        let ledger = Ledger { user, ..Ledger::default() };
        Node { now: 0, ends, state: decision.state, ledger, under_way: Vec::new(), body: OnceCell::new() }
            .made_canonical()
    }

    /// The state that follows; `None` where nothing does.
    pub(crate) fn take(&self, node: &Node, action: &Action) -> Result<Option<Node>, Violated> {
        match action {
            Action::Wait => Ok(Some(self.later(node))),
            Action::Voided => Ok(self.voided(node)),
            Action::Directory(at, applied) => self.directory_answers(node, *at, applied),
            Action::Phone { event, is_former } => self.phone(node, action, *event, *is_former),
            Action::Cancel => match self.engine.cancel(self.cx(node), &node.state) {
                Ok(Some(decision)) if node.state.stage.is_over() || !node.under_way_is_fresh().is_empty() => {
                    drop(decision);
                    Err(Violated("what is over or under way is not cancelled"))
                }
                Ok(Some(decision)) => self.commit(node, action, decision, None).map(Some),
                _ => Ok(None),
            },
            Action::Replay(action) => {
                let (decided, _, _) = self.decide(node, action, &"the step before".into());
                match decided {
                    Err(Refusal::StepPassed | Refusal::Ended) => Ok(None),
                    _ => Err(Violated("an answer to a step that is passed is refused")),
                }
            }
            Action::OutOfTries(action) => {
                let (decided, ..) = self.decide(node, action, &STEP.into());
                let charges = |effect: &Effect| matches!(effect, Effect::Charge(_, LimitPolicy::EndFlow));
                if !decided.is_ok_and(|decision| decision.effects.iter().any(charges)) {
                    return Ok(None);
                }
                let decision = self.engine.out_of_tries(self.cx(node), &node.state, self.at(node.ends));
                let mut next = self.commit(node, action, decision, None)?;
                if let Stage::EnterCode(step) = &next.state.stage {
                    let is_its = |place: &Place| (place.kind, place.role) == (step.method.kind(), step.method.role());
                    let void = next.ledger.codes.iter_mut().filter(|(place, _)| is_its(place));
                    void.for_each(|(_, codes)| codes.good_until = codes.good_until.min(node.now));
                }
                let is_followed = next.state.stage.is_over() || self.configuration.follows_attacks;
                Ok(is_followed.then_some(next))
            }
            action => self.answer(node, action),
        }
    }

    /// The flow a tick later. Whoever was changing an account is then taken for dead; where a flow makes one change after
    /// another they are, so that not each mixture of several changes is another state.
    fn later(&self, node: &Node) -> Node {
        let mut later = Node { now: node.now + TICK, ..node.clone() };
        if self.configuration.kind == FlowKind::Register {
            later.under_way.clear();
        }
        later
    }

    fn voided(&self, node: &Node) -> Option<Node> {
        // The store finds a flow by its account's key, which it has once somebody is named.
        node.state.stage.account_key()?;
        let state = self.engine.voided(self.configuration.kind, &node.state);
        let mut next = Node { state, ..node.clone() };
        // From now on nobody can prove anything in it.
        if !next.state.stage.is_over() {
            next.ledger.user = next.ledger.user.map(|_| VOIDED);
        }
        Some(next)
    }

    fn directory_answers(&self, node: &Node, at: usize, applied: &Applied) -> Result<Option<Node>, Violated> {
        let mut next = node.clone();
        let UnderWay { claimed, what, since, ends, overtaken, .. } = next.under_way.remove(at);
        // Compared and swapped: what became of the flow meanwhile stays, unless the change is made.
        if (node.state != claimed || overtaken) && *applied != Applied::Done {
            return Ok(Some(next));
        }
        let decision = self.engine.applied(self.context(since, ends), &claimed, &what, applied);
        if decision.effects.iter().any(|effect| matches!(effect, Effect::Apply { .. })) {
            return Err(Violated("a change does not follow from a change"));
        }
        if *applied == Applied::Done && matches!(what, Application::Register(_)) {
            next.ledger.adding = None;
        }
        if node.state != claimed || overtaken {
            next.under_way.iter_mut().for_each(|other| other.overtaken = true);
        }
        next.state = decision.state;
        Ok(Some(next))
    }

    fn phone(&self, node: &Node, action: &Action, event: CallEvent, is_former: bool) -> Result<Option<Node>, Violated> {
        let given = self.given_by_phone(node, event, is_former);
        let call = if is_former { FORMER_CALL } else { CALL };
        let (decision, heard) = self.engine.on_call_event(self.cx(node), &node.state, call, event);
        if given.is_none() && heard == CallInstruction::Proved {
            return Err(Violated("# proves in the call that was placed last, while it is the step"));
        }
        let Some(decision) = decision else { return Ok(None) };
        if is_former || node.ledger.call.is_none() {
            return Err(Violated("an event of a call that is over, or of none, changes nothing"));
        }
        if node.ledger.call == Some(false) && event != CallEvent::Failed {
            return Err(Violated("a call that rings nowhere has no events"));
        }
        if !node.under_way_is_fresh().is_empty() {
            return Err(Violated("nothing is taken while the directory changes the account"));
        }
        if decision.effects.iter().any(|effect| matches!(effect, Effect::RotateToken)) {
            return Err(Violated("the phone gets no token"));
        }
        let mut next = self.commit(node, action, decision, given.as_ref())?;
        if event == CallEvent::Withheld {
            next.ledger.call = Some(false);
        }
        Ok(Some(next))
    }

    fn answer(&self, node: &Node, action: &Action) -> Result<Option<Node>, Violated> {
        let body = self.body(node);
        let (decided, findings, answer) = self.decide(node, action, &STEP.into());
        let given = self.given(node, action, &answer, body, &findings);
        let mut decision = match decided {
            Ok(decision) => decision,
            Err(_) if findings.recovery_code.is_none() => return Ok(None),
            Err(_) => return Err(Violated("a code that is used up is taken")),
        };
        if node.now >= node.ends || node.state.stage.is_over() {
            return Err(Violated("a flow that is over takes nothing"));
        }
        if !node.under_way_is_fresh().is_empty() {
            return Err(Violated("nothing is taken while the directory changes the account"));
        }
        if let Some(bug) = self.bug {
            bug.on_answer(&node.state, &answer, &mut decision);
        }
        let judged = matches!(action, Action::Verify(_) | Action::Answer(_) | Action::AnswerSome | Action::SignIn(..));
        if judged && given.is_none() && decision.reply == Reply::Accepted {
            return Err(Violated("what is wrong is not taken for a proof"));
        }
        if judged && given.is_some() && decision.reply != Reply::Accepted {
            return Err(Violated("a right proof is taken"));
        }
        if matches!(decision.reply, Reply::WrongCode | Reply::WrongAnswers) && tries(&decision) != 1 {
            return Err(Violated("a wrong proof costs one try of the day"));
        }
        let mut next = self.commit(node, action, decision, given.as_ref())?;
        if let Some(saved) = findings.recovery_code {
            next.ledger.saved.push(saved);
            next.ledger.saved.sort_unstable();
        }
        Ok(Some(next))
    }

    /// Commits a decision, and keeps the ledger.
    fn commit(
        &self,
        node: &Node,
        action: &Action,
        decision: Decision,
        given: Option<&Given>,
    ) -> Result<Node, Violated> {
        let mut next = node.clone();
        let ledger = &mut next.ledger;
        match (given, action) {
            (Some(Given::Proof(kind)), _) => ledger.proofs.push(*kind),
            (Some(Given::Password), Action::SignIn(user, _)) => (ledger.knows, ledger.user) = (true, Some(*user)),
            (Some(Given::Password), _) => ledger.knows = true,
            (_, Action::Identify(user)) => ledger.user = Some(*user),
            (_, Action::Add(kind, role)) if *kind != MethodKind::RecoveryCodes => {
                ledger.adding = Some(Place { kind: *kind, role: *role, is_new: true });
            }
            (_, Action::ChooseAnother) => ledger.adding = None,
            (_, Action::MoreTime) => ledger.extensions += 1,
            _ => {}
        }
        let mut what = None;
        for effect in &decision.effects {
            match effect {
                Effect::Send { message, .. } => match &message.content {
                    Content::Code { code, .. } | Content::TextCode { code, .. } => {
                        let place = place_of(node, action).ok_or(Violated("a code goes where it was asked for"))?;
                        let good_until = (node.now + CODE_LIFE).min(node.ends);
                        next.ledger.sent(place, code.expose().clone(), good_until, message.to.is_some());
                    }
                    Content::Call { .. } => next.ledger.call = Some(message.to.is_some()),
                    Content::AdministratorRequest { proved, .. }
                        if self.bug.is_none() && *proved != next.ledger.proofs =>
                    {
                        return Err(Violated("administrators are told of the proofs that were given"));
                    }
                    _ => {}
                },
                Effect::Charge(charge, LimitPolicy::CodeUsed) => next.ledger.used.push(charge.bucket.clone()),
                Effect::Extend(at) => next.ends = at.duration_since(self.begins).as_secs(),
                Effect::Apply { account_id, what: change } => {
                    self.may(&next.ledger, account_id.as_str(), change, given, action)?;
                    what = Some(change.clone());
                }
                _ => {}
            }
        }
        next.ledger.used.sort_unstable();
        // A random id is new; another step has another.
        let is_same = decision.state.step_id == STEP;
        if is_same && std::mem::discriminant(&decision.state.stage) != std::mem::discriminant(&node.state.stage) {
            return Err(Violated("another step has another id"));
        }
        next.state = decision.state;
        name_ids(&mut next.state);
        if let Some(what) = what {
            let claimed = next.state.clone();
            let number = number(&what);
            next.under_way.push(UnderWay { claimed, what, since: node.now, ends: node.ends, overtaken: false, number });
        }
        Ok(next)
    }
}

/// The tries of the day that a decision costs.
fn tries(decision: &Decision) -> u32 {
    let cost = |effect: &Effect| match effect {
        Effect::Charge(charge, LimitPolicy::EndFlow) => Some(charge.cost),
        _ => None,
    };
    decision.effects.iter().filter_map(cost).sum()
}

impl Node {
    /// The changes under way that nobody is taken for dead over.
    pub(crate) fn under_way_is_fresh(&self) -> Vec<&UnderWay> {
        self.under_way.iter().filter(|under_way| under_way.since == self.now && !under_way.overtaken).collect()
    }
}

/// A number that tells one change from another.
fn number(what: &Application) -> i64 {
    use regain_ports::Registration as R;
    match what {
        Application::SetPassword { current, .. } => i64::from(current.is_some()),
        Application::Unlock => 2,
        Application::Register(registration) => match registration {
            R::Mail(_) => 3,
            R::Phone(_) => 4,
            R::Authenticator(_) => 5,
            R::RecoveryCodes(_) => 6,
            R::Questions(_) => 7,
            R::RemoveMail(role) => 10 + *role as i64,
            R::RemovePhone(role) => 20 + *role as i64,
            R::RemoveAuthenticator => 30,
            R::RemoveRecoveryCodes => 31,
            R::RemoveQuestions => 32,
            R::Confirm(_) => 33,
        },
    }
}
