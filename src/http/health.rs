//! Whether the service is alive and ready, and its figures for Prometheus.

use super::asked::Reading;
use super::problem::Problem;
use super::{Shared, blocking};
use crate::ledger::LogName;
use crate::store::Store;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{Counter, Histogram, Unit, counter, gauge, histogram};
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

const REQUESTS: &str = "plumbline_http_requests_total";
const SECONDS: &str = "plumbline_http_request_seconds";
const ENTRIES: &str = "plumbline_log_entries";
const LOOKUP: &str = "plumbline_lookup_entries";
const MODELS: &str = "plumbline_models_entries";

/// Upper bounds, seconds.
const BOUNDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Counts of one service.
pub(super) struct Counts {
    recorder: PrometheusRecorder,
    /// The figures of each route met: counting a request makes no text.
    routes: RwLock<HashMap<String, Figures>>,
}

/// The figures of one route.
struct Figures {
    seconds: Histogram,
    answers: Vec<(Method, StatusCode, Counter)>,
}

impl Counts {
    pub fn new() -> Counts {
        let builder = PrometheusBuilder::new();
        let matcher = Matcher::Full(SECONDS.to_owned());
        let builder =
            builder.set_buckets_for_metric(matcher, &BOUNDS).expect("the bounds are not empty");
        let recorder = builder.build_recorder();
        metrics::with_local_recorder(&recorder, || {
            describe_counter!(REQUESTS, "Requests answered, by address, method and status");
            describe_histogram!(SECONDS, Unit::Seconds, "Time to the answer's head");
            describe_gauge!(ENTRIES, "Entries that are durable, by log");
            describe_gauge!(LOOKUP, "Entries that the lookup files answer for, by log");
            describe_gauge!(MODELS, "Entries folded into the read models, by log");
        });
        Counts { recorder, routes: RwLock::default() }
    }

    fn count(&self, route: &str, method: &Method, status: StatusCode, seconds: f64) {
        let met = |figures: &Figures| {
            let same = |row: &&(Method, StatusCode, Counter)| row.0 == *method && row.1 == status;
            let row = figures.answers.iter().find(same)?;
            figures.seconds.record(seconds);
            row.2.increment(1);
            Some(())
        };
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if known.get(route).and_then(met).is_some() {
            return;
        }
        drop(known);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        if routes.get(route).and_then(met).is_some() {
            return;
        }
        metrics::with_local_recorder(&self.recorder, || {
            let label = || route.to_owned();
            let figures = routes.entry(label()).or_insert_with(|| Figures {
                seconds: histogram!(SECONDS, "route" => label()),
                answers: Vec::new(),
            });
            let (shown, code) = (method.to_string(), status.as_str().to_owned());
            let counter =
                counter!(REQUESTS, "route" => label(), "method" => shown, "status" => code);
            figures.answers.push((method.clone(), status, counter));
            met(figures)
        });
    }
}

/// Counts a request. The address counted is the route's, so that no number of
/// streams makes more rows.
pub(super) async fn counted(
    State(service): State<Shared>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    service.counts.count(route, &method, response.status(), begun.elapsed().as_secs_f64());
    response
}

/// `GET /metrics`: the text form of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    summary = "Prometheus 指标;封存账的须有密钥 / figures; those of the sealed log need a key",
    security((), ("key" = ["metrics"])),
    responses((status = 200, description = "text/plain; version=0.0.4", body = String, content_type = "text/plain"),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn metrics(
    State(service): State<Shared>,
    reading: Reading,
) -> Result<Response, Problem> {
    let text = blocking(move || {
        for log in LogName::ALL {
            let size = service.ledger.store(log).size()?;
            let lookup = service.ledger.lookup(log).position();
            let models = service.following.of(log).totals().map(|told| told.position);
            metrics::with_local_recorder(&service.counts.recorder, || {
                gauge!(ENTRIES, "log" => log.as_str()).set(size as f64);
                gauge!(LOOKUP, "log" => log.as_str()).set(lookup as f64);
                // Models that cannot answer yet have no figure.
                if let Ok(position) = models {
                    gauge!(MODELS, "log" => log.as_str()).set(position as f64);
                }
            });
        }
        let handle = service.counts.recorder.handle();
        handle.run_upkeep();
        let text = handle.render();
        // How much the sealed log holds is told to whoever has a key for it.
        let sealed = format!("log=\"{}\"", LogName::Sealed);
        let told = |line: &&str| reading.may_count(LogName::Sealed) || !line.contains(&sealed);
        Ok(text.split_inclusive('\n').filter(told).collect::<String>())
    })
    .await?;
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// `GET /livez`
#[utoipa::path(
    get,
    path = "/livez",
    tag = "service",
    summary = "进程活着 / the process lives",
    responses((status = 200, description = "ok", body = String, content_type = "text/plain"),
    ),
)]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the logs can be read, and no witness contradicts them.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    summary = "日志可读 / the logs can be read",
    responses((status = 200, description = "ready", body = String, content_type = "text/plain"),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn ready(State(service): State<Shared>) -> Result<&'static str, Problem> {
    blocking(move || {
        for log in LogName::ALL {
            service.ledger.store(log).size()?;
            if let Some(refusal) = service.publication(log).contradiction() {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return Err(Problem::new(status, "witness-contradicts", refusal.to_string()));
            }
        }
        Ok("ready\n")
    })
    .await
}
