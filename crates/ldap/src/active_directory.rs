//! x
/// x.
pub struct ActiveDirectory;
