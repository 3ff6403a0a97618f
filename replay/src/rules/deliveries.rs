//! 报送序号与单位日结: what a submitting system numbered or counted and the ledger
//! does not have. An omission leaves no trace in a chain; it leaves one here.

use super::accountability::Accountable;
use super::city::{City, ClosedDay, Delivered};
use super::finding::{EntryRef, Finding, Findings, Outcome};
use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;
use crate::time::civil::Micros;
use serde_json::{Map, json};
use std::collections::BTreeMap;

pub(super) const RULES: &[Rule] = &[DELIVERIES];

const DELIVERIES: Rule = Rule {
    id: "DQ.5",
    zh: "报送缺号与日结不符",
    en: "gaps in a system's own numbers, and days that do not count up",
    quote: "完整性: gap-free `seq` (§4.11); 日清日结",
    kind: Kind("R"),
    severity: Severity::Yellow,
    status: Status::Judged,
    checks: &[Check::City(deliveries)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

type Numbers = BTreeMap<i64, Vec<Delivered>>;

fn deliveries(city: &City<'_>, out: &mut Findings) {
    let delivered = &city.topics.deliveries;
    for (system, numbers) in &delivered.numbered {
        twice(city, system, numbers, out);
        let mut gaps = false;
        for ((before, _), (after, here)) in numbers.iter().zip(numbers.iter().skip(1)) {
            if after - before > 1 {
                gaps = true;
                gap(city, system, (before + 1, after - 1), here, out);
            }
        }
        if !gaps {
            out.compliant(&DELIVERIES);
        }
    }
    for closed in &delivered.closed {
        day(city, closed, out);
    }
}

/// Where a finding stands, and who answers for the system.
struct Where<'a> {
    stream: &'a str,
    unit: Option<&'a str>,
    entries: Vec<EntryRef>,
    at: Micros,
}

/// Without the sealed log at hand a missing number may be there.
fn finding(city: &City<'_>, at: Where<'_>, zh: String, en: String) -> Finding {
    let outcome = if city.bench.sealed_given { Outcome::Signal } else { Outcome::Indeterminate };
    Finding {
        rule: DELIVERIES.id,
        rule_version: DELIVERIES.version,
        outcome,
        severity: DELIVERIES.severity,
        stream: at.stream.into(),
        matter: "".into(),
        entries: at.entries,
        at: at.at,
        accountable: Accountable::unit(city.bench, at.unit, at.at, Vec::new()),
        zh,
        en,
        explanation: Map::new(),
        silence: None,
    }
}

fn place<'a>(city: &City<'_>, here: &'a [Delivered]) -> Option<Where<'a>> {
    let first = here.first()?;
    Some(Where {
        stream: &first.stream,
        unit: first.unit.as_deref(),
        entries: here.iter().map(|one| one.entry.clone()).collect(),
        at: city.bench.now(),
    })
}

fn gap(
    city: &City<'_>,
    system: &str,
    (first, last): (i64, i64),
    here: &[Delivered],
    out: &mut Findings,
) {
    let Some(at) = place(city, here) else { return };
    let missing = last - first + 1;
    let span = if first == last { first.to_string() } else { format!("{first}–{last}") };
    let zh = format!("{system}报送序号缺{span}号,共{missing}件未入账");
    let en = format!("{system} numbered {missing} events ({span}) that the ledger does not have");
    let why = json!({ "system": system, "first": first, "last": last });
    out.add(finding(city, at, zh, en).matter(format!("{system} {first}")).because("gap", why));
}

/// One number for two events: one of them took another's place in the count.
fn twice(city: &City<'_>, system: &str, numbers: &Numbers, out: &mut Findings) {
    for (number, here) in numbers.iter().filter(|(_, here)| here.len() > 1) {
        let Some(at) = place(city, here) else { continue };
        let zh = format!("{system}报送序号{number}号用了{}次", here.len());
        let en = format!("{system} used the number {number} {} times", here.len());
        let why = json!({ "system": system, "number": number });
        let matter = format!("{system} {number} twice");
        out.add(finding(city, at, zh, en).matter(matter).because("twice", why));
    }
}

/// A closed day has as many events as the system says: by its numbers where it
/// gives them, else by the day on which they happened.
fn day(city: &City<'_>, closed: &ClosedDay, out: &mut Findings) {
    let ClosedDay { system, day, count, .. } = closed;
    let delivered = &city.topics.deliveries;
    let here = match closed.numbers {
        Some((first, last)) if first <= last => {
            let numbers = delivered.numbered.get(system);
            let inside = numbers.map(|numbers| numbers.range(first..=last));
            inside.map_or(0, |inside| inside.map(|(_, here)| here.len() as i64).sum())
        }
        _ => delivered.days.get(&(system.clone(), *day)).copied().unwrap_or(0),
    };
    if here == *count {
        return out.compliant(&DELIVERIES);
    }
    let zh = format!("{system}日结{day}记{count}件,账中有{here}件");
    let en = format!("{system} closed {day} with {count} events, the ledger has {here}");
    let at = Where {
        stream: &closed.stream,
        unit: closed.unit.as_deref(),
        entries: vec![closed.entry.clone()],
        at: city.bench.now(),
    };
    let why = json!({ "system": system, "day": day.to_string(), "stated": count, "here": here });
    let matter = format!("{system} {day}");
    out.add(finding(city, at, zh, en).matter(matter).because("day", why));
}
