//! MD09–MD14, MD39: units and their lineage, posts, officers and certificates.

use super::entity;
use crate::event::element as e;
use crate::event::member::Kind::{Bool, Count, Date, List, Object, Text, Word};
use crate::event::member::{
    Kind, NO, OFFICER, REGION, ROWS as ANY_ROWS, TEXTS, UNIT, UNITS, may, must,
};
use crate::event::register::EventType;
use crate::event::register::Sensitivity::{Personal, SensitivePersonal};

#[rustfmt::skip]
const UNIT_KINDS: Kind = Word(&[
    "行政机关", "参公事业", "事业单位", "公共服务部门", "司法机关", "党群", "中介", "协会", "园区管委会",
]);

/// 曾用名.
#[rustfmt::skip]
pub(super) const NAMES: Kind = List(&Object(&[
    must("name", Text, "名称", "name"),
    may("from", Date, "起始日期(含)", "first day"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
]));

#[rustfmt::skip]
const HISTORY: Kind = List(&Object(&[
    must("unit", UNIT, "单位", "the unit"),
    may("from", Date, "起始日期(含)", "first day"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M09", "unit", "单位", "unit", [
        must("unit_id", UNIT, "单位编号", "id of the unit"),
        may("uscc", NO, "统一社会信用代码", "unified social credit code"),
        must("name", Text, "名称", "name"),
        may("name_history", NAMES, "曾用名", "former names"),
        must("kind", UNIT_KINDS, "种类", "kind"),
        may("organ_class", TEXTS, "机关类别", "classes of organ"),
        may("level", Text, "层级", "level"),
        may("region", REGION, "行政区划", "region"),
        may("parent", UNIT, "上级单位", "parent"),
        may("approved_headcount", Count, "编制", "approved headcount"),
        may("in_hall_headcount", Count, "核定进厅人数", "headcount in the hall"),
        may("roles", TEXTS, "职责", "roles"),
    ]),
    entity!("M10", "unit_lineage", "机构沿革", "unit lineage", [
        must("predecessors", UNITS, "前身", "predecessors"),
        must("successors", UNITS, "后继", "successors"),
        must("kind", Word(&["更名", "合并", "分立", "撤销", "职能划转"]), "种类", "kind"),
        may("item_transfer_map", ANY_ROWS, "事项划转表", "which items went where"),
        must("on", Date, "日期", "on"),
        may("responsibility_rule", Text, "责任承继规则", "who answers for what went before"),
    ]),
    entity!("M11", "post", "职务任免", "post", [
        must("post", Text, "职务", "the post"),
        must("officer_id", OFFICER, "任职人员", "the holder"),
        must("unit", UNIT, "单位", "the unit"),
        may("domain", Text, "分管领域", "domain, of a deputy"),
        may("acting", Bool, "主持工作", "acting"),
        e::FROM,
        e::TO,
    ]),
    entity!("M12", "officer", "工作人员", "officer", [
        must("officer_id", OFFICER, "人员编号", "id of the officer"),
        must("personnel_kind", Word(&["公务员", "参公", "事业编", "聘用", "辅助"]), "人员类别", "personnel kind"),
        may("unit", UNIT, "单位", "the unit"),
        may("unit_history", HISTORY, "工作单位历史", "units before"),
        may("name", Text, "姓名", "name").sealed(Personal),
        may("id_no", NO, "身份证件号码", "identity document number").sealed(SensitivePersonal),
        may("phone", NO, "电话", "telephone").sealed(Personal),
    ]),
    entity!("M13", "certificate", "执法证", "certificate", [
        must("cert_no", NO, "执法证号", "number of the certificate"),
        must("officer_id", OFFICER, "持证人", "the holder"),
        may("issuing_organ", Text, "发证机关", "the issuer"),
        may("organ", UNIT, "执法机关", "the organ"),
        may("enforcement_types", TEXTS, "执法类别", "types of enforcement"),
        may("scope_region", REGION, "执法区域", "region"),
        may("suspended_from", Date, "暂扣起始日期(含)", "suspended from"),
        may("suspended_to", Date, "暂扣截止日期(不含)", "suspended to, exclusive"),
        may("revoked_on", Date, "吊销日期", "revoked on"),
    ]),
    entity!("M14", "qualification", "执法主体资格", "qualification", [
        must("unit", UNIT, "单位", "the unit"),
        must("basis", Word(&["行政机关", "法律法规授权", "委托"]), "取得方式", "basis"),
        must("types", TEXTS, "执法类别", "types of enforcement"),
        may("announced_on", Date, "公告日期", "announced on"),
    ]),
    entity!("M39", "leading_group", "领导小组", "leading group", [
        must("name", Text, "名称", "name"),
        may("chair_post", Text, "组长职务", "post of the chair"),
        may("members", UNITS, "成员单位", "member units"),
        may("office", UNIT, "办公室", "its office"),
        may("work_plan", Kind::Any, "工作方案", "the work plan"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
