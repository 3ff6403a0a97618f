//! 二.2 集中审批,严禁厅外循环.

mod absence;
mod charged;
mod online;
mod outside;
mod presence;

pub(crate) use online::office_minutes;
pub use presence::{Course, OfUnits, POWERS, Presence, Rate, Shortage, Spell};

use super::rule::{Check, Kind, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] = &[
    CONCENTRATED,
    UNITS_IN,
    STAFF_IN,
    ITEMS_ONLINE,
    SYSTEMS_RUNNING,
    OUTSIDE,
    NOT_ENTERED,
    SHORTAGE,
    UNDER_AUTHORISED,
    STILL_EXERCISED,
    FEE_OUTSIDE,
    OVER_TIME,
];

const CONCENTRATED: Rule = Rule {
    id: "R2.2.1",
    zh: "两集中、两到位",
    en: "two concentrations, two in-place",
    quote: "全面推行“两集中、两到位”改革",
    kind: Kind("D+M"),
    status: Status::Judged,
    checks: &[Check::City(absence::concentrated)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const UNITS_IN: Rule = Rule {
    id: "R2.2.2a",
    zh: "审批单位100%进厅",
    en: "100 % of approving units in hall",
    quote: "审批单位100%进厅(行政服务中心办事大厅和分中心办事厅)",
    kind: Kind("M+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(absence::units_in)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const STAFF_IN: Rule = Rule {
    id: "R2.2.2b",
    version: 2,
    zh: "审批人员100%到位",
    en: "100 % of staff in place",
    quote: "审批人员100%到位",
    kind: Kind("M+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(absence::staff_in), Check::City(online::attendance)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const ITEMS_ONLINE: Rule = Rule {
    id: "R2.2.2c",
    zh: "审批事项100%上线",
    en: "100 % of items online",
    quote: "审批事项100%上线",
    kind: Kind("M+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(online::items_online), Check::Case(online::online_in_name)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const SYSTEMS_RUNNING: Rule = Rule {
    id: "R2.2.2d",
    version: 2,
    zh: "审批系统100%运行",
    en: "100 % of approval systems running",
    quote: "审批系统100%运行",
    kind: Kind("M+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(online::availability), Check::City(online::use_of_systems)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const OUTSIDE: Rule = Rule {
    id: "R2.2.3",
    zh: "严禁厅外循环审批",
    en: "no approval circulation outside the hall",
    quote: "严格禁止各部门厅外循环审批",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(outside::outside), Check::City(outside::outside_on_paper)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const NOT_ENTERED: Rule = Rule {
    id: "R2.2.4a",
    zh: "一律①应进厅不进厅 → 工作组进驻整改",
    en: "not in hall → working group stationed",
    quote: "凡是经过本级政府核准应进厅审批和收费的项目而不进厅的,一律组织工作组进驻该单位进行整改",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(absence::not_entered)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const SHORTAGE: Rule = Rule {
    id: "R2.2.4b",
    zh: "一律②缺额人数 → 收回编制",
    en: "staff shortage → headcount withdrawn",
    quote: "凡是有审批职能的部门和单位必须按足额人数进厅,对应进厅而未进厅的缺额人数,一律收回该单位相应人数的编制",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(absence::shortage)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const UNDER_AUTHORISED: Rule = Rule {
    id: "R2.2.4c",
    version: 3,
    zh: "一律③授权不充分、“两头跑” → 负责人进厅任首席代表",
    en: "under-authorised representative → leader sits in hall",
    quote: "凡是部门、单位派专职审批科长到行政服务中心办事大厅担任首席代表,而没有给首席代表充分授权,导致出现审批“两头跑”的,一律由部门、单位分管负责人或主要负责人进厅担任首席代表",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::City(outside::under_authorised)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const STILL_EXERCISED: Rule = Rule {
    id: "R2.2.4d",
    zh: "一律④已取消仍审批/收费 → 违规违纪查处",
    en: "cancelled item still approved/charged → discipline",
    quote: "凡是已经核准取消的审批项目和收费项目仍在审批和收费的,一律以违规违纪查处,并追究单位主要负责人和直接责任人的责任",
    kind: Kind("R+W"),
    severity: Severity::Refer,
    status: Status::Judged,
    checks: &[Check::Case(charged::still_charged), Check::City(charged::still_approved)],
    ..Rule::ENTRY
};

const FEE_OUTSIDE: Rule = Rule {
    id: "R2.2.4e",
    zh: "一律⑤厅外收费 → 以乱收费论处",
    en: "fee outside hall → treated as illegal fee",
    quote: "凡是按规定应进厅收费的项目在厅外收费的,一律以乱收费论处",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(charged::charged_outside)],
    ..Rule::ENTRY
};

const OVER_TIME: Rule = Rule {
    id: "R2.2.4f",
    version: 2,
    zh: "一律⑥超规定时限或承诺时间 → 限期整改+全市通报批评",
    en: "over time limit → rectification and city-wide criticism",
    quote: "凡是不按规定时限或承诺时间完成审批事项的,一律限期整改,并在全市通报批评",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(charged::over_time)],
    silence: Silence::After,
    ..Rule::ENTRY
};
