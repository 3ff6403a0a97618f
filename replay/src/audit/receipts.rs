//! Receipts held against the entries that were read: what each promises is there,
//! or the log broke its promise.
//!
//! A receipt that the log's own key has signed proves a breach by itself; one that
//! nobody signed is a submitter's word against the operator's.

use super::{AuditError, Found as Place, unreadable};
use crate::document::{self, Member, Members, Misread};
use crate::integrity::chain::Digest;
use crate::integrity::checkpoint::{Checkpoint, VerifyingKey};
use crate::integrity::note::{Note, NoteError};
use crate::integrity::proof::{ProofError, siblings, verify_inclusion};
use crate::integrity::receipt::Promise;
use crate::integrity::tlog_proof::TlogProof;
use crate::succession::{PromiseError, Succession};
use crate::walk::report::Receipts;
use crate::walk::{FirstBad, Walk, Witness, roots_of};
use serde_json::Value;
use std::fmt;
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

/// What is wrong with the proof in a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofFault {
    /// It is no proof of the entry that the receipt names.
    Form(String),
    /// Its hashes do not lead from the entry to the root of its checkpoint, which is of
    /// so many entries.
    Path { error: ProofError, path: Vec<Digest>, size: u64 },
}

impl fmt::Display for ProofFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("回执所附证明不成立 / the proof in the receipt does not hold: ")?;
        match self {
            ProofFault::Form(reason) => f.write_str(reason),
            ProofFault::Path { error, .. } => error.fmt(f),
        }
    }
}

impl ProofFault {
    /// Which hash of the path is not the log's, for words. `hashes` gives the log's own
    /// path in the tree of a size, as far as it is known.
    pub fn level(
        &self,
        position: u64,
        hashes: impl FnOnce(u64) -> Option<Vec<Digest>>,
    ) -> Option<String> {
        let ProofFault::Path { error: ProofError::Root, path, size } = self else { return None };
        let own = hashes(*size)?;
        let level = own.iter().zip(path).position(|(own, told)| own != told);
        let Some(level) = level else {
            return Some(
                "每级哈希均与日志相同,不同的是检查点的根 / every hash is the log's: the \
                         checkpoint has another root"
                    .to_owned(),
            );
        };
        let under = siblings(position, *size).into_iter().nth(level)?;
        Some(format!(
            "第 {level} 级哈希不是日志的(第 {0} 至 {1} 号记录之上;第 0 级在叶旁)/ the hash at level \
             {level} is not the log's (it stands over the entries {0} to {1}; level 0 is beside \
             the leaf)",
            under.start,
            under.end - 1
        ))
    }
}

impl Receipt {
    /// Checks the path of its proof, if it has one, from the entry's leaf to the root of
    /// the proof's checkpoint. Who signed that, and whether the log has that root, the
    /// checkpoint tells ([`Receipt::checkpoint`]).
    pub fn proved(&self, leaf: &Digest) -> Result<(), ProofFault> {
        let Some(text) = &self.proof else { return Ok(()) };
        let form = |reason: String| ProofFault::Form(reason);
        let proof = TlogProof::parse(text).map_err(|error| form(error.to_string()))?;
        if proof.index != self.position {
            let (found, due) = (proof.index, self.position);
            return Err(form(format!("it is of position {found}, not of {due}")));
        }
        let head = Note::parse(&proof.note).and_then(|note| Checkpoint::parse(note.text));
        let Checkpoint { size, root, .. } = head.map_err(|error| form(error.to_string()))?;
        verify_inclusion(leaf, proof.index, size, &root, &proof.path)
            .map_err(|error| ProofFault::Path { error, path: proof.path, size })
    }

    /// Whether a key of its log has signed it.
    pub fn signed(&self, keys: Option<&Succession>) -> Signed {
        let Some(signature) = &self.signature else { return Signed::Nobody };
        let unknown = |reason: &str| Signed::Unknown(reason.to_owned());
        let Some(keys) = keys else {
            return unknown("手边没有该日志的公钥 / no key of the log is at hand");
        };
        let Some(hash) = Digest::from_hex(self.hash.as_bytes()) else {
            return Signed::Forged(
                "hash 应为 64 位十六进制 / the hash is not 64 hexadecimal digits".to_owned(),
            );
        };
        let origin = self.origin.as_deref().unwrap_or(keys.current().name());
        let promise = Promise { origin, id: &self.id, position: self.position, hash };
        match keys.promised(&promise, signature) {
            Ok(()) => Signed::Log,
            Err(PromiseError::Note(NoteError::Unsigned(_))) => {
                unknown("回执由另一公钥签署 / another key signed the receipt")
            }
            Err(error) => Signed::Forged(error.to_string()),
        }
    }

    /// The origin of the log that gave it, if that is none of a log's and no key of that
    /// one signed it. Whoever holds it may have taken the wrong file.
    pub fn of_another_log(&self, keys: &Succession) -> Option<&str> {
        let origin = self.origin.as_deref()?;
        let known = keys.origins().any(|known| known == origin);
        let named = |key: &VerifyingKey| {
            self.signature.as_deref().is_some_and(|signature| key.is_named_by(signature))
        };
        (!known && !keys.terms().iter().any(|term| named(&term.key))).then_some(origin)
    }

    /// The checkpoint that its proof rests on, for the log to be held against.
    pub fn checkpoint(&self) -> Option<Witness> {
        let proof = TlogProof::parse(self.proof.as_deref()?).ok()?;
        Some(Witness { place: format!("receipt {}", self.id), note: proof.note, handed_in: true })
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
    pub found: &'a Place,
    pub walk: &'a Walk,
    pub keys: Option<Succession>,
}

impl Read<'_> {
    /// The audit path of an entry in the tree of the first `size` entries, by one more
    /// reading; `None` if these could not be read or are not all here.
    fn path(&self, position: u64, size: u64) -> Option<Vec<Digest>> {
        if !self.walk.is_whole() {
            return None;
        }
        let mut sources = self.found.sources().ok()?;
        let roots = roots_of(&mut sources, &siblings(position, size)).ok()?;
        roots.into_iter().collect()
    }
}

/// Holds receipts against the entries that were read.
pub(super) fn hold(receipts: &[Receipt], read: &[Read<'_>]) -> Receipts {
    let mut out = Receipts { given: receipts.len() as u64, ..Receipts::default() };
    for receipt in receipts {
        let Receipt { id, log, position, .. } = receipt;
        let Some(found) = read.iter().find(|read| read.found.name == *log) else {
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

/// What is told of a receipt that another log gave.
pub fn another_log(origin: &str) -> String {
    format!(
        "这张回执出自另一日志 {origin},对本日志既不能证明、也不能否定:请核对回执与账本 / another log, {origin}, \
         gave this receipt, which proves nothing for or against this one: is it the right receipt, and \
         the right ledger?"
    )
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
    let named = |origin: &&str| !read.walk.origins().iter().any(|own| own == origin);
    let other = read.keys.as_ref().and_then(|keys| receipt.of_another_log(keys));
    if let Some(origin) = other.filter(named) {
        return Err(Found::Doubt(another_log(origin)));
    }
    let breach =
        |reason: String| Found::Breach(format!("{reason}{lost}; {}", signed.consequence()));
    if let Signed::Forged(reason) = &signed {
        let words = "回执与签名不符,不是该日志所给 / the receipt is not what the log signed";
        return Err(Found::Breach(format!("{words}: {reason}")));
    }
    match read.walk.answer(*position) {
        Some((found, found_id)) if Digest::from_hex(hash.as_bytes()) == Some(found) => {
            if found_id != id {
                return Err(breach(format!(
                    "该处记录的编号为 {found_id} / the entry there has the id {found_id}"
                )));
            }
            if let Some(Err(fault)) = read.walk.leaf(*position).map(|leaf| receipt.proved(&leaf)) {
                let level = fault.level(*position, |size| read.path(*position, size));
                let level = level.map(|words| format!("; {words}")).unwrap_or_default();
                return Err(Found::Breach(format!("{fault}{level}")));
            }
        }
        Some((found, _)) => {
            let reason = format!(
                "回执所记摘要为 {hash},该处记录为 {found} / the receipt names the digest {hash}, the entry \
                 has {found}"
            );
            return Err(breach(reason));
        }
        None if read.walk.is_whole() => {
            let here = read.walk.checked();
            let reason = format!(
                "回执所记的事件不在账中,账有 {here} 条 / the receipt was given for this entry; {here} are \
                 here"
            );
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
