//! 施行与抵触 / effect and conflict: since when the decision judges (R4.1), and what
//! it leaves of earlier norms (R4.2). Higher law stands above it: `norms`.

use super::bench::Case;
use super::finding::Findings;
use super::norms;
use super::register;
use super::rule::{Check, Kind, Layer, Rule, Severity, Status};
use super::words::{listed, listed_en};
use crate::event::Event;
use crate::integrity::json::{Json, parse};
use crate::rules::clocks::day_of;
use crate::rules::coverage::Silence;
use crate::time::civil::parse_date;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[EFFECT, EARLIER_NORMS];

const EFFECT: Rule = Rule {
    id: "R4.1",
    zh: "施行",
    en: "effect",
    version: 2,
    quote: "本决定自公布之日起执行",
    kind: Kind("R"),
    status: Status::Judged,
    // Every rule of the decision asks `Bench::decision_in_force` of the day of the
    // act; one that takes a day for claimed (R2.1.6, RX.2) says so itself. What remains
    // is people who apply the decision to what lay before it.
    checks: &[Check::Case(applied_backwards)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const EARLIER_NORMS: Rule = Rule {
    id: "R4.2",
    zh: "抵触处理",
    en: "conflict",
    quote: "市委、市政府原有的规定凡与本规定不一致的,按本规定执行",
    kind: Kind("R"),
    status: Status::Signal,
    checks: &[Check::Case(earlier_norm)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

/// R4.1: a card under a rule of the decision for a term that ran out before the decision
/// took effect. National and provincial rules (L0–L2) were law before it.
fn applied_backwards(case: &Case<'_>, out: &mut Findings) {
    for card in case.all("warning.card.issued") {
        let named = card.body.text("rule_id").unwrap_or_default();
        let Some(rule) = register::find(&named).filter(|rule| rule.layer >= Layer::L3) else {
            continue;
        };
        let Some(due) = day_of(card, "due", case.bench.zone) else { continue };
        if case.bench.decision_in_force(due) {
            out.compliant(&EFFECT);
            continue;
        }
        let from = case.bench.decision_from();
        let zh = format!(
            "依{}发牌,所涉期限于{due}届满,早于本决定施行日{from},不得依本决定处理",
            rule.id
        );
        let en = format!(
            "a card under {} for a term that ran out on {due}, before the decision took effect on \
             {from}",
            rule.id
        );
        let finding = case.signal(&EFFECT, card, zh, en);
        out.add(finding.because(
            "effect",
            json!({
                "rule": rule.id, "layer": rule.layer.as_str(), "due": due.to_string(),
                "in_force_from": from.to_string(),
            }),
        ));
    }
}

/// R4.2: an act that rests on a norm of the city which is older than the decision.
/// Whether the two disagree is for people to say; national and provincial norms
/// (L0–L2) are not touched.
fn earlier_norm(case: &Case<'_>, out: &mut Findings) {
    for act in &case.acts {
        // Only acts that say of which layer their basis is, and they are few.
        let Some(text) = act.basis.filter(|text| text.contains("\"layer\"")) else { continue };
        let on = act.occurred.local_date();
        if !case.bench.decision_in_force(on) {
            continue;
        }
        let Ok(Json::List(rows)) = parse(text.as_bytes()) else { continue };
        let earlier: Vec<String> = rows.iter().filter_map(|row| earlier(case, row)).collect();
        if earlier.is_empty() {
            out.compliant(&EARLIER_NORMS);
            continue;
        }
        let names = listed(&earlier);
        let zh =
            format!("依据为本决定施行前的市级规定{names},与本决定不一致的部分按本决定执行,须核对");
        let en = format!(
            "rests on {}, older than the decision: where they disagree the decision holds",
            listed_en(&earlier)
        );
        let finding = case.signal(&EARLIER_NORMS, act, zh, en).severity(Severity::Blue);
        out.add(finding.because("norms", earlier));
    }
}

/// The name of a basis of the city or below that was issued before the decision.
fn earlier(case: &Case<'_>, row: &Json<'_>) -> Option<String> {
    let text = |name: &str| row.get(name).and_then(Json::as_str);
    let of_city = matches!(text("layer"), Some("L3" | "L4"));
    let issued = text("issued_on").and_then(parse_date)?;
    let old = of_city && !case.bench.decision_in_force(issued);
    old.then(|| format!("{}({issued})", text("law_id").unwrap_or("?")))
}

/// RX.3: an approval of a category that the State Council abolished.
pub(super) fn abolished_category(case: &Case<'_>, out: &mut Findings) {
    const ACTS: [&str; 3] =
        ["approval.acceptance.granted", "approval.decision.granted", "approval.decision.refused"];
    let Some(from) = norms::NON_LICENCE_APPROVAL.higher_law_from() else { return };
    for act in case.any(&ACTS) {
        let on = act.occurred.local_date();
        let Some(kind) = item_kind(case, act) else { continue };
        if on < from || kind.as_ref() != "非行政许可审批" {
            continue;
        }
        let code = act.item.as_ref().and_then(|item| item.code.get()).unwrap_or_default();
        let zh = format!("{code}属“非行政许可审批”,该类别自{from}起已由国务院取消,{on}仍在办理");
        let en = format!(
            "{code} is an approval outside the licensing law, a category abolished from {from}; \
             still handled on {on}"
        );
        let conflict = &norms::NON_LICENCE_APPROVAL;
        let finding = case.signal(&super::meta::CONFLICT_OF_NORMS, act, zh, en);
        out.add(finding.because(
            "higher_law",
            json!({
                "conflict": conflict.id, "norm": conflict.higher,
                "layer": conflict.layer.as_str(), "from": from.to_string(),
            }),
        ));
    }
}

fn item_kind(case: &Case<'_>, act: &Event<'_>) -> Option<Box<str>> {
    let code = act.item.as_ref()?.code.get()?;
    let item = case.bench.master.items.at(code, case.bench.at(act.occurred.micros))?;
    item.row.item_kind.clone()
}
