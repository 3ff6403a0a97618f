//! 元规则 / what the decision asks of the record itself.

mod consequence;
mod record;

pub use consequence::{all_done, demanded};

use super::effect::abolished_category;
use super::rule::{Check, Kind, Layer, Rule, Severity, Status};
use crate::rules::coverage::Silence;

pub(super) const RULES: &[Rule] = &[CONSEQUENCE, RECORD, CONFLICT_OF_NORMS];

const CONSEQUENCE: Rule = Rule {
    id: "RX.1",
    zh: "一律后果缺口",
    en: "mandatory-consequence gap",
    quote: "一律…",
    kind: Kind("R+M"),
    severity: Severity::Red,
    status: Status::Judged,
    version: 3,
    checks: &[Check::Sequel(consequence::gaps)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

const RECORD: Rule = Rule {
    id: "RX.2",
    zh: "记录完整与及时",
    en: "completeness and timeliness of record",
    quote: "强化过程监控／全面准确地采集效能廉勤信息",
    kind: Kind("R"),
    status: Status::Judged,
    checks: &[
        Check::Case(record::late),
        Check::Case(record::dated),
        Check::Case(record::unmatched),
        Check::City(record::numbers),
        Check::Sequel(record::patterns),
    ],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

pub(super) const CONFLICT_OF_NORMS: Rule = Rule {
    id: "RX.3",
    zh: "效力与冲突",
    en: "effect and conflict",
    quote: "本决定自公布之日起执行／市委、市政府原有的规定凡与本规定不一致的,按本规定执行",
    kind: Kind("R"),
    layer: Layer::L1,
    status: Status::Judged,
    checks: &[Check::Case(abolished_category)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};
