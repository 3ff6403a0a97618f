//! R2.3.10: what is missing is told once, in full, in writing and in time.

use super::ONE_NOTICE;
use crate::event::Event;
use crate::integrity::json::{Json, parse};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockKind};
use crate::rules::finding::{Finding, Findings};
use crate::state::CaseKind;

pub(super) fn once(case: &Case<'_>, out: &mut Findings) {
    if !matches!(case.file.kind, CaseKind::Approval | CaseKind::Joint) {
        return;
    }
    late(case, out);
    let notices: Vec<&Event<'_>> = case.file.all("approval.supplement.requested").collect();
    for (index, notice) in notices.iter().enumerate() {
        if !case.bench.decision_in_force(notice.occurred.local_date()) {
            continue;
        }
        let earlier = notices.get(..index).unwrap_or_default();
        let sound = again(case, notice, earlier, out) & in_writing(case, notice, out);
        if sound {
            out.compliant(&ONE_NOTICE);
        }
    }
}

/// No notice within five working days: accepted from the day of receipt.
fn late(case: &Case<'_>, out: &mut Findings) {
    let Some(reading) = clocks::late(case, ClockKind::Acceptance) else { return };
    if !case.bench.decision_in_force(reading.start.on) {
        return;
    }
    let start = case.file.act(&reading.start.entry.id);
    let stop = reading.stop.as_ref().and_then(|stop| case.file.act(&stop.entry.id));
    let Some(act) = stop.or(start) else { return };
    let zh = format!("{};逾期未告知,自收到之日起视为受理", reading.sentence_zh());
    let en = format!("{}; not told in time: deemed accepted on receipt", reading.sentence_en());
    let finding = case
        .signal(&ONE_NOTICE, act, zh, en)
        .matter(reading.start.entry.id.clone())
        .resting_on(start)
        .because("clock", reading.explanation(case));
    out.add(Finding { at: reading.last.saturating_add(1), ..finding });
}

fn items(notice: &Event<'_>) -> Vec<Json<'static>> {
    match notice.body.json("items").map(Json::into_owned) {
        Some(Json::List(items)) => items,
        _ => Vec::new(),
    }
}

/// What a notice asks for: a material or a condition by name.
fn name(item: &Json<'_>) -> Option<String> {
    let named = item.get("material").or(item.get("condition")).or(item.get("catalogue_ref"));
    named.unwrap_or(item).as_str().map(str::to_owned)
}

/// A later notice may only ask for what the supplement itself brought up.
fn again(case: &Case<'_>, notice: &Event<'_>, earlier: &[&Event<'_>], out: &mut Findings) -> bool {
    if earlier.is_empty() {
        return true;
    }
    let asked: Vec<String> =
        earlier.iter().flat_map(|one| items(one)).filter_map(|one| name(&one)).collect();
    let new: Vec<String> = items(notice)
        .iter()
        .filter(|item| item.get("new_fact") != Some(&Json::Bool(true)))
        .filter_map(name)
        .filter(|name| !asked.contains(name))
        .collect();
    if new.is_empty() {
        return true;
    }
    let round = earlier.len() + 1;
    let zh = format!("第{round}次补正告知新增{},应当一次性全面告知", new.join("、"));
    let en =
        format!("notice no. {round} newly asks for {}: all is to be told at once", new.join(", "));
    let finding = case.signal(&ONE_NOTICE, notice, zh, en).resting_on(earlier.iter().copied());
    out.add(finding.matter(format!("{}#round", notice.id)));
    false
}

/// A numbered list with its day; where the paper is described, under seal.
fn in_writing(case: &Case<'_>, notice: &Event<'_>, out: &mut Findings) -> bool {
    let text = |name: &str| notice.body.text(name).is_some_and(|text| !text.is_empty());
    let mut missing = Vec::new();
    if items(notice).is_empty() {
        missing.push("补正清单");
    }
    if !text("notice_no") {
        missing.push("文号");
    }
    if !text("served_at") {
        missing.push("告知日期");
    }
    if unsealed(notice) {
        missing.push("印章");
    }
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join("、");
    let zh = format!("补正告知缺少{missing}");
    let en = format!("the notice of what is missing lacks {missing}");
    out.add(case.signal(&ONE_NOTICE, notice, zh, en).matter(format!("{}#form", notice.id)));
    false
}

/// The notice's paper is described and bears no seal.
fn unsealed(notice: &Event<'_>) -> bool {
    let docs = notice.docs.and_then(|docs| parse(docs.as_bytes()).ok());
    let docs = docs.as_ref().and_then(Json::as_list).unwrap_or_default();
    docs.iter().any(|doc| {
        let kind = doc.get("doc_type").and_then(Json::as_str).unwrap_or_default();
        kind.contains("补正") && doc.get("seal_id").and_then(Json::as_str).is_none_or(str::is_empty)
    })
}
