//! Questions 13–16: entries into an enterprise, and how a penalty compares.

use crate::event::Event;
use crate::report::{
    Cell, Column, Gathered, Gathering, Ground, Holds, LooksAt, Note, Report, Row, column, facts,
    inspections, one_row_a_note, penalties::fine_of,
};
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use std::collections::BTreeSet;

pub(super) const ENTRIES: Report = Report {
    id: "Q13",
    zh: "某企业某期间的入企检查:备案、同意、范围、证件、豁免主张及结果",
    en: "entries into an enterprise: filed, consented, in scope, certified, exempt claims",
    gather: entries,
    ..inspections::FILINGS
};

/// Those of RP09 whose enterprise is the one asked about, under any of its names.
fn entries(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let Some(party) = ground.about.party.as_deref() else { return };
    let at = ground.bench.at_now();
    let kin = ground.bench.master.party_lineage(party, at);
    let mut all = Gathering::default();
    (inspections::FILINGS.gather)(case, ground, &mut all);
    out.extend(all.notes().filter(|note| {
        let name = inspections::enterprise_of(note);
        name == party || kin.contains(name)
    }));
}

pub(super) const EARLIER: Report = Report {
    id: "Q14",
    version: 1,
    zh: "该处罚之前同一主体(含更名、合并)有无违法,是否真非首次,何人判定与改判",
    en: "earlier violations of the same party under any name; who assessed and changed it",
    rows_zh: "在先行为",
    readers_zh: "纪检",
    columns: EARLIER_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: violations,
    rows: earlier,
};

const EARLIER_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("party", "主体", "party", Holds::Text),
    column("ground", "违法事项", "ground", Holds::Code),
    column("category", "类别", "category", Holds::Text),
    column("unit", "单位", "unit", Holds::Text),
    column("on", "日期", "date", Holds::Date),
    column("what", "情形", "what", Holds::Text),
    column("assessed", "首违判定", "assessed as", Holds::Text),
    column("by", "判定人", "assessed by", Holds::Text),
    column("same_category", "同类", "same category", Holds::Text),
    column("before", "在先", "before", Holds::Text),
];

const OF_VIOLATIONS: [&str; 4] = [
    "penalty.first_violation.assessed",
    "penalty.rectification.notice.issued",
    "penalty.decision.made",
    "penalty.exempted.decided",
];

fn ground_code(act: &Event<'_>) -> String {
    let named = act.body.text("ground_code").map(|text| text.into_owned());
    named.or_else(|| act.item.as_ref()?.code.get().map(str::to_owned)).unwrap_or_default()
}

/// Every act on a violation, with its party: which of them matter is known when
/// the case asked about has been seen.
fn violations(case: &Case<'_>, _: &Ground<'_>, out: &mut Gathering) {
    for act in case.any(&OF_VIOLATIONS) {
        let code = ground_code(act);
        let at = case.bench.at(act.occurred.micros);
        let row = case.bench.master.penalty_grounds.at(&code, at).map(|version| &version.row);
        let party = act.parties.iter().find_map(|party| party.id.get()).unwrap_or_default();
        let assessed = act.kind.starts_with("penalty.first_violation");
        let officer = act.actor.as_ref().and_then(|actor| actor.officer.get());
        let cells = vec![
            Cell::text(case.file.stream),
            Cell::text(party),
            Cell::text(code),
            Cell::maybe(row.and_then(|row| row.category.as_deref()), Cell::text),
            Cell::text(act.unit().unwrap_or_default()),
            facts::day(Some(act), case.bench.zone),
            Cell::text(act.event_type.map_or(act.kind.as_ref(), |known| known.zh)),
            if assessed { facts::member(Some(act), "result") } else { Cell::Empty },
            if assessed { Cell::text(officer.unwrap_or_default()) } else { Cell::Empty },
        ];
        let key = format!("{:020}", act.occurred.micros);
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

fn earlier(ground: &Ground<'_>, mut notes: Gathered) -> Vec<Row> {
    notes.sort_by(|a, b| a.key.cmp(&b.key));
    let stream = ground.about.stream.clone().unwrap_or_default();
    let text = |note: &Note, at: usize| match note.cells.get(at) {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let own: Vec<&Note> = notes.iter().filter(|note| text(note, 0) == stream).collect();
    let Some(first) = own.first() else { return Vec::new() };
    let (party, category, since) = (text(first, 1), text(first, 3), first.key.clone());
    let at = ground.bench.at_now();
    let kin: BTreeSet<Box<str>> = ground.bench.master.party_lineage(&party, at);
    let same_party = |note: &&Note| text(note, 1) == party || kin.contains(text(note, 1).as_str());
    let rows = notes.iter().filter(same_party).map(|note| {
        let yes = |yes: bool| Cell::text(if yes { "是" } else { "否" });
        let mut cells = note.cells.clone();
        cells.push(yes(text(note, 3) == category));
        cells.push(yes(note.key < since && text(note, 0) != stream));
        Row::new(cells).resting_on(note.entries.clone())
    });
    rows.collect()
}

pub(super) const ALIKE: Report = Report {
    id: "Q15",
    version: 1,
    zh: "与同事由同档次的全部处罚相比,罚额是否离群,离群者由谁批准",
    en: "against all decisions of the same ground and tier: is it an outlier, who approved it",
    rows_zh: "处罚决定",
    readers_zh: "纪检",
    columns: ALIKE_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: decisions,
    rows: alike,
};

const ALIKE_COLUMNS: &[Column] = &[
    column("stream", "案号", "case", Holds::Text),
    column("decision_no", "决定书号", "decision no.", Holds::Code),
    column("unit", "单位", "unit", Holds::Text),
    column("on", "日期", "date", Holds::Date),
    column("amount_fen", "罚款额", "fine", Holds::Money),
    column("approver", "批准人", "approver", Holds::Text),
    column("median_fen", "同类中位", "median of the group", Holds::Money),
    column("count", "同类件数", "decisions in the group", Holds::Count),
    column("outlier", "离群", "outlier", Holds::Text),
    column("asked", "所问", "the one asked about", Holds::Text),
];

fn decisions(case: &Case<'_>, _: &Ground<'_>, out: &mut Gathering) {
    for act in case.all("penalty.decision.made") {
        let Some(fine) = fine_of(act) else { continue };
        let tier = act.body.text("tier_id").unwrap_or_default();
        let cells = vec![
            Cell::text(case.file.stream),
            facts::member(Some(act), "decision_no"),
            Cell::text(act.unit().unwrap_or_default()),
            facts::day(Some(act), case.bench.zone),
            Cell::Fen(fine),
            facts::member(Some(act), "approver"),
        ];
        let key = format!("{}|{tier}", ground_code(act));
        out.push(Note { key, cells, entries: vec![EntryRef::of(act)] });
    }
}

/// More than twice the median, or less than half of it [D]; not under five.
fn alike(ground: &Ground<'_>, notes: Gathered) -> Vec<Row> {
    let stream = Cell::text(ground.about.stream.clone().unwrap_or_default());
    let own: BTreeSet<&str> = notes
        .iter()
        .filter(|note| note.cells.first() == Some(&stream))
        .map(|note| note.key.as_str())
        .collect();
    let mut rows = Vec::new();
    for key in own {
        let group: Vec<&Note> = notes.iter().filter(|note| note.key == key).collect();
        let fine = |note: &Note| match note.cells.get(4) {
            Some(Cell::Fen(fen)) => *fen,
            _ => 0,
        };
        let mut fines: Vec<i64> = group.iter().map(|note| fine(note)).collect();
        fines.sort_unstable();
        let median = fines.get(fines.len() / 2).copied().unwrap_or(0);
        for note in &group {
            let far =
                fine(note) > median.saturating_mul(2) || fine(note).saturating_mul(2) < median;
            let outlier = match (fines.len() >= 5, far) {
                (false, _) => "样本不足",
                (true, true) => "离群",
                (true, false) => "",
            };
            let mut cells = note.cells.clone();
            cells.extend([
                Cell::Fen(median),
                Cell::Count(i64::try_from(fines.len()).unwrap_or(i64::MAX)),
                Cell::text(outlier),
                Cell::text(if note.cells.first() == Some(&stream) { "本案" } else { "" }),
            ]);
            rows.push(Row::new(cells).resting_on(note.entries.clone()));
        }
    }
    rows
}

pub(super) const TOLD: Report = Report {
    id: "Q16",
    version: 1,
    zh: "园区和主管部门是否在决定之前得知,告知是否事后以早日期补录",
    en: "were park and authority told before the decision, or was the notice entered afterwards",
    rows_zh: "告知",
    readers_zh: "纪检",
    columns: TOLD_COLUMNS,
    exact: false,
    looks_at: LooksAt::EVERYTHING,
    gather: told,
    rows: one_row_a_note,
};

const TOLD_COLUMNS: &[Column] = &[
    column("act", "告知", "notice", Holds::Text),
    column("to", "对象", "to", Holds::Text),
    column("occurred_at", "告知时间", "told", Holds::Moment),
    column("recorded_at", "入账时间", "recorded", Holds::Moment),
    column("decided_at", "决定时间", "decided", Holds::Moment),
    column("decision_recorded_at", "决定入账时间", "decision recorded", Holds::Moment),
    column("before", "先于决定", "before the decision", Holds::Text),
    column("entered_after", "决定入账后才补录", "entered after the decision", Holds::Text),
];

fn told(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    if ground.about.stream.as_deref() != Some(case.file.stream) {
        return;
    }
    let decided = case.first("penalty.decision.made");
    let kinds = ["penalty.park_notification.sent", "penalty.authority_notification.sent"];
    let yes = |yes: bool| Cell::text(if yes { "是" } else { "否" });
    for kind in kinds {
        let named = crate::event::register::find(&format!("{kind}.v1")).map_or(kind, |t| t.zh);
        let act = case.first(kind);
        let cells = vec![
            Cell::text(named),
            facts::member(act, "to"),
            facts::minute(act, case.bench.zone),
            Cell::maybe(act, |act| Cell::Moment(act.recorded)),
            facts::minute(decided, case.bench.zone),
            Cell::maybe(decided, |act| Cell::Moment(act.recorded)),
            Cell::maybe(decided, |decided| {
                yes(act.is_some_and(|act| act.occurred.micros < decided.occurred.micros))
            }),
            Cell::maybe(act.zip(decided), |(act, decided)| {
                let early = act.occurred.micros < decided.occurred.micros;
                yes(early && act.recorded > decided.recorded)
            }),
        ];
        let entries = [act, decided].into_iter().flatten().map(EntryRef::of).collect();
        out.push(Note { key: kind.to_owned(), cells, entries });
    }
}
