//! When the clocks of a case start: at acceptance, or at receipt where the notice
//! that the law asks for did not come in time (行政许可法 art. 32(4)).

use super::{Stop, day_of, day_start};
use crate::event::{Event, Value};
use crate::rules::bench::Case;
use crate::rules::case_file::is;
use crate::rules::finding::EntryRef;
use crate::time::civil::Zone;
use crate::time::clock::{Claims, Clock, Term};
use chrono::NaiveDate;

/// Working days for the notice of acceptance, refusal or what is missing.
pub const NOTICE_WD: u32 = 5;

/// Notices that end the term of art. 32, and what leaves nothing to notify.
const NOTICES: [&str; 7] = [
    "approval.supplement.requested",
    "approval.acceptance.granted",
    "approval.acceptance.refused",
    "approval.not_required.notified",
    "approval.application.withdrawn",
    "approval.decision.granted",
    "approval.case.terminated",
];

/// Why a clock starts where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartBy {
    Acceptance,
    /// Deemed accepted: the clock already ran since receipt.
    Deemed,
    Receipt,
    /// The complete set after a supplement.
    Supplement,
    Opening,
    Decision,
    /// Forwarded by the organ that made the first review (art. 43).
    Forwarded,
}

impl StartBy {
    pub fn as_str(self) -> &'static str {
        match self {
            StartBy::Acceptance => "acceptance",
            StartBy::Deemed => "deemed-acceptance",
            StartBy::Receipt => "receipt",
            StartBy::Supplement => "supplement",
            StartBy::Opening => "opening",
            StartBy::Decision => "decision",
            StartBy::Forwarded => "forwarded",
        }
    }
}

/// The start of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The local day, which is not counted.
    pub on: NaiveDate,
    pub by: StartBy,
    pub entry: EntryRef,
    /// Dates that the applicant was told at acceptance.
    pub told_legal: Option<NaiveDate>,
    pub told_promise: Option<NaiveDate>,
}

impl Start {
    pub(super) fn at(event: &Event<'_>, by: StartBy, zone: Zone) -> Start {
        Start {
            on: zone.date(event.occurred.micros),
            by,
            entry: EntryRef::of(event),
            told_legal: None,
            told_promise: None,
        }
    }
}

/// Where the handling clocks start; `None` while nothing is accepted.
pub(super) fn of(case: &Case<'_>) -> Option<Start> {
    let zone = case.bench.zone;
    let accepted = case.file.first("approval.acceptance.granted");
    let told = |start: Start| Start {
        told_legal: accepted.and_then(|act| day_of(act, "legal_due", zone)),
        told_promise: accepted.and_then(|act| day_of(act, "promised_due", zone)),
        ..start
    };
    let notice = acceptance(case);
    let ran_out = notice.as_ref().is_some_and(|(start, stop)| overdue(case, start, stop.as_ref()));
    // A timer's word holds as long as what is known still says so: a notice that was
    // recorded late may show that it came in time.
    let deemed = case.file.first("approval.acceptance.deemed");
    let by_hand = |act: &&Event<'_>| act.source.kind.get() != Some("timer");
    if let Some(deemed) = deemed.filter(|act| ran_out || notice.is_none() || by_hand(act)) {
        let start = Start::at(deemed, StartBy::Deemed, zone);
        let on = day_of(deemed, "deemed_on", zone).unwrap_or(start.on);
        return Some(told(Start { on, ..start }));
    }
    if let (true, Some((start, _))) = (ran_out, notice) {
        return Some(told(Start { by: StartBy::Deemed, ..start }));
    }
    if let Some(accepted) = accepted {
        let start = Start::at(accepted, StartBy::Acceptance, zone);
        // The paper may say an earlier day than the window entered, never a later.
        let paper = day_of(accepted, "accepted_on", zone).filter(|on| *on <= start.on);
        return Some(told(Start { on: paper.unwrap_or(start.on), ..start }));
    }
    let opened = case.file.first("joint.case.opened")?;
    Some(Start::at(opened, StartBy::Opening, zone))
}

/// The clock of the notice: from receipt, or anew from the complete set where the
/// request to supplement came in time; and what stopped it.
pub(super) fn acceptance(case: &Case<'_>) -> Option<(Start, Option<Stop>)> {
    let zone = case.bench.zone;
    let received = receipt(case)?;
    let mut start = Start::at(received, StartBy::Receipt, zone);
    let mut since = received.order();
    loop {
        let notice = case.file.any(&NOTICES).find(|act| act.order() >= since);
        let stop = notice.map(|act| Stop::of(act, zone));
        let asked = notice.filter(|act| is(act, "approval.supplement.requested"));
        let Some(asked) = asked.filter(|_| !overdue(case, &start, stop.as_ref())) else {
            return Some((start, stop));
        };
        let order = asked.order();
        let mut supplements = case.file.all("approval.supplement.submitted");
        // A set that is said to be incomplete starts nothing (§3.11.1: the complete set).
        let complete = |act: &Event<'_>| act.body.get("complete") != Some(Value::Bool(false));
        let Some(supplied) = supplements.find(|act| act.order() > order && complete(act)) else {
            return Some((start, stop));
        };
        start = Start::at(supplied, StartBy::Supplement, zone);
        since = supplied.order();
    }
}

/// The application counts as received when it reached the window or the platform;
/// one that came by post when it was registered.
fn receipt<'c>(case: &Case<'c>) -> Option<&'c Event<'c>> {
    let registered = case.file.first("approval.materials.received");
    let applied = case.file.first("approval.application.submitted");
    let posted = applied.is_some_and(|act| act.body.text("channel").as_deref() == Some("邮寄"));
    match (applied, registered) {
        (Some(_), Some(registered)) if posted => Some(registered),
        (Some(applied), Some(registered)) if registered.order() < applied.order() => {
            Some(registered)
        }
        (Some(applied), _) => Some(applied),
        (None, registered) => registered,
    }
}

/// Whether the term of the notice had run out when it was given, or by now.
fn overdue(case: &Case<'_>, start: &Start, stop: Option<&Stop>) -> bool {
    let bench = case.bench;
    let until = stop.map_or_else(|| bench.today(), |stop| stop.on);
    if until.signed_duration_since(start.on).num_days() <= i64::from(NOTICE_WD) {
        return false;
    }
    let clock = Clock::plain(day_start(start.on, bench.zone), bench.zone, Term::working(NOTICE_WD));
    let due = clock.reckon(bench.calendar, bench.known_at, Claims::Recognised);
    due.is_some_and(|due| match stop {
        Some(stop) => !stop.keeps(due.date, due.last),
        None => bench.past(due.last),
    })
}
