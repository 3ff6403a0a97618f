//! Documents that are published, and requests for information that are answered.

use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::{Case, Planned};
use crate::demo::city::parties::Person;
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::pace::Pace;
use crate::demo::registers::{File, Series};
use crate::demo::world::{Script, Stage};

/// Working days to publish a document and to answer a request (公开条例 arts. 26, 33).
const PUBLISH_WD: i64 = 20;
const ANSWER_WD: i64 = 20;

const TITLES: [&str; 5] = [
    "关于调整政务服务事项办事指南的通知",
    "关于优化工程建设项目审批流程的通知",
    "关于开展安全生产专项整治的通知",
    "关于公布行政检查计划的公告",
    "关于做好惠企政策兑现工作的通知",
];

#[derive(Clone, Copy, Debug)]
enum PaperStep {
    Create,
    Review,
    Publish,
}

struct Paper {
    stream: String,
    unit: usize,
    title: &'static str,
    doc_no: String,
}

/// A unit issues a document.
pub(in crate::demo) struct PaperOpening;

impl Script for PaperOpening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let signs = ["府办", "政务", "市监", "住建", "发改", "效能"];
        let unit = city.unit_index(stage.draw.pick(&signs));
        let sign = city.units[unit].sign();
        let today = stage.now.day();
        let paper = Paper {
            stream: stage.registers.open_file("990100", File::Document, today),
            unit,
            title: stage.draw.pick(&TITLES),
            doc_no: stage.registers.document_no(unit, &sign, Series::Document, today),
        };
        let mut draw = stage.draw.fork();
        let mut pace = Pace::new(&city.calendar, stage.now);
        let mut plan = vec![(pace.at, PaperStep::Create)];
        let days = draw.between(0, 4);
        plan.push((pace.workdays(&mut draw, days), PaperStep::Review));
        let used = city.calendar.between(today, pace.day());
        // One document in ten goes online on the last day.
        let days =
            if draw.per_mille(100) { PUBLISH_WD } else { draw.between(used + 1, PUBLISH_WD) };
        let day = city.calendar.after(today, days);
        plan.push((pace.on(&mut draw, day), PaperStep::Publish));
        stage.start(stage.now, draw, Box::new(Planned::new(paper, plan)));
        None
    }
}

impl Case for Paper {
    type Beat = PaperStep;

    fn perform(&mut self, step: PaperStep, stage: &mut Stage<'_>) {
        let city = stage.city;
        let leader = city.leader(self.unit, stage.now.day());
        let (kind, body) = match step {
            PaperStep::Create => (
                "document.created.v1",
                object! {
                    "doc_no": &self.doc_no, "title": self.title, "formed_on": stage.now.day(),
                    "secrecy_level": "无", "disclosure_attr": "主动", "file_hash": stage.draw.hex(64),
                },
            ),
            PaperStep::Review => (
                "document.secrecy_reviewed.v1",
                object! {
                    "doc_no": &self.doc_no, "reviewer": &city.officers[leader].id,
                    "result": "可以公开",
                },
            ),
            PaperStep::Publish => (
                "document.published.v1",
                object! {
                    "doc_no": &self.doc_no, "title": self.title, "at": stage.now,
                    "url": format!("https://www.shili.example/wj/{}", local_part(&self.stream)),
                },
            ),
        };
        let act = Act::new(kind, self.stream.clone(), stage.now, Source::Office, body)
            .actor(city.officer_actor(leader, "签发人"))
            .venue(object! { "kind": "unit_premises" });
        let dated = matches!(step, PaperStep::Create);
        stage.record(if dated { act.day_only() } else { act });
    }
}

#[derive(Clone, Copy, Debug)]
enum RequestStep {
    Receive { due: Day },
    Answer,
}

struct Request {
    stream: String,
    unit: usize,
    person: Person,
    request_no: String,
}

/// Someone asks for information.
pub(in crate::demo) struct RequestOpening;

impl Script for RequestOpening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let unit = city.unit_index(stage.draw.pick(&["府办", "自规", "住建", "环境"]));
        let sign = city.units[unit].sign();
        let today = stage.now.day();
        let request = Request {
            stream: stage.registers.open_file("990100", File::Disclosure, today),
            unit,
            person: Person::drawn(stage.draw),
            request_no: stage.registers.document_no(unit, &sign, Series::Disclosure, today),
        };
        let mut draw = stage.draw.fork();
        let mut pace = Pace::new(&city.calendar, stage.now);
        let due = city.calendar.after(pace.day(), ANSWER_WD);
        let mut plan = vec![(pace.at, RequestStep::Receive { due })];
        let days = if draw.per_mille(120) { ANSWER_WD } else { draw.between(3, ANSWER_WD - 1) };
        plan.push((pace.workdays(&mut draw, days), RequestStep::Answer));
        stage.start(stage.now, draw, Box::new(Planned::new(request, plan)));
        None
    }
}

impl Request {
    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let actor = stage.city.unit_actor(self.unit, "公开机构");
        Act::new(kind, self.stream.clone(), stage.now, Source::Office, body)
            .actor(actor)
            .party(&self.person.id, "申请人")
            .venue(object! { "kind": "unit_premises" })
    }
}

impl Case for Request {
    type Beat = RequestStep;

    fn perform(&mut self, step: RequestStep, stage: &mut Stage<'_>) {
        let act = match step {
            RequestStep::Receive { due } => {
                let body = object! {
                    "request_no": &self.request_no, "applicant": self.person.applicant(),
                    "due": due, "subject": "申请公开项目审批相关文件",
                };
                self.act(stage, "disclosure.request.received.v1", body)
            }
            RequestStep::Answer => {
                let kinds = ["予以公开", "部分公开", "信息不存在", "已主动公开"];
                let body = object! {
                    "request_no": &self.request_no, "answer_kind": stage.draw.pick(&kinds),
                    "at": stage.now, "answer_hash": stage.draw.hex(64),
                };
                self.act(stage, "disclosure.request.answered.v1", body)
                    .basis(&[("政府信息公开条例", "36")])
            }
        };
        stage.record(act);
    }
}
