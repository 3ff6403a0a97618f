//! Who has defaulted, so that silence counts as consent: a promise that ran out
//! without a decision (超时默认), a part of a joint case without an opinion, and a
//! unit that stayed away from a meeting it was told of (缺席默认).
//!
//! The rules find the default, the timers record what follows from it, by the same
//! answer. What this file does not know: whether anyone has recorded it yet.

use super::bench::Case;
use super::clocks::{self, ClockKind, ClockReading, day_of};
use super::impediment;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::state::CaseKind;
use crate::time::civil::{self, Micros};
use crate::time::clock::working_days_before;
use chrono::NaiveDate;

/// P07, 超时默认方式.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    DetectOnly,
    ProposeThenConfirm,
    Automatic,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::DetectOnly => "detect_only",
            Mode::ProposeThenConfirm => "propose_then_confirm",
            Mode::Automatic => "automatic",
        }
    }

    /// As set for a day.
    pub fn on(case: &Case<'_>, on: NaiveDate) -> Mode {
        let set = case.bench.parameter("P07", case.bench.on(on));
        match set.and_then(|value| value.get("mode")).and_then(Json::as_str) {
            Some("detect_only") => Mode::DetectOnly,
            Some("automatic") => Mode::Automatic,
            _ => Mode::ProposeThenConfirm,
        }
    }
}

/// A term that ran out in silence.
#[derive(Clone, Debug)]
pub struct Timeout<'c> {
    pub due: NaiveDate,
    /// The last microsecond that was in time.
    pub last: Micros,
    pub unit: Option<&'c str>,
    /// Of a joint case; `None` is the whole case.
    pub subcase: Option<Box<str>>,
    /// What started the term.
    pub start: &'c Event<'c>,
    /// The decision or opinion that came after all.
    pub late: Option<&'c Event<'c>>,
    /// Of a whole case.
    pub reading: Option<Box<ClockReading>>,
}

/// Terms of the case that ran out in silence and count as consent by P07's scope.
pub fn timeouts<'c>(case: &Case<'c>) -> Vec<Timeout<'c>> {
    match case.file.kind {
        CaseKind::Approval => whole(case).into_iter().collect(),
        CaseKind::Joint => parts(case),
        _ => Vec::new(),
    }
}

fn whole<'c>(case: &Case<'c>) -> Option<Timeout<'c>> {
    let reading = clocks::late(case, ClockKind::Promise)?;
    let item = clocks::item_of(case);
    // What kept the matter from being done in time is no silence.
    if !eligible(case, item, reading.due) || impediment::before(case, reading.last).is_some() {
        return None;
    }
    let file = case.file;
    let start = file.act(&reading.start.entry.id)?;
    let late = reading.stop.as_ref().and_then(|stop| file.act(&stop.entry.id));
    let unit = start.unit();
    let (due, last) = (reading.due, reading.last);
    Some(Timeout { due, last, unit, subcase: None, start, late, reading: Some(Box::new(reading)) })
}

fn parts<'c>(case: &Case<'c>) -> Vec<Timeout<'c>> {
    let zone = case.bench.zone;
    let mut out = Vec::new();
    for sent in case.file.all("joint.subcase.dispatched") {
        let Some(due) = day_of(sent, "due", zone) else { continue };
        let last = zone.end_of(due);
        let (Some(subcase), unit) = (sent.body.text("subcase"), unit_of(sent)) else { continue };
        let said = opinion(case, &subcase, unit);
        let in_time = |act: &Event<'_>| zone.date(act.occurred.micros) <= due;
        if !case.bench.past(last) || said.is_some_and(in_time) || ended(case, last) {
            continue;
        }
        let item = sent.item.as_ref().and_then(|item| item.code.get());
        if eligible(case, item, due) {
            out.push(Timeout {
                due,
                last,
                unit,
                subcase: Some(subcase.as_ref().into()),
                start: sent,
                late: said,
                reading: None,
            });
        }
    }
    out
}

/// The unit that a joint act is about: the body names it, else whoever acts.
fn unit_of<'c>(act: &'c Event<'c>) -> Option<&'c str> {
    // A name in the body is usually the acting unit's; then it can be borrowed.
    let acting = act.actor.as_ref().and_then(|actor| actor.unit.get());
    acting.or_else(|| act.unit())
}

/// The unit that the body names, else the acting one.
pub fn named_unit(act: &Event<'_>) -> Box<str> {
    let named = act.body.text("unit");
    named.as_deref().or(act.unit()).unwrap_or_default().into()
}

fn opinion<'c>(case: &Case<'c>, subcase: &str, unit: Option<&str>) -> Option<&'c Event<'c>> {
    const OPINIONS: [&str; 2] = ["joint.subcase.opinion_given", "joint.absence.deemed_consent"];
    case.file.any(&OPINIONS).find(|act| match act.body.text("subcase") {
        Some(named) => named == subcase,
        None => unit.is_some_and(|unit| *named_unit(act) == *unit),
    })
}

/// Whether the joint case was over before a moment.
fn ended(case: &Case<'_>, by: Micros) -> bool {
    let kinds = [
        "approval.decision.granted",
        "approval.decision.refused",
        "approval.application.withdrawn",
        "approval.case.terminated",
        "approval.case.closed",
    ];
    case.file.any(&kinds).any(|act| act.occurred.micros <= by)
}

/// P07's scope: whitelisted items, and cases of the green channel; never an item
/// that the catalogue excludes.
pub fn eligible(case: &Case<'_>, item: Option<&str>, on: NaiveDate) -> bool {
    let at = case.bench.on(on);
    let set = case.bench.parameter("P07", at);
    let scope = set.and_then(|value| value.get("scope"));
    let within = |word: &str| match scope {
        Some(Json::Text(text)) => text == word,
        Some(Json::List(words)) => words.iter().any(|one| one.as_str() == Some(word)),
        _ => word != "all",
    };
    let row = item.and_then(|code| case.bench.master.items.at(code, at));
    let listed = row.and_then(|item| item.row.default_eligible);
    match listed {
        Some(false) => false,
        Some(true) if within("whitelist") => true,
        _ => within("all") || (within("green_channel") && in_green_channel(case, on)),
    }
}

/// Whether the case belongs to a project that is on the roster of the channel.
pub fn in_green_channel(case: &Case<'_>, on: NaiveDate) -> bool {
    let at = case.bench.on(on);
    let named = case.file.acts.iter().find_map(|act| act.body.text("project_code"));
    let Some(project) = named else { return false };
    let project = case.bench.master.projects.at(&project, at);
    project.is_some_and(|project| {
        let row = &project.row;
        row.green_channel == Some(true)
            && row.roster_from.is_none_or(|from| from <= on)
            && row.roster_to.is_none_or(|to| on < to)
    })
}

/// A unit that stayed away.
#[derive(Clone, Debug)]
pub struct Absence<'c> {
    pub unit: Box<str>,
    pub convened: &'c Event<'c>,
    pub attendance: &'c Event<'c>,
    /// Its own confirmation of the notice, where that is an act.
    pub confirmed: Option<&'c Event<'c>>,
}

/// Units that were told of a joint meeting and acknowledged it, did not come, gave
/// no reason and no opinion by its end.
pub fn absences<'c>(case: &Case<'c>) -> Vec<Absence<'c>> {
    let mut out = Vec::new();
    for attendance in case.file.all("joint.meeting.attendance_recorded") {
        let order = attendance.order();
        let convened = case.file.all("joint.meeting.convened").rfind(|act| act.order() <= order);
        let Some(convened) = convened else { continue };
        let end = day_of_meeting(attendance);
        for unit in names(convened, "notified") {
            let came = names(attendance, "attended").contains(&unit);
            if came || excused(attendance, &unit) || spoke(case, &unit, end) {
                continue;
            }
            let confirmed = confirmation(case, &unit, convened, order);
            if confirmed.is_some() || acknowledged(convened, &unit) {
                out.push(Absence { unit, convened, attendance, confirmed });
            }
        }
    }
    out
}

fn day_of_meeting(attendance: &Event<'_>) -> Micros {
    let said = attendance.body.text("time").and_then(|text| civil::parse_rfc3339(&text));
    said.map_or(attendance.occurred.micros, |said| said.micros.max(attendance.occurred.micros))
}

fn names(act: &Event<'_>, member: &str) -> Vec<Box<str>> {
    let list = act.body.json(member);
    let list = list.as_ref().and_then(Json::as_list).unwrap_or_default();
    list.iter().filter_map(Json::as_str).map(Box::from).collect()
}

fn excused(attendance: &Event<'_>, unit: &str) -> bool {
    let reasons = attendance.body.json("leave_reasons");
    let reasons = reasons.as_ref().and_then(Json::as_list).unwrap_or_default();
    reasons.iter().any(|one| {
        let said = one.get("reason").and_then(Json::as_str).is_some_and(|text| !text.is_empty());
        one.get("unit").and_then(Json::as_str) == Some(unit) && said
    })
}

/// A written opinion by the end of the meeting.
fn spoke(case: &Case<'_>, unit: &str, end: Micros) -> bool {
    let mut opinions = case.file.all("joint.subcase.opinion_given");
    opinions.any(|act| *named_unit(act) == *unit && act.occurred.micros <= end)
}

/// The convener says that the notice was acknowledged: by all, or by those listed.
fn acknowledged(convened: &Event<'_>, unit: &str) -> bool {
    match convened.body.json("notice_acknowledged") {
        Some(Json::Bool(all)) => all,
        Some(Json::List(units)) => units.iter().any(|one| one.as_str() == Some(unit)),
        _ => false,
    }
}

/// The unit's own receipt after the meeting was convened.
fn confirmation<'c>(
    case: &Case<'c>,
    unit: &str,
    convened: &Event<'_>,
    by: (Micros, u64),
) -> Option<&'c Event<'c>> {
    let since = convened.order();
    case.file
        .all("joint.subcase.receipt_confirmed")
        .find(|act| *named_unit(act) == *unit && since <= act.order() && act.order() <= by)
}

/// A renewal that was applied for in time and not decided when the permit expired.
#[derive(Clone, Debug)]
pub struct Renewal<'c> {
    pub applied: &'c Event<'c>,
    pub on: NaiveDate,
    pub expires: NaiveDate,
    /// The decision that came after all.
    pub decided: Option<&'c Event<'c>>,
}

/// Renewals that count as granted (行政许可法 art. 50): applied for thirty working
/// days before expiry, undecided on its day.
pub fn renewals<'c>(case: &Case<'c>) -> Vec<Renewal<'c>> {
    let bench = case.bench;
    let zone = bench.zone;
    let mut out = Vec::new();
    for applied in case.file.all("approval.renewal.applied") {
        let Some(expires) = day_of(applied, "expires_on", zone) else { continue };
        let on = day_of(applied, "applied_on", zone).unwrap_or(zone.date(applied.occurred.micros));
        let latest = working_days_before(bench.calendar, expires, 30, bench.known_at);
        if latest.is_none_or(|latest| on > latest) || !bench.past(zone.end_of(expires)) {
            continue;
        }
        let order = applied.order();
        let decided = case.file.all("approval.renewal.decided").find(|act| act.order() >= order);
        if decided.is_none_or(|act| zone.date(act.occurred.micros) > expires) {
            out.push(Renewal { applied, on, expires, decided });
        }
    }
    out
}
