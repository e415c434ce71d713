//! The flow service: the shell around the [engine](crate::engine).
//!
//! Every request is: read the flow, let the engine decide, commit everything in one transaction that
//! compares and swaps the flow's version; where another request was faster, read and decide again.
//! That is what makes codes single-use and tries exact under any number of parallel requests.

mod answer;
mod apply;
mod begin;
mod calls;
mod commit;
mod engine_in_force;
mod idempotency;
mod intent;
mod lookups;
mod password_check;
mod reply;
mod service;
mod unsettled;

pub use answer::AnswerCommand;
pub use engine_in_force::EngineInForce;
pub use idempotency::{IdempotencyKey, InvalidIdempotencyKey, StoredReply};
pub use reply::{ProblemContent, Reply, ReplyContent};
pub use service::{Fault, Flows};
