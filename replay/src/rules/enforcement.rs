//! 二.7 文明执法,严禁以罚代管.

pub(super) mod certified;
pub(super) mod decision;
mod first_violation;
mod floor;
mod management;
pub(super) mod notice_term;
pub(super) mod rectified;
mod told;

pub(crate) use certified::state_of;
pub(crate) use floor::{Ranged, ranged};

use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] = &[
    CERTIFIED,
    CIVIL_CONDUCT,
    FIRST_VIOLATION,
    RECTIFIED,
    PARK_TOLD,
    PENALTY_FLOOR,
    PENALTY_FOR_MANAGEMENT,
];

const CERTIFIED: Rule = Rule {
    id: "R2.7.1",
    zh: "持证上岗",
    en: "certified officers",
    quote: "严格落实行政执法人员持证上岗制度",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(certified::certified)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const CIVIL_CONDUCT: Rule = Rule {
    id: "R2.7.2",
    zh: "文明执法五项",
    en: "civil conduct",
    quote: "语言文明、态度和蔼、礼貌待人、行为规范、服务优先",
    kind: Kind("Assert+M"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const FIRST_VIOLATION: Rule = Rule {
    id: "R2.7.3",
    zh: "首违告诫",
    en: "first-violation warning",
    quote: "实行“首违告诫”制,…首次发现问题,要下达《整改通知书》,提出限时整改要求",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    version: 2,
    checks: &[Check::Case(notice_term::stated), Check::City(first_violation::first_violation)],
    ..Rule::ENTRY
};

const RECTIFIED: Rule = Rule {
    id: "R2.7.4",
    zh: "按时整改不予处罚",
    en: "no penalty when rectified in time",
    quote: "对按时整改的不予处罚",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(rectified::rectified)],
    ..Rule::ENTRY
};

const PARK_TOLD: Rule = Rule {
    id: "R2.7.5",
    zh: "处罚前告知园区和主管部门",
    en: "prior notice to park and authority",
    quote: "对不按时整改确需处罚的,应事先告知工业园区和主管部门",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(told::told)],
    ..Rule::ENTRY
};

const PENALTY_FLOOR: Rule = Rule {
    id: "R2.7.6",
    version: 2,
    zh: "按下限处罚",
    en: "penalty at the lower bound",
    quote: "并按规定的下限处罚",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(floor::floor)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const PENALTY_FOR_MANAGEMENT: Rule = Rule {
    id: "R2.7.7",
    zh: "严禁以罚代管",
    en: "no penalty instead of management",
    quote: "严禁以罚代管",
    kind: Kind("M+Assert"),
    status: Status::Signal,
    checks: &[
        Check::City(management::uncorrected),
        Check::City(management::again),
        Check::Case(management::target),
    ],
    ..Rule::ENTRY
};
