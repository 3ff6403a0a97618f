//! Questions 1–7: the course of one case, step by step.

use crate::event::{Event, Precision};
use crate::integrity::json::Json;
use crate::master::{At, Item};
use crate::report::{
    Cell, Column, Gathering, Ground, Holds, LooksAt, Note, Report, column, facts, one_row_a_note,
};
use crate::rules::bench::Case;
use crate::rules::clocks::{self, ClockReading, workdays_between};
use crate::rules::finding::EntryRef;
use crate::time::clock::Claims;
use std::collections::BTreeSet;

/// Whether the case is the one asked about.
fn asked(case: &Case<'_>, ground: &Ground<'_>) -> bool {
    ground.about.stream.as_deref() == Some(case.file.stream)
}

fn note(number: usize, cells: Vec<Cell>, acts: &[&Event<'_>]) -> Note {
    Note {
        key: format!("{number:06}"),
        cells,
        entries: acts.iter().map(|act| EntryRef::of(act)).collect(),
    }
}

pub(super) const EVENTS: Report = Report {
    id: "Q01",
    version: 1,
    zh: "案件全部事件:按发生与按入账两种次序,何者迟录、何人何系统录入",
    en: "every event in both orders; which were entered late, by whom, from which system",
    rows_zh: "记录",
    readers_zh: "纪检",
    columns: EVENT_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: events,
    rows: one_row_a_note,
};

const EVENT_COLUMNS: &[Column] = &[
    column("occurred_order", "发生次序", "order of occurrence", Holds::Count),
    column("recorded_order", "入账次序", "order of recording", Holds::Count),
    column("act", "行为", "act", Holds::Text),
    column("occurred_at", "发生时间", "occurred", Holds::Moment),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("late", "迟录", "late", Holds::Text),
    column("late_reason", "迟录理由", "reason", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("officer", "行为人", "officer", Holds::Text),
    column("role", "身份", "role", Holds::Text),
    column("recorder", "录入人", "recorder", Holds::Text),
    column("system", "来源系统", "system", Holds::Text),
    column("source", "来源方式", "source", Holds::Text),
];

fn events(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    let zone = case.bench.zone;
    let mut recorded: Vec<u64> = case.file.acts.iter().map(|act| act.position).collect();
    recorded.sort_unstable();
    for (number, act) in case.file.acts.iter().enumerate() {
        let place = recorded.binary_search(&act.position).unwrap_or(0);
        let count = |number: usize| Cell::Count(i64::try_from(number + 1).unwrap_or(i64::MAX));
        let day = zone.date(act.occurred.micros);
        let late = case.bench.recorded_late(day, act.recorded);
        let actor = act.actor.as_ref();
        let recorder = act.recorder.as_ref().or(actor);
        let who =
            recorder.and_then(|who| who.officer.get().or(who.system.get()).or(who.unit.get()));
        let cells = vec![
            count(number),
            count(place),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            match act.precision {
                Precision::Minute => Cell::Moment(act.occurred.micros),
                Precision::Day => Cell::Date(day),
            },
            Cell::Moment(act.recorded),
            Cell::text(if late { "迟录" } else { "" }),
            Cell::text(act.late_reason.get().unwrap_or_default()),
            Cell::text(act.unit().unwrap_or_default()),
            Cell::text(actor.and_then(|actor| actor.officer.get()).unwrap_or_default()),
            Cell::text(actor.and_then(|actor| actor.role.get()).unwrap_or_default()),
            Cell::text(who.unwrap_or_default()),
            Cell::text(act.source.system.get().unwrap_or_default()),
            Cell::text(act.source.kind.get().unwrap_or_default()),
        ];
        out.push(note(number, cells, &[act]));
    }
}

pub(super) const CATALOGUE: Report = Report {
    id: "Q02",
    version: 1,
    zh: "受理当日目录如何规定,当时系统又如何认为",
    en: "what the catalogue said on the day of acceptance, and what was believed then",
    rows_zh: "目录字段",
    readers_zh: "纪检",
    columns: CATALOGUE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: catalogue,
    rows: one_row_a_note,
};

const CATALOGUE_COLUMNS: &[Column] = &[
    column("field", "字段", "field", Holds::Text),
    column("as_known_now", "现在所知", "as known now", Holds::Text),
    column("as_believed_then", "当时所认", "as believed then", Holds::Text),
    column("same", "一致", "same", Holds::Text),
    column("entry_now", "现所据记录", "entry now", Holds::Code),
    column("entry_then", "时所据记录", "entry then", Holds::Code),
];

/// A column of the catalogue, as text.
type Field<'f> = &'f dyn Fn(&Item) -> Option<String>;

fn catalogue(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    let kinds = [
        "approval.acceptance.granted",
        "approval.acceptance.deemed",
        "approval.materials.received",
    ];
    let Some(act) = case.any(&kinds).next().or(case.file.acts.first()) else { return };
    let Some(code) = act.item.as_ref().and_then(|item| item.code.get()) else { return };
    let now = case.bench.at(act.occurred.micros);
    let then = At { known_at: act.recorded, ..now };
    let items = &case.bench.master.items;
    let (now, then) = (items.at(code, now), items.at(code, then));
    let field = |number: usize, name: &str, of: Field<'_>| {
        let value = |row: Option<&Item>| row.and_then(of).unwrap_or_default();
        let (a, b) = (value(now.map(|row| &row.row)), value(then.map(|row| &row.row)));
        let same = if a == b { "一致" } else { "不一致" };
        let id = |row: Option<&str>| Cell::text(row.unwrap_or_default());
        let cells = vec![
            Cell::text(name),
            Cell::text(a),
            Cell::text(b),
            Cell::text(same),
            id(now.map(|row| row.origin.id.as_ref())),
            id(then.map(|row| row.origin.id.as_ref())),
        ];
        note(number, cells, &[act])
    };
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let yes = |flag: Option<bool>| flag.map(|yes| if yes { "是" } else { "否" }.to_owned());
    let limit = |limit: &Option<crate::master::Limit>| {
        let limit = limit.as_ref()?;
        Some(format!("{}{}", limit.n?, limit.unit.as_deref().unwrap_or_default()))
    };
    let materials = |row: &Item| {
        let names = row.materials.as_ref()?.iter().filter_map(|one| one.name.as_deref());
        Some(names.collect::<Vec<_>>().join("、"))
    };
    let fees = |row: &Item| Some(row.fee_items.as_ref()?.join("、"));
    let fields: [(&str, Field<'_>); 11] = [
        ("事项名称", &|row| text(&row.name)),
        ("行使层级", &|row| text(&row.exercise_level)),
        ("去向", &|row| text(&row.disposition)),
        ("行使单位", &|row| text(&row.subject_unit)),
        ("申请材料", &materials),
        ("法定时限", &|row| limit(&row.legal_limit)),
        ("承诺时限", &|row| limit(&row.promised_limit)),
        ("收费项目", &fees),
        ("应进厅", &|row| yes(row.in_hall_required)),
        ("适用超时默认", &|row| yes(row.default_eligible)),
        ("目录版本", &|row| text(&row.catalogue_version)),
    ];
    for (number, (name, of)) in fields.into_iter().enumerate() {
        out.push(field(number, name, of));
    }
}

pub(super) const PEOPLE: Report = Report {
    id: "Q03",
    version: 1,
    zh: "每一步的承办、审核、批准人与当日分管、主要负责人,以及他们现在何处",
    en: "who handled, reviewed and approved each step, who led then, and where they are now",
    rows_zh: "环节",
    readers_zh: "纪检",
    columns: PEOPLE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: people,
    rows: one_row_a_note,
};

const PEOPLE_COLUMNS: &[Column] = &[
    column("date", "日期", "date", Holds::Date),
    column("act", "行为", "act", Holds::Text),
    column("role", "身份", "role", Holds::Text),
    column("officer", "人员", "officer", Holds::Text),
    column("post_then", "当时职务", "post then", Holds::Text),
    column("unit_then", "当时单位", "unit then", Holds::Text),
    column("unit_now", "现单位", "unit now", Holds::Text),
    column("post_now", "现职务", "post now", Holds::Text),
    column("deputy", "当日分管负责人", "deputy then", Holds::Text),
    column("leader", "当日主要负责人", "leader then", Holds::Text),
];

fn people(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    let master = case.bench.master;
    let today = case.bench.at_now();
    for (number, act) in case.file.acts.iter().enumerate() {
        let Some(actor) = &act.actor else { continue };
        let at = case.bench.at(act.occurred.micros);
        let unit = actor.unit.get().unwrap_or_default();
        let officer = actor.officer.get().unwrap_or_default();
        let post = |at: At| master.posts.found_at(officer, at).next().map(|version| &version.row);
        let leader = |post: &str| {
            Cell::maybe(master.holder(unit, post, at), |held| Cell::text(held.row.officer.as_ref()))
        };
        let cells = vec![
            Cell::Date(case.bench.zone.date(act.occurred.micros)),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            Cell::text(actor.role.get().unwrap_or_default()),
            Cell::text(officer),
            match post(at) {
                Some(post) => Cell::text(post.post.as_ref()),
                None => Cell::text(actor.post.get().unwrap_or_default()),
            },
            Cell::text(unit),
            Cell::maybe(post(today), |post| Cell::text(post.unit.as_ref())),
            Cell::maybe(post(today), |post| Cell::text(post.post.as_ref())),
            leader("分管负责人"),
            leader("主要负责人"),
        ];
        out.push(note(number, cells, &[act]));
    }
}

pub(super) const CLOCKS: Report = Report {
    id: "Q04",
    version: 1,
    zh: "时限逐日如何计算,哪些天挂起、凭何文书,不挂起是否仍在期限内",
    en: "the clocks day by day: counted, suspended and why; in time without the suspension?",
    rows_zh: "日段",
    readers_zh: "纪检",
    columns: CLOCK_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: days,
    rows: one_row_a_note,
};

const CLOCK_COLUMNS: &[Column] = &[
    column("clock", "期限", "clock", Holds::Text),
    column("counted", "口径", "reading", Holds::Text),
    column("from", "自", "from", Holds::Date),
    column("to", "至", "to", Holds::Date),
    column("days", "天数", "days", Holds::Count),
    column("reason", "计与不计", "why", Holds::Text),
    column("count", "累计", "counted so far", Holds::Count),
    column("result", "结论", "result", Holds::Text),
];

/// Each clock as the law recognises claims, and once more without any suspension.
fn days(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    for reading in [clocks::legal(case), clocks::promise(case)].into_iter().flatten() {
        let mut bare = reading.clock.clone();
        bare.suspensions.clear();
        let readings = [
            ("按法定承认", &reading.clock, Claims::Recognised),
            ("按单位主张", &reading.clock, Claims::All),
            ("不计挂起", &bare, Claims::Recognised),
        ];
        for (name, clock, claims) in readings {
            let known_at = case.bench.known_at;
            let Some(reckoned) = clock.reckon(case.bench.calendar, known_at, claims) else {
                continue;
            };
            let stop = reading.stop.as_ref();
            let in_time = stop.map(|stop| {
                if stop.day_only { stop.on <= reckoned.date } else { stop.at <= reckoned.last }
            });
            let result = match in_time {
                Some(true) => format!("{}届满,期限内完成", reckoned.date),
                Some(false) => format!("{}届满,逾期完成", reckoned.date),
                None => format!("{}届满,尚未完成", reckoned.date),
            };
            let same = |a: &crate::time::clock::TraceDay<'_>,
                        b: &crate::time::clock::TraceDay<'_>| {
                a.reason == b.reason
            };
            for run in reckoned.trace.chunk_by(same) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                out.push(row(
                    &reading,
                    name,
                    (first.date, last.date),
                    run.len(),
                    first.reason.zh(),
                    last.count,
                    "",
                    out.count(),
                ));
            }
            let end = (reckoned.date, reckoned.date);
            let total = reckoned.trace.last().map_or(0, |day| day.count);
            out.push(row(&reading, name, end, 1, "届满", total, &result, out.count()));
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one cell each")]
fn row(
    reading: &ClockReading,
    name: &str,
    (from, to): (chrono::NaiveDate, chrono::NaiveDate),
    days: usize,
    reason: &str,
    count: u32,
    result: &str,
    number: usize,
) -> Note {
    let mut entries = vec![reading.start.entry.clone()];
    for claim in &reading.suspensions {
        entries.push(claim.started.clone());
        entries.extend(claim.ended.clone());
    }
    entries.extend(reading.stop.as_ref().map(|stop| stop.entry.clone()));
    let cells = vec![
        Cell::text(reading.kind.zh()),
        Cell::text(name),
        Cell::Date(from),
        Cell::Date(to),
        Cell::Count(i64::try_from(days).unwrap_or(i64::MAX)),
        Cell::text(reason),
        Cell::Count(i64::from(count)),
        Cell::text(result),
    ];
    Note { key: format!("{number:06}"), cells, entries }
}

pub(super) const PROCEDURES: Report = Report {
    id: "Q05",
    version: 1,
    zh: "特别程序是否告知申请人及所需时间,实际是否更长",
    en: "was the applicant told of each special procedure and its time, and did it take longer",
    rows_zh: "特别程序",
    readers_zh: "纪检",
    columns: PROCEDURE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: procedures,
    rows: one_row_a_note,
};

const PROCEDURE_COLUMNS: &[Column] = &[
    column("kind", "种类", "kind", Holds::Text),
    column("from", "开始", "from", Holds::Date),
    column("to", "结束", "to", Holds::Date),
    column("notice_no", "告知书号", "notice no.", Holds::Code),
    column("notified_at", "告知时间", "notified", Holds::Text),
    column("expected_wd", "告知所需", "expected working days", Holds::Count),
    column("taken_wd", "实际", "taken", Holds::Count),
    column("longer_wd", "超出", "longer by", Holds::Count),
    column("recognised", "是否承认", "recognised", Holds::Text),
];

fn procedures(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    let bench = case.bench;
    for (number, claim) in case.clocks().suspensions.iter().enumerate() {
        let act = case.file.acts.iter().find(|act| act.position == claim.started.position);
        let end = claim.to.unwrap_or_else(|| bench.today());
        let before = claim.from.pred_opt().unwrap_or(claim.from);
        let taken = i64::from(workdays_between(bench.calendar, before, end, bench.known_at));
        let expected = claim.expected_wd.map(i64::from);
        let cells = vec![
            Cell::text(claim.kind.as_ref()),
            Cell::Date(claim.from),
            Cell::maybe(claim.to, Cell::Date),
            facts::member(act, "notice_no"),
            facts::member(act, "applicant_notified_at"),
            Cell::maybe(expected, Cell::Count),
            Cell::Count(taken),
            Cell::maybe(expected, |expected| Cell::Count((taken - expected).max(0))),
            Cell::text(claim.refused.map_or("承认", |why| why.zh())),
        ];
        let entries = [Some(claim.started.clone()), claim.ended.clone()].into_iter().flatten();
        out.push(Note { key: format!("{number:06}"), cells, entries: entries.collect() });
    }
}

pub(super) const SUPPLEMENTS: Report = Report {
    id: "Q06",
    version: 1,
    zh: "有几次补正告知,后一次所要的是否首次即可知",
    en: "how many supplement notices; did a later one demand what was knowable at the first",
    rows_zh: "所要材料",
    readers_zh: "纪检",
    columns: SUPPLEMENT_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: supplements,
    rows: one_row_a_note,
};

const SUPPLEMENT_COLUMNS: &[Column] = &[
    column("round", "次数", "round", Holds::Count),
    column("notice_no", "告知书号", "notice no.", Holds::Code),
    column("served_on", "告知日", "served", Holds::Date),
    column("material", "所要材料", "demanded", Holds::Text),
    column("reason", "理由", "reason", Holds::Text),
    column("in_catalogue", "目录所列", "in the catalogue", Holds::Text),
    column("first_demanded", "首次即要", "demanded at first", Holds::Text),
    column("submitted_between", "其间有补交", "submitted since the first", Holds::Text),
    column("knowable", "首次可知", "knowable at the first", Holds::Text),
];

/// What the catalogue lists, and no supplement has changed, was knowable at once.
fn supplements(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    let mut first: BTreeSet<String> = BTreeSet::new();
    for (round, act) in case.all("approval.supplement.requested").enumerate() {
        let listed = listed(case, act);
        let submitted =
            case.all("approval.supplement.submitted").any(|sent| sent.order() < act.order());
        for item in demanded(act) {
            let again = round > 0;
            let known = listed.contains(&item.0);
            let knowable = match (again, first.contains(&item.0), known) {
                (false, ..) => "",
                (true, true, _) => "首次已要",
                (true, false, true) => "目录所列,首次可知",
                (true, false, false) => "目录未列",
            };
            let yes = |yes: bool| Cell::text(if yes { "是" } else { "否" });
            let cells = vec![
                Cell::Count(i64::try_from(round + 1).unwrap_or(i64::MAX)),
                facts::member(Some(act), "notice_no"),
                facts::day(Some(act), case.bench.zone),
                Cell::text(item.0.clone()),
                Cell::text(item.1),
                yes(known),
                yes(!again || first.contains(&item.0)),
                yes(submitted),
                Cell::text(knowable),
            ];
            out.push(note(out.count(), cells, &[act]));
            if !again {
                first.insert(item.0);
            }
        }
    }
}

/// Material or condition, and the reason.
fn demanded(act: &Event<'_>) -> Vec<(String, String)> {
    let Some(Json::List(items)) = act.body.json("items") else { return Vec::new() };
    let text = |item: &Json<'_>, names: &[&str]| {
        let found = names.iter().find_map(|name| item.get(name).and_then(Json::as_str));
        found.unwrap_or_default().to_owned()
    };
    let one = |item: &Json<'_>| match item {
        Json::Text(name) => (name.to_string(), String::new()),
        item => (text(item, &["material", "condition", "name"]), text(item, &["reason"])),
    };
    items.iter().map(one).collect()
}

/// Names of the materials that the catalogue lists that day.
fn listed(case: &Case<'_>, act: &Event<'_>) -> BTreeSet<String> {
    let code = act.item.as_ref().and_then(|item| item.code.get()).unwrap_or_default();
    let row = case.bench.master.items.at(code, case.bench.at(act.occurred.micros));
    let materials = row.and_then(|row| row.row.materials.as_ref());
    let names = materials.into_iter().flatten().filter_map(|one| one.name.as_deref());
    names.map(str::to_owned).collect()
}

pub(super) const HANDOFFS: Report = Report {
    id: "Q07",
    version: 1,
    zh: "案件是否离开大厅,首席代表当日是否获授权",
    en: "did the case leave the hall, and was the chief representative authorised that day",
    rows_zh: "环节",
    readers_zh: "纪检",
    columns: HANDOFF_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: handoffs,
    rows: one_row_a_note,
};

const HANDOFF_COLUMNS: &[Column] = &[
    column("at", "时间", "at", Holds::Moment),
    column("act", "行为", "act", Holds::Text),
    column("venue", "地点", "venue", Holds::Text),
    column("outside", "厅外", "outside the hall", Holds::Text),
    column("officer", "人员", "officer", Holds::Text),
    column("chief_representative", "当日首席代表", "chief representative", Holds::Text),
    column("powers", "授权", "powers", Holds::Text),
    column("covers", "授权含本事项", "covers this item", Holds::Text),
];

/// Where counters are: acts elsewhere took the case out of the hall.
const IN_HALL: [&str; 3] = ["main_hall", "sub_hall", "platform"];

fn handoffs(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if !asked(case, ground) {
        return;
    }
    for (number, act) in case.file.acts.iter().enumerate() {
        let venue = act.venue.as_ref().and_then(|venue| venue.kind.get());
        let handoff = act.kind.starts_with("approval.handoff.recorded");
        let outside = venue.is_some_and(|kind| !IN_HALL.contains(&kind));
        if !(handoff || outside || act.kind.starts_with("approval.decision.")) {
            continue;
        }
        let at = case.bench.at(act.occurred.micros);
        let unit = act.unit().unwrap_or_default();
        let item = act.item.as_ref().and_then(|item| item.code.get()).unwrap_or_default();
        let chief = case.bench.master.holder(unit, "首席代表", at);
        let letters = case.bench.master.authorisations.all_at(unit, at).map(|version| &version.row);
        let letter = letters.into_iter().find(|row| {
            chief.is_none_or(|chief| row.officer.as_deref() == Some(chief.row.officer.as_ref()))
        });
        let yes = |yes: bool| Cell::text(if yes { "是" } else { "否" });
        let to = act.body.text("to_venue").map(|text| format!("→{text}"));
        let cells = vec![
            facts::minute(Some(act), case.bench.zone),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            Cell::text(format!("{}{}", venue.unwrap_or_default(), to.unwrap_or_default())),
            yes(outside),
            Cell::text(act.actor.as_ref().and_then(|who| who.officer.get()).unwrap_or_default()),
            Cell::maybe(chief, |held| Cell::text(held.row.officer.as_ref())),
            Cell::list(letter.into_iter().flat_map(|row| row.powers.iter().flatten())),
            Cell::maybe(letter, |row| yes(row.covers(item))),
        ];
        out.push(note(number, cells, &[act]));
    }
}
