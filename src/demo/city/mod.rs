//! The city itself: units, people, halls, items, fees, grounds and enterprises,
//! and the master-data events that make them known.
//!
//! Everything follows from the seed and the number of cases. Facts never change
//! here; what changes within the two years (a leader, a promise) is looked up by
//! day. Cases are unknown to this module.

pub(super) mod chapters;
pub(super) mod fees;
pub(super) mod grounds;
pub(super) mod hall;
pub(super) mod inspection_items;
mod item_table;
pub(super) mod items;
pub(super) mod officers;
mod parameters;
pub(super) mod parties;
mod ties;
pub(super) mod units;

use super::act::{Act, Source, ToValue, Value, object};
use super::calendar::Calendar;
use super::moment::{Day, Moment};
use super::prng::Draw;
use crate::demo::identifiers::local_part;
use fees::Fee;
use grounds::Ground;
use hall::Window;
use inspection_items::InspectionItem;
use items::{Disposition, Item};
use officers::{Officer, Staff};
use parties::{Enterprise, Project};
use units::{REGIONS, Unit};

/// First day of the city's cases.
pub(super) const OPENING: Day = Day::new(2024, 7, 1);
/// Last day of which anything is told.
pub(super) const CLOSING: Day = Day::new(2026, 6, 30);

/// Enterprises that only planted stories deal with.
const KEPT_PARTIES: u32 = 480;

pub(super) struct City {
    pub seed: u64,
    pub calendar: Calendar,
    pub units: Vec<Unit>,
    pub officers: Vec<Officer>,
    /// Parallel to `units`.
    pub staff: Vec<Staff>,
    pub windows: Vec<Window>,
    pub items: Vec<Item>,
    pub fees: Vec<Fee>,
    pub grounds: Vec<Ground>,
    pub inspection_items: Vec<InspectionItem>,
    pub enterprises: Vec<Enterprise>,
    /// Enterprises from here on belong to planted stories alone.
    pub kept_parties: usize,
    pub projects: Vec<Project>,
}

impl City {
    /// A city with enough enterprises that nobody is inspected beyond the caps.
    pub fn new(seed: u64, cases: u32) -> City {
        let units = units::build();
        let (officers, staff) = officers::build(&units);
        let common = (cases / 12).clamp(120, 20_000);
        let enterprises = parties::build(seed, common, KEPT_PARTIES);
        let kept_parties = enterprises.len() - KEPT_PARTIES as usize;
        City {
            seed,
            calendar: Calendar::new(),
            windows: hall::build(&units),
            items: items::build(&units),
            fees: fees::build(&units),
            grounds: grounds::build(&units),
            inspection_items: inspection_items::build(&units),
            projects: parties::projects(&enterprises[..kept_parties]),
            enterprises,
            kept_parties,
            officers,
            staff,
            units,
        }
    }

    /// The city's own unit with this sign; counties' units are found by index.
    pub fn unit_index(&self, sign: &str) -> usize {
        let found = self.units.iter().position(|unit| unit.region == 0 && unit.sign == sign);
        found.expect("every sign used in the demo stands in the table of units")
    }

    pub fn unit(&self, sign: &str) -> &Unit {
        &self.units[self.unit_index(sign)]
    }

    /// Items that are dealt with in the hall by one unit: all that still exist.
    pub fn items_in_hall(&self, unit: usize) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .filter(move |item| item.unit == unit && item.disposition != Disposition::Cancelled)
    }

    pub fn in_hall_headcount(&self, unit: usize) -> i64 {
        let people = self.officers.iter().filter(|o| o.unit == unit && o.post.in_hall());
        people.count() as i64
    }

    /// Who leads a unit on a day.
    pub fn leader(&self, unit: usize, day: Day) -> usize {
        let holders = &self.staff[unit].leaders;
        let held = |index: &&usize| {
            let officer = &self.officers[**index];
            officer.from <= day && officer.to.is_none_or(|to| day < to)
        };
        *holders.iter().find(held).unwrap_or(&holders[0])
    }

    /// The seal for permits, kept by the chief representative in the hall.
    pub fn seal(&self, unit: usize) -> String {
        format!("seal/{}", local_part(&self.units[unit].id))
    }

    /// An officer in a role, as an envelope names the actor.
    pub fn officer_actor(&self, officer: usize, role: &'static str) -> Value {
        let it = &self.officers[officer];
        let unit = &self.units[it.unit].id;
        object! { "unit": unit, "officer": &it.id, "role": role, "post": it.post.title() }
    }

    pub fn unit_actor(&self, unit: usize, role: &'static str) -> Value {
        object! { "unit": &self.units[unit].id, "role": role }
    }

    /// The service centre of a region.
    pub fn centre_actor(&self, region: usize) -> Value {
        let found = self
            .units
            .iter()
            .position(|unit| unit.region == region && unit.role == Some("服务中心"));
        self.unit_actor(found.unwrap_or_default(), "服务中心")
    }

    /// A window of the unit, with the hall it stands in.
    pub fn window(&self, unit: usize, fees: bool) -> usize {
        let found = self.windows.iter().position(|w| w.unit == unit && (!fees || w.fees));
        found.unwrap_or_default()
    }

    pub fn window_venue(&self, window: usize) -> Value {
        let it = &self.windows[window];
        object! { "kind": it.hall_kind, "venue_id": it.hall, "window_id": &it.id }
    }

    /// A document of authority: title, number, issuer.
    pub fn paper(&self, sign: &str, title: &'static str, year: i64, number: u32) -> Value {
        let unit = self.unit(sign);
        object! {
            "title": title, "doc_no": format!("{}〔{year}〕{number}号", unit.sign()),
            "issuer": &unit.id,
        }
    }

    /// A master-data act: imported when the ledger was founded, native later.
    pub fn load(
        &self,
        kind: &'static str,
        stream: impl Into<String>,
        at: Moment,
        body: Value,
    ) -> Act {
        let source = if at.day() < OPENING { Source::Founding } else { Source::Registry };
        Act::new(kind, stream, at, source, body)
    }

    /// One row of master data by the city's unit that answers for it.
    pub fn registry_act(
        &self,
        kind: &'static str,
        stream: impl Into<String>,
        at: Moment,
        sign: &str,
        body: Value,
    ) -> Act {
        self.owner_act(kind, stream, at, self.unit_index(sign), body)
    }

    /// One row of master data by any unit.
    pub fn owner_act(
        &self,
        kind: &'static str,
        stream: impl Into<String>,
        at: Moment,
        unit: usize,
        body: Value,
    ) -> Act {
        let body = self.row(unit, at, body);
        self.load(kind, stream, at, body).actor(self.unit_actor(unit, "数据责任单位"))
    }

    /// What every row of master data states besides its own members (§2.0): the
    /// document it rests on, and whether it was valid before it was recorded.
    pub fn row(&self, unit: usize, at: Moment, mut body: Value) -> Value {
        let today = at.day();
        let valid_from = body.get("valid_from").and_then(Value::as_str);
        let retroactive = valid_from.is_some_and(|from| from < today.text().as_str());
        body.set("retroactive", retroactive.value());
        if body.get("basis_doc").is_none() {
            let (year, month, day) = today.civil();
            let unit = &self.units[unit];
            let sheet = object! {
                "title": "数据登记单", "issuer": &unit.id, "issued_on": today,
                "doc_no": format!("{}数登〔{year}〕{}号", unit.sign(), month * 100 + day),
            };
            body.set("basis_doc", sheet);
        }
        body
    }

    /// Any enterprise, the key ones no more often than others.
    pub fn any_enterprise(&self, draw: &mut Draw) -> usize {
        draw.below(self.kept_parties as u64) as usize
    }

    /// Organs that only planted stories deal with.
    pub fn kept_organs(&self) -> Vec<usize> {
        (0..self.units.len()).filter(|unit| self.units[*unit].kept).collect()
    }

    pub fn unit_region_name(&self, unit: usize) -> &'static str {
        REGIONS[self.units[unit].region].name
    }

    /// An item, each as likely as the weight it is given; `None` leaves it out.
    pub fn pick_item(&self, draw: &mut Draw, weight: impl Fn(&Item) -> Option<u64>) -> usize {
        let total: u64 = self.items.iter().filter_map(&weight).sum();
        let mut left = draw.below(total);
        for (index, item) in self.items.iter().enumerate() {
            let Some(own) = weight(item) else { continue };
            if left < own {
                return index;
            }
            left -= own;
        }
        0
    }

    /// The region code that stands in stream names and document numbers.
    pub fn region_code(&self, unit: usize) -> &'static str {
        REGIONS[self.units[unit].region].code
    }
}
