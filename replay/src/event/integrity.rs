//! X: corrections, integrity, import 更正、完整性、导入 (§3.9), and the ledger's own.

use super::element as e;
use super::member::Kind::{Count, Decimal, Either, Fen, Int, List, Moment, Object, Text, Word};
use super::member::{
    CODE, EVENT, HASH, HASHES, Kind, Member, NO, OFFICER, OFFICERS, PARTY, ROWS, VERSION, may, must,
};
use super::register::Sensitivity::{self, Personal};
use super::register::Visibility::{Investigator, Party, Public, Sealed, Supervisor, Unit};
use super::register::{EventType, row};

/// 主体归并、拆分 X04.
#[rustfmt::skip]
const IDENTITY: &[Member] = &[
    must("ids", List(&PARTY), "主体", "the ids"),
    must("evidence", HASHES, "证据摘要", "digests of the evidence"),
    e::APPROVER,
    e::REASON.optional(),
];

#[rustfmt::skip]
const GROUNDS: Kind = Word(&["个保法47", "商业秘密", "未成年人", "公示到期", "信用修复", "法院裁判"]);

/// 销毁密钥 X06.
#[rustfmt::skip]
const DESTROYED: &[Member] = &[
    must("subject_key_id", NO, "密钥编号", "id of the subject's key"),
    must("ground", Text, "事由", "the ground"),
    must("witnesses", OFFICERS, "见证人", "the witnesses"),
];

/// 日清日结: the index of a log's streams (`crate::streams`, FORMAT.md §10).
#[rustfmt::skip]
const CLOSING: &[Member] = &[
    must("size", Count, "所覆盖的记录数", "entries covered, from position 0 on"),
    must("streams", Count, "其中的案件(流)数", "streams among them"),
    must("root", Kind::Hex, "案件索引之根", "root of the index of the streams"),
];

/// A further key with which heads are signed (FORMAT.md §16).
#[rustfmt::skip]
const SIGNATURE_KEY: &[Member] = &[
    must("algorithm", CODE, "算法", "the algorithm"),
    must("vkey", Text, "公钥", "the public key"),
];
/// 保密库角色: of whom a grant or a removal speaks.
#[rustfmt::skip]
const ROLE: [Member; 2] = [
    must("role", CODE, "角色", "the role"),
    must("member", CODE, "担任者(人员编号或接口密钥名)", "an officer's id, or an API key's name"),
];
#[rustfmt::skip]
const VALID_FROM: Member = must("valid_from", Moment, "生效时间", "valid from this moment on");
const PURPOSE: Member = must("purpose", Text, "目的", "the purpose");

/// Classes of members as the schemas name them.
const CLASS: Kind = Word(&[
    Sensitivity::Personal.as_str(),
    Sensitivity::SensitivePersonal.as_str(),
    Sensitivity::Business.as_str(),
    Sensitivity::Internal.as_str(),
    Sensitivity::Discipline.as_str(),
    Sensitivity::Informant.as_str(),
]);

/// 密钥轮换: the key before vouches for the new one (`crate::succession`, FORMAT.md §15).
#[rustfmt::skip]
const ROTATED: &[Member] = &[
    must("old_key", Text, "原公钥", "the key before"),
    must("new_key", Text, "新公钥", "the new key"),
    must("note", Text, "签名文本", "the statement, signed with both keys"),
];

/// 备份恢复: entries that were signed are lost; the log goes on under another origin.
#[rustfmt::skip]
const RESTORED: &[Member] = &[
    must("old_key", Text, "原公钥(含原来源名)", "the key before, with the origin before"),
    must("new_key", Text, "新公钥(含新来源名)", "the new key, with the new origin"),
    must("kept_size", Count, "恢复后所存条数", "entries kept"),
    must("kept_root", Kind::Hex, "其根", "root over them"),
    must("lost_size", Count, "已知签过的条数", "entries known to have been signed over"),
    must("lost_root", Kind::Hex, "其根", "root over them"),
    must("persons", List(&CODE), "签署人(两人)", "who signed, two persons"),
    must("reason", Text, "事由", "the reason"),
    must("note", Text, "签名文本", "the statement, signed with both keys and by both persons"),
    may("lost_note", Text, "所失部分的检查点", "the checkpoint that shows what was lost"),
];

/// Which entry of which system a repair is about.
#[rustfmt::skip]
const TARGET_SYSTEM: Member = may("target_system", CODE, "原报送系统", "the system that submitted it");

#[rustfmt::skip]
pub(super) const TYPES: &[EventType] = &[
    row("X00", "ledger.created.v1", "建立账本", "ledger created", Public, &[
        must("origin", CODE, "账本来源名", "origin of the log"),
        must("checkpoint_key", Text, "检查点公钥", "public key of checkpoints"),
        must("time_zone", CODE, "时区", "time zone"),
        must("format", Count, "格式版本", "version of the format"),
        must("log", Word(&["open", "sealed"]), "账", "which log"),
        must("rule_set_digest", Kind::Hex, "规则集摘要", "digest of the rule set"),
    ]).own(),
    row("X01", "correction.recorded.v1", "更正", "correction recorded", Unit, &[
        must("target_event", EVENT, "所更正事件", "the event corrected"),
        TARGET_SYSTEM,
        must("kind", Word(&["笔误更正", "漏项补充", "身份归并", "时间更正"]), "种类", "kind"),
        must("field_path", Text, "字段(RFC 6901)", "the member, by a JSON pointer"),
        must("old_commitment", HASH, "原值承诺", "commitment to the old value"),
        may("new_value", Kind::Any, "新值(空为删除)", "the new value; null removes"),
        may("new_confidential_value", Text, "新值(机密)", "the new value, if confidential").sealed(Personal),
        e::REASON,
        must("evidence", Either(&[Text, HASHES]), "证据摘要", "digest of the evidence"),
        must("requested_by", OFFICER, "申请人", "who asked"),
        must("approved_by", OFFICER, "批准人(非申请人)", "who approved, another person"),
    ]),
    row("X02", "record.voided.v1", "作废录入", "record voided", Investigator, &[
        must("target", EVENT, "所作废事件", "the event voided"),
        TARGET_SYSTEM,
        must("ground", Word(&["重复录入", "误录他案"]), "事由", "the ground"),
        must("approvers", OFFICERS, "批准人(两人)", "who approved, two persons"),
        e::REASON.optional(),
    ]),
    row("X03", "record.dispute.noted.v1", "异议标注", "dispute noted", Party, &[
        must("target", EVENT, "所指事件", "the event disputed"),
        TARGET_SYSTEM,
        must("by", PARTY, "异议人", "by whom"),
        may("text", Text, "异议内容", "the text").sealed(Personal),
    ]),
    row("X04", "identity.merged.v1", "主体归并", "identities merged", Investigator, IDENTITY),
    row("X04", "identity.split.v1", "主体拆分", "identity split", Investigator, IDENTITY),
    row("X05", "redaction.applied.v1", "遮蔽", "redaction applied", Public, &[
        must("targets", List(&EVENT), "所遮蔽事件", "the events"),
        must("ground", GROUNDS, "事由", "the ground"),
        e::BASIS.optional(),
        e::APPROVER,
        may("approvers", OFFICERS, "批准人(两人)", "who approved, two persons"),
    ]),
    row("X06", "vault.key.destroyed.v1", "销毁密钥", "vault key destroyed", Investigator, DESTROYED).own(),
    row("X06", "vault.sealed_key.destroyed.v1", "销毁密钥(封存账)", "vault key of the sealed log destroyed", Sealed, DESTROYED).own(),
    row("X07", "ledger.checkpoint.signed.v1", "检查点", "checkpoint signed", Public, &[
        must("chain", CODE, "链", "the chain"),
        must("seq", Count, "序号", "sequence"),
        must("root", HASH, "根", "the root"),
        must("algs", List(&CODE), "算法", "algorithms"),
        must("signatures", ROWS, "签名", "signatures"),
        may("anchors", ROWS, "锚定", "anchors"),
    ]).own(),
    row("X07", "ledger.anchor.recorded.v1", "锚定", "anchor recorded", Public, &[
        must("digest", Kind::Hex, "加盐摘要", "salted digest of the sealed log's checkpoint"),
        must("log", Word(&["open", "sealed"]), "账", "which log"),
    ]).own(),
    row("X07", "ledger.anchor.prepared.v1", "锚定准备", "salt of an anchor", Sealed, &[
        must("salt", Kind::Hex, "盐", "the salt"),
    ]).own(),
    row("X07", "ledger.closing.recorded.v1", "日清日结", "closing: index of the streams", Public, CLOSING).own(),
    row("X07", "ledger.sealed_closing.recorded.v1", "日清日结(封存账)", "closing of the sealed log", Sealed, CLOSING).own(),
    row("X07", "ledger.signature_key.announced.v1", "宣告签名公钥", "further signature key announced", Public, SIGNATURE_KEY).own(),
    row("X07", "ledger.sealed_signature_key.announced.v1", "宣告签名公钥(封存账)", "further signature key of the sealed log announced", Sealed, SIGNATURE_KEY).own(),
    row("X07", "ledger.signature_key.withdrawn.v1", "停用签名公钥", "further signature key withdrawn", Public, SIGNATURE_KEY).own(),
    row("X07", "ledger.sealed_signature_key.withdrawn.v1", "停用签名公钥(封存账)", "further signature key of the sealed log withdrawn", Sealed, SIGNATURE_KEY).own(),
    row("X07", "ledger.key.rotated.v1", "密钥轮换", "key rotated", Public, ROTATED).own(),
    row("X07", "ledger.sealed_key.rotated.v1", "密钥轮换(封存账)", "key of the sealed log rotated", Sealed, ROTATED).own(),
    row("X07", "ledger.restored.v1", "备份恢复", "restored from a backup", Public, RESTORED).own(),
    row("X07", "ledger.sealed_restored.v1", "备份恢复(封存账)", "sealed log restored from a backup", Sealed, RESTORED).own(),
    row("X08", "ledger.verified.v1", "校验", "ledger verified", Public, &[
        must("range", Text, "范围", "the range"),
        must("tool_version", VERSION, "工具版本", "version of the tool"),
        must("result", Word(&["pass", "fail", "cannot_tell"]), "结论", "the verdict"),
        may("anomalies", ROWS, "异常", "anomalies"),
    ]),
    row("X09", "access.recorded.v1", "访问留痕", "access recorded", Sealed, &[
        must("who", CODE, "访问者", "who"),
        must("query", Text, "查询", "the query"),
        PURPOSE,
        must("subject_count", Count, "涉及主体数", "subjects concerned"),
        may("role", CODE, "角色", "under which role"),
        may("members", ROWS, "涉及的密封项", "the sealed members concerned"),
        may("result", Word(&["出示", "拒绝"]), "结果", "the result"),
        may("refused_for", CODE, "拒绝原因", "why it was refused"),
    ]).own(),
    row("X09", "vault.role.granted.v1", "授予保密库角色", "vault role granted", Sealed, &[
        ROLE[0], ROLE[1],
        may("classes", List(&CLASS), "可开启的类", "the classes that may be opened"),
        may("powers", List(&Word(&["erase", "close"])), "职权:销毁密钥、日结", "powers: to erase, to close a log"),
        VALID_FROM,
        may("valid_to", Moment, "失效时间(不含)", "not any more from this moment on"),
        PURPOSE,
        may("by", CODE, "提出人", "who asked for it"),
        may("approver", CODE, "批准人(另一人,非担任者)", "who approved: another person, not the member"),
        may("adopted_from", Text, "承自", "the configuration that it was taken over from"),
    ]).own(),
    row("X09", "vault.role.revoked.v1", "撤销保密库角色", "vault role revoked", Sealed, &[
        ROLE[0], ROLE[1],
        VALID_FROM,
        PURPOSE,
        must("by", CODE, "提出人", "who asked for it"),
        may("approver", CODE, "批准人", "who approved"),
    ]).own(),
    row("X10", "export.produced.v1", "导出归档", "export produced", Supervisor, &[
        must("manifest_hash", HASH, "清单摘要", "digest of the manifest"),
        must("four_property_report", HASH, "四性检测报告摘要", "digest of the four-property report"),
        must("recipient", Text, "接收方", "the recipient"),
    ]),
    row("X11", "hash_algorithm.migrated.v1", "算法迁移", "hash algorithm migrated", Public, &[
        must("from", CODE, "原算法", "from"),
        must("to", CODE, "新算法", "to"),
        must("rehash_root", HASH, "重算根", "root computed again"),
    ]),
    row("X12", "import.batch.recorded.v1", "历史导入批次", "import batch recorded", Supervisor, &[
        may("part", Count, "第几部分", "which part"),
        may("parts", Count, "共几部分", "of how many"),
        must("file", Object(&[
            must("name", Text, "文件名", "name"),
            must("digest", CODE, "文件摘要", "digest, with its algorithm"),
            must("bytes", Count, "字节数", "bytes"),
            may("encoding", Text, "编码", "encoding"),
            must("format", CODE, "格式", "format"),
        ]), "文件", "the file"),
        may("cases", Count, "案件数", "cases"),
        may("empty_cases", Count, "空案件数", "cases without events"),
        must("source_events", Count, "源事件数", "events of the source"),
        may("refused", Count, "未入账数", "events refused"),
        may("mapping", Object(&[
            must("name", Text, "名称", "name"),
            must("version", Text, "版本", "version"),
            must("digest", CODE, "摘要", "digest, with its algorithm"),
        ]), "映射", "the mapping"),
        may("first_at", Moment, "最早发生时间", "earliest act"),
        may("last_at", Moment, "最晚发生时间", "latest act"),
        may("header", ROWS, "文件头", "header rows"),
    ]),
    row("X12", "import.activity.recorded.v1", "原系统活动", "activity of a source system", Unit, &[
        may("amount_fen", Fen, "金额(分)", "amount in fen"),
        may("amount_minor", Int, "金额(最小货币单位)", "amount in minor units"),
        may("amount_text", Decimal, "金额(原文)", "amount as the source wrote it"),
        may("currency", CODE, "币种(ISO 4217)", "currency"),
    ]),
    row("X13", "clock.anomaly.detected.v1", "时钟异常", "clock anomaly detected", Supervisor, &[
        must("source", CODE, "来源", "which clock"),
        must("skew_ms", Int, "偏差", "skew").unit("ms"),
    ]).own(),
    row("X14", "intake.refused.v1", "拒收", "intake refused", Supervisor, &[
        must("reason", CODE, "原因代码", "code of the reason"),
        must("digest", HASH, "内容的带密钥摘要(不存内容)", "keyed digest; never the content"),
        may("place", Text, "位置", "the place"),
    ]).own(),
];
