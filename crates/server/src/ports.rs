//! The ports of one server, together; and every port by its name.

use std::sync::Arc;

use tokio::sync::Notify;

pub use regain_ports::*;

/// The ports that a server stands on; cheap to clone.
#[derive(Clone)]
pub struct Ports {
    /// The flows.
    pub store: Arc<dyn Store>,
    /// The organisation's accounts, and what people have registered.
    pub directory: Directory,
    /// Carries mails.
    pub notifier: Arc<dyn Notifier>,
    /// Carries text messages and places calls.
    pub phone: Arc<dyn Phone>,
    /// The outside service that tells people from programs, where one is configured.
    pub captcha: Option<Arc<dyn CaptchaVerifier>>,
    /// Knows breached passwords, where they are looked up.
    pub breached: Option<Arc<dyn Breached>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Notified when a message was queued.
    pub wake: Arc<Wake>,
}

/// Wakes whoever delivers the messages of a channel.
#[derive(Debug, Default)]
pub struct Wake([Notify; Channel::ALL.len()]);

impl Wake {
    /// Says that a message was queued.
    pub fn queued(&self, channel: Channel) {
        self.of(channel).notify_one();
    }

    /// The notification of messages of a channel.
    pub fn of(&self, channel: Channel) -> &Notify {
        &self.0[channel as usize]
    }
}
