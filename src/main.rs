//! The program: the widget as one WebAssembly module that exports [`mount`].

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Shows the widget in `root`, an element in a shadow tree that has the stylesheet; see
/// `embed/open.js` for the options and what is returned.
#[wasm_bindgen]
pub fn mount(root: web_sys::HtmlElement, options: &JsValue) -> JsValue {
    regain::mount(root, options)
}

fn main() {}
