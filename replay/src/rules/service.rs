//! 二.3 特事特办,严禁推诿扯皮.

mod channel;
mod escalation;
mod handler;
mod joint;
mod notice;
mod promise;
mod timeout;

use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] = &[
    GREEN_CHANNEL,
    FREE_AGENCY,
    PROMISE,
    PARALLEL,
    TIME_LIMIT,
    TIMEOUT_CONSENT,
    ABSENCE_CONSENT,
    SPECIAL_HANDLING,
    SINGLE_DEPARTMENT,
    ONE_NOTICE,
    FIRST_HANDLER,
    BUCK_PASSING,
];

const GREEN_CHANNEL: Rule = Rule {
    id: "R2.3.1",
    zh: "重大项目绿色通道",
    en: "green channel",
    quote: "建立重大项目绿色通道",
    kind: Kind("D+W"),
    status: Status::Judged,
    checks: &[Check::Case(channel::enrolment)],
    ..Rule::ENTRY
};

const FREE_AGENCY: Rule = Rule {
    id: "R2.3.2",
    zh: "无偿代办制",
    en: "free agency service",
    quote: "推行无偿代办制",
    kind: Kind("W+R"),
    status: Status::Judged,
    checks: &[Check::Case(channel::agency)],
    ..Rule::ENTRY
};

const PROMISE: Rule = Rule {
    id: "R2.3.3",
    version: 2,
    zh: "服务承诺制",
    en: "service promise",
    quote: "服务承诺制",
    kind: Kind("D+R"),
    status: Status::Judged,
    checks: &[Check::City(promise::published)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const PARALLEL: Rule = Rule {
    id: "R2.3.4",
    zh: "并联审批制",
    en: "parallel approval",
    quote: "并联审批制",
    kind: Kind("W"),
    status: Status::Judged,
    checks: &[Check::Case(joint::parallel)],
    ..Rule::ENTRY
};

const TIME_LIMIT: Rule = Rule {
    id: "R2.3.5",
    version: 2,
    zh: "限时办结制",
    en: "time-limited completion",
    quote: "限时办结制",
    kind: Kind("W+R"),
    status: Status::Signal,
    checks: &[Check::Case(promise::stages)],
    ..Rule::ENTRY
};

const TIMEOUT_CONSENT: Rule = Rule {
    id: "R2.3.6",
    version: 3,
    zh: "超时默认制",
    en: "deemed consent on timeout",
    quote: "超时默认制",
    kind: Kind("W+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(timeout::defaulted), Check::Sequel(escalation::escalated)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const ABSENCE_CONSENT: Rule = Rule {
    id: "R2.3.7",
    zh: "缺席默认制",
    en: "deemed consent on absence",
    quote: "缺席默认制",
    kind: Kind("W+R"),
    status: Status::Judged,
    checks: &[Check::Case(joint::absent)],
    ..Rule::ENTRY
};

const SPECIAL_HANDLING: Rule = Rule {
    id: "R2.3.8",
    zh: "特事特办范围",
    en: "special handling for major projects and key enterprises",
    quote: "对重大项目和重点企业实行特事特办",
    kind: Kind("D+R"),
    status: Status::Judged,
    checks: &[Check::Case(channel::roster)],
    ..Rule::ENTRY
};

const SINGLE_DEPARTMENT: Rule = Rule {
    id: "R2.3.9",
    zh: "单部门限时办结",
    en: "single-department matters",
    quote: "凡是涉及一个部门(含所辖单位)的事项,必须限时办结",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(promise::handed_down)],
    silence: Silence::After,
    ..Rule::ENTRY
};

const ONE_NOTICE: Rule = Rule {
    id: "R2.3.10",
    version: 2,
    zh: "一次性全面告知",
    en: "one-time complete notification",
    quote: "不符合办理条件的,要及时一次性全面告知",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::Case(notice::once)],
    ..Rule::ENTRY
};

const FIRST_HANDLER: Rule = Rule {
    id: "R2.3.11",
    zh: "首办负责制",
    en: "first-handler responsibility",
    quote: "凡是涉及多个部门的事项,一律实行“首办负责制”",
    kind: Kind("W+R"),
    status: Status::Judged,
    checks: &[Check::Case(handler::responsible)],
    ..Rule::ENTRY
};

const BUCK_PASSING: Rule = Rule {
    id: "R2.3.12",
    zh: "不准推诿扯皮",
    en: "no buck-passing",
    quote: "不准相互推诿扯皮",
    kind: Kind("R(signal)"),
    status: Status::Signal,
    checks: &[Check::Case(handler::passed_on), Check::City(handler::each_other)],
    ..Rule::ENTRY
};
