//! The contract of a [`Notifier`]: the cases that every adapter runs, here and in the demonstration.

use std::sync::Arc;

use regain_server::ports::{Message, Notifier};

/// A mail as it came out at the other end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// An adapter, opened, with the place where its mails come out.
pub(crate) trait Fixture {
    type Notifier: Notifier;
    async fn new() -> Self;
    fn notifier(&self) -> Arc<Self::Notifier>;
    /// Oldest first.
    fn arrived(&self) -> Vec<Arrived>;
}

/// Makes a test of each case for one adapter.
macro_rules! notifier_suite {
    ($adapter:ident, $fixture:ty, [$($case:ident),* $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    use crate::notifier::suite::{self, Fixture as _};
                    suite::$case(&<$fixture>::new().await).await;
                }
            )*
        }
    };
    ($adapter:ident, $fixture:ty) => {
        notifier_suite!($adapter, $fixture, [a_mail_arrives_as_it_was_sent, many_at_once_all_arrive]);
    };
}

pub(crate) use notifier_suite;

pub(crate) async fn a_mail_arrives_as_it_was_sent(fixture: &impl Fixture) {
    let message = Message {
        id: "m-1".to_owned(),
        to: "ada@example.net".to_owned(),
        subject: "Your \u{201c}K\u{f6}nig & S\u{f6}hne\u{201d} \u{1f511} code".into(),
        language: "de",
        text: "A line\n.a line with a dot\n..\n.\n\u{fc}\u{1f511}\n\n042137\n\nend\n".into(),
        html: format!("<!DOCTYPE html><html><body>{}<p>042137</p></body></html>", "long ".repeat(500)).into(),
    };
    fixture.notifier().send(&message).await.expect("takes it");
    let expected = Arrived {
        to: message.to,
        subject: message.subject.expose().clone(),
        text: message.text.expose().clone(),
        html: message.html.expose().clone(),
    };
    assert_eq!(fixture.arrived(), [expected]);
}

pub(crate) async fn many_at_once_all_arrive(fixture: &impl Fixture) {
    let sending: Vec<_> = (0..20)
        .map(|n| {
            let notifier = fixture.notifier();
            tokio::spawn(async move { notifier.send(&message(&format!("to{n:02}@example.net"))).await })
        })
        .collect();
    for sent in sending {
        sent.await.expect("no panic").expect("takes it");
    }
    let mut to: Vec<_> = fixture.arrived().into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, (0..20).map(|n| format!("to{n:02}@example.net")).collect::<Vec<_>>());
}

pub(crate) fn message(to: &str) -> Message {
    Message {
        id: "m-1".to_owned(),
        to: to.to_owned(),
        subject: "Your code".into(),
        language: "en",
        text: "042137\n".into(),
        html: "<p>042137</p>".into(),
    }
}
