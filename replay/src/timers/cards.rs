//! Cards 发牌 (W02) on the legal and the promised term: blue where nine tenths are
//! used (P23), yellow when one working day is left, red when the term has run out.
//!
//! Where blue and yellow fall on one day, only yellow is issued. A card is not taken
//! back by a decision that came later: what could be seen that morning stays so.

use super::{DueEvent, SourceKind, event, trace};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockKind, ClockReading, WarnedAt};
use crate::state::CaseKind;
use crate::time::civil::Micros;
use crate::time::clock::{Claims, Reason};
use serde_json::json;

/// The rule that a term which has run out breaches.
const RULE: &str = "R2.2.4f";
const RULE_VERSION: &str = "1";

pub(super) fn cards(case: &Case<'_>, out: &mut Vec<DueEvent>) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return;
    }
    for kind in [ClockKind::Legal, ClockKind::Promise] {
        if let Some(reading) = clocks::read(case, kind) {
            cards_of(case, &reading, out);
        }
    }
}

fn cards_of(case: &Case<'_>, reading: &ClockReading, out: &mut Vec<DueEvent>) {
    let Some((blue, yellow)) = warned_on(case, reading) else { return };
    let open_at = |moment: Micros| {
        reading.stop.as_ref().is_none_or(|stop| {
            stop.at >= moment && !(stop.day_only && stop.on <= case.bench.zone.date(moment))
        })
    };
    let mut levels = Vec::new();
    if let Some(blue) = blue.filter(|blue| Some(*blue) != yellow) {
        levels.push(("提示", blue));
    }
    levels.extend(yellow.map(|yellow| ("黄", yellow)));
    levels.retain(|(_, moment)| open_at(*moment));
    if reading.late {
        levels.push(("红", reading.last.saturating_add(1)));
    }
    let start = case.file.act(&reading.start.entry.id);
    let unit = start.and_then(|act| act.unit());
    for (level, moment) in levels {
        let mut issued = case.file.all("warning.card.issued");
        let known = issued.any(|act| {
            act.body.text("level").as_deref() == Some(level)
                && act.body.text("clock").as_deref() == Some(reading.kind.as_str())
        });
        if known || !case.bench.past(moment.saturating_sub(1)) {
            continue;
        }
        let trace = trace(reading, case);
        let due = event(case, "warning.card.issued.v1", moment, json!(null))
            .of(unit)
            .matter(format!("{} {level}", reading.kind.as_str()))
            .after(start);
        let number = due.id().get(..8).unwrap_or_default().to_uppercase();
        let body = json!({
            "card_no": format!("PD-{number}"), "level": level, "rule_id": RULE,
            "rule_version": RULE_VERSION, "case_ref": case.file.stream,
            "clock": reading.kind.as_str(), "due": reading.due.to_string(),
            "trace_hash": trace["digest"], "to_unit": unit,
        });
        out.push(DueEvent { source: SourceKind::Engine, body, ..due });
    }
}

/// The first moments of the days on which nine tenths are used and on which one
/// working day is left; nothing for a term of a day or less.
fn warned_on(case: &Case<'_>, reading: &ClockReading) -> Option<(Option<Micros>, Option<Micros>)> {
    let bench = case.bench;
    let warned = WarnedAt::of(case, reading);
    let due = reading.clock.reckon(bench.calendar, bench.known_at, Claims::Recognised)?;
    let total = due.trace.last().map_or(0, |day| day.count);
    if total <= 1 {
        return None;
    }
    let reached = |count: u32| {
        let counted = due.trace.iter().filter(|day| day.reason == Reason::Counted);
        let mut days = counted.filter(|day| day.count >= count.max(1));
        days.next().map(|day| bench.zone.start_of(day.date))
    };
    let yellow = total.saturating_sub(warned.before_wd);
    let (blue, yellow) = (reached(warned.first_day(total)), reached(yellow));
    // The earlier of the two warns; yellow is never before blue.
    Some((blue.min(yellow), yellow))
}
