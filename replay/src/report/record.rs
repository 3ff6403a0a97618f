//! RP23 补录、更正、作废、倒签表 and RP24 账本完整性证明.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::{Event, Precision};
use crate::integrity::json::{Json, parse};
use crate::rules::bench::Case;
use crate::rules::finding::{EntryRef, Finding};
use crate::time::civil::{self, Zone};

pub(super) const REPAIRS: Report = Report {
    id: "RP23",
    version: 3,
    zh: "补录更正作废倒签表",
    en: "late, corrected, voided and backdated records",
    rows_zh: "记录",
    readers_zh: "纪检",
    columns: REPAIR_COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: lacks_numbers, master: &[] },
    gather: repairs,
    rows: repair_rows,
};

pub(super) const INTEGRITY: Report = Report {
    id: "RP24",
    version: 3,
    zh: "账本完整性证明",
    en: "what the ledger says of its own integrity",
    rows_zh: "链段",
    readers_zh: "脚本、法院",
    columns: INTEGRITY_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: integrity,
    rows: integrity_rows,
};

const REPAIR_COLUMNS: &[Column] = &[
    column("stream", "事件流", "stream", Holds::Text),
    column("act", "行为", "act", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("kind", "情形", "what", Holds::Text),
    column("occurred_at", "发生时间", "occurred", Holds::Moment),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("lag_minutes", "时差(分钟)", "lag in minutes", Holds::Count),
    column("doc_date", "文书日期", "document's date", Holds::Text),
    column("recorder", "录入人", "recorder", Holds::Text),
    column("reason", "理由", "reason", Holds::Text),
    column("field", "更正字段", "field", Holds::Text),
    column("old_value", "更正前", "old value", Holds::Text),
    column("new_value", "更正后", "new value", Holds::Text),
    column("approved_by", "批准", "approved by", Holds::Text),
    column("target", "所涉记录", "target", Holds::Code),
];

/// A gap in a series of numbers (RX.2).
fn lacks_numbers(finding: &Finding) -> bool {
    finding.rule == "RX.2" && finding.explanation.contains_key("missing_numbers")
}

/// The records in question, then the numbers of which there is no record.
fn repair_rows(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut rows = one_row_a_note(ground, notes);
    let found = ground.judgement.findings.iter().filter(|finding| lacks_numbers(finding));
    for finding in found.filter(|finding| ground.in_period(finding.at)) {
        let mut cells = vec![Cell::Empty; REPAIR_COLUMNS.len()];
        let told = [
            ("stream", Cell::text(finding.stream.as_ref())),
            ("act", Cell::text("文号")),
            ("unit", Cell::maybe(finding.accountable.unit.as_deref(), Cell::text)),
            ("kind", Cell::text("文号断号")),
            ("occurred_at", Cell::Date(ground.bench.zone.date(finding.at))),
            ("reason", Cell::text(finding.zh.clone())),
        ];
        for (name, cell) in told {
            let place = REPAIR_COLUMNS.iter().position(|column| column.name == name);
            if let Some(empty) = place.and_then(|place| cells.get_mut(place)) {
                *empty = cell;
            }
        }
        rows.push(Row::new(cells).resting_on(finding.entries.iter().cloned()));
    }
    rows
}

/// Members of bodies that carry the date of the act's own document.
const DATES: [&str; 5] = ["decision_date", "accepted_on", "issued_on", "filed_on", "date"];

fn repairs(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    for act in &case.file.acts {
        if !ground.period.has(zone.date(act.recorded)) {
            continue;
        }
        let late = case.bench.recorded_late(zone.date(act.occurred.micros), act.recorded);
        let imported = act.source.kind.get() == Some("import");
        let paper = act.source.kind.get() == Some("paper_backfill");
        let document = document_date(act);
        let occurred = zone.date(act.occurred.micros);
        let other = document.as_deref().and_then(civil::parse_date).is_some_and(|d| d != occurred);
        let kinds = [(late && !imported, "迟录"), (paper, "补录"), (other, "文书日期不符")];
        let kinds: Vec<&str> = kinds.iter().filter(|kind| kind.0).map(|kind| kind.1).collect();
        if !kinds.is_empty() {
            let reason = act.late_reason.get().unwrap_or_default().to_owned();
            out.push_on(
                zone.date(act.recorded),
                note(case, act, kinds.join("、"), document, reason, zone),
            );
        }
    }
    for act in &case.file.repairs {
        if ground.period.has(zone.date(act.recorded)) {
            let kind = act.event_type.map_or(act.kind.as_ref(), |known| known.zh).to_owned();
            let reason = ["reason", "ground", "text"].iter().find_map(|name| act.body.text(name));
            let reason = reason.unwrap_or_default().into_owned();
            out.push_on(zone.date(act.recorded), note(case, act, kind, None, reason, zone));
        }
    }
}

fn document_date(act: &Event<'_>) -> Option<String> {
    let own = DATES.iter().find_map(|name| act.body.text(name)).map(|text| text.into_owned());
    own.or_else(|| {
        let docs = parse(act.docs?.as_bytes()).ok()?;
        let first = docs.as_list()?.first()?.get("doc_date").and_then(Json::as_str)?;
        Some(first.to_owned())
    })
}

fn note(
    case: &Case<'_>,
    act: &Event<'_>,
    kind: String,
    document: Option<String>,
    reason: String,
    zone: Zone,
) -> Note {
    let recorder = act.recorder.as_ref().or(act.actor.as_ref());
    let who = recorder.and_then(|who| who.officer.get().or(who.system.get()).or(who.unit.get()));
    let words = |json: &Json<'_>| match json {
        Json::Text(text) => text.as_ref().to_owned(),
        other => String::from_utf8_lossy(&other.to_bytes()).into_owned(),
    };
    let value = act.body.json("new_value").as_ref().map(words);
    let before = case.file.replaced.get(&act.position).copied().map(words);
    let target = act.body.text("target_event").or(act.body.text("target"));
    let occurred = match act.precision {
        Precision::Minute => Cell::Moment(act.occurred.micros),
        Precision::Day => Cell::Date(zone.date(act.occurred.micros)),
    };
    let cells = vec![
        Cell::text(case.file.stream),
        Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
        Cell::text(act.unit().unwrap_or_default()),
        Cell::text(kind),
        occurred,
        Cell::Moment(act.recorded),
        Cell::Count((act.recorded - act.occurred.micros) / 60_000_000),
        Cell::maybe(document, Cell::text),
        Cell::text(who.unwrap_or_default()),
        Cell::text(reason),
        facts::member(Some(act), "field_path"),
        Cell::maybe(before, Cell::text),
        Cell::maybe(value, Cell::text),
        facts::member(Some(act), "approved_by"),
        Cell::maybe(target, |target| Cell::text(target.into_owned())),
    ];
    Note { key: case.file.stream.to_owned(), cells, entries: vec![EntryRef::of(act)] }
}

const INTEGRITY_COLUMNS: &[Column] = &[
    column("log", "日志", "log", Holds::Text),
    column("kind", "种类", "kind", Holds::Text),
    column("at", "时间", "at", Holds::Moment),
    column("position", "记录号", "position", Holds::Count),
    column("by", "作出者", "by", Holds::Text),
    column("range", "范围", "range", Holds::Text),
    column("result", "结论", "result", Holds::Text),
    column("digest", "摘要", "digest", Holds::Code),
    column("anomalies", "异常", "anomalies", Holds::Text),
    column("tool", "校验工具版本", "tool and version", Holds::Code),
];

/// What the ledger has recorded of itself: its creation, checkpoints, anchors,
/// verifications, migrations, refusals and clock anomalies.
const OWN: [&str; 9] = [
    "ledger.created",
    "ledger.checkpoint.signed",
    "ledger.verified",
    "ledger.anchor.recorded",
    "ledger.closing.recorded",
    "ledger.sealed_closing.recorded",
    "hash_algorithm.migrated",
    "intake.refused",
    "clock.anomaly.detected",
];

fn integrity(case: &Case<'_>, _: &Ground<'_>, out: &mut Gathering) {
    for act in case.any(&OWN) {
        let entry = EntryRef::of(act);
        let first = |names: &[&str]| {
            let found = names.iter().map(|name| facts::member(Some(act), name));
            found.into_iter().find(|cell| *cell != Cell::Empty).unwrap_or(Cell::Empty)
        };
        let who = act.actor.as_ref().and_then(|who| who.system.get().or(who.unit.get()));
        let anomalies = match act.body.json("anomalies") {
            Some(Json::List(list)) => Cell::Count(i64::try_from(list.len()).unwrap_or(i64::MAX)),
            _ => Cell::Empty,
        };
        let cells = vec![
            Cell::text(if entry.sealed { "sealed" } else { "open" }),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            Cell::Moment(act.recorded),
            Cell::Count(i64::try_from(act.position).unwrap_or(i64::MAX)),
            Cell::text(who.unwrap_or_default()),
            first(&["range", "seq", "origin"]),
            first(&["result", "reason"]),
            first(&["root", "digest", "rehash_root"]),
            anomalies,
            facts::member(Some(act), "tool_version"),
        ];
        out.push(Note { key: format!("{:020}", act.position), cells, entries: vec![entry] });
    }
}

/// The prefix that the report is about comes first; what the ledger says of
/// itself follows in order of recording. That the bytes are whole is proved by
/// `plumb verify`, not by any report.
fn integrity_rows(ground: &Ground<'_>, mut notes: Gathered) -> Vec<Row> {
    notes.sort_by(|a, b| a.key.cmp(&b.key));
    let prefix = Row::new(vec![
        Cell::text("open"),
        Cell::text("本报表所据链段"),
        Cell::Moment(ground.bench.known_at),
        Cell::maybe(ground.log_size.checked_sub(1), |last| {
            Cell::Count(i64::try_from(last).unwrap_or(i64::MAX))
        }),
        Cell::text(ground.origin),
        Cell::text(format!("0–{}", ground.log_size)),
        Cell::text("须以 plumb verify 核验"),
        Cell::text(ground.head),
        Cell::Empty,
        Cell::Empty,
    ]);
    let own = notes.into_iter().map(|note| Row::new(note.cells).resting_on(note.entries));
    std::iter::once(prefix).chain(own).collect()
}
