//! From consultation to acceptance, or to being turned away.

use super::{Applicant, Approval};
use crate::demo::act::{ToValue, Value, object};
use crate::demo::identifiers::phone;
use crate::demo::moment::Day;
use crate::demo::names;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

impl Approval {
    pub(super) fn consult(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "question_code": stage.draw.pick(&["ZX-条件", "ZX-材料", "ZX-时限"]),
            "channel": if self.online { "网上" } else { "窗口" },
            "answer": "已一次性告知办理条件、材料和时限",
            "materials_told": self.item(stage.city).spec.materials.to_vec(),
        };
        let act = self.at_window(
            stage,
            "approval.consultation.recorded.v1",
            self.clerk,
            "窗口人员",
            body,
        );
        stage.record(act);
    }

    pub(super) fn submit(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let item = self.item(city);
        let materials = self.materials(stage);
        let contact = match &self.applicant {
            Applicant::Person(person) => object! { "name": &person.name, "phone": &person.phone },
            Applicant::Enterprise(_) => {
                object! { "name": names::person(stage.draw), "phone": phone(stage.draw) }
            }
        };
        let agent = stage.draw.per_mille(220).then(|| {
            object! { "name": names::person(stage.draw), "phone": phone(stage.draw) }
        });
        let project = self.project.map(|index| &city.projects[index].code);
        let body = object! {
            "application_no": self.number(stage, Series::Application), "item": &item.name,
            "applicant": self.applicant.described(city), "agent": agent,
            "channel": if self.online { "网上" } else { "窗口" }, "materials": materials,
            "project_code": project, "wants_green_channel": project.is_some().then_some(true),
            "contact": contact,
        };
        let act = self.by_applicant(stage, "approval.application.submitted.v1", body);
        stage.record(act);
    }

    fn materials(&self, stage: &mut Stage<'_>) -> Value {
        let names = self.item(stage.city).spec.materials;
        let rows: Vec<Value> = names
            .iter()
            .map(|name| object! { "name": *name, "hash": stage.draw.hex(64), "copies": 1i64 })
            .collect();
        rows.value()
    }

    pub(super) fn receive(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "receipt_no": self.number(stage, Series::Receipt), "received_at": stage.now,
            "list_hash": stage.draw.hex(64), "window": &stage.city.windows[self.window].id,
        };
        let act =
            self.at_window(stage, "approval.materials.received.v1", self.clerk, "窗口人员", body);
        self.received = stage.record(act);
    }

    pub(super) fn correct_on_site(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "corrections": vec!["联系地址填写更正", "签章补盖"] };
        let act = self.by_applicant(stage, "approval.onsite_correction.made.v1", body);
        stage.record(act);
    }

    pub(super) fn request_supplement(&mut self, deadline: Day, stage: &mut Stage<'_>) {
        let item = self.item(stage.city);
        let material = stage.draw.pick(item.spec.materials);
        let wanted = object! {
            "material": material, "reason": "签章或日期不全,不符合法定形式",
            "catalogue_ref": format!("{}#{material}", item.code),
        };
        let notice_no = self.number(stage, Series::Supplement);
        let doc = object! {
            "doc_type": "补正材料通知书", "doc_no": &notice_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
            "seal_id": stage.city.seal(item.unit),
        };
        let body = object! {
            "notice_no": notice_no, "items": vec![wanted], "deadline": deadline, "round_no": 1i64,
            "served_at": stage.now, "served_how": if self.online { "电子" } else { "直接" },
        };
        let act =
            self.at_window(stage, "approval.supplement.requested.v1", self.clerk, "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "32")]).doc(doc));
    }

    pub(super) fn supplement(&mut self, stage: &mut Stage<'_>) {
        let name = stage.draw.pick(self.item(stage.city).spec.materials);
        let material = object! { "name": name, "hash": stage.draw.hex(64), "copies": 1i64 };
        let body = object! { "materials": vec![material], "complete": true };
        let act = self.by_applicant(stage, "approval.supplement.submitted.v1", body);
        stage.record(act);
    }

    pub(super) fn accept(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let today = stage.now.day();
        self.accepted_on = today;
        let item = self.item(city);
        let known = |n| city.calendar.after_as_known(today, n, today);
        let (legal_due, legal_open) = known(item.spec.legal);
        let (promised_due, promise_open) = known(item.promise(today));
        let acceptance_no = self.number(stage, Series::Acceptance);
        let body = object! {
            "acceptance_no": acceptance_no, "accepted_on": today, "legal_due": legal_due,
            "promised_due": if item.instant() { today } else { promised_due },
            "calendar_version": stage.city.calendar.version(today),
            "due_provisional": (legal_open || promise_open).then_some(true),
            "receipt_hash": stage.draw.hex(64),
        };
        let act =
            self.at_window(stage, "approval.acceptance.granted.v1", self.clerk, "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "32")]));
    }

    pub(super) fn refuse_acceptance(&mut self, stage: &mut Stage<'_>) {
        let doc_no = self.number(stage, Series::NotAccepted);
        let doc = object! {
            "doc_type": "不予受理通知书", "doc_no": &doc_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
        };
        let body = object! {
            "notice_no": doc_no, "reason_code": "BS-02",
            "explanation": "申请事项依法不属于本行政机关职权范围",
            "correct_organ": "上一级主管部门", "remedies": "六十日内复议或六个月内诉讼",
        };
        let act =
            self.at_window(stage, "approval.acceptance.refused.v1", self.clerk, "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "32")]).doc(doc));
    }

    pub(super) fn notify_not_required(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "explanation": "该事项已列入2022年取消的79项,无需取得许可,材料退还申请人",
            "batch": "2022-取消79",
        };
        let act = self.at_window(
            stage,
            "approval.not_required.notified.v1",
            self.clerk,
            "窗口人员",
            body,
        );
        stage.record(act.basis(&[("行政许可法", "32")]));
    }
}
