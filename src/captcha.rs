//! Has the first step's challenge solved: off the thread that the person types on, or by an outside
//! service.

use std::rc::Rc;

use js_sys::Array;
use regain_protocol::Captcha;
use wasm_bindgen::JsValue;

use crate::flow::{Event, Ticket};
use crate::i18n::digits;
use crate::shell::Shell;
use crate::work::{self, Heard, Job};

/// Begins to solve a challenge.
pub(crate) fn solve(shell: &Rc<Shell>, ticket: Ticket, captcha: &Captcha) -> Option<Job> {
    let (service, values) = match captcha {
        Captcha::ProofOfWork { algorithm, salt, challenge, max_number, signature } => {
            let max = digits(u32::try_from(*max_number).unwrap_or(u32::MAX));
            let values = [algorithm, salt, challenge, signature, &max];
            ("", values.into_iter().map(JsValue::from).collect())
        }
        Captcha::Turnstile { site_key } => ("turnstile", Array::of1(&site_key.into())),
        Captcha::Hcaptcha { site_key } => ("hcaptcha", Array::of1(&site_key.into())),
        // Its text is typed: the core asks for no such thing.
        Captcha::Image { .. } | Captcha::Unknown => return None,
    };
    let heard: Heard = {
        let shell = Rc::clone(shell);
        // The percentage, with a solution once there is one.
        Rc::new(move |percent, solution| {
            shell.send(match (solution, u32::try_from(percent)) {
                (Some(solution), _) => Event::CaptchaSolved(ticket, solution),
                (None, Ok(percent)) => Event::CaptchaProgress(ticket, percent),
                (None, Err(_)) => Event::CaptchaUnsolvable(ticket),
            });
        })
    };
    work::begin(shell, service, &values, &heard, |_, _| {})
}
