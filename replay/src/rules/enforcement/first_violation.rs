//! R2.7.3 首违告诫: no penalty for a first violation without a 整改通知书 before it.
//! What counts as an earlier one is P09: the same party with its lineage, the same
//! category, since the decision is in force, as it stood when the question had to be
//! answered. An exception is asserted with a listed code and a reason, and not by the
//! deciding officer alone (§6, 31); a mandatory penalty is the law's (RX.3).

use super::FIRST_VIOLATION;
use crate::integrity::json::Json;
use crate::rules::bench::Bench;
use crate::rules::city::{City, Decided, Violation};
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::norms;
use crate::rules::sequence;
use crate::rules::words::{listed, listed_en, minute};
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// P09 as set for a day.
struct Scope {
    /// Violations of other units count too.
    any_unit: bool,
    /// The same ground, not only the same category.
    by_ground: bool,
    /// Years to look back; `None`: since P01.
    years: Option<i32>,
}

impl Scope {
    fn on(bench: &Bench<'_>, on: NaiveDate) -> Scope {
        let set = bench.parameter("P09", bench.on(on));
        let word = |name: &str| set.and_then(|set| set.get(name)).and_then(Json::as_str);
        let back = set.and_then(|set| set.get("look_back"));
        let years = back.and_then(|back| match back {
            Json::Int(years) => i32::try_from(*years).ok(),
            other => other.as_str()?.strip_suffix("_years")?.parse().ok(),
        });
        Scope {
            any_unit: word("units") != Some("unit"),
            by_ground: word("violation") == Some("ground"),
            years,
        }
    }
}

/// Cases by party.
type ByParty<'c> = BTreeMap<&'c str, Vec<&'c Violation>>;

pub(super) fn first_violation(city: &City<'_>, out: &mut Findings) {
    let mut by_party: ByParty<'_> = BTreeMap::new();
    for one in city.topics.violations.all() {
        if let Some(party) = one.party.as_deref() {
            by_party.entry(party).or_default().push(one);
        }
    }
    for one in city.topics.violations.all() {
        // A second decision of the same case is no second first violation.
        let Some(decision) = one.decisions.first() else { continue };
        if city.bench.decision_in_force(city.bench.zone.date(decision.act.at)) {
            judge(city, one, decision, &by_party, out);
        }
    }
}

fn judge(
    city: &City<'_>,
    one: &Violation,
    decision: &Decided,
    by_party: &ByParty<'_>,
    out: &mut Findings,
) {
    if decision.noticed {
        return out.compliant(&FIRST_VIOLATION);
    }
    let Some(party) = one.party.as_deref() else {
        let zh = "不知道当事人,无法判定是否首次违法".to_owned();
        let en = "the party is unknown: whether it is a first violation cannot be told".to_owned();
        let finding = city.signal(&FIRST_VIOLATION, &decision.act, zh, en);
        let finding = finding.outcome(Outcome::Indeterminate);
        return out.add(finding.because("missing", ["parties"].as_slice()));
    };
    let history = History::of(city, one, decision, party, by_party);
    if !history.earlier.is_empty() {
        return out.compliant(&FIRST_VIOLATION);
    }
    let at = city.bench.at(decision.act.at);
    let ground = one.ground.as_deref();
    let ground = ground.and_then(|code| city.bench.master.penalty_grounds.at(code, at));
    let listed_exempt = ground.and_then(|ground| ground.row.first_violation_exempt.as_deref());
    let flaws = exception_flaws(city, one, decision, listed_exempt);
    if flaws.as_ref().is_some_and(Vec::is_empty) {
        return out.compliant(&FIRST_VIOLATION);
    }
    let mandatory = ground.is_some_and(|ground| ground.row.mandatory == Some(true));
    if mandatory || one.crime {
        let (zh, en) = if mandatory {
            (
                "首次违法,法律规定必须处罚,不适用首违告诫",
                "a first violation that the law says must be punished",
            )
        } else {
            (
                "首次违法,涉嫌犯罪已移送,不适用首违告诫",
                "a first violation handed over as a suspected crime",
            )
        };
        let finding = city.signal(&FIRST_VIOLATION, &decision.act, zh.into(), en.into());
        let finding = norms::superseded(finding, &norms::FIRST_VIOLATION);
        let entry = ground.map(|ground| ground.origin.id.as_ref());
        return out.add(history.explain(city, finding).because("ground_entry", entry));
    }
    let when = minute(city.bench.zone, decision.act.at);
    let (zh_flaws, en_flaws): (Vec<&str>, Vec<&str>) =
        flaws.unwrap_or_default().into_iter().unzip();
    let mut zh = format!("首次发现的违法,没有下达《整改通知书》,{when}即作出处罚决定");
    let mut en = format!("a first violation, penalised at {when} without an order to put it right");
    if !zh_flaws.is_empty() {
        zh.push_str(&format!(";所称例外不成立:{}", listed(&zh_flaws)));
        en.push_str(&format!("; the exception does not hold: {}", listed_en(&en_flaws)));
    }
    let finding = city.signal(&FIRST_VIOLATION, &decision.act, zh.clone(), en.clone());
    let finding = finding.because("exception_flaws", zh_flaws);
    out.add(history.explain(city, finding));
    out.add(sequence::penalty::unwarned(city, &decision.act, zh, en));
}

/// What is wrong with an asserted exception: empty if it holds, `None` if none was
/// asserted and none was due.
fn exception_flaws(
    city: &City<'_>,
    one: &Violation,
    decision: &Decided,
    listed_exempt: Option<&str>,
) -> Option<Vec<(&'static str, &'static str)>> {
    let asserted = one.assessment.as_ref().filter(|assessment| {
        assessment.result.as_ref() == "例外" || assessment.exception.is_some()
    });
    let Some(assessment) = asserted else {
        let due = listed_exempt.is_some();
        return due.then(|| {
            vec![("作出决定时没有以代码和理由主张例外", "not asserted with a code and a reason")]
        });
    };
    let at = city.bench.at(decision.act.at);
    let code = assessment.exception.as_deref();
    let mut domains = city.bench.master.exempt_domains.all_at("first_violation", at);
    let known = domains.any(|domain| {
        let named = [&domain.row.name, &domain.row.code];
        named.iter().any(|name| name.as_deref().is_some() && name.as_deref() == code)
    });
    let shown = listed_exempt.is_some() && listed_exempt == code;
    let classed = one.exempt_class.is_some() && one.exempt_class.as_deref() == code;
    let before = assessment.act.order < decision.act.order;
    let checks = [
        (known, "代码不在首违例外清单", "the code is not on the list of exceptions"),
        (assessment.reason.is_some(), "没有理由", "no reason is given"),
        (before, "作出决定以后才主张", "asserted only after the decision"),
        (
            shown || classed || assessment.second_person,
            "由承办人一人认定",
            "asserted by the handling officer alone",
        ),
    ];
    Some(checks.iter().filter(|check| !check.0).map(|check| (check.1, check.2)).collect())
}

/// The other cases of a party and its lineage, and which of them count.
struct History<'c> {
    asked: crate::rules::city::Order,
    lineage: Vec<Box<str>>,
    category: Option<&'c str>,
    earlier: Vec<&'c Violation>,
    /// Cases that do not count, and why.
    others: Vec<(&'c Violation, &'static str)>,
}

impl<'c> History<'c> {
    fn of(
        city: &'c City<'_>,
        one: &'c Violation,
        decision: &Decided,
        party: &str,
        by_party: &ByParty<'c>,
    ) -> History<'c> {
        let bench = city.bench;
        let asked = one.asked().unwrap_or(decision.act.order).min(decision.act.order);
        let at = bench.at(decision.act.at);
        let scope = Scope::on(bench, at.on);
        let lineage: Vec<Box<str>> = bench.master.party_lineage(party, at).into_iter().collect();
        let category = category(bench, one, bench.zone.date(asked.0));
        let mut history =
            History { asked, lineage, category, earlier: Vec::new(), others: Vec::new() };
        let same = history.lineage.iter().filter_map(|id| by_party.get(id.as_ref()));
        let others: Vec<&'c Violation> =
            same.flatten().copied().filter(|other| other.stream != one.stream).collect();
        for other in others {
            match why_not(bench, one, other, asked, &scope, category) {
                None => history.earlier.push(other),
                Some(why) => history.others.push((other, why)),
            }
        }
        history
    }

    /// What the answer rests on, for whoever counts by hand.
    fn explain(&self, city: &City<'_>, finding: Finding) -> Finding {
        let zone = city.bench.zone;
        let others: Vec<Value> = self
            .others
            .iter()
            .map(|(other, why)| {
                let established = other.established.as_ref().map(|act| minute(zone, act.at));
                json!({
                    "stream": other.stream, "party": other.party, "ground": other.ground,
                    "established_at": established, "not_counted": why,
                })
            })
            .collect();
        finding.because(
            "first_violation",
            json!({
                "asked_at": minute(zone, self.asked.0), "lineage": self.lineage,
                "category": self.category, "earlier": [], "other_cases": others,
            }),
        )
    }
}

fn category<'c>(bench: &'c Bench<'_>, one: &'c Violation, on: NaiveDate) -> Option<&'c str> {
    let code = one.ground.as_deref()?;
    let ground = bench.master.penalty_grounds.at(code, bench.on(on));
    ground.and_then(|ground| ground.row.category.as_deref()).or(Some(code))
}

/// Why another case of the party is no earlier violation of the same kind.
fn why_not(
    bench: &Bench<'_>,
    one: &Violation,
    other: &Violation,
    asked: crate::rules::city::Order,
    scope: &Scope,
    own: Option<&str>,
) -> Option<&'static str> {
    let Some(established) = &other.established else { return Some("未认定违法") };
    let on = bench.zone.date(established.at);
    if established.order >= asked {
        return Some("认定在后");
    }
    if !other.stood_at(asked) {
        return Some("当时已撤案或撤销");
    }
    let same = match scope.by_ground {
        true => one.ground == other.ground,
        false => category(bench, other, on) == own,
    };
    if !same {
        return Some("违法类别不同");
    }
    let unit = |violation: &Violation| violation.unit.clone();
    if !scope.any_unit && unit(one) != unit(other) {
        return Some("由其他单位查处");
    }
    let asked_on = bench.zone.date(asked.0);
    let since = scope.years.and_then(|years| asked_on.with_year(asked_on.year() - years));
    let looked_at = match since {
        Some(since) => since <= on,
        None => bench.decision_in_force(on),
    };
    (!looked_at).then_some("在追溯期以前")
}
