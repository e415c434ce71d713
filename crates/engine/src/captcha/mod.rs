//! The challenge of the steps `identify` and `sign_in`, which tells people from programs.
//!
//! It is made when a flow begins, when the person asks for another, when a solution was wrong and after a wrong password. It
//! lives in the flow's state, so a solution is good for this flow only, once, and as long as the flow
//! or the challenge's own lifetime lasts, whichever is shorter.

mod challenges;
mod image;
mod picture;
mod proof_of_work;
mod spoken;

use serde::{Deserialize, Serialize};

pub(crate) use challenges::charge_another;
pub use image::{Image, image_expires_at, picture, revealed, spoken};
pub use proof_of_work::ProofOfWork;

/// A challenge that was set, with what tells a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Challenge {
    /// Work for the browser.
    ProofOfWork(ProofOfWork),
    /// Digits to read or to hear.
    Image(Image),
    /// An outside service judges; the widget shows it with this public key.
    Turnstile {
        /// The organisation's public key there.
        site_key: String,
    },
    /// An outside service judges; the widget shows it with this public key.
    Hcaptcha {
        /// The organisation's public key there.
        site_key: String,
    },
}
