//! Prepares strangers' words for a mail to somebody else: lines of plain text, none of which breaks out of its line,
//! turns the direction of writing, or becomes a link in a mailbox that makes links of whatever looks like one.

/// The text as lines, harmless.
pub(super) fn lines(text: &str) -> Vec<String> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let text = text.replace("\r\n", "\n");
    let mut lines: Vec<_> = text.split(ends).map(|line| disarm(one_line(line).trim_end())).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// A user ID as typed, on one line, harmless. What has the form of a mail address stays as it is: it is
/// to be looked up in a directory, and the worst it becomes is a link to write a mail.
pub(super) fn user_id(text: &str) -> String {
    let text = one_line(text);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '\'');
    match text.split_once('@') {
        Some((local, domain)) if local.chars().all(plain) && domain.chars().all(plain) => text,
        _ => disarm(&text),
    }
}

/// The text without line breaks, control characters and marks that turn the direction of writing: it
/// can go into a header, and it cannot make the words around it read otherwise.
pub(super) fn one_line(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().filter(|&c| !turns(c)).map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// Tells if [`lines`] or [`user_id`] has put something in brackets.
pub(super) fn is_disarmed(text: &str) -> bool {
    ["[.]", "[:]", "[\\]"].iter().any(|mark| text.contains(mark))
}

/// Takes apart what mailboxes make links of: names with dots, schemes with a colon, and the two
/// backslashes that begin a path to another computer. Times, numbers and ends of sentences stay.
fn disarm(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut disarmed = String::with_capacity(text.len());
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| characters.get(index)).copied();
        let after = characters.get(index + 1).copied();
        let joins = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(|c| !c.is_whitespace());
        match character {
            // The full stops of East Asian scripts are dots to a browser as well.
            '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}'
                if joins(char::is_alphanumeric) && after.is_some_and(char::is_alphabetic) =>
            {
                disarmed.push_str("[.]");
            }
            ':' | '\u{ff1a}' if joins(char::is_alphabetic) => disarmed.push_str("[:]"),
            '\\' if after == Some('\\') => disarmed.push_str("[\\]"),
            _ => disarmed.push(character),
        }
    }
    disarmed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_make_a_link_of() {
        for (typed, shown) in [
            ("see https://evil.example/x now", "see https[:]//evil[.]example/x now"),
            ("www.evil.example", "www[.]evil[.]example"),
            ("http://192.0.2.1/", "http[:]//192.0.2.1/"),
            ("mailto:all@evil.example", "mailto[:]all@evil[.]example"),
            ("javascript:alert(1)", "javascript[:]alert(1)"),
            (r"\\evil\share", r"[\]\evil\share"),
            ("evil。example", "evil[.]example"),
        ] {
            assert_eq!(lines(typed), [shown]);
            assert!(is_disarmed(shown));
        }
        for plain in ["At 14:30, on 3.4. or later. Thanks: Ada", "v1.2", "note: this", "…", r"a\b"] {
            assert_eq!(lines(plain), [plain]);
            assert!(!is_disarmed(plain));
        }
    }

    #[test]
    fn each_line_is_a_line_and_no_mark_turns_it() {
        assert_eq!(lines("a\r\nb\rc\u{2028}d\u{85}e\u{b}f\n\n"), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(lines("a\u{202e}b\u{2066}c\u{61c}d\0e\tf"), ["abcd e f"]);
        assert_eq!(lines(" \n\n"), [""; 0]);
    }

    #[test]
    fn a_mail_address_can_be_looked_up_as_it_is() {
        assert_eq!(user_id("ada.o'neill+x@mail.example"), "ada.o'neill+x@mail.example");
        assert_eq!(user_id("ada@evil.example/x"), "ada@evil[.]example/x");
        assert_eq!(user_id("a@b@evil.example"), "a@b@evil[.]example");
        assert_eq!(user_id("ada\r\nBcc: x"), "ada  Bcc: x");
    }
}
