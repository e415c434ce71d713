//! Tools of fuzz tests: throws that a seed determines, texts that are odd, and a run of bounded time.
//! (`crates/policy/tests/fuzz.rs` takes them from here.)

use std::{
    env,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::{Duration, Instant},
};

/// Characters that something tends to be wrong with: of other widths, cases, directions, planes.
const ODD: [char; 24] = [
    '\0',
    '\n',
    '\r',
    '"',
    '\\',
    '\u{7f}',
    '\u{a0}',
    'ß',
    'ẞ',
    'İ',
    'ı',
    'Σ',
    'ς',
    'ﬁ',
    '\u{301}',
    '\u{200d}',
    '\u{202e}',
    '\u{2028}',
    '٣',
    '東',
    '👩',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10ffff}',
];

/// Throws that the seed determines (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.throw() % end as u64).unwrap_or_default()
    }

    /// One of them.
    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A text of at most so many characters.
    pub(crate) fn text(&mut self, most: usize) -> String {
        let kind = self.below(4);
        (0..self.below(most + 1))
            .map(|_| match kind {
                0 => char::from(b' ' + u8::try_from(self.below(95)).unwrap_or_default()),
                1 => *self.one_of(&ODD),
                2 => *self.one_of(&['a', 'A', '@', 'o', '0', 's', '$', 'l', '1', 'x']),
                _ => char::from_u32(u32::try_from(self.below(0x0011_0000)).unwrap_or_default()).unwrap_or('x'),
            })
            .collect()
    }
}

/// Tells how to repeat a run that panics.
struct Run(u64);

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("repeat it with REGAIN_FUZZ_SEED={}", self.0);
        }
    }
}

/// Does it again and again for `REGAIN_FUZZ_S` seconds (3), with throws that `REGAIN_FUZZ_SEED` determines;
/// that is printed where it fails. At least once, however slow the machine.
pub(crate) fn fuzz(mut once: impl FnMut(&mut Dice)) {
    let number = |name| env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = number("REGAIN_FUZZ_S").unwrap_or(3);
    let seed = number("REGAIN_FUZZ_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let _run = Run(seed);
    let mut dice = Dice(seed | 1);
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        once(&mut dice);
        if Instant::now() > end {
            break;
        }
    }
}
