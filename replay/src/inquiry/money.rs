//! Questions 10–12: fees above their floor, associations and intermediaries.

use crate::event::Event;
use crate::report::{
    About, Cell, Column, Gathered, Gathering, Ground, Holds, LooksAt, Note, Report, Row, column,
    facts, fee_floor,
};
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) const FEES: Report = Report {
    id: "Q10",
    version: 1,
    zh: "每笔收费的标准、下限、金额与退还,多收按单位、收费员、企业合计",
    en: "each fee against its floor, refunded or not; overcharge by unit, collector, payer",
    rows_zh: "收费或合计",
    readers_zh: "纪检",
    columns: FEE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: fees,
    rows: fee_rows,
};

const FEE_COLUMNS: &[Column] = &[
    column("level", "层级", "level", Holds::Text),
    column("name", "对象", "of", Holds::Text),
    column("stream", "事件流", "stream", Holds::Text),
    column("fee_code", "收费项目", "fee item", Holds::Code),
    column("amount_fen", "核定额", "assessed", Holds::Money),
    column("floor_fen", "应收下限额", "floor", Holds::Money),
    column("over_fen", "多收", "overcharge", Holds::Money),
    column("refunded_fen", "已退", "refunded", Holds::Money),
    column("owed_fen", "应退未退", "still to refund", Holds::Money),
    column("lines", "笔数", "lines", Holds::Count),
];

/// Notes: unit, collector, payer, stream, code, amount, floor, refunded.
fn fees(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let Some(act) = case.first("fee.assessed") else { return };
    let payer = act.parties.iter().find_map(|party| party.id.get()).unwrap_or_default();
    let collector = act.actor.as_ref().and_then(|actor| actor.officer.get()).unwrap_or_default();
    let unit = act.unit();
    if !About::asks(&ground.about.unit, unit) || !About::asks(&ground.about.party, Some(payer)) {
        return;
    }
    let mut lines = Gathering::default();
    (fee_floor::REPORT.gather)(case, ground, &mut lines);
    for line in lines.notes() {
        let cell = |name: &str| {
            let place = fee_floor::REPORT.columns.iter().position(|column| column.name == name);
            place.and_then(|at| line.cells.get(at)).cloned().unwrap_or(Cell::Empty)
        };
        let cells = vec![
            Cell::text(unit.unwrap_or_default()),
            Cell::text(collector),
            Cell::text(payer),
            Cell::text(case.file.stream),
            cell("fee_code"),
            cell("amount_fen"),
            cell("floor_fen"),
            cell("refunded_fen"),
        ];
        out.push(Note { key: line.key, cells, entries: line.entries });
    }
}

#[derive(Default)]
struct Sums {
    amount: i64,
    floor: i64,
    over: i64,
    refunded: i64,
    lines: i64,
    entries: Vec<EntryRef>,
}

impl Sums {
    fn add(&mut self, note: &Note) {
        let (over, refunded) = (over(note), fen(note, 7));
        self.amount += fen(note, 5);
        self.floor += fen(note, 6);
        self.over += over;
        self.refunded += refunded;
        self.lines += 1;
        self.entries.extend(note.entries.iter().cloned());
    }

    fn row(self, level: &str, name: &str) -> Row {
        let cells = vec![
            Cell::text(level),
            Cell::text(name),
            Cell::Empty,
            Cell::Empty,
            Cell::Fen(self.amount),
            Cell::Fen(self.floor),
            Cell::Fen(self.over),
            Cell::Fen(self.refunded),
            Cell::Fen((self.over - self.refunded).max(0)),
            Cell::Count(self.lines),
        ];
        Row::new(cells).resting_on(self.entries)
    }
}

fn fen(note: &Note, at: usize) -> i64 {
    match note.cells.get(at) {
        Some(Cell::Fen(fen)) => *fen,
        _ => 0,
    }
}

/// Nothing where no floor is known: that is R2.5.5's affair.
fn over(note: &Note) -> i64 {
    match note.cells.get(6) {
        Some(Cell::Fen(floor)) => (fen(note, 5) - floor).max(0),
        _ => 0,
    }
}

fn fee_rows(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let text = |note: &Note, at: usize| match note.cells.get(at) {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let mut rows = Vec::new();
    for (level, at) in [("单位", 0), ("收费员", 1), ("缴费人", 2)] {
        let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
        for note in notes.iter().filter(|note| over(note) > 0) {
            sums.entry(text(note, at)).or_default().add(note);
        }
        rows.extend(sums.into_iter().map(|(name, sums)| sums.row(level, &name)));
    }
    for note in &notes {
        let cells = vec![
            Cell::text("明细"),
            Cell::text(text(note, 0)),
            Cell::text(text(note, 3)),
            note.cells.get(4).cloned().unwrap_or(Cell::Empty),
            Cell::Fen(fen(note, 5)),
            note.cells.get(6).cloned().unwrap_or(Cell::Empty),
            Cell::Fen(over(note)),
            note.cells.get(7).cloned().unwrap_or(Cell::Empty),
            Cell::Fen((over(note) - fen(note, 7)).max(0)),
            Cell::Count(1),
        ];
        rows.push(Row::new(cells).resting_on(note.entries.clone()));
    }
    rows
}

pub(super) const ASSOCIATIONS: Report = Report {
    id: "Q11",
    version: 1,
    zh: "哪些企业在取得某单位许可后30日内向协会、中介付费",
    en: "enterprises that paid associations within 30 days of a permit of the unit",
    rows_zh: "委托或付费",
    readers_zh: "纪检",
    columns: ASSOCIATION_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: permits_and_payments,
    rows: within_thirty_days,
};

const ASSOCIATION_COLUMNS: &[Column] = &[
    column("enterprise", "企业", "enterprise", Holds::Text),
    column("permit", "许可案号", "permit", Holds::Text),
    column("granted_on", "许可日", "granted", Holds::Date),
    column("intermediary", "协会或中介", "intermediary", Holds::Text),
    column("engaged_on", "委托日", "engaged", Holds::Date),
    column("days_after", "相隔天数", "days after", Holds::Count),
    column("voluntary", "自愿", "voluntary", Holds::Text),
    column("amount_fen", "金额", "amount", Holds::Money),
];

/// Notes: `P` permits of the unit, `M` engagements, by enterprise.
fn permits_and_payments(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let zone = case.bench.zone;
    for act in case.all("approval.decision.granted") {
        if act.unit() != ground.about.unit.as_deref() {
            continue;
        }
        let party = act.parties.iter().find_map(|party| party.id.get()).unwrap_or_default();
        let cells =
            vec![Cell::text("P"), Cell::text(case.file.stream), facts::day(Some(act), zone)];
        out.push(Note { key: party.to_owned(), cells, entries: vec![EntryRef::of(act)] });
    }
    for act in case.all("intermediary.engagement.recorded") {
        let voluntary = act.body.get("voluntary") == Some(crate::event::Value::Bool(true));
        let cells = vec![
            Cell::text("M"),
            facts::member(Some(act), "intermediary"),
            facts::day(Some(act), zone),
            Cell::text(if voluntary { "自愿" } else { "未载明自愿" }),
            Cell::maybe(act.body.int("amount_fen"), Cell::Fen),
        ];
        let party = act.body.text("enterprise").unwrap_or_default().into_owned();
        out.push(Note { key: party, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn within_thirty_days(_: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let kind = |note: &Note, kind: &str| note.cells.first() == Some(&Cell::text(kind));
    let day = |note: &Note| match note.cells.get(2) {
        Some(Cell::Date(day)) => *day,
        _ => NaiveDate::default(),
    };
    let mut rows = Vec::new();
    for permit in notes.iter().filter(|note| kind(note, "P")) {
        let of_party = |note: &&Note| kind(note, "M") && note.key == permit.key;
        for engaged in notes.iter().filter(of_party) {
            let after = (day(engaged) - day(permit)).num_days();
            if !(0..=30).contains(&after) {
                continue;
            }
            let cell = |note: &Note, at: usize| note.cells.get(at).cloned().unwrap_or(Cell::Empty);
            let cells = vec![
                Cell::text(permit.key.clone()),
                cell(permit, 1),
                cell(permit, 2),
                cell(engaged, 1),
                cell(engaged, 2),
                Cell::Count(after),
                cell(engaged, 3),
                cell(engaged, 4),
            ];
            let entries = permit.entries.iter().chain(&engaged.entries).cloned();
            rows.push(Row::new(cells).resting_on(entries));
        }
    }
    rows
}

pub(super) const INTERMEDIARIES: Report = Report {
    id: "Q12",
    version: 1,
    zh: "某单位案件中哪家中介的报告占八成以上,该单位谁在其中任职",
    en: "whose reports appear in four fifths of the unit's cases; who at the unit holds posts there",
    rows_zh: "中介",
    readers_zh: "纪检",
    columns: INTERMEDIARY_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: reports_of,
    rows: shares,
};

const INTERMEDIARY_COLUMNS: &[Column] = &[
    column("intermediary", "中介", "intermediary", Holds::Text),
    column("cases", "出现案件数", "cases", Holds::Count),
    column("of", "有中介的案件数", "of cases with any", Holds::Count),
    column("share", "占比", "share", Holds::Share),
    column("dominant", "八成以上", "four fifths or more", Holds::Text),
    column("posts", "本单位在其中任职者", "officers with posts there", Holds::Text),
];

/// The intermediary of an engagement or of a special procedure of the unit's case.
fn reports_of(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if facts::unit(case).as_deref() != ground.about.unit.as_deref() {
        return;
    }
    let named = |act: &Event<'_>| {
        let name = act.body.text("intermediary").or(act.body.text("agency"))?;
        Some((name.into_owned(), EntryRef::of(act)))
    };
    let kinds = ["intermediary.engagement.recorded", "approval.special_procedure.started"];
    let found: BTreeMap<String, EntryRef> = case.any(&kinds).filter_map(named).collect();
    for (name, entry) in found {
        let cells = vec![Cell::text(case.file.stream)];
        out.push(Note { key: name, cells, entries: vec![entry] });
    }
}

fn shares(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let cases: std::collections::BTreeSet<&Cell> =
        notes.iter().filter_map(|note| note.cells.first()).collect();
    let whole = i64::try_from(cases.len()).unwrap_or(i64::MAX);
    let mut by_name: BTreeMap<String, Vec<EntryRef>> = BTreeMap::new();
    for note in &notes {
        by_name.entry(note.key.clone()).or_default().extend(note.entries.iter().cloned());
    }
    let at = ground.bench.at_now();
    let master = ground.bench.master;
    let rows = by_name.into_iter().map(|(name, entries)| {
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let held = master.outside_posts.each_at(at).map(|version| &version.row).filter(|row| {
            let officer = master.officers.at(&row.officer, at);
            let unit = officer.and_then(|version| version.row.unit.as_deref());
            row.org.as_deref() == Some(name.as_str()) && unit == ground.about.unit.as_deref()
        });
        let posts = Cell::list(held.map(|row| row.officer.as_ref().to_owned()));
        let dominant = count * 5 >= whole * 4;
        let cells = vec![
            Cell::text(name),
            Cell::Count(count),
            Cell::Count(whole),
            Cell::share(count, whole),
            Cell::text(if dominant { "是" } else { "否" }),
            posts,
        ];
        Row::new(cells).resting_on(entries)
    });
    rows.collect()
}
