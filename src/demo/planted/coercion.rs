//! R2.6.4 and L0.T20–T24: seizure, freezing, and the way to the court.

use super::Planting;
use super::penalty::plain;
use super::plot::Plot;
use super::proceedings::Proceedings;
use super::story::{Pick, Story};
use crate::demo::act::object;
use crate::demo::cases::penalty::Beat;
use crate::demo::moment::Moment;

const APPROVED: &str = "coercion.approved";
const IMPOSED: &str = "coercion.imposed";
const LIFTED: &str = "coercion.lifted";
const DEMAND: &str = "penalty.demand.served";

/// A case in which goods are seized while it is investigated, for so many days.
fn seized(plot: &mut Plot<'_>, days: i64) -> Proceedings {
    let plan = plain(plot);
    let imposed = plan.at(Beat::Investigate).plus(25);
    let lifted = imposed.day().plus(days).at(9, 30);
    plan.with(imposed.plus(-15), Beat::ApproveCoercion)
        .with(imposed, Beat::ImposeCoercion)
        .with(lifted, Beat::LiftCoercion)
}

pub(super) const TERM_TOO_LONG: Planting = Planting {
    rules: &["R2.6.4"],
    wrong: ("扣押决定写明三十一日", "seized for thirty-one days"),
    near: ("扣押决定写明三十日", "for thirty"),
    plant: |plot| {
        let plan = seized(plot, 9);
        let days = 30 + i64::from(plot.wrong());
        let mut story = Story::new().alter(IMPOSED, move |act| act.saying("term_days", days));
        if plot.wrong() {
            story = story.speaks("R2.6.4", &[IMPOSED, APPROVED].map(Pick::First));
        }
        plan.tell(plot, story);
    },
};

/// Held for thirty days or a day longer.
fn held(plot: &mut Plot<'_>, rule: &'static str, story: Story) {
    let plan = seized(plot, if plot.wrong() { 31 } else { 30 });
    let mut story = story;
    if plot.wrong() {
        story = story
            .speaks(rule, &[IMPOSED, LIFTED].map(Pick::First))
            .speaks("R2.6.4", &[IMPOSED, APPROVED].map(Pick::First));
    }
    plan.tell(plot, story);
}

pub(super) const SEIZED_TOO_LONG: Planting = Planting {
    rules: &["L0.T20", "R2.6.4"],
    wrong: ("扣押第三十一日才解除", "released on the thirty-first day"),
    near: ("第三十日解除", "on the thirtieth"),
    plant: |plot| held(plot, "L0.T20", Story::new()),
};

pub(super) const FROZEN_TOO_LONG: Planting = Planting {
    rules: &["L0.T21", "R2.6.4"],
    wrong: ("冻结存款第三十一日才解除", "a deposit is released on the thirty-first day"),
    near: ("第三十日解除", "on the thirtieth"),
    plant: |plot| {
        let account = format!("9901{}", plot.draw.digits(12));
        let story = Story::new()
            .alter(APPROVED, |act| act.saying("kind", "冻结存款汇款"))
            .alter(IMPOSED, move |act| {
                act.saying("object_kind", "银行存款").saying("account", account.clone())
            });
        held(plot, "L0.T21", story);
    },
};

pub(super) const APPROVED_AFTERWARDS: Planting = Planting {
    rules: &["SEQ-I4", "L0.T22", "R2.6.4"],
    wrong: (
        "紧急扣押二十四小时零一分后才补办批准",
        "an urgent seizure is approved twenty-four hours and a minute later",
    ),
    near: ("二十四小时届满时补办", "at the end of the twenty-four hours"),
    plant: |plot| {
        let plan = seized(plot, 9);
        let late = 24 * 60 + i64::from(plot.wrong());
        let approved = plan.at(Beat::ImposeCoercion).plus(late);
        let mut story = Story::new().alter(APPROVED, |act| act.saying("urgent", true));
        if plot.wrong() {
            for rule in ["SEQ-I4", "L0.T22", "R2.6.4"] {
                story = story.speaks(rule, &[IMPOSED, APPROVED].map(Pick::First));
            }
        }
        plan.moved(Beat::ApproveCoercion, approved).tell(plot, story);
    },
};

/// The fine is not paid, a demand is served, and the matter goes to the court.
fn unpaid(plot: &mut Plot<'_>) -> (Proceedings, Moment) {
    let plan = plain(plot);
    let calendar = &plot.city.calendar;
    let due = calendar.natural(plan.at(Beat::Serve).day(), 15);
    let demanded = calendar.after(due, 2).at(10, 5);
    let settled = |beat: Beat| {
        matches!(
            beat,
            Beat::Pay { .. }
                | Beat::Perform
                | Beat::Reinspect { passed: true }
                | Beat::Close { .. }
        )
    };
    let plan = plan
        .without(settled)
        .with(due.plus(1).at(0, 5), Beat::StartSurcharge)
        .with(demanded, Beat::Demand);
    (plan, demanded)
}

pub(super) const TO_COURT_EARLY: Planting = Planting {
    rules: &["L0.T23"],
    wrong: (
        "催告送达后第十个工作日即申请强制执行",
        "the court is asked on the tenth working day after the demand",
    ),
    near: ("十个工作日届满次日申请", "on the day after the ten working days"),
    plant: |plot| {
        const APPLIED: &str = "penalty.enforcement.applied";
        let (plan, demanded) = unpaid(plot);
        let days = if plot.wrong() { 10 } else { 11 };
        let applied = plot.city.calendar.after(demanded.day(), days).at(10, 10);
        let mut story = Story::new().turn(DEMAND, move |act, _| {
            let body = object! { "court": "示例市人民法院" };
            let asked = act.like("penalty.enforcement.applied.v1", applied, body);
            vec![act, asked]
        });
        if plot.wrong() {
            story = story.speaks("L0.T23", &[APPLIED, DEMAND].map(Pick::First));
        }
        plan.tell(plot, story);
    },
};

pub(super) const AT_NIGHT: Planting = Planting {
    rules: &["L0.T24"],
    wrong: ("夜间二十二时后实施强制执行", "enforced after ten at night"),
    near: ("二十一时五十九分前实施", "a minute before ten"),
    plant: |plot| {
        const EXECUTED: &str = "penalty.enforcement.executed";
        let (plan, demanded) = unpaid(plot);
        let on = plot.city.calendar.after(demanded.day(), 15);
        let executed = on.at(21, 59).plus(i64::from(plot.wrong()));
        let mut story = Story::new().turn(DEMAND, move |act, _| {
            let body = object! { "urgent": false };
            let done = act.like("penalty.enforcement.executed.v1", executed, body);
            vec![act, done]
        });
        if plot.wrong() {
            story = story.speaks("L0.T24", &[Pick::First(EXECUTED)]);
        }
        plan.tell(plot, story);
    },
};
