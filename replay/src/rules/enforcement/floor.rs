//! R2.7.6 按下限处罚: no more than the lower bound of the tier, by the standard of
//! the day of the violation or a lighter later one (行政处罚法 37); less only on a
//! ground for mitigation (art. 32), else R2.4.3.

use super::PENALTY_FLOOR;
use super::decision::{self, Fine};
use crate::event::Event;
use crate::master::{At, DiscretionTier, StatutoryRange};
use crate::rules::bench::Case;
use crate::rules::finding::{Finding, Findings, Outcome};
use crate::rules::words::yuan;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// Thousandths of the base.
const WHOLE: i128 = 1000;

/// The least that a version of the standard asks for.
struct Floor {
    fen: i64,
    /// As a person would write it.
    zh: String,
    steps: Value,
    /// Mitigation is what the tier is.
    mitigated: bool,
}

pub(super) fn floor(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("penalty.decision.made") {
        if !case.bench.decision_in_force(act.occurred.local_date()) {
            continue;
        }
        for fine in decision::fines(act) {
            judge(case, act, &fine, out);
        }
    }
}

fn judge(case: &Case<'_>, act: &Event<'_>, fine: &Fine, out: &mut Findings) {
    let matter = format!("{}#{}", act.id, fine.number);
    let Some(amount) = fine.amount_fen else {
        return out.add(untold(case, act, &["penalties.amount_fen"]).matter(matter));
    };
    let decided = act.occurred.local_date();
    let violated = decision::violation_day(case, act);
    let mut floors = Vec::new();
    let mut missing = Vec::new();
    for on in [violated, decided] {
        match floor_on(case, act, fine, on) {
            Ok(floor) => floors.push((on, floor)),
            Err(names) => missing = names,
        }
    }
    // The lighter of both versions applies.
    let Some((on, floor)) = floors.into_iter().min_by_key(|(_, floor)| floor.fen) else {
        return out.add(untold(case, act, &missing).matter(matter));
    };
    // The version that is missing can only lower the bound: what exceeds the one known
    // exceeds both, and anything else cannot be told.
    if !missing.is_empty() && amount <= floor.fen {
        return out.add(untold(case, act, &missing).matter(matter));
    }
    let explain = |finding: Finding| {
        finding.matter(matter.clone()).because(
            "floor",
            json!({
                "standard_of": on.to_string(), "violated_on": violated.to_string(),
                "decided_on": decided.to_string(), "floor_fen": floor.fen, "amount_fen": amount,
                "steps": floor.steps,
            }),
        )
    };
    if amount > floor.fen {
        let over = amount - floor.fen;
        let zh = format!(
            "罚款{}元,下限{}={}元,超过{}元",
            yuan(amount),
            floor.zh,
            yuan(floor.fen),
            yuan(over)
        );
        let en = format!(
            "fined CNY {}, the lower bound by the standard of {on} is {}: {} more",
            yuan(amount),
            yuan(floor.fen),
            yuan(over)
        );
        out.add(explain(case.signal(&PENALTY_FLOOR, act, zh, en)));
    } else if amount == floor.fen || floor.mitigated || decision::mitigating(act) {
        out.compliant(&PENALTY_FLOOR);
    }
    // Less without a ground for mitigation lies outside its tier: R2.4.3.
}

fn untold(case: &Case<'_>, act: &Event<'_>, missing: &[&str]) -> Finding {
    let names = missing.join("、");
    let zh = format!("缺少{names},无法判定是否按下限处罚");
    let en = format!("{names} missing: whether the fine is at the lower bound cannot be told");
    let finding = case.signal(&PENALTY_FLOOR, act, zh, en);
    finding.outcome(Outcome::Indeterminate).because("missing", missing)
}

/// The lower bound by the versions of one day: of the tier that the decision names,
/// else of the statutory range.
fn floor_on(
    case: &Case<'_>,
    act: &Event<'_>,
    fine: &Fine,
    on: NaiveDate,
) -> Result<Floor, Vec<&'static str>> {
    let master = case.bench.master;
    let at: At = case.bench.on(on);
    let code = decision::ground_of(act).ok_or(vec!["ground_code"])?;
    let ground = master.penalty_grounds.at(&code, at);
    let range = ground.and_then(|ground| ground.row.statutory_range.as_ref());
    let standard = master.discretion_standards.at(&code, at);
    let named = act.body.text("tier_id");
    let tier = standard.zip(named.as_deref()).and_then(|(standard, id)| standard.row.tier(id));
    let entry = standard.map(|standard| standard.origin.id.as_ref());
    let kind = range.and_then(|range| range.kind.as_deref());
    let (bounds, name) = match (tier, named.as_deref(), range) {
        (Some(tier), _, _) => (Bounds::of_tier(tier), tier.tier.as_deref().unwrap_or("")),
        // A tier that the standard of that day does not know decides nothing.
        (None, Some(_), _) if standard.is_some() => return Err(vec!["discretion_standard.tier"]),
        (None, _, Some(range)) => (Bounds::of_range(range), "法定幅度"),
        (None, _, None) => return Err(vec!["md.penalty_ground", "md.discretion_standard"]),
    };
    let mut floor = price(&bounds, kind, range, fine)?;
    floor.mitigated = matches!(tier.and_then(|tier| tier.tier.as_deref()), Some("减轻" | "不予"));
    floor.steps["tier"] = name.into();
    floor.steps["standard_entry"] = entry.into();
    floor.steps["ground_entry"] = ground.map(|ground| ground.origin.id.as_ref()).into();
    Ok(floor)
}

/// The fines of a decision beside what they were to be, for tables: each in all, and
/// absent where something is missing.
pub(crate) struct Ranged {
    /// As R2.7.6 reckons it: by the lighter of both versions, if both are known.
    pub floor_fen: Option<i64>,
    /// Lower and upper end of 法定幅度 on the day of the decision.
    pub statutory_fen: [Option<i64>; 2],
    /// Of the tier that the decision names.
    pub tier_fen: [Option<i64>; 2],
}

/// See [`Ranged`].
pub(crate) fn ranged(case: &Case<'_>, act: &Event<'_>) -> Ranged {
    let fines = decision::fines(act);
    let decided = act.occurred.local_date();
    let days = [decision::violation_day(case, act), decided];
    let lightest = |fine: &Fine| {
        let floors = days.into_iter().map(|on| Some(floor_on(case, act, fine, on).ok()?.fen));
        floors.collect::<Option<Vec<i64>>>()?.into_iter().min()
    };
    let in_all = |of_one: &dyn Fn(&Fine) -> Option<i64>| -> Option<i64> {
        fines.iter().map(of_one).sum::<Option<i64>>().filter(|_| !fines.is_empty())
    };
    let master = case.bench.master;
    let at = case.bench.on(decided);
    let code = decision::ground_of(act);
    let ground = code.as_deref().and_then(|code| master.penalty_grounds.at(code, at));
    let range = ground.and_then(|ground| ground.row.statutory_range.as_ref());
    let kind = range.and_then(|range| range.kind.as_deref());
    let standard = code.as_deref().and_then(|code| master.discretion_standards.at(code, at));
    let tier = standard.zip(act.body.text("tier_id"));
    let tier = tier.and_then(|(standard, id)| standard.row.tier(&id));
    let end = |bounds: Option<Bounds>| {
        let bounds = bounds?;
        in_all(&|fine| Some(price(&bounds, kind, range, fine).ok()?.fen))
    };
    Ranged {
        floor_fen: in_all(&lightest),
        statutory_fen: [range.map(Bounds::of_range), range.map(Bounds::top_of_range)].map(end),
        tier_fen: [tier.map(Bounds::of_tier), tier.map(Bounds::top_of_tier)].map(end),
    }
}

/// One end of a tier or range.
struct Bounds {
    min_fen: Option<i64>,
    min_per_mille: Option<i64>,
}

impl Bounds {
    fn of_tier(tier: &DiscretionTier) -> Bounds {
        Bounds { min_fen: tier.min_fen, min_per_mille: tier.min_per_mille }
    }

    fn of_range(range: &StatutoryRange) -> Bounds {
        Bounds { min_fen: range.min_fen, min_per_mille: range.min_per_mille }
    }

    fn top_of_tier(tier: &DiscretionTier) -> Bounds {
        Bounds { min_fen: tier.max_fen, min_per_mille: tier.max_per_mille }
    }

    fn top_of_range(range: &StatutoryRange) -> Bounds {
        Bounds { min_fen: range.max_fen, min_per_mille: range.max_per_mille }
    }
}

/// 金额, 倍数 and 比例 of a base, 按件, 按日.
fn price(
    bounds: &Bounds,
    kind: Option<&str>,
    range: Option<&StatutoryRange>,
    fine: &Fine,
) -> Result<Floor, Vec<&'static str>> {
    let of = |fen: i64, zh: String, steps: Value| Floor { fen, zh, steps, mitigated: false };
    match (kind, bounds.min_per_mille, bounds.min_fen) {
        (Some("倍数" | "比例"), Some(min), _) | (None | Some("金额"), Some(min), None) => {
            let by_goods = range.and_then(|range| range.base.as_deref()) == Some("货值金额");
            let (base, name) = if by_goods || fine.illegal_income_fen.is_none() {
                (fine.goods_fen, "货值金额")
            } else {
                (fine.illegal_income_fen, "违法所得")
            };
            let base = base.ok_or(vec!["penalties.illegal_income_fen", "penalties.goods_fen"])?;
            // A fraction of a fen is never demanded.
            let fen = i128::from(base) * i128::from(min) / WHOLE;
            let fen = i64::try_from(fen).unwrap_or(i64::MAX);
            let zh = format!("{name}{}元×{min}‰", yuan(base));
            Ok(of(fen, zh, json!({"base": name, "base_fen": base, "min_per_mille": min})))
        }
        (Some(kind @ ("按件" | "按日")), _, Some(min)) => {
            let (count, name) =
                if kind == "按件" { (fine.pieces, "件") } else { (fine.days, "日") };
            let missing = if kind == "按件" { "penalties.pieces" } else { "penalties.days" };
            let count = count.ok_or(vec![missing])?;
            let zh = format!("{}元×{count}{name}", yuan(min));
            let steps = json!({"min_fen": min, "count": count, "per": name});
            Ok(of(min.saturating_mul(count), zh, steps))
        }
        (_, _, Some(min)) => Ok(of(min, format!("{}元", yuan(min)), json!({"min_fen": min}))),
        _ => Err(vec!["tier.min_fen"]),
    }
}
