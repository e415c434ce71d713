//! Intents: what a directory elsewhere was asked to change, sealed along with the claim on the account.
//!
//! A new password is in it in the clear under the seal, because only a sign-in with it tells if it was set. It is there
//! from the claim until what became of it is committed, which is a moment; after a crash, until the next start, and
//! then no longer than [`super::unsettled`] asks.

use std::net::IpAddr;

use regain_protocol::Secret;
use serde::{Deserialize, Serialize};

use crate::{
    client::Client,
    engine::{Application, Device, State},
    keys::{Keys, OpenError},
    ports::Rng,
};

/// A change that was intended.
#[derive(Serialize, Deserialize)]
pub(super) struct Intent {
    /// The flow's state when it claimed the account, in its stored form.
    state: String,
    /// The change.
    pub(super) change: Intended,
    /// The address of the client, for the log.
    client: Option<IpAddr>,
    /// The client's device, for the mails. An intent of a former version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Device>,
}

/// A change that a directory makes.
#[derive(Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(super) enum Intended {
    /// Sets this password.
    Password {
        /// The new one.
        new: Secret<String>,
    },
    /// Unlocks.
    Unlock,
}

impl Intent {
    /// The intent of a change; `None` for one that no directory makes.
    pub(super) fn of(state: &State, what: &Application, client: &Client) -> Option<Self> {
        let change = match what {
            Application::SetPassword { new, .. } => Intended::Password { new: new.clone() },
            Application::Unlock => Intended::Unlock,
            Application::Register(_) => return None,
        };
        Some(Self { state: state.to_json(), change, client: client.address(), device: client.device() })
    }

    /// The flow's state; `None` where this version cannot read it.
    pub(super) fn state(&self) -> Option<State> {
        State::from_json(&self.state).ok()
    }

    /// The client who asked for it.
    pub(super) fn client(&self) -> Client {
        self.client.map(Client::at).unwrap_or_default().with(self.device)
    }

    /// The change, as the engine calls it.
    pub(super) fn application(&self) -> Application {
        match &self.change {
            Intended::Password { new } => Application::SetPassword { new: new.clone(), current: None },
            Intended::Unlock => Application::Unlock,
        }
    }

    /// Seals it, bound to its claim.
    pub(super) fn seal(&self, keys: &Keys, rng: &dyn Rng, claim_id: &str) -> String {
        let password = match &self.change {
            Intended::Password { new } => new.expose().len(),
            Intended::Unlock => 0,
        };
        // JSON makes six bytes of one at most: growing leaves no copy of the password behind.
        let mut json = Vec::with_capacity(6 * (self.state.len() + password) + 256);
        serde_json::to_writer(&mut json, self).expect("an intent has only text members");
        keys.seal(rng, &context(claim_id), &Secret::new(json))
    }

    /// Reads what [`Intent::seal`] wrote for the same claim.
    pub(super) fn open(keys: &Keys, claim_id: &str, sealed: &str) -> Result<Self, OpenError> {
        let json = keys.open(&context(claim_id), sealed)?;
        serde_json::from_slice(json.expose()).map_err(|_| OpenError)
    }
}

fn context(claim_id: &str) -> String {
    format!("intent:{claim_id}")
}
