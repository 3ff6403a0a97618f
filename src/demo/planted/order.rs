//! §3.11: approvals out of order.

use super::Planting;
use super::approval::supplemented;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::approval::{Beat, Path};
use crate::demo::cases::joint;
use crate::demo::moment::Moment;
use crate::demo::registers::File;
use crate::demo::world::Stage;

const ACCEPTED: &str = "approval.acceptance.granted";
const DECIDED: &str = "approval.decision.granted";
const CERTIFIED: &str = "approval.certificate.issued";

/// An approval of any city item that ends in time.
fn plain(plot: &mut Plot<'_>, used: i64) -> Timetable {
    let item = item_that(plot, |_| true);
    let day = plot.day();
    Timetable::new(plot, item, day, used)
}

pub(super) const ACCEPTED_TWICE: Planting = Planting {
    rules: &["SEQ-A1"],
    wrong: ("同一申请次日又受理一次", "the same application is accepted again the next day"),
    near: ("只受理一次", "accepted once"),
    plant: |plot| {
        let plan = plain(plot, 3);
        if plot.wrong() {
            let again = plot.city.calendar.after(plan.accepted, 1).at(9, 40);
            let picks = [Pick::First(ACCEPTED), Pick::Nth(ACCEPTED, 1)];
            plan.with(again, Beat::Accept).tell(plot, Story::new().speaks("SEQ-A1", &picks));
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

pub(super) const DECIDED_FIRST: Planting = Planting {
    rules: &["SEQ-A2"],
    wrong: ("先作决定、后补受理", "decided first and accepted afterwards"),
    near: ("受理的同日作出决定", "decided on the day of acceptance"),
    plant: |plot| {
        let plan = plain(plot, 0);
        if plot.wrong() {
            let after = plan.at(Beat::Grant).plus(3);
            let story = Story::new().speaks("SEQ-A2", &[Pick::First(DECIDED)]);
            plan.moved(Beat::Accept, after).tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

pub(super) const DELIVERED_FIRST: Planting = Planting {
    rules: &["SEQ-A3"],
    wrong: ("送达回证的时间早于决定", "the receipt of delivery is older than the decision"),
    near: ("决定后数分钟送达", "delivered minutes after the decision"),
    plant: |plot| {
        const DELIVERED: &str = "approval.document.delivered";
        let plan = plain(plot, 2);
        let decided = plan.at(Beat::Grant);
        let at = decided.plus(if plot.wrong() { -25 } else { 25 });
        let wrong = plot.wrong();
        let mut story = Story::new().turn(DELIVERED, move |act, _| {
            let claimed = act.clone().moved(at).saying("delivered_at", at);
            if wrong { vec![claimed, act] } else { vec![claimed] }
        });
        if wrong {
            story = story.speaks("SEQ-A3", &[Pick::First(DELIVERED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const EXTENDED_TOO_LONG: Planting = Planting {
    rules: &["SEQ-A4"],
    wrong: ("延期十一日", "extended by eleven days"),
    near: ("延期十日", "extended by ten"),
    plant: |plot| {
        let days = if plot.wrong() { 11 } else { 10 };
        let plan = plain(plot, 3);
        let at = plot.city.calendar.after(plan.accepted, 1).at(10, 0);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("SEQ-A4", &[Pick::First("approval.extension.approved")]);
        }
        plan.with(at, Beat::RequestExtension { days })
            .with(at.plus(30), Beat::ApproveExtension { days })
            .with(at.plus(55), Beat::NotifyExtension)
            .tell(plot, story);
    },
};

pub(super) const ASKED_TWICE: Planting = Planting {
    rules: &["SEQ-A5", "R2.3.10"],
    wrong: ("补正告知分两轮", "the applicant is asked to supplement twice"),
    near: ("一次告知全部补正内容", "asked once for everything"),
    plant: |plot| {
        const NOTICE: &str = "approval.supplement.requested";
        let item = item_that(plot, |_| true);
        let day = plot.day();
        let plan = supplemented(plot, item, day);
        if !plot.wrong() {
            plan.tell(plot, Story::new());
            return;
        }
        let again = plot.city.calendar.after(day, 4).at(14, 10);
        let both = [Pick::First(NOTICE), Pick::Nth(NOTICE, 1)];
        let mut materials = plot.city.items[item].spec.materials.iter().take(2);
        let mut round = 0i64;
        let story = Story::new()
            .alter(NOTICE, move |act| {
                round += 1;
                let row = object! { "material": materials.next().copied(), "reason": "未提交" };
                act.saying("round_no", round).saying("items", vec![row])
            })
            .speaks("SEQ-A5", &both)
            .speaks("R2.3.10", &both);
        plan.with(again, Beat::RequestSupplement { deadline: again.day().plus(15) })
            .with(again.plus(95), Beat::Supplement)
            .tell(plot, story);
    },
};

pub(super) const UNAUTHORISED: Planting = Planting {
    rules: &["SEQ-A6"],
    wrong: ("承办人自行批准", "the handler approves without any power to decide"),
    near: ("分管负责人批准", "a deputy leader approves"),
    plant: |plot| {
        let plan = plain(plot, 2);
        let staff = &plot.city.staff[plot.city.items[plan.item].unit];
        let by = if plot.wrong() { staff.handlers[0] } else { staff.deputies[0] };
        let officer = plot.city.officers[by].id.clone();
        let mut story =
            Story::new().alter(DECIDED, move |act| act.saying("approver", officer.clone()));
        if plot.wrong() {
            story = story.speaks("SEQ-A6", &[Pick::First(DECIDED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const BORNE_TWICE: Planting = Planting {
    rules: &["SEQ-A7", "SEQ-A8"],
    wrong: (
        "同一决定文号、同一证号出现在两个案卷",
        "two files bear the same decision and certificate number",
    ),
    near: (
        "同一编号的正本和备案证是两种证",
        "a certificate and a filing certificate of the same number",
    ),
    plant: |plot| {
        let plan = plain(plot, 2);
        if plot.wrong() {
            let both = |kind| [Pick::Nth(kind, 1), Pick::First(kind)];
            let story =
                Story::new().speaks("SEQ-A7", &both(CERTIFIED)).speaks("SEQ-A8", &both(DECIDED));
            let story = story.turn_all(|act| {
                let copy = format!("{}-2", act.stream());
                let later = act.at.plus(4);
                if act.stream().starts_with("approval/") {
                    vec![act.clone(), act.in_stream(copy).moved(later)]
                } else {
                    vec![act]
                }
            });
            plan.tell(plot, story);
        } else {
            let story = Story::new().turn(CERTIFIED, |act, _| {
                let other = act.clone().saying("cert_type", "备案证").moved(act.at.plus(3));
                vec![act, other]
            });
            plan.tell(plot, story);
        }
    },
};

pub(super) const CLOSED_FIRST: Planting = Planting {
    rules: &["SEQ-A9"],
    wrong: ("尚无结果即办结归档", "closed before anything had ended the case"),
    near: ("申请人撤回之后办结", "closed after the applicant withdrew"),
    plant: |plot| {
        let plan = plain(plot, 2);
        let closed = plan.decided.at(10, 15);
        let withdrawn = closed.plus(if plot.wrong() { 40 } else { -40 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("SEQ-A9", &[Pick::First("approval.case.closed")]);
        }
        plan.without(|beat| {
            !matches!(beat, Beat::Submit | Beat::Receive | Beat::Accept | Beat::Assign)
        })
        .with(closed, Beat::Close)
        .with(withdrawn, Beat::Withdraw)
        .ending(Path::Withdrawn)
        .tell(plot, story);
    },
};

const PLACE: &str = "市政务服务中心会商室";

/// A meeting of a joint case at which one unit is missing.
fn meeting(stage: &mut Stage<'_>, excused: bool) -> Vec<Act> {
    let (city, at) = (stage.city, stage.now);
    let stream = stage.registers.open_file("990100", File::Joint, at.day());
    let (lead, invited) = (city.unit_index("住建"), city.unit_index("水利"));
    let unit = &city.units[invited].id;
    let met = city.calendar.after(at.day(), 2).at(14, 30);
    let by_lead = |kind, at: Moment, body: Value| {
        Act::new(kind, stream.clone(), at, Source::Platform, body)
            .actor(city.officer_actor(city.staff[lead].representatives[0], "牵头人"))
    };
    let convened = object! { "time": met, "place": PLACE, "notified": vec![unit] };
    let reasons = vec![object! { "unit": unit, "reason": "应急处置" }];
    let attended = object! {
        "time": met.plus(60), "place": PLACE, "notified": vec![unit],
        "attended": Vec::<Value>::new(),
        "leave_reasons": excused.then_some(reasons),
    };
    let deemed = object! {
        "meeting": "会商1", "unit": unit, "subcase": "S1", "notice_ack": false, "trace": vec!["会议结束时未到会"],
    };
    let mut acts = vec![by_lead("joint.meeting.convened.v1", at, convened)];
    acts.push(by_lead("joint.meeting.attendance_recorded.v1", met.plus(60), attended));
    if !excused {
        acts.push(by_lead("joint.absence.deemed_consent.v1", met.plus(75), deemed));
    }
    acts
}

pub(super) const ABSENT_WITHOUT_RECEIPT: Planting = Planting {
    rules: &["SEQ-A10"],
    wrong: (
        "未签收会议通知的单位被按缺席默认",
        "a unit that had not acknowledged the notice is taken to consent by absence",
    ),
    near: ("说明理由请假,不作缺席默认", "a unit excused itself, and is not taken to consent"),
    plant: |plot| {
        let day = plot.day();
        let at = plot.morning(day);
        let wrong = plot.wrong();
        let mut story = Story::new();
        if wrong {
            story = story.speaks("SEQ-A10", &[Pick::First("joint.absence.deemed_consent")]);
        }
        plot.tell(story, Chronicle::new().step(at, move |stage| meeting(stage, !wrong)));
    },
};

pub(super) const DEEMED_EARLY: Planting = Planting {
    rules: &["SEQ-A11"],
    wrong: ("承诺期限未满即按超时默认", "deemed approved before the promise had run out"),
    near: ("期限最后一日作出决定", "decided on the last day"),
    plant: |plot| {
        const DEEMED: &str = "approval.timeout.deemed_approved";
        let day = plot.day();
        let item = item_that(plot, |item| item.spec.exempt.is_none());
        let promise = plot.city.items[item].promise(day);
        let plan = Timetable::new(plot, item, day, promise);
        let at = plan.decided.at(9, 10);
        let mut story = Story::new();
        if plot.wrong() {
            let due = plan.decided;
            story = story
                .turn("approval.case.assigned", move |act, _| {
                    let body = object! {
                        "clock": "promise", "due": due, "mode": "propose_then_confirm",
                        "trace": vec!["未逐日计算"],
                    };
                    let deemed = act.like("approval.timeout.deemed_approved.v1", at, body);
                    vec![act, deemed]
                })
                .speaks("SEQ-A11", &[Pick::First(DEEMED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const UNIFIED_TOO_EARLY: Planting = Planting {
    rules: &["SEQ-A12"],
    wrong: ("会签意见未齐即统一决定", "decided for all before all opinions were in"),
    near: ("意见到齐后决定", "decided when all were in"),
    plant: |plot| {
        const OPINION: &str = "joint.subcase.opinion_given";
        let day = plot.day();
        let (at, enterprise) = (plot.morning(day), plot.party());
        let mut story = Story::new();
        if plot.wrong() {
            let (mut held, mut holds) = (None, true);
            story = story
                .turn_all(move |act| match act.kind() {
                    // In time by its own term, and after the decision all the same.
                    OPINION if std::mem::take(&mut holds) => {
                        held = Some(act);
                        Vec::new()
                    }
                    DECIDED => {
                        let after = act.at.plus(8);
                        let opinion = held.take().map(|opinion: Act| opinion.moved(after));
                        [Some(act), opinion].into_iter().flatten().collect()
                    }
                    _ => vec![act],
                })
                .speaks("SEQ-A12", &[Pick::First(DECIDED)]);
        }
        plot.begin(at, story, Box::new(joint::Laid { enterprise, used: 15 }));
    },
};
