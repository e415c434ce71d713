//! The host page: notified of what happens, and the place where a reload finds a flow.

use js_sys::Function;
use leptos::prelude::window;
use regain_flow::{Fault, HostEvent, Resume};
use regain_protocol::{FlowKind, Outcome};
use wasm_bindgen::JsValue;
use web_sys::Storage;

/// The host page, behind the loader's callback.
pub(crate) struct Host {
    /// Called with what happens: `(event, detail, more)`.
    callback: Option<Function>,
    /// The name under which a reload finds the flow in `sessionStorage`.
    key: String,
}

impl Host {
    pub(crate) fn new(callback: Option<Function>, key: String) -> Self {
        Self { callback, key }
    }

    #[inline(never)]
    fn call(&self, event: &str, detail: &str, more: &str) {
        if let Some(callback) = &self.callback {
            // A failure of the host page is not our affair.
            let _ = callback.call3(&JsValue::NULL, &event.into(), &detail.into(), &more.into());
        }
    }

    pub(crate) fn notify(&self, event: &HostEvent) {
        let (event, detail) = match event {
            HostEvent::Step(name) => ("step", *name),
            HostEvent::Done(outcome) => ("done", outcome_name(*outcome)),
            HostEvent::Failed(fault) => ("error", fault_name(*fault)),
            HostEvent::Ended => ("error", "ended"),
            HostEvent::Closed => ("close", ""),
        };
        self.call(event, detail, "");
    }

    /// The host page took the widget's element away.
    pub(crate) fn removed(&self) {
        self.call("gone", "", "");
    }

    pub(crate) fn return_to_sign_in(&self, user_id: &str, continue_url: Option<&str>) {
        self.call("return", user_id, continue_url.unwrap_or_default());
    }

    /// Hands a flow over to the full widget, by the loader, which keeps it to itself: not through an address, nor through
    /// storage, which may be forbidden.
    pub(crate) fn hand_over(&self, flow: &Resume) {
        self.call("more", &written(flow), "");
    }

    pub(crate) fn open_flow(&self, kind: FlowKind, user_id: &str) {
        self.call("flow", kind.as_str(), user_id);
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
