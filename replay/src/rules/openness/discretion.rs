//! R2.4.3: a penalty cites a tier of a published standard and keeps within it, or
//! says why not.

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::enforcement::decision;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::openness::DISCRETION;
use crate::rules::ranged;
use crate::rules::rule::Severity;
use crate::rules::words::yuan;
use serde_json::json;

pub(super) fn within(case: &Case<'_>, out: &mut Findings) {
    for decided in case.file.all("penalty.decision.made") {
        if case.bench.decision_in_force(decided.occurred.local_date()) {
            judge(case, decided, out);
        }
    }
}

fn judge(case: &Case<'_>, decided: &Event<'_>, out: &mut Findings) {
    let day = decided.occurred.local_date();
    let at = case.bench.on(day);
    let standards = &case.bench.master.discretion_standards;
    let ground = decision::ground_of(decided);
    let Some(ground) = ground.filter(|_| !standards.is_empty()) else {
        return out.add(untold(case, decided, standards.is_empty()));
    };
    let standard = standards.at(&ground, at);
    let open = standard.filter(|row| row.row.published_on.is_some_and(|open| open <= day));
    let Some(standard) = open else {
        let zh = format!("处罚事项{ground}于{day}没有已公布的裁量基准");
        let en = format!("no published discretion standard for {ground} on {day}");
        return out.add(case.signal(&DISCRETION, decided, zh, en));
    };
    let cited = decided.body.text("tier_id").unwrap_or_default();
    let Some(tier) = standard.row.tier(&cited) else {
        let zh = format!("处罚决定未引用{ground}裁量基准中的档次(「{cited}」)");
        let en = format!("the decision cites no tier of the standard for {ground} (“{cited}”)");
        return out.add(case.signal(&DISCRETION, decided, zh, en));
    };
    let Some(fine) = fine(decided) else { return out.compliant(&DISCRETION) };
    // A multiple's ends are known only with its base.
    let [least, most] = ranged(case, decided).tier_fen;
    let (least, most) = (least.or(tier.min_fen), most.or(tier.max_fen));
    let below = least.is_some_and(|least| fine < least);
    let above = most.is_some_and(|most| fine > most);
    // Less than the tier is lawful where art. 32 mitigates, and is no departure.
    if !above && (!below || decision::mitigating(decided)) {
        return out.compliant(&DISCRETION);
    }
    let text = |name: &str| decided.body.text(name).is_some_and(|text| !text.is_empty());
    let reasoned = text("deviation_reason");
    let range =
        format!("{}–{}", least.map_or("0".to_owned(), yuan), most.map_or("∞".to_owned(), yuan));
    let fined = yuan(fine);
    let why = if reasoned { "(已说明理由)" } else { "" };
    let zh = format!("罚款{fined}元,超出档次「{cited}」的{range}元{why}");
    let en = format!("fine of CNY {fined} is outside tier {cited}: {range}");
    let severity = if reasoned { Severity::Info } else { Severity::Red };
    let finding = case.signal(&DISCRETION, decided, zh, en).severity(severity);
    out.add(finding.because(
        "tier",
        json!({
            "ground_code": ground, "tier": cited, "min_fen": least, "max_fen": most,
            "fine_fen": fine, "standard_entry": standard.origin.id,
        }),
    ));
}

/// The decision names no ground, or the ledger knows no standard at all: the organ's own
/// may be published all the same.
fn untold(case: &Case<'_>, decided: &Event<'_>, no_standards: bool) -> Finding {
    let missing = if no_standards { "md.discretion_standard" } else { "ground_code" };
    let zh = format!("缺少{missing},无法判定处罚是否依已公布的裁量基准");
    let en = format!("{missing} missing: whether a published standard was kept cannot be told");
    let finding = case.signal(&DISCRETION, decided, zh, en).outcome(Outcome::Indeterminate);
    finding.because("missing", [missing].as_slice())
}

/// The fine of a decision in fen, all its fines together.
pub(in crate::rules) fn fine(decided: &Event<'_>) -> Option<i64> {
    let penalties = decided.body.json("penalties")?;
    let fines = penalties
        .as_list()?
        .iter()
        .filter(|one| one.get("kind").and_then(Json::as_str) == Some("罚款"));
    let amounts: Vec<i64> = fines.filter_map(|one| one.get("amount_fen")?.as_int()).collect();
    (!amounts.is_empty()).then(|| amounts.iter().fold(0_i64, |sum, one| sum.saturating_add(*one)))
}
