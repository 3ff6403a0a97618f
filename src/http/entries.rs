//! Entries by position, by id, and in pages by filters.

use super::asked::{Asked, Filters, OfLog, Reading, bad, page_limit};
use super::problem::{Problem, log_damaged};
use super::reading::{reader, some};
use super::{Shared, blocking};
use crate::index::Query;
use crate::reader::Reader;
use crate::store::Store;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::integrity::chain::entry_hash;

/// `GET /api/v1/events/{position}`: the stored bytes exactly, for ever the same.
#[utoipa::path(
    get,
    path = "/api/v1/events/{position}",
    tag = "events",
    operation_id = "entry",
    summary = "按序号取一条记录 / an entry by position",
    security((), ("key" = ["read-sealed"])),
    params(("position" = u64, Path), OfLog, ("If-None-Match" = Option<String>, Header)),
    responses(
        (status = 200, description = "所存字节 / the stored bytes", body = ref("#/components/schemas/Entry"),
            headers(("etag" = String, description = "记录的哈希 / the entry's hash"))),
        (status = 304, description = "未变 / unchanged"),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn one(
    State(service): State<Shared>,
    reading: Reading,
    Path(position): Path<String>,
    Asked(asked): Asked<OfLog>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = asked.log(&reading)?;
    let position: u64 = position.parse().map_err(|_| {
        bad("bad-position", "序号是从 0 起的整数 / a position is a whole number from 0")
    })?;
    let entry = blocking(move || {
        // Straight from the log: damage elsewhere is no hindrance.
        let blocks = service.ledger.store(log).read(position, 1)?;
        let mut entries = blocks.iter().flat_map(|block| block.entries());
        let found = entries.find(|(at, _, _)| *at == position);
        found.map(|(_, _, entry)| entry.to_vec()).ok_or_else(|| {
            let detail = format!("没有第 {position} 号记录 / no entry at position {position}");
            Problem::new(StatusCode::NOT_FOUND, "no-such-entry", detail)
        })
    })
    .await?;
    Ok(stored(entry, &headers))
}

/// `GET /api/v1/events/by-id/{system}/{id}`: the entry that a system submitted
/// under an id.
#[utoipa::path(
    get,
    path = "/api/v1/events/by-id/{system}/{id}",
    tag = "events",
    operation_id = "entry_by_id",
    summary = "按来源系统与编号取一条记录 / an entry by its system and id",
    security((), ("key" = ["read-sealed"])),
    params(("system" = String, Path), ("id" = String, Path), OfLog,
        ("If-None-Match" = Option<String>, Header)),
    responses(
        (status = 200, description = "所存字节 / the stored bytes", body = ref("#/components/schemas/Entry"),
            headers(("etag" = String, description = "记录的哈希 / the entry's hash"))),
        (status = 304, description = "未变 / unchanged"),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn by_id(
    State(service): State<Shared>,
    reading: Reading,
    Path((system, id)): Path<(String, String)>,
    Asked(asked): Asked<OfLog>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let log = asked.log(&reading)?;
    let entry = blocking(move || {
        let reader = reader(&service, log)?;
        let position = reader.lookup().find_id(&system, &id)?;
        let entry = match position {
            Some(position) => reader.entry(position)?,
            None => None,
        };
        entry.ok_or_else(|| {
            let detail = format!(
                "来源系统 {system} 没有编号 {id} 的记录 / no entry of system {system} has the id \
                 {id}"
            );
            Problem::new(StatusCode::NOT_FOUND, "no-such-entry", detail)
        })
    })
    .await?;
    Ok(stored(entry, &headers))
}

/// An entry never changes: its hash is its tag, and it may be kept.
fn stored(entry: Vec<u8>, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", entry_hash(&entry));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|given| names(given, &tag));
    let caching = "private, max-age=31536000, immutable".to_owned();
    let common = [(header::ETAG, tag), (header::CACHE_CONTROL, caching)];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, "application/json")], entry).into_response()
}

/// Whether an `If-None-Match` names a tag: `*`, or a list that may hold weak ones, which
/// count here as strong (RFC 9110 §13.1.2). No tag of ours holds a comma.
fn names(given: &HeaderValue, tag: &str) -> bool {
    let mut given = given.to_str().unwrap_or("").split(',').map(str::trim);
    given.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// A cursor fixes the size that the first page saw, so pages never shift.
fn cursor(text: &str) -> Option<(u64, u64)> {
    let (size, next) = text.split_once('.')?;
    Some((size.parse().ok()?, next.parse().ok()?))
}

struct Page {
    lines: Vec<u8>,
    next: Option<u64>,
    size: u64,
}

/// `GET /api/v1/events`: NDJSON of stored entries, `Link: rel="next"`.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    operation_id = "entries",
    summary = "按条件取记录 / entries that fit",
    security((), ("key" = ["read-sealed"])),
    params(Filters,
        ("limit" = Option<u64>, Query, description = "每页条数,至多 500 / entries of a page", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "上页 Link 所给 / from the page before")),
    responses(
        (status = 200, description = "一行一条所存字节;Link 指下一页 / one entry a line; `Link` leads on",
            body = ref("#/components/schemas/Entry"), content_type = "application/x-ndjson",
            headers(("link" = String, description = "rel=next"), ("etag" = String, description = "账的条数 / the log's size"))),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    reading: Reading,
    Asked(filters): Asked<Filters>,
    RawQuery(asked): RawQuery,
) -> Result<Response, Problem> {
    let log = filters.log(&reading)?;
    let query = filters.query(service.zone())?;
    let limit = page_limit(filters.limit)?;
    let from = filters.from.unwrap_or(0);
    let begun = match filters.cursor.as_deref() {
        None => None,
        Some(text) => Some(cursor(text).ok_or_else(|| {
            bad("bad-cursor", "游标无效,请从第一页开始 / not a cursor; start from the first page")
        })?),
    };
    let page = blocking(move || page(&reader(&service, log)?, &query, begun, from, limit)).await?;
    let mut response =
        ([(header::CONTENT_TYPE, "application/x-ndjson")], page.lines).into_response();
    let headers = response.headers_mut();
    if let Ok(tag) = format!("W/\"{}\"", page.size).parse() {
        headers.insert(header::ETAG, tag);
    }
    if let Some(next) = page.next {
        let address = following(asked.as_deref().unwrap_or(""), page.size, next);
        if let Ok(link) = format!("<{address}>; rel=\"next\"").parse() {
            headers.insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// The address of the next page: what was asked, with another cursor.
fn following(asked: &str, size: u64, next: u64) -> String {
    let mut kept: Vec<&str> =
        asked.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
    let cursor = format!("cursor={size}.{next}");
    kept.push(&cursor);
    format!("/api/v1/events?{}", kept.join("&"))
}

fn page(
    reader: &Reader,
    query: &Query,
    begun: Option<(u64, u64)>,
    from: u64,
    limit: usize,
) -> Result<Page, Problem> {
    let (size, from) = begun.unwrap_or((reader.size(), from));
    if size > reader.size() {
        let detail = format!(
            "游标指向 {size} 条,现只能读到 {0} 条 / the cursor knows {size} entries, {0} can be \
             read",
            reader.size()
        );
        return Err(bad("bad-cursor", &detail));
    }
    let (found, upto) = some(reader, query, from, size, limit)?;
    let mut lines = Vec::new();
    for (_, entry) in &found {
        lines.extend_from_slice(entry);
        lines.push(b'\n');
    }
    let next = (upto < size).then_some(upto);
    match reader.damage() {
        // Up to the damage everything is told; that there is no more is not known.
        Some(damage) if next.is_none() && found.is_empty() => Err(log_damaged(&damage)),
        Some(_) if next.is_none() => Ok(Page { lines, next: Some(size), size }),
        _ => Ok(Page { lines, next, size }),
    }
}
