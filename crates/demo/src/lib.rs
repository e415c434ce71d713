//! `regain-demo`: [`regain_server`] with a sign-in page, people, an outbox of their mail and calls, switches and
//! looks to try. It composes the server's public parts and serves this computer only.
//!
//! Start at [`Site`], the server that a switch replaces as a whole, and [`Settings`], its file.

mod assertions;
mod pages;
mod settings;
mod site;

use std::{path::Path, sync::Arc};

pub use regain_outbox::{
    CallAct, CallStatus, NotOnTheLine, Outbox, OutboxCall, OutboxEntry, OutboxMail, OutboxText, Said,
};
use regain_server::{
    adapters::People,
    config::DirectoryKind,
    ports::SystemClock,
    serve::{
        Extras, Failure, Service, UnknownPeople, delivery, import_registrations, listen, log, open, serve, stop_signal,
        widget, with_database,
    },
};
pub use settings::Settings;
pub use site::Site;

/// Runs the demonstration that a file describes, until a signal stops it.
pub async fn run(config: &Path) -> Result<(), Failure> {
    let (settings, config) = Settings::load(config)?;
    log(config.server.log);
    // Before anything is opened, so that a signal during the start ends in order too.
    let stopped = stop_signal()?;
    let listener = listen(config.server.listen).await?;
    let people = settings.people().map_or_else(|| Ok(People::default()), People::load)?;
    let outbox = Outbox::new(Arc::new(SystemClock));
    let extras = Extras {
        notifier: Some(Arc::new(outbox.clone())),
        phone: Some(Arc::new(outbox.clone())),
        people: people.clone(),
    };
    with_database(&config, async |database, keys| {
        let ports = open(&config, database, keys, extras).await?;
        if config.directory.kind != DirectoryKind::Embedded {
            let imported = import_registrations(&config, &ports.directory, &people, UnknownPeople::PassedOver).await?;
            tracing::info!("{imported}");
        }
        let widget = widget(&config)?;
        let (public_url, limits) = (config.server.public_url.clone(), config.server.connection_limits());
        let site = Site::new(settings, config.clone(), ports, outbox, people, widget)?;
        let delivery = delivery(&site.app(), site.calls())?;
        let flows = site.app().flows().clone();
        let service = Service { listener, public_url, router: site.router(), limits, metrics: None, delivery, flows };
        serve(service, stopped).await
    })
    .await
}
