//! Breached and common passwords: what is refused, and what browsers may look up.

use std::{fs, path::PathBuf};

use axum::http::{Method, StatusCode};
use regain_server::breached;
use serde_json::json;
use tempfile::TempDir;

use crate::world::{GOOD, World, bare};

const BREACHED: &str = "a password from a breach";

/// A list with one password, seen seven times, and the rules that look into it.
fn list(more: &str) -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pwned.txt");
    let (prefix, suffix) = breached::hash(&BREACHED.into());
    fs::write(&path, format!("{prefix}{}:7\n", suffix.as_str())).expect("writes");
    let rules = format!("\n[password.breached]\nkind = \"file\"\npath = \"{}\"\n{more}\n", path.display());
    (folder, path, rules)
}

#[tokio::test]
async fn breached_passwords_are_refused_and_announced() {
    let (_folder, _, rules) = list("");
    let world = World::with(&rules).await;
    let mut session = world.proved("ada@example.com").await;
    assert_eq!(session.step()["policy"]["server_checks"], json!(["common", "breached"]));
    let got = session.answer(&world, json!({ "do": "set_password", "password": BREACHED })).await;
    got.is_problem(422, "password_refused");
    assert_eq!(got.body["violations"], json!([{ "rule": "breached" }]));
    let got = session.answer(&world, json!({ "do": "set_password", "password": "1q2w3e4r5t6y7u8i" })).await;
    assert_eq!(got.body["violations"], json!([{ "rule": "common" }]));
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
}

#[tokio::test]
async fn what_was_seen_seldom_may_be_let_through() {
    for (least, step) in [(7, "new_password"), (8, "done")] {
        let (_folder, _, rules) = list(&format!("min_count = {least}"));
        let world = World::with(&rules).await;
        let mut session = world.proved("ada@example.com").await;
        session.answer(&world, json!({ "do": "set_password", "password": BREACHED })).await;
        assert_eq!(session.step_name(), step, "{least}");
        // A browser hears of it only where it is refused.
        let (prefix, suffix) = breached::hash(&BREACHED.into());
        let range = world.send(bare(Method::GET, &format!("/v1/range/{prefix}"), None)).await;
        let range = String::from_utf8(range.bytes).expect("text");
        assert_eq!(range.contains(suffix.as_str()), step == "new_password", "{least}");
    }
}

#[tokio::test]
async fn where_it_cannot_be_looked_up_the_organisation_decides() {
    for (on_failure, taken) in [("accept", true), ("refuse", false)] {
        let (_folder, path, rules) = list(&format!("on_failure = \"{on_failure}\""));
        let world = World::with(&rules).await;
        fs::write(path, "damaged\n").expect("writes");
        let mut session = world.proved("ada@example.com").await;
        let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
        if taken {
            assert_eq!(session.step_name(), "done");
        } else {
            got.is_problem(503, "unavailable");
        }
        assert_eq!(world.signs_in("ada@example.com", GOOD).await, taken);
    }
}

#[tokio::test]
async fn browsers_look_up_ranges_of_one_length_that_may_be_kept() {
    let (_folder, path, rules) = list("");
    let world = World::with(&rules).await;
    let (prefix, suffix) = breached::hash(&BREACHED.into());
    let mut request = bare(Method::GET, &format!("/v1/range/{prefix}"), None);
    request.headers_mut().insert("origin", "https://www.example.com".parse().expect("a value"));
    let got = world.send(request).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(got.headers["cache-control"], "public, max-age=86400");
    assert_eq!(got.headers["access-control-allow-origin"], "https://www.example.com");
    assert_eq!(got.headers["vary"], "Origin", "a cache must not give one page's answer to another");
    let text = String::from_utf8(got.bytes).expect("text");
    assert!(text.lines().any(|line| line == format!("{}:7", suffix.as_str())));
    assert_eq!(text.lines().filter(|line| !line.ends_with(":0")).count(), 1);

    let other = world.send(bare(Method::GET, "/v1/range/abcde", None)).await;
    assert_eq!((other.status, other.bytes.len()), (StatusCode::OK, text.len()), "as long where there is nothing");
    for bad in ["abcd", "abcdef", "abcdg", "%2e%2e%2fa"] {
        let got = world.send(bare(Method::GET, &format!("/v1/range/{bad}"), None)).await;
        got.is_problem(404, "not_found");
    }
    fs::write(path, "damaged\n").expect("writes");
    let got = world.send(bare(Method::GET, &format!("/v1/range/{prefix}"), None)).await;
    got.is_problem(503, "unavailable");
    assert_eq!(got.headers["cache-control"], "no-store", "a fault is not kept");
}

#[tokio::test]
async fn one_network_cannot_have_all_the_lookups() {
    let (_folder, _, rules) = list("");
    let world = World::with(&format!("{rules}\n[limits]\nranges_per_client = 3")).await;
    let ask = async |peer: &str, path: &str| world.send_from(peer, bare(Method::GET, path, None)).await;
    let ours = "[2001:db8:1:2::3]:50000";
    for path in ["/v1/range/abcde", "/v1/range/abcde", "/v1/range/12345"] {
        assert_eq!(ask(ours, path).await.status, StatusCode::OK);
    }
    ask(ours, "/v1/range/nonsense").await.is_problem(404, "not_found");
    world.advance(400);
    for neighbour in [ours, "[2001:db8:1:2::4]:50000"] {
        let got = ask(neighbour, "/v1/range/abcde").await;
        got.is_problem(429, "rate_limited");
        assert_eq!(got.headers["retry-after"], "200");
        assert_eq!(got.headers["cache-control"], "no-store");
    }
    assert_eq!(ask("[2001:db8:1:3::3]:50000", "/v1/range/abcde").await.status, StatusCode::OK, "others");
    let mut proxied = bare(Method::GET, "/v1/range/abcde", None);
    proxied.headers_mut().insert("x-forwarded-for", "2001:db8:1:2::9".parse().expect("a value"));
    world.send_from("10.0.0.1:50000", proxied).await.is_problem(429, "rate_limited");
    world.advance(200);
    assert_eq!(ask(ours, "/v1/range/abcde").await.status, StatusCode::OK, "the next window");
}

#[tokio::test]
async fn there_is_no_such_address_where_it_is_off() {
    let world = World::new().await;
    world.send(bare(Method::GET, "/v1/range/abcde", None)).await.is_problem(404, "not_found");
}
