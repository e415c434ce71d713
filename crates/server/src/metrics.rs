//! Counts and durations of requests, and counts of texts that were not delivered. Nothing in them is about a person.

use std::{fmt, time::Duration};

use axum::http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

/// The upper bounds of the duration's buckets, in seconds; the last is the default of `server.request_timeout_s`.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Counts and durations of requests by method, route and class of status.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    undelivered_texts: Counter,
}

/// Each from a closed set: a client can add none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: String,
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let undelivered_texts = Counter::default();
        let mut registry = Registry::with_prefix("regain");
        // The names of counters get their `_total` when they are written.
        registry.register("http_requests", "Requests that were answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time that answering requests took", durations.clone());
        registry.register(
            "texts_undelivered",
            "Text messages that the provider could not deliver",
            undelivered_texts.clone(),
        );
        Self { registry, requests, durations, undelivered_texts }
    }
}

impl Metrics {
    /// Counts a request. The route is the router's own pattern, never what the client wrote.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let labels = Labels { method: known(method), route: route.to_owned(), status: class(status) };
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counter of the texts of which the provider said that they were not delivered.
    pub(crate) fn undelivered_texts(&self) -> Counter {
        self.undelivered_texts.clone()
    }
}

/// The method, where it is a usual one: a client can make up any number of others.
pub(crate) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// Writes Prometheus' text format, version 0.0.4.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        prometheus_text::encode(f, &self.registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_and_timed_by_method_route_and_class() {
        let metrics = Metrics::default();
        metrics.count(&Method::GET, "/v1/config", StatusCode::OK, Duration::from_millis(3));
        metrics.count(&Method::GET, "/v1/config", StatusCode::NOT_MODIFIED, Duration::from_millis(3));
        metrics.count(&Method::GET, "/v1/config", StatusCode::OK, Duration::from_millis(500));
        metrics.count(&"BREW".parse().expect("a method"), "none", StatusCode::NOT_FOUND, Duration::from_mins(1));
        metrics.undelivered_texts().inc();
        let text = metrics.to_string();
        for line in [
            "# TYPE regain_http_requests_total counter",
            r#"regain_http_requests_total{method="GET",route="/v1/config",status="2xx"} 2"#,
            r#"regain_http_requests_total{method="GET",route="/v1/config",status="3xx"} 1"#,
            r#"regain_http_requests_total{method="other",route="none",status="4xx"} 1"#,
            "# TYPE regain_http_request_duration_seconds histogram",
            r#"regain_http_request_duration_seconds_sum{method="GET",route="/v1/config",status="2xx"} 0.503"#,
            r#"regain_http_request_duration_seconds_count{method="GET",route="/v1/config",status="2xx"} 2"#,
            r#"regain_http_request_duration_seconds_bucket{method="GET",route="/v1/config",status="2xx",le="0.25"} 1"#,
            r#"regain_http_request_duration_seconds_bucket{method="other",route="none",status="4xx",le="30"} 0"#,
            r#"regain_http_request_duration_seconds_bucket{method="other",route="none",status="4xx",le="+Inf"} 1"#,
            "# TYPE regain_texts_undelivered_total counter",
            "regain_texts_undelivered_total 1",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
    }

    /// All texts of a JSON document.
    fn texts(value: &serde_json::Value) -> Vec<&str> {
        match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(values) => values.iter().flat_map(texts).collect(),
            serde_json::Value::Object(members) => members.values().flat_map(texts).collect(),
            _ => Vec::new(),
        }
    }

    /// A dashboard shows nothing where a metric, a label or a route has another name.
    #[test]
    fn the_dashboard_names_what_is_exposed() {
        let metrics = Metrics::default();
        metrics.count(&Method::POST, "/v1/flows", StatusCode::OK, Duration::from_millis(3));
        let exposed = metrics.to_string();
        let dashboard = include_str!("../../../packaging/grafana.json");
        let dashboard: serde_json::Value = serde_json::from_str(dashboard).expect("JSON");
        let contract = include_str!("../../../docs/openapi.json");
        let mut named = std::collections::BTreeSet::new();
        for query in texts(&dashboard).into_iter().filter(|text| text.contains("regain_")) {
            let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            for metric in words.filter(|word| word.starts_with("regain_")) {
                let is_exposed =
                    |line: &str| line.strip_prefix(metric).is_some_and(|rest| rest.starts_with(['{', ' ']));
                assert!(exposed.lines().any(is_exposed), "{metric} is not exposed: {query}");
                named.insert(metric);
            }
            for selector in query.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
                for (label, value) in selector.split(',').filter_map(|matcher| matcher.split_once('=')) {
                    // Prometheus itself says whose metrics they are.
                    let is_known = label == "instance" || exposed.contains(&format!("{label}=\""));
                    assert!(is_known, "the label {label} is not exposed: {query}");
                    assert!(
                        label != "route" || contract.contains(&format!("{value}:")),
                        "{value} is no route: {query}"
                    );
                }
            }
        }
        let families = exposed.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
        for family in families {
            assert!(named.iter().any(|metric| metric.starts_with(family)), "the dashboard shows nothing of {family}");
        }
    }
}
