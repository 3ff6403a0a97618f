//! Sealed members opened over HTTP: the key says who asks, the role what may be
//! seen.

use super::asked::{bad, json, log_of};
use super::problem::Problem;
use super::submit::submitter;
use super::{Shared, blocking};
use crate::opening::{Ask, Target, is_class, open, to_json};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    role: String,
    purpose: String,
    log: Option<String>,
    stream: Option<String>,
    event: Option<String>,
    #[serde(default)]
    classes: Vec<String>,
}

/// `POST /api/v1/vault/openings`
#[utoipa::path(
    post,
    path = "/api/v1/vault/openings",
    tag = "vault",
    operation_id = "openSealed",
    summary = "开启密封项:先留痕,后出示 / open sealed members: recorded first, then shown",
    security(("key" = [])),
    request_body(content((ref("#/components/schemas/OpeningRequest") = "application/json"))),
    responses(
        (status = 200, description = "已留痕并出示 / recorded and shown", body = ref("#/components/schemas/Opening")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 413, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn record_and_open(
    State(service): State<Shared>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let who = submitter(&service, &headers)?.to_owned();
    let asked: Request = json(sent)?;
    let log = log_of(asked.log.as_deref())?;
    if let Some(word) = asked.classes.iter().find(|word| !is_class(word)) {
        return Err(bad("no-such-class", &format!("没有这一类 / no such class: {word}")));
    }
    blocking(move || {
        let target = match (&asked.stream, &asked.event) {
            (Some(stream), None) => Target::Stream(stream),
            (None, Some(event)) => Target::Event(event),
            _ => {
                let detail = "stream 与 event 须且只须一个 / name either a stream or an event";
                return Err(bad("no-target", detail));
            }
        };
        let Request { role, purpose, classes, .. } = &asked;
        let ask = Ask { who: &who, role, purpose, log, target, classes };
        Ok(Json(to_json(&open(&service.ledger, &ask)?)))
    })
    .await
}
