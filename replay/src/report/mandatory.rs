//! RP02 六个一律台账 and RP22 一律后果缺口表: what 「一律」 demands after a breach,
//! what was done, and what is missing.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground};
use super::table::{Cell, Column, Holds, Row, column};
use crate::rules::bench::Case;
use crate::rules::city::{Consequence, Decision, Determination};
use crate::rules::finding::{EntryRef, Finding, Outcome};
use crate::rules::{all_done, demanded};
use crate::time::civil::parse_date;
use chrono::NaiveDate;
use serde_json::Value;

pub(super) const LEDGER: Report = Report {
    id: "RP02",
    version: 2,
    zh: "六个一律台账",
    en: "the six mandatory consequences",
    rows_zh: "疑点",
    readers_zh: "效能办、纪检",
    columns: LEDGER_COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: |finding| of_six(finding) || is_gap(finding), master: &[] },
    gather: nothing,
    rows: ledger,
};

pub(super) const GAPS: Report = Report {
    id: "RP22",
    version: 2,
    zh: "一律后果缺口表",
    en: "mandatory consequences that are missing",
    rows_zh: "疑点",
    readers_zh: "市委督查、纪检",
    columns: GAP_COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: is_gap, master: &[] },
    gather: nothing,
    rows: gaps,
};

fn nothing(_: &Case<'_>, _: &Ground<'_>, _: &mut Gathering) {}

/// The six, by rule.
const SIX: [(&str, &str); 6] = [
    ("R2.2.4a", "① 应进厅不进厅"),
    ("R2.2.4b", "② 人员缺额"),
    ("R2.2.4c", "③ 授权不充分、两头跑"),
    ("R2.2.4d", "④ 已取消仍审批收费"),
    ("R2.2.4e", "⑤ 厅外收费"),
    ("R2.2.4f", "⑥ 超规定时限或承诺时间"),
];

fn of_six(finding: &Finding) -> bool {
    SIX.iter().any(|(rule, _)| *rule == finding.rule)
}

/// What had to follow and did not.
fn is_gap(finding: &Finding) -> bool {
    finding.rule == "RX.1"
}

const LEDGER_COLUMNS: &[Column] = &[
    column("kind", "一律类别", "which", Holds::Text),
    column("finding", "疑点编号", "finding", Holds::Code),
    column("unit", "单位", "unit", Holds::Text),
    column("stream", "事项或案号", "case", Holds::Text),
    column("occurred_at", "发生时间", "occurred", Holds::Moment),
    column("confirmed_at", "认定时间", "confirmed", Holds::Moment),
    column("demanded", "应有后果", "what must follow", Holds::Text),
    column("done", "已执行后果", "what was done", Holds::Text),
    column("overdue_days", "超期天数", "days overdue", Holds::Count),
    column("state", "状态", "state", Holds::Text),
    column("waiver", "豁免理由", "reason of a waiver", Holds::Text),
    column("principal_leader", "主要负责人", "principal leader", Holds::Text),
    column("direct", "直接责任人", "direct", Holds::Text),
];

fn ledger(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let found = ground.judgement.findings.iter().filter(|finding| of_six(finding));
    found
        .filter(|finding| ground.in_period(finding.at))
        .map(|one| ledger_row(ground, one))
        .collect()
}

/// The RX.1 finding about a breach, if one is open or waived.
fn gap_of<'g>(ground: &'g Ground<'_>, finding: &Finding) -> Option<&'g Finding> {
    let id = finding.id();
    let about = |gap: &&&Finding| is_gap(gap) && gap.matter.as_ref() == id;
    ground.findings(&finding.stream).iter().find(about).copied()
}

fn ledger_row(ground: &Ground<'_>, finding: &Finding) -> Row {
    let ids = finding.ids();
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let determinations = determinations(ground, &ids);
    let confirmed = determinations.iter().find(|one| one.decision == Decision::Confirmed);
    let consequences = ground.judgement.topics.consequences.of(&ids);
    let gap = gap_of(ground, finding);
    let done = facts::told(ground, &consequences);
    let overdue = gap.map(|gap| days_overdue(ground, gap));
    let name = SIX.iter().find(|(rule, _)| *rule == finding.rule).map_or("", |(_, name)| name);
    let waiver = determinations.last().filter(|last| last.decision == Decision::Waived);
    let cells = vec![
        Cell::text(name),
        Cell::text(finding.id()),
        Cell::maybe(finding.accountable.unit.as_deref(), Cell::text),
        Cell::text(finding.stream.as_ref()),
        Cell::Moment(finding.at),
        Cell::maybe(confirmed, |one| Cell::Moment(one.at)),
        Cell::list(demanded(finding.rule)),
        done,
        Cell::maybe(overdue, Cell::Count),
        Cell::text(state(finding, confirmed.is_some(), gap, &consequences)),
        Cell::maybe(waiver, |waiver| Cell::text(waiver.reason.as_ref())),
        Cell::maybe(finding.accountable.principal_leader.as_deref(), Cell::text),
        Cell::list(&finding.accountable.direct),
    ];
    let of_people = determinations.iter().map(|one| one.entry.clone());
    let of_acts = consequences.iter().map(|one| one.entry.clone());
    let entries: Vec<EntryRef> =
        finding.entries.iter().cloned().chain(of_people).chain(of_acts).collect();
    Row::new(cells).resting_on(entries)
}

/// What people said of a finding or of the one that it arises from, in order.
fn determinations<'g>(ground: &'g Ground<'_>, ids: &[&str]) -> Vec<&'g Determination> {
    let topic = &ground.judgement.topics.determinations;
    let mut all: Vec<&Determination> = ids.iter().flat_map(|id| topic.of(id)).collect();
    all.sort_by(|a, b| a.entry.cmp(&b.entry));
    all
}

/// What a gap says of itself, a day.
fn day_said(gap: &Finding, name: &str) -> Option<NaiveDate> {
    gap.explanation.get(name).and_then(Value::as_str).and_then(parse_date)
}

/// Days after the due date until all was done, or until the moment asked about.
fn days_overdue(ground: &Ground<'_>, gap: &Finding) -> i64 {
    let due = day_said(gap, "due").unwrap_or(ground.bench.zone.date(gap.at));
    let until = day_said(gap, "done_on").unwrap_or_else(|| ground.bench.today());
    (until - due).num_days().max(0)
}

fn state(
    finding: &Finding,
    confirmed: bool,
    gap: Option<&Finding>,
    consequences: &[&Consequence],
) -> &'static str {
    let late = gap.is_some_and(|gap| day_said(gap, "done_on").is_some());
    match (finding.outcome, confirmed, gap.map(|gap| gap.outcome)) {
        (Outcome::Dismissed | Outcome::Exempted, ..) => "不成立或豁免",
        (Outcome::Waived, ..) | (_, _, Some(Outcome::Waived)) => "豁免",
        (_, false, _) => "待核实",
        (_, true, Some(Outcome::Indeterminate)) => "须看密封日志",
        (_, true, Some(_)) if late => "逾期落实",
        (_, true, Some(_)) => "未落实",
        (_, true, None) if all_done(finding, consequences) => "已落实",
        (_, true, None) => "未到期",
    }
}

const GAP_COLUMNS: &[Column] = &[
    column("supervising_unit", "监督单位", "supervisor", Holds::Text),
    column("leader", "监督单位主要负责人", "its leader", Holds::Text),
    column("finding", "所涉疑点", "finding", Holds::Code),
    column("rule", "规则", "rule", Holds::Code),
    column("breach_unit", "违规单位", "unit in breach", Holds::Text),
    column("stream", "案号", "case", Holds::Text),
    column("confirmed_on", "认定日", "confirmed", Holds::Date),
    column("due", "应落实日", "due", Holds::Date),
    column("done_on", "逾期落实日", "done late", Holds::Date),
    column("overdue_days", "逾期天数", "days overdue", Holds::Count),
    column("demanded", "应办", "what must follow", Holds::Text),
    column("gap", "缺口", "what is missing", Holds::Text),
    column("result", "认定", "result", Holds::Text),
];

fn gaps(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let found = ground.judgement.findings.iter().filter(|finding| is_gap(finding));
    let rows = found.filter(|finding| ground.in_period(finding.at)).map(|finding| {
        let said = |name: &str| finding.explanation.get(name).and_then(Value::as_str);
        let date = |name: &str| Cell::maybe(day_said(finding, name), Cell::Date);
        let rule = said("rule").unwrap_or_default();
        let overdue = days_overdue(ground, finding);
        let cells = vec![
            Cell::maybe(finding.accountable.supervising_unit.as_deref(), Cell::text),
            Cell::maybe(finding.accountable.principal_leader.as_deref(), Cell::text),
            Cell::text(finding.matter.as_ref()),
            Cell::text(rule),
            Cell::maybe(said("breach_unit"), Cell::text),
            Cell::text(finding.stream.as_ref()),
            date("confirmed_on"),
            date("due"),
            date("done_on"),
            Cell::Count(overdue),
            Cell::list(demanded(rule)),
            Cell::text(finding.zh.clone()),
            Cell::text(finding.outcome.zh()),
        ];
        Row::new(cells).resting_on(finding.entries.iter().cloned())
    });
    rows.collect()
}
