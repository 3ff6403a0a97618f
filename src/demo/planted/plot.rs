//! Where plantings are made: the parties, organs and days that belong to planted
//! stories alone, and the stories that were begun.

use super::story::Story;
use crate::demo::act::Act;
use crate::demo::city::City;
use crate::demo::moment::{Day, Moment};
use crate::demo::prng::Draw;
use crate::demo::world::{Script, Stage, World};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Which of the two stories of a planting is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Side {
    /// The one that must be found.
    Wrong,
    /// Its neighbour, lawful by a hair's breadth.
    Near,
}

/// Kept organs, at the end of their list, of which several stories may tell.
const SHARED_ORGANS: usize = 4;

/// A story that was begun, as the city is to tell it.
struct Begun {
    story: Story,
    scripts: Vec<(Moment, Draw, Box<dyn Script>)>,
}

/// What stories of misconduct may use of a city, shared out so that none meets
/// another's parties.
pub(in crate::demo) struct Plot<'a> {
    pub city: &'a City,
    pub draw: Draw,
    pub side: Side,
    next: &'a mut Shares,
    begun: Vec<Begun>,
}

/// How much of what is kept for plantings has been given out.
#[derive(Default)]
pub(in crate::demo) struct Shares {
    parties: usize,
    organs: usize,
    items: usize,
}

impl<'a> Plot<'a> {
    pub fn new(city: &'a City, draw: Draw, side: Side, next: &'a mut Shares) -> Plot<'a> {
        Plot { city, draw, side, next, begun: Vec::new() }
    }

    pub fn wrong(&self) -> bool {
        self.side == Side::Wrong
    }

    /// An enterprise that nobody else deals with.
    pub fn party(&mut self) -> usize {
        let party = self.city.kept_parties + self.next.parties;
        // Two stories with one party would be found in each other.
        assert!(
            party < self.city.enterprises.len(),
            "more plantings than `KEPT_PARTIES` has room for"
        );
        self.next.parties += 1;
        party
    }

    /// An organ of the city that approves two items and that no other story tells of.
    pub fn organ(&mut self) -> usize {
        let kept = self.city.kept_organs();
        let own = kept.len() - SHARED_ORGANS;
        // Two stories of one organ would be found in each other.
        assert!(self.next.organs < own, "more plantings than `KEPT` has organs for");
        self.next.organs += 1;
        kept[self.next.organs - 1]
    }

    /// One that stories share where nothing of the organ itself is wrong.
    pub fn shared_organ(&mut self) -> usize {
        let kept = self.city.kept_organs();
        let drawn = self.draw.below(SHARED_ORGANS as u64) as usize;
        kept[kept.len() - 1 - drawn]
    }

    /// The number of an item that the catalogue did not have.
    pub fn item_number(&mut self) -> usize {
        self.next.items += 1;
        400 + self.next.items
    }

    /// A working day between two days, drawn.
    pub fn workday(&mut self, from: Day, to: Day) -> Day {
        let days = self.city.calendar.between(from.plus(-1), to).max(1);
        let drawn = self.draw.between(1, days);
        self.city.calendar.after(from.plus(-1), drawn)
    }

    /// A working day on which a story may begin: whatever must follow can still be
    /// told, and what silence brings about is settled before the city's end.
    pub fn day(&mut self) -> Day {
        self.workday(Day::new(2024, 9, 2), Day::new(2025, 10, 20))
    }

    /// An hour of a morning.
    pub fn morning(&mut self, day: Day) -> Moment {
        let minute = self.draw.between(5, 110);
        day.at(9, minute)
    }

    /// Begins a story with a script of the city's ordinary kinds.
    pub fn begin(&mut self, at: Moment, story: Story, script: Box<dyn Script>) {
        self.begin_all(story, vec![(at, script)]);
    }

    /// Begins a story that several scripts tell.
    pub fn begin_all(&mut self, story: Story, scripts: Vec<(Moment, Box<dyn Script>)>) {
        let scripts = scripts.into_iter().map(|(at, script)| (at, self.draw.fork(), script));
        let scripts = scripts.collect();
        self.begun.push(Begun { story, scripts });
    }

    /// Begins a story that consists of acts of its own.
    pub fn tell(&mut self, story: Story, chronicle: Chronicle) {
        let Some(at) = chronicle.begins() else { return };
        self.begin(at, story, Box::new(chronicle));
    }

    /// Hands the stories to the city; what they tell is gathered in the answer.
    pub fn raise(self, world: &mut World) -> Vec<Arc<Mutex<Story>>> {
        let raised = self.begun.into_iter().map(|begun| {
            let story = Arc::new(Mutex::new(begun.story));
            for (at, draw, script) in begun.scripts {
                world.start_twisted(at, draw, story.clone(), script);
            }
            story
        });
        raised.collect()
    }
}

/// What one step of a chronicle records; the ids of all acts before it are at hand.
type Writing = Box<dyn FnOnce(&mut Stage<'_>, &[String]) -> Vec<Act> + Send>;

/// Acts of a story of its own, each at its moment.
#[derive(Default)]
pub(in crate::demo) struct Chronicle {
    steps: VecDeque<(Moment, Writing)>,
    /// Ids of the acts told so far, in order.
    told: Vec<String>,
}

impl Chronicle {
    pub fn new() -> Chronicle {
        Chronicle::default()
    }

    fn begins(&self) -> Option<Moment> {
        self.steps.front().map(|(at, _)| *at)
    }

    /// An act that is known beforehand.
    pub fn act(self, act: Act) -> Chronicle {
        let at = act.at;
        self.step(at, move |_| vec![act])
    }

    /// Acts that are known beforehand, recorded together at the moment of the first.
    pub fn acts(self, acts: Vec<Act>) -> Chronicle {
        match acts.first().map(|act| act.at) {
            Some(at) => self.step(at, move |_| acts),
            None => self,
        }
    }

    /// Acts that need a number or another thing of the moment at which they happen.
    pub fn step(
        self,
        at: Moment,
        write: impl FnOnce(&mut Stage<'_>) -> Vec<Act> + Send + 'static,
    ) -> Chronicle {
        self.after(at, move |stage, _| write(stage))
    }

    /// Acts that name earlier ones of the chronicle by their ids.
    pub fn after(
        mut self,
        at: Moment,
        write: impl FnOnce(&mut Stage<'_>, &[String]) -> Vec<Act> + Send + 'static,
    ) -> Chronicle {
        let after = self.steps.iter().rposition(|(known, _)| *known <= at).map_or(0, |i| i + 1);
        self.steps.insert(after, (at, Box::new(write)));
        self
    }
}

impl Script for Chronicle {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        while self.steps.front().is_some_and(|(at, _)| *at <= stage.now) {
            let Some((_, write)) = self.steps.pop_front() else { break };
            let acts = write(stage, &self.told);
            self.told.extend(stage.record_together(acts));
        }
        self.begins()
    }
}
