//! The engine by the abilities of the directory, which are known from its first answer on.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::{
    config::Config,
    engine::Engine,
    keys::Keys,
    ports::{Abilities, Accounts},
};

/// An engine whose rules follow the directory's abilities.
#[derive(Clone)]
pub struct EngineInForce(Arc<Engines>);

struct Engines {
    accounts: Arc<dyn Accounts>,
    at_start: Engine,
    known: OnceLock<Engine>,
    by: Box<dyn Fn(Abilities) -> Engine + Send + Sync>,
}

impl EngineInForce {
    /// The engine of a configuration over a directory.
    pub fn new(config: &Config, keys: &Keys, accounts: Arc<dyn Accounts>) -> Self {
        let (config, keys) = (config.clone(), keys.clone());
        let by = move |abilities| Engine::new(keys.clone(), config.rules(abilities));
        let at_start = by(accounts.abilities());
        Self(Arc::new(Engines { accounts, at_start, known: OnceLock::new(), by: Box::new(by) }))
    }
}

impl Deref for EngineInForce {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        let Engines { accounts, at_start, known, by } = &*self.0;
        let abilities = accounts.abilities();
        if abilities == at_start.rules().abilities { at_start } else { known.get_or_init(|| by(abilities)) }
    }
}
