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
use maud::html;
use regain_protocol::Help;

use super::page::{self, Frame, Policy};
use crate::config::Config;

/// What the hosted pages say, from the configuration.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// The organisation's name.
    pub organisation: String,
    /// The address of its logo.
    pub logo: Option<String>,
    /// Whom to turn to when nothing here helps.
    pub help: Help,
    /// The address under which people reach the server, without a slash at its end.
    pub public_url: String,
    /// Whether this is a demonstration.
    pub demo: bool,
}

impl Hosted {
    /// As configured.
    pub fn new(config: &Config) -> Self {
        let organisation = &config.organisation;
        Self {
            organisation: organisation.name.clone(),
            logo: organisation.logo.clone(),
            help: organisation.help(),
            public_url: config.server.public_url.clone(),
            demo: config.demo.enabled,
        }
    }
}

/// Serves the hosted pages and the stylesheet of all the server's pages.
pub fn routes(hosted: Hosted) -> Router {
    Router::new()
        .route("/reset", get(reset))
        .route("/.well-known/change-password", get(change_password))
        .with_state(Arc::new(hosted))
        .merge(page::routes())
}

/// The widget, open, on a page of its own.
async fn reset(State(hosted): State<Arc<Hosted>>) -> Response {
    let Hosted { organisation, logo, help, demo, .. } = &*hosted;
    let frame = Frame { organisation, title: "Get back into your account", demo: *demo, root: "", head: html! {} };
    let policy = Policy { images: logo.as_deref().and_then(origin), forms: "'none'", frames: "'none'" };
    let content = html! {
        main.hosted {
            header { (page::brand(organisation, logo.as_deref())) }
            // The loader opens the widget in this place. Where it cannot, it goes to the help below,
            // which then says so. Once the widget is closed, the link is there to begin again.
            div #regain .opening {
                p { a href="reset" { "Get back into your account" } }
                noscript {
                    p { "This page needs JavaScript, which is switched off or blocked in this browser. Switch it on and load the page again, or turn to us." }
                }
            }
            script src="regain.js" data-open data-flow="reset" data-target="#regain" data-fallback="#help" async {}
            footer #help tabindex="-1" {
                p.failed role="alert" { "This page could not load all that it needs. " a href="reset" { "Load it again" } ", or turn to us." }
                h2 { "Need help?" }
                (page::help(help))
            }
        }
    };
    frame.page(&policy, &content)
}

/// Where password managers send people to change a password (W3C: A Well-Known URL for Changing
/// Passwords). Until there is a page for changing one, the reset page does it.
async fn change_password(State(hosted): State<Arc<Hosted>>) -> Response {
    match HeaderValue::try_from(format!("{}/reset", hosted.public_url)) {
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

    fn hosted() -> Hosted {
        Hosted {
            organisation: "Fish & <Chips>".into(),
            logo: None,
            help: Help { email: Some("it@example.com".into()), phone: Some("+1 (555) 0100".into()), url: None },
            public_url: "https://example.com/recover".into(),
            demo: false,
        }
    }

    async fn ask(hosted: Hosted, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = routes(hosted).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 100_000).await.expect("has a body");
        (parts.status, parts.headers, String::from_utf8(body.into()).expect("text"))
    }

    #[tokio::test]
    async fn the_page_opens_the_widget_and_says_whom_to_turn_to() {
        let (status, headers, page) = ask(hosted(), "/reset").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(
            page.contains(r##"<script src="regain.js" data-open data-flow="reset" data-target="#regain" data-fallback="#help" async></script>"##)
        );
        assert!(page.contains("Fish &amp; &lt;Chips&gt;") && !page.contains("<Chips>"), "{page}");
        assert!(
            page.contains("<noscript>") && page.contains("mailto:it@example.com") && page.contains("tel:+15550100")
        );
        assert!(!page.contains("Demo"));
        let (_, _, page) = ask(Hosted { demo: true, ..hosted() }, "/reset").await;
        assert!(page.contains("only on this computer"), "a demonstration says so on every page");
    }

    #[tokio::test]
    async fn it_keeps_its_own_strict_policy() {
        let (_, headers, page) = ask(hosted(), "/reset").await;
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

        let elsewhere = Hosted { logo: Some("https://cdn.example.net:8443/logo.svg?a=1".into()), ..hosted() };
        let (_, headers, _) = ask(elsewhere, "/reset").await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("img-src 'self' data: https://cdn.example.net:8443;"), "{policy}");
        let own = Hosted { logo: Some("/logo.svg".into()), ..hosted() };
        assert_eq!(ask(own, "/reset").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn password_managers_are_sent_to_the_configured_address() {
        let (status, headers, _) = ask(hosted(), "/.well-known/change-password").await;
        assert_eq!(status, StatusCode::FOUND);
        assert_eq!(headers[header::LOCATION], "https://example.com/recover/reset");
    }

    #[tokio::test]
    async fn the_stylesheet_is_a_file() {
        let (status, headers, _) = ask(hosted(), "/regain-page.css").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    }
}
