//! RP30 法律冲突与参数版本说明: where the decision yields to a higher law, and what
//! each parameter was set to, when and by whom.

use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground};
use super::table::{Cell, Column, Holds, Row, column};
use crate::rules::bench::Case;
use crate::rules::finding::{EntryRef, Finding, Outcome};
use crate::rules::norms::CONFLICTS;

pub(super) const REPORT: Report = Report {
    id: "RP30",
    version: 2,
    zh: "法律冲突与参数版本说明",
    en: "conflicts of norms and versions of parameters",
    rows_zh: "规则或参数",
    readers_zh: "各方",
    columns: COLUMNS,
    exact: false,
    looks_at: LooksAt { findings: yields, master: &["parameter"] },
    gather: nothing,
    rows,
};

const COLUMNS: &[Column] = &[
    column("what", "类别", "what", Holds::Text),
    column("name", "规则或参数", "rule or parameter", Holds::Code),
    column("words", "说明或取值", "explanation or value", Holds::Text),
    column("higher", "上位法", "higher law", Holds::Text),
    column("from", "自", "from", Holds::Date),
    column("to", "至", "to", Holds::Date),
    column("approver", "批准人", "approved by", Holds::Text),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("in_force", "现行", "in force", Holds::Text),
    column("superseded", "所涉行为", "acts it concerns", Holds::Count),
];

fn nothing(_: &Case<'_>, _: &Ground<'_>, _: &mut Gathering) {}

fn yields(finding: &Finding) -> bool {
    finding.outcome == Outcome::Superseded
}

fn rows(ground: &Ground<'_>, _: Gathered) -> Vec<Row> {
    let mut rows: Vec<Row> = CONFLICTS
        .iter()
        .flat_map(|conflict| conflict.rules.iter().map(move |rule| (conflict, *rule)))
        .map(|(conflict, rule)| {
            let found = ground.judgement.findings.iter();
            let yielding = found.filter(|finding| finding.rule == rule && yields(finding));
            let entries: Vec<EntryRef> =
                yielding.clone().flat_map(|finding| finding.entries.clone()).collect();
            let cells = vec![
                Cell::text("上位法优先"),
                Cell::text(rule),
                Cell::text(conflict.zh),
                Cell::text(format!("{} {}", conflict.layer.as_str(), conflict.higher)),
                Cell::maybe(conflict.higher_law_from(), Cell::Date),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Count(i64::try_from(yielding.count()).unwrap_or(i64::MAX)),
            ];
            Row::new(cells).resting_on(entries)
        })
        .collect();
    rows.extend(parameters(ground));
    rows
}

/// Every setting of every parameter that was known.
fn parameters<'g>(ground: &'g Ground<'_>) -> impl Iterator<Item = Row> + use<'g> {
    let known_at = ground.bench.known_at;
    let at = ground.bench.at_now();
    let table = &ground.bench.master.parameters;
    let ids: std::collections::BTreeSet<&str> = table.keys().collect();
    let settings = ids.into_iter().flat_map(move |id| {
        let known = table.history(id).filter(move |version| version.believed_at(known_at));
        known.map(move |version| (id, version))
    });
    settings.map(move |(id, version)| {
        let now =
            table.at(id, at).is_some_and(|now| now.origin.position == version.origin.position);
        let value = version.row.value.to_bytes();
        let cells = vec![
            Cell::text("参数"),
            Cell::text(id),
            Cell::text(String::from_utf8_lossy(&value).into_owned()),
            Cell::Empty,
            Cell::maybe(version.valid_from, Cell::Date),
            Cell::maybe(version.valid_to, Cell::Date),
            Cell::maybe(version.row.approver.as_deref(), Cell::text),
            Cell::Moment(version.origin.recorded),
            Cell::text(if now { "现行" } else { "" }),
            Cell::Empty,
        ];
        Row::new(cells).resting_on([EntryRef::origin(&version.origin)])
    })
}
