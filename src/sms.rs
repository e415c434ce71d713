//! Reads codes from text messages where the browser can (`WebOTP`): the person is asked first, the
//! message must name this page's host, and the code only fills the field.

use js_sys::{Function, JSON, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use regain_flow::CodeEvent;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::dispatch::Dispatch;
use crate::member::member;

/// Begins to read; `None` where the browser cannot. Aborting what comes back ends it.
pub(crate) fn read(dispatch: Dispatch) -> Option<AbortController> {
    member(&window(), "OTPCredential")?;
    let credentials = member(&window().navigator(), "credentials")?;
    let get: Function = member(&credentials, "get")?.dyn_into().ok()?;
    let options = JSON::parse(r#"{"otp":{"transport":["sms"]}}"#).ok()?;
    let controller = AbortController::new().ok()?;
    Reflect::set(&options, &JsValue::from_str("signal"), &controller.signal()).ok()?;
    spawn_local(async move {
        // One message each; a code that was asked for again comes in another. It ends when it is
        // aborted, when the person declines, and when the browser refuses.
        while let Some(promise) = get.call1(&credentials, &options).ok().and_then(|it| it.dyn_into::<Promise>().ok()) {
            let Ok(credential) = JsFuture::from(promise).await else { break };
            let Some(code) = member(&credential, "code").and_then(|code| code.as_string()) else { break };
            dispatch.send(CodeEvent::Read(code.into()).into());
        }
    });
    Some(controller)
}
