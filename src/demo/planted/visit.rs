//! Inspections laid out by hand: filed, consented, entered, told, lawful unless
//! something in it is moved.

use super::plot::Plot;
use super::story::Story;
use crate::demo::cases::inspection::{Beat, Errand, Laid};
use crate::demo::city::City;
use crate::demo::city::inspection_items::InspectionItem;
use crate::demo::moment::{Day, Moment};
use crate::demo::world::Script;

/// The plan of one inspection.
pub(super) struct Visit {
    pub item: usize,
    pub enterprise: usize,
    /// Officers of the organ; the first leads.
    pub team: Vec<usize>,
    pub entry: Day,
    errand: Errand,
    beats: Vec<(Moment, Beat)>,
}

/// An item of inspection, drawn among those that suit.
pub(super) fn subject_that(plot: &mut Plot<'_>, suits: impl Fn(&InspectionItem) -> bool) -> usize {
    let items = plot.city.inspection_items.iter().enumerate();
    let suiting: Vec<usize> =
        items.filter(|(_, item)| suits(item)).map(|(index, _)| index).collect();
    plot.draw.pick(&suiting)
}

/// One for which a consent is needed before entering.
pub(super) fn filed_subject(plot: &mut Plot<'_>) -> usize {
    subject_that(plot, |item| item.spec.exempt.is_none())
}

/// One in a domain that is exempt from filing first.
pub(super) fn exempt_subject(plot: &mut Plot<'_>) -> usize {
    subject_that(plot, |item| item.spec.exempt.is_some())
}

impl Visit {
    fn of(city: &City, item: usize, enterprise: usize, entry: Day, errand: Errand) -> Visit {
        let enforcers = &city.staff[city.inspection_items[item].unit].enforcers;
        let team = enforcers.iter().copied().take(2).collect();
        Visit { item, enterprise, team, entry, errand, beats: Vec::new() }
    }

    /// Filed four working days before `entry` and consented.
    pub fn filed(plot: &mut Plot<'_>, item: usize, party: usize, entry: Day) -> Visit {
        Visit::upon(plot, item, party, entry, Errand::Routine)
    }

    /// The same on another errand.
    pub fn upon(
        plot: &mut Plot<'_>,
        item: usize,
        party: usize,
        entry: Day,
        errand: Errand,
    ) -> Visit {
        let city = plot.city;
        let filed = before(city, entry, 4);
        let minute = plot.draw.between(0, 25);
        let mut visit = Visit::of(city, item, party, entry, errand);
        visit.beats = vec![
            (filed.at(9, minute), Beat::File { entry }),
            (before(city, entry, 3).at(10, minute), Beat::Consent),
            (before(city, entry, 3).at(15, minute), Beat::Approve),
            (before(city, entry, 1).at(10, minute), Beat::Notify { waived: false }),
        ];
        visit.carried_out(city)
    }

    /// In an exempt domain, filed on the next working day.
    pub fn exempt(plot: &mut Plot<'_>, item: usize, party: usize, entry: Day) -> Visit {
        let city = plot.city;
        let mut visit = Visit::of(city, item, party, entry, Errand::Exempt);
        let filed = city.calendar.after(entry, 1).at(9, plot.draw.between(5, 50));
        visit.beats = vec![(entry.at(9, 5), Beat::Approve), (filed, Beat::File { entry })];
        visit.carried_out(city)
    }

    fn carried_out(mut self, city: &City) -> Visit {
        let calendar = &city.calendar;
        let entered = self.entry.at(10, 10);
        let told = calendar.after(self.entry, 2).at(15, 20);
        if self.errand != Errand::Research {
            let published = calendar.after(self.entry, 5).at(9, 30);
            self.beats.extend([(entered.plus(55), Beat::Sign), (published, Beat::Publish)]);
        }
        self.beats.extend([
            (entered, Beat::Enter),
            (entered.plus(70), Beat::Leave),
            (told, Beat::Tell),
        ]);
        self
    }

    /// Leaves out the beats that are named.
    pub fn without(mut self, named: impl Fn(Beat) -> bool) -> Visit {
        self.beats.retain(|(_, beat)| !named(*beat));
        self
    }

    /// Moves a beat to another moment.
    pub fn moved(mut self, beat: Beat, at: Moment) -> Visit {
        self.beats.retain(|(_, known)| *known != beat);
        self.beats.push((at, beat));
        self
    }

    /// When a beat happens.
    pub fn at(&self, beat: Beat) -> Moment {
        let found = self.beats.iter().find(|(_, known)| *known == beat);
        found.map_or_else(|| self.entry.at(9, 0), |(at, _)| *at)
    }

    /// The script, and when it begins.
    pub fn script(self) -> (Moment, Box<dyn Script>) {
        let Visit { item, enterprise, team, entry, errand, mut beats } = self;
        beats.sort_by_key(|(at, _)| *at);
        let at = beats.first().map_or_else(|| entry.at(9, 0), |(at, _)| *at);
        (at, Box::new(Laid { item, errand, enterprise, team, plan: beats }))
    }

    /// Begins the story.
    pub fn tell(self, plot: &mut Plot<'_>, story: Story) {
        plot.begin_all(story, vec![self.script()]);
    }
}

/// The n-th working day before a day.
pub(super) fn before(city: &City, day: Day, n: i64) -> Day {
    let mut found = day;
    let mut left = n;
    while left > 0 {
        found = found.plus(-1);
        left -= i64::from(city.calendar.is_workday(found));
    }
    found
}
