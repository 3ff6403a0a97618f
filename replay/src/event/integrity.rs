//! X: corrections, integrity, import 更正、完整性、导入 (§3.9), and the ledger's own.

use super::register::Sensitivity::Personal;
use super::register::Visibility::{Investigator, Party, Public, Sealed, Supervisor, Unit};
use super::register::{EventType, row};

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("X00", "ledger.created.v1", "建立账本", "ledger created", Public, &[]),
    row("X01", "correction.recorded.v1", "更正", "correction recorded", Unit, &[("new_confidential_value", Personal)]),
    row("X02", "record.voided.v1", "作废录入", "record voided", Investigator, &[]),
    row("X03", "record.dispute.noted.v1", "异议标注", "dispute noted", Party, &[("text", Personal)]),
    row("X04", "identity.merged.v1", "主体归并", "identities merged", Investigator, &[]),
    row("X04", "identity.split.v1", "主体拆分", "identity split", Investigator, &[]),
    row("X05", "redaction.applied.v1", "遮蔽", "redaction applied", Public, &[]),
    row("X06", "vault.key.destroyed.v1", "销毁密钥", "vault key destroyed", Investigator, &[]),
    row("X07", "ledger.checkpoint.signed.v1", "检查点", "checkpoint signed", Public, &[]),
    row("X07", "ledger.anchor.recorded.v1", "锚定", "anchor recorded", Public, &[]),
    row("X07", "ledger.anchor.prepared.v1", "锚定准备", "salt of an anchor", Sealed, &[]),
    row("X08", "ledger.verified.v1", "校验", "ledger verified", Public, &[]),
    row("X09", "access.recorded.v1", "访问留痕", "access recorded", Sealed, &[]),
    row("X10", "export.produced.v1", "导出归档", "export produced", Supervisor, &[]),
    row("X11", "hash_algorithm.migrated.v1", "算法迁移", "hash algorithm migrated", Public, &[]),
    row("X12", "import.batch.recorded.v1", "历史导入批次", "import batch recorded", Supervisor, &[]),
    row("X12", "import.activity.recorded.v1", "原系统活动", "activity of a source system", Unit, &[]),
    row("X13", "clock.anomaly.detected.v1", "时钟异常", "clock anomaly detected", Supervisor, &[]),
    row("X14", "intake.refused.v1", "拒收", "intake refused", Supervisor, &[]),
];
