//! A log's further keys: making one, telling of it in the log, and signing heads
//! with all that the configuration names. What they sign and how, `crate::second`
//! says.

use super::checkpoints::SignError;
use super::keys::{destroy, destroy_retired, succeed};
use super::statement::{SYSTEM, Statement, state};
use super::{AppendError, Ledger, LogName, Receipt};
use crate::config::{Config, Layout};
use crate::durable::{beside, replace_private};
use crate::second::announcement::{Act, Finder, STREAM, body};
use crate::second::head::{self, HeadError, Places};
use crate::second::{Algorithm, FurtherKey, Signer};
use crate::store::{Store, StoreError, each_from};
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::note::Note;
use std::io::ErrorKind;
use std::path::Path;

/// Why a further key was not put to use.
#[derive(Debug, thiserror::Error)]
pub enum FurtherError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] SignError),
    #[error("没有随机数 / no randomness: {0}")]
    NoRandomness(String),
    #[error("{0}: 此算法不能以该来源名签名 / the algorithm cannot sign under this origin")]
    Origin(String),
    #[error("{place}: {reason}")]
    Io { place: String, reason: String },
}

/// The algorithms that a configuration names, each once.
pub fn algorithms(layout: &Layout, config: &Config) -> Result<Vec<Algorithm>, SignError> {
    let mut out = Vec::new();
    for name in &config.signatures {
        let algorithm = Algorithm::parse(name).ok_or_else(|| SignError::Key {
            place: layout.config().display().to_string(),
            reason: format!("signatures: {name}: 没有此算法 / no such algorithm"),
        })?;
        if !out.contains(&algorithm) {
            out.push(algorithm);
        }
    }
    Ok(out)
}

/// A log's keys of all algorithms that the configuration names.
pub fn signers(layout: &Layout, config: &Config, log: LogName) -> Result<Vec<Signer>, SignError> {
    let named = algorithms(layout, config)?;
    named.into_iter().map(|algorithm| signer(layout, log, algorithm)).collect()
}

fn signer(layout: &Layout, log: LogName, algorithm: Algorithm) -> Result<Signer, SignError> {
    read_signer(&layout.further_key(log, algorithm.as_str()), algorithm)
}

fn read_signer(path: &Path, algorithm: Algorithm) -> Result<Signer, SignError> {
    let failed = |reason: String| SignError::Key { place: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Signer::parse(algorithm, &text).map_err(|error| failed(error.to_string()))
}

/// The machine's randomness, or a test's.
pub type Draw<'a> = dyn FnMut(&mut [u8]) -> Result<(), String> + 'a;

/// A log's key of an algorithm, made if there is none yet.
pub fn make(
    layout: &Layout,
    config: &Config,
    log: LogName,
    algorithm: Algorithm,
    randomness: &mut Draw<'_>,
) -> Result<FurtherKey, FurtherError> {
    let path = layout.further_key(log, algorithm.as_str());
    if path.exists() {
        return Ok(signer(layout, log, algorithm)?.public().clone());
    }
    let signer = drawn(algorithm, &config.origin_of(log), randomness)?;
    let text = format!("{}\n", signer.to_text());
    replace_private(&path, &text).map_err(|error| io_error(&path, &error))?;
    Ok(signer.public().clone())
}

/// The key that takes the place of a log's key of an algorithm, once the log tells of it
/// and the next head is due; one that was made and not told of yet is that key. What the
/// old one signed stays verifiable: the log tells which key was due under which head.
pub fn renew(
    layout: &Layout,
    config: &Config,
    log: LogName,
    algorithm: Algorithm,
    randomness: &mut Draw<'_>,
) -> Result<FurtherKey, FurtherError> {
    let next = beside(&layout.further_key(log, algorithm.as_str()), "next");
    let origin = config.origin_of(log);
    if next.exists() {
        let made = read_signer(&next, algorithm)?;
        if made.public().name() == origin {
            return Ok(made.public().clone());
        }
    }
    let signer = drawn(algorithm, &origin, randomness)?;
    let text = format!("{}\n", signer.to_text());
    replace_private(&next, &text).map_err(|error| io_error(&next, &error))?;
    Ok(signer.public().clone())
}

/// Puts keys that the log has told of in the place of those before, which are destroyed.
/// Whoever signs a head does so first: so a renewal that was cut short at any step is
/// either ended here or has not begun, and no head lacks the line that is due.
pub(super) fn end_renewals(
    layout: &Layout,
    config: &Config,
    log: LogName,
    store: &dyn Store,
    size: u64,
) -> Result<(), SignError> {
    for algorithm in algorithms(layout, config)? {
        let path = layout.further_key(log, algorithm.as_str());
        let (next, retired) = (beside(&path, "next"), beside(&path, "retired"));
        let io = |error: std::io::Error| SignError::Io {
            place: path.display().to_string(),
            reason: error.to_string(),
        };
        if retired.exists() {
            destroy_retired(&path, &retired).map_err(io)?;
        }
        if next.exists() && is_told(store, size, read_signer(&next, algorithm)?.public())? {
            succeed(&next, &path, &retired).map_err(io)?;
        }
    }
    Ok(())
}

/// Whether a log tells of a key among its first entries: reads them all, which only a
/// renewal under way asks for.
fn is_told(store: &dyn Store, size: u64, key: &FurtherKey) -> Result<bool, StoreError> {
    let (finder, mut found) = (Finder::default(), false);
    each_from(store, 0, size, |_, entry| {
        let told = finder.read(entry).filter(|told| told.act == Act::Announced);
        found |= told.is_some_and(|told| told.key.as_ref() == Ok(key));
    })?;
    Ok(found)
}

/// A key from fresh randomness.
fn drawn(
    algorithm: Algorithm,
    origin: &str,
    randomness: &mut Draw<'_>,
) -> Result<Signer, FurtherError> {
    // One in 2^32 draws is no key; a name that cannot sign is none after any draw.
    for _ in 0..4 {
        let mut seed = [0; 32];
        randomness(&mut seed).map_err(FurtherError::NoRandomness)?;
        if let Some(signer) = Signer::from_seed(algorithm, origin, seed) {
            return Ok(signer);
        }
    }
    Err(FurtherError::Origin(origin.to_owned()))
}

fn io_error(path: &Path, error: &std::io::Error) -> FurtherError {
    FurtherError::Io { place: path.display().to_string(), reason: error.to_string() }
}

/// Tells of a key in its log. `Ok(None)` if the log has been told before.
pub fn announce(
    ledger: &Ledger,
    log: LogName,
    key: &FurtherKey,
) -> Result<Option<Receipt>, FurtherError> {
    let id = format!("signature-key-{log}-{}-{}", key.algorithm(), key.id());
    tell(ledger, log, key, Act::Announced, id)
}

/// Says in its log that a key signs no more: no head over more entries needs its line.
/// `Ok(None)` if the log has been told before.
pub fn withdraw(
    ledger: &Ledger,
    log: LogName,
    key: &FurtherKey,
) -> Result<Option<Receipt>, FurtherError> {
    let id = format!("signature-key-withdrawn-{log}-{}-{}", key.algorithm(), key.id());
    tell(ledger, log, key, Act::Withdrawn, id)
}

/// Overwrites a key that was withdrawn, and takes its file away.
pub fn destroy_key(
    layout: &Layout,
    log: LogName,
    algorithm: Algorithm,
) -> Result<(), FurtherError> {
    let path = layout.further_key(log, algorithm.as_str());
    destroy(&path).map_err(|error| io_error(&path, &error))
}

/// Destroys a log's keys of an algorithm that are of any other origin, one that was to
/// take over included: what a restoration leaves behind.
pub(super) fn destroy_keys_but(
    layout: &Layout,
    log: LogName,
    algorithm: Algorithm,
    origin: &str,
) -> Result<(), FurtherError> {
    let path = layout.further_key(log, algorithm.as_str());
    for path in [beside(&path, "next"), beside(&path, "retired"), path] {
        let stays = read_signer(&path, algorithm).is_ok_and(|key| key.public().name() == origin);
        if !stays {
            destroy(&path).map_err(|error| io_error(&path, &error))?;
        }
    }
    Ok(())
}

fn tell(
    ledger: &Ledger,
    log: LogName,
    key: &FurtherKey,
    act: Act,
    id: String,
) -> Result<Option<Receipt>, FurtherError> {
    let [open, sealed] = act.kinds();
    let kind = match log {
        LogName::Open => open,
        LogName::Sealed => sealed,
    };
    let lookup = ledger.lookup(log);
    lookup.follow(u64::MAX)?;
    if lookup.find_id(SYSTEM, &id)?.is_some() {
        return Ok(None);
    }
    let statement = Statement { id, stream: STREAM, kind, body: body(key) };
    Ok(Some(state(ledger, statement, ledger.now())?))
}

/// The lines of further keys under a checkpoint, in the configuration's order.
pub(super) fn lines(signers: &[Signer], checkpoint: &Checkpoint) -> Result<String, SignError> {
    let line = |signer: &Signer| {
        signer.line(checkpoint).map_err(|error| SignError::Key {
            place: signer.public().vkey(),
            reason: error.to_string(),
        })
    };
    signers.iter().map(line).collect()
}

/// Whether a note carries them all already.
pub(super) fn complete(signers: &[Signer], note: &str, checkpoint: &Checkpoint) -> bool {
    let Ok(note) = Note::parse(note) else { return false };
    signers.iter().all(|signer| signer.public().verify(&note, checkpoint).is_ok())
}

/// Where a log's SM3 heads lie.
pub fn sm3_places(layout: &Layout, log: LogName) -> Places {
    Places { heads: layout.sm3_heads(log), frontier: layout.sm3_frontier(log) }
}

/// Signs the SM3 head over the same entries, if a key for it is named.
pub(super) fn sign_sm3(
    layout: &Layout,
    config: &Config,
    log: LogName,
    signers: &[Signer],
    store: &dyn Store,
    size: u64,
) -> Result<(), SignError> {
    let sm2 = signers.iter().find(|signer| signer.public().algorithm() == Algorithm::Sm2);
    let Some(signer) = sm2 else { return Ok(()) };
    let (origin, places) = (config.origin_of(log), sm3_places(layout, log));
    head::sign(signer, &origin, store, size, &places).map(drop).map_err(|error| match error {
        HeadError::Contradiction(words) => SignError::Contradiction(words),
        HeadError::Store(error) => SignError::Store(error),
        HeadError::Io { place, reason } => SignError::Io { place, reason },
    })
}

/// The signed SM3 head of a log; `None` if there is none.
pub fn sm3_head(layout: &Layout, log: LogName) -> Result<Option<String>, SignError> {
    let [path, _] = layout.sm3_heads(log);
    match std::fs::read_to_string(&path) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(SignError::Io { place: path.display().to_string(), reason: error.to_string() })
        }
    }
}
