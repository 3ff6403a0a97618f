//! How long a case may take: by the catalogue in force at acceptance, by the
//! promise published for the item, else by the law itself; and by what the
//! applicant was told where nothing is published.

use super::start::Start;
use super::{ClockReading, workdays_between};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master;
use crate::rules::bench::Case;
use crate::state::CaseKind;
use crate::time::calendar::Roll;
use crate::time::clock::{Term, Unit};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// Working days by law where no law says otherwise (行政许可法 art. 42).
const SINGLE_WD: u32 = 20;
/// Of unified, joint or concentrated handling (art. 42).
const JOINT_WD: u32 = 45;

/// Where a limit comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitSource {
    /// 事项目录: id of the entry.
    Catalogue {
        entry: Box<str>,
        version: Box<str>,
    },
    /// 服务承诺: id of the entry.
    Promise {
        entry: Box<str>,
    },
    Statute {
        law: &'static str,
        article: &'static str,
    },
    /// A parameter.
    Parameter(&'static str),
    /// The due date that the applicant was told, counted back.
    Told,
}

impl LimitSource {
    pub fn to_json(&self) -> Value {
        match self {
            LimitSource::Catalogue { entry, version } => {
                json!({"catalogue_entry": entry, "catalogue_version": version})
            }
            LimitSource::Promise { entry } => json!({"promise_entry": entry}),
            LimitSource::Statute { law, article } => json!({"law": law, "article": article}),
            LimitSource::Parameter(id) => json!({"parameter": id}),
            LimitSource::Told => json!({"told": true}),
        }
    }
}

/// How long, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub term: Term,
    pub source: LimitSource,
}

impl Limit {
    pub fn statute(term: Term, law: &'static str, article: &'static str) -> Limit {
        Limit { term, source: LimitSource::Statute { law, article } }
    }
}

/// The limits of one case.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    pub legal: Option<Limit>,
    /// `None`: neither published nor told.
    pub promise: Option<Limit>,
}

/// The limits of a case that started there.
pub(super) fn of(case: &Case<'_>, start: &Start) -> Limits {
    if case.file.kind == CaseKind::Joint {
        let legal = Limit::statute(Term::working(JOINT_WD), "行政许可法", "42");
        return Limits { legal: Some(legal), promise: told(case, start, start.told_promise) };
    }
    let (legal, promise) = listed(case, start);
    let by_law = || Limit::statute(Term::working(SINGLE_WD), "行政许可法", "42");
    Limits {
        legal: Some(legal.unwrap_or_else(by_law)),
        promise: promise.or_else(|| told(case, start, start.told_promise)),
    }
}

/// What the catalogue and the published promise say on the day of the start. A
/// promise of the item's own goes before the one that the catalogue repeats.
fn listed(case: &Case<'_>, start: &Start) -> (Option<Limit>, Option<Limit>) {
    let Some(code) = item_of(case) else { return (None, None) };
    let at = case.bench.on(start.on);
    let item = case.bench.master.items.at(code, at);
    let listed = |limit: Option<&master::Limit>| {
        let source = LimitSource::Catalogue {
            entry: item?.origin.id.clone(),
            version: item?.row.catalogue_version.clone().unwrap_or_default(),
        };
        Some(Limit { term: case.bench.counted(term_of(limit?)?, start.on), source })
    };
    let legal = listed(item.and_then(|item| item.row.legal_limit.as_ref()));
    let promised = case.bench.master.promises.at(code, at).and_then(|promise| {
        let n = u32::try_from(promise.row.promised_wd?).ok()?;
        let source = LimitSource::Promise { entry: promise.origin.id.clone() };
        Some(Limit { term: Term::working(n), source })
    });
    (legal, promised.or_else(|| listed(item?.row.promised_limit.as_ref())))
}

/// The item of the case: the first that an act names.
pub fn item_of<'c>(case: &Case<'c>) -> Option<&'c str> {
    case.file.acts.iter().find_map(|act| act.item.as_ref()?.code.get())
}

/// A catalogue's limit. A word that no unit has sets none.
fn term_of(limit: &master::Limit) -> Option<Term> {
    let n = u32::try_from(limit.n?).ok()?;
    let calendar = |unit| Term { n, unit, roll: Roll::NextWorkday };
    Some(match limit.unit.as_deref() {
        None | Some("工作日" | "working") => Term::working(n),
        Some("自然日" | "日" | "天" | "natural") => calendar(Unit::NaturalDay),
        Some("月" | "个月" | "month") => calendar(Unit::Month),
        Some("年" | "year") => calendar(Unit::Year),
        Some("小时" | "hour") => Term { n, unit: Unit::Hour, roll: Roll::None },
        Some(_) => return None,
    })
}

/// The working days that a date told to the applicant leaves, by the calendar
/// that was known then.
fn told(case: &Case<'_>, start: &Start, date: Option<NaiveDate>) -> Option<Limit> {
    let known_then = case.bench.zone.end_of(start.on);
    let n = workdays_between(case.bench.calendar, start.on, date?, known_then);
    Some(Limit { term: Term::working(n), source: LimitSource::Told })
}

/// P23, as set for the day on which a clock started: when it is warned of.
#[derive(Clone, Copy, Debug)]
pub struct WarnedAt {
    /// Working days left.
    pub before_wd: u32,
    /// Of the term used.
    per_cent: u64,
}

impl WarnedAt {
    pub fn of(case: &Case<'_>, reading: &ClockReading) -> WarnedAt {
        let set = case.bench.parameter("P23", case.bench.on(reading.start.on));
        let number = |name: &str, default: u32| {
            let said = set.and_then(|value| value.get(name)).and_then(Json::as_int);
            said.and_then(|said| u32::try_from(said).ok()).unwrap_or(default)
        };
        let per_cent = u64::from(number("per_cent_of_promise", 90));
        WarnedAt { before_wd: number("before_wd", 1), per_cent }
    }

    /// Days of a term whose use is a first warning.
    pub fn first_day(self, total: u32) -> u32 {
        let days = (u64::from(total) * self.per_cent).div_ceil(100);
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// Whether so much is used that a first warning is due.
    pub fn used_up(self, used: u32, total: u32) -> bool {
        total > 0 && used >= self.first_day(total)
    }
}

/// P18 for permits.
pub(super) fn publication(case: &Case<'_>, granted: &Event<'_>) -> Limit {
    let n = crate::rules::publication::of_permit(case, granted);
    Limit { term: Term::working(n), source: LimitSource::Parameter("P18") }
}
