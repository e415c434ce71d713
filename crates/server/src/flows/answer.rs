//! Answers to flows, and their end at the person's wish.

use std::time::Duration;

use jiff::Timestamp;
use regain_protocol::{Answer, ProblemCode, Secret};
use regain_values::{FlowId, StepId};

use super::{
    commit::CommitResult,
    idempotency::{IdempotencyKey, StoredReply},
    lookups::LimitReached,
    reply::Reply,
    service::{Fault, Flows, MAX_ROUNDS, MAX_WAIT, WAIT},
};
use crate::{
    client::Client,
    engine::{Context, Finding, Findings, LimitPolicy, Refusal, State},
    ports::FlowRow,
    runtime::sleep,
};

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
            tokio::join!(work, sleep(self.identify_floor)).0
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
                        sleep(WAIT).await;
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
                    sleep(WAIT).await;
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
                    sleep(WAIT).await;
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
}
