//! What a ledger says of itself: events under its own name, of types that nobody else
//! may submit (`EventType::own`). By anyone else they would be claims in the ledger's
//! name, which every verifier holds the ledger to.

use super::submission::Submission;
use super::{AppendError, Ledger, Receipt, queue};
use crate::clock::{Micros, TimeText};
use plumbline_replay::integrity::json::Json;

/// The source system of the ledger's own statements; no submitter may use the name, since
/// an id taken under it would keep the ledger from recording its own.
pub const SYSTEM: &str = "plumbline";

/// What the streams of its statements begin with; the last entry of one says whether a
/// day is closed or anchored, so no submitter's may stand there.
pub const STREAMS: &str = "ledger/";

/// One statement, before it has a moment.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// Once for ever: the same id is never recorded twice.
    pub id: String,
    pub stream: &'a str,
    /// The event type.
    pub kind: &'a str,
    pub body: Json<'static>,
}

impl Statement<'_> {
    /// The event that makes it, as of a moment.
    pub(super) fn at(self, now: Micros) -> Submission {
        let text = |value: &str| Json::text(value.to_owned());
        Submission::of_ledger(Json::object([
            ("id", Json::text(self.id)),
            ("stream", text(self.stream)),
            ("type", text(self.kind)),
            ("occurred_at", text(TimeText::default().format(now))),
            ("source", Json::object([("system", text(SYSTEM))])),
            ("body", self.body),
        ]))
    }
}

/// Records a statement and waits until it is durable. `now` is the moment that it
/// tells of.
///
/// # Errors
///
/// [`AppendError`], `EventIdReused` among them where another statement has the id.
pub fn state(
    ledger: &Ledger,
    statement: Statement<'_>,
    now: Micros,
) -> Result<Receipt, AppendError> {
    ledger.append(vec![statement.at(now)]).pop().unwrap_or_else(|| Err(lost()))
}

/// Records statements of one log together or not at all.
///
/// # Errors
///
/// [`AppendError`]; then none of them is recorded.
pub fn state_all(
    ledger: &Ledger,
    statements: Vec<Statement<'_>>,
    now: Micros,
) -> Result<Vec<Receipt>, AppendError> {
    let batch = statements.into_iter().map(|statement| statement.at(now)).collect();
    ledger.submit_atomic(batch)?.wait().into_iter().collect()
}

fn lost() -> AppendError {
    queue::stopped("an event was neither recorded nor refused")
}
