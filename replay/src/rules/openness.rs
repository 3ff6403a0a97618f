//! 二.4 政务公开,严禁暗箱操作.

mod approvals;
mod black_box;
mod decisions;
mod discretion;
mod documents;
mod powers;

pub(super) use black_box::cited_documents;
pub(super) use discretion::fine;

use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] =
    &[FIVE_STEPS, OPEN_POWER, DISCRETION, OPEN_APPROVAL, MONITORING, REACH, DOCUMENTS, BLACK_BOX];

const FIVE_STEPS: Rule = Rule {
    id: "R2.4.1",
    version: 2,
    zh: "行政决策五步必经程序",
    en: "five mandatory decision steps",
    quote: "把公众参与、专家论证、风险评估、合法性审查和集体讨论决定作为必经程序",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(decisions::five_steps)],
    ..Rule::ENTRY
};

const OPEN_POWER: Rule = Rule {
    id: "R2.4.2",
    zh: "行政权力公开透明运行",
    en: "open exercise of power",
    quote: "明确行使权力的主体、依据、运行程序和监督措施",
    kind: Kind("D+R"),
    status: Status::Judged,
    checks: &[Check::City(powers::complete)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const DISCRETION: Rule = Rule {
    id: "R2.4.3",
    version: 3,
    zh: "规范自由裁量权",
    en: "discretion standards",
    quote: "进一步规范自由裁量权",
    kind: Kind("D+R"),
    status: Status::Judged,
    checks: &[Check::Case(discretion::within)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const OPEN_APPROVAL: Rule = Rule {
    id: "R2.4.4",
    zh: "行政审批公开",
    en: "open approval",
    quote: "公开审批项目、办理程序、办理结果",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(approvals::published)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const MONITORING: Rule = Rule {
    id: "R2.4.5",
    zh: "强化过程监控",
    en: "process monitoring",
    quote: "强化过程监控",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(approvals::trail)],
    ..Rule::ENTRY
};

const REACH: Rule = Rule {
    id: "R2.4.6",
    zh: "电子政务网络与网上办事",
    en: "e-government reach",
    quote: "建立健全市、县(区)两级电子政务网络,完善门户网站功能,扩大网上办事范围",
    kind: Kind("M"),
    status: Status::Statistic,
    ..Rule::ENTRY
};

const DOCUMENTS: Rule = Rule {
    id: "R2.4.7",
    version: 2,
    zh: "不涉密文件门户公开",
    en: "publish all non-secret documents",
    quote: "凡是不涉密的文件都要按《政务信息公开条例》要求,通过政府门户网站公开",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(documents::published)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const BLACK_BOX: Rule = Rule {
    id: "R2.4.8",
    version: 2,
    zh: "暗箱操作四禁",
    en: "four forms of black-box operation",
    quote: "严格禁止政策不透明、标准不统一、承诺不兑现、结果不公开",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[
        Check::Case(black_box::kept),
        Check::City(black_box::basis),
        Check::City(black_box::uniform),
    ],
    ..Rule::ENTRY
};
