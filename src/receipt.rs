//! Receipts as evidence: signed by the log, found again for an event, and grown
//! into proofs once a checkpoint covers them.
//!
//! A signature costs more than recording an event in a batch does, so one is made
//! where it is asked for, then or years later.

use crate::config::Layout;
use crate::ledger::checkpoints::{SignError, signing_key};
use crate::ledger::{LogName, Receipt};
use crate::publication::{Publication, PublishError};
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::receipt::Promise;
use serde_json::{Value, json};

/// Signs receipts with the keys of a ledger's logs.
pub struct Signer {
    keys: Vec<(LogName, SigningKey)>,
}

impl Signer {
    /// Reads the keys of both logs.
    pub fn open(layout: &Layout) -> Result<Signer, SignError> {
        let key = |log| Ok((log, signing_key(layout, log)?));
        Ok(Signer { keys: LogName::ALL.into_iter().map(key).collect::<Result<_, SignError>>()? })
    }

    /// The receipt with two members more: the log's `origin`, and its `signature`.
    pub fn signed(&self, receipt: &Receipt) -> Value {
        let mut value = serde_json::to_value(receipt).unwrap_or_default();
        if let Some((_, key)) = self.keys.iter().find(|(log, _)| *log == receipt.log) {
            let Receipt { id, position, hash, .. } = receipt;
            let origin = key.name();
            let promise = Promise { origin, id, position: *position, hash: *hash };
            value["origin"] = json!(origin);
            value["signature"] = json!(promise.sign(key));
        }
        value
    }
}

/// The receipt of an event that was recorded before; `None` if none has this id.
pub fn of_event(reader: &Reader, system: &str, id: &str) -> Result<Option<Receipt>, StoreError> {
    let size = reader.refresh()?;
    let Some(position) = reader.lookup().find_id(system, id)? else { return Ok(None) };
    let Some(entry) = reader.entry(position)? else { return Ok(None) };
    let revision = scan(&entry).map(|fields| fields.revision).map_err(|error| {
        StoreError::Damaged { position, what: error.to_string(), place: "the log".to_owned() }
    })?;
    Ok(Some(Receipt {
        id: id.to_owned(),
        log: reader.log(),
        position,
        hash: entry_hash(&entry),
        log_size: size,
        revision,
        duplicate: true,
    }))
}

/// What has become of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A tlog-proof of the entry.
    Proved(String),
    /// The entry is another, with this hash, or is missing.
    Broken(Option<Digest>),
}

/// Proves that a log holds what was promised: an entry with this hash at this
/// position. Signs a checkpoint first, if none covers it.
pub fn prove(
    publication: &Publication,
    position: u64,
    hash: &Digest,
) -> Result<Kept, PublishError> {
    let Some(entry) = publication.entry(position)? else { return Ok(Kept::Broken(None)) };
    let found = entry_hash(&entry);
    if found != *hash {
        return Ok(Kept::Broken(Some(found)));
    }
    let proof = publication.prove(position)?;
    Ok(proof.map_or(Kept::Broken(None), |proof| Kept::Proved(proof.to_string())))
}
