//! Archives: what a ledger holds, in open formats and with everything that is needed
//! to check and to understand it without the ledger (DA/T 70-2018 四性检测).
//!
//! An archive is a folder, or the same files in one zip file: `logs/<log>.ndjson` with
//! the entries as stored, `heads/<log>.checkpoint`, `schemas/` of the event types that
//! occur, `about.json`, `report.json` and `report.html` with the test of the four
//! properties, and a manifest that the open log signed (`plumbline_replay::manifest`).
//! The same ledger and the same moment make the same bytes.
//!
//! What this module does not know: sealed values. None leaves the ledger this way.

mod about;
pub mod check;
mod folder;
pub mod make;
mod media;
mod one_file;
mod page;
pub mod properties;
mod tally;

pub use one_file::{pack, unpack};

/// Of which ledger it is.
pub const ABOUT: &str = "about.json";
/// The test of the four properties, for programs and for people.
pub const REPORT: &str = "report.json";
pub const PAGE: &str = "report.html";
/// How to check the archive, in words.
pub const README: &str = "README.txt";
