//! Password hashes as other systems store them: all of these are verified, and those of [`Scheme`] are made.
//!
//! | format | beginning | made by |
//! |---|---|---|
//! | Argon2 as a PHC string | `$argon2id$`, `$argon2i$` | PHP, Spring, `argon2-cffi` |
//! | bcrypt | `$2a$`, `$2b$`, `$2y$` | Laravel, PHP, Devise without a pepper, Node |
//! | bcrypt over an HMAC | `$wp$2y$` | WordPress from 6.8 on |
//! | phpass | `$P$`, `$H$` | WordPress before, `phpBB` |
//! | Django's | `pbkdf2_sha256$`, `pbkdf2_sha1$`, `argon2$`, `bcrypt$`, `bcrypt_sha256$`, `scrypt$` | Django |
//! | Werkzeug's | `pbkdf2:`, `scrypt:` | Flask |
//! | PBKDF2 as a modular crypt string | `$pbkdf2-sha256$`, `$pbkdf2-sha512$`, `$pbkdf2$` | passlib |
//! | SHA-crypt | `$5$`, `$6$` | `crypt(3)` |
//! | salted SHA | `{SSHA}`, `{SSHA256}`, `{SSHA512}` | LDAP servers |
//! | Identity, version 3 | base64 of a byte 1 | ASP.NET Core Identity |
//! | scrypt with a salt in hex | 32 hex digits and a colon | better-auth |
//!
//! `{bcrypt}`, `{argon2}` and `{CRYPT}` before a hash are read over. What a stored hash asks for is [bounded](bounds),
//! so that a row cannot take the server's memory or hold its cores. All of it is blocking work, for
//! which [`Lanes`] has threads, a bounded number at a time.

mod argon2;
mod bcrypt;
pub mod bounds;
mod error;
mod identity;
mod lanes;
mod ldap;
mod memory;
mod parts;
mod pbkdf2;
mod phpass;
mod scheme;
mod scrypt;
mod sha_crypt;
mod stored_hash;

pub use error::HashError;
pub use lanes::Lanes;
pub use memory::Memory;
pub use scheme::{Costs, Scheme, argon2id};
pub use stored_hash::StoredHash;
