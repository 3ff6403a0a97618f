//! A listener that parses what it is sent and keeps nothing: what `plumb bench
//! http` holds the real one against. It knows of no ledger and asks for no key.

use super::listening::{bound, serve_on};
use super::problem::Problem;
use super::submit::read_one;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use std::future::Future;
use std::hint::black_box;
use std::net::SocketAddr;

/// Answers `POST /api/v1/events` as soon as the event is read, until `stop` resolves.
pub async fn serve_parsing_only(
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/api/v1/events", post(parse_only))
        .layer(DefaultBodyLimit::max(super::BODY_BYTES_MAX));
    let listener = bound(address, started).await?;
    serve_on(listener, router, stop).await
}

async fn parse_only(headers: HeaderMap, sent: Bytes) -> Result<StatusCode, Problem> {
    black_box(read_one(&headers, &sent)?);
    Ok(StatusCode::CREATED)
}
