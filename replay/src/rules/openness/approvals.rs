//! R2.4.4, R2.4.5: what came of an approval is published in time, and how it came
//! about can be followed stage by stage. Guides to items are R2.1.5's.

use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockKind, GRANTS};
use crate::rules::finding::{Finding, Findings};
use crate::rules::openness::{MONITORING, OPEN_APPROVAL};
use crate::rules::publication;
use crate::state::CaseKind;
use serde_json::json;

/// R2.4.4: every grant within P18.
pub(super) fn published(case: &Case<'_>, out: &mut Findings) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) || publication::secret(case)
    {
        return;
    }
    let Some(granted) = case.file.any(&GRANTS).next() else { return };
    if !case.bench.decision_in_force(granted.occurred.local_date()) {
        return;
    }
    let Some(reading) = clocks::late(case, ClockKind::Publication) else {
        return out.compliant(&OPEN_APPROVAL);
    };
    let stop = reading.stop.as_ref().and_then(|stop| case.file.act(&stop.entry.id));
    let zh = format!("办理结果未按期公开:{}", reading.sentence_zh());
    let en = format!("the result was not published in time: {}", reading.sentence_en());
    let finding = case
        .signal(&OPEN_APPROVAL, stop.unwrap_or(granted), zh, en)
        .matter(granted.id.as_ref())
        .resting_on([granted])
        .because("clock", reading.explanation(case));
    out.add(Finding { at: reading.last.saturating_add(1), ..finding });
}

/// R2.4.5: every stage that the catalogue names was gone through by the decision.
pub(super) fn trail(case: &Case<'_>, out: &mut Findings) {
    if case.file.kind != CaseKind::Approval {
        return;
    }
    let kinds = ["approval.decision.granted", "approval.decision.refused"];
    let Some(decided) = case.file.any(&kinds).next() else { return };
    if !case.bench.decision_in_force(decided.occurred.local_date()) {
        return;
    }
    let Some(start) = &case.clocks().start else { return };
    let Some(code) = clocks::item_of(case) else { return };
    let item = case.bench.master.items.at(code, case.bench.on(start.on));
    let Some(stages) = item.and_then(|item| item.row.stages.as_ref()) else { return };
    let by = decided.order();
    let done = |name: &str| {
        let mut ends = case.file.all("approval.stage.completed");
        ends.any(|act| act.order() <= by && act.body.text("stage").as_deref() == Some(name))
    };
    let named = stages.iter().filter_map(|stage| stage.name.as_deref());
    let missing: Vec<&str> = named.filter(|name| !done(name)).collect();
    if missing.is_empty() {
        return out.compliant(&MONITORING);
    }
    let list = missing.join("、");
    let zh = format!("作出决定前缺少环节记录:{list}");
    let en = format!("decided without a record of the stages: {list}");
    let finding = case.signal(&MONITORING, decided, zh, en);
    out.add(finding.because("missing_stages", json!(missing)));
}
