//! 双公示 permits: the standard of 2018 (specification §4.6) and that of 2016.

use super::{Column, Kind, Profile, Role, may, needed};

pub(super) const NOW: Profile = Profile {
    name: "permits-2018",
    zh: "双公示许可2018",
    en: "credit publicity, permits, columns of 2018",
    kind: Kind::Permit,
    columns: COLUMNS,
    states: &[("1", "有效"), ("2", "无效")],
    penalty_kinds: &[],
};

pub(super) const OLD: Profile = Profile {
    name: "permits-2016",
    zh: "双公示许可2016",
    en: "credit publicity, permits, columns of 2016",
    kind: Kind::Permit,
    columns: OLD_COLUMNS,
    states: super::penalties::OLD_STATES,
    penalty_kinds: &[],
};

#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    needed("XK_XDR_MC", "行政相对人名称", Role::PartyName, &["相对人名称"]),
    needed("XK_XDR_LB", "行政相对人类别", Role::PartyKind, &["相对人类别"]),
    needed("XK_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)", Role::Uscc, &["行政相对人代码_1", "代码_1(统一社会信用代码)", "代码_1", "统一社会信用代码"]),
    may("XK_XDR_GSZC", "行政相对人代码_2(工商注册号)", Role::RegistrationNo, &["行政相对人代码_2", "代码_2(工商注册号)", "代码_2", "工商注册号", "行政相对人代码_3(工商注册号)", "代码_3(工商注册号)", "行政相对人代码_2(工商登记码)", "工商登记码"]),
    may("XK_XDR_ZZJG", "行政相对人代码_3(组织机构代码)", Role::OrgCode, &["行政相对人代码_3", "代码_3(组织机构代码)", "代码_3", "组织机构代码", "行政相对人代码_2(组织机构代码)", "代码_2(组织机构代码)"]),
    may("XK_XDR_SWDJ", "行政相对人代码_4(税务登记号)", Role::TaxNo, &["行政相对人代码_4", "代码_4(税务登记号)", "代码_4", "税务登记号"]),
    may("XK_XDR_SYDW", "行政相对人代码_5(事业单位证书号)", Role::InstitutionNo, &["行政相对人代码_5", "代码_5(事业单位证书号)", "代码_5", "事业单位证书号"]),
    may("XK_XDR_SHZZ", "行政相对人代码_6(社会组织登记证号)", Role::AssociationNo, &["行政相对人代码_6", "代码_6(社会组织登记证号)", "代码_6", "社会组织登记证号"]),
    may("XK_FRDB", "法定代表人", Role::Representative, &["法定代表人姓名", "法人代表"]),
    may("XK_FR_ZJLX", "法定代表人证件类型", Role::Paper, &[]),
    may("XK_FR_ZJHM", "法定代表人证件号码", Role::PaperNo, &["XK_FR_SFZH", "法定代表人身份证号"]),
    may("XK_XDR_ZJLX", "证件类型", Role::Paper, &["自然人证件类型"]),
    may("XK_XDR_ZJHM", "证件号码", Role::PaperNo, &["自然人证件号码", "居民身份证号", "身份证号"]),
    may("XK_XKWS", "行政许可决定文书名称", Role::DocumentName, &["许可决定文书名称"]),
    needed("XK_WSH", "行政许可决定文书号", Role::DecisionNo, &["行政许可决定书文号", "许可决定文书号", "决定书文号"]),
    may("XK_XKLB", "许可类别", Role::PermitKind, &[]),
    may("XK_XKZS", "许可证书名称", Role::CertType, &[]),
    may("XK_XKBH", "许可编号", Role::CertNo, &["许可证书编号"]),
    needed("XK_NR", "许可内容", Role::Content, &[]),
    needed("XK_JDRQ", "许可决定日期", Role::DecidedOn, &[]),
    may("XK_YXQZ", "有效期自", Role::ValidFrom, &["许可有效期自"]),
    needed("XK_YXQZI", "有效期至", Role::ValidTo, &["许可有效期至"]),
    needed("XK_XKJG", "许可机关", Role::Organ, &[]),
    may("XK_XKJGDM", "许可机关统一社会信用代码", Role::OrganCode, &[]),
    may("XK_ZT", "当前状态", Role::Status, &[]),
    may("XK_LYDW", "数据来源单位", Role::Source, &[]),
    may("XK_LYDWDM", "数据来源单位统一社会信用代码", Role::SourceCode, &[]),
    may("BZ", "备注", Role::Remarks, &[]),
];

#[rustfmt::skip]
const OLD_COLUMNS: &[Column] = &[
    needed("XK_WSH", "行政许可决定书文号", Role::DecisionNo, &["行政许可决定文书号", "决定书文号"]),
    needed("XK_XMMC", "项目名称", Role::ItemName, &["许可项目名称"]),
    may("XK_SPLB", "审批类别", Role::PermitKind, &[]),
    needed("XK_NR", "许可内容", Role::Content, &[]),
    needed("XK_XDR", "行政相对人名称", Role::PartyName, &["XK_XDR_MC", "相对人名称"]),
    needed("XK_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)", Role::Uscc, &["行政相对人代码_1", "代码_1(统一社会信用代码)", "代码_1", "统一社会信用代码"]),
    may("XK_XDR_ZDM", "行政相对人代码_2(组织机构代码)", Role::OrgCode, &["行政相对人代码_2", "代码_2(组织机构代码)", "代码_2", "组织机构代码"]),
    may("XK_XDR_GSDJ", "行政相对人代码_3(工商登记码)", Role::RegistrationNo, &["行政相对人代码_3", "代码_3(工商登记码)", "代码_3", "工商登记码", "行政相对人代码_3(工商注册号)", "代码_3(工商注册号)"]),
    may("XK_XDR_SWDJ", "行政相对人代码_4(税务登记号)", Role::TaxNo, &["行政相对人代码_4", "代码_4(税务登记号)", "代码_4", "税务登记号"]),
    may("XK_XDR_SFZ", "行政相对人代码_5(居民身份证号)", Role::PaperNo, &["行政相对人代码_5", "代码_5(居民身份证号)", "代码_5", "居民身份证号", "行政相对人代码_5(居民身份证号码)"]),
    may("XK_FR", "法定代表人姓名", Role::Representative, &["法定代表人"]),
    needed("XK_JDRQ", "许可决定日期", Role::DecidedOn, &[]),
    needed("XK_JZQ", "许可截止期", Role::ValidTo, &["许可截止日期"]),
    needed("XK_XZJG", "许可机关", Role::Organ, &[]),
    may("XK_ZT", "当前状态", Role::Status, &[]),
    may("DFBM", "地方编码", Role::Other, &[]),
    may("SJC", "数据更新时间戳", Role::Other, &["数据更新时间"]),
    may("BZ", "备注", Role::Remarks, &[]),
];
