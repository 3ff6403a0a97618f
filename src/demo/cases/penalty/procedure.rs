//! From filing to the eve of the decision.

use super::{HEARING_FEN, Penalty};
use crate::demo::act::{Act, ToValue, Value, object};
use crate::demo::city::parties::PARKS;
use crate::demo::moment::Day;
use crate::demo::names;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

impl Penalty {
    fn leader_id<'a>(&self, stage: &Stage<'a>) -> &'a String {
        let city = stage.city;
        &city.officers[city.leader(self.ground(city).unit, stage.now.day())].id
    }

    /// The legal office of the organ: takes no part in investigations.
    fn legal(&self, stage: &Stage<'_>) -> usize {
        stage.city.staff[self.ground(stage.city).unit].legal[0]
    }

    fn by_legal(
        &self,
        stage: &Stage<'_>,
        kind: &'static str,
        role: &'static str,
        body: Value,
    ) -> Act {
        self.act(stage, kind, body)
            .actor(stage.city.officer_actor(self.legal(stage), role))
            .venue(object! { "kind": "unit_premises" })
    }

    pub(super) fn file(&mut self, stage: &mut Stage<'_>) {
        self.case_no = self.number(stage, Series::PenaltyCase);
        let body = object! {
            "case_no": &self.case_no, "filed_on": stage.now.day(),
            "handlers": self.handlers(stage.city), "approver": self.leader_id(stage),
            "ground_code": self.ground(stage.city).spec.code,
        };
        let act = self.by_leader(stage, "penalty.case.filed.v1", body);
        stage.record(act.basis(&[("行政处罚法", "54")]));
    }

    pub(super) fn investigate(&mut self, stage: &mut Stage<'_>) {
        let kind = stage.draw.pick(&["询问", "勘验", "调取", "鉴定"]);
        let persons = (kind == "询问").then(|| vec![names::person(stage.draw)]);
        let body = object! {
            "kind": kind, "evidence_hash": stage.draw.hex(64), "persons": persons,
            "notes": "笔录经当事人核对签字,证据链完整", "officers": self.handlers(stage.city),
        };
        let act = self.by_handler(stage, "penalty.investigation.step.v1", body);
        stage.record(act.basis(&[("行政处罚法", "54")]));
    }

    pub(super) fn preserve(&mut self, stage: &mut Stage<'_>) {
        let due = stage.city.calendar.after(stage.now.day(), 7);
        let body = object! {
            "notice_no": self.number(stage, Series::Coercion), "due": due,
            "list_hash": stage.draw.hex(64), "approver": self.leader_id(stage),
        };
        let act = self.by_handler(stage, "penalty.evidence.preserved.v1", body);
        stage.record(act.basis(&[("行政处罚法", "56")]));
    }

    pub(super) fn dispose_evidence(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "disposal": "解除保存,退还当事人", "list_hash": stage.draw.hex(64) };
        let act = self.by_handler(stage, "penalty.evidence.disposed.v1", body);
        stage.record(act.basis(&[("行政处罚法", "56")]));
    }

    pub(super) fn approve_coercion(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "kind": "扣押财物", "basis": "行政强制法第十八条", "approver": self.leader_id(stage),
            "urgent": false,
        };
        let act = self.by_leader(stage, "coercion.approved.v1", body);
        stage.record(act.basis(&[("行政强制法", "18")]));
    }

    pub(super) fn impose_coercion(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let decision_no = self.number(stage, Series::Coercion);
        let doc = self.doc("扣押决定书及清单", &decision_no, stage);
        let region = city.enterprises[self.enterprise].region;
        let address = names::address(crate::demo::city::units::REGIONS[region].name, stage.draw);
        let body = object! {
            "decision_no": decision_no, "object_kind": "其他", "list_hash": stage.draw.hex(64),
            "officers": self.handlers(city), "party_present": true, "term_days": 30i64,
            "from": stage.now.day(), "address": address,
        };
        let act = self.by_handler(stage, "coercion.imposed.v1", body);
        let act = act.venue(object! { "kind": "enterprise" });
        stage.record(act.basis(&[("行政强制法", "24"), ("行政强制法", "25")]).doc(doc));
    }

    pub(super) fn lift_coercion(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "reason": "已完成取证,无需继续扣押", "returned_list": stage.draw.hex(64),
        };
        let act = self.by_handler(stage, "coercion.lifted.v1", body);
        stage.record(act.basis(&[("行政强制法", "28")]));
    }

    pub(super) fn conclude(&mut self, stage: &mut Stage<'_>) {
        let tier = self.tier(stage.city);
        let body = object! {
            "proposal": format!("建议按{}档次下限处罚", tier.name), "tier_id": tier.id,
            "proposed_fen": self.amount_fen, "report_hash": stage.draw.hex(64),
        };
        let act = self.by_handler(stage, "penalty.investigation.concluded.v1", body);
        stage.record(act.basis(&[("行政处罚法", "57")]));
    }

    pub(super) fn review_legality(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "required_ground": "58-1", "opinion": "事实清楚,证据确凿,程序合法,裁量适当",
            "reviewer": &stage.city.officers[self.legal(stage)].id,
            "report_hash": stage.draw.hex(64),
        };
        let act = self.by_legal(stage, "penalty.legal_review.done.v1", "法制审核人员", body);
        stage.record(act.basis(&[("行政处罚法", "58")]));
    }

    pub(super) fn notify_park(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let Some(park) = city.enterprises[self.enterprise].park else { return };
        let body = object! {
            "to": PARKS[park].0, "authority": PARKS[park].2, "sent_at": stage.now,
            "letter_no": self.number(stage, Series::Notification),
            "content_summary": "拟对园区企业作出行政处罚,事先告知",
        };
        let act = self.by_handler(stage, "penalty.park_notification.sent.v1", body);
        stage.record(act);
    }

    pub(super) fn notify_authority(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "to": &stage.city.unit("工信").id, "sent_at": stage.now,
            "letter_no": self.number(stage, Series::Notification),
            "content_summary": "拟对企业作出行政处罚,事先告知主管部门",
        };
        let act = self.by_handler(stage, "penalty.authority_notification.sent.v1", body);
        stage.record(act);
    }

    pub(super) fn prior_notice(&mut self, stage: &mut Stage<'_>) {
        let spec = self.ground(stage.city).spec;
        let notice_no = self.number(stage, Series::PriorNotice);
        let doc = self.doc("行政处罚事先告知书", &notice_no, stage);
        let body = object! {
            "notice_no": notice_no,
            "proposed": object! { "kind": "罚款", "amount_fen": self.amount_fen },
            "facts": format!("当事人{}", spec.name),
            "basis": format!("{}第{}条", spec.law.0, spec.law.1),
            "rights": "五日内可以陈述、申辩",
            "hearing_right": self.amount_fen >= HEARING_FEN,
        };
        let act = self.by_handler(stage, "penalty.prior_notice.served.v1", body);
        stage.record(act.basis(&[("行政处罚法", "44")]).doc(doc));
    }

    pub(super) fn waive_statement(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "waived_on": stage.now.day(), "record_hash": stage.draw.hex(64) };
        let act = self.by_party(stage, "penalty.statement.waived.v1", body);
        stage.record(act);
    }

    pub(super) fn make_statement(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "content": "对违法事实无异议,请求从轻处理", "record_hash": stage.draw.hex(64),
        };
        let act = self.by_party(stage, "penalty.statement.made.v1", body);
        stage.record(act.basis(&[("行政处罚法", "45")]));
    }

    pub(super) fn review_statement(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "adopted": "已按裁量基准下限拟定,不再调整", "record_hash": stage.draw.hex(64) };
        let act = self.by_handler(stage, "penalty.statement.reviewed.v1", body);
        stage.record(act.basis(&[("行政处罚法", "45")]));
    }

    pub(super) fn request_hearing(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "requested_on": stage.now.day(), "record_hash": stage.draw.hex(64) };
        let act = self.by_party(stage, "penalty.hearing.requested.v1", body);
        stage.record(act.basis(&[("行政处罚法", "64")]));
    }

    pub(super) fn notify_hearing(&mut self, on: Day, stage: &mut Stage<'_>) {
        let body = object! {
            "dates": vec![on], "host": &stage.city.officers[self.legal(stage)].id,
            "place": "听证室", "served_at": stage.now,
        };
        let act = self.by_legal(stage, "penalty.hearing.notified.v1", "听证主持人", body);
        stage.record(act.basis(&[("行政处罚法", "64")]));
    }

    pub(super) fn hold_hearing(&mut self, stage: &mut Stage<'_>) {
        let people: Vec<Value> = (0..2).map(|_| names::person(stage.draw).value()).collect();
        let body = object! {
            "dates": vec![stage.now.day()], "participants": people,
            "host": &stage.city.officers[self.legal(stage)].id,
            "minutes_hash": stage.draw.hex(64),
        };
        let act = self.by_legal(stage, "penalty.hearing.held.v1", "听证主持人", body);
        stage.record(act.basis(&[("行政处罚法", "64")]));
    }

    pub(super) fn discuss(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let staff = &city.staff[self.ground(city).unit];
        let members: Vec<&String> = [city.leader(self.ground(city).unit, stage.now.day())]
            .iter()
            .chain(&staff.deputies)
            .chain(&staff.legal)
            .map(|officer| &city.officers[*officer].id)
            .collect();
        let body = object! {
            "members": members, "opinions": "一致同意按拟定档次下限处罚",
            "minutes_hash": stage.draw.hex(64),
            "meeting_no": self.number(stage, Series::Meeting),
        };
        let act = self.by_leader(stage, "penalty.collective_discussion.held.v1", body);
        stage.record(act.basis(&[("行政处罚法", "57")]));
    }
}
