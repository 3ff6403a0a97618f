//! R2.4.2: of every power in force it is told who exercises it, on what basis, by
//! which procedure and where one can complain.

use crate::rules::city::City;
use crate::rules::finding::Findings;
use crate::rules::openness::OPEN_POWER;
use serde_json::json;

pub(super) fn complete(city: &City<'_>, out: &mut Findings) {
    let bench = city.bench;
    let at = bench.at_now();
    if !bench.decision_in_force(at.on) {
        return;
    }
    let channel = bench.master.complaint_channels.each_at(at).next().is_some();
    for item in bench.master.items.each_at(at) {
        let row = &item.row;
        if row.disposition.as_deref() == Some("cancelled") {
            continue;
        }
        let open = [
            ("主体", row.subject_unit.is_some()),
            ("依据", row.legal_basis.as_ref().is_some_and(|basis| !basis.is_empty())),
            ("运行程序", row.stages.as_ref().is_some_and(|stages| !stages.is_empty())),
            ("监督措施", channel),
        ];
        let missing: Vec<&str> =
            open.iter().filter(|(_, told)| !told).map(|(name, _)| *name).collect();
        if missing.is_empty() {
            out.compliant(&OPEN_POWER);
            continue;
        }
        let name = row.name.as_deref().unwrap_or(&row.item_code);
        let list = missing.join("、");
        let zh = format!("「{name}」未明确{list}");
        let en = format!("{name}: not told: {list}");
        let unit = row.subject_unit.as_deref();
        let finding = city.told_by(&OPEN_POWER, &item.origin, (unit, at), zh, en);
        out.add(finding.because("missing", json!(missing)));
    }
}
