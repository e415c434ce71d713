//! Events of calls: the one way in which a flow is changed by somebody else than its owner.

use async_trait::async_trait;

use super::{
    Fault, Flows, Reply,
    commit::CommitResult,
    service::{MAX_ROUNDS, WAIT},
};
use crate::{
    client::Client,
    engine::{Finding, Findings, LimitPolicy, State},
    ports::{CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken},
    runtime::sleep,
};

#[async_trait]
impl CallListener for Flows {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        self.take_in(call, event).await.map_err(|fault| {
            tracing::error!(error = %fault, "an event of a call was not taken in");
            EventNotTaken
        })
    }
}

impl Flows {
    async fn take_in(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, Fault> {
        let nobody = Client::default();
        let now = self.now();
        for _ in 0..MAX_ROUNDS {
            let Some(row) = self.store.flow(&call.flow_id).await? else { return Ok(CallInstruction::Over) };
            let state = self.state(&row)?;
            let Some(state) = self.standing_at(state, event).await? else { return Ok(CallInstruction::Over) };
            let cx = self.context(&row, now, None);
            let (decision, heard) = self.engine.on_call_event(cx, &state, &call.call_id, event);
            let Some(decision) = decision else { return Ok(heard) };
            match self.decided(&row, cx, decision, None, &nobody).await? {
                CommitResult::Done(_) => return Ok(heard),
                CommitResult::Conflict | CommitResult::AccountRefused(_) => {}
                CommitResult::Claimed => sleep(WAIT).await,
                CommitResult::OverLimit(LimitPolicy::EndFlow, retry_at) => {
                    let decision = self.engine.out_of_tries(cx, &state, retry_at);
                    if let CommitResult::Done(_) =
                        self.carry_out(&row, cx, &decision, Reply::nothing(), None, &nobody).await?
                    {
                        return Ok(CallInstruction::Over);
                    }
                }
                CommitResult::OverLimit(..) => return Ok(CallInstruction::Over),
            }
        }
        Err(Fault::Contention)
    }

    /// The flow by its account's standing, where the key is pressed that proves; `None` where nothing can be proved any
    /// more.
    async fn standing_at(&self, state: State, event: CallEvent) -> Result<Option<State>, Fault> {
        let mut findings = Findings::default();
        if let (CallEvent::Key('#'), Some(user_id)) = (event, self.engine.named(&state)) {
            findings.add(Finding::Current(self.directory.find(&user_id).await?));
        }
        Ok(self.engine.by_standing(state, &findings))
    }
}
