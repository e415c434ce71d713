//! The module that a browser's worker runs (`src/embed/work.js`): [`regain_proof_of_work`] behind four
//! functions that take and give numbers, so that no memory is shared and no glue is needed.
//!
//! For this machine the same program measures how many numbers it tries in a second, which is where
//! `captcha.max_number` comes from: `cargo run --release -p regain-proof-of-work`.

// The standard library's way into `main`, and its printing, would be more than a kilobyte of the module.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod exports {
    #![expect(unsafe_code, reason = "an exported name is an unsafe attribute; nothing else here is unsafe")]

    use std::sync::{Mutex, MutexGuard, PoisonError};

    use regain_proof_of_work::Search;

    /// A module solves one challenge at a time.
    static SEARCH: Mutex<Option<Search>> = Mutex::new(None);

    fn search() -> MutexGuard<'static, Option<Search>> {
        SEARCH.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins another challenge.
    #[unsafe(no_mangle)]
    extern "C" fn begin() {
        *search() = Some(Search::new());
    }

    /// The next byte of its salt.
    #[unsafe(no_mangle)]
    extern "C" fn salt(byte: u8) {
        if let Some(search) = &mut *search() {
            search.salt(byte);
        }
    }

    /// The next byte of its hash.
    #[unsafe(no_mangle)]
    extern "C" fn target(byte: u8) {
        if let Some(search) = &mut *search() {
            search.target(byte);
        }
    }

    /// The number among these, both inclusive, or -1.
    #[unsafe(no_mangle)]
    extern "C" fn within(from: u32, to: u32) -> f64 {
        let found = search().as_ref().and_then(|search| search.within(from.into(), to.into()));
        found.and_then(|number| u32::try_from(number).ok()).map_or(-1.0, f64::from)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let numbers = 2_000_000;
    let begun = std::time::Instant::now();
    // As long a salt as the server's; the hash is nobody's.
    let found = regain_proof_of_work::solve(&"x".repeat(44), &"0".repeat(64), 0, numbers);
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(found, None);
    println!("{numbers} numbers in {seconds:.2} s");
}
