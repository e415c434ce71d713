//! `GET /v1/range/{prefix}`: breached passwords for browsers, in the form of Have I Been Pwned, so that a
//! person hears of it before they submit. The browser sends five of the forty digits of a hash, and looks
//! for the rest itself; nothing is kept about who asked for what.

mod throttle;

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRequestParts as _, Path, Request, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use throttle::Throttle;
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{openapi::RangeProblems, request_time::RequestTime, respond};
use crate::{
    app::App,
    breached::{self, Prefix},
    client::Client,
    engine::Allowance,
    flows::Reply,
    ports::Breached,
};

/// Number of ranges that are looked up at a time. A browser that is turned away goes on without.
const AT_A_TIME: usize = 16;

/// For how long an answer may be kept, a day: the lists grow a few times a year.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// State of the endpoint.
pub(super) struct Ranges {
    app: Arc<App>,
    breached: Arc<dyn Breached>,
    throttle: Throttle,
    permits: Semaphore,
}

/// The endpoint; no address where breached passwords are not looked up.
pub(super) fn routes(app: &Arc<App>) -> Router {
    let Some(breached) = app.ports().breached.clone() else { return Router::new() };
    let (throttle, permits) = (Throttle::default(), Semaphore::new(AT_A_TIME));
    let ranges = Ranges { app: Arc::clone(app), breached, throttle, permits };
    api().with_state(Arc::new(ranges)).into()
}

/// The endpoint with its description.
pub(super) fn api() -> OpenApiRouter<Arc<Ranges>> {
    OpenApiRouter::default().routes(routes!(range))
}

const ABOUT: &str = "\
The lookup of Have I Been Pwned: the first five hexadecimal digits of the SHA-1 hash of a password (in UTF-8) are \
answered by the other 35 of every breached password that begins so, each with how often it was seen. Lines with a \
count of 0 stand for no password: they make all answers about equally long. There is such an address only where a \
policy's `server_checks` have `breached`.";

/// `GET /v1/range/{prefix}`
#[utoipa::path(
    get,
    path = "/v1/range/{prefix}",
    operation_id = "getRange",
    tag = "Server",
    summary = "Breached passwords whose hash begins so",
    description = ABOUT,
    params(("prefix" = String, Path, description = "The first five digits, in any case", pattern = "^[0-9A-Fa-f]{5}$")),
    responses(
        (
            status = 200, description = "The range, a line `<35 digits>:<count>` each",
            body = String, content_type = "text/plain",
            headers(("Cache-Control" = String, description = "It may be kept for a day: `public, max-age=86400`")),
        ),
        RangeProblems,
    )
)]
async fn range(State(ranges): State<Arc<Ranges>>, Path(prefix): Path<String>, request: Request) -> Response {
    let mut parts = request.into_parts().0;
    let app = &ranges.app;
    let Some(prefix) = Prefix::parse(&prefix) else { return respond::not_found().await.into_response() };
    let Ok(client) = Client::from_request_parts(&mut parts, app).await;
    let Ok(RequestTime(now)) = RequestTime::from_request_parts(&mut parts, app).await;
    let limit = app.config().limits.ranges_per_client;
    if let Err(retry_at) = ranges.throttle.charge(&shares(client, limit), now) {
        return Reply::rate_limited(retry_at, now, None).into_response();
    }
    let Ok(_permit) = ranges.permits.try_acquire() else { return Reply::unavailable().into_response() };
    match ranges.breached.range(prefix).await {
        Ok(mut range) => {
            // A password that the server takes is not to be called known.
            let least = app.config().password.breached.min_count;
            range.retain(|hash| hash.count >= least);
            let headers: [(HeaderName, HeaderValue); 3] = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
                (header::CACHE_CONTROL, KEPT),
                (
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
                ),
            ];
            (headers, breached::padded(&range, &*app.ports().rng)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a browser goes on without");
            Reply::unavailable().into_response()
        }
    }
}

/// The limits of a client's networks; of all clients together whose network is not known.
fn shares(client: Client, limit: u32) -> Vec<(String, u32)> {
    let Some(network) = client.network() else { return vec![(String::new(), limit)] };
    let share = |Allowance { network, factor }| (network, limit.saturating_mul(factor));
    network.allowances().into_iter().map(share).collect()
}
