//! L0.T01–T10: terms of the law on permits.

use super::Planting;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::approval::{Beat, Path};
use crate::demo::cases::joint;
use crate::demo::city::items::{Disposition, catalogue_version};
use crate::demo::moment::{Day, Moment};
use crate::demo::registers::File;
use crate::demo::world::Stage;

const SUBMITTED: &str = "approval.application.submitted";
const ACCEPTED: &str = "approval.acceptance.granted";
const DECIDED: &str = "approval.decision.granted";
const CERTIFIED: &str = "approval.certificate.issued";
const SPECIAL: &str = "approval.special_procedure.started";

pub(super) const TOLD_LATE: Planting = Planting {
    rules: &["L0.T01", "R2.3.10"],
    wrong: ("收件后第六个工作日才告知补正", "what is missing is told on the sixth working day"),
    near: ("第五个工作日告知", "on the fifth"),
    plant: |plot| {
        const NOTICE: &str = "approval.supplement.requested";
        let day = plot.day();
        // Late notice counts as acceptance, and the promise must not run out too.
        let item = item_that(plot, |item| item.promise(day) >= 12);
        let calendar = &plot.city.calendar;
        let asked = calendar.after(day, if plot.wrong() { 6 } else { 5 });
        let (brought, accepted) = (calendar.after(asked, 1), calendar.after(asked, 2));
        let received = Timetable::new(plot, item, day, 0);
        let mut story = Story::new();
        if plot.wrong() {
            let both = [Pick::First(SUBMITTED), Pick::First(NOTICE)];
            story = story.speaks("L0.T01", &both).speaks("R2.3.10", &both);
        }
        Timetable::new(plot, item, accepted, 2)
            .moved(Beat::Submit, received.at(Beat::Submit))
            .moved(Beat::Receive, received.at(Beat::Receive))
            .with(asked.at(16, 40), Beat::RequestSupplement { deadline: asked.plus(15) })
            .with(brought.at(10, 5), Beat::Supplement)
            .tell(plot, story);
    },
};

pub(super) const DECIDED_LATE: Planting = Planting {
    rules: &["L0.T02", "R2.2.4f", "R2.4.8"],
    wrong: ("受理后第二十一个工作日才作决定", "decided on the twenty-first working day"),
    near: ("第二十个工作日作决定", "on the twentieth"),
    plant: |plot| {
        let day = plot.workday(Day::new(2024, 9, 2), Day::new(2025, 4, 30));
        let item = item_that(plot, |item| item.promise(day) == 20 && item.spec.legal == 20);
        let used = if plot.wrong() { 21 } else { 20 };
        let mut story = Story::new();
        if plot.wrong() {
            // The promise is kept when the certificate is issued, the law's term when
            // the decision is made.
            story = story
                .speaks("L0.T02", &[ACCEPTED, DECIDED].map(Pick::First))
                .speaks("R2.2.4f", &[ACCEPTED, DECIDED, CERTIFIED].map(Pick::First))
                .speaks("R2.4.8", &[ACCEPTED, CERTIFIED].map(Pick::First));
        }
        Timetable::new(plot, item, day, used).tell(plot, story);
    },
};

pub(super) const UNIFIED_LATE: Planting = Planting {
    rules: &["L0.T03", "R2.2.4f", "R2.4.8"],
    wrong: (
        "并联审批第四十六个工作日才统一决定",
        "a joint case is decided on the forty-sixth working day",
    ),
    near: ("在承诺的第三十个工作日决定", "on the thirtieth, as promised"),
    plant: |plot| {
        let day = plot.day();
        let (at, enterprise) = (plot.morning(day), plot.party());
        let used = if plot.wrong() { 46 } else { 30 };
        let both = [Pick::First(ACCEPTED), Pick::First(DECIDED)];
        let mut story = Story::new();
        if plot.wrong() {
            for rule in ["L0.T03", "R2.2.4f", "R2.4.8"] {
                story = story.speaks(rule, &both);
            }
        }
        plot.begin(at, story, Box::new(joint::Laid { enterprise, used }));
    },
};

pub(super) const FIRST_REVIEW_LATE: Planting = Planting {
    rules: &["L0.T04", "R2.2.4f", "R2.3.6", "R2.4.8"],
    wrong: (
        "县级初审第二十一个工作日才转报",
        "a county forwards its first review on the twenty-first working day",
    ),
    near: ("承诺期限内转报", "forwarded within the promise"),
    plant: |plot| {
        const WITHDRAWN: &str = "approval.application.withdrawn";
        const FORWARDED: &str = "approval.initial_review.forwarded";
        let item = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Delegated && !item.instant()).then_some(1)
        });
        let day = plot.day();
        let used = if plot.wrong() { 21 } else { 3 };
        let plan = Timetable::new(plot, item, day, used);
        let (forwarded, upper) = (plan.decided, plot.city.unit("市监").id.clone());
        let both = [Pick::First(ACCEPTED), Pick::First(FORWARDED)];
        let mut story = Story::new().turn("approval.case.assigned", move |act, _| {
            let at = forwarded.at(10, 20);
            let body =
                object! { "upper_unit": &upper, "opinion": "同意", "forwarded_on": forwarded };
            let sent = act.like("approval.initial_review.forwarded.v1", at, body);
            vec![act, sent]
        });
        if plot.wrong() {
            story = story.speaks("L0.T04", &both);
            for rule in ["R2.2.4f", "R2.3.6", "R2.4.8"] {
                story = story.speaks(rule, &[ACCEPTED, WITHDRAWN].map(Pick::First));
            }
        }
        plan.without(|beat| {
            !matches!(beat, Beat::Submit | Beat::Receive | Beat::Accept | Beat::Assign)
        })
        .with(forwarded.at(11, 0), Beat::Withdraw)
        .ending(Path::Withdrawn)
        .tell(plot, story);
    },
};

pub(super) const DELIVERED_LATE: Planting = Planting {
    rules: &["L0.T05", "SEQ-A3"],
    wrong: (
        "决定后第十一个工作日才送达",
        "delivered on the eleventh working day after the decision",
    ),
    near: ("第十个工作日送达", "on the tenth"),
    plant: |plot| {
        const DELIVERED: &str = "approval.document.delivered";
        let item = item_that(plot, |_| true);
        let day = plot.day();
        let plan = Timetable::new(plot, item, day, 3);
        let late = plot.city.calendar.after(plan.decided, if plot.wrong() { 11 } else { 10 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .speaks("L0.T05", &[Pick::First(DECIDED), Pick::First(DELIVERED)])
                .speaks("SEQ-A3", &[Pick::First(DECIDED)]);
        }
        plan.moved(Beat::Deliver, late.at(9, 50))
            .moved(Beat::Close, late.at(10, 40))
            .tell(plot, story);
    },
};

/// An approval with a special procedure that was told to take five working days.
fn special(plot: &mut Plot<'_>, kinds: &[&str], taken: i64) -> Timetable {
    let item = item_that(plot, |item| item.spec.special.is_some_and(|kind| kinds.contains(&kind)));
    let day = plot.day();
    let calendar = &plot.city.calendar;
    let started = calendar.after(day, 1);
    let ended = calendar.after(started, taken);
    let counted = calendar.between(day, ended) + 2;
    Timetable::new(plot, item, day, counted)
        .with(started.at(10, 30), Beat::StartSpecial { expected: 5 })
        .with(ended.at(15, 10), Beat::EndSpecial)
}

const WITHOUT_HEARING: &[&str] = &["专家评审", "检测", "检验", "检疫", "鉴定", "招标"];

pub(super) const PARKED: Planting = Planting {
    rules: &["L0.T06"],
    wrong: (
        "特别程序告知五日、实际六日",
        "a special procedure that was told to take five days took six",
    ),
    near: ("第五日结束", "ended on the fifth"),
    plant: |plot| {
        const ENDED: &str = "approval.special_procedure.ended";
        let plan = special(plot, WITHOUT_HEARING, if plot.wrong() { 6 } else { 5 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T06", &[Pick::First(SPECIAL), Pick::First(ENDED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const HEARING_TOLD_LATE: Planting = Planting {
    rules: &["L0.T07"],
    wrong: ("听证前六个工作日才通知", "a hearing is announced six working days before it"),
    near: ("七个工作日前通知", "seven"),
    plant: |plot| {
        const ANNOUNCED: &str = "approval.hearing.announced";
        let day = plot.day();
        let item = item_that(plot, |item| item.promise(day) >= 12);
        let calendar = &plot.city.calendar;
        let announced = calendar.after(day, 1);
        let held = calendar.after(announced, if plot.wrong() { 6 } else { 7 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T07", &[Pick::First(ANNOUNCED)]);
        }
        Timetable::new(plot, item, day, 10)
            .with(announced.at(9, 35), Beat::AnnounceHearing { on: held })
            .with(held.at(9, 30), Beat::HoldHearing)
            .tell(plot, story);
    },
};

pub(super) const ONE_INSPECTOR: Planting = Planting {
    rules: &["L0.T08"],
    wrong: ("只指派一人检测", "one person alone is assigned to test"),
    near: ("指派两人", "two are"),
    plant: |plot| {
        let plan = special(plot, &["检测", "检验", "检疫"], 4);
        let staff = &plot.city.staff[plot.city.items[plan.item].unit];
        let count = if plot.wrong() { 1 } else { 2 };
        let who = [staff.handlers[0], staff.reviewers[0]];
        let who: Vec<String> =
            who.iter().take(count).map(|at| plot.city.officers[*at].id.clone()).collect();
        let mut story = Story::new()
            .alter(SPECIAL, move |act| act.silent_on("agency").saying("officers", who.clone()));
        if plot.wrong() {
            story = story.speaks("L0.T08", &[Pick::First(SPECIAL)]);
        }
        plan.tell(plot, story);
    },
};

/// An application to renew a permit, and the answer.
fn renewal(
    stage: &mut Stage<'_>,
    item: usize,
    party: usize,
    expires: Day,
    decided: Moment,
) -> Vec<Act> {
    let (city, at) = (stage.city, stage.now);
    let it = &city.items[item];
    let stream = stage.registers.open_file(city.region_code(it.unit), File::Approval, at.day());
    let cert_no = format!("{}证字〔{}〕{}号", city.units[it.unit].sign(), at.day().year() - 5, 7);
    let party = &city.enterprises[party].id;
    let act = |kind, at: Moment, body: Value| {
        Act::new(kind, stream.clone(), at, Source::Platform, body)
            .item(&it.code, catalogue_version(at.day()))
            .party(party, "申请人")
            .venue(city.window_venue(city.window(it.unit, false)))
    };
    let applied = object! { "cert_no": &cert_no, "expires_on": expires, "applied_on": at.day() };
    let answer = object! {
        "cert_no": &cert_no, "expires_on": expires, "applied_on": at.day(), "result": "准予",
        "valid_to": expires.plus_years(5),
    };
    let representative = city.staff[it.unit].representatives[0];
    vec![
        act("approval.renewal.applied.v1", at, applied)
            .actor(object! { "role": "申请人", "party": party.clone() }),
        act("approval.renewal.decided.v1", decided, answer)
            .actor(city.officer_actor(representative, "批准人")),
    ]
}

pub(super) const RENEWED_LATE: Planting = Planting {
    rules: &["L0.T09"],
    wrong: ("许可届满之后才作延续决定", "a renewal is decided after the permit has expired"),
    near: ("届满当日决定", "decided on the day on which it expires"),
    plant: |plot| {
        let item = item_that(plot, |_| true);
        let (day, party) = (plot.day(), plot.party());
        let at = plot.morning(day);
        let expires = plot.city.calendar.after(day, 34);
        let decided = if plot.wrong() { plot.city.calendar.after(expires, 1) } else { expires };
        let decided = decided.at(10, 15);
        let both =
            [Pick::First("approval.renewal.applied"), Pick::First("approval.renewal.decided")];
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("L0.T09", &both);
        }
        let write = move |stage: &mut Stage<'_>| renewal(stage, item, party, expires, decided);
        plot.tell(story, Chronicle::new().step(at, write));
    },
};

pub(super) const GRANTED_WHILE_BANNED: Planting = Planting {
    rules: &["L0.T10"],
    wrong: (
        "以欺骗取得的许可被撤销,三年内又获准予",
        "a permit is granted within three years of one that was revoked for fraud",
    ),
    near: (
        "因机关违反程序被撤销的,可以再次申请",
        "one that was revoked for the organ's own fault may be applied for again",
    ),
    plant: |plot| {
        let item = item_that(plot, |_| true);
        let (day, party) = (plot.day(), plot.party());
        let at = plot.morning(day);
        let again = plot.city.calendar.after(day, 60);
        let ground = if plot.wrong() { "欺骗贿赂" } else { "69-3" };
        let revoke = move |stage: &mut Stage<'_>| {
            let city = stage.city;
            let it = &city.items[item];
            let region = city.region_code(it.unit);
            let stream = stage.registers.open_file(region, File::Approval, stage.now.day());
            let body = object! { "ground": ground, "reason": "依职权撤销" };
            let act =
                Act::new("approval.permit.revoked.v1", stream, stage.now, Source::Platform, body)
                    .item(&it.code, catalogue_version(stage.now.day()))
                    .party(&city.enterprises[party].id, "申请人")
                    .actor(city.officer_actor(city.staff[it.unit].representatives[0], "批准人"))
                    .venue(city.window_venue(city.window(it.unit, false)));
            vec![act]
        };
        let mut story = Story::new();
        if plot.wrong() {
            let picks = [Pick::First(DECIDED), Pick::First("approval.permit.revoked")];
            story = story.speaks("L0.T10", &picks);
        }
        let plan = Timetable::new(plot, item, again, 3).script(party);
        let chronicle: Box<dyn crate::demo::world::Script> =
            Box::new(Chronicle::new().step(at, revoke));
        plot.begin_all(story, vec![(at, chronicle), plan]);
    },
};
