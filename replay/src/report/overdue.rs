//! RP03 超时办件清单 and RP04 临期预警清单: cases whose legal or promised term has
//! run out, and open ones for which it soon will (P23).

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockReading};
use crate::rules::finding::EntryRef;

pub(super) const OVERDUE: Report = Report {
    id: "RP03",
    version: 1,
    zh: "超时办件清单",
    en: "cases over their time",
    rows_zh: "案件",
    readers_zh: "各监督部门",
    columns: OVERDUE_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: overdue,
    rows: one_row_a_note,
};

pub(super) const EXPIRING: Report = Report {
    id: "RP04",
    version: 1,
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
];

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
        Cell::maybe(any, |reading| Cell::Date(reading.start.on)),
        facts::due(legal.as_ref()),
        facts::due(promise.as_ref()),
        Cell::Count(i64::try_from(suspensions.len()).unwrap_or(i64::MAX)),
        Cell::Count(facts::suspended_wd(case, suspensions)),
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

/// One row a clock that is not stopped and that P23 makes yellow or that is over.
fn expiring(case: &Case<'_>, _: &Ground<'_>, out: &mut Gathering) {
    for reading in [clocks::legal(case), clocks::promise(case)].into_iter().flatten() {
        let open = reading.stop.is_none();
        let total = reading.used + reading.remaining;
        let ninety = u64::from(reading.used) * 10 >= u64::from(total) * 9;
        if !open || total == 0 || !(reading.late || reading.remaining <= 1 || ninety) {
            continue;
        }
        let last = case.acts.last();
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
            Cell::text(if reading.late { "红牌" } else { "黄牌" }),
            facts::member(stage, "stage"),
            Cell::text(last.and_then(|act| act.actor.as_ref()?.officer.get()).unwrap_or_default()),
        ];
        let entries = vec![reading.start.entry.clone()];
        let key = format!("{}/{}", case.file.stream, reading.kind.as_str());
        out.push(Note { key, cells, entries });
    }
}
