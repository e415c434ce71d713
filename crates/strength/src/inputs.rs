//! A guesser's knowledge of a person, taken apart: a user ID is guessed whole, by the part before its `@`, and by each
//! word in it.

use crate::MAX_SCORED;

/// A part shorter than this is guessed as quickly by trying all.
const MIN_PART: usize = 3;

/// More parts than a person, an address and an organisation's words have between them. zxcvbn counts each
/// as harder to guess than the one before, so what comes first is what is tried first.
const MAX_PARTS: usize = 200;

/// Every input and what it is made of, in lower case, the likeliest first, each once.
pub(crate) fn parts(inputs: &[&str]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: &str| {
        let length = part.chars().count();
        let part = part.to_lowercase();
        if (MIN_PART..=MAX_SCORED).contains(&length) && parts.len() < MAX_PARTS && !parts.contains(&part) {
            parts.push(part);
        }
    };
    for input in inputs {
        let input = input.trim();
        add(input);
        if let Some((user, domain)) = input.rsplit_once('@') {
            add(user);
            add(domain);
        }
        let words: Vec<&str> = input.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.iter().copied().for_each(&mut add);
        // `Augusta Ada King` is written AugustaAdaKing, too.
        add(&words.concat());
        for pair in words.windows(2) {
            add(&pair.concat());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_tried_whole_and_in_parts() {
        let expected = ["ada.king@north.example", "ada.king", "north.example", "ada", "king", "north", "example"];
        let found = parts(&[" Ada.King@north.example "]);
        assert_eq!(found[..7], expected);
        assert_eq!(found[7..], ["adakingnorthexample", "adaking", "kingnorth", "northexample"]);
    }

    #[test]
    fn nothing_comes_twice_or_is_too_short_or_too_long() {
        assert_eq!(parts(&["Ada", "ada", "AB", "", "a-d-a"]), ["ada", "a-d-a"]);
        assert_eq!(parts(&["x".repeat(MAX_SCORED + 1).as_str()]), [""; 0]);
        let many: Vec<String> = (0..500).map(|number| format!("word{number}")).collect();
        assert_eq!(parts(&many.iter().map(String::as_str).collect::<Vec<_>>()).len(), MAX_PARTS);
    }
}
