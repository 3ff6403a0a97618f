//! RX.1 一律后果缺口: what 「一律」 demands after a confirmed breach, and by when.
//!
//! A missing consequence is the supervisor's breach, not the unit's. What only the
//! sealed log would show is indeterminate where that log was not given.

use super::CONSEQUENCE;
use crate::rules::accountability::Accountable;
use crate::rules::city::{City, Consequence, Decision, Determination};
use crate::rules::finding::{EntryRef, Finding, Findings, Outcome};
use crate::rules::rule::Severity;
use crate::time::civil::Micros;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

/// One thing that must follow.
struct Need {
    /// The event type, without its version; several that serve alike.
    kinds: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    /// Recorded in the sealed log.
    sealed: bool,
    fits: fn(&Consequence, &Finding) -> bool,
}

const fn need(
    kinds: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    fits: fn(&Consequence, &Finding) -> bool,
) -> Need {
    Need { kinds, zh, en, sealed: false, fits }
}

fn any(_: &Consequence, _: &Finding) -> bool {
    true
}

fn same_unit(done: &Consequence, finding: &Finding) -> bool {
    done.unit.is_none() || done.unit == finding.accountable.unit
}

const WORKING_GROUP: Need = need(
    &["account.working_group.stationed"],
    "组织工作组进驻(K05)",
    "working group (K05)",
    same_unit,
);
/// The headcounts are added up below: one withdrawal may be made in two papers.
const WITHDRAWN: Need =
    need(&["account.establishment.withdrawn"], "收回编制(K06)", "posts withdrawn (K06)", same_unit);
const LEADER_SEATED: Need = need(
    &["account.leader.seated_as_chief_rep"],
    "分管或主要负责人任首席代表(K07)",
    "a leader seated as chief representative (K07)",
    |done, finding| {
        same_unit(done, finding)
            && matches!(done.post.as_deref(), Some("分管负责人" | "主要负责人"))
    },
);
const ILLEGAL_FEE: Need = need(
    &["account.illegal_fee.determined"],
    "以乱收费论处(K08)",
    "illegal fee determined (K08)",
    any,
);
const REFUND: Need =
    need(&["fee.refund.ordered", "fee.refunded"], "责令退还(B07)", "refund ordered (B07)", any);
const RECTIFICATION: Need =
    need(&["account.rectification.ordered"], "限期整改(K03)", "rectification ordered (K03)", any);
const CRITICISM: Need = need(
    &["account.circular_criticism.issued"],
    "全市通报批评(K04)",
    "city-wide criticism (K04)",
    |done, _| done.scope.as_deref() == Some("全市"),
);
/// After a ranking the text says 通报批评, not where.
const ANY_CRITICISM: Need =
    need(&["account.circular_criticism.issued"], "通报批评(K04)", "criticism (K04)", any);
const REFERRED: Need = Need {
    sealed: true,
    ..need(
        &["account.clue.referred"],
        "移送纪检监察(K09)",
        "referred to discipline (K09)",
        |done, _| done.to.as_deref().is_some_and(|to| to.contains("纪")),
    )
};
const PRINCIPAL: Need = Need {
    sealed: true,
    ..need(
        &["account.measure.decided"],
        "追究主要负责人(K12)",
        "measure on the principal leader (K12)",
        |done, _| matches!(done.role.as_deref(), Some("主要负责人" | "principal")),
    )
};
const DIRECT: Need = Need {
    sealed: true,
    ..need(
        &["account.measure.decided"],
        "追究直接责任人(K12)",
        "measure on the person directly responsible (K12)",
        |done, _| matches!(done.role.as_deref(), Some("直接责任人" | "direct")),
    )
};
const ANY: Need = need(
    &[
        "account.rectification.ordered",
        "account.circular_criticism.issued",
        "account.working_group.stationed",
        "account.establishment.withdrawn",
        "account.leader.seated_as_chief_rep",
        "account.illegal_fee.determined",
        "account.clue.referred",
        "account.measure.decided",
        "account.supervision_opinion.issued",
    ],
    "任何处理(K03–K16)",
    "any consequence (K03–K16)",
    any,
);

/// What the text of each rule demands (§1.x). R2.2.2 and R2.6.2 name no act of their
/// own: something must have been done.
fn needs(rule: &str) -> &'static [Need] {
    match rule {
        "R2.2.4a" => &[WORKING_GROUP],
        "R2.2.4b" => &[WITHDRAWN],
        "R2.2.4c" => &[LEADER_SEATED],
        "R2.2.4d" => &[REFERRED, PRINCIPAL, DIRECT],
        "R2.2.4e" => &[ILLEGAL_FEE, REFUND],
        "R2.2.4f" => &[RECTIFICATION, CRITICISM],
        "R3.4.3" => &[RECTIFICATION, ANY_CRITICISM],
        "R2.2.2a" | "R2.2.2b" | "R2.2.2c" | "R2.2.2d" | "R2.6.2" => &[ANY],
        _ => &[],
    }
}

/// What must follow a confirmed breach of a rule, in the words of reports.
pub fn demanded(rule: &str) -> impl Iterator<Item = &'static str> {
    needs(rule).iter().map(|need| need.zh)
}

/// Whether all of it was done, whenever.
pub fn all_done(finding: &Finding, consequences: &[&Consequence]) -> bool {
    needs(finding.rule).iter().all(|need| {
        let fitting = fitting(need, finding, consequences);
        !fitting.is_empty() && headcounts(finding, &fitting).is_none()
    })
}

/// Those of several consequences that are what was needed.
fn fitting<'c>(
    need: &Need,
    finding: &Finding,
    consequences: &[&'c Consequence],
) -> Vec<&'c Consequence> {
    let fits =
        |one: &&&Consequence| need.kinds.contains(&one.kind.as_ref()) && (need.fits)(one, finding);
    consequences.iter().filter(fits).copied().collect()
}

/// The posts that were to be withdrawn and those that were, where they differ.
fn headcounts(finding: &Finding, withdrawals: &[&Consequence]) -> Option<(i64, i64)> {
    if finding.rule != "R2.2.4b" {
        return None;
    }
    let due = finding.explanation.get("shortage").and_then(Value::as_i64).unwrap_or(0);
    let withdrawn = withdrawals.iter().filter_map(|one| one.headcount).fold(0, i64::saturating_add);
    (withdrawn != due).then_some((due, withdrawn))
}

/// Who must see to it.
fn supervisor(rule: &str) -> [&'static str; 2] {
    match rule {
        "R2.2.4a" | "R2.2.4b" | "R2.2.4c" | "R2.2.2a" | "R2.2.2b" | "R2.2.2c" | "R2.2.2d" => {
            ["服务中心", "效能办"]
        }
        _ => ["效能办", "服务中心"],
    }
}

const P13_DEFAULT: i64 = 15;

/// A confirmed breach that something must follow.
struct Confirmed<'f> {
    finding: &'f Finding,
    needs: &'static [Need],
    ids: Vec<String>,
    by: Determination,
    /// Closed by a waiver with a reason.
    waived: Option<Determination>,
}

impl<'f> Confirmed<'f> {
    fn of(city: &City<'_>, finding: &'f Finding) -> Option<Confirmed<'f>> {
        let needs = needs(finding.rule);
        if needs.is_empty() {
            return None;
        }
        let ids = finding.ids();
        let all: Vec<&Determination> =
            ids.iter().flat_map(|id| city.topics.determinations.of(id)).collect();
        // What was dismissed or exempted in the end needs no consequence.
        let published = published(finding);
        let all: Vec<&Determination> = published.iter().chain(all).collect();
        let last = all.iter().max_by(|a, b| a.entry.cmp(&b.entry))?;
        let confirmed = all.iter().find(|one| one.decision == Decision::Confirmed)?;
        let waived = last.decision == Decision::Waived && !last.reason.trim().is_empty();
        if matches!(last.decision, Decision::Dismissed | Decision::Exempted) {
            return None;
        }
        Some(Confirmed {
            finding,
            needs,
            by: (*confirmed).clone(),
            waived: waived.then(|| (*last).clone()),
            ids,
        })
    }

    fn due(&self, city: &City<'_>) -> Option<NaiveDate> {
        let on = city.bench.zone.date(self.by.at);
        let days = city.bench.number("P13", city.bench.on(on), P13_DEFAULT);
        let days = u32::try_from(days).ok()?;
        let known = city.bench.known_at;
        city.bench.calendar.add_working_days(on, days, known, |_| false).map(|due| due.date)
    }
}

/// A place in a published ranking needs nobody to confirm it.
fn published(finding: &Finding) -> Option<Determination> {
    let entry = finding.entries.first().filter(|_| finding.rule == "R3.4.3")?;
    let placed = finding.explanation.contains_key("ranking");
    placed.then(|| Determination {
        decision: Decision::Confirmed,
        at: finding.at,
        by_unit: "".into(),
        by: "".into(),
        reason: "".into(),
        entry: entry.clone(),
    })
}

/// Of one need: done in time, done late, done wrongly, or not at all.
enum Done {
    InTime,
    Late(Micros),
    Wrong(String, String),
    Missing,
    CannotTell,
}

pub(super) fn gaps(city: &City<'_>, found: &[Finding], out: &mut Findings) {
    for finding in found {
        if let Some(confirmed) = Confirmed::of(city, finding) {
            out.extend(gap(city, &confirmed));
        }
    }
}

fn gap(city: &City<'_>, confirmed: &Confirmed<'_>) -> Option<Finding> {
    let due = confirmed.due(city)?;
    let last = city.bench.zone.end_of(due);
    if !city.bench.past(last) && confirmed.waived.is_none() {
        return None;
    }
    let ids: Vec<&str> = confirmed.ids.iter().map(AsRef::as_ref).collect();
    let consequences = city.topics.consequences.of(&ids);
    let results: Vec<(&Need, Done)> = confirmed
        .needs
        .iter()
        .map(|need| (need, done(city, need, confirmed.finding, &consequences, last)))
        .collect();
    if results.iter().all(|(_, done)| matches!(done, Done::InTime)) {
        return None;
    }
    let mut finding = told(city, confirmed, due, &results);
    finding.entries.extend(consequences.iter().map(|one| one.entry.clone()));
    finding.entries.sort();
    finding.entries.dedup();
    Some(finding)
}

fn done(
    city: &City<'_>,
    need: &Need,
    finding: &Finding,
    consequences: &[&Consequence],
    last: i64,
) -> Done {
    let fitting = fitting(need, finding, consequences);
    // Posts withdrawn in several papers are withdrawn with the last of them.
    let all = finding.rule == "R2.2.4b";
    let times = fitting.iter().map(|one| one.at);
    let Some(first) = (if all { times.max() } else { times.min() }) else {
        return if need.sealed && !city.bench.sealed_given {
            Done::CannotTell
        } else {
            Done::Missing
        };
    };
    if let Some((due, withdrawn)) = headcounts(finding, &fitting) {
        return Done::Wrong(
            format!("应收回{due}个编制,实收回{withdrawn}个"),
            format!("{due} posts were to be withdrawn, {withdrawn} were"),
        );
    }
    if first <= last { Done::InTime } else { Done::Late(first) }
}

/// What was done late, wrongly or not, in both languages.
fn words(results: &[(&Need, Done)]) -> (Vec<String>, Vec<String>) {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    for (need, done) in results {
        let (in_chinese, in_english) = match done {
            Done::InTime => continue,
            Done::Late(_) => (format!("{}逾期作出", need.zh), format!("{} came late", need.en)),
            Done::Wrong(zh, en) => (zh.clone(), en.clone()),
            Done::Missing => (format!("缺{}", need.zh), format!("no {}", need.en)),
            Done::CannotTell => (
                format!("{}在封存日志中,本次未提供", need.zh),
                format!("{} would stand in the sealed log, which was not given", need.en),
            ),
        };
        zh.push(in_chinese);
        en.push(in_english);
    }
    (zh, en)
}

fn told(
    city: &City<'_>,
    confirmed: &Confirmed<'_>,
    due: NaiveDate,
    results: &[(&Need, Done)],
) -> Finding {
    let source = confirmed.finding;
    let (zh, en) = words(results);
    let on = city.bench.zone.date(confirmed.by.at);
    let (rule, id) = (source.rule, &confirmed.ids[0]);
    let is = |what: fn(&Done) -> bool| results.iter().any(|(_, done)| what(done));
    let missing = is(|done| matches!(done, Done::Missing | Done::Wrong(..)));
    let outcome = match &confirmed.waived {
        Some(_) => Outcome::Waived,
        None if !missing && is(|done| matches!(done, Done::CannotTell)) => Outcome::Indeterminate,
        None => Outcome::Signal,
    };
    let late_only = !missing && outcome == Outcome::Signal;
    let unit = supervising_unit(city, source, due);
    let at = city.bench.zone.end_of(due).saturating_add(1);
    let mut who = Accountable::unit(city.bench, unit.as_deref(), at, Vec::new());
    who.supervising_unit = unit;
    let mut entries: Vec<EntryRef> = source.entries.clone();
    entries.push(confirmed.by.entry.clone());
    entries.extend(confirmed.waived.iter().map(|waiver| waiver.entry.clone()));
    let mut explanation = Map::new();
    explanation.insert("finding_id".to_owned(), json!(id));
    explanation.insert("rule".to_owned(), json!(rule));
    explanation.insert("confirmed_on".to_owned(), json!(on.to_string()));
    explanation.insert("due".to_owned(), json!(due.to_string()));
    let late = results.iter().filter_map(|(_, done)| match done {
        Done::Late(at) => Some(*at),
        _ => None,
    });
    if let Some(at) = late.max().filter(|_| late_only) {
        explanation.insert("done_on".to_owned(), json!(city.bench.zone.date(at).to_string()));
    }
    explanation.insert("breach_unit".to_owned(), json!(source.accountable.unit));
    if let Some(waiver) = &confirmed.waived {
        let waiver = json!({ "by": waiver.by, "reason": waiver.reason, "entry": waiver.entry.id });
        explanation.insert("waiver".to_owned(), waiver);
    }
    Finding {
        rule: CONSEQUENCE.id,
        rule_version: CONSEQUENCE.version,
        outcome,
        severity: if late_only { Severity::Yellow } else { CONSEQUENCE.severity },
        stream: source.stream.clone(),
        matter: id.as_str().into(),
        entries,
        at,
        accountable: who,
        zh: format!("{rule}已于{on}认定,应于{due}前:{}", zh.join(";")),
        en: format!("{rule} was confirmed on {on}; by {due}: {}", en.join("; ")),
        explanation,
        silence: None,
    }
}

/// The unit with the supervising role in the breaching unit's region, as of the due
/// date.
fn supervising_unit(city: &City<'_>, source: &Finding, due: NaiveDate) -> Option<Box<str>> {
    let at = city.bench.on(due);
    let unit = source.accountable.unit.as_deref();
    let row = unit.and_then(|unit| city.bench.master.units.at(unit, at));
    let region = row.and_then(|row| row.row.region.as_deref());
    supervisor(source.rule).iter().find_map(|role| city.unit_with_role(role, region, at))
}
