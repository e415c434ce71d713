//! Has a challenge solved: off the thread that the person types on, or by an outside
//! service.

use std::rc::Rc;

use js_sys::Array;
use regain_flow::full::IS_FULL;
use regain_flow::{ChallengeEvent, Ticket, digits};
use regain_protocol::Captcha;
use wasm_bindgen::JsValue;

use crate::dispatch::Dispatch;
use crate::work::{Job, OnEvent, Workers};

/// Begins to solve a challenge.
pub(crate) fn solve(workers: &Workers, dispatch: Dispatch, ticket: Ticket, captcha: &Captcha) -> Option<Job> {
    let (service, values) = match captcha {
        Captcha::ProofOfWork { algorithm, salt, challenge, max_number, signature } => {
            let max = digits(u32::try_from(*max_number).unwrap_or(u32::MAX));
            let values = [algorithm, salt, challenge, signature, &max];
            ("", values.into_iter().map(JsValue::from).collect())
        }
        Captcha::Turnstile { site_key } if IS_FULL => ("turnstile", Array::of1(&site_key.into())),
        Captcha::Hcaptcha { site_key } if IS_FULL => ("hcaptcha", Array::of1(&site_key.into())),
        // A picture's text is typed: the core asks for no such thing.
        _ => return None,
    };
    // The percentage, with a solution once there is one.
    let on_event: OnEvent = Rc::new(move |percent, solution| {
        let event = match (solution, u32::try_from(percent)) {
            (Some(solution), _) => ChallengeEvent::Solved(ticket, solution),
            (None, Ok(percent)) => ChallengeEvent::Progress(ticket, percent),
            (None, Err(_)) => ChallengeEvent::Unsolvable(ticket),
        };
        dispatch.send(event.into());
    });
    workers.begin(service, &values, &on_event, Box::new(|_| {}))
}
