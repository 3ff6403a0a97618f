//! What operators do over HTTP: close a log, erase a subject. A key says who; the roles
//! of the sealed log say whether they have the power.

use super::asked::{self, Asked, OfLog, Reading};
use super::bearer::{Holder, holder, two_holders};
use super::keys::Purpose;
use super::problem::Problem;
use super::reading::reader;
use super::{Shared, blocking};
use crate::index::{Field, Query};
use crate::ledger::closing;
use crate::opening::{Erasure, erase, has_power};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use plumbline_replay::streams::STREAM;
use serde::Deserialize;
use serde_json::{Value, json};

/// Refuses whoever has not a power now.
fn powerful(service: &Shared, who: &Holder, power: &str) -> Result<(), Problem> {
    let who = who.name();
    if has_power(&service.ledger, who, power)? {
        return Ok(());
    }
    tracing::warn!(who, power, "refused: no role gives this power");
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "not-allowed",
        format!(
            "{who} 所任角色没有此项职权 {power};由 plumb vault grant 授予 / no role gives {who} the power \
             {power}: `plumb vault grant` does"
        ),
    ))
}

/// `POST /api/v1/closings?log=`
#[utoipa::path(
    post,
    path = "/api/v1/closings",
    tag = "proofs",
    operation_id = "close",
    summary = "现在日结:把各案的条数与末条的索引写入账中 / close now: the index of all streams, recorded",
    security(("key" = ["administer"])),
    params(OfLog),
    responses(
        (status = 201, description = "已日结 / closed", body = ref("#/components/schemas/Receipt")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn close(
    State(service): State<Shared>,
    Asked(asked): Asked<OfLog>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = holder(&service, &headers, Purpose::Administer)?;
    let log = asked.written(&who)?;
    blocking(move || {
        powerful(&service, &who, "close")?;
        let receipt = closing::record(&service.ledger, log)?;
        let kind = [(axum::http::header::CONTENT_TYPE, "application/json")];
        Ok((StatusCode::CREATED, kind, receipt.to_line()).into_response())
    })
    .await
}

/// `GET /api/v1/closings?log=`
#[utoipa::path(
    get,
    path = "/api/v1/closings",
    tag = "proofs",
    operation_id = "closings",
    summary = "已作的日结 / the closings so far",
    security((), ("key" = ["read-sealed"])),
    params(OfLog),
    responses(
        (status = 200, description = "日结,依序 / the closings in order", body = ref("#/components/schemas/Closings")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn closings(
    State(service): State<Shared>,
    reading: Reading,
    Asked(asked): Asked<OfLog>,
) -> Result<Json<Value>, Problem> {
    let log = asked.log(&reading)?;
    blocking(move || {
        let reader = reader(&service, log)?;
        let query = Query::new().with(Field::Stream, STREAM);
        let found = reader.find(&query, 0, reader.size(), usize::MAX)?;
        let listed: Vec<Value> =
            found.iter().filter_map(|(_, entry)| closing::to_json(log, entry)).collect();
        Ok(Json(json!({"schema": "plumbline.closings/1", "closings": listed})))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    subject: String,
    ground: Option<String>,
    basis: String,
}

/// `POST /api/v1/vault/erasures`
#[utoipa::path(
    post,
    path = "/api/v1/vault/erasures",
    tag = "vault",
    operation_id = "erase",
    summary = "双人销毁一个主体的密钥 / destroy a subject's key on the word of two keys",
    security(("key" = ["administer"])),
    params(("Second-Authorization" = String, Header,
        description = "另一人的密钥,Bearer … / the key of a second person")),
    request_body(content((ref("#/components/schemas/ErasureRequest") = "application/json"))),
    responses(
        (status = 200, description = "密钥已销毁并留痕 / destroyed, on record", body = ref("#/components/schemas/Erasure")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 408, response = Problem),
        (status = 413, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn erase_subject(
    State(service): State<Shared>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let [first, second] = two_holders(&service, &headers, Purpose::Administer)?;
    let asked: Request = asked::json(sent)?;
    blocking(move || {
        powerful(&service, &first, "erase")?;
        powerful(&service, &second, "erase")?;
        let erasure = Erasure {
            subject: &asked.subject,
            ground: asked.ground.as_deref().unwrap_or("个保法47"),
            basis: &asked.basis,
            approved_by: [first.name(), second.name()],
        };
        let erased = erase(&service.ledger, &erasure)?;
        Ok(Json(json!({
            "schema": "plumbline.erasure/1", "subject": asked.subject,
            "events": erased.events, "destroyed": erased.destroyed,
        })))
    })
    .await
}
