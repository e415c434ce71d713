//! The [`Notifier`] that hands mails to the organisation's mail server.
//!
//! The steps of the conversation are taken one by one, because what a failure means depends on how
//! far it came: until the server has been given the whole mail it is certainly not delivered; after
//! that, only the server's answer tells.

mod connections;
mod failures;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use connections::Connections;
pub use failures::SmtpSetupError;
use failures::describe;
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{Extension, MailBodyParameter, MailParameter},
    },
};
use regain_outgoing::TrustedRoots;

use crate::{
    config::MailConfig,
    ports::{Message, Notifier, NotifyError},
};

/// Factor by which the timeout for the answer to a whole mail is longer than for other steps: servers look at it before
/// they answer. RFC 5321 section 4.5.3.2.6 would wait ten minutes; a code lives no longer.
const PATIENCE_AFTER_DATA: u32 = 6;

/// Sends through one mail server, over connections that are kept for the next mail.
pub struct Smtp {
    connections: Arc<Connections>,
    from: Mailbox,
    answers_within: Duration,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Connections { host, port, .. } = &*self.connections;
        f.debug_struct("Smtp").field("host", host).field("port", port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// As configured, trusting these authorities.
    pub fn new(config: &MailConfig, roots: &TrustedRoots) -> Result<Self, SmtpSetupError> {
        let address = wire_address(&config.from).ok_or_else(|| SmtpSetupError::From(config.from.clone()))?;
        let name = Some(config.from_name.clone()).filter(|name| !name.is_empty());
        Ok(Self {
            connections: Arc::new(Connections::new(config, roots)?),
            from: Mailbox::new(name, address),
            answers_within: config.timeout(),
        })
    }

    /// The mail as it goes over the wire.
    fn format(&self, message: &Message, to: &Address) -> Result<Vec<u8>, NotifyError> {
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(message.subject.expose().as_str())
            .message_id(Some(id))
            .multipart(MultiPart::alternative_plain_html(message.text.expose().clone(), message.html.expose().clone()))
            .map_err(|error| NotifyError::Refused(format!("the mail cannot be put together: {error}")))?;
        for (name, value) in [
            // No vacation notice may come back: RFC 3834, and what Exchange goes by.
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            // RFC 3282: by it mailboxes read aloud, and offer no translation into what it is in.
            ("Content-Language", message.language),
        ] {
            let name = HeaderName::new_from_ascii_str(name);
            mail.headers_mut().insert_raw(HeaderValue::new(name, value.to_owned()));
        }
        Ok(mail.formatted())
    }
}

impl Smtp {
    /// Greets the mail server, protects the connection and signs in, as before a mail; gives it none.
    pub async fn check(&self) -> Result<(), NotifyError> {
        let connection = self.connections.open().await?;
        self.connections.leave(connection);
        Ok(())
    }
}

#[async_trait]
impl Notifier for Smtp {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        let not_an_address = || NotifyError::Refused("the stored address is not a mail address".to_owned());
        let to = wire_address(&message.to).ok_or_else(not_an_address)?;
        let mail = self.format(message, &to)?;
        if let Some(mut kept) = self.connections.take() {
            match self.give(&mut kept, &to, &mail).await {
                // The server has closed it meanwhile, or takes no more mails over it; this one was not given to it.
                Err(NotifyError::Unavailable(_)) => self.connections.leave(kept),
                given => return self.given(kept, given),
            }
        }
        let mut connection = self.connections.open().await?;
        let given = self.give(&mut connection, &to, &mail).await;
        self.given(connection, given)
    }
}

impl Smtp {
    /// Gives a mail to the server.
    async fn give(&self, connection: &mut AsyncSmtpConnection, to: &Address, mail: &[u8]) -> Result<(), NotifyError> {
        let connections = &self.connections;
        let parameters = parameters(connection, &[to, &self.from.email], mail)?;
        let command = connection.command(Mail::new(Some(self.from.email.clone()), parameters));
        connections.within("MAIL", command).await?.map_err(|error| offered("MAIL", &error))?;
        let command = connection.command(Rcpt::new(to.clone(), Vec::new()));
        connections.within("RCPT", command).await?.map_err(|error| offered("RCPT", &error))?;
        let command = connection.command(Data);
        connections.within("DATA", command).await?.map_err(|error| offered("DATA", &error))?;
        match tokio::time::timeout(self.answers_within * PATIENCE_AFTER_DATA, connection.message(mail)).await {
            // The mail is the server's now.
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(NotifyError::Refused(describe("mail", &error))),
            Ok(Err(error)) if error.is_transient() => Err(NotifyError::Unavailable(describe("mail", &error))),
            Ok(Err(error)) => Err(NotifyError::Unknown(describe("mail", &error))),
            Err(_) => Err(NotifyError::Unknown("mail: no answer in time".to_owned())),
        }
    }

    /// Keeps the connection where the mail was taken over it.
    fn given(&self, connection: AsyncSmtpConnection, given: Result<(), NotifyError>) -> Result<(), NotifyError> {
        if given.is_ok() {
            self.connections.keep(connection);
        } else {
            self.connections.leave(connection);
        }
        given
    }
}

/// An address as it goes over the wire: a domain of another script than ASCII as its A-label (RFC 5891), which every
/// mail server takes. A local part has no such form.
fn wire_address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    Address::new(local, domain).ok()
}

/// Parameters of the mail transaction for a mail that is not all ASCII.
fn parameters(
    connection: &AsyncSmtpConnection,
    addresses: &[&Address],
    mail: &[u8],
) -> Result<Vec<MailParameter>, NotifyError> {
    let mut parameters = Vec::new();
    let mut need = |extension, parameter, what| {
        if connection.server_info().supports_feature(extension) {
            parameters.push(parameter);
            Ok(())
        } else {
            Err(NotifyError::Refused(format!("the mail server does not take {what}")))
        }
    };
    if addresses.iter().any(|address| !address.user().is_ascii() || !address.domain().is_ascii()) {
        need(Extension::SmtpUtfEight, MailParameter::SmtpUtfEight, "addresses outside ASCII")?;
    }
    if !mail.is_ascii() {
        let parameter = MailParameter::Body(MailBodyParameter::EightBitMime);
        need(Extension::EightBitMime, parameter, "mails outside ASCII")?;
    }
    Ok(parameters)
}

/// The error for a failure while the mail is offered and not yet given.
fn offered(step: &str, error: &SmtpError) -> NotifyError {
    let described = describe(step, error);
    if error.is_permanent() { NotifyError::Refused(described) } else { NotifyError::Unavailable(described) }
}
