//! The contracts of the ports that the outbox stands for: the suites are the server's own.

mod notifier;
mod phone;
