//! What a bundle says of itself: of which log, cases and moments it is, and who
//! prepared it why. Verification holds each against the entries and the proofs.

use crate::document::{self, document};

/// `about.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub schema: String,
    /// `masked` holds no confidential value; `full` opens them.
    pub level: String,
    pub cases: Vec<CaseSize>,
    /// The log's origin, and its public key as entry 0 names it.
    pub origin: String,
    pub vkey: String,
    /// Entries under the checkpoint, and BLAKE3 of the last.
    pub log_size: u64,
    pub head: String,
    /// The moments judged for, RFC 3339.
    pub as_of: String,
    pub known_at: String,
    /// Legal time, minutes east of UTC.
    pub time_zone_minutes: i32,
    /// BLAKE3 of the rule set (`rules/register`).
    pub rule_set: String,
    /// Names the words that the bundle was made with ([`super::words`]): a program with
    /// others tells the same facts otherwise.
    pub words: String,
    pub master_data: String,
    pub calendar: String,
    /// Names what the rules find in the bundle's entries alone: BLAKE3 of those
    /// findings without their words, one a line.
    pub judged_alone: String,
    pub prepared: Prepared,
}

document!(About {
    schema,
    level,
    cases,
    origin,
    vkey,
    log_size,
    head,
    as_of,
    known_at,
    time_zone_minutes,
    rule_set,
    words,
    master_data,
    calendar,
    judged_alone,
    prepared
});

/// A case, and how many entries the bundle says it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSize {
    pub stream: String,
    pub entries: u64,
    /// BLAKE3 of its last entry.
    pub last: String,
}

document!(CaseSize { stream, entries, last });

/// Who prepared a bundle, why and where, as whoever made it says. Nothing proves
/// these; an empty text stands for what is written in by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// 案由
    pub matter: String,
    pub purpose: String,
    pub time: String,
    pub place: String,
    /// 提取人, two at least (监察法实施条例).
    pub investigators: Vec<String>,
    /// 持有人/提供人
    pub holder: String,
    /// 见证人
    pub witness: String,
    /// Who approved that confidential values are opened; empty where none is.
    pub approved_by: Vec<String>,
}

document!(Prepared { matter, purpose, time, place, investigators, holder, witness, approved_by });

impl About {
    pub const SCHEMA: &'static str = "plumbline.bundle/1";
    pub const MASKED: &'static str = "masked";
    pub const FULL: &'static str = "full";

    /// The file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What is missing, unknown or of another version.
    pub fn read(bytes: &[u8]) -> Result<About, String> {
        let about: About = document::read(bytes).map_err(|error| error.to_string())?;
        if about.schema != About::SCHEMA {
            return Err(format!("{}: not {}", about.schema, About::SCHEMA));
        }
        Ok(about)
    }
}
