//! From what was read to a verdict: the log is held against its checkpoints.

use super::keys::Elsewhere;
use super::plain::{Walk, Wrong};
use super::verdict::{Breach, Held, Key, Outcome, Verdict};
use crate::integrity::checkpoint::{Checkpoint, NoteError};
use crate::integrity::note::Note;
use crate::integrity::tlog_proof::is_proof;
use crate::integrity::tree::empty_root;
use crate::succession::{HeadError, Later, Step, Succession};

/// A checkpoint to hold the log against.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Where it comes from, for the report.
    pub place: String,
    pub note: String,
    /// Handed in by whoever asks, and not kept with the log. Such a file may be the wrong
    /// one, which says nothing of the log; what lies with the log was put there as its own.
    pub handed_in: bool,
}

/// The size that a note claims, whoever signed it.
pub fn claimed_size(note: &str) -> Option<u64> {
    note.split('\n').nth(1)?.parse().ok()
}

/// The limit of a verdict that leaves signature lines of other algorithms unchecked.
pub const SECOND_LINES: &str = "signature-lines-of-other-algorithms-not-checked";

/// The limit of a verdict that leaves a signed SM3 root unchecked.
pub const SM3_HEAD: &str = "sm3-head-not-checked";

/// Whether a checkpoint carries such lines under its log's name.
pub fn carries_other_algorithms(note: &str) -> bool {
    let origin = note.lines().next().unwrap_or_default();
    Note::parse(note).is_ok_and(|note| note.carries_other_algorithms(origin))
}

/// What is told of a file that was handed in and is no checkpoint of this log.
fn wrong_file(error: &HeadError) -> String {
    format!(
        "这份文件不是本日志的检查点,对本日志既不能证明、也不能否定:请核对文件与账本 / no checkpoint of \
         this log, which proves nothing for or against it: is it the right file, and the right \
         ledger? {error}"
    )
}

/// Why a checkpoint does not support the log.
enum Doubt {
    /// Proved broken, from this position on.
    Fails(Breach, u64, String),
    /// The key is not known or what it covers was not read.
    Unknown(String),
}

impl Walk {
    /// The verdict, after the last segment, under a key from elsewhere if there is one.
    pub fn finish(self, witnesses: &[Witness], key: Option<&str>) -> Verdict {
        self.finish_under(witnesses, &Elsewhere { key, later: &Later::default() })
    }

    /// The same with all that is known of the log's keys. The log's own changes of key
    /// are followed in any case.
    pub fn finish_under(mut self, witnesses: &[Witness], elsewhere: &Elsewhere<'_>) -> Verdict {
        let key = elsewhere.key;
        let (own, broken) = self.hold_keys(elsewhere.later);
        let mut breach = broken.or(self.bad.is_some().then_some(self.flaw));
        let keys = self.succession_under(elsewhere);
        let vkey = key.map(str::to_owned).or(keys.as_ref().map(|keys| keys.current().vkey()));
        let mut checkpoints = Vec::with_capacity(witnesses.len());
        let (mut covered, mut signed) = (0, 0);
        for witness in witnesses {
            let mut held = Held {
                place: witness.place.clone(),
                size: claimed_size(&witness.note),
                fits: false,
                doubt: None,
            };
            let read = self.read_witness(witness, keys.as_ref());
            if let Ok(checkpoint) = &read {
                signed = signed.max(checkpoint.size);
            }
            match read.and_then(|checkpoint| self.hold(&checkpoint)) {
                Ok(size) => {
                    held.fits = true;
                    covered = covered.max(size);
                }
                Err(Doubt::Fails(kind, position, reason)) => {
                    if self.bad.is_none() {
                        breach = Some(kind);
                        self.wrong(Wrong::at(position, &reason), &witness.place);
                    }
                }
                Err(Doubt::Unknown(reason)) => held.doubt = Some(reason),
            }
            checkpoints.push(held);
        }
        let fitting = checkpoints.iter().any(|held| held.fits);
        let doubtful = checkpoints.iter().any(|held| held.doubt.is_some());
        let open = !self.unread.is_empty() || self.position == 0 || doubtful || !fitting;
        let outcome = match &self.bad {
            Some(_) => Outcome::Fail,
            None if open => Outcome::CannotTell,
            None => Outcome::Pass,
        };
        let changes = own.map_or_else(Vec::new, |own| own.steps().to_vec());
        let mut limits = self.limits(key.is_some(), &changes, covered, &checkpoints);
        if witnesses.iter().any(|witness| carries_other_algorithms(&witness.note)) {
            limits.push(SECOND_LINES);
        }
        let bad = self.end_of_bad(breach);
        Verdict {
            log: self.log,
            outcome,
            available: self.position.max(signed).max(bad),
            checked: self.position,
            root: self.frontier.root(),
            last_hash: self.last_hash,
            first_bad: self.bad,
            breach,
            checkpoints,
            covered,
            closings: self.closings,
            openings: self.openings,
            key: vkey.map(|vkey| Key { vkey, given: key.is_some() }),
            changes,
            keys,
            torn_bytes: self.torn_bytes,
            limits,
            unread: self.unread,
        }
    }

    /// The bad entry stands there too, unless it is one that is missing or none at all.
    fn end_of_bad(&self, breach: Option<Breach>) -> u64 {
        let bad = self.bad.as_ref().filter(|_| breach != Some(Breach::Head));
        bad.map_or(0, |bad| bad.position.saturating_add(1))
    }

    fn limits(
        &self,
        key_given: bool,
        changes: &[Step],
        covered: u64,
        checkpoints: &[Held],
    ) -> Vec<&'static str> {
        let mut limits = vec!["pre-entry-truth", "omission"];
        if !key_given {
            limits.push("key-taken-from-the-log");
        }
        if covered < self.position {
            limits.push("entries-after-the-checkpoint-by-chain-only");
        }
        if checkpoints.is_empty() {
            limits.push("no-checkpoint");
        } else if !checkpoints.iter().any(|held| held.fits) {
            limits.push("no-checkpoint-could-be-verified");
        }
        if !self.unread.is_empty() {
            limits.push("not-all-could-be-read");
        }
        if changes.iter().any(|step| step.change.restoration().is_some()) {
            limits.push("restored-from-a-backup");
        }
        limits
    }

    /// The checkpoint of a witness, if it is one of this log under these keys.
    fn read_witness(
        &self,
        witness: &Witness,
        keys: Option<&Succession>,
    ) -> Result<Checkpoint, Doubt> {
        let no_key = "没有公钥:第 0 号记录读不出,或所给公钥读不出 / no key: entry 0 could not be read, or the key that is given";
        let keys = keys.ok_or_else(|| Doubt::Unknown(no_key.to_owned()))?;
        let checkpoint = keys.verify(&witness.note).map_err(|error| match error {
            HeadError::Note(NoteError::Unsigned(_) | NoteError::Key(_)) => {
                Doubt::Unknown(error.to_string())
            }
            // The log's own checkpoint under a key of another log: a wrong key
            // was given, which says nothing of the log.
            HeadError::Note(NoteError::Origin { ref found, .. }) if self.is_origin(found) => {
                Doubt::Unknown(format!(
                    "公钥 {} 属于另一日志 / the key {0} is of another log",
                    keys.current().name()
                ))
            }
            // Whoever has it may have taken the wrong file. One that a key of the log
            // signed is none, whatever it says now.
            HeadError::Note(NoteError::Malformed(_) | NoteError::Origin { .. })
                if witness.handed_in
                    && (is_proof(&witness.note) || !keys.has_line_in(&witness.note)) =>
            {
                Doubt::Unknown(wrong_file(&error))
            }
            HeadError::Lost { position, .. } => {
                Doubt::Fails(Breach::Missing, position, error.to_string())
            }
            HeadError::Note(_) => {
                Doubt::Fails(Breach::Head, self.position.saturating_sub(1), error.to_string())
            }
            other => {
                let position = other.position().unwrap_or(self.position);
                Doubt::Fails(Breach::Unsigned, position, other.to_string())
            }
        })?;
        if self.created.is_some() && !self.is_origin(&checkpoint.origin) {
            let reason =
                format!("检查点属于日志 {} / the checkpoint is of the log {0}", checkpoint.origin);
            return Err(Doubt::Fails(Breach::Unsigned, 0, reason));
        }
        Ok(checkpoint)
    }

    /// Compares a signed root with the one of the entries; gives the size.
    fn hold(&self, checkpoint: &Checkpoint) -> Result<u64, Doubt> {
        let whole = self.bad.is_none() && self.unread.is_empty();
        if whole && checkpoint.size > self.position {
            let reason = format!(
                "检查点签过 {} 条,现有 {} 条 / the checkpoint was signed over {0} entries, {1} are \
                 here",
                checkpoint.size, self.position
            );
            return Err(Doubt::Fails(Breach::Missing, self.position, reason));
        }
        let root = match checkpoint.size {
            0 => Some(empty_root()),
            size => self.roots.get(&size).copied(),
        };
        match root {
            Some(root) if root == checkpoint.root => Ok(checkpoint.size),
            Some(_) => {
                let reason = "记录的根不是所签的根:此前某条被替换,其后的链被重新计算 / the root of \
                              the entries is not the signed one: some entry before was replaced \
                              and the chain was made anew";
                let last = checkpoint.size.saturating_sub(1);
                Err(Doubt::Fails(Breach::Unsigned, last, reason.to_owned()))
            }
            None => Err(Doubt::Unknown(
                "它所覆盖的记录未能读出 / the entries that it covers could not be read".to_owned(),
            )),
        }
    }
}
