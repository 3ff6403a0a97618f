//! The expected course of a fee (§3.11.3): assessed, notified, paid, receipted,
//! remitted, reconciled.

use crate::event::Event;
use crate::integrity::json::Json;
use crate::rules::bench::Case;
use crate::rules::coverage::Silence;
use crate::rules::fees::{lines, of_collector, short};
use crate::rules::finding::{Findings, Outcome};
use crate::rules::rule::{Check, Kind, Layer, Rule, Severity, Status};
use crate::rules::words::{when, yuan};
use serde_json::json;

pub(in crate::rules) const RULES: &[Rule] = &[PAID_FIRST, NO_RECEIPT, PAID_OVER, PAYEE];

const PAID_FIRST: Rule = Rule {
    id: "SEQ-F1",
    zh: "先收后核",
    en: "paid before assessed",
    quote: "应收核定→通知→[减免]→缴款→开票→入库/专户→对账",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(paid_first)],
    ..Rule::ENTRY
};

const NO_RECEIPT: Rule = Rule {
    id: "SEQ-F2",
    zh: "收费不开具财政票据",
    en: "paid without a fiscal receipt",
    quote: "缴款→开票",
    layer: Layer::L0,
    kind: Kind("R"),
    severity: Severity::Refer,
    status: Status::Judged,
    checks: &[Check::Case(no_receipt)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const PAID_OVER: Rule = Rule {
    id: "SEQ-F3",
    zh: "实收超过应收",
    en: "paid more than assessed",
    quote: "应收核定→缴款",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(paid_over)],
    ..Rule::ENTRY
};

const PAYEE: Rule = Rule {
    id: "SEQ-F4",
    version: 2,
    zh: "收款账户不是法定账户",
    en: "paid into an account that is not the statutory one",
    quote: "所收取的费用必须全部上缴国库",
    layer: Layer::L0,
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(payee)],
    silence: Silence::Nothing,
};

/// Payments that something was paid by.
fn payments<'c, 'e>(case: &'c Case<'e>) -> impl Iterator<Item = &'c Event<'e>> {
    case.file.all("fee.paid").filter(|act| act.body.int("amount_fen") != Some(0))
}

fn paid_first(case: &Case<'_>, out: &mut Findings) {
    let assessed = case.first("fee.assessed");
    for act in payments(case) {
        if assessed.is_some_and(|assessed| assessed.order() <= act.order()) {
            out.compliant(&PAID_FIRST);
            continue;
        }
        let (zh, en) = match assessed {
            Some(assessed) => (
                format!("{}先缴款,{}才核定应收", when(act), when(assessed)),
                format!("paid at {}, assessed only at {}", when(act), when(assessed)),
            ),
            None => (
                format!("{}缴款,没有核定应收", when(act)),
                format!("paid at {} without any assessment", when(act)),
            ),
        };
        let finding = of_collector(case, &PAID_FIRST, act, zh, en).resting_on(assessed);
        out.add(finding.because("paid_at", when(act)).because("assessed_at", assessed.map(when)));
    }
}

/// The first payment needs a first receipt by the end of its day, the second a
/// second one.
fn no_receipt(case: &Case<'_>, out: &mut Findings) {
    const LAWFUL: [&str; 2] = ["财政电子票据", "纸质"];
    let lawful =
        |act: &&Event<'_>| act.body.text("kind").is_none_or(|kind| LAWFUL.contains(&kind.as_ref()));
    let mut receipts = case.all("fee.receipt.issued").filter(lawful);
    for act in payments(case) {
        if receipts.next().is_some() {
            out.compliant(&NO_RECEIPT);
            continue;
        }
        let other = case.all("fee.receipt.issued").find(|receipt| !lawful(receipt));
        // An entry as of noon may still get its receipt in the afternoon.
        if other.is_none() && !case.bench.past(act.occurred.end_of_day().saturating_sub(1)) {
            continue;
        }
        let kind = other.and_then(|receipt| receipt.body.text("kind"));
        let amount = act.body.int("amount_fen");
        let sum = amount.map_or("?".to_owned(), yuan);
        let (zh, en) = match &kind {
            Some(kind) => (
                format!("{}收款{sum}元,开具的票据为“{kind}”,不是财政票据", when(act)),
                format!(
                    "CNY {sum} taken at {}; the receipt is “{kind}”, not a fiscal one",
                    when(act)
                ),
            ),
            None => (
                format!("{}收款{sum}元,当日没有开具财政票据", when(act)),
                format!(
                    "CNY {sum} taken at {}; no fiscal receipt by the end of that day",
                    when(act)
                ),
            ),
        };
        let finding = of_collector(case, &NO_RECEIPT, act, zh, en).resting_on(other);
        out.add(finding.because("amount_fen", amount).because("receipt_kind", kind.as_deref()));
    }
}

/// What was assessed in all, less what was taken off, against what was paid in
/// all. A reduction that the assessment has already made, by asking for less than
/// the floor, is not taken off again.
fn paid_over(case: &Case<'_>, out: &mut Findings) {
    let assessed: i64 = case.all("fee.assessed").filter_map(assessed_fen).sum();
    if case.first("fee.assessed").is_none() {
        return;
    }
    let sum =
        |kind: &str| -> i64 { case.all(kind).filter_map(|act| act.body.int("amount_fen")).sum() };
    let granted = sum("fee.reduction.granted");
    let short = case.all("fee.assessed").flat_map(|act| short(case, act));
    let already = short.map(|one| one.floor_fen - one.amount_fen).sum::<i64>().min(granted).max(0);
    let due = assessed - (granted - already);
    let mut paid = 0;
    for act in payments(case) {
        let Some(amount) = act.body.int("amount_fen") else {
            let zh = "缴款记录没有金额,无法与应收核对".to_owned();
            let en = "the payment states no amount: it cannot be held against the assessment";
            let finding = of_collector(case, &PAID_OVER, act, zh, en.to_owned());
            out.add(
                finding
                    .outcome(Outcome::Indeterminate)
                    .because("missing", ["amount_fen"].as_slice()),
            );
            continue;
        };
        paid += amount;
        if paid <= due {
            out.compliant(&PAID_OVER);
            continue;
        }
        let zh = format!(
            "累计实收{}元,核定应收(减免后){}元,多收{}元",
            yuan(paid),
            yuan(due),
            yuan(paid - due)
        );
        let en = format!(
            "CNY {} paid in all, {} assessed after reductions: {} too much",
            yuan(paid),
            yuan(due),
            yuan(paid - due)
        );
        let basis = case.any(&["fee.assessed", "fee.reduction.granted", "fee.paid"]);
        let finding = of_collector(case, &PAID_OVER, act, zh, en).resting_on(basis);
        out.add(finding.because(
            "sum",
            json!({
                "assessed_fen": assessed, "reduced_fen": granted,
                "reduced_at_assessment_fen": already,
                "due_fen": due, "paid_fen": paid, "over_fen": paid - due,
                "refunded_fen": sum("fee.refunded"),
            }),
        ));
    }
}

/// The sum of an assessment: its lines, else its own amount.
pub(in crate::rules) fn assessed_fen(act: &Event<'_>) -> Option<i64> {
    let Some(Json::List(lines)) = act.body.json("lines") else {
        return act.body.int("amount_fen");
    };
    let amounts = lines.iter().filter_map(|line| line.get("amount_fen")?.as_int());
    Some(amounts.fold(0i64, i64::saturating_add))
}

/// The account that was told or used, against the one that the fee item names; where
/// the money was paid in, and by which channel. Accounts of payments are sealed: where
/// no notice names one, only opening it decides.
fn payee(case: &Case<'_>, out: &mut Findings) {
    for act in case.any(&["fee.notice.issued", "fee.paid"]) {
        let name = if act.kind.starts_with("fee.paid") { "payee_account" } else { "account" };
        let Some(account) = act.body.text(name) else { continue };
        let at = case.bench.at(act.occurred.micros);
        let code = lines::code_of(case, act);
        let item = code.as_deref().and_then(|code| case.bench.master.fee_items.at(code, at));
        let Some(item) = item else { continue };
        let Some(statutory) = item.row.payee_account.as_deref() else { continue };
        if account == statutory {
            out.compliant(&PAYEE);
            continue;
        }
        let zh = format!("收款账户为“{account}”,法定账户为“{statutory}”");
        let en = format!("the account is “{account}”, the statutory one “{statutory}”");
        let finding = of_collector(case, &PAYEE, act, zh, en);
        out.add(finding.because(
            "account",
            json!({"account": account, "statutory": statutory, "fee_item_entry": item.origin.id}),
        ));
    }
    for act in case.all("fee.remitted") {
        paid_in(case, act, out);
    }
    for act in payments(case) {
        private_channel(case, act, out);
    }
}

/// Words for the treasury and its special account (财政专户).
const TREASURY: [&str; 4] = ["国库", "财政", "专户", "非税"];
/// Words for an account that is somebody's own.
const PRIVATE: [&str; 3] = ["个人", "私人", "微信零钱"];

fn paid_in(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    let Some(to) = act.body.text("to").filter(|to| !to.is_empty()) else { return };
    if TREASURY.iter().any(|word| to.contains(word)) {
        return out.compliant(&PAYEE);
    }
    let zh = format!("所收费用缴入“{to}”,不是国库或者财政专户");
    let en = format!("what was charged was paid into “{to}”, not into the treasury");
    let finding = case.signal(&PAYEE, act, zh, en);
    out.add(finding.because("paid_into", &*to));
}

fn private_channel(case: &Case<'_>, act: &Event<'_>, out: &mut Findings) {
    let channel = act.body.text("channel").unwrap_or_default();
    if PRIVATE.iter().any(|word| channel.contains(word)) {
        let zh = format!("费用由“{channel}”收取");
        let en = format!("the fee was taken through “{channel}”, a private account");
        let finding = of_collector(case, &PAYEE, act, zh, en);
        return out
            .add(finding.matter(format!("{}@channel", act.id)).because("channel", &*channel));
    }
    let told = case.all("fee.notice.issued").any(|notice| notice.body.text("account").is_some());
    let sealed = act.body.text("payee_account").is_none() && act.body.json("_sd").is_some();
    let at = case.bench.at(act.occurred.micros);
    let item = lines::code_of(case, act);
    let item = item.and_then(|code| case.bench.master.fee_items.at(&code, at));
    let statutory = item.is_some_and(|item| item.row.payee_account.is_some());
    if sealed && statutory && !told && case.first("fee.remitted").is_none() {
        let zh = "收款账户已加密,也没有载明账户的缴款通知,无法判定是否法定账户".to_owned();
        let en = "the account is sealed and no notice names one: whether it is the statutory one \
                  cannot be told"
            .to_owned();
        let finding = of_collector(case, &PAYEE, act, zh, en).outcome(Outcome::Indeterminate);
        let finding = finding.matter(format!("{}@sealed", act.id)).severity(Severity::Info);
        out.add(finding.because("missing", ["payee_account"].as_slice()));
    }
}
