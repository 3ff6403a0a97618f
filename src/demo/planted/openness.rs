//! 二.4 政务公开: decisions without their steps, powers without their basis, papers and
//! results that come late.

use super::Planting;
use super::catalogue::Listed;
use super::penalty::{DECIDED, plain};
use super::plot::{Chronicle, Plot};
use super::proceedings::{Proceedings, ground_that};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that, promises};
use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::cases::approval::Beat;
use crate::demo::cases::penalty::{self, MAJOR_FEN};
use crate::demo::days::decision;
use crate::demo::days::disclosure::{PaperOpening, RequestOpening};
use crate::demo::moment::Day;

const GRANTED: &str = "approval.decision.granted";
const PUBLISHED: &str = "document.published";

/// A major decision that the story alters.
fn major_decision(plot: &mut Plot<'_>, story: Story) {
    let day = plot.day();
    let at = plot.morning(day);
    plot.begin(at, story, Box::new(decision::Opening));
}

pub(super) const A_STEP_LESS: Planting = Planting {
    rules: &["R2.4.1"],
    wrong: (
        "重大决策没有风险评估,也没有豁免理由",
        "a major decision without an assessment of risk",
    ),
    near: ("五个步骤齐全", "all five steps"),
    plant: |plot| {
        let mut story = Story::new();
        if plot.wrong() {
            let step = plot.draw.pick(&["decision.risk.assessed", "decision.expert_argument.held"]);
            story = story.drop(step).speaks("R2.4.1", &[Pick::First("decision.adopted")]);
        }
        major_decision(plot, story);
    },
};

pub(super) const SHORT_COMMENT: Planting = Planting {
    rules: &["L0.T32"],
    wrong: ("公开征求意见二十九日", "twenty-nine days for public comment"),
    near: ("三十日", "thirty days"),
    plant: |plot| {
        const HELD: &str = "decision.public_participation.held";
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(HELD, |act| {
                    let from = act.member("from").and_then(Value::as_str).and_then(Day::parse);
                    match from {
                        Some(from) => act.saying("to", from.plus(29)),
                        None => act,
                    }
                })
                .speaks("L0.T32", &[Pick::First(HELD)]);
        }
        major_decision(plot, story);
    },
};

pub(super) const NO_PROCEDURE: Planting = Planting {
    rules: &["R2.4.2"],
    wrong: ("目录没有写明办理程序", "the catalogue does not tell the procedure"),
    near: ("写明了程序", "it does"),
    plant: |plot| {
        let listed = Listed::new(plot, "核发");
        if plot.wrong() {
            let story = Story::new().speaks("R2.4.2", &[Pick::First("md.item.registered")]);
            listed.tell(plot, story, |row| row.saying("stages", Vec::<Value>::new()));
        } else {
            listed.tell(plot, Story::new(), |row| row);
        }
    },
};

pub(super) const NO_TIER: Planting = Planting {
    rules: &["R2.4.3", "R2.7.6"],
    wrong: ("处罚决定引用的裁量档次不存在", "the decision cites a tier that does not exist"),
    near: ("引用公布的档次", "it cites one that was published"),
    plant: |plot| {
        let plan = plain(plot);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(DECIDED, |act| act.saying("tier_id", "未列档次"))
                .speaks("R2.4.3", &[Pick::First(DECIDED)])
                // Which lower bound holds cannot be told either.
                .speaks("R2.7.6", &[Pick::First(DECIDED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const RESULT_LATE: Planting = Planting {
    rules: &["R2.4.4", "R2.4.8", "L0.T30"],
    wrong: ("许可决定第八个工作日才公开", "a permit published on the eighth working day"),
    near: ("第七个工作日公开", "on the seventh"),
    plant: |plot| {
        let item = item_that(plot, |item| promises(item, 3));
        let day = plot.day();
        let plan = Timetable::new(plot, item, day, 3);
        let days = if plot.wrong() { 8 } else { 7 };
        let published = plot.city.calendar.after(plan.decided, days).at(16, 10);
        let mut story = Story::new();
        if plot.wrong() {
            let both = [Pick::First(GRANTED), Pick::First(PUBLISHED)];
            for rule in ["R2.4.4", "R2.4.8", "L0.T30"] {
                story = story.speaks(rule, &both);
            }
        }
        plan.moved(Beat::Publish, published).tell(plot, story);
    },
};

pub(super) const MARKET_RESULT_LATE: Planting = Planting {
    rules: &["L0.T31", "R2.4.8"],
    wrong: (
        "市场监管部门的处罚决定第二十一个工作日才公示",
        "a market regulator's penalty published on the twenty-first working day",
    ),
    near: ("第二十个工作日公示", "on the twentieth"),
    plant: |plot| {
        const SHOWN: &str = "penalty.published";
        let city = plot.city;
        let ground = ground_that(plot, |ground| {
            city.units[ground.unit].sign == "市监"
                && ground.spec.exempt.is_none()
                && ground.spec.min_fen * 2 < MAJOR_FEN
        });
        let day = plot.day();
        let plan = Proceedings::first(plot, ground, day);
        let days = if plot.wrong() { 21 } else { 20 };
        let shown = city.calendar.after(plan.decided, days).at(16, 30);
        let mut story = Story::new();
        if plot.wrong() {
            let both = [Pick::First(DECIDED), Pick::First(SHOWN)];
            story = story.speaks("L0.T31", &both).speaks("R2.4.8", &both);
        }
        plan.moved(penalty::Beat::Publish, shown)
            .without(|beat| beat == penalty::Beat::Expire)
            .tell(plot, story);
    },
};

pub(super) const STAGE_UNTOLD: Planting = Planting {
    rules: &["R2.4.5"],
    wrong: ("作出决定前缺少审核环节的记录", "decided without a record of the review"),
    near: ("环节齐全", "every stage is on record"),
    plant: |plot| {
        let item = item_that(plot, |item| item.spec.stages.len() > 1 && promises(item, 4));
        let day = plot.day();
        let last = plot.city.items[item].spec.stages.len() - 1;
        let plan = Timetable::new(plot, item, day, 4);
        if plot.wrong() {
            let story = Story::new().speaks("R2.4.5", &[Pick::First(GRANTED)]);
            plan.without(|beat| {
                beat == Beat::StartStage(last) || beat == Beat::EndStage { stage: last, used: 0 }
            })
            .tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

/// Moves an act to a working day after the story's first.
fn delayed(plot: &Plot<'_>, story: Story, kind: &'static str, begun: Day, days: i64) -> Story {
    let at = plot.city.calendar.after(begun, days).at(16, 20);
    story.alter(kind, move |act| act.saying("at", at).moved(at))
}

pub(super) const PAPER_LATE: Planting = Planting {
    rules: &["R2.4.7", "L0.T28"],
    wrong: (
        "主动公开的文件第二十一个工作日才上网",
        "a paper online on the twenty-first working day",
    ),
    near: ("第二十个工作日上网", "on the twentieth"),
    plant: |plot| {
        let day = plot.day();
        let days = if plot.wrong() { 21 } else { 20 };
        let mut story = delayed(plot, Story::new(), PUBLISHED, day, days);
        if plot.wrong() {
            let both = [Pick::First("document.created"), Pick::First(PUBLISHED)];
            story = story.speaks("R2.4.7", &both).speaks("L0.T28", &both);
        }
        let at = plot.morning(day);
        plot.begin(at, story, Box::new(PaperOpening));
    },
};

pub(super) const ANSWER_LATE: Planting = Planting {
    rules: &["L0.T29"],
    wrong: (
        "依申请公开第二十一个工作日才答复",
        "a request answered on the twenty-first working day",
    ),
    near: ("第二十个工作日答复", "on the twentieth"),
    plant: |plot| {
        const ANSWERED: &str = "disclosure.request.answered";
        let day = plot.day();
        let days = if plot.wrong() { 21 } else { 20 };
        let mut story = delayed(plot, Story::new(), ANSWERED, day, days);
        if plot.wrong() {
            let received = Pick::First("disclosure.request.received");
            story = story.speaks("L0.T29", &[received, Pick::First(ANSWERED)]);
        }
        let at = plot.morning(day);
        plot.begin(at, story, Box::new(RequestOpening));
    },
};

pub(super) const SECRET_BASIS: Planting = Planting {
    rules: &["R2.4.8"],
    wrong: ("许可决定依据当时尚未公布的文件", "a permit rests on a paper not published by then"),
    near: ("所依据的文件先已公布", "on one that was published before"),
    plant: |plot| {
        let item = item_that(plot, |item| promises(item, 5));
        let day = plot.day();
        // The paper is published on its last day: after the decision, or before anyone applies.
        let accepted = plot.city.calendar.after(day, if plot.wrong() { 2 } else { 21 });
        let plan = Timetable::new(plot, item, accepted, 5);
        let published = plot.city.calendar.after(day, 20).at(16, 20);
        let mut number = Value::Null;
        let mut story = Story::new().alter_all(move |act| match act.kind() {
            "document.created" => {
                number = act.member("doc_no").cloned().unwrap_or(Value::Null);
                act
            }
            PUBLISHED if act.stream().starts_with("document/") => {
                act.saying("at", published).moved(published)
            }
            GRANTED => {
                let basis = object! { "law_id": "市级规范性文件", "doc_no": number.clone() };
                act.instead("basis", vec![basis].value())
            }
            _ => act,
        });
        if plot.wrong() {
            story = story.speaks("R2.4.8", &[Pick::First(GRANTED)]);
        }
        let enterprise = plot.party();
        let created = day.at(9, 1);
        plot.begin_all(story, vec![(created, Box::new(PaperOpening)), plan.script(enterprise)]);
    },
};

pub(super) const PROMISE_BROKEN: Planting = Planting {
    rules: &["R2.4.8"],
    wrong: ("对企业的承诺逾期一日才兑现", "a promise to a firm kept a day late"),
    near: ("在期限当日兑现", "kept on the day"),
    plant: |plot| {
        const MADE: &str = "policy.promise.recorded";
        const KEPT: &str = "policy.promise.fulfilled";
        let city = plot.city;
        let day = plot.day();
        let at = plot.morning(day);
        let due = city.calendar.after(day, 30);
        let kept = if plot.wrong() { due.plus(1) } else { due };
        let party = plot.party();
        let party = city.enterprises[party].id.clone();
        let office = city.unit_index("商务");
        let number = format!("承诺-{}-{}", day.year(), plot.item_number());
        let made = object! {
            "promise_no": &number, "to_party": &party, "content": "设备投资补助三十万元",
            "due": due, "amount_fen": 30_000_000i64,
        };
        let done = object! { "promise_no": &number, "at": kept.at(15, 0) };
        let act = |kind, at, body| {
            Act::new(kind, format!("promise/{number}"), at, Source::Office, body)
                .actor(city.officer_actor(city.leader(office, day), "主要负责人"))
                .party(&party, "承诺对象")
        };
        let made = act("policy.promise.recorded.v1", at, made);
        let done = act("policy.promise.fulfilled.v1", kept.at(15, 0), done);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.4.8", &[Pick::First(MADE), Pick::First(KEPT)]);
        }
        plot.tell(story, Chronicle::new().act(made).act(done));
    },
};
