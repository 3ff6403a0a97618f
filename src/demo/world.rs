//! The course of events: what happens next, and in which order it is recorded.
//!
//! Scripts wait on an agenda by the minute at which they go on. What they record
//! waits in an outbox until nothing that has not happened yet can precede it. So
//! memory holds only what is under way, and the result is in the order of recording.

use super::Step;
use super::act::Act;
use super::city::{CLOSING, City};
use super::identifiers::event_id;
use super::moment::Moment;
use super::prng::Draw;
use super::recording;
use super::registers::Registers;
use crate::clock::Micros;
use crate::ledger::submission::Submission;
use plumbline_replay::integrity::json::Json;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, PoisonError};

/// One thread of events: a case, the daily life of the hall, a planted story.
pub(super) trait Script: Send {
    /// Does what happens at `stage.now`; the moment at which it goes on, if it does.
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment>;
}

/// What stands between the scripts of one planted story and the ledger.
pub(super) trait Twist: Send {
    /// What is recorded in place of an act: nothing, the act with something altered,
    /// or several. One that is given a later moment waits for it.
    fn turn(&mut self, act: Act, now: Moment) -> Vec<Act>;
    /// An act is handed in under this id.
    fn told(&mut self, act: &Act, id: &str);
}

/// A twist that all scripts of a story share.
pub(super) type Twisted = Arc<Mutex<dyn Twist>>;

/// A script with its own draws and the last moment it was recorded at.
struct Thread {
    at: Moment,
    order: u64,
    draw: Draw,
    recorded: Micros,
    twist: Option<Twisted>,
    script: Box<dyn Script>,
}

/// What a script may use and change while it happens.
pub(super) struct Stage<'a> {
    pub now: Moment,
    pub city: &'a City,
    pub registers: &'a mut Registers,
    pub draw: &'a mut Draw,
    recorded: &'a mut Micros,
    outbox: &'a mut Outbox,
    twist: Option<Twisted>,
    started: Vec<Start>,
}

/// Acts that were put off, with the ids that others know them by.
struct Later(Vec<(String, Act)>);

impl Script for Later {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        for acts in std::mem::take(&mut self.0) {
            stage.enter(vec![acts]);
        }
        None
    }
}

/// A script that another one sets going.
struct Start {
    at: Moment,
    draw: Draw,
    /// Recorded after everything its starter recorded before.
    follows: bool,
    script: Box<dyn Script>,
}

impl Stage<'_> {
    /// Hands one act to the ledger; its id.
    pub fn record(&mut self, act: Act) -> String {
        self.record_together(vec![act]).pop().unwrap_or_default()
    }

    /// Hands acts of one moment to the ledger as one atomic group; their ids.
    pub fn record_together(&mut self, acts: Vec<Act>) -> Vec<String> {
        let mut ids = Vec::with_capacity(acts.len());
        let mut group = Vec::with_capacity(acts.len());
        for act in acts {
            let turned = self.turned(act);
            let named: Vec<(String, Act)> =
                turned.into_iter().map(|act| (event_id(act.at, self.draw), act)).collect();
            // Whoever refers to the act refers to the first of what became of it.
            ids.push(named.first().map(|(id, _)| id.clone()).unwrap_or_default());
            for (id, act) in named {
                if act.at > self.now {
                    let (at, draw) = (act.at, self.draw.fork());
                    self.follow(at, draw, Box::new(Later(vec![(id, act)])));
                } else {
                    group.push((id, act));
                }
            }
        }
        self.enter(group);
        ids
    }

    fn turned(&self, act: Act) -> Vec<Act> {
        match &self.twist {
            Some(twist) => lock(twist).turn(act, self.now),
            None => vec![act],
        }
    }

    fn enter(&mut self, acts: Vec<(String, Act)>) {
        let Some((_, first)) = acts.first() else { return };
        let recording = match self.twist {
            Some(_) => recording::directly(first, self.draw),
            None => recording::decide(first, &self.city.calendar, self.draw),
        };
        // A case's acts are entered in the order in which they happened; one that
        // claims an earlier moment is entered now.
        let entered = recording.recorded_at.max(self.now.micros() + 1);
        *self.recorded = entered.max(*self.recorded + 1000);
        let mut batch = Vec::with_capacity(acts.len());
        for (id, act) in acts {
            if let Some(twist) = &self.twist {
                lock(twist).told(&act, &id);
            }
            batch.push(act.submit(id, &recording));
        }
        self.outbox.push(*self.recorded, batch, self.twist.is_some());
    }

    /// Whether a planted story is told.
    pub fn is_planted(&self) -> bool {
        self.twist.is_some()
    }

    /// Sets another script going at a moment that is not past.
    pub fn start(&mut self, at: Moment, draw: Draw, script: Box<dyn Script>) {
        self.started.push(Start { at: at.max(self.now), draw, follows: false, script });
    }

    /// Sets the next part of the same story going: its acts are recorded after
    /// those of this one.
    pub fn follow(&mut self, at: Moment, draw: Draw, script: Box<dyn Script>) {
        self.started.push(Start { at: at.max(self.now), draw, follows: true, script });
    }
}

/// Groups that have been written and wait for their moment of recording.
#[derive(Default)]
struct Outbox {
    waiting: BinaryHeap<Reverse<Waiting>>,
    order: u64,
}

struct Waiting {
    recorded_at: Micros,
    order: u64,
    batch: Vec<Submission>,
    /// Of a planted story.
    planted: bool,
}

fn lock(twist: &Twisted) -> std::sync::MutexGuard<'_, dyn Twist + 'static> {
    twist.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    fn push(&mut self, recorded_at: Micros, batch: Vec<Submission>, planted: bool) {
        self.order += 1;
        self.waiting.push(Reverse(Waiting { recorded_at, order: self.order, batch, planted }));
    }
}

/// The city in motion: an iterator over what is recorded.
pub(super) struct World {
    city: Arc<City>,
    registers: Registers,
    agenda: BinaryHeap<Reverse<Thread>>,
    outbox: Outbox,
    order: u64,
    /// Recording moment of the last submission that was given out.
    last: Micros,
    /// Entries of planted stories and of master data that were given out, with their
    /// place in the order.
    told: BTreeMap<String, u64>,
    /// The first entry of each stream of master data.
    rows: BTreeMap<String, String>,
}

impl World {
    pub fn new(city: Arc<City>) -> World {
        World {
            city,
            registers: Registers::default(),
            agenda: BinaryHeap::new(),
            outbox: Outbox::default(),
            order: 0,
            last: Micros::MIN,
            told: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
    }

    pub fn start(&mut self, at: Moment, draw: Draw, script: Box<dyn Script>) {
        self.start_after(Micros::MIN / 2, Start { at, draw, follows: false, script }, None);
    }

    /// Sets a planted story going; what it sets going in turn belongs to it.
    pub fn start_twisted(
        &mut self,
        at: Moment,
        draw: Draw,
        twist: Twisted,
        script: Box<dyn Script>,
    ) {
        self.start_after(Micros::MIN / 2, Start { at, draw, follows: false, script }, Some(twist));
    }

    /// The place of an entry of a planted story in the order of recording; `None`
    /// if it has not been given out.
    pub fn place(&self, id: &str) -> Option<u64> {
        self.told.get(id).copied()
    }

    /// The entry that first told of a row of master data.
    pub fn row(&self, stream: &str) -> Option<&str> {
        self.rows.get(stream).map(String::as_str)
    }

    /// Remembers what planted stories can name.
    fn remember(&mut self, submission: &Submission, planted: bool) {
        let text = |name| submission.json.get(name).and_then(Json::as_str).unwrap_or_default();
        let (id, stream) = (text("id"), text("stream"));
        let row = stream.starts_with("md/") && !stream.starts_with("md/party/");
        if planted || row {
            self.told.insert(id.to_owned(), self.told.len() as u64);
        }
        if row && !self.rows.contains_key(stream) {
            self.rows.insert(stream.to_owned(), id.to_owned());
        }
    }

    fn start_after(&mut self, recorded: Micros, start: Start, twist: Option<Twisted>) {
        let Start { at, draw, script, .. } = start;
        self.order += 1;
        self.agenda.push(Reverse(Thread { at, order: self.order, draw, recorded, twist, script }));
    }

    fn go_on(&mut self, mut thread: Thread) {
        let mut stage = Stage {
            now: thread.at,
            city: &self.city,
            registers: &mut self.registers,
            draw: &mut thread.draw,
            recorded: &mut thread.recorded,
            outbox: &mut self.outbox,
            twist: thread.twist.clone(),
            started: Vec::new(),
        };
        let next = thread.script.happen(&mut stage);
        for start in std::mem::take(&mut stage.started) {
            let recorded = if start.follows { thread.recorded } else { Micros::MIN / 2 };
            self.start_after(recorded, start, thread.twist.clone());
        }
        if let Some(at) = next {
            thread.at = at.max(thread.at);
            self.agenda.push(Reverse(thread));
        }
    }

    /// True if nothing on the agenda can be recorded before `recorded_at`.
    fn is_due(&self, recorded_at: Micros) -> bool {
        self.agenda.peek().is_none_or(|next| recorded_at < next.0.at.micros())
    }
}

impl Iterator for World {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let end = CLOSING.plus(1).at(0, 0);
        loop {
            let front = self.outbox.waiting.peek().map(|front| front.0.recorded_at);
            if let Some(recorded_at) = front.filter(|at| self.is_due(*at)) {
                let Reverse(Waiting { batch, planted, .. }) = self.outbox.waiting.pop()?;
                let recorded_at = recorded_at.max(self.last.saturating_add(1));
                if recorded_at + batch.len() as Micros > end.micros() {
                    // What follows is later still: the two years are over.
                    self.agenda.clear();
                    self.outbox.waiting.clear();
                    return None;
                }
                // The ledger gives each submission of a batch a microsecond of its own.
                self.last = recorded_at + batch.len() as Micros - 1;
                for submission in &batch {
                    self.remember(submission, planted);
                }
                return Some(Step { recorded_at, batch });
            }
            let Reverse(thread) = self.agenda.pop()?;
            if thread.at >= end {
                self.agenda.clear();
                continue;
            }
            self.go_on(thread);
        }
    }
}

impl PartialEq for Thread {
    fn eq(&self, other: &Thread) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Thread {}

impl PartialOrd for Thread {
    fn partial_cmp(&self, other: &Thread) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Thread {
    fn cmp(&self, other: &Thread) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> Ordering {
        (self.recorded_at, self.order).cmp(&(other.recorded_at, other.order))
    }
}
