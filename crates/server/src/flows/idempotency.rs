//! `Idempotency-Key`: a repeat of the same request gets the first answer and acts once.

use jiff::Timestamp;
use regain_protocol::{Flow, Secret};

use super::Reply;
use crate::{
    keys::{Keys, same},
    ports::{Replay, Rng},
};

/// The longest `Idempotency-Key`.
const MAX_KEY: usize = 255;

/// A request that came with an `Idempotency-Key`.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    scope: String,
    key: String,
    fingerprint: String,
}

/// The reply that is stored under a key.
#[derive(Debug)]
pub enum StoredReply {
    /// The first answer to the same request.
    Answer(Reply),
    /// Something else: the key came with another request.
    OfAnother,
}

/// Not an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Idempotency-Key: 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// A request with this key. A repeat of it has the same scope and the same parts.
    pub fn new(keys: &Keys, key: &[u8], scope: &str, parts: &[&[u8]]) -> Result<Self, InvalidIdempotencyKey> {
        if !(1..=MAX_KEY).contains(&key.len()) || !key.iter().all(u8::is_ascii_graphic) {
            return Err(InvalidIdempotencyKey);
        }
        Ok(Self {
            scope: scope.to_owned(),
            key: keys.idempotency_hash(&[scope.as_bytes(), key]),
            fingerprint: keys.idempotency_hash(parts),
        })
    }

    /// The scope in which the key counts.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The key, hashed.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn keep(&self, keys: &Keys, rng: &dyn Rng, reply: &Reply, expires_at: Timestamp) -> Replay {
        Replay {
            scope: self.scope.clone(),
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            answer: keys.seal(rng, &self.context(), &Secret::new(reply.to_bytes())),
            expires_at,
        }
    }

    /// The reply that is stored under the key.
    pub(super) fn open(&self, keys: &Keys, kept: &Replay) -> StoredReply {
        if !same(&kept.fingerprint, &self.fingerprint) {
            return StoredReply::OfAnother;
        }
        let reply = keys.open(&self.context(), &kept.answer).ok();
        StoredReply::Answer(
            reply.and_then(|bytes| Reply::from_bytes(bytes.expose())).unwrap_or_else(Reply::unavailable),
        )
    }

    fn context(&self) -> String {
        format!("answer:{}:{}", self.scope, self.key)
    }
}

impl StoredReply {
    /// The reply to a request with that key.
    pub(super) fn reply(self, flow: impl FnOnce() -> Option<Flow>) -> Reply {
        match self {
            Self::Answer(reply) => reply,
            Self::OfAnother => Reply::key_reused(flow()),
        }
    }
}
