//! The planted misconduct: by seed, at least one breach of every rule that can
//! speak, each beside a neighbour that is lawful by a hair's breadth.
//!
//! A planting is one item of its chapter and one line of [`ALL`]. It tells two
//! stories, on parties and organs of their own: acts of the city's ordinary kinds
//! with a twist, or a chronicle of its own. What must be found of them is said by
//! the acts that the story tells. Nothing here knows how anything is judged.

mod approval;
mod catalogue;
mod charge;
mod coercion;
mod evaluation;
mod fees;
mod hall;
mod inspection;
mod openness;
mod order;
mod penalty;
mod penalty_terms;
mod plot;
mod proceedings;
mod promises;
mod quality;
mod record;
mod story;
mod terms;
mod timetable;
mod visit;

use super::city::City;
use super::prng::Draw;
use super::world::World;
use plot::{Plot, Shares, Side};
use std::sync::{Arc, Mutex, PoisonError};
use story::Story;

/// A finding that the city must give rise to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    pub stream: String,
    pub rule: &'static str,
    /// Ids in the order of recording.
    pub entries: Vec<String>,
}

/// One misconduct and its lawful neighbour.
pub struct Planting {
    /// The rules that must speak of it.
    pub rules: &'static [&'static str],
    /// What is done wrong, in Chinese and in English.
    pub wrong: (&'static str, &'static str),
    /// What is done right by a hair's breadth.
    pub near: (&'static str, &'static str),
    plant: fn(&mut Plot<'_>),
}

/// Every planting, in the order in which they are given their parties.
pub const ALL: &[&Planting] = &[
    &catalogue::RETAINED_WITHOUT_REASON,
    &catalogue::ENTRUSTED_IN_OWN_NAME,
    &catalogue::ABOLISHED_KIND,
    &catalogue::NOT_TAKEN_OVER,
    &catalogue::PUBLISHED_LATE,
    &catalogue::DISGUISED,
    &approval::CANCELLED_AND_GRANTED,
    &approval::TAKEN_BACK,
    &approval::SELF_CREATED,
    &approval::MORE_THAN_LISTED,
    &approval::OLD_NORM,
    &approval::APPLIED_BACKWARDS,
    &hall::SCATTERED,
    &hall::NO_WINDOW,
    &hall::SHORT_OF_STAFF,
    &hall::AWAY_FROM_WINDOW,
    &hall::OFFLINE,
    &hall::DOWN,
    &hall::SILENT_UNIT,
    &hall::OUTSIDE,
    &hall::BOTH_ENDS,
    &hall::CANCELLED_FEE,
    &hall::PAID_OUTSIDE,
    &hall::OVER_TIME,
    &record::RECORDED_LATE,
    &record::NOTHING_FOLLOWED,
    &order::ACCEPTED_TWICE,
    &order::DECIDED_FIRST,
    &order::DELIVERED_FIRST,
    &order::EXTENDED_TOO_LONG,
    &order::ASKED_TWICE,
    &order::UNAUTHORISED,
    &order::BORNE_TWICE,
    &order::CLOSED_FIRST,
    &order::ABSENT_WITHOUT_RECEIPT,
    &order::DEEMED_EARLY,
    &order::UNIFIED_TOO_EARLY,
    &terms::TOLD_LATE,
    &terms::DECIDED_LATE,
    &terms::UNIFIED_LATE,
    &terms::FIRST_REVIEW_LATE,
    &terms::DELIVERED_LATE,
    &terms::PARKED,
    &terms::HEARING_TOLD_LATE,
    &terms::ONE_INSPECTOR,
    &terms::RENEWED_LATE,
    &terms::GRANTED_WHILE_BANNED,
    &inspection::BEFORE_CONSENT,
    &inspection::TASK_FIRST,
    &inspection::FILED_LATE,
    &inspection::UNFILED,
    &inspection::BORROWED_NAME,
    &inspection::CAMPAIGN,
    &inspection::BEYOND_SCOPE,
    &inspection::STAYED,
    &inspection::ALONE,
    &inspection::ONCE_MORE,
    &inspection::ONE_AFTER_ANOTHER,
    &inspection::RESULT_LATE,
    &coercion::TERM_TOO_LONG,
    &coercion::SEIZED_TOO_LONG,
    &coercion::FROZEN_TOO_LONG,
    &coercion::APPROVED_AFTERWARDS,
    &coercion::TO_COURT_EARLY,
    &coercion::AT_NIGHT,
    &penalty::UNCERTIFIED,
    &penalty::UNWARNED,
    &penalty::LAW_FIRST,
    &penalty::FINED_AFTER_PASS,
    &penalty::AUTHORITY_UNTOLD,
    &penalty::TOLD_AFTERWARDS,
    &penalty::ABOVE_FLOOR,
    &penalty::NOT_CORRECTED,
    &penalty::FINED_AGAIN,
    &penalty::TARGET,
    &penalty::NO_NOTICE,
    &penalty::NO_HEARING,
    &penalty::NO_REVIEW,
    &penalty::HOSTED,
    &penalty::COLLECTED_BY_ORGAN,
    &penalty::FINED_TWICE,
    &penalty::TOO_LATE,
    &penalty::HEAVIER,
    &penalty_terms::DECIDED_LATE,
    &penalty_terms::SERVED_LATE,
    &penalty_terms::HEARING_TOLD_LATE,
    &penalty_terms::EVIDENCE_KEPT,
    &penalty_terms::PAID_LATE,
    &penalty_terms::HANDED_IN_LATE,
    &penalty_terms::SURCHARGED,
    &penalty_terms::STILL_PUBLISHED,
    &penalty_terms::CRIME_HELD_BACK,
    &penalty_terms::REVIEWED_LATE,
    &penalty_terms::SUED_LATE,
    &penalty_terms::REPAIRED_LATE,
    &promises::NO_BASIS,
    &promises::AGENT_LATE,
    &promises::OFF_THE_ROSTER,
    &promises::LONG_PROMISE,
    &promises::NEVER_SENT,
    &promises::SLOW_STAGE,
    &promises::STAYED_AWAY,
    &promises::HANDED_DOWN,
    &promises::TOLD_TWICE,
    &promises::NOBODY_FIRST,
    &promises::IN_A_CIRCLE,
    &openness::A_STEP_LESS,
    &openness::SHORT_COMMENT,
    &openness::NO_PROCEDURE,
    &openness::NO_TIER,
    &openness::RESULT_LATE,
    &openness::MARKET_RESULT_LATE,
    &openness::STAGE_UNTOLD,
    &openness::PAPER_LATE,
    &openness::ANSWER_LATE,
    &openness::SECRET_BASIS,
    &openness::PROMISE_BROKEN,
    &fees::OVER_FLOOR,
    &fees::UNDER_FLOOR,
    &fees::OVER_CEILING,
    &fees::CHARGED_AGAIN,
    &fees::CANCELLED_COST,
    &fees::LISTED_LATER,
    &fees::NOT_SHOWN,
    &fees::OFF_THE_LIST,
    &fees::PAID_FIRST,
    &fees::NO_RECEIPT,
    &fees::PAID_MORE,
    &fees::OWN_ACCOUNT,
    &evaluation::LAST_AND_SPARED,
    &evaluation::LEVEL_SKIPPED,
    &evaluation::LEVEL_NEVER_RAISED,
    &quality::WRONG_CODE,
    &quality::MISCOUNTED,
    &quality::NUMBER_LACKING,
    &quality::LEADERLESS,
    &quality::COLUMN_LACKING,
];

/// Which chapter answers for which rule: every rule that can speak.
#[rustfmt::skip]
pub const CHAPTERS: &[(&str, &[&str])] = &[
    ("catalogue", &["R2.1.1", "R2.1.2", "R2.1.3", "R2.1.4", "R2.1.5", "R2.1.7", "RX.3"]),
    ("approval", &["R2.1.6", "R2.1.8", "R2.1.9", "R2.1.10", "R4.1", "R4.2"]),
    ("hall", &["R2.2.1", "R2.2.2a", "R2.2.2b", "R2.2.2c", "R2.2.2d", "R2.2.3", "R2.2.4a", "R2.2.4b", "R2.2.4c", "R2.2.4d", "R2.2.4e", "R2.2.4f"]),
    ("record", &["RX.1", "RX.2"]),
    ("order", &["SEQ-A1", "SEQ-A2", "SEQ-A3", "SEQ-A4", "SEQ-A5", "SEQ-A6", "SEQ-A7", "SEQ-A8", "SEQ-A9", "SEQ-A10", "SEQ-A11", "SEQ-A12"]),
    ("terms", &["L0.T01", "L0.T02", "L0.T03", "L0.T04", "L0.T05", "L0.T06", "L0.T07", "L0.T08", "L0.T09", "L0.T10"]),
    ("promises", &["R2.3.1", "R2.3.2", "R2.3.3", "R2.3.4", "R2.3.5", "R2.3.6", "R2.3.7", "R2.3.8", "R2.3.9", "R2.3.10", "R2.3.11", "R2.3.12"]),
    ("openness", &["R2.4.1", "R2.4.2", "R2.4.3", "R2.4.4", "R2.4.5", "R2.4.7", "R2.4.8", "L0.T28", "L0.T29", "L0.T30", "L0.T31", "L0.T32"]),
    ("fees", &["R2.5.1", "R2.5.1b", "R2.5.2", "R2.5.3", "R2.5.4", "R2.5.5", "R2.5.6", "SEQ-F1", "SEQ-F2", "SEQ-F3", "SEQ-F4"]),
    ("inspection", &["R2.6.1", "R2.6.2", "R2.6.3", "R2.6.4", "SEQ-I1", "SEQ-I2", "SEQ-I3", "SEQ-I4", "SEQ-I5", "SEQ-I6", "SEQ-I7", "SEQ-I8", "L0.T20", "L0.T21", "L0.T22", "L0.T23", "L0.T24"]),
    ("penalty", &["R2.7.1", "R2.7.3", "R2.7.4", "R2.7.5", "R2.7.6", "R2.7.7", "SEQ-P1", "SEQ-P2", "SEQ-P3", "SEQ-P4", "SEQ-P5", "SEQ-P6", "SEQ-P7", "SEQ-P8", "SEQ-P9", "SEQ-P10", "SEQ-P11", "L0.T11", "L0.T12", "L0.T13", "L0.T14", "L0.T15", "L0.T16", "L0.T17", "L0.T18", "L0.T19", "L0.T25", "L0.T26", "L0.T27", "L0.T33"]),
    ("evaluation", &["R3.4.3", "R3.5.4"]),
    ("quality", &["DQ.1", "DQ.2", "DQ.3", "DQ.4", "DQ.5"]),
];

/// How much of the planted misconduct a city has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misconduct {
    /// None: lawful throughout.
    None,
    /// The lawful neighbours alone.
    Near,
    /// All of it.
    Whole,
}

/// Sets the planted stories going.
pub(super) fn plant(misconduct: Misconduct, city: &City, world: &mut World) -> Told {
    let sides: &[Side] = match misconduct {
        Misconduct::None => &[],
        Misconduct::Near => &[Side::Near],
        Misconduct::Whole => &[Side::Near, Side::Wrong],
    };
    let mut shares = Shares::default();
    let mut stories = Vec::new();
    for planting in ALL {
        for side in sides {
            let draw = Draw::new(city.seed, planting.wrong.1, *side as u64);
            let mut plot = Plot::new(city, draw, *side, &mut shares);
            (planting.plant)(&mut plot);
            stories.extend(plot.raise(world));
        }
    }
    Told(stories)
}

/// The stories of a city.
pub(super) struct Told(Vec<Arc<Mutex<Story>>>);

impl Told {
    /// What must be found in the city, once it is told to its end; in the order of
    /// stream, rule and entries.
    pub fn found(&self, world: &World) -> Vec<Planted> {
        let stories =
            self.0.iter().map(|story| story.lock().unwrap_or_else(PoisonError::into_inner));
        let mut found: Vec<Planted> = stories.flat_map(|story| story.found(world)).collect();
        found.sort();
        found.dedup();
        found
    }
}
