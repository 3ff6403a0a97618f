//! What verification of one log found.

use super::closings::Closings;
use super::openings::Openings;
use crate::integrity::chain::Digest;
use crate::succession::{Restoration, Step, Succession};
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

/// How the first bad place bears on the other entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// An entry, or what frames it, is not as written: what comes before it stands.
    Entry,
    /// Entries that a checkpoint covers are not here.
    Missing,
    /// The entries hang together by themselves and do not fit a checkpoint.
    Unsigned,
    /// A checkpoint is not as it was signed: that says nothing of the entries.
    Head,
    /// The entries stand, and a closing says something else of them.
    Closing,
    /// The entries stand, and one of them tells of an opening that no role allowed.
    Opening,
    /// The entries hang together, and the key that signs from there on was not handed
    /// on by the one before.
    Key,
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
    /// What kind of break the first bad place is.
    pub breach: Option<Breach>,
    pub root: Digest,
    pub last_hash: Digest,
    /// In the order given.
    pub checkpoints: Vec<Held>,
    /// The largest size that a fitting checkpoint covers.
    pub covered: u64,
    pub closings: Closings,
    pub openings: Openings,
    pub key: Option<Key>,
    /// Changes of the log's key that hold, in order.
    pub changes: Vec<Step>,
    /// The keys that were believed, those handed on among them.
    pub keys: Option<Succession>,
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

    /// Entries that these data prove to be as they were recorded. Where a signed
    /// root is not met the chain alone proves nothing: whoever replaced an entry
    /// made it anew.
    pub fn verified(&self) -> u64 {
        match self.breach {
            Some(Breach::Unsigned) => self.covered_below_refuted(),
            // Heads that a key signed which nobody vouched for prove nothing.
            Some(Breach::Key | Breach::Head) => self.covered,
            Some(Breach::Entry | Breach::Missing | Breach::Closing | Breach::Opening) | None => {
                self.checked
            }
        }
    }

    /// What fitting checkpoints cover below the one that is not met. One beside or
    /// above it proves nothing: then two heads contradict each other, and who
    /// rewrote the log signed the one that fits.
    fn covered_below_refuted(&self) -> u64 {
        let refuted = |held: &&Held| !held.fits && held.doubt.is_none();
        let refuted = self.checkpoints.iter().filter(refuted).filter_map(|held| held.size).min();
        let fitting = self.checkpoints.iter().filter(|held| held.fits);
        let highest = fitting.filter_map(|held| held.size).max().unwrap_or(0);
        if refuted.is_some_and(|size| highest < size) { highest } else { 0 }
    }

    /// Entries proved to be wrong or missing: the first bad one, or all that are
    /// not here.
    pub fn failed(&self) -> u64 {
        match (self.breach, &self.first_bad) {
            (Some(Breach::Missing), _) => self.available.saturating_sub(self.checked),
            (Some(Breach::Head), _) => 0,
            (_, Some(_)) => 1,
            (_, None) => 0,
        }
    }

    /// Entries that a refused checkpoint was signed over and a restoration gave up: others
    /// stand in their places.
    fn given_up(&self) -> u64 {
        let refused = self.checkpoints.iter().filter(|held| !held.fits && held.doubt.is_none());
        let size = refused.filter_map(|held| held.size).max().unwrap_or(0);
        let restored = self.changes.iter().filter(|step| step.change.restoration().is_some());
        restored.map(|step| size.saturating_sub(step.position)).max().unwrap_or(0)
    }

    /// Entries of which these data prove nothing, for or against.
    pub fn undecided(&self) -> u64 {
        self.available.saturating_sub(self.verified()).saturating_sub(self.failed())
    }

    /// What a break leaves standing and what it leaves open: the reader's first
    /// question, since one changed entry early on leaves most of a log undecided.
    pub fn impact(&self) -> Option<String> {
        let (verified, undecided) = (self.verified(), self.undecided());
        Some(match self.breach? {
            Breach::Entry => format!(
                "之前的 {verified} 条均已逐条核验,不受影响;首处异常之外的 {undecided} 条不能由本机数据\
                 证明,这不等于它们被改动,用副本可以证明 / the {verified} entries before are all \
                 verified and stand; {undecided} others cannot be proved by the data of this \
                 machine, which does not say that they were changed: a replica can prove them"
            ),
            Breach::Missing => format!(
                "账中现有的 {verified} 条均已逐条核验;检查点签过、账中没有的有 {} 条 / the {verified} \
                 entries that are here are all verified; {0} that a checkpoint was signed over are \
                 not here",
                self.failed().max(self.given_up())
            ),
            Breach::Closing => format!(
                "{verified} 条记录均已逐条核验,不受影响;但账中一次日结的案件索引与这些记录不符:凭该次\
                 日结作出的“案卷完整”证明不可采信 / the {verified} entries stand; a closing in the log \
                 states another index of them: what was shown to be complete by it was not"
            ),
            Breach::Opening => format!(
                "{verified} 条记录均已逐条核验,不受影响;但账中有一次开启或角色记录不合当时有效的角色:账本放行了\
                 不该放行的访问 / the {verified} entries stand; one of them tells of sealed members \
                 opened without a role that allowed it: the ledger let somebody see what they might \
                 not"
            ),
            Breach::Key => format!(
                "账内各条自相连接,但其密钥在该处的更换没有原密钥的认可:其后由新密钥签署的检查点与回执不可采信;\
                 原密钥签过的 {verified} 条不受影响 / the entries hang together, but the key was \
                 changed there without the key before vouching for it: what the new key signed \
                 proves nothing; {verified} entries are covered by keys that hold"
            ),
            Breach::Head => format!(
                "账内各条自相连接;不是签发时模样的是这份检查点(格式或签名不符):只是它被改动,还是连同账一并伪造,\
                 单凭它不能分辨;另有相符的检查点覆盖 {verified} 条 / the entries hang together; what is not as \
                 it was signed is this checkpoint, by its form or its signature: whether it alone was \
                 changed, or forged to go with a forged log, it cannot tell; other checkpoints that fit \
                 cover {verified} entries"
            ),
            Breach::Unsigned => format!(
                "账内各条自相连接,却不是检查点所签的那些:至少一条在签发之后被替换,其后的链被重新计算;\
                 是哪一条,本机数据不能说明,与副本逐条比对即知;不受影响的有 {verified} 条 / the entries \
                 hang together but are not those that were signed: at least one was replaced \
                 afterwards and the chain made anew. Which one, the data of this machine cannot \
                 tell; a replica can. {verified} entries stand"
            ),
        })
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
            "ok": self.verified(),
            "failed": self.failed(),
            "cannot_tell": self.undecided(),
            "first_bad": self.first_bad.as_ref().map(|bad| bad.to_json(&self.log)),
            "impact": self.impact(),
            "root": self.root.to_string(),
            "last_hash": self.last_hash.to_string(),
            "checkpoints": {
                "available": self.checkpoints.len(),
                "ok": self.fitting(),
                "held": self.checkpoints.iter().map(held).collect::<Vec<_>>(),
            },
            "covered_by_checkpoint": self.covered,
            "closings": {
                "recorded": self.closings.recorded,
                "ok": self.closings.held,
                "covered": self.closings.covered,
            },
            "openings": {
                "recorded": self.openings.recorded,
                "ok": self.openings.allowed,
            },
            "key_changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "key": self.key.as_ref().map(|key| json!({"vkey": key.vkey, "given": key.given})),
            "torn_bytes": self.torn_bytes,
            "limits": self.limits,
            "doubts": self.doubts(),
            "unread": self.unread,
        })
    }
}

/// A change of key, as programs read it.
fn change(step: &Step) -> Value {
    let restored = step.change.restoration().map(|restored| {
        let Restoration { kept, lost, persons, reason, .. } = restored;
        json!({
            "kept": kept.size, "lost": lost.size, "reason": reason,
            "persons": persons.iter().map(|person| person.name()).collect::<Vec<_>>(),
        })
    });
    json!({
        "position": step.position,
        "old": step.change.key_before().vkey(),
        "new": step.change.key_after().vkey(),
        "restored": restored,
    })
}
