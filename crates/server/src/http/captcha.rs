//! `GET /v1/captcha/{sealed}.wav`: the digits of a picture, spoken. What to say is sealed in the
//! address itself, so this looks nothing up in the store, and asks for no token, which an `<audio>`
//! element could not send.

use std::{ops::Range, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{headers, openapi::FileProblems, request_time::RequestTime, respond};
use crate::app::App;

/// `GET /v1/captcha/{sealed}.wav`
#[utoipa::path(
    get,
    path = "/v1/captcha/{file}",
    operation_id = "getSpokenCaptcha",
    tag = "Flows",
    summary = "A challenge's picture, spoken",
    params(("file" = String, Path, description = "As the challenge's `audio` names it")),
    responses(
        (
            status = 200, description = "The whole sound", content_type = "audio/wav",
            headers(("Accept-Ranges" = String, description = "`bytes`")),
        ),
        (
            status = 206, description = "The part that `Range` asks for", content_type = "audio/wav",
            headers(("Accept-Ranges" = String, description = "`bytes`"), ("Content-Range" = String)),
        ),
        (
            status = 416, description = "There is no such part", content_type = "audio/wav",
            headers(("Accept-Ranges" = String, description = "`bytes`"), ("Content-Range" = String)),
        ),
        FileProblems,
    )
)]
pub(super) async fn spoken(
    State(app): State<Arc<App>>,
    RequestTime(now): RequestTime,
    Path(file): Path<String>,
    request: HeaderMap,
) -> Response {
    let Some(sealed) = file.strip_suffix(".wav") else { return respond::not_found().await.into_response() };
    match app.drawings().sound(sealed, now).await {
        Ok(Some(wav)) => answer(&wav, &request),
        Ok(None) => respond::not_found().await.into_response(),
        Err(error) => respond::not_drawn(error).into_response(),
    }
}

/// The whole or the part that is asked for (RFC 9110 section 14): Safari plays nothing that it can't
/// have in parts.
fn answer(wav: &Bytes, request: &HeaderMap) -> Response {
    let asked = request.get(header::RANGE).and_then(|range| range.to_str().ok());
    let part = asked.and_then(|asked| part(asked, wav.len()));
    let (status, content_range, bytes) = match part {
        None => (StatusCode::OK, None, wav.clone()),
        Some(part) if part.is_empty() => {
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{}", wav.len())), Bytes::new())
        }
        Some(part) => {
            let content_range = format!("bytes {}-{}/{}", part.start, part.end - 1, wav.len());
            (StatusCode::PARTIAL_CONTENT, Some(content_range), wav.slice(part))
        }
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    if let Some(text) = content_range {
        response.headers_mut().insert(header::CONTENT_RANGE, text.parse().expect("digits are a header value"));
    }
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers::for_every_page(response.headers_mut());
    response
}

/// The one part that a `Range` header asks for, empty for one that isn't there; `None` for what is to
/// be ignored: several parts, another unit.
fn part(range: &str, length: usize) -> Option<Range<usize>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok())?;
    let part = match (first.trim(), last.trim()) {
        ("", last) => length.saturating_sub(number(last)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => number(first)?..number(last)?.saturating_add(1).min(length),
    };
    Some(if part.start < part.end { part } else { 0..0 })
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_as_browsers_ask_for_them() {
        for (asked, expected) in [
            ("bytes=0-1", Some(0..2)),
            ("bytes=0-", Some(0..100)),
            ("bytes=90-200", Some(90..100)),
            ("bytes=-10", Some(90..100)),
            ("bytes=-200", Some(0..100)),
            ("bytes=100-", Some(0..0)),
            ("bytes=-0", Some(0..0)),
            ("bytes=5-2", Some(0..0)),
            ("bytes=0-1,5-6", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("lines=0-1", None),
            ("bytes", None),
        ] {
            assert_eq!(part(asked, 100), expected, "{asked}");
        }
    }
}
