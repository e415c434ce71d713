//! Pages of other origins.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::world::{World, bare, post};

#[tokio::test]
async fn configured_origins_may_call_and_read() {
    let world = World::new().await;
    let mut request = post("/v1/flows", None, &json!({ "kind": "reset" }));
    request.headers_mut().insert("origin", "https://www.example.com".parse().expect("a value"));
    let got = world.send(request).await;
    assert_eq!(got.headers["access-control-allow-origin"], "https://www.example.com");
    assert_eq!(got.headers["access-control-expose-headers"], "Date, Location, Retry-After");
    assert_eq!(got.headers["vary"], "Origin");
    assert!(!got.headers.contains_key("access-control-allow-credentials"));

    let mut problem = bare(Method::GET, "/v1/flows/x", None);
    problem.headers_mut().insert("origin", "https://www.example.com".parse().expect("a value"));
    let got = world.send(problem).await;
    got.is_problem(401, "unauthorized");
    assert_eq!(got.headers["access-control-allow-origin"], "https://www.example.com", "problems can be read too");
}

#[tokio::test]
async fn preflights_are_answered() {
    let world = World::new().await;
    for path in ["/v1/flows", "/v1/flows/x", "/v1/flows/x/steps/y", "/v1/answers", "/v1/config"] {
        let mut request = bare(Method::OPTIONS, path, None);
        let headers = request.headers_mut();
        headers.insert("origin", "https://www.example.com".parse().expect("a value"));
        headers.insert("access-control-request-method", "POST".parse().expect("a value"));
        headers.insert(
            "access-control-request-headers",
            "authorization,content-type,idempotency-key".parse().expect("a value"),
        );
        let got = world.send(request).await;
        assert_eq!(got.status, StatusCode::NO_CONTENT);
        assert_eq!(got.headers["access-control-allow-origin"], "https://www.example.com");
        assert_eq!(got.headers["access-control-allow-methods"], "GET, POST, DELETE");
        let allowed: Vec<_> = got.headers.get_all("access-control-allow-headers").iter().collect();
        assert_eq!(
            allowed,
            ["Authorization, Content-Type, Idempotency-Key", "authorization,content-type,idempotency-key"]
        );
        assert_eq!(got.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn b9_a_known_page_may_put_headers_of_its_own_on_its_requests() {
    let world = World::new().await;
    for (origin, may) in [("https://www.example.com", true), ("https://evil.example", false)] {
        let mut request = bare(Method::OPTIONS, "/v1/flows", None);
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().expect("a value"));
        headers.insert("access-control-request-method", "POST".parse().expect("a value"));
        headers.insert("access-control-request-headers", "content-type,traceparent".parse().expect("a value"));
        let got = world.send(request).await;
        let allowed = got.headers.get_all("access-control-allow-headers").iter();
        assert_eq!(allowed.into_iter().any(|names| names == "content-type,traceparent"), may, "{origin}");
    }
}

#[tokio::test]
async fn other_origins_may_not() {
    let world = World::new().await;
    for origin in [
        "https://evil.example",
        "http://www.example.com",
        "https://www.example.com:8443",
        "https://www.example.com.evil.example",
        "null",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let mut request = bare(method, "/v1/config", None);
            request.headers_mut().insert("origin", origin.parse().expect("a value"));
            request.headers_mut().insert("access-control-request-method", "GET".parse().expect("a value"));
            let got = world.send(request).await;
            assert!(!got.headers.contains_key("access-control-allow-origin"), "{origin}");
            assert!(!got.headers.contains_key("access-control-allow-methods"), "{origin}");
            assert_eq!(got.headers["vary"], "Origin");
        }
    }
}

#[tokio::test]
async fn a10_an_origin_matches_however_the_file_writes_it() {
    for written in ["https://www.example.com:443", "https://WWW.example.com/"] {
        let world = World::with(&format!("[server]\nallowed_origins = ['{written}']")).await;
        let mut request = bare(Method::GET, "/v1/config", None);
        request.headers_mut().insert("origin", "https://www.example.com".parse().expect("a value"));
        let got = world.send(request).await;
        assert_eq!(got.headers["access-control-allow-origin"], "https://www.example.com", "{written}");
    }
}
