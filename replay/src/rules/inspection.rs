//! 二.6 备案制度,严禁擅自检查.

mod claim;
pub(super) mod coercion;
pub(super) mod entry;

pub(crate) use coercion::{measures as measured, rank_of};

use super::rule::{Check, Kind, Rule, Severity, Status};

pub(super) const RULES: &[Rule] = &[FILING, UNAUTHORISED_ENTRY, SPECIAL_INSPECTION, COERCION];

const FILING: Rule = Rule {
    id: "R2.6.1",
    version: 2,
    zh: "涉企检查(调研)备案",
    en: "filing of inspections and research visits",
    quote: "实行涉企检查(调研)备案制度",
    kind: Kind("R+W"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(entry::filed), Check::City(entry::filed_elsewhere)],
    ..Rule::ENTRY
};

const UNAUTHORISED_ENTRY: Rule = Rule {
    id: "R2.6.2",
    zh: "不得擅自进企检查",
    en: "no unauthorised entry",
    quote: "除国家安全、安全生产、环境保护、涉嫌犯罪等法律法规规定的检查外,其他部门和单位一律不得擅自进企业检查",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    // An entry without any filing is found together with R2.6.1.
    checks: &[Check::Case(claim::borrowed), Check::With("R2.6.1")],
    ..Rule::ENTRY
};

const SPECIAL_INSPECTION: Rule = Rule {
    id: "R2.6.3",
    zh: "统一专项检查须事先报告工业主管部门备案同意",
    en: "special inspections ordered from above",
    quote: "国家有关部门和省政府统一布置的专项检查,必须由相关对口部门事先报告工业主管部门备案同意",
    kind: Kind("W+R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::With("R2.6.1")],
    ..Rule::ENTRY
};

const COERCION: Rule = Rule {
    id: "R2.6.4",
    version: 2,
    zh: "不得擅自检查、吊销、扣押、封存、冻结",
    en: "no arbitrary coercive acts",
    quote: "除司法部门依法执法之外,任何部门、单位和个人不得擅自对企业或投资者的住所、车辆、证照、财务账册、银行存款等实施检查、吊销、扣押、封存、冻结",
    kind: Kind("R"),
    severity: Severity::Red,
    status: Status::Judged,
    checks: &[Check::Case(coercion::lawful)],
    ..Rule::ENTRY
};
