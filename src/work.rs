//! Has work done outside of this wasm: by `embed/work.js`, which the loader brings in for it, and which
//! brings in what each kind of work needs (the first step's challenge, and what helps with choosing a
//! password).

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Promise};
use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::shell::Shell;

/// What is heard of it: a number and perhaps a text, each kind of work its own; less than nothing for a
/// failure.
pub(crate) type Heard = Rc<dyn Fn(i32, Option<String>)>;

/// Work under way. It is given up when this is dropped; after that nothing more is heard.
pub(crate) struct Job {
    controller: AbortController,
    _tell: Closure<dyn FnMut(i32, Option<String>)>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// Begins work; where it cannot even begin, that is heard as any other failure is. `done` takes what the
/// promise comes to.
#[inline(never)]
pub(crate) fn begin(
    shell: &Rc<Shell>,
    kind: &str,
    values: &Array,
    heard: &Heard,
    done: fn(&Rc<Shell>, JsValue),
) -> Option<Job> {
    let job = attempt(shell, kind, values, heard, done);
    if job.is_none() {
        let heard = Rc::clone(heard);
        set_timeout(move || heard(-1, None), Duration::ZERO);
    }
    job
}

fn attempt(shell: &Rc<Shell>, kind: &str, values: &Array, heard: &Heard, done: fn(&Rc<Shell>, JsValue)) -> Option<Job> {
    let controller = AbortController::new().ok()?;
    let tell = {
        let heard = Rc::clone(heard);
        Closure::new(move |number, text| heard(number, text))
    };
    let signal = controller.signal();
    let job = Array::of5(&kind.into(), values, shell.root(), &signal, tell.as_ref());
    let begun: Promise = shell.work()?.apply(&JsValue::NULL, &job).ok()?.dyn_into().ok()?;
    let (shell, heard) = (Rc::clone(shell), Rc::clone(heard));
    spawn_local(async move {
        let result = JsFuture::from(begun).await;
        if !signal.aborted() {
            match result {
                Ok(value) => done(&shell, value),
                Err(_) => heard(-1, None),
            }
        }
    });
    Some(Job { controller, _tell: tell })
}
