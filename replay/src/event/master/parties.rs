//! MD28–MD31, MD33–MD34: parties, projects, who assists whom, intermediaries.

use super::entity;
use super::units::NAMES;
use crate::event::element as e;
use crate::event::member::Kind::{Bool, Date, Either, List, Object, Text, Word};
use crate::event::member::{
    CODE, Kind, NO, OFFICER, OFFICERS, PARTY, REGION, ROWS as ANY_ROWS, UNIT, may, must,
};
use crate::event::register::EventType;
use crate::event::register::Sensitivity::{Personal, SensitivePersonal};

#[rustfmt::skip]
const PARTY_KINDS: Kind = Word(&["企业", "个体工商户", "农民专业合作社", "社会组织", "事业单位", "自然人"]);

/// 沿革: where the party comes from, so that a new licence does not make it new.
#[rustfmt::skip]
const LINEAGE: Kind = List(&Object(&[
    must("kind", Word(&["更名", "合并", "吸收", "分立", "换照"]), "种类", "kind"),
    must("party_id", PARTY, "前身", "predecessor"),
    may("on", Date, "日期", "on"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M28", "party", "相对人", "party", [
        must("party_id", PARTY, "相对人编号", "id of the party"),
        must("kind", PARTY_KINDS, "种类", "kind"),
        may("uscc", NO, "统一社会信用代码", "unified social credit code"),
        may("org_code", NO, "组织机构代码(2015年前)", "organisation code, before 2015"),
        may("name", Text, "名称(仅组织)", "name, of organisations only"),
        may("name_history", NAMES, "名称沿革(仅组织)", "names over time, of organisations only"),
        may("registered_address", Text, "注册地址(仅组织)", "registered address, of organisations only"),
        may("region", REGION, "行政区划", "region"),
        may("key_enterprise", Either(&[Bool, Object(&[
            may("from", Date, "起始日期(含)", "first day"),
            may("to", Date, "截止日期(不含)", "the day after the last"),
        ])]), "重点企业(是否,或起止)", "a key enterprise: whether, or from and to"),
        may("park", CODE, "园区", "the park"),
        may("industry", Text, "行业", "industry"),
        may("size", Text, "规模", "size"),
        may("lineage", LINEAGE, "沿革", "lineage"),
        may("name_of_person", Text, "姓名", "name of a person").sealed(Personal),
        may("id_no", NO, "身份证件号码", "identity document number").sealed(SensitivePersonal),
        may("phone", NO, "电话", "telephone").sealed(Personal),
        may("address", Text, "住址", "address").sealed(SensitivePersonal),
        may("legal_representative", Text, "法定代表人", "legal representative").sealed(Personal),
    ]),
    entity!("M29", "project", "重大项目", "project", [
        must("project_code", NO, "国家投资项目代码", "code of the investment project"),
        may("name", Text, "名称", "name"),
        must("owner", PARTY, "项目单位", "the owner"),
        may("roster_from", Date, "列入日期(含)", "on the roster from"),
        may("roster_to", Date, "移出日期(不含)", "on the roster to, exclusive"),
        may("green_channel", Bool, "绿色通道", "in the green channel"),
    ]),
    entity!("M30", "assistance", "挂点帮扶", "assistance", [
        must("organ", UNIT, "挂点单位", "the organ"),
        must("enterprise", PARTY, "企业", "the enterprise"),
        must("leader", OFFICER, "主要负责人", "the leader"),
        must("deputy", OFFICER, "分管负责人", "the deputy"),
        must("staff", OFFICERS, "工作人员(2至3名)", "staff, two or three"),
        e::FROM,
        e::TO,
    ]),
    entity!("M31", "monitoring_point", "监测点", "monitoring point", [
        must("region", REGION, "行政区划", "region"),
        must("industry", Text, "行业", "industry"),
        must("level", Text, "层级", "level"),
        may("enterprise", PARTY, "企业或单位", "enterprise or institution"),
        e::FROM.optional(),
        e::TO,
    ]),
    entity!("M33", "intermediary", "中介协会", "intermediary", [
        must("org", PARTY, "机构", "the organisation"),
        may("name", Text, "名称", "name"),
        may("sponsoring_organ", UNIT, "主办机关", "sponsoring organ"),
        may("decoupled_on", Date, "脱钩日期", "decoupled on"),
        may("authorisations", ANY_ROWS, "授权", "authorisations"),
    ]),
    entity!("M34", "outside_post", "兼职登记", "outside post", [
        must("officer", OFFICER, "人员", "the officer"),
        must("org", PARTY, "机构", "the organisation"),
        must("post", Text, "职务", "the post"),
        may("paid", Bool, "取酬", "paid"),
        may("approved", Bool, "经批准", "approved"),
        e::FROM.optional(),
        e::TO,
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
