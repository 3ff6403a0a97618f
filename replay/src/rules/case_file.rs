//! One case as rules read it: the acts that count at a moment, in order of when
//! they happened, with corrections applied and voided records left out.

use super::bench::Bench;
use super::coverage::Coverage;
use crate::event::{Event, EventError};
use crate::integrity::json::Json;
use crate::state::CaseKind;
use crate::state::moment::{self, Effective};
use crate::state::repairs_record;
use std::collections::BTreeMap;

/// The acts of one stream.
pub struct CaseFile<'e> {
    pub stream: &'e str,
    pub kind: CaseKind,
    /// Acts that count, by [`Event::order`].
    pub acts: Vec<Event<'e>>,
    /// Repairs that were known: corrections, voids and disputes.
    pub repairs: Vec<Event<'e>>,
    /// What each correction replaced, by its position.
    pub replaced: BTreeMap<u64, &'e Json<'static>>,
    /// How much of the case these acts can hold.
    pub coverage: Coverage,
    /// Which types are among the acts: a set mark for each. A mark that is not set
    /// spares most rules a look through the acts.
    marks: u128,
}

/// The entries of one stream with repairs applied, from which a [`CaseFile`]
/// borrows.
pub struct Known<'a>(Vec<Effective<'a>>);

impl<'a> Known<'a> {
    /// From all entries of a stream, in order of position.
    pub fn of(entries: &[&'a [u8]], bench: &Bench<'_>) -> Result<Known<'a>, EventError> {
        let known = moment::known(entries, bench.known_at)?;
        if known.len() < entries.len() {
            // Another entry may be known a moment later.
            bench.now();
        }
        Ok(Known(known))
    }

    /// The case at the moment.
    pub fn case<'e>(
        &'e self,
        stream: &'e str,
        bench: &Bench<'_>,
    ) -> Result<CaseFile<'e>, EventError> {
        let mut file = CaseFile {
            stream,
            kind: CaseKind::of_stream(stream).unwrap_or(CaseKind::Other),
            acts: Vec::with_capacity(self.0.len()),
            repairs: Vec::new(),
            replaced: BTreeMap::new(),
            coverage: Coverage::Whole,
            marks: 0,
        };
        for effective in self.0.iter().filter(|effective| effective.voided_by.is_none()) {
            let event = Event::read(&effective.bytes)?;
            file.replaced.extend(effective.replaced.iter().map(|(by, before)| (*by, before)));
            if repairs_record(&event.kind) {
                file.repairs.push(event);
            } else if bench.past(event.occurred.micros.saturating_sub(1)) {
                file.marks |= mark(unversioned(&event.kind));
                file.acts.push(event);
            }
        }
        file.acts.sort_by_key(Event::order);
        file.coverage = Coverage::of(&file.acts);
        Ok(file)
    }
}

impl<'e> CaseFile<'e> {
    /// Acts of one type, named without its version: `fee.assessed`.
    pub fn all<'f>(&'f self, kind: &'f str) -> impl DoubleEndedIterator<Item = &'f Event<'e>> {
        self.where_marked(mark(kind)).iter().filter(move |event| is(event, kind))
    }

    /// Acts of any of several types.
    pub fn any<'f>(&'f self, kinds: &'f [&str]) -> impl DoubleEndedIterator<Item = &'f Event<'e>> {
        let marks = kinds.iter().fold(0, |marks, kind| marks | mark(kind));
        let acts = self.where_marked(marks).iter();
        acts.filter(move |event| kinds.iter().any(|kind| is(event, kind)))
    }

    pub fn first(&self, kind: &str) -> Option<&Event<'e>> {
        self.where_marked(mark(kind)).iter().find(|event| is(event, kind))
    }

    /// The acts, or none if no act has any of these marks.
    fn where_marked(&self, marks: u128) -> &[Event<'e>] {
        if self.marks & marks == 0 { &[] } else { &self.acts }
    }

    /// The act that an entry of this case records.
    pub fn act(&self, id: &str) -> Option<&Event<'e>> {
        self.acts.iter().find(|event| event.id == id)
    }

    pub fn last(&self, kind: &str) -> Option<&Event<'e>> {
        self.where_marked(mark(kind)).iter().rev().find(|event| is(event, kind))
    }
}

/// One of 128 marks for a type's name without its version; different names may share
/// one.
fn mark(kind: &str) -> u128 {
    let bytes = kind.as_bytes();
    let at = |index: usize| bytes.get(index).copied().map_or(0, usize::from);
    let length = bytes.len();
    let mixed =
        length * 37 + at(length.wrapping_sub(1)) * 3 + at(length / 2) * 7 + at(length / 3) * 13;
    1 << (mixed % 128)
}

/// `fee.assessed.v1` → `fee.assessed`
fn unversioned(kind: &str) -> &str {
    kind.rsplit_once(".v").map_or(kind, |(name, _)| name)
}

/// Whether an act is of a type, whatever its version.
pub fn is(event: &Event<'_>, kind: &str) -> bool {
    event.kind.strip_prefix(kind).is_some_and(|rest| {
        rest.strip_prefix(".v").is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::register;

    #[test]
    fn a_mark_never_hides_an_act() {
        for known in register::all() {
            let name = unversioned(known.name);
            assert!(known.name.starts_with(name) && !name.contains(".v1"), "{name}");
            assert_eq!(mark(name).count_ones(), 1);
        }
        // Odd names have a mark too, and keep it.
        for odd in ["", "x", ".v1", "a.v", "事.v2"] {
            assert_eq!(mark(unversioned(odd)).count_ones(), 1);
        }
        // What `is` takes for a type must have that type's mark.
        assert_eq!(unversioned("fee.assessed.v12"), "fee.assessed");
        assert_eq!(unversioned("fee.assessed"), "fee.assessed");
    }
}
