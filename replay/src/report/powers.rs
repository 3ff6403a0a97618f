//! RP07 取消事项违规审批收费表 and RP08 下放、委托承接与上收表.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::integrity::json::Json;
use crate::master::{Batch, BatchItem, ItemStatus, Takeover, Version, base_of};
use crate::rules::bench::Case;
use crate::rules::city::{Consequence, Decision};
use crate::rules::finding::{EntryRef, Finding};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const CANCELLED: Report = Report {
    id: "RP07",
    version: 2,
    zh: "取消事项违规审批收费表",
    en: "cancelled items still approved or charged",
    rows_zh: "行为",
    readers_zh: "纪检",
    columns: CANCELLED_COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: on_cancelled, master: &[] },
    gather: cancelled,
    rows: cancelled_rows,
};

pub(super) const HANDED_DOWN: Report = Report {
    id: "RP08",
    version: 2,
    zh: "下放委托承接与上收表",
    en: "items handed down: taken over, taken back",
    rows_zh: "事项×县(区)",
    readers_zh: "审改办",
    columns: HANDED_DOWN_COLUMNS,
    exact: false,
    looks_at: LooksAt { master: &["batch", "takeover", "item"], ..LooksAt::CASES },
    gather: handled,
    rows: handed_down,
};

const CANCELLED_COLUMNS: &[Column] = &[
    column("batch", "批次", "batch", Holds::Text),
    column("item_code", "事项编码", "item", Holds::Code),
    column("item_name", "事项", "item name", Holds::Text),
    column("cancelled_on", "取消日", "cancelled", Holds::Date),
    column("stream", "案号", "case", Holds::Text),
    column("act", "行为", "act", Holds::Text),
    column("occurred_on", "日期", "date", Holds::Date),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("document", "文号", "document", Holds::Code),
    column("unit", "单位", "unit", Holds::Text),
    column("principal_leader", "主要负责人", "principal leader", Holds::Text),
    column("deputy", "分管负责人", "deputy in charge", Holds::Text),
    column("direct", "直接责任人", "direct", Holds::Text),
    column("result", "认定", "result", Holds::Text),
    column("rules", "规则", "rules", Holds::Text),
    column("referred", "移送状态", "referred", Holds::Text),
];

/// Rules that find an act on a cancelled item.
const CANCELLED_RULES: [&str; 3] = ["R2.1.6", "R2.2.4d", "R2.5.2"];

fn on_cancelled(finding: &Finding) -> bool {
    CANCELLED_RULES.contains(&finding.rule)
}

/// With what became of each: whether it was confirmed, and to whom it was referred.
/// Referrals stand in the sealed log: without it nothing can be told.
fn cancelled_rows(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let topics = &ground.judgement.topics;
    let row = |mut note: Note| {
        let about = ground.findings(&note.key).iter().filter(|finding| on_cancelled(finding));
        let ids: BTreeSet<String> = about.flat_map(|finding| finding.ids()).collect();
        let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
        let done = topics.consequences.of(&ids);
        let referred: Vec<&Consequence> =
            done.into_iter().filter(|one| one.kind.as_ref() == "account.clue.referred").collect();
        let confirmed = ids.iter().flat_map(|id| topics.determinations.of(id));
        let confirmed = confirmed.filter(|one| one.decision == Decision::Confirmed).count() > 0;
        let words = referred.iter().map(|one| {
            let to = one.to.as_deref().unwrap_or_default();
            format!("已移送{to}({})", ground.bench.zone.date(one.at))
        });
        let words: Vec<String> = words.collect();
        note.cells.push(match (words.is_empty(), confirmed, ground.bench.sealed_given) {
            (false, ..) => Cell::list(words),
            (true, false, _) => Cell::text("待核实"),
            (true, true, true) => Cell::text("未移送"),
            (true, true, false) => Cell::text("须看密封日志"),
        });
        note.entries.extend(referred.iter().map(|one| one.entry.clone()));
        Row::new(note.cells).resting_on(note.entries)
    };
    notes.into_iter().map(row).collect()
}

fn cancelled(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    let found: Vec<&Finding> = ground
        .findings(case.file.stream)
        .iter()
        .filter(|finding| CANCELLED_RULES.contains(&finding.rule))
        .copied()
        .collect();
    for act in case.acts.iter().filter(|act| ground.in_period(act.occurred.micros)) {
        let of_act = |finding: &&&Finding| {
            finding.entries.iter().any(|entry| entry.position == act.position && !entry.sealed)
        };
        let about: Vec<&Finding> = found.iter().filter(of_act).copied().collect();
        let Some(first) = about.first() else { continue };
        // A fee is not the item: the finding says which item is cancelled.
        let told = about.iter().find_map(|finding| finding.explanation.get("cancelled"));
        let said = |name: &str| told.and_then(|told| told.get(name)?.as_str());
        let own = act.item.as_ref().and_then(|item| item.code.get());
        let code = said("item").or(own).or(said("fee_code")).unwrap_or_default();
        let at = case.bench.at(act.occurred.micros);
        let status = case.bench.master.item_status(code, at);
        let row = status.version().map(|version| &version.row);
        let since = match status {
            ItemStatus::Cancelled { since, .. } => since,
            _ => said("since").and_then(crate::time::civil::parse_date),
        };
        let cells = vec![
            Cell::maybe(row.and_then(|row| row.batch.as_deref()), Cell::text),
            Cell::text(code),
            Cell::maybe(row.and_then(|row| row.name.as_deref()), Cell::text),
            Cell::maybe(since, Cell::Date),
            Cell::text(case.file.stream),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            facts::day(Some(act), zone),
            Cell::Moment(act.recorded),
            match facts::member(Some(act), "decision_no") {
                Cell::Empty => facts::member(Some(act), "fee_no"),
                number => number,
            },
            Cell::maybe(first.accountable.unit.as_deref(), Cell::text),
            Cell::maybe(first.accountable.principal_leader.as_deref(), Cell::text),
            Cell::maybe(first.accountable.deputy_in_charge.as_deref(), Cell::text),
            Cell::list(&first.accountable.direct),
            Cell::text(first.outcome.zh()),
            facts::rules(&about),
        ];
        let key = case.file.stream.to_owned();
        out.push_on(
            case.bench.zone.date(act.occurred.micros),
            Note { key, cells, entries: vec![EntryRef::of(act)] },
        );
    }
}

const HANDED_DOWN_COLUMNS: &[Column] = &[
    column("batch", "批次", "batch", Holds::Text),
    column("kind", "方式", "kind", Holds::Text),
    column("base_code", "基本编码", "base code", Holds::Code),
    column("name", "事项", "item", Holds::Text),
    column("from_unit", "原行使单位", "from", Holds::Text),
    column("county", "县(区)", "county", Holds::Code),
    column("status", "承接状态", "status", Holds::Text),
    column("accepted_on", "承接日", "taken over", Holds::Date),
    column("receiving_unit", "承接单位", "receiving unit", Holds::Text),
    column("staff", "人员", "staff", Holds::Count),
    column("system_ready", "系统", "system ready", Holds::Text),
    column("by_city", "交接后市级办件数", "handled by the city since", Holds::Count),
    column("announcement", "委托公告", "announcement", Holds::Text),
    column("in_whose_name", "以谁名义", "in whose name", Holds::Text),
];

/// Cases accepted: base code of the item, and by whom and when.
fn handled(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let kinds = ["approval.acceptance.granted"];
    for act in case.any(&kinds).filter(|act| ground.in_period(act.occurred.micros)) {
        let Some(code) = act.item.as_ref().and_then(|item| item.code.get()) else { continue };
        let base = base_of(code).unwrap_or(code).to_owned();
        let cells = vec![
            Cell::text(act.unit().unwrap_or_default()),
            facts::day(Some(act), case.bench.zone),
        ];
        out.push_on(
            case.bench.zone.date(act.occurred.micros),
            Note { key: base, cells, entries: vec![EntryRef::of(act)] },
        );
    }
}

/// A row an item of a declared batch and a county that it was addressed to.
fn handed_down(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut by_base: BTreeMap<String, Gathered> = BTreeMap::new();
    for note in notes {
        by_base.entry(note.key.clone()).or_default().push(note);
    }
    let at = ground.bench.at_now();
    let mut taken: BTreeMap<(&str, &str), &Version<Takeover>> = BTreeMap::new();
    for version in ground.bench.master.takeovers.each_at(at) {
        let row = &version.row;
        if let (Some(county), Some(base)) = (row.county.as_deref(), base_of(&row.item_code)) {
            taken.entry((county, base)).or_insert(version);
        }
    }
    let mut rows = Vec::new();
    for declared in ground.bench.master.batches.each_at(at) {
        let batch = &declared.row;
        if !matches!(batch.kind.as_deref(), Some("下放" | "委托")) {
            continue;
        }
        for item in batch.rows.iter().flatten() {
            let base = item.base_code.as_deref().unwrap_or_default();
            let handled = by_base.get(base).map(Vec::as_slice).unwrap_or_default();
            for county in batch.addressee_regions.iter().flatten() {
                let taken = taken.get(&(county.as_ref(), base)).copied();
                let row = of_county(ground, batch, (item, county, taken), handled);
                let told = [Some(&declared.origin), taken.map(|taken| &taken.origin)];
                rows.push(row.resting_on(told.into_iter().flatten().map(EntryRef::origin)));
            }
        }
    }
    rows
}

fn of_county(
    ground: &Ground<'_>,
    batch: &Batch,
    (item, county, taken): (&BatchItem, &str, Option<&Version<Takeover>>),
    handled: &[Note],
) -> Row {
    let master = ground.bench.master;
    let at = ground.bench.at_now();
    let taken = taken.map(|version| &version.row);
    let base = item.base_code.as_deref().unwrap_or_default();
    let from = item.from_unit.as_deref().unwrap_or_default();
    let since = taken.and_then(|row| row.accepted_on).or(item.effective_on);
    let later = |note: &&Note| {
        let own = note.cells.first() == Some(&Cell::text(from));
        own && matches!((note.cells.get(1), since), (Some(Cell::Date(day)), Some(since)) if *day >= since)
    };
    let by_city: Vec<&Note> = handled.iter().filter(later).collect();
    let behalf = taken.and_then(|row| master.items.at(&row.item_code, at));
    let behalf = behalf.and_then(|version| version.row.on_behalf_of_unit.as_deref());
    let announced = batch
        .announcement_doc
        .as_ref()
        .and_then(|doc| doc.as_str().or_else(|| doc.get("doc_no").and_then(Json::as_str)));
    let cells = vec![
        Cell::text(batch.batch_id.as_ref()),
        Cell::maybe(batch.kind.as_deref(), Cell::text),
        Cell::text(base),
        Cell::maybe(item.name.as_deref(), Cell::text),
        Cell::text(from),
        Cell::text(county),
        Cell::text(if taken.is_some() { "已承接" } else { "未承接" }),
        Cell::maybe(taken.and_then(|row| row.accepted_on), Cell::Date),
        Cell::maybe(taken.and_then(|row| row.receiving_unit.as_deref()), Cell::text),
        Cell::maybe(taken.and_then(|row| row.staff), Cell::Count),
        Cell::maybe(taken.and_then(|row| row.system_ready), |ready| {
            Cell::text(if ready { "已就绪" } else { "未就绪" })
        }),
        Cell::Count(i64::try_from(by_city.len()).unwrap_or(i64::MAX)),
        Cell::maybe(announced, Cell::text),
        Cell::maybe(behalf, Cell::text),
    ];
    Row::new(cells).resting_on(by_city.iter().flat_map(|note| note.entries.iter().cloned()))
}
