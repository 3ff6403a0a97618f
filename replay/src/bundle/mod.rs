//! The evidence bundle 证据包: some cases of a log with what proves them, as files
//! that a stranger verifies with nothing else (`schemas/FORMAT.md` §14).
//!
//! Reads and verifies bundles, and makes those of their files that follow from the
//! entries alone. Does not know who makes a bundle, vaults, pages and printing,
//! and opens no file.

mod about;
mod derive;
mod entries;
mod keys;
mod pack;
mod page;
mod proof;
mod report;
mod verify;
mod zip;

pub use about::{About, CaseSize, Prepared};
pub use derive::{Derived, derive, rules, words};
pub use entries::entries_of;
pub use pack::Pack;
pub use page::page_data;
pub use proof::{NodeTable, recorded_nodes};
pub use report::{Check, Report};
pub use verify::{Against, verify};
pub use zip::is_zip;

/// Names of a bundle's files.
pub mod file {
    pub const ABOUT: &str = "about.json";
    pub const MANIFEST: &str = "manifest.json";
    /// The log's signature over the manifest.
    pub const ISSUED: &str = "manifest.note";
    /// The checkpoint that all proofs lead to.
    pub const CHECKPOINT: &str = "checkpoint";
    /// The cases' entries, entry 0, and what findings rest on, as stored.
    pub const CASE: &str = "entries/case.ndjson";
    /// Master data and repairs of them, as stored.
    pub const MASTER: &str = "entries/master.ndjson";
    pub const CASE_NODES: &str = "proofs/case.nodes";
    pub const MASTER_NODES: &str = "proofs/master.nodes";
    pub const DISCLOSURES: &str = "disclosures.ndjson";
    pub const FINDINGS: &str = "findings.ndjson";
    pub const RULES: &str = "rules.json";
    pub const CALENDAR: &str = "calendar.json";
    pub const CATALOGUE: &str = "catalogue.json";
    /// What the cases' event types and their members are called.
    pub const TYPES: &str = "types.json";
    pub const ATTACHMENTS: &str = "attachments.json";
    /// The page that shows and verifies the bundle by itself.
    pub const PAGE: &str = "verify.html";
    /// 电子数据提取笔录及清单
    pub const RECORD: &str = "record.html";
    pub const README: &str = "README.txt";

    /// Extracts that show of each case that its entries are all.
    pub const COMPLETE: &str = "complete/";

    /// The extract of a case, by its place among the cases.
    pub fn complete(at: usize) -> String {
        format!("{COMPLETE}{at}.json")
    }

    /// What the page carries, so that it can be sent alone.
    pub const IN_PAGE: [&str; 13] = [
        ABOUT,
        MANIFEST,
        ISSUED,
        CHECKPOINT,
        CASE,
        CASE_NODES,
        DISCLOSURES,
        FINDINGS,
        RULES,
        CALENDAR,
        CATALOGUE,
        TYPES,
        ATTACHMENTS,
    ];
}
