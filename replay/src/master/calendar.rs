//! The ledger's own working days: MD21 and M41 `md.calendar.published`, `.amended`.
//!
//! A year that the ledger publishes is as the ledger says; of others what this
//! program is born with holds. A published day is known from the notice's
//! `issued_on`, which everyone could read, and where none is stated from when it
//! was recorded; a corrected one reads as corrected from the correction on. What
//! this file does not know: clocks.

use super::column::date;
use super::table::{Origin, Repairs};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::time::calendar::{Calendar, Known};
use crate::time::civil::{Micros, Zone};
use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What the ledger tells of its days.
#[derive(Debug, Default)]
pub struct CalendarNotices {
    /// By when it was recorded, where it stands, and since when it was believed.
    told: BTreeMap<(Micros, u64, Micros), Told>,
}

#[derive(Debug)]
struct Told {
    /// The year that it arranges as a whole.
    year: Option<i32>,
    /// It is the year's arrangement, not a change of it.
    published: bool,
    days: Vec<Special>,
    /// Days that could not be read.
    unreadable: usize,
    known: Known,
    entry: Origin,
}

#[derive(Debug)]
struct Special {
    date: NaiveDate,
    off: Option<bool>,
    name: String,
}

impl CalendarNotices {
    pub(super) fn wants(kind: &str) -> bool {
        ["md.calendar.published.", "md.calendar.amended.", "md.calendar_day."]
            .iter()
            .any(|head| kind.starts_with(head))
    }

    pub(super) fn apply(&mut self, event: &Event<'_>, repairs: Repairs<'_>) {
        let one = event.kind.starts_with("md.calendar_day.");
        let listed = event.body.json("days");
        let listed = listed.as_ref().and_then(Json::as_list).unwrap_or_default();
        let days: Vec<Option<Special>> = match one {
            true => vec![single(event)],
            false => listed.iter().map(special).collect(),
        };
        let zone = Zone::fixed(event.occurred.offset_minutes);
        let issued = event.body.text("issued_on").and_then(|text| date(&text));
        let first = issued.map_or(event.recorded, |day| zone.start_of(day));
        let known = Known {
            from: repairs.since.map_or(first, |by| by.recorded),
            until: repairs.until.map(|by| by.recorded),
        };
        let told = Told {
            year: event.body.int("year").and_then(|year| i32::try_from(year).ok()),
            published: event.kind.starts_with("md.calendar.published."),
            unreadable: days.iter().filter(|day| day.is_none()).count(),
            days: days.into_iter().flatten().collect(),
            known,
            entry: Origin::of(event),
        };
        self.told.insert((event.recorded, event.position, known.from), told);
    }

    /// Whether the ledger says anything of its days.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The calendar: the ledger's years over what this program is born with.
    pub fn calendar(&self) -> Cow<'static, Calendar> {
        if self.told.is_empty() {
            return Cow::Borrowed(Calendar::china());
        }
        let published = self.told.values().filter(|told| told.published);
        let own: BTreeSet<i32> = published.filter_map(|told| told.year).collect();
        let mut calendar = Calendar::china_without(&|year| own.contains(&year));
        for told in self.told.values() {
            if let Some(year) = told.year {
                calendar.announce_year(year, told.known);
            }
            for day in &told.days {
                let name = Cow::Owned(day.name.clone());
                calendar.set_day(day.date, day.off, name, told.known);
            }
        }
        Cow::Owned(calendar)
    }

    /// Notices with days that could not be read, and how many.
    pub fn unreadable(&self) -> impl Iterator<Item = (&Origin, usize)> {
        let broken = self.told.values().filter(|told| told.unreadable > 0);
        broken.map(|told| (&told.entry, told.unreadable))
    }
}

/// `md.calendar_day.…`: one day of the calendar, or its end.
fn single(event: &Event<'_>) -> Option<Special> {
    let member = |name: &str| event.body.json(name).map(Json::into_owned);
    let named = ["date", "name", "is_off_day", "isOffDay", "kind"];
    let row = Json::object(named.iter().filter_map(|name| Some((*name, member(name)?))));
    if event.kind.starts_with("md.calendar_day.ended.") {
        let date = row.get("date").and_then(Json::as_str).and_then(date)?;
        return Some(Special { date, off: None, name: String::new() });
    }
    special(&row)
}

/// A day of a notice: `is_off_day` (also as `isOffDay`), else the kind of MD21.
fn special(row: &Json<'_>) -> Option<Special> {
    let date = row.get("date").and_then(Json::as_str).and_then(date)?;
    let flag = row.get("is_off_day").or_else(|| row.get("isOffDay"));
    let off = match (flag, row.get("kind").and_then(Json::as_str)) {
        (Some(Json::Bool(off)), _) => *off,
        (_, Some("legal_holiday" | "bridging_off" | "法定节假日" | "调休放假")) => true,
        (_, Some("weekend" | "周末")) => true,
        (_, Some("makeup_workday" | "workday" | "调休上班" | "工作日")) => false,
        _ => return None,
    };
    let name = row.get("name").and_then(Json::as_str).unwrap_or_default();
    (date.year() > 0).then(|| Special { date, off: Some(off), name: name.to_owned() })
}
