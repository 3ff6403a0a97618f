//! RP09 涉企检查备案表 and RP10 企业迎检频次表: who entered which enterprise, with
//! whose consent, and how often in a year.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const FILINGS: Report = Report {
    id: "RP09",
    version: 1,
    zh: "涉企检查备案表",
    en: "inspections of enterprises and their filings",
    rows_zh: "检查",
    readers_zh: "工信、司法、公众(脱敏)",
    columns: FILING_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: filings,
    rows: filing_rows,
};

pub(super) const FREQUENCY: Report = Report {
    id: "RP10",
    version: 1,
    zh: "企业迎检频次表",
    en: "how often enterprises were inspected",
    rows_zh: "企业×年",
    readers_zh: "企业、公众(本企业)",
    columns: FREQUENCY_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: frequency,
    rows: frequency_rows,
};

const FILING_COLUMNS: &[Column] = &[
    column("stream", "检查编号", "inspection", Holds::Text),
    column("enterprise", "企业", "enterprise", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("kind", "种类", "kind", Holds::Text),
    column("origin", "来源", "origin", Holds::Text),
    column("filing_no", "备案号", "filing no.", Holds::Code),
    column("filed_at", "申请时间", "filed", Holds::Moment),
    column("consented_at", "同意时间", "consented", Holds::Moment),
    column("consented_by", "同意单位", "consented by", Holds::Text),
    column("entered_at", "入企时间", "entered", Holds::Moment),
    column("left_at", "离企时间", "left", Holds::Moment),
    column("certified", "持证人数", "officers with certificates", Holds::Count),
    column("officers", "检查人数", "officers", Holds::Count),
    column("date_from", "备案首日", "filed from", Holds::Date),
    column("date_to", "备案末日", "filed to", Holds::Date),
    column("exempt_claim", "豁免主张及依据", "exemption claimed", Holds::Text),
    column("ordinal", "本年第几次", "of this year", Holds::Count),
    column("cap", "频次上限", "cap", Holds::Count),
    column("result", "结果", "result", Holds::Text),
    column("grade", "企业评价", "grade by the enterprise", Holds::Text),
    column("rules", "疑点", "findings", Holds::Text),
];

/// Place of the ordinal among the cells: known only when all are together.
const ORDINAL: usize = 16;

fn filings(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    let entered = case.all("inspection.entry.started");
    for entry in entered.filter(|act| ground.in_period(act.occurred.micros)) {
        let filing = case.last("inspection.filing.submitted");
        let consent = case.last("inspection.filing.consented");
        let of = |act: Option<&Event<'_>>, name: &str| match facts::member(act, name) {
            Cell::Empty => facts::member(Some(entry), name),
            found => found,
        };
        let (officers, certified) = officers(case, entry);
        let enterprise = enterprise(entry);
        let cap = cap(case, entry);
        let findings = ground.findings(case.file.stream);
        let date = |name: &str| {
            let text = filing.and_then(|act| act.body.text(name));
            let day = text.and_then(|text| crate::time::civil::parse_date(&text));
            Cell::maybe(day, Cell::Date)
        };
        let cells = vec![
            Cell::text(case.file.stream),
            Cell::text(enterprise.clone()),
            Cell::text(entry.unit().unwrap_or_default()),
            of(filing, "kind"),
            of(filing, "origin"),
            of(filing, "filing_no"),
            facts::minute(filing, zone),
            facts::minute(consent, zone),
            facts::member(consent, "by_unit"),
            facts::minute(Some(entry), zone),
            facts::minute(case.last("inspection.entry.ended"), zone),
            Cell::Count(certified),
            Cell::Count(officers),
            date("date_from"),
            date("date_to"),
            claim(entry),
            Cell::Empty,
            Cell::maybe(cap, Cell::Count),
            facts::member(case.last("inspection.result.notified"), "result"),
            facts::member(case.last("inspection.enterprise.feedback"), "grade"),
            facts::rules(findings),
        ];
        let mut entries = facts::grounds(findings);
        entries.extend(filing.into_iter().chain(consent).chain([entry]).map(EntryRef::of));
        let key = ordinal_key(&enterprise, entry, zone.date(entry.occurred.micros).year());
        out.push_on(zone.date(entry.occurred.micros), Note { key, cells, entries });
    }
}

/// Enterprise, year, agency, then the order of entering: inspections with the
/// same beginning are counted together.
fn ordinal_key(enterprise: &str, entry: &Event<'_>, year: i32) -> String {
    let unit = entry.unit().unwrap_or_default();
    format!("{enterprise}|{year}|{unit}|{:020}|{}", entry.occurred.micros, entry.position)
}

fn enterprise(entry: &Event<'_>) -> String {
    let named = entry.body.text("enterprise").map(|text| text.into_owned());
    named
        .or_else(|| entry.parties.iter().find_map(|party| party.id.get()).map(str::to_owned))
        .unwrap_or_default()
}

/// Officers who entered, and those of them with a certificate valid that day.
fn officers(case: &Case<'_>, entry: &Event<'_>) -> (i64, i64) {
    let Some(Json::List(list)) = entry.body.json("officers") else { return (0, 0) };
    let at = case.bench.at(entry.occurred.micros);
    let certified = list.iter().filter(|one| {
        let number = one.get("cert_no").and_then(Json::as_str);
        number.is_some_and(|number| case.bench.master.certificates.at(number, at).is_some())
    });
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    (count(list.len()), count(certified.count()))
}

fn claim(entry: &Event<'_>) -> Cell {
    let Some(claim) = entry.body.json("exempt_claim") else { return Cell::Empty };
    let part = |name: &str| claim.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    Cell::list([part("domain"), part("basis")].into_iter().filter(|text| !text.is_empty()))
}

/// How often the list lets this item be inspected in a year (P17).
fn cap(case: &Case<'_>, entry: &Event<'_>) -> Option<i64> {
    let code = entry.item.as_ref()?.code.get()?;
    let at = case.bench.at(entry.occurred.micros);
    case.bench.master.inspection_items.at(code, at)?.row.frequency_cap
}

fn filing_rows(_: &Ground<'_>, mut notes: Gathered) -> Vec<Row> {
    notes.sort_by(|a, b| a.key.cmp(&b.key));
    let mut counted: BTreeMap<String, i64> = BTreeMap::new();
    let numbered = notes.into_iter().map(|mut note| {
        let group: Vec<&str> = note.key.splitn(4, '|').take(3).collect();
        let count = counted.entry(group.join("|")).or_default();
        *count += 1;
        if let Some(cell) = note.cells.get_mut(ORDINAL) {
            *cell = Cell::Count(*count);
        }
        Row::new(note.cells).resting_on(note.entries)
    });
    let mut rows: Vec<Row> = numbered.collect();
    rows.sort_by(|a, b| a.entries.cmp(&b.entries));
    rows
}

const FREQUENCY_COLUMNS: &[Column] = &[
    column("enterprise", "企业", "enterprise", Holds::Text),
    column("year", "年度", "year", Holds::Code),
    column("total", "总次数", "inspections", Holds::Count),
    column("units", "单位数", "agencies", Holds::Count),
    column("by_unit", "单位×次数", "by agency", Holds::Text),
    column("same_month", "同月多头", "months with several agencies", Holds::Count),
    column("over_cap", "超频次", "over the cap", Holds::Count),
    column("disruptions", "停产要求", "asked to stop production", Holds::Count),
    column("refused", "拒绝检查", "refused by the enterprise", Holds::Count),
];

/// Notes: unit, month, cap, disruption, refusal.
fn frequency(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    let disrupted = case.all("inspection.entry.ended").any(|act| {
        act.body.text("disruption").is_some_and(|text| !matches!(text.as_ref(), "" | "无"))
    });
    let kinds = ["inspection.entry.started", "inspection.enterprise.refused"];
    for act in case.any(&kinds).filter(|act| ground.in_period(act.occurred.micros)) {
        let day = zone.date(act.occurred.micros);
        let refused = act.kind.starts_with("inspection.enterprise.refused");
        let cells = vec![
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(facts::month(day)),
            Cell::maybe(cap(case, act), Cell::Count),
            Cell::Count(i64::from(disrupted && !refused)),
            Cell::Count(i64::from(refused)),
        ];
        let key = format!("{}|{}", enterprise(act), day.year());
        out.push_on(day, Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn frequency_rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
    for note in notes {
        groups.entry(note.key.clone()).or_default().push(note);
    }
    groups.into_iter().map(|(key, notes)| enterprise_row(&key, notes)).collect()
}

fn enterprise_row(key: &str, notes: Gathered) -> Row {
    let (enterprise, year) = key.split_once('|').unwrap_or((key, ""));
    let mut by_unit: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut months: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut disruptions, mut refused) = (0, 0);
    for note in &notes {
        let text = |at: usize| match note.cells.get(at) {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let count = |at: usize| match note.cells.get(at) {
            Some(Cell::Count(count)) => *count,
            _ => 0,
        };
        disruptions += count(3);
        refused += count(4);
        if count(4) == 0 {
            let (times, cap) = by_unit.entry(text(0)).or_insert((0, i64::MAX));
            *times += 1;
            if matches!(note.cells.get(2), Some(Cell::Count(_))) {
                *cap = (*cap).min(count(2));
            }
            months.entry(text(1)).or_default().insert(text(0));
        }
    }
    let over: i64 = by_unit.values().map(|(times, cap)| (times - cap).max(0)).sum();
    let several = months.values().filter(|units| units.len() > 1).count();
    let number = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    let cells = vec![
        Cell::text(enterprise),
        Cell::text(year),
        Cell::Count(by_unit.values().map(|(times, _)| times).sum()),
        number(by_unit.len()),
        Cell::list(by_unit.iter().map(|(unit, (times, _))| format!("{unit}×{times}"))),
        number(several),
        Cell::Count(over),
        Cell::Count(disruptions),
        Cell::Count(refused),
    ];
    Row::new(cells).resting_on(notes.into_iter().flat_map(|note| note.entries))
}
