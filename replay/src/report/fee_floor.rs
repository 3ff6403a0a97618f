//! RP06 最低收费执行表: every fee line against the floor of its standard.

use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;

pub(crate) const REPORT: Report = Report {
    id: "RP06",
    version: 1,
    zh: "最低收费执行表",
    en: "fees against the floor of their standards",
    rows_zh: "收费明细",
    readers_zh: "价格、财政、纪检",
    columns: COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather,
    rows: one_row_a_note,
};

const COLUMNS: &[Column] = &[
    column("fee_no", "单据号", "fee no.", Holds::Code),
    column("stream", "事件流", "stream", Holds::Text),
    column("unit", "收费单位", "unit", Holds::Text),
    column("assessed_on", "核定日期", "assessed on", Holds::Date),
    column("fee_code", "收费项目", "fee item", Holds::Code),
    column("standard_version", "标准版本", "standard", Holds::Code),
    column("quantity", "数量", "quantity", Holds::Count),
    column("lower_fen", "下限", "floor of one", Holds::Money),
    column("floor_fen", "应收下限额", "floor", Holds::Money),
    column("amount_fen", "核定额", "assessed", Holds::Money),
    column("difference_fen", "高于下限", "above the floor", Holds::Money),
    column("reduced_fen", "减免额", "reduced", Holds::Money),
    column("reduction", "减免依据", "reduction policy", Holds::Code),
    column("paid_fen", "实收", "paid", Holds::Money),
    column("venue", "厅内外", "venue", Holds::Text),
    column("receipt", "票据号", "receipt no.", Holds::Code),
    column("listed", "目录清单", "on the list", Holds::Text),
    column("refunded_fen", "已退", "refunded", Holds::Money),
    column("findings", "疑点", "findings", Holds::Text),
];

fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    for act in case.all("fee.assessed").filter(|act| ground.in_period(act.occurred.micros)) {
        let Some(Json::List(lines)) = act.body.json("lines") else { continue };
        for (number, line) in lines.iter().enumerate() {
            let note = of_line(case, ground, act, line);
            out.push_on(
                case.bench.zone.date(act.occurred.micros),
                Note { key: format!("{}#{number:04}", case.file.stream), ..note },
            );
        }
    }
}

fn of_line(case: &Case<'_>, ground: &Ground<'_>, act: &Event<'_>, line: &Json<'_>) -> Note {
    let text = |name: &str| line.get(name).and_then(Json::as_str).unwrap_or_default();
    let int = |name: &str| line.get(name).and_then(Json::as_int);
    let at = case.bench.at(act.occurred.micros);
    let standard = case.bench.master.fee_standards.at(text("fee_code"), at);
    let lower = standard.and_then(|version| version.row.lower_fen);
    let floor = lower.zip(int("qty")).map(|(lower, quantity)| lower.saturating_mul(quantity));
    let sum = |kind: &str| case.all(kind).filter_map(|act| act.body.int("amount_fen")).sum::<i64>();
    let some = |kind: &str| case.first(kind).map(|_| sum(kind));
    let rules: Vec<&str> =
        ground.findings(case.file.stream).iter().map(|finding| finding.rule).collect();
    let reduction = case.first("fee.reduction.granted");
    let receipt = case.first("fee.receipt.issued");
    let member = |act: Option<&Event<'_>>, name: &str| {
        Cell::maybe(act.and_then(|act| act.body.text(name)), |text| Cell::text(text.into_owned()))
    };
    let venue = case.first("fee.paid").unwrap_or(act).venue.as_ref();
    let listed = listed(case, act, text("fee_code"));
    let cells = vec![
        Cell::text(act.body.text("fee_no").unwrap_or_default().into_owned()),
        Cell::text(case.file.stream),
        Cell::text(act.unit().unwrap_or_default()),
        Cell::Date(case.bench.zone.date(act.occurred.micros)),
        Cell::text(text("fee_code")),
        Cell::maybe(standard, |version| Cell::text(version.row.version.as_ref())),
        Cell::maybe(int("qty"), Cell::Count),
        Cell::maybe(lower, Cell::Fen),
        Cell::maybe(floor, Cell::Fen),
        Cell::maybe(int("amount_fen"), Cell::Fen),
        Cell::maybe(int("amount_fen").zip(floor), |(amount, floor)| Cell::Fen(amount - floor)),
        Cell::maybe(some("fee.reduction.granted"), Cell::Fen),
        member(reduction, "policy_id"),
        Cell::maybe(some("fee.paid"), Cell::Fen),
        Cell::text(venue.and_then(|venue| venue.kind.get()).unwrap_or_default()),
        member(receipt, "receipt_no"),
        Cell::text(listed),
        Cell::maybe(some("fee.refunded"), Cell::Fen),
        Cell::list(rules),
    ];
    let kinds = ["fee.reduction.granted", "fee.paid", "fee.receipt.issued", "fee.refunded"];
    let entries = case.any(&kinds).chain([act]).map(EntryRef::of).collect();
    Note { key: String::new(), cells, entries }
}

/// Whether the fee stood on its unit's published list that day; nothing where no
/// list of the unit is known.
fn listed(case: &Case<'_>, act: &Event<'_>, code: &str) -> &'static str {
    let at = case.bench.at(act.occurred.micros);
    let Some(unit) = act.unit() else { return "" };
    let mut lists = case.bench.master.fee_lists.found_at(unit, at).peekable();
    if lists.peek().is_none() {
        return "";
    }
    let on = |codes: &Vec<Box<str>>| codes.iter().any(|listed| listed.as_ref() == code);
    if lists.any(|version| version.row.fee_codes.as_ref().is_some_and(on)) {
        "在列"
    } else {
        "不在列"
    }
}
