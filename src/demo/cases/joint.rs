//! Parallel approvals 并联审批: one master file, a sub-file at each unit, one
//! decision within 45 working days (§3.11.2).

use super::{Case, Planned};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::city::City;
use crate::demo::city::items::{Disposition, catalogue_version};
use crate::demo::identifiers::local_part;
use crate::demo::identifiers::phone;
use crate::demo::moment::{Day, Moment};
use crate::demo::names;
use crate::demo::pace::Pace;
use crate::demo::prng::Draw;
use crate::demo::registers::{File, Series};
use crate::demo::world::{Script, Stage};

/// Working days by law for joint handling (行政许可法 art. 42).
const LEGAL_WD: i64 = 45;
/// Working days promised for the whole and for each unit.
const PROMISED_WD: i64 = 30;
const OPINION_WD: i64 = 15;
/// Units that take part in projects.
const TAKING_PART: [&str; 6] = ["自规", "环境", "水利", "消防", "住建", "发改"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Submit,
    Receive,
    Accept,
    Dispatch,
    Confirm(usize),
    Convene { on: Day },
    Attend,
    Opine(usize),
    Decide,
    Deliver,
    Close,
    Publish,
}

/// One unit's part.
struct Part {
    stream: String,
    item: usize,
    officer: usize,
    /// Sends a written opinion and a reason instead of coming to the meeting.
    excused: bool,
}

pub(super) struct Joint {
    stream: String,
    owner: usize,
    project: Option<usize>,
    lead: usize,
    parts: Vec<Part>,
    decision_no: String,
    decided: String,
}

/// Opens one joint case when its moment comes.
pub(super) struct Opening;

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        open(stage, None);
        None
    }
}

/// A joint case of an enterprise, decided after so many working days.
pub(in crate::demo) struct Laid {
    pub enterprise: usize,
    pub used: i64,
}

impl Script for Laid {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        open(stage, Some(self));
        None
    }
}

fn open(stage: &mut Stage<'_>, laid: Option<&Laid>) {
    let city = stage.city;
    let mut signs = TAKING_PART.to_vec();
    while signs.len() > 3 + usize::from(stage.draw.per_mille(400)) {
        let out = stage.draw.below(signs.len() as u64) as usize;
        signs.remove(out);
    }
    let parts: Vec<Part> = signs.iter().map(|sign| part(sign, laid.is_some(), stage)).collect();
    let project = stage.draw.below(city.projects.len().max(1) as u64) as usize;
    let project = city.projects.get(project).map(|_| project).filter(|_| laid.is_none());
    let case = Joint {
        stream: stage.registers.open_file("990100", File::Joint, stage.now.day()),
        owner: match (laid, project) {
            (Some(laid), _) => laid.enterprise,
            (None, Some(at)) => city.projects[at].owner,
            (None, None) => city.any_enterprise(stage.draw),
        },
        project,
        lead: city.items[parts[0].item].unit,
        parts,
        decision_no: String::new(),
        decided: String::new(),
    };
    let mut draw = stage.draw.fork();
    let used = laid.map(|laid| laid.used);
    let plan = plan(city, &mut draw, &case, stage.now, used);
    stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
}

fn part(sign: &str, planted: bool, stage: &mut Stage<'_>) -> Part {
    let city = stage.city;
    let unit = city.unit_index(sign);
    let item = city.pick_item(stage.draw, |item| {
        let fits = item.unit == unit && item.disposition == Disposition::Retained;
        fits.then_some(item.spec.weight)
    });
    Part {
        stream: stage.registers.open_file("990100", File::Approval, stage.now.day()),
        item,
        officer: stage.draw.pick(&city.staff[unit].handlers),
        excused: stage.draw.per_mille(60) && !planted,
    }
}

fn plan(
    city: &City,
    draw: &mut Draw,
    case: &Joint,
    start: Moment,
    laid: Option<i64>,
) -> Vec<(Moment, Beat)> {
    let calendar = &city.calendar;
    let mut pace = Pace::new(calendar, start);
    let mut beats = vec![(pace.at, Beat::Submit)];
    beats.push((pace.minutes(draw, 3, 30), Beat::Receive));
    let days = draw.between(0, 2);
    beats.push((pace.workdays(draw, days), Beat::Accept));
    let accepted = pace.day();
    beats.push((pace.same_day(draw, 5, 60), Beat::Dispatch));
    let dispatched = pace.at;
    for index in 0..case.parts.len() {
        let mut own = Pace::new(calendar, dispatched);
        let days = draw.between(0, 1);
        beats.push((own.workdays(draw, days), Beat::Confirm(index)));
    }
    let days = draw.between(2, 3);
    let convened = pace.workdays(draw, days);
    let meeting = calendar.after(convened.day(), draw.between(2, 5));
    beats.push((convened, Beat::Convene { on: meeting }));
    let met = meeting.at(14, 30);
    beats.push((met, Beat::Attend));
    let mut latest = met;
    for (index, part) in case.parts.iter().enumerate() {
        let used = calendar.between(accepted, meeting);
        // One opinion in ten comes on the last day that was set.
        let days = if draw.per_mille(100) {
            OPINION_WD
        } else {
            draw.between((used + 1).min(OPINION_WD), OPINION_WD - 1)
        };
        let day = calendar.after(accepted, days);
        let given = if part.excused { met.plus(-150) } else { day.at(10, draw.between(0, 89)) };
        latest = latest.max(given);
        beats.push((given, Beat::Opine(index)));
    }
    let opined = calendar.between(accepted, latest.day());
    let drawn = draw.between(opined + 1, PROMISED_WD);
    let used = laid.unwrap_or(drawn);
    let mut pace = Pace::new(calendar, latest);
    let decided = pace.on(draw, calendar.after(accepted, used));
    beats.push((decided, Beat::Decide));
    let days = draw.between(0, 5);
    beats.push((pace.workdays(draw, days), Beat::Deliver));
    beats.push((pace.same_day(draw, 5, 60), Beat::Close));
    let published = calendar.after(decided.day(), draw.between(1, 7));
    beats.push((published.at(9, draw.between(0, 150)), Beat::Publish));
    beats
}

impl Joint {
    fn window(&self, city: &City) -> Value {
        city.window_venue(city.window(self.lead, false))
    }

    /// An act in the master file by the lead unit's representative.
    fn act(&self, stage: &Stage<'_>, kind: &'static str, role: &'static str, body: Value) -> Act {
        let city = stage.city;
        let officer = city.staff[self.lead].representatives[0];
        Act::new(kind, self.stream.clone(), stage.now, Source::Platform, body)
            .party(&city.enterprises[self.owner].id, "申请人")
            .item(&city.items[self.parts[0].item].code, catalogue_version(stage.now.day()))
            .actor(city.officer_actor(officer, role))
            .venue(self.window(city))
    }

    /// An act of the unit that has a part, in the master file.
    fn part_act(&self, stage: &Stage<'_>, index: usize, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        let part = &self.parts[index];
        let item = &city.items[part.item];
        Act::new(kind, self.stream.clone(), stage.now, Source::Platform, body)
            .party(&city.enterprises[self.owner].id, "申请人")
            .item(&item.code, catalogue_version(stage.now.day()))
            .actor(city.officer_actor(part.officer, "承办人"))
            .venue(city.window_venue(city.window(item.unit, false)))
    }

    /// What the same unit writes in its own file, under the master.
    fn own_act(&self, stage: &Stage<'_>, index: usize, kind: &'static str, body: Value) -> Act {
        self.part_act(stage, index, kind, body)
            .in_stream(self.parts[index].stream.clone())
            .links(object! { "parent_case": &self.stream })
    }

    fn units<'a>(&self, city: &'a City) -> Vec<&'a String> {
        self.parts.iter().map(|part| &city.units[city.items[part.item].unit].id).collect()
    }

    fn number(&self, stage: &mut Stage<'_>, series: Series) -> String {
        let sign = stage.city.units[self.lead].sign();
        stage.registers.document_no(self.lead, &sign, series, stage.now.day())
    }

    fn submit(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let owner = &city.enterprises[self.owner];
        let materials: Vec<Value> = ["并联审批申请表", "项目批准文件"]
            .iter()
            .map(|name| object! { "name": *name, "hash": stage.draw.hex(64), "copies": 1i64 })
            .collect();
        let contact = object! { "name": names::person(stage.draw), "phone": phone(stage.draw) };
        let project = self.project.map(|index| &city.projects[index].code);
        let body = object! {
            "application_no": self.number(stage, Series::Application), "item": "建设项目并联审批",
            "applicant": owner.applicant(), "channel": "窗口", "materials": materials,
            "project_code": project, "wants_green_channel": project.is_some(), "contact": contact,
        };
        let act = Act::new(
            "approval.application.submitted.v1",
            self.stream.clone(),
            stage.now,
            Source::Platform,
            body,
        )
        .party(&owner.id, "申请人")
        .actor(object! { "role": "申请人", "party": &owner.id })
        .venue(self.window(city));
        stage.record(act);
    }

    fn receive(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let body = object! {
            "receipt_no": self.number(stage, Series::Receipt), "received_at": stage.now,
            "list_hash": stage.draw.hex(64),
            "window": &city.windows[city.window(self.lead, false)].id,
        };
        let act = self.act(stage, "approval.materials.received.v1", "窗口人员", body);
        stage.record(act);
    }

    fn accept(&self, stage: &mut Stage<'_>) {
        let today = stage.now.day();
        let known = |n| stage.city.calendar.after_as_known(today, n, today);
        let (legal_due, open) = known(LEGAL_WD);
        let (promised_due, _) = known(PROMISED_WD);
        let body = object! {
            "acceptance_no": self.number(stage, Series::Acceptance), "accepted_on": today,
            "legal_due": legal_due, "promised_due": promised_due,
            "calendar_version": stage.city.calendar.version(today), "due_provisional": open.then_some(true),
            "receipt_hash": stage.draw.hex(64),
        };
        let act = self.act(stage, "approval.acceptance.granted.v1", "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "26"), ("行政许可法", "32")]));
    }

    /// Master opened, first handler named and every part sent out, in one group.
    fn dispatch(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let due = city.calendar.after(stage.now.day(), LEGAL_WD);
        let opinion_due = city.calendar.after(stage.now.day(), OPINION_WD);
        let lead = &city.units[self.lead].id;
        let items: Vec<&String> =
            self.parts.iter().map(|part| &city.items[part.item].code).collect();
        let opened = object! {
            "lead_unit": lead, "items": items, "mode": "联合", "due": due,
            "subcases": self.parts.iter().map(|part| &part.stream).collect::<Vec<_>>(),
        };
        let first = object! { "matter": &self.stream, "unit": lead };
        let centre = city.centre_actor(0);
        let mut acts = vec![
            self.act(stage, "joint.case.opened.v1", "牵头单位", opened)
                .basis(&[("行政许可法", "26")]),
            self.act(stage, "matter.first_handler.designated.v1", "牵头单位", first),
        ];
        for (index, part) in self.parts.iter().enumerate() {
            let unit = &city.units[city.items[part.item].unit].id;
            let body = object! { "subcase": &part.stream, "unit": unit, "due": opinion_due };
            acts.push(
                self.part_act(stage, index, "joint.subcase.dispatched.v1", body)
                    .recorder(centre.clone()),
            );
        }
        stage.record_together(acts);
    }

    fn confirm(&self, index: usize, stage: &mut Stage<'_>) {
        let city = stage.city;
        let part = &self.parts[index];
        let body = object! {
            "subcase": &part.stream, "acknowledged_by": &city.officers[part.officer].id,
            "unit": &city.units[city.items[part.item].unit].id, "acknowledged_at": stage.now,
        };
        let confirmed = self.part_act(stage, index, "joint.subcase.receipt_confirmed.v1", body);
        let body = object! { "handler": &city.officers[part.officer].id };
        let assigned = self.own_act(stage, index, "approval.case.assigned.v1", body);
        let body = object! { "stage": "会签审查", "role": "承办人", "wd_planned": OPINION_WD };
        let started = self.own_act(stage, index, "approval.stage.started.v1", body);
        stage.record_together(vec![confirmed, assigned, started]);
    }

    fn convene(&self, on: Day, stage: &mut Stage<'_>) {
        let body = object! {
            "time": on.at(14, 30), "place": "市政务服务中心联审会议室",
            "notified": self.units(stage.city), "notice_acknowledged": true,
        };
        let act = self.act(stage, "joint.meeting.convened.v1", "牵头单位", body);
        stage.record(act);
    }

    fn attend(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let unit = |part: &Part| &city.units[city.items[part.item].unit].id;
        let attended: Vec<&String> =
            self.parts.iter().filter(|part| !part.excused).map(unit).collect();
        let reasons: Vec<Value> = self
            .parts
            .iter()
            .filter(|part| part.excused)
            .map(|part| object! { "unit": unit(part), "reason": "应急处置任务,已提交书面意见" })
            .collect();
        let body = object! {
            "time": stage.now, "place": "市政务服务中心联审会议室", "notified": self.units(city),
            "attended": attended, "leave_reasons": reasons, "minutes_hash": stage.draw.hex(64),
        };
        let act = self.act(stage, "joint.meeting.attendance_recorded.v1", "牵头单位", body);
        stage.record(act);
    }

    fn opine(&self, index: usize, stage: &mut Stage<'_>) {
        let city = stage.city;
        let forward = stage.draw.per_mille(40);
        let body = object! {
            "subcase": &self.parts[index].stream,
            "unit": &city.units[city.items[self.parts[index].item].unit].id,
            "opinion": if forward { "同意但需转报" } else { "同意" },
            "reasons": forward.then_some("需报上级主管部门备案"),
            "opinion_hash": stage.draw.hex(64),
        };
        let given = self.part_act(stage, index, "joint.subcase.opinion_given.v1", body);
        let body = object! {
            "stage": "会签审查", "role": "承办人", "opinion": "同意",
            "text": "符合本单位审查要点,同意会签", "wd_used": stage.draw.between(1, OPINION_WD),
        };
        let ended = self.own_act(stage, index, "approval.stage.completed.v1", body);
        let body = object! { "result": "会签完成", "closed_at": stage.now };
        let closed = self.own_act(stage, index, "approval.case.closed.v1", body);
        stage.record_together(vec![given, ended, closed]);
    }

    fn decide(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let today = stage.now.day();
        self.decision_no = self.number(stage, Series::Grant);
        let doc = object! {
            "doc_type": "准予行政许可决定书", "doc_no": &self.decision_no, "doc_date": today,
            "hash_blake3": stage.draw.hex(64), "pages": 3i64,
        };
        let body = object! {
            "decision_no": &self.decision_no, "decision_date": today, "permit_kind": "核准",
            "content": "准予建设项目并联审批所列事项", "valid_from": today,
            "valid_to": today.plus_years(2), "seal_id": city.seal(self.lead),
            "approver": &city.officers[city.staff[self.lead].representatives[0]].id,
        };
        let act = self
            .act(stage, "approval.decision.granted.v1", "批准人", body)
            .basis(&[("行政许可法", "26"), ("行政许可法", "38")])
            .doc(doc);
        self.decided = stage.record(act);
    }

    fn deliver(&self, stage: &mut Stage<'_>) {
        let body = object! {
            "doc": &self.decision_no, "method": "直接", "delivered_at": stage.now,
            "receipt_hash": stage.draw.hex(64), "recipient": names::person(stage.draw),
        };
        let act = self.act(stage, "approval.document.delivered.v1", "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "44")]));
    }

    fn close(&self, stage: &mut Stage<'_>) {
        let body = object! {
            "result": "准予", "closed_at": stage.now,
            "archive_no": format!("DA-{}", local_part(&self.stream)),
        };
        let act = self.act(stage, "approval.case.closed.v1", "窗口人员", body);
        stage.record(act);
    }

    fn publish(&self, stage: &mut Stage<'_>) {
        let name = local_part(&self.stream);
        let body = object! {
            "doc_no": &self.decision_no, "case_ref": &self.stream, "at": stage.now,
            "url": format!("https://www.shili.example/xk/{name}"),
            "channels": vec!["门户网站", "信用网站"],
        };
        let act = self
            .act(stage, "document.published.v1", "公开经办人", body)
            .links(object! { "causes": vec![&self.decided] });
        stage.record(act);
    }
}

impl Case for Joint {
    type Beat = Beat;

    fn perform(&mut self, beat: Beat, stage: &mut Stage<'_>) {
        match beat {
            Beat::Submit => self.submit(stage),
            Beat::Receive => self.receive(stage),
            Beat::Accept => self.accept(stage),
            Beat::Dispatch => self.dispatch(stage),
            Beat::Confirm(index) => self.confirm(index, stage),
            Beat::Convene { on } => self.convene(on, stage),
            Beat::Attend => self.attend(stage),
            Beat::Opine(index) => self.opine(index, stage),
            Beat::Decide => self.decide(stage),
            Beat::Deliver => self.deliver(stage),
            Beat::Close => self.close(stage),
            Beat::Publish => self.publish(stage),
        }
    }
}
