//! The program of the playground's page: [`regain_playground`] behind functions that its script calls.
//!
//! Each is done when it returns: memory answers at once, so that nothing is ever waited for.

#[cfg(target_family = "wasm")]
mod browser;

fn main() {
    #[cfg(not(target_family = "wasm"))]
    eprintln!("This program runs in a browser: build its page with `cargo xtask playground`.");
}
