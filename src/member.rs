//! Members of objects of JavaScript.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A member of an object, whatever either may be.
#[inline(never)]
pub(crate) fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_null() && !value.is_undefined())
}
