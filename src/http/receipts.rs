//! A receipt asked for again: signed, and with a proof.

use super::asked::{Asked, OfLog, Reading};
use super::problem::{Problem, internal};
use super::reading::reader;
use super::{Shared, blocking};
use crate::receipt::{self, Kept};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// `GET /api/v1/receipts/{system}/{id}`: the receipt of an event, signed, with the
/// proof that its promise is kept.
#[utoipa::path(
    get,
    path = "/api/v1/receipts/{system}/{id}",
    tag = "events",
    operation_id = "receipt",
    summary = "补取回执:有签名,附存在证明 / a receipt again: signed, with a proof of inclusion",
    security((), ("key" = ["read-sealed"])),
    params(("system" = String, Path), ("id" = String, Path), OfLog),
    responses(
        (status = 200, description = "回执 / the receipt", body = ref("#/components/schemas/Receipt")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn of_event(
    State(service): State<Shared>,
    reading: Reading,
    Path((system, id)): Path<(String, String)>,
    Asked(asked): Asked<OfLog>,
) -> Result<Json<Value>, Problem> {
    let log = asked.log(&reading)?;
    blocking(move || {
        let found = receipt::of_event(&reader(&service, log)?, &system, &id)?;
        let found = found.ok_or_else(|| {
            let detail = format!("没有这一事件 / no event {id} of {system}");
            Problem::new(StatusCode::NOT_FOUND, "no-such-entry", detail)
        })?;
        let mut value = service.signer.signed(&found);
        match receipt::prove(&service.publication(log), found.position, &found.hash)? {
            Kept::Proved(proof) => value["proof"] = json!(proof),
            Kept::Broken(_) => return Err(internal("an entry changed while it was proved")),
        }
        Ok(Json(value))
    })
    .await
}
