//! The order in which the city's master data reach the ledger: nearly all in the
//! weeks before the first case, the rest when it happens within the two years.

use super::{
    City, fees, grounds, hall, inspection_items, items, officers, parameters, parties, ties, units,
};
use crate::demo::act::Act;
use crate::demo::moment::{Day, Moment};

/// One piece of master data that is recorded together.
#[derive(Clone, Copy)]
pub(in crate::demo) enum Chapter {
    Parameters,
    Calendar(i64),
    Units,
    Officers(usize),
    Places,
    Batches,
    Items(usize),
    Promises(usize),
    Takeover(usize),
    Windows,
    Hall(usize),
    Online(usize),
    Fees,
    Grounds,
    InspectionItems,
    InspectionPlans(i64),
    Enterprises(usize),
    Projects,
    Ties,
    LeaderChange(usize),
    CertificatesRenewed,
    PromisesShortened,
}

/// When the ledger is founded: nothing is recorded before.
pub(in crate::demo) const FOUNDED: Moment = Day::new(2024, 6, 3).at(8, 30);

/// Every chapter with its moment, in order.
pub(in crate::demo) fn chapters(city: &City) -> Vec<(Moment, Chapter)> {
    let mut list = vec![Chapter::Parameters];
    list.extend((2021..=2024).map(Chapter::Calendar));
    list.push(Chapter::Units);
    list.extend((0..city.units.len()).map(Chapter::Officers));
    list.extend([Chapter::Places, Chapter::Fees, Chapter::Grounds, Chapter::InspectionItems]);
    list.push(Chapter::Batches);
    let approving: Vec<usize> =
        (0..city.units.len()).filter(|unit| city.units[*unit].approves()).collect();
    list.extend(approving.iter().map(|unit| Chapter::Items(*unit)));
    list.extend(approving.iter().map(|unit| Chapter::Promises(*unit)));
    list.extend((1..units::REGIONS.len()).map(Chapter::Takeover));
    list.push(Chapter::Windows);
    list.extend(approving.iter().map(|unit| Chapter::Hall(*unit)));
    list.extend(approving.iter().map(|unit| Chapter::Online(*unit)));
    list.push(Chapter::InspectionPlans(2024));
    list.extend((0..city.enterprises.len().div_ceil(parties::BATCH)).map(Chapter::Enterprises));
    list.push(Chapter::Projects);
    list.push(Chapter::Ties);
    let mut moment = FOUNDED;
    let mut all = Vec::new();
    for chapter in list {
        moment = moment.plus(3);
        if moment.minute_of_day() > 17 * 60 {
            moment = city.calendar.after(moment.day(), 1).at(8, 30);
        }
        all.push((moment, chapter));
    }
    all.extend(within_the_two_years());
    all
}

fn within_the_two_years() -> Vec<(Moment, Chapter)> {
    let mut later = vec![
        (Day::new(2024, 11, 12).at(15, 40), Chapter::Calendar(2025)),
        (Day::new(2024, 12, 20).at(10, 5), Chapter::InspectionPlans(2025)),
        (Day::new(2025, 6, 18).at(9, 30), Chapter::PromisesShortened),
        (Day::new(2025, 6, 20).at(14, 15), Chapter::CertificatesRenewed),
        (Day::new(2025, 11, 4).at(16, 20), Chapter::Calendar(2026)),
        (Day::new(2025, 12, 19).at(10, 5), Chapter::InspectionPlans(2026)),
    ];
    for (index, (_, day)) in officers::CHANGES.iter().enumerate() {
        later.push((day.at(9, 5), Chapter::LeaderChange(index)));
    }
    later.sort_by_key(|(moment, _)| *moment);
    later
}

impl Chapter {
    pub fn acts(self, city: &City, at: Moment) -> Vec<Act> {
        match self {
            Chapter::Parameters => parameters::set(city, at),
            Chapter::Calendar(year) => parameters::publish_calendar(city, year, at),
            Chapter::Units => {
                let mut acts = units::register(city, at);
                acts.extend(units::register_leading_group(city, at));
                acts
            }
            Chapter::Officers(unit) => officers::register(city, unit, at),
            Chapter::Places => parties::register_places(city, at),
            Chapter::Batches => items::declare_batches(city, at),
            Chapter::Items(unit) => items::register(city, unit, at),
            Chapter::Promises(unit) => items::promise(city, unit, at),
            Chapter::Takeover(region) => items::take_over(city, region, at),
            Chapter::Windows => hall::register_windows(city, at),
            Chapter::Hall(unit) => hall::enter(city, unit, at),
            Chapter::Online(unit) => hall::onboard(city, unit, at),
            Chapter::Fees => fees::register(city, at),
            Chapter::Grounds => grounds::register(city, at),
            Chapter::InspectionItems => inspection_items::register(city, at),
            Chapter::InspectionPlans(year) => inspection_items::plan(city, year, at),
            Chapter::Enterprises(chapter) => parties::register(city, chapter, at),
            Chapter::Projects => parties::register_projects(city, at),
            Chapter::Ties => ties::register(city, at),
            Chapter::LeaderChange(index) => officers::change_leader(city, index, at),
            Chapter::CertificatesRenewed => officers::renew_certificates(city, at),
            Chapter::PromisesShortened => items::shorten_promises(city, at),
        }
    }
}
