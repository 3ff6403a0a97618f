//! RP13 强制措施表 and RP14 执法资格表.

use super::facts;
use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use crate::rules::{measured, rank_of, state_of};
use crate::time::civil;
use chrono::Days;

pub(super) const MEASURES: Report = Report {
    id: "RP13",
    version: 2,
    zh: "强制措施表",
    en: "coercive measures",
    rows_zh: "措施",
    readers_zh: "纪检",
    columns: MEASURE_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: measures,
    rows: one_row_a_note,
};

pub(super) const QUALIFICATIONS: Report = Report {
    id: "RP14",
    version: 2,
    zh: "执法资格表",
    en: "officers and their certificates",
    rows_zh: "人员×执法行为",
    readers_zh: "司法局",
    columns: OFFICER_COLUMNS,
    exact: false,
    looks_at: LooksAt::CASES,
    gather: officers,
    rows: one_row_a_note,
};

const MEASURE_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("party", "当事人", "party", Holds::Text),
    column("kind", "措施", "measure", Holds::Text),
    column("object", "对象", "object", Holds::Text),
    column("decision_no", "决定书号", "decision no.", Holds::Code),
    column("basis", "依据", "basis", Holds::Text),
    column("basis_rank", "依据层级", "rank of the basis", Holds::Text),
    column("approved_at", "批准时间", "approved", Holds::Moment),
    column("imposed_at", "实施时间", "imposed", Holds::Moment),
    column("approval_lag_minutes", "批准时间差(分钟)", "approval after imposing", Holds::Count),
    column("urgent", "紧急", "urgent", Holds::Text),
    column("officers", "执法人数", "officers", Holds::Count),
    column("term_days", "期限(日)", "term in days", Holds::Count),
    column("extended_to", "延长至", "extended to", Holds::Text),
    column("due", "到期日", "due", Holds::Date),
    column("lifted_on", "解除日", "lifted", Holds::Date),
    column("over_days", "超期(日)", "days over", Holds::Count),
    column("rules", "疑点", "findings", Holds::Text),
];

fn measures(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    for (act, approved) in measured(case) {
        if !ground.in_period(act.occurred.micros) {
            continue;
        }
        let after = |other: &&Event<'_>| other.order() > act.order();
        let ends = ["coercion.lifted", "coercion.disposed"];
        let lifted = case.any(&ends).find(after);
        let before_end = |other: &&Event<'_>| lifted.is_none_or(|end| other.order() < end.order());
        let extended = case.all("coercion.extended").filter(after).rfind(before_end);
        let from = act.body.text("from").and_then(|text| civil::parse_date(&text));
        let from = from.unwrap_or_else(|| zone.date(act.occurred.micros));
        // What testing takes does not count (行政强制法 25).
        let tested = act.body.int("testing_days").unwrap_or(0).max(0);
        let term = act.body.int("term_days").map(|days| days.saturating_add(tested));
        let term = term.and_then(|days| u64::try_from(days).ok());
        let first_due = term.and_then(|days| from.checked_add_days(Days::new(days)));
        let new_due = extended.and_then(|act| act.body.text("new_due"));
        let due = new_due.and_then(|text| civil::parse_date(&text)).or(first_due);
        let ended =
            || lifted.map_or_else(|| case.bench.today(), |act| zone.date(act.occurred.micros));
        let over = due.map(|due| (ended() - due).num_days().max(0));
        let lag =
            approved.map(|approved| (approved.occurred.micros - act.occurred.micros) / 60_000_000);
        let officers = match act.body.json("officers") {
            Some(Json::List(list)) => i64::try_from(list.len()).unwrap_or(i64::MAX),
            _ => 0,
        };
        let urgent = approved
            .is_some_and(|act| act.body.get("urgent") == Some(crate::event::Value::Bool(true)));
        let findings = ground.findings(case.file.stream);
        let party = act.parties.iter().find_map(|party| party.id.get());
        let cells = vec![
            Cell::text(case.file.stream),
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(party.unwrap_or_default()),
            facts::member(approved, "kind"),
            facts::member(Some(act), "object_kind"),
            facts::member(Some(act), "decision_no"),
            facts::member(approved, "basis"),
            Cell::maybe(rank_of(act, approved), |rank| Cell::text(rank.zh())),
            facts::minute(approved, zone),
            facts::minute(Some(act), zone),
            Cell::maybe(lag, Cell::Count),
            Cell::text(if urgent { "是" } else { "否" }),
            Cell::Count(officers),
            Cell::maybe(act.body.int("term_days"), Cell::Count),
            facts::member(extended, "new_due"),
            Cell::maybe(due, Cell::Date),
            facts::day(lifted, zone),
            Cell::maybe(over, Cell::Count),
            facts::rules(findings),
        ];
        let acts = [approved, Some(act), extended, lifted];
        let mut entries = facts::grounds(findings);
        entries.extend(acts.into_iter().flatten().map(EntryRef::of));
        out.push_on(
            zone.date(act.occurred.micros),
            Note { key: case.file.stream.to_owned(), cells, entries },
        );
    }
}

const OFFICER_COLUMNS: &[Column] = &[
    column("officer", "人员", "officer", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("personnel_kind", "身份", "personnel", Holds::Text),
    column("stream", "案号", "case", Holds::Text),
    column("act", "行为", "act", Holds::Text),
    column("occurred_at", "时间", "at", Holds::Moment),
    column("cert_no", "执法证号", "certificate", Holds::Code),
    column("valid_from", "有效期自", "valid from", Holds::Date),
    column("valid_to", "有效期至", "valid to", Holds::Date),
    column("types", "执法类别", "types", Holds::Text),
    column("region", "地域", "region", Holds::Code),
    column("state", "状态", "state", Holds::Text),
];

/// Acts that only certified officers may do.
const ENFORCING: [&str; 6] = [
    "inspection.entry.started",
    "inspection.reinspection.done",
    "coercion.imposed",
    "penalty.case.filed",
    "penalty.investigation.step",
    "penalty.rectification.reinspected",
];

fn officers(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    for act in case.any(&ENFORCING).filter(|act| ground.in_period(act.occurred.micros)) {
        // As R2.7.1 sees them; where it cannot tell, as the act names them.
        let officers = match state_of(case, act) {
            Some(all) => all
                .into_iter()
                .map(|one| {
                    let state = if one.flaws.is_empty() {
                        "有效".to_owned()
                    } else {
                        one.flaws.join("、")
                    };
                    (one.officer.into(), one.cert_no.map(String::from), state)
                })
                .collect(),
            None => named(act),
        };
        for (officer, certificate, state) in officers {
            out.push_on(
                case.bench.zone.date(act.occurred.micros),
                of_officer(case, act, &officer, (certificate.as_deref(), state)),
            );
        }
    }
}

/// Officers and certificate numbers that an act names: its list, else its actor.
fn named(act: &Event<'_>) -> Vec<(String, Option<String>, String)> {
    const UNKNOWN: &str = "无法判定";
    let text =
        |json: &Json<'_>, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    if let Some(Json::List(list)) = act.body.json("officers") {
        let one = |json: &Json<'_>| match json {
            Json::Text(officer) => Some((officer.to_string(), None, UNKNOWN.to_owned())),
            _ => Some((text(json, "officer_id")?, text(json, "cert_no"), UNKNOWN.to_owned())),
        };
        return list.iter().filter_map(one).collect();
    }
    let actor = act.actor.as_ref();
    let officer = actor.and_then(|actor| actor.officer.get());
    let certificate = actor.and_then(|actor| actor.cert_no.get()).map(str::to_owned);
    let one = officer.map(|officer| (officer.to_owned(), certificate, UNKNOWN.to_owned()));
    one.into_iter().collect()
}

fn of_officer(
    case: &Case<'_>,
    act: &Event<'_>,
    officer: &str,
    (cert_no, state): (Option<&str>, String),
) -> Note {
    let master = case.bench.master;
    let at = case.bench.at(act.occurred.micros);
    let by_number = cert_no.and_then(|number| master.certificates.at(number, at));
    // Named by certificate where one is named; else by the officer's own.
    let held = by_number.or_else(|| match cert_no {
        None => master.certificates.found_at(officer, at).next(),
        Some(_) => None,
    });
    let latest = held.or_else(|| {
        let number = cert_no?;
        master.certificates.history(number).last()
    });
    let row = latest.map(|version| &version.row);
    let person = master.officers.at(officer, at).map(|version| &version.row);
    let cells = vec![
        Cell::text(officer),
        Cell::text(act.unit().unwrap_or_default()),
        Cell::maybe(person.and_then(|row| row.personnel_kind.as_deref()), Cell::text),
        Cell::text(case.file.stream),
        Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
        facts::minute(Some(act), case.bench.zone),
        Cell::maybe(row.map(|row| row.cert_no.as_ref()), Cell::text),
        Cell::maybe(row.and_then(|row| row.valid_from), Cell::Date),
        Cell::maybe(row.and_then(|row| row.valid_to), Cell::Date),
        Cell::maybe(row.and_then(|row| row.enforcement_types.as_ref()), Cell::list),
        Cell::maybe(row.and_then(|row| row.scope_region.as_deref()), Cell::text),
        Cell::text(state),
    ];
    Note { key: case.file.stream.to_owned(), cells, entries: vec![EntryRef::of(act)] }
}
