//! Lower case and class of characters, by Unicode.
//!
//! A browser has these tables already. The widget asks it for them (feature `browser`), because those of the
//! standard library would be a tenth of it; an end-to-end test compares the two, character by character. They
//! differ in what one knows and the other, of another version of Unicode, doesn't.

/// Of the four classes, what belongs to no other.
pub const OTHER: usize = 3;

#[cfg(not(all(feature = "browser", target_family = "wasm")))]
mod tables {
    /// The character in lower case.
    pub fn lower(c: char) -> impl Iterator<Item = char> {
        c.to_lowercase()
    }

    /// Lower case, upper case, digits, everything else.
    pub fn class(c: char) -> usize {
        let is = [c.is_lowercase(), c.is_uppercase(), c.is_numeric()];
        is.into_iter().position(|is| is).unwrap_or(super::OTHER)
    }
}

#[cfg(all(feature = "browser", target_family = "wasm"))]
mod tables {
    use js_sys::{JsString, RegExp};

    /// The character in lower case.
    pub fn lower(c: char) -> impl Iterator<Item = char> {
        let lower = if c.is_ascii() {
            c.to_ascii_lowercase().to_string()
        } else {
            // By itself: a sigma has another form at the end of a word.
            JsString::from(c).to_lower_case().into()
        };
        lower.chars().collect::<Vec<_>>().into_iter()
    }

    /// Lower case, upper case, digits, everything else.
    pub fn class(c: char) -> usize {
        let is = |property: &str| RegExp::new(&["\\p{", property, "}"].concat(), "u").test(c.encode_utf8(&mut [0; 4]));
        ["Lowercase", "Uppercase", "N"].into_iter().position(is).unwrap_or(super::OTHER)
    }
}

pub use tables::{class, lower};
