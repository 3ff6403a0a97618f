//! Who was at the window (F05, F06) and who had leave with a substitute (F04).
//! Half days of which nothing was recorded are no absence: nothing is known of them.

use super::{Case, Topic};
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One half day of one person that was not at the window.
#[derive(Clone, Debug)]
pub struct Absence {
    pub officer: Box<str>,
    pub on: NaiveDate,
    /// 上午, 下午; of a spot check, its time.
    pub half: Box<str>,
    /// 缺岗, 请假.
    pub status: Box<str>,
    pub at: Micros,
    pub stream: Box<str>,
    pub unit: Option<Box<str>>,
    pub entry: EntryRef,
}

/// Absences in order of entries, and how many half days were recorded.
#[derive(Default)]
pub struct Attendance {
    pub absences: Vec<Absence>,
    /// Recorded half days by unit and month (`2025-03`): attended, and all.
    pub halves: BTreeMap<(Box<str>, Box<str>), (u64, u64)>,
    /// `2025-03-04 上午` of an officer for whom a named colleague stood in.
    covered: BTreeSet<(Box<str>, Box<str>)>,
}

impl Attendance {
    /// Whether leave was approved and somebody named stood in.
    pub fn covered(&self, absence: &Absence) -> bool {
        let half = format!("{} {}", absence.on, absence.half);
        self.covered.contains(&(absence.officer.clone(), half.into()))
    }
}

impl Topic for Attendance {
    fn note(&mut self, case: &Case<'_>) {
        for event in case.all("hall.leave.approved") {
            let text = |name: &str| event.body.text(name).filter(|text| !text.is_empty());
            let (Some(officer), Some(_)) = (text("officer"), text("substitute")) else { continue };
            let Some(Json::List(halves)) = event.body.json("half_days") else { continue };
            for half in halves.iter().filter_map(Json::as_str) {
                self.covered.insert((officer.as_ref().into(), half.into()));
            }
        }
        for event in case.any(&["hall.attendance.recorded", "hall.attendance.spot_checked"]) {
            let text = |name: &str| event.body.text(name);
            let Some(officer) = text("officer") else { continue };
            let checked = event.kind.contains("spot_checked");
            let Some(status) = text(if checked { "result" } else { "status" }) else { continue };
            let on = event.occurred.local_date();
            let assigned = case.bench.master.assignments.at(&officer, case.bench.on(on));
            let unit = assigned.and_then(|one| one.row.unit.clone());
            let unit = unit.or_else(|| text("unit").map(|unit| unit.as_ref().into()));
            let absent = matches!(status.as_ref(), "缺岗" | "请假");
            if let Some(unit) = unit.clone().filter(|_| !checked) {
                let month = on.format("%Y-%m").to_string();
                let count = self.halves.entry((unit, month.into())).or_default();
                count.0 += u64::from(!absent);
                count.1 += 1;
            }
            if absent {
                let time = event.occurred.rfc3339();
                let half = text("half").map_or_else(|| time.into(), |half| half.as_ref().into());
                self.absences.push(Absence {
                    officer: officer.as_ref().into(),
                    on,
                    half,
                    status: status.as_ref().into(),
                    at: event.occurred.micros,
                    stream: event.stream.as_ref().into(),
                    unit,
                    entry: EntryRef::of(event),
                });
            }
        }
    }

    fn join(&mut self, other: Attendance) {
        self.absences.extend(other.absences);
        self.absences.sort_by(|a, b| a.entry.cmp(&b.entry));
        self.covered.extend(other.covered);
        for (key, (attended, all)) in other.halves {
            let own = self.halves.entry(key).or_default();
            own.0 += attended;
            own.1 += all;
        }
    }
}

packed! {
    Absence { officer, on, half, status, at, stream, unit, entry }
    Attendance { absences, halves, covered }
}
