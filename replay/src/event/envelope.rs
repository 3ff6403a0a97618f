//! The typed envelope: one entry decoded for whoever reads its meaning.
//!
//! Text is borrowed from the entry's bytes. Reading is tolerant inside: members
//! that this program does not know are passed over, and an inner member of
//! another kind than expected counts as absent, since nothing may keep a
//! recorded entry from being read. The body is kept as it stands and looked into
//! by name. What this file does not know: what any type means.

use super::body::Body;
use super::cursor::{Cursor, Malformed, Text};
use super::register::{self, EventType};
use crate::time::civil::{Micros, Moment, parse_rfc3339};
use std::borrow::Cow;
use std::fmt;

/// Why the bytes of an entry cannot be read as an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventError {
    NotUtf8,
    Shape(Malformed),
    Missing(&'static str),
    Time(&'static str),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventError::NotUtf8 => f.write_str("not UTF-8"),
            EventError::Shape(error) => error.fmt(f),
            EventError::Missing(it) => write!(f, "the member `{it}` is missing"),
            EventError::Time(it) => write!(f, "`{it}` is not an RFC 3339 time"),
        }
    }
}

impl std::error::Error for EventError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            EventError::Shape(error) => error.source(),
            _ => None,
        }
    }
}

impl From<Malformed> for EventError {
    fn from(error: Malformed) -> EventError {
        EventError::Shape(error)
    }
}

/// How exactly the moment of an act is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Minute,
    /// Paper records often name the day only.
    Day,
}

/// Who did or recorded something (specification §3.0). Officers are pseudonymous.
#[derive(Clone, Debug, Default)]
pub struct Actor<'a> {
    pub unit: Text<'a>,
    pub officer: Text<'a>,
    pub role: Text<'a>,
    pub post: Text<'a>,
    pub cert_no: Text<'a>,
    pub on_behalf_of_unit: Text<'a>,
    pub system: Text<'a>,
}

impl<'a> Actor<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Actor<'a>, Malformed> {
        let mut out = Actor::default();
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "unit" => out.unit = cursor.text()?,
                "officer" => out.officer = cursor.text()?,
                "role" => out.role = cursor.text()?,
                "post" => out.post = cursor.text()?,
                "cert_no" => out.cert_no = cursor.text()?,
                "on_behalf_of_unit" => out.on_behalf_of_unit = cursor.text()?,
                "system" => out.system = cursor.text()?,
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

/// A party by its pseudonymous id and the capacity it acts in.
#[derive(Clone, Debug, Default)]
pub struct Party<'a> {
    pub id: Text<'a>,
    pub capacity: Text<'a>,
}

impl<'a> Party<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Party<'a>, Malformed> {
        let mut out = Party::default();
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "id" => out.id = cursor.text()?,
                "capacity" => out.capacity = cursor.text()?,
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

/// The catalogue item, fee item or penalty ground concerned.
#[derive(Clone, Debug, Default)]
pub struct Item<'a> {
    pub code: Text<'a>,
    pub name: Text<'a>,
    pub catalogue_version: Text<'a>,
}

impl<'a> Item<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Item<'a>, Malformed> {
        let mut out = Item::default();
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "code" => out.code = cursor.text()?,
                "name" => out.name = cursor.text()?,
                "catalogue_version" => out.catalogue_version = cursor.text()?,
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

/// Where an act took place.
#[derive(Clone, Debug, Default)]
pub struct Venue<'a> {
    pub kind: Text<'a>,
    pub venue_id: Text<'a>,
    pub window_id: Text<'a>,
}

impl<'a> Venue<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Venue<'a>, Malformed> {
        let mut out = Venue::default();
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "kind" => out.kind = cursor.text()?,
                "venue_id" => out.venue_id = cursor.text()?,
                "window_id" => out.window_id = cursor.text()?,
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

/// Which system said so.
#[derive(Clone, Debug, Default)]
pub struct Source<'a> {
    pub system: Text<'a>,
    pub kind: Text<'a>,
    /// Of an import, `whole`: the file holds whole cases.
    pub coverage: Text<'a>,
    /// The system's own number of the event, counted up without gaps.
    pub sequence: Option<i64>,
    /// Source attributes that a mapping does not name, verbatim.
    pub attributes: Option<&'a str>,
}

impl<'a> Source<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Source<'a>, Malformed> {
        let mut out = Source::default();
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "system" => out.system = cursor.text()?,
                "kind" => out.kind = cursor.text()?,
                "coverage" => out.coverage = cursor.text()?,
                "sequence" => out.sequence = cursor.skip()?.parse().ok(),
                "attributes" => out.attributes = Some(cursor.skip()?),
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

/// The two times of an entry, as far as they were found.
#[derive(Default)]
struct Times {
    occurred: Option<Moment>,
    recorded: Option<Moment>,
}

/// One entry, read. Field names are those of format v1.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub position: u64,
    pub id: Cow<'a, str>,
    pub stream: Cow<'a, str>,
    pub revision: u64,
    /// `type` as written, `fee.paid.v1`.
    pub kind: Cow<'a, str>,
    /// The register's row, if this program knows the type.
    pub event_type: Option<&'static EventType>,
    pub occurred: Moment,
    pub precision: Precision,
    pub recorded: Micros,
    pub source: Source<'a>,
    pub actor: Option<Actor<'a>>,
    pub recorder: Option<Actor<'a>>,
    pub parties: Vec<Party<'a>>,
    pub item: Option<Item<'a>>,
    pub venue: Option<Venue<'a>>,
    pub body: Body<'a>,
    pub basis: Option<&'a str>,
    pub docs: Option<&'a str>,
    pub links: Option<&'a str>,
    pub effective_date: Text<'a>,
    pub late_reason: Text<'a>,
    pub visibility: Text<'a>,
}

impl<'a> Event<'a> {
    /// Reads the bytes of one entry.
    pub fn read(entry: &'a [u8]) -> Result<Event<'a>, EventError> {
        let text = std::str::from_utf8(entry).map_err(|_| EventError::NotUtf8)?;
        let mut cursor = Cursor::new(text);
        let mut times = Times::default();
        let mut event = Event::empty();
        let mut numbers = [None; 2];
        cursor.object(|cursor, name| {
            match name.as_ref() {
                "position" => numbers[0] = Some(cursor.unsigned()?),
                "revision" => numbers[1] = Some(cursor.unsigned()?),
                "id" => event.id = cursor.string()?,
                "stream" => event.stream = cursor.string()?,
                "type" => event.kind = cursor.string()?,
                "occurred_at" => times.occurred = parse_rfc3339(&cursor.string()?),
                "recorded_at" => times.recorded = parse_rfc3339(&cursor.string()?),
                "precision" => {
                    if cursor.text()?.get() == Some("day") {
                        event.precision = Precision::Day;
                    }
                }
                "actor" => event.actor = Some(Actor::read(cursor)?),
                "recorder" => event.recorder = Some(Actor::read(cursor)?),
                "parties" => cursor.list(|cursor| {
                    event.parties.push(Party::read(cursor)?);
                    Ok(())
                })?,
                "item" => event.item = Some(Item::read(cursor)?),
                "venue" => event.venue = Some(Venue::read(cursor)?),
                "source" => event.source = Source::read(cursor)?,
                "body" => event.body = Body::take(cursor)?,
                "basis" => event.basis = Some(cursor.skip()?),
                "docs" => event.docs = Some(cursor.skip()?),
                "links" => event.links = Some(cursor.skip()?),
                "effective_date" => event.effective_date = cursor.text()?,
                "late_reason" => event.late_reason = cursor.text()?,
                "visibility" => event.visibility = cursor.text()?,
                _ => {
                    cursor.skip()?;
                }
            }
            Ok(())
        })?;
        if !cursor.is_done() {
            cursor.malformed()?;
        }
        let [position, revision] = numbers;
        event.position = position.ok_or(EventError::Missing("position"))?;
        event.revision = revision.ok_or(EventError::Missing("revision"))?;
        event.occurred = times.occurred.ok_or(EventError::Time("occurred_at"))?;
        event.recorded = times.recorded.ok_or(EventError::Time("recorded_at"))?.micros;
        for (name, value) in [("stream", &event.stream), ("type", &event.kind)] {
            if value.is_empty() {
                return Err(EventError::Missing(name));
            }
        }
        event.event_type = register::find(&event.kind);
        Ok(event)
    }

    fn empty() -> Event<'a> {
        Event {
            position: 0,
            id: Cow::Borrowed(""),
            stream: Cow::Borrowed(""),
            revision: 0,
            kind: Cow::Borrowed(""),
            event_type: None,
            occurred: Moment { micros: 0, offset_minutes: 0 },
            precision: Precision::Minute,
            recorded: 0,
            source: Source::default(),
            actor: None,
            recorder: None,
            parties: Vec::new(),
            item: None,
            venue: None,
            body: Body::default(),
            basis: None,
            docs: None,
            links: None,
            effective_date: Text::default(),
            late_reason: Text::default(),
            visibility: Text::default(),
        }
    }

    /// The place of this act among the acts of its case. An act that is known to
    /// the day only stands at the latest moment of that day by which it can have
    /// happened: when it was recorded, else the day's end. Ties are broken by
    /// the order of recording.
    pub fn order(&self) -> (Micros, u64) {
        let micros = match self.precision {
            Precision::Minute => self.occurred.micros,
            Precision::Day => {
                let end = self.occurred.end_of_day();
                self.recorded.min(end).max(self.occurred.micros)
            }
        };
        (micros, self.position)
    }

    /// The acting unit, else the recording one.
    pub fn unit(&self) -> Option<&str> {
        let acting = self.actor.as_ref().and_then(|actor| actor.unit.get());
        acting.or_else(|| self.recorder.as_ref().and_then(|who| who.unit.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENTRY: &str = r#"{"actor":{"officer":"o-1","role":"承办人","unit":"u-1","x":1},"body":{"a_no":"1\\"},"id":"e-1","item":{"code":"UNLISTED","name":"\u0007"},"occurred_at":"2026-03-05T00:00:00+08:00","parties":[{"capacity":"申请人","id":"p-1"},"?",{"id":5}],"position":7,"precision":"day","previous":"00","recorded_at":"2026-03-05T08:20:11.000001Z","revision":3,"source":{"kind":"native","system":"s"},"stream":"approval/1","type":"approval.stage.started.v1","v":1}"#;

    #[test]
    fn an_entry_is_read_without_copying_its_text() {
        let event = Event::read(ENTRY.as_bytes()).unwrap();
        assert!(matches!(event.stream, Cow::Borrowed("approval/1")));
        assert_eq!((event.position, event.revision), (7, 3));
        assert_eq!(event.event_type.map(|t| t.code), Some("A12"));
        assert_eq!(event.unit(), Some("u-1"));
        let actor = event.actor.as_ref().unwrap();
        assert!(matches!(actor.role.0, Some(Cow::Borrowed("承办人"))));
        let ids: Vec<_> = event.parties.iter().map(|party| party.id.get()).collect();
        assert_eq!(ids, [Some("p-1"), None, None]);
        assert_eq!(event.item.unwrap().name.get(), Some("\u{7}"));
    }

    #[test]
    fn inner_members_of_other_kinds_count_as_absent() {
        let odd = ENTRY
            .replace(r#""source":{"kind":"native","system":"s"}"#, r#""source":[1,{"a":[]}]"#)
            .replace(r#""unit":"u-1""#, r#""unit":{"deep":[true]}"#)
            .replace(r#"{"a_no":"1\\"}"#, "null")
            .replace(r#"{"code":"UNLISTED","name":"\u0007"}"#, "17");
        let event = Event::read(odd.as_bytes()).unwrap();
        assert_eq!(event.unit(), None);
        assert_eq!(event.source.system.get(), None);
        assert_eq!(event.body.members().count(), 0);
        assert!(event.item.is_some_and(|item| item.code.get().is_none()));
    }

    #[test]
    fn a_day_known_act_stands_where_it_was_recorded_that_day() {
        let event = Event::read(ENTRY.as_bytes()).unwrap();
        assert_eq!(event.order(), (event.recorded, 7));
        let later = ENTRY.replace("2026-03-05T08:20", "2026-03-09T08:20");
        let event = Event::read(later.as_bytes()).unwrap();
        assert_eq!(event.order(), (event.occurred.end_of_day(), 7));
        let minute = later.replace(r#""precision":"day""#, r#""precision":"minute""#);
        let event = Event::read(minute.as_bytes()).unwrap();
        assert_eq!(event.order(), (event.occurred.micros, 7));
    }

    #[test]
    fn what_is_no_entry_is_an_error() {
        for bad in ["", "{}", "[]", "null", "{\"position\":-1}"] {
            assert!(Event::read(bad.as_bytes()).is_err(), "{bad}");
        }
        let time = ENTRY.replace("2026-03-05T00:00:00+08:00", "yesterday");
        assert!(matches!(Event::read(time.as_bytes()), Err(EventError::Time("occurred_at"))));
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(at in 0usize..ENTRY.len(), byte in any::<u8>()) {
            let mut bytes = ENTRY.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(event) = Event::read(&bytes) {
                let _ = event.order();
                let _ = event.body.members().count();
            }
        }
    }
}
