//! Archives: what a ledger holds, in open formats and with everything that is needed
//! to check and to understand it without the ledger (DA/T 70-2018 四性检测).
//!
//! An archive is a folder: `logs/<log>.ndjson` with the entries as stored,
//! `heads/<log>.checkpoint`, `schemas/` of the event types that occur, `report.json`
//! and `report.html` with the test of the four properties, `archive.json` with size
//! and digests of each file, and `archive.note`, which the open log signed. The same
//! ledger and the same moment make the same bytes.
//!
//! What this module does not know: sealed values. None leaves the ledger this way.

pub mod check;
pub mod make;
pub mod manifest;
mod page;
pub mod properties;

/// The file that lists all others.
pub const MANIFEST: &str = "archive.json";
/// The open log's note on it.
pub const NOTE: &str = "archive.note";
/// The test of the four properties, for programs and for people.
pub const REPORT: &str = "report.json";
pub const PAGE: &str = "report.html";
/// How to check the archive, in words.
pub const README: &str = "README.txt";
