//! 二.5 最低收费,严禁自立标准.

use super::bench::Case;
use super::finding::{Findings, Outcome};
use super::rule::{Check, Kind, Layer, Rule, Severity, Status};
use crate::event::Event;
use crate::integrity::json::Json;
use serde_json::json;

pub(super) const RULES: &[Rule] =
    &[FLOOR, CANCELLED_COST, LICENCE, DISPLAY, OUTSIDE_LICENCE, RAISED];

/// R2.5.1: amount > lower × quantity, per line and exact in fen (P11).
const FLOOR: Rule = Rule {
    id: "R2.5.1",
    version: 1,
    zh: "按下限收取",
    en: "charge at the lower bound",
    quote: "所有行政事业性收费项目全部按收费标准的下限收取",
    layer: Layer::L3,
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(floor)],
};

const CANCELLED_COST: Rule = Rule {
    id: "R2.5.2",
    zh: "已取消事项的证照牌工本费不得收取",
    en: "no cost fee for cancelled items' certificates",
    quote: "凡列入已取消的行政审批许可和非行政审批许可事项的所有证、照、牌等制作工本费,坚决不得收取",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const LICENCE: Rule = Rule {
    id: "R2.5.3",
    zh: "收费许可证制度",
    en: "fee licence",
    quote: "必须严格实行《收费许可证》制度",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const DISPLAY: Rule = Rule {
    id: "R2.5.4",
    zh: "亮证收费",
    en: "display the licence when charging",
    quote: "亮证收费",
    kind: Kind("E+R"),
    ..Rule::ENTRY
};

const OUTSIDE_LICENCE: Rule = Rule {
    id: "R2.5.5",
    zh: "禁止证外设项",
    en: "no fee outside the licence",
    quote: "禁止在《收费许可证》之外擅自设立各种名目的收费项目",
    kind: Kind("R"),
    severity: Severity::Refer,
    ..Rule::ENTRY
};

const RAISED: Rule = Rule {
    id: "R2.5.6",
    zh: "禁止擅自提高标准",
    en: "no raising of standards",
    quote: "和擅自提高收费标准",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

fn floor(case: &Case<'_>, out: &mut Findings) {
    for act in case.all("fee.assessed") {
        let day = act.occurred.local_date();
        if !case.bench.decision_in_force(day) {
            continue;
        }
        let Some(Json::List(lines)) = act.body.json("lines") else { continue };
        for (number, line) in lines.iter().enumerate() {
            floor_of_line(case, act, number + 1, line, out);
        }
    }
}

fn floor_of_line(
    case: &Case<'_>,
    act: &Event<'_>,
    number: usize,
    line: &Json<'_>,
    out: &mut Findings,
) {
    let code = line.get("fee_code").and_then(Json::as_str).unwrap_or("UNLISTED");
    let int = |name: &str| line.get(name).and_then(Json::as_int);
    let at = case.bench.at(act.occurred.micros);
    // A code that no list knows is R2.5.5's affair: it has no floor.
    let Some(standard) = case.bench.master.fee_standards.at(code, at) else { return };
    let matter = format!("{}#{number}", act.id);
    let (Some(lower), Some(quantity), Some(amount)) =
        (standard.row.lower_fen, int("qty"), int("amount_fen"))
    else {
        let missing = [
            ("standard.lower_fen", standard.row.lower_fen.is_none()),
            ("line.qty", int("qty").is_none()),
            ("line.amount_fen", int("amount_fen").is_none()),
        ];
        let missing: Vec<&str> = missing.iter().filter(|row| row.1).map(|row| row.0).collect();
        let (zh, en) = (
            format!("第{number}项收费缺少{},无法判定是否按下限收取", missing.join("、")),
            format!(
                "line {number} lacks {}: whether it is at the floor cannot be told",
                missing.join(", ")
            ),
        );
        let finding = case.signal(&FLOOR, act, zh, en).outcome(Outcome::Indeterminate);
        return out.add(finding.matter(matter).because("missing", missing));
    };
    let floor = lower.saturating_mul(quantity);
    if amount <= floor {
        return out.compliant(&FLOOR);
    }
    let over = amount - floor;
    let zh = format!(
        "第{number}项({code})收取{}元,下限{}元×{quantity}={}元,多收{}元",
        yuan(amount),
        yuan(lower),
        yuan(floor),
        yuan(over)
    );
    let en = format!(
        "line {number} ({code}) charged CNY {}, the floor is {} × {quantity} = {}: {} too much",
        yuan(amount),
        yuan(lower),
        yuan(floor),
        yuan(over)
    );
    let finding = case.signal(&FLOOR, act, zh, en).matter(matter).because(
        "floor",
        json!({
            "fee_code": code, "standard_version": standard.row.version,
            "standard_entry": standard.origin.id, "lower_fen": lower, "quantity": quantity,
            "floor_fen": floor, "amount_fen": amount, "overcharge_fen": over,
        }),
    );
    out.add(finding);
}

/// Fen as yuan with two decimals.
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}
