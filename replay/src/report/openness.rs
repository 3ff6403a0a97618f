//! RP15 信息公开及时率 and RP16 重大决策程序表.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathered, Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, Row, column};
use crate::event::Event;
use crate::rules::bench::Case;
use crate::rules::clocks::{self, workdays_between};
use crate::rules::finding::EntryRef;
use crate::rules::publication;
use crate::time::civil;
use std::collections::BTreeMap;

pub(super) const DISCLOSURE: Report = Report {
    id: "RP15",
    version: 2,
    zh: "信息公开及时率",
    en: "disclosure in time",
    rows_zh: "单位×文书种类",
    readers_zh: "公众",
    columns: DISCLOSURE_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: disclosure,
    rows: disclosure_rows,
};

pub(super) const DECISIONS: Report = Report {
    id: "RP16",
    version: 1,
    zh: "重大决策程序表",
    en: "steps of major decisions",
    rows_zh: "决策",
    readers_zh: "纪检",
    columns: DECISION_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: decisions,
    rows: one_row_a_note,
};

const DISCLOSURE_COLUMNS: &[Column] = &[
    column("unit", "单位", "unit", Holds::Text),
    column("document", "文书种类", "document", Holds::Text),
    column("term_wd", "期限(工作日)", "term, working days", Holds::Count),
    column("due", "应公开", "to be disclosed", Holds::Count),
    column("disclosed", "已公开", "disclosed", Holds::Count),
    column("in_time", "及时", "in time", Holds::Count),
    column("rate", "及时率", "rate", Holds::Share),
    column("late_median_wd", "逾期工作日中位", "median working days late", Holds::Decimal),
    column("withheld", "不予公开及理由", "withheld, and why", Holds::Text),
];

/// What must be published, by which act, within how many working days (P18).
struct Duty {
    document: &'static str,
    by: &'static [&'static str],
    published: &'static [&'static str],
    /// Working days, by P18 of the day.
    wd: fn(&Case<'_>, &Event<'_>) -> u32,
    /// Whether this act is to be published at all.
    owed: fn(&Case<'_>) -> bool,
}

const DUTIES: [Duty; 3] = [
    Duty {
        document: "行政许可决定",
        by: &clocks::GRANTS,
        published: &["document.published"],
        wd: publication::of_permit,
        owed: |case| !publication::secret(case),
    },
    Duty {
        document: "行政处罚决定",
        by: &["penalty.decision.made"],
        published: &["penalty.published"],
        wd: publication::of_penalty,
        owed: |_| true,
    },
    Duty {
        document: "主动公开公文",
        by: &["document.created"],
        published: &["document.published"],
        wd: publication::of_document,
        owed: |_| true,
    },
];

/// Notes: document, term, working days it took (or none), in time, why withheld.
fn disclosure(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let bench = case.bench;
    for duty in &DUTIES {
        // Of several grants of a case the first starts the term (R2.4.4).
        let Some(act) = case.any(duty.by).next().filter(|_| (duty.owed)(case)) else { continue };
        if !ground.in_period(act.occurred.micros) {
            continue;
        }
        let term = (duty.wd)(case, act);
        let attribute = act.body.text("disclosure_attr");
        let withheld = attribute.as_deref().is_some_and(|text| text != "主动");
        let on = bench.zone.date(act.occurred.micros);
        let published = case.any(duty.published).find(|event| event.order() >= act.order());
        let end =
            published.map_or_else(|| bench.today(), |event| bench.zone.date(event.occurred.micros));
        let wd = workdays_between(bench.calendar, on, end, bench.known_at);
        if published.is_none() && wd <= term && !withheld {
            continue;
        }
        let why = match attribute {
            Some(text) if withheld => {
                let ground = act.body.text("ground").unwrap_or_default();
                format!("{text}:{ground}")
            }
            _ => String::new(),
        };
        let cells = vec![
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(duty.document),
            Cell::Count(i64::from(term)),
            Cell::maybe(published, |_| Cell::Count(i64::from(wd))),
            Cell::text(why),
        ];
        let key = format!("{}|{}|{term:04}", act.unit().unwrap_or_default(), duty.document);
        let entries = [Some(act), published].into_iter().flatten().map(EntryRef::of).collect();
        out.push_on(on, Note { key, cells, entries });
    }
}

fn disclosure_rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
    for note in notes {
        groups.entry(note.key.clone()).or_default().push(note);
    }
    groups.into_values().filter_map(disclosure_row).collect()
}

fn disclosure_row(notes: Gathered) -> Option<Row> {
    let first = notes.first()?.clone();
    let [unit, document, Cell::Count(term), ..] = first.cells.as_slice() else { return None };
    let mut reasons: BTreeMap<String, i64> = BTreeMap::new();
    let (mut due, mut disclosed, mut in_time, mut late) = (0, 0, 0, Vec::new());
    for note in &notes {
        match (note.cells.get(3), note.cells.get(4)) {
            (_, Some(Cell::Text(why))) => *reasons.entry(why.clone()).or_default() += 1,
            (Some(Cell::Count(wd)), _) => {
                due += 1;
                disclosed += 1;
                in_time += i64::from(wd <= term);
                late.extend((wd > term).then_some(wd - term));
            }
            _ => due += 1,
        }
    }
    late.sort_unstable();
    let cells = vec![
        unit.clone(),
        document.clone(),
        Cell::Count(*term),
        Cell::Count(due),
        Cell::Count(disclosed),
        Cell::Count(in_time),
        Cell::share(in_time, due),
        facts::median(&late),
        Cell::list(reasons.iter().map(|(why, count)| format!("{why}×{count}"))),
    ];
    Some(Row::new(cells).resting_on(notes.into_iter().flat_map(|note| note.entries)))
}

const DECISION_COLUMNS: &[Column] = &[
    column("stream", "决策编号", "decision", Holds::Text),
    column("matter", "事项", "matter", Holds::Text),
    column("organ", "决策机关", "organ", Holds::Text),
    column("major", "重大", "major", Holds::Text),
    column("participation", "公众参与", "public participation", Holds::Date),
    column("comment_days", "征求意见天数", "days of comment", Holds::Count),
    column("expert", "专家论证", "expert argument", Holds::Date),
    column("risk", "风险评估", "risk assessment", Holds::Date),
    column("legality", "合法性审查", "legality review", Holds::Date),
    column("legality_wd", "审查工作日", "working days of review", Holds::Count),
    column("opinion", "审查意见", "opinion", Holds::Text),
    column("discussion", "集体讨论", "collective discussion", Holds::Date),
    column("adopted", "作出", "adopted", Holds::Date),
    column("missing", "缺项", "missing steps", Holds::Text),
    column("exempted", "豁免步骤", "steps exempted", Holds::Text),
    column("order", "次序", "order", Holds::Text),
    column("rules", "疑点", "findings", Holds::Text),
];

/// The five steps of R2.4.1 in their order.
const STEPS: [(&str, &str); 5] = [
    ("decision.public_participation.held", "公众参与"),
    ("decision.expert_argument.held", "专家论证"),
    ("decision.risk.assessed", "风险评估"),
    ("decision.legality.reviewed", "合法性审查"),
    ("decision.collective_discussion.held", "集体讨论决定"),
];

fn decisions(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let Some(started) = case.first("decision.procedure.started") else { return };
    let adopted = case.last("decision.adopted");
    if !ground.in_period(adopted.unwrap_or(started).occurred.micros) {
        return;
    }
    let zone = case.bench.zone;
    let steps = STEPS.map(|(kind, _)| case.last(kind));
    let [participation, expert, risk, legality, discussion] = steps;
    let missing = STEPS.iter().zip(steps).filter(|(_, act)| act.is_none());
    let present: Vec<&Event<'_>> = steps.into_iter().flatten().collect();
    let in_order = present.windows(2).all(|pair| match pair {
        [a, b] => a.order() < b.order(),
        _ => true,
    });
    let span = |act: Option<&Event<'_>>, from: &str, to: &str| {
        let date = |name: &str| civil::parse_date(&act?.body.text(name)?);
        date(from).zip(date(to))
    };
    let comment = span(participation, "from", "to").map(|(from, to)| (to - from).num_days());
    let review = span(legality, "received_on", "completed_on").map(|(from, to)| {
        let known_at = case.bench.known_at;
        i64::from(workdays_between(case.bench.calendar, from, to, known_at))
    });
    let exempted = case.all("decision.step.exempted").filter_map(|act| {
        let step = act.body.text("step")?;
        Some(format!("{step}:{}", act.body.text("ground").unwrap_or_default()))
    });
    let major = started.body.get("is_major") == Some(crate::event::Value::Bool(true));
    let findings = ground.findings(case.file.stream);
    let cells = vec![
        Cell::text(case.file.stream),
        facts::member(Some(started), "matter"),
        facts::member(Some(started), "organ"),
        Cell::text(if major { "是" } else { "否" }),
        facts::day(participation, zone),
        Cell::maybe(comment, Cell::Count),
        facts::day(expert, zone),
        facts::day(risk, zone),
        facts::day(legality, zone),
        Cell::maybe(review, Cell::Count),
        facts::member(legality, "opinion"),
        facts::day(discussion, zone),
        facts::day(adopted, zone),
        Cell::list(missing.map(|((_, name), _)| *name)),
        Cell::list(exempted),
        Cell::text(if in_order { "依序" } else { "倒置" }),
        facts::rules(findings),
    ];
    let mut entries = facts::grounds(findings);
    entries.extend(present.into_iter().chain([started]).chain(adopted).map(EntryRef::of));
    out.push_on(
        zone.date(adopted.unwrap_or(started).occurred.micros),
        Note { key: case.file.stream.to_owned(), cells, entries },
    );
}
