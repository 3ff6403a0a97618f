//! Enterprises and persons the city deals with, its parks and its major projects.

use super::City;
use super::units::REGIONS;
use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::identifiers::{citizen_number, phone, uscc};
use crate::demo::moment::{Day, Moment};
use crate::demo::names;
use crate::demo::prng::Draw;

/// Park and its authority.
pub(in crate::demo) const PARKS: [(&str, &str, &str); 3] = [
    ("park/9901-01", "示例经济技术开发区", "示例经济技术开发区管理委员会"),
    ("park/9901-02", "甲区智能制造产业园", "甲区智能制造产业园管理委员会"),
    ("park/9901-03", "丙县循环经济产业园", "丙县循环经济产业园管理委员会"),
];

/// A firm, a sole trader or a cooperative.
pub(in crate::demo) struct Enterprise {
    /// `party/91990100…`
    pub id: String,
    pub name: String,
    pub uscc: String,
    pub kind: &'static str,
    /// Index into [`REGIONS`].
    pub region: usize,
    /// Index into [`PARKS`].
    pub park: Option<usize>,
    /// On the roster of key enterprises.
    pub key: bool,
}

/// A natural person as an applicant: nothing but an invented id stands in the
/// open; the rest is sealed with the application.
pub(in crate::demo) struct Person {
    pub id: String,
    pub name: String,
    pub id_no: String,
    pub phone: String,
}

const TRADES: [&str; 16] = [
    "食品",
    "机械",
    "建材",
    "医药",
    "物流",
    "化工",
    "餐饮",
    "电子",
    "纺织",
    "商贸",
    "环保",
    "农业",
    "房地产",
    "酒店",
    "教育科技",
    "汽车服务",
];

/// `common` enterprises that anyone deals with, then `kept` ones for planted
/// stories, every other one in a park.
pub(super) fn build(seed: u64, common: u32, kept: u32) -> Vec<Enterprise> {
    (0..common + kept)
        .map(|index| {
            let mut draw = Draw::new(seed, "enterprise", u64::from(index));
            let (prefix, kind, form) = match draw.weighted(&[80, 15, 5]) {
                0 => ("91", "企业", "有限公司"),
                1 => ("92", "个体工商户", "商行"),
                _ => ("93", "农民专业合作社", "专业合作社"),
            };
            let region = draw.weighted(&[30, 20, 20, 18, 12]);
            let in_park = kind == "企业" && draw.per_mille(420);
            let park = in_park.then(|| draw.below(PARKS.len() as u64) as usize);
            let key = in_park && draw.per_mille(60);
            let code = uscc(prefix, REGIONS[region].code, 20_000_000 + index);
            let apart = index.checked_sub(common);
            Enterprise {
                id: format!("party/{code}"),
                name: names::business(
                    REGIONS[region].name,
                    draw.pick(&TRADES),
                    form,
                    index,
                    &mut draw,
                ),
                uscc: code,
                kind,
                region,
                park: match apart {
                    Some(number) => (number % 2 == 0).then_some(number as usize / 2 % PARKS.len()),
                    None => park,
                },
                key: key && apart.is_none(),
            }
        })
        .collect()
}

impl Enterprise {
    /// What the enterprise writes of itself in an application; sealed on the way in.
    pub fn applicant(&self) -> Value {
        object! { "name": &self.name, "uscc": &self.uscc, "category": self.kind }
    }
}

impl Person {
    pub fn drawn(draw: &mut Draw) -> Person {
        let region = REGIONS[draw.between(1, 4) as usize].code;
        Person {
            id: format!("party/N{}", draw.hex(12)),
            name: names::person(draw),
            id_no: citizen_number(region, draw),
            phone: phone(draw),
        }
    }

    pub fn applicant(&self) -> Value {
        object! { "name": &self.name, "id_no": &self.id_no, "category": "自然人" }
    }
}

/// Parks, monitoring points and complaint channels.
pub(super) fn register_places(city: &City, at: Moment) -> Vec<Act> {
    let since = Day::new(2022, 4, 5);
    let mut acts = Vec::new();
    for (id, name, authority) in PARKS {
        let body = object! {
            "park_id": id, "name": name, "authority": authority, "boundary": "以批准的总体规划为准",
            "valid_from": since,
        };
        acts.push(city.registry_act("md.park.registered.v1", format!("md/{id}"), at, "工信", body));
    }
    let channels = [
        ("QD-01", "窗口"),
        ("QD-02", "电话(12345)"),
        ("QD-03", "网站"),
        ("QD-04", "信访"),
        ("QD-05", "意见箱"),
    ];
    for (code, kind) in channels {
        let body = object! {
            "code": code, "kind": kind, "owner": &city.unit("效能").id, "published_on": since,
            "valid_from": since,
        };
        let stream = format!("md/complaint-channel/{code}");
        acts.push(city.registry_act(
            "md.complaint_channel.registered.v1",
            stream,
            at,
            "效能",
            body,
        ));
    }
    for (index, region) in REGIONS.iter().enumerate().skip(1) {
        let body = object! {
            "id": monitoring_point(index), "region": region.code, "industry": "制造业",
            "level": "县", "valid_from": since,
        };
        let stream = format!("md/{}", monitoring_point(index));
        acts.push(city.registry_act("md.monitoring_point.registered.v1", stream, at, "效能", body));
    }
    acts
}

/// `monitoring-point/990101-1`
pub(in crate::demo) fn monitoring_point(region: usize) -> String {
    format!("monitoring-point/{}-1", REGIONS[region].code)
}

/// Enterprises registered in one go.
pub(in crate::demo) const BATCH: usize = 50;

/// `md.party.registered` of the `chapter`-th fifty enterprises.
pub(super) fn register(city: &City, chapter: usize, at: Moment) -> Vec<Act> {
    let all = city.enterprises.iter().enumerate();
    let own = all.skip(chapter * BATCH).take(BATCH);
    own.map(|(index, _)| party_row(city, index, "md.party.registered.v1", at)).collect()
}

/// What the register of market subjects says of an enterprise.
pub(in crate::demo) fn party_row(city: &City, index: usize, kind: &'static str, at: Moment) -> Act {
    let firm = &city.enterprises[index];
    let mut draw = Draw::new(city.seed, "enterprise-vault", index as u64);
    let founded = Day::new(2009, 1, 1).plus(draw.between(0, 4700));
    let body = object! {
        "party_id": &firm.id, "kind": firm.kind, "uscc": &firm.uscc,
        "name_history": vec![object! { "name": &firm.name, "from": founded }],
        "region": REGIONS[firm.region].code, "park": firm.park.map(|park| PARKS[park].0),
        "key_enterprise": firm.key, "legal_representative": names::person(&mut draw),
        "phone": phone(&mut draw), "address": names::address(REGIONS[firm.region].name, &mut draw),
        "size": draw.pick(&["微型", "小型", "中型"]), "valid_from": founded,
    };
    city.registry_act(kind, format!("md/{}", firm.id), at, "市监", body).party(&firm.id, "登记主体")
}

/// A project on the green channel, with the enterprise that owns it.
pub(in crate::demo) struct Project {
    pub code: String,
    pub owner: usize,
}

/// The first key enterprises each build something large.
pub(super) fn projects(enterprises: &[Enterprise]) -> Vec<Project> {
    let owners = enterprises.iter().enumerate().filter(|(_, firm)| firm.park.is_some());
    owners
        .take(6)
        .enumerate()
        .map(|(number, (owner, _))| Project {
            code: format!("2405-990100-04-01-{:06}", 314_159 + number),
            owner,
        })
        .collect()
}

/// `md.project.registered` and the green channel it is enrolled in.
pub(super) fn register_projects(city: &City, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for project in &city.projects {
        let owner = &city.enterprises[project.owner];
        let row = object! {
            "project_code": &project.code, "owner": &owner.id, "roster_from": at.day(),
            "green_channel": true, "valid_from": at.day(),
        };
        let enrolled = object! {
            "project": &project.code, "basis": "2024年度重大项目名录", "owner": &owner.id,
        };
        let agent = object! {
            "agent": &city.officers[city.staff[city.unit_index("政务")].others[0]].id,
            "project": &project.code, "free_of_charge": true,
        };
        let stream = format!("project/{}", project.code);
        let act = |kind, stream: String, body: Value| {
            Act::new(kind, stream, at, Source::Platform, body)
                .actor(city.centre_actor(0))
                .party(&owner.id, "项目单位")
        };
        acts.push(city.registry_act(
            "md.project.registered.v1",
            format!("md/{stream}"),
            at,
            "发改",
            row.value(),
        ));
        acts.push(act("green_channel.enrolled.v1", stream.clone(), enrolled));
        acts.push(act("agency_service.assigned.v1", stream, agent));
    }
    acts
}
