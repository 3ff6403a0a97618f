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
use crate::rules::finding::{EntryRef, Finding};
use crate::rules::state_of;
use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const FILINGS: Report = Report {
    id: "RP09",
    version: 2,
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
    version: 2,
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
    column("in_scope", "范围符合", "in scope", Holds::Text),
    column("exempt_claim", "豁免主张及依据", "exemption claimed", Holds::Text),
    column("ordinal", "本年第几次", "of this year", Holds::Count),
    column("cap", "频次上限", "cap", Holds::Count),
    column("result", "结果", "result", Holds::Text),
    column("grade", "企业评价", "grade by the enterprise", Holds::Text),
    column("rules", "疑点", "findings", Holds::Text),
];

/// Place of the ordinal among the cells: known only when all are together.
const ORDINAL: usize = 17;

fn filings(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    for entry in case.all("inspection.entry.started") {
        count(case, entry, out);
        if !ground.in_period(entry.occurred.micros) {
            continue;
        }
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
            Cell::maybe(certified, Cell::Count),
            Cell::Count(officers),
            date("date_from"),
            date("date_to"),
            Cell::text(in_scope(filing.is_some(), findings, entry)),
            claim(entry),
            Cell::Empty,
            Cell::maybe(cap, Cell::Count),
            facts::member(case.last("inspection.result.notified"), "result"),
            facts::member(case.last("inspection.enterprise.feedback"), "grade"),
            facts::rules(findings),
        ];
        let mut entries = facts::grounds(findings);
        entries.extend(filing.into_iter().chain(consent).chain([entry]).map(EntryRef::of));
        let key = ordinal_key(case, entry);
        out.push_on(zone.date(entry.occurred.micros), Note { key, cells, entries });
    }
}

/// Whether an entry kept to its filing, as the rules see it.
fn in_scope(filed: bool, findings: &[&Finding], entry: &Event<'_>) -> &'static str {
    let about = |rule: &str| {
        let of_entry = |finding: &&&Finding| {
            finding.rule == rule
                && finding.entries.iter().any(|one| one.position == entry.position && !one.sealed)
        };
        findings.iter().any(|finding| of_entry(&finding))
    };
    match (about("SEQ-I2"), filed, about("R2.6.2")) {
        (true, ..) => "不符合",
        (false, true, _) => "符合",
        (false, false, true) => "无备案",
        (false, false, false) => "",
    }
}

/// A visit for research is no inspection and has no ordinal (SEQ-I6).
fn is_research(entry: &Event<'_>) -> bool {
    entry.body.text("kind").as_deref() == Some("调研")
}

/// Takes note of an inspection for counting those of a year, whatever the period: a
/// contribution without cells.
fn count(case: &Case<'_>, entry: &Event<'_>, out: &mut Gathering) {
    if !is_research(entry) {
        out.push(Note { key: ordinal_key(case, entry), cells: Vec::new(), entries: Vec::new() });
    }
}

/// Enterprise, year, agency and item, then the order of entering: inspections with the
/// same beginning are counted together.
fn ordinal_key(case: &Case<'_>, entry: &Event<'_>) -> String {
    let year = case.bench.zone.date(entry.occurred.micros).year();
    let unit = entry.unit().unwrap_or_default();
    let item = entry.item.as_ref().and_then(|item| item.code.get()).unwrap_or_default();
    let (enterprise, at) = (enterprise(entry), entry.occurred.micros);
    format!("{enterprise}|{year}|{unit}|{item}|{at:020}|{:020}", entry.position)
}

/// The enterprise of a contribution.
pub(crate) fn enterprise_of(note: &Note) -> &str {
    note.key.split('|').next().unwrap_or_default()
}

/// Which of its year each inspection is, by its key; and the contributions with cells.
fn numbered(notes: Gathered) -> (BTreeMap<String, i64>, Gathered) {
    let (told, mut counted): (Gathered, Gathered) =
        notes.into_iter().partition(|note| !note.cells.is_empty());
    counted.sort_by(|a, b| a.key.cmp(&b.key));
    let mut ordinals = BTreeMap::new();
    let mut group = String::new();
    let mut ordinal = 0;
    for note in counted {
        let own = note.key.rsplitn(3, '|').last().unwrap_or_default();
        ordinal = if own == group { ordinal + 1 } else { 1 };
        group = own.to_owned();
        ordinals.insert(note.key, ordinal);
    }
    (ordinals, told)
}

fn enterprise(entry: &Event<'_>) -> String {
    let named = entry.body.text("enterprise").map(|text| text.into_owned());
    named
        .or_else(|| entry.parties.iter().find_map(|party| party.id.get()).map(str::to_owned))
        .unwrap_or_default()
}

/// Officers who entered, and those of them whose certificate holds (R2.7.1), where that
/// can be told.
fn officers(case: &Case<'_>, entry: &Event<'_>) -> (i64, Option<i64>) {
    let Some(Json::List(list)) = entry.body.json("officers") else { return (0, None) };
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let valid =
        state_of(case, entry).map(|all| all.iter().filter(|one| one.flaws.is_empty()).count());
    (count(list.len()), valid.map(count))
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

fn filing_rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let (ordinals, notes) = numbered(notes);
    let row = |mut note: Note| {
        if let Some(cell) = note.cells.get_mut(ORDINAL) {
            *cell = Cell::maybe(ordinals.get(&note.key).copied(), Cell::Count);
        }
        Row::new(note.cells).resting_on(note.entries)
    };
    let mut rows: Vec<Row> = notes.into_iter().map(row).collect();
    rows.sort_by(|a, b| a.entries.cmp(&b.entries));
    rows
}

const FREQUENCY_COLUMNS: &[Column] = &[
    column("enterprise", "企业", "enterprise", Holds::Text),
    column("year", "年度", "year", Holds::Code),
    column("total", "总次数", "inspections", Holds::Count),
    column("research", "调研次数", "research visits", Holds::Count),
    column("units", "单位数", "agencies", Holds::Count),
    column("by_unit", "单位×次数", "by agency", Holds::Text),
    column("same_month", "同月多头", "months with several agencies", Holds::Count),
    column("over_cap", "超频次", "over the cap", Holds::Count),
    column("disruptions", "停产要求", "asked to stop production", Holds::Count),
    column("refused", "拒绝检查", "refused by the enterprise", Holds::Count),
];

/// Notes: unit, month, cap, disruption, refusal, research.
fn frequency(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    let disrupted = case.all("inspection.entry.ended").any(|act| {
        act.body.text("disruption").is_some_and(|text| !matches!(text.as_ref(), "" | "无"))
    });
    let kinds = ["inspection.entry.started", "inspection.enterprise.refused"];
    for act in case.any(&kinds) {
        let day = zone.date(act.occurred.micros);
        let refused = act.kind.starts_with("inspection.enterprise.refused");
        if !refused {
            count(case, act, out);
        }
        if !ground.period.has(day) {
            continue;
        }
        let cells = vec![
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(facts::month(day)),
            Cell::maybe(cap(case, act), Cell::Count),
            Cell::Count(i64::from(disrupted && !refused)),
            Cell::Count(i64::from(refused)),
            Cell::Count(i64::from(!refused && is_research(act))),
        ];
        let key = ordinal_key(case, act);
        out.push_on(day, Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn frequency_rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let (ordinals, notes) = numbered(notes);
    let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
    for note in notes {
        let group: Vec<&str> = note.key.splitn(3, '|').take(2).collect();
        groups.entry(group.join("|")).or_default().push(note);
    }
    groups.into_iter().map(|(key, notes)| enterprise_row(&key, notes, &ordinals)).collect()
}

fn enterprise_row(key: &str, notes: Gathered, ordinals: &BTreeMap<String, i64>) -> Row {
    let (enterprise, year) = key.split_once('|').unwrap_or((key, ""));
    let mut by_unit: BTreeMap<String, i64> = BTreeMap::new();
    let mut months: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut disruptions, mut refused, mut research, mut over) = (0, 0, 0, 0);
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
        research += count(5);
        if count(4) == 0 && count(5) == 0 {
            *by_unit.entry(text(0)).or_default() += 1;
            // Beyond the cap is what SEQ-I6 calls so: of the whole year, item by item.
            let ordinal = ordinals.get(&note.key).copied().unwrap_or(0);
            let capped = matches!(note.cells.get(2), Some(Cell::Count(_)));
            over += i64::from(capped && ordinal > count(2));
            months.entry(text(1)).or_default().insert(text(0));
        }
    }
    let several = months.values().filter(|units| units.len() > 1).count();
    let number = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    let cells = vec![
        Cell::text(enterprise),
        Cell::text(year),
        Cell::Count(by_unit.values().sum()),
        Cell::Count(research),
        number(by_unit.len()),
        Cell::list(by_unit.iter().map(|(unit, times)| format!("{unit}×{times}"))),
        number(several),
        Cell::Count(over),
        Cell::Count(disruptions),
        Cell::Count(refused),
    ];
    Row::new(cells).resting_on(notes.into_iter().flat_map(|note| note.entries))
}
