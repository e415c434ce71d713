//! Has the first step's challenge solved outside of this wasm: by `embed/work.js`, which the loader
//! brings in for it, and which keeps the work off the thread that the person types on.

use std::rc::Rc;

use js_sys::{Array, Promise};
use leptos::task::spawn_local;
use regain_protocol::Captcha;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::flow::{Event, Ticket};
use crate::i18n::digits;
use crate::shell::Shell;

/// A challenge being solved. It is given up when this is dropped; after that nothing more is heard.
pub(crate) struct Solving {
    controller: AbortController,
    _tell: Closure<dyn FnMut(i32, Option<String>)>,
}

impl Drop for Solving {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// Begins to solve a challenge; `None` where that cannot even begin.
pub(crate) fn solve(shell: &Rc<Shell>, ticket: Ticket, captcha: &Captcha) -> Option<Solving> {
    let controller = AbortController::new().ok()?;
    let (service, values) = match captcha {
        Captcha::ProofOfWork { algorithm, salt, challenge, max_number, signature } => {
            let max = digits(u32::try_from(*max_number).unwrap_or(u32::MAX));
            let values = [algorithm, salt, challenge, signature, &max];
            (JsValue::NULL, values.into_iter().map(JsValue::from).collect())
        }
        Captcha::Turnstile { site_key } => (JsValue::from_str("turnstile"), Array::of1(&site_key.into())),
        Captcha::Hcaptcha { site_key } => (JsValue::from_str("hcaptcha"), Array::of1(&site_key.into())),
        // Its text is typed.
        Captcha::Image { .. } | Captcha::Unknown => return None,
    };
    let tell = {
        let shell = Rc::clone(shell);
        // The percentage, with a solution once there is one; less than nothing for a failure.
        Closure::new(move |percent: i32, solution: Option<String>| {
            shell.send(match (solution, u32::try_from(percent)) {
                (Some(solution), _) => Event::CaptchaSolved(ticket, solution),
                (None, Ok(percent)) => Event::CaptchaProgress(ticket, percent),
                (None, Err(_)) => Event::CaptchaUnsolvable(ticket),
            });
        })
    };
    let signal = controller.signal();
    let job = Array::of5(&service, &values, shell.root(), &signal, tell.as_ref());
    let begun: Promise = shell.work()?.apply(&JsValue::NULL, &job).ok()?.dyn_into().ok()?;
    let shell = Rc::clone(shell);
    spawn_local(async move {
        if JsFuture::from(begun).await.is_err() && !signal.aborted() {
            shell.send(Event::CaptchaUnsolvable(ticket));
        }
    });
    Some(Solving { controller, _tell: tell })
}
