//! R2.4.3: a penalty cites a tier of a published standard and keeps within it, or
//! says why not.

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::enforcement::decision;
use crate::rules::finding::Findings;
use crate::rules::openness::DISCRETION;
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
    let ground = decided.body.text("ground_code").unwrap_or_default();
    let at = case.bench.on(day);
    let standard = case.bench.master.discretion_standards.at(&ground, at);
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
    let below = tier.min_fen.is_some_and(|least| fine < least);
    let above = tier.max_fen.is_some_and(|most| fine > most);
    // Less than the tier is lawful where art. 32 mitigates, and is no departure.
    if !above && (!below || decision::mitigating(decided)) {
        return out.compliant(&DISCRETION);
    }
    let text = |name: &str| decided.body.text(name).is_some_and(|text| !text.is_empty());
    let reasoned = text("deviation_reason");
    let range = format!(
        "{}–{}",
        tier.min_fen.map_or("0".to_owned(), yuan),
        tier.max_fen.map_or("∞".to_owned(), yuan)
    );
    let fined = yuan(fine);
    let why = if reasoned { "(已说明理由)" } else { "" };
    let zh = format!("罚款{fined}元,超出档次「{cited}」的{range}元{why}");
    let en = format!("fine of CNY {fined} is outside tier {cited}: {range}");
    let severity = if reasoned { Severity::Info } else { Severity::Red };
    let finding = case.signal(&DISCRETION, decided, zh, en).severity(severity);
    out.add(finding.because(
        "tier",
        json!({
            "ground_code": ground, "tier": cited, "min_fen": tier.min_fen, "max_fen": tier.max_fen,
            "fine_fen": fine, "standard_entry": standard.origin.id,
        }),
    ));
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
