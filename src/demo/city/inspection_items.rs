//! What may be inspected, how often, by which plan, and which domains are exempt
//! from filing.

use super::City;
use super::units::Unit;
use crate::demo::act::{Act, Article, Source, ToValue, Value, object};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};

pub(in crate::demo) struct InspectionSpec {
    pub code: &'static str,
    pub name: &'static str,
    unit: &'static str,
    pub law: Article,
    /// Inspections of one enterprise by one agency in one year.
    pub cap: u32,
    /// Domain in which the law lets inspectors enter without filing first.
    pub exempt: Option<&'static str>,
}

pub(in crate::demo) struct InspectionItem {
    pub unit: usize,
    pub spec: &'static InspectionSpec,
}

#[rustfmt::skip]
const SPECS: [InspectionSpec; 12] = [
    InspectionSpec { code: "JC-SJ-01", name: "食品生产经营监督检查", unit: "市监", law: ("食品安全法", "110"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-SJ-02", name: "企业公示信息抽查", unit: "市监", law: ("企业信息公示暂行条例", "14"), cap: 1, exempt: None },
    InspectionSpec { code: "JC-HJ-01", name: "排污单位现场检查", unit: "环境", law: ("环境保护法", "24"), cap: 2, exempt: Some("环境保护") },
    InspectionSpec { code: "JC-YJ-01", name: "安全生产监督检查", unit: "应急", law: ("安全生产法", "65"), cap: 2, exempt: Some("安全生产") },
    InspectionSpec { code: "JC-JT-01", name: "道路运输企业检查", unit: "交通", law: ("道路运输条例", "58"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-CG-01", name: "城市道路占用检查", unit: "城管", law: ("城市道路管理条例", "41"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-WJ-01", name: "公共场所卫生监督检查", unit: "卫健", law: ("公共场所卫生管理条例", "10"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-RS-01", name: "劳动用工检查", unit: "人社", law: ("劳动合同法", "74"), cap: 1, exempt: None },
    InspectionSpec { code: "JC-NY-01", name: "农资经营检查", unit: "农业", law: ("农药管理条例", "41"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-XF-01", name: "消防监督检查", unit: "消防", law: ("消防法", "53"), cap: 2, exempt: Some("安全生产") },
    InspectionSpec { code: "JC-ZJ-01", name: "工程质量监督检查", unit: "住建", law: ("建设工程质量管理条例", "43"), cap: 2, exempt: None },
    InspectionSpec { code: "JC-SL-01", name: "水土保持监督检查", unit: "水利", law: ("水土保持法", "43"), cap: 1, exempt: None },
];

/// List, code, name, basis: three lists that must not be mixed up.
#[rustfmt::skip]
const EXEMPT_DOMAINS: [(&str, &str, &str, &str); 10] = [
    ("delegation", "GH", "规划", "城乡规划法"), ("delegation", "AQ", "安全生产", "安全生产法"),
    ("delegation", "HB", "环保", "环境保护法"), ("inspection", "GA", "国家安全", "国家安全法"),
    ("inspection", "AQ", "安全生产", "安全生产法"), ("inspection", "HB", "环境保护", "环境保护法"),
    ("inspection", "FZ", "涉嫌犯罪", "刑事诉讼法"), ("first_violation", "JM", "假冒伪劣", "产品质量法"),
    ("first_violation", "SM", "危及人民群众生命财产安全", "安全生产法"),
    ("default", "AQ", "安全生产、规划、环保事项", "行政许可法"),
];

pub(super) fn build(units: &[Unit]) -> Vec<InspectionItem> {
    let of = |sign| units.iter().position(|unit| unit.region == 0 && unit.sign == sign);
    SPECS
        .iter()
        .map(|spec| InspectionItem { unit: of(spec.unit).unwrap_or_default(), spec })
        .collect()
}

/// The inspection list and the three lists of exempt domains.
pub(super) fn register(city: &City, at: Moment) -> Vec<Act> {
    let since = Day::new(2022, 4, 5);
    let mut acts = Vec::new();
    for item in &city.inspection_items {
        let spec = item.spec;
        let body = object! {
            "code": spec.code, "name": spec.name, "unit": &city.units[item.unit].id,
            "basis": format!("{}第{}条", spec.law.0, spec.law.1), "object": "企业",
            "frequency_cap": spec.cap, "mode": vec!["现场", "书面", "非现场"],
            "published_on": since, "valid_from": since,
        };
        let stream = format!("md/inspection-item/{}", spec.code);
        acts.push(city.registry_act("md.inspection_item.registered.v1", stream, at, "司法", body));
    }
    for (list, code, name, law) in EXEMPT_DOMAINS {
        let body = object! {
            "list": list, "code": code, "name": name, "basis": law, "valid_from": since,
        };
        let stream = format!("md/exempt-domain/{list}-{code}");
        acts.push(city.registry_act("md.exempt_domain.registered.v1", stream, at, "政府", body));
    }
    acts
}

/// Number of a unit's plan for a year, as filings cite it.
pub(in crate::demo) fn plan_no(unit: &Unit, year: i64) -> String {
    format!("{}检计〔{year}〕1号", unit.sign())
}

/// Each enforcing unit's plan for a year: registered, published and filed with
/// the industry authority before the year's first inspection.
pub(super) fn plan(city: &City, year: i64, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for (index, unit) in city.units.iter().enumerate().filter(|(_, unit)| unit.enforces()) {
        let items: Vec<&'static str> = city
            .inspection_items
            .iter()
            .filter(|item| item.unit == index)
            .map(|item| item.spec.code)
            .collect();
        if items.is_empty() {
            continue;
        }
        let body = |extra: (&'static str, Value)| {
            let mut body = object! {
                "plan_no": plan_no(unit, year), "year": year, "items": items.clone(),
                "sampling": "双随机抽取,比例不高于百分之五", "unit": &unit.id,
            };
            body.set(extra.0, extra.1);
            body
        };
        let name = format!("{}-{year}", local_part(&unit.id));
        let row = body(("valid_from", Day::new(year, 1, 1).value()));
        let industry = (&city.unit("工信").id).value();
        let published =
            body(("published_url", format!("https://www.shili.example/plan/{name}").value()));
        let filed = body(("filed_with", industry));
        let act = |kind, stream: String, body| {
            Act::new(kind, stream, at, Source::Enforcement, body)
                .actor(city.officer_actor(city.leader(index, at.day()), "主要负责人"))
        };
        acts.push(act(
            "md.inspection_plan.registered.v1",
            format!("md/inspection-plan/{name}"),
            city.row(index, at, row),
        ));
        acts.push(act("inspection.plan.published.v1", format!("plan/{name}"), published));
        acts.push(act("inspection.plan.filed.v1", format!("plan/{name}"), filed));
    }
    acts
}
