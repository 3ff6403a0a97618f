//! When approval systems ran (F11): outages, and the days on which they reported; and
//! of which days units sent their data (F12).

use super::{Case, Topic};
use crate::event::{Event, Value};
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::time::civil::{Micros, parse_date};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One interruption.
#[derive(Clone, Debug)]
pub struct Outage {
    pub system: Box<str>,
    pub stream: Box<str>,
    pub unit: Option<Box<str>>,
    pub from: Micros,
    /// `None` while it lasts.
    pub to: Option<Micros>,
    pub planned: bool,
    /// Windows went on with paper, to be entered afterwards.
    pub paper_fallback: bool,
    pub entry: EntryRef,
}

/// The days of one system's signs of life.
#[derive(Clone, Debug, Default)]
pub struct Beats {
    pub stream: Box<str>,
    pub unit: Option<Box<str>>,
    pub days: BTreeSet<NaiveDate>,
    pub last: Option<EntryRef>,
}

impl Beats {
    fn join(&mut self, other: Beats) {
        self.days.extend(other.days);
        if self.last < other.last {
            (self.stream, self.unit, self.last) = (other.stream, other.unit, other.last);
        }
    }
}

/// Outages in order of entries, and signs of life by system.
#[derive(Default)]
pub struct Systems {
    pub outages: Vec<Outage>,
    pub beats: BTreeMap<Box<str>, Beats>,
    /// By unit, the days of which it sent a batch of its own; a batch of a week or a
    /// month makes nobody send daily.
    pub batches: BTreeMap<Box<str>, Beats>,
}

impl Systems {
    /// Whether windows worked on paper at a moment because a system was down.
    pub fn on_paper_at(&self, moment: Micros) -> bool {
        self.outages.iter().any(|outage| {
            outage.paper_fallback
                && outage.from <= moment
                && outage.to.is_none_or(|to| moment <= to)
        })
    }
}

fn system_of(event: &Event<'_>) -> Box<str> {
    let named = event.body.text("system");
    named.as_deref().unwrap_or(&event.stream).into()
}

impl Topic for Systems {
    fn note(&mut self, case: &Case<'_>) {
        for event in case.all("system.heartbeat") {
            let beats = self.beats.entry(system_of(event)).or_default();
            beats.stream = event.stream.as_ref().into();
            beats.unit = event.unit().map(Box::from);
            beats.days.insert(event.occurred.local_date());
            beats.last = beats.last.take().max(Some(EntryRef::of(event)));
        }
        for event in case.all("system.data_batch.received") {
            let day = event.body.text("period").and_then(|period| parse_date(&period));
            let (Some(unit), Some(day)) = (event.body.text("unit"), day) else { continue };
            let batches = self.batches.entry(unit.as_ref().into()).or_default();
            batches.stream = event.stream.as_ref().into();
            batches.unit = Some(unit.as_ref().into());
            batches.days.insert(day);
            batches.last = batches.last.take().max(Some(EntryRef::of(event)));
        }
        let ends: Vec<&Event<'_>> = case.all("system.outage.ended").collect();
        for event in case.all("system.outage.started") {
            let system = system_of(event);
            let flag = |name: &str| event.body.get(name) == Some(Value::Bool(true));
            let end =
                ends.iter().find(|end| event.order() <= end.order() && system_of(end) == system);
            self.outages.push(Outage {
                stream: event.stream.as_ref().into(),
                unit: event.unit().map(Box::from),
                from: event.occurred.micros,
                to: end.map(|end| end.occurred.micros),
                planned: flag("planned"),
                paper_fallback: flag("paper_fallback"),
                entry: EntryRef::of(event),
                system,
            });
        }
    }

    fn join(&mut self, other: Systems) {
        self.outages.extend(other.outages);
        self.outages.sort_by(|a, b| a.entry.cmp(&b.entry));
        for (system, beats) in other.beats {
            self.beats.entry(system).or_default().join(beats);
        }
        for (unit, batches) in other.batches {
            self.batches.entry(unit).or_default().join(batches);
        }
    }
}

packed! {
    Outage { system, stream, unit, from, to, planned, paper_fallback, entry }
    Beats { stream, unit, days, last }
    Systems { outages, beats, batches }
}
