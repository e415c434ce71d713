//! The system's clock and random source: the only places where the server asks for either.

use jiff::Timestamp;
use rand::{TryRng as _, rngs::SysRng};

use crate::ports::{Clock, Rng};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    ///
    /// Where the system has no randomness: nothing this server does would be safe then.
    fn fill(&self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_every_byte_anew() {
        // All 32 bytes equal, or two draws equal, happens once in 2^256 runs.
        let (mut first, mut second) = ([0; 32], [0; 32]);
        SystemRng.fill(&mut first);
        SystemRng.fill(&mut second);
        assert_ne!(first, [0; 32]);
        assert_ne!(first, second);
        assert_ne!(first[16..], [0; 16]);
    }
}
