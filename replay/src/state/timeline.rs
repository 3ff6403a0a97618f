//! The entries of a stream one by one: in the order in which the acts happened,
//! or in which they were recorded, with the time that lay between.

use super::case::is_late;
use super::moment::{Moment, counts, known};
use crate::event::register::find;
use crate::event::{Event, EventError, Precision};
use crate::time::civil::{Micros, Zone};
use serde_json::{Value, json};

/// Which order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Occurred,
    Recorded,
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub position: u64,
    pub revision: u64,
    pub id: String,
    pub event_type: String,
    /// In Chinese, or the type itself if this program does not know it.
    pub zh: String,
    pub en: String,
    pub activity: Option<String>,
    pub occurred: Micros,
    pub offset_minutes: i32,
    pub precision: Precision,
    pub recorded: Micros,
    /// Recorded after 24:00 of the working day after the act (parameter P12).
    pub late: bool,
    pub late_reason: Option<String>,
    pub unit: Option<String>,
    pub officer: Option<String>,
    pub role: Option<String>,
    /// It happened by the moment asked about and was not voided.
    pub counts: bool,
    pub voided_by: Option<u64>,
    pub corrected_by: Vec<u64>,
    order: (Micros, u64),
}

impl Row {
    /// Microseconds from the act to its record; negative if it was recorded
    /// before it is said to have happened.
    pub fn lag(&self) -> Micros {
        self.recorded.saturating_sub(self.occurred)
    }

    pub fn to_json(&self) -> Value {
        json!({
            "position": self.position,
            "revision": self.revision,
            "id": self.id,
            "type": self.event_type,
            "zh": self.zh,
            "en": self.en,
            "activity": self.activity,
            "occurred_at": Zone::fixed(self.offset_minutes).rfc3339(self.occurred),
            "precision": match self.precision { Precision::Minute => "minute", Precision::Day => "day" },
            "recorded_at": Zone::UTC.rfc3339(self.recorded),
            "lag_seconds": self.lag().div_euclid(1_000_000),
            "late": self.late,
            "late_reason": self.late_reason,
            "unit": self.unit,
            "officer": self.officer,
            "role": self.role,
            "counts": self.counts,
            "voided_by": self.voided_by,
            "corrected_by": self.corrected_by,
        })
    }
}

/// The timeline of one stream, from all its entries in order of position. Only
/// entries known at the moment are in it; those that happened later, or were
/// voided, are marked as not counting.
pub fn timeline(entries: &[&[u8]], moment: Moment, by: By) -> Result<Vec<Row>, EventError> {
    let mut rows = Vec::new();
    for effective in known(entries, moment.known_at)? {
        let event = Event::read(&effective.bytes)?;
        let counts = effective.voided_by.is_none() && counts(&event, moment);
        let mut row = row(&event, counts);
        row.voided_by = effective.voided_by;
        row.corrected_by = effective.corrected_by;
        rows.push(row);
    }
    match by {
        By::Occurred => rows.sort_by_key(|row| row.order),
        By::Recorded => rows.sort_by_key(|row| row.position),
    }
    Ok(rows)
}

fn row(event: &Event<'_>, counts: bool) -> Row {
    let known = find(&event.kind);
    let text = |text: Option<&str>| text.map(str::to_owned);
    let actor = event.actor.as_ref();
    Row {
        position: event.position,
        revision: event.revision,
        id: event.id.to_string(),
        event_type: event.kind.to_string(),
        zh: known.map_or(event.kind.as_ref(), |t| t.zh).to_owned(),
        en: known.map_or(event.kind.as_ref(), |t| t.en).to_owned(),
        activity: event.body.text("activity").map(|text| text.to_string()),
        occurred: event.occurred.micros,
        offset_minutes: event.occurred.offset_minutes,
        precision: event.precision,
        recorded: event.recorded,
        late: is_late(event),
        late_reason: text(event.late_reason.get()),
        unit: text(event.unit()),
        officer: text(actor.and_then(|actor| actor.officer.get())),
        role: text(actor.and_then(|actor| actor.role.get())),
        counts,
        voided_by: None,
        corrected_by: Vec::new(),
        order: event.order(),
    }
}
