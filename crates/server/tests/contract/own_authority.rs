//! A5: every outgoing connection trusts the organisation's own authority where `server.ca_file` names it, and where it
//! does not, the log says that the certificate is the cause.

use std::{sync::Arc, time::Duration};

use regain_protocol::Secret;
use regain_server::{
    adapters::{BreachedWeb, SessionsHook, SiteVerify, Smtp, TrustedRoots, Twilio},
    breached::Prefix,
    config::{DirectoryConfig, MailConfig, MailTls, PhoneConfig},
    keys::Keys,
    ports::{
        Breached as _, CaptchaVerifier as _, EndSessions, Notifier as _, OsRng, Phone as _, SystemClock, TextMessage,
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    authority::{Authority, trusted},
    notifier::suite::message,
};

/// A server that hangs up whatever it is asked, by a certificate of this authority.
async fn server(authority: &Authority) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let acceptor = authority.acceptor();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await.ok()?;
                let _ = stream.write_all(b"520 nothing here\r\n\r\n").await;
                stream.read_to_end(&mut Vec::new()).await.ok()
            });
        }
    });
    port
}

/// The failure of each kind of connection to a server on that port.
async fn failures(port: u16, roots: &TrustedRoots) -> Vec<(&'static str, String)> {
    let url = format!("https://localhost:{port}");
    let timeout = Duration::from_secs(10);
    let mail = MailConfig {
        from: "help@example.com".into(),
        host: "localhost".into(),
        port,
        tls: MailTls::Tls,
        hello: "recover.example.com".into(),
        timeout_s: 10,
        ..MailConfig::default()
    };
    let mail = Smtp::new(&mail, roots).expect("can be set up").send(&message("ada@example.net")).await;
    let phone = PhoneConfig {
        from: Some("+14255550100".into()),
        base_url: url.clone(),
        timeout_s: 10,
        ..PhoneConfig::default()
    };
    let keys = Keys::derive(&Secret::new(vec![7; 32]));
    let phone = Twilio::new(&phone, roots, "https://recover.example.com", keys, Arc::new(OsRng)).expect("a client");
    let text = TextMessage { id: "t1".into(), to: "+14255550123".into(), text: "042137".into() };
    let hook = DirectoryConfig {
        sessions_hook: Some(format!("{url}/secret-path")),
        sessions_key: Some("a key of thirty-two characters or more".into()),
        ..DirectoryConfig::default()
    };
    let hook = SessionsHook::configured(&hook, roots, Arc::new(SystemClock)).expect("a client").expect("configured");
    let end = EndSessions {
        id: "m1".into(),
        account_id: "a1".into(),
        user_id: "ada@example.com".into(),
        before: "2026-11-23T14:16:00Z".parse().expect("a time"),
    };
    let breached = BreachedWeb::new(&format!("{url}/"), roots, timeout).expect("a client");
    let captcha = SiteVerify::new(&url, roots, "secret key".into(), timeout).expect("a client");
    let prefix: Prefix = Prefix::parse("ABCDE").expect("a prefix");
    vec![
        ("mail", mail.expect_err("no mail server").to_string()),
        ("phone", phone.text(&text).await.expect_err("no provider").to_string()),
        ("hook", hook.end(&end).await.expect_err("no hook").to_string()),
        ("breached", breached.range(prefix).await.expect_err("no service").to_string()),
        ("captcha", captcha.verify(&"token".into(), None).await.expect_err("no service").to_string()),
    ]
}

#[tokio::test]
async fn a5_every_connection_trusts_the_own_authority_and_says_what_failed() {
    let authority = Authority::new();
    let port = server(&authority).await;
    for (what, failure) in failures(port, &trusted()).await {
        assert!(failure.contains("UnknownIssuer"), "{what}: {failure}");
        for secret in ["secret", "ada@", "+1425", "042137", "ABCDE", "token"] {
            assert!(!failure.contains(secret), "{what}: {failure}");
        }
    }
    for (what, failure) in failures(port, &authority.trusted()).await {
        assert!(!failure.contains("certificate") && !failure.contains("UnknownIssuer"), "{what}: {failure}");
    }
}
