//! Counts of requests, and of texts that were not delivered. Nothing in them is about a person.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};

/// Counts of requests by method, route and class of status, and the time that they took.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<Series, Tally>>,
    undelivered_texts: Arc<AtomicU64>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    method: &'static str,
    route: String,
    class: u16,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    requests: u64,
    time: Duration,
}

impl Metrics {
    /// Counts one. The route is the router's own pattern, never what the client wrote.
    pub(super) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let series = Series { method: known(method), route: route.to_owned(), class: status.as_u16() / 100 };
        let mut tallies = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry(series).or_default();
        tally.requests += 1;
        tally.time += took;
    }

    /// Counts the texts of which the provider said that they were not delivered.
    pub(super) fn undelivered_texts(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.undelivered_texts)
    }
}

/// The method, where it is a usual one: a client can make up any number of others.
pub(super) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tallies = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let labels = |Series { method, route, class }: &Series| {
            format!("{{method=\"{method}\",route=\"{route}\",status=\"{class}xx\"}}")
        };
        writeln!(f, "# HELP regain_http_requests_total Requests that were answered.")?;
        writeln!(f, "# TYPE regain_http_requests_total counter")?;
        for (series, tally) in &tallies {
            writeln!(f, "regain_http_requests_total{} {}", labels(series), tally.requests)?;
        }
        writeln!(f, "# HELP regain_http_request_seconds_total Time that answering them took, in all.")?;
        writeln!(f, "# TYPE regain_http_request_seconds_total counter")?;
        for (series, tally) in &tallies {
            writeln!(f, "regain_http_request_seconds_total{} {}", labels(series), tally.time.as_secs_f64())?;
        }
        writeln!(f, "# HELP regain_texts_undelivered_total Text messages that the provider could not deliver.")?;
        writeln!(f, "# TYPE regain_texts_undelivered_total counter")?;
        writeln!(f, "regain_texts_undelivered_total {}", self.undelivered_texts.load(Ordering::Relaxed))
    }
}
