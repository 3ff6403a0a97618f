//! 二.1 松绑放权: what is done with items in cases.

use super::Planting;
use super::catalogue::Listed;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that, unit_of};
use crate::demo::act::{Act, Source, ToValue, object};
use crate::demo::cases::approval::{Beat, Path};
use crate::demo::city::items::{Disposition, Item, catalogue_version, code};
use crate::demo::moment::Day;

/// Acts by which a power of approval is exercised, as far as timetables have them.
pub(super) const EXERCISING: &[&str] = &[
    "approval.acceptance.granted",
    "approval.case.assigned",
    "approval.stage.started",
    "approval.stage.completed",
    "approval.decision.granted",
    "approval.certificate.issued",
];

/// Of these, what takes a case in or decides it.
const TAKEN_OR_DECIDED: &[&str] = &["approval.acceptance.granted", "approval.decision.granted"];

pub(super) const CANCELLED_AND_GRANTED: Planting = Planting {
    rules: &["R2.1.6"],
    wrong: ("对已取消的事项仍予受理和准予", "a cancelled item is accepted and granted"),
    near: ("告知无需许可", "the applicant is told that no permit is needed"),
    plant: |plot| {
        let item = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Cancelled).then_some(1)
        });
        let day = plot.day();
        let used = plot.draw.between(2, 9);
        let plan = Timetable::new(plot, item, day, used);
        if plot.wrong() {
            let story = Story::new().speaks("R2.1.6", &[Pick::Among(EXERCISING)]);
            plan.without(|beat| beat == Beat::Certify).tell(plot, story);
        } else {
            let told = plan.at(Beat::Accept);
            plan.without(|beat| !matches!(beat, Beat::Submit | Beat::Receive))
                .with(told, Beat::NotifyNotRequired)
                .ending(Path::NotRequired)
                .tell(plot, Story::new());
        }
    },
};

pub(super) const TAKEN_BACK: Planting = Planting {
    rules: &["R2.1.8"],
    wrong: (
        "县(区)已承接的事项,市级单位仍予受理和决定",
        "a city organ accepts and decides what a county has taken over",
    ),
    near: ("县(区)自行办理", "the county does it itself"),
    plant: |plot| {
        let handed = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Delegated && !item.instant()).then_some(1)
        });
        let day = plot.day();
        if !plot.wrong() {
            Timetable::new(plot, handed, day, 2).tell(plot, Story::new());
            return;
        }
        let item = item_that(plot, |_| true);
        let organ = &plot.city.units[unit_of(plot.city, item)];
        let old = &plot.city.items[handed].code;
        let number = old.get(old.len() - 8..old.len() - 3).and_then(|text| text.parse().ok());
        let code = code(organ, "01", number.unwrap_or(101));
        let version = catalogue_version(day);
        let story = Story::new()
            .alter_all(move |act| {
                act.instead("item", object! { "code": &code, "catalogue_version": version })
            })
            .speaks("R2.1.8", &[Pick::Among(TAKEN_OR_DECIDED)]);
        Timetable::new(plot, item, day, 3).tell(plot, story);
    },
};

pub(super) const SELF_CREATED: Planting = Planting {
    rules: &["R2.1.9"],
    wrong: ("对任何目录都没有的事项实施审批", "an approval of what stands in no catalogue"),
    near: ("在目录生效当日受理", "accepted on the day on which the catalogue takes effect"),
    plant: |plot| {
        let item = item_that(plot, |_| true);
        if plot.wrong() {
            let name =
                plot.draw.pick(&["门店招牌样式审核", "外来施工队进场审查", "店铺装修方案审查"]);
            let day = plot.day();
            let story = Story::new()
                .alter_all(move |act| {
                    act.instead("item", object! { "code": "UNLISTED", "name": name })
                })
                .speaks("R2.1.9", &[Pick::Among(EXERCISING)]);
            Timetable::new(plot, item, day, 2).tell(plot, story);
        } else {
            let listed = Listed::new(plot, "新增审批");
            let day = plot.city.calendar.after(listed.day(), 3);
            let row = listed.row(plot).saying("valid_from", day).saying("online_since", day);
            let promise = listed.promise(plot).saying("valid_from", day);
            let code = listed.item.code.clone();
            plot.tell(Story::new(), Chronicle::new().act(row).act(promise));
            let kept = listed.item.unit;
            let own = plot.city.items.iter().position(|item| item.unit == kept);
            let story = Story::new().alter_all(move |act| {
                act.instead("item", object! { "code": &code, "catalogue_version": "2025.3" })
            });
            Timetable::new(plot, own.unwrap_or(item), day, 2).tell(plot, story);
        }
    },
};

pub(super) const MORE_THAN_LISTED: Planting = Planting {
    rules: &["R2.1.10"],
    wrong: (
        "补正通知要求目录没有的材料",
        "a notice asks for a paper that the catalogue does not list",
    ),
    near: ("补正目录所列的材料", "for one that it lists"),
    plant: |plot| {
        const NOTICE: &str = "approval.supplement.requested";
        let item = item_that(plot, |_| true);
        let day = plot.day();
        let plan = supplemented(plot, item, day);
        let mut story = Story::new();
        if plot.wrong() {
            let paper = plot.draw.pick(&["无犯罪记录证明", "社区同意书", "行业协会推荐函"]);
            story = story
                .alter(NOTICE, move |act| {
                    let row = object! { "material": paper, "reason": "按惯例补充" };
                    act.saying("items", vec![row].value())
                })
                .speaks("R2.1.10", &[Pick::First(NOTICE)]);
        }
        plan.tell(plot, story);
    },
};

/// An approval that was supplemented once, within the law's days.
pub(super) fn supplemented(
    plot: &mut Plot<'_>,
    item: usize,
    day: crate::demo::moment::Day,
) -> Timetable {
    let calendar = &plot.city.calendar;
    let (asked, brought) = (calendar.after(day, 2), calendar.after(day, 4));
    let accepted = calendar.after(day, 5);
    let received = Timetable::new(plot, item, day, 0);
    let plan = Timetable::new(plot, item, accepted, 2);
    plan.moved(Beat::Submit, received.at(Beat::Submit))
        .moved(Beat::Receive, received.at(Beat::Receive))
        .with(asked.at(10, 5), Beat::RequestSupplement { deadline: asked.plus(15) })
        .with(brought.at(10, 5), Beat::Supplement)
}

pub(super) const OLD_NORM: Planting = Planting {
    rules: &["R4.2"],
    wrong: ("决定以施行前的市级规定为依据", "a decision rests on a norm of the city that is older"),
    near: ("以省级规定为依据", "on one of the province"),
    plant: |plot| {
        const DECIDED: &str = "approval.decision.granted";
        let item = item_that(plot, |_: &Item| true);
        let day = plot.day();
        let layer = if plot.wrong() { "L3" } else { "L2" };
        let norm = object! {
            "law_id": if plot.wrong() { "例政发〔2010〕5号" } else { "省政府令第1号" },
            "article": "3", "layer": layer, "issued_on": "2010-05-01",
        };
        let mut story = Story::new()
            .alter(DECIDED, move |act| act.instead("basis", vec![norm.clone()].value()));
        if plot.wrong() {
            story = story.speaks("R4.2", &[Pick::First(DECIDED)]);
        }
        Timetable::new(plot, item, day, 3).tell(plot, story);
    },
};

pub(super) const APPLIED_BACKWARDS: Planting = Planting {
    rules: &["R4.1"],
    wrong: (
        "依本决定对施行前一日届满的旧案发红牌",
        "a card under the decision for a term that ran out the day before it took effect",
    ),
    near: ("所涉期限于施行当日届满", "for one that ran out on its first day"),
    plant: |plot| {
        const CARD: &str = "warning.card.issued.v1";
        let day = plot.day();
        let at = plot.morning(day);
        let city = plot.city;
        let number = plot.item_number();
        let first_day = Day::new(2022, 4, 5);
        let due = if plot.wrong() { first_day.plus(-1) } else { first_day };
        let body = object! {
            "card_no": format!("HP-{number}"), "level": "红", "rule_id": "R2.2.4f",
            "rule_version": "1", "case_ref": format!("历史案卷/2022-{number}"),
            "trace_hash": plot.draw.hex(64), "clock": "promise", "due": due,
            "to_unit": &city.units[city.unit_index("住建")].id,
        };
        let card = Act::new(CARD, format!("card/HP-{number}"), at, Source::Watch, body)
            .actor(city.unit_actor(city.unit_index("效能"), "督查人员"));
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R4.1", &[Pick::First("warning.card.issued")]);
        }
        plot.tell(story, Chronicle::new().act(card));
    },
};
