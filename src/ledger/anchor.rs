//! Anchors: the open log binds the sealed log's history and tells nothing of it,
//! not even how long it is (design §2).
//!
//! An anchor is the digest of the sealed log's checkpoint under a fresh salt. The
//! salt is an entry of the sealed log, and the checkpoint meant is that of the
//! tree which ends with this entry: so whoever holds the sealed log opens every
//! anchor, and whoever does not learns only that one was made. A sealed log that
//! was cut or written anew no longer opens the anchors that others hold.

use super::statement::{Statement, state};
use super::{AppendError, Ledger, LogName, Receipt};
use crate::store::{Store, StoreError, each};
use memchr::memmem::Finder;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::succession::Step;
use plumbline_replay::time::civil::{Zone, parse_rfc3339};
use std::collections::BTreeMap;

const STREAM: &str = "ledger/anchors";
const PREPARED: &str = "ledger.anchor.prepared.v1";
const RECORDED: &str = "ledger.anchor.recorded.v1";

/// Why no anchor was recorded.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The salt is in the sealed log; anchoring again makes a new one.
    #[error(
        "第 {0} 号封存记录读不回来 / the sealed entry at {0} cannot be read back; run `plumb verify`"
    )]
    Unread(u64),
}

/// Anchors the sealed log as it is. `salt` must be random and used once.
pub fn record(ledger: &Ledger, salt: [u8; 32]) -> Result<Receipt, AnchorError> {
    let now = ledger.now();
    let salt_text = Digest(salt).to_string();
    let id = format!("anchor-{}", blake3::hash(&salt).to_hex());
    let body = Json::object([("salt", Json::text(salt_text))]);
    let prepared = state(ledger, event(&id, PREPARED, body), now)?;
    let size = prepared.position + 1;
    let mut frontier = Frontier::new();
    let sealed = ledger.store(LogName::Sealed);
    each(sealed.as_ref(), sealed.size()?, |position, entry| {
        if position < size {
            frontier.push(leaf_hash(entry));
        }
    })?;
    if frontier.size() != size {
        return Err(AnchorError::Unread(prepared.position));
    }
    let origin = ledger.config().origin_of(LogName::Sealed);
    let checkpoint = Checkpoint { origin, size, root: frontier.root() };
    let digest = checkpoint.salted(&salt).to_string();
    let body = Json::object([("digest", Json::text(digest)), ("log", Json::text("sealed"))]);
    Ok(state(ledger, event(&id, RECORDED, body), now)?)
}

/// The daily closing: anchors unless an anchor was recorded on this civil day of
/// `zone`. `Ok(None)` if there was one.
pub fn close_day(
    ledger: &Ledger,
    zone: Zone,
    salt: [u8; 32],
) -> Result<Option<Receipt>, AnchorError> {
    let lookup = ledger.lookup(LogName::Open);
    lookup.follow(u64::MAX)?;
    let head = lookup.stream_head(STREAM)?;
    let last = head.map(|(_, position)| lookup.entry(position)).transpose()?.flatten();
    let recorded = last.as_deref().and_then(|entry| scan(entry).ok());
    let day = recorded.and_then(|fields| parse_rfc3339(fields.recorded_at));
    if day.is_some_and(|moment| zone.date(moment.micros) >= zone.date(ledger.now())) {
        return Ok(None);
    }
    record(ledger, salt).map(Some)
}

fn event(id: &str, kind: &'static str, body: Json<'static>) -> Statement<'static> {
    Statement { id: id.to_owned(), stream: STREAM, kind, body }
}

/// What became of the anchors of an open log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    /// Anchors in the open log.
    pub recorded: u64,
    /// Those that the sealed log opens.
    pub opened: u64,
    /// The others, by position in the open log, with the reason.
    pub unopened: Vec<(u64, &'static str)>,
}

/// Opens every anchor of `open` with the sealed log at hand, which was founded under
/// `sealed_origin`. Reads both logs whole and trusts no lookup.
pub fn check(
    open: &dyn Store,
    sealed: &dyn Store,
    sealed_origin: &str,
) -> Result<Anchors, StoreError> {
    let mut recorded = Vec::new();
    let finder = Finder::new(RECORDED);
    each(open, open.size()?, |position, entry| {
        // Nearly no entry is an anchor: most are passed over unread.
        if finder.find(entry).is_some()
            && let Some((id, digest)) = member(entry, RECORDED, "digest")
        {
            recorded.push((position, id, digest));
        }
    })?;
    let prepared = prepared(sealed, sealed_origin)?;
    let mut out = Anchors { recorded: recorded.len() as u64, ..Anchors::default() };
    for (position, id, digest) in recorded {
        match prepared.get(&id) {
            Some(expected) if *expected == digest => out.opened += 1,
            Some(_) => out.unopened.push((position, "another-history")),
            None => out.unopened.push((position, "salt-missing")),
        }
    }
    Ok(out)
}

/// The digest that each salt of the sealed log leads to, by the anchor's id.
fn prepared(sealed: &dyn Store, origin: &str) -> Result<BTreeMap<String, String>, StoreError> {
    let mut out = BTreeMap::new();
    let mut frontier = Frontier::new();
    let mut origin = origin.to_owned();
    each(sealed, sealed.size()?, |_, entry| {
        frontier.push(leaf_hash(entry));
        // From a restoration on, the checkpoints are of another origin.
        if let Some(Ok(step)) = scan(entry).ok().and_then(|fields| Step::of(&fields)) {
            step.change.key_after().name().clone_into(&mut origin);
        }
        let Some((id, salt)) = member(entry, PREPARED, "salt") else { return };
        let Some(salt) = Digest::from_hex(salt.as_bytes()) else { return };
        let (origin, size) = (origin.clone(), frontier.size());
        let checkpoint = Checkpoint { origin, size, root: frontier.root() };
        out.insert(id, checkpoint.salted(&salt.0).to_string());
    })?;
    Ok(out)
}

/// The id, and a text of the body, of an entry of the ledger's own of this type.
fn member(entry: &[u8], kind: &str, name: &str) -> Option<(String, String)> {
    let fields = scan(entry).ok().filter(|fields| fields.kind == kind)?;
    let body = parse(fields.body?).ok()?;
    Some((fields.id.to_owned(), body.get(name)?.as_str()?.to_owned()))
}
