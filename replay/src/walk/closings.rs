//! The closings of a log, each held against the index that the entries before it
//! give.
//!
//! Only a log that was found whole is read a second time, and only if it has
//! closings: what each entry's link is, the next entry says.

use super::again::each;
use super::cut::Source;
use super::plain::{Walk, Wrong};
use super::verdict::Breach;
use crate::integrity::entry::{Fields, scan};
use crate::streams::{Closing, StreamIndex};

/// A closing met on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub position: u64,
    id: String,
    stream: String,
    stated: Result<Closing, &'static str>,
}

/// The closing that an entry is, if it is one.
pub(super) fn noted(fields: &Fields<'_>) -> Option<Noted> {
    let stated = Closing::of(fields)?;
    let (id, stream) = (fields.id.to_owned(), fields.stream.to_owned());
    Some(Noted { position: fields.position, id, stream, stated })
}

/// What became of a log's closings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closings {
    /// Closings in what was read.
    pub recorded: u64,
    /// Those whose index is the one of the entries.
    pub held: u64,
    /// The most entries that one of these covers.
    pub covered: u64,
}

/// The index as it grows, and the closings still to be met.
struct Counting<'a> {
    index: StreamIndex,
    /// The stream of the last entry, whose link the next one tells.
    last: String,
    noted: &'a [Noted],
    held: Closings,
    /// Place in `noted` and reason of the first closing that is false.
    wrong: Option<(usize, String)>,
}

impl Walk {
    /// Holds the closings that were met against the entries, read once more.
    pub(super) fn hold_closings(&mut self, sources: &mut [Source<'_>]) {
        let noted = std::mem::take(&mut self.noted);
        let recorded = noted.len() as u64;
        let (index, last) = Default::default();
        let held = Closings { recorded, ..Closings::default() };
        let mut counting = Counting { index, last, noted: &noted, held, wrong: None };
        counting.sizes_rise();
        for source in sources {
            if counting.is_done() {
                break;
            }
            if let Err(error) = each(source, |entry| counting.take(entry)) {
                self.unread.push(format!("{}: {error}", source.place));
                break;
            }
        }
        self.closings = counting.held;
        if let Some((place, reason)) = counting.wrong
            && let Some(bad) = noted.get(place)
        {
            self.flaw = Breach::Closing;
            let wrong = Wrong {
                position: bad.position,
                reason,
                id: Some(bad.id.clone()),
                stream: Some(bad.stream.clone()),
            };
            self.wrong(wrong, &format!("第 {} 号日结 / the closing at {0}", bad.position));
        }
        self.noted = noted;
    }
}

impl Counting<'_> {
    /// Each closing covers more than the one before it, so one reading meets all.
    fn sizes_rise(&mut self) {
        let mut before = None;
        for (place, noted) in self.noted.iter().enumerate() {
            let reason = match &noted.stated {
                Err(reason) => Some((*reason).to_owned()),
                Ok(closing) if before.is_some_and(|size| closing.size <= size) => Some(format!(
                    "it covers {} entries, no more than the closing before it",
                    closing.size
                )),
                Ok(closing) => {
                    before = Some(closing.size);
                    None
                }
            };
            if let Some(reason) = reason {
                self.wrong = Some((place, reason));
                return;
            }
        }
    }

    fn is_done(&self) -> bool {
        let end = self.wrong.as_ref().map_or(self.noted.len(), |(place, _)| *place);
        self.held.held as usize >= end
    }

    /// Takes the next entry; false once no closing is left to be met.
    fn take(&mut self, entry: &[u8]) -> bool {
        // The log was found whole, so every entry can be read.
        let Ok(fields) = scan(entry) else { return false };
        if fields.position > 0 {
            self.index.push(&self.last, fields.previous);
        }
        self.last.clear();
        self.last.push_str(fields.stream);
        self.meet();
        !self.is_done()
    }

    fn meet(&mut self) {
        let place = self.held.held as usize;
        let Some(Noted { stated: Ok(stated), .. }) = self.noted.get(place) else { return };
        if stated.size != self.index.size() || self.is_done() {
            return;
        }
        let found = self.index.closing();
        if found == *stated {
            self.held.held += 1;
            self.held.covered = stated.size;
            return;
        }
        let reason = if found.streams == stated.streams {
            format!(
                "it names another root of the index over the first {} entries than they have",
                stated.size
            )
        } else {
            format!(
                "it counts {} streams in the first {} entries, there are {}",
                stated.streams, stated.size, found.streams
            )
        };
        self.wrong = Some((place, reason));
    }
}
