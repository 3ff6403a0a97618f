//! 施行与抵触 / effect and conflict.

use super::rule::{Kind, Rule};

pub(super) const RULES: &[Rule] = &[EFFECT, EARLIER_NORMS];

const EFFECT: Rule = Rule {
    id: "R4.1",
    zh: "施行",
    en: "effect",
    quote: "本决定自公布之日起执行",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const EARLIER_NORMS: Rule = Rule {
    id: "R4.2",
    zh: "抵触处理",
    en: "conflict",
    quote: "市委、市政府原有的规定凡与本规定不一致的,按本规定执行",
    kind: Kind("R"),
    ..Rule::ENTRY
};
