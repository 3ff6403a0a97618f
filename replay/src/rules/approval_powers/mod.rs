//! 二.1 松绑放权,严禁滥用审批.

mod acts;
mod catalogue;
mod standing;
mod thresholds;

use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] = &[
    DELEGATE,
    ENTRUST,
    CLEAN_UP,
    TAKE_OVER,
    PUBLISH,
    CANCELLED,
    DISGUISED,
    TAKEN_BACK,
    SELF_CREATED,
    THRESHOLD,
];

/// Red as a signal, discipline's affair once people have confirmed it (RED→REFER).
pub(super) const REFERRED: [&str; 2] = [CANCELLED.id, SELF_CREATED.id];

const DELEGATE: Rule = Rule {
    id: "R2.1.1",
    zh: "应放尽放",
    en: "delegate all that may be delegated",
    quote: "除规划、安全生产、环保等少数几项行政审批事项外,市级行政审批事项,依法可以下放的,一律下放县(区)",
    kind: Kind("D+M"),
    status: Status::Judged,
    checks: &[Check::City(catalogue::delegated)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const ENTRUST: Rule = Rule {
    id: "R2.1.2",
    zh: "应委尽委",
    en: "entrust all that may be entrusted",
    quote: "依法可以委托的,一律委托县(区)",
    kind: Kind("D+M"),
    status: Status::Judged,
    checks: &[Check::Case(acts::in_whose_name), Check::City(catalogue::entrusted)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const CLEAN_UP: Rule = Rule {
    id: "R2.1.3",
    zh: "事项清理",
    en: "clean-up of items",
    quote: "扎实落实好行政审批事项(含非行政许可审批事项)的清理",
    kind: Kind("D+M"),
    status: Status::Judged,
    checks: &[Check::City(catalogue::cleaned_up)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const TAKE_OVER: Rule = Rule {
    id: "R2.1.4",
    zh: "承接54项下放、9项委托",
    en: "take over 54 delegated and 9 entrusted items",
    quote: "市政府下放54项、委托9项审批事项的承接工作",
    kind: Kind("D+M"),
    status: Status::Judged,
    checks: &[Check::City(catalogue::taken_over)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const PUBLISH: Rule = Rule {
    id: "R2.1.5",
    zh: "依法公示",
    en: "publish the catalogue",
    quote: "并依法向社会公示",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[Check::City(catalogue::published)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const CANCELLED: Rule = Rule {
    id: "R2.1.6",
    version: 2,
    zh: "已取消79项不得审批",
    en: "no approval of the 79 cancelled items",
    quote: "不准对市本级已取消的79项审批项目进行审批",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(acts::cancelled), Check::City(acts::dated_back)],
    ..Rule::ENTRY
};

const DISGUISED: Rule = Rule {
    id: "R2.1.7",
    zh: "不得变相审批",
    en: "no disguised approval",
    quote: "或变相审批",
    kind: Kind("R(signal)+Assert"),
    status: Status::Signal,
    checks: &[
        Check::Case(thresholds::disguised_in_cases),
        Check::City(thresholds::disguised_in_catalogue),
    ],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const TAKEN_BACK: Rule = Rule {
    id: "R2.1.8",
    zh: "不准擅自上收、越权行使",
    en: "no taking back, no usurping county powers",
    quote: "不准擅自上收、越权行使已经下放给县(区)和县本级的行政审批事项",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(acts::taken_back), Check::City(catalogue::recalled)],
    ..Rule::ENTRY
};

const SELF_CREATED: Rule = Rule {
    id: "R2.1.9",
    version: 2,
    zh: "不得擅自设立审批事项",
    en: "no self-created approvals",
    quote: "不准滥用职权,擅自设立行政审批事项",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(acts::self_created)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const THRESHOLD: Rule = Rule {
    id: "R2.1.10",
    version: 2,
    zh: "不得提高审批门槛",
    en: "no raising of thresholds",
    quote: "或提高审批门槛",
    kind: Kind("R"),
    status: Status::Signal,
    checks: &[Check::Case(thresholds::raised)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};
