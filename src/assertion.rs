//! The host page's assertion of who is signed in: a short-lived JWT that its back end signs, fetched anew each
//! time a flow begins, and kept nowhere.
//!
//! The option is an address on the host page's own site, or a function that promises the JWT.

use gloo_net::http::{Method, RequestBuilder};
use js_sys::{Function, Promise};
use regain_protocol::Secret;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use regain_flow::Fault;

use crate::api::no_answer;

/// Asks for one.
pub(crate) async fn fetch(from: &JsValue) -> Result<Secret<String>, Fault> {
    let token = match from.dyn_ref::<Function>() {
        Some(function) => {
            let promised = function.call0(&JsValue::NULL).map_err(|_| Fault::Server)?;
            // A plain value will do as well.
            JsFuture::from(Promise::resolve(&promised)).await.map_err(|_| Fault::Server)?.as_string()
        }
        None => post(&from.as_string().ok_or(Fault::Server)?).await?,
    };
    token.map(|token| Secret::from(token.trim())).filter(|token| !token.expose().is_empty()).ok_or(Fault::Server)
}

async fn post(address: &str) -> Result<Option<String>, Fault> {
    let request = RequestBuilder::new(address)
        .method(Method::POST)
        .credentials(web_sys::RequestCredentials::SameOrigin)
        .cache(web_sys::RequestCache::NoStore)
        .header("accept", "text/plain")
        .build();
    let response = request.map_err(|_| Fault::Server)?.send().await.map_err(|_| no_answer())?;
    Ok(if response.ok() { response.text().await.ok() } else { None })
}
