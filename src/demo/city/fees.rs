//! Fees 收费: what may be charged, by whom, between which bounds, and the list
//! that replaced the fee licence.

use super::City;
use super::units::Unit;
use crate::demo::act::{Act, Value, object};
use crate::demo::moment::{Day, Moment};

pub(in crate::demo) struct FeeSpec {
    pub code: &'static str,
    pub name: &'static str,
    unit: &'static str,
    pub measure: &'static str,
    /// Fen for one measure; equal where the standard is fixed.
    pub lower_fen: i64,
    pub upper_fen: i64,
    /// Measures in one case, from and to.
    pub quantity: (i64, i64),
    pub basis: &'static str,
}

pub(in crate::demo) struct Fee {
    pub unit: usize,
    pub spec: &'static FeeSpec,
}

/// The version of every standard in force during the two years.
pub(in crate::demo) const STANDARD_VERSION: &str = "2022.1";
const IN_FORCE: Day = Day::new(2022, 4, 5);

#[rustfmt::skip]
const SPECS: [FeeSpec; 5] = [
    FeeSpec { code: "SF-TZSB", name: "特种设备检验检测费", unit: "市监", measure: "台", lower_fen: 20_000, upper_fen: 30_000, quantity: (1, 8), basis: "示例省特种设备检验检测收费标准" },
    FeeSpec { code: "SF-BDC", name: "不动产登记费(住宅)", unit: "登记", measure: "件", lower_fen: 8_000, upper_fen: 8_000, quantity: (1, 1), basis: "不动产登记收费标准" },
    FeeSpec { code: "SF-STBC", name: "水土保持补偿费", unit: "水利", measure: "平方米", lower_fen: 100, upper_fen: 140, quantity: (800, 20_000), basis: "示例省水土保持补偿费征收标准" },
    FeeSpec { code: "SF-KSKW", name: "专业技术人员资格考试考务费", unit: "人社", measure: "科", lower_fen: 5_000, upper_fen: 6_100, quantity: (1, 4), basis: "示例省考试考务费标准" },
    FeeSpec { code: "SF-ZDWJ", name: "城市道路占用费", unit: "城管", measure: "平方米日", lower_fen: 30, upper_fen: 60, quantity: (40, 1_500), basis: "示例省城市道路占用费标准" },
];

/// A reduction that a published policy grants: policy, condition, per mille off.
pub(in crate::demo) const REDUCTIONS: [(&str, &str, i64); 2] =
    [("JM-2023-02", "小微企业减半征收", 500), ("JM-2022-05", "个体工商户免收", 1000)];

pub(super) fn build(units: &[Unit]) -> Vec<Fee> {
    let of = |sign| units.iter().position(|unit| unit.region == 0 && unit.sign == sign);
    SPECS.iter().map(|spec| Fee { unit: of(spec.unit).unwrap_or_default(), spec }).collect()
}

/// Fee items, standards and each collecting unit's entry in the published list.
pub(super) fn register(city: &City, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for fee in &city.fees {
        let spec = fee.spec;
        let unit = &city.units[fee.unit];
        let linked: Vec<&String> = city
            .items
            .iter()
            .filter(|item| item.spec.fee == Some(spec.code))
            .map(|item| &item.code)
            .collect();
        let item = object! {
            "fee_code": spec.code, "name": spec.name, "nature": "行政事业性收费",
            "linked_items": linked, "charging_unit": &unit.id, "in_hall_required": true,
            "central_or_provincial_approval": spec.basis, "payee_account": PAYEE,
            "valid_from": IN_FORCE,
        };
        let list = object! {
            "list_no": format!("{}费清〔2022〕1号", unit.sign()), "holder": &unit.id,
            "fee_codes": vec![spec.code], "published_on": IN_FORCE, "valid_from": IN_FORCE,
            "url": format!("https://www.shili.example/fees/{}", spec.code),
        };
        let act = |kind, stream: String, body| city.registry_act(kind, stream, at, "财政", body);
        acts.push(act("md.fee_item.registered.v1", format!("md/fee-item/{}", spec.code), item));
        acts.push(act(
            "md.fee_standard.registered.v1",
            format!("md/fee-standard/{}", spec.code),
            standard(spec),
        ));
        acts.push(act("md.fee_list.registered.v1", format!("md/fee-list/{}", spec.code), list));
    }
    acts
}

/// The treasury's account, as it may be shown.
pub(in crate::demo) const PAYEE: &str = "示例市财政国库(尾号0017)";

fn standard(spec: &FeeSpec) -> Value {
    let policies: Vec<Value> = REDUCTIONS
        .iter()
        .map(|(id, condition, per_mille)| {
            object! { "id": *id, "condition": *condition, "per_mille_off": *per_mille, "from": IN_FORCE }
        })
        .collect();
    let fixed = spec.lower_fen == spec.upper_fen;
    object! {
        "fee_code": spec.code, "unit_of_measure": spec.measure,
        "pricing": if fixed { "fixed" } else { "range" }, "lower_fen": spec.lower_fen,
        "upper_fen": spec.upper_fen, "rounding": "不取整", "reduction_policies": policies,
        "version": STANDARD_VERSION, "valid_from": IN_FORCE,
    }
}
