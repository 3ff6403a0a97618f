//! Penalty cases laid out by hand: a warning that was not heeded, proceedings and a
//! fine at the lower bound, lawful unless something in it is moved.

use super::plot::Plot;
use super::story::Story;
use crate::demo::cases::penalty::{Beat, HEARING_FEN, Laid, MAJOR_FEN, Step, publicity_days};
use crate::demo::city::City;
use crate::demo::city::grounds::Ground;
use crate::demo::moment::{Day, Moment};
use crate::demo::world::Script;

/// The plan of one penalty case.
pub(super) struct Proceedings {
    pub ground: usize,
    pub enterprise: usize,
    /// Officers of the organ; the first handles the case.
    pub team: Vec<usize>,
    pub filed: Day,
    /// When the party was told what was intended.
    pub noticed: Day,
    pub decided: Day,
    tier: usize,
    pub amount_fen: i64,
    steps: Vec<(Moment, Step)>,
}

/// A ground of penalties, drawn among those that suit.
pub(super) fn ground_that(plot: &mut Plot<'_>, suits: impl Fn(&Ground) -> bool) -> usize {
    let grounds = &plot.city.grounds;
    let weight = |ground: &Ground| if suits(ground) { ground.spec.weight } else { 0 };
    let weights: Vec<u64> = grounds.iter().map(weight).collect();
    plot.draw.weighted(&weights)
}

/// A ground of everyday fines, with a warning first and neither hearing nor
/// discussion.
pub(super) fn plain_ground(plot: &mut Plot<'_>) -> usize {
    ground_that(plot, |ground| ground.spec.exempt.is_none() && ground.spec.max_fen < MAJOR_FEN)
}

/// One whose lowest fine gives a right to a hearing.
pub(super) fn grave_ground(plot: &mut Plot<'_>) -> usize {
    ground_that(plot, |ground| ground.spec.exempt.is_none() && ground.spec.min_fen >= HEARING_FEN)
}

impl Proceedings {
    /// A first violation that comes up on `day` and is not put right in time.
    pub fn first(plot: &mut Plot<'_>, ground: usize, day: Day) -> Proceedings {
        let enterprise = plot.party();
        Proceedings::of(plot, ground, enterprise, day, true)
    }

    /// One of a party that was warned before, or needs no warning.
    pub fn unwarned(plot: &mut Plot<'_>, ground: usize, party: usize, day: Day) -> Proceedings {
        Proceedings::of(plot, ground, party, day, false)
    }

    fn of(
        plot: &mut Plot<'_>,
        ground: usize,
        enterprise: usize,
        day: Day,
        warned: bool,
    ) -> Proceedings {
        let city = plot.city;
        let calendar = &city.calendar;
        let it = &city.grounds[ground];
        let team = city.staff[it.unit].enforcers.iter().copied().take(2).collect();
        let tier = usize::from(!warned);
        let amount_fen = it.tiers()[tier].min_fen;
        let at = plot.morning(day);
        let mut steps =
            vec![(at, Step::Register), (at.plus(35), Step::Verify), (at.plus(70), Step::Assess)];
        let deadline = calendar.after(day, 8);
        if warned {
            steps.extend(
                [
                    (at.plus(95), Beat::OrderRectification { deadline }),
                    (calendar.after(day, 6).at(10, 20), Beat::ReportRectification),
                    (deadline.at(14, 10), Beat::Reinspect { passed: false }),
                ]
                .map(then),
            );
        }
        let filed = calendar.after(if warned { deadline } else { day }, 1);
        let noticed = calendar.after(filed, 3);
        let (grave, major) = (amount_fen >= HEARING_FEN, amount_fen >= MAJOR_FEN);
        let heard = calendar.after(noticed, if grave { 6 } else { 3 });
        let minute = plot.draw.between(0, 25);
        steps.extend(
            [
                (filed.at(9, minute), Beat::File),
                (filed.at(14, minute), Beat::Investigate),
                (calendar.after(filed, 2).at(10, minute), Beat::Conclude),
                (noticed.at(9, minute), Beat::NotifyPark),
                (noticed.at(9, minute + 15), Beat::NotifyAuthority),
                (noticed.at(10, minute), Beat::PriorNotice),
                (heard.at(10, minute), Beat::WaiveStatement),
            ]
            .map(then),
        );
        if major {
            let reviewed = calendar.after(filed, 2).at(15, minute);
            let discussed = calendar.after(heard, 1).at(9, minute);
            let both = [(reviewed, Beat::ReviewLegality), (discussed, Beat::Discuss)];
            steps.extend(both.map(then));
        }
        let decided = calendar.after(heard, 2);
        let plan = Proceedings {
            ground,
            enterprise,
            team,
            filed,
            noticed,
            decided,
            tier,
            amount_fen,
            steps,
        };
        plan.deciding(city, decided)
    }

    /// Decides on another day; what follows a decision follows that one.
    pub fn deciding(mut self, city: &City, decided: Day) -> Proceedings {
        let calendar = &city.calendar;
        self.decided = decided;
        let served = calendar.after(decided, 1);
        let published = calendar.after(decided, 2);
        let paid = calendar.after(served, 4);
        let closed = calendar.after(paid, 2);
        let until = decided.plus(publicity_days(self.amount_fen));
        let after = [
            (decided.at(15, 20), Beat::Decide),
            (served.at(9, 40), Beat::Serve),
            (published.at(10, 5), Beat::Publish),
            (paid.at(10, 15), Beat::Pay { days_late: 0 }),
            (calendar.after(paid, 1).at(9, 25), Beat::Perform),
            (closed.at(9, 50), Beat::Reinspect { passed: true }),
            (closed.at(15, 15), Beat::Close { result: "处罚决定履行完毕" }),
            (until.plus(1).at(0, 5), Beat::Expire),
        ];
        let mut plan = self.without(|beat| after.iter().any(|(_, own)| *own == beat));
        plan.steps.extend(after.map(then));
        plan
    }

    /// Fines another amount.
    pub fn fining(mut self, city: &City, amount_fen: i64) -> Proceedings {
        self.amount_fen = amount_fen;
        let decided = self.decided;
        self.without(|beat| beat == Beat::Expire).deciding(city, decided)
    }

    /// Leaves out the beats that are named.
    pub fn without(mut self, named: impl Fn(Beat) -> bool) -> Proceedings {
        self.steps.retain(|(_, step)| !matches!(step, Step::Then(beat) if named(*beat)));
        self
    }

    /// Leaves out what happens from a moment on.
    pub fn until(mut self, end: Moment) -> Proceedings {
        self.steps.retain(|(at, _)| *at < end);
        self
    }

    /// Adds a beat.
    pub fn with(mut self, at: Moment, beat: Beat) -> Proceedings {
        self.steps.push((at, Step::Then(beat)));
        self
    }

    /// Moves a beat to another moment.
    pub fn moved(self, beat: Beat, at: Moment) -> Proceedings {
        self.without(|known| known == beat).with(at, beat)
    }

    /// When a beat happens.
    pub fn at(&self, beat: Beat) -> Moment {
        let found = self.steps.iter().find(|(_, step)| *step == Step::Then(beat));
        found.map_or_else(|| self.filed.at(9, 0), |(at, _)| *at)
    }

    /// The organ that punishes.
    pub fn unit(&self, city: &City) -> usize {
        city.grounds[self.ground].unit
    }

    /// The script, and when it begins.
    pub fn script(self) -> (Moment, Box<dyn Script>) {
        let Proceedings { ground, enterprise, team, tier, amount_fen, mut steps, .. } = self;
        steps.sort_by_key(|(at, _)| *at);
        let at = steps.first().map_or_else(|| self.filed.at(9, 0), |(at, _)| *at);
        let laid = Laid { ground, enterprise, team, tier, amount_fen, plan: steps };
        (at, Box::new(laid))
    }

    /// Begins the story.
    pub fn tell(self, plot: &mut Plot<'_>, story: Story) {
        plot.begin_all(story, vec![self.script()]);
    }
}

fn then((at, beat): (Moment, Beat)) -> (Moment, Step) {
    (at, Step::Then(beat))
}
