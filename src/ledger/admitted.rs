//! A submission that can no longer be malformed. Only [`super::admit`] makes one.

use super::{Expected, LogName};
use crate::index::Note;
use crate::vault::SealedRecord;
use plumbline_replay::integrity::entry::{LEDGER_BYTES_MAX, Parts};

/// Canonical, sealed, within limits, addressed to one log.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub(super) log: LogName,
    /// Canonical bytes of the submission, cut where the ledger's members go.
    pub(super) parts: Parts,
    pub(super) system: String,
    pub(super) id: String,
    pub(super) stream: String,
    pub(super) expected: Expected,
    pub(super) records: Vec<SealedRecord>,
    /// What the log's lookup will find it by, if that was asked for.
    pub(super) note: Option<Note>,
}

impl Admitted {
    /// The log that the event's type belongs to.
    pub fn log(&self) -> LogName {
        self.log
    }

    /// The first entry of either log has a type of the open one.
    pub(super) fn moved_to(mut self, log: LogName) -> Admitted {
        self.log = log;
        self.note = None;
        self
    }

    /// At most the bytes that it takes in a frame.
    pub(super) fn frame_bytes(&self) -> usize {
        let sealed: usize = self.records.iter().map(SealedRecord::frame_bytes).sum();
        2 + self.parts.bytes.len() + LEDGER_BYTES_MAX + sealed
    }

    /// The canonical submission, as it will stand in the entry.
    pub fn canonical(&self) -> &[u8] {
        &self.parts.bytes
    }
}
