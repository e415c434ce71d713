//! Has done what helps with choosing a password: see [`crate::flow`] for what becomes of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Promise};
use leptos::prelude::{set_timeout, window};
use leptos::task::spawn_local;
use regain_protocol::Secret;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api;
use crate::flow::{Event, Ticket};
use crate::options::member;
use crate::shell::Shell;
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
        for job in [&self.strength, &self.leak, &self.suggestion] {
            job.take();
        }
    }

    pub(crate) fn score(&self, ticket: Ticket, password: &Secret<String>) {
        if let Some(score) = &*self.score.borrow() {
            let _ = score.call2(&JsValue::NULL, &ticket.0.into(), &password.expose().into());
        }
    }
}

/// Brings in what tells how strong a password is.
pub(crate) fn bring_in_strength(shell: &Rc<Shell>, inputs: &[String]) {
    // Whatever it tells comes to nothing from here on.
    shell.aids().stop();
    let heard: Heard = {
        let shell = Rc::clone(shell);
        Rc::new(move |ticket, json| {
            let strength = json.as_deref().and_then(api::strength);
            shell.send(match (strength, u32::try_from(ticket)) {
                (Some(strength), Ok(ticket)) => Event::Scored(Ticket(ticket), strength),
                _ => Event::StrengthReady(false),
            });
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
        Rc::new(move |_, password| shell.send(Event::Suggested(ticket, password.map(Secret::new))))
    };
    shell.aids().suggestion.set(work::begin(shell, "generate", &texts(values), &heard, |_, _| {}));
}

fn texts(values: &[String]) -> Array {
    values.iter().map(JsValue::from).collect()
}

/// Says when typing rests.
pub(crate) fn rest(shell: &Rc<Shell>, ticket: Ticket) {
    let shell = Rc::clone(shell);
    set_timeout(move || shell.send(Event::Rested(ticket)), REST);
}

/// The clipboard; browsers keep it from pages that came without TLS.
fn clipboard() -> Option<JsValue> {
    member(&window().navigator(), "clipboard")
}

/// Whether there is one.
pub(crate) fn can_copy() -> bool {
    clipboard().is_some()
}

/// Puts a text on the clipboard.
pub(crate) fn copy(shell: &Rc<Shell>, text: &Secret<String>) {
    let written = || -> Option<Promise> {
        let clipboard = clipboard()?;
        let write: Function = member(&clipboard, "writeText")?.dyn_into().ok()?;
        write.call1(&clipboard, &text.expose().into()).ok()?.dyn_into().ok()
    };
    let (written, shell) = (written(), Rc::clone(shell));
    spawn_local(async move {
        let copied = match written {
            Some(written) => JsFuture::from(written).await.is_ok(),
            None => false,
        };
        shell.send(Event::Copied(copied));
    });
}
