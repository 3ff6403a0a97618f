//! RP11 首违告诫执行表 and RP12 处罚裁量与下限表.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::PenaltyGround;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use crate::rules::{Ranged, ranged};

pub(super) const FIRST: Report = Report {
    id: "RP11",
    version: 2,
    zh: "首违告诫执行表",
    en: "first violations and how they were dealt with",
    rows_zh: "违法行为",
    readers_zh: "纪检、园区",
    columns: FIRST_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: first,
    rows: one_row_a_note,
};

pub(super) const DISCRETION: Report = Report {
    id: "RP12",
    version: 2,
    zh: "处罚裁量与下限表",
    en: "penalties against their tiers and floors",
    rows_zh: "处罚决定",
    readers_zh: "司法局、纪检",
    columns: DISCRETION_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: discretion,
    rows: one_row_a_note,
};

const FIRST_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("enterprise", "企业", "party", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("ground", "违法事项", "ground", Holds::Code),
    column("category", "类别", "category", Holds::Text),
    column("found_on", "发现日", "found", Holds::Date),
    column("assessed", "首违判定", "assessed as", Holds::Text),
    column("exception", "例外码", "exception", Holds::Text),
    column("notice_no", "整改书号", "notice no.", Holds::Code),
    column("deadline", "整改期限", "deadline", Holds::Text),
    column("reinspection", "复查结果", "reinspection", Holds::Text),
    column("reinspected_on", "复查日", "reinspected", Holds::Date),
    column("penalised", "是否处罚", "penalised", Holds::Text),
    column("decided_on", "处罚决定日", "decided", Holds::Date),
    column("park_told", "告知园区", "park told", Holds::Moment),
    column("authority_told", "告知主管部门", "authority told", Holds::Moment),
    column("amount_fen", "罚款额", "fine", Holds::Money),
    column("floor_fen", "下限", "floor", Holds::Money),
    column("above_fen", "高出下限", "above the floor", Holds::Money),
    column("rules", "疑点", "findings", Holds::Text),
];

fn first(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let kinds = [
        "inspection.issue.found",
        "penalty.clue.verified",
        "penalty.clue.registered",
        "penalty.first_violation.assessed",
        "penalty.decision.made",
    ];
    let penal = case.file.stream.starts_with("penalty/");
    let Some(found) = case.any(&kinds).next().filter(|_| penal) else { return };
    if !ground.in_period(found.occurred.micros) {
        return;
    }
    let zone = case.bench.zone;
    let assessed = case.last("penalty.first_violation.assessed");
    let notice = case.first("penalty.rectification.notice.issued");
    let extended = case.last("penalty.rectification.deadline.extended");
    let reinspected = case.last("penalty.rectification.reinspected");
    let decided = case.last("penalty.decision.made");
    let (code, row) = ground_of(case, decided.or(assessed).unwrap_or(found));
    let fine = decided.and_then(fine_of);
    let floor = decided.and_then(|act| ranged(case, act).floor_fen);
    let findings = ground.findings(case.file.stream);
    let deadline = match facts::member(extended, "new_deadline") {
        Cell::Empty => facts::member(notice, "deadline"),
        extended => extended,
    };
    let cells = vec![
        Cell::text(case.file.stream),
        Cell::text(party(case)),
        Cell::maybe(facts::unit(case), Cell::text),
        Cell::text(code),
        Cell::maybe(row.and_then(|row| row.category.as_deref()), Cell::text),
        facts::day(Some(found), zone),
        facts::member(assessed, "result"),
        facts::member(assessed, "exception_code"),
        facts::member(notice, "notice_no"),
        deadline,
        facts::member(reinspected, "result"),
        facts::day(reinspected, zone),
        Cell::text(if decided.is_some() { "是" } else { "否" }),
        facts::day(decided, zone),
        facts::minute(case.first("penalty.park_notification.sent"), zone),
        facts::minute(case.first("penalty.authority_notification.sent"), zone),
        Cell::maybe(fine, Cell::Fen),
        Cell::maybe(floor, Cell::Fen),
        Cell::maybe(fine.zip(floor), |(fine, floor)| Cell::Fen(fine - floor)),
        facts::rules(findings),
    ];
    let acts = [Some(found), assessed, notice, reinspected, decided];
    let mut entries = facts::grounds(findings);
    entries.extend(acts.into_iter().flatten().map(EntryRef::of));
    out.push_on(
        zone.date(found.occurred.micros),
        Note { key: case.file.stream.to_owned(), cells, entries },
    );
}

fn party<'c>(case: &'c Case<'_>) -> &'c str {
    let named = case.acts.iter().flat_map(|act| act.parties.iter());
    named.filter_map(|party| party.id.get()).next().unwrap_or_default()
}

/// The penalty ground that an act names, and its row that day.
fn ground_of<'c>(case: &'c Case<'_>, act: &'c Event<'_>) -> (String, Option<&'c PenaltyGround>) {
    let named = act.body.text("ground_code").map(|text| text.into_owned());
    let item = || act.item.as_ref()?.code.get().map(str::to_owned);
    let code = named.or_else(item).unwrap_or_default();
    let at = case.bench.at(act.occurred.micros);
    let row = case.bench.master.penalty_grounds.at(&code, at).map(|version| &version.row);
    (code, row)
}

/// All fines of a decision together; what it takes away besides is none.
pub(crate) fn fine_of(act: &Event<'_>) -> Option<i64> {
    let Some(Json::List(penalties)) = act.body.json("penalties") else { return None };
    let fines =
        penalties.iter().filter(|one| one.get("kind").and_then(Json::as_str) == Some("罚款"));
    let fines = fines.filter_map(|one| one.get("amount_fen").and_then(Json::as_int));
    fines.reduce(i64::saturating_add)
}

const DISCRETION_COLUMNS: &[Column] = &[
    column("decision_no", "决定书号", "decision no.", Holds::Code),
    column("stream", "案号", "case", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("ground", "违法事项", "ground", Holds::Code),
    column("ground_name", "事由", "ground name", Holds::Text),
    column("tier", "裁量档次", "tier", Holds::Code),
    column("statutory_min_fen", "法定下限", "statutory minimum", Holds::Money),
    column("statutory_max_fen", "法定上限", "statutory maximum", Holds::Money),
    column("tier_min_fen", "裁量下限", "tier minimum", Holds::Money),
    column("tier_max_fen", "裁量上限", "tier maximum", Holds::Money),
    column("amount_fen", "罚款额", "fine", Holds::Money),
    column("place", "区间位置", "place in the tier", Holds::Share),
    column("mitigation", "减轻从轻依据", "mitigation", Holds::Text),
    column("legal_review", "法制审核", "legal review", Holds::Date),
    column("hearing", "听证", "hearing", Holds::Date),
    column("discussion", "集体讨论", "collective discussion", Holds::Date),
    column("decided_on", "决定日", "decided", Holds::Date),
    column("approver", "批准人", "approver", Holds::Text),
    column("rules", "疑点", "findings", Holds::Text),
];

fn discretion(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    let decided = case.all("penalty.decision.made");
    for act in decided.filter(|act| ground.in_period(act.occurred.micros)) {
        let (code, row) = ground_of(case, act);
        let Ranged { statutory_fen, tier_fen: [low, high], .. } = ranged(case, act);
        // Where master data know no range, the decision's own words stand.
        let range = act.body.json("range");
        let said = |name: &str| range.as_ref()?.get(name).and_then(Json::as_int);
        let [least, most] = statutory_fen;
        let (least, most) = (least.or(said("min_fen")), most.or(said("max_fen")));
        let fine = fine_of(act);
        let place = match (fine, low, high) {
            (Some(fine), Some(low), Some(high)) => Cell::share(fine - low, high - low),
            _ => Cell::Empty,
        };
        let findings = ground.findings(case.file.stream);
        let cells = vec![
            facts::member(Some(act), "decision_no"),
            Cell::text(case.file.stream),
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(code),
            Cell::maybe(row.and_then(|row| row.name.as_deref()), Cell::text),
            facts::member(Some(act), "tier_id"),
            Cell::maybe(least, Cell::Fen),
            Cell::maybe(most, Cell::Fen),
            Cell::maybe(low, Cell::Fen),
            Cell::maybe(high, Cell::Fen),
            Cell::maybe(fine, Cell::Fen),
            place,
            facts::member(Some(act), "mitigating"),
            facts::day(case.last("penalty.legal_review.done"), zone),
            facts::day(case.last("penalty.hearing.held"), zone),
            facts::day(case.last("penalty.collective_discussion.held"), zone),
            facts::day(Some(act), zone),
            facts::member(Some(act), "approver"),
            facts::rules(findings),
        ];
        let mut entries = facts::grounds(findings);
        entries.push(EntryRef::of(act));
        out.push_on(
            zone.date(act.occurred.micros),
            Note { key: case.file.stream.to_owned(), cells, entries },
        );
    }
}
