//! What every source is read into: cases with their events, and the two ways in
//! which reading can fail: one record is unusable, or the whole file is.

use super::attribute::{Attribute, excerpt};

/// One event of a source, not yet mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Line of the file where it begins, from 1.
    pub line: u64,
    pub attributes: Vec<Attribute>,
    /// Why it cannot be used.
    pub problem: Option<Problem>,
}

/// A case with its events in the order of the file. A table row is a case with
/// one event and no attributes; the mapping says which of its cells names the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub line: u64,
    pub attributes: Vec<Attribute>,
    pub records: Vec<Record>,
    /// Why what belongs to the case itself cannot be used.
    pub problem: Option<Problem>,
}

/// Why one record cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: u64,
    /// The attribute, column or member concerned.
    pub field: String,
    /// Chinese and English.
    pub reason: String,
}

/// Why a file cannot be read on. Nothing of it is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行 / line {line}{}: {reason}", place(element))]
pub struct SourceError {
    pub line: u64,
    /// The open elements, `log/trace/event`; empty where there are none.
    pub element: String,
    pub reason: String,
}

fn place(element: &str) -> String {
    if element.is_empty() { String::new() } else { format!(" ({element})") }
}

impl Problem {
    pub fn new(line: u64, field: &str, reason: impl Into<String>) -> Problem {
        Problem { line, field: excerpt(field, 120).into_owned(), reason: reason.into() }
    }
}
