//! Characters as keyboards and pastes bring them, folded into those that are meant. It is all that the widget and the
//! server must agree on, so it depends on nothing.

#![cfg_attr(not(test), no_std)]

/// The ASCII digit for a decimal digit of any script.
pub fn ascii_digit(c: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| char::from_digit(u32::from(c).wrapping_sub(u32::from(*zero)), 10))
}

/// Tells if a character is drawn as nothing: what pasting from a document, a chat or a right-to-left page leaves in a
/// text. These are Unicode's `Default_Ignorable_Code_Point` (Unicode 17), but for those that are not assigned.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Tells if a character is a hyphen, a dash or a minus sign.
pub const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The ASCII quotation mark or apostrophe for one that a keyboard or a word processor makes of it.
pub const fn ascii_quote(c: char) -> Option<char> {
    match c {
        '\''
        | '`'
        | '\u{b4}'
        | '\u{2b9}'
        | '\u{2bb}'..='\u{2bd}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{ff07}' => Some('\''),
        '"' | '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{2036}' | '\u{ff02}' => Some('"'),
        _ => None,
    }
}

/// A text without the spaces around it: as `str::trim`, in half of its bytes, which count in the widget.
#[inline(never)]
pub fn trimmed(text: &str) -> &str {
    let (mut start, mut end) = (text.len(), 0);
    for (at, c) in text.char_indices() {
        if !c.is_whitespace() {
            start = start.min(at);
            end = at + c.len_utf8();
        }
    }
    text.get(start..end).unwrap_or_default()
}

/// The zeros of the scripts whose digits are ten characters in a row (Unicode 17, general category Nd), in order, but for
/// the styled ones of mathematics, which no keyboard has.
const ZEROS: [u16; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_of_any_script_are_trimmed_as_by_the_standard_library() {
        for text in ["", " ", " \u{a0}a b\u{3000}\n", "a", "\u{2003}ü\u{200b} ", "\t\t"] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn digits_of_any_script_are_read() {
        for typed in
            ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙", "၀၁၂၃၄၅၆၇၈၉"]
        {
            let folded: Option<String> = typed.chars().map(ascii_digit).collect();
            assert_eq!(folded.as_deref(), Some("0123456789"), "{typed}");
        }
        for c in ['/', ':', 'a', '\u{65f}', '\u{66a}', '\u{e5a}', '²', '½'] {
            assert_eq!(ascii_digit(c), None, "{c:?}");
        }
    }

    #[test]
    fn zeros_are_in_order_and_no_blocks_overlap() {
        assert!(ZEROS.windows(2).all(|pair| pair[1] - pair[0] >= 10));
    }

    #[test]
    fn nothing_that_is_seen_is_invisible() {
        for c in ['\u{200b}', '\u{202a}', '\u{feff}', '\u{ad}', '\u{2060}', '\u{200e}'] {
            assert!(is_invisible(c), "{c:?}");
        }
        assert!((' '..='\u{ac}').chain('\u{ae}'..='\u{2ff}').all(|c| !is_invisible(c)));
        assert!(!is_invisible('\u{a0}') && !is_invisible('\u{3000}'));
    }
}
