//! 二.5 最低收费,严禁自立标准.

mod display;
mod floor;
pub(super) mod lines;
mod listed;
mod price;
mod priced;
mod raised;

pub(in crate::rules) use floor::short;
pub(crate) use priced::{Priced, priced};

use super::accountability::Accountable;
use super::bench::Case;
use super::finding::Finding;
use super::rule::{Check, Kind, Layer, Rule, Severity, Status};
use super::words::yuan;
use crate::event::Event;
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] =
    &[FLOOR, BELOW_FLOOR, CANCELLED_COST, LICENCE, DISPLAY, OUTSIDE_LICENCE, RAISED];

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
    silence: Silence::Nothing,
    checks: &[Check::Case(floor::floor)],
};

/// No breach of the clause: 国务院令281号 art. 12 punishes 应收不收.
const BELOW_FLOOR: Rule = Rule {
    id: "R2.5.1b",
    zh: "低于下限",
    en: "below the lower bound",
    quote: "所有行政事业性收费项目全部按收费标准的下限收取",
    layer: Layer::L0,
    kind: Kind("R(signal)"),
    status: Status::Signal,
    checks: &[Check::Case(floor::below)],
    ..Rule::ENTRY
};

const CANCELLED_COST: Rule = Rule {
    id: "R2.5.2",
    zh: "已取消事项的证照牌工本费不得收取",
    en: "no cost fee for cancelled items' certificates",
    quote: "凡列入已取消的行政审批许可和非行政审批许可事项的所有证、照、牌等制作工本费,坚决不得收取",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(listed::cancelled_cost)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const LICENCE: Rule = Rule {
    id: "R2.5.3",
    zh: "收费许可证制度",
    en: "fee licence",
    quote: "必须严格实行《收费许可证》制度",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(listed::listed)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const DISPLAY: Rule = Rule {
    id: "R2.5.4",
    zh: "亮证收费",
    en: "display the licence when charging",
    quote: "亮证收费",
    kind: Kind("E+R"),
    status: Status::Judged,
    checks: &[Check::City(display::displayed)],
    ..Rule::ENTRY
};

const OUTSIDE_LICENCE: Rule = Rule {
    id: "R2.5.5",
    zh: "禁止证外设项",
    en: "no fee outside the licence",
    quote: "禁止在《收费许可证》之外擅自设立各种名目的收费项目",
    kind: Kind("R"),
    severity: Severity::Refer,
    status: Status::Judged,
    checks: &[Check::With("R2.5.3")],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const RAISED: Rule = Rule {
    id: "R2.5.6",
    version: 2,
    zh: "禁止擅自提高标准",
    en: "no raising of standards",
    quote: "和擅自提高收费标准",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(raised::raised), Check::City(raised::repeated)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

/// The unit that charges: the acting one, or for a payment, whose actor is the
/// payer, the one that assessed, notified or receipted, else the fee item's.
fn collecting_unit(case: &Case<'_>, act: &Event<'_>) -> Option<Box<str>> {
    let own = collecting_act(case, act).and_then(|act| act.unit().map(Box::from));
    own.or_else(|| {
        let code = lines::code_of(case, act)?;
        let item = case.bench.master.fee_items.at(&code, case.bench.at(act.occurred.micros))?;
        item.row.charging_unit.clone()
    })
}

fn collecting_act<'c>(case: &'c Case<'_>, act: &'c Event<'_>) -> Option<&'c Event<'c>> {
    const BY_UNIT: [&str; 3] = ["fee.assessed", "fee.notice.issued", "fee.receipt.issued"];
    if !act.kind.starts_with("fee.paid") {
        return Some(act);
    }
    case.file.any(&BY_UNIT).find(|own| own.unit().is_some())
}

/// A signal about a charge or a payment: the collecting unit, its leader and its
/// collector answer for it, never the payer.
pub(super) fn of_collector(
    case: &Case<'_>,
    rule: &Rule,
    act: &Event<'_>,
    zh: String,
    en: String,
) -> Finding {
    let mut finding = case.signal(rule, act, zh, en);
    finding.accountable = match collecting_act(case, act) {
        Some(own) => Accountable::of(case.bench, own),
        None => {
            let unit = collecting_unit(case, act);
            Accountable::unit(case.bench, unit.as_deref(), act.occurred.micros, Vec::new())
        }
    };
    finding
}
