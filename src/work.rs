//! Work outside of this wasm: done by `embed/work.js`, which the loader brings in for it, and which
//! brings in what each kind of work needs (the first step's challenge, and the assistance with choosing a
//! password).

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Promise};
use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, HtmlElement};

/// Job callback `(number, text)`, each kind of work its own; `number < 0` is a failure.
pub(crate) type OnEvent = Rc<dyn Fn(i32, Option<String>)>;

/// Job callback with the value that the work's promise comes to.
pub(crate) type OnDone = Box<dyn FnOnce(JsValue)>;

/// Work under way. It is given up when this is dropped; after that no callback is called.
pub(crate) struct Job {
    controller: AbortController,
    _on_event: Closure<dyn FnMut(i32, Option<String>)>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// The means to have work done.
#[derive(Clone)]
pub(crate) struct Workers {
    /// Brings in `embed/work.js` and calls it.
    pub(crate) work: Option<Function>,
    /// The widget's element, in its shadow tree.
    pub(crate) root: HtmlElement,
}

impl Workers {
    /// Begins work; where it cannot even begin, that is a failure as any other.
    #[inline(never)]
    pub(crate) fn begin(&self, kind: &str, values: &Array, on_event: &OnEvent, done: OnDone) -> Option<Job> {
        let job = self.attempt(kind, values, on_event, done);
        if job.is_none() {
            let on_event = Rc::clone(on_event);
            set_timeout(move || on_event(-1, None), Duration::ZERO);
        }
        job
    }

    fn attempt(&self, kind: &str, values: &Array, on_event: &OnEvent, done: OnDone) -> Option<Job> {
        let controller = AbortController::new().ok()?;
        let callback = {
            let on_event = Rc::clone(on_event);
            Closure::new(move |number, text| on_event(number, text))
        };
        let signal = controller.signal();
        let job = Array::of5(&kind.into(), values, &self.root, &signal, callback.as_ref());
        let begun: Promise = self.work.as_ref()?.apply(&JsValue::NULL, &job).ok()?.dyn_into().ok()?;
        let on_event = Rc::clone(on_event);
        spawn_local(async move {
            let result = JsFuture::from(begun).await;
            if !signal.aborted() {
                match result {
                    Ok(value) => done(value),
                    Err(_) => on_event(-1, None),
                }
            }
        });
        Some(Job { controller, _on_event: callback })
    }
}
