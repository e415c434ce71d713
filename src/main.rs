//! The program: the widget as one WebAssembly module that exports [`mount`].

// The standard library's way into `main` would be 400 bytes of the widget. Elsewhere than in a browser this is no program.
#![cfg_attr(target_family = "wasm", no_main)]

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Shows the widget in `root`, an element in a shadow tree that has the stylesheet; see
/// `embed/open/widget.js` for the options and what is returned.
#[wasm_bindgen]
pub fn mount(root: web_sys::HtmlElement, options: &JsValue) -> JsValue {
    regain::mount(root, options)
}

#[cfg(not(target_family = "wasm"))]
fn main() {}
