//! Questions 20, 22 and 23: repairs of the record, acts from elsewhere, and master
//! data changed backwards.

use super::oversight::differences;
use crate::event::Event;
use crate::integrity::json::Json;
use crate::report::{
    Cell, Column, Gathered, Gathering, Ground, Holds, LooksAt, Note, Report, Row, column, facts,
    one_row_a_note,
};
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use chrono::Timelike;
use std::collections::BTreeMap;

pub(super) const REPAIRS: Report = Report {
    id: "Q20",
    version: 2,
    zh: "触及本案的更正、作废、异议与遮蔽及其批准人(包含与一致性证明用 plumb prove)",
    en: "corrections, voids, disputes and redactions of the case, with approvers; prove with plumb prove",
    rows_zh: "修补记录",
    readers_zh: "纪检",
    columns: REPAIR_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: repairs,
    rows: one_row_a_note,
};

const REPAIR_COLUMNS: &[Column] = &[
    column("kind", "种类", "kind", Holds::Text),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("position", "记录号", "position", Holds::Count),
    column("target", "所涉记录", "target", Holds::Code),
    column("field", "字段", "field", Holds::Text),
    column("new_value", "改为", "new value", Holds::Text),
    column("reason", "理由", "reason", Holds::Text),
    column("requested_by", "申请人", "requested by", Holds::Text),
    column("approved_by", "批准人", "approved by", Holds::Text),
];

fn repairs(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if ground.about.stream.as_deref() != Some(case.file.stream) {
        return;
    }
    let redactions = case.all("redaction.applied");
    for act in case.file.repairs.iter().chain(redactions) {
        let any = |names: &[&str]| {
            let mut cells = names.iter().map(|name| facts::member(Some(act), name));
            cells.find(|cell| *cell != Cell::Empty).unwrap_or(Cell::Empty)
        };
        let value = act.body.json("new_value").map(|json| match json {
            Json::Text(text) => text.into_owned(),
            other => String::from_utf8_lossy(&other.to_bytes()).into_owned(),
        });
        let approvers = match act.body.json("approvers") {
            Some(Json::List(list)) => Cell::list(list.iter().filter_map(Json::as_str)),
            _ => any(&["approved_by", "approver", "by"]),
        };
        let cells = vec![
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            Cell::Moment(act.recorded),
            Cell::Count(i64::try_from(act.position).unwrap_or(i64::MAX)),
            any(&["target_event", "target"]),
            any(&["field_path"]),
            Cell::maybe(value, Cell::text),
            any(&["reason", "ground", "text"]),
            any(&["requested_by"]),
            approvers,
        ];
        let key = format!("{:020}", act.position);
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

pub(super) const ELSEWHERE: Report = Report {
    id: "Q22",
    version: 1,
    zh: "该账号是否在本人请假、缺岗时或在别处办理了事项",
    en: "acts of an officer's account while on leave, absent, or at another venue",
    rows_zh: "行为",
    readers_zh: "纪检",
    columns: ELSEWHERE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: of_officer,
    rows: elsewhere,
};

const ELSEWHERE_COLUMNS: &[Column] = &[
    column("at", "时间", "at", Holds::Moment),
    column("act", "行为", "act", Holds::Text),
    column("stream", "案号", "case", Holds::Text),
    column("venue", "地点", "venue", Holds::Text),
    column("attendance", "当半日考勤", "attendance", Holds::Text),
    column("why", "疑处", "why", Holds::Text),
];

/// Notes: `A` acts by half-day, `L` leave and attendance by half-day.
fn of_officer(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let officer = ground.about.officer.as_deref();
    let zone = case.bench.zone;
    for act in &case.file.acts {
        if act.kind.starts_with("hall.attendance.recorded") {
            if act.body.text("officer").as_deref() == officer {
                absences(act, out);
            }
        } else if act.kind.starts_with("hall.leave.approved") {
            if act.body.text("officer").as_deref() == officer {
                leaves(act, out);
            }
        } else if act.actor.as_ref().and_then(|actor| actor.officer.get()) == officer
            && ground.in_period(act.occurred.micros)
        {
            let venue = act.venue.as_ref();
            let kind = venue.and_then(|venue| venue.kind.get()).unwrap_or_default();
            let local = act.occurred.micros + i64::from(zone.offset_minutes()) * 60_000_000;
            let hour = chrono::DateTime::from_timestamp_micros(local).map_or(0, |at| at.hour());
            let half = if hour < 12 { "上午" } else { "下午" };
            let cells = vec![
                Cell::text("A"),
                Cell::Moment(act.occurred.micros),
                Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
                Cell::text(case.file.stream),
                Cell::text(kind),
            ];
            let key = format!("{} {half}", zone.date(act.occurred.micros));
            out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
        }
    }
}

fn absences(act: &Event<'_>, out: &mut Gathering) {
    let text = |name: &str| act.body.text(name).unwrap_or_default().into_owned();
    let status = text("status");
    if matches!(status.as_str(), "缺岗" | "请假" | "公差") {
        let key = format!("{} {}", text("date"), text("half"));
        let cells = vec![Cell::text("L"), Cell::text(status)];
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

/// `half_days`: `2025-03-04 上午`, or objects of date and half.
fn leaves(act: &Event<'_>, out: &mut Gathering) {
    let Some(Json::List(halves)) = act.body.json("half_days") else { return };
    for half in &halves {
        let part = |name: &str| half.get(name).and_then(Json::as_str).unwrap_or_default();
        let key = match half {
            Json::Text(text) => text.to_string(),
            _ => format!("{} {}", part("date"), part("half")),
        };
        let cells = vec![Cell::text("L"), Cell::text("请假")];
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn elsewhere(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let is = |note: &Note, kind: &str| note.cells.first() == Some(&Cell::text(kind));
    let mut away: BTreeMap<&str, &Note> = BTreeMap::new();
    for note in notes.iter().filter(|note| is(note, "L")) {
        away.insert(&note.key, note);
    }
    let mut venues: BTreeMap<String, i64> = BTreeMap::new();
    for note in notes.iter().filter(|note| is(note, "A")) {
        if let Some(Cell::Text(venue)) = note.cells.get(4) {
            *venues.entry(venue.clone()).or_default() += 1;
        }
    }
    let usual = venues.iter().max_by_key(|(_, count)| **count).map(|(venue, _)| venue.clone());
    let mut rows = Vec::new();
    for note in notes.iter().filter(|note| is(note, "A")) {
        let absent = away.get(note.key.as_str());
        let venue = match note.cells.get(4) {
            Some(Cell::Text(venue)) => Some(venue.clone()),
            _ => None,
        };
        let other = venue.is_some() && venue != usual;
        if absent.is_none() && !other {
            continue;
        }
        let why = [(absent.is_some(), "不在岗时办理"), (other, "不在通常地点")];
        let cell = |at: usize| note.cells.get(at).cloned().unwrap_or(Cell::Empty);
        let cells = vec![
            cell(1),
            cell(2),
            cell(3),
            cell(4),
            absent.and_then(|note| note.cells.get(1)).cloned().unwrap_or(Cell::Empty),
            Cell::list(why.iter().filter(|why| why.0).map(|why| why.1)),
        ];
        let entries = note.entries.iter().chain(absent.iter().flat_map(|note| &note.entries));
        rows.push(Row::new(cells).resting_on(entries.cloned()));
    }
    rows.sort_by(|a, b| a.entries.cmp(&b.entries));
    rows
}

pub(super) const RETROACTIVE: Report = Report {
    id: "Q23",
    version: 1,
    zh: "哪些主数据被追溯修改、何人所为,哪些疑点因此消失或出现",
    en: "master data changed backwards, by whom, and which findings that removed or raised",
    rows_zh: "主数据版本或疑点变化",
    readers_zh: "纪检",
    columns: RETROACTIVE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: backwards,
    rows: with_differences,
};

const RETROACTIVE_COLUMNS: &[Column] = &[
    column("what", "类别", "what", Holds::Text),
    column("name", "对象", "of", Holds::Text),
    column("detail", "内容", "detail", Holds::Text),
    column("valid_from", "生效日", "valid from", Holds::Text),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("by", "录入单位", "by", Holds::Text),
];

/// Rows valid before they were recorded, recorded after the moment compared with.
fn backwards(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let Some(then) = ground.about.then else { return };
    let master = case.file.acts.iter().chain(&case.file.repairs);
    for act in master.filter(|act| act.recorded > then && case.file.stream.starts_with("md/")) {
        let from = act.body.text("valid_from");
        let day = from.as_deref().and_then(crate::time::civil::parse_date);
        let early = day.is_some_and(|day| day < case.bench.zone.date(act.recorded));
        let repair = crate::state::repairs_record(&act.kind);
        if !(early || repair) {
            continue;
        }
        let who = act.actor.as_ref();
        let by = who.and_then(|who| who.officer.get().or(who.unit.get()));
        let cells = vec![
            Cell::text("主数据"),
            Cell::text(case.file.stream),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            Cell::maybe(from, |from| Cell::text(from.into_owned())),
            Cell::Moment(act.recorded),
            Cell::text(by.unwrap_or_default()),
        ];
        out.push(Note {
            key: case.file.stream.to_owned(),
            cells,
            entries: vec![EntryRef::of(act)],
        });
    }
}

fn with_differences(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut rows: Vec<Row> =
        notes.into_iter().map(|note| Row::new(note.cells).resting_on(note.entries)).collect();
    let Some(before) = ground.before else { return rows };
    for row in differences(&before.findings, &ground.judgement.findings) {
        let cell = |at: usize| row.cells.get(at).cloned().unwrap_or(Cell::Empty);
        let cells = vec![cell(0), cell(3), cell(6), Cell::Empty, Cell::Empty, cell(2)];
        rows.push(Row::new(cells).resting_on(row.entries));
    }
    rows
}
