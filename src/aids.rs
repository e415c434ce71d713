//! Has done what helps with choosing a password: see [`crate::flow`] for what becomes of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, JSON};
use leptos::prelude::set_timeout;
use regain_protocol::Secret;
use wasm_bindgen::{JsCast, JsValue};

use crate::flow::{Event, Ticket};
use crate::shell::Shell;
use crate::strength;
use crate::work::{self, Heard, Job};

/// Typing rests after this long without a key.
const REST: Duration = Duration::from_millis(600);

/// The work under way.
#[derive(Default)]
pub(crate) struct Aids {
    strength: Cell<Option<Job>>,
    /// Tells how strong a password is, once that is ready: `(ticket, password)`.
    score: RefCell<Option<Function>>,
    leak: Cell<Option<Job>>,
    suggestion: Cell<Option<Job>>,
}

impl Aids {
    /// Gives up all of it.
    pub(crate) fn stop(&self) {
        self.score.take();
        self.strength.take();
        self.leak.take();
        self.suggestion.take();
    }
}

/// Brings in what tells how strong a password is.
pub(crate) fn bring_in_strength(shell: &Rc<Shell>, inputs: &[String]) {
    // Whatever it tells comes to nothing from here on.
    shell.aids().stop();
    let heard: Heard = {
        let shell = Rc::clone(shell);
        Rc::new(move |ticket, verdict| {
            let ticket = Ticket(ticket.unsigned_abs());
            let verdict = verdict.and_then(|verdict| JSON::parse(&verdict).ok());
            let strength = verdict.and_then(|verdict| strength::read(&verdict));
            shell.send(strength.map_or(Event::StrengthReady(false), |it| Event::Scored(ticket, it)));
        })
    };
    let job = work::begin(shell, "strength", &texts(inputs), &heard, |shell, score| {
        let score: Option<Function> = score.dyn_into().ok();
        let ready = score.is_some();
        *shell.aids().score.borrow_mut() = score;
        shell.send(Event::StrengthReady(ready));
    });
    shell.aids().strength.set(job);
}

/// Looks for a password in known leaks.
pub(crate) fn look_up(shell: &Rc<Shell>, api: &str, ticket: Ticket, password: &Secret<String>) {
    let heard: Heard = {
        let shell = Rc::clone(shell);
        Rc::new(move |count, _| shell.send(Event::LookedUp(ticket, count)))
    };
    let values = Array::of2(&api.into(), &password.expose().into());
    shell.aids().leak.set(work::begin(shell, "breached", &values, &heard, |_, _| {}));
}

/// Suggests a password.
pub(crate) fn suggest(shell: &Rc<Shell>, ticket: Ticket, values: &[String]) {
    let heard: Heard = {
        let shell = Rc::clone(shell);
        Rc::new(move |can_copy, password| shell.send(Event::Suggested(ticket, password.map(Secret::new), can_copy > 0)))
    };
    shell.aids().suggestion.set(work::begin(shell, "suggest", &texts(values), &heard, |_, _| {}));
}

fn texts(values: &[String]) -> Array {
    values.iter().map(JsValue::from).collect()
}

/// Has a password judged, and says when typing rests.
pub(crate) fn examine(shell: &Rc<Shell>, ticket: Ticket, password: &Secret<String>) {
    if let Some(score) = &*shell.aids().score.borrow() {
        let _ = score.call2(&JsValue::NULL, &ticket.0.into(), &password.expose().into());
    }
    let shell = Rc::clone(shell);
    set_timeout(move || shell.send(Event::Rested(ticket)), REST);
}

/// Puts a text on the clipboard.
pub(crate) fn copy(shell: &Rc<Shell>, text: &Secret<String>) {
    let heard: Heard = {
        let shell = Rc::clone(shell);
        Rc::new(move |done, _| shell.send(Event::Copied(done > 0)))
    };
    shell.aids().suggestion.set(work::begin(shell, "copy", &Array::of1(&text.expose().into()), &heard, |_, _| {}));
}
