//! Which acts a penalty case consists of and when: within every term of
//! 行政处罚法, sometimes on its last day.

use super::{Beat, HEARING_FEN, MAJOR_FEN, Penalty, Standing};
use crate::demo::city::City;
use crate::demo::moment::{Day, Moment};
use crate::demo::pace::Pace;
use crate::demo::prng::Draw;

/// Natural days from filing to decision (art. 60).
const DECISION_DAYS: i64 = 90;
/// Natural days to pay a fine (art. 67).
const PAYMENT_DAYS: i64 = 15;
/// Working days to serve a decision (art. 61) and to publish it (P18).
const TERM_WD: i64 = 7;

struct Planner<'a> {
    city: &'a City,
    draw: &'a mut Draw,
    pace: Pace<'a>,
    beats: Vec<(Moment, Beat)>,
    in_park: bool,
    amount_fen: i64,
    /// Day by which preserved evidence and seized goods are dealt with.
    settled_by: Day,
}

/// The plan of one case from the answer to the first-violation question on.
pub(super) fn plan(
    city: &City,
    draw: &mut Draw,
    case: &Penalty,
    standing: Standing,
    start: Moment,
) -> Vec<(Moment, Beat)> {
    let mut planner = Planner {
        city,
        draw,
        pace: Pace::new(&city.calendar, start),
        beats: Vec::with_capacity(24),
        in_park: city.enterprises[case.enterprise].park.is_some(),
        amount_fen: case.amount_fen,
        settled_by: start.day(),
    };
    let settled = standing == Standing::First && planner.rectify();
    if !settled {
        planner.proceed();
    }
    planner.beats
}

impl Planner<'_> {
    fn soon(&mut self, low: i64, high: i64, beat: Beat) {
        let at = self.pace.same_day(self.draw, low, high);
        self.beats.push((at, beat));
    }

    /// `low` to `high` working days on.
    fn within(&mut self, low: i64, high: i64, beat: Beat) {
        let days = self.draw.between(low, high);
        let at = self.pace.workdays(self.draw, days);
        self.beats.push((at, beat));
    }

    /// The warning of a first violation; true if that settles the matter.
    fn rectify(&mut self) -> bool {
        let calendar = &self.city.calendar;
        let mut deadline = calendar.after(self.pace.day(), self.draw.between(5, 20));
        self.soon(5, 90, Beat::OrderRectification { deadline });
        if self.draw.per_mille(60) {
            let days = self.draw.between(1, 3);
            let at = self.pace.workdays(self.draw, days);
            deadline = calendar.after(deadline, self.draw.between(3, 10));
            self.beats.push((at, Beat::ExtendDeadline { deadline }));
        }
        let room = calendar.between(self.pace.day(), deadline);
        self.within(1, room - 1, Beat::ReportRectification);
        // The deadline is still in time: one reinspection in eight is on that day.
        let room = calendar.between(self.pace.day(), deadline);
        let days = if self.draw.per_mille(125) { room } else { self.draw.between(1, room) };
        let passed = self.draw.per_mille(860);
        let at = self.pace.workdays(self.draw, days);
        self.beats.push((at, Beat::Reinspect { passed }));
        if passed {
            self.within(1, 4, Beat::Exempt);
            self.within(0, 3, Beat::Close { result: "首违已整改,不予处罚" });
        } else {
            self.within(1, 3, Beat::File);
        }
        passed
    }

    /// Proceedings, from filing on.
    fn proceed(&mut self) {
        if !self.beats.iter().any(|(_, beat)| *beat == Beat::File) {
            self.within(0, 3, Beat::File);
        }
        let filed = self.pace.day();
        self.investigate();
        match self.draw.weighted(&[950, 35, 15]) {
            1 => {
                self.within(1, 5, Beat::DropCase);
                self.within(0, 2, Beat::Close { result: "违法事实不能成立,撤销案件" });
            }
            2 => {
                self.within(1, 5, Beat::Transfer);
                self.within(0, 2, Beat::Close { result: "移送有管辖权的机关" });
            }
            _ => self.conclude(filed),
        }
    }

    fn investigate(&mut self) {
        let steps = self.draw.between(1, 3);
        for step in 0..steps {
            self.within(0, 3, Beat::Investigate);
            if step == 0 && self.draw.per_mille(90) {
                self.soon(5, 30, Beat::Preserve);
                let days = self.draw.between(2, TERM_WD);
                self.settled_by = self.city.calendar.after(self.pace.day(), days);
                let at = self.settled_by.at(10, self.draw.between(0, 59));
                self.beats.push((at, Beat::DisposeEvidence));
            } else if step == 0 && self.draw.per_mille(60) {
                self.soon(5, 20, Beat::ApproveCoercion);
                self.soon(20, 60, Beat::ImposeCoercion);
                let days = self.draw.between(3, 9);
                self.settled_by = self.city.calendar.after(self.pace.day(), days);
                let at = self.settled_by.at(10, self.draw.between(0, 59));
                self.beats.push((at, Beat::LiftCoercion));
            }
        }
        let next = self.city.calendar.after(self.settled_by, 1);
        if self.settled_by >= self.pace.day() {
            self.pace.on(self.draw, next);
        }
    }

    fn conclude(&mut self, filed: Day) {
        let hearing = self.amount_fen >= HEARING_FEN;
        let major = self.amount_fen >= MAJOR_FEN;
        self.within(1, 4, Beat::Conclude);
        if major {
            self.within(1, 3, Beat::ReviewLegality);
        }
        if self.in_park {
            self.within(0, 2, Beat::NotifyPark);
        }
        self.soon(2, 20, Beat::NotifyAuthority);
        self.within(0, 1, Beat::PriorNotice);
        let requested = hearing && self.draw.per_mille(500);
        if requested {
            self.within(1, 5, Beat::RequestHearing);
            let days = self.draw.between(0, 2);
            let notified = self.pace.workdays(self.draw, days);
            // At least seven working days lie between notice and hearing.
            let on = self.city.calendar.after(notified.day(), self.draw.between(8, 12));
            self.beats.push((notified, Beat::NotifyHearing { on }));
            let at = self.pace.on(self.draw, on);
            self.beats.push((at, Beat::HoldHearing));
        } else if self.draw.per_mille(300) {
            self.within(1, 4, Beat::MakeStatement);
            self.within(1, 2, Beat::ReviewStatement);
        } else {
            self.within(0, 4, Beat::WaiveStatement);
        }
        if hearing && !requested {
            // The party has five working days to ask for a hearing.
            self.pace.workdays(self.draw, 6);
        }
        if major {
            self.within(1, 3, Beat::Discuss);
        }
        self.decide(filed);
    }

    fn decide(&mut self, filed: Day) {
        let calendar = &self.city.calendar;
        let last = calendar.after(filed.plus(DECISION_DAYS), 0);
        let soon = calendar.after(self.pace.day(), self.draw.between(1, 6));
        let day = if self.draw.per_mille(30) { last } else { soon };
        let decided = self.pace.on(self.draw, day.min(last));
        self.beats.push((decided, Beat::Decide));
        // Served first, then published, both within seven working days.
        let served = self.draw.between(0, TERM_WD - 1);
        let last = self.draw.per_mille(90);
        let days = if last { TERM_WD } else { self.draw.between(served + 1, TERM_WD) };
        let published = calendar.after(decided.day(), days);
        self.beats.push((published.at(9, self.draw.between(0, 150)), Beat::Publish));
        self.within(served, served, Beat::Serve);
        self.collect();
        let until = decided.day().plus(publicity_days(self.amount_fen));
        self.beats.push((until.plus(1).at(0, 5), Beat::Expire));
    }

    /// The fine is paid in time, deferred, or late with a surcharge.
    fn collect(&mut self) {
        let calendar = &self.city.calendar;
        let served = self.pace.day();
        let mut due = calendar.natural(served, PAYMENT_DAYS);
        let mut days_late = 0;
        match self.draw.weighted(&[920, 30, 50]) {
            1 => {
                let until = calendar.natural(due, 30);
                self.within(2, 8, Beat::Defer { until });
                due = until;
            }
            2 => {
                self.beats.push((due.plus(1).at(0, 5), Beat::StartSurcharge));
                let demanded = calendar.after(due, self.draw.between(3, 8));
                self.beats.push((demanded.at(10, self.draw.between(0, 90)), Beat::Demand));
                let paid = calendar.after(demanded, self.draw.between(1, 9));
                days_late = paid.0 - due.0;
                self.pace.at = paid.at(10, self.draw.between(0, 110));
            }
            _ => {}
        }
        if days_late == 0 {
            let room = calendar.between(self.pace.day(), due);
            // One fine in ten is paid on the last day.
            let days = if self.draw.per_mille(100) { room } else { self.draw.between(0, room) };
            self.pace.workdays(self.draw, days);
        }
        self.soon(1, 10, Beat::Pay { days_late });
        if days_late > 0 {
            self.soon(1, 10, Beat::StopSurcharge);
        }
        self.within(0, 2, Beat::Perform);
        self.within(0, 3, Beat::Reinspect { passed: true });
        self.within(0, 5, Beat::Close { result: "处罚决定履行完毕" });
    }
}

/// How long a decision stays published (parameter P19): by the gravity that the
/// amount shows, from the decision on. Three months have 89 days at least.
pub(in crate::demo) fn publicity_days(amount_fen: i64) -> i64 {
    match amount_fen {
        ..1_000_000 => 89,
        1_000_000..HEARING_FEN => 365,
        _ => 1095,
    }
}

/// The class that goes with it.
pub(super) fn publicity_class(amount_fen: i64) -> &'static str {
    match amount_fen {
        ..1_000_000 => "轻微",
        1_000_000..HEARING_FEN => "一般",
        _ => "严重",
    }
}
