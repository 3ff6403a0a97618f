//! The catalogue of items 事项目录: what the city keeps, what it handed to the
//! counties, what it cancelled; and the three batches of 54, 9 and 79.

use super::City;
use super::item_table::{CANCELLED, DELEGATED_ACTS, ItemSpec, KEPT, OBJECTS, PASSED_ON, RETAINED};
use super::units::{REGIONS, Unit};
use crate::demo::act::{Act, ToValue, Value, object};
use crate::demo::moment::{Day, Moment};

/// How an item came to be where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Disposition {
    Retained,
    Delegated,
    Entrusted,
    Cancelled,
}

impl Disposition {
    fn word(self) -> &'static str {
        match self {
            Disposition::Retained => "retained",
            Disposition::Delegated => "delegated",
            Disposition::Entrusted => "entrusted",
            Disposition::Cancelled => "cancelled",
        }
    }

    fn batch(self) -> Option<&'static str> {
        match self {
            Disposition::Retained => None,
            Disposition::Delegated => Some("2022-下放54"),
            Disposition::Entrusted => Some("2022-委托9"),
            Disposition::Cancelled => Some("2022-取消79"),
        }
    }
}

/// One item as one unit exercises it.
pub(in crate::demo) struct Item {
    /// 实施编码, 31 characters.
    pub code: String,
    pub name: String,
    pub unit: usize,
    pub disposition: Disposition,
    /// In whose name an entrusted item is decided.
    pub on_behalf: Option<usize>,
    pub spec: &'static ItemSpec,
}

impl Item {
    /// Working days promised on a day: some promises were shortened when the
    /// second catalogue of 2025 came into force.
    pub fn promise(&self, day: Day) -> i64 {
        if day >= SECOND_CATALOGUE && self.spec.promise_later > 0 {
            self.spec.promise_later
        } else {
            self.spec.promise
        }
    }

    /// Decided on the spot (即办件).
    pub fn instant(&self) -> bool {
        self.spec.promise == 0
    }
}

pub(in crate::demo) const SECOND_CATALOGUE: Day = Day::new(2025, 7, 1);
pub(in crate::demo) const IN_FORCE: Day = Day::new(2022, 4, 5);

/// The version of the catalogue in force on a day.
pub(in crate::demo) fn catalogue_version(day: Day) -> &'static str {
    if day >= SECOND_CATALOGUE { "2025.2" } else { "2022.1" }
}

pub(in crate::demo) const DELEGATED_COUNT: usize = 54;
pub(in crate::demo) const ENTRUSTED_COUNT: usize = 9;
pub(in crate::demo) const CANCELLED_COUNT: usize = 79;

/// 31 characters: credit code, level (3 city, 4 county), 12-digit base code.
pub(in crate::demo) fn code(unit: &Unit, kind: &str, number: usize) -> String {
    let level = if unit.region == 0 { 3 } else { 4 };
    format!("{}{level}99{kind}{number:05}000", unit.uscc)
}

pub(super) fn build(units: &[Unit]) -> Vec<Item> {
    let municipal = |sign: &str| {
        units.iter().position(|unit| unit.region == 0 && unit.sign == sign).unwrap_or_default()
    };
    let mut items = Vec::new();
    for (index, spec) in RETAINED.iter().enumerate() {
        let unit = municipal(spec.unit);
        items.push(Item {
            code: code(&units[unit], spec.kind_code, index + 1),
            name: spec.name.to_owned(),
            unit,
            disposition: Disposition::Retained,
            on_behalf: None,
            spec,
        });
    }
    for (number, name, from, disposition) in batch_rows() {
        let former = municipal(from);
        if disposition == Disposition::Cancelled {
            items.push(Item {
                code: code(&units[former], "01", number),
                name,
                unit: former,
                disposition,
                on_behalf: None,
                spec: &CANCELLED,
            });
            continue;
        }
        for region in 1..REGIONS.len() {
            let unit = county_unit(units, region, from);
            items.push(Item {
                code: code(&units[unit], "01", number),
                name: name.clone(),
                unit,
                disposition,
                on_behalf: (disposition == Disposition::Entrusted).then_some(former),
                spec: &PASSED_ON[number % PASSED_ON.len()],
            });
        }
    }
    for (number, (unit, organ)) in
        units.iter().enumerate().filter(|(_, organ)| organ.kept).enumerate()
    {
        items.extend(KEPT.iter().enumerate().map(|(index, spec)| Item {
            code: code(organ, spec.kind_code, 301 + number * KEPT.len() + index),
            name: format!("{}{}", organ.sign, spec.name),
            unit,
            disposition: Disposition::Retained,
            on_behalf: None,
            spec,
        }));
    }
    items
}

/// The county organ that took over from a city organ: the one of the same name,
/// else the county's approval bureau.
fn county_unit(units: &[Unit], region: usize, sign: &str) -> usize {
    let find = |sign: &str| {
        units.iter().position(|unit| unit.region == region && unit.sign == sign && unit.approves())
    };
    find(sign).or_else(|| find("审批")).unwrap_or_default()
}

/// Number, name, former city organ and disposition of all 142 rows.
fn batch_rows() -> Vec<(usize, String, &'static str, Disposition)> {
    let mut rows = Vec::new();
    let row = |list: &mut Vec<_>, object: usize, act: &str, disposition| {
        let (name, unit) = OBJECTS[object % OBJECTS.len()];
        list.push((101 + list.len(), format!("{name}{act}"), unit, disposition));
    };
    for index in 0..DELEGATED_COUNT {
        let act = DELEGATED_ACTS[index / OBJECTS.len() % DELEGATED_ACTS.len()];
        row(&mut rows, index, act, Disposition::Delegated);
    }
    for index in 0..ENTRUSTED_COUNT {
        row(&mut rows, index * 2, "许可延续", Disposition::Entrusted);
    }
    const CANCELLED_ACTS: [&str; 5] = ["年检", "资格认定", "从业资格认证", "年度审验", "备案审批"];
    for index in 0..CANCELLED_COUNT {
        let act = CANCELLED_ACTS[index / OBJECTS.len() % CANCELLED_ACTS.len()];
        row(&mut rows, index, act, Disposition::Cancelled);
    }
    rows
}

/// `md.item.registered` of one unit's items.
pub(super) fn register(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let own = city.items.iter().filter(|item| item.unit == unit);
    own.map(|item| register_item(city, item, at)).collect()
}

pub(in crate::demo) fn register_item(city: &City, item: &Item, at: Moment) -> Act {
    let cancelled = item.disposition == Disposition::Cancelled;
    let body = object! {
        "item_code": &item.code, "name": &item.name, "item_kind": item.spec.kind,
        "subject_unit": &city.units[item.unit].id,
        "exercise_level": if city.units[item.unit].region == 0 { "市" } else { "县" },
        "disposition": item.disposition.word(), "batch": item.disposition.batch(),
        "legal_basis": vec![object! { "law": item.spec.law.0, "article": item.spec.law.1, "rank": "法律" }],
        "materials": if cancelled { Value::Null } else { materials(item) },
        "stages": if cancelled { Value::Null } else { stages(item) },
        "legal_limit": (!cancelled).then(|| object! { "n": item.spec.legal, "unit": "工作日" }),
        "promised_limit": (!cancelled).then(|| object! { "n": item.spec.promise, "unit": "工作日" }),
        "handling_type": if item.instant() { "即办件" } else { "承诺件" },
        "special_procedures": item.spec.special.map(|kind| vec![kind]),
        "in_hall_required": !cancelled, "online_since": (!cancelled).then_some(IN_FORCE),
        "online_depth": "四级", "default_eligible": item.spec.exempt.is_none() && !cancelled,
        "exempt_domain": item.spec.exempt, "legal_bar": legal_bar(item),
        "result_document": item.spec.certificate,
        "on_behalf_of_unit": item.on_behalf.map(|former| &city.units[former].id),
        "secrecy": "none", "valid_from": IN_FORCE,
        "valid_to": cancelled.then_some(IN_FORCE),
        "catalogue_version": "2022.1", "published_on": IN_FORCE.plus(-7),
    };
    let stream = format!("md/item/{}", item.code);
    city.registry_act("md.item.registered.v1", stream, at, "编办", body)
}

/// Why the city keeps what is in no exempt domain: the law names the city's organ.
fn legal_bar(item: &Item) -> Value {
    if item.disposition != Disposition::Retained || item.spec.exempt.is_some() {
        return Value::Null;
    }
    object! {
        "law": item.spec.law.0, "article": item.spec.law.1,
        "reason": "由设区的市级主管部门实施",
    }
}

fn materials(item: &Item) -> Value {
    let rows = item.spec.materials.iter();
    rows.map(|name| object! { "name": *name, "form": "电子或纸质", "copies": 1i64 })
        .collect::<Vec<_>>()
        .value()
}

fn stages(item: &Item) -> Value {
    let rows = item.spec.stages.iter();
    rows.map(|(name, role, days)| object! { "name": *name, "role": *role, "wd": *days })
        .collect::<Vec<_>>()
        .value()
}

/// The three batches, as the city government declared them.
pub(super) fn declare_batches(city: &City, at: Moment) -> Vec<Act> {
    let kinds = [
        (Disposition::Delegated, DELEGATED_COUNT, "下放"),
        (Disposition::Entrusted, ENTRUSTED_COUNT, "委托"),
        (Disposition::Cancelled, CANCELLED_COUNT, "取消"),
    ];
    let all = batch_rows();
    kinds
        .into_iter()
        .map(|(disposition, expected, kind)| {
            let rows: Vec<Value> = all
                .iter()
                .filter(|row| row.3 == disposition)
                .map(|(number, name, unit, _)| {
                    object! {
                        "base_code": format!("9901{number:05}000"), "name": name,
                        "from_unit": &city.unit(unit).id, "effective_on": IN_FORCE,
                        "to": (disposition != Disposition::Cancelled).then_some("各县(区)"),
                        "transitional_cases": "按原规定办结",
                    }
                })
                .collect();
            let batch = disposition.batch().unwrap_or_default();
            let regions: Vec<&str> = REGIONS[1..].iter().map(|region| region.code).collect();
            let body = object! {
                "batch_id": batch, "kind": kind, "expected_count": expected as i64,
                "addressee_regions": regions, "rows": rows, "valid_from": IN_FORCE,
                "basis_doc": city.paper("政府", "关于下放委托取消行政审批事项的决定", 2022, 7),
            };
            let stream = format!("md/batch/{batch}");
            city.registry_act("md.batch.declared.v1", stream, at, "政府", body)
        })
        .collect()
}

/// `md.takeover.registered`: each county takes over each of the 63 items.
pub(super) fn take_over(city: &City, region: usize, at: Moment) -> Vec<Act> {
    let passed = city.items.iter().filter(|item| {
        city.units[item.unit].region == region
            && matches!(item.disposition, Disposition::Delegated | Disposition::Entrusted)
    });
    passed
        .map(|item| {
            let body = object! {
                "item_code": &item.code, "county": REGIONS[region].code,
                "receiving_unit": &city.units[item.unit].id, "accepted_on": Day::new(2022, 4, 20),
                "staff": 2i64, "system_ready": true, "training": true,
                "valid_from": Day::new(2022, 4, 20),
            };
            let stream = format!("md/takeover/{}", item.code);
            city.registry_act("md.takeover.registered.v1", stream, at, "编办", body)
        })
        .collect()
}

/// The second catalogue of 2025: shorter promises, published before it applies.
pub(super) fn shorten_promises(city: &City, at: Moment) -> Vec<Act> {
    let shortened = city.items.iter().filter(|item| item.spec.promise_later > 0);
    shortened
        .map(|item| promise_act(city, item, "md.promise.changed.v1", SECOND_CATALOGUE, at))
        .collect()
}

/// `md.promise.registered` of one unit's items.
pub(super) fn promise(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let own = city
        .items
        .iter()
        .filter(|item| item.unit == unit && item.disposition != Disposition::Cancelled);
    own.map(|item| promise_act(city, item, "md.promise.registered.v1", IN_FORCE, at)).collect()
}

pub(in crate::demo) fn promise_act(
    city: &City,
    item: &Item,
    kind: &'static str,
    from: Day,
    at: Moment,
) -> Act {
    let body = object! {
        "item": &item.code, "promised_wd": item.promise(from), "legal_wd": item.spec.legal,
        "published_on": from.plus(-7), "channel": "政府门户网站", "valid_from": from,
        "catalogue_version": catalogue_version(from),
    };
    let stream = format!("md/promise/{}", item.code);
    city.owner_act(kind, stream, at, item.unit, body)
}
