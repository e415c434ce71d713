//! Phone numbers: as people write them in, as E.164 has them out.

/// The fewest and the most digits of an E.164 number, the country code included (ITU-T E.164, 6.2.1
/// for the most; no country has numbers that are shorter).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A text that is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// It does not begin with a country code.
    #[error("a number begins with + and its country code, such as +1 425 555 0123")]
    NoCountryCode,
    /// It has a character that no number has.
    #[error("a number has digits, which spaces, dots, hyphens and round brackets may group")]
    Character,
    /// It has too few or too many digits.
    #[error("a number has 7 to 15 digits, its country code included")]
    Length,
}

/// The number in E.164 form, such as `+14255550123`. What groups its digits is dropped, and so is an
/// extension (`x12`, `ext. 12`, `;ext=12`, `#12`): nobody can dial it while a call is placed.
pub fn parse(text: &str) -> Result<String, NotANumber> {
    let text = text.trim();
    let text = text.find(['x', 'X', 'e', 'E', '#', ';', ',']).map_or(text, |at| {
        let (number, extension) = text.split_at(at);
        if is_extension(extension) { number } else { text }
    });
    let digits = text.strip_prefix('+').ok_or(NotANumber::NoCountryCode)?;
    // The zero that is dialled only within the country, as in +44 (0)20 7946 0958; Italy's is always.
    let digits = if digits.starts_with("39") { digits.to_owned() } else { digits.replacen("(0)", "", 1) };
    let mut number = String::from("+");
    for character in digits.chars() {
        match character {
            '0'..='9' => number.push(character),
            ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '(' | ')' | '/' => {}
            _ => return Err(NotANumber::Character),
        }
    }
    match number.as_bytes().get(1) {
        None | Some(b'0') => Err(NotANumber::NoCountryCode),
        Some(_) if DIGITS.contains(&(number.len() - 1)) => Ok(number),
        Some(_) => Err(NotANumber::Length),
    }
}

/// Tells if a text is an extension, with the mark that begins it.
fn is_extension(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let digits = ["extension", ";ext=", ", ext.", ",ext.", "ext.", "ext", "x", "#", ",", ";"]
        .iter()
        .find_map(|mark| text.strip_prefix(mark))
        .map(str::trim);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ways_to_write_a_number_are_one() {
        for text in [
            "+14255550123",
            " +1 (425) 555-0123 ",
            "+1.425.555.0123",
            "+1 4255550123x45678",
            "+1 425 555 0123 ext. 45",
            "+1 425 555 0123 Extension 45",
            "+14255550123;ext=45",
            "+1 425 555 0123 #45",
            "+1 425 555 0123, ext. 45",
            "+1\u{a0}425\u{a0}555\u{2011}0123",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("+14255550123"), "{text:?}");
        }
        assert_eq!(parse("+44 (0)20 7946 0958").as_deref(), Ok("+442079460958"));
        assert_eq!(parse("+39 (0)6 555 0123").as_deref(), Ok("+39065550123"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, why) in [
            ("", NotANumber::NoCountryCode),
            ("+", NotANumber::NoCountryCode),
            ("425 555 0123", NotANumber::NoCountryCode),
            ("00 1 425 555 0123", NotANumber::NoCountryCode),
            ("+0 425 555 0123", NotANumber::NoCountryCode),
            ("+1 425", NotANumber::Length),
            ("+1234567890123456", NotANumber::Length),
            ("+1 425 555 012a", NotANumber::Character),
            ("+1 425 555 0123 x", NotANumber::Character),
            ("+1 425 555 0123 ext. none", NotANumber::Character),
            ("+1 425 555 0123\r\nBcc: all", NotANumber::Character),
            ("+１４２５５５５０１２３", NotANumber::Character),
            ("+1+14255550123", NotANumber::Character),
        ] {
            assert_eq!(parse(text), Err(why), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_comes_out_is_e164_and_stays_as_it_is(text in r"\+?[0-9 ().x#-]{0,24}") {
            if let Ok(number) = parse(&text) {
                prop_assert!(number.starts_with('+') && !number.starts_with("+0") && (8..=16).contains(&number.len()));
                prop_assert!(number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(parse(&number), Ok(number.clone()));
            }
        }
    }
}
