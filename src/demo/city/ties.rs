//! What ties the city's organs to each other and to enterprises: what they were
//! before the reform of 2019, whom they assist, which associations they once
//! sponsored; and the lists and models that others are measured by.

use super::City;
use super::units::REGIONS;
use crate::demo::act::{Act, Value, object};
use crate::demo::moment::{Day, Moment};

const SINCE: Day = Day::new(2022, 4, 5);

/// Lineage, assistance, associations, code lists and the warning model.
pub(super) fn register(city: &City, at: Moment) -> Vec<Act> {
    let mut acts = lineage(city, at);
    acts.extend(assistance(city, at));
    acts.extend(associations(city, at));
    acts.extend(code_lists(city, at));
    acts.extend(measures(city, at));
    acts
}

/// 工商, 质监 and 药监 became one organ in 2019.
fn lineage(city: &City, at: Moment) -> Vec<Act> {
    let on = Day::new(2019, 2, 1);
    let body = object! {
        "id": "reform/2019-1", "kind": "合并", "on": on, "valid_from": on,
        "predecessors": vec!["unit/9901-91", "unit/9901-92", "unit/9901-93"],
        "successors": vec![&city.unit("市监").id],
        "item_transfer_map": vec!["全部事项划入"], "responsibility_rule": "由承继单位承担",
        "basis_doc": city.paper("编办", "机构改革方案", 2019, 1),
    };
    let stream = "md/unit-lineage/2019-1";
    vec![city.registry_act("md.unit_lineage.registered.v1", stream, at, "编办", body)]
}

/// Each key enterprise is assisted by one organ: its leader, its deputy and two
/// of its people (三.2).
fn assistance(city: &City, at: Moment) -> Vec<Act> {
    let organs = (0..city.units.len())
        .filter(|unit| city.units[*unit].region == 0 && city.staff[*unit].others.len() >= 2);
    let organs: Vec<usize> = organs.collect();
    let key = city.enterprises.iter().filter(|firm| firm.key);
    key.take(organs.len())
        .zip(&organs)
        .map(|(firm, &unit)| {
            let staff = &city.staff[unit];
            let id = |officer: usize| &city.officers[officer].id;
            let body = object! {
                "organ": &city.units[unit].id, "enterprise": &firm.id,
                "leader": id(city.leader(unit, at.day())),
                "deputy": staff.deputies.first().map(|&officer| id(officer)),
                "staff": staff.others.iter().take(2).map(|&o| id(o)).collect::<Vec<_>>(),
                "from": at.day(), "valid_from": at.day(),
            };
            let stream = format!("md/assistance/{}", city.units[unit].sign());
            city.registry_act("md.assistance.registered.v1", stream, at, "效能", body)
        })
        .collect()
}

/// One association, decoupled from its organ, and an adviser without pay.
fn associations(city: &City, at: Moment) -> Vec<Act> {
    let organ = city.unit_index("住建");
    let Some(&adviser) = city.staff[organ].reviewers.first() else { return Vec::new() };
    let body = object! {
        "org": "org/9901-01", "name": "示例市建筑业协会",
        "sponsoring_organ": &city.units[organ].id, "decoupled_on": Day::new(2019, 12, 31),
        "authorisations": Vec::<Value>::new(), "valid_from": Day::new(2019, 12, 31),
    };
    let post = object! {
        "officer": &city.officers[adviser].id, "org": "org/9901-01", "post": "技术顾问",
        "paid": false, "approved": true, "valid_from": SINCE,
    };
    let act = |kind, stream: &str, body| city.registry_act(kind, stream, at, "编办", body);
    vec![
        act("md.intermediary.registered.v1", "md/intermediary/9901-01", body),
        act("md.outside_post.registered.v1", "md/outside-post/9901-01", post),
    ]
}

/// Problem categories and penalty kinds, as reports count them.
fn code_lists(city: &City, at: Moment) -> Vec<Act> {
    const CODES: [(&str, &str, &str); 7] = [
        ("问题分类", "WT-01", "滥用审批"),
        ("问题分类", "WT-02", "违规收费"),
        ("问题分类", "WT-03", "擅自检查"),
        ("问题分类", "WT-04", "以罚代管"),
        ("处罚种类", "CF-01", "警告、通报批评"),
        ("处罚种类", "CF-02", "罚款、没收"),
        ("处罚种类", "CF-03", "暂扣、吊销许可证件"),
    ];
    let row = |(list, code, name): (&str, &str, &str)| {
        let body = object! {
            "list": list.to_owned(), "code": code.to_owned(), "name": name.to_owned(),
            "valid_from": SINCE,
        };
        city.registry_act("md.code.registered.v1", format!("md/code/{code}"), at, "效能", body)
    };
    CODES.into_iter().map(row).collect()
}

/// The warning model of 三.5, with its weights, and the key of the exchange.
fn measures(city: &City, at: Moment) -> Vec<Act> {
    let indicator = |id: &'static str, channel: &'static str, threshold: i64| {
        object! { "id": id, "channel": channel, "direction": "up", "single_threshold": threshold }
    };
    let model = object! {
        "id": "model/warning-2024", "kind": "warning", "version": "1",
        "indicators": vec![
            indicator("超时率(千分)", "EM", 20), indicator("窗口差评(千分)", "TE", 10),
            indicator("监测点反映", "FM", 5), indicator("热线投诉", "HL", 5),
            indicator("纠风约谈", "IV", 1),
        ],
        "weights": object! {
            "超时率(千分)": 40i64, "窗口差评(千分)": 15i64, "监测点反映": 15i64, "热线投诉": 15i64,
            "纠风约谈": 15i64,
        }, "composite_threshold": 60i64,
        "publicity_rule": "二级未按期整改或十二个月内再次", "published_on": SINCE,
        "approver": &city.unit("效能").id, "valid_from": SINCE,
    };
    let key = object! {
        "key_id": format!("key/{}", REGIONS[0].code), "signer": &city.unit("政务").id,
        "algorithm": "Ed25519", "valid_from": SINCE,
    };
    let act = |kind, stream: &str, sign, body| city.registry_act(kind, stream, at, sign, body);
    vec![
        act("md.model.registered.v1", "md/model/warning-2024", "效能", model),
        act("md.key.registered.v1", "md/key/990100", "政务", key),
    ]
}
