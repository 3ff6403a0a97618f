//! R3.5.4 三级预警纠错: single, composite, publicised, one after the other. A level
//! that was skipped is the breach of whoever raised the warning.

use super::city::{City, Level, Warning};
use super::finding::Findings;
use super::rule::{Check, Kind, Rule, Status};
use chrono::{Months, NaiveDate};
use serde_json::json;

pub(super) const LEVELS: Rule = Rule {
    id: "R3.5.4",
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

fn levels(city: &City<'_>, out: &mut Findings) {
    for (subject, warnings) in city.topics.warnings.by_subject() {
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
