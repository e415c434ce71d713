//! The playground's server: [`regain_server`]'s own router over memory, for a page that talks to it without a network.
//!
//! [`Playground`] is the whole of it, natively and in a browser; the program is what a browser runs.

mod clock;
mod memory;
mod people;
mod playground;
mod settings;

pub use clock::PageClock;
pub use memory::{Memory, StoredAccount};
pub use people::Card;
pub use playground::{Answer, NoPlayground, Playground};
pub use regain_outbox::{CallAct, JsonEntry};
pub use settings::Settings;
