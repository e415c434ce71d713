//! Six digits to read in a [picture](super::picture) or to [hear](super::spoken). Digits, because they
//! are the same in every language, and because they can be spoken without being misheard.

use jiff::Timestamp;
use regain_protocol::{Captcha, CaptchaSolution, Secret};
use serde::{Deserialize, Serialize};

use super::{picture::png, spoken::wav};
use regain_keys::{Keys, same};
use regain_ports::{Rng, random_code, random_id};
use regain_values::digits;

/// The context that the digits are sealed for.
const SEALED_FOR: &str = "captcha";

/// A challenge. The digits are sealed together with their time, so that whoever speaks them needs
/// nothing but the sealed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    id: String,
    sealed: String,
}

/// The sealed content.
struct Digits {
    digits: Secret<String>,
    expires_at: Timestamp,
}

impl Digits {
    fn seal(&self, rng: &dyn Rng, keys: &Keys) -> String {
        let text = format!("{} {}", self.digits.expose(), self.expires_at.as_second());
        keys.seal(rng, SEALED_FOR, &Secret::new(text.into_bytes()))
    }

    fn open(keys: &Keys, sealed: &str) -> Option<Self> {
        let text = keys.open(SEALED_FOR, sealed).ok()?;
        let (digits, until) = std::str::from_utf8(text.expose()).ok()?.split_once(' ')?;
        Some(Self { digits: digits.into(), expires_at: Timestamp::from_second(until.parse().ok()?).ok()? })
    }
}

impl Image {
    pub(super) fn new(rng: &dyn Rng, keys: &Keys, expires_at: Timestamp) -> Self {
        let digits = Digits { digits: random_code(rng), expires_at };
        Self { id: random_id(rng), sealed: digits.seal(rng, keys) }
    }

    /// The time until which it can be solved; `None` for one of a former server key.
    pub(super) fn expires_at(&self, keys: &Keys) -> Option<Timestamp> {
        Digits::open(keys, &self.sealed).map(|digits| digits.expires_at)
    }

    /// Tells if these are its digits, and the answer is not about a picture that was there before.
    pub(super) fn is_solved_by(&self, given: &CaptchaSolution, now: Timestamp, keys: &Keys) -> bool {
        let is_this_one = given.id.as_ref().is_none_or(|id| *id == self.id);
        let right = Digits::open(keys, &self.sealed)
            .is_some_and(|it| now < it.expires_at && is_right(&given.solution, it.digits.expose()));
        is_this_one && right
    }

    /// The challenge as the person is shown it, but for its picture: drawing takes milliseconds of a core, so whoever
    /// sends the view puts the [`picture`] in the place of the sealed digits.
    pub(super) fn shown(&self, public_url: &str) -> Captcha {
        Captcha::Image {
            id: self.id.clone(),
            image: self.sealed.clone(),
            audio: format!("{public_url}/v1/captcha/{}.wav", self.sealed),
        }
    }

    #[cfg(test)]
    fn solution(&self, keys: &Keys) -> Option<String> {
        revealed(keys, &self.sealed)
    }
}

/// The time until which sealed digits solve their challenge; `None` where they are not ours.
pub fn image_expires_at(keys: &Keys, sealed: &str) -> Option<Timestamp> {
    Digits::open(keys, sealed).map(|digits| digits.expires_at)
}

/// The PNG that shows sealed digits. A challenge of a former server key shows none; another one can be asked for.
pub fn picture(keys: &Keys, sealed: &str) -> Vec<u8> {
    let digits = Digits::open(keys, sealed);
    png(digits.as_ref().map_or("", |it| it.digits.expose()), keys.captcha_seed("picture", sealed))
}

/// The WAV that speaks sealed digits; `None` where they are not ours or out of time.
pub fn spoken(keys: &Keys, sealed: &str, now: Timestamp) -> Option<Vec<u8>> {
    let Digits { digits, expires_at } = Digits::open(keys, sealed)?;
    (now < expires_at).then(|| wav(digits.expose(), keys.captcha_seed("sound", sealed)))
}

/// Sealed digits, for the demonstration, whose outbox tells them to programs that cannot see.
pub fn revealed(keys: &Keys, sealed: &str) -> Option<String> {
    Digits::open(keys, sealed).map(|digits| digits.digits.expose().clone())
}

/// Tells if a person typed these digits.
fn is_right(typed: &str, drawn: &str) -> bool {
    digits::code(&typed.into()).is_some_and(|code| same(code.expose(), drawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use regain_ports::OsRng;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&Secret::new(vec![byte; 32]))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn image() -> Image {
        Image::new(&OsRng, &keys(1), at(1_000))
    }

    fn given(id: Option<&str>, solution: &str) -> CaptchaSolution {
        CaptchaSolution { id: id.map(str::to_owned), solution: solution.to_owned() }
    }

    #[test]
    fn its_digits_solve_it_however_they_are_typed_until_its_time_is_up() {
        let image = image();
        let digits = image.solution(&keys(1)).expect("digits");
        let arabic: String = digits.chars().filter_map(|c| char::from_u32(u32::from(c) - 0x30 + 0x660)).collect();
        for typed in [digits.clone(), format!(" {} - {} ", &digits[..3], &digits[3..]), arabic] {
            assert!(image.is_solved_by(&given(Some(&image.id), &typed), at(999), &keys(1)), "{typed}");
            assert!(image.is_solved_by(&given(None, &typed), at(999), &keys(1)), "{typed}");
            assert!(!image.is_solved_by(&given(None, &typed), at(1_000), &keys(1)), "{typed}");
        }
        for (id, typed) in [(None, ""), (None, "12345"), (Some("other"), &*digits), (None, &format!("{digits}0"))] {
            assert!(!image.is_solved_by(&given(id, typed), at(0), &keys(1)), "{id:?} {typed}");
        }
    }

    #[test]
    fn what_is_stored_and_shown_does_not_tell_the_digits() {
        let image = image();
        let digits = image.solution(&keys(1)).expect("digits");
        let shown = image.shown("https://recover.example.com");
        let Captcha::Image { image: undrawn, audio, .. } = &shown else { panic!("it is a picture") };
        let drawn = picture(&keys(1), undrawn);
        assert!(drawn.starts_with(b"\x89PNG"));
        let address = format!("https://recover.example.com/v1/captcha/{}.wav", image.sealed);
        assert_eq!(*audio, address);
        let stored = serde_json::to_string(&image).expect("JSON");
        assert!(!stored.contains(&digits) && !audio.contains(&digits));
        assert_eq!(image.shown("https://recover.example.com"), shown, "looked at again, it is the same");
        assert_eq!(picture(&keys(1), undrawn), drawn, "drawn again, it is the same");
        assert!(picture(&keys(2), undrawn).starts_with(b"\x89PNG"), "one of a former key is a picture too");
    }

    #[test]
    fn only_what_we_sealed_is_spoken_and_only_in_its_time() {
        let image = image();
        assert!(spoken(&keys(1), &image.sealed, at(999)).is_some());
        assert!(spoken(&keys(1), &image.sealed, at(1_000)).is_none());
        assert!(spoken(&keys(2), &image.sealed, at(0)).is_none());
        assert!(spoken(&keys(1), "nonsense", at(0)).is_none());
        let other = keys(1).seal(&OsRng, "other", &Secret::new(b"123456 9999999999".to_vec()));
        assert!(spoken(&keys(1), &other, at(0)).is_none());
    }
}
