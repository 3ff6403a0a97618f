//! The questions that an investigator asks when replaying a case (§5.2), each
//! answered by a table whose rows name the entries that they rest on.
//!
//! A question is one item in its file and one line in `register`. Answers are made
//! as reports are, and are as reproducible. What this module does not know: who
//! may ask, and how answers are shown.

mod course;
mod enforcement;
mod money;
mod numbers;
mod oversight;
mod record;
mod register;

pub use register::{Need, Question, all, find};
