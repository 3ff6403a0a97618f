//! The signed checkpoint, and proofs that lead to it.

use super::asked::{Asked, OfLog, Reading, bad};
use super::problem::Problem;
use super::{Shared, blocking};
use crate::ledger::LogName;
use crate::ledger::checkpoints::latest;
use crate::proof::Tree;
use crate::proof::forms::base64;
use crate::publication::Head;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::proof::consistency;
use plumbline_replay::integrity::tlog_proof::TlogProof;
use serde_json::{Value, json};

const TEXT: &str = "text/plain; charset=utf-8";

fn text(body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")];
    (headers, body).into_response()
}

fn note(service: &Shared, log: LogName) -> Result<String, Problem> {
    Ok(latest(service.ledger.layout(), service.ledger.config(), log)?)
}

/// `GET /api/v1/checkpoints/latest`: the signed note, as C2SP writes it.
#[utoipa::path(
    get,
    path = "/api/v1/checkpoints/latest",
    tag = "proofs",
    summary = "最新的签名检查点 / the latest signed checkpoint",
    security((), ("key" = ["read-sealed"])),
    params(OfLog),
    responses((status = 200, description = "C2SP signed note", body = String, content_type = "text/plain"),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn checkpoint(
    State(service): State<Shared>,
    reading: Reading,
    Asked(asked): Asked<OfLog>,
) -> Result<Response, Problem> {
    let log = asked.log(&reading)?;
    blocking(move || note(&service, log)).await.map(text)
}

/// `GET /api/v1/proofs/inclusion/{position}`: a tlog-proof that an entry is in the
/// log, up to the latest checkpoint, which comes with it.
#[utoipa::path(
    get,
    path = "/api/v1/proofs/inclusion/{position}",
    tag = "proofs",
    summary = "包含证明 / an inclusion proof",
    security((), ("key" = ["read-sealed"])),
    params(("position" = u64, Path), OfLog),
    responses((status = 200, description = "C2SP tlog-proof", body = String, content_type = "text/plain"),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn included(
    State(service): State<Shared>,
    reading: Reading,
    Path(position): Path<String>,
    Asked(asked): Asked<OfLog>,
) -> Result<Response, Problem> {
    let (log, position) = (asked.log(&reading)?, number(&position)?);
    let proof = with_tree(service, log, move |tree, head| {
        let Checkpoint { size, root, .. } = head.checkpoint;
        let path = tree.inclusion(position, size, &root)?;
        let path = path.ok_or_else(|| beyond(position, size))?;
        Ok(TlogProof { index: position, path, note: head.note.clone() }.to_string())
    });
    proof.await.map(text)
}

/// `GET /api/v1/proofs/consistency/{old}`: that the log continues what it was when
/// it had `old` entries.
#[utoipa::path(
    get,
    path = "/api/v1/proofs/consistency/{old}",
    tag = "proofs",
    summary = "一致性证明 / a consistency proof",
    security((), ("key" = ["read-sealed"])),
    params(("old" = u64, Path, description = "较早的条数 / entries then"), OfLog),
    responses((status = 200, description = "RFC 9162 §2.1.4", body = ref("#/components/schemas/Consistency")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn continued(
    State(service): State<Shared>,
    reading: Reading,
    Path(old): Path<String>,
    Asked(asked): Asked<OfLog>,
) -> Result<Json<Value>, Problem> {
    let (log, old) = (asked.log(&reading)?, number(&old)?);
    with_tree(service, log, move |tree, head| {
        let size = head.checkpoint.size;
        let path = consistency(tree, old, size)?;
        let path = path.ok_or_else(|| beyond(old, size))?;
        Ok(Json(json!({
            "schema": "plumbline.consistency/1",
            "log": log.as_str(),
            "old": old,
            "new": size,
            "hashes": base64(&path),
            "checkpoint": head.note,
        })))
    })
    .await
}

fn number(text: &str) -> Result<u64, Problem> {
    let detail = "应为从 0 起的整数 / a whole number from 0 is wanted here";
    text.parse().map_err(|_| bad("bad-position", detail))
}

fn beyond(asked: u64, size: u64) -> Problem {
    let detail = format!(
        "账中没有 {asked},检查点有 {size} 条 / {asked} is beyond the {size} entries of the \
         checkpoint"
    );
    Problem::new(StatusCode::NOT_FOUND, "beyond-the-log", detail)
}

/// Makes a proof from the tree whose root is signed in the latest checkpoint.
async fn with_tree<T: Send + 'static>(
    service: Shared,
    log: LogName,
    make: impl FnOnce(&Tree, &Head) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    blocking(move || {
        let publication = service.publication(log);
        let head = publication.sign()?;
        make(&publication.tree(), &head)
    })
    .await
}
