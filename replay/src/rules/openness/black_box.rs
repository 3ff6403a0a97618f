//! R2.4.8: the four forms of black-box operation. Where another clause judges the
//! same act, it is only noted here with that clause's name.

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::city::City;
use crate::rules::clocks::{self, ClockKind, day_of};
use crate::rules::coverage::Silence;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::openness::BLACK_BOX;
use crate::rules::publication;
use crate::rules::rule::Severity;
use crate::rules::words::yuan;
use crate::state::CaseKind;
use serde_json::{Map, json};

/// (c) 承诺不兑现 and (d) 结果不公开.
pub(super) fn kept(case: &Case<'_>, out: &mut Findings) {
    match case.file.kind {
        CaseKind::Approval | CaseKind::Joint => {
            beside(case, ClockKind::Promise, "承诺不兑现", "R2.2.4f", out);
            if !publication::secret(case) {
                beside(case, ClockKind::Publication, "结果不公开", "R2.4.4", out);
            }
        }
        CaseKind::Penalty => unpublished(case, out),
        _ => promises(case, out),
    }
}

fn beside(
    case: &Case<'_>,
    kind: ClockKind,
    what: &'static str,
    rule: &'static str,
    out: &mut Findings,
) {
    let Some(reading) = clocks::late(case, kind) else { return };
    if !case.bench.decision_in_force(reading.start.on) {
        return;
    }
    let start = case.file.act(&reading.start.entry.id);
    let stop = reading.stop.as_ref().and_then(|stop| case.file.act(&stop.entry.id));
    let Some(act) = stop.or(start) else { return };
    let zh = format!("{what}:{}", reading.sentence_zh());
    let finding = case
        .signal(&BLACK_BOX, act, zh, reading.sentence_en())
        .severity(Severity::Info)
        .matter(format!("{}#{}", reading.start.entry.id, kind.as_str()))
        .resting_on(start)
        .because("judged_by", rule);
    out.add(Finding { at: reading.last.saturating_add(1), ..finding });
}

/// A penalty that is not published by P18.
fn unpublished(case: &Case<'_>, out: &mut Findings) {
    let bench = case.bench;
    for decided in case.file.all("penalty.decision.made") {
        let day = decided.occurred.local_date();
        if !bench.decision_in_force(day) {
            continue;
        }
        let days = publication::of_penalty(case, decided);
        let due = bench.calendar.add_working_days(day, days, bench.known_at, |_| false);
        let order = decided.order();
        let published = case.file.all("penalty.published").find(|act| act.order() >= order);
        let Some(due) = due else { continue };
        let in_time = match published {
            Some(act) => bench.zone.date(act.occurred.micros) <= due.date,
            None => !bench.past(bench.zone.end_of(due.date)),
        };
        if in_time {
            out.compliant(&BLACK_BOX);
            continue;
        }
        let zh = format!("结果不公开:{day}处罚决定应于{}前公示,逾期", due.date);
        let en = format!("penalty of {day} was to be published by {}", due.date);
        let finding = case.signal(&BLACK_BOX, published.unwrap_or(decided), zh, en);
        let finding = finding.matter(decided.id.as_ref()).resting_on([decided]);
        let finding = finding.by_silence(Silence::After);
        out.add(Finding { at: bench.zone.end_of(due.date).saturating_add(1), ..finding });
    }
}

/// A promise to an enterprise that was broken, or not kept when it was due (E19).
fn promises(case: &Case<'_>, out: &mut Findings) {
    let zone = case.bench.zone;
    for made in case.file.all("policy.promise.recorded") {
        let Some(due) = day_of(made, "due", zone) else { continue };
        let order = made.order();
        let kept = case.file.all("policy.promise.fulfilled").find(|act| act.order() >= order);
        let broken = case.file.all("policy.promise.broken").find(|act| act.order() >= order);
        if !case.bench.decision_in_force(made.occurred.local_date()) {
            continue;
        }
        let in_time = match kept {
            Some(act) => zone.date(act.occurred.micros) <= due,
            None => !case.bench.past(zone.end_of(due)),
        };
        if broken.is_none() && in_time {
            if kept.is_some() {
                out.compliant(&BLACK_BOX);
            }
            continue;
        }
        let what = made.body.text("content").unwrap_or_default();
        let zh = format!("承诺不兑现:「{what}」应于{due}前兑现");
        let en = format!("promise not kept: “{what}” was due on {due}");
        let act = broken.or(kept).unwrap_or(made);
        let finding = case.signal(&BLACK_BOX, act, zh, en);
        out.add(finding.matter(made.id.as_ref()).resting_on([made]));
    }
}

/// (a) 政策不透明: a decision rests on a document that was not published by then.
pub(super) fn basis(city: &City<'_>, out: &mut Findings) {
    for (document, cited) in city.topics.papers.cited_before_publication() {
        if !city.bench.decision_in_force(city.bench.zone.date(cited.at)) {
            continue;
        }
        let zh = format!("政策不透明:决定所依据的{document}当时尚未公布");
        let en = format!("decided on the basis of {document}, which was not published then");
        out.add(Finding {
            rule: BLACK_BOX.id,
            rule_version: BLACK_BOX.version,
            outcome: Outcome::Signal,
            severity: BLACK_BOX.severity,
            stream: cited.stream.clone(),
            matter: format!("{}#{document}", cited.entry.id).into(),
            entries: vec![cited.entry.clone()],
            at: cited.at,
            accountable: cited.accountable.clone(),
            zh,
            en,
            explanation: Map::new(),
            silence: None,
        });
    }
}

/// (b) 标准不统一: a fine of more than twice the median of the same tier. A figure
/// worth a look; only people can tell whether the facts differed.
pub(super) fn uniform(city: &City<'_>, out: &mut Findings) {
    for (tier, fine, median, of) in city.topics.fines.far_above() {
        if !city.bench.decision_in_force(city.bench.zone.date(fine.at)) {
            continue;
        }
        let (fined, middle) = (yuan(fine.fen), yuan(median));
        let zh =
            format!("标准不统一:同一档次({tier})罚款{fined}元,为{of}件中位数{middle}元的两倍以上");
        let en = format!(
            "tier {tier}: fine of CNY {fined}, more than twice the median {middle} of {of}"
        );
        out.add(
            Finding {
                rule: BLACK_BOX.id,
                rule_version: BLACK_BOX.version,
                outcome: Outcome::Signal,
                severity: Severity::Blue,
                stream: fine.stream.clone(),
                matter: format!("{}#tier", fine.entry.id).into(),
                entries: vec![fine.entry.clone()],
                at: fine.at,
                accountable: fine.accountable.clone(),
                zh,
                en,
                explanation: Map::new(),
                silence: None,
            }
            // The fines that were recorded show it.
            .by_silence(Silence::Nothing)
            .because(
                "median",
                json!({"tier": tier, "median_fen": median, "fine_fen": fine.fen, "of": of}),
            ),
        );
    }
}

/// Whether the decision's basis names a document by number.
pub(in crate::rules) fn cited_documents(act: &Event<'_>) -> Vec<Box<str>> {
    let parsed = act.basis.and_then(|basis| crate::integrity::json::parse(basis.as_bytes()).ok());
    let rows = parsed.as_ref().and_then(Json::as_list).unwrap_or_default();
    rows.iter().filter_map(|row| row.get("doc_no")?.as_str()).map(Box::from).collect()
}
