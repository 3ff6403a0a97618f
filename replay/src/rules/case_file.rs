//! One case as rules read it: the acts that count at a moment, in order of when
//! they happened, with corrections applied and voided records left out.

use crate::event::{Event, EventError};
use crate::state::CaseKind;
use crate::state::moment::{self, Effective, Moment};
use crate::state::repairs_record;

/// The acts of one stream.
pub struct CaseFile<'e> {
    pub stream: &'e str,
    pub kind: CaseKind,
    /// Acts that count, by [`Event::order`].
    pub acts: Vec<Event<'e>>,
    /// Repairs that were known: corrections, voids and disputes.
    pub repairs: Vec<Event<'e>>,
}

/// The entries of one stream with repairs applied, from which a [`CaseFile`]
/// borrows.
pub struct Known<'a>(Vec<Effective<'a>>);

impl<'a> Known<'a> {
    /// From all entries of a stream, in order of position.
    pub fn of(entries: &[&'a [u8]], moment: Moment) -> Result<Known<'a>, EventError> {
        moment::known(entries, moment.known_at).map(Known)
    }

    /// The case at the moment.
    pub fn case<'e>(&'e self, stream: &'e str, moment: Moment) -> Result<CaseFile<'e>, EventError> {
        let mut file = CaseFile {
            stream,
            kind: CaseKind::of_stream(stream).unwrap_or(CaseKind::Other),
            acts: Vec::with_capacity(self.0.len()),
            repairs: Vec::new(),
        };
        for effective in self.0.iter().filter(|effective| effective.voided_by.is_none()) {
            let event = Event::read(&effective.bytes)?;
            if repairs_record(&event.kind) {
                file.repairs.push(event);
            } else if event.occurred.micros <= moment.as_of {
                file.acts.push(event);
            }
        }
        file.acts.sort_by_key(Event::order);
        Ok(file)
    }
}

impl<'e> CaseFile<'e> {
    /// Acts of one type, named without its version: `fee.assessed`.
    pub fn all<'f>(&'f self, kind: &'f str) -> impl DoubleEndedIterator<Item = &'f Event<'e>> {
        self.acts.iter().filter(move |event| is(event, kind))
    }

    /// Acts of any of several types.
    pub fn any<'f>(&'f self, kinds: &'f [&str]) -> impl DoubleEndedIterator<Item = &'f Event<'e>> {
        self.acts.iter().filter(move |event| kinds.iter().any(|kind| is(event, kind)))
    }

    pub fn first(&self, kind: &str) -> Option<&Event<'e>> {
        self.acts.iter().find(|event| is(event, kind))
    }

    /// The act that an entry of this case records.
    pub fn act(&self, id: &str) -> Option<&Event<'e>> {
        self.acts.iter().find(|event| event.id == id)
    }

    pub fn last(&self, kind: &str) -> Option<&Event<'e>> {
        self.acts.iter().rev().find(|event| is(event, kind))
    }
}

/// Whether an act is of a type, whatever its version.
pub fn is(event: &Event<'_>, kind: &str) -> bool {
    event.kind.strip_prefix(kind).is_some_and(|rest| {
        rest.strip_prefix(".v").is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit()))
    })
}
