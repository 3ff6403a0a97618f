//! Questions 17–19 and 21: who dismissed signals, which consequences are missing,
//! what was known earlier, and which complaints came before.

use crate::event::Event;
use crate::report::{
    About, Cell, Column, Gathered, Gathering, Ground, Holds, LooksAt, Note, Report, Row, column,
    facts, one_row_a_note,
};
use crate::rules::bench::Case;
use crate::rules::city::Decision;
use crate::rules::finding::{EntryRef, Finding};
use std::collections::BTreeMap;

fn nothing(_: &Case<'_>, _: &Ground<'_>, _: &mut Gathering) {}

pub(super) const DISMISSERS: Report = Report {
    id: "Q17",
    version: 1,
    zh: "自动提示的疑点由谁否定、理由为何,同一人否定几次",
    en: "signals raised, who dismissed them and why, and how often the same person dismisses",
    rows_zh: "否定或豁免",
    readers_zh: "纪检",
    columns: DISMISSER_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: nothing,
    rows: dismissed,
};

const DISMISSER_COLUMNS: &[Column] = &[
    column("finding", "疑点编号", "finding", Holds::Code),
    column("rule", "规则", "rule", Holds::Code),
    column("stream", "案号", "case", Holds::Text),
    column("unit", "被疑单位", "unit", Holds::Text),
    column("decision", "认定", "determination", Holds::Text),
    column("by", "认定人", "by", Holds::Text),
    column("by_unit", "认定单位", "by unit", Holds::Text),
    column("reason", "理由", "reason", Holds::Text),
    column("at", "时间", "at", Holds::Moment),
    column("of_this_person", "该人否定数", "dismissed by this person", Holds::Count),
    column("decided_by_person", "该人认定数", "determined by this person", Holds::Count),
];

fn dismissed(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let all = &ground.judgement.topics.determinations;
    let mut persons: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for one in all.all().flat_map(|(_, list)| list) {
        let (dismissals, decided) = persons.entry(&one.by).or_default();
        *decided += 1;
        *dismissals += i64::from(one.decision != Decision::Confirmed);
    }
    let by_id: BTreeMap<String, &Finding> =
        ground.judgement.findings.iter().map(|finding| (finding.id(), finding)).collect();
    let mut rows = Vec::new();
    for (id, list) in all.all() {
        for one in list.iter().filter(|one| one.decision != Decision::Confirmed) {
            let finding = by_id.get(id);
            let (dismissals, decided) = persons.get(one.by.as_ref()).copied().unwrap_or_default();
            let word = match one.decision {
                Decision::Confirmed => "认定",
                Decision::Dismissed => "否定",
                Decision::Exempted => "豁免",
                Decision::Waived => "免予追究",
            };
            let cells = vec![
                Cell::text(id),
                Cell::maybe(finding, |finding| Cell::text(finding.rule)),
                Cell::maybe(finding, |finding| Cell::text(finding.stream.as_ref())),
                Cell::maybe(finding.and_then(|f| f.accountable.unit.as_deref()), Cell::text),
                Cell::text(word),
                Cell::text(one.by.as_ref()),
                Cell::text(one.by_unit.as_ref()),
                Cell::text(one.reason.as_ref()),
                Cell::Moment(one.at),
                Cell::Count(dismissals),
                Cell::Count(decided),
            ];
            let entries = finding.map(|finding| finding.entries.clone()).unwrap_or_default();
            rows.push(Row::new(cells).resting_on(entries.into_iter().chain([one.entry.clone()])));
        }
    }
    rows
}

pub(super) const CONSEQUENCES: Report = Report {
    id: "Q18",
    version: 1,
    zh: "哪些一律后果缺失,哪个监督单位未予落实",
    en: "which mandatory consequences are missing, and which supervisor let them lapse",
    rows_zh: "缺口",
    readers_zh: "纪检",
    columns: CONSEQUENCE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: nothing,
    rows: missing,
};

const CONSEQUENCE_COLUMNS: &[Column] = &[
    column("finding", "疑点编号", "finding", Holds::Code),
    column("stream", "所涉案件", "case", Holds::Text),
    column("supervising_unit", "监督单位", "supervisor", Holds::Text),
    column("leader", "其主要负责人", "its leader", Holds::Text),
    column("due", "应落实日", "due", Holds::Moment),
    column("result", "认定", "result", Holds::Text),
    column("words", "说明", "explanation", Holds::Text),
];

fn missing(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let gaps = ground.judgement.findings.iter().filter(|finding| finding.rule == "RX.1");
    let of_unit = |finding: &&Finding| {
        let unit = finding.accountable.supervising_unit.as_deref();
        About::asks(&ground.about.unit, unit.or(finding.accountable.unit.as_deref()))
    };
    let rows = gaps.filter(of_unit).map(|finding| {
        let held = &finding.accountable;
        let unit = held.supervising_unit.as_deref().or(held.unit.as_deref());
        let cells = vec![
            Cell::text(finding.id()),
            Cell::text(finding.stream.as_ref()),
            Cell::maybe(unit, Cell::text),
            Cell::maybe(held.principal_leader.as_deref(), Cell::text),
            Cell::Moment(finding.at),
            Cell::text(finding.outcome.zh()),
            Cell::text(finding.zh.clone()),
        ];
        Row::new(cells).resting_on(finding.entries.iter().cloned())
    });
    rows.collect()
}

pub(super) const THEN: Report = Report {
    id: "Q19",
    version: 1,
    zh: "领导签发报表之日账本所知如何,与现在相比有何不同",
    en: "what was known on an earlier day, against what is known now",
    rows_zh: "疑点变化",
    readers_zh: "纪检",
    columns: THEN_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: nothing,
    rows: changed,
};

const THEN_COLUMNS: &[Column] = &[
    column("change", "变化", "change", Holds::Text),
    column("finding", "疑点编号", "finding", Holds::Code),
    column("rule", "规则", "rule", Holds::Code),
    column("stream", "案号", "case", Holds::Text),
    column("then", "当时", "then", Holds::Text),
    column("now", "现在", "now", Holds::Text),
    column("words", "说明", "explanation", Holds::Text),
];

fn changed(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let Some(before) = ground.before else { return Vec::new() };
    differences(&before.findings, &ground.judgement.findings)
}

/// Findings that came, went or were determined between two judgings.
pub(super) fn differences(before: &[Finding], after: &[Finding]) -> Vec<Row> {
    let by_id = |list: &'_ [Finding]| -> BTreeMap<String, usize> {
        list.iter().enumerate().map(|(at, finding)| (finding.id(), at)).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let ids: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut rows = Vec::new();
    for id in ids {
        let was = old.get(id).and_then(|at| before.get(*at));
        let is = new.get(id).and_then(|at| after.get(*at));
        let change = match (was, is) {
            (Some(a), Some(b)) if a.outcome == b.outcome => continue,
            (Some(_), Some(_)) => "认定变化",
            (None, Some(_)) => "当时未见",
            (Some(_), None) => "现已消失",
            (None, None) => continue,
        };
        let Some(either) = is.or(was) else { continue };
        let cells = vec![
            Cell::text(change),
            Cell::text(id.clone()),
            Cell::text(either.rule),
            Cell::text(either.stream.as_ref()),
            Cell::maybe(was, |finding| Cell::text(finding.outcome.zh())),
            Cell::maybe(is, |finding| Cell::text(finding.outcome.zh())),
            Cell::text(either.zh.clone()),
        ];
        let entries = [was, is].into_iter().flatten().flat_map(|finding| finding.entries.clone());
        rows.push(Row::new(cells).resting_on(entries));
    }
    rows
}

pub(super) const COMPLAINTS: Report = Report {
    id: "Q21",
    version: 1,
    zh: "违规之前对该单位、该人有哪些投诉,如何办理",
    en: "complaints about the unit or officer, and how they were handled",
    rows_zh: "投诉",
    readers_zh: "纪检(须含密封日志)",
    columns: COMPLAINT_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: complaints,
    rows: one_row_a_note,
};

const COMPLAINT_COLUMNS: &[Column] = &[
    column("complaint", "投诉", "complaint", Holds::Text),
    column("received_on", "收到", "received", Holds::Date),
    column("channel", "渠道", "channel", Holds::Text),
    column("category", "类别", "category", Holds::Text),
    column("about_officer", "所涉人员", "about officer", Holds::Text),
    column("case_ref", "所涉案件", "case", Holds::Text),
    column("accepted_on", "受理", "accepted", Holds::Date),
    column("transfers", "转办次数", "transfers", Holds::Count),
    column("result", "结论", "result", Holds::Text),
    column("resolved_on", "办结", "resolved", Holds::Date),
    column("replied_on", "反馈", "replied", Holds::Date),
];

fn complaints(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let Some(received) = case.first("complaint.received") else { return };
    let about = |name: &str| received.body.text(name);
    let officer = about("about_officer");
    if about("about_unit").as_deref() != ground.about.unit.as_deref()
        || !About::asks(&ground.about.officer, officer.as_deref())
    {
        return;
    }
    let zone = case.bench.zone;
    let of = |kind: &'static str| case.first(kind);
    let (accepted, resolved, replied) =
        (of("complaint.accepted"), of("complaint.resolved"), of("complaint.replied"));
    let transfers = case.all("complaint.transferred").count();
    let cells = vec![
        Cell::text(case.file.stream),
        facts::day(Some(received), zone),
        facts::member(Some(received), "channel"),
        facts::member(Some(received), "category"),
        Cell::maybe(officer, |officer| Cell::text(officer.into_owned())),
        facts::member(Some(received), "case_ref"),
        facts::day(accepted, zone),
        Cell::Count(i64::try_from(transfers).unwrap_or(i64::MAX)),
        facts::member(resolved, "result"),
        facts::day(resolved, zone),
        facts::day(replied, zone),
    ];
    let acts: [Option<&Event<'_>>; 4] = [Some(received), accepted, resolved, replied];
    let entries = acts.into_iter().flatten().map(EntryRef::of).collect();
    out.push(Note { key: case.file.stream.to_owned(), cells, entries });
}
