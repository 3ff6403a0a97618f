//! 二.6 备案制度 and §3.11.4: entries without consent, beyond it, and out of order.

use super::Planting;
use super::plot::Plot;
use super::story::{Pick, Story};
use super::visit::{Visit, exempt_subject, filed_subject, subject_that};
use crate::demo::act::ToValue;
use crate::demo::cases::inspection::{Beat, Errand};
use crate::demo::moment::Day;

const ENTERED: &str = "inspection.entry.started";
const LEFT: &str = "inspection.entry.ended";
const FILED: &str = "inspection.filing.submitted";
const CONSENTED: &str = "inspection.filing.consented";
const SIGNED: &str = "inspection.record.signed";
const TOLD: &str = "inspection.result.notified";

/// An ordinary inspection that needs a consent.
fn plain(plot: &mut Plot<'_>) -> Visit {
    let (item, party, day) = (filed_subject(plot), plot.party(), plot.day());
    Visit::filed(plot, item, party, day)
}

/// One in an exempt domain.
fn exempt(plot: &mut Plot<'_>) -> Visit {
    let (item, party, day) = (exempt_subject(plot), plot.party(), plot.day());
    Visit::exempt(plot, item, party, day)
}

/// Consent minutes after the entry, or before it.
fn consented_around(plot: &mut Plot<'_>, plan: Visit, rule: &'static str) {
    let entered = plan.at(Beat::Enter);
    let minutes = if plot.wrong() { 40 } else { -10 };
    let mut story = Story::new();
    if plot.wrong() {
        let all = [ENTERED, FILED, CONSENTED].map(Pick::First);
        story = story.speaks(rule, &all).speaks("SEQ-I1", &all);
    }
    // The head approves once the consent is there.
    let approved = if plot.wrong() { -30 } else { -5 };
    plan.moved(Beat::Approve, entered.plus(approved))
        .moved(Beat::Consent, entered.plus(minutes))
        .tell(plot, story);
}

pub(super) const BEFORE_CONSENT: Planting = Planting {
    rules: &["R2.6.1", "SEQ-I1"],
    wrong: ("入企四十分钟后备案才获同意", "consented to forty minutes after the entry"),
    near: ("同意后十分钟入企", "entered ten minutes after the consent"),
    plant: |plot| {
        let plan = plain(plot);
        consented_around(plot, plan, "R2.6.1");
    },
};

pub(super) const TASK_FIRST: Planting = Planting {
    rules: &["R2.6.1"],
    wrong: (
        "备案同意前二十分钟已审批检查任务",
        "the task was approved twenty minutes before the consent",
    ),
    near: ("同意后二十分钟审批", "twenty minutes after it"),
    plant: |plot| {
        const TASK: &str = "inspection.task.approved";
        let plan = plain(plot);
        let consented = plan.at(Beat::Consent);
        let mut story = Story::new();
        if plot.wrong() {
            let all = [ENTERED, FILED, CONSENTED, TASK].map(Pick::First);
            story = story.speaks("R2.6.1", &all);
        }
        let minutes = if plot.wrong() { -20 } else { 20 };
        plan.moved(Beat::Approve, consented.plus(minutes)).tell(plot, story);
    },
};

pub(super) const FILED_LATE: Planting = Planting {
    rules: &["R2.6.1"],
    wrong: (
        "豁免领域入企后第二个工作日才补备案",
        "an exempt entry is filed on the second working day",
    ),
    near: ("次一工作日补备案", "on the next working day"),
    plant: |plot| {
        let plan = exempt(plot);
        let days = if plot.wrong() { 2 } else { 1 };
        let filed = plot.city.calendar.after(plan.entry, days).at(16, 40);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.6.1", &[ENTERED, FILED].map(Pick::First));
        }
        let file = Beat::File { entry: plan.entry };
        plan.moved(file, filed).tell(plot, story);
    },
};

pub(super) const UNFILED: Planting = Planting {
    rules: &["R2.6.2"],
    wrong: ("没有备案即入企检查", "entered without any filing"),
    near: ("豁免领域先入企、次日补备案", "an exempt entry that is filed the day after"),
    plant: |plot| {
        if plot.wrong() {
            let story = Story::new().speaks("R2.6.2", &[Pick::First(ENTERED)]);
            plain(plot)
                .without(|beat| matches!(beat, Beat::File { .. } | Beat::Consent))
                .tell(plot, story);
        } else {
            exempt(plot).tell(plot, Story::new());
        }
    },
};

pub(super) const BORROWED_NAME: Planting = Planting {
    rules: &["R2.6.2"],
    wrong: (
        "以安全生产、环境保护名义入企,查的是别的",
        "entered in the name of safety or the environment, and looked at something else",
    ),
    near: ("查的就是所称领域", "looked at what was claimed"),
    plant: |plot| {
        let plan = exempt(plot);
        let mut story = Story::new();
        if plot.wrong() {
            let domain = plot.draw.pick(&["广告宣传", "合同格式条款", "用工登记"]);
            for kind in [SIGNED, TOLD] {
                story = story.alter(kind, move |act| act.saying("domain", domain));
            }
            story = story.speaks("R2.6.2", &[ENTERED, SIGNED, TOLD].map(Pick::First));
        }
        plan.tell(plot, story);
    },
};

pub(super) const CAMPAIGN: Planting = Planting {
    rules: &["R2.6.3", "SEQ-I1"],
    wrong: (
        "省里统一布置的专项检查,入企后才获备案同意",
        "a campaign ordered by the province enters before consent",
    ),
    near: ("同意后入企", "enters after it"),
    plant: |plot| {
        let (item, party, day) = (filed_subject(plot), plot.party(), plot.day());
        let plan = Visit::upon(plot, item, party, day, Errand::Campaign);
        consented_around(plot, plan, "R2.6.3");
    },
};

pub(super) const BEYOND_SCOPE: Planting = Planting {
    rules: &["SEQ-I2", "R2.6.1"],
    wrong: ("在备案日期届满次日入企", "entered on the day after the filed dates"),
    near: ("在备案的最后一日入企", "on their last day"),
    plant: |plot| {
        let plan = plain(plot);
        let last = plan.entry.plus(if plot.wrong() { -1 } else { 0 });
        let mut story = Story::new().alter(FILED, move |act| {
            act.saying("date_from", last.plus(-2)).saying("date_to", last)
        });
        if plot.wrong() {
            let both = [ENTERED, FILED].map(Pick::First);
            story = story.speaks("SEQ-I2", &both).speaks("R2.6.1", &both);
        }
        plan.tell(plot, story);
    },
};

pub(super) const STAYED: Planting = Planting {
    rules: &["SEQ-I3"],
    wrong: ("入企二十四小时零一分后才离企", "left twenty-four hours and a minute after the entry"),
    near: ("满二十四小时离企", "after twenty-four hours"),
    plant: |plot| {
        let plan = plain(plot);
        let hours = 24 * 60 + i64::from(plot.wrong());
        let left = plan.at(Beat::Enter).plus(hours);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("SEQ-I3", &[ENTERED, LEFT].map(Pick::First));
        }
        plan.moved(Beat::Leave, left).tell(plot, story);
    },
};

pub(super) const ALONE: Planting = Planting {
    rules: &["SEQ-I5", "R2.7.1"],
    wrong: ("一名执法人员入企", "one officer enters alone"),
    near: ("两名持证人员入企", "two certified officers do"),
    plant: |plot| {
        let plan = plain(plot);
        let city = plot.city;
        let count = if plot.wrong() { 1 } else { 2 };
        let who = plan.team.iter().take(count).map(|officer| {
            let it = &city.officers[*officer];
            crate::demo::act::object! {
                "officer_id": &it.id, "cert_no": it.certificate.as_ref(), "shown": true,
            }
        });
        let who = who.collect::<Vec<_>>().value();
        let mut story = Story::new().alter(ENTERED, move |act| act.saying("officers", who.clone()));
        if plot.wrong() {
            let entered = [Pick::First(ENTERED)];
            story = story.speaks("SEQ-I5", &entered).speaks("R2.7.1", &entered);
        }
        plan.tell(plot, story);
    },
};

pub(super) const ONCE_MORE: Planting = Planting {
    rules: &["SEQ-I6"],
    wrong: (
        "年度上限一次,同年第二次检查",
        "inspected a second time in a year in which the cap is one",
    ),
    near: ("第二次只是调研", "the second visit is for research"),
    plant: |plot| {
        let item = subject_that(plot, |item| item.spec.cap == 1 && item.spec.exempt.is_none());
        let party = plot.party();
        let day = plot.workday(Day::new(2025, 2, 17), Day::new(2025, 8, 1));
        let again = plot.city.calendar.after(day, 45);
        let first = Visit::filed(plot, item, party, day);
        let mut story = Story::new();
        let second = if plot.wrong() {
            story = story.speaks("SEQ-I6", &[Pick::Nth(ENTERED, 1), Pick::First(ENTERED)]);
            Visit::filed(plot, item, party, again)
        } else {
            Visit::upon(plot, item, party, again, Errand::Research)
        };
        plot.begin_all(story, vec![first.script(), second.script()]);
    },
};

pub(super) const ONE_AFTER_ANOTHER: Planting = Planting {
    rules: &["SEQ-I7"],
    wrong: ("同月两个机关先后检查同一企业", "two agencies inspect one enterprise in one month"),
    near: ("次月才检查", "the second comes a month later"),
    plant: |plot| {
        let item = filed_subject(plot);
        let unit = plot.city.inspection_items[item].unit;
        let other = subject_that(plot, |it| it.unit != unit && it.spec.exempt.is_none());
        let party = plot.party();
        let month = plot.draw.between(3, 9);
        let calendar = &plot.city.calendar;
        let first = calendar.on_or_after(Day::new(2025, month, 9));
        let later =
            if plot.wrong() { Day::new(2025, month, 18) } else { Day::new(2025, month + 1, 9) };
        let second = calendar.on_or_after(later);
        let plans = [(item, first), (other, second)]
            .map(|(item, day)| Visit::filed(plot, item, party, day).script());
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("SEQ-I7", &[Pick::Nth(ENTERED, 1), Pick::First(ENTERED)]);
        }
        plot.begin_all(story, plans.into());
    },
};

pub(super) const RESULT_LATE: Planting = Planting {
    rules: &["SEQ-I8"],
    wrong: (
        "离企后第二十一个工作日才告知结果",
        "the result is told on the twenty-first working day",
    ),
    near: ("第二十个工作日告知", "on the twentieth"),
    plant: |plot| {
        let plan = plain(plot);
        let calendar = &plot.city.calendar;
        let told = calendar.after(plan.entry, if plot.wrong() { 21 } else { 20 });
        let published = calendar.after(told, 2).at(9, 30);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("SEQ-I8", &[LEFT, TOLD].map(Pick::First));
        }
        plan.moved(Beat::Tell, told.at(15, 20)).moved(Beat::Publish, published).tell(plot, story);
    },
};
