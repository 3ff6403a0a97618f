//! B: fees 收费 (§3.2). Amounts are fen; the specification's `amount` is `amount_fen`.

use super::element as e;
use super::member::Kind::{Bool, Count, Date, Fen, List, Moment, Object, Text, Word};
use super::member::{
    CODE, FEE_ITEM, HASH, HASHES, Kind, NO, PERSON, ROWS, STREAM, VERSION, may, must,
};
use super::register::Sensitivity::{Personal, SensitivePersonal};
use super::register::Visibility::{Investigator, Party, Public, Supervisor};
use super::register::{EventType, row};

/// 收费明细: floor × quantity is judged line by line (P11).
#[rustfmt::skip]
const LINES: Kind = List(&Object(&[
    must("fee_code", FEE_ITEM, "收费项目", "the fee item"),
    must("standard_version", VERSION, "收费标准版本", "version of the standard"),
    must("qty", Count, "数量", "quantity"),
    must("unit", Text, "计量单位", "unit of measure"),
    must("unit_fen", Fen, "单价(分)", "price a unit in fen"),
    must("amount_fen", Fen, "金额(分)", "amount in fen"),
    may("base_fen", Fen, "计费基数(分)", "base of a percentage in fen"),
    may("measured_qty", Count, "实测数量", "quantity as measured"),
    may("name", Text, "收费名称(未列入时)", "name of the fee, if unlisted"),
]));

/// B07 and B08 state the same about a refund.
#[rustfmt::skip]
const REFUND: &[super::member::Member] = &[
    e::AMOUNT_FEN,
    e::REASON,
    may("txn_ref", NO, "交易流水号", "reference of the transaction"),
    e::FINDING_ID.optional(),
    may("due", Date, "退还期限", "to be refunded by"),
];

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("B01", "fee.assessed.v1", "核定应收", "fee assessed", Party, &[
        must("fee_no", NO, "收费编号", "number of the fee"),
        e::CASE_REF.optional(),
        must("payer", PERSON, "缴款人", "the payer").sealed(Personal),
        must("lines", LINES, "收费明细", "the lines"),
        may("purpose", Text, "用途", "what for"),
        must("in_hall", Bool, "在大厅收取", "charged in the hall"),
    ]).items("lines"),
    row("B02", "fee.notice.issued.v1", "缴款通知", "payment notice issued", Party, &[
        e::NOTICE_NO,
        must("due_on", Date, "缴款期限", "to be paid by"),
        must("account", Text, "收款账户", "the account"),
        e::AMOUNT_FEN.optional(),
    ]),
    row("B03", "fee.reduction.granted.v1", "减免缓", "reduction granted", Party, &[
        must("policy_id", NO, "减免政策编号", "the policy"),
        e::AMOUNT_FEN,
        may("condition", Text, "减免条件", "the condition"),
        e::APPROVER,
    ]),
    row("B04", "fee.paid.v1", "缴款", "fee paid", Party, &[
        e::AMOUNT_FEN,
        must("method", Word(&["银行", "POS", "扫码", "现金", "非税平台"]), "缴款方式", "method"),
        must("channel", Text, "缴款渠道", "channel"),
        may("venue", CODE, "缴款地点", "where it was paid"),
        may("payer", PERSON, "缴款人", "the payer").sealed(Personal),
        may("payer_account", NO, "付款账户", "the account it came from").sealed(SensitivePersonal),
        must("payee_account", Text, "收款账户", "the account it went to").sealed(SensitivePersonal),
        must("paid_at", Moment, "缴款时间", "when"),
        may("notice_no", NO, "缴款通知编号", "number of the notice"),
        may("txn_ref", NO, "交易流水号", "reference of the transaction"),
    ]),
    row("B05", "fee.receipt.issued.v1", "开具财政票据", "fiscal receipt issued", Party, &[
        must("receipt_code", NO, "票据代码", "code of the receipt"),
        must("receipt_no", NO, "票据号码", "number of the receipt"),
        may("check_code", NO, "校验码", "check code"),
        must("kind", Word(&["财政电子票据", "纸质", "非法定", "none"]), "票据种类", "kind"),
        e::AMOUNT_FEN.optional(),
    ]),
    row("B06", "fee.remitted.v1", "缴入国库专户", "remitted to the treasury", Supervisor, &[
        must("batch", NO, "缴库批次", "the batch"),
        e::AMOUNT_FEN,
        must("to", Text, "缴入何处", "to where"),
        must("remitted_on", Date, "缴库日期", "remitted on"),
    ]),
    row("B07", "fee.refund.ordered.v1", "责令退还", "refund ordered", Party, REFUND),
    row("B08", "fee.refunded.v1", "退还", "refunded", Party, REFUND),
    row("B09", "fee.licence.displayed.v1", "亮证公示", "licence displayed", Public, &[
        e::WINDOW_,
        must("licence_or_list", Text, "收费许可证或目录清单", "the licence or list"),
        may("list_version", VERSION, "清单版本", "version of the list"),
        may("until", Date, "亮证截止日期", "displayed until"),
        may("photo_hash", HASH, "照片摘要", "digest of the photograph"),
    ]),
    row("B10", "fee.reconciliation.done.v1", "对账", "reconciliation done", Supervisor, &[
        e::PERIOD,
        e::UNIT_.optional(),
        must("ledger_sum_fen", Fen, "账本合计(分)", "sum by the ledger in fen"),
        must("bank_sum_fen", Fen, "银行合计(分)", "sum by the bank in fen"),
        must("receipts_sum_fen", Fen, "票据合计(分)", "sum by the receipts in fen"),
        may("diffs", ROWS, "差异", "the differences"),
        may("account", Text, "账户", "the account"),
        may("scope", Text, "范围", "the scope"),
    ]),
    row("B11", "fee.cancelled_item.attempted.v1", "已取消项目收费", "charge for a cancelled item", Investigator, &[
        must("evidence", HASHES, "证据摘要", "digests of the evidence"),
        may("fee_code", FEE_ITEM, "收费项目", "the fee item"),
        e::AMOUNT_FEN.optional(),
        may("case_ref", STREAM, "关联案件", "the case concerned"),
        e::UNIT_.optional(),
    ]),
];
