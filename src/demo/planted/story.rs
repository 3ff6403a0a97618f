//! One planted story: what it does to the acts of the scripts it runs, what it has
//! told, and what must be found of it. It never asks how anything is judged: what
//! must be found is said by the acts it names.

use super::Planted;
use crate::demo::act::Act;
use crate::demo::moment::Moment;
use crate::demo::world::{Twist, World};

/// An entry of a story, by what it is.
#[derive(Clone, Debug)]
pub(in crate::demo) enum Pick {
    /// The first of a type.
    First(&'static str),
    /// The n-th of a type, from 0.
    Nth(&'static str, usize),
    /// Every one of a type.
    Every(&'static str),
    /// Every one of several types.
    Among(&'static [&'static str]),
    /// The row of master data in a stream, as it was first told.
    Row(String),
}

/// What must be found: a rule on a stream, resting on entries.
struct Speaks {
    rule: &'static str,
    /// `None` is the stream of the first entry.
    stream: Option<String>,
    picks: Vec<Pick>,
}

/// What becomes of an act.
type Turn = Box<dyn FnMut(Act, Moment) -> Vec<Act> + Send>;

/// An act that was handed in.
struct Line {
    kind: &'static str,
    stream: String,
    id: String,
}

/// See the module.
#[derive(Default)]
pub(in crate::demo) struct Story {
    turns: Vec<Turn>,
    told: Vec<Line>,
    speaks: Vec<Speaks>,
}

impl Story {
    pub fn new() -> Story {
        Story::default()
    }

    /// Does something to every act of a type; others are left as they are.
    pub fn turn(
        mut self,
        kind: &'static str,
        mut change: impl FnMut(Act, Moment) -> Vec<Act> + Send + 'static,
    ) -> Story {
        self.turns.push(Box::new(
            move |act, now| {
                if act.kind() == kind { change(act, now) } else { vec![act] }
            },
        ));
        self
    }

    /// Alters every act of a type.
    pub fn alter(
        self,
        kind: &'static str,
        mut change: impl FnMut(Act) -> Act + Send + 'static,
    ) -> Story {
        self.turn(kind, move |act, _| vec![change(act)])
    }

    /// Alters every act.
    pub fn alter_all(mut self, mut change: impl FnMut(Act) -> Act + Send + 'static) -> Story {
        self.turns.push(Box::new(move |act, _| vec![change(act)]));
        self
    }

    /// Does something to every act.
    pub fn turn_all(mut self, mut change: impl FnMut(Act) -> Vec<Act> + Send + 'static) -> Story {
        self.turns.push(Box::new(move |act, _| change(act)));
        self
    }

    /// Leaves every act of a type untold.
    pub fn drop(self, kind: &'static str) -> Story {
        self.turn(kind, |_, _| Vec::new())
    }

    /// A rule must speak, on the stream of the first entry named.
    pub fn speaks(mut self, rule: &'static str, picks: &[Pick]) -> Story {
        self.speaks.push(Speaks { rule, stream: None, picks: picks.to_vec() });
        self
    }

    /// A rule must speak, on a stream that need not be that of its entries.
    pub fn speaks_on(mut self, rule: &'static str, stream: String, picks: &[Pick]) -> Story {
        self.speaks.push(Speaks { rule, stream: Some(stream), picks: picks.to_vec() });
        self
    }

    /// The entries that are meant, with their streams.
    fn picked(&self, pick: &Pick, world: &World) -> Vec<(String, String)> {
        let all = |kind: &'static str| self.told.iter().filter(move |line| line.kind == kind);
        let both = |line: &Line| (line.stream.clone(), line.id.clone());
        match pick {
            Pick::First(kind) => all(kind).take(1).map(both).collect(),
            Pick::Nth(kind, n) => all(kind).skip(*n).take(1).map(both).collect(),
            Pick::Every(kind) => all(kind).map(both).collect(),
            Pick::Among(kinds) => {
                let among = self.told.iter().filter(|line| kinds.contains(&line.kind));
                among.map(both).collect()
            }
            Pick::Row(stream) => {
                let id = world.row(stream).unwrap_or_default();
                vec![(stream.clone(), id.to_owned())]
            }
        }
    }

    /// What must be found, once the story is told.
    pub fn found(&self, world: &World) -> Vec<Planted> {
        let found = self.speaks.iter().map(|speaks| {
            let picked: Vec<(String, String)> =
                speaks.picks.iter().flat_map(|pick| self.picked(pick, world)).collect();
            let stream = speaks.stream.clone();
            let stream = stream.or_else(|| picked.first().map(|(stream, _)| stream.clone()));
            let mut entries: Vec<String> = picked.into_iter().map(|(_, id)| id).collect();
            entries.sort_by_key(|id| world.place(id));
            entries.dedup();
            Planted { stream: stream.unwrap_or_default(), rule: speaks.rule, entries }
        });
        found.collect()
    }
}

impl Twist for Story {
    fn turn(&mut self, act: Act, now: Moment) -> Vec<Act> {
        let mut acts = vec![act];
        for turn in &mut self.turns {
            acts = acts.into_iter().flat_map(|act| turn(act, now)).collect();
        }
        acts
    }

    fn told(&mut self, act: &Act, id: &str) {
        let (kind, stream) = (act.kind(), act.stream().to_owned());
        self.told.push(Line { kind, stream, id: id.to_owned() });
    }
}
