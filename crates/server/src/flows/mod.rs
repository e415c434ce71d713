//! The flow service: the shell around the [engine](crate::engine).
//!
//! Every request is: read the flow, let the engine decide, commit everything in one transaction that
//! compares and swaps the flow's version; where another request was faster, read and decide again.
//! That is what makes codes single-use and tries exact under any number of parallel requests.

mod apply;
mod calls;
mod commit;
mod idempotency;
mod intent;
mod lookups;
mod password_check;
mod reply;
mod unsettled;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use regain_protocol::{Answer, Config, CreateFlow, Flow, FlowKind, ProblemCode, Secret};
use regain_values::{FlowId, StepId, UserId};

pub use idempotency::{IdempotencyKey, InvalidIdempotencyKey, StoredReply};
pub use reply::{ProblemContent, Reply, ReplyContent};

use commit::CommitResult;
use lookups::LimitReached;

use crate::{
    assertion::Verifier,
    client::Client,
    engine::{Asserted, ClientNetwork, Context, Engine, Finding, Findings, LimitPolicy, Refusal, Rules, State},
    keys::{Keys, same, token_hash},
    languages,
    ports::{
        Breached, BreachedError, CaptchaError, CaptchaVerifier, Clock, Directory, DirectoryError, FlowRow, Ports, Rng,
        Store, StoreError, Wake, random_id, random_token,
    },
};

/// The number of times that a decision is made again because another request was faster. Each of those others has
/// changed the flow, which can happen to one flow only a few times.
const MAX_ROUNDS: u32 = 64;

/// The time to wait, in all, for another request that sets the password of the same flow.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// The time to wait before looking again.
const WAIT: Duration = Duration::from_millis(25);

/// The time for a client to wait before it repeats a request that found a dependency missing, in seconds.
const RETRY_UNAVAILABLE_S: u64 = 5;

/// Begins flows, shows them, takes answers.
#[derive(Clone)]
pub struct Flows {
    engine: Engine,
    keys: Keys,
    store: Arc<dyn Store>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    wake: Arc<Wake>,
    captcha: Option<Arc<dyn CaptchaVerifier>>,
    breached: Option<Arc<dyn Breached>>,
    assertions: Option<Verifier>,
    identify_floor: Duration,
}

/// Why a request could not be carried out. The client hears `unavailable`; the log hears this.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The outside service that judges challenges does not answer.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// Nobody knows whether a password was breached, and the organisation wants to know.
    #[error(transparent)]
    Breached(#[from] BreachedError),
    /// A password could not be scored. What was said about it may quote it.
    #[error("a password could not be scored")]
    Scoring,
    /// A stored flow cannot be read. What serde says about it may quote it, so only the place is told.
    #[error("a stored flow cannot be read (column {0})")]
    State(usize),
    /// A directory did not say in time if it has changed an account. It is asked later.
    #[error("the directory did not say in time if it has changed an account; it is asked again later")]
    Unanswered,
    /// Others were faster, again and again.
    #[error("too many requests for one flow at key")]
    Contention,
}

/// An answer, with all that came with it.
#[derive(Debug, Clone)]
pub struct AnswerCommand {
    /// The flow.
    pub flow_id: FlowId,
    /// The token that came with it.
    pub token: Secret<String>,
    /// The step that it names.
    pub step_id: StepId,
    /// The answer.
    pub answer: Answer,
    /// Its `Idempotency-Key`, where it had one.
    pub key: Option<IdempotencyKey>,
    /// From where it came.
    pub client: Client,
    /// The time of the request, in whole seconds.
    pub now: Timestamp,
}

impl Flows {
    /// A service over these ports.
    pub fn new(
        engine: Engine,
        keys: Keys,
        ports: &Ports,
        assertions: Option<Verifier>,
        identify_floor: Duration,
    ) -> Self {
        let Ports { store, directory, clock, rng, wake, captcha, breached, .. } = ports.clone();
        Self { engine, keys, store, directory, clock, rng, wake, captcha, breached, assertions, identify_floor }
    }

    /// Tells if a kind of flow can be begun by whoever asks for it, without an assertion.
    pub fn is_on_offer(&self, kind: FlowKind) -> bool {
        self.engine.is_on_offer(kind, false).is_ok()
    }

    /// The rules that its flows keep.
    pub fn rules(&self) -> &Rules {
        self.engine.rules()
    }

    /// The time now, in whole seconds as a request's is, for what no request asks for and for what took a while. Whatever is
    /// counted of a flow, here or by the directory, is dated so, and no window outlasts another of the same length.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The state of a flow; where another one of its account has succeeded, what that has made of it.
    fn state(&self, row: &FlowRow) -> Result<State, Fault> {
        let state = State::from_json(&row.state).map_err(|error| Fault::State(error.column))?;
        Ok(if row.voided { self.engine.voided(row.kind, &state) } else { state })
    }

    fn context<'a>(&'a self, row: &'a FlowRow, now: Timestamp, network: Option<ClientNetwork>) -> Context<'a> {
        Context::of(row, now, &*self.rng, network)
    }

    /// The flow, where the token is its current one.
    pub async fn authentic(&self, flow_id: &FlowId, token: &Secret<String>) -> Result<Option<FlowRow>, Fault> {
        let row = self.store.flow(flow_id).await?;
        Ok(row.filter(|row| same(&row.token_hash, &token_hash(token))))
    }

    /// Begins a flow. `now` is the time of the request.
    pub async fn create(
        &self,
        create: &CreateFlow,
        config: Option<Config>,
        key: Option<&IdempotencyKey>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Reply, Fault> {
        if let Some(kept) = self.kept(key, now).await? {
            return Ok(kept.reply(|| None));
        }
        let Ok(user_id) = create.user_id.as_deref().map(UserId::parse).transpose() else {
            return Ok(Reply::invalid("/user_id", "1 to 256 characters, none of them control characters"));
        };
        let wanted = create.locale.as_deref().map(languages::canonical);
        if wanted == Some(None) {
            return Ok(Reply::invalid("/locale", "not a BCP 47 language tag"));
        }
        let wanted = wanted.flatten();
        let locale = languages::nearest(wanted.as_deref(), &self.engine.rules().locales).to_owned();
        if let Err(refusal) = self.engine.is_on_offer(create.kind, create.assertion.is_some()) {
            return Ok(Reply::refused(&refusal, None, now));
        }
        let asserted = match &create.assertion {
            Some(token) => match self.asserted(token, user_id.as_ref(), now).await? {
                Some(asserted) => Some(asserted),
                None => return Ok(not_asserted()),
            },
            None => None,
        };
        let token = random_token(&*self.rng);
        let row = FlowRow {
            id: random_id(&*self.rng).into(),
            kind: create.kind,
            version: 0,
            token_hash: token_hash(&token),
            account_key: None,
            expires_at: self.engine.expires_at(now),
            state: String::new(),
            voided: false,
        };
        let cx = Context::of(&row, now, &*self.rng, client.network());
        let decision = self.engine.begin(cx, locale, user_id.as_ref(), asserted);
        let reply = Reply::created(self.engine.view(cx, &decision.state), token, config);
        match self.carry_out(&row, cx, &decision, reply, key, client).await? {
            CommitResult::Done(reply) => Ok(reply),
            CommitResult::OverLimit(LimitPolicy::AssertionUsed, _) => {
                tracing::warn!("an assertion was used before");
                Ok(not_asserted())
            }
            CommitResult::OverLimit(_, retry_at) => Ok(Reply::rate_limited(retry_at, now, None)),
            // A new id is nobody else's, so the key's first answer was kept meanwhile.
            CommitResult::Conflict | CommitResult::Claimed | CommitResult::AccountRefused(_) => {
                Ok(self.kept(key, now).await?.ok_or(Fault::Contention)?.reply(|| None))
            }
        }
    }

    /// The content of an assertion of the host's back end; `None` where it is not to be believed, or is about
    /// nobody, or about somebody else than the request.
    async fn asserted(
        &self,
        token: &Secret<String>,
        user_id: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Option<Asserted>, Fault> {
        let Some(verifier) = &self.assertions else { return Ok(None) };
        let assertion = match verifier.verify(token, now) {
            Ok(assertion) => assertion,
            Err(error) => {
                tracing::warn!(%error, "an assertion is not taken");
                return Ok(None);
            }
        };
        let Ok(subject) = UserId::parse(&assertion.user_id) else {
            tracing::warn!("an assertion names nobody: its sub is no user ID");
            return Ok(None);
        };
        if user_id.is_some_and(|user_id| !user_id.is_same(&subject)) {
            tracing::warn!("an assertion is about somebody else than the request that it came with");
            return Ok(None);
        }
        // Who has no password has none to change, and none to sign in with.
        let account = self.directory.find(&subject).await?.filter(|account| account.enabled && account.has_password);
        if account.is_none() {
            tracing::warn!("an assertion is about nobody who can sign in with a password here");
        }
        Ok(account.map(|account| Asserted { account, id: assertion.id }))
    }

    /// A flow, as its owner sees it.
    pub fn show(&self, row: &FlowRow, now: Timestamp) -> Result<Reply, Fault> {
        Ok(Reply::flow(self.engine.view(self.context(row, now, None), &self.state(row)?)))
    }

    /// The reply to a body that is no answer, a problem along with its flow. With a key that was used before, that is
    /// what is wrong with it.
    pub async fn malformed(
        &self,
        row: &FlowRow,
        key: Option<&IdempotencyKey>,
        code: ProblemCode,
        detail: &str,
        now: Timestamp,
    ) -> Result<Reply, Fault> {
        let flow = self.engine.view(self.context(row, now, None), &self.state(row)?);
        if let Some(kept) = self.kept(key, now).await? {
            return Ok(kept.reply(|| Some(flow)));
        }
        Ok(Reply::problem(code, Some(detail), Some(flow)))
    }

    /// Takes an answer to the flow of `row`, whose token came along. A user ID is answered no sooner than the floor, so that the time does not
    /// tell what the directory knows.
    pub async fn answer(&self, command: &AnswerCommand, row: FlowRow) -> Result<Reply, Fault> {
        let work = self.answer_soon(command, row);
        if matches!(command.answer, Answer::Identify { .. } | Answer::SignIn { .. }) {
            tokio::join!(work, tokio::time::sleep(self.identify_floor)).0
        } else {
            work.await
        }
    }

    async fn answer_soon(&self, command: &AnswerCommand, row: FlowRow) -> Result<Reply, Fault> {
        let &AnswerCommand { ref flow_id, ref token, ref step_id, ref answer, ref key, ref client, now } = command;
        let mut waited = Duration::ZERO;
        let mut rounds = 0;
        let mut findings = Findings::default();
        let mut first = Some(row);
        while rounds < MAX_ROUNDS {
            let row = match first.take() {
                Some(row) => Some(row),
                None => self.authentic(flow_id, token).await?,
            };
            let row = match (row, self.kept(key.as_ref(), now).await?) {
                // The first of two equal requests may have voided the token that both came with.
                (_, Some(StoredReply::Answer(reply))) => return Ok(reply),
                (None, _) => return Ok(Reply::unauthorized()),
                (Some(row), Some(StoredReply::OfAnother)) => {
                    let flow = self.engine.view(self.context(&row, now, None), &self.state(&row)?);
                    return Ok(Reply::key_reused(Some(flow)));
                }
                (Some(row), None) => row,
            };
            let state = self.state(&row)?;
            let cx = self.context(&row, now, client.network());
            let reached = self.look_everything_up(cx, &state, command, &mut findings).await?;
            let result = match reached {
                Some(LimitReached { over_limit, retry_at }) => CommitResult::OverLimit(over_limit, retry_at),
                None => match self.engine.answer(cx, &state, step_id, answer, &findings) {
                    Ok(decision) => self.decided(&row, cx, decision, key.as_ref(), client).await?,
                    Err(Refusal::Busy) if waited < MAX_WAIT => {
                        tokio::time::sleep(WAIT).await;
                        waited += WAIT;
                        continue;
                    }
                    Err(refusal) => {
                        return Ok(Reply::refused(&refusal, Some(self.engine.view(cx, &state)), cx.now));
                    }
                },
            };
            match result {
                CommitResult::Done(reply) => return Ok(reply),
                CommitResult::Conflict | CommitResult::AccountRefused(_) => rounds += 1,
                // Another flow of the account is changing it, and may end this one by that.
                CommitResult::Claimed if waited < MAX_WAIT => {
                    tokio::time::sleep(WAIT).await;
                    waited += WAIT;
                }
                CommitResult::Claimed => {
                    return Ok(Reply::refused(&Refusal::Busy, Some(self.engine.view(cx, &state)), cx.now));
                }
                CommitResult::OverLimit(LimitPolicy::RateLimited | LimitPolicy::AssertionUsed, retry_at) => {
                    return Ok(Reply::rate_limited(retry_at, cx.now, Some(self.engine.view(cx, &state))));
                }
                CommitResult::OverLimit(LimitPolicy::CodeUsed, _) => {
                    findings.add(Finding::CodeUsed);
                    rounds += 1;
                }
                CommitResult::OverLimit(LimitPolicy::SharedUsedUp, _) => {
                    findings.add(Finding::SharedUsedUp);
                    rounds += 1;
                }
                CommitResult::OverLimit(LimitPolicy::EndFlow, retry_at) => {
                    let decision = self.engine.out_of_tries(cx, &state, retry_at);
                    match self.decided(&row, cx, decision, key.as_ref(), client).await? {
                        CommitResult::Done(reply) => return Ok(reply),
                        _ => rounds += 1,
                    }
                }
            }
        }
        Err(Fault::Contention)
    }

    /// Asks others everything that the engine needs to know before it decides.
    async fn look_everything_up(
        &self,
        cx: Context<'_>,
        state: &State,
        command: &AnswerCommand,
        findings: &mut Findings,
    ) -> Result<Option<LimitReached>, Fault> {
        let AnswerCommand { step_id, answer, client, .. } = command;
        while let Some(lookup) = self.engine.lookup(cx, state, step_id, answer, findings) {
            match self.look_up(lookup, cx.now, client).await? {
                Ok(finding) => findings.add(finding),
                Err(reached) => return Ok(Some(reached)),
            }
        }
        Ok(None)
    }

    /// Ends a flow at the person's wish.
    pub async fn cancel(
        &self,
        flow_id: &FlowId,
        token: &Secret<String>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Reply, Fault> {
        let mut waited = Duration::ZERO;
        let mut rounds = 0;
        while rounds < MAX_ROUNDS {
            let Some(row) = self.authentic(flow_id, token).await? else { return Ok(Reply::unauthorized()) };
            let cx = self.context(&row, now, None);
            let decision = match self.engine.cancel(cx, &self.state(&row)?) {
                Ok(Some(decision)) => decision,
                Ok(None) => return Ok(Reply::nothing()),
                Err(_) if waited < MAX_WAIT => {
                    tokio::time::sleep(WAIT).await;
                    waited += WAIT;
                    continue;
                }
                Err(refusal) => return Ok(Reply::refused(&refusal, None, cx.now)),
            };
            match self.carry_out(&row, cx, &decision, Reply::nothing(), None, client).await? {
                CommitResult::Done(reply) => return Ok(reply),
                _ => rounds += 1,
            }
        }
        Err(Fault::Contention)
    }

    /// The stored reply to a request with an `Idempotency-Key`.
    pub async fn kept(&self, key: Option<&IdempotencyKey>, now: Timestamp) -> Result<Option<StoredReply>, Fault> {
        let Some(key) = key else { return Ok(None) };
        let kept = self.store.replay(key.scope(), key.key(), now).await?;
        Ok(kept.map(|kept| key.open(&self.keys, &kept)))
    }
}

impl StoredReply {
    /// The reply to a request with that key.
    fn reply(self, flow: impl FnOnce() -> Option<Flow>) -> Reply {
        match self {
            Self::Answer(reply) => reply,
            Self::OfAnother => Reply::key_reused(flow()),
        }
    }
}

/// 422: the same for whatever is wrong with an assertion.
fn not_asserted() -> Reply {
    Reply::invalid("/assertion", "not an assertion that is taken here, or it was used before")
}
