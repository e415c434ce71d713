//! Load on running servers, for what `cargo xtask bench` measures: clients, the jobs of people who get on, a mail server some
//! way off, and an installation to try them at.

mod client;
mod installation;
mod mail_server;
mod process;
mod worker;

pub use client::{Answered, Client, Session};
pub use installation::{Held, Installation, PASSWORD, Setup, address, megabytes, user_id};
pub use mail_server::MailServer;
pub use process::{busy_ms, wait_until_ready};
pub use worker::{Detours, Worker};
