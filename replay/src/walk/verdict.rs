//! What verification of one log found.

use crate::integrity::chain::Digest;
use serde_json::{Value, json};

/// What was found (design §1.6). "Cannot tell" is never shown as pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    Fail,
    CannotTell,
}

impl Outcome {
    /// 0 pass, 3 proved broken, 4 cannot tell (design §8).
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Pass => 0,
            Outcome::Fail => 3,
            Outcome::CannotTell => 4,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::CannotTell => "cannot_tell",
        }
    }

    /// Of two outcomes the one that counts: 3 wins over 4, 4 over 0.
    pub fn and(self, other: Outcome) -> Outcome {
        match (self, other) {
            (Outcome::Fail, _) | (_, Outcome::Fail) => Outcome::Fail,
            (Outcome::CannotTell, _) | (_, Outcome::CannotTell) => Outcome::CannotTell,
            (Outcome::Pass, Outcome::Pass) => Outcome::Pass,
        }
    }
}

/// The first place that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstBad {
    pub position: u64,
    pub reason: String,
    /// File and byte, or which checkpoint.
    pub place: String,
    /// The entry concerned, where it can still be read.
    pub id: Option<String>,
    pub stream: Option<String>,
}

impl FirstBad {
    pub(super) fn to_json(&self, log: &str) -> Value {
        json!({
            "log": log,
            "position": self.position,
            "reason": self.reason,
            "place": self.place,
            "id": self.id,
            "stream": self.stream,
        })
    }
}

/// A checkpoint that the log was held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it comes from.
    pub place: String,
    /// The size that it says.
    pub size: Option<u64>,
    /// It is signed by the log's key and the log has its root.
    pub fits: bool,
    /// Why it proves nothing, for or against.
    pub doubt: Option<String>,
}

/// The key that checkpoints were checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub vkey: String,
    /// Obtained elsewhere. A key that the log itself names proves less: whoever
    /// rewrote the log wrote it too.
    pub given: bool,
}

/// The verdict over one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub log: String,
    pub outcome: Outcome,
    /// Entries that stand in the log or must stand there, as far as can be told.
    pub available: u64,
    /// Entries read, hashed and found to be as written.
    pub checked: u64,
    pub first_bad: Option<FirstBad>,
    pub root: Digest,
    pub last_hash: Digest,
    /// In the order given.
    pub checkpoints: Vec<Held>,
    /// The largest size that a fitting checkpoint covers.
    pub covered: u64,
    pub key: Option<Key>,
    /// Bytes of a frame that was never completed, after the last entry.
    pub torn_bytes: u64,
    /// What this verdict cannot tell, as stable codes.
    pub limits: Vec<&'static str>,
    /// Files that could not be read, and why.
    pub unread: Vec<String>,
}

impl Verdict {
    /// See [`Outcome::exit_code`].
    pub fn exit_code(&self) -> u8 {
        self.outcome.exit_code()
    }

    /// Checkpoints that fit.
    pub fn fitting(&self) -> usize {
        self.checkpoints.iter().filter(|held| held.fits).count()
    }

    /// Checkpoints that prove nothing, for or against, each with the reason.
    pub fn doubts(&self) -> Vec<String> {
        let doubt = |held: &Held| Some(format!("{}: {}", held.place, held.doubt.as_ref()?));
        self.checkpoints.iter().filter_map(doubt).collect()
    }

    pub fn to_json(&self) -> Value {
        let held = |held: &Held| {
            json!({
                "place": held.place, "size": held.size, "ok": held.fits, "doubt": held.doubt,
            })
        };
        json!({
            "log": self.log,
            "verdict": self.outcome.word(),
            "available": self.available,
            "checked": self.checked,
            "first_bad": self.first_bad.as_ref().map(|bad| bad.to_json(&self.log)),
            "root": self.root.to_string(),
            "last_hash": self.last_hash.to_string(),
            "checkpoints": {
                "available": self.checkpoints.len(),
                "ok": self.fitting(),
                "held": self.checkpoints.iter().map(held).collect::<Vec<_>>(),
            },
            "covered_by_checkpoint": self.covered,
            "key": self.key.as_ref().map(|key| json!({"vkey": key.vkey, "given": key.given})),
            "torn_bytes": self.torn_bytes,
            "limits": self.limits,
            "doubts": self.doubts(),
            "unread": self.unread,
        })
    }
}
