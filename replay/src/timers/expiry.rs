//! What ends or begins on a day: renewals that were not decided (A36), publicity
//! (D25) and surcharges (D28).

use super::{DueEvent, event};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::clocks::{day_of, day_start};
use crate::rules::defaults;
use crate::rules::publication;
use crate::rules::served;
use crate::state::CaseKind;
use crate::time::calendar::Roll;
use crate::time::clock::{Claims, Clock, Term, Unit};
use chrono::{Days, NaiveDate};
use serde_json::json;

/// Days at three per cent after which the surcharge has reached the fine.
const CAP_DAYS: u64 = 34;

/// A36: applied for in time and undecided when the permit expired (许可法 art. 50).
pub(super) fn renewal(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    for renewal in defaults::renewals(case) {
        let order = renewal.applied.order();
        let mut recorded = case.file.all("approval.renewal.deemed");
        if recorded.any(|act| act.order() >= order) {
            continue;
        }
        let body = json!({
            "cert_no": renewal.applied.body.text("cert_no"),
            "expires_on": renewal.expires.to_string(), "applied_on": renewal.on.to_string(),
        });
        let moment = case.bench.zone.end_of(renewal.expires).saturating_add(1);
        let due = event(case, "approval.renewal.deemed.v1", moment, body);
        let unit = renewal.applied.unit();
        out.push(due.of(unit).matter(renewal.applied.id.as_ref()).after([renewal.applied]));
    }
}

/// D25: publicity ends the day after `until`, and never later than P19 lets it.
pub(super) fn publicity(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if case.file.kind != CaseKind::Penalty {
        return;
    }
    const ENDS: [&str; 3] =
        ["penalty.publicity.expired", "penalty.publicity.withdrawn", "penalty.credit.repaired"];
    for published in case.file.all("penalty.published") {
        let Some(until) = publication::ends_on(case, published) else { continue };
        let order = published.order();
        if case.file.any(&ENDS).any(|act| act.order() >= order) {
            continue;
        }
        let body = json!({
            "reason": "公示期满", "until": until.to_string(),
            "decision_no": published.body.text("decision_no"),
            "class": published.body.text("class"),
        });
        let moment = case.bench.zone.end_of(until).saturating_add(1);
        let due = event(case, "penalty.publicity.expired.v1", moment, body);
        out.push(due.of(published.unit()).matter(published.id.as_ref()).after([published]));
    }
}

fn fine<'c>(case: &Case<'c>) -> Option<(&'c Event<'c>, i64)> {
    let file = case.file;
    let decided = file.first("penalty.decision.made")?;
    let penalties = decided.body.json("penalties")?;
    let fines = penalties
        .as_list()?
        .iter()
        .filter(|one| one.get("kind").and_then(Json::as_str) == Some("罚款"));
    let sum =
        fines.filter_map(|one| one.get("amount_fen")?.as_int()).fold(0_i64, i64::saturating_add);
    (sum > 0).then_some((decided, sum))
}

/// The last day to pay: fifteen days from service, or as deferred.
fn payable_until(case: &Case<'_>) -> Option<NaiveDate> {
    let bench = case.bench;
    let served = served::of_penalty(case)?;
    let start = day_start(bench.zone.date(served.occurred.micros), bench.zone);
    let term = Term { n: 15, unit: Unit::NaturalDay, roll: Roll::NextWorkday };
    let clock = Clock::plain(start, bench.zone, bench.counted(term, bench.zone.date(start.micros)));
    let due = clock.reckon(bench.calendar, bench.known_at, Claims::Recognised)?.date;
    let deferred = case.file.last("penalty.payment.deferred").and_then(|act| {
        let schedule = act.body.json("schedule")?;
        let days = schedule.as_list()?.iter().filter_map(|row| row.get("due")?.as_str());
        days.filter_map(crate::time::civil::parse_date).max()
    });
    Some(deferred.map_or(due, |deferred| deferred.max(due)))
}

/// D28 started: the day after the last day to pay, if the fine stands and nothing
/// was paid. Not while a review or a lawsuit is pending (处罚法 art. 73).
pub(super) fn surcharge_started(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if case.file.kind != CaseKind::Penalty || case.file.first("penalty.surcharge.started").is_some()
    {
        return;
    }
    let Some((decided, fine)) = fine(case) else { return };
    let Some(until) = payable_until(case) else { return };
    let Some(from) = until.succ_opt() else { return };
    let last = case.bench.zone.end_of(until);
    const SETTLES: [&str; 8] = [
        "penalty.fine.paid",
        "penalty.fine.onsite_collected",
        "penalty.performed",
        "penalty.decision.revoked",
        "penalty.decision.declared_illegal",
        "penalty.decision.declared_void",
        "penalty.review.filed",
        "penalty.litigation.filed",
    ];
    let in_time = |act: &Event<'_>| {
        case.bench.zone.date(act.occurred.micros) <= until || act.occurred.micros <= last
    };
    if case.file.any(&SETTLES).any(in_time) {
        return;
    }
    let body = json!({
        "rate_per_mille_day": 30, "cap_fen": fine, "from": from.to_string(),
        "payable_until": until.to_string(),
    });
    let due = event(case, "penalty.surcharge.started.v1", last.saturating_add(1), body);
    out.push(due.of(decided.unit()).matter(decided.id.as_ref()).after([decided]));
}

/// D28 stopped: when it has reached the fine (art. 72).
pub(super) fn surcharge_stopped(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    let Some(started) = case.file.first("penalty.surcharge.started") else { return };
    let Some((_, fine)) = fine(case) else { return };
    const STOPS: [&str; 8] = [
        "penalty.surcharge.stopped",
        "penalty.fine.paid",
        "penalty.performed",
        "penalty.decision.revoked",
        "penalty.decision.declared_illegal",
        "penalty.decision.declared_void",
        "penalty.review.filed",
        "penalty.litigation.filed",
    ];
    let order = started.order();
    let zone = case.bench.zone;
    let from = day_of(started, "from", zone).unwrap_or(zone.date(started.occurred.micros));
    let Some(reached) = from.checked_add_days(Days::new(CAP_DAYS - 1)) else { return };
    if case.file.any(&STOPS).any(|act| act.order() >= order) {
        return;
    }
    let body = json!({
        "reason": "加处罚款已达罚款数额", "surcharge_fen": fine, "reached_on": reached.to_string(),
    });
    let moment = zone.end_of(reached).saturating_add(1);
    let due = event(case, "penalty.surcharge.stopped.v1", moment, body);
    out.push(due.of(started.unit()).matter(started.id.as_ref()).after([started]));
}
