//! The fee 收费 (specification §3.11.3).

use super::case::KeyDate::Paid;
use super::case::Purpose::{Assessed, PaidIn, Reduced, Refunded};
use super::machine::{CaseKind, Machine, firm, open, settled, soft};

pub(super) const MACHINE: Machine = Machine {
    kind: CaseKind::Fee,
    code: "fee",
    zh: "收费",
    en: "fee",
    families: &["fee"],
    steps: &[
        open("assessed", "已核定", "assessed"),
        open("notified", "已通知", "notified"),
        open("reduced", "已减免", "reduced"),
        open("paid", "已缴款", "paid"),
        open("receipted", "已开票", "receipt issued"),
        settled("remitted", "已入库", "remitted to the treasury"),
        settled("reconciled", "已对账", "reconciled"),
        settled("refund_ordered", "责令退还", "refund ordered"),
        settled("refunded", "已退还", "refunded"),
    ],
    moves: &[
        firm("fee.assessed.v1", "assessed"),
        firm("fee.notice.issued.v1", "notified"),
        firm("fee.reduction.granted.v1", "reduced"),
        firm("fee.paid.v1", "paid"),
        soft("fee.receipt.issued.v1", "receipted"),
        firm("fee.remitted.v1", "remitted"),
        firm("fee.reconciliation.done.v1", "reconciled"),
        firm("fee.refund.ordered.v1", "refund_ordered"),
        firm("fee.refunded.v1", "refunded"),
    ],
    dates: &[("fee.paid.v1", Paid)],
    dues: &[("fee.notice.issued.v1", "due_on", "payment")],
    purposes: &[
        ("fee.assessed.v1", Assessed),
        ("fee.reduction.granted.v1", Reduced),
        ("fee.paid.v1", PaidIn),
        ("fee.refunded.v1", Refunded),
    ],
};
