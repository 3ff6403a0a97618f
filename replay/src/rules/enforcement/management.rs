//! R2.7.7 严禁以罚代管: signs that fines stand in for management. Signals for people
//! to look at: fines without an order to put things right (行政处罚法 28), the same
//! party fined again for the same without anyone having looked again, and targets
//! for fines (281号 art. 8).

use super::PENALTY_FOR_MANAGEMENT;
use crate::rules::bench::Case;
use crate::rules::city::{City, Decided, Violation};
use crate::rules::finding::{EntryRef, Findings};
use crate::rules::rule::Severity;
use crate::rules::words::minute;
use crate::time::civil::DAY_MICROS;
use chrono::Datelike;
use serde_json::json;
use std::collections::BTreeMap;

/// Fined again within so many days.
const AGAIN_DAYS: i64 = 365;

type Fined<'c> = (&'c Violation, &'c Decided);

fn fined<'c>(city: &'c City<'_>) -> Vec<Fined<'c>> {
    let all = city.topics.violations.all();
    let decided = all.flat_map(|one| one.decisions.iter().map(move |decision| (one, decision)));
    let judged = |(_, decision): &Fined<'_>| {
        decision.fined && city.bench.decision_in_force(city.bench.zone.date(decision.act.at))
    };
    decided.filter(judged).collect()
}

/// One finding a unit and year.
pub(super) fn uncorrected(city: &City<'_>, out: &mut Findings) {
    let mut by_unit: BTreeMap<(&str, i32), Vec<&Decided>> = BTreeMap::new();
    for (_, decision) in fined(city) {
        let Some(unit) = decision.act.unit.as_deref() else { continue };
        let year = city.bench.zone.date(decision.act.at).year();
        by_unit.entry((unit, year)).or_default().push(decision);
    }
    for ((unit, year), decisions) in by_unit {
        let bare: Vec<&&Decided> = decisions.iter().filter(|one| !one.correction).collect();
        let Some(last) = bare.iter().max_by_key(|one| one.act.order) else {
            out.compliant(&PENALTY_FOR_MANAGEMENT);
            continue;
        };
        let (count, all) = (bare.len(), decisions.len());
        let zh = format!("{unit}{year}年罚款决定{all}件,其中{count}件没有责令改正");
        let en = format!(
            "{unit} fined {all} times in {year}, {count} times without an order to correct"
        );
        let mut finding = city.signal(&PENALTY_FOR_MANAGEMENT, &last.act, zh, en);
        finding.stream = format!("md/{unit}").into();
        let finding = finding.matter(format!("uncorrected@{year}"));
        let finding = finding.resting_on_noted(bare.iter().map(|one| &one.act));
        let streams: Vec<_> = bare.iter().map(|one| one.act.stream.as_ref()).collect();
        out.add(
            finding.because("share", json!({"without": count, "all": all, "streams": streams})),
        );
    }
}

/// The same party fined again for the same ground, and nobody looked in between.
pub(super) fn again(city: &City<'_>, out: &mut Findings) {
    let mut by_party: BTreeMap<(&str, &str), Vec<Fined<'_>>> = BTreeMap::new();
    for (one, decision) in fined(city) {
        if let (Some(party), Some(ground)) = (one.party.as_deref(), one.ground.as_deref()) {
            by_party.entry((party, ground)).or_default().push((one, decision));
        }
    }
    for ((party, ground), mut fined) in by_party {
        fined.sort_by_key(|(_, decision)| decision.act.order);
        for pair in fined.windows(2) {
            let [(before, first), (_, second)] = pair else { continue };
            let within = second.act.at - first.act.at <= AGAIN_DAYS * DAY_MICROS;
            let looked = before.reinspected.iter().any(|order| *order > first.act.order)
                || pair[1].0.reinspected.iter().any(|order| *order < second.act.order);
            if !within || looked || before.stream == pair[1].0.stream {
                continue;
            }
            let zone = city.bench.zone;
            let zh = format!(
                "{party}因{ground}于{}、{}两次被罚,其间没有复查",
                minute(zone, first.act.at),
                minute(zone, second.act.at)
            );
            let en = format!(
                "{party} fined for {ground} at {} and at {}, never reinspected in between",
                minute(zone, first.act.at),
                minute(zone, second.act.at)
            );
            let finding = city.signal(&PENALTY_FOR_MANAGEMENT, &second.act, zh, en);
            let finding = finding.matter(format!("{}@again", second.act.entry.id));
            out.add(finding.resting_on_noted([&first.act]).because("first", &*first.act.stream));
        }
    }
}

/// A target set for fines.
pub(super) fn target(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("eval.target.set") {
        let Some(target) = act.body.json("target") else { continue };
        let text = String::from_utf8(target.to_bytes()).unwrap_or_default();
        let names = ["罚款", "罚没", "处罚"].iter().any(|word| text.contains(word));
        if !names || !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        let zh = format!("下达罚没指标:{text}");
        let en = format!("a target was set for fines: {text}");
        let finding = case.signal(&PENALTY_FOR_MANAGEMENT, act, zh, en).severity(Severity::Red);
        out.add(finding.because("entry", EntryRef::of(act).place()));
    }
}
