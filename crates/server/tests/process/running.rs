//! The running program: its log, its listeners, its end.

use std::{
    io::{BufRead as _, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{address, answer, configured, ended, program, started};

#[test]
fn it_ends_in_order_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let folder = configured(&[]);
        let (server, log, _) = started(&folder.path().join("regain.toml"));
        let rest = ended(server, log, signal);
        assert!(rest.contains("stopped"), "{rest}");
    }
}

#[test]
fn a8_stopping_does_not_wait_for_a_client_that_has_sent_half_a_request() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let half = |request: &str| {
        let mut connection = TcpStream::connect(address(&line)).expect("connects");
        connection.write_all(request.as_bytes()).expect("writes");
        connection
    };
    let waiting = [
        half("GET /v1/config HTTP/1.1\r\nhost: local"),
        half(
            "POST /v1/flows HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
        ),
        half(""),
    ];
    assert!(answer(address(&line), "GET /healthz").starts_with("HTTP/1.1 200 "));
    let begun = Instant::now();
    let rest = ended(server, log, "-TERM");
    assert!(begun.elapsed() < Duration::from_secs(5), "after {:?}", begun.elapsed());
    assert!(!rest.contains("cut off"), "{rest}");
    drop(waiting);
}

#[test]
fn d2_metrics_have_a_listener_of_their_own() {
    let folder = configured(&[("[organisation]", "metrics_listen = \"127.0.0.1:0\"\n[organisation]")]);
    let (server, mut log, line) = started(&folder.path().join("regain.toml"));
    let mut second = String::new();
    log.read_line(&mut second).expect("reads");
    assert!(second.contains("metrics"), "{second}");
    assert!(answer(address(&line), "GET /metrics").starts_with("HTTP/1.1 404 "));
    let metrics = answer(address(&second), "GET /metrics");
    assert!(metrics.starts_with("HTTP/1.1 200 ") && metrics.contains("regain_http_requests_total{"), "{metrics}");
    assert!(answer(address(&second), "GET /v1/config").starts_with("HTTP/1.1 404 "));
    ended(server, log, "-TERM");
}

#[test]
fn its_log_has_a_line_for_each_request_and_names_nobody() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let address = line.split_once("local=").and_then(|(_, after)| after.split(' ').next()).expect("an address");
    for request in ["GET /v1/flows/ada?token=hunter2", "GET /nowhere/ada?token=hunter2", "BREW /v1/flows/ada"] {
        let mut connection = TcpStream::connect(address).expect("connects");
        write!(connection, "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
        connection.read_to_end(&mut Vec::new()).expect("reads");
    }
    let rest = ended(server, log, "-TERM");
    let answered: Vec<_> = rest.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(answered.len(), 3, "{rest}");
    for (line, (span, status)) in answered.iter().zip([
        (r#"request{method="GET" route="/v1/flows/{id}"}"#, 401),
        (r#"request{method="GET" route="none"}"#, 404),
        (r#"request{method="other" route="/v1/flows/{id}"}"#, 405),
    ]) {
        assert!(line.contains(span) && line.contains(&format!("answered status={status} milliseconds=")), "{rest}");
    }
    assert!(!rest.contains("ada@") && !rest.contains("hunter2"), "{rest}");
}

/// A container asks the program itself whether the server is alive.
#[test]
fn health_is_the_answer_of_the_running_server() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let asking = configured(&[("127.0.0.1:0", address(&line))]);
    let health = || {
        let mut command = program(&asking.path().join("regain.toml"));
        command.arg("health").output().expect("runs").status.success()
    };
    assert!(health());
    ended(server, log, "-TERM");
    assert!(!health());
}
