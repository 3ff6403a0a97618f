//! From assignment to the last stage: what happens while the clocks run.

use super::Approval;
use crate::demo::act::{ToValue, Value, object};
use crate::demo::cases::fee;
use crate::demo::moment::Day;
use crate::demo::names;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

/// Notes that officers write beside a stage; sealed as internal.
const NOTES: [&str; 5] = [
    "材料齐全,符合法定形式,拟同意进入下一环节",
    "现场条件与申报一致,建议准予",
    "经比对共享数据,未见不良记录,同意",
    "技术参数符合标准,提请审核",
    "复核无误,同意承办意见",
];

impl Approval {
    /// Who works on a stage: the handler first, then the reviewer.
    fn stage_officer(&self, role: &str) -> usize {
        if role == "承办人" { self.handler } else { self.reviewer }
    }

    pub(super) fn assign(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let id = |officer: usize| &city.officers[officer].id;
        let body = object! {
            "handler": id(self.handler), "reviewer": id(self.reviewer),
            "approver": id(self.approver),
        };
        let act =
            self.at_window(stage, "approval.case.assigned.v1", self.approver, "首席代表", body);
        stage.record(act);
    }

    /// From the window to the desks behind it, inside the same hall.
    pub(super) fn hand_over(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let hall = city.windows[self.window].hall;
        let body = object! {
            "from_venue": &city.windows[self.window].id, "to_venue": format!("{hall}/back-office"),
            "from_officer": &city.officers[self.clerk].id,
            "to_officer": &city.officers[self.handler].id, "reason": "后台集中审查",
            "physical": false,
        };
        let act =
            self.at_window(stage, "approval.handoff.recorded.v1", self.clerk, "窗口人员", body);
        stage.record(act);
    }

    pub(super) fn start_stage(&mut self, index: usize, stage: &mut Stage<'_>) {
        let (name, role, days) = self.item(stage.city).spec.stages[index];
        let body = object! { "stage": name, "role": role, "wd_planned": days };
        let officer = self.stage_officer(role);
        let act = self.at_window(stage, "approval.stage.started.v1", officer, role, body);
        stage.record(act);
    }

    pub(super) fn end_stage(&mut self, index: usize, used: i64, stage: &mut Stage<'_>) {
        let (name, role, _) = self.item(stage.city).spec.stages[index];
        let body = object! {
            "stage": name, "role": role, "opinion": "同意", "wd_used": used,
            "text": stage.draw.pick(&NOTES),
        };
        let officer = self.stage_officer(role);
        let act = self.at_window(stage, "approval.stage.completed.v1", officer, role, body);
        stage.record(act);
    }

    pub(super) fn visit_site(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let second = if self.handler == self.reviewer { self.clerk } else { self.reviewer };
        let officers: Vec<&String> =
            [self.handler, second].iter().map(|index| &city.officers[*index].id).collect();
        let place = names::address(city.unit_region_name(self.item(city).unit), stage.draw);
        let body = object! {
            "officers": officers, "place": place, "findings": "场所、设施与申报材料一致",
            "record_hash": stage.draw.hex(64),
        };
        let act = self
            .act(stage, "approval.site_verification.recorded.v1", body)
            .actor(self.officer(city, self.handler, "承办人"))
            .venue(object! { "kind": "on_site" });
        stage.record(act);
    }

    pub(super) fn start_special(&mut self, expected: i64, stage: &mut Stage<'_>) {
        let kind = self.item(stage.city).spec.special;
        let notice_no = self.number(stage, Series::SpecialProcedure);
        let doc = object! {
            "doc_type": "特别程序告知书", "doc_no": &notice_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
        };
        let body = object! {
            "kind": kind, "expected_wd": expected, "applicant_notified_at": stage.now,
            "notice_no": notice_no, "agency": "示例市公共技术服务平台",
        };
        let act = self.at_window(
            stage,
            "approval.special_procedure.started.v1",
            self.handler,
            "承办人",
            body,
        );
        let act = act.basis(&[("行政许可法", "45")]).doc(doc);
        self.special_notice = stage.record(act);
        if kind == Some("听证") {
            let body = object! {
                "parties": vec![object! { "name": names::person(stage.draw), "capacity": "利害关系人" }],
                "rights": "有权陈述、申辩,有权要求听证",
            };
            let act = self.at_window(
                stage,
                "approval.interested_party.notified.v1",
                self.handler,
                "承办人",
                body,
            );
            stage.record(act.basis(&[("行政许可法", "47")]));
        }
    }

    pub(super) fn announce_hearing(&mut self, on: Day, stage: &mut Stage<'_>) {
        let host = &stage.city.officers[self.reviewer].id;
        let body = object! { "dates": vec![on], "host": host, "place": "市政务服务中心听证室" };
        let act = self.at_window(
            stage,
            "approval.hearing.announced.v1",
            self.reviewer,
            "听证主持人",
            body,
        );
        stage.record(act.basis(&[("行政许可法", "48")]));
    }

    pub(super) fn hold_hearing(&mut self, stage: &mut Stage<'_>) {
        let people: Vec<Value> = (0..3).map(|_| names::person(stage.draw).value()).collect();
        let body = object! {
            "dates": vec![stage.now.day()], "host": &stage.city.officers[self.reviewer].id,
            "minutes_hash": stage.draw.hex(64), "participants": people,
        };
        let act =
            self.at_window(stage, "approval.hearing.held.v1", self.reviewer, "听证主持人", body);
        stage.record(act.basis(&[("行政许可法", "48")]));
    }

    pub(super) fn end_special(&mut self, stage: &mut Stage<'_>) {
        let kind = self.item(stage.city).spec.special;
        let body = object! {
            "ref": &self.special_notice, "kind": kind, "result": "符合条件",
            "result_doc": stage.draw.hex(64), "ended_on": stage.now.day(),
        };
        let act = self.at_window(
            stage,
            "approval.special_procedure.ended.v1",
            self.handler,
            "承办人",
            body,
        );
        stage.record(act.links(object! { "causes": vec![&self.special_notice] }));
    }

    pub(super) fn request_extension(&mut self, days: i64, stage: &mut Stage<'_>) {
        let body = object! { "days": days, "reason": "案情复杂,需进一步核验技术资料" };
        let act =
            self.at_window(stage, "approval.extension.requested.v1", self.handler, "承办人", body);
        stage.record(act);
    }

    pub(super) fn approve_extension(&mut self, days: i64, stage: &mut Stage<'_>) {
        let city = stage.city;
        let item = self.item(city);
        let leader = city.leader(item.unit, stage.now.day());
        let new_due = city.calendar.after(self.accepted_on, item.spec.legal + days);
        let body = object! {
            "days": days, "approver_post": "本机关负责人", "new_due": new_due,
            "approved_at": stage.now,
        };
        let act = self
            .act(stage, "approval.extension.approved.v1", body)
            .actor(self.officer(city, leader, "批准人"))
            .venue(object! { "kind": "platform" });
        stage.record(act.basis(&[("行政许可法", "42")]));
    }

    pub(super) fn notify_extension(&mut self, stage: &mut Stage<'_>) {
        let notice_no = self.number(stage, Series::Extension);
        let doc = object! {
            "doc_type": "延期通知书", "doc_no": &notice_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
        };
        let body = object! {
            "notice_no": notice_no, "reason": "案情复杂,需进一步核验技术资料",
            "served_at": stage.now,
        };
        let act =
            self.at_window(stage, "approval.extension.notified.v1", self.clerk, "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "42")]).doc(doc));
    }

    /// The fee runs on a file of its own and is paid before the decision.
    pub(super) fn charge_fee(&mut self, paid_by: Day, stage: &mut Stage<'_>) {
        let charge = fee::Charge {
            case: self.stream.clone(),
            code: self.item(stage.city).spec.fee,
            payer: self.applicant.id(stage.city).to_owned(),
            payer_described: self.applicant.described(stage.city),
            window: self.window,
            paid_by,
        };
        fee::open(charge, stage);
    }
}
