//! R2.3.4, R2.3.7: parallel approval, and units that stay away from it.

use super::{ABSENCE_CONSENT, PARALLEL};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::accountability::Accountable;
use crate::rules::bench::Case;
use crate::rules::clocks::workdays_between;
use crate::rules::defaults::{absences, named_unit};
use crate::rules::finding::Findings;
use crate::rules::rule::Severity;
use crate::state::CaseKind;
use serde_json::json;

/// R2.3.4: the parts go out together, the last no later than a working day after
/// the first. The whole term is the law's (L0.T03).
pub(super) fn parallel(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind != CaseKind::Joint {
        return;
    }
    let bench = case.bench;
    let zone = bench.zone;
    let Some(opened) = case.file.first("joint.case.opened") else { return };
    if !bench.decision_in_force(opened.occurred.local_date()) {
        return;
    }
    let sent: Vec<&Event<'_>> = case.file.all("joint.subcase.dispatched").collect();
    let day = |act: &Event<'_>| zone.date(act.occurred.micros);
    let first = sent.first().map_or(day(opened), |act| day(act));
    let spread = |to| workdays_between(bench.calendar, first, to, bench.known_at);
    for act in &sent {
        let late = spread(day(act));
        if late <= 1 {
            out.compliant(&PARALLEL);
            continue;
        }
        let zh = format!("并联分送相隔{late}个工作日({first}至{}),应当同步", day(act));
        let en = format!("parts went out {late} working days apart ({first} to {})", day(act));
        out.add(case.signal(&PARALLEL, act, zh, en).resting_on([opened]));
    }
    let listed = opened.body.json("subcases");
    let listed = listed.as_ref().and_then(Json::as_list).unwrap_or_default();
    for name in listed.iter().filter_map(Json::as_str) {
        let gone = sent.iter().any(|act| act.body.text("subcase").as_deref() == Some(name));
        if !gone && spread(bench.today()) > 1 {
            let zh = format!("{name}未分送,其余已于{first}分送");
            let en = format!("{name} was never sent out; the others went on {first}");
            let finding = case.signal(&PARALLEL, opened, zh, en);
            out.add(finding.matter(format!("{}#{name}", opened.id)));
        }
    }
}

/// R2.3.7: who stayed away after acknowledging the notice, without reason or
/// opinion, is deemed to consent.
pub(super) fn absent(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind != CaseKind::Joint {
        return;
    }
    for absence in absences(case) {
        let act = absence.attendance;
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        let mut deemed = case.file.all("joint.absence.deemed_consent");
        let deemed = deemed.find(|one| named_unit(one) == absence.unit);
        let unit = &absence.unit;
        let (severity, zh, en) = match deemed {
            Some(_) => (
                Severity::Yellow,
                format!("{unit}签收通知后无故缺席联审会,视为同意"),
                format!("{unit} acknowledged the notice and stayed away: deemed to consent"),
            ),
            None => (
                Severity::Red,
                format!("{unit}签收通知后无故缺席联审会,应视为同意而未记录缺席默认"),
                format!(
                    "{unit} acknowledged the notice and stayed away; the deemed consent is not recorded"
                ),
            ),
        };
        let mut finding = case.signal(&ABSENCE_CONSENT, act, zh, en).severity(severity);
        let moment = act.occurred.micros;
        finding.accountable = Accountable::unit(case.bench, Some(unit), moment, Vec::new());
        let finding = finding
            .matter(format!("{}#{unit}", act.id))
            .resting_on([absence.convened])
            .resting_on(absence.confirmed)
            .resting_on(deemed)
            .because("absence", json!({"unit": unit, "meeting": absence.convened.id}));
        out.add(finding);
    }
}
