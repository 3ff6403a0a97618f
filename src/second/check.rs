//! Verification of a log's second hashes and signatures: every entry is hashed anew
//! with SM3, and every head must carry the lines that the log says it carries.
//!
//! The Ed25519 line and the RFC 6962 root are judged elsewhere; here a note is only
//! read for what it states. Three verdicts: what is missing or does not fit is
//! proved broken, what no key is known for cannot be told.

use super::announcement::{Act, Announcement, due, last};
use super::gather::{Whole, whole};
use super::sm3::{stated_origin, stated_size};
use super::{Algorithm, FurtherKey, head};
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::note::{Note, NoteError};
use plumbline_replay::walk::{Outcome, Witness};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What to check of one log.
pub struct Asked<'a> {
    pub log: &'a str,
    pub origin: &'a str,
    pub store: &'a dyn Store,
    /// The log's own heads: they carry what the log says.
    pub own: Vec<Witness>,
    /// Heads kept elsewhere, of this log: their lines must fit, if they carry any.
    pub outside: Vec<Witness>,
    /// The log's own signed SM3 heads, in each of their places; empty where there is none.
    pub sm3: Vec<Witness>,
    /// SM3 heads kept elsewhere.
    pub sm3_outside: Vec<Witness>,
    /// Algorithms that must be in use.
    pub required: Vec<Algorithm>,
    /// Keys obtained elsewhere.
    pub keys: Vec<FurtherKey>,
    pub threads: usize,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    pub place: String,
    pub reason: String,
    /// The last entry under the head concerned.
    pub position: u64,
}

/// What was found of one log.
#[derive(Clone, Debug)]
pub struct Checked {
    pub log: String,
    /// Entries hashed with SM3.
    pub hashed: u64,
    /// The root over all of them.
    pub root: Digest,
    /// The keys that the log tells of, in order, each with its position.
    pub announced: Vec<(u64, FurtherKey)>,
    /// Those that it withdrew, likewise.
    pub withdrawn: Vec<(u64, FurtherKey)>,
    /// Signature lines that fit.
    pub lines: u64,
    /// SM3 heads that fit, and the largest size that one covers.
    pub heads: u64,
    pub covered: u64,
    pub bad: Vec<Bad>,
    /// What could not be told, and why.
    pub doubts: Vec<String>,
}

/// Checks one log whole.
pub fn check(asked: &Asked<'_>) -> Result<Checked, StoreError> {
    let size = asked.store.size()?;
    let heads = asked.sm3.iter().chain(&asked.sm3_outside);
    let wanted: BTreeSet<u64> = heads.filter_map(|head| stated_size(&head.note)).collect();
    let whole = whole(asked.store, size, &wanted, asked.threads)?;
    let mut out = Checked::new(asked.log, whole.tree.size(), whole.tree.root());
    out.announcements(asked, &whole.announced);
    for (own, witness) in
        asked.own.iter().map(|own| (true, own)).chain(asked.outside.iter().map(|out| (false, out)))
    {
        out.note(&whole.announced, own, witness);
    }
    out.sm3_heads(asked, &whole, size);
    Ok(out)
}

impl Checked {
    fn new(log: &str, hashed: u64, root: Digest) -> Checked {
        let (announced, withdrawn, bad, doubts) = Default::default();
        let (lines, heads, covered) = Default::default();
        let log = log.to_owned();
        Checked { log, hashed, root, announced, withdrawn, lines, heads, covered, bad, doubts }
    }

    /// A log that could not be read to its end.
    pub fn unread(log: &str, error: &StoreError) -> Checked {
        let mut out = Checked::new(log, 0, Digest::ZERO);
        out.doubts.push(format!("未能读完,未核对 / not read to its end, not checked: {error}"));
        out
    }

    pub fn outcome(&self) -> Outcome {
        if !self.bad.is_empty() {
            Outcome::Fail
        } else if !self.doubts.is_empty() {
            Outcome::CannotTell
        } else {
            Outcome::Pass
        }
    }

    fn wrong(&mut self, place: &str, size: u64, reason: String) {
        let position = size.saturating_sub(1);
        self.bad.push(Bad { place: place.to_owned(), reason, position });
    }

    /// The keys that the log tells of, held against those known from elsewhere.
    fn announcements(&mut self, asked: &Asked<'_>, announced: &[Announcement]) {
        for (at, Announcement { position, act, key }) in announced.iter().enumerate() {
            match (act, key) {
                (Act::Announced, Ok(key)) => self.announced.push((*position, key.clone())),
                (Act::Withdrawn, Ok(key)) => {
                    let before = announced.get(..at).unwrap_or_default();
                    if due(before, key.algorithm(), key.name(), *position) != Some(key) {
                        let place = format!("第 {position} 号记录 / the entry at {position}");
                        let reason = "it withdraws a key that is not in use".to_owned();
                        self.wrong(&place, position + 1, reason);
                    }
                    self.withdrawn.push((*position, key.clone()));
                }
                (_, Err(reason)) => {
                    let place = format!("第 {position} 号记录 / the entry at {position}");
                    let reason = format!("the key that is announced there is none: {reason}");
                    self.wrong(&place, position + 1, reason);
                }
            }
        }
        for algorithm in &asked.required {
            match last(announced, *algorithm, asked.origin, u64::MAX) {
                None => self.doubts.push(format!(
                    "此日志没有宣告 {algorithm} 公钥,无从核对;plumb keys also 启用 / this log \
                     announces no {algorithm} key, so nothing can be checked; `plumb keys also` \
                     puts it to use"
                )),
                Some(told) if told.act == Act::Withdrawn => self.doubts.push(format!(
                    "{algorithm} 已于第 {0} 号记录停用,其后的检查点没有此签名 / {algorithm} was withdrawn \
                     by the entry at {0}: heads over more entries do not carry its line",
                    told.position
                )),
                Some(_) => {}
            }
        }
        for given in asked.keys.iter().filter(|key| key.name() == asked.origin) {
            let told = self.announced.iter().any(|(_, key)| key == given);
            let none = !self.announced.iter().any(|(_, key)| key.algorithm() == given.algorithm());
            if !told && !none {
                self.doubts.push(format!(
                    "账中宣告的不是外部给定的公钥 {0} / the log announces another key than the one \
                     given, {0}",
                    given.id()
                ));
            }
        }
    }

    /// A checkpoint's lines, against what the log says its heads carry.
    fn note(&mut self, announced: &[Announcement], own: bool, witness: &Witness) {
        let place = &witness.place;
        let note = Note::parse(&witness.note);
        let read = note.as_ref().map(|note| (note, Checkpoint::parse(note.text)));
        let Ok((note, Ok(checkpoint))) = read else {
            // What is no checkpoint at all fails as one, elsewhere.
            self.doubts.push(format!("{place}: 不是检查点 / not a checkpoint"));
            return;
        };
        let Checkpoint { origin, size, .. } = &checkpoint;
        for algorithm in Algorithm::ALL {
            let Some(key) = due(announced, algorithm, origin, *size) else { continue };
            match key.verify(note, &checkpoint) {
                Ok(()) => self.lines += 1,
                Err(NoteError::Unsigned(key)) if own => {
                    let reason = format!(
                        "应有的签名行缺失 / the line that the log says its heads carry is missing: {key}"
                    );
                    self.wrong(place, checkpoint.size, reason);
                }
                Err(error @ NoteError::Unsigned(_)) => {
                    self.doubts.push(format!("{place}: {error}"));
                }
                Err(error) => self.wrong(place, checkpoint.size, error.to_string()),
            }
        }
    }

    /// The signed SM3 heads, against the entries.
    fn sm3_heads(&mut self, asked: &Asked<'_>, whole: &Whole, size: u64) {
        let sizes = asked.own.iter().filter_map(|own| {
            let note = Note::parse(&own.note).ok()?;
            Checkpoint::parse(note.text).ok().map(|head| (own.place.clone(), head.size))
        });
        let newest = sizes.max_by_key(|(_, size)| *size);
        let outside = asked.sm3_outside.iter().map(|head| (false, head));
        let newest_size = newest.as_ref().map_or(0, |(_, size)| *size);
        let in_use = due(&whole.announced, Algorithm::Sm2, asked.origin, newest_size).is_some();
        for (own, witness) in asked.sm3.iter().map(|head| (true, head)).chain(outside) {
            let place = &witness.place;
            if witness.note.is_empty() {
                if in_use {
                    let reason = "没有 SM3 检查点 / there is no SM3 head".to_owned();
                    self.wrong(place, newest_size, reason);
                }
                continue;
            }
            let claimed = stated_size(&witness.note);
            // What stands in the log's own place is due as the log is now.
            let at = claimed.unwrap_or(size).max(if own && in_use { newest_size } else { 0 });
            let origin = if own { asked.origin } else { stated_origin(&witness.note) };
            // One that was signed on after its key was withdrawn is a line too many.
            let told = last(&whole.announced, Algorithm::Sm2, origin, at);
            let Some(Ok(key)) = told.map(|told| told.key.as_ref()) else {
                self.doubts.push(format!("{place}: 没有公钥 / no key for it is announced"));
                continue;
            };
            match head::read(key, &witness.note) {
                Err(error) => self.wrong(place, claimed.unwrap_or(size), error.to_string()),
                Ok(head) if head.origin != origin => {
                    self.wrong(place, head.size, format!("it is of the log {}", head.origin));
                }
                Ok(head) if head.size > size => {
                    let reason = format!("signed over {} entries, {size} are here", head.size);
                    self.wrong(place, head.size, reason);
                }
                Ok(head) if whole.roots.get(&head.size) != Some(&head.root) => {
                    let reason = "the SM3 root of the entries is not the signed one".to_owned();
                    self.wrong(place, head.size, reason);
                }
                Ok(head) => {
                    self.heads += 1;
                    self.covered = self.covered.max(head.size);
                    let newer =
                        newest.as_ref().filter(|(_, due)| own && in_use && *due > head.size);
                    if let Some((beside, due)) = newer {
                        let reason = format!(
                            "已陈旧:只到 {0} 条,而 {beside} 已签到 {due} 条 / stale: it covers {0} \
                             entries, and {beside} was signed over {due}",
                            head.size
                        );
                        self.wrong(place, *due, reason);
                    }
                }
            }
        }
    }

    /// One member of the report's `second`.
    pub fn to_json(&self) -> Value {
        let key = |(position, key): &(u64, FurtherKey)| {
            json!({
                "position": position, "algorithm": key.algorithm().as_str(),
                "id": key.id(), "vkey": key.vkey(),
            })
        };
        let keys = self.announced.iter().map(key);
        let bad = |bad: &Bad| {
            json!({
                "log": self.log, "position": bad.position, "reason": bad.reason,
                "place": bad.place, "id": null, "stream": null,
            })
        };
        json!({
            "log": self.log,
            "verdict": self.outcome().word(),
            "hashed": self.hashed,
            "sm3_root": self.root.to_string(),
            "keys": keys.collect::<Vec<_>>(),
            "withdrawn": self.withdrawn.iter().map(key).collect::<Vec<_>>(),
            "lines_ok": self.lines,
            "sm3_heads_ok": self.heads,
            "covered": self.covered,
            "bad": self.bad.iter().map(bad).collect::<Vec<_>>(),
            "doubts": self.doubts,
        })
    }

    /// For people, Chinese first.
    pub fn words(&self) -> String {
        let word = match self.outcome() {
            Outcome::Pass => "相符 / fits",
            Outcome::Fail => "不符 / does NOT fit",
            Outcome::CannotTell => "不能判定 / cannot tell",
        };
        let mut lines = vec![format!(
            "  国密与后量子 / second digest and signatures, {}: {word}; SM3 重算 / hashed {} 条 / \
             entries, SM3 检查点 / heads {}, 签名行 / lines {}",
            self.log, self.hashed, self.heads, self.lines
        )];
        for bad in &self.bad {
            lines.push(format!("  位置 / place: {}", bad.place));
            lines.push(format!("  原因 / reason: {}", bad.reason));
        }
        lines.extend(self.withdrawn.iter().map(|(position, key)| {
            let algorithm = key.algorithm();
            format!(
                "  第 {position} 号记录停用 / withdrawn by the entry at {position}: {algorithm}"
            )
        }));
        lines.extend(self.doubts.iter().map(|doubt| format!("  未能核对 / not held: {doubt}")));
        lines.join("\n")
    }
}
