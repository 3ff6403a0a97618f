//! What every replaying command is asked: a path, a moment, and options of its own.

use super::Failure;
use chrono::NaiveDate;
use lexopt::prelude::*;
use plumbline_replay::audit::Audit;
use plumbline_replay::evidence::{Evidence, EvidenceError};
use plumbline_replay::rules::Ask;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{self, Zone};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Legal days are those of the city (P03).
pub const ZONE: Zone = Zone::SHANGHAI;

/// Arguments in their order, and options by name. An option that a command does
/// not know is wrong usage: passed over, it would answer another question.
pub struct Asked {
    pub values: Vec<String>,
    options: BTreeMap<String, String>,
}

const OF_ALL: [&str; 5] = ["as-of", "known-at", "threads", "key", "key-changes"];

impl Asked {
    /// Reads the command line. `known` are the command's own options, all of which
    /// take a value.
    pub fn read(parser: &mut lexopt::Parser, known: &[&str]) -> Result<Asked, Failure> {
        let mut asked = Asked { values: Vec::new(), options: BTreeMap::new() };
        while let Some(argument) = parser.next()? {
            match argument {
                Value(value) => asked.values.push(value.string()?),
                Short('o') if known.contains(&"output") => {
                    let value = parser.value()?.string()?;
                    asked.options.insert("output".to_owned(), value);
                }
                Long(name) if known.contains(&name) || OF_ALL.contains(&name) => {
                    let name = name.to_owned();
                    let value = parser.value()?.string()?;
                    asked.options.insert(name, value);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(asked)
    }

    /// The argument at a place, or what is missing.
    pub fn value(&self, at: usize, what: &str) -> Result<&str, Failure> {
        let missing = || Failure::new(2, format!("缺少 {what} / {what} is missing"));
        self.values.get(at).map(String::as_str).ok_or_else(missing)
    }

    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    pub fn date(&self, name: &str) -> Result<Option<NaiveDate>, Failure> {
        let Some(text) = self.option(name) else { return Ok(None) };
        let bad = || Failure::new(2, format!("--{name} {text}: 写作 2026-03-05 / write a date"));
        civil::parse_date(text).map(Some).ok_or_else(bad)
    }

    fn instant(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.option(name) else { return Ok(None) };
        let bad = || {
            let hint = "写作 2026-03-05 或 RFC 3339 / write a date or RFC 3339";
            Failure::new(2, format!("--{name} {text}: {hint}"))
        };
        ZONE.instant(text).map(Some).ok_or_else(bad)
    }

    pub fn threads(&self) -> Result<usize, Failure> {
        let own = std::thread::available_parallelism().map_or(1, usize::from);
        let bad = |text| Failure::new(2, format!("--threads {text}"));
        self.option("threads").map_or(Ok(own), |text| text.parse().map_err(|_| bad(text)))
    }

    /// Both times, where they are given.
    pub fn limits(&self) -> Result<(Option<i64>, Option<i64>), Failure> {
        Ok((self.instant("as-of")?, self.instant("known-at")?))
    }

    /// The moment asked about: a case may be asked of without any.
    pub fn moment(&self, evidence: &Evidence) -> Result<Moment, Failure> {
        let (as_of, known_at) = self.limits()?;
        Ok(evidence.moment(as_of, known_at))
    }

    /// Verifies and reads what lies under a path.
    pub fn evidence(&self, path: &str) -> Result<Evidence, Failure> {
        let evidence = Evidence::of(&Audit {
            path: PathBuf::from(path),
            keys: self.option("key").map(str::to_owned).into_iter().collect(),
            key_changes: self.option("key-changes").map(PathBuf::from).into_iter().collect(),
            threads: self.threads()?,
            ..Audit::default()
        })?;
        if !evidence.verified && evidence.bundle.is_some() {
            eprintln!(
                "plumb-replay: 公钥未与别处得到的核对(--key),只核验了自身一致 / the key was compared with \
                 none from elsewhere (--key): consistent in itself only"
            );
        } else if !evidence.verified {
            // Told on stderr: the answer itself is the same either way.
            eprintln!(
                "plumb-replay: 无检查点可比对,只核验了自身一致 / no checkpoint to hold it against: \
                 consistent in itself only"
            );
        }
        Ok(evidence)
    }

    /// What judging and reporting are asked.
    pub fn ask(&self, evidence: &Evidence) -> Result<Ask, Failure> {
        Ok(Ask {
            moment: self.moment(evidence)?,
            zone: ZONE,
            sealed_given: evidence.sealed_size.is_some(),
            threads: self.threads()?,
        })
    }
}

impl From<EvidenceError> for Failure {
    fn from(error: EvidenceError) -> Failure {
        let exit = error.exit_code();
        match error {
            EvidenceError::Broken(report) => Failure::new(exit, report.words()),
            EvidenceError::BrokenBundle(report) => Failure::new(exit, report.words()),
            error => Failure::new(exit, error.to_string()),
        }
    }
}
