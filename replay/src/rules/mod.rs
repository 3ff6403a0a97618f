//! Rules: what the decision and the law ask of an act, applied to what was
//! recorded (§1). Rules report and never veto; they are pure functions of the
//! entries, the moment asked about and nothing else.
//!
//! A rule is one item in its article's file and one line of that file's table;
//! an article is one line in `register`. What this module does not know: the
//! present day, the network, reports.

pub mod accountability;
pub mod alone;
pub mod bench;
pub mod case_file;
pub mod city;
pub mod clocks;
pub mod coverage;
pub mod defaults;
pub mod finding;
pub mod judge;
pub mod norms;
pub mod noted;
pub(crate) mod publication;
pub mod quality;
pub mod register;
pub mod rule;
pub mod visit;

mod approval_powers;
mod deliveries;
mod effect;
mod enforcement;
mod fees;
mod goals;
pub mod hall;
mod impediment;
mod inspection;
mod later;
mod meta;
mod openness;
mod ranking;
mod sequence;
pub(crate) mod served;
mod service;
mod statutes;
mod warning;
pub(crate) mod words;

pub(crate) use enforcement::{Ranged, ranged, state_of};
pub(crate) use fees::{Priced, priced};
pub use finding::{Finding, Findings, Outcome};
pub(crate) use inspection::{measured, rank_of};
pub use judge::{Ask, Docket, JudgeError, Judgement, judge};
pub use meta::{all_done, demanded};
pub use rule::{Check, Layer, Rule, Severity, Status};
