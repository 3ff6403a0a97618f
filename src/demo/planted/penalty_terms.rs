//! L0.T11–T19, T25–T27, T33: terms of the laws on penalties, review and credit.

use super::Planting;
use super::penalty::{COLLECTED, DECIDED, REMITTED, SERVED, heard, on_the_spot, plain};
use super::plot::Plot;
use super::proceedings::{Proceedings, plain_ground};
use super::story::{Pick, Story};
use crate::demo::act::{Act, object};
use crate::demo::cases::penalty::Beat;
use crate::demo::moment::Day;
use chrono::{Datelike, Months};

const FILED: &str = "penalty.case.filed";
const PAID: &str = "penalty.fine.paid";
const PUBLISHED: &str = "penalty.published";

/// A day so early that months that follow can still be told.
fn early(plot: &mut Plot<'_>) -> Proceedings {
    let ground = plain_ground(plot);
    let day = plot.workday(Day::new(2024, 9, 2), Day::new(2025, 5, 30));
    Proceedings::first(plot, ground, day)
}

pub(super) const DECIDED_LATE: Planting = Planting {
    rules: &["L0.T11"],
    wrong: ("立案后九十日届满才决定", "decided after the ninety days from filing"),
    near: ("第九十日决定", "decided on the ninetieth day"),
    plant: |plot| {
        let plan = early(plot);
        let calendar = &plot.city.calendar;
        let due = calendar.natural(plan.filed, 90);
        let mut story = Story::new();
        let decided = if plot.wrong() {
            story = story.speaks("L0.T11", &[FILED, DECIDED].map(Pick::First));
            calendar.after(due, 1)
        } else {
            due
        };
        plan.deciding(plot.city, decided).tell(plot, story);
    },
};

pub(super) const SERVED_LATE: Planting = Planting {
    rules: &["L0.T12"],
    wrong: ("决定后第八个工作日才送达", "served on the eighth working day"),
    near: ("第七个工作日送达", "on the seventh"),
    plant: |plot| {
        let plan = plain(plot);
        let calendar = &plot.city.calendar;
        let served = calendar.after(plan.decided, if plot.wrong() { 8 } else { 7 });
        let paid = calendar.after(served, 1);
        let done = calendar.after(served, 3);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T12", &[DECIDED, SERVED].map(Pick::First));
        }
        plan.moved(Beat::Serve, served.at(9, 45))
            .moved(Beat::Pay { days_late: 0 }, paid.at(10, 20))
            .moved(Beat::Perform, paid.at(11, 5))
            .moved(Beat::Reinspect { passed: true }, done.at(9, 50))
            .moved(Beat::Close { result: "处罚决定履行完毕" }, done.at(15, 15))
            .tell(plot, story);
    },
};

pub(super) const HEARING_TOLD_LATE: Planting = Planting {
    rules: &["L0.T13"],
    wrong: ("听证前六个工作日才通知", "a hearing is announced six working days before it"),
    near: ("七个工作日前通知", "seven"),
    plant: |plot| {
        let plan = heard(plot, if plot.wrong() { 6 } else { 7 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T13", &[Pick::First("penalty.hearing.notified")]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const EVIDENCE_KEPT: Planting = Planting {
    rules: &["L0.T14"],
    wrong: (
        "先行登记保存的证据第八个工作日才处理",
        "preserved evidence is dealt with on the eighth working day",
    ),
    near: ("第七个工作日处理", "on the seventh"),
    plant: |plot| {
        const PRESERVED: &str = "penalty.evidence.preserved";
        const DISPOSED: &str = "penalty.evidence.disposed";
        let plan = plain(plot);
        let preserved = plan.at(Beat::Investigate).plus(20);
        let days = if plot.wrong() { 8 } else { 7 };
        let disposed = plot.city.calendar.after(preserved.day(), days);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T14", &[PRESERVED, DISPOSED].map(Pick::First));
        }
        plan.with(preserved, Beat::Preserve)
            .with(disposed.at(9, 20), Beat::DisposeEvidence)
            .tell(plot, story);
    },
};

pub(super) const PAID_LATE: Planting = Planting {
    rules: &["L0.T15"],
    wrong: ("十五日届满后的工作日才缴罚款", "paid on the working day after the fifteen days"),
    near: ("第十五日缴纳", "on the fifteenth"),
    plant: |plot| {
        let plan = plain(plot);
        let calendar = &plot.city.calendar;
        let due = calendar.natural(plan.at(Beat::Serve).day(), 15);
        let paid = if plot.wrong() { calendar.after(due, 1) } else { due };
        let done = calendar.after(paid, 2);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T15", &[SERVED, PAID].map(Pick::First));
        }
        plan.moved(Beat::Pay { days_late: 0 }, paid.at(10, 20))
            .moved(Beat::Perform, paid.at(11, 5))
            .moved(Beat::Reinspect { passed: true }, done.at(9, 50))
            .moved(Beat::Close { result: "处罚决定履行完毕" }, done.at(15, 15))
            .tell(plot, story);
    },
};

pub(super) const HANDED_IN_LATE: Planting = Planting {
    rules: &["L0.T16"],
    wrong: (
        "当场收缴的罚款第三个工作日才上交",
        "a fine collected on the spot is handed in on the third working day",
    ),
    near: ("第二个工作日上交", "on the second"),
    plant: |plot| {
        let plan = plain(plot);
        let days = if plot.wrong() { 3 } else { 2 };
        let mut story = on_the_spot(&plan, plot, Some("69交通不便"), days);
        if plot.wrong() {
            story = story.speaks("L0.T16", &[COLLECTED, REMITTED].map(Pick::First));
        }
        plan.without(|beat| matches!(beat, Beat::Pay { .. })).tell(plot, story);
    },
};

pub(super) const SURCHARGED: Planting = Planting {
    rules: &["L0.T17"],
    wrong: ("加处罚款多收一日", "a day too much of surcharge"),
    near: ("按逾期日数加处", "a surcharge of the days late"),
    plant: |plot| {
        let plan = plain(plot);
        let calendar = &plot.city.calendar;
        let due = calendar.natural(plan.at(Beat::Serve).day(), 15);
        let paid = calendar.after(due, 4);
        let days_late = paid.0 - due.0;
        let more = plan.amount_fen * 3 / 100;
        let taken = plan.amount_fen * 3 * days_late / 100 + more;
        let mut story = Story::new();
        if plot.wrong() {
            const STARTED: &str = "penalty.surcharge.started";
            const STOPPED: &str = "penalty.surcharge.stopped";
            for kind in [PAID, STOPPED] {
                story = story
                    .alter(kind, move |act| act.saying("surcharge_fen", taken))
                    .speaks("L0.T17", &[kind, STARTED].map(Pick::First));
            }
        }
        let done = calendar.after(paid, 2);
        plan.without(|beat| matches!(beat, Beat::Pay { .. }))
            .with(due.plus(1).at(0, 5), Beat::StartSurcharge)
            .with(calendar.after(due, 2).at(10, 5), Beat::Demand)
            .with(paid.at(10, 20), Beat::Pay { days_late })
            .with(paid.at(10, 40), Beat::StopSurcharge)
            .moved(Beat::Perform, paid.at(11, 5))
            .moved(Beat::Reinspect { passed: true }, done.at(9, 50))
            .moved(Beat::Close { result: "处罚决定履行完毕" }, done.at(15, 15))
            .tell(plot, story);
    },
};

pub(super) const STILL_PUBLISHED: Planting = Planting {
    rules: &["L0.T18"],
    wrong: (
        "处罚决定撤销后第四个工作日才撤回公示",
        "withdrawn from publication on the fourth working day after it was revoked",
    ),
    near: ("第三个工作日撤回", "on the third"),
    plant: |plot| {
        let plan = plain(plot);
        let city = plot.city;
        let done = plan.at(Beat::Close { result: "处罚决定履行完毕" }).day();
        let revoked = city.calendar.after(done, 3);
        let days = if plot.wrong() { 4 } else { 3 };
        let withdrawn = city.calendar.after(revoked, days).at(9, 35);
        let revoked = revoked.at(10, 10);
        let by = plan.unit(city);
        let leader = city.officer_actor(city.leader(by, revoked.day()), "批准人");
        let unit = city.units[by].id.clone();
        let mut story = Story::new().turn(PUBLISHED, move |act, _| {
            let undone = object! {
                "by": &unit, "date": revoked.day(), "reason": "认定事实有误,自行纠正",
            };
            let body = object! { "reason": "处罚决定已撤销", "at": withdrawn };
            let undone = act.like("penalty.decision.revoked.v1", revoked, undone);
            let undone = undone.instead("actor", leader.clone());
            let taken_down = act.like("penalty.publicity.withdrawn.v1", withdrawn, body);
            vec![act, undone, taken_down]
        });
        if plot.wrong() {
            let both = ["penalty.decision.revoked", "penalty.publicity.withdrawn"];
            story = story.speaks("L0.T18", &both.map(Pick::First));
        }
        plan.without(|beat| beat == Beat::Expire).tell(plot, story);
    },
};

pub(super) const CRIME_HELD_BACK: Planting = Planting {
    rules: &["L0.T25"],
    wrong: (
        "批准移送涉嫌犯罪案件后超过二十四小时才移送",
        "a suspected crime is handed over more than a day after approval",
    ),
    near: ("二十四小时届满时移送", "at the end of the twenty-four hours"),
    plant: |plot| {
        const TRANSFERRED: &str = "penalty.case.transferred";
        let plan = plain(plot);
        let sent = plan.noticed.at(11, 0);
        let held = 24 * 60 + i64::from(plot.wrong());
        let approved = sent.plus(-held);
        let reported = approved.day();
        let mut story = Story::new().alter(TRANSFERRED, move |act| {
            act.saying("to", "市公安局")
                .saying("reported_on", reported)
                .saying("approved_at", approved)
                .saying("sent_at", sent)
        });
        if plot.wrong() {
            story = story.speaks("L0.T25", &[Pick::First(TRANSFERRED)]);
        }
        let noticed = plan.noticed.at(0, 0);
        plan.until(noticed)
            .with(sent, Beat::Transfer)
            .with(sent.plus(120), Beat::Close { result: "移送公安机关" })
            .tell(plot, story);
    },
};

pub(super) const REVIEWED_LATE: Planting = Planting {
    rules: &["L0.T26"],
    wrong: ("复议六十日届满才决定", "a review is decided after its sixty days"),
    near: ("第六十日决定", "on the sixtieth"),
    plant: |plot| {
        const REVIEW: [&str; 2] = ["penalty.review.filed", "penalty.review.decided"];
        let plan = early(plot);
        let city = plot.city;
        let filed = city.calendar.after(plan.at(Beat::Serve).day(), 10);
        let due = city.calendar.natural(filed, 60);
        let decided = if plot.wrong() { city.calendar.after(due, 1) } else { due };
        let organ = city.unit("司法").id.clone();
        let actor = city.unit_actor(city.unit_index("司法"), "复议机构");
        let mut story = Story::new().turn(SERVED, move |act, _| {
            let asked = object! {
                "filed_on": filed, "accepted_on": filed, "organ": &organ,
            };
            let answer = object! { "outcome": "维持", "decided_on": decided, "organ": &organ };
            let asked = act.like("penalty.review.filed.v1", filed.at(10, 10), asked);
            let answer = act.like("penalty.review.decided.v1", decided.at(15, 10), answer);
            let by = |act: Act| act.instead("actor", actor.clone());
            vec![act, by(asked), by(answer)]
        });
        if plot.wrong() {
            story = story.speaks("L0.T26", &REVIEW.map(Pick::First));
        }
        plan.tell(plot, story);
    },
};

/// The day so many months on, moved off days of rest; the month's end where there
/// is no such day.
fn months_on(plot: &Plot<'_>, day: Day, months: u32) -> Day {
    let then = day.naive().checked_add_months(Months::new(months)).unwrap_or(day.naive());
    let then = Day::new(i64::from(then.year()), i64::from(then.month()), i64::from(then.day()));
    plot.city.calendar.on_or_after(then)
}

pub(super) const SUED_LATE: Planting = Planting {
    rules: &["L0.T27"],
    wrong: ("送达六个月届满后才起诉", "a lawsuit after the six months from service"),
    near: ("六个月届满当日起诉", "on their last day"),
    plant: |plot| {
        const SUED: &str = "penalty.litigation.filed";
        let plan = early(plot);
        let due = months_on(plot, plan.at(Beat::Serve).day(), 6);
        let filed = if plot.wrong() { plot.city.calendar.after(due, 1) } else { due };
        let party = plot.city.enterprises[plan.enterprise].id.clone();
        let mut story = Story::new().turn(SERVED, move |act, _| {
            let body = object! { "filed_on": filed, "organ": "市中级人民法院" };
            let sued = act.like("penalty.litigation.filed.v1", filed.at(10, 30), body);
            let by = object! { "role": "当事人", "party": &party };
            let sued = sued.instead("actor", by);
            vec![act, sued]
        });
        if plot.wrong() {
            story = story.speaks("L0.T27", &[SERVED, SUED].map(Pick::First));
        }
        plan.tell(plot, story);
    },
};

pub(super) const REPAIRED_LATE: Planting = Planting {
    rules: &["L0.T33"],
    wrong: (
        "信用修复申请第四个工作日才受理",
        "a repair of credit is accepted on the fourth working day",
    ),
    near: ("第三个工作日受理", "on the third"),
    plant: |plot| {
        const REPAIRED: &str = "penalty.credit.repaired";
        let plan = plain(plot);
        let city = plot.city;
        let calendar = &city.calendar;
        // The term stands since 2026-04-01.
        let applied = plot.draw.between(0, 40);
        let applied = calendar.on_or_after(Day::new(2026, 4, 7).plus(applied));
        let accepted = calendar.after(applied, if plot.wrong() { 4 } else { 3 });
        let decided = calendar.after(accepted, 7);
        let unit = city.unit_actor(city.unit_index("发改"), "信用主管部门");
        let mut story = Story::new().turn(PUBLISHED, move |act, _| {
            let body = object! {
                "decision": "准予修复", "applied_on": applied, "accepted_on": accepted,
                "decided_on": decided,
            };
            let repaired = act.like("penalty.credit.repaired.v1", decided.at(10, 40), body);
            vec![act, repaired.instead("actor", unit.clone())]
        });
        if plot.wrong() {
            story = story.speaks("L0.T33", &[Pick::First(REPAIRED)]);
        }
        plan.tell(plot, story);
    },
};
