//! MD21, MD35–MD38, MD40: calendar days, models, code lists, rules, parameters, keys.

use super::entity;
use crate::event::element as e;
use crate::event::member::Kind::{Any, Bool, Date, Hex, List, Map, Moment, Text, Word};
use crate::event::member::{
    CODE, HASH, Kind, NO, NUMBER, OFFICER, ROWS as ANY_ROWS, RULE, TEXTS, may, must,
};
use crate::event::register::EventType;

/// 日类 (specification §2.4).
#[rustfmt::skip]
pub(super) const DAY_KINDS: Kind = Word(&["workday", "weekend", "legal_holiday", "bridging_off", "makeup_workday"]);

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M21", "calendar_day", "工作日历行", "calendar day", [
        must("date", Date, "日期", "the day"),
        must("kind", DAY_KINDS, "日类", "kind of day"),
        may("name", Text, "名称", "name"),
        may("source_paper", Text, "依据通知", "the notice it rests on"),
    ]),
    entity!("M35", "model", "预警模型与考评方案", "model", [
        must("kind", Word(&["warning", "evaluation"]), "种类", "kind"),
        may("indicators", ANY_ROWS, "指标", "indicators"),
        may("components", ANY_ROWS, "组成与权重", "components and weights"),
        may("weights", Map(&Any), "权重", "weights"),
        may("thresholds", Map(&Any), "阈值", "thresholds"),
        may("groups", ANY_ROWS, "分组", "ranking groups"),
        may("composite_threshold", NUMBER, "综合阈值", "composite threshold"),
        may("publicity_rule", Text, "公示规则", "publicity rule"),
        e::APPROVER.optional(),
    ]),
    entity!("M36", "code", "代码表", "code", [
        must("list", CODE, "代码表", "the code list"),
        must("code", CODE, "代码", "code"),
        must("name", Text, "名称", "name"),
        may("parent", CODE, "上级代码", "parent code"),
    ]),
    entity!("M37", "rule", "规则", "rule", [
        must("rule_id", RULE, "规则", "the rule"),
        must("layer", Word(&["L0", "L1", "L2", "L3", "L4"]), "规范层级", "layer of the norm"),
        must("engine_function_id", CODE, "引擎函数", "function of the engine"),
        must("hash", HASH, "函数摘要", "digest of the function"),
        must("severity", Word(&["INFO", "BLUE", "YELLOW", "RED", "REFER"]), "严重程度", "severity"),
        may("consequences", TEXTS, "应有后果", "consequences"),
    ]),
    entity!("M38", "parameter", "参数行", "parameter", [
        must("value", Any, "值", "the value"),
        may("name", Text, "名称", "name"),
        may("approver", OFFICER, "批准人", "who approved"),
    ]),
    entity!("M40", "key", "密钥证书", "key", [
        must("key_id", NO, "密钥编号", "id of the key"),
        must("signer", CODE, "签名人", "the signer"),
        must("algorithm", Word(&["Ed25519", "SM2"]), "算法", "algorithm"),
        may("public_key", Text, "公钥", "public key"),
        may("cert_chain", List(&Text), "证书链", "chain of certificates"),
        may("fingerprint", Hex, "指纹", "fingerprint"),
        may("revoked", Bool, "已吊销", "revoked"),
        may("revoked_on", Date, "吊销日期", "revoked on"),
        may("revoked_at", Moment, "吊销时间", "when it was revoked"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
