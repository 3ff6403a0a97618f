//! The listener of a witness: `POST /add-checkpoint` of c2sp.org/tlog-witness, and
//! what the witness has seen.

use super::blocking;
use super::listening::{bound, serve_on};
use super::problem::Problem;
use super::problem::{self, internal};
use crate::clock::Clock;
use crate::witness::{Answer, Witness};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

/// A proof has at most 63 hashes, a checkpoint some lines.
const BODY_BYTES_MAX: usize = 64 << 10;
const TEXT: &str = "text/plain; charset=utf-8";

#[derive(Clone)]
struct Serving {
    witness: Arc<Witness>,
    clock: Arc<dyn Clock>,
}

/// Serves a witness until `stop` resolves.
pub async fn serve_witness(
    witness: Arc<Witness>,
    clock: Arc<dyn Clock>,
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = bound(address, started).await?;
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/checkpoints", get(seen))
        .fallback(problem::no_such_address)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Serving { witness, clock });
    serve_on(listener, router, stop).await
}

async fn add_checkpoint(State(serving): State<Serving>, body: Bytes) -> Result<Response, Problem> {
    let seconds = u64::try_from(serving.clock.now().div_euclid(1_000_000)).unwrap_or(0);
    let witness = serving.witness;
    let answer = blocking(move || Ok(witness.add_checkpoint(&body, seconds))).await?;
    let (status, kind, text) = match answer {
        Answer::Cosigned(line) => (StatusCode::OK, TEXT, line),
        Answer::Malformed(reason) => (StatusCode::BAD_REQUEST, TEXT, reason + "\n"),
        Answer::NotSigned => {
            (StatusCode::FORBIDDEN, TEXT, "no signature by a trusted key of the log\n".to_owned())
        }
        Answer::UnknownLog => {
            (StatusCode::NOT_FOUND, TEXT, "not a log of this witness\n".to_owned())
        }
        Answer::Size(size) => (StatusCode::CONFLICT, "text/x.tlog.size", format!("{size}\n")),
        Answer::Behind { theirs, ours } => {
            tracing::warn!(
                theirs,
                ours,
                "fewer entries than were cosigned: a late request, or a log cut back"
            );
            (StatusCode::CONFLICT, "text/x.tlog.size", format!("{ours}\n"))
        }
        Answer::Fork(size) => {
            tracing::error!(size, "a log's key has signed two roots over as many entries");
            (StatusCode::CONFLICT, "text/x.tlog.size", format!("{size}\n"))
        }
        Answer::Inconsistent(reason) => {
            tracing::warn!(reason, "no proof that the log continues what was cosigned");
            (StatusCode::UNPROCESSABLE_ENTITY, TEXT, reason + "\n")
        }
        Answer::Failed(reason) => return Err(internal(&reason)),
    };
    Ok((status, [(header::CONTENT_TYPE, kind)], text).into_response())
}

/// `GET /checkpoints`: for people and monitors; what was seen of each log.
async fn seen(State(serving): State<Serving>) -> Result<Json<Value>, Problem> {
    let witness = serving.witness;
    blocking(move || {
        let seen = witness.seen().map_err(|error| internal(&error.to_string()))?;
        let logs: Vec<Value> = seen
            .into_iter()
            .map(|log| {
                json!({"origin": log.origin, "size": log.size, "note": log.note,
                    "contradictions": log.forks, "unproved": log.unproved})
            })
            .collect();
        Ok(Json(json!({"schema": "plumbline.witness/1", "vkey": witness.vkey(), "logs": logs})))
    })
    .await
}
