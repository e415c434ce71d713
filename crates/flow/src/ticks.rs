//! Time: a request takes too long, the end comes near, a call is polled.

use crate::clock::{Millis, mark_passed, seconds_until};
use crate::effect::{Announcement, Effect, Effects, Fault};
use crate::model::{Model, State};
use crate::request::{self, Connection, RequestKind};
use crate::steps::list::Step;

impl Model {
    /// Called about once a second.
    pub(crate) fn tick(&mut self, now: Millis, effects: &mut Effects) {
        let waits = self.connection.is_busy();
        let shows = self.is_busy();
        match &mut self.connection {
            Connection::Busy { since, .. }
                if now - *since >= if waits { request::TIMEOUT } else { request::POLL_TIMEOUT } =>
            {
                if let Connection::Busy { request, .. } = std::mem::replace(&mut self.connection, Connection::Idle) {
                    self.lost(now, request, Fault::Unreachable, None, effects);
                }
            }
            Connection::Busy { since, announced_slow, .. }
                if shows && !*announced_slow && now - *since >= request::SLOW_AFTER =>
            {
                *announced_slow = true;
                effects.push(Effect::Announce(Announcement::StillWorking));
            }
            Connection::Failed { fault, retry_at: retry_at @ Some(_), .. } if retry_at.is_some_and(|at| at <= now) => {
                if *fault != Fault::Busy {
                    self.send_again(now, effects);
                } else if matches!(self.state, State::Live(_)) {
                    // The form's own button is the way to go on.
                    self.connection = Connection::Idle;
                } else {
                    *retry_at = None;
                }
            }
            _ => {}
        }
        let server_now = now + self.clock_offset;
        let State::Live(live) = &mut self.state else { return };
        if let Step::EnterCode(step) = &mut live.step
            && let Some(announcement) = step.announcement(server_now)
        {
            effects.push(Effect::Announce(announcement));
        }
        let Some(ends_at) = live.ends_at else { return };
        if let Some(mark) = mark_passed(live.announced, seconds_until(ends_at, server_now)) {
            live.announced = Some(mark);
            if mark > 0 {
                effects.push(Effect::Announce(Announcement::FlowEnds(mark)));
            }
        }
        // Only the server says that it is over; this device's clock may be wrong.
        if ends_at <= server_now && live.check_at <= now && matches!(self.connection, Connection::Idle) {
            live.check_at = now + 30_000;
            self.send(now, RequestKind::Refresh, effects);
        }
    }

    /// Asks for the status of a call, unless something goes before.
    pub(crate) fn poll(&mut self, now: Millis, effects: &mut Effects) {
        let may_poll = self.step().and_then(Step::call).is_some_and(|call| call.may_poll(now));
        if may_poll && matches!(self.connection, Connection::Idle) {
            self.send(now, RequestKind::Poll, effects);
        }
    }
}
