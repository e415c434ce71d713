//! The words of calls, in the provider's markup.

use std::fmt::Write as _;

use crate::{mails::CallWords, ports::CALL_VOICE_WAITS_FOR};

/// The provider's voices for languages that are named without a country: those that every voice of its own
/// has, for which it asks no voice's name (its reference of `<Say>`).
const VOICES: [(&str, &str); 18] = [
    ("ca", "ca-ES"),
    ("da", "da-DK"),
    ("de", "de-DE"),
    ("en", "en-US"),
    ("es", "es-ES"),
    ("fi", "fi-FI"),
    ("fr", "fr-FR"),
    ("it", "it-IT"),
    ("ja", "ja-JP"),
    ("ko", "ko-KR"),
    ("nb", "nb-NO"),
    ("nl", "nl-NL"),
    ("pl", "pl-PL"),
    ("pt", "pt-BR"),
    ("ru", "ru-RU"),
    ("sv", "sv-SE"),
    ("zh-Hans", "zh-CN"),
    ("zh-Hant", "zh-TW"),
];

/// An announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Say {
    /// The caller's name and the key to press; then it waits for a key.
    Greeting,
    /// That it was another key and what to press; then it waits again.
    WrongKey,
    /// The key to press, once more.
    Again,
    /// Thanks, and the end.
    Thanks,
    /// The end.
    Goodbye,
}

/// The document that makes the provider say it. A key that is pressed comes to the address that this
/// document came from.
pub(crate) fn document(say: Say, lang: &str, words: &CallWords) -> String {
    let CallWords { greeting, press, wrong_key, thanks, goodbye } = words;
    let mut body = String::new();
    match say {
        Say::Greeting => ask(&mut body, lang, &[greeting, press], press),
        Say::WrongKey => ask(&mut body, lang, &[wrong_key], press),
        Say::Again => ask(&mut body, lang, &[press], press),
        Say::Thanks => speak(&mut body, lang, &[thanks]),
        Say::Goodbye => {}
    }
    speak(&mut body, lang, &[goodbye]);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{body}<Hangup/></Response>")
}

/// Asks for a key, twice. `#` would end the wait without counting as a key, were it not for the empty
/// `finishOnKey`.
fn ask(body: &mut String, lang: &str, first: &[&String], second: &String) {
    for words in [first, &[second]] {
        let _ = write!(body, r#"<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="{CALL_VOICE_WAITS_FOR}">"#);
        speak(body, lang, words);
        body.push_str("</Gather>");
    }
}

fn speak(body: &mut String, lang: &str, words: &[&String]) {
    match voice(lang) {
        Some(voice) => {
            let _ = write!(body, r#"<Say language="{}">"#, escaped(voice));
        }
        None => body.push_str("<Say>"),
    }
    for (index, words) in words.iter().enumerate() {
        if index > 0 {
            body.push(' ');
        }
        body.push_str(&escaped(words));
    }
    body.push_str("</Say>");
}

/// The provider's name for a language; `None` leaves the choice to it.
fn voice(lang: &str) -> Option<&str> {
    let known = VOICES.iter().find(|(language, _)| *language == lang).map(|(_, voice)| *voice);
    known.or_else(|| lang.contains('-').then_some(lang))
}

/// Tells if the provider has a voice for a language. Read out by a voice of another one it would not be understood.
pub(crate) fn speaks(lang: &str) -> bool {
    voice(lang).is_some()
}

/// Text as it may stand in XML, in an element and in an attribute: without markup, and without the
/// characters that XML cannot have (XML 1.0 section 2.2).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> CallWords {
        CallWords {
            greeting: "This is Fish & Chips <Ltd>.".into(),
            press: "Press it.".into(),
            wrong_key: "Another key.".into(),
            thanks: "Thanks.".into(),
            goodbye: "Bye.".into(),
        }
    }

    #[test]
    fn it_asks_twice_and_then_hangs_up() {
        let gather = r#"<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="10"><Say language="en-US">"#;
        assert_eq!(
            document(Say::Greeting, "en", &words()),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{gather}This is Fish &amp; Chips &lt;Ltd&gt;. Press \
                 it.</Say></Gather>{gather}Press it.</Say></Gather><Say language=\"en-US\">Bye.</Say><Hangup/></Response>"
            )
        );
        let wrong = document(Say::WrongKey, "en", &words());
        assert!(wrong.contains(">Another key.</Say>") && wrong.matches("<Gather").count() == 2, "{wrong}");
    }

    #[test]
    fn the_end_waits_for_nothing() {
        for (say, said) in [(Say::Thanks, 2), (Say::Goodbye, 1)] {
            let document = document(say, "en", &words());
            assert!(document.ends_with(">Bye.</Say><Hangup/></Response>"), "{document}");
            assert_eq!(document.contains("Thanks."), say == Say::Thanks, "{document}");
            assert!(!document.contains("Gather") && document.matches("<Say").count() == said, "{document}");
        }
    }

    #[test]
    fn languages() {
        assert_eq!(voice("de"), Some("de-DE"));
        assert_eq!(voice("fr-CA"), Some("fr-CA"));
        assert_eq!(voice("zh-Hant"), Some("zh-TW"));
        assert_eq!(voice("tlh"), None);
        assert!(speaks("pt-BR") && !speaks("tlh"));
        assert!(document(Say::Goodbye, "tlh", &words()).contains("<Say>Bye."));
    }

    #[test]
    fn nothing_is_markup_but_ours() {
        assert_eq!(escaped("a<b>&\"'\u{0}\u{1b}\n\u{ffff}ü"), "a&lt;b&gt;&amp;&quot;&apos; ü");
        assert!(!document(Say::Goodbye, "x-\"><Dial>", &words()).contains("<Dial>"));
    }
}
