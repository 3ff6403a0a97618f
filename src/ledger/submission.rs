//! A submission: what someone says has happened. Believed by nobody yet.

use super::Expected;
use plumbline_replay::integrity::json::{Json, JsonError, parse};

/// One event as submitted: an entry without the members that the ledger sets. Its
/// texts may be those of the request it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The object with `id`, `stream`, `type`, `occurred_at`, `source`, `body`…
    pub json: Json<'a>,
    pub expected: Expected,
    /// The ledger's own statement: only it may record some types.
    pub(super) own: bool,
}

/// The same with texts of its own, which can be kept as long as one likes.
pub type Submission = Draft<'static>;

impl<'a> Draft<'a> {
    pub fn new(json: Json<'a>) -> Draft<'a> {
        Draft { json, expected: Expected::Any, own: false }
    }

    /// What the ledger itself states; made by [`super::statement`] alone.
    pub(super) fn of_ledger(json: Json<'a>) -> Draft<'a> {
        Draft { own: true, ..Draft::new(json) }
    }

    /// The same with what its submitter expects of the stream.
    pub fn expecting(self, expected: Expected) -> Draft<'a> {
        Draft { expected, ..self }
    }
}

impl Submission {
    /// Reads one JSON object from foreign bytes.
    pub fn read(bytes: &[u8]) -> Result<Submission, JsonError> {
        Ok(Submission::new(parse(bytes)?.into_owned()))
    }
}
