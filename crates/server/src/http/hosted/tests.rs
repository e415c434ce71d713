//! The hosted pages and their language.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{app::testing, http, languages::LANGUAGES};

const HOSTED: &str = r#"
    [server]
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    public_url = "https://example.com/recover"
    trusted_proxies = ["127.0.0.1"]
    [organisation]
    name = "Fish & <Chips>"
    help = { email = "it@example.com", phone = "+1 (555) 0100" }
    [mail]
    host = "mail.example.com"
    from = "help@example.com"
"#;

/// Of these languages, in this order.
fn in_languages(config: &str, locales: &[&str]) -> String {
    config.replace("help =", &format!("locales = {locales:?}\n    help ="))
}

/// A server's pages, and the folder that goes with them.
async fn pages(config: &str) -> (TempDir, Router) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = testing::app(&folder, config).await;
    (folder, routes(app, None))
}

/// Gets a page as a browser with this header.
async fn get_in(pages: &Router, path: &str, accept_language: Option<&str>) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::get(path);
    if let Some(preferred) = accept_language {
        request = request.header(header::ACCEPT_LANGUAGE, preferred);
    }
    let response = pages.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 100_000).await.expect("has a body");
    (parts.status, parts.headers, String::from_utf8(body.into()).expect("text"))
}

async fn ask(config: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let (_folder, pages) = pages(config).await;
    get_in(&pages, path, None).await
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
    assert!(page.contains("<noscript>") && page.contains("mailto:it@example.com") && page.contains("tel:+15550100"));
    assert!(!page.contains("Demo"));
    let (_, _, unlock) = ask(HOSTED, "/unlock").await;
    assert!(unlock.contains(r#"data-flow="unlock""#) && unlock.contains("Unlock your account"), "{unlock}");
}

/// F3: from the end of a hosted page there was no way on.
#[tokio::test]
async fn f3_from_the_end_people_go_on_to_where_they_sign_in() {
    for (changes, onward) in [
        ("", None),
        (
            r#"allowed_origins = ["https://www.example.com", "https://intranet.example.com"]"#,
            Some("https://www.example.com/"),
        ),
    ] {
        let config = HOSTED.replace("[organisation]", &format!("{changes}\n[organisation]"));
        let (_, _, page) = ask(&config, "/unlock").await;
        let said = page.split("data-continue-url=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(said, onward);
        let named = config.replace("help =", "continue_url = \"https://sign-in.example.com/?a&b\"\nhelp =");
        let (_, _, page) = ask(&named, "/unlock").await;
        assert!(page.contains(r#"data-continue-url="https://sign-in.example.com/?a&amp;b""#), "{page}");
    }
}

/// F18: a page of its own has a heading of the first level.
#[tokio::test]
async fn f18_each_page_has_one_heading_of_the_first_level() {
    for path in ["/reset", "/unlock", "/change"] {
        let (_, _, page) = ask(HOSTED, path).await;
        assert_eq!(page.matches("<h1").count(), 1, "{path}: {page}");
    }
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
        assert!(page.contains("This isn’t available") && page.contains("mailto:it@example.com"), "{page}");
        assert!(!page.contains("<script") && headers.contains_key(header::CONTENT_SECURITY_POLICY), "{page}");
    }
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_prefers() {
    let (_folder, pages) = pages(HOSTED).await;
    for (preferred, tag, direction, title) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de", "ltr", "Zurück in Ihr Konto"),
        ("en;q=0.5, de;q=0.7", "de", "ltr", "Zurück in Ihr Konto"),
        ("ar-EG", "ar", "rtl", "استعادة الوصول إلى حسابك"),
        ("pt-PT", "pt-BR", "ltr", "Recupere o acesso à sua conta"),
        ("sw, zh-HK;q=0.3", "zh-Hant", "ltr", "恢復存取您的帳戶"),
        ("no", "nb", "ltr", "Kom inn på kontoen din igjen"),
        ("en-US,de;q=0.9", "en", "ltr", "Get back into your account"),
        // The rest has nothing that there is, and so gets the first on offer.
        ("sw, *;q=0.5", "en", "ltr", "Get back into your account"),
        ("*", "en", "ltr", "Get back into your account"),
        ("de;q=0", "en", "ltr", "Get back into your account"),
        ("d_AT, ;;q=, \"><script>, ar;q=9", "en", "ltr", "Get back into your account"),
        // As other software writes tags.
        ("de_AT, en", "de", "ltr", "Zurück in Ihr Konto"),
    ] {
        let (_, headers, page) = get_in(&pages, "/reset", Some(preferred)).await;
        assert!(page.contains(&format!(r#"<html lang="{tag}" dir="{direction}">"#)), "{preferred}: {page}");
        assert!(page.contains(&format!("<title>{title} ")), "{preferred}: {page}");
        assert!(page.contains(&format!(r#"<a href="reset">{title}</a>"#)), "{preferred}: {page}");
        assert_eq!(headers[header::CONTENT_LANGUAGE], tag);
        assert_eq!(headers[header::VARY], "Accept-Language");
    }
}

#[tokio::test]
async fn where_nothing_fits_it_is_the_first_language_on_offer() {
    let config = in_languages(HOSTED, &["de", "en"]);
    let (_folder, offered) = pages(&config).await;
    for preferred in [None, Some("sw"), Some("*"), Some("=;,e_GB")] {
        let (_, headers, page) = get_in(&offered, "/unlock", preferred).await;
        assert!(page.contains(r#"<html lang="de""#) && page.contains("Konto entsperren"), "{preferred:?}: {page}");
        assert_eq!(headers[header::VARY], "Accept-Language");
    }
    let (_folder, off) = pages(&format!("{config}\n[flows]\nreset = false\nchange = false")).await;
    for path in ["/reset", "/.well-known/change-password"] {
        let (status, headers, page) = get_in(&off, path, Some("sw")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(headers[header::CONTENT_LANGUAGE], "de");
        assert!(page.contains("<h1>Das wird hier nicht angeboten</h1>") && page.contains("E-Mail: <a"), "{page}");
    }
}

#[tokio::test]
async fn a_banner_is_above_every_page_and_knows_its_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = testing::app(&folder, &format!("{HOSTED}\n[flows]\nunlock = false")).await;
    let banner = Banner { stylesheet: "/notice.css", draw: |language| html! { aside.notice { (language) } } };
    let pages = routes(app, Some(banner));
    for path in ["/reset", "/unlock"] {
        let (_, _, page) = get_in(&pages, path, Some("he")).await;
        assert!(page.contains(r#"<body><aside class="notice">he</aside><main"#), "{page}");
        assert!(page.contains(r#"<link rel="stylesheet" href="/notice.css">"#), "{page}");
    }
}

/// All that the pages say of themselves, but for the labels of the help.
const SAID: [Text; 11] = [
    Text::PageReset,
    Text::PageUnlock,
    Text::PageChange,
    Text::PageRegister,
    Text::PageNoScript,
    Text::PageFailed,
    Text::PageFailedAgain,
    Text::PageNotOffered,
    Text::PageNotOfferedLead,
    Text::PageHelp,
    Text::PageHelpNobody,
];

/// The visible texts of a page: those between its tags.
fn texts(page: &str) -> impl Iterator<Item = &str> {
    let texts = page.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    texts.filter(|text| !text.is_empty())
}

#[tokio::test]
async fn no_page_says_anything_but_from_its_languages_catalogue() {
    let all: Vec<_> = LANGUAGES.iter().map(|language| language.tag).collect();
    let config = in_languages(HOSTED, &all).replace("phone =", "url = \"https://help.example.com\", phone =");
    let alone = config.lines().filter(|line| !line.contains("help =")).collect::<Vec<_>>().join("\n");
    let off = "\n[flows]\nreset = false\nunlock = false\nchange = false\nregister = false";
    let (_folder, on_offer) = pages(&config).await;
    let (_folder, alone) = pages(&alone).await;
    let (_folder, off) = pages(&format!("{config}{off}")).await;
    for language in LANGUAGES.iter() {
        let tag = language.tag;
        let label = |name| [language.text(name), language.text(Text::Colon)].concat();
        let mut said = vec![label(Text::ContactMail), label(Text::ContactPhone)];
        said.extend(SAID.iter().chain(&[Text::ContactPage]).map(|name| language.text(*name).to_owned()));
        said.extend(["F", "Fish &amp; &lt;Chips&gt;", "it@example.com", "+1 (555) 0100"].map(str::to_owned));
        for (pages, path) in ["/reset", "/unlock", "/change", "/register"]
            .map(|path| (&on_offer, path))
            .into_iter()
            .chain([(&alone, "/reset"), (&off, "/reset"), (&off, "/.well-known/change-password")])
        {
            let (_, headers, page) = get_in(pages, path, Some(tag)).await;
            assert!(page.contains(&format!(r#"<html lang="{tag}" dir="{}">"#, language.direction())), "{tag}: {page}");
            assert_eq!(headers[header::CONTENT_LANGUAGE], tag);
            assert_eq!(headers[header::VARY], "Accept-Language");
            assert!(!page.contains('{'), "{tag}: a place is left: {page}");
            for text in texts(&page) {
                // The title ends with the organisation's name.
                let text = text.split(" \u{b7} ").next().unwrap_or_default();
                assert!(said.iter().any(|words| words.contains(text)), "{tag} {path}: {text:?}");
            }
        }
        let english = languages::language("en");
        for name in SAID {
            assert!(tag == "en" || language.text(name) != english.text(name), "{tag}: {name:?} is in English");
        }
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

#[tokio::test]
async fn a8_a_person_with_a_mistyped_address_gets_a_page_and_a_program_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = testing::app(&folder, HOSTED).await;
    let server = http::router(&app, routes(Arc::clone(&app), None));
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, accept, status, kind, root) in [
        ("/nowhere", browser, 404, "text/html; charset=utf-8", ""),
        ("/", browser, 404, "text/html; charset=utf-8", ""),
        ("/reset/nowhere/x", browser, 404, "text/html; charset=utf-8", "../../"),
        ("/v1/flows", browser, 405, "text/html; charset=utf-8", "../"),
        ("/v1/config", browser, 200, "application/json", ""),
        ("/nowhere", "*/*", 404, "application/problem+json", ""),
        ("/v1/flows", "application/json", 405, "application/problem+json", ""),
    ] {
        let request = Request::get(path).header(header::ACCEPT, accept).header(header::ACCEPT_LANGUAGE, "de");
        let request = request.body(Body::empty()).expect("a request");
        let response = server.clone().oneshot(request).await.expect("answers");
        assert_eq!(response.status(), status, "{path} {accept}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind, "{path} {accept}");
        assert_eq!(response.headers().contains_key(header::ALLOW), status == 405, "{path}");
        if kind.starts_with("text/html") {
            let body = to_bytes(response.into_body(), 100_000).await.expect("has a body");
            let page = String::from_utf8(body.into()).expect("text");
            assert!(page.contains(&format!(r#"href="{root}regain-page.css""#)), "{path}: {page}");
            assert!(page.contains("mailto:it@example.com") && page.contains(r#"<html lang="de""#), "{page}");
        }
    }
}

#[tokio::test]
async fn a8_a_slash_at_the_end_leads_to_the_page() {
    for page in ["reset", "unlock", "change", "register"] {
        let (status, headers, _) = ask(HOSTED, &format!("/{page}/?from=mail")).await;
        assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(headers[header::LOCATION], format!("../{page}?from=mail"));
    }
}

/// By this address password managers find out whether a server says 404 where there is nothing, and so
/// whether the other one can be relied on (W3C: Detecting the reliability of HTTP status codes).
#[tokio::test]
async fn where_there_is_nothing_the_status_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = testing::app(&folder, HOSTED).await;
    let path = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    for (path, expected) in [(path, StatusCode::NOT_FOUND), ("/.well-known/change-password", StatusCode::FOUND)] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = http::router(&app, routes(Arc::clone(&app), None)).oneshot(request).await.expect("answers");
        assert_eq!(response.status(), expected, "{path}");
    }
}

#[tokio::test]
async fn the_stylesheet_is_a_file() {
    let (status, headers, _) = ask(HOSTED, "/regain-page.css").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
}
