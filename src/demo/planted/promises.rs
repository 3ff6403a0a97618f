//! 二.3 特事特办: the green channel, promises, joint cases, who is responsible.

use super::Planting;
use super::catalogue::Listed;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that, promises};
use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::cases::approval::Beat;
use crate::demo::cases::joint;
use crate::demo::moment::{Day, Moment};

const ENROLLED: &str = "green_channel.enrolled";
const ASSIGNED: &str = "agency_service.assigned";

/// A project with its roster, its enrolment and its agent.
struct Enrolment {
    code: String,
    owner: String,
    at: Moment,
}

impl Enrolment {
    fn new(plot: &mut Plot<'_>) -> Enrolment {
        let number = plot.item_number();
        let owner = plot.party();
        let day = plot.day();
        Enrolment {
            code: format!("2405-990100-04-02-{number:06}"),
            owner: plot.city.enterprises[owner].id.clone(),
            at: plot.morning(day),
        }
    }

    fn stream(&self) -> String {
        format!("project/{}", self.code)
    }

    /// The row of the roster, from a day on.
    fn row(&self, plot: &Plot<'_>, from: Day) -> Act {
        let body = object! {
            "project_code": &self.code, "owner": &self.owner, "roster_from": from,
            "green_channel": true, "valid_from": from,
        };
        let stream = format!("md/{}", self.stream());
        plot.city.registry_act("md.project.registered.v1", stream, self.at.plus(-40), "发改", body)
    }

    fn act(&self, plot: &Plot<'_>, kind: &'static str, at: Moment, body: Value) -> Act {
        Act::new(kind, self.stream(), at, Source::Platform, body)
            .actor(plot.city.centre_actor(0))
            .party(&self.owner, "项目单位")
    }

    fn enrolled(&self, plot: &Plot<'_>) -> Act {
        let body = object! {
            "project": &self.code, "basis": "年度重大项目名录(增补)", "owner": &self.owner,
        };
        self.act(plot, "green_channel.enrolled.v1", self.at, body)
    }

    /// An agent is given after so many working days.
    fn assigned(&self, plot: &Plot<'_>, days: i64) -> Act {
        let city = plot.city;
        let body = object! {
            "agent": &city.officers[city.staff[city.unit_index("政务")].others[0]].id,
            "project": &self.code, "free_of_charge": true,
        };
        let at = city.calendar.after(self.at.day(), days).at(16, 50);
        self.act(plot, "agency_service.assigned.v1", at, body)
    }
}

pub(super) const NO_BASIS: Planting = Planting {
    rules: &["R2.3.1"],
    wrong: ("纳入绿色通道没有写明依据", "enrolled in the green channel without a basis"),
    near: ("写明依据", "with its basis"),
    plant: |plot| {
        let enrolment = Enrolment::new(plot);
        let row = enrolment.row(plot, enrolment.at.day());
        let mut enrolled = enrolment.enrolled(plot);
        let mut story = Story::new();
        if plot.wrong() {
            enrolled = enrolled.silent_on("basis");
            story = story.speaks("R2.3.1", &[Pick::First(ENROLLED)]);
        }
        let assigned = enrolment.assigned(plot, 1);
        plot.tell(story, Chronicle::new().act(row).act(enrolled).act(assigned));
    },
};

pub(super) const AGENT_LATE: Planting = Planting {
    rules: &["R2.3.2"],
    wrong: ("纳入绿色通道后第二个工作日才指派代办员", "an agent only on the second working day"),
    near: ("次一工作日指派", "on the next"),
    plant: |plot| {
        let enrolment = Enrolment::new(plot);
        let row = enrolment.row(plot, enrolment.at.day());
        let enrolled = enrolment.enrolled(plot);
        let assigned = enrolment.assigned(plot, if plot.wrong() { 2 } else { 1 });
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.3.2", &[Pick::First(ENROLLED), Pick::First(ASSIGNED)]);
        }
        plot.tell(story, Chronicle::new().act(row).act(enrolled).act(assigned));
    },
};

pub(super) const OFF_THE_ROSTER: Planting = Planting {
    rules: &["R2.3.8"],
    wrong: ("列入重大项目名录的前一日即按特事特办", "handled specially the day before its roster"),
    near: ("列入当日", "on the day of the roster"),
    plant: |plot| {
        let enrolment = Enrolment::new(plot);
        let day = enrolment.at.day();
        let row = enrolment.row(plot, if plot.wrong() { day.plus(1) } else { day });
        let enrolled = enrolment.enrolled(plot);
        let assigned = enrolment.assigned(plot, 1);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.3.8", &[Pick::First(ENROLLED)]);
        }
        plot.tell(story, Chronicle::new().act(row).act(enrolled).act(assigned));
    },
};

pub(super) const LONG_PROMISE: Planting = Planting {
    rules: &["R2.3.3"],
    wrong: ("承诺时限长于法定时限一个工作日", "a promise a working day longer than the law's term"),
    near: ("承诺时限等于法定时限", "a promise as long as the law's term"),
    plant: |plot| {
        let listed = Listed::new(plot, "许可");
        let (row, promise) = (listed.row(plot), listed.promise(plot));
        let legal = listed.item.spec.legal;
        let mut story = Story::new();
        let told = if plot.wrong() {
            story = story.speaks("R2.3.3", &[Pick::First("md.item.registered")]);
            legal + 1
        } else {
            legal
        };
        let promise = promise.saying("promised_wd", told);
        plot.tell(story, Chronicle::new().act(row).act(promise));
    },
};

/// A joint case of an enterprise of its own, altered by the story.
fn joint_case(plot: &mut Plot<'_>, story: Story) {
    let day = plot.day();
    let at = plot.morning(day);
    let enterprise = plot.party();
    plot.begin(at, story, Box::new(joint::Laid { enterprise, used: 20 }));
}

pub(super) const NEVER_SENT: Planting = Planting {
    rules: &["R2.3.4"],
    wrong: ("并联审批有一家单位没有分送", "one part of a joint case was never sent out"),
    near: ("同时分送各单位", "all parts were sent out together"),
    plant: |plot| {
        const OPENED: &str = "joint.case.opened";
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(OPENED, |act| {
                    let listed = act.member("subcases").and_then(Value::as_list);
                    let mut listed = listed.unwrap_or_default().to_vec();
                    listed.push("人防意见".value());
                    act.saying("subcases", listed.value())
                })
                .speaks("R2.3.4", &[Pick::First(OPENED)]);
        }
        joint_case(plot, story);
    },
};

pub(super) const SLOW_STAGE: Planting = Planting {
    rules: &["R2.3.5"],
    wrong: ("一个环节比计划多用一个工作日", "a stage takes a working day more than planned"),
    near: ("恰好用完计划的工作日", "exactly the working days planned"),
    plant: |plot| {
        let item = item_that(plot, |item| item.spec.stages[0].2 == 2 && promises(item, 3));
        let day = plot.day();
        let used = if plot.wrong() { 3 } else { 2 };
        let plan = Timetable::new(plot, item, day, used);
        let started = day.at(14, 0);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks(
                "R2.3.5",
                &[Pick::First("approval.stage.started"), Pick::First("approval.stage.completed")],
            );
        }
        plan.moved(Beat::StartStage(0), started).tell(plot, story);
    },
};

pub(super) const STAYED_AWAY: Planting = Planting {
    rules: &["R2.3.7"],
    wrong: ("签收通知后无故缺席联审会,没有记录缺席默认", "a unit stays away without a reason"),
    near: ("缺席而有事由", "away with a reason"),
    plant: |plot| {
        const ATTENDED: &str = "joint.meeting.attendance_recorded";
        const CONVENED: &str = "joint.meeting.convened";
        let wrong = plot.wrong();
        let mut story = Story::new().alter(ATTENDED, move |act| {
            let attended = act.member("attended").and_then(Value::as_list);
            let mut attended = attended.unwrap_or_default().to_vec();
            let Some(away) = attended.pop() else { return act };
            let act = act.saying("attended", attended.value());
            if wrong {
                return act;
            }
            let reason = object! { "unit": away, "reason": "参加上级紧急会议,已提前说明" };
            act.saying("leave_reasons", vec![reason].value())
        });
        if wrong {
            story = story.speaks("R2.3.7", &[Pick::First(ATTENDED), Pick::First(CONVENED)]);
        }
        joint_case(plot, story);
    },
};

pub(super) const HANDED_DOWN: Planting = Planting {
    rules: &["R2.3.9"],
    wrong: ("交所属单位技术审查,以此停止计时", "the clock is stopped for a subordinate's review"),
    near: ("法定的专家评审", "an expert review as the law knows it"),
    plant: |plot| {
        const STARTED: &str = "approval.special_procedure.started";
        let city = plot.city;
        let item = item_that(plot, |item| item.spec.special == Some("专家评审"));
        let day = plot.day();
        let plan = Timetable::new(plot, item, day, 5);
        let started = city.calendar.after(day, 1).at(9, 40);
        let ended = city.calendar.after(day, 3).at(10, 30);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(STARTED, |act| act.saying("kind", "其他:转下属单位技术审查"))
                .speaks("R2.3.9", &[Pick::First(STARTED)]);
        }
        plan.with(started, Beat::StartSpecial { expected: 5 })
            .with(ended, Beat::EndSpecial)
            .tell(plot, story);
    },
};

pub(super) const TOLD_TWICE: Planting = Planting {
    rules: &["R2.3.10", "SEQ-A5"],
    wrong: (
        "第二次补正要求第一次就能看出的材料",
        "a second notice asks for what the first could have",
    ),
    near: ("一次告知全部", "all is told at once"),
    plant: |plot| {
        const NOTICE: &str = "approval.supplement.requested";
        let city = plot.city;
        let item = item_that(plot, |item| item.spec.materials.len() > 1 && promises(item, 4));
        let day = plot.day();
        let materials = city.items[item].spec.materials;
        let plan = Timetable::new(plot, item, city.calendar.after(day, 4), 4);
        let deadline = city.calendar.after(day, 12);
        let at = |n, hour, minute| city.calendar.after(day, n).at(hour, minute);
        let mut plan = plan
            .moved(Beat::Submit, at(0, 9, 20))
            .moved(Beat::Receive, at(0, 9, 26))
            .with(at(0, 15, 0), Beat::RequestSupplement { deadline })
            .with(at(1, 10, 0), Beat::Supplement);
        let mut asked = 0;
        let mut story = Story::new().alter(NOTICE, move |act| {
            let material = materials[asked % materials.len()];
            asked += 1;
            let row = object! { "material": material, "reason": "需补充提交" };
            act.saying("items", vec![row].value())
        });
        if plot.wrong() {
            plan = plan
                .with(at(1, 15, 0), Beat::RequestSupplement { deadline })
                .with(at(2, 10, 0), Beat::Supplement);
            let both = [Pick::Nth(NOTICE, 0), Pick::Nth(NOTICE, 1)];
            story = story.speaks("R2.3.10", &both).speaks("SEQ-A5", &both);
        }
        plan.tell(plot, story);
    },
};

pub(super) const NOBODY_FIRST: Planting = Planting {
    rules: &["R2.3.11"],
    wrong: (
        "涉及多个部门的事项没有首办单位",
        "a matter of several departments has no first handler",
    ),
    near: ("指定了首办单位", "it has one"),
    plant: |plot| {
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .drop("matter.first_handler.designated")
                .speaks("R2.3.11", &[Pick::First("joint.case.opened")]);
        }
        joint_case(plot, story);
    },
};

pub(super) const IN_A_CIRCLE: Planting = Planting {
    rules: &["R2.3.12"],
    wrong: ("首办单位移交出去的事项又被移交回来", "a matter is passed on and comes back"),
    near: ("移交给第三家单位", "it is passed on to a third unit"),
    plant: |plot| {
        const MOVED: &str = "matter.first_handler.transferred";
        const TRANSFERRED: &str = "matter.first_handler.transferred.v1";
        const ACCEPTED: &str = "matter.first_handler.transfer_accepted.v1";
        const DESIGNATED: &str = "matter.first_handler.designated.v1";
        /// Working days after the first act, its hour, its type, the unit that it names
        /// and the unit that acts.
        #[rustfmt::skip]
        const ACTS: [(i64, i64, &str, usize, usize); 7] = [
            (0, 10, DESIGNATED, 0, 0), (0, 14, TRANSFERRED, 1, 0), (0, 16, ACCEPTED, 1, 1),
            (1, 10, DESIGNATED, 1, 1), (2, 10, TRANSFERRED, 2, 1), (2, 15, ACCEPTED, 2, 2),
            (4, 10, DESIGNATED, 2, 2),
        ];
        let city = plot.city;
        let day = plot.day();
        let enterprise = plot.party();
        let owner = city.enterprises[enterprise].id.clone();
        let third = if plot.wrong() { "住建" } else { "环境" };
        let units = ["住建", "自规", third].map(|sign| city.unit_index(sign));
        let stream = format!("matter/990100-SB-{}-{:06}", day.year(), plot.item_number());
        let mut chronicle = Chronicle::new();
        for (after, hour, kind, named, by) in ACTS {
            let at = city.calendar.after(day, after).at(hour, 12);
            let at = if after == 0 { day.at(hour, 12) } else { at };
            let body = object! { "matter": &stream, "unit": &city.units[units[named]].id };
            let leader = city.leader(units[by], day);
            let act = Act::new(kind, stream.clone(), at, Source::Platform, body)
                .actor(city.officer_actor(leader, "首办负责人"))
                .party(&owner, "申请人");
            chronicle = chronicle.act(act);
        }
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.3.12", &[Pick::Nth(MOVED, 0), Pick::Nth(MOVED, 1)]);
        }
        plot.tell(story, chronicle);
    },
};
