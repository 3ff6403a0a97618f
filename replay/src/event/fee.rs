//! B: fees 收费 (§3.2).

use super::register::Sensitivity::{Personal, SensitivePersonal};
use super::register::Visibility::{Investigator, Party, Public, Supervisor};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("B01", "fee.assessed.v1", "核定应收", "fee assessed", Party, &[("payer", Personal)]).items("lines"),
    row("B02", "fee.notice.issued.v1", "缴款通知", "payment notice issued", Party, &[]),
    row("B03", "fee.reduction.granted.v1", "减免缓", "reduction granted", Party, &[]),
    row("B04", "fee.paid.v1", "缴款", "fee paid", Party, &[("payer", Personal), ("payer_account", SensitivePersonal), ("payee_account", SensitivePersonal)]),
    row("B05", "fee.receipt.issued.v1", "开具财政票据", "fiscal receipt issued", Party, &[]),
    row("B06", "fee.remitted.v1", "缴入国库专户", "remitted to the treasury", Supervisor, &[]),
    row("B07", "fee.refund.ordered.v1", "责令退还", "refund ordered", Party, &[]),
    row("B08", "fee.refunded.v1", "退还", "refunded", Party, &[]),
    row("B09", "fee.licence.displayed.v1", "亮证公示", "licence displayed", Public, &[]),
    row("B10", "fee.reconciliation.done.v1", "对账", "reconciliation done", Supervisor, &[]),
    row("B11", "fee.cancelled_item.attempted.v1", "已取消项目收费", "charge for a cancelled item", Investigator, &[]),
];
