//! Who is in the hall on which day: units, items, fees, people and powers, held
//! against the register of what belongs there (MD16).
//!
//! Facts of the hall change on few days; between two of them a day is like the one
//! before. A breach is a spell of days, and the worst day is one of those few, so
//! that a good last day of the month hides nothing. What this file does not know:
//! cases.

use crate::master::{At, Authorisation, HallRegister, Version};
use crate::rules::city::City;
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// So many of so many. Nothing of nothing is no rate (n/a), not a full one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub have: u64,
    pub of: u64,
}

impl Rate {
    /// Hundredths of a per cent, rounded down.
    pub fn basis_points(self) -> Option<u64> {
        (self.of > 0).then(|| self.have.saturating_mul(10_000) / self.of)
    }

    pub fn to_json(self) -> Value {
        json!({ "have": self.have, "of": self.of, "basis_points": self.basis_points() })
    }

    /// `1/2(50.00%)`, and `n/a` where there is nothing to divide by.
    pub fn words(self) -> String {
        match self.basis_points() {
            Some(points) => {
                format!("{}/{}({}.{:02}%)", self.have, self.of, points / 100, points % 100)
            }
            None => "n/a".to_owned(),
        }
    }

    /// Whether it is lower than another, exactly.
    fn below(self, other: Rate) -> bool {
        let cross = |a: u64, b: u64| u128::from(a) * u128::from(b);
        self.of > 0 && (other.of == 0 || cross(self.have, other.of) < cross(other.have, self.of))
    }
}

/// A rate at the end of the period, and on its worst day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Course {
    pub at_end: Rate,
    pub worst: Option<(NaiveDate, Rate)>,
}

impl Course {
    fn add(&mut self, on: NaiveDate, rate: Rate) {
        self.at_end = rate;
        if rate.of > 0 && self.worst.is_none_or(|(_, worst)| rate.below(worst)) {
            self.worst = Some((on, rate));
        }
    }

    /// The rate on the worst day and at the end, in both languages.
    pub fn words(&self) -> (String, String) {
        let end = self.at_end.words();
        match self.worst {
            Some((on, rate)) => {
                let worst = rate.words();
                (
                    format!(";最差日{on}为{worst},期末{end}"),
                    format!("; worst on {on}: {worst}, at the end {end}"),
                )
            }
            None => (String::new(), String::new()),
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "at_period_end": self.at_end.to_json(),
            "worst_day": self.worst.map(|(on, _)| on.to_string()),
            "on_worst_day": self.worst.map(|(_, rate)| rate.to_json()),
        })
    }
}

/// Days in a row on which something was missing.
#[derive(Clone, Debug)]
pub struct Spell<T> {
    pub from: NaiveDate,
    /// Exclusive; open if it still lasts.
    pub to: Option<NaiveDate>,
    /// As on the worst day.
    pub worst: T,
}

/// Spells by what is missing it.
struct Spells<T>(BTreeMap<Box<str>, Vec<Spell<T>>>);

impl<T> Spells<T> {
    fn new() -> Spells<T> {
        Spells(BTreeMap::new())
    }

    /// Notes a day on which something was missing, or not.
    fn note(&mut self, key: &str, on: NaiveDate, missing: Option<T>, worse: fn(&T, &T) -> bool) {
        let open = self.0.get_mut(key).and_then(|spells| spells.last_mut());
        let open = open.filter(|spell| spell.to.is_none());
        match (open, missing) {
            (None, None) => {}
            (Some(spell), None) => spell.to = Some(on),
            (Some(spell), Some(missing)) => {
                if worse(&missing, &spell.worst) {
                    spell.worst = missing;
                }
            }
            (None, Some(missing)) => {
                let spell = Spell { from: on, to: None, worst: missing };
                self.0.entry(key.into()).or_default().push(spell);
            }
        }
    }

    /// Ends the spells of what no longer belongs in the hall.
    fn end_all_but(&mut self, kept: &BTreeSet<&str>, on: NaiveDate) {
        for (key, spells) in &mut self.0 {
            let open = spells.last_mut().filter(|spell| spell.to.is_none());
            if let Some(spell) = open.filter(|_| !kept.contains(key.as_ref())) {
                spell.to = Some(on);
            }
        }
    }

    fn all(self) -> OfUnits<T> {
        let each = self.0.into_iter();
        each.flat_map(|(key, spells)| spells.into_iter().map(move |one| (key.clone(), one)))
            .collect()
    }
}

/// What is missing of one unit's people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    pub approved: i64,
    pub assigned: i64,
    /// Vacancies of less than a month after a resignation: not counted yet.
    pub excused: i64,
}

impl Shortage {
    pub fn count(self) -> i64 {
        self.approved.saturating_sub(self.assigned).saturating_sub(self.excused)
    }
}

/// Each spell with the unit that it is told of.
pub type OfUnits<T> = Vec<(Box<str>, Spell<T>)>;

/// The hall from the day on which the decision took effect to the moment asked about.
pub struct Presence {
    /// R2.2.2a: units with an active window of units that belong there.
    pub units: Course,
    /// R2.2.2b (i): people assigned of people approved.
    pub people: Course,
    /// R2.2.1: units of which all four conditions hold.
    pub concentrated: Course,
    pub absent_units: OfUnits<()>,
    /// Items and fees of the register for which no window of the unit is open.
    pub absent_items: OfUnits<Vec<Box<str>>>,
    pub shortages: OfUnits<Shortage>,
    /// What the unit lacks of 两集中、两到位.
    pub scattered: OfUnits<Vec<&'static str>>,
}

impl Presence {
    pub fn of(city: &City<'_>) -> Presence {
        let mut units = Spells::new();
        let mut items = Spells::new();
        let mut people = Spells::new();
        let mut scattered = Spells::new();
        let mut courses = [Course::default(); 3];
        for on in changing_days(city) {
            let at = city.bench.on(on);
            let mut rates = [Rate::default(); 3];
            let mut kept = BTreeSet::new();
            for register in city.bench.master.in_hall_roster(at) {
                let unit = register.row.unit.as_ref();
                kept.insert(unit);
                let day = UnitDay::of(city, register, at);
                rates[0].of += 1;
                rates[0].have += u64::from(day.active);
                units.note(unit, on, (!day.active).then_some(()), |_, _| false);
                let missing = (!day.absent.is_empty()).then(|| day.absent.clone());
                items.note(unit, on, missing, |new, old| new.len() > old.len());
                if let Some(shortage) = day.shortage {
                    let approved = u64::try_from(shortage.approved).unwrap_or(0);
                    rates[1].of = rates[1].of.saturating_add(approved);
                    let assigned = u64::try_from(shortage.assigned).unwrap_or(0);
                    rates[1].have = rates[1].have.saturating_add(assigned.min(approved));
                    let short = (shortage.count() > 0).then_some(shortage);
                    people.note(unit, on, short, |new, old| new.count() > old.count());
                }
                rates[2].of += 1;
                rates[2].have += u64::from(day.lacking.is_empty());
                let lacking = (!day.lacking.is_empty()).then(|| day.lacking.clone());
                scattered.note(unit, on, lacking, |new, old| new.len() > old.len());
            }
            units.end_all_but(&kept, on);
            items.end_all_but(&kept, on);
            people.end_all_but(&kept, on);
            scattered.end_all_but(&kept, on);
            for (course, rate) in courses.iter_mut().zip(rates) {
                course.add(on, rate);
            }
        }
        let [of_units, of_people, concentrated] = courses;
        Presence {
            units: of_units,
            people: of_people,
            concentrated,
            absent_units: units.all(),
            absent_items: items.all(),
            shortages: people.all(),
            scattered: scattered.all(),
        }
    }
}

/// The days on which anything about the hall changed, and the day asked about.
fn changing_days(city: &City<'_>) -> Vec<NaiveDate> {
    let master = city.bench.master;
    let known_at = city.bench.known_at;
    let mut days = BTreeSet::new();
    macro_rules! of {
        ($($table:ident),*) => {$(
            for version in master.$table.versions().filter(|one| one.believed_at(known_at)) {
                days.extend([version.valid_from, version.valid_to].into_iter().flatten());
            }
        )*};
    }
    of!(hall_registers, hall_units, windows, open_windows, assignments, authorisations, posts);
    // A vacancy is excused for a month: it may begin to count on no other day.
    let withdrawn = master.assignments.versions().filter(|one| one.ended());
    days.extend(withdrawn.filter_map(|one| month_after(one.valid_from?)));
    // Conditions that last are judged from P01 on (R4.1).
    let today = city.bench.today();
    let start = city.bench.decision_from();
    days.extend([today, start]);
    days.into_iter().filter(|on| start <= *on && *on <= today).collect()
}

fn month_after(on: NaiveDate) -> Option<NaiveDate> {
    on.checked_add_months(chrono::Months::new(1))
}

/// One unit on one day.
struct UnitDay {
    active: bool,
    absent: Vec<Box<str>>,
    shortage: Option<Shortage>,
    lacking: Vec<&'static str>,
}

impl UnitDay {
    fn of(city: &City<'_>, register: &Version<HallRegister>, at: At) -> UnitDay {
        let row = &register.row;
        let windows = Windows::of(city, &row.unit, at);
        let items = row.items.iter().flatten().filter(|code| !windows.serves(code));
        let fees = row.fee_items.iter().flatten().filter(|_| !windows.fees);
        let absent: Vec<Box<str>> = items.chain(fees).cloned().collect();
        let shortage = row.headcount.map(|approved| shortage(city, &row.unit, approved, at));
        let lacking = lacking(city, row, absent.is_empty(), at);
        UnitDay { active: windows.active, absent, shortage, lacking }
    }
}

/// The open windows of one unit.
struct Windows {
    active: bool,
    /// Codes served; `None` if a window does not say, which is taken for all.
    items: Option<BTreeSet<Box<str>>>,
    fees: bool,
}

impl Windows {
    fn of(city: &City<'_>, unit: &str, at: At) -> Windows {
        let master = city.bench.master;
        let mut out = Windows { active: false, items: Some(BTreeSet::new()), fees: false };
        let mut told_of_any = false;
        for window in master.windows.found_at(unit, at) {
            told_of_any = true;
            let id = window.row.window_id.as_ref();
            // A window of which no opening was told is open while it is registered.
            let opened = master.open_windows.at(id, at);
            if opened.is_none() && master.open_windows.knows(id) {
                continue;
            }
            out.active = true;
            out.fees |= window.row.fee_window != Some(false);
            let items = opened.and_then(|one| one.row.items.as_ref()).or(window.row.items.as_ref());
            match (items, &mut out.items) {
                (Some(items), Some(all)) => all.extend(items.iter().cloned()),
                _ => out.items = None,
            }
        }
        if !told_of_any && master.hall_units.at(unit, at).is_some() {
            return Windows { active: true, items: None, fees: true };
        }
        out
    }

    fn serves(&self, code: &str) -> bool {
        self.active && self.items.as_ref().is_none_or(|items| items.contains(code))
    }
}

fn shortage(city: &City<'_>, unit: &str, approved: i64, at: At) -> Shortage {
    let assignments = &city.bench.master.assignments;
    let placed = assignments.found_at(unit, at).filter(|one| one.row.unit.as_deref() == Some(unit));
    let assigned = i64::try_from(placed.count()).unwrap_or(i64::MAX);
    let left = assignments.versions().filter(|one| {
        one.ended()
            && one.believed_at(at.known_at)
            && one.row.unit.as_deref() == Some(unit)
            && one.row.reason.as_deref().is_some_and(|reason| reason.contains("辞职"))
            && one.valid_from.is_some_and(|from| {
                from <= at.on && month_after(from).is_some_and(|end| at.on < end)
            })
            && assignments.at(&one.row.officer, at).is_none()
    });
    let gone = i64::try_from(left.count()).unwrap_or(0);
    Shortage { approved, assigned, excused: gone.min(approved.saturating_sub(assigned).max(0)) }
}

/// What a chief representative must be able to do (充分授权).
pub const POWERS: [&str; 5] = ["受理", "审核", "决定", "用章", "送达"];

/// Powers and items of the register that an authorisation leaves out; 签批 is 决定.
pub fn left_out(authorisation: &Authorisation, register: Option<&HallRegister>) -> Vec<Box<str>> {
    let powers = POWERS.iter().filter(|power| {
        !(authorisation.grants(power) || **power == "决定" && authorisation.grants("签批"))
    });
    let items = register.and_then(|row| row.items.as_ref()).into_iter().flatten();
    let items = items.filter(|code| !authorisation.covers(code));
    powers.map(|power| Box::from(*power)).chain(items.cloned()).collect()
}

/// R2.2.1, condition by condition. The section and its seat are judged where a
/// 审批科长 is registered: nothing else names the section.
fn lacking(city: &City<'_>, register: &HallRegister, items_in: bool, at: At) -> Vec<&'static str> {
    let master = city.bench.master;
    let unit = register.unit.as_ref();
    let mut lacking = Vec::new();
    let posts = master.posts.all_at(unit, at);
    let heads: Vec<&str> = posts
        .filter(|held| held.row.post.as_ref() == "审批科长")
        .map(|held| held.row.officer.as_ref())
        .collect();
    if heads.len() > 1 {
        lacking.push("审批职能未集中于一个科室 / more than one approval section");
    }
    if heads.iter().any(|officer| master.assignments.at(officer, at).is_none()) {
        lacking.push("审批科室未集中进厅 / the section does not sit in the hall");
    }
    if !items_in {
        lacking.push("事项进驻未到位 / items without a window");
    }
    let covers = |one: &Version<Authorisation>| {
        register.items.iter().flatten().all(|code| one.row.covers(code))
    };
    if !master.authorisations.all_at(unit, at).any(covers) {
        lacking.push("授权未到位 / the authorisation does not cover the items");
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_nothing_is_no_rate_and_the_worst_day_is_kept() {
        assert_eq!(Rate::default().words(), "n/a");
        assert_eq!(Rate { have: 2, of: 3 }.words(), "2/3(66.66%)");
        let day = |day| NaiveDate::from_ymd_opt(2022, 5, day).expect("a date");
        let mut course = Course::default();
        for (on, have, of) in [(1, 0, 0), (2, 2, 3), (3, 1, 2), (4, 3, 6), (5, 3, 3)] {
            course.add(day(on), Rate { have, of });
        }
        // 1/2 and 3/6 are equal: the first such day is named.
        assert_eq!(course.worst, Some((day(3), Rate { have: 1, of: 2 })));
        assert_eq!(course.at_end, Rate { have: 3, of: 3 });
    }

    #[test]
    fn a_spell_ends_when_nothing_is_missing_and_a_new_one_begins() {
        let day = |day| NaiveDate::from_ymd_opt(2022, 5, day).expect("a date");
        let mut spells = Spells::new();
        for (on, missing) in [(1, None), (2, Some(1)), (3, Some(3)), (4, Some(2)), (5, None)] {
            spells.note("u", day(on), missing, |new: &i32, old| new > old);
        }
        spells.note("u", day(9), Some(1), |new, old| new > old);
        spells.end_all_but(&BTreeSet::new(), day(11));
        let all = spells.all();
        let told: Vec<_> = all.iter().map(|(_, one)| (one.from, one.to, one.worst)).collect();
        assert_eq!(told, [(day(2), Some(day(5)), 3), (day(9), Some(day(11)), 1)]);
    }
}
