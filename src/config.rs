//! Where things lie in a ledger's folder, and what its configuration says.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The two logs of a ledger. Each is complete: own origin, key and sequencer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogName {
    /// Every act; non-public members sealed.
    Open,
    /// Complaints, informants, discipline cases: their existence is confidential.
    Sealed,
}

impl LogName {
    pub const ALL: [LogName; 2] = [LogName::Open, LogName::Sealed];

    pub fn as_str(self) -> &'static str {
        match self {
            LogName::Open => "open",
            LogName::Sealed => "sealed",
        }
    }

    pub fn parse(text: &str) -> Option<LogName> {
        LogName::ALL.into_iter().find(|log| log.as_str() == text)
    }
}

impl std::fmt::Display for LogName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The folder of one ledger.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    pub fn new(root: &Path) -> Layout {
        Layout { root: root.to_owned() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Written last when a ledger is created: where it is, a ledger is.
    pub fn config(&self) -> PathBuf {
        self.root.join("plumbline.toml")
    }

    pub fn log(&self, log: LogName) -> PathBuf {
        self.root.join("logs").join(log.as_str())
    }

    /// The private key that signs a log's checkpoints.
    pub fn signing_key(&self, log: LogName) -> PathBuf {
        self.root.join("keys").join(format!("{log}.key"))
    }

    /// The private key of a further algorithm with which a log's heads are signed.
    pub fn further_key(&self, log: LogName, algorithm: &str) -> PathBuf {
        self.root.join("keys").join(format!("{log}.{algorithm}.key"))
    }

    /// The key that takes over at the next rotation, until it has.
    pub fn next_key(&self, log: LogName) -> PathBuf {
        self.root.join("keys").join(format!("{log}.key.next"))
    }

    /// The key that was in force before, until it is destroyed.
    pub fn retired_key(&self, log: LogName) -> PathBuf {
        self.root.join("keys").join(format!("{log}.key.retired"))
    }

    /// Digests of the submitting systems' API keys.
    pub fn api_keys(&self) -> PathBuf {
        self.root.join("keys").join("writers.toml")
    }

    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// The last signed head, kept outside the log's own folder.
    pub fn head(&self, log: LogName) -> PathBuf {
        self.root.join("heads").join(format!("{log}.checkpoint"))
    }

    /// The last signed root of the SM3 tree, outside the log's folder and beside the
    /// segments.
    pub fn sm3_heads(&self, log: LogName) -> [PathBuf; 2] {
        let outside = self.root.join("heads").join(format!("{log}.sm3"));
        [outside, self.log(log).join("checkpoint.sm3")]
    }

    /// What the next root of the SM3 tree is grown from: it regrows.
    pub fn sm3_frontier(&self, log: LogName) -> PathBuf {
        self.root.join("derived").join(log.as_str()).join("sm3")
    }

    /// The published head with its witnesses' lines. They vouch for it elsewhere, so it
    /// does not regrow.
    pub fn cosigned(&self, log: LogName) -> PathBuf {
        self.root.join("heads").join(format!("{log}.cosigned"))
    }

    /// Heads of what a restoration gave up, each under its size: evidence for ever.
    pub fn given_up(&self, log: LogName, size: u64) -> PathBuf {
        self.root.join("heads").join("given-up").join(format!("{log}-{size}"))
    }

    /// A restoration that has begun and not ended: while it is there nobody writes and
    /// nobody signs.
    pub fn restoration(&self) -> PathBuf {
        self.root.join("heads").join("restoration.json")
    }

    /// Where a log's lookup files are: like all of `derived`, they regrow.
    pub fn lookup(&self, log: LogName) -> PathBuf {
        self.root.join("derived").join(log.as_str()).join("lookup")
    }

    /// Where a log's read models are; they regrow too.
    pub fn models(&self, log: LogName) -> PathBuf {
        self.root.join("derived").join(log.as_str()).join("models")
    }

    /// Where is kept what reports need of the judged ledger: it regrows.
    pub fn judged(&self) -> PathBuf {
        self.root.join("derived").join("judged")
    }

    /// Where the nodes of a log's tree are, for proofs and tiles: they regrow as well.
    pub fn tree(&self, log: LogName) -> PathBuf {
        self.root.join("derived").join(log.as_str()).join("tree")
    }

    /// Where the indexes of a log's last closings are: they regrow.
    pub fn streams(&self, log: LogName) -> PathBuf {
        self.root.join("derived").join(log.as_str()).join("streams")
    }

    /// The last signed head beside the segments, for whoever reads the log.
    pub fn checkpoint(&self, log: LogName) -> PathBuf {
        self.log(log).join("checkpoint")
    }
}

/// `plumbline.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub schema: String,
    /// Base of the logs' origins: a URL without scheme.
    pub origin: String,
    /// The base under which the logs were created, where a restoration has changed it
    /// since: segment files are marked with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded_as: Option<String>,
    pub time_zone: String,
    /// Bytes after which a log starts a new segment file; 64 MiB if it is not
    /// said. May be changed between openings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_bytes: Option<u64>,
    /// Algorithms with which heads are signed beside Ed25519: `sm2`, which brings the
    /// SM3 tree, and `ml-dsa-44`. `plumb keys also` makes their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
    /// How many witnesses make a checkpoint of the open log count as witnessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyAt>,
    /// Who is asked to cosign the open log's checkpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witness: Vec<WitnessAt>,
    /// Who may open which classes of sealed members, until the sealed log tells of any
    /// role: these are written into it then, and count for nothing afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role: Vec<Role>,
}

/// `[[role]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub name: String,
    /// Words of the classes (`x-sensitivity` of the schemas).
    pub classes: Vec<String>,
    /// Officers' ids, and names of API keys.
    pub members: Vec<String>,
}

/// `[policy]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyAt {
    /// Of the witnesses named, so many at least; nothing newer is published before.
    pub quorum: usize,
    /// How many seconds a command waits for its witnesses, 5 if it is not said; 0 asks
    /// none. `plumb serve` asks them all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

/// `[[witness]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessAt {
    /// Its submission prefix (c2sp.org/tlog-witness), over plain HTTP.
    pub url: String,
    pub vkey: String,
}

impl Config {
    pub const SCHEMA: &'static str = "plumbline.ledger/1";

    pub fn new(origin: String, time_zone: String) -> Config {
        let schema = Config::SCHEMA.to_owned();
        let (founded_as, segment_bytes, signatures) = Default::default();
        let (policy, witness, role) = Default::default();
        Config {
            schema,
            origin,
            founded_as,
            time_zone,
            segment_bytes,
            signatures,
            policy,
            witness,
            role,
        }
    }

    /// The origin of one log, which is also its key's name.
    pub fn origin_of(&self, log: LogName) -> String {
        format!("{}/{log}", self.origin)
    }

    /// The origin that a log's entry 0 names.
    pub fn founding_origin_of(&self, log: LogName) -> String {
        format!("{}/{log}", self.founded_as.as_ref().unwrap_or(&self.origin))
    }

    /// Keys the hashes in a log's lookup files. Every process derives the same
    /// one, so that they share the files; entries are compared in full, so whoever
    /// knows it can make a question slow and not its answer wrong.
    pub fn lookup_key(&self, log: LogName) -> [u8; 16] {
        let key = blake3::derive_key("plumbline lookup files v1", self.origin_of(log).as_bytes());
        let mut out = [0; 16];
        out.copy_from_slice(&key[..16]);
        out
    }
}
