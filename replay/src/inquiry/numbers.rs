//! Questions 8 and 9: missing and inverted numbers, and rushes before a power ends.

use crate::event::Event;
use crate::master::ItemStatus;
use crate::report::{
    Cell, Column, Gathered, Gathering, Ground, Holds, LooksAt, Note, Report, Row, column, facts,
};
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

pub(super) const GAPS: Report = Report {
    id: "Q08",
    version: 1,
    zh: "某单位某年哪些文号缺失,哪些号序与日期倒挂",
    en: "decision numbers of a unit that are missing, or out of the order of their dates",
    rows_zh: "文号",
    readers_zh: "纪检",
    columns: GAP_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: numbered,
    rows: gaps,
};

const GAP_COLUMNS: &[Column] = &[
    column("series", "字号", "series", Holds::Text),
    column("number", "序号", "number", Holds::Count),
    column("what", "情形", "what", Holds::Text),
    column("before", "前号日期", "date of the one before", Holds::Date),
    column("own", "本号日期", "own date", Holds::Date),
    column("stream", "案号", "case", Holds::Text),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
];

/// Members that carry a number of a unit's series.
const NUMBERS: [&str; 5] = ["decision_no", "acceptance_no", "notice_no", "case_no", "doc_no"];

/// `例市监许准字〔2024〕12号` → `例市监许准字〔2024〕`, 12. Year brackets are as written;
/// a number without one has no series that could be complete.
fn split(number: &str) -> Option<(String, i64)> {
    let bare = number.strip_suffix('号')?;
    let at = bare.rfind(['〕', ']', '】', ')', ')'])?;
    let close = bare.get(at..)?.chars().next()?;
    let (series, digits) = bare.split_at(at + close.len_utf8());
    let digits = digits.strip_prefix('第').unwrap_or(digits);
    Some((series.to_owned(), digits.parse().ok()?))
}

/// Notes: number, date, stream, recorded; and `void` notes of registers.
fn numbered(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    for act in &case.file.acts {
        if act.unit() != ground.about.unit.as_deref() || !ground.in_period(act.occurred.micros) {
            continue;
        }
        if act.kind.starts_with("hall.number_register.declared") {
            voided(act, out);
            continue;
        }
        for member in NUMBERS {
            let Some(text) = act.body.text(member) else { continue };
            let Some((series, number)) = split(&text) else { continue };
            let cells = vec![
                Cell::Count(number),
                Cell::Date(case.bench.zone.date(act.occurred.micros)),
                Cell::text(case.file.stream),
                Cell::Moment(act.recorded),
            ];
            out.push(Note { key: series, cells, entries: vec![EntryRef::of(act)] });
        }
    }
}

/// Numbers that the unit has declared void are not missing.
fn voided(act: &Event<'_>, out: &mut Gathering) {
    use crate::integrity::json::Json;
    let (Some(kind), Some(year)) = (act.body.text("doc_type"), act.body.int("year")) else {
        return;
    };
    let Some(Json::List(numbers)) = act.body.json("voided") else { return };
    for number in numbers.iter().filter_map(Json::as_int) {
        let cells = vec![Cell::Count(number)];
        let key = format!("{kind}〔{year}〕");
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn gaps(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut series: BTreeMap<String, BTreeMap<i64, Vec<&Note>>> = BTreeMap::new();
    for note in &notes {
        if let Some(Cell::Count(number)) = note.cells.first() {
            series.entry(note.key.clone()).or_default().entry(*number).or_default().push(note);
        }
    }
    series.iter().flat_map(|(name, numbers)| of_series(name, numbers)).collect()
}

fn of_series(name: &str, numbers: &BTreeMap<i64, Vec<&Note>>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut before: Option<(i64, NaiveDate, &Note)> = None;
    for (number, notes) in numbers {
        let expected = before.map_or(1, |(last, ..)| last + 1);
        for missing in expected..*number {
            let near = before.map(|(_, _, note)| note).into_iter().chain(notes.first().copied());
            let mut cells = vec![Cell::text(name), Cell::Count(missing), Cell::text("缺号")];
            cells.push(Cell::maybe(before, |(_, day, _)| Cell::Date(day)));
            cells.resize(GAP_COLUMNS.len(), Cell::Empty);
            rows.push(Row::new(cells).resting_on(near.flat_map(|note| note.entries.clone())));
        }
        let dated = notes.iter().find_map(|note| match note.cells.get(1) {
            Some(Cell::Date(day)) => Some((*day, *note)),
            _ => None,
        });
        let last = before.map(|(_, day, _)| day);
        if let (Some((day, note)), Some(last)) = (dated, last)
            && day < last
        {
            let cells = vec![
                Cell::text(name),
                Cell::Count(*number),
                Cell::text("倒挂"),
                Cell::Date(last),
                Cell::Date(day),
                note.cells.get(2).cloned().unwrap_or(Cell::Empty),
                note.cells.get(3).cloned().unwrap_or(Cell::Empty),
            ];
            let earlier = before.map(|(_, _, note)| note.entries.clone()).unwrap_or_default();
            rows.push(Row::new(cells).resting_on(note.entries.iter().cloned().chain(earlier)));
        }
        let kept = dated.map(|(day, note)| (*number, last.map_or(day, |last| last.max(day)), note));
        // A void number stands in the series, without a date.
        before = kept.or(before.map(|(_, day, note)| (*number, day, note)));
        if before.is_none()
            && let Some(note) = notes.first()
        {
            before = Some((*number, NaiveDate::MIN, note));
        }
    }
    rows
}

pub(super) const RUSH: Report = Report {
    id: "Q09",
    version: 1,
    zh: "受理时事项是否已取消或下放,过渡月内同单位有无突击审批",
    en: "was the item already cancelled or handed down; rushes in the month of transition",
    rows_zh: "行为",
    readers_zh: "纪检",
    columns: RUSH_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: rush,
    rows: by_item,
};

const RUSH_COLUMNS: &[Column] = &[
    column("item_code", "事项编码", "item", Holds::Code),
    column("what", "去向", "what became of it", Holds::Text),
    column("effective_on", "生效日", "effective", Holds::Date),
    column("stream", "案号", "case", Holds::Text),
    column("act", "行为", "act", Holds::Text),
    column("on", "日期", "date", Holds::Date),
    column("place", "先后", "before or after", Holds::Text),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
];

fn rush(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let kinds =
        ["approval.acceptance.granted", "approval.decision.granted", "approval.commitment.decided"];
    for act in case.any(&kinds) {
        if act.unit() != ground.about.unit.as_deref() {
            continue;
        }
        let Some(code) = act.item.as_ref().and_then(|item| item.code.get()) else { continue };
        let Some((what, since)) = ended(ground, code) else { continue };
        let on = case.bench.zone.date(act.occurred.micros);
        let month_before = since.checked_sub_days(Days::new(31)).unwrap_or(since);
        if on < month_before {
            continue;
        }
        let place = if on < since { "生效前一个月内" } else { "生效后" };
        let cells = vec![
            Cell::text(code),
            Cell::text(what),
            Cell::Date(since),
            Cell::text(case.file.stream),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            facts::day(Some(act), case.bench.zone),
            Cell::text(place),
            Cell::Moment(act.recorded),
        ];
        out.push(Note { key: code.to_owned(), cells, entries: vec![EntryRef::of(act)] });
    }
}

/// What became of an item, and since when, as of the moment asked about.
fn ended(ground: &Ground<'_>, code: &str) -> Option<(&'static str, NaiveDate)> {
    let at = ground.bench.at_now();
    let master = ground.bench.master;
    match master.item_status(code, at) {
        ItemStatus::Cancelled { since, .. } => Some(("取消", since?)),
        ItemStatus::Delegated { since, .. } => Some(("下放", since?)),
        ItemStatus::Moved { since, .. } => Some(("划转", since?)),
        ItemStatus::Ended { since, .. } => Some(("终止", since?)),
        _ => {
            let batch = master.batch_items(code, at);
            let row = batch.iter().find(|row| row.kind == Some("取消"))?;
            Some(("取消", row.effective_on?))
        }
    }
}

fn by_item(_: &Ground<'_>, mut notes: Gathered) -> Vec<Row> {
    notes.sort_by(|a, b| (&a.key, &a.entries).cmp(&(&b.key, &b.entries)));
    notes.into_iter().map(|note| Row::new(note.cells).resting_on(note.entries)).collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_number_is_cut_after_its_year() {
        assert_eq!(
            split("例市监许准字〔2024〕12号"),
            Some(("例市监许准字〔2024〕".to_owned(), 12))
        );
        assert_eq!(split("X[2022]第007号"), Some(("X[2022]".to_owned(), 7)));
        assert_eq!(split("例市监2024-12"), None);
        assert_eq!(split("号"), None);
    }
}
