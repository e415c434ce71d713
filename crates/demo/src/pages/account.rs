//! The page of people who have signed in, which offers them to change the password and the security info. The
//! demonstration plays the program where people are signed in, as `docs/signed-in.md` describes it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use regain_protocol::{FlowKind, Secret};
use regain_server::{
    engine::InfoDue,
    ports::{Account, random_id},
};
use serde::{Deserialize, Serialize};

use super::{Demo, guard::is_from_here, page};
use crate::assertions::{Claims, ISSUER};

/// For how long a page remembers who has signed in on it.
const SIGNED_IN_FOR: SignedDuration = SignedDuration::from_mins(30);

/// For how long an assertion is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Binds a sealed proof to its use.
const CONTEXT: &str = "demo: signed in";

/// That somebody has signed in, as the page holds it: sealed, in no cookie and no address. It is gone with
/// the page.
#[derive(Serialize, Deserialize)]
struct SignedIn {
    user_id: String,
    until: Timestamp,
}

/// The page of a person who has signed in.
pub(super) fn welcome(demo: &Demo, account: &Account) -> Markup {
    let now = demo.app.ports().clock.now();
    let rules = demo.app.flows().rules();
    let offers = |kind| rules.kinds.contains(&kind);
    let (change, register) = (offers(FlowKind::Change), offers(FlowKind::Register));
    // The demonstration has no word where another program's counts: people sign in once more.
    let proof = demo.signer.is_some().then(|| prove(demo, account, now));
    let due = rules.info_due(account, now).map(|due| match due {
        InfoDue::Missing(_) if has_nothing(account) => {
            "You have no security info yet, so there is no way back in if you forget your password. It takes a \
             minute to add."
        }
        InfoDue::Missing(1) => "You need one more method to get back into your account. It takes a minute to add.",
        InfoDue::Missing(_) => "You need more methods to get back into your account. It takes a minute to add them.",
        InfoDue::Stale => "It’s been a while since you checked your security info. Is it still correct?",
    });
    // The loader is to enhance a link that there is; the demonstration's own script then opens both.
    let link = if change { "#change-password" } else { "#security-info" };
    html! {
        main.sign-in {
            header { (page::brand(demo.organisation(), None)) }
            section #account .card data-user-id=(account.user_id) data-proof=[proof.as_deref()] {
                h1 { "Welcome, " (account.display_name) }
                p data-testid="signed-in" { "You're signed in as " strong { bdi { (account.user_id) } } }
                @if let Some(words) = due {
                    p.due data-testid="security-info-due" { (words) }
                }
                @if change {
                    p.action { a #change-password href="/change" data-flow="change" { "Change my password" } }
                }
                @if register {
                    p.action { a #security-info href="/register" data-flow="register" { "My security info" } }
                }
                p.below { a href="/" { "Sign out" } }
                @if change || register {
                    // Before the loader: it hears of a click first.
                    script src="/demo/account.js" {}
                    script src="/regain.js" data-link=(link) data-flow=(if change { "change" } else { "register" }) async {}
                }
            }
        }
    }
}

fn has_nothing(account: &Account) -> bool {
    account.mails.is_empty() && account.phones.is_empty() && account.questions.is_empty() && !account.authenticator
}

/// Seals that somebody has signed in.
fn prove(demo: &Demo, account: &Account, now: Timestamp) -> String {
    let signed_in = SignedIn { user_id: account.user_id.to_string(), until: now + SIGNED_IN_FOR };
    let json = serde_json::to_vec(&signed_in).expect("a user ID and a time are JSON");
    demo.app.keys().seal(&*demo.app.ports().rng, CONTEXT, &Secret::new(json))
}

/// Gives an assertion to a page on which somebody has signed in.
pub(super) async fn assertion(State(demo): State<Arc<Demo>>, headers: HeaderMap, proof: String) -> Response {
    if !is_from_here(&headers) {
        return (StatusCode::FORBIDDEN, "Only the demonstration's own page may do that.\n").into_response();
    }
    // Another program's word counts then, so nobody is given this one's.
    let Some(signer) = &demo.signer else { return StatusCode::NOT_FOUND.into_response() };
    let now = demo.app.ports().clock.now();
    let opened = demo.app.keys().open(CONTEXT, &proof).ok();
    let signed_in = opened.and_then(|json| serde_json::from_slice::<SignedIn>(json.expose()).ok());
    let Some(SignedIn { user_id, .. }) = signed_in.filter(|signed_in| signed_in.until > now) else {
        return (StatusCode::UNAUTHORIZED, "Sign in again.\n").into_response();
    };
    let claims = Claims {
        iss: ISSUER,
        aud: &demo.app.config().server.public_url,
        sub: &user_id,
        iat: now.as_second(),
        exp: (now + GOOD_FOR).as_second(),
        jti: random_id(&*demo.app.ports().rng),
    };
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, signer.sign(&claims)).into_response()
}

/// Opens the widget on the page.
pub(super) async fn script(headers: HeaderMap) -> Response {
    super::base::script(include_str!("account.js"), &headers)
}
