//! The check of an extract, from the log's key alone.

use super::{Coverage, Extract};
use crate::integrity::chain::entry_hash;
use crate::integrity::checkpoint::{Checkpoint, NoteError, VerifyingKey};
use crate::integrity::entry::{Fields, scan};
use crate::integrity::json::is_canonical;
use crate::integrity::proof::verify_inclusion;
use crate::integrity::tree::{Frontier, leaf_hash};
use crate::streams::Closing;
use crate::succession::{HeadError, Later, Succession};
use std::fmt;

/// What an extract shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    pub checkpoint: Checkpoint,
    /// Entries of the stream up to the checkpoint, which are all; 0 if it has none.
    pub entries: u64,
    /// Position of the closing rested on, and how many entries it covers.
    pub closing: u64,
    pub covered: u64,
}

/// Why an extract does not show that it is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproved {
    /// Proved broken. The position is that of the entry concerned, where one is.
    Fails { position: Option<u64>, reason: String },
    /// Nothing is proved, for or against.
    CannotTell(String),
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unproved::Fails { reason, .. } => reason.fmt(f),
            Unproved::CannotTell(it) => it.fmt(f),
        }
    }
}

impl std::error::Error for Unproved {}

fn fails<T>(position: impl Into<Option<u64>>, reason: impl Into<String>) -> Result<T, Unproved> {
    Err(Unproved::Fails { position: position.into(), reason: reason.into() })
}

impl Extract {
    /// The log's keys, if the given one is among them, as the extract and what is known
    /// beside it tell how they changed.
    ///
    /// # Errors
    ///
    /// [`Unproved::Fails`] at a change that does not hold.
    pub fn keys(&self, given: VerifyingKey, later: &Later) -> Result<Succession, Unproved> {
        let fails = |(position, reason): (u64, String)| Unproved::Fails {
            position: Some(position),
            reason: format!("更换密钥不成立 / the change of key does not hold: {reason}"),
        };
        let changes = self.key_changes.iter().map(Vec::as_slice);
        let told = match Succession::of_entries(changes).map_err(fails)? {
            Some(told) => Some(told),
            // No change up to the checkpoint: the key that the extract names is the first.
            None => VerifyingKey::parse(&self.vkey).ok().map(Succession::of),
        };
        let told = told.map(|told| later.continued(&told).map_err(fails)).transpose()?;
        Ok(told.filter(|keys| keys.holds(&given)).unwrap_or(Succession::of(given)))
    }

    /// Checks that these are all entries of the stream up to the checkpoint, under
    /// a key that was obtained elsewhere. What is proved rests on the closing's
    /// index being true, which any reader of the whole log finds.
    ///
    /// # Errors
    ///
    /// [`Unproved`], with the place.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Proved, Unproved> {
        self.verify_with(key, &Later::default())
    }

    /// The same where changes of the log's key are known that came later.
    ///
    /// # Errors
    ///
    /// As [`Extract::verify`].
    pub fn verify_with(&self, key: &VerifyingKey, later: &Later) -> Result<Proved, Unproved> {
        let checkpoint = self.checkpoint(&self.keys(key.clone(), later)?)?;
        let own = self.own(&checkpoint)?;
        let Some(coverage) = &self.coverage else {
            return Err(Unproved::CannotTell(format!(
                "所附 {} 条均在账中;没有日结索引,不能证明此案再无其他记录 / the {0} entries are in the \
                 log; without a closing it is not shown that there are no others",
                own.len()
            )));
        };
        let (closing, tail) = coverage.tail(&checkpoint)?;
        let before = own.partition_point(|entry| entry.position < closing.size);
        let (before, after) = own.split_at(before);
        self.counted(coverage, &closing, before)?;
        compare(&self.stream, after, &tail)?;
        let (entries, covered) = (own.len() as u64, closing.size);
        Ok(Proved { checkpoint, entries, closing: coverage.closing, covered })
    }

    fn checkpoint(&self, keys: &Succession) -> Result<Checkpoint, Unproved> {
        keys.verify(&self.note).map_err(|error| match error {
            // A key of another log says nothing of this one.
            HeadError::Note(
                NoteError::Unsigned(_) | NoteError::Key(_) | NoteError::Origin { .. },
            ) => Unproved::CannotTell(format!("检查点 / checkpoint: {error}")),
            broken => Unproved::Fails {
                position: broken.position(),
                reason: format!("检查点 / checkpoint: {broken}"),
            },
        })
    }

    /// The extract's own entries: each in the log, of the stream, and by revision
    /// without a gap.
    fn own(&self, checkpoint: &Checkpoint) -> Result<Vec<Own<'_>>, Unproved> {
        let mut out: Vec<Own<'_>> = Vec::with_capacity(self.entries.len());
        for (revision, included) in (0..).zip(&self.entries) {
            let fields = entry(&included.entry, None)?;
            let position = fields.position;
            if fields.stream != self.stream {
                return fails(
                    position,
                    format!("这一条属于 {} / this entry is of the stream {0}", fields.stream),
                );
            }
            if fields.revision != revision {
                return fails(
                    position,
                    format!(
                        "此处应是此案第 {revision} 条,却是第 {} 条:有记录被略去、添加或调换 / \
                         revision {revision} of the stream should stand here, and {0} does: \
                         entries were left out, added or exchanged",
                        fields.revision
                    ),
                );
            }
            if out.last().is_some_and(|last| position <= last.position) {
                return fails(position, "序号不递增 / the positions do not rise");
            }
            let leaf = leaf_hash(&included.entry);
            let Checkpoint { size, root, .. } = checkpoint;
            if let Err(error) = verify_inclusion(&leaf, position, *size, root, &included.path) {
                return fails(
                    position,
                    format!("这一条不在检查点所签的账中 / not in the log that was signed: {error}"),
                );
            }
            out.push(Own { position, bytes: &included.entry });
        }
        Ok(out)
    }

    /// The entries before the tail are as many as the index counts, to the last one.
    fn counted(
        &self,
        coverage: &Coverage,
        closing: &Closing,
        before: &[Own<'_>],
    ) -> Result<(), Unproved> {
        let said = coverage.index.verify(&self.stream, closing).map_err(|flaw| {
            Unproved::Fails { position: Some(coverage.closing), reason: flaw.to_string() }
        })?;
        let (count, here) = (said.map_or(0, |head| head.count), before.len() as u64);
        let last = before.last().map(|own| own.position);
        if here != count {
            return fails(
                last,
                format!(
                    "日结索引记此案有 {count} 条,此处有 {here} 条 / the closing counts {count} \
                     entries of the stream up to position {}, {here} are here",
                    closing.size
                ),
            );
        }
        match (said, before.last()) {
            (Some(head), Some(own)) if entry_hash(own.bytes) != head.last => fails(
                own.position,
                "最后一条不是日结索引所记的那条 / not the last entry that the closing names",
            ),
            _ => Ok(()),
        }
    }
}

/// An entry of the stream.
struct Own<'a> {
    position: u64,
    bytes: &'a [u8],
}

/// Reads an entry that must be spelled as entries are.
fn entry(bytes: &[u8], expected: Option<u64>) -> Result<Fields<'_>, Unproved> {
    let fields = match scan(bytes) {
        Ok(fields) => fields,
        Err(error) => return fails(expected, format!("不是记录 / not an entry: {error}")),
    };
    if !is_canonical(bytes) {
        return fails(fields.position, "不是规范 JSON / not canonical JSON (RFC 8785)");
    }
    Ok(fields)
}

impl Coverage {
    /// The closing, and the tail's entries: all that follow what the closing covers,
    /// up to the checkpoint.
    fn tail(&self, checkpoint: &Checkpoint) -> Result<(Closing, Vec<Fields<'_>>), Unproved> {
        let mut tail = Vec::with_capacity(self.tail.len());
        let Some(from) = checkpoint.size.checked_sub(self.tail.len() as u64) else {
            return fails(None, "尾段比账还长 / the tail is longer than the log");
        };
        let Some(mut frontier) = Frontier::from_parts(from, self.frontier.clone()) else {
            return fails(
                from,
                "尾段的条数与其前的树不合:有记录被略去或添加 / the tail does not begin where the tree \
                 before it ends: entries were left out or added",
            );
        };
        let mut previous = None;
        for (position, bytes) in (from..).zip(&self.tail) {
            let fields = entry(bytes, Some(position))?;
            if fields.position != position {
                return fails(
                    position,
                    format!(
                        "此处应是第 {position} 号,却是第 {} 号 / position {position} should stand here, \
                         and {0} does: the tail is not whole",
                        fields.position
                    ),
                );
            }
            if previous.is_some_and(|link| link != fields.previous) {
                return fails(
                    position,
                    "不接前一条:这两条中有一条被改动 / does not continue the entry before it: one of \
                     the two was changed",
                );
            }
            previous = Some(entry_hash(bytes));
            frontier.push(leaf_hash(bytes));
            tail.push(fields);
        }
        if frontier.root() != checkpoint.root {
            return fails(
                from,
                "尾段到不了检查点的根:从此处起有记录被改动、略去,或检查点是别的 / the tail does not \
                 lead to the checkpoint's root: an entry from here on was changed or left out",
            );
        }
        Ok((self.closing(from, &tail)?, tail))
    }

    fn closing(&self, from: u64, tail: &[Fields<'_>]) -> Result<Closing, Unproved> {
        let place = self.closing.checked_sub(from).and_then(|at| usize::try_from(at).ok());
        let Some(fields) = place.and_then(|at| tail.get(at)) else {
            return fails(
                self.closing,
                "所指日结不在尾段之内 / the closing named is not in the tail",
            );
        };
        match Closing::of(fields) {
            Some(Ok(closing)) if closing.size == from => Ok(closing),
            Some(Ok(closing)) => fails(
                self.closing,
                format!(
                    "日结只到第 {} 条,尾段从第 {from} 号起:其间的记录缺失 / the closing covers {0} \
                     entries, the tail begins at {from}: what lies between is missing",
                    closing.size
                ),
            ),
            Some(Err(reason)) => fails(self.closing, format!("日结不可读 / closing: {reason}")),
            None => fails(self.closing, "所指的不是日结 / the entry named is no closing"),
        }
    }
}

/// The stream's entries in the tail are those of the extract.
fn compare(stream: &str, own: &[Own<'_>], tail: &[Fields<'_>]) -> Result<(), Unproved> {
    let mut there = tail.iter().filter(|fields| fields.stream == stream);
    let mut own = own.iter();
    loop {
        match (own.next(), there.next()) {
            (None, None) => return Ok(()),
            // Both are in the tree at their position, so they are the same entry.
            (Some(own), Some(fields)) if own.position == fields.position => {}
            (_, Some(fields)) => {
                return fails(
                    fields.position,
                    format!(
                        "此案第 {} 条在尾段中,却不在摘录里 / revision {0} of the stream is in the log \
                         and was left out",
                        fields.revision
                    ),
                );
            }
            (Some(own), None) => {
                return fails(own.position, "不在尾段之内 / not among the entries of the tail");
            }
        }
    }
}
