//! Opening what the configuration names.

use std::sync::Arc;

use super::{Failure, directory::open_served_directory};
use crate::{
    adapters::{self, Database, NoPhone, People, SessionsHook, SiteVerify, Smtp, SqlStore, TrustedRoots, Twilio},
    app::App,
    config::{Config, MailKind, PhoneKind},
    delivery::{Budgets, Delivery, Texts},
    keys::Keys,
    mails::Mails,
    ports::{CallListener, Notifier, OsRng, Phone, Ports, SystemClock},
};

/// Ports and people that the program around the server brings along.
#[derive(Clone, Default)]
pub struct Extras {
    /// Carries mails where `mail.kind` is [`MailKind::Supplied`].
    pub notifier: Option<Arc<dyn Notifier>>,
    /// Carries text messages and calls where `phone.kind` is [`PhoneKind::Supplied`].
    pub phone: Option<Arc<dyn Phone>>,
    /// People who are added to the embedded directory unless they are there.
    pub people: People,
}

/// Opens the ports that the configuration names; it takes those that it does not name from `extras`.
pub async fn open(config: &Config, database: &Database, keys: &Keys, extras: Extras) -> Result<Ports, Failure> {
    let clock = Arc::new(SystemClock);
    let rng = Arc::new(OsRng);
    let directory = open_served_directory(config, database, keys, &extras.people).await?;
    let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
    let notifier: Arc<dyn Notifier> = match config.mail.kind {
        MailKind::Smtp => Arc::new(Smtp::new(&config.mail, &roots)?),
        MailKind::Supplied => extras.notifier.ok_or(Failure::NotSupplied("mail"))?,
    };
    let phone: Arc<dyn Phone> = match config.phone.kind {
        PhoneKind::Off => Arc::new(NoPhone),
        PhoneKind::Supplied => extras.phone.ok_or(Failure::NotSupplied("phone"))?,
        PhoneKind::Twilio => {
            Arc::new(Twilio::new(&config.phone, &roots, &config.server.public_url, keys.clone(), rng.clone())?)
        }
    };
    let mut store = SqlStore::new(database.clone(), keys.clone());
    if config.store.audit_days() > 0 {
        store = store.archiving(config.store.audit_days(), config.store.audit_dir());
    }
    store.prepare().await?;
    Ok(Ports {
        store: Arc::new(store),
        directory,
        notifier,
        phone,
        captcha: SiteVerify::configured(&config.captcha, &roots).map_err(Failure::Captcha)?,
        breached: adapters::breached(&config.password.breached, &roots)?,
        clock,
        rng,
        wake: Arc::default(),
    })
}

/// The delivery of a server's messages; `calls` hears of the calls that fail.
pub fn delivery(app: &App, calls: Arc<dyn CallListener>) -> Result<Delivery, Failure> {
    let ports = app.ports().clone();
    let config = app.config();
    let organisation = &config.organisation;
    let sessions = match config.directory.sessions_hook {
        Some(_) => {
            let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
            SessionsHook::configured(&config.directory, &roots, Arc::clone(&ports.clock)).map_err(Failure::Sessions)?
        }
        None => None,
    };
    Ok(Delivery {
        store: ports.store,
        notifier: ports.notifier,
        phone: ports.phone,
        sessions,
        calls,
        clock: ports.clock,
        keys: Arc::new(app.keys().clone()),
        mails: Mails::new(&organisation.name, organisation.help(), &config.server.public_url),
        texts: Texts { organisation: organisation.name.clone(), webotp_host: config.phone.webotp_host.clone() },
        budgets: Budgets::from(&config.limits),
        mail_connections: config.mail.connections,
        wake: ports.wake,
    })
}
