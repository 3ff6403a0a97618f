//! A major decision 重大行政决策: all five steps, the review of legality before
//! the discussion.

use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::cases::{Case, Planned};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::names;
use crate::demo::pace::Pace;
use crate::demo::registers::{File, Series};
use crate::demo::world::{Script, Stage};

/// Days for which the public is asked (713号令 art. 15) and working days that the
/// review of legality is given (art. 26).
const COMMENT_DAYS: i64 = 30;
const REVIEW_WD: i64 = 7;

#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    Participate { from: Day },
    Argue,
    AssessRisk,
    Review { received: Day },
    Discuss,
    Adopt,
    Publish,
}

struct Decision {
    stream: String,
    doc_no: String,
}

pub(in crate::demo) struct Opening;

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let calendar = &city.calendar;
        let decision = Decision {
            stream: stage.registers.open_file("990100", File::Decision, stage.now.day()),
            doc_no: String::new(),
        };
        let mut draw = stage.draw.fork();
        let mut pace = Pace::new(calendar, stage.now);
        let mut plan = vec![(pace.at, Step::Start)];
        let from = pace.day().plus(1);
        let ended = calendar.on_or_after(from.plus(COMMENT_DAYS + 1));
        plan.push((pace.on(&mut draw, ended), Step::Participate { from }));
        for step in [Step::Argue, Step::AssessRisk] {
            let days = draw.between(3, 8);
            plan.push((pace.workdays(&mut draw, days), step));
        }
        let received = calendar.after(pace.day(), 1);
        let reviewed = calendar.after(received, draw.between(REVIEW_WD, REVIEW_WD + 4));
        plan.push((pace.on(&mut draw, reviewed), Step::Review { received }));
        for step in [Step::Discuss, Step::Adopt, Step::Publish] {
            let days = draw.between(1, 4);
            plan.push((pace.workdays(&mut draw, days), step));
        }
        stage.start(stage.now, draw, Box::new(Planned::new(decision, plan)));
        None
    }
}

impl Decision {
    fn body(&self, step: Step, stage: &mut Stage<'_>) -> (&'static str, Value) {
        let city = stage.city;
        let today = stage.now.day();
        match step {
            Step::Start => (
                "decision.procedure.started.v1",
                object! {
                    "matter": "关于优化园区基础设施布局的决定", "organ": &city.unit("政府").id,
                    "is_major": true, "catalogue_ref": format!("{}年度重大行政决策目录", today.year()),
                },
            ),
            Step::Participate { from } => (
                "decision.public_participation.held.v1",
                object! {
                    "mode": "公开征求意见", "from": from, "to": from.plus(COMMENT_DAYS),
                    "opinions_count": stage.draw.between(8, 120),
                    "adoption_report_hash": stage.draw.hex(64),
                },
            ),
            Step::Argue => (
                "decision.expert_argument.held.v1",
                object! {
                    "experts": (0..5).map(|_| names::person(stage.draw)).collect::<Vec<_>>(),
                    "independent": true, "conclusion": "方案可行", "signed": true,
                    "report_hash": stage.draw.hex(64),
                },
            ),
            Step::AssessRisk => (
                "decision.risk.assessed.v1",
                object! { "level": "低", "controllable": true, "plan_hash": stage.draw.hex(64) },
            ),
            Step::Review { received } => (
                "decision.legality.reviewed.v1",
                object! {
                    "dept": &city.unit("司法").id, "received_on": received, "completed_on": today,
                    "opinion": "合法", "report_hash": stage.draw.hex(64),
                },
            ),
            Step::Discuss => (
                "decision.collective_discussion.held.v1",
                object! {
                    "meeting_no": format!("{}年第{}次", today.year(), stage.draw.between(5, 30)),
                    "meeting_kind": "常务会议", "attendees": attendees(stage),
                    "dissent_recorded": false, "head_spoke_last": true, "dissent": "无不同意见",
                    "minutes_hash": stage.draw.hex(64),
                },
            ),
            Step::Adopt => (
                "decision.adopted.v1",
                object! { "doc_no": &self.doc_no, "adopted_on": today, "file_hash": stage.draw.hex(64) },
            ),
            Step::Publish => (
                "decision.published.v1",
                object! {
                    "doc_no": &self.doc_no, "at": stage.now, "channels": vec!["门户网站", "政府公报"],
                    "url": format!("https://www.shili.example/jc/{}", local_part(&self.stream)),
                },
            ),
        }
    }
}

/// The leaders who sit at the meeting.
fn attendees(stage: &Stage<'_>) -> Value {
    let city = stage.city;
    let leaders: Vec<&String> = ["政府", "府办", "发改", "财政", "司法", "自规", "环境"]
        .iter()
        .map(|sign| &city.officers[city.leader(city.unit_index(sign), stage.now.day())].id)
        .collect();
    leaders.value()
}

impl Case for Decision {
    type Beat = Step;

    fn perform(&mut self, step: Step, stage: &mut Stage<'_>) {
        let city = stage.city;
        let organ = city.unit_index("政府");
        let unit = match step {
            Step::Review { .. } => city.unit_index("司法"),
            Step::Participate { .. } | Step::Argue | Step::AssessRisk => city.unit_index("发改"),
            _ => organ,
        };
        if matches!(step, Step::Adopt) {
            let sign = city.units[organ].sign();
            self.doc_no =
                stage.registers.document_no(organ, &sign, Series::Document, stage.now.day());
        }
        let (kind, body) = self.body(step, stage);
        let act = Act::new(kind, self.stream.clone(), stage.now, Source::Office, body)
            .actor(city.officer_actor(city.leader(unit, stage.now.day()), "负责人"))
            .venue(object! { "kind": "unit_premises" })
            .basis(&[("重大行政决策程序暂行条例", "25")]);
        stage.record(act);
    }
}
