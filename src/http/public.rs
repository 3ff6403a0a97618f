//! The public listener: the open log as a C2SP tiled log (c2sp.org/tlog-tiles).
//!
//! Read-only, and made of a [`Publication`] alone: what is not published cannot be
//! reached from here. Tiles never change, so caches keep them; the checkpoint is
//! never kept.

use super::blocking;
use super::listening::{bound, serve_on};
use super::problem::{self, Problem, internal};
use crate::publication::{Head, Publication};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use plumbline_replay::integrity::tile::{Content, Tile};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

type Log = Arc<Publication>;

/// A week: a tile is immutable, and a CDN decides for itself.
const IMMUTABLE: &str = "public, max-age=604800, immutable";

fn router(open: Log) -> Router {
    Router::new()
        .route("/log/open/checkpoint", get(checkpoint))
        .route("/log/open/checkpoint.sm3", get(sm3_head))
        .route("/log/open/key-changes", get(key_changes))
        .route("/log/open/tile/{*rest}", get(tile))
        .fallback(problem::no_such_address)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(map_response(unkept))
        .with_state(open)
}

/// Serves the open log to anyone until `stop` resolves.
pub async fn serve_public(
    open: Log,
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = bound(address, started).await?;
    serve_on(listener, router(open), stop).await
}

/// Refusals are of this moment: a cache that kept "no such tile" would hide the tile once
/// the log has grown. Pages elsewhere may read them as well.
async fn unkept(mut answer: Response) -> Response {
    if !answer.status().is_success() {
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(OPEN.map(|(name, value)| (Some(name), value)));
    }
    answer
}

/// What every answer says: any page may read it, and it is only what it says.
const OPEN: [(HeaderName, HeaderValue); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// `GET /log/open/checkpoint`
async fn checkpoint(State(log): State<Log>) -> Result<Response, Problem> {
    Ok(note(published(&log)?.note.clone()))
}

/// `GET /log/open/checkpoint.sm3`
async fn sm3_head(State(log): State<Log>) -> Result<Response, Problem> {
    let sm3 = published(&log)?.sm3.clone().ok_or_else(|| {
        let detail = "此日志没有 SM3 检查点 / this log has no SM3 head";
        Problem::new(StatusCode::NOT_FOUND, "no-sm3-head", detail)
    })?;
    Ok(note(sm3))
}

fn published(log: &Publication) -> Result<Arc<Head>, Problem> {
    log.published().ok_or_else(|| {
        let detail = "尚未发布 / nothing is published yet";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-published", detail)
    })
}

fn note(text: String) -> Response {
    let kind =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (OPEN, kind, text).into_response()
}

/// `GET /log/open/key-changes`: the entries that change the log's key, rotations and
/// restorations, one a line; beside C2SP, for who holds an earlier key.
async fn key_changes(State(log): State<Log>) -> Result<Response, Problem> {
    let lines = blocking(move || {
        let size = log.published().map_or(0, |head| head.checkpoint.size);
        log.key_changes(size).map_err(|error| internal(&error.to_string()))
    })
    .await?;
    let kind =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((OPEN, kind, lines).into_response())
}

/// `GET /log/open/tile/<L>/<N>[.p/<W>]` and `/log/open/tile/entries/<N>[.p/<W>]`
async fn tile(
    State(log): State<Log>,
    Path(rest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path = format!("tile/{rest}");
    let tile = Tile::parse(&path).ok_or_else(|| no_such_tile(&path))?;
    let squeeze = tile.content == Content::Entries && takes_gzip(&headers);
    let bytes = blocking(move || {
        let size = log.published().map_or(0, |head| head.checkpoint.size);
        let found = log.bytes(&tile, size).map_err(|error| internal(&error.to_string()))?;
        let bytes = found.ok_or_else(|| no_such_tile(&path))?;
        if squeeze { gzip(&bytes).map_err(|error| internal(&error.to_string())) } else { Ok(bytes) }
    })
    .await?;
    let kind = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, IMMUTABLE),
        (header::VARY, "accept-encoding"),
    ];
    let coding = squeeze.then_some([(header::CONTENT_ENCODING, "gzip")]);
    let mut answer = (OPEN, kind, bytes).into_response();
    for (name, value) in coding.into_iter().flatten() {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}

fn no_such_tile(path: &str) -> Problem {
    let detail = format!(
        "没有 {path}:写法不对,或超出检查点 / there is no {path}: not an address of a tile, or \
         beyond the checkpoint"
    );
    Problem::new(StatusCode::NOT_FOUND, "no-such-tile", detail)
}

/// Whether a request accepts gzip: named, and not with the weight 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let codings = named.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    codings.map(str::trim).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map(str::trim);
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_none_or(|q| q.parse() != Ok(0.0))
    })
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_given_to_who_accepts_it() {
        for (value, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, br", false),
            ("identity", false),
            ("*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(takes_gzip(&headers), takes, "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
