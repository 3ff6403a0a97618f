//! MD24–MD27: inspection items, plans, filings, and the parks.

use super::entity;
use crate::event::element as e;
use crate::event::member::Kind::{Bool, Count, Date, List, Object, Text, Word};
use crate::event::member::{CODE, Kind, NO, PARTY, ROWS as ANY_ROWS, UNIT, may, must};
use crate::event::register::EventType;

#[rustfmt::skip]
const MEMBERSHIP: Kind = List(&Object(&[
    must("party_id", PARTY, "企业", "the enterprise"),
    may("from", Date, "起始日期(含)", "first day"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M24", "inspection_item", "行政检查事项", "inspection item", [
        must("code", CODE, "检查事项代码", "code"),
        must("unit", UNIT, "单位", "the unit"),
        may("name", Text, "名称", "name"),
        must("basis", Text, "依据", "the legal basis"),
        may("object", Text, "对象", "whom it concerns"),
        may("frequency_cap", Count, "年度频次上限", "most inspections of one enterprise in a year"),
        may("mode", List(&Word(&["现场", "书面", "非现场"])), "方式", "modes"),
    ]),
    entity!("M25", "inspection_plan", "年度检查计划", "inspection plan", [
        may("plan_no", NO, "计划编号", "number of the plan"),
        must("unit", UNIT, "单位", "the unit"),
        e::YEAR,
        must("items", List(&CODE), "检查事项", "inspection items"),
        may("objects", List(&PARTY), "检查对象", "whom"),
        may("sampling", Text, "抽取规则", "or the rule by which they are drawn"),
        may("filed_on", Date, "备案日期", "filed on"),
        may("filed_with", UNIT, "备案机关", "with whom it is filed"),
        may("adjustments", ANY_ROWS, "调整", "adjustments"),
    ]),
    entity!("M26", "inspection_filing", "检查备案", "inspection filing", [
        must("filing_no", NO, "备案编号", "number of the filing"),
        must("unit", UNIT, "单位", "the unit"),
        may("enterprise", PARTY, "检查对象", "the enterprise"),
        may("items", List(&CODE), "检查事项", "inspection items"),
        may("filed_with", UNIT, "备案机关", "with whom it is filed"),
        may("consented", Bool, "已同意", "consented to"),
        may("consented_on", Date, "同意日期", "consented on"),
    ]),
    entity!("M27", "park", "工业园区", "park", [
        must("park_id", CODE, "园区编号", "id of the park"),
        must("name", Text, "名称", "name"),
        must("authority", Text, "园区管理机构", "authority of the park"),
        may("boundary", Text, "范围", "boundary"),
        may("members", MEMBERSHIP, "入园企业", "enterprises in it"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
