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
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// One thread of events: a case, the daily life of the hall, a planted story.
pub(super) trait Script: Send {
    /// Does what happens at `stage.now`; the moment at which it goes on, if it does.
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment>;
}

/// A script with its own draws and the last moment it was recorded at.
struct Thread {
    at: Moment,
    order: u64,
    draw: Draw,
    recorded: Micros,
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
    started: Vec<Start>,
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
        let Some(first) = acts.first() else { return Vec::new() };
        let recording = recording::decide(first, &self.city.calendar, self.draw);
        // A case's acts are entered in the order in which they happened.
        *self.recorded = recording.recorded_at.max(*self.recorded + 1000);
        let mut ids = Vec::with_capacity(acts.len());
        let mut batch = Vec::with_capacity(acts.len());
        for act in acts {
            let id = event_id(act.at, self.draw);
            ids.push(id.clone());
            batch.push(act.submit(id, &recording));
        }
        self.outbox.push(*self.recorded, batch);
        ids
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
}

impl Outbox {
    fn push(&mut self, recorded_at: Micros, batch: Vec<Submission>) {
        self.order += 1;
        self.waiting.push(Reverse(Waiting { recorded_at, order: self.order, batch }));
    }
}

/// The city in motion: an iterator over what is recorded.
pub(super) struct World {
    city: City,
    registers: Registers,
    agenda: BinaryHeap<Reverse<Thread>>,
    outbox: Outbox,
    order: u64,
    /// Recording moment of the last submission that was given out.
    last: Micros,
}

impl World {
    pub fn new(city: City) -> World {
        World {
            city,
            registers: Registers::default(),
            agenda: BinaryHeap::new(),
            outbox: Outbox::default(),
            order: 0,
            last: Micros::MIN,
        }
    }

    pub fn start(&mut self, at: Moment, draw: Draw, script: Box<dyn Script>) {
        self.start_after(Micros::MIN / 2, at, draw, script);
    }

    fn start_after(&mut self, recorded: Micros, at: Moment, draw: Draw, script: Box<dyn Script>) {
        self.order += 1;
        self.agenda.push(Reverse(Thread { at, order: self.order, draw, recorded, script }));
    }

    fn go_on(&mut self, mut thread: Thread) {
        let mut stage = Stage {
            now: thread.at,
            city: &self.city,
            registers: &mut self.registers,
            draw: &mut thread.draw,
            recorded: &mut thread.recorded,
            outbox: &mut self.outbox,
            started: Vec::new(),
        };
        let next = thread.script.happen(&mut stage);
        for Start { at, draw, follows, script } in std::mem::take(&mut stage.started) {
            let recorded = if follows { thread.recorded } else { Micros::MIN / 2 };
            self.start_after(recorded, at, draw, script);
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
                let Reverse(Waiting { batch, .. }) = self.outbox.waiting.pop()?;
                let recorded_at = recorded_at.max(self.last.saturating_add(1));
                if recorded_at + batch.len() as Micros > end.micros() {
                    // What follows is later still: the two years are over.
                    self.agenda.clear();
                    self.outbox.waiting.clear();
                    return None;
                }
                // The ledger gives each submission of a batch a microsecond of its own.
                self.last = recorded_at + batch.len() as Micros - 1;
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
