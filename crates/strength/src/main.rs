//! The module that a browser's worker runs (`src/embed/strength.js`): [`regain_strength`] behind functions
//! that take and give numbers, texts byte by byte, so that no memory is shared and no glue is needed. The
//! verdict is JSON, as the widget reads it.
//!
//! For this machine the same program measures how long a verdict takes: `cargo run --release -p regain-strength`.

// The standard library's way into `main`, and its printing, would be more than a kilobyte of the module.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod exports {
    #![expect(unsafe_code, reason = "an exported name is an unsafe attribute; nothing else here is unsafe")]

    use std::sync::{Mutex, MutexGuard, PoisonError};

    use zeroize::Zeroize as _;

    /// The input so far, and the last verdict.
    struct Desk {
        text: Vec<u8>,
        inputs: Vec<String>,
        verdict: Vec<u8>,
    }

    /// A module judges one password at a time.
    static DESK: Mutex<Desk> = Mutex::new(Desk { text: Vec::new(), inputs: Vec::new(), verdict: Vec::new() });

    fn desk() -> MutexGuard<'static, Desk> {
        DESK.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next byte of a text, in UTF-8.
    #[unsafe(no_mangle)]
    extern "C" fn byte(byte: u8) {
        desk().text.push(byte);
    }

    /// The text was a user input.
    #[unsafe(no_mangle)]
    extern "C" fn input() {
        let mut desk = desk();
        let input = String::from_utf8_lossy(&desk.text).into_owned();
        desk.inputs.push(input);
        desk.text.clear();
    }

    /// The text was a password: how many bytes its verdict has.
    #[unsafe(no_mangle)]
    extern "C" fn judge() -> usize {
        let mut desk = desk();
        let inputs: Vec<&str> = desk.inputs.iter().map(String::as_str).collect();
        let strength = regain_strength::estimate(&String::from_utf8_lossy(&desk.text), &inputs);
        desk.text.zeroize();
        desk.verdict = serde_json::to_vec(&strength).unwrap_or_default();
        desk.verdict.len()
    }

    /// A byte of the verdict.
    #[unsafe(no_mangle)]
    extern "C" fn verdict(at: usize) -> u8 {
        desk().verdict.get(at).copied().unwrap_or_default()
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let kinds =
        [("words", "seven quiet otters hum "), ("a walk", "1q2w3e4r5t6y7u8i9o0p"), ("symbols", "4@8({[<369!1|0$5+7%2")];
    regain_strength::estimate("the dictionaries are read at first", &[]);
    for (kind, text) in kinds {
        for length in [10, 20, 50, 100] {
            let password: String = text.chars().cycle().take(length).collect();
            let rounds = 20;
            let begun = std::time::Instant::now();
            let score = (0..rounds).map(|_| regain_strength::estimate(&password, &[]).score).max();
            let each = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(rounds);
            println!("{length:>4} characters of {kind}: {each:.2} ms, score {}", score.unwrap_or_default());
        }
    }
}
