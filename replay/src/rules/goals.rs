//! 一 目标 / the goals: vocabulary of reports, no breach of their own.

use super::rule::{Kind, Rule, Severity, Status};

pub(super) const RULES: &[Rule] = &[PRINCIPLE, PROBLEMS, FOUR_MOST];

const PRINCIPLE: Rule = Rule {
    id: "G1.1",
    zh: "发展环境理念",
    en: "principle: from controlling to helping",
    quote: "变“管”为“帮”,变“卡”为“扶”",
    kind: Kind("context"),
    severity: Severity::Info,
    status: Status::Context,
    ..Rule::ENTRY
};

const PROBLEMS: Rule = Rule {
    id: "G1.2",
    zh: "问题分类",
    en: "problem taxonomy",
    quote: "行政效率低下,办事拖拉、推诿扯皮、吃拿卡要;企业和群众诉求得不到及时解决;乱收费、乱罚款、乱摊派、乱检查的“四乱”行为…;执法不公和随意执法…有令不行、有禁不止",
    kind: Kind("D"),
    severity: Severity::Info,
    status: Status::Context,
    ..Rule::ENTRY
};

const FOUR_MOST: Rule = Rule {
    id: "G1.3",
    zh: "政务服务“四最”目标",
    en: "four \"most\" targets",
    quote: "审批项目最少、收费标准最低、办事效率最快、服务态度最优",
    kind: Kind("M"),
    severity: Severity::Info,
    status: Status::Statistic,
    ..Rule::ENTRY
};
