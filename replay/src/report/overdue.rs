//! RP03 超时办件清单 and RP04 临期预警清单: cases whose legal or promised term has
//! run out, and open ones for which it soon will (P23).

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockReading, WarnedAt};
use crate::rules::finding::{EntryRef, Finding};

pub(super) const OVERDUE: Report = Report {
    id: "RP03",
    version: 2,
    zh: "超时办件清单",
    en: "cases over their time",
    rows_zh: "案件",
    readers_zh: "各监督部门",
    columns: OVERDUE_COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: of_time, master: &[] },
    gather: overdue,
    rows: overdue_rows,
};

pub(super) const EXPIRING: Report = Report {
    id: "RP04",
    version: 2,
    zh: "临期预警清单",
    en: "open cases soon out of time",
    rows_zh: "在办案件",
    readers_zh: "承办单位、服务中心",
    columns: EXPIRING_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: expiring,
    rows: one_row_a_note,
};

const OVERDUE_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("item_code", "事项编码", "item", Holds::Code),
    column("item_name", "事项", "item name", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("handler", "承办人", "handler", Holds::Text),
    column("reviewer", "审核人", "reviewer", Holds::Text),
    column("approver", "批准人", "approver", Holds::Text),
    column("accepted_on", "受理日", "accepted", Holds::Date),
    column("legal_due", "法定到期", "legal due", Holds::Date),
    column("promised_due", "承诺到期", "promised due", Holds::Date),
    column("suspensions", "挂起次数", "suspensions", Holds::Count),
    column("suspended_wd", "挂起工作日", "suspended working days", Holds::Count),
    column("suspension_kinds", "挂起种类", "kinds", Holds::Text),
    column("extended_wd", "延期工作日", "extension, working days", Holds::Count),
    column("decided_on", "决定日", "decided", Holds::Date),
    column("closed_on", "办结日", "closed", Holds::Date),
    column("over_legal_wd", "超法定工作日", "over legal term", Holds::Count),
    column("over_promise_wd", "超承诺工作日", "over promise", Holds::Count),
    column("deemed", "默认", "deemed", Holds::Text),
    column("results", "认定", "results", Holds::Text),
    column("rules", "疑点", "findings", Holds::Text),
    column("consequences", "整改通报事件", "what was done about it", Holds::Text),
];

/// The findings whose consequences the table tells.
fn of_time(finding: &Finding) -> bool {
    finding.rule == "R2.2.4f"
}

const DECISIONS: [&str; 3] =
    ["approval.decision.granted", "approval.decision.refused", "approval.commitment.decided"];
const CLOSINGS: [&str; 3] =
    ["approval.case.closed", "approval.application.withdrawn", "approval.case.terminated"];

fn overdue(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let (legal, promise) = (clocks::legal(case), clocks::promise(case));
    let ran_out = |reading: &Option<ClockReading>| {
        reading.as_ref().is_some_and(|reading| reading.late && ground.period.has(reading.due))
    };
    if !ran_out(&legal) && !ran_out(&promise) {
        return;
    }
    let any = legal.as_ref().or(promise.as_ref());
    let suspensions = any.map(|reading| reading.suspensions.as_slice()).unwrap_or_default();
    let extended: u32 = any
        .map(|reading| reading.extensions.iter().filter(|one| one.refused.is_none()))
        .into_iter()
        .flatten()
        .map(|one| one.days)
        .sum();
    let zone = case.bench.zone;
    let decided = case.any(&DECISIONS).next_back();
    let closed = case.any(&CLOSINGS).next_back();
    let (code, name) = facts::item(case);
    let findings = ground.findings(case.file.stream);
    let results: std::collections::BTreeSet<&str> =
        findings.iter().map(|finding| finding.outcome.zh()).collect();
    let cells = vec![
        Cell::text(case.file.stream),
        code,
        name,
        Cell::maybe(facts::unit(case), Cell::text),
        facts::officers(case, "承办人"),
        facts::officers(case, "审核人"),
        facts::officers(case, "批准人"),
        Cell::maybe(case.clocks().start.as_ref(), |start| Cell::Date(start.on)),
        facts::due(legal.as_ref()),
        facts::due(promise.as_ref()),
        Cell::Count(i64::try_from(suspensions.len()).unwrap_or(i64::MAX)),
        Cell::maybe(any, |reading| Cell::Count(facts::suspended_wd(case, reading))),
        Cell::list(suspensions.iter().map(|claim| claim.kind.as_ref())),
        Cell::Count(i64::from(extended)),
        facts::day(decided, zone),
        facts::day(closed, zone),
        facts::over(legal.as_ref()),
        facts::over(promise.as_ref()),
        Cell::text(if case.first("approval.timeout.deemed_approved").is_some() {
            "是"
        } else {
            "否"
        }),
        Cell::list(results),
        facts::rules(findings),
    ];
    let mut entries = facts::grounds(findings);
    entries.extend(any.map(|reading| reading.start.entry.clone()));
    entries.extend(decided.into_iter().chain(closed).map(EntryRef::of));
    let ran_out =
        |reading: &Option<ClockReading>| reading.as_ref().filter(|one| one.late).map(|one| one.due);
    let days = [ran_out(&legal), ran_out(&promise)];
    out.push_on_any(days, Note { key: case.file.stream.to_owned(), cells, entries });
}

/// With what was done about each: acts of other streams, which name the finding.
fn overdue_rows(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let row = |mut note: Note| {
        let (told, entries) = facts::consequences(ground, &note.key, of_time);
        note.cells.push(told);
        note.entries.extend(entries);
        Row::new(note.cells).resting_on(note.entries)
    };
    notes.into_iter().map(row).collect()
}

const EXPIRING_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("item_name", "事项", "item", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("clock", "期限", "term", Holds::Text),
    column("due", "到期日", "due", Holds::Date),
    column("provisional", "暂定", "provisional", Holds::Text),
    column("remaining_wd", "剩余工作日", "days left", Holds::Count),
    column("used", "已用", "used", Holds::Share),
    column("level", "级别", "level", Holds::Text),
    column("stage", "当前环节", "stage", Holds::Text),
    column("holder", "当前责任人", "who holds it", Holds::Text),
];

/// Whom the case lies with: the last officer who acted in it. Devices and applicants
/// hold nothing.
fn holder<'c>(case: &'c Case<'_>) -> &'c str {
    let officer = |act: &'c Event<'c>| act.actor.as_ref()?.officer.get();
    case.file.acts.iter().rev().find_map(officer).unwrap_or_default()
}

/// One row a clock that is not stopped and of which P23 warns or that is over.
fn expiring(case: &Case<'_>, _: &Ground<'_>, out: &mut Gathering) {
    for reading in [clocks::legal(case), clocks::promise(case)].into_iter().flatten() {
        let total = reading.used + reading.remaining;
        let level = match WarnedAt::of(case, &reading) {
            _ if reading.stop.is_some() => continue,
            _ if reading.late => "红牌",
            warned if reading.remaining <= warned.before_wd => "黄牌",
            warned if warned.used_up(reading.used, total) => "提示",
            _ => continue,
        };
        let stage = case.last("approval.stage.started");
        let cells = vec![
            Cell::text(case.file.stream),
            facts::item(case).1,
            Cell::maybe(facts::unit(case), Cell::text),
            Cell::text(reading.kind.zh()),
            Cell::Date(reading.due),
            Cell::text(if reading.provisional { "暂定" } else { "" }),
            Cell::Count(i64::from(reading.remaining)),
            Cell::share(i64::from(reading.used.min(total)), i64::from(total)),
            Cell::text(level),
            facts::member(stage, "stage"),
            Cell::text(holder(case)),
        ];
        let entries = vec![reading.start.entry.clone()];
        let key = format!("{}/{}", case.file.stream, reading.kind.as_str());
        out.push(Note { key, cells, entries });
    }
}
