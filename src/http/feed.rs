//! Entries as they are recorded: Server-Sent Events, resumed by `Last-Event-ID`.
//!
//! A follower is read for as fast as it takes what it is sent: nothing is kept for
//! it, so a slow one costs a page of entries and is never cut off for slowness.

use super::asked::{Asked, Filters, Reading, bad};
use super::problem::{Problem, log_damaged};
use super::reading::{reader, some};
use super::{Shared, blocking};
use crate::index::Query;
use crate::ledger::{Ledger, LogName};
use crate::store::Store;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::watch;

/// Entries read at once for a follower.
const PAGE: usize = 64;

/// Tells followers that a log has grown, and when to end.
pub(super) struct Feed {
    grown: Vec<(LogName, watch::Sender<u64>)>,
    stopping: watch::Sender<bool>,
}

impl Feed {
    /// Watches every log of a ledger.
    pub fn of(ledger: &Ledger) -> Feed {
        let watched = |log: LogName| {
            let (sender, _) = watch::channel(0);
            let told = sender.clone();
            ledger.watch(
                log,
                Arc::new(move |size| {
                    told.send_replace(size);
                }),
            );
            (log, sender)
        };
        Feed { grown: LogName::ALL.map(watched).into(), stopping: watch::channel(false).0 }
    }

    /// Ends every feed: a server that stops would otherwise wait for ever for those
    /// who only listen.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    fn growth(&self, log: LogName) -> watch::Receiver<u64> {
        let found = self.grown.iter().find(|(name, _)| *name == log);
        found.expect("every log is watched").1.subscribe()
    }
}

/// `GET /api/v1/events/feed`: the entries that fit, from a position on or from now
/// on, and those to come. The event's id is the position, its data the stored bytes.
#[utoipa::path(
    get,
    path = "/api/v1/events/feed",
    tag = "events",
    summary = "随时收取新记录 / entries as they are recorded",
    security((), ("key" = ["read-sealed"])),
    params(Filters, ("Last-Event-ID" = Option<u64>, Header,
        description = "已收到的序号,从其后接续 / the position to go on after")),
    responses(
        (status = 200, description = "SSE:id 为序号,data 为所存字节 / `id` is the position, `data` the stored bytes",
            body = String, content_type = "text/event-stream"),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 409, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn follow(
    State(service): State<Shared>,
    reading: Reading,
    Asked(filters): Asked<Filters>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if filters.limit.is_some() || filters.cursor.is_some() {
        let detail = "持续收取时没有分页 / what is followed has no pages: no `limit`, no `cursor`";
        return Err(bad("bad-query", detail));
    }
    let log = filters.log(&reading)?;
    let query = filters.query(service.zone())?;
    let last = last_event_id(&headers)?;
    let asking = service.clone();
    let size = blocking(move || Ok(asking.ledger.store(log).size()?)).await?;
    if let Some(last) = last.filter(|last| *last >= size) {
        let detail = format!(
            "您已收到第 {last} 号记录,而本账只有 {size} 条:这是另一本账,或者账已被截短 / you were \
             sent entry {last}, and {size} are here: this is another log, or it was shortened"
        );
        return Err(Problem::new(StatusCode::CONFLICT, "ahead-of-log", detail));
    }
    let next = last.map(|last| last + 1).or(filters.from).unwrap_or(size);
    let follower = Follower {
        grown: service.feed.growth(log),
        stopping: service.feed.stopping.subscribe(),
        held: VecDeque::new(),
        over: false,
        service,
        log,
        query,
        next,
    };
    Ok(Sse::new(unfold(follower, Follower::turn)).keep_alive(KeepAlive::default()))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let last = value.to_str().ok().and_then(|text| text.parse().ok());
    last.map(Some).ok_or_else(|| {
        bad("bad-last-event-id", "Last-Event-ID 应为序号 / `Last-Event-ID` is a position")
    })
}

struct Follower {
    service: Shared,
    log: LogName,
    query: Query,
    next: u64,
    held: VecDeque<(u64, Vec<u8>)>,
    grown: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    over: bool,
}

impl Follower {
    /// The next event; waits for one if there is none yet.
    async fn turn(mut self) -> Option<(Result<Event, Infallible>, Follower)> {
        loop {
            if let Some((position, entry)) = self.held.pop_front() {
                let data = String::from_utf8_lossy(&entry).into_owned();
                return Some((Ok(Event::default().id(position.to_string()).data(data)), self));
            }
            if self.over || *self.stopping.borrow() {
                return None;
            }
            // Before looking, so that what is recorded meanwhile wakes this again.
            self.grown.borrow_and_update();
            match self.read().await {
                Ok(true) => {}
                Ok(false) => tokio::select! {
                    told = self.grown.changed() => self.over = told.is_err(),
                    told = self.stopping.changed() => self.over = told.is_err(),
                },
                Err(problem) => {
                    self.over = true;
                    let data = problem.to_json().to_string();
                    return Some((Ok(Event::default().event("problem").data(data)), self));
                }
            }
        }
    }

    /// Reads on; false if there is nothing new.
    async fn read(&mut self) -> Result<bool, Problem> {
        let (service, log, query, next) =
            (self.service.clone(), self.log, self.query.clone(), self.next);
        let (found, upto) = blocking(move || {
            let reader = reader(&service, log)?;
            let (found, upto) = some(&reader, &query, next, reader.size().max(next), PAGE)?;
            match reader.damage() {
                Some(damage) if found.is_empty() => Err(log_damaged(&damage)),
                _ => Ok((found, upto)),
            }
        })
        .await?;
        let moved = upto > self.next;
        self.next = upto;
        self.held = found.into();
        Ok(moved)
    }
}
