//! 三 保障: rankings with their consequences, and warnings level by level.

use super::Planting;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::moment::{Day, Moment};

/// An act of the office for efficiency.
fn by_office(plot: &Plot<'_>, kind: &'static str, stream: String, at: Moment, body: Value) -> Act {
    let office = plot.city.unit_index("效能");
    let leader = plot.city.leader(office, at.day());
    Act::new(kind, stream, at, Source::Office, body)
        .actor(plot.city.officer_actor(leader, "主要负责人"))
}

pub(super) const LAST_AND_SPARED: Planting = Planting {
    rules: &["R3.4.3", "RX.1"],
    wrong: ("排位靠后的单位既未限期整改,也未通报批评", "last in the ranking, and nothing followed"),
    near: ("综合得分已经算出,尚未排名", "scores are computed and not ranked yet"),
    plant: |plot| {
        let city = plot.city;
        let published = Day::new(2024, 12, 2).at(9, 20);
        let computed = city.calendar.on_or_after(Day::new(2026, 1, 5)).at(10, 0);
        let number = plot.item_number();
        let version = format!("2025.{number}");
        let component = |id: &'static str, weight: i64| object! { "id": id, "weight": weight };
        let scheme = object! {
            "year": 2025i64, "version": &version, "groups": vec![object! { "group": "窗口单位" }],
            "components": vec![component("办件", 60), component("测评", 40)],
        };
        let stream = format!("evaluation/scheme-{version}");
        let scheme = by_office(plot, "eval.scheme.published.v1", stream, published, scheme);
        let mut chronicle = Chronicle::new().act(scheme);
        let mut list = Vec::new();
        // Other units than the neighbour's: a unit's last score is the one that counts.
        let first = if plot.wrong() { 0 } else { 4 };
        for (rank, unit) in city.kept_organs().into_iter().skip(first).take(4).enumerate() {
            let unit = &city.units[unit].id;
            let reached = 95 - 3 * rank as i64;
            let components = object! { "办件": reached, "测评": reached };
            let score = object! {
                "unit": unit, "period": "2025", "components": components,
                "inputs_digest": plot.draw.hex(64), "scheme_version": &version,
            };
            let stream = format!("evaluation/score-{version}-{rank}");
            let act = by_office(plot, "eval.score.computed.v1", stream, computed, score);
            chronicle = chronicle.act(act);
            let score = format!("{reached}.00");
            list.push(object! { "unit": unit, "score": score, "rank": rank as i64 + 1 });
        }
        let mut story = Story::new();
        if plot.wrong() {
            let ranked = city.calendar.after(computed.day(), 8).at(15, 0);
            let body = object! {
                "group": "窗口单位", "list": list, "ties": "并列者全部列入", "period": "2025",
            };
            let stream = format!("evaluation/ranking-{version}");
            let act = by_office(plot, "eval.ranking.published.v1", stream, ranked, body);
            chronicle = chronicle.act(act);
            let ranking = [Pick::First("eval.ranking.published")];
            story = story.speaks("R3.4.3", &ranking).speaks("RX.1", &ranking);
        }
        plot.tell(story, chronicle);
    },
};

pub(super) const LEVEL_SKIPPED: Planting = Planting {
    rules: &["R3.5.4"],
    wrong: ("单项预警之后直接公示,跳过综合预警", "publicised after a single warning alone"),
    near: ("指数恰达阈值的综合预警", "a composite warning of exactly the threshold"),
    plant: |plot| {
        let city = plot.city;
        let Warned { unit, day, due, number, single } = warned(plot, "超时率", (12, 10), 10);
        let stream = |level: u8| level_of(number, level);
        let answered = city.calendar.after(day, 4).at(15, 10);
        let chronicle = answer(plot, Chronicle::new().act(single), stream(1), (0, unit), answered);
        let subject = &city.units[unit].id;
        let then = city.calendar.after(day, 5);
        if plot.wrong() {
            let body = object! {
                "subject": subject, "text": "超时办件占比连续偏高", "scope": "全市", "from": then,
                "to": then.plus(30), "redaction_review": &city.officers[city.leader(city.unit_index("效能"), then)].id,
            };
            let at = then.at(10, 0);
            let shown = by_office(plot, "warning.publicised.v1", stream(3), at, body);
            let story = Story::new().speaks(
                "R3.5.4",
                &[Pick::First("warning.publicised"), Pick::First("warning.single.raised")],
            );
            plot.tell(story, chronicle.act(shown));
        } else {
            let body = object! {
                "subject": subject, "index": 80i64, "threshold": 80i64,
                "contributing": Vec::<Value>::new(), "due": due,
            };
            let at = then.at(10, 0);
            let raised = by_office(plot, "warning.composite.raised.v1", stream(2), at, body);
            // The composite warning is answered on its last day.
            let answered = due.at(16, 30);
            let chronicle = answer(plot, chronicle.act(raised), stream(2), (2, unit), answered);
            plot.tell(Story::new(), chronicle);
        }
    },
};

/// The single warning of a unit that a story begins with, due some working days later.
struct Warned {
    unit: usize,
    day: Day,
    due: Day,
    number: usize,
    single: Act,
}

fn warned(
    plot: &mut Plot<'_>,
    indicator: &'static str,
    (value, threshold): (i64, i64),
    days: i64,
) -> Warned {
    let city = plot.city;
    let unit = plot.organ();
    let day = plot.day();
    let at = plot.morning(day);
    let number = plot.item_number();
    let due = city.calendar.after(day, days);
    let body = object! {
        "subject": &city.units[unit].id, "indicator": indicator, "value": value,
        "threshold": threshold, "period": day.text().get(..7).map(str::to_owned), "due": due,
    };
    let single = by_office(plot, "warning.single.raised.v1", level_of(number, 1), at, body);
    Warned { unit, day, due, number, single }
}

/// The stream of a warning's level.
fn level_of(number: usize, level: u8) -> String {
    format!("warning/{number}-{level}")
}

/// A unit reports what it has put right about the warning told `nth` of a chronicle.
fn answer(
    plot: &Plot<'_>,
    chronicle: Chronicle,
    stream: String,
    (nth, unit): (usize, usize),
    at: Moment,
) -> Chronicle {
    let actor = plot.city.unit_actor(unit, "整改单位");
    let unit = plot.city.units[unit].id.clone();
    chronicle.after(at, move |_, told| {
        let warning = told.get(nth).cloned().unwrap_or_default();
        let body = object! { "ref": warning, "by": unit, "at": at, "text": "已增派人员,压缩积件" };
        let kind = "warning.rectification.submitted.v1";
        vec![Act::new(kind, stream, at, Source::Office, body).actor(actor)]
    })
}

pub(super) const LEVEL_NEVER_RAISED: Planting = Planting {
    rules: &["R3.5.4"],
    wrong: (
        "单项预警逾期未整改,十五个工作日内没有综合预警",
        "a single warning was not answered, and no composite one followed in fifteen working days",
    ),
    near: ("第十五个工作日发出综合预警", "the composite warning came on the fifteenth working day"),
    plant: |plot| {
        const SINGLE: &str = "warning.single.raised";
        let city = plot.city;
        let Warned { unit, due, number, single, .. } = warned(plot, "投诉查实数", (6, 5), 5);
        let mut chronicle = Chronicle::new().act(single);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R3.5.4", &[Pick::First(SINGLE)]);
        } else {
            let last = city.calendar.after(due.plus(1), 15);
            let until = city.calendar.after(last, 10);
            let body = object! {
                "subject": &city.units[unit].id, "index": 60i64, "threshold": 80i64,
                "contributing": Vec::<Value>::new(), "due": until,
            };
            let (stream, at) = (level_of(number, 2), last.at(16, 40));
            let raised = by_office(plot, "warning.composite.raised.v1", stream.clone(), at, body);
            chronicle = chronicle.act(raised);
            chronicle = answer(plot, chronicle, stream, (1, unit), until.at(11, 0));
        }
        plot.tell(story, chronicle);
    },
};
