//! The predefined security questions.

/// Their ids.
pub const PREDEFINED: [&str; 0] = [];

/// Whether an id is that of a predefined question.
pub fn is_predefined(id: &str) -> bool {
    PREDEFINED.contains(&id)
}

/// The words of a predefined question in a language, or in English where it has none in that one.
pub const fn text(_id: &str, _locale: &str) -> Option<&'static str> {
    None
}
