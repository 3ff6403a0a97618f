//! The clocks of a case (§3.12): acceptance, legal, promise, delivery and
//! publication, each with what stretches it, what is only claimed to, and where
//! it stopped.
//!
//! `late` answers first from the calendar days gone by, which is enough for most
//! acts, and reckons only what may be late. What this module does not know: which
//! rule asks, and what follows from a clock that has run out.

mod claims;
mod limits;
mod start;
mod trace;

pub use claims::{ExtensionClaim, SuspensionClaim, Unrecognised};
pub use limits::{Limit, LimitSource, Limits, WarnedAt, item_of};
pub use start::{Start, StartBy};
pub use trace::{digest, runs};

use super::bench::Case;
use super::finding::EntryRef;
use crate::event::{Event, Precision};
use crate::time::calendar::Calendar;
use crate::time::civil::{self, Micros, Moment, Zone};
use crate::time::clock::{Claims, Clock, Extension, Suspension, Term, Unit};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// Which of a case's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockKind {
    /// 受理或补正告知 (行政许可法 art. 32): 5 working days from receipt
    Acceptance,
    /// 法定办理期限 (arts. 42, 26)
    Legal,
    /// 承诺期限
    Promise,
    /// 颁发送达 (art. 44): 10 working days from the decision to grant
    Delivery,
    /// 双公示 (P18): working days from the decision to grant
    Publication,
}

impl ClockKind {
    pub const ALL: [ClockKind; 5] = [
        ClockKind::Acceptance,
        ClockKind::Legal,
        ClockKind::Promise,
        ClockKind::Delivery,
        ClockKind::Publication,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ClockKind::Acceptance => "acceptance",
            ClockKind::Legal => "legal",
            ClockKind::Promise => "promise",
            ClockKind::Delivery => "delivery",
            ClockKind::Publication => "publication",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            ClockKind::Acceptance => "受理期限",
            ClockKind::Legal => "法定期限",
            ClockKind::Promise => "承诺期限",
            ClockKind::Delivery => "送达期限",
            ClockKind::Publication => "公开期限",
        }
    }
}

/// What stopped a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub at: Micros,
    /// The local day: all that counts where the act is known to the day only.
    pub on: NaiveDate,
    pub day_only: bool,
    pub entry: EntryRef,
}

impl Stop {
    pub fn of(event: &Event<'_>, zone: Zone) -> Stop {
        Stop {
            at: event.occurred.micros,
            on: zone.date(event.occurred.micros),
            day_only: event.precision == Precision::Day,
            entry: EntryRef::of(event),
        }
    }

    /// An act that is known to the day only is in time on the last day.
    fn keeps(&self, due: NaiveDate, last: Micros) -> bool {
        if self.day_only { self.on <= due } else { self.at <= last }
    }
}

/// One clock of one case, read at the moment asked about.
#[derive(Clone, Debug)]
pub struct ClockReading {
    pub kind: ClockKind,
    pub clock: Clock,
    pub limit: LimitSource,
    pub start: Start,
    /// Due with what the law recognises.
    pub due: NaiveDate,
    /// The last microsecond that is still in time.
    pub last: Micros,
    /// The term with its recognised extensions, in its unit.
    pub n: u32,
    /// A day counted lies beyond the announced calendar, or a procedure that
    /// suspends the clock still runs.
    pub provisional: bool,
    /// Due if every claim were recognised, where that differs.
    pub due_claimed: Option<NaiveDate>,
    /// Due by the calendar known when the clock started, where that differs.
    pub due_known_then: Option<NaiveDate>,
    /// Due as the applicant was told, whatever was counted.
    pub due_told: Option<NaiveDate>,
    pub suspensions: Vec<SuspensionClaim>,
    pub extensions: Vec<ExtensionClaim>,
    pub stop: Option<Stop>,
    /// Counted days up to the stop, or to the moment asked about.
    pub used: u32,
    pub remaining: u32,
    /// Working days beyond the due date up to the stop or the moment asked about.
    pub over: u32,
    /// It ran out before it was stopped.
    pub late: bool,
}

/// What every clock of a case rests on; built once a case.
pub struct CaseClocks {
    pub start: Option<Start>,
    pub limits: Limits,
    pub suspensions: Vec<SuspensionClaim>,
    pub extensions: Vec<ExtensionClaim>,
}

impl CaseClocks {
    pub(super) fn of(case: &Case<'_>) -> CaseClocks {
        let start = start::of(case);
        let limits = start.as_ref().map(|start| limits::of(case, start)).unwrap_or_default();
        let suspensions = claims::suspensions(case);
        let extensions = match (&start, &limits.legal) {
            (Some(start), Some(legal)) => claims::extensions(case, start, legal, &suspensions),
            _ => Vec::new(),
        };
        CaseClocks { start, limits, suspensions, extensions }
    }
}

/// The clock of the legal term, if the case was accepted or counts as accepted.
pub fn legal(case: &Case<'_>) -> Option<ClockReading> {
    read(case, ClockKind::Legal)
}

/// The clock of the promise, if one was published or told.
pub fn promise(case: &Case<'_>) -> Option<ClockReading> {
    read(case, ClockKind::Promise)
}

/// A clock read in full, with both answers where claims differ.
pub fn read(case: &Case<'_>, kind: ClockKind) -> Option<ClockReading> {
    let set = Set::of(case, kind)?;
    set.read(case)
}

/// A clock read in full if it has run out, at little cost if it has not.
pub fn late(case: &Case<'_>, kind: ClockKind) -> Option<ClockReading> {
    let set = Set::of(case, kind)?;
    if set.surely_in_time(case) {
        return None;
    }
    set.read(case).filter(|reading| reading.late)
}

/// Whether the case has such a clock at all.
pub fn runs_at_all(case: &Case<'_>, kind: ClockKind) -> bool {
    Set::of(case, kind).is_some()
}

/// A clock before it is reckoned.
struct Set {
    kind: ClockKind,
    start: Start,
    limit: Limit,
    stop: Option<Stop>,
    told: Option<NaiveDate>,
    suspensions: Vec<SuspensionClaim>,
    extensions: Vec<ExtensionClaim>,
}

impl Set {
    fn of(case: &Case<'_>, kind: ClockKind) -> Option<Set> {
        match kind {
            ClockKind::Acceptance => Set::acceptance(case),
            ClockKind::Legal | ClockKind::Promise => Set::handling(case, kind),
            ClockKind::Delivery | ClockKind::Publication => Set::aftermath(case, kind),
        }
    }

    fn plain(kind: ClockKind, start: Start, limit: Limit, stop: Option<Stop>) -> Set {
        let (suspensions, extensions) = (Vec::new(), Vec::new());
        Set { kind, start, limit, stop, told: None, suspensions, extensions }
    }

    fn acceptance(case: &Case<'_>) -> Option<Set> {
        let (start, stop) = start::acceptance(case)?;
        let limit = Limit::statute(Term::working(start::NOTICE_WD), "行政许可法", "32");
        Some(Set::plain(ClockKind::Acceptance, start, limit, stop))
    }

    fn handling(case: &Case<'_>, kind: ClockKind) -> Option<Set> {
        let clocks = case.clocks();
        let mut start = clocks.start.clone()?;
        let legal = kind == ClockKind::Legal;
        let stop = if legal { decided(case) } else { handled(case) };
        if let Some(forwarded) =
            case.file.first("approval.initial_review.forwarded").filter(|_| legal)
        {
            // The upper organ's term runs from what it was sent (art. 43); the lower
            // organ's own is another clock, and ends there.
            stop.as_ref()?;
            start = Start::at(forwarded, StartBy::Forwarded, case.bench.zone);
        }
        let limits = &clocks.limits;
        let limit = if legal { limits.legal.clone() } else { limits.promise.clone() };
        let told = if legal { start.told_legal } else { start.told_promise };
        let extends = legal || claims::extends_promise(case, &start);
        let extensions = if extends { clocks.extensions.clone() } else { Vec::new() };
        let suspensions = clocks.suspensions.clone();
        Some(Set { kind, start, limit: limit?, stop, told, suspensions, extensions })
    }

    fn aftermath(case: &Case<'_>, kind: ClockKind) -> Option<Set> {
        let granted = case.file.any(&GRANTS).next()?;
        let start = Start::at(granted, StartBy::Decision, case.bench.zone);
        let after = |stops: &'static [&'static str]| {
            let order = granted.order();
            case.file.any(stops).find(|act| act.order() >= order)
        };
        let (limit, stop) = match kind {
            ClockKind::Delivery => (
                Limit::statute(Term::working(10), "行政许可法", "44"),
                after(&["approval.document.delivered"]),
            ),
            _ => (limits::publication(case, granted), after(&["document.published"])),
        };
        let stop = stop.map(|act| Stop::of(act, case.bench.zone));
        Some(Set::plain(kind, start, limit, stop))
    }

    /// Not more calendar days have gone by than days are allowed.
    fn surely_in_time(&self, case: &Case<'_>) -> bool {
        let until = match &self.stop {
            Some(stop) => stop.on,
            None => case.bench.today(),
        };
        let days = until.signed_duration_since(self.start.on).num_days();
        let least = match self.limit.term.unit {
            Unit::WorkingDay | Unit::NaturalDay => i64::from(self.limit.term.n),
            Unit::Month => i64::from(self.limit.term.n) * 28,
            Unit::Year => i64::from(self.limit.term.n) * 365,
            Unit::Hour => return false,
        };
        days <= least
    }

    fn clock(&self, case: &Case<'_>) -> Clock {
        let zone = case.bench.zone;
        let suspension = |claim: &SuspensionClaim| Suspension {
            from: claim.from,
            to: Some(claim.to.unwrap_or_else(|| case.bench.today())),
            recognised: claim.recognised(),
        };
        let extension = |claim: &ExtensionClaim| Extension {
            n: claim.days,
            recognised: claim.refused.is_none(),
        };
        Clock {
            start: day_start(self.start.on, zone),
            zone,
            term: self.limit.term,
            suspensions: self.suspensions.iter().map(suspension).collect(),
            extensions: self.extensions.iter().map(extension).collect(),
        }
    }

    fn read(self, case: &Case<'_>) -> Option<ClockReading> {
        let bench = case.bench;
        let clock = self.clock(case);
        let known_at = bench.known_at;
        let due = clock.reckon(bench.calendar, known_at, Claims::Recognised)?;
        let differs = |date: NaiveDate| (date != due.date).then_some(date);
        let claimed = clock.reckon(bench.calendar, known_at, Claims::All);
        let then =
            clock.reckon(bench.calendar, bench.zone.end_of(self.start.on), Claims::Recognised);
        let until = self.stop.as_ref().map_or_else(|| bench.today(), |stop| stop.on);
        let late = match &self.stop {
            Some(stop) => !stop.keeps(due.date, due.last),
            None => bench.past(due.last),
        };
        let open = self.suspensions.iter().any(|claim| claim.recognised() && claim.to.is_none());
        Some(ClockReading {
            kind: self.kind,
            limit: self.limit.source,
            due: due.date,
            last: due.last,
            n: due.n,
            provisional: due.provisional || (open && self.stop.is_none()),
            due_claimed: claimed.and_then(|other| differs(other.date)),
            due_known_then: then.and_then(|other| differs(other.date)),
            due_told: self.told,
            used: due.used(until),
            remaining: due.remaining(until),
            over: workdays_between(bench.calendar, due.date, until, known_at),
            late,
            clock,
            start: self.start,
            suspensions: self.suspensions,
            extensions: self.extensions,
            stop: self.stop,
        })
    }
}

/// Decisions that grant.
pub const GRANTS: [&str; 3] =
    ["approval.decision.granted", "approval.commitment.decided", "approval.deemed.document_issued"];

/// What ends the legal clock (P06): a decision, or that there is nothing left to
/// decide. Deemed approval on timeout does not: it is what follows from its end.
const DECISIONS: [&str; 7] = [
    "approval.decision.granted",
    "approval.decision.refused",
    "approval.commitment.decided",
    "approval.deemed.document_issued",
    "approval.application.withdrawn",
    "approval.case.terminated",
    "approval.not_required.notified",
];

fn decided(case: &Case<'_>) -> Option<Stop> {
    let decision = case.file.any(&DECISIONS).next()?;
    Some(Stop::of(decision, case.bench.zone))
}

/// Ready for collection (P06, 办结): decided, and the certificate made out if the
/// case has one.
fn handled(case: &Case<'_>) -> Option<Stop> {
    let decision = case.file.any(&DECISIONS).next()?;
    let on = case.bench.zone.date(decision.occurred.micros);
    let point = case.bench.parameter("P06", case.bench.on(on));
    let point = point.and_then(|value| value.get("promise")?.as_str().map(str::to_owned));
    let order = decision.order();
    let later = |kind: &str| {
        case.file.acts.iter().find(|act| super::case_file::is(act, kind) && act.order() >= order)
    };
    let act = match point.as_deref() {
        Some("决定" | "decision") => Some(decision),
        Some("送达" | "delivery") => later("approval.document.delivered"),
        _ => later("approval.certificate.issued").or(Some(decision)),
    };
    act.map(|act| Stop::of(act, case.bench.zone))
}

/// The start of a civil day as a moment.
pub fn day_start(on: NaiveDate, zone: Zone) -> Moment {
    Moment { micros: zone.start_of(on), offset_minutes: zone.offset_minutes() }
}

/// Working days after `from` up to and including `to`; none if `to` is no later.
pub fn workdays_between(
    calendar: &Calendar,
    from: NaiveDate,
    to: NaiveDate,
    known_at: Micros,
) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        let Some(next) = day.succ_opt() else { break };
        day = next;
        count += u32::from(calendar.day(day, known_at).kind.is_workday());
    }
    count
}

/// Working days after `from` up to and including `to` on which a procedure suspended
/// the clock; procedures that overlap suspend a day once.
pub fn workdays_suspended<'s>(
    case: &Case<'_>,
    claims: impl IntoIterator<Item = &'s SuspensionClaim>,
    (from, to): (NaiveDate, NaiveDate),
) -> u32 {
    let span = |claim: &SuspensionClaim| {
        let eve = claim.from.pred_opt().unwrap_or(claim.from);
        (eve.max(from), claim.to.unwrap_or(to).min(to))
    };
    let mut spans: Vec<_> = claims.into_iter().map(span).collect();
    spans.sort_unstable();
    let (mut counted, mut days) = (from, 0);
    for (first, last) in spans {
        let first = first.max(counted);
        days += workdays_between(case.bench.calendar, first, last, case.bench.known_at);
        counted = counted.max(last);
    }
    days
}

/// A member of the body that is a civil date or a moment, as a local day.
pub fn day_of(event: &Event<'_>, member: &str, zone: Zone) -> Option<NaiveDate> {
    let text = event.body.text(member)?;
    let moment = || civil::parse_rfc3339(&text).map(|moment| zone.date(moment.micros));
    civil::parse_date(&text).or_else(moment)
}

impl ClockReading {
    /// What a person checks by hand: start, term, claims, due dates and the days
    /// counted, with their digest.
    pub fn explanation(&self, case: &Case<'_>) -> Value {
        let bench = case.bench;
        let date = |date: &Option<NaiveDate>| date.map(|date| date.to_string());
        let known_at = bench.known_at;
        let reckoned = self.clock.reckon(bench.calendar, known_at, Claims::Recognised);
        let trace =
            reckoned.map(|due| json!({"runs": runs(&due.trace), "digest": digest(&due.trace)}));
        json!({
            "clock": self.kind.as_str(), "clock_zh": self.kind.zh(),
            "start": self.start.on.to_string(), "start_by": self.start.by.as_str(),
            "start_entry": self.start.entry.id,
            "term": {"n": self.clock.term.n, "unit": self.clock.term.unit.as_str()},
            "term_source": self.limit.to_json(),
            "due": self.due.to_string(), "provisional": self.provisional,
            "due_if_all_claims_held": date(&self.due_claimed),
            "due_as_known_at_start": date(&self.due_known_then),
            "due_told": date(&self.due_told),
            "stopped_on": self.stop.as_ref().map(|stop| stop.on.to_string()),
            "stopped_by": self.stop.as_ref().map(|stop| stop.entry.id.clone()),
            "used": self.used, "remaining": self.remaining, "over_wd": self.over,
            "suspensions": self.suspensions.iter().map(SuspensionClaim::to_json).collect::<Vec<_>>(),
            "extensions": self.extensions.iter().map(ExtensionClaim::to_json).collect::<Vec<_>>(),
            "trace": trace,
        })
    }

    /// 「法定期限20个工作日,2022-04-06起算,2022-05-06届满,2022-05-09决定,超1个工作日」
    pub fn sentence_zh(&self) -> String {
        let stop = match &self.stop {
            Some(stop) => format!("{}完成", stop.on),
            None => "至今未完成".to_owned(),
        };
        let unit = self.clock.term.unit.zh();
        let (start, due, n, over) = (self.start.on, self.due, self.n, self.over);
        format!("{}{n}{unit},{start}起算,{due}届满,{stop},超{over}个工作日", self.kind.zh())
    }

    pub fn sentence_en(&self) -> String {
        let stop = match &self.stop {
            Some(stop) => format!("done on {}", stop.on),
            None => "not done yet".to_owned(),
        };
        let (kind, unit) = (self.kind.as_str(), self.clock.term.unit.as_str());
        let (start, due, n, over) = (self.start.on, self.due, self.n, self.over);
        format!(
            "{kind} clock of {n} ({unit}) from {start}, due {due}, {stop}, {over} working day(s) over"
        )
    }
}
