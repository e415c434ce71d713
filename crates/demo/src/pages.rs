//! The demonstration's pages: a sign-in page that truly signs in, the people who can, their mail and
//! their phones. Only for this computer.

mod account;
mod base;
mod calls;
mod guard;
mod outbox;
mod people;
mod switches;
mod theming;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use regain_protocol::{MAX_BODY_BYTES, Secret};
use regain_server::{http::page, ports::SignIn, user_id::UserId};
use serde::Deserialize;

use base::text_file;
pub(crate) use base::{BANNER, Demo, Switched};

/// Serves the demonstration, to this computer only.
pub(crate) fn routes(demo: Demo) -> Router {
    let listen = demo.app.config().server.listen;
    guarded(demo, listen)
}

fn guarded(demo: Demo, listen: SocketAddr) -> Router {
    Router::new()
        .route("/", get(sign_in_page))
        .route("/demo/demo.css", get(stylesheet))
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/assertion", post(account::assertion))
        .route("/demo/account.js", get(account::script))
        .route("/demo", get(people::page))
        .route("/demo/people.js", get(people::script))
        .route("/demo/authenticators.json", get(people::authenticators))
        .route("/demo/outbox", get(outbox::page))
        .route("/demo/outbox.js", get(outbox::script))
        .route("/demo/outbox.json", get(outbox::json))
        .route("/demo/outbox/{id}", get(outbox::mail))
        .route("/demo/calls/{id}", post(calls::act))
        .route("/demo/captcha/{sealed}", get(outbox::captcha))
        .route("/demo/switches", get(switches::page).post(switches::set))
        .route("/demo/theming", get(theming::page))
        .route("/demo/theming.js", get(theming::script))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .route_layer(from_fn_with_state(listen, guard::only_this_computer))
        .with_state(Arc::new(demo))
}

/// Fields of the sign-in form.
#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: Secret<String>,
}

async fn stylesheet(headers: HeaderMap) -> Response {
    text_file("text/css; charset=utf-8", include_str!("pages/demo.css"), &headers)
}

/// The person that the page of people leads here for.
#[derive(Deserialize)]
struct Guest {
    #[serde(default)]
    user: String,
}

async fn sign_in_page(State(demo): State<Arc<Demo>>, Form(guest): Form<Guest>) -> Response {
    demo.page("Sign in", "", html! {}, &sign_in_form(demo.organisation(), &guest.user, None))
}

/// Signs in as any application would: with the directory and nothing else.
async fn sign_in(State(demo): State<Arc<Demo>>, Form(form): Form<Credentials>) -> Response {
    let ports = demo.app.ports();
    let signed_in = match UserId::parse(&form.username) {
        Ok(user_id) => ports.directory.sign_in(&user_id, &form.password, ports.clock.now()).await,
        Err(_) => Ok(SignIn::Refused),
    };
    match signed_in {
        Ok(SignIn::Accepted(account)) => demo.page("Signed in", "../", html! {}, &account::welcome(&demo, &account)),
        Ok(SignIn::Refused) => {
            let error = "Wrong email or password, or the account is locked.";
            demo.page("Sign in", "../", html! {}, &sign_in_form(demo.organisation(), &form.username, Some(error)))
        }
        Err(error) => {
            tracing::warn!(%error, "the demo's sign-in");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// An ordinary sign-in form. What Regain asks of a page is its last lines: each link with its tag.
fn sign_in_form(organisation: &str, user_id: &str, error: Option<&str>) -> Markup {
    html! {
        main.sign-in {
            header { (page::brand(organisation, None)) }
            section.card {
                h1 { "Sign in" }
                p.lead { "Use your work account." }
                @if let Some(error) = error {
                    p #error .error role="alert" data-testid="sign-in-error" { (error) }
                }
                form method="post" action="/demo/sign-in" {
                    label for="user-id" { "Email" }
                    input #user-id name="username" type="text" inputmode="email" autocomplete="username"
                        autocapitalize="none" spellcheck="false" required value=(user_id)
                        aria-describedby=[error.map(|_| "error")];
                    label for="password" { "Password" }
                    input #password name="password" type="password" autocomplete="current-password" required
                        autofocus[error.is_some()] aria-describedby=[error.map(|_| "error")];
                    button type="submit" { "Sign in" }
                }
                p.below {
                    a #cant-access href="/reset" { "Can't access your account?" }
                }
                p.below { a #unlock href="/unlock" { "Unlock your account" } }
                script src="/regain.js" data-link="#cant-access" defer {}
                script src="/regain.js" data-link="#unlock" data-flow="unlock" defer {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
