//! Evidence bundles made from a ledger: gathered once, then laid out as files whose
//! bytes depend on the ledger and the order alone. No clock is read; times, places
//! and names are the order's.
//!
//! Verification is the pure package's (`replay/src/bundle`); this module does not
//! verify, and does not know who may open values: whoever calls has recorded that.

mod form;
mod gather;
mod opened;
mod page;
mod readme;

pub use gather::Gathered;
pub use opened::Value;
pub use page::viewer;

use crate::config::{Config, Layout};
use crate::extract::{Asked, ExtractError, of_stream};
use crate::ledger::checkpoints::{SignError, signing_key};
use crate::ledger::{LogName, OpenError};
use crate::proof::forms::signed_checkpoint;
use crate::store::StoreError;
use crate::stored_zip;
use opened::Opened;
use plumbline_replay::bundle::{
    About, CaseSize, Derived, Pack, Prepared, derive, file, page_data, rules, words,
};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::issue::Issue;
use plumbline_replay::manifest::{FileDigest, Manifest, Of, Page};
use plumbline_replay::rules::{Finding, JudgeError, judge, register};
use plumbline_replay::time::civil::Micros;
use std::collections::BTreeSet;
use std::io::Cursor;

/// Bytes of all extracts that a page carries.
const EXTRACTS_IN_PAGE_MAX: usize = 4 << 20;

/// What a bundle is asked to hold.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Streams of the open log.
    pub cases: Vec<String>,
    /// Confidential values are opened.
    pub full: bool,
    /// The moments judged for; by default the last entry's.
    pub as_of: Option<Micros>,
    pub known_at: Option<Micros>,
    pub prepared: Prepared,
    pub threads: usize,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error("没有案件 {0} / there is no case {0}; plumb case list")]
    NoCase(String),
    #[error("账本有损坏,不制包;先运行 plumb verify / damaged, no bundle is made: {0}")]
    Damaged(String),
    #[error("{0}")]
    Layout(String),
}

/// A bundle that was made.
pub struct Bundle {
    /// The zip file's bytes.
    pub zip: Vec<u8>,
    pub entries: u64,
    pub findings: u64,
    /// Values opened, and those that stay closed: an informant's, of a class that the role
    /// does not open, or whose key was destroyed.
    pub opened: u64,
    pub not_opened: u64,
}

/// Makes a bundle of what was gathered, with the values that were opened for it.
pub fn create(
    layout: &Layout,
    config: &Config,
    gathered: &Gathered,
    order: &Order,
    values: Vec<Value>,
) -> Result<Bundle, BundleError> {
    let streams: BTreeSet<&str> = order.cases.iter().map(String::as_str).collect();
    let blocks = vec![gathered.entries().map(|(_, entry)| entry.to_vec()).collect()];
    let derived = derive(&blocks, &streams, gathered.ask)?;
    let found: Vec<&Finding> = gathered.findings.iter().collect();
    let about = about(gathered, order, &derived);
    let opened = match order.full {
        true => Opened::of(values, gathered.cases()),
        false => Opened::default(),
    };
    let mut pack = Pack::default();
    pack.put(file::ABOUT, about.to_json());
    pack.put(file::CHECKPOINT, gathered.note.clone().into_bytes());
    pack.put(file::CASE, lines(gathered.cases()));
    pack.put(file::MASTER, lines(gathered.master()));
    let nodes = gathered.nodes()?;
    pack.put(file::CASE_NODES, nodes.0.to_text().into_bytes());
    pack.put(file::MASTER_NODES, nodes.1.to_text().into_bytes());
    pack.put(file::FINDINGS, derived.findings(&found, &gathered.ask));
    pack.put(file::RULES, rules());
    pack.put(file::CALENDAR, derived.calendar);
    pack.put(file::CATALOGUE, derived.catalogue);
    pack.put(file::TYPES, derived.types);
    pack.put(file::ATTACHMENTS, derived.attachments);
    for (at, stream) in order.cases.iter().enumerate() {
        complete(layout, config, (at, stream), gathered, &mut pack)?;
    }
    if order.full {
        pack.put(file::DISCLOSURES, opened.to_ndjson());
    }
    pack.put(file::README, readme::write(&about).into_bytes());
    let record = form::write(&about, gathered, &opened, &pack);
    pack.put(file::RECORD, record.map_err(|error| BundleError::Layout(error.to_string()))?);
    seal(layout, &about, &mut pack)?;
    Ok(Bundle {
        zip: zipped(&pack).map_err(|error| BundleError::Layout(error.to_string()))?,
        entries: gathered.entries().count() as u64,
        findings: gathered.findings.len() as u64,
        opened: opened.values.len() as u64,
        not_opened: opened.closed,
    })
    .inspect(|_| tracing::debug!(origin = %config.origin, "made a bundle"))
}

/// The proof that a case's entries are all, where the log has a closing to prove it
/// by and has not grown since the bundle's checkpoint.
fn complete(
    layout: &Layout,
    config: &Config,
    (at, stream): (usize, &str),
    gathered: &Gathered,
    pack: &mut Pack,
) -> Result<(), BundleError> {
    let extract = of_stream(layout, config, Asked { log: LogName::Open, stream, absent: false })?;
    let same = signed_checkpoint(&extract.note).is_ok_and(|head| head == gathered.checkpoint);
    if same && extract.coverage.is_some() {
        pack.put(&file::complete(at), extract.to_document().into_bytes());
    }
    Ok(())
}

fn about(gathered: &Gathered, order: &Order, derived: &Derived) -> About {
    let ask = &gathered.ask;
    let cases = order.cases.iter().map(|stream| {
        let own: Vec<&[u8]> = gathered.stream(stream);
        CaseSize {
            stream: stream.clone(),
            entries: own.len() as u64,
            last: own.last().map(|entry| entry_hash(entry).to_string()).unwrap_or_default(),
        }
    });
    About {
        schema: About::SCHEMA.to_owned(),
        level: if order.full { About::FULL } else { About::MASKED }.to_owned(),
        cases: cases.collect(),
        origin: gathered.checkpoint.origin.clone(),
        vkey: gathered.vkey.clone(),
        log_size: gathered.checkpoint.size,
        head: gathered.head.to_string(),
        as_of: ask.zone.rfc3339(ask.moment.as_of),
        known_at: ask.zone.rfc3339(ask.moment.known_at),
        time_zone_minutes: ask.zone.offset_minutes(),
        rule_set: register::digest(),
        words: words(),
        master_data: derived.master_data.clone(),
        calendar: derived.calendar_version.clone(),
        judged_alone: derived.judged_alone(),
        prepared: order.prepared.clone(),
    }
}

fn lines<'e>(entries: impl Iterator<Item = (u64, &'e [u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (_, entry) in entries {
        out.extend_from_slice(entry);
        out.push(b'\n');
    }
    out
}

/// Adds the manifest, the log's signature over it, and the page that carries them.
fn seal(layout: &Layout, about: &About, pack: &mut Pack) -> Result<(), BundleError> {
    let (head, tail) = page::parts();
    let complete = carried_extracts(pack);
    let carried: Vec<&str> = file::IN_PAGE
        .into_iter()
        .filter(|path| [file::MANIFEST, file::ISSUED].contains(path) || pack.get(path).is_some())
        .chain(complete.iter().map(String::as_str))
        .collect();
    let manifest = Manifest {
        of: Of::Bundle,
        files: pack.files().map(|(path, bytes)| FileDigest::of(path, bytes)).collect(),
        page: Some(Page {
            path: file::PAGE.to_owned(),
            carries: carried.iter().map(|path| (*path).to_owned()).collect(),
            head: FileDigest::of("head", head.as_bytes()),
            tail: FileDigest::of("tail", tail.as_bytes()),
        }),
    }
    .to_json();
    let key = signing_key(layout, LogName::Open)?;
    let digest = Manifest::digest(&manifest);
    let issue = Issue { of: Of::Bundle, origin: &about.origin, manifest: digest };
    pack.put(file::ISSUED, issue.sign(&key).into_bytes());
    pack.put(file::MANIFEST, manifest);
    let data = page_data(pack, carried);
    pack.put(file::PAGE, format!("{head}{data}{tail}").into_bytes());
    Ok(())
}

/// The extracts, where they are small enough for a page that is sent by mail: each
/// holds the log since its last closing, whole. The page says where they are missing.
fn carried_extracts(pack: &Pack) -> Vec<String> {
    let extracts = || pack.files().filter(|(path, _)| path.starts_with(file::COMPLETE));
    let bytes: usize = extracts().map(|(_, bytes)| bytes.len()).sum();
    let paths = extracts().map(|(path, _)| path.to_owned());
    if bytes <= EXTRACTS_IN_PAGE_MAX { paths.collect() } else { Vec::new() }
}

fn zipped(pack: &Pack) -> std::io::Result<Vec<u8>> {
    let content = |path: &str| Ok(pack.get(path).unwrap_or_default());
    let out = stored_zip::write(Cursor::new(Vec::new()), pack.paths(), content)?;
    Ok(out.into_inner())
}

/// Judges whole logs for the cases of an order; see [`Gathered::read`].
fn findings_of<B: plumbline_replay::state::replay::Entries>(
    blocks: &[B],
    ask: plumbline_replay::rules::Ask,
    streams: &BTreeSet<&str>,
) -> Result<Vec<Finding>, JudgeError> {
    let mut found = judge(blocks, ask)?.findings;
    found.retain(|finding| streams.contains(finding.stream.as_ref()));
    Ok(found)
}
