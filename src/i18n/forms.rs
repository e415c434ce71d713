//! The forms that numbers take in a language: whatever the browser's `Intl` knows of it. For the tests, which
//! run without a browser, English.

/// Of the plural's forms, the CLDR category that a number takes, such as `one` or `other`.
#[cfg(target_family = "wasm")]
pub(super) fn category(tag: &str, number: u32) -> String {
    use js_sys::Intl::PluralRules;
    use js_sys::{Array, Object};

    let rules = PluralRules::new(&Array::of1(&tag.into()), &Object::new());
    rules.select(number.into()).into()
}

/// So many of a unit of time (`second`, `minute`, `hour`), in digits that can be typed.
#[cfg(target_family = "wasm")]
pub(super) fn quantity(tag: &str, number: u32, unit: &str) -> String {
    use js_sys::Intl::NumberFormat;
    use js_sys::{Array, Object, Reflect};
    use wasm_bindgen::JsValue;

    let options = Object::new();
    for (name, value) in [("style", "unit"), ("unit", unit), ("unitDisplay", "long"), ("numberingSystem", "latn")] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let format = NumberFormat::new(&Array::of1(&tag.into()), &options).format();
    format.call1(&JsValue::NULL, &number.into()).ok().and_then(|words| words.as_string()).unwrap_or_default()
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn category(_: &str, number: u32) -> String {
    if number == 1 { "one" } else { "other" }.to_owned()
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn quantity(_: &str, number: u32, unit: &str) -> String {
    [&*super::digits(number), " ", unit, if number == 1 { "" } else { "s" }].concat()
}
