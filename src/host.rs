//! The host page: notified of what happens, and the place where a reload finds a flow.

use js_sys::Function;
use leptos::prelude::window;
use regain_flow::{Fault, HostEvent, Resume};
use regain_protocol::{FlowKind, Outcome};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Storage;

use crate::member::member;

/// The host page, behind the loader's callbacks.
pub(crate) struct Host {
    /// The object whose members are called: `Events` of `embed/types.d.ts`.
    callbacks: JsValue,
    /// The name under which a reload finds the flow in `sessionStorage`.
    key: String,
}

impl Host {
    pub(crate) fn new(callbacks: JsValue, key: String) -> Self {
        Self { callbacks, key }
    }

    #[inline(never)]
    fn call(&self, callback: &str, detail: &str, more: &str) {
        if let Some(callback) = member(&self.callbacks, callback).and_then(|it| it.dyn_into::<Function>().ok()) {
            // A failure of the host page is not our affair.
            let _ = callback.call2(&JsValue::NULL, &detail.into(), &more.into());
        }
    }

    pub(crate) fn notify(&self, event: &HostEvent) {
        let (callback, detail) = match event {
            HostEvent::Step(name) => ("onStep", *name),
            HostEvent::Done(outcome) => ("onDone", outcome_name(*outcome)),
            HostEvent::Failed(fault) => ("onError", fault_name(*fault)),
            HostEvent::Ended => ("onError", "ended"),
            HostEvent::Closed => ("onClose", ""),
        };
        self.call(callback, detail, "");
    }

    pub(crate) fn return_to_sign_in(&self, user_id: &str, continue_url: Option<&str>) {
        self.call("onReturn", user_id, continue_url.unwrap_or_default());
    }

    /// Hands a flow over to the full widget, by the loader, which keeps it to itself: not through an address, nor through
    /// storage, which may be forbidden.
    pub(crate) fn hand_over(&self, flow: &Resume, user_id: &str) {
        self.call("onHandOver", &written(flow), user_id);
    }

    pub(crate) fn open_flow(&self, kind: FlowKind, user_id: &str) {
        self.call("onFlow", kind.as_str(), user_id);
    }

    /// Stores a flow for a reload, or clears it. Storage may be full or forbidden: then a reload begins anew.
    pub(crate) fn save(&self, flow: Option<&Resume>) {
        let Some(storage) = storage() else { return };
        let _ = match flow {
            Some(flow) => storage.set_item(&self.key, &written(flow)),
            None => storage.remove_item(&self.key),
        };
    }
}

/// The credentials of a flow, as a text.
fn written(flow: &Resume) -> String {
    [&*flow.id, " ", flow.token.expose()].concat()
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Reset => "reset",
        Outcome::FirstPassword => "first_password",
        Outcome::Unlocked => "unlocked",
        Outcome::NotLocked => "not_locked",
        Outcome::Changed => "changed",
        Outcome::Registered => "registered",
        Outcome::RequestSent => "request_sent",
        Outcome::Unknown => "unknown",
    }
}

fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::Offline => "offline",
        Fault::Unreachable => "unreachable",
        Fault::Server => "server",
        Fault::Busy => "busy",
        Fault::Refused => "refused",
    }
}
