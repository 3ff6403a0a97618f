//! `plumb verify receipt --url`: receipts held against a published log, read as
//! any stranger reads it.

use super::{Exit, Failure, print};
use crate::tiled::{TiledError, TiledLog};
use plumbline_replay::audit::{Receipt, Signed, another_log, read_key_changes, read_receipts};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::tree::leaf_hash;
use plumbline_replay::succession::{HeadError, Succession};
use plumbline_replay::walk::Witness;
use serde_json::json;
use std::path::PathBuf;

/// What was found of all receipts.
#[derive(Default)]
struct Found {
    given: u64,
    held: u64,
    first_bad: Option<(u64, String, String)>,
    doubts: Vec<String>,
}

/// Holds receipts against the log at a place, whose key was obtained elsewhere.
pub(super) fn receipts(
    files: &[PathBuf],
    place: &str,
    vkey: &str,
    key_changes: &[PathBuf],
    as_json: bool,
) -> Result<Exit, Failure> {
    let key = VerifyingKey::parse(vkey).map_err(|error| Failure {
        exit: Exit::Usage,
        message: format!("--key {vkey}: {error}"),
    })?;
    let mut receipts = Vec::new();
    for file in files {
        read_receipts(file, &mut receipts)?;
    }
    let log = TiledLog::new(place);
    let mut found = Found { given: receipts.len() as u64, ..Found::default() };
    let mut read = None;
    let later = read_key_changes(key_changes)?;
    let begun = log.keys(&key, &later).and_then(|keys| Ok((log.checkpoint(&keys)?, keys)));
    match begun {
        Ok(((head, _), keys)) => {
            for receipt in &receipts {
                hold(&log, &head, &keys, receipt, &mut found);
            }
            read = Some(head);
        }
        Err(error) => found.take(None, error),
    }
    let exit = match (&found.first_bad, found.held == found.given) {
        (Some(_), _) => Exit::Broken,
        (None, true) => Exit::Done,
        (None, false) => Exit::CannotTell,
    };
    print(&if as_json { found.json(place, read.as_ref(), exit) } else { found.words(exit) })?;
    Ok(exit)
}

fn hold(log: &TiledLog, head: &Checkpoint, keys: &Succession, receipt: &Receipt, out: &mut Found) {
    if let Some(origin) = receipt.of_another_log(keys) {
        return out.doubts.push(format!("{}: {}", receipt.id, another_log(origin)));
    }
    let signed = receipt.signed(Some(keys));
    if let Signed::Forged(reason) = &signed {
        let words = "回执与签名不符,不是该日志所给 / the receipt is not what the log signed";
        return out.bad(receipt, format!("{words}: {reason}"));
    }
    if receipt.position >= head.size {
        return out.doubts.push(format!(
            "{}: 检查点只有 {} 条,尚未覆盖第 {} 号;下一个检查点之后再核 / the checkpoint has {1} \
             entries and does not cover {2} yet: verify again after the next one",
            receipt.id, head.size, receipt.position
        ));
    }
    let entry = match log.entry(receipt.position, head) {
        Ok(entry) => entry,
        Err(error) => return out.take(Some(receipt), error),
    };
    let hash = entry_hash(&entry);
    // What was lost with a backup is told by the entry that owns to it.
    let lost = keys.lost_in(receipt.position, receipt.origin.as_deref());
    let lost = lost.map(|step| format!("; {}", step.change.words())).unwrap_or_default();
    if Digest::from_hex(receipt.hash.as_bytes()) != Some(hash) {
        let reason = format!(
            "the receipt names the digest {}, the entry has {hash}{lost}; {}",
            receipt.hash,
            signed.consequence()
        );
        return out.bad(receipt, reason);
    }
    if scan(&entry).is_ok_and(|fields| fields.id != receipt.id) {
        return out.bad(receipt, format!("the entry has another id; {}", signed.consequence()));
    }
    match proof(log, head, keys, receipt, &leaf_hash(&entry)) {
        Ok(()) => {}
        Err(Faulty::Bad(reason)) => return out.bad(receipt, reason),
        Err(Faulty::Doubt(reason)) => return out.doubts.push(format!("{}: {reason}", receipt.id)),
        Err(Faulty::Log(error)) => return out.take(Some(receipt), error),
    }
    match signed {
        Signed::Unknown(reason) => out.doubts.push(format!("{}: {reason}", receipt.id)),
        _ => out.held += 1,
    }
}

/// Why the proof in a receipt does not count.
enum Faulty {
    Bad(String),
    Doubt(String),
    Log(TiledError),
}

/// The proof in a receipt, if there is one: its path, whose checkpoint it is, and that
/// the log shows the same root.
fn proof(
    log: &TiledLog,
    head: &Checkpoint,
    keys: &Succession,
    receipt: &Receipt,
    leaf: &Digest,
) -> Result<(), Faulty> {
    if let Err(fault) = receipt.proved(leaf) {
        let level = fault.level(receipt.position, |size| {
            let known = size <= head.size;
            known.then(|| log.path(receipt.position, size, head).ok()).flatten()
        });
        let level = level.map(|words| format!("; {words}")).unwrap_or_default();
        return Err(Faulty::Bad(format!("{fault}{level}")));
    }
    let Some(Witness { place, note, .. }) = receipt.checkpoint() else { return Ok(()) };
    let own = keys.verify(&note);
    let own = own.map_err(|error| Faulty::Log(TiledError::Note { place, error }))?;
    if own.size > head.size {
        return Err(Faulty::Doubt(format!(
            "所附证明的检查点有 {} 条,公布的只有 {} 条 / its proof is of a checkpoint over {0} entries, \
             {1} are published: verify again after the next one",
            own.size, head.size
        )));
    }
    match log.earlier_root(own.size, head) {
        Ok(root) if root == own.root => Ok(()),
        Ok(_) => Err(Faulty::Bad(format!(
            "所附证明的检查点与公布的日志不符:同一密钥签了两种历史 / the log has another root over {} \
             entries than the checkpoint of the proof: its key signed two histories",
            own.size
        ))),
        Err(error) => Err(Faulty::Log(error)),
    }
}

impl Found {
    fn bad(&mut self, receipt: &Receipt, reason: String) {
        self.first_bad.get_or_insert((receipt.position, receipt.id.clone(), reason));
    }

    fn take(&mut self, receipt: Option<&Receipt>, error: TiledError) {
        let broken = match &error {
            TiledError::Broken { .. } => true,
            TiledError::Note { error, .. } => !matches!(
                error,
                HeadError::Note(
                    NoteError::Unsigned(_) | NoteError::Key(_) | NoteError::Origin { .. }
                )
            ),
            TiledError::Fetch(_) | TiledError::Unreadable { .. } => false,
        };
        let (position, id) = receipt.map_or((0, String::new()), |r| (r.position, r.id.clone()));
        if broken {
            self.first_bad.get_or_insert((position, id, error.to_string()));
        } else {
            self.doubts.push(format!("{id} {error}").trim().to_owned());
        }
    }

    fn json(&self, place: &str, head: Option<&Checkpoint>, exit: Exit) -> String {
        let bad = self.first_bad.as_ref().map(|(position, id, reason)| {
            json!({"position": position, "id": id, "reason": reason, "place": place})
        });
        let checkpoint = head.map(|head| json!({"origin": head.origin, "size": head.size}));
        json!({
            "schema": "plumbline.verify/1",
            "verdict": verdict(exit).0,
            "exit_code": exit as u8,
            "available": self.given,
            "checked": self.held,
            "first_bad": bad,
            "receipts": {"given": self.given, "held": self.held, "doubts": self.doubts},
            "checkpoint": checkpoint,
            "logs": [],
        })
        .to_string()
    }

    fn words(&self, exit: Exit) -> String {
        let mut lines = vec![verdict(exit).1.to_owned()];
        lines.push(format!(
            "  回执 / receipts: 相符 {} / {} 张 / {0} of {1} hold",
            self.held, self.given
        ));
        if let Some((position, id, reason)) = &self.first_bad {
            lines.push(format!(
                "  首个不符 / first bad: {id}(第 {position} 号 / at {position}): {reason}"
            ));
        }
        lines.extend(self.doubts.iter().map(|doubt| format!("  未能核对 / not held: {doubt}")));
        lines.push(format!("退出码 / exit code {}", exit as u8));
        lines.join("\n")
    }
}

fn verdict(exit: Exit) -> (&'static str, &'static str) {
    match exit {
        Exit::Done => ("pass", "核验通过 / verified"),
        Exit::Broken => ("fail", "核验不通过 / NOT verified"),
        _ => ("cannot_tell", "不能判定 / cannot tell"),
    }
}
