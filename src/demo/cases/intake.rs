//! How many cases start on which working day, and of which kind.

use super::{approval, inspection, joint, penalty};
use crate::demo::city::{CLOSING, City, OPENING};
use crate::demo::moment::{Day, Moment};
use crate::demo::prng::Draw;
use crate::demo::world::{Script, Stage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Approval,
    ApprovalWithFee,
    Inspection,
    Penalty,
}

/// Of every 25 case files: 15 approvals, 5 with a fee, 3 inspections, 2 penalties.
const MIX: [Kind; 25] = {
    let mut mix = [Kind::Approval; 25];
    let mut at = 15;
    while at < 25 {
        mix[at] = match at {
            15..=19 => Kind::ApprovalWithFee,
            20..=22 => Kind::Inspection,
            _ => Kind::Penalty,
        };
        at += 1;
    }
    mix
};

/// Opens the city's cases, one working day at a time.
pub(in crate::demo) struct Intake {
    cases: u64,
    /// Weights of the working days up to and including today.
    passed: u64,
    total: u64,
    opened: u64,
}

/// Mondays and the first day after a holiday are busy, Fridays are not.
fn weight(city: &City, day: Day) -> u64 {
    let quiet = city.calendar.is_workday(day.plus(-1));
    match (quiet, day.weekday()) {
        (false, _) => 130,
        (true, 4) => 85,
        (true, 5 | 6) => 60,
        (true, _) => 100,
    }
}

impl Intake {
    pub fn new(city: &City, cases: u32) -> Intake {
        let days = (OPENING.0..=CLOSING.0).map(Day).filter(|day| city.calendar.is_workday(*day));
        Intake {
            cases: u64::from(cases),
            passed: 0,
            total: days.map(|day| weight(city, day)).sum(),
            opened: 0,
        }
    }

    /// When the first day begins.
    pub fn begins(city: &City) -> Moment {
        city.calendar.on_or_after(OPENING).at(7, 0)
    }
}

impl Script for Intake {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let today = stage.now.day();
        self.passed += weight(stage.city, today);
        let until = self.cases * self.passed / self.total;
        for number in self.opened..until {
            open(number, today, stage);
        }
        self.opened = until;
        let next = stage.city.calendar.after(today, 1);
        (next <= CLOSING).then(|| next.at(7, 0))
    }
}

/// Opens one case at a moment of its own during the day.
fn open(number: u64, today: Day, stage: &mut Stage<'_>) {
    let seed = stage.city.seed;
    let mut block = Draw::new(seed, "mix", number / 25);
    let mut order: [usize; 25] = std::array::from_fn(|index| index);
    for index in (1..25).rev() {
        order.swap(index, block.below(index as u64 + 1) as usize);
    }
    let draw = Draw::new(seed, "case", number);
    let mut clock = draw.clone();
    let minute = clock.between(0, 359);
    let at = if minute < 180 { today.at(9, minute) } else { today.at(13, minute - 150) };
    match MIX[order[(number % 25) as usize]] {
        Kind::Approval if clock.per_mille(45) => stage.start(at, draw, Box::new(joint::Opening)),
        Kind::Approval => stage.start(at, draw, Box::new(approval::Opening { fee: false })),
        Kind::ApprovalWithFee => stage.start(at, draw, Box::new(approval::Opening { fee: true })),
        Kind::Inspection => stage.start(at, draw, Box::new(inspection::Opening { issue: false })),
        Kind::Penalty if clock.per_mille(600) => {
            stage.start(at, draw, Box::new(inspection::Opening { issue: true }));
        }
        Kind::Penalty => stage.start(at, draw, Box::new(penalty::Opening)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_sixty_twenty_twelve_eight() {
        let share = |kind| MIX.iter().filter(|known| **known == kind).count() * 4;
        assert_eq!(share(Kind::Approval), 60);
        assert_eq!(share(Kind::ApprovalWithFee), 20);
        assert_eq!(share(Kind::Inspection), 12);
        assert_eq!(share(Kind::Penalty), 8);
    }
}
