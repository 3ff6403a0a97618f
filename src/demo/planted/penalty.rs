//! 二.7 文明执法: warning before penalty, the lower bound, and §3.11.5: penalties out
//! of order.

use super::Planting;
use super::plot::{Chronicle, Plot};
use super::proceedings::{Proceedings, grave_ground, ground_that, plain_ground};
use super::story::{Pick, Story};
use crate::demo::act::{Act, Source, ToValue, object};
use crate::demo::cases::penalty::{Beat, MAJOR_FEN};
use crate::demo::registers::File;

pub(super) const DECIDED: &str = "penalty.decision.made";
pub(super) const SERVED: &str = "penalty.document.served";
const FILED: &str = "penalty.case.filed";
const NOTICE: &str = "penalty.prior_notice.served";
const PARK: &str = "penalty.park_notification.sent";
const AUTHORITY: &str = "penalty.authority_notification.sent";
const ORDERED: &str = "penalty.rectification.notice.issued";
const REINSPECTED: &str = "penalty.rectification.reinspected";

/// An everyday case of a first violation.
pub(super) fn plain(plot: &mut Plot<'_>) -> Proceedings {
    let ground = plain_ground(plot);
    let day = plot.day();
    Proceedings::first(plot, ground, day)
}

/// One in which the party has a right to a hearing.
fn grave(plot: &mut Plot<'_>) -> Proceedings {
    let ground = grave_ground(plot);
    let day = plot.day();
    Proceedings::first(plot, ground, day)
}

/// A penalty of one fine.
fn fine(amount_fen: i64) -> crate::demo::act::Value {
    object! { "kind": "罚款", "amount_fen": amount_fen }
}

pub(super) const UNCERTIFIED: Planting = Planting {
    rules: &["R2.7.1"],
    wrong: (
        "没有执法证的窗口承办人参与调查取证",
        "a clerk without a certificate takes part in the investigation",
    ),
    near: ("两名持证人员调查取证", "two certified officers investigate"),
    plant: |plot| {
        const STEP: &str = "penalty.investigation.step";
        let plan = plain(plot);
        let city = plot.city;
        let staff = &city.staff[plan.unit(city)];
        let second = if plot.wrong() { staff.handlers[0] } else { plan.team[1] };
        let who = [plan.team[0], second].map(|at| city.officers[at].id.clone());
        let mut story = Story::new().alter(STEP, move |act| act.saying("officers", who.to_vec()));
        if plot.wrong() {
            story = story.speaks("R2.7.1", &[Pick::First(STEP)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const UNWARNED: Planting = Planting {
    rules: &["R2.7.3", "SEQ-P5"],
    wrong: (
        "首次违法没有下达整改通知书即处罚",
        "a first violation is fined without an order to put it right",
    ),
    near: ("逾期未整改才处罚", "fined when it was not put right in time"),
    plant: |plot| {
        let plan = plain(plot);
        if plot.wrong() {
            let decided = [Pick::First(DECIDED)];
            let story = Story::new().speaks("R2.7.3", &decided).speaks("SEQ-P5", &decided);
            plan.without(is_warning).tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

pub(super) const LAW_FIRST: Planting = Planting {
    rules: &["R2.7.3"],
    wrong: (
        "首次违法涉嫌犯罪,未经告诫即罚款并移送公安:首违告诫让位于法律",
        "a first violation, fined without a warning and handed over as a suspected crime: the \
         warning yields to the law",
    ),
    near: ("告诫后未整改,罚款并移送", "warned, not put right, fined and handed over"),
    plant: |plot| {
        const TRANSFERRED: &str = "penalty.case.transferred";
        let plan = plain(plot);
        let sent = plan.decided.at(16, 30);
        let reported = sent.day();
        let mut story = Story::new().alter(TRANSFERRED, move |act| {
            act.saying("to", "市公安局")
                .saying("reported_on", reported)
                .saying("approved_at", sent.plus(-20))
                .saying("sent_at", sent)
        });
        let plan = if plot.wrong() {
            story = story.speaks("R2.7.3", &[Pick::First(DECIDED)]);
            plan.without(is_warning)
        } else {
            plan
        };
        plan.with(sent, Beat::Transfer).tell(plot, story);
    },
};

/// What warns of a first violation before it is punished.
fn is_warning(beat: Beat) -> bool {
    matches!(
        beat,
        Beat::OrderRectification { .. }
            | Beat::ReportRectification
            | Beat::Reinspect { passed: false }
    )
}

pub(super) const FINED_AFTER_PASS: Planting = Planting {
    rules: &["R2.7.4", "SEQ-P6"],
    wrong: ("期限内整改、复查合格,仍处罚", "put right in time, passed, and fined all the same"),
    near: ("期限届满次日才整改合格", "put right a day too late"),
    plant: |plot| {
        let plan = plain(plot);
        let city = plot.city;
        let failed = Beat::Reinspect { passed: false };
        let looked = plan.at(failed);
        let mut story = Story::new();
        let plan = plan.without(|beat| beat == failed);
        let plan = if plot.wrong() {
            story = story
                .speaks("R2.7.4", &[ORDERED, REINSPECTED, DECIDED].map(Pick::First))
                .speaks("SEQ-P6", &[REINSPECTED, DECIDED].map(Pick::First));
            plan.with(looked, Beat::Reinspect { passed: true })
        } else {
            // What is reported after the deadline was not put right within it.
            let late = city.calendar.after(looked.day(), 1).at(9, 0);
            plan.moved(Beat::ReportRectification, late)
                .with(late.plus(25), Beat::Reinspect { passed: true })
                .moved(Beat::File, late.plus(60))
        };
        plan.tell(plot, story);
    },
};

pub(super) const AUTHORITY_UNTOLD: Planting = Planting {
    rules: &["R2.7.5"],
    wrong: ("没有告知主管部门即处罚", "fined without the authority being told"),
    near: ("决定前五分钟告知", "told five minutes before the decision"),
    plant: |plot| {
        let plan = plain(plot);
        if plot.wrong() {
            let story = Story::new().speaks("R2.7.5", &[Pick::First(DECIDED), Pick::First(PARK)]);
            plan.without(|beat| beat == Beat::NotifyAuthority).tell(plot, story);
        } else {
            let told = plan.at(Beat::Decide).plus(-5);
            plan.moved(Beat::NotifyAuthority, told).tell(plot, Story::new());
        }
    },
};

pub(super) const TOLD_AFTERWARDS: Planting = Planting {
    rules: &["SEQ-P4", "R2.7.5"],
    wrong: ("决定之后才告知主管部门", "the authority is told after the decision"),
    near: ("决定当日先告知", "on the day of the decision, before it"),
    plant: |plot| {
        let plan = plain(plot);
        let minutes = if plot.wrong() { 25 } else { -40 };
        let told = plan.at(Beat::Decide).plus(minutes);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .speaks("R2.7.5", &[DECIDED, PARK, AUTHORITY].map(Pick::First))
                .speaks("SEQ-P4", &[DECIDED, AUTHORITY].map(Pick::First));
        }
        plan.moved(Beat::NotifyAuthority, told).tell(plot, story);
    },
};

pub(super) const ABOVE_FLOOR: Planting = Planting {
    rules: &["R2.7.6"],
    wrong: ("在档次内高于下限处罚", "fined within the tier, above its lower bound"),
    near: ("按下限处罚", "fined at the lower bound"),
    plant: |plot| {
        let plan = plain(plot);
        if plot.wrong() {
            let [tier, ..] = plot.city.grounds[plan.ground].tiers();
            // Far above its neighbours it would be a matter of uniform standards too.
            let room = (tier.max_fen - tier.min_fen).min(tier.min_fen / 2) / 100;
            let amount = tier.min_fen + plot.draw.between(1, room) * 100;
            let story = Story::new().speaks("R2.7.6", &[Pick::First(DECIDED)]);
            plan.fining(plot.city, amount).tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

pub(super) const NOT_CORRECTED: Planting =
    Planting {
        rules: &["R2.7.7"],
        wrong: ("只罚款、不责令改正", "fined, and nothing ordered to be put right"),
        near: ("罚款并责令改正", "fined and ordered to put it right"),
        plant: |plot| {
            // Without a warning, so that the decision alone could order it.
            let exempt = |ground: &crate::demo::city::grounds::Ground| {
                ground.spec.exempt.is_some() && ground.tiers()[1].min_fen < MAJOR_FEN
            };
            let ground = ground_that(plot, exempt);
            let (party, day) = (plot.party(), plot.day());
            let plan = Proceedings::unwarned(plot, ground, party, day);
            let unit = &plot.city.units[plan.unit(plot.city)].id;
            let mut story = Story::new();
            if plot.wrong() {
                story = story
                    .alter(DECIDED, |act| act.saying("correction_ordered", false))
                    .speaks_on("R2.7.7", format!("md/{unit}"), &[Pick::First(DECIDED)]);
            }
            plan.tell(plot, story);
        },
    };

pub(super) const FINED_AGAIN: Planting = Planting {
    rules: &["R2.7.7"],
    wrong: (
        "同一违法罚后不复查、几周后再罚",
        "fined again for the same within weeks, and nobody looked in between",
    ),
    near: ("其间复查过", "somebody had looked in between"),
    plant: |plot| {
        let first = plain(plot);
        let (ground, party) = (first.ground, first.enterprise);
        let day = plot.city.calendar.after(first.decided, 30);
        let second = Proceedings::unwarned(plot, ground, party, day);
        let mut story = Story::new();
        let first = if plot.wrong() {
            let both = [Pick::Nth(DECIDED, 1), Pick::First(DECIDED)];
            story = story.speaks("R2.7.7", &both);
            first.without(|beat| beat == Beat::Reinspect { passed: true })
        } else {
            first
        };
        plot.begin_all(story, vec![first.script(), second.script()]);
    },
};

pub(super) const TARGET: Planting = Planting {
    rules: &["R2.7.7"],
    wrong: ("向执法单位下达罚没收入指标", "an organ is given a target for fines"),
    near: ("下达检查覆盖率指标", "a target for coverage"),
    plant: |plot| {
        let ground = plain_ground(plot);
        let city = plot.city;
        let (unit, at) = (&city.units[city.grounds[ground].unit].id, plot.day());
        let at = plot.morning(at);
        let target = if plot.wrong() {
            "罚没收入不少于三百万元"
        } else {
            "年度检查计划完成率百分之百"
        };
        let body = object! { "unit": unit, "year": at.day().year(), "target": target };
        let office = city.unit_index("效能");
        let actor = city.unit_actor(office, "效能办");
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.7.7", &[Pick::First("eval.target.set")]);
        }
        let chronicle = Chronicle::new().step(at, move |stage| {
            let stream = stage.registers.open_file("990100", File::Evaluation, stage.now.day());
            vec![Act::new("eval.target.set.v1", stream, at, Source::Office, body).actor(actor)]
        });
        plot.tell(story, chronicle);
    },
};

pub(super) const NO_NOTICE: Planting = Planting {
    rules: &["SEQ-P1"],
    wrong: ("未经事先告知即处罚", "fined without prior notice"),
    near: ("事先告知后处罚", "after a notice"),
    plant: |plot| {
        let plan = plain(plot);
        if plot.wrong() {
            let story = Story::new().speaks("SEQ-P1", &[Pick::First(DECIDED)]);
            plan.without(|beat| matches!(beat, Beat::PriorNotice | Beat::WaiveStatement))
                .tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

pub(super) const NO_HEARING: Planting = Planting {
    rules: &["SEQ-P2"],
    wrong: (
        "罚款十万元以上而不告知听证权利",
        "a fine of 100,000 yuan without telling of the right to a hearing",
    ),
    near: ("告知听证权利,当事人放弃", "told of it, and waived"),
    plant: |plot| {
        let plan = grave(plot);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(NOTICE, |act| act.saying("hearing_right", false))
                .speaks("SEQ-P2", &[Pick::First(DECIDED), Pick::First(NOTICE)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const NO_REVIEW: Planting = Planting {
    rules: &["SEQ-P3"],
    wrong: ("听证程序案件未经法制审核", "a case with a right to a hearing without legal review"),
    near: ("法制审核通过后决定", "decided after it"),
    plant: |plot| {
        let plan = grave(plot);
        if plot.wrong() {
            let story = Story::new().speaks("SEQ-P3", &[Pick::First(DECIDED)]);
            plan.without(|beat| beat == Beat::ReviewLegality).tell(plot, story);
        } else {
            plan.tell(plot, Story::new());
        }
    },
};

/// A hearing is asked for and held `lead` working days after it was announced.
pub(super) fn heard(plot: &mut Plot<'_>, lead: i64) -> Proceedings {
    let plan = grave(plot);
    let calendar = &plot.city.calendar;
    let asked = calendar.after(plan.noticed, 2).at(10, 10);
    let announced = calendar.after(plan.noticed, 3);
    let on = calendar.after(announced, lead);
    let decided = calendar.after(on, 4);
    plan.without(|beat| beat == Beat::WaiveStatement)
        .with(asked, Beat::RequestHearing)
        .with(announced.at(9, 30), Beat::NotifyHearing { on })
        .with(on.at(9, 30), Beat::HoldHearing)
        .moved(Beat::Discuss, calendar.after(on, 2).at(10, 0))
        .deciding(plot.city, decided)
}

pub(super) const HOSTED: Planting = Planting {
    rules: &["SEQ-P7"],
    wrong: ("办案人员主持听证", "the handling officer hosts the hearing"),
    near: ("法制机构人员主持", "one of the legal office does"),
    plant: |plot| {
        const HELD: &str = "penalty.hearing.held";
        let plan = heard(plot, 8);
        let mut story = Story::new();
        if plot.wrong() {
            let handler = plot.city.officers[plan.team[0]].id.clone();
            story = story
                .alter(HELD, move |act| act.saying("host", handler.clone()))
                .speaks("SEQ-P7", &[Pick::First(HELD), Pick::First(FILED)]);
        }
        plan.tell(plot, story);
    },
};

pub(super) const COLLECTED_BY_ORGAN: Planting = Planting {
    rules: &["SEQ-P8"],
    wrong: ("执法人员当场收缴普通程序的罚款", "an officer collects an ordinary fine on the spot"),
    near: ("边远地区经当事人提出,当场收缴", "in a remote place, as the party asked (art. 69)"),
    plant: |plot| {
        let plan = plain(plot);
        let ground = if plot.wrong() { None } else { Some("69边远地区") };
        let mut story = on_the_spot(&plan, plot, ground, 1);
        if plot.wrong() {
            story = story.speaks("SEQ-P8", &[Pick::First(COLLECTED)]);
        }
        plan.without(|beat| matches!(beat, Beat::Pay { .. })).tell(plot, story);
    },
};

pub(super) const COLLECTED: &str = "penalty.fine.onsite_collected";
pub(super) const REMITTED: &str = "penalty.fine.onsite_remitted";

/// The fine is collected when the decision is served, and handed in later.
pub(super) fn on_the_spot(
    plan: &Proceedings,
    plot: &Plot<'_>,
    ground: Option<&'static str>,
    handed_in: i64,
) -> Story {
    let amount_fen = plan.amount_fen;
    let served = plan.at(Beat::Serve).day();
    let remitted = plot.city.calendar.after(served, handed_in).at(10, 30);
    let receipt = format!("99{:010}", 4_400_000 + served.0);
    Story::new().turn(SERVED, move |act, now| {
        let body = |at| {
            object! {
                "amount_fen": amount_fen, "at": at, "channel": "当场收缴",
                "receipt": &receipt, "ground": ground,
            }
        };
        let at = now.plus(10);
        let collected = act.like("penalty.fine.onsite_collected.v1", at, body(at));
        let handed = act.like("penalty.fine.onsite_remitted.v1", remitted, body(remitted));
        vec![act, collected, handed]
    })
}

pub(super) const FINED_TWICE: Planting = Planting {
    rules: &["SEQ-P9"],
    wrong: ("一案两次罚款", "two fines in one case"),
    near: ("一次罚款,一次警告", "a fine and a warning"),
    plant: |plot| {
        let plan = plain(plot);
        let second = if plot.wrong() {
            fine(plan.amount_fen)
        } else {
            object! { "kind": "警告" }
        };
        let no = format!("例罚决字〔{}〕补1号", plan.decided.year());
        let own = no.clone();
        let story = Story::new().turn(DECIDED, move |act, now| {
            let again = act.clone().moved(now.plus(9)).saying("decision_no", &own);
            vec![act, again.saying("penalties", vec![second.clone()].value())]
        });
        // Each decision is served.
        let mut story = story.turn(SERVED, move |act, _| {
            let again = act.clone().saying("doc", &no);
            vec![act, again]
        });
        if plot.wrong() {
            let both = [Pick::Nth(DECIDED, 1), Pick::First(DECIDED)];
            story = story.speaks("SEQ-P9", &both);
        }
        plan.tell(plot, story);
    },
};

pub(super) const TOO_LATE: Planting = Planting {
    rules: &["SEQ-P10", "L0.T19"],
    wrong: (
        "违法行为终了两年零一日才发现,仍处罚",
        "found two years and a day after the violation ended, and fined",
    ),
    near: ("两年届满当日发现", "found on the last day of the two years"),
    plant: |plot| {
        const CLUE: &str = "penalty.clue.registered";
        let ground = plain_ground(plot);
        let day = plot.day();
        let plan = Proceedings::first(plot, ground, day);
        let ended = day.plus_years(-2).plus(if plot.wrong() { -1 } else { 0 });
        let mut story = Story::new().alter(DECIDED, move |act| act.saying("act_ended_on", ended));
        if plot.wrong() {
            let both = [Pick::First(DECIDED), Pick::First(CLUE)];
            story = story.speaks("SEQ-P10", &both).speaks("L0.T19", &both);
        }
        plan.tell(plot, story);
    },
};

pub(super) const HEAVIER: Planting = Planting {
    rules: &["SEQ-P11"],
    wrong: ("当事人申辩后罚得比告知的重", "fined more than was announced after the party spoke"),
    near: ("申辩后按告知的数额处罚", "fined as announced"),
    plant: |plot| {
        const SPOKE: &str = "penalty.statement.made";
        let plan = plain(plot);
        let at = plan.at(Beat::WaiveStatement);
        let mut story = Story::new();
        if plot.wrong() {
            let proposed = fine(plan.amount_fen - 20_000);
            story = story
                .alter(NOTICE, move |act| act.saying("proposed", proposed.clone()))
                .speaks("SEQ-P11", &[DECIDED, NOTICE, SPOKE].map(Pick::First));
        }
        plan.without(|beat| beat == Beat::WaiveStatement)
            .with(at, Beat::MakeStatement)
            .with(at.plus(45), Beat::ReviewStatement)
            .tell(plot, story);
    },
};
