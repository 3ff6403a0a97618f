//! What a closing says: the index over the log's first entries, as an entry of the
//! log.

use crate::integrity::chain::Digest;
use crate::integrity::entry::Fields;
use crate::integrity::json::{Json, parse};

/// The stream of every log's closings. An entry elsewhere is none.
pub const STREAM: &str = "ledger/closings";
/// The type of a closing of the open log.
pub const KIND_OPEN: &str = "ledger.closing.recorded.v1";
/// The type of a closing of the sealed log.
pub const KIND_SEALED: &str = "ledger.sealed_closing.recorded.v1";

/// The index of a log's first `size` entries, as a closing states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Entries covered, from position 0 on.
    pub size: u64,
    /// Streams that they belong to: leaves of the index.
    pub streams: u64,
    pub root: Digest,
}

impl Closing {
    /// The statement of an entry; `None` if the entry is no closing.
    ///
    /// # Errors
    ///
    /// What is wrong with an entry that claims to be one.
    pub fn of(fields: &Fields<'_>) -> Option<Result<Closing, &'static str>> {
        let kind = [KIND_OPEN, KIND_SEALED].contains(&fields.kind);
        (kind && fields.stream == STREAM).then(|| read(fields))
    }

    /// The body of the entry that states it.
    pub fn body(&self) -> Json<'static> {
        Json::object([
            ("root", Json::text(self.root.to_string())),
            ("size", Json::Int(self.size as i64)),
            ("streams", Json::Int(self.streams as i64)),
        ])
    }
}

fn read(fields: &Fields<'_>) -> Result<Closing, &'static str> {
    let body = parse(fields.body.unwrap_or(b"{}")).map_err(|_| "its body is no JSON")?;
    let count = |name: &str| match body.get(name) {
        Some(Json::Int(number)) => u64::try_from(*number).ok(),
        _ => None,
    };
    let root = body.get("root").and_then(Json::as_str);
    let root = root.and_then(|text| Digest::from_hex(text.as_bytes()));
    let (Some(size), Some(streams), Some(root)) = (count("size"), count("streams"), root) else {
        return Err("it does not name size, streams and root");
    };
    if size > fields.position {
        return Err("it covers entries that come after it");
    }
    Ok(Closing { size, streams, root })
}
