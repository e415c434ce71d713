//! Guesses and proofs that come to both processes at once.

use std::{sync::Arc, time::Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    database::Shared,
    pair::Pair,
    people::{Crowd, address},
    walk::{Walk, password},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_and_proofs_count_once_over_two_processes() {
    guesses_and_proofs_count_once(&Shared::File).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_and_proofs_count_once_over_two_processes_on_postgresql() {
    guesses_and_proofs_count_once(&Shared::on_postgres("guessed").await).await;
}

/// Of sixty wrong codes at once, half of them to each process, five are compared; of fifty passwords, one is set.
async fn guesses_and_proofs_count_once(shared: &Shared) {
    let Pair { site, crowd, first: _first, second: _second } = Pair::start(shared, 3).await;

    let walk = crowd.asked(1).await;
    let right = crowd.arrives(1).await.expect("a code comes");
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|code| *code != right).take(60);
    let got = at_once(&crowd, &walk, wrong.map(|code| json!({ "do": "verify", "code": code }))).await;
    let wrong = got.iter().filter(|(status, body)| *status == 422 && body["code"] == "wrong_code").count();
    assert_eq!(wrong, 5, "{got:?}");
    assert_eq!(site.events(&walk.id, "wrong_code").await, 5);

    let mut walk = crowd.asked(2).await;
    let code = crowd.arrives(2).await.expect("a code comes");
    let (status, got) = crowd.ask(2, &walk.next(Some(&code))).await;
    assert_eq!(status, 200, "{got}");
    walk.take(&got);
    let passwords = (0..50).map(|n| json!({ "do": "set_password", "password": password(n) }));
    let got = at_once(&crowd, &walk, passwords).await;
    assert_eq!(got.iter().filter(|(status, _)| *status == 200).count(), 1, "{got:?}");
    assert_eq!(site.events(&walk.id, "password_reset").await, 1);
    let notices = || crowd.mail.taken().iter().filter(|mail| mail.to == [address(2)]).count() - 1;
    while notices() == 0 || !crowd.is_idle().await {
        assert!(Instant::now() < crowd.until, "no notice comes");
    }
    assert_eq!(notices(), 1);
}

/// Gives all answers at once, every other one to the other process.
async fn at_once(crowd: &Arc<Crowd>, walk: &Walk, answers: impl Iterator<Item = Value>) -> Vec<(u16, Value)> {
    let mut asking = JoinSet::new();
    for (n, answer) in answers.enumerate() {
        let (crowd, request) = (Arc::clone(crowd), walk.request(format!("at-once-{n}"), answer));
        asking.spawn(async move { crowd.ask(n, &request).await });
    }
    asking.join_all().await
}
