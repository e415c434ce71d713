//! The site's other tabs: each hears when a flow is finished in one of them, by a mark of its user ID.

use leptos::tachys::renderer::types::Event as Message;
use regain_flow::{Event, mark};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::BroadcastChannel;

use crate::dispatch::Dispatch;
use crate::member::member;
use crate::options::nonce;

/// The channel of this site's widgets. The browser passes nothing on to other sites, and keeps nothing.
const NAME: &str = "regain";

/// The way to the other tabs; it is closed when this is dropped.
pub(crate) struct Tabs {
    channel: BroadcastChannel,
    _heard: Closure<dyn FnMut(Message)>,
}

impl Tabs {
    /// Listens to them; `None` where the browser cannot.
    pub(crate) fn new(dispatch: Dispatch) -> Option<Self> {
        let channel = BroadcastChannel::new(NAME).ok()?;
        let heard = Closure::new(move |message: Message| {
            if let Some(mark) = member(&message, "data").and_then(|data| data.as_string()) {
                dispatch.send(Event::FinishedElsewhere(mark));
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Some(Self { channel, _heard: heard })
    }

    /// Tells them that a flow of this user ID is finished.
    pub(crate) fn tell(&self, user_id: &str) {
        let _ = self.channel.post_message(&JsValue::from_str(&mark(&nonce(), user_id)));
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.close();
    }
}
