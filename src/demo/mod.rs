//! `plumb demo`'s synthetic city: a deterministic course of two years, from
//! 2024-07-01 to 2026-06-30, in the order in which it is recorded.
//!
//! The same seed and number of cases give the same submissions on any machine:
//! integers only, no clock, no hash order. What is told here is lawful, often by a
//! hair's breadth, except for what `planted` plants. This module knows the envelope
//! and the domain; only `telling` knows that there is a ledger, and nothing here how
//! it judges.

mod act;
mod calendar;
mod cases;
mod city;
mod days;
mod founding;
mod identifiers;
mod moment;
mod names;
mod pace;
mod planted;
mod prng;
mod recording;
mod registers;
pub mod tamper;
mod telling;
mod world;

use crate::clock::Micros;
use crate::ledger::submission::Submission;
use cases::Intake;
use city::City;
use days::Daily;
use founding::Founding;
use prng::Draw;
use std::sync::Arc;
use world::World;

pub use planted::{ALL as PLANTINGS, CHAPTERS, Misconduct, Planted, Planting};
pub use telling::{ORIGIN_BASE, PLANTED_FILE, TellError, Told, origin, tell};

/// What city is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    /// Case files opened by applicants, inspectors and informants. Fee files,
    /// sub-cases of joint approvals and penalties that follow an inspection come
    /// on top.
    pub cases: u32,
    pub misconduct: Misconduct,
}

impl Options {
    /// A city without misconduct.
    pub fn lawful(seed: u64, cases: u32) -> Options {
        Options { seed, cases, misconduct: Misconduct::None }
    }

    /// A city with all of the planted misconduct.
    pub fn planted(seed: u64, cases: u32) -> Options {
        Options { seed, cases, misconduct: Misconduct::Whole }
    }
}

/// What reaches the ledger at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Set the ledger's clock to this before appending. Later than every
    /// `occurred_at` in the batch; a step's moment is later than the one before
    /// by at least the size of that one's batch, in microseconds.
    pub recorded_at: Micros,
    /// Never empty; all of it belongs to one log. Recorded together or not at all.
    pub batch: Vec<Submission>,
}

/// The city's two years, step by step. Holds only the cases under way: some tens
/// of megabytes at 200,000 cases.
pub struct Course {
    world: World,
    stories: planted::Told,
}

impl Course {
    /// What must be found in the city: complete when the last step has been taken.
    pub fn planted(&self) -> Vec<Planted> {
        self.stories.found(&self.world)
    }
}

impl Iterator for Course {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        self.world.next()
    }
}

/// Begins the course of a city.
pub fn generate(options: Options) -> Course {
    let Options { seed, cases, misconduct } = options;
    let city = Arc::new(City::new(seed, cases));
    let founding = Founding::new(&city);
    let (intake, intake_begins) = (Intake::new(&city, cases), Intake::begins(&city));
    let (daily, daily_begins) = (Daily::new(&city, cases), Daily::begins(&city));
    let mut world = World::new(city.clone());
    world.start(founding::BEGINS, Draw::new(seed, "founding", 0), Box::new(founding));
    world.start(daily_begins, Draw::new(seed, "daily", 0), Box::new(daily));
    world.start(intake_begins, Draw::new(seed, "intake", 0), Box::new(intake));
    let stories = planted::plant(misconduct, &city, &mut world);
    Course { world, stories }
}

/// The moment at which the demo's ledger is created, before the first step.
pub fn founded_at() -> Micros {
    founding::BEGINS.micros()
}

/// Key material for the demo: anyone who knows the seed can derive it, so that a
/// demo ledger is the same byte for byte. Never for a ledger that is meant.
pub fn demo_seed_bytes(seed: u64, what: &str) -> [u8; 32] {
    let mut material = seed.to_be_bytes().to_vec();
    material.extend_from_slice(what.as_bytes());
    blake3::derive_key("plumbline demo 2026-01-01 key material", &material)
}
