//! R2.5.4 亮证收费: on a day on which a window charges, it has shown the licence or
//! the list, or a notice board does.

use super::DISPLAY;
use crate::rules::city::City;
use crate::rules::finding::Findings;

pub(super) fn displayed(city: &City<'_>, out: &mut Findings) {
    let counters = &city.topics.counters;
    for (counter, on, charge) in counters.charging() {
        if !city.bench.decision_in_force(on)
            || !city.bench.past(city.bench.zone.end_of(on).saturating_sub(1))
        {
            continue;
        }
        if counters.shown(counter, charge.act.unit.as_deref(), on) {
            out.compliant(&DISPLAY);
            continue;
        }
        let zh = format!("{on}{counter}收费{}笔,当日没有亮证或公示的记录", charge.count);
        let en = format!(
            "{counter} charged {} times on {on}; no licence or list was shown that day",
            charge.count
        );
        let finding = city.signal(&DISPLAY, &charge.act, zh, en);
        let finding = finding.matter(format!("{counter}@{on}"));
        out.add(finding.because("charges", charge.count).because("counter", counter));
    }
}
