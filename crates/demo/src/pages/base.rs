//! The base of the pages: what each of them is made from, and the frame that they share.

use std::sync::{Arc, Weak};

use axum::{http::HeaderMap, response::Response};
use maud::{Markup, html};
use regain_server::{
    adapters::People,
    app::App,
    http::{
        Asset,
        page::{Banner, Frame, Policy},
    },
};
use toml::Table;

use crate::{Outbox, assertions::Signer};

/// Says on every page that this is a demonstration, and leads to its parts.
pub(crate) const BANNER: Banner = Banner { stylesheet: "/demo/demo.css", draw: banner };

/// The base of the pages of one server.
#[derive(Clone)]
pub(crate) struct Demo {
    /// The server.
    pub(crate) app: Arc<App>,
    /// The people's mail and phones.
    pub(crate) outbox: Outbox,
    /// The people as they were seeded.
    pub(crate) people: Arc<People>,
    /// Signs that somebody is signed in, where the server takes the demonstration's word.
    pub(crate) signer: Option<Signer>,
    /// The demonstration, whose server a switch replaces. It holds this.
    pub(crate) site: Weak<dyn Switched>,
}

/// A demonstration whose server can be replaced.
pub(crate) trait Switched: Send + Sync {
    /// Replaces the server by one with other values for some keys of its configuration, or says why not.
    fn switch(&self, changes: &Table) -> Result<(), String>;

    /// The base of the pages, of the server as it is now.
    fn demo(&self) -> Demo;
}

impl Demo {
    pub(super) fn organisation(&self) -> &str {
        &self.app.config().organisation.name
    }

    pub(super) fn page(&self, title: &str, root: &str, head: Markup, content: &Markup) -> Response {
        let captcha = self.app.config().captcha.kind;
        let policy = Policy { images: None, forms: "'self'", frames: "'self'", captcha };
        // The demonstration is for developers, so it is in English.
        let (language, organisation) = ("en", self.organisation());
        Frame { language, organisation, title, banner: Some(BANNER), root, head }.page(&policy, content)
    }
}

/// In English, as the pages that it leads to.
fn banner(language: &str) -> Markup {
    let is_foreign = language != "en";
    html! {
        aside.banner lang=[is_foreign.then_some("en")] dir=[is_foreign.then_some("ltr")] aria-label="Demonstration" {
            p { strong { "Demo" } " \u{2013} only on this computer" }
            nav aria-label="Demonstration" {
                a href="/" { "Sign-in page" }
                a href="/demo" { "People" }
                a href="/demo/outbox" { "Email and phone" }
                a href="/demo/switches" { "Switches" }
                a href="/demo/theming" { "Theming" }
            }
        }
    }
}

/// A script of the pages.
pub(super) fn script(text: &'static str, headers: &HeaderMap) -> Response {
    text_file("text/javascript; charset=utf-8", text, headers)
}

pub(super) fn text_file(content_type: &'static str, text: &'static str, headers: &HeaderMap) -> Response {
    Asset::new(content_type, "no-cache", text.as_bytes()).respond(headers)
}
