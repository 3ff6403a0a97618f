//! What each submitting system numbered and counted of its own: `source.sequence`,
//! and the days that it closed (日清日结). A ledger proves what it was sent; only
//! the sender's own count shows what it was not.

use super::{Case, Topic};
use crate::event::Event;
use crate::packed::packed;
use crate::rules::case_file::is;
use crate::rules::finding::EntryRef;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One numbered event.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub stream: Box<str>,
    pub unit: Option<Box<str>>,
    pub entry: EntryRef,
}

/// What a system says of one of its days.
#[derive(Clone, Debug)]
pub struct ClosedDay {
    pub stream: Box<str>,
    pub system: Box<str>,
    pub unit: Option<Box<str>>,
    pub day: NaiveDate,
    /// Events that it sent of this day.
    pub count: i64,
    /// Their numbers, if it numbers them.
    pub numbers: Option<(i64, i64)>,
    pub entry: EntryRef,
}

/// By system.
#[derive(Default)]
pub struct Deliveries {
    /// Events by their number; several under one number is a flaw of its own.
    pub numbered: BTreeMap<Box<str>, BTreeMap<i64, Vec<Delivered>>>,
    /// Events by the civil day on which they happened, numbered or not, without the
    /// closings themselves.
    pub days: BTreeMap<(Box<str>, NaiveDate), i64>,
    /// In order of entries.
    pub closed: Vec<ClosedDay>,
}

impl Topic for Deliveries {
    fn note(&mut self, case: &Case<'_>) {
        for event in &case.acts {
            let Some(system) = event.source.system.get() else { continue };
            if is(event, "unit.day.closed") {
                self.closing(event, system);
                continue;
            }
            *self.days.entry((system.into(), event.occurred.local_date())).or_default() += 1;
            let Some(number) = event.source.sequence else { continue };
            let delivered = Delivered {
                stream: event.stream.as_ref().into(),
                unit: event.unit().map(Box::from),
                entry: EntryRef::of(event),
            };
            let numbered = self.numbered.entry(system.into()).or_default();
            numbered.entry(number).or_default().push(delivered);
        }
    }

    fn join(&mut self, other: Deliveries) {
        for (system, numbers) in other.numbered {
            let own = self.numbered.entry(system).or_default();
            for (number, delivered) in numbers {
                let own = own.entry(number).or_default();
                own.extend(delivered);
                own.sort_by(|a, b| a.entry.cmp(&b.entry));
            }
        }
        for (day, count) in other.days {
            *self.days.entry(day).or_default() += count;
        }
        self.closed.extend(other.closed);
        self.closed.sort_by(|a, b| a.entry.cmp(&b.entry));
    }
}

impl Deliveries {
    fn closing(&mut self, event: &Event<'_>, system: &str) {
        let named = event.body.text("system");
        let date = event.body.text("date").and_then(|text| text.parse().ok());
        let (Some(day), Some(count)) = (date, event.body.int("count")) else { return };
        let first = event.body.int("first_sequence");
        let unit = event.body.text("unit");
        self.closed.push(ClosedDay {
            stream: event.stream.as_ref().into(),
            system: named.as_deref().unwrap_or(system).into(),
            unit: unit.as_deref().or(event.unit()).map(Box::from),
            day,
            count,
            numbers: first.zip(event.body.int("last_sequence")),
            entry: EntryRef::of(event),
        });
    }
}

packed! {
    Delivered { stream, unit, entry }
    ClosedDay { stream, system, unit, day, count, numbers, entry }
    Deliveries { numbered, days, closed }
}
