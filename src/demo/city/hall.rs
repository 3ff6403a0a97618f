//! Halls, windows, who sits there, what the chief representatives may decide and
//! which seal they use.

use super::City;
use super::officers::Post;
use super::units::{REGIONS, Unit};
use crate::demo::act::{Act, ToValue, Value, object};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};

const SINCE: Day = Day::new(2022, 4, 5);

pub(in crate::demo) struct Window {
    /// `window/990100-A07`
    pub id: String,
    pub hall: &'static str,
    pub hall_kind: &'static str,
    pub unit: usize,
    /// Fees are collected here and the list is displayed.
    pub fees: bool,
}

/// Hall, its kind in an envelope, its name.
const HALLS: [(&str, &str, &str); 6] = [
    ("hall/990100-1", "main_hall", "市政务服务中心办事大厅"),
    ("hall/990100-2", "sub_hall", "市不动产登记分中心办事厅"),
    ("hall/990101-1", "main_hall", "甲区政务服务大厅"),
    ("hall/990102-1", "main_hall", "乙区政务服务大厅"),
    ("hall/990103-1", "main_hall", "丙县政务服务大厅"),
    ("hall/990104-1", "main_hall", "丁县政务服务大厅"),
];

fn hall_of(unit: &Unit) -> (&'static str, &'static str, &'static str) {
    match (unit.region, unit.sign) {
        (0, "登记") => HALLS[1],
        (0, _) => HALLS[0],
        (region, _) => HALLS[region + 1],
    }
}

/// Two windows for each unit that approves, one for both purposes in a county.
pub(super) fn build(units: &[Unit]) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut numbers = [0; HALLS.len()];
    for (index, unit) in units.iter().enumerate().filter(|(_, unit)| unit.approves()) {
        let (hall, hall_kind, _) = hall_of(unit);
        let place = HALLS.iter().position(|known| known.0 == hall).unwrap_or_default();
        let count = if unit.region == 0 { 2 } else { 1 };
        for number in 0..count {
            numbers[place] += 1;
            windows.push(Window {
                id: format!("window/{}-A{:02}", local_part(hall), numbers[place]),
                hall,
                hall_kind,
                unit: index,
                fees: number + 1 == count,
            });
        }
    }
    windows
}

/// The windows and hours, once for the whole city.
pub(super) fn register_windows(city: &City, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for window in &city.windows {
        let region = REGIONS[city.units[window.unit].region].code;
        let items: Vec<&String> = city.items_in_hall(window.unit).map(|item| &item.code).collect();
        let name = HALLS.iter().find(|hall| hall.0 == window.hall).map(|hall| hall.2);
        let body = object! {
            "window_id": &window.id, "hall_id": window.hall, "hall_name": name,
            "kind": if window.hall_kind == "main_hall" { "主厅" } else { "分中心办事厅" },
            "unit": &city.units[window.unit].id, "items": items, "fee_window": window.fees,
            "region": region, "camera": true, "valid_from": SINCE,
        };
        acts.push(city.registry_act(
            "md.window.registered.v1",
            format!("md/{}", window.id),
            at,
            "政务",
            body,
        ));
    }
    for (hall, _, name) in HALLS {
        let body = object! {
            "venue": hall, "name": name, "season": "全年",
            "hours": vec!["09:00-12:00", "13:30-17:00"], "valid_from": SINCE,
        };
        let stream = format!("md/office-hours/{}", local_part(hall));
        acts.push(city.registry_act("md.office_hours.registered.v1", stream, at, "政务", body));
    }
    acts
}

/// Everything that brings one unit into its hall: the register of what belongs
/// there, its people, its chief representative with full powers, its seal.
pub(super) fn enter(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let it = &city.units[unit];
    let (hall, ..) = hall_of(it);
    let items: Vec<&String> = city.items_in_hall(unit).map(|item| &item.code).collect();
    let fees: Vec<&'static str> =
        city.fees.iter().filter(|fee| fee.unit == unit).map(|fee| fee.spec.code).collect();
    let register = object! {
        "unit": &it.id, "items": items.clone(), "fee_items": fees,
        "headcount": city.in_hall_headcount(unit), "valid_from": SINCE,
        "basis_doc": city.paper("政府", "核准应进厅单位事项人员名录", 2022, 11),
    };
    let stream = |name: &str| format!("{name}/{}", local_part(&it.id));
    let centre = city.centre_actor(it.region);
    let entered = object! { "unit": &it.id, "hall": hall, "at": SINCE.at(9, 0) };
    let mut acts = vec![
        city.registry_act(
            "md.hall_register.registered.v1",
            stream("md/hall-register"),
            at,
            "政务",
            register,
        ),
        city.load("hall.unit.entered.v1", stream("hall-unit"), at, entered).actor(centre.clone()),
    ];
    for window in city.windows.iter().filter(|window| window.unit == unit) {
        let body = object! { "window": &window.id, "items": items.clone(), "at": SINCE.at(9, 0) };
        let opened = city.load("hall.window.opened.v1", window.id.clone(), at, body);
        acts.push(opened.actor(centre.clone()));
    }
    acts.extend(assign(city, unit, at));
    acts.extend(authorise(city, unit, at));
    acts
}

/// Who sits in the hall for one unit.
fn assign(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let windows: Vec<&Window> = city.windows.iter().filter(|window| window.unit == unit).collect();
    let people = city.officers.iter().filter(|o| o.unit == unit && o.post.in_hall());
    people
        .enumerate()
        .map(|(number, officer)| {
            let window = windows[number % windows.len()];
            let body = object! {
                "officer": &officer.id, "window": &window.id, "role": officer.post.title(),
                "from": SINCE, "full_time": true,
            };
            let stream = format!("assignment/{}", local_part(&officer.id));
            city.load("hall.staff.assigned.v1", stream, at, body.value())
                .actor(city.unit_actor(unit, "派出单位"))
        })
        .collect()
}

/// Chief representative, authorisation and seal of one unit.
fn authorise(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let it = &city.units[unit];
    let Some(&index) = city.staff[unit].representatives.first() else { return Vec::new() };
    let officer = &city.officers[index];
    let items: Vec<&String> = city.items_in_hall(unit).map(|item| &item.code).collect();
    let powers = vec!["受理", "审核", "决定", "用章", "送达", "收费"];
    let seal = city.seal(unit);
    let appointed = object! {
        "officer": &officer.id, "post": Post::ChiefRepresentative.title(), "full_time": true,
        "doc_no": format!("{}办〔2022〕3号", it.sign()),
    };
    let granted = object! {
        "officer": &officer.id, "powers": powers.clone(), "items": items.clone(),
        "from": SINCE, "seal_id": &seal,
    };
    let row = object! {
        "officer": &officer.id, "unit": &it.id, "items": items, "powers": powers,
        "seal_id": &seal, "from": SINCE, "valid_from": SINCE,
    };
    let custody = object! {
        "seal_id": &seal, "unit": &it.id, "custodian": &officer.id, "kept_at": hall_of(it).0,
        "valid_from": SINCE,
    };
    let name = local_part(&it.id);
    let leader = city.officer_actor(city.leader(unit, at.day()), "主要负责人");
    let native =
        |kind, stream: String, body: Value| city.load(kind, stream, at, body).actor(leader.clone());
    vec![
        native("hall.chief_rep.appointed.v1", format!("chief-rep/{name}"), appointed),
        native("hall.authorisation.granted.v1", format!("authorisation/{name}"), granted),
        native(
            "md.authorisation.registered.v1",
            format!("md/authorisation/{name}"),
            city.row(unit, at, row),
        ),
        native("md.seal.registered.v1", format!("md/{seal}"), city.row(unit, at, custody)),
    ]
}

/// `hall.item.onboarded`: one unit's items can be applied for online.
pub(super) fn onboard(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let centre = city.centre_actor(city.units[unit].region);
    city.items_in_hall(unit)
        .map(|item| {
            let body =
                object! { "item": &item.code, "system": "政务服务平台", "at": SINCE.at(9, 0) };
            let stream = format!("online/{}", item.code);
            city.load("hall.item.onboarded.v1", stream, at, body).actor(centre.clone())
        })
        .collect()
}
