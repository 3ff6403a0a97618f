//! MD04–MD06: fee items, their standards, and the licences or published lists.

use super::entity;
use crate::event::member::Kind::{Bool, Count, Date, Fen, List, Object, Text, Word};
use crate::event::member::{FEE_ITEM, ITEMS, Kind, NO, UNIT, URL, may, must};
use crate::event::register::EventType;

#[rustfmt::skip]
const NATURES: Kind = Word(&["行政事业性收费", "政府性基金", "经营服务性收费", "保证金", "工本费", "罚没"]);

/// 阶梯: for measures above `from` up to `to`; the last is open.
#[rustfmt::skip]
const TIERS: Kind = List(&Object(&[
    may("from", Count, "计量自(不含)", "measures, exclusive"),
    may("to", Count, "计量至(含)", "measures, inclusive; open if absent"),
    may("lower_fen", Fen, "下限(分)", "lower bound in fen"),
    may("upper_fen", Fen, "上限(分)", "upper bound in fen"),
    may("lower_bp", Count, "下限费率", "lower rate").unit("bp"),
    may("upper_bp", Count, "上限费率", "upper rate").unit("bp"),
]));

#[rustfmt::skip]
const REDUCTIONS: Kind = List(&Object(&[
    must("id", NO, "政策编号", "the policy"),
    must("condition", Text, "条件", "the condition"),
    may("amount_fen", Fen, "减免金额(分)", "amount taken off in fen"),
    may("per_mille_off", Count, "减免千分比", "taken off, per mille"),
    may("from", Date, "起始日期(含)", "first day"),
    may("to", Date, "截止日期(不含)", "the day after the last"),
]));

#[rustfmt::skip]
const ROWS: &[[EventType; 3]] = &[
    entity!("M04", "fee_item", "收费项目", "fee item", [
        must("fee_code", FEE_ITEM, "收费项目代码", "code of the fee"),
        must("name", Text, "名称", "name"),
        must("nature", NATURES, "性质", "nature"),
        may("linked_items", ITEMS, "关联事项", "items it goes with"),
        must("charging_unit", UNIT, "收费单位", "the unit that charges it"),
        may("in_hall_required", Bool, "应在大厅收取", "must be charged in the hall"),
        may("central_or_provincial_approval", Text, "中央或省批准文件", "approval by centre or province"),
        may("payee_account", Text, "收款账户(国库、财政专户)", "the statutory account"),
        may("cancelled_on", Date, "取消日期", "cancelled on"),
    ]),
    entity!("M05", "fee_standard", "收费标准", "fee standard", [
        must("fee_code", FEE_ITEM, "收费项目代码", "code of the fee"),
        must("unit_of_measure", Text, "计量单位", "unit of measure"),
        must("pricing", Word(&["fixed", "range", "tiered", "percentage"]), "计价方式", "pricing"),
        may("lower_fen", Fen, "下限(分)", "lower bound in fen"),
        may("upper_fen", Fen, "上限(分)", "upper bound in fen"),
        may("lower_bp", Count, "下限费率", "lower rate").unit("bp"),
        may("upper_bp", Count, "上限费率", "upper rate").unit("bp"),
        may("tiers", TIERS, "阶梯", "tiers"),
        may("rounding", Text, "取整规则", "rounding"),
        may("reduction_policies", REDUCTIONS, "减免政策", "reduction policies"),
    ]),
    entity!("M06", "fee_list", "收费许可证与目录清单", "fee list", [
        may("licence_no", NO, "收费许可证号(2015年底前)", "number of the licence, to 2015"),
        may("list_no", NO, "目录清单编号(2016年起)", "number of the list, from 2016"),
        must("holder", UNIT, "持证单位", "the holder"),
        must("fee_codes", List(&FEE_ITEM), "所列收费项目", "fees listed"),
        may("annual_check", Text, "年审情况", "annual check"),
        may("issuer", Text, "发证机关", "the issuer"),
        may("url", URL, "公布网址", "where it is published"),
    ]),
];

pub(in crate::event) const TYPES: &[EventType] = ROWS.as_flattened();
