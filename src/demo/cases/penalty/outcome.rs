//! The decision, its service and publication, and the money.

use super::plan::{publicity_class, publicity_days};
use super::{HEARING_FEN, Penalty};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::identifiers::local_part;
use crate::demo::moment::Day;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

impl Penalty {
    pub(super) fn decide(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let spec = self.ground(city).spec;
        let tier = self.tier(city);
        self.decision_no = self.number(stage, Series::Penalty);
        let doc = self.doc("行政处罚决定书", &self.decision_no, stage);
        let leader = city.leader(self.ground(city).unit, stage.now.day());
        let penalty = object! { "kind": "罚款", "amount_fen": self.amount_fen };
        let body = object! {
            "decision_no": &self.decision_no, "decision_date": stage.now.day(),
            "procedure": if self.amount_fen >= HEARING_FEN { "听证" } else { "普通" },
            "ground_code": spec.code, "facts": format!("当事人{},证据确凿", spec.name),
            "basis": format!("{}第{}条", spec.law.0, spec.law.1), "tier_id": tier.id,
            "penalties": vec![penalty], "correction_ordered": true,
            "range": object! { "min_fen": tier.min_fen, "max_fen": tier.max_fen },
            "perform_by": "收到决定书之日起十五日内",
            "remedies": "六十日内申请复议,或六个月内提起诉讼",
            "approver": &city.officers[leader].id,
        };
        let act = self.by_leader(stage, "penalty.decision.made.v1", body);
        self.decided_on = Some(stage.now.day());
        self.decided = stage.record(act.basis(&[spec.law, ("行政处罚法", "57")]).doc(doc));
    }

    pub(super) fn drop_case(&mut self, stage: &mut Stage<'_>) {
        let body = object! { "ground": "违法事实不能成立", "record_hash": stage.draw.hex(64) };
        let act = self.by_leader(stage, "penalty.case.withdrawn.v1", body);
        stage.record(act.basis(&[("行政处罚法", "57")]));
        stage.registers.overturn(&self.stream);
    }

    pub(super) fn transfer(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "to": "有管辖权的上级行政机关", "approved_at": stage.now, "sent_at": stage.now,
            "docs": vec![stage.draw.hex(64)],
        };
        let act = self.by_leader(stage, "penalty.case.transferred.v1", body);
        stage.record(act.basis(&[("行政处罚法", "25")]));
    }

    pub(super) fn serve(&mut self, stage: &mut Stage<'_>) {
        let method = ["直接", "邮寄", "电子"][stage.draw.weighted(&[70, 15, 15])];
        let body = object! {
            "method": method, "at": stage.now, "doc": &self.decision_no,
            "receipt_hash": stage.draw.hex(64),
        };
        let act = self.by_handler(stage, "penalty.document.served.v1", body);
        stage.record(act.basis(&[("行政处罚法", "61")]));
    }

    pub(super) fn publish(&mut self, stage: &mut Stage<'_>) {
        let today = stage.now.day();
        let name = local_part(&self.stream);
        let decided = self.decided_on.unwrap_or(today);
        let body = object! {
            "url": format!("https://www.shili.example/cf/{name}"), "from": today,
            "until": decided.plus(publicity_days(self.amount_fen)),
            "class": publicity_class(self.amount_fen), "decision_no": &self.decision_no,
        };
        let act = self.by_handler(stage, "penalty.published.v1", body);
        stage.record(act.links(object! { "causes": vec![&self.decided] }));
    }

    pub(super) fn expire(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "reason": "公示期满", "decision_no": &self.decision_no,
            "class": publicity_class(self.amount_fen),
        };
        let act = self.timer(stage, "penalty.publicity.expired.v1", body);
        stage.record(act);
    }

    /// Something that time alone brings about.
    fn timer(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let unit = self.ground(stage.city).unit;
        let mut actor = stage.city.unit_actor(unit, "系统");
        actor.set("system", Value::text("timer.990100"));
        let mut act = self.act(stage, kind, body);
        act.source = Source::Timer;
        act.actor(actor)
    }

    pub(super) fn defer(&mut self, until: Day, stage: &mut Stage<'_>) {
        let payment = object! { "due": until, "amount_fen": self.amount_fen };
        let body = object! { "schedule": vec![payment], "reason": "经营暂时困难,经申请批准" };
        let act = self.by_leader(stage, "penalty.payment.deferred.v1", body);
        stage.record(act.basis(&[("行政处罚法", "66")]));
    }

    pub(super) fn start_surcharge(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "rate_per_mille_day": 30i64, "cap_fen": self.amount_fen, "from": stage.now.day(),
        };
        let act = self.timer(stage, "penalty.surcharge.started.v1", body);
        stage.record(act.basis(&[("行政处罚法", "72")]));
    }

    pub(super) fn demand(&mut self, stage: &mut Stage<'_>) {
        let demand_no = self.number(stage, Series::Notification);
        let doc = self.doc("催告书", &demand_no, stage);
        let body = object! {
            "demand_no": demand_no, "served_at": stage.now, "amount_fen": self.amount_fen,
        };
        let act = self.by_handler(stage, "penalty.demand.served.v1", body);
        stage.record(act.basis(&[("行政强制法", "54")]).doc(doc));
    }

    /// Paid at a bank, never to the organ that decided; three per cent for each
    /// day late, up to the fine itself.
    pub(super) fn pay(&mut self, days_late: i64, stage: &mut Stage<'_>) {
        self.surcharge_fen = (self.amount_fen * 3 * days_late / 100).min(self.amount_fen);
        let body = object! {
            "amount_fen": self.amount_fen, "surcharge_fen": self.surcharge_fen, "at": stage.now,
            "channel": "银行代收", "receipt": format!("99{}", stage.draw.digits(10)),
            "decision_no": &self.decision_no,
        };
        let party = &stage.city.enterprises[self.enterprise].id;
        let mut act = self.act(stage, "penalty.fine.paid.v1", body);
        act.source = Source::NonTax;
        let act = act.actor(object! { "role": "当事人", "party": party });
        let act = act.venue(object! { "kind": "platform", "venue_id": "feishui.990100" });
        stage.record(act.basis(&[("行政处罚法", "67")]));
    }

    pub(super) fn stop_surcharge(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "reason": "罚款和加处罚款已缴清", "surcharge_fen": self.surcharge_fen,
        };
        let act = self.by_handler(stage, "penalty.surcharge.stopped.v1", body);
        stage.record(act);
    }

    pub(super) fn performed(&mut self, stage: &mut Stage<'_>) {
        let body = object! {
            "performed_on": stage.now.day(), "decision_no": &self.decision_no,
            "amount_fen": self.amount_fen + self.surcharge_fen,
        };
        let act = self.by_handler(stage, "penalty.performed.v1", body);
        stage.record(act);
    }

    pub(super) fn close(&mut self, result: &'static str, stage: &mut Stage<'_>) {
        let body = object! {
            "result": result, "closed_on": stage.now.day(),
            "archive_no": format!("DA-{}", local_part(&self.stream)),
        };
        let act = self.by_leader(stage, "penalty.case.closed.v1", body);
        stage.record(act);
    }
}
