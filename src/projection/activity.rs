//! Who did how much when: events by unit, local day and type.
//!
//! Key: `a`, month as big-endian u32 (year × 12 + month − 1), unit. A row holds
//! one unit's month, so that a day's work folds into one write.

use super::ModelError;
use super::codec::{decode, encode};
use super::register::{Given, Projection};
use super::rows::{Batch, Rows, RowsError};
use chrono::{Datelike, NaiveDate};
use plumbline_replay::event::Event;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

const TAG: u8 = b'a';
/// Months kept in memory between writes.
const KEPT_MAX: usize = 4096;

pub(super) fn start() -> Box<dyn Projection> {
    Box::new(Activity::default())
}

/// Events of one unit, day and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Empty for events that name no unit.
    pub unit: String,
    pub date: NaiveDate,
    pub event_type: String,
    pub count: u64,
}

/// One unit's month: type → day of the month → count.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Month {
    types: BTreeMap<Box<str>, BTreeMap<u8, u64>>,
}

struct Kept {
    month: Month,
    changed: bool,
}

#[derive(Default)]
struct Activity {
    /// By month, then by unit.
    kept: HashMap<u32, HashMap<Box<str>, Kept>>,
    changed: usize,
}

impl Projection for Activity {
    fn apply(&mut self, event: &Event<'_>, given: &Given<'_>) -> Result<(), ModelError> {
        let date = event.occurred.local_date();
        let unit = event.unit().unwrap_or("");
        let number = month_number(date);
        let units = self.kept.entry(number).or_default();
        if !units.contains_key(unit) {
            let row = given.rows.get(&key(number, unit))?;
            let month = row.map(|row| decode(&row)).transpose()?.unwrap_or_default();
            units.insert(unit.into(), Kept { month, changed: false });
        }
        if let Some(kept) = units.get_mut(unit) {
            self.changed += usize::from(!kept.changed);
            kept.changed = true;
            let types = &mut kept.month.types;
            let day = date.day() as u8;
            match types.get_mut(event.kind.as_ref()) {
                Some(days) => *days.entry(day).or_default() += 1,
                None => {
                    types.insert(event.kind.as_ref().into(), BTreeMap::from([(day, 1)]));
                }
            }
        }
        Ok(())
    }

    fn changed(&self) -> usize {
        self.changed
    }

    fn flush(&mut self, _: u64, _: &Given<'_>, batch: &mut Batch) -> Result<(), ModelError> {
        for (number, units) in &mut self.kept {
            for (unit, kept) in units.iter_mut().filter(|(_, kept)| kept.changed) {
                batch.insert(key(*number, unit), Some(encode(&kept.month)));
                kept.changed = false;
            }
        }
        self.changed = 0;
        if self.kept.values().map(HashMap::len).sum::<usize>() > KEPT_MAX {
            self.kept.clear();
        }
        Ok(())
    }
}

/// Whole months since year 0; days before it count as of January 0.
fn month_number(date: NaiveDate) -> u32 {
    u32::try_from(date.year()).unwrap_or(0) * 12 + date.month0()
}

fn key(month: u32, unit: &str) -> Vec<u8> {
    [&[TAG], &month.to_be_bytes()[..], unit.as_bytes()].concat()
}

/// The month and the unit of a key.
fn key_parts(key: &[u8]) -> Option<(u32, String)> {
    let (number, unit) = key.get(1..)?.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), String::from_utf8_lossy(unit).into_owned()))
}

/// A row for people.
pub(super) fn show(key: &[u8], row: &[u8]) -> Result<(String, Value), RowsError> {
    let (number, unit) = key_parts(key).unwrap_or_default();
    let month: Month = decode(row)?;
    let name = format!("{:04}-{:02} {unit}", number / 12, number % 12 + 1);
    Ok((name, json!(month.types)))
}

/// Counts from one day to another, both included, of one unit or of all.
pub(super) fn activity(
    rows: &dyn Rows,
    unit: Option<&str>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DayCount>, RowsError> {
    let mut out = Vec::new();
    let mut result = Ok(());
    rows.scan(&[TAG], &key(month_number(from), ""), &mut |key, row| {
        let Some((number, name)) = key_parts(key) else {
            return true;
        };
        if number > month_number(to) {
            return false;
        }
        if unit.is_none_or(|unit| unit == name) {
            result = decode(row).map(|month| days(&name, number, &month, &mut out));
        }
        result.is_ok()
    })?;
    result?;
    out.retain(|day| from <= day.date && day.date <= to);
    out.sort_by(|a, b| (a.date, &a.unit, &a.event_type).cmp(&(b.date, &b.unit, &b.event_type)));
    Ok(out)
}

fn days(unit: &str, number: u32, month: &Month, out: &mut Vec<DayCount>) {
    let (year, month_of_year) = ((number / 12) as i32, number % 12 + 1);
    for (event_type, days) in &month.types {
        for (day, count) in days {
            let date = NaiveDate::from_ymd_opt(year, month_of_year, u32::from(*day));
            out.extend(date.map(|date| DayCount {
                unit: unit.to_owned(),
                date,
                event_type: event_type.to_string(),
                count: *count,
            }));
        }
    }
}
