//! R2.3.6: silence at the end of a promised term counts as consent, and its
//! document follows within a working day (P08).

use super::TIMEOUT_CONSENT;
use crate::event::Event;
use crate::rules::accountability::Accountable;
use crate::rules::bench::Case;
use crate::rules::clocks;
use crate::rules::defaults::{Mode, Timeout, eligible, timeouts};
use crate::rules::finding::{Finding, Findings};
use crate::rules::rule::Severity;
use crate::state::CaseKind;
use serde_json::json;

/// Working days for the written approval (P08).
const DOCUMENT_WD: i64 = 1;

pub(super) fn defaulted(case: &Case<'_>, out: &mut Findings) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return;
    }
    for timeout in timeouts(case) {
        if case.bench.decision_in_force(timeout.due) {
            out.add(defaulted_by(case, &timeout));
        }
    }
    for deemed in case.file.all("approval.timeout.deemed_approved") {
        if case.bench.decision_in_force(deemed.occurred.local_date()) {
            out_of_scope(case, deemed, out);
            undocumented(case, deemed, out);
        }
    }
}

fn defaulted_by(case: &Case<'_>, timeout: &Timeout<'_>) -> Finding {
    let mode = Mode::on(case, timeout.due);
    let what = timeout.subcase.as_deref().map_or("本案".to_owned(), |name| format!("会签{name}"));
    let due = timeout.due;
    let zh = format!("{what}至{due}未作出决定或者意见,超时默认");
    let en = format!("no decision or opinion by {due}: deemed approved on timeout");
    let act = timeout.late.unwrap_or(timeout.start);
    let mut finding = case.signal(&TIMEOUT_CONSENT, act, zh, en);
    finding.at = timeout.last.saturating_add(1);
    let direct = timeout.late.and_then(|act| act.actor.as_ref()?.officer.get());
    let direct = direct.map(Box::from).into_iter().collect();
    finding.accountable = Accountable::unit(case.bench, timeout.unit, timeout.last, direct);
    let clock = timeout.reading.as_ref().map(|reading| reading.explanation(case));
    finding
        .matter(timeout.start.id.as_ref())
        .resting_on([timeout.start])
        .because("mode", mode.as_str())
        .because("clock", json!(clock))
        .because("due", due.to_string())
}

/// Deemed approved although the item is outside P07's scope, or before the term.
fn out_of_scope(case: &Case<'_>, deemed: &Event<'_>, out: &mut Findings) {
    let on = case.bench.zone.date(deemed.occurred.micros);
    let own = deemed.item.as_ref().and_then(|item| item.code.get());
    if eligible(case, own.or_else(|| clocks::item_of(case)), on) {
        return out.compliant(&TIMEOUT_CONSENT);
    }
    let zh = "事项不在超时默认范围内,仍按默认处理".to_owned();
    let en = "deemed approved although the item is outside the scope of default consent".to_owned();
    let finding = case.signal(&TIMEOUT_CONSENT, deemed, zh, en).severity(Severity::Yellow);
    out.add(finding.matter(format!("{}#scope", deemed.id)));
}

/// The written approval within P08 of the deemed one (or of its confirmation).
fn undocumented(case: &Case<'_>, deemed: &Event<'_>, out: &mut Findings) {
    let bench = case.bench;
    let order = deemed.order();
    let after =
        |kinds: &'static [&'static str]| case.file.any(kinds).find(|act| act.order() >= order);
    let contested = ["approval.deemed.objected", "approval.deemed.corrected"];
    let sub = deemed.body.text("subcase").is_some();
    if sub || case.file.any(&contested).any(|act| act.order() >= order) {
        return;
    }
    let start = match Mode::on(case, deemed.occurred.local_date()) {
        Mode::Automatic => Some(deemed),
        _ => after(&["approval.deemed.confirmed"]),
    };
    let Some(start) = start else { return };
    let from = bench.zone.date(start.occurred.micros);
    let days = bench.number("P08", bench.on(from), DOCUMENT_WD);
    let days = u32::try_from(days).unwrap_or(1);
    let due = bench.calendar.add_working_days(from, days, bench.known_at, |_| false);
    let Some(due) = due else { return };
    let issued = after(&["approval.deemed.document_issued", "approval.decision.granted"]);
    let done = issued.map(|act| bench.zone.date(act.occurred.micros));
    let late = match done {
        Some(done) => done > due.date,
        None => bench.past(bench.zone.end_of(due.date)),
    };
    if late {
        let due = due.date;
        let zh = format!("{from}超时默认,应于{due}前补发书面批准,逾期");
        let en = format!("deemed approved on {from}: the written approval was due on {due}");
        let finding = case.signal(&TIMEOUT_CONSENT, start, zh, en).severity(Severity::Yellow);
        out.add(finding.matter(format!("{}#document", deemed.id)).resting_on(issued));
    }
}
