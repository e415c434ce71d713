//! The hosted pages: for deep links, for sites without a page of their own, and where a browser's
//! password manager looks for the place to change a password.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use maud::{Markup, html};
use regain_protocol::FlowKind;

use super::page::{self, Frame, Policy};
use crate::{app::App, config::Config};

/// Serves the hosted pages and the stylesheet of all the server's pages.
pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/reset", get(async |app| page_of(&app, FlowKind::Reset)))
        .route("/unlock", get(async |app| page_of(&app, FlowKind::Unlock)))
        .route("/change", get(async |app| page_of(&app, FlowKind::Change)))
        .route("/register", get(async |app| page_of(&app, FlowKind::Register)))
        .route("/.well-known/change-password", get(change_password))
        .with_state(app)
        .merge(page::routes())
}

/// The page of a kind of flow; where that is not on offer, one that says so.
fn page_of(State(app): &State<Arc<App>>, kind: FlowKind) -> Response {
    let config = app.config();
    if !config.flows.kinds().contains(&kind) {
        return not_on_offer(&config);
    }
    let (flow, title) = match kind {
        FlowKind::Reset => ("reset", "Get back into your account"),
        FlowKind::Unlock => ("unlock", "Unlock your account"),
        FlowKind::Change => ("change", "Change your password"),
        FlowKind::Register => ("register", "Your security info"),
    };
    widget(&config, flow, title)
}

/// The widget, open, on a page of its own.
fn widget(config: &Config, flow: &str, title: &str) -> Response {
    let content = html! {
            // The loader opens the widget in this place, in the browser's language: the page's own few words are in
            // English. Where it cannot, it goes to the help below, which then says so. Once the widget is closed, the link is there to begin again.
            div #regain .opening {
                p { a href=(flow) { (title) } }
                noscript {
                    p { "This page needs JavaScript, which is switched off or blocked in this browser. Switch it on and load the page again, or turn to us." }
                }
            }
            script src="regain.js" data-open data-flow=(flow) data-locale="auto" data-target="#regain" data-fallback="#help" async {}
            footer #help tabindex="-1" {
                p.failed role="alert" { "This page could not load all that it needs. " a href=(flow) { "Load it again" } ", or turn to us." }
                h2 { "Need help?" }
                (page::help(&config.organisation.help()))
            }
    };
    page(config, title, &content)
}

/// Says to a person who has come by an old link that there is nothing here, and whom to turn to.
fn not_on_offer(config: &Config) -> Response {
    let title = "This is not on offer";
    let content = html! {
        h1 { (title) }
        p { "It can't be done here. If you need it, please turn to us." }
        footer { h2 { "Need help?" } (page::help(&config.organisation.help())) }
    };
    (StatusCode::NOT_FOUND, page(config, title, &content)).into_response()
}

/// A page of the organisation's.
fn page(config: &Config, title: &str, content: &Markup) -> Response {
    let (organisation, logo) = (&*config.organisation.name, config.organisation.logo.as_deref());
    let frame = Frame { organisation, title, demo: config.demo.enabled, root: "", head: html! {} };
    let policy =
        Policy { images: logo.and_then(origin), forms: "'none'", frames: "'none'", captcha: config.captcha.kind };
    let content = html! {
        main.hosted {
            header { (page::brand(organisation, logo)) }
            (content)
        }
    };
    frame.page(&policy, &content)
}

/// Where password managers send people to change a password (W3C: A Well-Known URL for Changing
/// Passwords): to the page for that or, where that is not on offer, to the one that gives a new one.
async fn change_password(State(app): State<Arc<App>>) -> Response {
    let config = app.config();
    let kinds = config.flows.kinds();
    let page = match () {
        () if kinds.contains(&FlowKind::Change) => "change",
        () if kinds.contains(&FlowKind::Reset) => "reset",
        () => return not_on_offer(&config),
    };
    match HeaderValue::try_from(format!("{}/{page}", config.server.public_url)) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        // A configured address is a web address, which is a header value.
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The origin of a picture that is not the server's own, for the page's policy.
fn origin(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?.as_str().rsplit('@').next()?))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{HeaderMap, Request},
    };
    use tower::ServiceExt as _;

    use super::*;
    use crate::{adapters::People, app::testing, ports::SystemClock};

    const HOSTED: &str = r#"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        public_url = "https://example.com/recover"
        [organisation]
        name = "Fish & <Chips>"
        help = { email = "it@example.com", phone = "+1 (555) 0100" }
        [mail]
        host = "mail.example.com"
        from = "help@example.com"
    "#;

    async fn ask(config: &str, path: &str) -> (StatusCode, HeaderMap, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, _) = testing::app(&folder, config, &People::default(), Arc::new(SystemClock)).await;
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = routes(app).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 100_000).await.expect("has a body");
        (parts.status, parts.headers, String::from_utf8(body.into()).expect("text"))
    }

    #[tokio::test]
    async fn the_page_opens_the_widget_and_says_whom_to_turn_to() {
        let (status, headers, page) = ask(HOSTED, "/reset").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(
            page.contains(r##"<script src="regain.js" data-open data-flow="reset" data-locale="auto" data-target="#regain" data-fallback="#help" async></script>"##)
        );
        assert!(page.contains("Fish &amp; &lt;Chips&gt;") && !page.contains("<Chips>"), "{page}");
        assert!(
            page.contains("<noscript>") && page.contains("mailto:it@example.com") && page.contains("tel:+15550100")
        );
        assert!(!page.contains("Demo"));
        let (_, _, unlock) = ask(HOSTED, "/unlock").await;
        assert!(unlock.contains(r#"data-flow="unlock""#) && unlock.contains("Unlock your account"), "{unlock}");
        let (_, _, page) = ask(testing::LEAST, "/reset").await;
        assert!(page.contains("only on this computer"), "a demonstration says so on every page");
    }

    #[tokio::test]
    async fn it_keeps_its_own_strict_policy() {
        let (_, headers, page) = ask(HOSTED, "/reset").await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        for directive in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "connect-src 'self'",
            "style-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.split(';').any(|part| part.trim() == directive), "{directive} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline"));
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("onclick"), "nothing inline");
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");

        let with_logo = |logo: &str| HOSTED.replace("help =", &format!("logo = \"{logo}\"\n        help ="));
        let elsewhere = with_logo("https://cdn.example.net:8443/logo.svg?a=1");
        let (_, headers, _) = ask(&elsewhere, "/reset").await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("img-src 'self' data: https://cdn.example.net:8443;"), "{policy}");
        let own = with_logo("/logo.svg");
        assert_eq!(ask(&own, "/reset").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn each_flow_has_its_page() {
        for (path, title) in [
            ("reset", "Get back into your account"),
            ("unlock", "Unlock your account"),
            ("change", "Change your password"),
            ("register", "Your security info"),
        ] {
            let (status, _, page) = ask(HOSTED, &format!("/{path}")).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains(&format!(r#"data-open data-flow="{path}""#)), "{page}");
            assert!(page.contains(&format!("<title>{title} ")) && page.contains("<noscript>"), "{page}");
        }
    }

    #[tokio::test]
    async fn what_is_not_on_offer_says_so_and_whom_to_turn_to() {
        let off = format!("{HOSTED}\n[flows]\nreset = false\nunlock = false\nchange = false\nregister = false");
        for path in ["/reset", "/unlock", "/change", "/register", "/.well-known/change-password"] {
            let (status, headers, page) = ask(&off, path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert!(page.contains("not on offer") && page.contains("mailto:it@example.com"), "{page}");
            assert!(!page.contains("<script") && headers.contains_key(header::CONTENT_SECURITY_POLICY), "{page}");
        }
    }

    #[tokio::test]
    async fn password_managers_are_sent_to_the_configured_address() {
        for (flows, page) in [("", "change"), ("change = false", "reset")] {
            let config = format!("{HOSTED}\n[flows]\n{flows}");
            let (status, headers, _) = ask(&config, "/.well-known/change-password").await;
            assert_eq!(status, StatusCode::FOUND);
            assert_eq!(headers[header::LOCATION], format!("https://example.com/recover/{page}"));
        }
    }

    /// By this address password managers find out whether a server says 404 where there is nothing, and so
    /// whether the other one can be relied on (W3C: Detecting the reliability of HTTP status codes).
    #[tokio::test]
    async fn where_there_is_nothing_the_status_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, _) = testing::app(&folder, HOSTED, &People::default(), Arc::new(SystemClock)).await;
        let path = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
        for (path, expected) in [(path, StatusCode::NOT_FOUND), ("/.well-known/change-password", StatusCode::FOUND)] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = app.router(routes(Arc::clone(&app))).oneshot(request).await.expect("answers");
            assert_eq!(response.status(), expected, "{path}");
        }
    }

    #[tokio::test]
    async fn the_stylesheet_is_a_file() {
        let (status, headers, _) = ask(HOSTED, "/regain-page.css").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    }
}
