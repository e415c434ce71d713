//! The hosted pages: for deep links, for sites without a page of their own, and where a browser's
//! password manager looks for the place to change a password.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};
use maud::{Markup, html};
use regain_protocol::FlowKind;

use super::{
    page::{self, Banner, Frame, Policy},
    respond,
};
use crate::{
    app::App,
    config::{Config, PageAddress},
    languages::{self, Language, Text},
};

/// The hosted pages of a server.
#[derive(Clone)]
struct Pages {
    app: Arc<App>,
    banner: Option<Banner>,
}

/// Serves the hosted pages, under a banner where there is one, and the stylesheet of all the server's pages.
pub fn routes(app: Arc<App>, banner: Option<Banner>) -> Router {
    let page = |kind| get(async move |State(pages): State<Pages>, headers: HeaderMap| pages.page(&headers, kind));
    Router::new()
        .route("/reset", page(FlowKind::Reset))
        .route("/reset/", get(without_slash))
        .route("/unlock", page(FlowKind::Unlock))
        .route("/unlock/", get(without_slash))
        .route("/change", page(FlowKind::Change))
        .route("/change/", get(without_slash))
        .route("/register", page(FlowKind::Register))
        .route("/register/", get(without_slash))
        .route("/.well-known/change-password", get(change_password))
        .with_state(Pages { app, banner })
        .merge(page::routes())
}

impl Pages {
    /// The page of a kind of flow; where that is not on offer, one that says so.
    fn page(&self, headers: &HeaderMap, kind: FlowKind) -> Response {
        let config = self.app.config();
        let language = preferred(config, headers);
        if !self.app.flows().is_on_offer(kind) {
            return self.not_on_offer(language, "");
        }
        let (flow, title) = match kind {
            FlowKind::Reset => ("reset", Text::PageReset),
            FlowKind::Unlock => ("unlock", Text::PageUnlock),
            FlowKind::Change => ("change", Text::PageChange),
            FlowKind::Register => ("register", Text::PageRegister),
        };
        self.widget(language, flow, language.text(title))
    }

    /// The widget, open, on a page of its own.
    fn widget(&self, language: &'static Language, flow: &str, title: &str) -> Response {
        // The words are escaped like any others: a catalogue says where the link stands and not what it is.
        let failed = language.text(Text::PageFailed);
        let (before, after) = failed.split_once("{again}").unwrap_or((failed, ""));
        let onward = self.onward();
        let content = html! {
            // For the ear: the widget has its own heading for the eye.
            h1.unseen { (title) }
            // The loader opens the widget in this place, in the browser's language. Where it cannot, it goes to the
            // help below, which then says so. Once the widget is closed, the link is there to begin again.
            div #regain .opening {
                p { a href=(flow) { (title) } }
                noscript {
                    p { (language.text(Text::PageNoScript)) }
                }
            }
            script src="regain.js" data-open data-flow=(flow) data-locale="auto" data-target="#regain" data-fallback="#help"
                data-continue-url=[onward] async {}
            footer #help tabindex="-1" {
                p.failed role="alert" { (before) a href=(flow) { (language.text(Text::PageFailedAgain)) } (after) }
                (self.help(language))
            }
        };
        self.framed(language, title, "", &content)
    }

    /// Address that people go on to from the end: the sign-in page or, where none is named, the first site that may open the
    /// widget, because people sign in there.
    fn onward(&self) -> Option<String> {
        let Config { organisation, server, .. } = self.app.config();
        let sign_in = organisation.continue_url.as_ref().map(ToString::to_string);
        sign_in.or_else(|| server.allowed_origins.first().map(|origin| format!("{origin}/")))
    }

    /// Says to a person who has come by an old link that there is nothing here, and whom to turn to.
    fn not_on_offer(&self, language: &'static Language, root: &str) -> Response {
        let title = language.text(Text::PageNotOffered);
        let content = html! {
            h1 { (title) }
            p { (language.text(Text::PageNotOfferedLead)) }
            footer { (self.help(language)) }
        };
        (StatusCode::NOT_FOUND, self.framed(language, title, root, &content)).into_response()
    }

    /// The contacts, under their heading.
    fn help(&self, language: &Language) -> Markup {
        html! {
            h2 { (language.text(Text::PageHelp)) }
            (page::help(&self.app.config().organisation.help(), language))
        }
    }

    /// A page of the organisation's; `root` is the way to where the pages are.
    fn framed(&self, language: &'static Language, title: &str, root: &str, content: &Markup) -> Response {
        let config = self.app.config();
        let (organisation, logo) =
            (&*config.organisation.name, config.organisation.logo.as_ref().map(PageAddress::as_str));
        let banner = self.banner;
        let frame = Frame { language: language.tag, organisation, title, banner, root, head: html! {} };
        let policy =
            Policy { images: logo.and_then(origin), forms: "'none'", frames: "'none'", captcha: config.captcha.kind };
        let content = html! {
            main.hosted {
                header { (page::brand(organisation, logo)) }
                (content)
            }
        };
        let mut response = frame.page(&policy, &content);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
        response
    }
}

/// Of all languages the one that the browser prefers, as the widget that it opens goes by the browser too; the
/// organisation's first where there is none.
fn preferred(config: &Config, headers: &HeaderMap) -> &'static Language {
    let headers = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let mut offered = config.organisation.locales.clone();
    offered.extend(languages::LANGUAGES.iter().map(|language| language.tag.to_owned()));
    let preferred = languages::by_preference(headers);
    languages::language(languages::nearest(preferred.iter().map(String::as_str), &offered))
}

/// Redirects password managers (W3C: A Well-Known URL for Changing Passwords) to the page for changing a password or,
/// where that is not on offer, to the one for resetting it.
async fn change_password(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let config = pages.app.config();
    let flows = pages.app.flows();
    let page = match () {
        () if flows.is_on_offer(FlowKind::Change) => "change",
        () if flows.is_on_offer(FlowKind::Reset) => "reset",
        () => return pages.not_on_offer(preferred(config, &headers), "../"),
    };
    match HeaderValue::try_from(format!("{}/{page}", config.server.public_url)) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        // A configured address is a web address, which is a header value.
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Leads from an address with a slash at its end to the page, wherever a proxy serves it.
async fn without_slash(uri: Uri) -> Response {
    let page = uri.path().trim_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = HeaderValue::try_from(format!("../{page}{query}")).expect("what was in an address can be in one");
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// Shows a page to a person where a program would get a problem: whoever has mistyped an address does not read JSON.
pub(super) async fn pages_for_people(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wants_page = request.method() == Method::GET && accepts_html(request.headers());
    if !wants_page {
        return next.run(request).await;
    }
    let (language, path) = (preferred(app.config(), request.headers()), request.uri().path().to_owned());
    let response = next.run(request).await;
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == respond::PROBLEM);
    if !is_problem || !matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return response;
    }
    let root = "../".repeat(path.matches('/').count().saturating_sub(1));
    let mut page = Pages { app, banner: None }.not_on_offer(language, &root);
    *page.status_mut() = response.status();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}

/// Tells if a client names HTML among what it takes, as browsers do where a person follows a link.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html"))
}

/// The origin of a picture that is not the server's own, for the page's policy.
fn origin(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?.as_str().rsplit('@').next()?))
}

#[cfg(test)]
mod tests;
