//! Messages that try out the configured providers: a mail and a text without a code.

use std::sync::Arc;

use regain_values::{E164, MailAddress};

use super::Failure;
use crate::{
    adapters::{Smtp, TrustedRoots, Twilio},
    config::{Config, MailKind, PhoneKind},
    ports::{Message, Notifier as _, OsRng, Phone as _, TextMessage, random_id},
};

/// The words of the test messages, which an administrator reads.
fn words(config: &Config) -> String {
    format!("Test message of {} account recovery. There is nothing to do.", config.organisation.name)
}

/// Sends a mail to an address, as codes are sent.
pub async fn send_test_mail(config: &Config, to: &MailAddress) -> Result<(), Failure> {
    if config.mail.kind != MailKind::Smtp {
        return Err(Failure::NotSupplied("mail"));
    }
    let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
    let text = words(config);
    let message = Message {
        id: random_id(&OsRng),
        to: to.as_str().to_owned(),
        subject: format!("Test of {} account recovery", config.organisation.name).into(),
        language: "en",
        html: maud::html! { (maud::DOCTYPE) html { body { p { (text) } } } }.into_string().into(),
        text: text.into(),
    };
    Ok(Smtp::new(&config.mail, &roots)?.send(&message).await?)
}

/// Sends a text to a number, as codes are sent.
pub async fn send_test_text(config: &Config, to: &E164) -> Result<(), Failure> {
    if config.phone.kind != PhoneKind::Twilio {
        return Err(Failure::NotSupplied("phone"));
    }
    if !config.phone.countries().reach(to) {
        return Err(Failure::NumberNotReached);
    }
    let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
    let keys = config.server.existing_keys()?;
    let phone = Twilio::new(&config.phone, &roots, &config.server.public_url, keys, Arc::new(OsRng))?;
    let message = TextMessage { id: random_id(&OsRng), to: to.as_str().to_owned(), text: words(config).into() };
    Ok(phone.text(&message).await?)
}
