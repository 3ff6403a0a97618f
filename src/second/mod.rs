//! A log's head, hashed and signed a second time (FORMAT.md §16): a tree of SM3
//! over the same entries, and signature lines of SM2 and ML-DSA-44 beside the
//! Ed25519 line.
//!
//! An algorithm is one file and one line of [`Algorithm`]. Nothing here is in an
//! entry, and nothing here is needed to read or verify a log without it. Does not
//! know what entries say, but for the ledger's own announcement of a key, and not
//! when a head is to be signed.

pub mod announcement;
pub mod check;
mod gather;
pub mod head;
mod keys;
pub mod ml_dsa;
pub mod proof;
pub mod sm2;
pub mod sm3;

pub use keys::{FurtherKey, Signer};

use plumbline_replay::integrity::note::Kind;

/// How a log's head may be signed beside Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// SM2 with SM3 (GB/T 32918.2-2016), over the note's text; its key also signs the
    /// root of the SM3 tree.
    Sm2,
    /// ML-DSA-44 (FIPS 204), as a cosignature of the tree (c2sp.org/tlog-cosignature).
    MlDsa44,
}

impl Algorithm {
    pub const ALL: [Algorithm; 2] = [Algorithm::Sm2, Algorithm::MlDsa44];

    /// As `plumbline.toml` and the ledger's own entries name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Sm2 => "sm2",
            Algorithm::MlDsa44 => "ml-dsa-44",
        }
    }

    pub fn parse(text: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    fn kind(self) -> Kind {
        match self {
            Algorithm::Sm2 => Kind::Sm2,
            Algorithm::MlDsa44 => Kind::MlDsa44,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
