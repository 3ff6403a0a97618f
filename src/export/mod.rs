//! Entries in the forms that other tools read: NDJSON, CSV, XES, OCEL.
//!
//! Reads stored bytes through [`Entries`] and writes to whatever it is given. It
//! opens nothing that is sealed: what stands as a digest is exported as a digest.

pub mod csv;
pub mod ndjson;
pub mod ocel;
pub mod view;
pub mod xes;
mod xes_header;

use std::io;

/// Is shown one entry with its position.
pub type Each<'a> = dyn FnMut(u64, &[u8]) -> Result<(), ExportError> + 'a;

/// Where entries come from: one log, as far as it went when the export began.
pub trait Entries {
    /// Shows every entry in order of position, until `each` fails.
    fn each(&self, each: &mut Each<'_>) -> Result<(), ExportError>;

    /// Positions of a stream's events in order of revision.
    fn positions(&self, stream: &str) -> Result<Vec<u64>, ExportError>;

    /// One entry. Asked for while `each` is under way.
    fn entry(&self, position: u64) -> Result<Vec<u8>, ExportError>;
}

/// Which entries are exported.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Streams that begin so, such as `penalty/`.
    pub stream: Option<String>,
    /// Events from this source system.
    pub system: Option<String>,
    /// This event type.
    pub kind: Option<String>,
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Output(#[from] io::Error),
    #[error("账本读取失败 / the ledger cannot be read: {0}")]
    Source(String),
    #[error(
        "位置 {position} 的条目无法读取 / the entry at position {position} cannot be read: {reason}; \
             run `plumb verify`"
    )]
    Entry { position: u64, reason: String },
}

/// What an export wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub events: u64,
    /// Cases of a process log; 0 for formats that do not group.
    pub cases: u64,
    /// Characters that XML cannot hold, replaced by U+FFFD.
    pub replaced_characters: u64,
}

/// Streams of the ledger's own bookkeeping: no cases of the city.
pub fn is_bookkeeping(stream: &str) -> bool {
    stream.starts_with("ledger/") || stream.starts_with("import/")
}
