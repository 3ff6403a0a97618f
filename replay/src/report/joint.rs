//! RP26 并联审批与默认表.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::clocks::workdays_between;
use crate::rules::finding::EntryRef;
use std::collections::BTreeMap;

pub(super) const REPORT: Report = Report {
    id: "RP26",
    version: 2,
    zh: "并联审批与默认表",
    en: "joint approvals and deemed consent",
    rows_zh: "子件",
    readers_zh: "服务中心",
    columns: COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather,
    rows,
};

const COLUMNS: &[Column] = &[
    column("joint", "并联案号", "joint case", Holds::Text),
    column("lead_unit", "牵头单位", "lead unit", Holds::Text),
    column("subcase", "子件", "subcase", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("dispatched_at", "分送时间", "dispatched", Holds::Moment),
    column("acknowledged_at", "签收时间", "acknowledged", Holds::Moment),
    column("due", "子件期限", "due", Holds::Text),
    column("opinion", "意见", "opinion", Holds::Text),
    column("opinion_at", "意见时间", "opinion at", Holds::Moment),
    column("taken_wd", "用时(工作日)", "working days taken", Holds::Count),
    column("absence", "缺席默认", "deemed by absence", Holds::Text),
    column("timeout", "超时默认", "deemed by timeout", Holds::Text),
    column("document_issued", "补发文书", "document issued", Holds::Date),
    column("objected", "异议", "objected", Holds::Date),
    column("corrected", "事后纠正", "corrected", Holds::Date),
    column("rules", "疑点", "findings", Holds::Text),
];

/// Whether an act is about a subcase, or, where it names none, about its unit.
fn about(act: &Event<'_>, subcase: &str, unit: &str) -> bool {
    match act.body.text("subcase") {
        Some(named) => named == subcase,
        None => act.body.text("unit").is_some_and(|named| named == unit),
    }
}

/// What becomes of a deemed approval, in the order of its three columns.
const AFTERWARDS: [&str; 3] =
    ["approval.deemed.document_issued", "approval.deemed.objected", "approval.deemed.corrected"];
/// The first of those columns, and that of the subcase.
const FIRST_AFTERWARDS: usize = 12;
const SUBCASE: usize = 2;

/// What became of a deemed approval may stand in the subcase's own stream, whenever it
/// came: a contribution of three cells.
fn afterwards(case: &Case<'_>, out: &mut Gathering) {
    let acts = AFTERWARDS.map(|kind| case.first(kind));
    if acts.iter().any(Option::is_some) {
        let cells = acts.iter().map(|act| facts::day(*act, case.bench.zone)).collect();
        let entries = acts.into_iter().flatten().map(EntryRef::of).collect();
        out.push(Note { key: case.file.stream.to_owned(), cells, entries });
    }
}

fn rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let (own, told): (Gathered, Gathered) =
        notes.into_iter().partition(|note| note.cells.len() == AFTERWARDS.len());
    let own: BTreeMap<String, Note> =
        own.into_iter().map(|note| (note.key.clone(), note)).collect();
    let row = |mut note: Note| {
        let named = match note.cells.get(SUBCASE) {
            Some(Cell::Text(subcase)) => own.get(subcase),
            _ => None,
        };
        for (place, cell) in named.iter().flat_map(|named| named.cells.iter()).enumerate() {
            if let Some(empty @ Cell::Empty) = note.cells.get_mut(FIRST_AFTERWARDS + place) {
                *empty = cell.clone();
            }
        }
        note.entries.extend(named.iter().flat_map(|named| named.entries.iter().cloned()));
        Row::new(note.cells).resting_on(note.entries)
    };
    told.into_iter().map(row).collect()
}

fn gather(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let bench = case.bench;
    let zone = bench.zone;
    afterwards(case, out);
    let opened = case.first("joint.case.opened");
    let dispatched = case.all("joint.subcase.dispatched");
    for act in dispatched.filter(|act| ground.in_period(act.occurred.micros)) {
        let subcase = act.body.text("subcase").unwrap_or_default();
        let unit = act.body.text("unit").unwrap_or_default();
        let of = |kind: &'static str| case.all(kind).find(|act| about(act, &subcase, &unit));
        let receipt = of("joint.subcase.receipt_confirmed");
        let opinion = of("joint.subcase.opinion_given");
        let absence = of("joint.absence.deemed_consent");
        let timeout = of("approval.timeout.deemed_approved");
        let end = [opinion, absence, timeout].into_iter().flatten().next();
        let taken = end.map(|end| {
            let (from, to) = (zone.date(act.occurred.micros), zone.date(end.occurred.micros));
            i64::from(workdays_between(bench.calendar, from, to, bench.known_at))
        });
        let yes = |act: Option<&Event<'_>>| Cell::text(if act.is_some() { "是" } else { "否" });
        let findings = ground.findings(case.file.stream);
        let cells = vec![
            Cell::text(case.file.stream),
            facts::member(opened, "lead_unit"),
            Cell::text(subcase.as_ref()),
            Cell::text(unit.as_ref()),
            facts::minute(Some(act), zone),
            facts::minute(receipt, zone),
            facts::member(Some(act), "due"),
            facts::member(opinion, "opinion"),
            facts::minute(opinion, zone),
            Cell::maybe(taken, Cell::Count),
            yes(absence),
            yes(timeout),
            facts::day(of("approval.deemed.document_issued"), zone),
            facts::day(of("approval.deemed.objected"), zone),
            facts::day(of("approval.deemed.corrected"), zone),
            facts::rules(findings),
        ];
        let acts = [Some(act), receipt, opinion, absence, timeout];
        let entries = acts.into_iter().flatten().map(EntryRef::of).collect();
        out.push_on(
            case.bench.zone.date(act.occurred.micros),
            Note { key: case.file.stream.to_owned(), cells, entries },
        );
    }
}
