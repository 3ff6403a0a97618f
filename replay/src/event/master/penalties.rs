//! MD07–MD08: penalty grounds and the tiers of discretion.

use super::entity;
use crate::event::member::Kind::{Bool, Count, Fen, List, Object, Text, Word};
use crate::event::member::{GROUND, Kind, TEXTS, TIER, UNIT, may, must};
use crate::event::register::EventType;

/// 法定幅度: amounts in fen, or times the base in thousandths.
#[rustfmt::skip]
const STATUTORY: Kind = Object(&[
    must("kind", Word(&["金额", "倍数", "比例", "按件", "按日"]), "计罚基础", "how it is reckoned"),
    may("min_fen", Fen, "下限(分)", "lower bound in fen"),
    may("max_fen", Fen, "上限(分)", "upper bound in fen"),
    may("min_per_mille", Count, "倍数下限(千分之)", "lower multiple in thousandths"),
    may("max_per_mille", Count, "倍数上限(千分之)", "upper multiple in thousandths"),
    may("base", Text, "基数(违法所得、货值等)", "multiple of what"),
]);

#[rustfmt::skip]
const TIERS: Kind = List(&Object(&[
    must("tier_id", TIER, "档次编号", "id of the tier"),
    must("tier", Word(&["不予", "减轻", "从轻", "一般", "从重"]), "档次", "tier"),
    may("facts", Text, "适用情形", "when it applies"),
    may("min_fen", Fen, "下限(分)", "lower bound in fen"),
    may("max_fen", Fen, "上限(分)", "upper bound in fen"),
    may("min_per_mille", Count, "倍数下限(千分之)", "lower multiple in thousandths"),
    may("max_per_mille", Count, "倍数上限(千分之)", "upper multiple in thousandths"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M07", "penalty_ground", "处罚事项", "penalty ground", [
        must("ground_code", GROUND, "违法行为代码", "code of the violation"),
        must("name", Text, "违法行为", "the violation"),
        must("category", Text, "违法类别(首违范围)", "category, for the first-violation scope"),
        must("law", Text, "法律法规", "the law"),
        may("article", Text, "条", "article"),
        may("paragraph", Text, "款", "paragraph"),
        may("item", Text, "项", "item"),
        may("unit", UNIT, "实施单位", "the unit"),
        may("penalty_kinds", TEXTS, "处罚种类", "kinds of penalty"),
        may("statutory_range", STATUTORY, "法定幅度", "statutory range"),
        may("mandatory", Bool, "应当处罚", "must be punished"),
        may("first_violation_exempt", Text, "首违例外类别", "class exempt from the first warning"),
        may("limitation_years", Count, "追责时效", "limitation").unit("year"),
    ]),
    entity!("M08", "discretion_standard", "裁量基准", "discretion standard", [
        must("ground_code", GROUND, "违法行为代码", "code of the violation"),
        must("tiers", TIERS, "档次", "the tiers"),
        may("first_violation_list", Bool, "列入首违不罚、轻微免罚清单", "on the list of first violations not punished"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
