//! The decision, what is handed out, and what comes after.

use super::{Applicant, Approval, Path};
use crate::demo::act::{Act, Article, Source, Value, object};
use crate::demo::identifiers::local_part;
use crate::demo::names;
use crate::demo::registers::{File, Series};
use crate::demo::world::Stage;

/// Grade, whether it is bad, weight.
const GRADES: [(&str, bool, u64); 5] = [
    ("非常满意", false, 620),
    ("满意", false, 280),
    ("基本满意", false, 70),
    ("不满意", true, 22),
    ("非常不满意", true, 8),
];

impl Approval {
    fn basis(&self, stage: &Stage<'_>) -> [Article; 2] {
        [self.item(stage.city).spec.law, ("行政许可法", "38")]
    }

    fn decision_doc(&self, title: &'static str, stage: &mut Stage<'_>) -> Value {
        object! {
            "doc_type": title, "doc_no": &self.decision_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 2i64,
            "seal_id": stage.city.seal(self.item(stage.city).unit),
        }
    }

    pub(super) fn grant(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let today = stage.now.day();
        self.decision_no = self.number(stage, Series::Grant);
        let item = self.item(city);
        let years = if item.spec.certificate.is_some() { 5 } else { 2 };
        let body = object! {
            "decision_no": &self.decision_no, "decision_date": today,
            "permit_kind": item.spec.permit_kind, "content": format!("准予{}", item.name),
            "valid_from": today, "valid_to": today.plus_years(years),
            "on_the_spot": item.instant().then_some(true),
            "approver": &city.officers[self.approver].id, "seal_id": city.seal(item.unit),
        };
        let doc = self.decision_doc("准予行政许可决定书", stage);
        let act = self
            .at_window(stage, "approval.decision.granted.v1", self.approver, "批准人", body)
            .basis(&self.basis(stage))
            .doc(doc);
        self.decide(act, stage);
    }

    pub(super) fn commit(&mut self, stage: &mut Stage<'_>) {
        self.decision_no = self.number(stage, Series::Commitment);
        let verify_by = stage.city.calendar.after(stage.now.day(), 40);
        let body = object! {
            "decision_no": &self.decision_no, "commitment_doc": stage.draw.hex(64),
            "due_materials": vec!["检验报告"], "verify_by": verify_by,
            "approver": &stage.city.officers[self.approver].id,
        };
        let doc = self.decision_doc("告知承诺书", stage);
        let act = self
            .at_window(stage, "approval.commitment.decided.v1", self.approver, "批准人", body)
            .basis(&self.basis(stage))
            .doc(doc);
        self.decide(act, stage);
    }

    pub(super) fn refuse(&mut self, stage: &mut Stage<'_>) {
        self.decision_no = self.number(stage, Series::Refusal);
        let body = object! {
            "decision_no": &self.decision_no, "date": stage.now.day(),
            "reasons": vec!["场所条件不符合目录所列第二项许可条件"],
            "remedies": "六十日内申请复议,或六个月内提起诉讼",
            "approver": &stage.city.officers[self.approver].id,
        };
        let doc = self.decision_doc("不予行政许可决定书", stage);
        let act = self
            .at_window(stage, "approval.decision.refused.v1", self.approver, "批准人", body)
            .basis(&self.basis(stage))
            .doc(doc);
        self.decide(act, stage);
    }

    /// Records the decision together with the use of the seal on it.
    fn decide(&mut self, decision: Act, stage: &mut Stage<'_>) {
        let city = stage.city;
        let seal = city.seal(self.item(city).unit);
        let body = object! {
            "seal": &seal, "case_ref": &self.stream, "doc_no": &self.decision_no,
            "by": &city.officers[self.approver].id, "venue": city.windows[self.window].hall,
        };
        let used = Act::new("hall.seal.used.v1", seal, stage.now, Source::Platform, body)
            .actor(city.officer_actor(self.approver, "用章人"))
            .venue(city.window_venue(self.window));
        let ids = stage.record_together(vec![decision, used]);
        self.decided = ids.into_iter().next().unwrap_or_default();
    }

    pub(super) fn certify(&mut self, stage: &mut Stage<'_>) {
        let kind = self.item(stage.city).spec.certificate;
        let body = object! {
            "cert_type": kind, "cert_no": self.number(stage, Series::Certificate),
            "issued_on": stage.now.day(), "e_cert_id": format!("EC{}", stage.draw.digits(16)),
            "decision_no": &self.decision_no,
        };
        let act =
            self.at_window(stage, "approval.certificate.issued.v1", self.clerk, "窗口人员", body);
        stage.record(act);
    }

    pub(super) fn deliver(&mut self, stage: &mut Stage<'_>) {
        let recipient = match &self.applicant {
            Applicant::Person(person) => person.name.clone(),
            Applicant::Enterprise(_) => names::person(stage.draw),
        };
        let method = if self.online { stage.draw.pick(&["电子", "邮寄"]) } else { "直接" };
        let body = object! {
            "doc": &self.decision_no, "method": method, "delivered_at": stage.now,
            "receipt_hash": stage.draw.hex(64), "recipient": recipient,
        };
        let act =
            self.at_window(stage, "approval.document.delivered.v1", self.clerk, "窗口人员", body);
        stage.record(act.basis(&[("行政许可法", "44")]));
    }

    pub(super) fn close(&mut self, stage: &mut Stage<'_>) {
        let result = match self.path {
            Path::OnCommitment => "告知承诺准予",
            Path::Refused => "不予许可",
            _ => "准予",
        };
        let body = object! {
            "result": result, "closed_at": stage.now,
            "archive_no": format!("DA-{}", local_part(&self.stream)),
        };
        let act = self.at_window(stage, "approval.case.closed.v1", self.clerk, "窗口人员", body);
        stage.record(act);
    }

    /// The decision on the portal and the credit site (双公示).
    pub(super) fn publish(&mut self, stage: &mut Stage<'_>) {
        let name = local_part(&self.stream);
        let body = object! {
            "doc_no": &self.decision_no, "case_ref": &self.stream, "at": stage.now,
            "url": format!("https://www.shili.example/xk/{name}"),
            "channels": vec!["门户网站", "信用网站"],
        };
        let act = self
            .act(stage, "document.published.v1", body)
            .actor(self.officer(stage.city, self.clerk, "公开经办人"))
            .venue(object! { "kind": "platform" })
            .links(object! { "causes": vec![&self.decided] });
        stage.record(act);
    }

    pub(super) fn withdraw(&mut self, stage: &mut Stage<'_>) {
        let reason = stage.draw.pick(&["经营计划调整", "改由其他主体申请", "材料需重新准备"]);
        let act = self.by_applicant(
            stage,
            "approval.application.withdrawn.v1",
            object! { "reason": reason },
        );
        stage.record(act);
    }

    pub(super) fn terminate(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "ground": "申请主体已注销", "explanation": "申请人主体资格终止,无法继续审查" };
        let act =
            self.at_window(stage, "approval.case.terminated.v1", self.approver, "批准人", body);
        stage.record(act);
    }

    /// The applicant rates the service at the terminal beside the window.
    pub(super) fn evaluate(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let (grade, bad, _) = GRADES[stage.draw.weighted(&GRADES.map(|(_, _, weight)| weight))];
        let region = city.region_code(self.item(city).unit);
        let file = stage.registers.open_file(region, File::Evaluation, stage.now.day());
        let reasons = if bad { vec!["等候时间较长"] } else { vec!["办理高效"] };
        let body = object! {
            "case_ref": &self.stream, "window": &city.windows[self.window].id, "grade": grade,
            "reasons": reasons, "evaluator": self.applicant.described(city),
        };
        let act = Act::new(
            "terminal.evaluation.recorded.v1",
            file.clone(),
            stage.now,
            Source::Terminal,
            body,
        )
        .actor(self.applicant.actor(city))
        .party(self.applicant.id(city), "评价人")
        .venue(city.window_venue(self.window))
        .links(object! { "parent_case": &self.stream });
        let id = stage.record(act);
        self.evaluation = bad.then_some((file, id));
    }

    /// A bad rating is looked into and answered within ten working days.
    pub(super) fn follow_up(&mut self, stage: &mut Stage<'_>) {
        let Some((file, rating)) = self.evaluation.take() else { return };
        let body = object! {
            "ref": &rating, "verified": true, "rectified_on": stage.now.day(),
            "measures": vec!["增设导办岗", "致电申请人说明"],
        };
        let act =
            Act::new("terminal.evaluation.followed_up.v1", file, stage.now, Source::Platform, body)
                .actor(self.officer(stage.city, self.approver, "首席代表"))
                .links(object! { "causes": vec![rating], "parent_case": &self.stream });
        stage.record(act);
    }

    /// A slip of the pen in the receipt, mended by two people.
    pub(super) fn correct(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let body = object! {
            "target_event": &self.received, "kind": "笔误更正", "field_path": "/body/list_hash",
            "old_commitment": stage.draw.hex(64), "new_value": stage.draw.hex(64),
            "reason": "材料清单扫描件错页,重新扫描", "evidence": stage.draw.hex(64),
            "requested_by": &city.officers[self.clerk].id,
            "approved_by": &city.officers[self.approver].id,
        };
        let act = self
            .at_window(stage, "correction.recorded.v1", self.clerk, "窗口人员", body)
            .links(object! { "corrects": &self.received });
        stage.record(act);
    }

    pub(super) fn apply_for_alteration(&mut self, stage: &mut Stage<'_>) {
        let fields = vec![object! { "field": "经营场所门牌", "reason": "地名调整" }];
        let body = object! { "fields": fields, "decision_no": &self.decision_no };
        let act = self.by_applicant(stage, "approval.alteration.applied.v1", body);
        stage.record(act);
    }

    pub(super) fn decide_alteration(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "fields": vec![object! { "field": "经营场所门牌", "result": "准予变更" }],
            "decision_no": self.number(stage, Series::Grant), "altered": &self.decision_no,
        };
        let act =
            self.at_window(stage, "approval.alteration.decided.v1", self.approver, "批准人", body);
        stage.record(act.basis(&[("行政许可法", "49")]));
    }
}
