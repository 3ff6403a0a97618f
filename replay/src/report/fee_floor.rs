//! RP06 最低收费执行表: every fee line against the floor of its standard.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::event::Event;
use crate::master::Pricing;
use crate::rules::bench::Case;
use crate::rules::city::is_hall;
use crate::rules::finding::{EntryRef, Finding};
use crate::rules::{Priced, priced};

pub(crate) const REPORT: Report = Report {
    id: "RP06",
    version: 2,
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
    column("payer", "缴费人(代号)", "payer, by pseudonym", Holds::Text),
    column("fee_code", "收费项目", "fee item", Holds::Code),
    column("standard_version", "标准版本", "standard", Holds::Code),
    column("quantity", "数量", "quantity", Holds::Count),
    column("lower_fen", "下限", "floor of one", Holds::Money),
    column("floor_fen", "应收下限额", "floor", Holds::Money),
    column("amount_fen", "核定额", "assessed", Holds::Money),
    column("difference_fen", "与下限差额(高于为正)", "above the floor, or below", Holds::Money),
    column("reduced_fen", "减免额(全案)", "reduced, whole case", Holds::Money),
    column("reduction", "减免依据", "reduction policy", Holds::Code),
    column("paid_fen", "实收(全案)", "paid, whole case", Holds::Money),
    column("venue", "厅内外", "venue", Holds::Text),
    column("receipt", "票据号", "receipt no.", Holds::Code),
    column("listed", "目录清单", "on the list", Holds::Text),
    column("refunded_fen", "已退(全案)", "refunded, whole case", Holds::Money),
    column("findings", "疑点", "findings", Holds::Text),
];

fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let mut first = true;
    for act in case.all("fee.assessed") {
        for line in priced(case, act) {
            // What was paid is of the whole case: once, so that a column adds up.
            let whole = std::mem::take(&mut first);
            if ground.in_period(act.occurred.micros) {
                let note = of_line(case, ground, act, &line, whole);
                out.push_on(case.bench.zone.date(act.occurred.micros), note);
            }
        }
    }
}

fn of_line(
    case: &Case<'_>,
    ground: &Ground<'_>,
    act: &Event<'_>,
    line: &Priced<'_>,
    whole: bool,
) -> Note {
    let sum = |kind: &str| case.all(kind).filter_map(|act| act.body.int("amount_fen")).sum::<i64>();
    let of_case = |kind: &str| {
        let told = case.first(kind).filter(|_| whole);
        Cell::maybe(told, |_| Cell::Fen(sum(kind)))
    };
    let standard = line.standard.map(|version| &version.row);
    let per_measure = standard.filter(|row| row.pricing != Some(Pricing::Tiered));
    let reduction = case.first("fee.reduction.granted");
    let paid = case.first("fee.paid");
    let venue = paid.unwrap_or(act).venue.as_ref().and_then(|venue| venue.kind.get());
    let payer = act.parties.iter().find_map(|party| party.id.get());
    let findings: Vec<&Finding> = ground.findings(case.file.stream).to_vec();
    let above = line.amount_fen.zip(line.floor_fen).map(|(amount, floor)| amount - floor);
    let cells = vec![
        facts::member(Some(act), "fee_no"),
        Cell::text(case.file.stream),
        Cell::text(act.unit().unwrap_or_default()),
        Cell::Date(case.bench.zone.date(act.occurred.micros)),
        Cell::maybe(payer, Cell::text),
        Cell::text(line.code.as_ref()),
        Cell::maybe(standard, |row| Cell::text(row.version.as_ref())),
        Cell::maybe(line.quantity, Cell::Count),
        Cell::maybe(per_measure.and_then(|row| row.lower_fen), Cell::Fen),
        Cell::maybe(line.floor_fen, Cell::Fen),
        Cell::maybe(line.amount_fen, Cell::Fen),
        Cell::maybe(above, Cell::Fen),
        of_case("fee.reduction.granted"),
        facts::member(reduction, "policy_id"),
        of_case("fee.paid"),
        Cell::maybe(venue, |kind| Cell::text(place(kind))),
        facts::member(case.first("fee.receipt.issued"), "receipt_no"),
        Cell::maybe(line.listed, |listed| Cell::text(if listed { "在列" } else { "不在列" })),
        of_case("fee.refunded"),
        facts::rules(&findings),
    ];
    let kinds = ["fee.reduction.granted", "fee.paid", "fee.receipt.issued", "fee.refunded"];
    let entries = case.any(&kinds).chain([act]).map(EntryRef::of).collect();
    Note { key: case.file.stream.to_owned(), cells, entries }
}

/// `厅内(main_hall)`
fn place(kind: &str) -> String {
    format!("{}({kind})", if is_hall(kind) { "厅内" } else { "厅外" })
}
