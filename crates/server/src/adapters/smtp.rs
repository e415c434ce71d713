//! The [`Notifier`] that hands mails to the organisation's mail server.
//!
//! The steps of the conversation are taken one by one, because what a failure means depends on how
//! far it came: until the server has been given the whole mail it is certainly not delivered; after
//! that, only the server's answer tells.

use std::{fmt, future::Future, time::Duration};

use async_trait::async_trait;
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};

use crate::{
    config::{MailConfig, MailTls},
    ports::{Message, Notifier, NotifyError},
};

/// Factor by which the timeout for the answer to a whole mail is longer than for other steps: servers look at it before
/// they answer. RFC 5321 section 4.5.3.2.6 would wait ten minutes; a code lives no longer.
const PATIENCE_AFTER_DATA: u32 = 6;

/// Sends through one mail server; each mail in a conversation of its own.
pub struct Smtp {
    host: String,
    port: u16,
    tls: MailTls,
    tls_parameters: TlsParameters,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
    hello: ClientId,
}

/// Why mails cannot be sent as configured.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The sender is no mail address.
    #[error("mail.from: {0:?} is not a mail address")]
    From(String),
    /// The host's name or a certificate cannot be used for TLS.
    #[error("mail.host: TLS with {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// The reason.
        reason: String,
    },
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// As configured, trusting the certificate authorities of the web.
    pub fn new(config: &MailConfig) -> Result<Self, SmtpSetupError> {
        Self::trusting(config, None)
    }

    /// As configured, trusting one more certificate authority, given as PEM: that of an organisation
    /// that signs its own mail server's certificate.
    pub fn trusting(config: &MailConfig, authority: Option<&[u8]>) -> Result<Self, SmtpSetupError> {
        let tls_error = |error: SmtpError| SmtpSetupError::Tls { host: config.host.clone(), reason: error.to_string() };
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(pem) = authority {
            tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(tls_error)?);
        }
        let address: Address = config.from.parse().map_err(|_| SmtpSetupError::From(config.from.clone()))?;
        let name = Some(config.from_name.clone()).filter(|name| !name.is_empty());
        let credentials = config.username.clone().zip(config.password.as_ref());
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            tls: config.tls,
            tls_parameters: tls.build().map_err(tls_error)?,
            credentials: credentials.map(|(name, password)| Credentials::new(name, password.expose().clone())),
            from: Mailbox::new(name, address),
            timeout: config.timeout(),
            hello: ClientId::default(),
        })
    }

    /// Connects, protects the connection and signs in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, NotifyError> {
        let implicit = (self.tls == MailTls::Tls).then(|| self.tls_parameters.clone());
        let server = (self.host.as_str(), self.port);
        let connect = AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, implicit, None);
        // Whatever goes wrong before the mail is offered is the server's state or our configuration,
        // which somebody may be about to put right.
        let unavailable = |step| move |error: SmtpError| NotifyError::Unavailable(describe(step, &error));
        let mut connection = self.within("connecting", connect).await?.map_err(unavailable("connecting"))?;
        if self.tls == MailTls::Starttls {
            let upgrade = connection.starttls(self.tls_parameters.clone(), &self.hello);
            self.within("STARTTLS", upgrade).await?.map_err(unavailable("STARTTLS"))?;
        }
        if let Some(credentials) = &self.credentials {
            let sign_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
            self.within("AUTH", sign_in).await?.map_err(unavailable("AUTH"))?;
        }
        Ok(connection)
    }

    /// Takes a step before the mail is given, which has failed when it takes too long.
    async fn within<T>(&self, step: &str, future: impl Future<Output = T>) -> Result<T, NotifyError> {
        tokio::time::timeout(self.timeout, future)
            .await
            .map_err(|_| NotifyError::Unavailable(format!("{step}: no answer in time")))
    }

    /// The mail as it goes over the wire.
    fn format(&self, message: &Message, to: &Address) -> Result<Vec<u8>, NotifyError> {
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(&*message.subject)
            .message_id(Some(id))
            .multipart(MultiPart::alternative_plain_html(message.text.expose().clone(), message.html.expose().clone()))
            .map_err(|error| NotifyError::Refused(format!("the mail cannot be put together: {error}")))?;
        // RFC 3834: no vacation notice may come back.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        mail.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(mail.formatted())
    }
}

#[async_trait]
impl Notifier for Smtp {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        let to: Address = message
            .to
            .parse()
            .map_err(|_| NotifyError::Refused("the stored address is not a mail address".to_owned()))?;
        let mail = self.format(message, &to)?;
        let mut connection = self.connect().await?;

        let parameters = parameters(&connection, &[&to, &self.from.email], &mail)?;
        let command = connection.command(Mail::new(Some(self.from.email.clone()), parameters));
        self.within("MAIL", command).await?.map_err(|error| offered("MAIL", &error))?;
        let command = connection.command(Rcpt::new(to, Vec::new()));
        self.within("RCPT", command).await?.map_err(|error| offered("RCPT", &error))?;
        let command = connection.command(Data);
        self.within("DATA", command).await?.map_err(|error| offered("DATA", &error))?;

        match tokio::time::timeout(self.timeout * PATIENCE_AFTER_DATA, connection.message(&mail)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.is_permanent() => return Err(NotifyError::Refused(describe("mail", &error))),
            Ok(Err(error)) if error.is_transient() => return Err(NotifyError::Unavailable(describe("mail", &error))),
            Ok(Err(error)) => return Err(NotifyError::Unknown(describe("mail", &error))),
            Err(_) => return Err(NotifyError::Unknown("mail: no answer in time".to_owned())),
        }
        // The mail is the server's now, however the goodbye goes.
        let _ = tokio::time::timeout(self.timeout, connection.quit()).await;
        Ok(())
    }
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

/// A failure for the log. Of an answer only the number is told: its words tend to repeat the address.
fn describe(step: &str, error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("{step}: the mail server answered {code}"),
        None if error.is_response() => format!("{step}: the mail server's answer cannot be understood"),
        None => format!("{step}: {error}"),
    }
}
