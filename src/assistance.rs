//! Assistance with choosing a password: has it scored, checked against known breaches, suggested, copied. What becomes of the
//! findings is the [flow core](regain_flow)'s affair.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, JSON};
use leptos::prelude::set_timeout;
use regain_flow::{Event, PasswordEvent, Ticket};
use regain_protocol::Secret;
use wasm_bindgen::{JsCast, JsValue};

use crate::dispatch::Dispatch;
use crate::strength;
use crate::work::{Job, OnDone, OnEvent, Workers};

/// Typing pauses after this long without a key.
const PAUSE: Duration = Duration::from_millis(600);

/// The work under way.
#[derive(Default)]
pub(crate) struct Assistance {
    strength: Cell<Option<Job>>,
    /// Scores a password, once that is ready: `(ticket, password)`.
    score: Rc<RefCell<Option<Function>>>,
    breach: Cell<Option<Job>>,
    suggestion: Cell<Option<Job>>,
}

impl Assistance {
    /// Gives up all of it.
    pub(crate) fn stop(&self) {
        self.score.take();
        self.strength.take();
        self.breach.take();
        self.suggestion.take();
    }

    /// Brings in the scoring of passwords.
    pub(crate) fn load_strength(&self, workers: &Workers, dispatch: Dispatch, words: &[String]) {
        let on_event: OnEvent = {
            let dispatch = dispatch.clone();
            Rc::new(move |ticket, verdict| {
                let ticket = Ticket(ticket.unsigned_abs());
                let verdict = verdict.and_then(|verdict| JSON::parse(&verdict).ok());
                let strength = verdict.and_then(|verdict| strength::read(&verdict));
                dispatch
                    .send(strength.map_or(Event::StrengthReady(false), |it| PasswordEvent::Scored(ticket, it).into()));
            })
        };
        let slot = Rc::clone(&self.score);
        let done: OnDone = Box::new(move |score| {
            let score: Option<Function> = score.dyn_into().ok();
            let ready = score.is_some();
            *slot.borrow_mut() = score;
            dispatch.send(Event::StrengthReady(ready));
        });
        self.strength.set(workers.begin("strength", &texts(words), &on_event, done));
    }

    /// Looks for a password in known breaches.
    pub(crate) fn check_breached(
        &self,
        workers: &Workers,
        dispatch: Dispatch,
        api: &str,
        ticket: Ticket,
        password: &Secret<String>,
    ) {
        let on_event: OnEvent =
            Rc::new(move |count, _| dispatch.send(PasswordEvent::BreachChecked(ticket, count).into()));
        let values = Array::of2(&api.into(), &password.expose().into());
        self.breach.set(workers.begin("breached", &values, &on_event, nothing()));
    }

    /// Suggests a password.
    pub(crate) fn suggest(&self, workers: &Workers, dispatch: Dispatch, ticket: Ticket, values: &[String]) {
        let on_event: OnEvent = Rc::new(move |can_copy, password| {
            dispatch.send(PasswordEvent::Suggested(ticket, password.map(Secret::new), can_copy > 0).into());
        });
        self.suggestion.set(workers.begin("suggest", &texts(values), &on_event, nothing()));
    }

    /// Has a password scored, and says when typing pauses.
    pub(crate) fn score(&self, dispatch: Dispatch, ticket: Ticket, password: &Secret<String>) {
        if let Some(score) = &*self.score.borrow() {
            let _ = score.call2(&JsValue::NULL, &ticket.0.into(), &password.expose().into());
        }
        set_timeout(move || dispatch.send(PasswordEvent::TypingPaused(ticket).into()), PAUSE);
    }

    /// Puts a text on the clipboard.
    pub(crate) fn copy(&self, workers: &Workers, dispatch: Dispatch, text: &Secret<String>) {
        let on_event: OnEvent = Rc::new(move |done, _| dispatch.send(PasswordEvent::Copied(done > 0).into()));
        self.suggestion.set(workers.begin("copy", &Array::of1(&text.expose().into()), &on_event, nothing()));
    }
}

fn texts(values: &[String]) -> Array {
    values.iter().map(JsValue::from).collect()
}

fn nothing() -> OnDone {
    Box::new(|_| {})
}
