//! Tools of end-to-end tests: the real server with a database and an outbox of its own, a real browser, and a page that
//! is looked at as a person would: through its labels, fields and words.

mod balancer;
mod browser;
mod conditions;
mod host;
mod page;
mod recorder;
mod server;
mod session;
mod wait;

pub use balancer::Balancer;
pub use browser::{Browser, Engine, Need};
pub use conditions::Condition;
pub use host::Host;
pub use page::Page;
pub use recorder::Recorder;
pub use server::{Call, Mail, Server, output, root};
pub use session::{BrowserSession, is_unsupported, run};
pub use wait::until;
