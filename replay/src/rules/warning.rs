//! R3.5.4 三级预警纠错: single, composite, publicised, one after the other. A level
//! that was skipped, and one that was due and never came, are the breach of whoever
//! raises warnings.

use super::city::{City, Level, Warning};
use super::finding::{Finding, Findings};
use super::rule::{Check, Kind, Rule, Status};
use crate::integrity::json::Json;
use crate::time::civil::Micros;
use chrono::{Months, NaiveDate};
use serde_json::json;

pub(super) const LEVELS: Rule = Rule {
    id: "R3.5.4",
    version: 2,
    zh: "三级预警纠错",
    en: "three levels",
    quote: "实行单项预警—综合预警—预警公示三级预警纠错机制",
    kind: Kind("W"),
    status: Status::Judged,
    checks: &[Check::City(levels)],
    ..Rule::ENTRY
};

/// Single warnings that add up to a composite one.
const SINGLE_WARNINGS: usize = 3;
/// Months within which they count, and within which composite ones repeat.
const MONTHS: u32 = 12;

/// Working days within which the next level must be raised once it is due: the
/// warning model may say otherwise (P14, `raise_within_wd`).
const RAISE_WITHIN: u32 = 15;

fn levels(city: &City<'_>, out: &mut Findings) {
    for (subject, warnings) in city.topics.warnings.by_subject() {
        never_came(city, subject, warnings, out);
        for (at, warning) in warnings.iter().enumerate() {
            let day = city.bench.zone.date(warning.act.at);
            if warning.level == Level::Single || !city.bench.decision_in_force(day) {
                continue;
            }
            let before = Before { city, earlier: &warnings[..at], day };
            let fault = match warning.level {
                Level::Composite => before.composite(warning),
                _ => before.publicised(),
            };
            let Some((zh, en, rests_on)) = fault else {
                out.compliant(&LEVELS);
                continue;
            };
            let zh = format!("对{subject}{zh}");
            let finding = city.signal(&LEVELS, &warning.act, zh, format!("{subject}: {en}"));
            let finding = finding.resting_on_noted(rests_on.iter().map(|one| &one.act));
            out.add(finding.because("earlier_warnings", json!(rests_on.len())));
        }
    }
}

/// What was raised against a subject before a warning.
struct Before<'w> {
    city: &'w City<'w>,
    earlier: &'w [Warning],
    day: NaiveDate,
}

type Fault<'w> = Option<(&'static str, &'static str, Vec<&'w Warning>)>;

impl<'w> Before<'w> {
    /// Warnings of a level in the twelve months before.
    fn of(&self, level: Level) -> Vec<&'w Warning> {
        let since = self.day.checked_sub_months(Months::new(MONTHS)).unwrap_or(self.day);
        let zone = self.city.bench.zone;
        let inside = |one: &&Warning| one.level == level && zone.date(one.act.at) > since;
        self.earlier.iter().filter(inside).collect()
    }

    /// Whether a warning's term had run out without an answer.
    fn unanswered(&self, warning: &Warning) -> bool {
        let Some(due) = warning.due.filter(|due| *due < self.day) else { return false };
        let last = self.city.bench.zone.end_of(due);
        self.city.topics.warnings.rectified(warning).is_none_or(|at| at > last)
    }

    /// A composite warning rests on its index, on three single ones, or on one that
    /// was not answered in time.
    fn composite(&self, warning: &Warning) -> Fault<'w> {
        let single = self.of(Level::Single);
        let grounded = warning.over == Some(true)
            || single.len() >= SINGLE_WARNINGS
            || single.iter().any(|one| self.unanswered(one));
        if grounded {
            return None;
        }
        Some((
            "发出综合预警,但指数未达阈值,单项预警不足三次,也没有逾期未整改的单项预警",
            "a composite warning without an index over its threshold, three single warnings or an \
             unanswered one",
            single,
        ))
    }

    /// A warning is publicised after a composite one that was not answered in time,
    /// or after a repeated one.
    fn publicised(&self) -> Fault<'w> {
        let composite = self.of(Level::Composite);
        if composite.is_empty() {
            return Some((
                "直接公示预警,跳过了综合预警",
                "publicised without a composite warning: a level was skipped",
                self.of(Level::Single),
            ));
        }
        let grounded = composite.len() > 1 || composite.iter().any(|one| self.unanswered(one));
        (!grounded).then_some((
            "公示预警过早:综合预警期限未满或已按期整改,十二个月内也没有再次综合预警",
            "publicised too early: the composite warning is in its term or was answered, and did \
             not recur in twelve months",
            composite,
        ))
    }
}

/// A level that the one below made due.
struct Owed<'w> {
    level: Level,
    /// From then on it was due.
    since: Micros,
    why: (&'static str, &'static str),
    rests_on: Vec<&'w Warning>,
}

/// Levels that were due and were not raised in time, one of each at most since the
/// last that was raised.
fn never_came(city: &City<'_>, subject: &str, warnings: &[Warning], out: &mut Findings) {
    let bench = city.bench;
    for level in [Level::Composite, Level::Publicised] {
        let raised = |one: &&Warning| one.level == level;
        let mut spells: Vec<&[Warning]> = warnings.split(|one| raised(&one)).collect();
        // What was raised at last answers all that went before it.
        let Some(open) = spells.pop() else { continue };
        let Some(owed) = owed(city, level, open) else { continue };
        let day = bench.zone.date(owed.since);
        if !bench.decision_in_force(day) {
            continue;
        }
        let set = bench.parameter("P14", bench.on(day));
        let days = set.and_then(|set| set.get("raise_within_wd")).and_then(Json::as_int);
        let days = days.and_then(|days| u32::try_from(days).ok()).unwrap_or(RAISE_WITHIN);
        let due = bench.calendar.add_working_days(day, days, bench.known_at, |_| false);
        let Some(due) = due.map(|due| due.date) else { continue };
        let (Some(last), true) = (owed.rests_on.last(), bench.past(bench.zone.end_of(due))) else {
            continue;
        };
        let (name, name_en) = owed.level.names();
        let zh = format!("对{subject}{},应于{due}前发出{name},没有发出", owed.why.0);
        let en = format!("{subject}: {}; {name_en} was due by {due} and never came", owed.why.1);
        let finding = city.signal(&LEVELS, &last.act, zh, en);
        let finding = finding.matter(format!("{}@{}", last.act.entry.id, owed.level.names().1));
        let finding = finding.resting_on_noted(owed.rests_on.iter().map(|one| &one.act));
        let finding = Finding { at: bench.zone.end_of(due).saturating_add(1), ..finding };
        out.add(finding.because(
            "level_due",
            json!({"since": day.to_string(), "working_days": days, "due": due.to_string()}),
        ));
    }
}

/// What the warnings since the last of a level make due, by the first ground.
fn owed<'w>(city: &City<'_>, level: Level, open: &'w [Warning]) -> Option<Owed<'w>> {
    let zone = city.bench.zone;
    let below = if level == Level::Composite { Level::Single } else { Level::Composite };
    let below: Vec<&Warning> = open.iter().filter(|one| one.level == below).collect();
    let needed = if level == Level::Composite { SINGLE_WARNINGS } else { 2 };
    let repeated = below.windows(needed).find_map(|window| {
        let (first, last) = (window.first()?, window.last()?);
        let since = zone.date(last.act.at).checked_sub_months(Months::new(MONTHS))?;
        let inside = zone.date(first.act.at) > since;
        inside.then(|| (last.act.at, window.to_vec()))
    });
    let ignored = below.iter().filter_map(|one| {
        let end = zone.end_of(one.due?);
        let answered = city.topics.warnings.rectified(one).is_some_and(|at| at <= end);
        (!answered && city.bench.past(end)).then(|| (end.saturating_add(1), vec![*one]))
    });
    let ignored = ignored.min_by_key(|(since, _)| *since);
    let (repeated_why, ignored_why) = match level {
        Level::Composite => (
            ("十二个月内三次单项预警", "three single warnings in twelve months"),
            ("单项预警逾期未整改", "a single warning was not answered in time"),
        ),
        _ => (
            ("十二个月内再次综合预警", "a composite warning recurred in twelve months"),
            ("综合预警逾期未整改", "a composite warning was not answered in time"),
        ),
    };
    let repeated = repeated.map(|(since, rests_on)| (since, rests_on, repeated_why));
    let ignored = ignored.map(|(since, rests_on)| (since, rests_on, ignored_why));
    let first = repeated.into_iter().chain(ignored).min_by_key(|(since, ..)| *since);
    first.map(|(since, rests_on, why)| Owed { level, since, why, rests_on })
}
