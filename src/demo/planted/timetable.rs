//! Approvals laid out by hand: who applies for what, when it is accepted and decided,
//! and what follows, lawful unless something in it is moved.

use super::plot::Plot;
use super::story::Story;
use crate::demo::cases::approval::{Beat, Laid, Path};
use crate::demo::city::City;
use crate::demo::city::items::{Disposition, Item};
use crate::demo::moment::{Day, Moment};
use crate::demo::world::Script;

/// The plan of one approval.
pub(in crate::demo) struct Timetable {
    pub item: usize,
    pub accepted: Day,
    pub decided: Day,
    pub beats: Vec<(Moment, Beat)>,
    path: Path,
}

/// An item of the city that takes its days, free of charge, drawn among those that
/// suit.
pub(in crate::demo) fn item_that(plot: &mut Plot<'_>, suits: impl Fn(&Item) -> bool) -> usize {
    let city = plot.city;
    city.pick_item(&mut plot.draw, |item| {
        let plain = item.disposition == Disposition::Retained
            && !item.instant()
            && item.spec.fee.is_none()
            && item.spec.certificate.is_some()
            && item.spec.kind == "行政许可";
        (plain && suits(item)).then_some(item.spec.weight)
    })
}

/// Whether an item's promise allows so many working days, by either catalogue.
pub(in crate::demo) fn promises(item: &Item, days: i64) -> bool {
    let later = item.spec.promise_later;
    item.spec.promise >= days && (later == 0 || later >= days)
}

impl Timetable {
    /// An approval that is accepted on `day` and granted `used` working days later.
    pub fn new(plot: &mut Plot<'_>, item: usize, day: Day, used: i64) -> Timetable {
        let city = plot.city;
        let decided = city.calendar.after(day, used);
        let at = plot.morning(day);
        let mut beats = vec![
            (at, Beat::Submit),
            (at.plus(6), Beat::Receive),
            (at.plus(21), Beat::Accept),
            (at.plus(33), Beat::Assign),
        ];
        let mut minute = 10;
        for stage in 0..city.items[item].spec.stages.len() {
            let from = decided.at(13, 30).plus(minute);
            beats.extend([
                (from, Beat::StartStage(stage)),
                (from.plus(9), Beat::EndStage { stage, used: 0 }),
            ]);
            minute += 14;
        }
        let decision = decided.at(15, 0).plus(plot.draw.between(0, 50));
        let delivered = city.calendar.after(decided, 1).at(9, plot.draw.between(20, 90));
        let published = city.calendar.after(decided, 2).at(10, plot.draw.between(0, 90));
        if city.items[item].spec.certificate.is_some() {
            beats.push((decision.plus(11), Beat::Certify));
        }
        beats.extend([
            (decision, Beat::Grant),
            (delivered, Beat::Deliver),
            (delivered.plus(15), Beat::Close),
            (published, Beat::Publish),
        ]);
        Timetable { item, accepted: day, decided, beats, path: Path::Granted }
    }

    /// Leaves out the beats that are named.
    pub fn without(mut self, named: impl Fn(Beat) -> bool) -> Timetable {
        self.beats.retain(|(_, beat)| !named(*beat));
        self
    }

    /// Adds a beat.
    pub fn with(mut self, at: Moment, beat: Beat) -> Timetable {
        self.beats.push((at, beat));
        self
    }

    /// Moves a beat to another moment.
    pub fn moved(self, beat: Beat, at: Moment) -> Timetable {
        self.without(|known| known == beat).with(at, beat)
    }

    /// Ends with another beat than a decision.
    pub fn ending(mut self, path: Path) -> Timetable {
        self.path = path;
        self
    }

    /// When a beat happens.
    pub fn at(&self, beat: Beat) -> Moment {
        let found = self.beats.iter().find(|(_, known)| *known == beat);
        found.map_or_else(|| self.accepted.at(9, 0), |(at, _)| *at)
    }

    /// The script, with the enterprise as applicant, and when it begins.
    pub fn script(self, enterprise: usize) -> (Moment, Box<dyn Script>) {
        let Timetable { item, accepted, mut beats, path, .. } = self;
        beats.sort_by_key(|(at, _)| *at);
        let at = beats.first().map_or_else(|| accepted.at(9, 0), |(at, _)| *at);
        (at, Box::new(Laid { item, enterprise, path, plan: beats }))
    }

    /// Begins the story with an applicant of its own.
    pub fn tell(self, plot: &mut Plot<'_>, story: Story) {
        let enterprise = plot.party();
        plot.begin_all(story, vec![self.script(enterprise)]);
    }
}

/// The unit that an item lies with.
pub(in crate::demo) fn unit_of(city: &City, item: usize) -> usize {
    city.items[item].unit
}
