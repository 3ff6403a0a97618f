//! 双公示 penalties: the standard of 2018 (specification §4.6) and that of 2016.

use super::{Column, Kind, Profile, Role, may, needed};

pub(super) const NOW: Profile = Profile {
    name: "penalties-2018",
    zh: "双公示处罚2018",
    en: "credit publicity, penalties, columns of 2018",
    kind: Kind::Penalty,
    columns: COLUMNS,
    states: &[],
    penalty_kinds: &[],
};

pub(super) const OLD: Profile = Profile {
    name: "penalties-2016",
    zh: "双公示处罚2016",
    en: "credit publicity, penalties, columns of 2016",
    kind: Kind::Penalty,
    columns: OLD_COLUMNS,
    states: OLD_STATES,
    penalty_kinds: OLD_KINDS,
};

/// 当前状态 of 2016, in both its tables.
pub(super) const OLD_STATES: &[(&str, &str)] =
    &[("0", "正常"), ("1", "撤销"), ("2", "异议"), ("3", "其他")];

/// 处罚类别1 and 2 of 2016.
const OLD_KINDS: &[(&str, &str)] = &[
    ("0", "警告"),
    ("1", "罚款"),
    ("2", "没收违法所得、没收非法财物"),
    ("3", "责令停产停业"),
    ("4", "暂扣或者吊销许可证、暂扣或者吊销执照"),
    ("5", "行政拘留"),
    ("6", "其他"),
];

#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    needed("CF_XDR_MC", "行政相对人名称", Role::PartyName, &["相对人名称"]),
    needed("CF_XDR_LB", "行政相对人类别", Role::PartyKind, &["相对人类别"]),
    needed("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)", Role::Uscc, &["行政相对人代码_1", "代码_1(统一社会信用代码)", "代码_1", "统一社会信用代码"]),
    may("CF_XDR_GSZC", "行政相对人代码_2(工商注册号)", Role::RegistrationNo, &["行政相对人代码_2", "代码_2(工商注册号)", "代码_2", "工商注册号", "行政相对人代码_3(工商注册号)", "代码_3(工商注册号)", "行政相对人代码_2(工商登记码)", "工商登记码"]),
    may("CF_XDR_ZZJG", "行政相对人代码_3(组织机构代码)", Role::OrgCode, &["行政相对人代码_3", "代码_3(组织机构代码)", "代码_3", "组织机构代码", "行政相对人代码_2(组织机构代码)", "代码_2(组织机构代码)"]),
    may("CF_XDR_SWDJ", "行政相对人代码_4(税务登记号)", Role::TaxNo, &["行政相对人代码_4", "代码_4(税务登记号)", "代码_4", "税务登记号"]),
    may("CF_XDR_SYDW", "行政相对人代码_5(事业单位证书号)", Role::InstitutionNo, &["行政相对人代码_5", "代码_5(事业单位证书号)", "代码_5", "事业单位证书号"]),
    may("CF_XDR_SHZZ", "行政相对人代码_6(社会组织登记证号)", Role::AssociationNo, &["行政相对人代码_6", "代码_6(社会组织登记证号)", "代码_6", "社会组织登记证号"]),
    may("CF_FRDB", "法定代表人", Role::Representative, &["法定代表人姓名", "法人代表"]),
    may("CF_FR_ZJLX", "法定代表人证件类型", Role::Paper, &[]),
    may("CF_FR_ZJHM", "法定代表人证件号码", Role::PaperNo, &["CF_FR_SFZH", "法定代表人身份证号"]),
    may("CF_XDR_ZJLX", "证件类型", Role::Paper, &["自然人证件类型"]),
    may("CF_XDR_ZJHM", "证件号码", Role::PaperNo, &["自然人证件号码", "居民身份证号", "身份证号"]),
    needed("CF_WSH", "行政处罚决定书文号", Role::DecisionNo, &["处罚决定书文号", "决定书文号"]),
    may("CF_WFXW", "违法行为类型", Role::Violation, &[]),
    needed("CF_SY", "违法事实", Role::Facts, &["处罚事由"]),
    may("CF_YJ", "处罚依据", Role::Basis, &[]),
    needed("CF_CFLB", "处罚类别", Role::PenaltyKind, &["处罚种类"]),
    may("CF_NR", "处罚内容", Role::Content, &[]),
    needed("CF_NR_FK", "罚款金额(万元)", Role::Fine, &[]),
    needed("CF_NR_WFFF", "没收违法所得、没收非法财物的金额(万元)", Role::Confiscated, &["没收金额(万元)"]),
    may("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", Role::Licence, &[]),
    needed("CF_JDRQ", "处罚决定日期", Role::DecidedOn, &[]),
    may("CF_YXQ", "处罚有效期", Role::ValidTo, &[]),
    may("CF_GSJZQ", "公示截止期", Role::PublicUntil, &["公示截止日期"]),
    needed("CF_CFJG", "处罚机关", Role::Organ, &[]),
    may("CF_CFJGDM", "处罚机关统一社会信用代码", Role::OrganCode, &[]),
    may("CF_SJLY", "数据来源单位", Role::Source, &[]),
    may("CF_SJLYDM", "数据来源单位统一社会信用代码", Role::SourceCode, &[]),
    may("BZ", "备注", Role::Remarks, &[]),
];

#[rustfmt::skip]
const OLD_COLUMNS: &[Column] = &[
    needed("CF_WSH", "行政处罚决定书文号", Role::DecisionNo, &["处罚决定书文号", "决定书文号"]),
    may("CF_CFMC", "处罚名称", Role::Violation, &["案件名称"]),
    needed("CF_CFLB1", "处罚类别1", Role::PenaltyKind, &["处罚类别"]),
    may("CF_CFLB2", "处罚类别2", Role::PenaltyKind, &[]),
    needed("CF_SY", "处罚事由", Role::Facts, &[]),
    may("CF_YJ", "处罚依据", Role::Basis, &[]),
    needed("CF_XDR_MC", "行政相对人名称", Role::PartyName, &["CF_XDR", "相对人名称"]),
    needed("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)", Role::Uscc, &["行政相对人代码_1", "代码_1(统一社会信用代码)", "代码_1", "统一社会信用代码"]),
    may("CF_XDR_ZDM", "行政相对人代码_2(组织机构代码)", Role::OrgCode, &["行政相对人代码_2", "代码_2(组织机构代码)", "代码_2", "组织机构代码"]),
    may("CF_XDR_GSDJ", "行政相对人代码_3(工商登记码)", Role::RegistrationNo, &["行政相对人代码_3", "代码_3(工商登记码)", "代码_3", "工商登记码", "行政相对人代码_3(工商注册号)", "代码_3(工商注册号)"]),
    may("CF_XDR_SWDJ", "行政相对人代码_4(税务登记号)", Role::TaxNo, &["行政相对人代码_4", "代码_4(税务登记号)", "代码_4", "税务登记号"]),
    may("CF_XDR_SFZ", "行政相对人代码_5(居民身份证号)", Role::PaperNo, &["行政相对人代码_5", "代码_5(居民身份证号)", "代码_5", "居民身份证号", "行政相对人代码_5(居民身份证号码)"]),
    may("CF_FR", "法定代表人姓名", Role::Representative, &["法定代表人"]),
    needed("CF_JG", "处罚结果", Role::Content, &["处罚内容"]),
    needed("CF_JDRQ", "处罚决定日期", Role::DecidedOn, &[]),
    may("CF_JZQ", "处罚截止期", Role::ValidTo, &["处罚截止日期"]),
    needed("CF_XZJG", "处罚机关", Role::Organ, &[]),
    may("CF_ZT", "当前状态", Role::Status, &[]),
    may("DFBM", "地方编码", Role::Other, &[]),
    may("SJC", "数据更新时间戳", Role::Other, &["数据更新时间"]),
    may("BZ", "备注", Role::Remarks, &[]),
];
