//! A call in the outbox, as a live thing: it rings, somebody answers it or doesn't, keys are pressed, the
//! voice says something, and it is over.

use std::time::Duration;

use regain_server::ports::{CallEvent, CallInstruction, CallRef, EventNotTaken};

use super::entries::{CallStatus, Outbox, OutboxCall, OutboxEntry, Said};

/// Time that it rings, and that the voice waits for a key.
pub(super) const SILENCE: Duration = Duration::from_secs(30);

/// A person's action in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallAct {
    /// Answers it.
    Answer,
    /// Presses a key.
    Key(char),
    /// Hangs up, or does not take it.
    HangUp,
}

/// Why an act does nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotOnTheLine {
    /// There is no such call.
    #[error("there is no such call")]
    Unknown,
    /// It is over, is answered already, or was not answered.
    #[error("the call isn't in a state for that")]
    TooLate,
    /// The server could not take it in; it can be done again.
    #[error(transparent)]
    EventNotTaken(#[from] EventNotTaken),
}

impl Outbox {
    /// Does something with a call.
    pub async fn act(&self, call_id: &str, act: CallAct) -> Result<(), NotOnTheLine> {
        match act {
            CallAct::Answer => {
                let call = self.step(call_id, &[CallStatus::Ringing], |call| call.status = CallStatus::Answered)?;
                // The person on the line is asked for the key even when the server has a bad moment.
                let heard =
                    self.tell(&call.call.reference, CallEvent::Answered).await.unwrap_or(CallInstruction::Listening);
                self.say(call_id, heard).await
            }
            CallAct::Key(key) => {
                let call = self.step(call_id, &[CallStatus::Answered], |_| ())?;
                self.end_in_silence(call_id, call.turn);
                let heard = self.tell(&call.call.reference, CallEvent::Key(key)).await?;
                self.say(call_id, heard).await
            }
            CallAct::HangUp => self.end(call_id).await,
        }
    }

    /// Lets the voice say what follows from what the server made of it.
    async fn say(&self, call_id: &str, heard: CallInstruction) -> Result<(), NotOnTheLine> {
        let said = match heard {
            CallInstruction::Listening => Said::Greeting,
            CallInstruction::WrongKey => Said::WrongKey,
            CallInstruction::Proved => Said::Thanks,
            CallInstruction::Over => Said::Goodbye,
        };
        let call = self.step(call_id, &[CallStatus::Answered], |call| call.said.push(said))?;
        if matches!(said, Said::Thanks | Said::Goodbye) {
            return self.end(call_id).await;
        }
        self.end_in_silence(call_id, call.turn);
        Ok(())
    }

    /// The call is over.
    async fn end(&self, call_id: &str) -> Result<(), NotOnTheLine> {
        let call = self.step(call_id, &[CallStatus::Ringing, CallStatus::Answered], |call| {
            call.status = match call.status {
                CallStatus::Ringing => CallStatus::NotAnswered,
                _ => CallStatus::Ended,
            };
        })?;
        self.tell(&call.call.reference, CallEvent::Over).await?;
        Ok(())
    }

    /// Ends the call when nothing has happened in it for [`SILENCE`].
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn end_in_silence(&self, call_id: &str, turn: u32) {
        let (outbox, call_id) = (self.clone(), call_id.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(SILENCE).await;
            if outbox.calls().iter().any(|call| call.call.reference.call_id == call_id && call.turn == turn) {
                let _ = outbox.end(&call_id).await;
            }
        });
    }

    /// Leaves it to [`Outbox::end_silent_calls`]: a browser's one thread has no timers.
    #[cfg(target_family = "wasm")]
    #[expect(clippy::unused_self, reason = "with threads it is needed")]
    pub(super) const fn end_in_silence(&self, _: &str, _: u32) {}

    /// Ends the calls in which nothing has happened for [`SILENCE`] by the clock, where nothing else does.
    pub async fn end_silent_calls(&self) {
        let now = self.clock.now();
        let is_silent = |call: &OutboxCall| {
            matches!(call.status, CallStatus::Ringing | CallStatus::Answered)
                && now.duration_since(call.since).unsigned_abs() >= SILENCE
        };
        for call in self.calls().into_iter().filter(is_silent) {
            let _ = self.end(&call.call.reference.call_id).await;
        }
    }

    /// Changes a call that is in one of these states, and returns it as it is then.
    fn step(
        &self,
        call_id: &str,
        from: &[CallStatus],
        change: impl FnOnce(&mut OutboxCall),
    ) -> Result<OutboxCall, NotOnTheLine> {
        let now = self.clock.now();
        let mut entries = self.lock();
        let mut calls = entries.iter_mut().filter_map(|entry| match entry {
            OutboxEntry::Call(call) => Some(call),
            _ => None,
        });
        let call = calls.find(|call| call.call.reference.call_id == call_id).ok_or(NotOnTheLine::Unknown)?;
        if !from.contains(&call.status) {
            return Err(NotOnTheLine::TooLate);
        }
        change(call);
        call.turn += 1;
        call.since = now;
        Ok(call.clone())
    }

    /// Tells the listener, where there is one.
    pub(super) async fn tell(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        match self.listener.get() {
            Some(listener) => listener.on_event(call, event).await,
            None => Ok(CallInstruction::Over),
        }
    }
}
