//! The write path: submission → admitted → queued → sequenced → committed →
//! receipt → followers (design §4). Imports `store`, `vault`, `index` (for
//! idempotency over sealed segments) and `plumbline_replay`; nobody's read model.

pub mod admit;
mod admitted;
pub mod anchor;
pub mod checkpoints;
mod clock_watch;
pub mod closing;
pub mod cloudevent;
mod create;
pub mod further;
mod group;
mod keys;
mod lane;
mod memory;
mod open;
mod queue;
mod rehearsal;
mod request;
pub mod restoration;
pub mod restoring;
pub mod rotation;
pub mod sequencer;
pub mod statement;
pub mod submission;
mod turned_away;
mod watch;

pub use crate::config::LogName;
pub use admitted::Admitted;
pub use create::create;
pub use open::{BATCH_EVENTS_MAX, Ledger, OpenError, Surroundings, open_log, read_config};
pub use queue::{Answers, Pending, QueueLimits};
pub use rehearsal::{Outcome, Rehearsal};
pub use watch::Watcher;

use plumbline_replay::integrity::chain::Digest;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// What the submitter gets once the entry is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: String,
    pub log: LogName,
    pub position: u64,
    /// BLAKE3 of the stored entry.
    pub hash: Digest,
    /// Entries in the log after the commit that holds it, or now for a duplicate.
    pub log_size: u64,
    pub revision: u64,
    /// The same submission had been recorded before; this is its first receipt.
    pub duplicate: bool,
}

/// The receipt as scripts read it (`plumbline.receipt/1`), names in order.
impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Receipt", 8)?;
        out.serialize_field("duplicate", &self.duplicate)?;
        out.serialize_field("hash", std::str::from_utf8(&self.hash.hex()).unwrap_or_default())?;
        out.serialize_field("id", &self.id)?;
        out.serialize_field("log", self.log.as_str())?;
        out.serialize_field("log_size", &self.log_size)?;
        out.serialize_field("position", &self.position)?;
        out.serialize_field("revision", &self.revision)?;
        out.serialize_field("schema", "plumbline.receipt/1")?;
        out.end()
    }
}

impl Receipt {
    /// The receipt in one line, without a line end.
    pub fn to_line(&self) -> String {
        // Texts and numbers are always written; there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The revision that a submitter expects a stream to be at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Expected {
    /// No expectation.
    #[default]
    Any,
    /// The stream has no events.
    NoStream,
    /// The stream has at least one event.
    Exists,
    /// The last event has this revision.
    Exact(u64),
}

/// Why a submission was not recorded, cut by what the submitter does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Mend the request; sending it again unchanged fails again.
    #[error("{0}")]
    Refused(Refusal),
    /// Nothing happened; send it again later.
    #[error(
        "队列已满,请在 {retry_after_ms} 毫秒后重发 / the queue is full; send it again in {retry_after_ms} ms"
    )]
    Busy { retry_after_ms: u64 },
    /// Nothing happened; an operator may have to help (disk full).
    #[error("未入账 / nothing was recorded: {reason}")]
    Unavailable { reason: String },
    /// The state of this write is unknown and the log takes no more until it is
    /// reopened.
    #[error(
        "日志已停,请重启程序,它会自行恢复 / the log has stopped: {reason}; restart the program, it recovers by itself"
    )]
    Stopped { reason: String },
}

/// A stable code with the place and the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}: {detail}", pointer.as_deref().map(|p| format!(" at {p}")).unwrap_or_default())]
pub struct Refusal {
    pub code: RefusalCode,
    /// JSON pointer into the submission.
    pub pointer: Option<String>,
    /// Which submission of the request, from 0.
    pub index: usize,
    /// For people, in Chinese and English.
    pub detail: String,
    /// The stream's last revision, with [`RefusalCode::RevisionConflict`].
    pub current_revision: Option<u64>,
}

/// Every reason for which a submission is refused. The text is a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    MalformedJson,
    TooLarge,
    MissingMember,
    WrongType,
    UnknownMember,
    LedgerMember,
    UnknownEventType,
    ReservedType,
    ReservedSource,
    ReservedStream,
    BadTime,
    BadIdentifier,
    StateSecret,
    RevisionConflict,
    EventIdReused,
    KeyDestroyed,
    VaultUnavailable,
    EmptyBatch,
    TooManyInBatch,
    MixedLogs,
}

impl RefusalCode {
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::MalformedJson => "malformed-json",
            RefusalCode::TooLarge => "too-large",
            RefusalCode::MissingMember => "missing-member",
            RefusalCode::WrongType => "wrong-type",
            RefusalCode::UnknownMember => "unknown-member",
            RefusalCode::LedgerMember => "ledger-member",
            RefusalCode::UnknownEventType => "unknown-event-type",
            RefusalCode::ReservedType => "reserved-type",
            RefusalCode::ReservedSource => "reserved-source",
            RefusalCode::ReservedStream => "reserved-stream",
            RefusalCode::BadTime => "bad-time",
            RefusalCode::BadIdentifier => "bad-identifier",
            RefusalCode::StateSecret => "state-secret",
            RefusalCode::RevisionConflict => "revision-conflict",
            RefusalCode::EventIdReused => "event-id-reused",
            RefusalCode::KeyDestroyed => "key-destroyed",
            RefusalCode::VaultUnavailable => "vault-unavailable",
            RefusalCode::EmptyBatch => "empty-batch",
            RefusalCode::TooManyInBatch => "too-many-in-batch",
            RefusalCode::MixedLogs => "mixed-logs",
        }
    }

    /// The request is well formed but disagrees with what is recorded.
    pub fn is_conflict(self) -> bool {
        matches!(
            self,
            RefusalCode::RevisionConflict | RefusalCode::EventIdReused | RefusalCode::KeyDestroyed
        )
    }
}

impl std::fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
