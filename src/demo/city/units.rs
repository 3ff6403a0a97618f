//! Units 单位: the organs of the city and its counties, their roles and credit codes.

use super::City;
use crate::demo::act::{Act, Source, ToValue, object};
use crate::demo::identifiers::uscc;
use crate::demo::moment::{Day, Moment};

/// A county or district; its code stands before everything it issues.
pub(in crate::demo) struct Region {
    pub code: &'static str,
    pub name: &'static str,
    /// First character of its document numbers.
    pub sign: &'static str,
}

/// The city first, then its counties. Codes of no real place (parameter P02).
pub(in crate::demo) const REGIONS: [Region; 5] = [
    Region { code: "990100", name: "示例市", sign: "例" },
    Region { code: "990101", name: "甲区", sign: "甲" },
    Region { code: "990102", name: "乙区", sign: "乙" },
    Region { code: "990103", name: "丙县", sign: "丙" },
    Region { code: "990104", name: "丁县", sign: "丁" },
];

/// What a unit may do, as far as the demo needs it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Power {
    /// Neither permits nor penalties.
    None,
    Approves,
    /// Permits, inspections and penalties.
    Both,
}

pub(in crate::demo) struct Unit {
    /// `unit/9901-07`
    pub id: String,
    /// Index into [`REGIONS`].
    pub region: usize,
    /// Two characters that its documents carry: `市监`.
    pub sign: &'static str,
    pub name: String,
    pub kind: &'static str,
    pub role: Option<&'static str>,
    pub power: Power,
    pub uscc: String,
    /// 编制
    pub establishment: u32,
    /// Only planted stories deal with it.
    pub kept: bool,
}

impl Unit {
    pub fn approves(&self) -> bool {
        matches!(self.power, Power::Approves | Power::Both)
    }

    pub fn enforces(&self) -> bool {
        self.power == Power::Both
    }

    /// The head of its document numbers: `例市监`.
    pub fn sign(&self) -> String {
        format!("{}{}", REGIONS[self.region].sign, self.sign)
    }
}

type Row = (&'static str, &'static str, &'static str, Option<&'static str>, Power, u32);

#[rustfmt::skip]
const MUNICIPAL: [Row; 26] = [
    ("政府", "人民政府", "行政机关", None, Power::None, 12),
    ("府办", "人民政府办公室", "行政机关", None, Power::None, 60),
    ("工信", "工业和信息化局", "行政机关", Some("工业主管部门"), Power::Approves, 48),
    ("发改", "发展和改革委员会", "行政机关", Some("价格主管"), Power::Approves, 72),
    ("财政", "财政局", "行政机关", Some("财政"), Power::None, 66),
    ("编办", "委机构编制委员会办公室", "党群", Some("编办"), Power::None, 20),
    ("效能", "效能建设办公室", "行政机关", Some("效能办"), Power::None, 14),
    ("政务", "政务服务中心管理委员会", "参公事业", Some("服务中心"), Power::None, 36),
    ("司法", "司法局", "行政机关", Some("行政执法监督机构"), Power::None, 52),
    ("市监", "市场监督管理局", "行政机关", None, Power::Both, 186),
    ("自规", "自然资源和规划局", "行政机关", None, Power::Both, 98),
    ("住建", "住房和城乡建设局", "行政机关", None, Power::Both, 84),
    ("环境", "生态环境局", "行政机关", None, Power::Both, 76),
    ("应急", "应急管理局", "行政机关", None, Power::Both, 58),
    ("交通", "交通运输局", "行政机关", None, Power::Both, 90),
    ("卫健", "卫生健康委员会", "行政机关", None, Power::Both, 80),
    ("农业", "农业农村局", "行政机关", None, Power::Both, 94),
    ("水利", "水利局", "行政机关", None, Power::Both, 56),
    ("人社", "人力资源和社会保障局", "行政机关", None, Power::Both, 88),
    ("文旅", "文化广电和旅游局", "行政机关", None, Power::Both, 54),
    ("城管", "城市管理局", "行政机关", None, Power::Both, 120),
    ("消防", "消防救援支队", "行政机关", None, Power::Both, 64),
    ("登记", "不动产登记中心", "事业单位", None, Power::Approves, 42),
    ("纪监", "纪委监委", "党群", Some("纪检监察"), Power::None, 70),
    ("供水", "供水有限公司", "公共服务部门", None, Power::None, 210),
    ("公积", "住房公积金管理中心", "事业单位", None, Power::None, 40),
];

/// Organs that approve and that only planted stories deal with.
#[rustfmt::skip]
const KEPT: [Row; 24] = [
    ("民政", "民政局", "行政机关", None, Power::Approves, 46),
    ("教育", "教育体育局", "行政机关", None, Power::Approves, 70),
    ("科技", "科学技术局", "行政机关", None, Power::Approves, 28),
    ("商务", "商务局", "行政机关", None, Power::Approves, 38),
    ("医保", "医疗保障局", "行政机关", None, Power::Approves, 34),
    ("林业", "林业局", "行政机关", None, Power::Approves, 52),
    ("民宗", "民族宗教事务局", "行政机关", None, Power::Approves, 18),
    ("人防", "国防动员办公室", "行政机关", None, Power::Approves, 22),
    ("气象", "气象局", "行政机关", None, Power::Approves, 26),
    ("粮储", "粮食和物资储备局", "行政机关", None, Power::Approves, 24),
    ("金融", "地方金融管理局", "行政机关", None, Power::Approves, 16),
    ("档案", "档案局", "党群", None, Power::Approves, 14),
    ("统计", "统计局", "行政机关", None, Power::Approves, 36),
    ("烟草", "烟草专卖局", "行政机关", None, Power::Approves, 60),
    ("邮政", "邮政管理局", "行政机关", None, Power::Approves, 20),
    ("退役", "退役军人事务局", "行政机关", None, Power::Approves, 30),
    ("文物", "文物局", "行政机关", None, Power::Approves, 18),
    ("广电", "广播电视局", "行政机关", None, Power::Approves, 32),
    ("园林", "园林绿化局", "行政机关", None, Power::Approves, 26),
    ("地震", "地震局", "行政机关", None, Power::Approves, 12),
    ("盐务", "盐务局", "行政机关", None, Power::Approves, 14),
    ("外事", "外事办公室", "行政机关", None, Power::Approves, 16),
    ("国资", "国有资产监督管理委员会", "行政机关", None, Power::Approves, 24),
    ("侨务", "侨务办公室", "行政机关", None, Power::Approves, 10),
];

#[rustfmt::skip]
const COUNTY: [Row; 7] = [
    ("政府", "人民政府", "行政机关", None, Power::None, 10),
    ("审批", "行政审批局", "行政机关", Some("服务中心"), Power::Approves, 34),
    ("市监", "市场监督管理局", "行政机关", None, Power::Approves, 96),
    ("自规", "自然资源局", "行政机关", None, Power::Approves, 44),
    ("住建", "住房和城乡建设局", "行政机关", None, Power::Approves, 40),
    ("农业", "农业农村局", "行政机关", None, Power::Approves, 52),
    ("工信", "工业和信息化局", "行政机关", Some("工业主管部门"), Power::None, 26),
];

pub(super) fn build() -> Vec<Unit> {
    let mut units = Vec::new();
    for (region, place) in REGIONS.iter().enumerate() {
        let (rows, kept): (&[Row], &[Row]) =
            if region == 0 { (&MUNICIPAL, &KEPT) } else { (&COUNTY, &[]) };
        let short = if region == 0 { "市" } else { place.name };
        for (index, (sign, name, kind, role, power, establishment)) in
            rows.iter().chain(kept).enumerate()
        {
            let number = index + 1;
            let prefix = if matches!(*kind, "行政机关" | "党群") { "11" } else { "12" };
            let serial = 10_000_000 + (region as u32) * 100_000 + (number as u32) * 137;
            units.push(Unit {
                id: format!("unit/{}-{number:02}", unit_prefix(region)),
                region,
                sign,
                name: format!("{short}{name}"),
                kind,
                role: *role,
                power: *power,
                uscc: uscc(prefix, place.code, serial),
                establishment: *establishment,
                kept: index >= rows.len(),
            });
        }
    }
    units
}

/// `9901` for the city, `990103` for a county: the letters before serials.
pub(super) fn unit_prefix(region: usize) -> &'static str {
    if region == 0 { "9901" } else { REGIONS[region].code }
}

/// `md.unit.registered` and, for organs that enforce, their qualification.
pub(super) fn register(city: &City, at: Moment) -> Vec<Act> {
    let since = Day::new(2022, 4, 5);
    let mut acts = Vec::new();
    for (index, unit) in city.units.iter().enumerate() {
        let powers = match unit.power {
            Power::None => vec!["公共管理"],
            Power::Approves => vec!["窗口单位"],
            Power::Both => vec!["窗口单位", "行政执法部门"],
        };
        let body = object! {
            "unit_id": &unit.id, "uscc": &unit.uscc, "name": &unit.name, "kind": unit.kind,
            "organ_class": powers, "level": if unit.region == 0 { "市" } else { "县" },
            "region": REGIONS[unit.region].code, "approved_headcount": unit.establishment,
            "in_hall_headcount": city.in_hall_headcount(index),
            "roles": unit.role.into_iter().collect::<Vec<_>>(), "valid_from": since,
            "basis_doc": city.paper("编办", "三定规定", 2022, index as u32 + 1),
        };
        let stream = format!("md/{}", unit.id);
        acts.push(city.registry_act("md.unit.registered.v1", stream, at, "编办", body));
        if unit.enforces() {
            let body = object! {
                "unit": &unit.id, "basis": "行政机关", "types": vec!["行政处罚", "行政检查", "行政强制"],
                "announced_on": Day::new(2022, 3, 18), "valid_from": since,
            };
            let stream = format!("md/qualification/{}", unit.id);
            acts.push(city.registry_act(
                "md.qualification.registered.v1",
                stream,
                at,
                "司法",
                body,
            ));
        }
    }
    acts
}

/// The yearly display that names who supervises whom: the city's leading group.
pub(super) fn register_leading_group(city: &City, at: Moment) -> Vec<Act> {
    let members: Vec<String> = ["府办", "效能", "政务", "纪监", "编办"]
        .iter()
        .map(|sign| city.unit(sign).id.clone())
        .collect();
    let body = object! {
        "name": "提高行政效能优化发展环境工作领导小组", "chair_post": "市委主要领导",
        "office": &city.unit("效能").id, "members": members, "valid_from": Day::new(2022, 4, 5),
    };
    let owner = city.unit_index("府办");
    let act = Act::new(
        "md.leading_group.registered.v1",
        "md/leading-group/990100",
        at,
        Source::Registry,
        city.row(owner, at, body.value()),
    );
    vec![act.actor(city.unit_actor(owner, "数据责任单位"))]
}
