//! R2.5.6 擅自提高收费标准: above the ceiling, and the forms of it that figures
//! show: more measures than were measured, one matter split into lines, one matter
//! charged twice, a fee extended to matters that it does not go with (281号 art. 6;
//! 价格违法行为行政处罚规定 art. 9). Whether a standard's own words were stretched is
//! for people to say: no column holds them.

use super::floor::standard;
use super::lines::{self, Line};
use super::price::{self, Measure};
use super::{RAISED, yuan};
use crate::master::{Pricing, base_of};
use crate::rules::bench::Case;
use crate::rules::city::{Charge, City};
use crate::rules::finding::{Finding, Findings};
use serde_json::json;

pub(super) fn raised(case: &Case<'_>, out: &mut Findings) {
    let lines = lines::in_force(case);
    for line in &lines {
        above_ceiling(case, line, out);
        inflated(case, line, out);
    }
    for (index, line) in lines.iter().enumerate() {
        let same = |other: &&Line<'_>| other.code == line.code && other.act.id == line.act.id;
        let again: Vec<&Line<'_>> = lines[index..].iter().filter(same).collect();
        if again.len() > 1 && !lines[..index].iter().any(|earlier| same(&earlier)) {
            split(case, &again, out);
        }
    }
}

fn above_ceiling(case: &Case<'_>, line: &Line<'_>, out: &mut Findings) {
    let Some(standard) = standard(case, line) else { return };
    let measure = Measure { quantity: line.quantity, base_fen: line.base_fen };
    let (Ok(bounds), Some(amount)) = (price::bounds(&standard.row, measure), line.amount_fen)
    else {
        return;
    };
    let Some(upper) = bounds.upper_fen else { return };
    if amount <= upper {
        return out.compliant(&RAISED);
    }
    let over = amount - upper;
    let zh = format!(
        "第{}项({})收取{}元,上限{}元,超过上限{}元",
        line.number,
        line.code,
        yuan(amount),
        yuan(upper),
        yuan(over)
    );
    let en = format!(
        "line {} ({}) charged CNY {}, the ceiling is {}: {} above it",
        line.number,
        line.code,
        yuan(amount),
        yuan(upper),
        yuan(over)
    );
    let finding = case.signal(&RAISED, line.act, zh, en).matter(line.matter());
    out.add(finding.because(
        "ceiling",
        json!({
            "fee_code": line.code, "standard_version": standard.row.version,
            "standard_entry": standard.origin.id, "price": bounds.steps,
            "upper_fen": upper, "amount_fen": amount, "over_fen": over,
        }),
    ));
}

fn inflated(case: &Case<'_>, line: &Line<'_>, out: &mut Findings) {
    let (Some(charged), Some(measured)) = (line.quantity, line.measured) else { return };
    if charged <= measured {
        return;
    }
    let zh = format!("第{}项按{charged}个计费单位收费,实际计量{measured}个", line.number);
    let en = format!("line {} charges {charged} measures, {measured} were measured", line.number);
    let finding = case.signal(&RAISED, line.act, zh, en);
    let finding = finding.matter(format!("{}@quantity", line.matter()));
    out.add(finding.because("quantity", json!({"charged": charged, "measured": measured})));
}

/// Lines of one fee in one assessment cost more than all their measures together
/// would: a tier or a rounding was run through more than once.
fn split(case: &Case<'_>, lines: &[&Line<'_>], out: &mut Findings) {
    let Some(first) = lines.first() else { return };
    let Some(standard) = standard(case, first) else { return };
    if !matches!(standard.row.pricing, Some(Pricing::Tiered | Pricing::Percentage)) {
        return;
    }
    let sum = |part: fn(&Line<'_>) -> Option<i64>| -> Option<i64> {
        lines.iter().map(|line| part(line)).sum()
    };
    let whole =
        Measure { quantity: sum(|line| line.quantity), base_fen: sum(|line| line.base_fen) };
    let (Ok(bounds), Some(amount)) =
        (price::bounds(&standard.row, whole), sum(|line| line.amount_fen))
    else {
        return;
    };
    let Some(upper) = bounds.upper_fen.filter(|upper| amount > *upper) else { return };
    let zh = format!(
        "{}拆成{}项收取共{}元,合并计算上限{}元",
        first.code,
        lines.len(),
        yuan(amount),
        yuan(upper)
    );
    let en = format!(
        "{} split into {} lines for CNY {} in all; together the ceiling is {}",
        first.code,
        lines.len(),
        yuan(amount),
        yuan(upper)
    );
    let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
    let finding = case.signal(&RAISED, first.act, zh, en);
    let finding = finding.matter(format!("{}@split", first.matter()));
    out.add(finding.because(
        "split",
        json!({
            "lines": numbers, "amount_fen": amount, "upper_fen": upper, "price": bounds.steps,
            "standard_entry": standard.origin.id,
        }),
    ));
}

/// A fee that goes with certain items, charged for an approval of another one.
fn beyond_scope(
    city: &City<'_>,
    (case_ref, code): (&str, &str),
    charges: &[Charge],
    out: &mut Findings,
) {
    let Some(item) = city.topics.charges.item_of(case_ref) else { return };
    for charge in charges {
        let at = city.bench.at(charge.act.at);
        let fee = city.bench.master.fee_items.at(code, at);
        let Some(fee) = fee.filter(|_| city.bench.decision_in_force(at.on)) else { continue };
        let linked = fee.row.linked_items.as_deref().unwrap_or_default();
        let base = base_of(item).unwrap_or(item);
        let same = |one: &str| one == item || base_of(one).unwrap_or(one) == base;
        if linked.is_empty() || linked.iter().any(|one| same(one)) {
            continue;
        }
        let goes_with = linked.join("、");
        let zh = format!("{code}只与{goes_with}相关联,对{case_ref}(事项{item})收取,扩大了收费范围");
        let en =
            format!("{code} goes with {goes_with}; it was charged for {case_ref}, of item {item}");
        let finding = city.signal(&RAISED, &charge.act, zh, en);
        let finding = finding.matter(format!("{}@scope", charge.act.entry.id));
        out.add(finding.because(
            "scope",
            json!({"fee_code": code, "linked_items": linked, "item": item, "case": case_ref,
                   "fee_item_entry": fee.origin.id}),
        ));
    }
}

/// The same fee for the same case from the same payer, assessed more than once.
pub(super) fn repeated(city: &City<'_>, out: &mut Findings) {
    for ((case_ref, code), charges) in city.topics.charges.all() {
        beyond_scope(city, (case_ref.as_ref(), code.as_ref()), charges, out);
        let mut charges = charges.iter();
        let Some(first) = charges.next() else { continue };
        for again in charges {
            if !city.bench.decision_in_force(city.bench.zone.date(again.act.at)) {
                continue;
            }
            let zh = format!("{case_ref}的{code}已核定收取,又重复核定{}元", yuan(again.amount_fen));
            let en = format!(
                "{code} of {case_ref} had been assessed before; again CNY {}",
                yuan(again.amount_fen)
            );
            let finding: Finding = city.signal(&RAISED, &again.act, zh, en);
            let finding = finding.matter(format!("{}@repeated", again.act.entry.id));
            let finding = finding.resting_on_noted([&first.act]);
            out.add(finding.because(
                "repeated",
                json!({"case": case_ref, "fee_code": code, "first_fen": first.amount_fen, "again_fen": again.amount_fen}),
            ));
        }
    }
}
