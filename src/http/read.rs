//! Reading: entries by position and in pages, the checkpoint, health.

use super::Shared;
use super::keys::log_named;
use super::problem::{Problem, internal};
use crate::ledger::LogName;
use crate::ledger::checkpoints::latest;
use crate::store::Store;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::entry::scan;
use serde::Deserialize;

const PAGE_MAX: usize = 500;
const PAGE_DEFAULT: usize = 100;
const READ_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
pub(super) struct LogQuery {
    log: Option<String>,
}

fn log_of(name: Option<&str>) -> Result<LogName, Problem> {
    log_named(name).ok_or_else(|| {
        let detail = "log 只能是 open 或 sealed / `log` is open or sealed";
        Problem::new(StatusCode::BAD_REQUEST, "no-such-log", detail)
    })
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| internal(&error.to_string()))?
}

/// `GET /api/v1/events/{position}`: the stored bytes exactly, for ever the same.
pub(super) async fn one(
    State(service): State<Shared>,
    Path(position): Path<u64>,
    Query(query): Query<LogQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = log_of(query.log.as_deref())?;
    let entry = blocking(move || {
        let blocks = service.ledger.store(log).read(position, 1);
        let blocks = blocks.map_err(|error| internal(&error.to_string()))?;
        let found = blocks
            .iter()
            .flat_map(|block| block.entries())
            .find(|(at, _, _)| *at == position)
            .map(|(_, _, entry)| entry.to_vec());
        found.ok_or_else(|| {
            let detail = format!("没有第 {position} 号记录 / no entry at position {position}");
            Problem::new(StatusCode::NOT_FOUND, "no-such-entry", detail)
        })
    })
    .await?;
    let tag = format!("\"{}\"", entry_hash(&entry));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given == tag.as_str());
    let caching = "private, max-age=31536000, immutable".to_owned();
    let common = [(header::ETAG, tag), (header::CACHE_CONTROL, caching)];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, [(header::CONTENT_TYPE, "application/json")], entry).into_response())
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    log: Option<String>,
    stream: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// A cursor fixes the size that the first page saw, so pages never shift.
fn cursor(text: &str) -> Option<(u64, u64)> {
    let (size, next) = text.split_once('.')?;
    Some((size.parse().ok()?, next.parse().ok()?))
}

struct Page {
    lines: Vec<u8>,
    next: Option<String>,
    size: u64,
}

/// `GET /api/v1/events`: NDJSON of stored entries, `Link: rel="next"`.
pub(super) async fn list(
    State(service): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let log = log_of(query.log.as_deref())?;
    let (stream, kind) = (query.stream.clone(), query.kind.clone());
    let page = blocking(move || page(&service, log, &query)).await?;
    let mut response =
        ([(header::CONTENT_TYPE, "application/x-ndjson")], page.lines).into_response();
    let tag = format!("W/\"{}\"", page.size);
    if let Ok(value) = tag.parse() {
        response.headers_mut().insert(header::ETAG, value);
    }
    if let Some(next) = page.next {
        let mut address = format!("/api/v1/events?log={log}&cursor={next}");
        for (name, value) in [("stream", stream), ("type", kind)] {
            if let Some(value) = value {
                address += &format!("&{name}={}", percent(&value));
            }
        }
        if let Ok(value) = format!("<{address}>; rel=\"next\"").parse() {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    Ok(response)
}

fn page(service: &Shared, log: LogName, query: &ListQuery) -> Result<Page, Problem> {
    let store = service.ledger.store(log);
    let failed = |error: crate::store::StoreError| internal(&error.to_string());
    let (size, mut next) = match query.cursor.as_deref() {
        None => (store.size().map_err(failed)?, 0),
        Some(text) => cursor(text).ok_or_else(|| {
            let detail = "游标无效,请从第一页开始 / not a cursor; start from the first page";
            Problem::new(StatusCode::BAD_REQUEST, "bad-cursor", detail)
        })?,
    };
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    let mut lines = Vec::new();
    let mut count = 0;
    while next < size {
        let blocks = store.read(next, READ_BYTES).map_err(failed)?;
        if blocks.is_empty() {
            break;
        }
        for (position, _, entry) in blocks.iter().flat_map(|block| block.entries()) {
            if position < next {
                continue;
            }
            if count == limit || position >= size {
                let next = (position < size).then(|| format!("{size}.{position}"));
                return Ok(Page { lines, next, size });
            }
            next = position + 1;
            let asked = scan(entry).is_ok_and(|fields| {
                query.stream.as_deref().is_none_or(|stream| stream == fields.stream)
                    && query.kind.as_deref().is_none_or(|kind| kind == fields.kind)
            });
            if asked {
                lines.extend_from_slice(entry);
                lines.push(b'\n');
                count += 1;
            }
        }
    }
    Ok(Page { lines, next: None, size })
}

/// Everything but unreserved characters (RFC 3986 §2.3) as %XX.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => out += &format!("%{other:02X}"),
        }
    }
    out
}

/// `GET /api/v1/checkpoints/latest`: the signed note, as C2SP writes it.
pub(super) async fn checkpoint(
    State(service): State<Shared>,
    Query(query): Query<LogQuery>,
) -> Result<Response, Problem> {
    let log = log_of(query.log.as_deref())?;
    let note = blocking(move || {
        latest(service.ledger.layout(), service.ledger.config(), log)
            .map_err(|error| internal(&error.to_string()))
    })
    .await?;
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, note).into_response())
}

/// `GET /livez`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the log can be read.
pub(super) async fn ready(State(service): State<Shared>) -> Result<&'static str, Problem> {
    blocking(move || {
        for log in LogName::ALL {
            service.ledger.store(log).size().map_err(|error| internal(&error.to_string()))?;
        }
        Ok("ready\n")
    })
    .await
}
