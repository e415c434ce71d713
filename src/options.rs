//! The options that the loader hands over: see `embed/open/widget.js`, which builds this object.

use js_sys::Function;
use regain_protocol::{Config, FlowKind, Secret};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::{self, Api};
use crate::member::member;
use regain_flow::clock::Millis;
use regain_flow::full::IS_FULL;
use regain_flow::{Resume, Setup};

/// The options of one widget.
pub(crate) struct Options {
    /// The core's own.
    pub(crate) setup: Setup,
    /// The way to the API.
    pub(crate) api: Api,
    /// True where the configuration comes along with the flow, because the loader asked for both.
    pub(crate) has_config: bool,
    /// The configuration, where it was there before the widget.
    pub(crate) config: Option<Config>,
    /// The name under which a reload finds the flow in `sessionStorage`.
    pub(crate) key: String,
    /// The link's own address: the way on without the widget.
    pub(crate) href: Option<String>,
    /// The object that has all of these, whose callbacks are called with what happens.
    pub(crate) callbacks: JsValue,
    /// Tells if the widget may take the focus: not from someone who is typing elsewhere on the page.
    pub(crate) may_focus: Option<Function>,
    /// Brings in `embed/work.js` and has it solve a challenge; see [`crate::captcha`].
    pub(crate) work: Option<Function>,
    /// The language to speak, as a BCP 47 tag.
    pub(crate) language: String,
    /// The texts in it, a line each; none for English.
    pub(crate) texts: Option<String>,
    /// The host page's source of assertions; see [`crate::assertion`].
    pub(crate) assertion: Option<JsValue>,
}

impl Options {
    pub(crate) fn read(options: &JsValue) -> Self {
        let text = |name| text(options, name);
        let function = |name| member(options, name).and_then(|value| value.dyn_into().ok());
        let assertion = if IS_FULL { member(options, "assertion") } else { None };
        Self {
            setup: Setup {
                kind: match text("flow").as_deref() {
                    Some("unlock") => FlowKind::Unlock,
                    Some("change") => FlowKind::Change,
                    Some("register") => FlowKind::Register,
                    _ => FlowKind::Reset,
                },
                locale: text("locale"),
                user_id: text("userId").unwrap_or_default(),
                nonce: nonce(),
                resume: text("resume").and_then(|kept| {
                    let (id, token) = kept.split_once(' ')?;
                    Some(Resume { id: id.to_owned(), token: Secret::from(token) })
                }),
                reopened: member(options, "reopened").is_some_and(|value| value.is_truthy()),
                signed_in: assertion.is_some(),
                can_return: member(options, "canReturn").is_some_and(|value| value.is_truthy()),
                asks_account: member(options, "asksAccount").is_some_and(|value| value.is_truthy()),
                can_hand_over: !IS_FULL && member(options, "onHandOver").is_some(),
            },
            api: Api { address: text("api").unwrap_or_default(), send: function("send") },
            has_config: member(options, "hasConfig").is_some_and(|value| value.is_truthy()),
            config: member(options, "config").and_then(|config| api::config(&config)),
            key: text("key").unwrap_or_default(),
            language: text("language").unwrap_or_default(),
            texts: text("texts"),
            href: text("href"),
            callbacks: options.clone(),
            may_focus: function("mayFocus"),
            work: function("work"),
            assertion,
        }
    }
}

/// A member that is a text with something in it.
#[inline(never)]
fn text(of: &JsValue, name: &str) -> Option<String> {
    member(of, name).and_then(|value| value.as_string()).filter(|text| !text.is_empty())
}

/// The time by this device.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
pub(crate) fn now() -> Millis {
    js_sys::Date::now() as Millis
}

/// 128 random bits in hexadecimal.
pub(crate) fn nonce() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = leptos::prelude::window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}
