//! Penalty grounds 处罚事项 and the tiers of discretion 裁量基准 that bind them.

use super::City;
use super::units::Unit;
use crate::demo::act::{Act, Article, Value, object};
use crate::demo::moment::{Day, Moment};

pub(in crate::demo) struct GroundSpec {
    pub code: &'static str,
    pub name: &'static str,
    /// First violations are counted by category (parameter P09).
    pub category: &'static str,
    unit: &'static str,
    pub law: Article,
    /// Statutory range in fen.
    pub min_fen: i64,
    pub max_fen: i64,
    /// Outside the first-violation rule: 假冒伪劣 or danger to life and property.
    pub exempt: Option<&'static str>,
    pub requirement: &'static str,
    pub weight: u64,
}

pub(in crate::demo) struct Ground {
    pub unit: usize,
    pub spec: &'static GroundSpec,
}

/// A tier of a ground: its id, name and range in fen.
pub(in crate::demo) struct Tier {
    pub id: String,
    pub name: &'static str,
    pub min_fen: i64,
    pub max_fen: i64,
}

const IN_FORCE: Day = Day::new(2022, 4, 5);
const YUAN: i64 = 100;

#[rustfmt::skip]
const SPECS: [GroundSpec; 14] = [
    GroundSpec { code: "CF-SJ-0101", name: "食品标签不符合规定", category: "食品安全", unit: "市监", law: ("食品安全法", "125"), min_fen: 5_000 * YUAN, max_fen: 50_000 * YUAN, exempt: None, requirement: "下架并更换不合规标签", weight: 16 },
    GroundSpec { code: "CF-SJ-0204", name: "未按规定明码标价", category: "价格", unit: "市监", law: ("价格法", "42"), min_fen: 500 * YUAN, max_fen: 5_000 * YUAN, exempt: None, requirement: "补齐价签并保持一致", weight: 16 },
    GroundSpec { code: "CF-SJ-0307", name: "销售假冒伪劣产品", category: "产品质量", unit: "市监", law: ("产品质量法", "50"), min_fen: 20_000 * YUAN, max_fen: 100_000 * YUAN, exempt: Some("假冒伪劣"), requirement: "停止销售并召回", weight: 5 },
    GroundSpec { code: "CF-HJ-0102", name: "未建立环境管理台账", category: "排污管理", unit: "环境", law: ("排污许可管理条例", "37"), min_fen: 5_000 * YUAN, max_fen: 20_000 * YUAN, exempt: None, requirement: "补建台账并按月记录", weight: 10 },
    GroundSpec { code: "CF-HJ-0205", name: "超标排放大气污染物", category: "超标排放", unit: "环境", law: ("大气污染防治法", "99"), min_fen: 100_000 * YUAN, max_fen: 1_000_000 * YUAN, exempt: None, requirement: "检修治理设施并达标排放", weight: 6 },
    GroundSpec { code: "CF-YJ-0103", name: "未如实记录安全生产教育培训", category: "安全培训", unit: "应急", law: ("安全生产法", "97"), min_fen: 10_000 * YUAN, max_fen: 100_000 * YUAN, exempt: None, requirement: "补训并建立档案", weight: 9 },
    GroundSpec { code: "CF-YJ-0206", name: "未采取措施消除重大事故隐患", category: "事故隐患", unit: "应急", law: ("安全生产法", "102"), min_fen: 50_000 * YUAN, max_fen: 200_000 * YUAN, exempt: Some("危及人民群众生命财产安全"), requirement: "立即消除隐患", weight: 3 },
    GroundSpec { code: "CF-JT-0101", name: "货运车辆未按规定维护检测", category: "车辆维护", unit: "交通", law: ("道路运输条例", "70"), min_fen: 1_000 * YUAN, max_fen: 5_000 * YUAN, exempt: None, requirement: "完成维护检测", weight: 9 },
    GroundSpec { code: "CF-CG-0104", name: "擅自占用城市道路", category: "市容秩序", unit: "城管", law: ("城市道路管理条例", "42"), min_fen: 1_000 * YUAN, max_fen: 20_000 * YUAN, exempt: None, requirement: "清退占用并恢复原状", weight: 12 },
    GroundSpec { code: "CF-WJ-0102", name: "公共场所未按规定进行卫生检测", category: "公共卫生", unit: "卫健", law: ("公共场所卫生管理条例实施细则", "37"), min_fen: 2_000 * YUAN, max_fen: 20_000 * YUAN, exempt: None, requirement: "委托检测并公示结果", weight: 8 },
    GroundSpec { code: "CF-RS-0101", name: "未建立职工名册", category: "劳动用工", unit: "人社", law: ("劳动合同法实施条例", "33"), min_fen: 2_000 * YUAN, max_fen: 20_000 * YUAN, exempt: None, requirement: "建立名册备查", weight: 6 },
    GroundSpec { code: "CF-NY-0103", name: "经营的农药标签不符合规定", category: "农资", unit: "农业", law: ("农药管理条例", "57"), min_fen: 2_000 * YUAN, max_fen: 20_000 * YUAN, exempt: None, requirement: "停止销售并更换标签", weight: 5 },
    GroundSpec { code: "CF-XF-0101", name: "消防设施未保持完好有效", category: "消防设施", unit: "消防", law: ("消防法", "60"), min_fen: 5_000 * YUAN, max_fen: 50_000 * YUAN, exempt: None, requirement: "修复消防设施", weight: 9 },
    GroundSpec { code: "CF-ZJ-0102", name: "未组织竣工验收擅自交付使用", category: "工程验收", unit: "住建", law: ("建设工程质量管理条例", "58"), min_fen: 200_000 * YUAN, max_fen: 500_000 * YUAN, exempt: None, requirement: "组织竣工验收", weight: 2 },
];

pub(super) fn build(units: &[Unit]) -> Vec<Ground> {
    let of = |sign| units.iter().position(|unit| unit.region == 0 && unit.sign == sign);
    SPECS.iter().map(|spec| Ground { unit: of(spec.unit).unwrap_or_default(), spec }).collect()
}

impl Ground {
    /// 从轻, 一般, 从重: thirds of the statutory range.
    pub fn tiers(&self) -> [Tier; 3] {
        let third = (self.spec.max_fen - self.spec.min_fen) / 3;
        ["从轻", "一般", "从重"].map(|name| {
            let place = match name {
                "从轻" => 0,
                "一般" => 1,
                _ => 2,
            };
            Tier {
                id: format!("{}-{}", self.spec.code, place + 1),
                name,
                min_fen: self.spec.min_fen + place * third,
                max_fen: self.spec.min_fen + (place + 1) * third,
            }
        })
    }
}

/// Grounds and their published tiers.
pub(super) fn register(city: &City, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for ground in &city.grounds {
        let spec = ground.spec;
        let unit = &city.units[ground.unit];
        let row = object! {
            "ground_code": spec.code, "name": spec.name, "category": spec.category,
            "law": spec.law.0, "article": spec.law.1, "penalty_kinds": vec!["罚款"],
            "statutory_range": object! { "kind": "金额", "min_fen": spec.min_fen, "max_fen": spec.max_fen },
            "mandatory": false, "first_violation_exempt": spec.exempt,
            "limitation_years": if spec.exempt.is_some() { 5i64 } else { 2i64 },
            "unit": &unit.id, "valid_from": IN_FORCE,
        };
        let tiers: Vec<Value> = ground
            .tiers()
            .iter()
            .map(|tier| {
                object! {
                    "tier_id": &tier.id, "tier": tier.name, "min_fen": tier.min_fen,
                    "max_fen": tier.max_fen,
                }
            })
            .collect();
        let standard = object! {
            "ground_code": spec.code, "tiers": tiers, "published_on": IN_FORCE.plus(-20),
            "first_violation_list": spec.exempt.is_none(), "valid_from": IN_FORCE,
            "basis_doc": city.paper("司法", "行政处罚裁量基准", 2022, 5),
        };
        let act = |kind, stream: String, body| city.registry_act(kind, stream, at, "司法", body);
        acts.push(act("md.penalty_ground.registered.v1", format!("md/ground/{}", spec.code), row));
        acts.push(act(
            "md.discretion_standard.registered.v1",
            format!("md/discretion/{}", spec.code),
            standard,
        ));
    }
    acts
}
