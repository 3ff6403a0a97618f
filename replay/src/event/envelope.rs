//! The typed envelope: one entry decoded for whoever reads its meaning.
//!
//! Text is borrowed from the entry's bytes. Reading is tolerant inside: members
//! that this program does not know are passed over, and an inner member of
//! another kind than expected counts as absent, since nothing may keep a
//! recorded entry from being read. The body is kept as it stands and looked into
//! by name. What this file does not know: what any type means.

use super::body::Body;
use super::register::{self, EventType};
use super::tolerant::{Inner, List, Text};
use crate::time::civil::{Micros, Moment, parse_rfc3339};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Why the bytes of an entry cannot be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("not an entry of format v1: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("`{0}` is not an RFC 3339 time")]
    Time(&'static str),
}

/// How exactly the moment of an act is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Minute,
    /// Paper records often name the day only.
    Day,
}

/// Who did or recorded something (specification §3.0). Officers are pseudonymous.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Actor<'a> {
    #[serde(borrow)]
    pub unit: Text<'a>,
    #[serde(borrow)]
    pub officer: Text<'a>,
    #[serde(borrow)]
    pub role: Text<'a>,
    #[serde(borrow)]
    pub post: Text<'a>,
    #[serde(borrow)]
    pub cert_no: Text<'a>,
    #[serde(borrow)]
    pub on_behalf_of_unit: Text<'a>,
    #[serde(borrow)]
    pub system: Text<'a>,
}

/// A party by its pseudonymous id and the capacity it acts in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Party<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub capacity: Text<'a>,
}

/// The catalogue item, fee item or penalty ground concerned.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Item<'a> {
    #[serde(borrow)]
    pub code: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub catalogue_version: Text<'a>,
}

/// Where an act took place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Venue<'a> {
    #[serde(borrow)]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub venue_id: Text<'a>,
    #[serde(borrow)]
    pub window_id: Text<'a>,
}

/// Which system said so.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Source<'a> {
    #[serde(borrow)]
    pub system: Text<'a>,
    #[serde(borrow)]
    pub kind: Text<'a>,
    /// Source attributes that a mapping does not name, verbatim.
    #[serde(borrow)]
    pub attributes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    position: u64,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    revision: u64,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    occurred_at: Cow<'a, str>,
    #[serde(borrow, default)]
    precision: Text<'a>,
    #[serde(borrow)]
    recorded_at: Cow<'a, str>,
    #[serde(borrow, default)]
    source: Inner<Source<'a>>,
    #[serde(borrow, default)]
    actor: Option<Inner<Actor<'a>>>,
    #[serde(borrow, default)]
    recorder: Option<Inner<Actor<'a>>>,
    #[serde(borrow, default)]
    parties: List<Party<'a>>,
    #[serde(borrow, default)]
    item: Option<Inner<Item<'a>>>,
    #[serde(borrow, default)]
    venue: Option<Inner<Venue<'a>>>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    basis: Option<&'a RawValue>,
    #[serde(borrow, default)]
    docs: Option<&'a RawValue>,
    #[serde(borrow, default)]
    links: Option<&'a RawValue>,
    #[serde(borrow, default)]
    effective_date: Text<'a>,
    #[serde(borrow, default)]
    late_reason: Text<'a>,
    #[serde(borrow, default)]
    visibility: Text<'a>,
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
    pub basis: Option<&'a RawValue>,
    pub docs: Option<&'a RawValue>,
    pub links: Option<&'a RawValue>,
    pub effective_date: Text<'a>,
    pub late_reason: Text<'a>,
    pub visibility: Text<'a>,
}

impl<'a> Event<'a> {
    /// Reads the bytes of one entry.
    pub fn read(entry: &'a [u8]) -> Result<Event<'a>, EventError> {
        let raw: Raw<'a> = serde_json::from_slice(entry)?;
        let occurred = parse_rfc3339(&raw.occurred_at).ok_or(EventError::Time("occurred_at"))?;
        let recorded = parse_rfc3339(&raw.recorded_at).ok_or(EventError::Time("recorded_at"))?;
        let precision = match raw.precision.get() {
            Some("day") => Precision::Day,
            _ => Precision::Minute,
        };
        let body = match raw.body {
            Some(body) => Body::read(body.get())?,
            None => Body::default(),
        };
        Ok(Event {
            position: raw.position,
            id: raw.id,
            stream: raw.stream,
            revision: raw.revision,
            event_type: register::find(&raw.kind),
            kind: raw.kind,
            occurred,
            precision,
            recorded: recorded.micros,
            source: raw.source.0,
            actor: raw.actor.map(|actor| actor.0),
            recorder: raw.recorder.map(|recorder| recorder.0),
            parties: raw.parties.0,
            item: raw.item.map(|item| item.0),
            venue: raw.venue.map(|venue| venue.0),
            body,
            basis: raw.basis,
            docs: raw.docs,
            links: raw.links,
            effective_date: raw.effective_date,
            late_reason: raw.late_reason,
            visibility: raw.visibility,
        })
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
