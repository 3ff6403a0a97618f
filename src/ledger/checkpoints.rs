//! Signing a log's head, after reading back what the disk holds.
//!
//! A bit flip that was signed, or two heads that contradict each other, cannot
//! be taken back. So every entry is read and hashed again before its first
//! signature, the last signed head is kept in two places, one outside the log's
//! folder, and nothing below or beside it is ever signed.

use super::keys::Keys;
use super::{LogName, OpenError, further, open_log};
use crate::config::{Config, Layout};
use crate::durable::replace;
use crate::store::{SegmentInfo, SegmentStart, Store, StoreError};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::succession::Step;
use std::fs::File;
use std::path::Path;

const READ_BYTES: usize = 4 << 20;

/// Why no checkpoint was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// What the disk holds contradicts what was signed or chained: proved broken.
    #[error(
        "不予签发:{0} / not signed: run `plumb verify`, and restore from a replica if it fails"
    )]
    Contradiction(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{place}: {reason}")]
    Key { place: String, reason: String },
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

/// The latest signed note of a log; signs one first if entries are newer.
///
/// What is newer than the last signed head is read and hashed again, from the
/// start of the segment that the head lies in: the root over the signed entries,
/// computed on the way, must be the signed one, so what the segment's header says
/// of the entries before is as good as they are. Without a signed head the whole
/// log is read.
///
/// A rotation that is met there is finished here: the first head after it is signed
/// with both keys, and only then is the old one destroyed.
pub fn latest(layout: &Layout, config: &Config, log: LogName) -> Result<String, SignError> {
    super::open::not_restoring(layout)?;
    let _turn = turn(layout, log)?;
    let keys = Keys::read(layout, log)?;
    let signed = signed_heads(layout, log, &keys)?;
    let store = open_log(layout, config, log)?;
    let size = store.size()?;
    further::end_renewals(layout, config, log, &store, size)?;
    let signers = further::signers(layout, config, log)?;
    if let [one, other] = signed.as_slice()
        && one.note == other.note
        && one.head.size == size
        && store.damage().is_none()
        && further::complete(&signers, &one.note, &one.head)
    {
        further::sign_sm3(layout, config, log, &signers, &store, size)?;
        if one.by_next {
            keys.hand_over(layout, log)?;
        }
        return Ok(one.note.clone());
    }
    let sizes: Vec<u64> = signed.iter().map(|signed| signed.head.size).collect();
    let read = read_back(&store, size, &sizes)?;
    for (signed, root_there) in signed.iter().zip(&read.roots) {
        compare(signed, *root_there, size)?;
    }
    store.sync()?;
    // First: no checkpoint is to stand without the SM3 head over as many entries.
    further::sign_sm3(layout, config, log, &signers, &store, size)?;
    // The entry may stand before what was read, if a head has covered it.
    let hands_over = signed.iter().any(|signed| signed.by_next)
        || keys.hands_over(layout, log, read.last_change.as_ref())?;
    let checkpoint = Checkpoint { origin: config.origin_of(log), size, root: read.root };
    let note = keys.sign(&checkpoint, hands_over) + &further::lines(&signers, &checkpoint)?;
    // Outside first: if power fails between the two, the higher head still binds.
    for path in [layout.head(log), layout.checkpoint(log)] {
        replace(&path, &note).map_err(|error| io_error(&path, &error))?;
    }
    if hands_over {
        keys.hand_over(layout, log)?;
    }
    Ok(note)
}

/// The latest signed note for whoever only reads: [`latest`], or the note that stands
/// where nothing can be written or signed (a copy on a read-only disk, a reader without
/// the key) and nothing is newer than it. Whether it fits the entries says `plumb verify`.
pub fn latest_or_standing(
    layout: &Layout,
    config: &Config,
    log: LogName,
) -> Result<String, SignError> {
    let error = match latest(layout, config, log) {
        Err(error @ (SignError::Io { .. } | SignError::Key { .. })) => error,
        other => return other,
    };
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let Some(note) = read(&layout.head(log)) else { return Err(error) };
    let store = open_log(layout, config, log)?;
    let size = note.lines().nth(1).and_then(|size| size.parse().ok());
    let newest = size == Some(store.size()?) && store.damage().is_none();
    let same = read(&layout.checkpoint(log)).as_ref() == Some(&note);
    if newest && same { Ok(note) } else { Err(error) }
}

/// Holds a signed head against the root that the disk gives at its size.
fn compare(signed: &Signed, found: Option<Digest>, size: u64) -> Result<(), SignError> {
    let Signed { head, place, .. } = signed;
    match found {
        Some(root) if root == head.root => Ok(()),
        Some(_) => Err(SignError::Contradiction(format!(
            "{place} 签过 {0} 条的另一个根 / {place} holds another root for the first {0} entries",
            head.size
        ))),
        None => Err(SignError::Contradiction(format!(
            "{place} 签过 {0} 条,现仅有 {size} 条 / {place} was signed over {0} entries, {size} \
             are here",
            head.size
        ))),
    }
}

/// A head signed before.
struct Signed {
    head: Checkpoint,
    note: String,
    place: String,
    /// With the key that takes over as well.
    by_next: bool,
}

pub(super) fn io_error(path: &Path, error: &std::io::Error) -> SignError {
    SignError::Io { place: path.display().to_string(), reason: error.to_string() }
}

/// The key that signs a log's checkpoints and receipts.
pub fn signing_key(layout: &Layout, log: LogName) -> Result<SigningKey, SignError> {
    super::keys::read_key(&layout.signing_key(log))
}

/// Only one process signs at a time.
fn turn(layout: &Layout, log: LogName) -> Result<File, SignError> {
    let path = layout.head(log).with_extension("lock");
    let file = File::create(&path).map_err(|error| io_error(&path, &error))?;
    file.lock().map_err(|error| io_error(&path, &error))?;
    Ok(file)
}

/// Heads signed before, with their places. One that does not verify is no reason
/// to sign past it.
fn signed_heads(layout: &Layout, log: LogName, keys: &Keys) -> Result<Vec<Signed>, SignError> {
    let (public, next) = keys.public();
    let mut out = Vec::new();
    for path in [layout.head(log), layout.checkpoint(log)] {
        let place = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(note) => {
                let head = public
                    .verify(&note)
                    .map_err(|error| SignError::Contradiction(format!("{place}: {error}")))?;
                let by_next = next.as_ref().is_some_and(|next| next.verify(&note).is_ok());
                out.push(Signed { head, note, place, by_next });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(&path, &error)),
        }
    }
    Ok(out)
}

/// What reading back gives.
struct ReadBack {
    /// The root over what the disk holds.
    root: Digest,
    /// The root over the first entries of each signed size that it reaches.
    roots: Vec<Option<Digest>>,
    /// The last change of the log's key among what was read.
    last_change: Option<Step>,
}

fn read_back(store: &dyn Store, size: u64, signed: &[u64]) -> Result<ReadBack, SignError> {
    let SegmentStart { mut previous, mut frontier } = start(store, signed)?;
    let mut roots = vec![None; signed.len()];
    let mut last_change = None;
    let mut reached = |frontier: &Frontier| {
        for (at, root) in signed.iter().zip(&mut roots) {
            if *at == frontier.size() {
                *root = Some(frontier.root());
            }
        }
    };
    reached(&frontier);
    while frontier.size() < size {
        let blocks = store.read(frontier.size(), READ_BYTES)?;
        if blocks.is_empty() {
            return Err(StoreError::ends_early(frontier.size(), size).into());
        }
        for block in &blocks {
            for (position, _, entry) in block.entries() {
                if position < frontier.size() || position >= size {
                    continue;
                }
                let fields = scan(entry).ok();
                let linked =
                    fields.filter(|found| found.previous == previous && found.position == position);
                let Some(fields) = linked.filter(|_| position == frontier.size()) else {
                    return Err(SignError::Contradiction(format!(
                        "第 {position} 号记录不接前一条 / the entry at position {position} does \
                         not continue the one before it"
                    )));
                };
                if let Some(step) = Step::of(&fields) {
                    last_change = Some(step.map_err(|reason| not_handed_on(position, &reason))?);
                }
                previous = entry_hash(entry);
                frontier.push(leaf_hash(entry));
                reached(&frontier);
            }
        }
    }
    Ok(ReadBack { root: frontier.root(), roots, last_change })
}

/// The root over a log as it is, each entry hashed again, and the roots at some sizes
/// that it reaches.
pub(super) fn root_and_roots(
    store: &dyn Store,
    size: u64,
    sizes: &[u64],
) -> Result<(Digest, Vec<Option<Digest>>), SignError> {
    let whole: Vec<u64> = sizes.iter().copied().chain([0]).collect();
    let mut read = read_back(store, size, &whole)?;
    read.roots.pop();
    Ok((read.root, read.roots))
}

fn not_handed_on(position: u64, reason: &str) -> SignError {
    SignError::Contradiction(format!(
        "第 {position} 号记录更换密钥不成立 / the change of key at {position} does not hold: {reason}"
    ))
}

/// The start of the segment that holds the last entry of the least signed head:
/// so at least one entry that was signed is read again, and its link with it.
fn start(store: &dyn Store, signed: &[u64]) -> Result<SegmentStart, SignError> {
    let least = signed.iter().copied().min().unwrap_or(0);
    let holds = |segment: &SegmentInfo| segment.first_position < least;
    match store.segments()?.into_iter().rfind(holds) {
        Some(segment) => Ok(store.segment_start(segment.first_position)?),
        None => Ok(SegmentStart { previous: Digest::ZERO, frontier: Frontier::new() }),
    }
}
