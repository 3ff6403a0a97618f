//! What a question asked of master data, noted while it is asked: an answer needs no
//! second look until one of these rows has changed.
//!
//! Tables note by themselves what they are asked ([`super::Table`]), so that a rule
//! cannot read a row unnoticed. A read is four bytes; two that share them cost a look
//! too many and never one too few. What this file does not know: who asks, and what.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

thread_local! {
    static NOTING: Cell<bool> = const { Cell::new(false) };
    static NOTED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// How rows were looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Key = 1,
    Other = 2,
    /// All rows of a table.
    Whole = 3,
}

/// What was asked, in order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads(Vec<u32>);

/// What has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(BTreeSet<u32>);

/// Does some work, and tells what it asked of master data.
pub fn noting<T>(work: impl FnOnce() -> T) -> (T, Reads) {
    let outer = NOTING.replace(true).then(|| NOTED.take());
    let made = work();
    let reads = Reads::from_marks(NOTED.take());
    NOTING.set(outer.is_some());
    if let Some(mut noted) = outer {
        // Whoever listens outside hears it too.
        noted.extend(reads.marks());
        NOTED.set(noted);
    }
    (made, reads)
}

pub(super) fn note(entity: &str, by: By, words: &str) {
    if NOTING.get() {
        let mark = mark(entity, by, words);
        NOTED.with_borrow_mut(|noted| {
            // Rules ask the same again and again.
            if noted.last() != Some(&mark) {
                noted.push(mark);
            }
        });
    }
}

/// FNV-1a: written down with what is kept, so it must not change with a library.
fn mark(entity: &str, by: By, words: &str) -> u32 {
    let bytes = entity.bytes().chain([0, by as u8]).chain(words.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash ^ hash >> 32) as u32
}

impl Reads {
    /// From what [`Reads::marks`] gave.
    pub fn from_marks(mut marks: Vec<u32>) -> Reads {
        marks.sort_unstable();
        marks.dedup();
        Reads(marks)
    }

    pub fn marks(&self) -> &[u32] {
        &self.0
    }

    /// What either asked.
    pub fn and(mut self, other: Reads) -> Reads {
        self.0.extend(other.0);
        Reads::from_marks(self.0)
    }

    /// Whether anything that was asked has changed.
    pub fn touched(&self, changes: &Changes) -> bool {
        match changes.0.len() {
            0 => false,
            few if few < self.0.len() => {
                changes.0.iter().any(|mark| self.0.binary_search(mark).is_ok())
            }
            _ => self.0.iter().any(|mark| changes.0.contains(mark)),
        }
    }
}

impl Changes {
    pub(super) fn add(&mut self, entity: &str, by: By, words: &str) {
        self.0.insert(mark(entity, by, words));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_noted_only_while_somebody_listens() {
        note("item", By::Key, "a");
        let ((), reads) = noting(|| {
            note("item", By::Key, "b");
            note("item", By::Key, "b");
            note("item", By::Other, "b");
        });
        note("item", By::Key, "c");
        assert_eq!(reads.marks().len(), 2);
        let changed = |by, words| {
            let mut changes = Changes::default();
            changes.add("item", by, words);
            changes
        };
        assert!(reads.touched(&changed(By::Key, "b")));
        assert!(reads.touched(&changed(By::Other, "b")));
        for other in [changed(By::Key, "a"), changed(By::Key, "c"), changed(By::Whole, "")] {
            assert!(!reads.touched(&other));
        }
        assert!(!reads.touched(&Changes::default()));
        assert_eq!(noting(|| ()).1, Reads::default());
        let (inner, outer) = noting(|| noting(|| note("item", By::Key, "b")).1);
        assert_eq!((inner.marks().len(), outer), (1, inner.clone()));
    }
}
