//! Receipts held against the entries that were read: what each promises is there,
//! or the log broke its promise.
//!
//! A receipt that the log's own key has signed proves a breach by itself; one that
//! nobody signed is a submitter's word against the operator's.

use super::{AuditError, unreadable};
use crate::document::{self, Member, Members, Misread};
use crate::integrity::chain::Digest;
use crate::integrity::note::NoteError;
use crate::integrity::receipt::Promise;
use crate::integrity::tlog_proof::TlogProof;
use crate::succession::{PromiseError, Succession};
use crate::walk::report::Receipts;
use crate::walk::{FirstBad, Walk, Witness};
use serde_json::Value;
use std::path::Path;

/// One line that `plumb append` prints for an event (`plumbline.receipt/1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: String,
    pub log: String,
    pub position: u64,
    /// BLAKE3 of the entry, in hexadecimal.
    pub hash: String,
    /// The log's origin, where the receipt is signed.
    pub origin: Option<String>,
    /// The log's signature over the promise.
    pub signature: Option<String>,
    /// A tlog-proof of the entry, once a checkpoint covers it.
    pub proof: Option<String>,
}

impl Member for Receipt {
    /// Members that the holding does not need may follow.
    fn read(value: Value) -> Result<Receipt, Misread> {
        let mut members = Members::of(value)?;
        Ok(Receipt {
            id: members.take("id")?,
            log: members.take("log")?,
            position: members.take("position")?,
            hash: members.take("hash")?,
            origin: members.take("origin")?,
            signature: members.take("signature")?,
            proof: members.take("proof")?,
        })
    }
}

/// Who vouches for a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    Nobody,
    /// The log's key.
    Log,
    /// The key's signature does not fit: the receipt is not as it was given.
    Forged(String),
    /// It cannot be told: another key, or none at hand.
    Unknown(String),
}

impl Signed {
    /// What a missing or differing entry then means.
    pub fn consequence(&self) -> &'static str {
        match self {
            Signed::Log => {
                "回执由该日志的密钥签署,本身即是违约的证明 / the log's own key signed the receipt: it \
                 is itself the proof of a breach"
            }
            Signed::Nobody | Signed::Forged(_) | Signed::Unknown(_) => {
                "回执未经该日志签署,须另行证明其来源 / the log's key did not sign the receipt: where it \
                 comes from has to be shown otherwise"
            }
        }
    }
}

impl Receipt {
    /// Whether a key of its log has signed it.
    pub fn signed(&self, keys: Option<&Succession>) -> Signed {
        let Some(signature) = &self.signature else { return Signed::Nobody };
        let unknown = |reason: &str| Signed::Unknown(reason.to_owned());
        let Some(keys) = keys else { return unknown("no key of the log is at hand") };
        let Some(hash) = Digest::from_hex(self.hash.as_bytes()) else {
            return Signed::Forged("the hash is not 64 hexadecimal digits".to_owned());
        };
        let origin = self.origin.as_deref().unwrap_or(keys.current().name());
        let promise = Promise { origin, id: &self.id, position: self.position, hash };
        match keys.promised(&promise, signature) {
            Ok(()) => Signed::Log,
            Err(PromiseError::Note(NoteError::Unsigned(_))) => {
                unknown("another key signed the receipt")
            }
            Err(error) => Signed::Forged(error.to_string()),
        }
    }

    /// The checkpoint that its proof rests on, for the log to be held against.
    pub fn checkpoint(&self) -> Option<Witness> {
        let proof = TlogProof::parse(self.proof.as_deref()?).ok()?;
        Some(Witness { place: format!("receipt {}", self.id), note: proof.note })
    }
}

/// Reads a file of receipts, one a line.
pub fn read_receipts(path: &Path, out: &mut Vec<Receipt>) -> Result<(), AuditError> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let receipt = document::read(line.as_bytes()).map_err(|error| AuditError::NotAReceipt {
            path: path.to_owned(),
            line: index + 1,
            reason: error.to_string(),
        })?;
        out.push(receipt);
    }
    Ok(())
}

/// A log that was read, with the keys that are believed for it.
pub(super) struct Read<'a> {
    pub log: &'a str,
    pub walk: &'a Walk,
    pub keys: Option<Succession>,
}

/// Holds receipts against the entries that were read.
pub(super) fn hold(receipts: &[Receipt], read: &[Read<'_>]) -> Receipts {
    let mut out = Receipts { given: receipts.len() as u64, ..Receipts::default() };
    for receipt in receipts {
        let Receipt { id, log, position, .. } = receipt;
        let Some(found) = read.iter().find(|read| read.log == log) else {
            out.doubts.push(format!("{id}: 未读取日志 {log} / the log {log} was not read"));
            continue;
        };
        match judge(receipt, found) {
            Ok(()) => out.held += 1,
            Err(Found::Doubt(doubt)) => {
                out.doubts.push(format!("{id} ({log} {position}): {doubt}"))
            }
            Err(Found::Breach(reason)) => {
                out.first_bad.get_or_insert_with(|| {
                    let (place, id) = ("receipt".to_owned(), Some(id.clone()));
                    (log.clone(), FirstBad { position: *position, reason, place, id, stream: None })
                });
            }
        }
    }
    out
}

enum Found {
    Breach(String),
    Doubt(String),
}

fn judge(receipt: &Receipt, read: &Read<'_>) -> Result<(), Found> {
    let Receipt { id, position, hash, .. } = receipt;
    let signed = receipt.signed(read.keys.as_ref());
    // What was lost with a backup is told by the entry that owns to it.
    let own = read.walk.succession();
    let lost = own.as_ref().and_then(|keys| keys.lost_in(*position, receipt.origin.as_deref()));
    let lost = lost.map(|step| {
        format!(
            "; 第 {} 号记录所载 / as the entry at {0} says: {}",
            step.position,
            step.change.words()
        )
    });
    let lost = lost.unwrap_or_default();
    let breach =
        |reason: String| Found::Breach(format!("{reason}{lost}; {}", signed.consequence()));
    if let Signed::Forged(reason) = &signed {
        let words = "回执与签名不符,不是该日志所给 / the receipt is not what the log signed";
        return Err(Found::Breach(format!("{words}: {reason}")));
    }
    match read.walk.answer(*position) {
        Some((found, found_id)) if Digest::from_hex(hash.as_bytes()) == Some(found) => {
            if found_id != id {
                return Err(breach(format!("the entry there has the id {found_id}")));
            }
        }
        Some((found, _)) => {
            let reason = format!("the receipt names the digest {hash}, the entry has {found}");
            return Err(breach(reason));
        }
        None if read.walk.is_whole() => {
            let here = read.walk.checked();
            let reason = format!("the receipt was given for this entry; {here} are here");
            return Err(breach(reason));
        }
        None => {
            let doubt = "未能读到该记录 / its entry could not be read";
            return Err(Found::Doubt(doubt.to_owned()));
        }
    }
    match signed {
        Signed::Unknown(reason) => Err(Found::Doubt(format!(
            "记录相符,但签名未能核对 / the entry is the same, the signature could not be checked: {reason}"
        ))),
        _ => Ok(()),
    }
}
