//! The part of a password that is scored.
//!
//! zxcvbn's time grows with the square of the length, and with every way in which the symbols in it could
//! stand for letters: `4` and `@` for an a, `1`, `!` and `|` for an i, and so on. A hundred symbols, each of
//! which could be several letters, would take seconds.

/// The most characters that are scored, in Unicode scalar values. It is zxcvbn's own number.
pub const MAX_SCORED: usize = 100;

/// As much work as is done: the square of the length by the number of readings. It is some milliseconds;
/// whatever reaches it has more than a dozen different symbols and is far beyond the highest score.
const MAX_WORK: usize = 25_000;

/// The letters that zxcvbn reads symbols as, each with its symbols.
const READINGS: [(char, &str); 12] = [
    ('a', "4@"),
    ('b', "8"),
    ('c', "({[<"),
    ('e', "3"),
    ('g', "69"),
    ('i', "1!|"),
    ('l', "1|7"),
    ('o', "0"),
    ('s', "$5"),
    ('t', "+7"),
    ('x', "%"),
    ('z', "2"),
];

/// The symbols that are read as either of two letters, or as neither.
const SHARED: &str = "1|7";

/// The beginning of the password that is scored: 100 characters, or fewer where those could be read in too
/// many ways.
pub fn scored(password: &str) -> &str {
    let mut symbols = [0_usize; READINGS.len()];
    let mut ambiguous = 1;
    for (length, (at, c)) in password.char_indices().enumerate() {
        if !password[..at].contains(c) {
            for (count, _) in symbols.iter_mut().zip(READINGS).filter(|(_, (_, symbols))| symbols.contains(c)) {
                *count += 1;
            }
            if SHARED.contains(c) {
                ambiguous *= 2;
            }
        }
        let readings = ambiguous * symbols.iter().map(|&count| count.max(1)).product::<usize>();
        if length == MAX_SCORED || readings * (length + 1).pow(2) > MAX_WORK {
            return &password[..at];
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(password: &str) -> usize {
        scored(password).chars().count()
    }

    #[test]
    fn what_people_choose_is_scored_whole() {
        for password in
            ["P@$$w0rd!2026", "1q2w3e4r5t6y7u8i9o0p", "T!9x$kQ2#mW7z@4vL8+b", "1 l1ved 1n 2 c1ties, 4 years"]
        {
            assert_eq!(scored(password), password);
        }
        assert_eq!(length(&"seven quiet otters hum ".repeat(10)), MAX_SCORED);
        assert_eq!(length(&"日本".repeat(100)), MAX_SCORED);
    }

    #[test]
    fn what_could_be_read_in_many_ways_is_cut_where_it_is_strong_already() {
        let symbols = "4@8({[<369!1|0$5+7%2".repeat(5);
        assert!((12..30).contains(&length(&symbols)), "{}", length(&symbols));
        assert_eq!(crate::estimate(&symbols, &[]).score, 4);
    }
}
