//! R2.5.1 按下限收取 and what lies below the floor. A fee that is no 行政事业性收费
//! has no floor by the decision; a code that no list knows is R2.5.5's affair.

use super::lines::{self, Line};
use super::price::{self, Bounds, Measure};
use super::{BELOW_FLOOR, FLOOR, yuan};
use crate::event::Event;
use crate::master::{FeeStandard, Version};
use crate::rules::bench::Case;
use crate::rules::finding::{Finding, Findings, Outcome};
use serde_json::json;

/// What the clause does not speak of: market prices, government funds, deposits,
/// fines.
const OTHER_NATURES: [&str; 4] = ["经营服务性收费", "政府性基金", "保证金", "罚没"];

/// Whether the clause speaks of a fee on the day it was assessed.
fn is_administrative(case: &Case<'_>, line: &Line<'_>) -> bool {
    let at = case.bench.at(line.act.occurred.micros);
    let item = case.bench.master.fee_items.at(&line.code, at);
    let nature = item.and_then(|item| item.row.nature.as_deref());
    !nature.is_some_and(|nature| OTHER_NATURES.contains(&nature))
}

/// The standard in force when a line was assessed.
pub(super) fn standard<'m>(case: &Case<'m>, line: &Line<'_>) -> Option<&'m Version<FeeStandard>> {
    let at = case.bench.at(line.act.occurred.micros);
    case.bench.master.fee_standards.at(&line.code, at)
}

/// P11: fen by which a line may exceed its floor; none unless it is set.
fn tolerance(case: &Case<'_>, line: &Line<'_>) -> i64 {
    let set = case.bench.parameter("P11", case.bench.at(line.act.occurred.micros));
    set.and_then(|set| set.get("tolerance_fen")?.as_int()).unwrap_or(0).max(0)
}

/// R2.5.1: amount > floor, per line and exact in fen (P11).
pub(super) fn floor(case: &Case<'_>, out: &mut Findings) {
    for line in lines::in_force(case) {
        if !is_administrative(case, &line) {
            continue;
        }
        let Some(standard) = standard(case, &line) else { continue };
        let measure = Measure { quantity: line.quantity, base_fen: line.base_fen };
        match (price::bounds(&standard.row, measure), line.amount_fen) {
            (Ok(bounds), Some(amount))
                if amount.saturating_sub(bounds.lower_fen) > tolerance(case, &line) =>
            {
                out.add(over(case, &line, standard, &bounds, amount));
            }
            (Ok(_), Some(_)) => out.compliant(&FLOOR),
            (bounds, amount) => {
                let mut missing = bounds.err().unwrap_or_default();
                missing.extend(amount.is_none().then_some("line.amount_fen"));
                out.add(untold(case, &line, &missing));
            }
        }
    }
}

fn untold(case: &Case<'_>, line: &Line<'_>, missing: &[&str]) -> Finding {
    let number = line.number;
    let zh = format!("第{number}项收费缺少{},无法判定是否按下限收取", missing.join("、"));
    let names = missing.join(", ");
    let en = format!("line {number} lacks {names}: whether it is at the floor cannot be told");
    let finding = case.signal(&FLOOR, line.act, zh, en).outcome(Outcome::Indeterminate);
    finding.matter(line.matter()).because("missing", missing)
}

fn over(
    case: &Case<'_>,
    line: &Line<'_>,
    standard: &Version<FeeStandard>,
    bounds: &Bounds,
    amount: i64,
) -> Finding {
    let (number, code, floor) = (line.number, &line.code, bounds.lower_fen);
    let over = amount - floor;
    let refunds: Vec<&Event<'_>> = case.file.all("fee.refunded").collect();
    let refunded: i64 = refunds.iter().filter_map(|act| act.body.int("amount_fen")).sum();
    let back = if refunded >= over { "已退还" } else { "应退还" };
    let zh = format!(
        "第{number}项({code})收取{}元,下限{}={}元,多收{}元,{back}",
        yuan(amount),
        bounds.zh,
        yuan(floor),
        yuan(over)
    );
    let back = if refunded >= over { "refunded since" } else { "to be refunded" };
    let en = format!(
        "line {number} ({code}) charged CNY {}, the floor is {}: {} too much, {back}",
        yuan(amount),
        yuan(floor),
        yuan(over)
    );
    let finding = case.signal(&FLOOR, line.act, zh, en).matter(line.matter());
    finding.resting_on(refunds).because(
        "floor",
        json!({
            "fee_code": code, "standard_version": standard.row.version,
            "standard_entry": standard.origin.id, "price": bounds.steps,
            "floor_fen": floor, "upper_fen": bounds.upper_fen, "amount_fen": amount,
            "overcharge_fen": over, "refunded_fen": refunded, "closed": refunded >= over,
        }),
    )
}

/// A line below its floor.
pub(in crate::rules) struct Short {
    pub number: usize,
    pub floor_fen: i64,
    pub amount_fen: i64,
}

/// Lines of an assessment that ask for less than the floor.
pub(in crate::rules) fn short(case: &Case<'_>, act: &Event<'_>) -> Vec<Short> {
    let read = |line: Line<'_>| {
        let standard = standard(case, &line).filter(|_| is_administrative(case, &line))?;
        let measure = Measure { quantity: line.quantity, base_fen: line.base_fen };
        let bounds = price::bounds(&standard.row, measure).ok()?;
        let (number, floor_fen, amount_fen) = (line.number, bounds.lower_fen, line.amount_fen?);
        (amount_fen < floor_fen).then_some(Short { number, floor_fen, amount_fen })
    };
    lines::of(act).into_iter().filter_map(read).collect()
}

/// R2.5.1b: less than the floor without a reduction that a policy grants
/// (国务院令281号 art. 12: 应收不收). One finding an assessment.
pub(super) fn below(case: &Case<'_>, out: &mut Findings) {
    let granted = case.all("fee.reduction.granted");
    // A reduction covers one shortfall, not each of several anew.
    let mut left: i64 = granted
        .filter_map(|act| act.body.int("amount_fen").or_else(|| act.body.int("amount")))
        .fold(0, i64::saturating_add);
    for act in case.all("fee.assessed") {
        let short = short(case, act);
        if short.is_empty() {
            continue;
        }
        let missing: i64 = short.iter().map(|one| one.floor_fen - one.amount_fen).sum();
        let granted = left;
        left = left.saturating_sub(missing).max(0);
        if missing <= granted {
            out.compliant(&BELOW_FLOOR);
            continue;
        }
        let zh = format!(
            "低于下限少收{}元,已批准减免{}元,其余没有减免依据",
            yuan(missing),
            yuan(granted)
        );
        let en = format!(
            "CNY {} below the floor, reductions granted for {}: the rest has no ground",
            yuan(missing),
            yuan(granted)
        );
        let rows: Vec<_> = short
            .iter()
            .map(|one| {
                json!({
                    "line": one.number, "floor_fen": one.floor_fen, "amount_fen": one.amount_fen,
                })
            })
            .collect();
        let finding = case.signal(&BELOW_FLOOR, act, zh, en);
        let finding = finding.resting_on(case.all("fee.reduction.granted"));
        out.add(finding.because(
            "shortfall",
            json!({"lines": rows, "short_fen": missing, "granted_fen": granted}),
        ));
    }
    for act in case.all("fee.reduction.granted") {
        unfounded(case, act, out);
    }
}

/// A reduction that names a policy which the standard does not know that day.
fn unfounded(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    let at = case.bench.at(act.occurred.micros);
    let Some(code) = lines::code_of(case, act) else { return };
    let Some(standard) = case.bench.master.fee_standards.at(&code, at) else { return };
    let Some(policies) = &standard.row.reduction_policies else { return };
    let named = act.body.text("policy_id");
    let known = policies.iter().any(|policy| {
        policy.id.as_deref() == named.as_deref()
            && policy.from.is_none_or(|from| from <= at.on)
            && policy.to.is_none_or(|to| at.on < to)
    });
    if known {
        return out.compliant(&BELOW_FLOOR);
    }
    let name = named.as_deref().unwrap_or("(未注明)");
    let zh = format!("减免依据“{name}”不在收费标准当日有效的减免政策之中");
    let en = format!("the reduction's policy “{name}” is none of the standard's on that day");
    let ids: Vec<_> = policies.iter().filter_map(|policy| policy.id.as_deref()).collect();
    let finding = case.signal(&BELOW_FLOOR, act, zh, en);
    out.add(finding.because("policies", ids).because("standard_entry", &*standard.origin.id));
}
