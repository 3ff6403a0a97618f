//! The warning of a first violation: put it right in time and nothing follows.

use super::Penalty;
use crate::demo::act::object;
use crate::demo::moment::Day;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

impl Penalty {
    pub(super) fn order_rectification(&mut self, deadline: Day, stage: &mut Stage<'_>) {
        let spec = self.ground(stage.city).spec;
        self.rectification_no = self.number(stage, Series::Rectification);
        let doc = self.doc("整改通知书", &self.rectification_no, stage);
        let body = object! {
            "notice_no": &self.rectification_no, "requirements": vec![spec.requirement],
            "deadline": deadline, "served_at": stage.now, "served_how": "直接",
        };
        let act = self.by_handler(stage, "penalty.rectification.notice.issued.v1", body);
        stage.record(act.basis(&[("行政处罚法", "28"), ("行政处罚法", "33")]).doc(doc));
    }

    pub(super) fn extend_deadline(&mut self, deadline: Day, stage: &mut Stage<'_>) {
        let body = object! {
            "new_deadline": deadline, "reason": "设备采购到货延期,当事人已提交说明",
            "notice_no": &self.rectification_no,
        };
        let act = self.by_handler(stage, "penalty.rectification.deadline.extended.v1", body);
        stage.record(act);
    }

    pub(super) fn report_rectification(&mut self, stage: &mut Stage<'_>) {
        let spec = self.ground(stage.city).spec;
        let body = object! {
            "evidence": vec![stage.draw.hex(64), stage.draw.hex(64)],
            "notice_no": &self.rectification_no,
            "summary": format!("已按要求{}", spec.requirement),
        };
        let act = self.by_party(stage, "penalty.rectification.reported.v1", body);
        stage.record(act);
    }

    /// By the notice, or by the order to correct in the decision.
    pub(super) fn reinspect(&mut self, passed: bool, stage: &mut Stage<'_>) {
        let ordered = (!self.rectification_no.is_empty()).then_some(&self.rectification_no);
        let body = object! {
            "on": stage.now.day(), "result": if passed { "合格" } else { "不合格" },
            "officers": self.handlers(stage.city), "record_hash": stage.draw.hex(64),
            "notice_no": ordered,
        };
        let act = self.by_handler(stage, "penalty.rectification.reinspected.v1", body);
        stage.record(act);
    }

    pub(super) fn exempt(&mut self, stage: &mut Stage<'_>) {
        self.decision_no = self.number(stage, Series::NoPenalty);
        let doc = self.doc("不予行政处罚决定书", &self.decision_no, stage);
        let body = object! {
            "decision_no": &self.decision_no, "ground": "首违告诫",
            "education": "已当面说明违法后果并发放合规指引", "decision_date": stage.now.day(),
        };
        let act = self.by_leader(stage, "penalty.exempted.decided.v1", body);
        stage.record(act.basis(&[("行政处罚法", "33")]).doc(doc));
    }
}
