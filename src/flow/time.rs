//! What time alone does: a request takes too long, the end comes near, a call is asked after.

use super::{
    Announcement, Effect, Effects, Fault, Model, State, Step, line,
    line::{Call, Line},
};
use crate::clock::Millis;

impl Model {
    /// Called about once a second.
    pub(super) fn tick(&mut self, now: Millis, effects: &mut Effects) {
        self.decide_without(now, effects);
        let waits = self.line.is_busy();
        match &mut self.line {
            Line::Busy { since, .. } if now - *since >= if waits { line::PATIENCE } else { line::POLL_PATIENCE } => {
                if let Line::Busy { ask, .. } = std::mem::replace(&mut self.line, Line::Idle) {
                    self.lost(now, ask, Fault::Unreachable, None, effects);
                }
            }
            Line::Busy { since, said_slow, .. } if waits && !*said_slow && now - *since >= line::SLOW => {
                *said_slow = true;
                effects.push(Effect::Announce(Announcement::StillWorking));
            }
            Line::Failed { fault, retry_at: retry_at @ Some(_), .. } if retry_at.is_some_and(|at| at <= now) => {
                if *fault != Fault::Busy {
                    self.send_again(now, effects);
                } else if matches!(self.state, State::Live(_)) {
                    // The form's own button is the way to go on.
                    self.line = Line::Idle;
                } else {
                    *retry_at = None;
                }
            }
            _ => {}
        }
        let server_now = now + self.offset;
        let State::Live(live) = &mut self.state else { return };
        if let Step::EnterCode(step) = &mut live.step {
            effects.extend(step.announcement(server_now).map(Effect::Announce));
        }
        let asks = match &mut live.step {
            Step::AnswerCall(step) => matches!(self.line, Line::Idle) && step.asks(now),
            _ => false,
        };
        let Some(ends_at) = live.ends_at else { return };
        if let Some(mark) = mark_passed(live.said, seconds_until(ends_at, server_now)) {
            live.said = Some(mark);
            if mark > 0 {
                effects.push(Effect::Announce(Announcement::FlowEnds(mark)));
            }
        }
        // Only the server says that it is over; this device's clock may be wrong.
        if ends_at <= server_now && live.check_at <= now && matches!(self.line, Line::Idle) {
            live.check_at = now + 30_000;
            self.send(now, Call::Refresh, effects);
        } else if asks {
            self.send(now, Call::Poll, effects);
        }
    }
}

/// Whole seconds until then, 0 when it has passed.
pub(super) fn seconds_until(then: Millis, now: Millis) -> u32 {
    u32::try_from((then.saturating_sub(now)).saturating_add(999) / 1000).unwrap_or(if then > now {
        u32::MAX
    } else {
        0
    })
}

/// The mark (60, 10 or 0 seconds) that has been passed and not been said yet.
pub(super) fn mark_passed(said: Option<u32>, left: u32) -> Option<u32> {
    let mark = match left {
        0 => 0,
        1..=10 => 10,
        11..=60 => 60,
        _ => return None,
    };
    said.is_none_or(|said| said > mark).then_some(mark)
}
