//! What a rule may look at: one case, master data, the calendar, the parameters,
//! and the moment that is asked about. No clock: "now" is that moment.
//!
//! The moment can only be compared with another or asked for its day, and the bench
//! notes from when on such an answer would be another one: an answer made of a case is
//! good until then, as long as nothing is recorded. That is how silence that becomes
//! a breach is known beforehand.

use super::accountability::Accountable;
use super::case_file::CaseFile;
use super::clocks::CaseClocks;
use super::finding::{EntryRef, Finding, Outcome};
use super::judge::Ask;
use super::rule::Rule;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::{At, Master};
use crate::state::Moment;
use crate::time::calendar::{Calendar, Roll};
use crate::time::civil::{DAY_MICROS, Micros, Zone};
use crate::time::clock::{Term, Unit};
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::atomic::{AtomicI64, Ordering};

/// Everything that is the same for all cases of one judging.
pub struct Bench<'m> {
    pub master: &'m Master,
    pub calendar: &'m Calendar,
    /// Entries recorded after it were not known.
    pub known_at: Micros,
    /// A duty whose term ends after it is not breached yet.
    as_of: Micros,
    /// The earliest moment from which an answer given so far would be another.
    good_until: AtomicI64,
    /// Legal days are local days (P03).
    pub zone: Zone,
    /// Whether the sealed log was given too. Without it, what only it would show
    /// (a clue referred to discipline) is indeterminate and never missing.
    pub sealed_given: bool,
}

impl<'m> Bench<'m> {
    /// A bench over master data and a calendar, asked what `ask` asks.
    pub fn new(master: &'m Master, calendar: &'m Calendar, ask: Ask) -> Bench<'m> {
        let Ask { moment: Moment { as_of, known_at }, zone, sealed_given, .. } = ask;
        let good_until = AtomicI64::new(Micros::MAX);
        Bench { master, calendar, known_at, as_of, good_until, zone, sealed_given }
    }

    /// The same bench, of which nothing has been asked: for one case.
    pub fn unasked(&self) -> Bench<'m> {
        Bench { good_until: AtomicI64::new(Micros::MAX), ..*self }
    }
}

impl Bench<'_> {
    /// Whether a moment lies before the one asked about.
    pub fn past(&self, moment: Micros) -> bool {
        let past = self.as_of > moment;
        if !past {
            self.changes_from(moment.saturating_add(1));
        }
        past
    }

    /// The local day of the moment asked about.
    pub fn today(&self) -> NaiveDate {
        let today = self.zone.date(self.as_of);
        self.changes_from(self.zone.end_of(today).saturating_add(1));
        today
    }

    /// The moment asked about, for an answer that is another one at any other moment.
    pub fn now(&self) -> Micros {
        self.changes_from(self.as_of.saturating_add(1));
        self.as_of
    }

    /// Master data of the day asked about.
    pub fn at_now(&self) -> At {
        self.on(self.today())
    }

    /// From when on the answers given so far would be others, though nothing be
    /// recorded and no calendar be announced. The maximum stands for never.
    pub fn good_until(&self) -> Micros {
        self.good_until.load(Ordering::Relaxed)
    }

    fn changes_from(&self, moment: Micros) {
        self.good_until.fetch_min(moment, Ordering::Relaxed);
    }

    /// Master data of the local day of a moment, as known at the moment asked about.
    pub fn at(&self, moment: Micros) -> At {
        At { on: self.zone.date(moment), known_at: self.known_at }
    }

    /// Master data of a day, as known at the moment asked about.
    pub fn on(&self, on: NaiveDate) -> At {
        At { on, known_at: self.known_at }
    }

    /// A parameter as set for a day.
    pub fn parameter(&self, id: &str, at: At) -> Option<&Json<'static>> {
        self.master.parameters.at(id, at).map(|version| &version.row.value)
    }

    /// A whole-number parameter, or the default that the specification proposes.
    pub fn number(&self, id: &str, at: At, default: i64) -> i64 {
        self.parameter(id, at).and_then(Json::as_int).unwrap_or(default)
    }

    /// P04: a term in calendar days as it is counted from a day: whether its last day
    /// moves off a day off (`natural`), and whether that of a limit on a power does
    /// (`limits_on_power`).
    pub fn counted(&self, term: Term, from: NaiveDate) -> Term {
        if matches!(term.unit, Unit::WorkingDay | Unit::Hour) {
            return term;
        }
        let name = match term.roll {
            Roll::NextWorkday => "natural",
            Roll::None => "limits_on_power",
        };
        let set = self.parameter("P04", self.on(from)).and_then(|set| set.get(name)?.as_str());
        let roll = match set {
            Some("none") => Roll::None,
            Some("next_working_day") => Roll::NextWorkday,
            _ => term.roll,
        };
        Term { roll, ..term }
    }

    /// P12: working days, at least one, by whose end an act is recorded in time.
    pub fn recording_wd(&self, on: NaiveDate) -> u32 {
        let set = self.parameter("P12", self.on(on));
        let days = set.and_then(|value| value.as_int().or(value.get("working_days")?.as_int()));
        days.and_then(|days| u32::try_from(days).ok()).unwrap_or(1).max(1)
    }

    /// Whether an act of a day was recorded later than P12 allows, by the calendar known
    /// when it was.
    pub fn recorded_late(&self, occurred: NaiveDate, recorded: Micros) -> bool {
        // Nothing before this can be late: cheap, and true of nearly every act.
        let next_day = self.zone.end_of(occurred).saturating_add(DAY_MICROS);
        recorded > next_day
            && self.calendar.recorded_late(
                occurred,
                recorded,
                self.zone,
                self.recording_wd(occurred),
            )
    }

    /// P01: before it no act is judged by the decision (R4.1).
    pub fn decision_in_force(&self, on: NaiveDate) -> bool {
        self.decision_effective(self.on(on)) <= on
    }

    /// P01 as set for the day asked about: since when lasting conditions are judged.
    pub fn decision_from(&self) -> NaiveDate {
        self.decision_effective(self.at_now())
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
            silence: None,
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

    /// Takes this from acts that are not there, whatever its rule's others take.
    pub fn by_silence(self, silence: super::coverage::Silence) -> Finding {
        Finding { silence: Some(silence), ..self }
    }

    /// Adds one line of the arithmetic.
    pub fn because(mut self, name: &str, value: impl Into<Value>) -> Finding {
        self.explanation.insert(name.to_owned(), value.into());
        self
    }
}
