//! Everything the widget says. One catalogue now; a text is named by its [`Text`], so that another
//! language is another list of the same length.

#[macro_use]
mod en_full;
mod en;

pub use en::Text;

/// The words, with `{0}` and `{1}` standing for what [`fill`] puts in.
#[inline(never)]
pub fn text(text: Text) -> &'static str {
    en::TEXTS[text as usize]
}

/// The words with their places filled.
#[inline(never)]
pub fn fill(name: Text, values: &[&str]) -> String {
    let mut rest = text(name);
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

/// The singular for one, the plural with the number for every other.
#[inline(never)]
pub fn counted(one: Text, other: Text, number: u32) -> String {
    if number == 1 { text(one).to_owned() } else { fill(other, &[&digits(number)]) }
}

/// A number as its digits: `core::fmt` would do, for more bytes than this.
#[inline(never)]
pub fn digits(mut number: u32) -> String {
    let mut reversed = [b'0'; 10];
    let mut at = reversed.len();
    loop {
        at -= 1;
        reversed[at] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    reversed[at..].iter().map(|&digit| char::from(digit)).collect()
}

/// A span of time to watch run down: `9:41`.
#[inline(never)]
pub fn clock(seconds: u32) -> String {
    let rest = digits(seconds % 60);
    [&*digits(seconds / 60), if rest.len() < 2 { ":0" } else { ":" }, &*rest].concat()
}

/// A span of time to come back after, rounded up.
#[inline(never)]
pub fn span(seconds: u32) -> String {
    match seconds {
        0..=90 => counted(Text::Second, Text::Seconds, seconds),
        91..=5400 => counted(Text::Minute, Text::Minutes, seconds.div_ceil(60)),
        _ => counted(Text::Hour, Text::Hours, seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        assert_eq!(fill(Text::CodeLength, &["6"]), "Enter all 6 digits of the code.");
        assert_eq!(digits(0), "0");
        assert_eq!(digits(u32::MAX), "4294967295");
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(581), "9:41");
        assert_eq!(span(1), "1 second");
        assert_eq!(span(91), "2 minutes");
        assert_eq!(span(86_400), "24 hours");
    }
}
