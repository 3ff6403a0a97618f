//! Fees 收费 that go with an approval: assessed at the lower bound, paid in the
//! hall or through a bank, receipted, remitted, reconciled (§3.11.3).

use super::{Case, Planned};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::city::City;
use crate::demo::city::fees::{Fee, PAYEE, REDUCTIONS, STANDARD_VERSION};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::pace::Pace;
use crate::demo::prng::Draw;
use crate::demo::registers::{File, Series};
use crate::demo::world::{Script, Stage};

/// What an approval asks to be charged.
pub(super) struct Charge {
    /// Stream of the approval.
    pub case: String,
    /// Code of the fee; nothing is charged without one.
    pub code: Option<&'static str>,
    pub payer: String,
    pub payer_described: Value,
    pub window: usize,
    /// Last day of payment, so that the approval need not wait.
    pub paid_by: Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Beat {
    Assess,
    Notify { due: Day },
    Reduce,
    Pay,
    Receipt,
    OrderRefund,
    Refund,
    Remit,
    Reconcile,
}

pub(super) struct FeeCase {
    charge: Charge,
    stream: String,
    fee: usize,
    quantity: i64,
    /// Policy and fen taken off.
    reduction: Option<(&'static str, &'static str, i64)>,
    /// Fen assessed beyond the lower bound, and paid beyond what was assessed: none,
    /// unless it was laid out so.
    over_fen: i64,
    paid_over_fen: i64,
    collector: usize,
    method: &'static str,
    notice_no: String,
    transaction: String,
}

/// A fee of an enterprise with a plan that was laid out beforehand, for a case that
/// the teller of the story names.
pub(in crate::demo) struct Laid {
    pub fee: usize,
    pub quantity: i64,
    pub over_fen: i64,
    pub paid_over_fen: i64,
    /// Half of it is taken off by the published policy.
    pub reduced: bool,
    pub enterprise: usize,
    pub plan: Vec<(Moment, Beat)>,
}

impl Script for Laid {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let it = &city.fees[self.fee];
        let payer = &city.enterprises[self.enterprise];
        let charge = Charge {
            case: String::new(),
            code: Some(it.spec.code),
            payer: payer.id.clone(),
            payer_described: payer.applicant(),
            window: city.window(it.unit, true),
            paid_by: stage.now.day(),
        };
        let (id, condition, per_mille) = REDUCTIONS[0];
        let off = it.spec.lower_fen * self.quantity * per_mille / 1000;
        let case = FeeCase {
            stream: stage.registers.open_file(
                city.region_code(it.unit),
                File::Fee,
                stage.now.day(),
            ),
            fee: self.fee,
            quantity: self.quantity,
            reduction: self.reduced.then_some((id, condition, off)),
            over_fen: self.over_fen,
            paid_over_fen: self.paid_over_fen,
            collector: city.staff[it.unit].collectors[0],
            method: "扫码",
            notice_no: String::new(),
            transaction: format!("FS{}", stage.draw.digits(14)),
            charge,
        };
        let (draw, plan) = (stage.draw.fork(), std::mem::take(&mut self.plan));
        stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
        None
    }
}

/// Opens the fee file now.
pub(super) fn open(charge: Charge, stage: &mut Stage<'_>) {
    let city = stage.city;
    let Some(fee) = city.fees.iter().position(|fee| Some(fee.spec.code) == charge.code) else {
        return;
    };
    let it = &city.fees[fee];
    let mut draw = stage.draw.fork();
    let quantity = draw.between(it.spec.quantity.0, it.spec.quantity.1);
    // Of a planted story nothing is waived: it needs its payment.
    let reduction = (draw.per_mille(70) && !stage.is_planted()).then(|| {
        let (id, condition, per_mille) = draw.pick(&REDUCTIONS);
        (id, condition, it.spec.lower_fen * quantity * per_mille / 1000)
    });
    let case = FeeCase {
        stream: stage.registers.open_file(city.region_code(it.unit), File::Fee, stage.now.day()),
        fee,
        quantity,
        reduction,
        over_fen: 0,
        paid_over_fen: 0,
        collector: city.staff[it.unit].collectors[0],
        method: ["扫码", "POS", "银行", "非税平台"][draw.weighted(&[50, 20, 15, 15])],
        notice_no: String::new(),
        transaction: format!("FS{}", draw.digits(14)),
        charge,
    };
    let plan = plan(city, &mut draw, &case, stage.now);
    stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
}

fn plan(city: &City, draw: &mut Draw, case: &FeeCase, start: Moment) -> Vec<(Moment, Beat)> {
    let calendar = &city.calendar;
    let due = calendar.after(start.day(), 5);
    let mut pace = Pace::new(calendar, start);
    let mut beats = vec![(start, Beat::Assess)];
    if case.reduction.is_some() {
        beats.push((pace.same_day(draw, 1, 15), Beat::Reduce));
    }
    beats.push((pace.same_day(draw, 1, 4), Beat::Notify { due }));
    let free = calendar.between(start.day(), case.charge.paid_by);
    let days = if draw.per_mille(640) { 0 } else { draw.between(0, free.clamp(0, 5)) };
    if case.payable(city) > 0 {
        beats.push((pace.workdays(draw, days), Beat::Pay));
        beats.push((pace.same_day(draw, 1, 5), Beat::Receipt));
    }
    if case.payable(city) > 0 && draw.per_mille(12) {
        let ordered = calendar.after(pace.day(), draw.between(2, 6));
        beats.push((ordered.at(10, draw.between(0, 59)), Beat::OrderRefund));
        let refunded = calendar.after(ordered, draw.between(1, 4));
        beats.push((refunded.at(15, draw.between(0, 59)), Beat::Refund));
    } else if case.payable(city) > 0 {
        let remitted = calendar.after(pace.day(), 1);
        beats.push((remitted.at(9, draw.between(0, 30)), Beat::Remit));
        let reconciled = calendar.after(remitted, draw.between(1, 3));
        beats.push((reconciled.at(16, draw.between(0, 45)), Beat::Reconcile));
    }
    beats
}

impl FeeCase {
    fn fee<'a>(&self, city: &'a City) -> &'a Fee {
        &city.fees[self.fee]
    }

    /// Fen at the lower bound of the standard.
    fn assessed(&self, city: &City) -> i64 {
        self.fee(city).spec.lower_fen * self.quantity + self.over_fen
    }

    fn payable(&self, city: &City) -> i64 {
        self.assessed(city) - self.reduction.map_or(0, |(.., off)| off) + self.paid_over_fen
    }

    fn act(&self, stage: &Stage<'_>, kind: &'static str, source: Source, body: Value) -> Act {
        Act::new(kind, self.stream.clone(), stage.now, source, body)
            .item(self.fee(stage.city).spec.code, STANDARD_VERSION)
            .party(&self.charge.payer, "缴款人")
            .links(object! { "parent_case": &self.charge.case })
    }

    /// An act of the collector at the fee window.
    fn at_window(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        self.act(stage, kind, Source::Platform, body)
            .actor(stage.city.officer_actor(self.collector, "收费员"))
            .venue(stage.city.window_venue(self.charge.window))
    }

    fn by_treasury(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let treasury = stage.city.unit_index("财政");
        self.act(stage, kind, Source::NonTax, body)
            .actor(stage.city.unit_actor(treasury, "财政部门"))
    }

    fn assess(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let spec = self.fee(city).spec;
        let line = object! {
            "fee_code": spec.code, "standard_version": STANDARD_VERSION, "qty": self.quantity,
            "unit": spec.measure, "unit_fen": spec.lower_fen, "amount_fen": self.assessed(city),
        };
        let body = object! {
            "fee_no": local_part(&self.stream).to_owned(), "case_ref": &self.charge.case,
            "payer": self.charge.payer_described.clone(), "lines": vec![line],
            "in_hall": true,
        };
        let act = self.at_window(stage, "fee.assessed.v1", body);
        stage.record(act.basis(&[(spec.basis, "3")]));
    }

    fn notify(&mut self, due: Day, stage: &mut Stage<'_>) {
        let unit = self.fee(stage.city).unit;
        let sign = stage.city.units[unit].sign();
        self.notice_no =
            stage.registers.document_no(unit, &sign, Series::FeeNotice, stage.now.day());
        let body = object! {
            "notice_no": &self.notice_no, "due_on": due, "account": PAYEE,
            "amount_fen": self.payable(stage.city),
        };
        let act = self.at_window(stage, "fee.notice.issued.v1", body);
        stage.record(act);
    }

    fn reduce(&self, stage: &mut Stage<'_>) {
        let Some((policy, condition, off)) = self.reduction else { return };
        let city = stage.city;
        let leader = city.staff[self.fee(city).unit].representatives[0];
        let body = object! {
            "policy_id": policy, "amount_fen": off, "condition": condition,
            "approver": &city.officers[leader].id,
        };
        let act = self.at_window(stage, "fee.reduction.granted.v1", body);
        stage.record(act);
    }

    fn pay(&self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let amount = self.payable(city);
        let at_bank = matches!(self.method, "银行" | "非税平台");
        let channel = if at_bank { "非税收入统一平台" } else { "大厅收费窗口" };
        let account = format!("62{}", stage.draw.digits(17));
        let body = object! {
            "amount_fen": amount, "method": self.method, "channel": channel,
            "payee_account": PAYEE, "payer_account": account,
            "payer": self.charge.payer_described.clone(), "paid_at": stage.now,
            "notice_no": &self.notice_no, "txn_ref": &self.transaction,
        };
        let actor = object! { "role": "缴款人", "party": self.charge.payer.clone() };
        let act = self.act(stage, "fee.paid.v1", Source::NonTax, body).actor(actor);
        let venue = if at_bank {
            object! { "kind": "platform", "venue_id": "feishui.990100" }
        } else {
            city.window_venue(self.charge.window)
        };
        stage.record(act.venue(venue));
        stage.registers.collect(self.fee(city).unit, stage.now.day(), amount);
    }

    fn receipt(&self, stage: &mut Stage<'_>) {
        let unit = self.fee(stage.city).unit;
        let number = stage.registers.number(unit, Series::FiscalReceipt, stage.now.day());
        let body = object! {
            "receipt_code": format!("9901{}", stage.now.day().year()),
            "receipt_no": format!("{number:010}"), "check_code": stage.draw.hex(6),
            "kind": "财政电子票据", "amount_fen": self.payable(stage.city),
        };
        let act = self.at_window(stage, "fee.receipt.issued.v1", body);
        stage.record(act);
    }

    /// The applicant gave up before the work was done: all of it goes back.
    fn refund(&self, ordered: bool, stage: &mut Stage<'_>) {
        let amount = self.payable(stage.city);
        let body = object! {
            "amount_fen": amount, "reason": "服务未提供,依申请全额退还", "txn_ref": &self.transaction,
        };
        let kind = if ordered { "fee.refund.ordered.v1" } else { "fee.refunded.v1" };
        if !ordered {
            stage.registers.collect(self.fee(stage.city).unit, stage.now.day(), -amount);
        }
        let act = self.by_treasury(stage, kind, body);
        stage.record(act);
    }

    fn remit(&self, stage: &mut Stage<'_>) {
        let batch = format!("JK{}", stage.now.day().text().replace('-', ""));
        let body = object! {
            "batch": batch, "amount_fen": self.payable(stage.city), "to": "市级国库",
            "remitted_on": stage.now.day(),
        };
        let act = self.by_treasury(stage, "fee.remitted.v1", body);
        stage.record(act);
    }

    /// One payment against the bank's statement, to the fen.
    fn reconcile(&self, stage: &mut Stage<'_>) {
        let amount = self.payable(stage.city);
        let body = object! {
            "period": stage.now.day(), "ledger_sum_fen": amount, "bank_sum_fen": amount,
            "receipts_sum_fen": amount, "diffs": Vec::<Value>::new(), "scope": "逐笔",
        };
        let act = self.by_treasury(stage, "fee.reconciliation.done.v1", body);
        stage.record(act);
    }
}

impl Case for FeeCase {
    type Beat = Beat;

    fn perform(&mut self, beat: Beat, stage: &mut Stage<'_>) {
        match beat {
            Beat::Assess => self.assess(stage),
            Beat::Notify { due } => self.notify(due, stage),
            Beat::Reduce => self.reduce(stage),
            Beat::Pay => self.pay(stage),
            Beat::Receipt => self.receipt(stage),
            Beat::OrderRefund => self.refund(true, stage),
            Beat::Refund => self.refund(false, stage),
            Beat::Remit => self.remit(stage),
            Beat::Reconcile => self.reconcile(stage),
        }
    }
}
