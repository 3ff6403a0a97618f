//! What happens in the city whether or not anyone applies for anything: halls
//! open, systems report, registers are declared, documents and complaints come.

mod complaint;
pub(super) mod decision;
pub(super) mod disclosure;
mod hall;

use super::city::{CLOSING, City, OPENING};
use super::moment::{Day, Moment};
use super::prng::Draw;
use super::world::{Script, Stage};

/// Days on which the city government starts a major decision.
const DECISIONS: [Day; 3] = [Day::new(2024, 9, 9), Day::new(2025, 4, 14), Day::new(2025, 11, 17)];

/// Each working day, before the halls open.
pub(super) struct Daily {
    /// Complaints in ten thousand working days.
    complaints: u64,
    days: u64,
}

impl Daily {
    /// One complaint for every ninety cases, and a few in any city.
    pub fn new(city: &City, cases: u32) -> Daily {
        let days = city.calendar.between(OPENING.plus(-1), CLOSING).max(1) as u64;
        Daily { complaints: 600 + u64::from(cases) * 10_000 / 90 / days, days: 0 }
    }

    pub fn begins(city: &City) -> Moment {
        city.calendar.on_or_after(OPENING).at(8, 20)
    }

    fn start_of_others(&self, stage: &mut Stage<'_>) {
        let today = stage.now.day();
        let minute = |draw: &mut Draw| today.at(9, draw.between(0, 170));
        if stage.draw.per_mille(120) {
            let (at, draw) = (minute(stage.draw), stage.draw.fork());
            stage.start(at, draw, Box::new(disclosure::PaperOpening));
        }
        if stage.draw.per_mille(50) {
            let (at, draw) = (minute(stage.draw), stage.draw.fork());
            stage.start(at, draw, Box::new(disclosure::RequestOpening));
        }
        if DECISIONS.contains(&today) {
            let (at, draw) = (minute(stage.draw), stage.draw.fork());
            stage.start(at, draw, Box::new(decision::Opening));
        }
        let whole = self.complaints / 10_000;
        let part = u64::from(stage.draw.below(10_000) < self.complaints % 10_000);
        for _ in 0..whole + part {
            let (at, draw) = (minute(stage.draw), stage.draw.fork());
            stage.start(at, draw, Box::new(complaint::Opening));
        }
    }
}

impl Script for Daily {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let today = stage.now.day();
        let calendar = &stage.city.calendar;
        // Which working day of its month this is, from 1.
        let (year, month, _) = today.civil();
        let of_month = calendar.between(Day::new(year, month, 1).plus(-1), today);
        hall::morning(self.days, stage);
        hall::display_lists(stage);
        if of_month == 1 {
            hall::monitor(stage);
        }
        if of_month == 3 {
            hall::reconcile(stage);
        }
        if month == 1 && of_month == 10 {
            hall::declare_numbers(year - 1, stage);
        }
        if today.weekday() == 0 {
            hall::exchange(stage);
        }
        complaint::call(stage);
        self.start_of_others(stage);
        hall::afternoon(self.days, stage);
        self.days += 1;
        let next = calendar.after(today, 1);
        (next <= CLOSING).then(|| next.at(8, 20))
    }
}
