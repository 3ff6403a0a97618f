//! What silence and absence count for: acceptance (A08), consent (A46) and
//! approval (A47, by the mode and scope of P07).

use super::{DueEvent, event, trace};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockKind};
use crate::rules::defaults::{self, Mode, named_unit};
use crate::state::CaseKind;
use serde_json::json;

/// A08: no notice in five working days; accepted from the day of receipt.
pub(super) fn acceptance(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint)
        || case.file.first("approval.acceptance.deemed").is_some()
    {
        return;
    }
    let Some(reading) = clocks::late(case, ClockKind::Acceptance) else { return };
    let start = case.file.act(&reading.start.entry.id);
    let body = json!({
        "deemed_on": reading.start.on.to_string(), "trace": trace(&reading, case),
    });
    let moment = reading.last.saturating_add(1);
    let due = event(case, "approval.acceptance.deemed.v1", moment, body);
    let unit = case.file.acts.iter().find_map(|act| act.unit());
    out.push(due.of(unit).after(start));
}

/// A46: a unit that acknowledged the notice and stayed away.
pub(super) fn absence(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if case.file.kind != CaseKind::Joint {
        return;
    }
    for absence in defaults::absences(case) {
        let mut recorded = case.file.all("joint.absence.deemed_consent");
        if recorded.any(|act| named_unit(act) == absence.unit) {
            continue;
        }
        let notice = absence.confirmed.unwrap_or(absence.convened);
        let body = json!({
            "meeting": absence.convened.id, "unit": absence.unit, "notice_ack": notice.id,
            "trace": {
                "convened": absence.convened.id, "acknowledged": notice.id,
                "attendance": absence.attendance.id,
            },
        });
        let moment = absence.attendance.order().0;
        let due = event(case, "joint.absence.deemed_consent.v1", moment, body);
        let acts = [absence.convened, absence.attendance];
        let matter = format!("{} {}", absence.convened.id, absence.unit);
        out.push(due.of(Some(&absence.unit)).matter(matter).after(acts));
    }
}

/// A47: a promise or a part of a joint case that ran out in silence.
pub(super) fn timeout(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return;
    }
    for timeout in defaults::timeouts(case) {
        let mode = Mode::on(case, timeout.due);
        let same = |act: &crate::event::Event<'_>| {
            act.body.text("subcase").as_deref() == timeout.subcase.as_deref()
        };
        let recorded = case.file.all("approval.timeout.deemed_approved").any(same);
        if mode == Mode::DetectOnly || recorded {
            continue;
        }
        let counted = timeout.reading.as_ref().map(|reading| trace(reading, case));
        let told = json!({"due": timeout.due.to_string(), "told_by": timeout.start.id});
        let body = json!({
            "clock": "promise", "due": timeout.due.to_string(), "mode": mode.as_str(),
            "subcase": timeout.subcase, "unit": timeout.unit, "trace": counted.unwrap_or(told),
        });
        let moment = timeout.last.saturating_add(1);
        let due = event(case, "approval.timeout.deemed_approved.v1", moment, body);
        let item = timeout.start.item.as_ref().and_then(|item| item.code.get());
        let due = DueEvent { item: item.map(Box::from).or(due.item.clone()), ..due };
        let matter = timeout.subcase.as_deref().unwrap_or("promise");
        out.push(due.of(timeout.unit).matter(matter).after([timeout.start]));
    }
}
