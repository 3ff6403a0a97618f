//! Which acts an approval consists of and when: within both clocks, often well
//! within, sometimes on the last day.

use super::{Approval, Beat, Path};
use crate::demo::city::City;
use crate::demo::city::items::Item;
use crate::demo::moment::{Day, Moment};
use crate::demo::pace::Pace;
use crate::demo::prng::Draw;

/// Working days within which a shortcoming must be notified (行政许可法 art. 32).
const NOTICE_WD: i64 = 5;
/// Working days from decision to delivery (art. 44).
const DELIVERY_WD: i64 = 10;
/// Working days from decision to publication (parameter P18).
const PUBLICATION_WD: i64 = 7;

/// Promises from which on an extension of the legal term is asked for at times.
const SLOW_WD: i64 = 12;

struct Planner<'a> {
    city: &'a City,
    item: &'a Item,
    draw: &'a mut Draw,
    pace: Pace<'a>,
    beats: Vec<(Moment, Beat)>,
}

/// The days of a case that count against its promise.
struct Clock {
    accepted: Day,
    /// Working days of a special procedure.
    suspended: i64,
    /// Working days that will be used in all.
    used: i64,
}

impl Clock {
    fn left(&self, pace: &Pace<'_>) -> i64 {
        (self.used - (pace.counted_since(self.accepted) - self.suspended)).max(0)
    }
}

/// The plan of one case that starts at `start`.
pub(super) fn plan(
    city: &City,
    draw: &mut Draw,
    case: &Approval,
    fee: bool,
    start: Moment,
) -> Vec<(Moment, Beat)> {
    let item = case.item(city);
    let pace = Pace::new(&city.calendar, start);
    let mut planner = Planner { city, item, draw, pace, beats: Vec::with_capacity(20) };
    let received = planner.receive(case.online);
    match case.path {
        Path::NotAccepted => planner.turn_away(received, Beat::RefuseAcceptance),
        Path::NotRequired => planner.turn_away(received, Beat::NotifyNotRequired),
        path => {
            planner.accept(received);
            planner.decide(path, fee);
        }
    }
    planner.beats
}

impl Planner<'_> {
    fn now(&mut self, beat: Beat) {
        self.beats.push((self.pace.at, beat));
    }

    /// `low` to `high` minutes on.
    fn then(&mut self, low: i64, high: i64, beat: Beat) {
        let at = self.pace.minutes(self.draw, low, high);
        self.beats.push((at, beat));
    }

    /// `low` to `high` minutes on, before the office closes today.
    fn soon(&mut self, low: i64, high: i64, beat: Beat) {
        let at = self.pace.same_day(self.draw, low, high);
        self.beats.push((at, beat));
    }

    /// `n` working days on; within the hour if `n` is 0.
    fn after(&mut self, n: i64, beat: Beat) {
        let at = self.pace.workdays(self.draw, n);
        self.beats.push((at, beat));
    }

    /// Application and receipt; the day of receipt, from which the term of the
    /// first notice runs.
    fn receive(&mut self, online: bool) -> Day {
        if self.draw.per_mille(80) {
            self.now(Beat::Consult);
            let days = self.draw.between(1, 9);
            self.pace.workdays(self.draw, days);
        }
        if online && self.draw.per_mille(400) {
            // In the evening, from home; the window receives it the next morning.
            let evening = self.pace.day().at(18, self.draw.between(0, 270));
            self.beats.push((evening, Beat::Submit));
            self.pace = Pace::new(&self.city.calendar, evening);
            self.then(1, 45, Beat::Receive);
            return evening.day();
        }
        self.now(Beat::Submit);
        self.then(2, 25, Beat::Receive);
        if self.draw.per_mille(50) {
            self.then(3, 20, Beat::CorrectOnSite);
        }
        self.pace.day()
    }

    fn turn_away(&mut self, received: Day, beat: Beat) {
        let left = NOTICE_WD - self.city.calendar.between(received, self.pace.day());
        let days = self.draw.between(0, 3).min(left);
        self.after(days, beat);
    }

    /// Supplement if something is missing, then acceptance.
    fn accept(&mut self, received: Day) {
        if !self.item.instant() && self.draw.per_mille(150) {
            let left = NOTICE_WD - self.city.calendar.between(received, self.pace.day());
            // One in six notices goes out on the last day the law allows.
            let days = if self.draw.per_mille(170) { left } else { self.draw.between(0, left) };
            let at = self.pace.workdays(self.draw, days.max(0));
            let deadline = self.city.calendar.after(at.day(), 15);
            self.now(Beat::RequestSupplement { deadline });
            let days = self.draw.between(1, 14);
            self.after(days, Beat::Supplement);
        }
        let days = if self.item.instant() { 0 } else { self.draw.weighted(&[70, 18, 8, 4]) as i64 };
        let left = NOTICE_WD - self.city.calendar.between(received, self.pace.day());
        self.after(days.min(left.max(0)), Beat::Accept);
    }

    /// Working days that will be used of the promise: nearly always some are
    /// left, one time in twelve none.
    fn days_used(&mut self, promise: i64) -> i64 {
        if self.draw.per_mille(83) {
            return promise;
        }
        let least = (promise + 2) / 3;
        self.draw.between(least.min(promise - 1), promise - 1)
    }

    fn decide(&mut self, path: Path, fee: bool) {
        let accepted = self.pace.at;
        let promise = self.item.promise(accepted.day()).min(self.item.spec.legal);
        if self.item.instant() {
            // Decided and handed over before the counter closes.
            self.soon(2, 15, Beat::StartStage(0));
            self.soon(5, 25, Beat::EndStage { stage: 0, used: 0 });
            self.outcome(path);
            return;
        }
        let mut used = self.days_used(promise);
        if fee {
            used = used.max(1);
            let paid_by = self.city.calendar.after(accepted.day(), used - 1);
            self.soon(2, 6, Beat::ChargeFee { paid_by });
        }
        self.soon(4, 90, Beat::Assign);
        if self.draw.per_mille(50) {
            self.soon(3, 40, Beat::HandOver);
        }
        let clock = Clock { accepted: accepted.day(), suspended: 0, used };
        self.review(path, clock);
    }

    /// Stages, site visit, special procedure and extension, and the decision on
    /// the last of the days that are used.
    fn review(&mut self, path: Path, mut clock: Clock) {
        let stages = self.item.spec.stages.len();
        let special = self.item.spec.special.is_some() && clock.used >= 3;
        let special = special && self.draw.per_mille(350);
        for stage in 0..stages {
            self.soon(5, 60, Beat::StartStage(stage));
            let left = clock.left(&self.pace);
            let share = left / (stages - stage) as i64;
            let last = stage + 1 == stages;
            // No longer than the catalogue plans for the stage.
            let share = share.min(self.item.spec.stages[stage].2);
            let days = if last { 0 } else { self.draw.between(0, share) };
            if stage == 0 && self.item.spec.site_visit && left > 0 {
                self.after(days, Beat::VisitSite);
                self.pace.same_day(self.draw, 20, 90);
            } else {
                self.pace.workdays(self.draw, days);
            }
            self.now(Beat::EndStage { stage, used: days });
            if stage == 0 && special && clock.left(&self.pace) > 0 {
                clock.suspended = self.suspend();
            }
            if stage == 0 && self.item.spec.promise >= SLOW_WD && self.draw.per_mille(130) {
                self.extend();
            }
        }
        let left = clock.left(&self.pace);
        match path {
            Path::Withdrawn => self.end_early(left, Beat::Withdraw),
            Path::Terminated => self.end_early(left, Beat::Terminate),
            _ => {
                self.pace.workdays(self.draw, left);
                self.outcome(path);
            }
        }
    }

    /// A special procedure: from the next working day, for as long as announced or
    /// less. Its working days do not count; their number.
    fn suspend(&mut self) -> i64 {
        let before = self.pace.day();
        let hearing = self.item.spec.special == Some("听证");
        let expected = if hearing { 20 } else { self.draw.between(5, 30) };
        let at = self.pace.workdays(self.draw, 1);
        self.beats.push((at, Beat::StartSpecial { expected }));
        let taken = self.draw.between((expected + 1) / 2, expected);
        let end = self.city.calendar.after(at.day(), taken.max(if hearing { 12 } else { 1 }));
        if hearing {
            let held = self.city.calendar.after(at.day(), 10);
            let announced = self.city.calendar.after(at.day(), 1);
            let at = self.pace.on(self.draw, announced);
            self.beats.push((at, Beat::AnnounceHearing { on: held }));
            let at = self.pace.on(self.draw, held);
            self.beats.push((at, Beat::HoldHearing));
        }
        let at = self.pace.on(self.draw, end);
        self.beats.push((at, Beat::EndSpecial));
        let suspended = self.city.calendar.between(before, end);
        // The day on which it ended does not count either.
        self.pace.workdays(self.draw, 1);
        suspended
    }

    /// An extension by the head of the organ, asked for early; the case is decided
    /// within the promise all the same, since an extension does not extend it (P05).
    fn extend(&mut self) {
        let days = self.draw.between(3, 10);
        self.soon(1, 8, Beat::RequestExtension { days });
        self.soon(1, 40, Beat::ApproveExtension { days });
        self.soon(1, 20, Beat::NotifyExtension);
    }

    fn end_early(&mut self, left: i64, beat: Beat) {
        let days = self.draw.between(0, left);
        self.after(days, beat);
    }

    /// The decision, today, and what follows it.
    fn outcome(&mut self, path: Path) {
        let calendar = &self.city.calendar;
        let day = self.pace.day();
        let decision = match path {
            Path::OnCommitment => Beat::Commit,
            Path::Refused => Beat::Refuse,
            _ => Beat::Grant,
        };
        let at = self.pace.same_day(self.draw, 4, 30);
        self.beats.push((at, decision));
        let granted = decision != Beat::Refuse;
        if granted && self.item.spec.certificate.is_some() {
            let at = self.pace.same_day(self.draw, 3, 20);
            self.beats.push((at, Beat::Certify));
        }
        let days = self.days_to_deliver();
        let at = self.pace.workdays(self.draw, days);
        self.beats.push((at, Beat::Deliver));
        if self.draw.per_mille(380) {
            self.beats.push((at.plus(2), Beat::Evaluate));
            let follow_up = calendar.after(at.day(), self.draw.between(1, 9));
            self.beats.push((follow_up.at(10, self.draw.between(0, 90)), Beat::FollowUp));
        }
        let at = self.pace.same_day(self.draw, 3, 90);
        self.beats.push((at, Beat::Close));
        if granted {
            let last = self.draw.per_mille(90);
            let days = if last { PUBLICATION_WD } else { self.draw.between(1, PUBLICATION_WD - 1) };
            let published = calendar.after(day, days);
            self.beats.push((published.at(9, self.draw.between(0, 150)), Beat::Publish));
        }
        self.afterlife(at, granted);
    }

    fn days_to_deliver(&mut self) -> i64 {
        if self.item.instant() {
            return 0;
        }
        match self.draw.weighted(&[45, 45, 10]) {
            0 => 0,
            1 => self.draw.between(1, 5),
            _ => self.draw.between(6, DELIVERY_WD),
        }
    }

    /// Slips of the pen that are corrected, and alterations of a granted permit.
    fn afterlife(&mut self, closed: Moment, granted: bool) {
        let calendar = &self.city.calendar;
        if self.draw.per_mille(6) {
            let day = calendar.after(closed.day(), self.draw.between(1, 8));
            self.beats.push((day.at(14, self.draw.between(0, 120)), Beat::Correct));
        }
        if granted && self.draw.per_mille(12) {
            let day = calendar.after(closed.day(), self.draw.between(20, 160));
            self.beats.push((day.at(10, self.draw.between(0, 100)), Beat::ApplyForAlteration));
            let decided = calendar.after(day, self.draw.between(2, 9));
            self.beats.push((decided.at(15, self.draw.between(0, 60)), Beat::DecideAlteration));
        }
    }
}
