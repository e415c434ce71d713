//! Bounds of a single hash. They are far above what any of these systems sets by default, and one hash within them takes
//! seconds at most.

/// Memory of one hash, in KiB: 256 MiB. Argon2 and scrypt ask for it.
pub const MAX_MEMORY_KIB: u32 = 256 * 1024;

/// Memory times passes of one hash, in KiB: 1 GiB once.
pub const MAX_WORK_KIB: u64 = 1024 * 1024;

/// Iterations of PBKDF2 for one block of its output. Django 6.0 has 1,200,000.
pub const MAX_PBKDF2_ITERATIONS: u32 = 5_000_000;

/// Cost of bcrypt, as a power of two. Frameworks have 10 to 12.
pub const MAX_BCRYPT_COST: u32 = 16;

/// Rounds of SHA-crypt. The default is 5,000; passlib has 656,000.
pub const MAX_SHA_CRYPT_ROUNDS: u32 = 2_000_000;

/// Rounds of phpass, as a power of two. WordPress has 13.
pub const MAX_PHPASS_COST: u32 = 20;

/// Bytes of a salt or digest.
pub const MAX_BYTES: usize = 128;
