//! The ledger's own entries that tell of a further key: from the position of the one on,
//! heads are signed with it too, until another withdraws it. So the key is bound to the
//! log like everything else in it, and a head without its line is not as the log says
//! heads are.

use super::{Algorithm, FurtherKey};
use memchr::memmem;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};

/// The stream of a log's further keys. An entry elsewhere tells of none.
pub const STREAM: &str = "ledger/signature-keys";
/// What all these types hold, and hardly another text.
const MARK: &[u8] = b"signature_key.";

/// What an entry says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// From here on heads carry its line.
    Announced,
    /// From here on they need not.
    Withdrawn,
}

impl Act {
    const ALL: [Act; 2] = [Act::Announced, Act::Withdrawn];

    /// The types of such an entry, in the open log and in the sealed one.
    pub fn kinds(self) -> [&'static str; 2] {
        match self {
            Act::Announced => {
                ["ledger.signature_key.announced.v1", "ledger.sealed_signature_key.announced.v1"]
            }
            Act::Withdrawn => {
                ["ledger.signature_key.withdrawn.v1", "ledger.sealed_signature_key.withdrawn.v1"]
            }
        }
    }
}

/// A key that a log has told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub position: u64,
    pub act: Act,
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

/// The key that is due under a head of an origin over `size` entries: the last one told
/// of below, unless it was withdrawn. Keys of another origin are of a time before or
/// after a restoration.
pub fn due<'a>(
    announced: &'a [Announcement],
    algorithm: Algorithm,
    origin: &str,
    size: u64,
) -> Option<&'a FurtherKey> {
    last(announced, algorithm, origin, size)
        .filter(|told| told.act == Act::Announced)
        .and_then(|told| told.key.as_ref().ok())
}

/// What was last told of a key of an origin below `size` entries.
pub fn last<'a>(
    announced: &'a [Announcement],
    algorithm: Algorithm,
    origin: &str,
    size: u64,
) -> Option<&'a Announcement> {
    let mut before = announced.iter().filter(|told| told.position < size);
    let of = |told: &&Announcement| {
        told.key.as_ref().is_ok_and(|key| key.algorithm() == algorithm && key.name() == origin)
    };
    before.rfind(of)
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
        let act = Act::ALL.into_iter().find(|act| act.kinds().contains(&fields.kind))?;
        if fields.stream != STREAM {
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
        Some(Announcement { position: fields.position, act, key: key() })
    }
}
