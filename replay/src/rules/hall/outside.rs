//! R2.2.3 严禁厅外循环审批 and R2.2.4c: approvals that leave the hall, and chief
//! representatives who could not keep them there.

use super::presence::left_out;
use super::{OUTSIDE, UNDER_AUTHORISED};
use crate::event::Event;
use crate::rules::accountability::Accountable;
use crate::rules::bench::{Bench, Case};
use crate::rules::city::{City, Outside, is_hall, venue_of};
use crate::rules::coverage::Coverage;
use crate::rules::finding::{EntryRef, Finding, Findings, Outcome};
use crate::rules::rule::Severity;
use crate::state::CaseKind;
use chrono::NaiveDate;
use serde_json::{Map, json};
use std::collections::BTreeMap;

/// Whether the catalogue or the register wants an item of a unit in the hall.
fn belongs_in_hall(bench: &Bench<'_>, code: &str, unit: Option<&str>, on: NaiveDate) -> bool {
    let at = bench.on(on);
    let row = bench.master.items.at(code, at);
    if row.is_some_and(|row| row.row.in_hall_required == Some(true)) {
        return true;
    }
    let register = unit.and_then(|unit| bench.master.hall_registers.at(unit, at));
    register.is_some_and(|row| row.row.items.iter().flatten().any(|own| own.as_ref() == code))
}

/// Acts that must take place in the hall; a site visit or a special procedure need not.
fn bound_to_hall(act: &Event<'_>) -> bool {
    let Some(rest) = act.kind.strip_prefix("approval.") else { return false };
    let bound = rest.starts_with("acceptance.granted.")
        || rest.starts_with("stage.")
        || rest.starts_with("decision.")
        || rest.starts_with("commitment.decided.");
    // A delivery by post or on the web leaves from the hall, wherever it arrives.
    let by_hand = || act.body.text("method").is_none_or(|method| method == "直接");
    bound || rest.starts_with("document.delivered.") && by_hand()
}

/// A stage that the catalogue lets the back office do.
fn is_back_office(bench: &Bench<'_>, act: &Event<'_>, code: &str) -> bool {
    let Some(name) = act.body.text("stage") else { return false };
    let row = bench.master.items.at(code, bench.on(act.occurred.local_date()));
    let mut stages = row.and_then(|row| row.row.stages.as_ref()).into_iter().flatten();
    stages.any(|stage| {
        stage.name.as_deref() == Some(name.as_ref()) && stage.back_office == Some(true)
    })
}

/// What a case shows of circulation outside the hall: one finding a case.
pub(super) fn outside(case: &Case<'_>, out: &mut Findings) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return;
    }
    let mut outside: Vec<(&Event<'_>, &'static str, &'static str)> = Vec::new();
    let mut unknown: Vec<&Event<'_>> = Vec::new();
    let mut looked_at = false;
    for act in case.file.acts.iter().filter(|act| bound_to_hall(act)) {
        let on = act.occurred.local_date();
        let Some(code) = act.item.as_ref().and_then(|item| item.code.get()) else { continue };
        let imported = act.source.kind.get() == Some("import");
        if imported || !case.bench.decision_in_force(on) {
            continue;
        }
        if !belongs_in_hall(case.bench, code, act.unit(), on) {
            continue;
        }
        looked_at = true;
        match venue_of(act) {
            None => unknown.push(act),
            // Whether a system was down that moment other cases' entries say.
            Some(venue) if !is_hall(venue) && act.source.kind.get() == Some("paper_backfill") => {}
            Some(venue) if !is_hall(venue) && !is_back_office(case.bench, act, code) => {
                outside.push((act, "不在大厅或统一平台办理", "not in a hall or on the platform"));
            }
            Some(_) => {}
        }
        if unassigned(case.bench, act, on) {
            outside.push((
                act,
                "受理人未派驻窗口",
                "accepted by somebody not assigned to a window",
            ));
        }
    }
    let kept = case.file.coverage == Coverage::Whole;
    if let Some(first) = case.acts.first().filter(|_| kept && looked_at && begins_late(case)) {
        outside.push((first, "案件首次出现即已过受理环节", "first seen beyond acceptance"));
    }
    if let Some(finding) = circulated(case, &outside) {
        out.add(finding);
    } else if let Some(finding) = nowhere(case, &unknown) {
        out.add(finding);
    } else if looked_at {
        out.compliant(&OUTSIDE);
    }
}

/// Accepted by an officer of a unit of the hall whom no assignment places there.
fn unassigned(bench: &Bench<'_>, act: &Event<'_>, on: NaiveDate) -> bool {
    if !act.kind.starts_with("approval.acceptance.granted.") {
        return false;
    }
    let at = bench.on(on);
    let officer = act.actor.as_ref().and_then(|who| who.officer.get());
    let (Some(officer), Some(unit)) = (officer, act.unit()) else { return false };
    bench.master.assignments.found_at(unit, at).next().is_some()
        && bench.master.assignments.at(officer, at).is_none()
}

/// A case of which nothing was seen until a stage or a decision. Parts of joint
/// cases are accepted with the whole.
fn begins_late(case: &Case<'_>) -> bool {
    let part = case
        .file
        .acts
        .iter()
        .any(|act| act.links.is_some_and(|links| links.contains("\"parent_case\"")));
    let opens = |act: &Event<'_>| {
        ["approval.application.", "approval.materials.", "approval.acceptance."]
            .iter()
            .any(|head| act.kind.starts_with(head))
    };
    !part && !case.file.acts.iter().any(opens)
}

fn circulated(
    case: &Case<'_>,
    outside: &[(&Event<'_>, &'static str, &'static str)],
) -> Option<Finding> {
    let (first, ..) = outside.first()?;
    let mut reasons: Vec<(&str, &str)> = outside.iter().map(|(_, zh, en)| (*zh, *en)).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let zh: Vec<&str> = reasons.iter().map(|reason| reason.0).collect();
    let en: Vec<&str> = reasons.iter().map(|reason| reason.1).collect();
    let acts: Vec<_> = outside
        .iter()
        .map(|(act, zh, _)| {
            json!({
                "entry": act.id, "type": act.kind, "at": act.occurred.rfc3339(),
                "venue": venue_of(act), "why": zh,
            })
        })
        .collect();
    let officers = outside.iter().filter_map(|(act, ..)| act.actor.as_ref()?.officer.get());
    let zh = format!("应进厅事项厅外循环:{}({}项行为)", zh.join("、"), outside.len());
    let en = format!("circulated outside the hall: {} ({} acts)", en.join(", "), outside.len());
    let mut finding = case.signal(&OUTSIDE, first, zh, en).matter("厅外");
    finding.accountable = Accountable::of(case.bench, first).with_direct(officers);
    let finding = finding.resting_on(outside.iter().map(|(act, ..)| *act));
    Some(finding.because("acts", acts))
}

fn nowhere(case: &Case<'_>, unknown: &[&Event<'_>]) -> Option<Finding> {
    let first = unknown.first()?;
    let zh = format!("应进厅事项有{}项行为未记录办理地点,无法判定是否在厅内", unknown.len());
    let en = format!(
        "{} acts on an item of the hall name no place: whether inside cannot be told",
        unknown.len()
    );
    let finding = case.signal(&OUTSIDE, first, zh, en).matter("厅外");
    let finding = finding.resting_on(unknown.iter().copied()).outcome(Outcome::Indeterminate);
    Some(finding.because("missing", vec!["venue.kind"]))
}

/// Acts from paper at another place: lawful while a system was down and windows were
/// told to work on paper, circulation otherwise.
pub(super) fn outside_on_paper(city: &City<'_>, out: &mut Findings) {
    let mut cases: BTreeMap<&str, Vec<&Outside>> = BTreeMap::new();
    for act in &city.topics.circulation.on_paper {
        let bound = ["acceptance.granted.", "stage.", "decision.", "commitment.decided."];
        let bound = bound.iter().any(|name| act.kind.starts_with(&format!("approval.{name}")));
        let code = act.item.as_deref().unwrap_or_default();
        if bound
            && city.bench.decision_in_force(act.on)
            && belongs_in_hall(city.bench, code, Some(&act.unit), act.on)
            && !city.topics.systems.on_paper_at(act.at)
        {
            cases.entry(&act.stream).or_default().push(act);
        }
    }
    for (stream, acts) in cases {
        let Some(first) = acts.first() else { continue };
        let zh = format!("{}项行为在{}以纸质办理后补录,当时并无系统中断", acts.len(), first.what);
        let en = format!(
            "{} acts were done on paper at {} while no system was down",
            acts.len(),
            first.what
        );
        let finding = about_unit(city, &OUTSIDE, (stream, "厅外·纸质"), &acts, (zh, en));
        out.extend(finding);
    }
}

/// A finding about acts outside, of one unit.
fn about_unit(
    city: &City<'_>,
    rule: &crate::rules::Rule,
    (stream, matter): (&str, &str),
    acts: &[&Outside],
    (zh, en): (String, String),
) -> Option<Finding> {
    let first = acts.iter().min_by_key(|act| act.at)?;
    let officers = acts.iter().filter_map(|act| act.officer.as_deref());
    let mut entries: Vec<EntryRef> = acts.iter().map(|act| act.entry.clone()).collect();
    entries.sort();
    entries.dedup();
    let unit = Some(first.unit.as_ref());
    let who = Accountable::unit(city.bench, unit, first.at, Vec::new()).with_direct(officers);
    let mut explanation = Map::new();
    let list: Vec<_> = acts
        .iter()
        .map(|act| {
            json!({ "stream": act.stream, "entry": act.entry.id, "type": act.kind,
                           "on": act.on.to_string(), "to": act.what })
        })
        .collect();
    explanation.insert("acts".to_owned(), list.into());
    Some(Finding {
        rule: rule.id,
        rule_version: rule.version,
        outcome: Outcome::Signal,
        severity: rule.severity,
        stream: stream.into(),
        matter: matter.into(),
        entries,
        at: first.at,
        accountable: who,
        zh,
        en,
        explanation,
        silence: None,
    })
}

/// What left the hall under one authorisation, and what that left out.
#[derive(Default)]
struct LeftHall<'a> {
    acts: Vec<&'a Outside>,
    missing: Vec<Box<str>>,
}

/// R2.2.4c: papers went to the unit's premises, or somebody else decided, while the
/// chief representative's authorisation left something out.
pub(super) fn under_authorised(city: &City<'_>, out: &mut Findings) {
    let circulation = &city.topics.circulation;
    let mut units: BTreeMap<(&str, Box<str>), LeftHall<'_>> = BTreeMap::new();
    let all = circulation.handed_out.iter().chain(&circulation.approved_by_others);
    let all = all.chain(&circulation.double_trips);
    for act in all.filter(|act| city.bench.decision_in_force(act.on)) {
        // What an applicant was sent about need not be named.
        let code = act.item.as_deref().unwrap_or_default();
        let of_case = act.kind.starts_with("approval.");
        if of_case && !belongs_in_hall(city.bench, code, Some(&act.unit), act.on) {
            continue;
        }
        let at = city.bench.on(act.on);
        let master = city.bench.master;
        let register = master.hall_registers.at(&act.unit, at).map(|row| &row.row);
        let powers = master.authorisations.all_at(&act.unit, at);
        let granted = powers.max_by_key(|one| (one.valid_from, one.origin.position));
        let missing = match granted {
            Some(one) => left_out(&one.row, register),
            None => vec!["授权书 / an authorisation".into()],
        };
        if missing.is_empty() {
            continue;
        }
        let origin = granted.map_or_else(|| "none".into(), |one| one.origin.id.clone());
        let own = units.entry((&act.unit, origin)).or_default();
        own.acts.push(act);
        own.missing = missing;
    }
    for ((unit, origin), LeftHall { acts, missing }) in units {
        let handed = acts.iter().filter(|act| act.kind.contains("handoff")).count();
        let told = acts.iter().filter(|act| !act.kind.starts_with("approval.")).count();
        let decided = acts.len() - handed - told;
        let list = missing.join("、");
        let zh = format!(
            "{unit}首席代表未获充分授权(缺{list}),致审批两头跑:流转回单位{handed}次,由未获授权者决定{decided}次,经查实的申请人往返{told}次"
        );
        let en = format!(
            "{unit}'s chief representative lacks {list}: papers went back to the unit {handed} times, \
             others decided {decided} times, applicants were sent {told} times"
        );
        let stream = format!("md/{unit}");
        let key = (stream.as_str(), origin.as_ref());
        let found = about_unit(city, &UNDER_AUTHORISED, key, &acts, (zh, en));
        out.extend(found.map(|finding| {
            finding
                .because("left_out", missing.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
                .because("handed_out", handed)
                .because("decided_by_others", decided)
                .because("authorisation", origin.as_ref())
        }));
    }
    part_time(city, out);
}

/// Posts in the unit itself that go with being its chief representative: the section
/// head's, those of the authorised powers, and the leader's whom 一律③ sends there.
const OF_THE_CHIEF: [&str; 7] =
    ["首席代表", "审批科长", "承办人", "审核人", "批准人", "分管负责人", "主要负责人"];

/// The chief representative is full-time, the unit's only one, and holds no other post.
fn part_time(city: &City<'_>, out: &mut Findings) {
    let at = city.bench.at_now();
    let master = city.bench.master;
    for chief in master.chief_representatives.each_at(at) {
        let unit = chief.row.unit.as_ref();
        let count = master.chief_representatives.all_at(unit, at).count();
        let posts = chief.row.officer.as_deref().map(|officer| other_posts(city, unit, officer));
        let mut faults: Vec<(String, String)> = Vec::new();
        if count > 1 {
            faults.push((
                format!("同时有{count}名首席代表"),
                format!("has {count} chief representatives at once"),
            ));
        }
        if chief.row.full_time == Some(false) {
            faults.push((
                "首席代表不是专职".to_owned(),
                "has a chief representative who is not full-time".to_owned(),
            ));
        }
        if let Some(posts) = posts.as_deref().filter(|posts| !posts.is_empty()) {
            let list = posts.join("、");
            faults.push((
                format!("首席代表兼任其他职务({list})"),
                format!("has a chief representative who holds other posts: {list}"),
            ));
        }
        let untold = posts.is_none() || chief.row.full_time.is_none();
        let outcome = match (faults.is_empty(), untold) {
            (true, false) => {
                out.compliant(&UNDER_AUTHORISED);
                continue;
            }
            (true, true) => {
                faults.push((
                    "首席代表的任命缺少officer或full_time,无法判定是否专职".to_owned(),
                    "has a chief representative whose appointment lacks officer or full_time: \
                     whether full-time cannot be told"
                        .to_owned(),
                ));
                Outcome::Indeterminate
            }
            (false, _) => Outcome::Signal,
        };
        let (zh, en): (Vec<String>, Vec<String>) = faults.into_iter().unzip();
        let (zh, en) = (format!("{unit}{}", zh.join(";")), format!("{unit} {}", en.join("; ")));
        let finding = city.told_by(&UNDER_AUTHORISED, &chief.origin, (Some(unit), at), zh, en);
        let officer = chief.row.officer.clone().unwrap_or_default();
        out.add(finding.outcome(outcome).matter(officer).severity(Severity::Yellow));
    }
}

/// What a chief representative holds besides, by the registers of posts (MD11) and of
/// posts outside (MD34).
fn other_posts(city: &City<'_>, unit: &str, officer: &str) -> Vec<String> {
    let at = city.bench.at_now();
    let master = city.bench.master;
    let inside = master.posts.found_at(officer, at).map(|post| &post.row);
    let inside = inside
        .filter(|post| post.unit.as_ref() != unit || !OF_THE_CHIEF.contains(&post.post.as_ref()));
    let outside = master.outside_posts.all_at(officer, at).map(|post| &post.row);
    let mut found: Vec<String> = inside
        .map(|post| format!("{} {}", post.unit, post.post))
        .chain(outside.map(|post| {
            let org = post.org.as_deref().unwrap_or_default();
            format!("{org} {}", post.post.as_deref().unwrap_or_default()).trim().to_owned()
        }))
        .collect();
    found.sort();
    found.dedup();
    found
}
