//! Complaints and calls. All but the result lives in the sealed log: that someone
//! complained at all is confidential.

use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::{Case, Planned};
use crate::demo::city::units::Unit;
use crate::demo::identifiers::local_part;
use crate::demo::identifiers::phone;
use crate::demo::moment::Moment;
use crate::demo::names;
use crate::demo::pace::Pace;
use crate::demo::registers::File;
use crate::demo::world::{Script, Stage};

/// Category of problem (specification G1.2), what is said, and what came of it.
const STORIES: [(&str, &str, &str); 6] = [
    ("02", "反映窗口排队时间较长,希望增加人手", "部分属实"),
    ("01", "反映电话咨询多次占线", "部分属实"),
    ("05", "反映进度查询短信未收到", "属实"),
    ("03", "反映两个窗口告知的材料不一致", "不属实"),
    ("06", "反映考务费收取标准疑问", "不属实"),
    ("11", "反映检查时未说明来意", "无法查实"),
];

#[derive(Clone, Copy, Debug)]
enum Step {
    Receive,
    Accept,
    Investigate,
    Resolve,
    Reply,
}

struct Complaint {
    stream: String,
    story: usize,
    unit: usize,
    channel: (&'static str, &'static str),
}

/// Someone complains.
pub(super) struct Opening;

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let units: Vec<usize> =
            (0..city.units.len()).filter(|unit| city.units[*unit].approves()).collect();
        let complaint = Complaint {
            stream: stage.registers.open_file("990100", File::Complaint, stage.now.day()),
            story: stage.draw.below(STORIES.len() as u64) as usize,
            unit: stage.draw.pick(&units),
            channel: stage.draw.pick(&[("HL", "12345热线"), ("OT", "网站"), ("OT", "意见箱")]),
        };
        let mut draw = stage.draw.fork();
        let mut pace = Pace::new(&city.calendar, stage.now);
        // Accepted within five working days, resolved within fifteen (P22).
        let mut plan = vec![(pace.at, Step::Receive)];
        for (low, high, step) in [
            (0, 5, Step::Accept),
            (1, 6, Step::Investigate),
            (1, 7, Step::Resolve),
            (0, 2, Step::Reply),
        ] {
            let days = draw.between(low, high);
            plan.push((pace.workdays(&mut draw, days), step));
        }
        stage.start(stage.now, draw, Box::new(Planned::new(complaint, plan)));
        None
    }
}

impl Complaint {
    fn unit<'a>(&self, stage: &Stage<'a>) -> &'a Unit {
        &stage.city.units[self.unit]
    }

    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        let handler = city.staff[city.unit_index("效能")].others[0];
        Act::new(kind, self.stream.clone(), stage.now, Source::Hotline, body)
            .actor(city.officer_actor(handler, "受理人员"))
            .venue(object! { "kind": "unit_premises" })
    }

    fn receive(&self, stage: &mut Stage<'_>) {
        let (category, text, _) = STORIES[self.story];
        let anonymous = stage.draw.per_mille(250);
        let complainant = (!anonymous).then(|| {
            object! { "name": names::person(stage.draw), "phone": phone(stage.draw) }
        });
        let body = object! {
            "complaint_no": local_part(&self.stream).to_owned(), "channel": self.channel.0,
            "channel_name": self.channel.1, "complainant": complainant, "anonymous": anonymous,
            "about_unit": &self.unit(stage).id, "category": category, "text": text,
            "query_code_hash": stage.draw.hex(64),
        };
        let act = self.act(stage, "complaint.received.v1", body);
        stage.record(act);
    }
}

impl Case for Complaint {
    type Beat = Step;

    fn perform(&mut self, step: Step, stage: &mut Stage<'_>) {
        let result = STORIES[self.story].2;
        let act = match step {
            Step::Receive => return self.receive(stage),
            Step::Accept => {
                let body = object! { "at": stage.now, "reason": "属于受理范围" };
                self.act(stage, "complaint.accepted.v1", body)
            }
            Step::Investigate => {
                let body = object! {
                    "findings": format!("调取监控和业务记录核对,结论:{result}"),
                    "findings_hash": stage.draw.hex(64),
                };
                self.act(stage, "complaint.investigated.v1", body)
            }
            Step::Resolve => {
                let mended = matches!(result, "属实" | "部分属实");
                let measures = if mended {
                    vec!["调整窗口排班", "完善短信提醒"]
                } else {
                    Vec::new()
                };
                let body = object! {
                    "result": result, "measures": measures, "about_unit": &self.unit(stage).id,
                };
                self.act(stage, "complaint.resolved.v1", body)
            }
            Step::Reply => {
                let satisfied = stage.draw.per_mille(880);
                let body = object! { "at": stage.now, "satisfied": satisfied };
                self.act(stage, "complaint.replied.v1", body)
            }
        };
        stage.record(act);
    }
}

/// A call to the hotline that is answered on the spot, on some days.
pub(super) fn call(stage: &mut Stage<'_>) {
    if !stage.draw.per_mille(60) {
        return;
    }
    let city = stage.city;
    let units: Vec<usize> =
        (0..city.units.len()).filter(|unit| city.units[*unit].approves()).collect();
    let unit = stage.draw.pick(&units);
    let at = stage.now.day().at(9, stage.draw.between(50, 59));
    let call_no = format!("RX{}{}", at.day().text().replace('-', ""), stage.draw.digits(3));
    let body = object! {
        "call_no": &call_no, "topic": "咨询办理流程", "unit": &city.units[unit].id,
        "caller": object! { "phone": phone(stage.draw) }, "answered": true,
    };
    let handler = city.staff[city.unit_index("效能")].others[1];
    let act = Act::new(
        "hotline.call.recorded.v1",
        format!("hotline/{call_no}"),
        at,
        Source::Hotline,
        body,
    )
    .actor(city.officer_actor(handler, "话务人员"));
    stage.record(act);
}
