//! Requests to other servers: the authorities that are trusted, the HTTP client, signatures. What connects to a mail
//! server, a provider or an organisation's own programs has them from here.

mod address;
mod signature;
#[cfg(not(target_family = "wasm"))]
mod trusted_roots;
#[cfg(not(target_family = "wasm"))]
mod web_client;

pub use address::{is_https, is_loopback, is_protected, is_web_address, parse_address};
pub use signature::hmac_sha256;
#[cfg(not(target_family = "wasm"))]
pub use trusted_roots::{CaFileError, TrustedRoots, TrustedRootsError, authorities};
#[cfg(not(target_family = "wasm"))]
pub use web_client::{WebClientError, failure, web_client, web_client_for, with_causes};
