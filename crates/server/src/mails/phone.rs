//! Words for phones: the text of a message, and the announcements of a call.

use regain_protocol::Secret;

use super::{TextContent, one_line};
use crate::{
    languages::{Text, language},
    messages::{CodePurpose, Notice},
};

/// Length of one text message: 160 characters of GSM's alphabet, or 70 of any (3GPP TS 23.040).
const GSM_SEPTETS: usize = 160;
const OTHER_UNITS: usize = 70;

/// From so many digits on, a name could be taken for a code by those who look for one, people or phones.
const DIGITS_OF_A_CODE: usize = 4;

/// Announcements of a call, piece by piece; all of it plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWords {
    /// The caller's name and reason.
    pub greeting: String,
    /// The request to press `#`. Said after the greeting, and again after another key.
    pub press: String,
    /// Another key was pressed.
    pub wrong_key: String,
    /// The right key was pressed.
    pub thanks: String,
    /// At the end, whatever it was.
    pub goodbye: String,
}

/// The text message with a code. Its last line is for browsers that hand codes to the page they are for
/// (the WICG's origin-bound one-time codes): `host` is that page's, without a port. It fits into one
/// message wherever the names in it allow that.
pub fn text_message(locale: &str, organisation: &str, content: &TextContent<'_>, host: &str) -> Secret<String> {
    let organisation = one_line(organisation);
    let digits = organisation.chars().filter(|c| c.is_numeric()).count();
    let name = (digits < DIGITS_OF_A_CODE).then_some(organisation.trim()).filter(|name| !name.is_empty());
    // From the most words to the fewest: the first that fits, or else the fewest.
    let mut best = Secret::new(String::new());
    for words in all_words(locale, name, content) {
        best = Secret::new(format!("{}\n\n@{host} #{}", words.expose(), content.code.expose()));
        if fits(best.expose()) {
            break;
        }
    }
    best
}

/// The text message that something was done with an account. Nobody can tell from it whose account.
pub fn text_notice(locale: &str, organisation: &str, notice: Notice) -> String {
    let language = language(locale);
    let happened = language.text(match notice {
        Notice::Reset => Text::ResetHeading,
        Notice::Unlocked => Text::UnlockedHeading,
        Notice::Changed => Text::ChangedHeading,
        Notice::SecurityInfoChanged => Text::InfoHeading,
        Notice::SecurityInfoConfirmed => Text::ConfirmedHeading,
        Notice::RecoveryCodeUsed => Text::RecoveryUsedHeading,
        Notice::Other => Text::SomethingHeading,
    });
    let values = [("happened", happened), ("tell", language.text(Text::TellAtOnce))];
    let message = language.fill(Text::SmsNotice, &values);
    match one_line(organisation).trim() {
        "" => message,
        organisation => language.fill(Text::SmsFrom, &[("organisation", organisation), ("message", &message)]),
    }
}

/// The words of a text message, from the most to the fewest: with the name, and then without.
fn all_words(locale: &str, name: Option<&str>, content: &TextContent<'_>) -> Vec<Secret<String>> {
    let language = language(locale);
    let TextContent { code, minutes, purpose } = content;
    // A number of four digits could be taken for a code.
    let good_for = (*minutes < 1000).then(|| language.fill(Text::SmsGoodFor, &[("time", &language.minutes(*minutes))]));
    let messages: &[Text] = match purpose {
        CodePurpose::Prove => &[Text::SmsProve, Text::SmsProveShort],
        CodePurpose::Register => &[Text::SmsAdd, Text::SmsAddShort, Text::SmsAddShortest],
    };
    let mut words = Vec::new();
    for name in name.map(Some).into_iter().chain([None]) {
        for message in messages {
            let values = [("code", code.expose().as_str()), ("good_for", good_for.as_deref().unwrap_or_default())];
            let message = Secret::new(language.fill(*message, &values));
            words.push(Secret::new(match name {
                Some(name) => language.fill(Text::SmsFrom, &[("organisation", name), ("message", message.expose())]),
                None => capitalised(message.expose()),
            }));
        }
    }
    words
}

/// A sentence as one begins.
fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

/// The announcements of a call, in the language that [`language`](super::language) gives.
pub fn call_words(locale: &str, organisation: &str) -> CallWords {
    let language = language(locale);
    let organisation = one_line(organisation);
    let said = |text| language.text(text).to_owned();
    CallWords {
        greeting: match organisation.trim() {
            "" => said(Text::CallGreeting),
            organisation => language.fill(Text::CallGreetingFrom, &[("organisation", organisation)]),
        },
        press: said(Text::CallPress),
        wrong_key: said(Text::CallWrongKey),
        thanks: said(Text::CallThanks),
        goodbye: said(Text::CallGoodbye),
    }
}

/// Tells if a text goes into one message.
fn fits(text: &str) -> bool {
    match text.chars().map(septets).sum::<Option<usize>>() {
        Some(septets) => septets <= GSM_SEPTETS,
        None => text.encode_utf16().count() <= OTHER_UNITS,
    }
}

/// Septets of a character in GSM's 7-bit alphabet (3GPP TS 23.038, 6.2.1); `None` if it is not in it.
fn septets(character: char) -> Option<usize> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ\
                         ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENDED: &str = "\u{c}^{}\\[~]|€";
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENDED.contains(character) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::LANGUAGES;

    const PURPOSES: [CodePurpose; 2] = [CodePurpose::Prove, CodePurpose::Register];

    fn text(organisation: &str, minutes: u32, purpose: CodePurpose, host: &str) -> String {
        let content = TextContent { code: &"042137".into(), minutes, purpose };
        text_message("en", organisation, &content, host).expose().clone()
    }

    fn message(organisation: &str, host: &str) -> String {
        text(organisation, 10, CodePurpose::Prove, host)
    }

    #[test]
    fn it_ends_in_the_line_for_browsers_and_fits_into_one_message() {
        for organisation in
            ["Northwind Traders", "Fish & Chips <Ltd>", "Zażółć", "株式会社", "", "x".repeat(80).as_str()]
        {
            for purpose in PURPOSES {
                let text = text(organisation, 10, purpose, "recover.northwind.example");
                assert!(text.ends_with("\n\n@recover.northwind.example #042137"), "{text}");
                assert_eq!(text.lines().count(), 3, "{text}");
                assert!(text.lines().next().is_some_and(|words| words.contains("042137")), "{text}");
                assert!(fits(&text), "{text}");
            }
        }
        assert_eq!(
            message("Northwind Traders", "recover.northwind.example").lines().next(),
            Some("Northwind Traders: your verification code is 042137. It expires in 10 minutes. Don't share it.")
        );
        assert!(message("Zażółć", "a.example").starts_with("Zażółć"), "the name stays where it can");
    }

    #[test]
    fn no_other_digits_can_be_taken_for_the_code() {
        for organisation in ["Club 123456", "Forum 2000", "1-2-3-4", "１２３４"] {
            let text = message(organisation, "a.example");
            assert!(!text.contains(organisation), "{text}");
        }
        assert!(message("Studio 54", "a.example").contains("Studio 54"));
        for organisation in ["Northwind", "Club 123456"] {
            for purpose in PURPOSES {
                let text = text(organisation, 1440, purpose, "a.example");
                let mut groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| group.len() >= 4);
                assert!(groups.all(|group| group == "042137"), "{text}");
            }
        }
    }

    #[test]
    fn a_new_number_is_told_what_the_code_is_for() {
        let words = |organisation| text(organisation, 10, CodePurpose::Register, "recover.northwind.example");
        assert_eq!(
            words("Northwind Traders").lines().next(),
            Some("Northwind Traders: your code to add this number as security info is 042137. Not you? Ignore it.")
        );
        for organisation in ["Northwind Traders", "", "Zażółć", "株式会社"] {
            assert!(words(organisation).contains("to add this number"), "{}", words(organisation));
        }
    }

    #[test]
    fn every_language_ends_in_the_line_for_browsers_and_names_the_code_once_before() {
        for language in LANGUAGES.iter() {
            for purpose in PURPOSES {
                let content = TextContent { code: &"042137".into(), minutes: 10, purpose };
                let text = text_message(language.tag, "Northwind", &content, "recover.northwind.example");
                let (tag, text) = (language.tag, text.expose());
                assert!(text.ends_with("\n\n@recover.northwind.example #042137"), "{tag}: {text}");
                assert!(text.lines().count() == 3 && text.matches("042137").count() == 2, "{tag}: {text}");
                assert!(fits(text), "{tag}: {text}");
            }
        }
        let content = TextContent { code: &"042137".into(), minutes: 10, purpose: CodePurpose::Prove };
        assert_eq!(
            text_message("de", "Northwind", &content, "recover.northwind.example").expose(),
            "Northwind: Ihr Code ist 042137. Er gilt 10 Minuten. Geben Sie ihn an niemanden weiter.\n\n\
             @recover.northwind.example #042137"
        );
    }

    /// D11: each notice is short, in each language, and has no place left and nothing to click.
    #[test]
    fn d11_every_notice_is_short_in_every_language() {
        let all = [
            Notice::Reset,
            Notice::Unlocked,
            Notice::Changed,
            Notice::SecurityInfoChanged,
            Notice::SecurityInfoConfirmed,
            Notice::RecoveryCodeUsed,
            Notice::Other,
        ];
        for language in LANGUAGES.iter() {
            let mut texts: Vec<_> = all.iter().map(|notice| text_notice(language.tag, "Northwind", *notice)).collect();
            for text in &texts {
                let tag = language.tag;
                assert!(text.contains("Northwind") && text.contains(language.text(Text::TellAtOnce)), "{tag}: {text}");
                assert!(!text.contains(['{', '}', '\n']) && !text.contains("://"), "{tag}: {text}");
                // One message, or two where the alphabet takes more.
                assert!(fits(text) || text.encode_utf16().count() <= 2 * 67, "{tag}: {text}");
            }
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), all.len(), "{}", language.tag);
        }
        assert_eq!(
            text_notice("en", "Northwind", Notice::Reset),
            "Northwind: Your password was reset. Wasn't this you? Contact your administrator right away."
        );
        assert_eq!(
            text_notice("de", "", Notice::Reset),
            "Ihr Passwort wurde zurückgesetzt. Das waren nicht Sie? Sagen Sie sofort Ihrer Administration Bescheid."
        );
    }

    #[test]
    fn a_name_cannot_fake_the_last_line() {
        let text = message("Evil\n\n@evil.example #999\u{202e}", "a.example");
        assert_eq!(text.lines().filter(|line| line.starts_with('@')).collect::<Vec<_>>(), ["@a.example #042137"]);
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn what_fits_is_what_the_standard_says() {
        assert!(fits(&"a".repeat(160)) && !fits(&"a".repeat(161)));
        assert!(fits(&"€".repeat(80)) && !fits(&"€".repeat(81)));
        assert!(fits(&"ż".repeat(70)) && !fits(&"ż".repeat(71)));
        assert!(!fits(&"🦀".repeat(36)), "a character outside the first plane is two");
    }

    #[test]
    fn a_call_says_who_it_is_and_what_to_do_and_no_code() {
        let words = call_words("en", "Northwind\r\nTraders");
        assert!(words.greeting.contains("Northwind  Traders"), "{words:?}");
        assert!(words.press.contains("hash") && words.press.contains("pound"), "the key's names: {words:?}");
        for said in [&words.greeting, &words.press, &words.wrong_key, &words.thanks, &words.goodbye] {
            assert!(!said.is_empty() && !said.contains(|c: char| c.is_ascii_digit() || c.is_control()), "{said}");
        }
        assert_eq!(call_words("tlh", "N"), call_words("en", "N"), "an unknown language is English");
        for language in LANGUAGES.iter() {
            let words = call_words(language.tag, "Northwind");
            assert!(words.greeting.contains("Northwind"), "{words:?}");
            for said in [&words.greeting, &words.press, &words.wrong_key, &words.thanks, &words.goodbye] {
                assert!(!said.contains(|c: char| c.is_numeric() || c == '#'), "{}: {said}", language.tag);
            }
        }
    }
}
