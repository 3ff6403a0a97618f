//! A submission: what someone says has happened. Believed by nobody yet.

use super::Expected;
use plumbline_replay::integrity::json::{Json, JsonError, parse};

/// One event as submitted: an entry without the members that the ledger sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The object with `id`, `stream`, `type`, `occurred_at`, `source`, `body`…
    pub json: Json<'static>,
    pub expected: Expected,
    /// The ledger's own statement: only it may record some types.
    pub(super) own: bool,
}

impl Submission {
    pub fn new(json: Json<'static>) -> Submission {
        Submission { json, expected: Expected::Any, own: false }
    }

    /// What the ledger itself states.
    pub(super) fn of_ledger(json: Json<'static>) -> Submission {
        Submission { own: true, ..Submission::new(json) }
    }

    /// The same with what its submitter expects of the stream.
    pub fn expecting(self, expected: Expected) -> Submission {
        Submission { expected, ..self }
    }

    /// Reads one JSON object from foreign bytes.
    pub fn read(bytes: &[u8]) -> Result<Submission, JsonError> {
        Ok(Submission::new(parse(bytes)?.into_owned()))
    }
}
