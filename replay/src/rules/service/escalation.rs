//! P25: what must follow when people have confirmed that a unit defaulted. The first
//! time its leader is interviewed, from then on 效能办 takes it up; within P13, as what
//! 「一律」 demands. What this file does not know: whether it was a default.

use super::{ABSENCE_CONSENT, TIMEOUT_CONSENT};
use crate::integrity::json::Json;
use crate::rules::accountability::Accountable;
use crate::rules::city::{City, Consequence, Decision, Determination};
use crate::rules::finding::{EntryRef, Finding, Findings, Outcome};
use crate::rules::rule::Severity;
use serde_json::json;
use std::collections::BTreeMap;

/// One answer of P25, by what it says.
struct Step {
    words: String,
    /// Event types, without their version, that show that it was done.
    kinds: &'static [&'static str],
    /// Told in the sealed log alone, or there too.
    sealed: bool,
}

const INTERVIEW: [&str; 1] = ["interview.held"];
/// What shows that 效能办 has taken it up.
const TAKEN_UP: [&str; 3] = [
    "account.clue.referred",
    "account.supervision_opinion.issued",
    "account.rectification.ordered",
];
const P13_DEFAULT: i64 = 15;

/// As set for the day of the default; `None` where the parameter names no step known.
fn step(city: &City<'_>, confirmed: &Confirmed<'_>, number: usize) -> Option<Step> {
    let on = city.bench.zone.date(confirmed.finding.at);
    let set = city.bench.parameter("P25", city.bench.on(on));
    let (name, default) = if number == 1 {
        ("first", "单位负责人约谈")
    } else {
        ("further", "移送效能办")
    };
    let said = set.map_or(Some(default), |set| set.get(name).and_then(Json::as_str));
    let words = said?.to_owned();
    let interview = words.contains("约谈") || words.contains("interview");
    let referral = words.contains("效能") || words.contains("refer");
    let (kinds, sealed): (&[&str], bool) = match (interview, referral) {
        (true, _) => (&INTERVIEW, false),
        (_, true) => (&TAKEN_UP, true),
        _ => return None,
    };
    Some(Step { words, kinds, sealed })
}

/// A default that people have confirmed and not taken back.
struct Confirmed<'f> {
    finding: &'f Finding,
    by: Determination,
}

fn confirmed<'f>(city: &City<'_>, finding: &'f Finding) -> Option<Confirmed<'f>> {
    // Other findings of the two rules are about what was made of a default.
    let default = match finding.rule {
        rule if rule == TIMEOUT_CONSENT.id => finding.explanation.contains_key("mode"),
        rule => rule == ABSENCE_CONSENT.id && finding.explanation.contains_key("absence"),
    };
    if !default || finding.outcome != Outcome::Confirmed {
        return None;
    }
    let all = city.topics.determinations.of(&finding.id());
    let by = all.iter().find(|one| one.decision == Decision::Confirmed)?.clone();
    Some(Confirmed { finding, by })
}

/// Confirmed defaults of each unit, in order of when it defaulted, each with what P25
/// asks for by its number.
pub(super) fn escalated(city: &City<'_>, found: &[Finding], out: &mut Findings) {
    let mut units: BTreeMap<&str, Vec<Confirmed<'_>>> = BTreeMap::new();
    for one in found.iter().filter_map(|finding| confirmed(city, finding)) {
        if let Some(unit) = one.finding.accountable.unit.as_deref() {
            units.entry(unit).or_default().push(one);
        }
    }
    for (unit, mut defaults) in units {
        defaults.sort_by(|a, b| (a.finding.at, &a.by.entry).cmp(&(b.finding.at, &b.by.entry)));
        for (index, one) in defaults.iter().enumerate() {
            if let Some(step) = step(city, one, index + 1) {
                out.extend(unanswered(city, (unit, index + 1), one, &step));
            }
        }
    }
}

fn unanswered(
    city: &City<'_>,
    (unit, number): (&str, usize),
    one: &Confirmed<'_>,
    step: &Step,
) -> Option<Finding> {
    let bench = city.bench;
    let on = bench.zone.date(one.by.at);
    let days = u32::try_from(bench.number("P13", bench.on(on), P13_DEFAULT)).ok()?;
    let due = bench.calendar.add_working_days(on, days, bench.known_at, |_| false)?.date;
    let last = bench.zone.end_of(due);
    let id = one.finding.id();
    let fits = |done: &&&Consequence| {
        step.kinds.contains(&done.kind.as_ref())
            && (done.kind.as_ref() != "account.clue.referred"
                || done.to.as_deref().is_some_and(|to| to.contains("效能")))
    };
    let done = city.topics.consequences.of(&[id.as_str()]);
    let done = done.iter().filter(fits).min_by_key(|done| done.at);
    if done.is_some_and(|done| done.at <= last) || (done.is_none() && !bench.past(last)) {
        return None;
    }
    let words = &step.words;
    let (said, said_en) = match done {
        Some(_) => ("逾期作出", "came late"),
        None => ("未见", "is missing"),
    };
    let at = last.saturating_add(1);
    let row = bench.master.units.at(unit, bench.on(due));
    let region = row.and_then(|row| row.row.region.as_deref());
    let supervisor = city.unit_with_role("效能办", region, bench.on(due));
    let mut who = Accountable::unit(bench, supervisor.as_deref(), at, Vec::new());
    who.supervising_unit = supervisor;
    let mut entries: Vec<EntryRef> = one.finding.entries.clone();
    entries.push(one.by.entry.clone());
    entries.extend(done.map(|done| done.entry.clone()));
    entries.sort();
    entries.dedup();
    let cannot_tell = done.is_none() && step.sealed && !bench.sealed_given;
    let finding = Finding {
        rule: TIMEOUT_CONSENT.id,
        rule_version: TIMEOUT_CONSENT.version,
        outcome: if cannot_tell { Outcome::Indeterminate } else { Outcome::Signal },
        severity: Severity::Yellow,
        stream: one.finding.stream.clone(),
        matter: format!("{id}#P25").into(),
        entries,
        at,
        accountable: who,
        zh: format!("{unit}第{number}次默认已于{on}认定,应于{due}前{words},{said}"),
        en: format!(
            "default no. {number} of {unit}, confirmed on {on}: 「{words}」 due by {due} {said_en}"
        ),
        explanation: serde_json::Map::new(),
        silence: None,
    };
    let finding = finding.because(
        "escalation",
        json!({
            "parameter": "P25", "finding_id": id, "number": number, "step": words,
            "due": due.to_string(), "breach_unit": unit,
        }),
    );
    Some(match cannot_tell {
        true => finding.because("missing", json!(["account.clue.referred"])),
        false => finding,
    })
}
