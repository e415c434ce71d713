//! The contract of a [`Notifier`] run against SMTP, and what is particular to that.

use std::sync::Arc;

use mail_parser::{MessageParser, MimeHeaders as _};
use regain_free_port::free_port;
use regain_server::{
    adapters::Smtp,
    config::{MailConfig, MailTls},
    ports::{Message, Notifier as _, NotifyError},
};

use crate::{
    authority::trusted,
    smtp_server::{Behaviour, Hang, SmtpServer},
};

pub(crate) mod suite;

use suite::{Arrived, Fixture, message, notifier_suite};

struct Plain(SmtpServer);

impl Fixture for Plain {
    type Notifier = Smtp;

    async fn new() -> Self {
        Self(SmtpServer::plain(Behaviour::default()).await)
    }

    fn notifier(&self) -> Arc<Smtp> {
        Arc::new(Smtp::new(&config(&self.0), &trusted()).expect("can be set up"))
    }

    fn arrived(&self) -> Vec<Arrived> {
        arrived(&self.0)
    }
}

struct StartTls(SmtpServer);

impl Fixture for StartTls {
    type Notifier = Smtp;

    async fn new() -> Self {
        Self(SmtpServer::with_starttls(Behaviour::default()).await)
    }

    fn notifier(&self) -> Arc<Smtp> {
        Arc::new(Smtp::new(&with_starttls(&self.0), &self.0.trusted()).expect("can be set up"))
    }

    fn arrived(&self) -> Vec<Arrived> {
        assert!(self.0.taken().iter().all(|mail| mail.encrypted));
        arrived(&self.0)
    }
}

struct WholeTls(SmtpServer);

impl Fixture for WholeTls {
    type Notifier = Smtp;

    async fn new() -> Self {
        Self(SmtpServer::with_tls(Behaviour::default()).await)
    }

    fn notifier(&self) -> Arc<Smtp> {
        let config = MailConfig { tls: MailTls::Tls, ..with_starttls(&self.0) };
        Arc::new(Smtp::new(&config, &self.0.trusted()).expect("can be set up"))
    }

    fn arrived(&self) -> Vec<Arrived> {
        assert!(self.0.taken().iter().all(|mail| mail.encrypted));
        arrived(&self.0)
    }
}

notifier_suite!(smtp, crate::notifier::Plain);
notifier_suite!(smtp_with_tls, crate::notifier::WholeTls);
notifier_suite!(smtp_with_starttls, crate::notifier::StartTls);

#[tokio::test]
async fn headers_are_what_mailboxes_expect() {
    let server = SmtpServer::plain(Behaviour::default()).await;
    let smtp = Smtp::new(&config(&server), &trusted()).expect("can be set up");
    let subject = "Two\r\nBcc: all@example.com".into();
    smtp.send(&Message { subject, ..message("ada@example.net") }).await.expect("takes it");
    let [mail] = &server.taken()[..] else { panic!("one mail") };
    assert_eq!((mail.from.as_str(), &mail.to[..]), ("help@example.com", &["ada@example.net".to_owned()][..]));
    let parsed = MessageParser::default().parse(&mail.data).expect("is a mail");
    let from = parsed.from().and_then(|from| from.first()).expect("has a sender");
    assert_eq!((from.name(), from.address()), (Some("Northwind Tr\u{e4}ders"), Some("help@example.com")));
    assert_eq!(parsed.message_id(), Some("m-1@example.com"), "the same for each try, so that a double can be dropped");
    assert!(parsed.date().is_some());
    let text = String::from_utf8_lossy(&mail.data);
    // RFC 3834: no vacation notice may come back.
    assert!(text.lines().any(|line| line == "Auto-Submitted: auto-generated"), "{text}");
    assert!(text.lines().any(|line| line == "Content-Language: en"), "{text}");
    assert!(text.lines().any(|line| line == "X-Auto-Response-Suppress: All"), "{text}");
    assert!(parsed.bcc().is_none(), "nothing in a subject becomes a header");
    assert!(parsed.content_type().is_some_and(|kind| kind.ctype() == "multipart"));
}

#[tokio::test]
async fn one_recipient_is_refused_and_the_next_is_served() {
    let refused = ["gone@example.net".to_owned()].into();
    let greylisted = ["later@example.net".to_owned()].into();
    let server = SmtpServer::plain(Behaviour { refused, greylisted, ..Behaviour::default() }).await;
    let smtp = Smtp::new(&config(&server), &trusted()).expect("can be set up");
    let error = smtp.send(&message("gone@example.net")).await.expect_err("refused");
    assert!(matches!(&error, NotifyError::Refused(reason) if reason.contains("550")), "{error}");
    assert!(!error.to_string().contains("gone@"), "the log learns no address: {error}");
    let error = smtp.send(&message("later@example.net")).await.expect_err("refused for now");
    assert!(matches!(&error, NotifyError::Unavailable(reason) if reason.contains("450")), "{error}");
    smtp.send(&message("ada@example.net")).await.expect("takes it");
    assert_eq!(server.taken().len(), 1);
    let error = smtp.send(&message("no address")).await.expect_err("no address");
    assert!(matches!(error, NotifyError::Refused(_)), "{error}");
}

#[tokio::test]
async fn a_refused_mail_was_not_delivered() {
    for (code, for_good) in [(554, true), (452, false)] {
        let behaviour = Behaviour { answers_mail_with: Some(code), ..Behaviour::default() };
        let server = SmtpServer::plain(behaviour).await;
        let smtp = Smtp::new(&config(&server), &trusted()).expect("can be set up");
        let error = smtp.send(&message("ada@example.net")).await.expect_err("refused");
        assert_eq!(matches!(error, NotifyError::Refused(_)), for_good, "{error}");
        assert_eq!(matches!(error, NotifyError::Unavailable(_)), !for_good, "{error}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let send = async |hang| {
        let server = SmtpServer::plain(Behaviour { hangs: Some(hang), ..Behaviour::default() }).await;
        let smtp = Smtp::new(&MailConfig { timeout_s: 1, ..config(&server) }, &trusted()).expect("can be set up");
        smtp.send(&message("ada@example.net")).await.expect_err("no answer")
    };
    let (at_once, after) = tokio::join!(send(Hang::AtOnce), send(Hang::AfterTheMail));
    assert!(matches!(at_once, NotifyError::Unavailable(_)), "{at_once}");
    assert!(matches!(after, NotifyError::Unknown(_)), "it may have kept the mail: {after}");
}

#[tokio::test]
async fn nobody_listens() {
    let port = free_port().expect("a port");
    let server = SmtpServer::plain(Behaviour::default()).await;
    let smtp = Smtp::new(&MailConfig { port, ..config(&server) }, &trusted()).expect("can be set up");
    let error = smtp.send(&message("ada@example.net")).await.expect_err("nobody is there");
    assert!(matches!(error, NotifyError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = SmtpServer::with_starttls(Behaviour::default()).await;
    let smtp = Smtp::new(&with_starttls(&server), &trusted()).expect("can be set up");
    let error = smtp.send(&message("ada@example.net")).await.expect_err("self-signed");
    assert!(matches!(&error, NotifyError::Unavailable(reason) if reason.contains("UnknownIssuer")), "{error}");

    let elsewhere = MailConfig { host: "127.0.0.1".to_owned(), ..with_starttls(&server) };
    let smtp = Smtp::new(&elsewhere, &server.trusted()).expect("can be set up");
    let error = smtp.send(&message("ada@example.net")).await.expect_err("a certificate for another name");
    assert!(matches!(&error, NotifyError::Unavailable(_)), "{error}");
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_mail() {
    for server in [SmtpServer::plain(Behaviour::default()).await, SmtpServer::with_starttls(Behaviour::default()).await]
    {
        let config = if server.is_protected() { with_starttls(&server) } else { config(&server) };
        let smtp = Smtp::new(&config, &server.trusted()).expect("can be set up");
        for _ in 0..3 {
            smtp.send(&message("ada@example.net")).await.expect("takes it");
        }
        assert_eq!((server.connections(), server.taken().len()), (1, 3));
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_has_closed_loses_no_mail() {
    let server = SmtpServer::plain(Behaviour { mails_per_connection: Some(2), ..Behaviour::default() }).await;
    let smtp = Smtp::new(&config(&server), &trusted()).expect("can be set up");
    for _ in 0..5 {
        smtp.send(&message("ada@example.net")).await.expect("takes it");
    }
    assert_eq!((server.connections(), server.taken().len()), (3, 5));
}

#[tokio::test]
async fn a_refused_recipient_leaves_nothing_to_the_next_mail() {
    let refused = ["gone@example.net".to_owned()].into();
    let server = SmtpServer::plain(Behaviour { refused, ..Behaviour::default() }).await;
    let smtp = Smtp::new(&config(&server), &trusted()).expect("can be set up");
    for (to, is_taken) in [("ada@example.net", true), ("gone@example.net", false), ("ada@example.net", true)] {
        assert_eq!(smtp.send(&message(to)).await.is_ok(), is_taken, "{to}");
    }
    assert!(server.taken().iter().all(|mail| mail.to == ["ada@example.net"]));
}

/// A5: strict servers refuse whoever introduces itself by a bare host name.
#[tokio::test]
async fn a5_it_introduces_itself_by_the_configured_name() {
    let behaviour = Behaviour { talks_to: Some("recover.example.com"), ..Behaviour::default() };
    let server = SmtpServer::with_starttls(behaviour).await;
    let with = |hello: &str| MailConfig { hello: hello.to_owned(), ..with_starttls(&server) };
    let smtp = Smtp::new(&with("recover.example.com"), &server.trusted()).expect("can be set up");
    smtp.send(&message("ada@example.net")).await.expect("takes it");
    let smtp = Smtp::new(&with("recover"), &server.trusted()).expect("can be set up");
    let error = smtp.send(&message("ada@example.net")).await.expect_err("not that name");
    assert!(matches!(&error, NotifyError::Unavailable(reason) if reason.contains("EHLO") && reason.contains("550")));
}

/// A5: no relay needs an extension for an international domain, only for a local part.
#[tokio::test]
async fn a5_an_international_domain_goes_out_as_its_a_label() {
    let server = SmtpServer::plain(Behaviour::default()).await;
    let from = "hilfe@b\u{fc}cher.example".to_owned();
    let smtp = Smtp::new(&MailConfig { from, ..config(&server) }, &trusted()).expect("can be set up");
    smtp.send(&message("info@b\u{fc}cher.example")).await.expect("takes it");
    let [mail] = &server.taken()[..] else { panic!("one mail") };
    assert_eq!((mail.from.as_str(), &*mail.to[0]), ("hilfe@xn--bcher-kva.example", "info@xn--bcher-kva.example"));
    let parsed = MessageParser::default().parse(&mail.data).expect("is a mail");
    let address = |group: Option<&mail_parser::Address<'_>>| {
        group.and_then(|group| group.first()).and_then(|one| one.address()).expect("an address").to_owned()
    };
    assert_eq!(address(parsed.from()), "hilfe@xn--bcher-kva.example");
    assert_eq!(address(parsed.to()), "info@xn--bcher-kva.example");
    assert_eq!(parsed.message_id(), Some("m-1@xn--bcher-kva.example"));
    let error = smtp.send(&message("zo\u{eb}@example.net")).await.expect_err("the server lacks SMTPUTF8");
    assert!(matches!(&error, NotifyError::Refused(_)), "{error}");
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_where_tls_is_asked_for() {
    let server = SmtpServer::plain(Behaviour::default()).await;
    for tls in [MailTls::Starttls, MailTls::Tls] {
        let smtp = Smtp::new(&MailConfig { tls, timeout_s: 1, ..config(&server) }, &trusted()).expect("can be set up");
        let error = smtp.send(&message("ada@example.net")).await.expect_err("no TLS there");
        assert!(matches!(error, NotifyError::Unavailable(_)), "{error}");
    }
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn it_signs_in_where_the_server_asks_for_it() {
    let behaviour = Behaviour { credentials: Some(("regain", "s3cret")), ..Behaviour::default() };
    let server = SmtpServer::with_starttls(behaviour).await;
    let with = |password: &str| MailConfig {
        username: Some("regain".to_owned()),
        password: Some(password.into()),
        ..with_starttls(&server)
    };
    let smtp = Smtp::new(&with("wrong"), &server.trusted()).expect("can be set up");
    let error = smtp.send(&message("ada@example.net")).await.expect_err("the wrong password");
    assert!(matches!(&error, NotifyError::Unavailable(reason) if reason.contains("535")), "{error}");
    assert!(!format!("{error:?} {smtp:?}").contains("wrong"));
    let smtp = Smtp::new(&with("s3cret"), &server.trusted()).expect("can be set up");
    smtp.send(&message("ada@example.net")).await.expect("takes it");
    assert!(server.taken()[0].encrypted);
}

fn config(server: &SmtpServer) -> MailConfig {
    MailConfig {
        from: "help@example.com".to_owned(),
        from_name: "Northwind Tr\u{e4}ders".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: server.address.port(),
        tls: MailTls::None,
        hello: "recover.example.com".to_owned(),
        timeout_s: 10,
        ..MailConfig::default()
    }
}

fn with_starttls(server: &SmtpServer) -> MailConfig {
    MailConfig { host: "localhost".to_owned(), tls: MailTls::Starttls, ..config(server) }
}

fn arrived(server: &SmtpServer) -> Vec<Arrived> {
    let parse = |data: &[u8]| {
        let mail = MessageParser::default().parse(data).expect("is a mail");
        let address = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("has a recipient");
        Arrived {
            to: address.to_owned(),
            subject: mail.subject().expect("has a subject").to_owned(),
            text: mail.body_text(0).expect("has a text part").replace("\r\n", "\n"),
            html: mail.body_html(0).expect("has an HTML part").replace("\r\n", "\n"),
        }
    };
    server.taken().iter().map(|mail| parse(&mail.data)).collect()
}
