//! The time of a request: one reading of the server's clock, by which it is carried out and dated.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

use crate::{app::App, ports::Clock};

/// The time of a request, in whole seconds: what the API says and what is decided by are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestTime(pub(super) Timestamp);

impl RequestTime {
    /// The reading of this request; the clock is read where it was not yet.
    fn of(extensions: &mut Extensions, clock: &dyn Clock) -> Self {
        *extensions.get_or_insert_with(|| {
            let now = clock.now();
            Self(Timestamp::from_second(now.as_second()).unwrap_or(now))
        })
    }

    /// As `Date` has it (RFC 9110, 5.6.7); `None` for a year that it has no digits for.
    fn header(self) -> Option<HeaderValue> {
        DateTimePrinter::new().timestamp_to_rfc9110_string(&self.0).ok()?.try_into().ok()
    }
}

impl FromRequestParts<Arc<App>> for RequestTime {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self::of(&mut parts.extensions, &*app.ports().clock))
    }
}

/// Reads the clock for a request, and dates the response by that reading. The HTTP library's own `Date` is not used: it
/// is cached by a clock that only goes forward, and stays in the future when the wall clock is set back.
pub(super) async fn date(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let time = RequestTime::of(request.extensions_mut(), &*app.ports().clock);
    let mut response = next.run(request).await;
    if let Some(date) = time.header() {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
