//! The common parts of the server's pages, and of those that a program around it adds: frame, stylesheet, headers.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use maud::{DOCTYPE, Markup, html};
use regain_protocol::Help;

use super::asset::Asset;
use crate::{
    config::CaptchaKind,
    languages::{self, Language, Text},
};

/// The stylesheet's name, beside the pages.
const STYLESHEET: &str = "regain-page.css";

static STYLE: LazyLock<Arc<Asset>> = LazyLock::new(|| {
    Arc::new(Asset::new("text/css; charset=utf-8", "no-cache", include_str!("page/page.css").as_bytes()))
});

/// Permissions of a page. Nothing is allowed unless it is said.
pub struct Policy {
    /// Further sources of pictures.
    pub images: Option<String>,
    /// Targets of its forms: `'none'` or `'self'`.
    pub forms: &'static str,
    /// Sources of its frames: `'none'` or `'self'`.
    pub frames: &'static str,
    /// The challenge that the widget may show.
    pub captcha: CaptchaKind,
}

impl Policy {
    /// The widget's needs and no more: scripts, styles and requests from the same place, and wasm.
    fn header(&self) -> HeaderValue {
        let Self { images, forms, frames, captcha } = self;
        let outside = captcha.origins();
        // Nothing can stand beside 'none'.
        let frames = if outside.is_empty() { frames } else { frames.trim_start_matches("'none'") };
        let images = images.as_deref().unwrap_or_default();
        let text = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {outside}; connect-src 'self' {outside}; style-src 'self' {outside}; \
             worker-src blob:; img-src 'self' data: {images}; media-src 'self'; frame-src {frames} {outside}; form-action {forms}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        text.parse().expect("directives and an origin are a header value")
    }
}

/// A notice above the content of every page, of the program that the server is part of.
#[derive(Debug, Clone, Copy)]
pub struct Banner {
    /// Address of its stylesheet.
    pub stylesheet: &'static str,
    /// Draws it for a page in the language with this tag.
    pub draw: fn(language: &str) -> Markup,
}

/// The surroundings of a page's own content.
pub struct Frame<'a> {
    /// Tag of the page's language.
    pub language: &'a str,
    /// The organisation's name.
    pub organisation: &'a str,
    /// Title of the page.
    pub title: &'a str,
    /// The notice above the content.
    pub banner: Option<Banner>,
    /// Way from the page to the root: empty, or `../` for each folder above it. The server may
    /// be behind a proxy that serves it under a path.
    pub root: &'a str,
    /// Further elements of the head.
    pub head: Markup,
}

impl Frame<'_> {
    /// The whole page.
    pub fn page(&self, policy: &Policy, content: &Markup) -> Response {
        let Self { language, organisation, title, banner, root, head } = self;
        let language = languages::language(language);
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag) dir=(language.direction()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (title) " \u{b7} " (language.apart(organisation)) }
                    // No icon, and so no request for one.
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(format!("{root}{STYLESHEET}"));
                    @if let Some(banner) = banner { link rel="stylesheet" href=(banner.stylesheet); }
                    (head)
                }
                body {
                    @if let Some(banner) = banner { ((banner.draw)(language.tag)) }
                    (content)
                }
            }
        };
        let mut response = Html(page.into_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.header());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

/// Tags of the languages that pages are in, English first.
pub fn languages() -> impl Iterator<Item = &'static str> {
    languages::LANGUAGES.iter().map(|language| language.tag)
}

/// The organisation's name with its logo, at the top of a page.
pub fn brand(organisation: &str, logo: Option<&str>) -> Markup {
    html! {
        p.brand {
            @match logo {
                Some(logo) => img src=(logo) alt="" height="32";,
                None => span.mark aria-hidden="true" {
                    (organisation.chars().find(|c| c.is_alphanumeric()).unwrap_or('\u{2022}').to_uppercase())
                },
            }
            bdi { (organisation) }
        }
    }
}

/// Contacts for when nothing here helps; the administrator where the organisation names nobody.
pub(super) fn help(help: &Help, language: &Language) -> Markup {
    let Help { email, phone, url } = help;
    let label = |name: Text| [language.text(name), language.text(Text::Colon), " "].concat();
    let dialled = |number: &str| number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();
    html! {
        @if email.is_some() || phone.is_some() || url.is_some() {
            ul.contacts {
                @if let Some(address) = email {
                    li { (label(Text::ContactMail)) a href=(format!("mailto:{address}")) { bdi { (address) } } }
                }
                @if let Some(number) = phone {
                    li {
                        (label(Text::ContactPhone)) a href=(format!("tel:{}", dialled(number))) { bdi dir="ltr" { (number) } }
                    }
                }
                @if let Some(page) = url { li { a href=(page) rel="noreferrer" { (language.text(Text::ContactPage)) } } }
            }
        } @else {
            p { (language.text(Text::PageHelpNobody)) }
        }
    }
}

/// Serves the stylesheet.
pub(super) fn routes() -> Router {
    Router::new().route(&format!("/{STYLESHEET}"), get(|headers: HeaderMap| async move { STYLE.respond(&headers) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outside_service_that_is_configured_may_come_from_elsewhere() {
        let of = |captcha, frames| {
            let header = Policy { images: None, forms: "'none'", frames, captcha }.header();
            header.to_str().expect("text").to_owned()
        };
        let plain = of(CaptchaKind::ProofOfWork, "'none'");
        assert!(plain.contains("frame-src 'none'") && !plain.contains("http"), "{plain}");
        let turnstile = of(CaptchaKind::Turnstile, "'none'");
        assert!(
            turnstile.contains("script-src 'self' 'wasm-unsafe-eval' https://challenges.cloudflare.com;"),
            "{turnstile}"
        );
        assert!(turnstile.contains("frame-src  https://challenges.cloudflare.com;"), "{turnstile}");
        assert!(
            of(CaptchaKind::Hcaptcha, "'self'")
                .contains("frame-src 'self' https://hcaptcha.com https://*.hcaptcha.com;")
        );
    }
}
