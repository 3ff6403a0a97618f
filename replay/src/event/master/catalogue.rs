//! MD01–MD03, MD20, MD23: the catalogue of items, what was handed down, entrusted or
//! cancelled, what was promised, and which domains are exempt.

use super::entity;
use crate::event::element as e;
use crate::event::hall::POWERS;
use crate::event::member::Kind::{Bool, Count, Date, Either, List, Object, Text, Word};
use crate::event::member::{
    CODE, FEE_ITEM, ITEM, Kind, LAWS, LIMIT, NO, OFFICER, REGION, TEXTS, UNIT, URL, may, must,
};
use crate::event::register::EventType;

#[rustfmt::skip]
const ITEM_KINDS: Kind = Word(&[
    "行政许可", "行政处罚", "行政强制", "行政征收", "行政给付", "行政检查", "行政确认", "行政奖励",
    "行政裁决", "其他行政权力", "公共服务", "非行政许可审批",
]);

#[rustfmt::skip]
const MATERIALS: Kind = List(&Object(&[
    must("name", Text, "材料名称", "name"),
    may("form", Text, "形式", "form"),
    may("copies", Count, "份数", "copies"),
    may("source", Text, "来源", "source"),
    may("shared", Bool, "可共享获取", "obtained by sharing"),
]));

#[rustfmt::skip]
const STAGES: Kind = List(&Object(&[
    must("name", Text, "环节", "the stage"),
    may("role", Text, "岗位", "the role"),
    may("wd", Count, "工作日", "working days").unit("wd"),
    may("back_office", Bool, "后台环节", "done in the back office"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M01", "item", "事项目录", "item", [
        must("item_code", ITEM, "实施编码(31位)或本地编码", "item code, 31 characters or local"),
        may("base_code", CODE, "基本编码(12位)", "base code, 12 characters"),
        may("business_code", CODE, "业务办理项编码", "business code"),
        must("name", Text, "事项名称", "name"),
        must("item_kind", ITEM_KINDS, "事项类型", "kind of item"),
        must("subject_unit", UNIT, "实施主体", "the unit that exercises it"),
        may("on_behalf_of_unit", UNIT, "委托机关", "the organ in whose name it acts, if entrusted"),
        must("exercise_level", Word(&["国家", "省", "市", "县", "乡", "村"]), "行使层级", "level at which it is exercised"),
        must("disposition", Word(&["retained", "delegated", "entrusted", "cancelled", "merged", "moved"]), "处置", "disposition"),
        may("batch", NO, "批次", "the batch"),
        may("predecessor_item", ITEM, "前身事项", "predecessor"),
        may("successor_item", ITEM, "后继事项", "successor"),
        e::CATALOGUE_VERSION,
        may("legal_basis", LAWS, "设定依据", "legal basis"),
        may("conditions", TEXTS, "许可条件", "conditions"),
        may("materials", MATERIALS, "申请材料", "materials"),
        may("stages", STAGES, "办理环节", "stages"),
        may("legal_limit", LIMIT, "法定期限", "limit by law"),
        may("promised_limit", LIMIT, "承诺期限", "limit by promise"),
        may("handling_type", Word(&["即办件", "承诺件"]), "办件类型", "handling type"),
        may("special_procedures", TEXTS, "特别程序", "special procedures"),
        may("fee_items", List(&FEE_ITEM), "收费项目", "fee items"),
        may("quantity_limit", Either(&[Count, Text]), "数量限制", "limit of quantity"),
        may("in_hall_required", Bool, "应进大厅", "must be dealt with in the hall"),
        may("in_hall_fee_required", Bool, "应在大厅收费", "its fee must be charged in the hall"),
        may("online_since", Date, "网办起始日期", "online since"),
        may("online_depth", Text, "网办深度", "how far it goes online"),
        may("default_eligible", Bool, "适用超时默认", "eligible for deemed consent"),
        may("default_reason", Text, "适用与否的理由", "why it is or is not eligible"),
        may("exempt_domain", Text, "豁免领域", "exempt domain"),
        may("legal_bar", Kind::Any, "法律禁止下放(依据)", "what law keeps it from being delegated"),
        may("result_document", Text, "结果文书", "document of the result"),
        may("result_validity", Either(&[LIMIT, Text]), "结果有效期", "validity of the result"),
        may("guide_url", URL, "办事指南网址", "address of the service guide"),
        may("secrecy", Text, "保密要求", "secrecy"),
    ]),
    entity!("M02", "batch_row", "批次清单", "batch row", [
        must("batch_id", NO, "批次", "the batch"),
        must("kind", Word(&["下放", "委托", "取消"]), "种类", "kind"),
        must("item_code", ITEM, "事项", "the item"),
        may("base_code", CODE, "基本编码", "base code"),
        may("name", Text, "事项名称", "name"),
        may("from_unit", UNIT, "原实施单位", "from which unit"),
        may("to_unit", UNIT, "承接单位", "to which unit"),
        must("effective_on", Date, "生效日期", "effective on"),
        may("transitional_cases", Text, "在办件处理规则", "rule for running cases"),
    ]),
    entity!("M03", "takeover", "承接登记", "takeover", [
        must("item_code", ITEM, "事项", "the item"),
        must("county", REGION, "县(区)", "the county"),
        must("receiving_unit", UNIT, "承接单位", "the unit that takes it over"),
        must("accepted_on", Date, "承接日期", "accepted on"),
        may("staff", Count, "配备人员", "staff"),
        may("system_ready", Bool, "系统就绪", "the system is ready"),
        may("training", Bool, "已培训", "training was given"),
    ]),
    entity!("M18", "authorisation", "首席代表授权书", "authorisation", [
        must("officer", OFFICER, "首席代表", "the chief representative"),
        must("unit", UNIT, "单位", "the unit"),
        must("items", List(&ITEM), "授权事项", "the items"),
        must("powers", POWERS, "授权权限", "the powers"),
        may("seal_id", NO, "审批专用章", "the seal"),
        e::FROM,
        e::TO,
        may("document", NO, "授权书", "the document"),
    ]),
    entity!("M20", "promise", "服务承诺", "promise", [
        must("item", ITEM, "事项", "the item"),
        must("promised_wd", Count, "承诺工作日", "working days promised").unit("wd"),
        may("legal_wd", Count, "法定工作日", "working days by law").unit("wd"),
        may("channel", Text, "公布渠道", "channel"),
        e::CATALOGUE_VERSION,
    ]),
    entity!("M23", "exempt_domain", "豁免领域", "exempt domain", [
        must("list", Word(&["delegation", "inspection", "first_violation", "default"]), "清单", "which of the lists"),
        must("code", CODE, "代码", "code"),
        must("name", Text, "名称", "name"),
        may("basis", Text, "依据", "the legal basis"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
