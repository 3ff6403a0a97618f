//! The register of projections. Adding one is a file and a line here; a change
//! in what it keeps is a new version, and it then grows again by itself.

use super::rows::{Batch, Rows, RowsError};
use super::{ModelError, Streams, activity, cases, totals};
use plumbline_replay::event::Event;
use serde_json::Value;

/// One projection.
#[derive(Debug)]
pub struct Definition {
    pub name: &'static str,
    /// Rows of another version are not read but grown again.
    pub version: u32,
    pub(super) start: fn() -> Box<dyn Projection>,
    pub(super) show: Show,
}

/// A row for people, from its key and its value: what it is about, what it says.
pub(super) type Show = fn(&[u8], &[u8]) -> Result<(String, Value), RowsError>;

/// Every projection, in order of name.
pub const PROJECTIONS: [Definition; 3] = [
    Definition { name: "activity", version: 1, start: activity::start, show: activity::show },
    Definition { name: "cases", version: 1, start: cases::start, show: cases::show },
    Definition { name: "totals", version: 1, start: totals::start, show: totals::show },
];

/// The projection of this name.
pub fn definition(name: &str) -> Result<&'static Definition, ModelError> {
    static ALL: [Definition; 3] = PROJECTIONS;
    let found = ALL.iter().find(|definition| definition.name == name);
    found.ok_or_else(|| ModelError::NoSuchModel(name.to_owned()))
}

/// All names, for messages.
pub(super) fn names() -> String {
    PROJECTIONS.map(|definition| definition.name).join(", ")
}

/// What a projection may read while it follows the log.
pub(super) struct Given<'a> {
    /// The rows as last written: a projection's own changes since are in its
    /// memory.
    pub rows: &'a dyn Rows,
    pub streams: &'a dyn Streams,
}

/// Follows the log, entry by entry in order of position. Holds what changed
/// until it is asked for it, so that many changes fold into one write. Its rows
/// depend on the entries alone, never on where batches end: what is grown anew
/// equals what has followed.
pub(super) trait Projection: Send {
    fn apply(&mut self, event: &Event<'_>, given: &Given<'_>) -> Result<(), ModelError>;

    /// Rows that `flush` would write, about.
    fn changed(&self) -> usize;

    /// Moves what changed into the batch; `folded` entries have been applied.
    fn flush(
        &mut self,
        folded: u64,
        given: &Given<'_>,
        batch: &mut Batch,
    ) -> Result<(), ModelError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_order() {
        assert!(PROJECTIONS.is_sorted_by(|a, b| a.name < b.name));
        assert!(PROJECTIONS.iter().all(|row| row.version > 0));
        assert!(matches!(definition("casess"), Err(ModelError::NoSuchModel(_))));
        assert_eq!(definition("cases").map(|found| found.name).ok(), Some("cases"));
    }
}
