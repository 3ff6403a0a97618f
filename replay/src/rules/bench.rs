//! What a rule may look at: one case, master data, the calendar, the parameters,
//! and the moment that is asked about. No clock: "now" is `moment.as_of`.

use super::accountability::Accountable;
use super::case_file::CaseFile;
use super::clocks::CaseClocks;
use super::finding::{EntryRef, Finding, Outcome};
use super::rule::Rule;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::{At, Master};
use crate::state::Moment;
use crate::time::calendar::Calendar;
use crate::time::civil::{Micros, Zone};
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::ops::Deref;

/// Everything that is the same for all cases of one judging.
pub struct Bench<'m> {
    pub master: &'m Master,
    pub calendar: &'m Calendar,
    /// As of when, as known when. Finite: a duty whose term ends after `as_of` is
    /// not breached yet.
    pub moment: Moment,
    /// Legal days are local days (P03).
    pub zone: Zone,
    /// Whether the sealed log was given too. Without it, what only it would show
    /// (a clue referred to discipline) is indeterminate and never missing.
    pub sealed_given: bool,
}

impl Bench<'_> {
    /// Master data of the local day of a moment, as known at the moment asked about.
    pub fn at(&self, moment: Micros) -> At {
        At { on: self.zone.date(moment), known_at: self.moment.known_at }
    }

    /// Master data of a day, as known at the moment asked about.
    pub fn on(&self, on: NaiveDate) -> At {
        At { on, known_at: self.moment.known_at }
    }

    /// A parameter as set for a day.
    pub fn parameter(&self, id: &str, at: At) -> Option<&Json<'static>> {
        self.master.parameters.at(id, at).map(|version| &version.row.value)
    }

    /// A whole-number parameter, or the default that the specification proposes.
    pub fn number(&self, id: &str, at: At, default: i64) -> i64 {
        self.parameter(id, at).and_then(Json::as_int).unwrap_or(default)
    }

    /// P01: before it no act is judged by the decision (R4.1).
    pub fn decision_in_force(&self, on: NaiveDate) -> bool {
        self.decision_effective(self.on(on)) <= on
    }

    /// P01 as set for the day asked about: since when lasting conditions are judged.
    pub fn decision_from(&self) -> NaiveDate {
        self.decision_effective(self.at(self.moment.as_of))
    }

    fn decision_effective(&self, at: At) -> NaiveDate {
        const DEFAULT: NaiveDate = NaiveDate::from_ymd_opt(2022, 4, 5).expect("a date");
        let set = self.parameter("P01", at).and_then(Json::as_str);
        set.and_then(crate::time::civil::parse_date).unwrap_or(DEFAULT)
    }
}

/// One case before a rule.
pub struct Case<'c> {
    pub bench: &'c Bench<'c>,
    pub file: &'c CaseFile<'c>,
    clocks: OnceCell<CaseClocks>,
}

impl<'c> Deref for Case<'c> {
    type Target = CaseFile<'c>;

    fn deref(&self) -> &CaseFile<'c> {
        self.file
    }
}

impl<'c> Case<'c> {
    pub fn new(bench: &'c Bench<'c>, file: &'c CaseFile<'c>) -> Case<'c> {
        Case { bench, file, clocks: OnceCell::new() }
    }

    /// What the case's clocks rest on, gathered once for all rules.
    pub fn clocks(&self) -> &CaseClocks {
        self.clocks.get_or_init(|| CaseClocks::of(self))
    }

    /// A signal of a rule about an act of this case: its unit, leader and actor
    /// answer for it. The caller adds what else it rests on and why.
    pub fn signal(&self, rule: &Rule, act: &Event<'_>, zh: String, en: String) -> Finding {
        Finding {
            rule: rule.id,
            rule_version: rule.version,
            outcome: Outcome::Signal,
            severity: rule.severity,
            stream: self.file.stream.into(),
            matter: act.id.as_ref().into(),
            entries: vec![EntryRef::of(act)],
            at: act.occurred.micros,
            accountable: Accountable::of(self.bench, act),
            zh,
            en,
            explanation: Map::new(),
        }
    }
}

impl Finding {
    pub fn outcome(self, outcome: Outcome) -> Finding {
        Finding { outcome, ..self }
    }

    pub fn severity(self, severity: super::rule::Severity) -> Finding {
        Finding { severity, ..self }
    }

    pub fn matter(self, matter: impl Into<Box<str>>) -> Finding {
        Finding { matter: matter.into(), ..self }
    }

    /// Adds entries that it rests on, each once, in order of position.
    pub fn resting_on<'e>(mut self, acts: impl IntoIterator<Item = &'e Event<'e>>) -> Finding {
        self.entries.extend(acts.into_iter().map(EntryRef::of));
        self.entries.sort();
        self.entries.dedup();
        self
    }

    /// Adds one line of the arithmetic.
    pub fn because(mut self, name: &str, value: impl Into<Value>) -> Finding {
        self.explanation.insert(name.to_owned(), value.into());
        self
    }
}
