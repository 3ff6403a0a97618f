//! `plumb verify inclusion`: a proof that an entry is in a log, under the checkpoint that
//! stands in it; in the tree of SHA-256, or in that of SM3.

use super::second::origins;
use super::{Exit, Failure, print};
use crate::config::{Config, Layout};
use crate::index::{Field, Query};
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use crate::second::announcement::{self, Announcement, Finder};
use crate::second::proof::{Sm3Proof, is_sm3};
use crate::second::sm3::{stated_origin, stated_size};
use crate::second::{Algorithm, FurtherKey};
use plumbline_replay::audit::read_key_changes;
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use plumbline_replay::integrity::proof::verify_inclusion;
use plumbline_replay::integrity::tlog_proof::{TlogProof, is_proof};
use plumbline_replay::integrity::tree::leaf_hash;
use plumbline_replay::succession::{HeadError, Succession};
use plumbline_replay::walk::report::Report;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is asked of a proof.
pub(super) struct Verify {
    pub proof: PathBuf,
    /// The entry as it is stored; without it the ledger's own at that place.
    pub entry: Option<PathBuf>,
    pub dir: Option<PathBuf>,
    /// Keys of the log, of Ed25519 or of SM2; without one the ledger's own.
    pub keys: Vec<String>,
    pub key_changes: Vec<PathBuf>,
    pub json: bool,
}

/// What a proof shows: the tree's hash function, the entry's place, and the head.
struct Shown {
    tree: &'static str,
    index: u64,
    origin: String,
    size: u64,
}

/// Why it shows nothing: 3 or 4.
type Unshown = (Exit, String);

impl Verify {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let told = |failure: Failure| {
            if self.json {
                print(&Report::unverified(failure.exit as u8, &failure.message).to_string())?;
            }
            Err(failure)
        };
        let text = match read(&self.proof) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(failure) => return told(failure),
        };
        let shown = match self.ledger(&text) {
            Ok(_) if !is_proof(&text) && !is_sm3(&text) => Ok(Err((Exit::CannotTell, no_proof()))),
            Ok(ledger) if is_sm3(&text) => self.by_sm3(&text, ledger.as_ref()),
            Ok(ledger) => self.by_sha256(&text, ledger.as_ref()),
            Err(failure) => Err(failure),
        };
        match shown {
            Ok(shown) => self.tell(shown),
            Err(failure) => told(failure),
        }
    }

    /// The log in the folder that the proof's head names, where a folder is given.
    fn ledger(&self, text: &str) -> Result<Option<Reader>, Failure> {
        let Some(dir) = &self.dir else { return Ok(None) };
        let layout = Layout::new(dir);
        let config = read_config(&layout)?;
        let note = text.split_once("\n\n").map_or("", |(_, note)| note);
        let stated =
            if is_sm3(text) { stated_origin(note) } else { note.lines().next().unwrap_or("") };
        let of = |log: &LogName| origins(&layout, &config, *log).iter().any(|own| own == stated);
        match LogName::ALL.into_iter().find(of) {
            Some(log) => open(&layout, &config, log).map(Some),
            None => Ok(None),
        }
    }

    fn entry(&self, index: u64, ledger: Option<&Reader>) -> Result<Vec<u8>, Failure> {
        if let Some(path) = &self.entry {
            let mut bytes = read(path)?;
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            return Ok(bytes);
        }
        let entry = ledger.map(|reader| reader.entry(index)).transpose()?.flatten();
        entry.ok_or_else(|| Failure {
            exit: Exit::CannotTell,
            message: format!(
                "没有第 {index} 号记录可核对:--entry 给出其原文,或 --dir 给出账本 / no entry {index} to hold \
                 it against: give its bytes with --entry, or a ledger that has it with --dir"
            ),
        })
    }

    fn by_sha256(
        &self,
        text: &str,
        ledger: Option<&Reader>,
    ) -> Result<Result<Shown, Unshown>, Failure> {
        let proof = match TlogProof::parse(text) {
            Ok(proof) => proof,
            Err(error) => return Ok(Err((Exit::Broken, error.to_string()))),
        };
        let keys = match self.succession(ledger)? {
            Ok(keys) => keys,
            Err(unshown) => return Ok(Err(unshown)),
        };
        let head = match keys.verify(&proof.note) {
            Ok(head) => head,
            Err(error) => {
                let unknown = match error {
                    HeadError::Note(NoteError::Unsigned(_)) => true,
                    // Another log's, unless a key of this one stands under it.
                    HeadError::Note(NoteError::Origin { .. }) => !keys.has_line_in(&proof.note),
                    _ => false,
                };
                return Ok(Err((verdict(unknown), error.to_string())));
            }
        };
        let entry = self.entry(proof.index, ledger)?;
        let Checkpoint { origin, size, root } = head;
        let held = verify_inclusion(&leaf_hash(&entry), proof.index, size, &root, &proof.path);
        let shown = Shown { tree: "sha256", index: proof.index, origin, size };
        Ok(held.map(|()| shown).map_err(|error| (Exit::Broken, error.to_string())))
    }

    /// The log's keys from those that are given, or from the ledger.
    fn succession(&self, ledger: Option<&Reader>) -> Result<Result<Succession, Unshown>, Failure> {
        let later = read_key_changes(&self.key_changes)?;
        let given = self.keys.iter().find_map(|key| VerifyingKey::parse(key).ok());
        let own = match (ledger, &given) {
            (Some(reader), Some(key)) => Some(reader.succession(key.clone())?),
            (Some(reader), None) => {
                first_key(reader)?.map(|key| reader.succession(key)).transpose()?
            }
            (None, _) => None,
        };
        let known = own.filter(|own| given.as_ref().is_none_or(|given| own.holds(given)));
        let Some(keys) = known.or(given.map(Succession::of)) else {
            let words =
                "没有公钥:用 --key 给出 / no key: give one with --key, or a ledger with --dir";
            return Ok(Err((Exit::CannotTell, words.to_owned())));
        };
        let broken = |(position, reason): (u64, String)| {
            (Exit::Broken, format!("第 {position} 号 / position {position}: {reason}"))
        };
        Ok(later.continued(&keys).map_err(broken))
    }

    fn by_sm3(
        &self,
        text: &str,
        ledger: Option<&Reader>,
    ) -> Result<Result<Shown, Unshown>, Failure> {
        let proof = match Sm3Proof::parse(text) {
            Ok(proof) => proof,
            Err(error) => return Ok(Err((Exit::Broken, error))),
        };
        let (origin, size) = (stated_origin(&proof.note), stated_size(&proof.note).unwrap_or(0));
        let given = self.keys.iter().filter_map(|key| FurtherKey::parse(key).ok());
        let mut given = given.filter(|key| key.algorithm() == Algorithm::Sm2);
        let told = ledger.map(announced).transpose()?.unwrap_or_default();
        let told = announcement::last(&told, Algorithm::Sm2, origin, size);
        let Some(key) = given.next().or(told.and_then(|told| told.key.clone().ok())) else {
            let words = "没有 SM2 公钥:用 --key 给出(plumb keys show)/ no SM2 key: give it with --key, \
                         or a ledger with --dir";
            return Ok(Err((Exit::CannotTell, words.to_owned())));
        };
        let entry = self.entry(proof.index, ledger)?;
        let shown = Shown { tree: "sm3", index: proof.index, origin: origin.to_owned(), size };
        Ok(proof
            .verify(&key, &entry)
            .map(|()| shown)
            .map_err(|error| (verdict(error.is_unsigned()), error.to_string())))
    }

    fn tell(&self, shown: Result<Shown, Unshown>) -> Result<Exit, Failure> {
        let exit = shown.as_ref().map_or_else(|(exit, _)| *exit, |_| Exit::Done);
        let word = match exit {
            Exit::Done => "pass",
            Exit::Broken => "fail",
            _ => "cannot_tell",
        };
        let place = self.proof.display().to_string();
        if self.json {
            let reason = shown.as_ref().err().map(|(_, reason)| reason);
            let bad = reason.filter(|_| exit == Exit::Broken);
            let value = json!({
                "schema": "plumbline.verify/1",
                "verdict": word,
                "exit_code": exit as u8,
                "available": 1,
                "checked": u8::from(exit == Exit::Done),
                "first_bad": bad.map(|reason| json!({"place": place, "reason": reason})),
                "reason": reason,
                "proof": shown.as_ref().ok().map(|shown| json!({
                    "tree": shown.tree, "index": shown.index, "origin": shown.origin,
                    "size": shown.size,
                })),
                "logs": [],
            });
            print(&value.to_string())?;
            return Ok(exit);
        }
        print(&match shown {
            Ok(Shown { tree, index, origin, size }) => format!(
                "核验通过:第 {index} 号记录在 {origin} 的前 {size} 条之中({tree} 树)/ verified: the entry \
                 at {index} is among the first {size} of {origin}, by the tree of {tree}"
            ),
            Err((Exit::Broken, reason)) => {
                format!("核验不通过 / NOT verified: {place}: {reason}")
            }
            Err((_, reason)) => format!("不能判定 / cannot tell: {place}: {reason}"),
        })?;
        Ok(exit)
    }
}

/// What is told of a file that does not say of itself that it is a proof.
fn no_proof() -> String {
    "不是存在证明,对账本既不能证明、也不能否定:存在证明首行为 c2sp.org/tlog-proof@v1,由 plumb prove inclusion \
     给出 / not a proof, which shows nothing for or against a log: one begins with the line \
     c2sp.org/tlog-proof@v1, as `plumb prove inclusion` prints it"
        .to_owned()
}

fn verdict(unknown: bool) -> Exit {
    if unknown { Exit::CannotTell } else { Exit::Broken }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure {
        exit: Exit::CannotTell,
        message: format!("{}: {error}", path.display()),
    })
}

fn open(layout: &Layout, config: &Config, log: LogName) -> Result<Reader, Failure> {
    Ok(Reader::open(layout, config, log)?)
}

/// The key that entry 0 names.
pub(super) fn first_key(reader: &Reader) -> Result<Option<VerifyingKey>, Failure> {
    let entry = reader.entry(0)?.unwrap_or_default();
    let value: serde_json::Value = serde_json::from_slice(&entry).unwrap_or_default();
    let vkey = value["body"]["checkpoint_key"].as_str().unwrap_or_default();
    Ok(VerifyingKey::parse(vkey).ok())
}

/// What the log tells of its further keys.
fn announced(reader: &Reader) -> Result<Vec<Announcement>, Failure> {
    let query = Query::new().with(Field::Stream, announcement::STREAM);
    let entries = reader.find(&query, 0, reader.size(), usize::MAX)?;
    let finder = Finder::default();
    Ok(entries.iter().filter_map(|(_, entry)| finder.read(entry)).collect())
}
