//! (stub)
use jiff::Timestamp;
use regain_protocol::Secret;
/// A
#[derive(Debug, Clone)]
pub struct Assertion {
    /// sub
    pub user_id: String,
    /// jti
    pub id: String,
    /// exp
    pub expires_at: Timestamp,
}
/// E
#[derive(Debug, thiserror::Error)]
#[error("no")]
pub struct AssertionError;
/// V
#[derive(Debug, Clone)]
pub struct Verifier;
impl Verifier {
    /// v
    pub fn verify(&self, _token: &Secret<String>, _now: Timestamp) -> Result<Assertion, AssertionError> {
        Err(AssertionError)
    }
}
