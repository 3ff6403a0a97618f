//! The ledger's own entry that tells of a further key: from its position on, heads
//! are signed with it too. So the key is bound to the log like everything else in
//! it, and a head without its line is not as the log says heads are.

use super::{Algorithm, FurtherKey};
use memchr::memmem;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};

/// The stream of a log's further keys. An entry elsewhere tells of none.
pub const STREAM: &str = "ledger/signature-keys";
/// The type in the open log.
pub const KIND_OPEN: &str = "ledger.signature_key.announced.v1";
/// The type in the sealed log.
pub const KIND_SEALED: &str = "ledger.sealed_signature_key.announced.v1";
/// What both types end with.
const MARK: &[u8] = b"signature_key.announced.v1";

/// A key that a log has told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub position: u64,
    /// The key, or why the entry names none.
    pub key: Result<FurtherKey, String>,
}

/// The body of the entry that tells of a key.
pub fn body(key: &FurtherKey) -> Json<'static> {
    Json::object([
        ("algorithm", Json::text(key.algorithm().as_str())),
        ("vkey", Json::text(key.vkey())),
    ])
}

/// The key that is due under a head over `size` entries: the last one told of below.
pub fn due(announced: &[Announcement], algorithm: Algorithm, size: u64) -> Option<&FurtherKey> {
    let before = announced.iter().rev().filter(|told| told.position < size);
    let mut keys = before.filter_map(|told| told.key.as_ref().ok());
    keys.find(|key| key.algorithm() == algorithm)
}

/// Finds such entries: nearly none is one, so most are passed over unread.
pub struct Finder(memmem::Finder<'static>);

impl Default for Finder {
    fn default() -> Finder {
        Finder(memmem::Finder::new(MARK))
    }
}

impl Finder {
    /// What an entry tells; `None` if it is of another type.
    pub fn read(&self, entry: &[u8]) -> Option<Announcement> {
        self.0.find(entry)?;
        let fields = scan(entry).ok()?;
        if ![KIND_OPEN, KIND_SEALED].contains(&fields.kind) || fields.stream != STREAM {
            return None;
        }
        let key = || {
            let body = parse(fields.body.unwrap_or(b"{}")).map_err(|error| error.to_string())?;
            let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
            let key = FurtherKey::parse(text("vkey")).map_err(|error| error.to_string())?;
            match Algorithm::parse(text("algorithm")) {
                Some(algorithm) if algorithm == key.algorithm() => Ok(key),
                _ => Err(format!("it names the algorithm {}", text("algorithm"))),
            }
        };
        Some(Announcement { position: fields.position, key: key() })
    }
}
