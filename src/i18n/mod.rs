//! The texts of the widget, a line each. English is in the wasm; any other language is a file of the same texts in the
//! same order, which comes along with it ([`speak`]). A text is named by its [`Text`].
//!
//! One language is spoken on a page: that of the widget that was opened last.

mod forms;

use std::cell::Cell;

pub use regain_flow::digits;
use regain_folding::trimmed;

// `Text`, and the words in English, of `languages/en.toml`.
include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A language with its texts.
#[derive(Debug, Clone, Copy)]
struct Language {
    /// As a BCP 47 tag.
    tag: &'static str,
    /// True where it is written from right to left.
    rtl: bool,
    texts: &'static [&'static str],
}

/// Languages that are written from right to left, of those that there are.
const RTL: [&str; 4] = ["ar", "fa", "he", "ur"];

thread_local! {
    static SPOKEN: Cell<Language> = Cell::new(Language::new("en", WORDS));
}

impl Language {
    /// A page speaks few languages while it lasts, and each opening the same, so what they say may stay.
    fn new(tag: &'static str, texts: &'static str) -> Self {
        let rtl = RTL.contains(&tag.split('-').next().unwrap_or(tag));
        Self { tag, rtl, texts: Vec::leak(texts.lines().collect()) }
    }
}

/// Speaks another language from here on: `texts` has a line for each [`Text`]. Without them, or where they are
/// those of another version, it is English.
pub fn speak(tag: &str, texts: Option<String>) {
    if tag == SPOKEN.get().tag {
        return;
    }
    SPOKEN.set(match texts {
        Some(texts) if texts.lines().count() == WORDS.lines().count() => {
            Language::new(String::leak(tag.to_owned()), String::leak(texts))
        }
        _ => Language::new("en", WORDS),
    });
}

/// The language that is spoken, as a BCP 47 tag.
pub fn language() -> &'static str {
    SPOKEN.get().tag
}

/// The direction it is written in, as HTML has it.
pub fn direction() -> &'static str {
    if SPOKEN.get().rtl { "rtl" } else { "ltr" }
}

/// The words, with `{0}` and `{1}` standing for what [`fill`] puts in. The lean build has none for what only
/// the full one says.
#[inline(never)]
pub fn text(text: Text) -> &'static str {
    SPOKEN.get().texts.get(text as usize).copied().unwrap_or_default()
}

/// The words with their places filled.
#[inline(never)]
pub fn fill(name: Text, values: &[&str]) -> String {
    filled(text(name), values)
}

fn filled(mut rest: &str, values: &[&str]) -> String {
    let mut filled = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((place, after)) = after.split_once('}') else { break };
        let value = place.as_bytes().first().map(|digit| usize::from(digit.wrapping_sub(b'0')));
        filled.push_str(value.and_then(|place| values.get(place)).unwrap_or(&""));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The form of the words that a number takes, with that number at `{0}` and another value at `{1}`. The
/// forms stand one behind the other, `one: … | other: …`, by their CLDR categories.
#[inline(never)]
pub fn counted(name: Text, number: u32, other: &str) -> String {
    let forms = text(name);
    let category = forms::category(language(), number);
    let mut form = forms;
    for one in forms.split('|') {
        let (of, words) = one.split_once(':').unwrap_or_default();
        form = trimmed(words);
        if trimmed(of) == category {
            break;
        }
    }
    filled(form, &[&digits(number), other])
}

/// A span of time as the ear hears it, in minutes and then in tens of seconds: a screen reader says anew what changes
/// where the focus is, and a clock would have it speak every second. One that runs out is rounded down, so that nobody is
/// promised more than there is; one that is waited for is rounded up.
#[inline(never)]
pub fn countdown(seconds: u32, waits: bool) -> String {
    let step = match seconds {
        60.. => 60,
        10.. => 10,
        _ => 1,
    };
    span(if waits { seconds.div_ceil(step) } else { seconds / step } * step)
}

/// A span of time as the eye sees it: a clock, `m:ss`, whether it is waited for or runs out.
#[inline(never)]
pub fn clock(seconds: u32, _waits: bool) -> String {
    let rest = digits(seconds % 60);
    [&*digits(seconds / 60), if rest.len() < 2 { ":0" } else { ":" }, &*rest].concat()
}

/// A span of time to come back after, rounded up.
#[inline(never)]
pub fn span(seconds: u32) -> String {
    let (number, unit) = match seconds {
        0..=90 => (seconds, "second"),
        91..=5400 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    forms::quantity(language(), number, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        assert_eq!(fill(Text::CodeLength, &["6"]), "Enter all 6 digits.");
        assert_eq!(digits(0), "0");
        assert_eq!(digits(u32::MAX), "4294967295");
        for (seconds, left, wait) in [
            (581, "9 minutes", "10 minutes"),
            (119, "60 seconds", "2 minutes"),
            (61, "60 seconds", "2 minutes"),
            (60, "60 seconds", "60 seconds"),
            (59, "50 seconds", "60 seconds"),
            (11, "10 seconds", "20 seconds"),
            (9, "9 seconds", "9 seconds"),
            (1, "1 second", "1 second"),
        ] {
            assert_eq!((&*countdown(seconds, false), &*countdown(seconds, true)), (left, wait), "{seconds}");
        }
        assert_eq!([588, 60, 59, 9, 0].map(|seconds| clock(seconds, false)), ["9:48", "1:00", "0:59", "0:09", "0:00"]);
        assert_eq!(span(1), "1 second");
        assert_eq!(span(91), "2 minutes");
        assert_eq!(span(86_400), "24 hours");
    }

    #[test]
    fn a_number_takes_its_form() {
        assert_eq!(counted(Text::CodeWrongTries, 1, ""), "That code isn’t right. You have 1 try left.");
        assert_eq!(counted(Text::CodeWrongTries, 3, ""), "That code isn’t right. You have 3 tries left.");
    }

    #[test]
    fn another_language_has_every_text_or_is_not_spoken() {
        let lines = |count: usize| "a text\n".repeat(count);
        speak("ar-EG", Some(lines(WORDS.lines().count())));
        assert_eq!((language(), direction(), text(Text::Close)), ("ar-EG", "rtl", "a text"));
        speak("de", Some(lines(WORDS.lines().count() - 1)));
        assert_eq!((language(), direction(), text(Text::Close)), ("en", "ltr", "Cancel and close"));
    }
}
