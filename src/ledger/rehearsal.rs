//! Admission without recording: what would become of submissions if they were
//! sent now. Reads beside a writer or without one, and leaves no trace: keys that
//! sealing would need are made in memory and forgotten.

use super::admit::admit;
use super::submission::Draft;
use super::{LogName, OpenError, Refusal, RefusalCode, Surroundings, open_log, read_config};
use crate::config::Layout;
use crate::index::Lookup;
use crate::store::{Store, StoreError};
use crate::vault::Vault;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::strip;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// What would become of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub id: String,
    pub log: LogName,
    pub stream: String,
    /// It is recorded already, or stands earlier in this rehearsal.
    pub duplicate: bool,
}

/// A ledger that is asked and not written to.
pub struct Rehearsal {
    vault: Vault,
    logs: Vec<(LogName, Lookup)>,
    /// What this rehearsal would have recorded, by system and id.
    seen: HashMap<(String, String), Digest>,
}

impl Rehearsal {
    pub fn open(root: &Path, given: Surroundings) -> Result<Rehearsal, OpenError> {
        let layout = Layout::new(root);
        let config = read_config(&layout)?;
        let vault = Vault::open(&layout.vault(), given.randomness)?;
        let mut logs = Vec::new();
        for log in LogName::ALL {
            let store = Arc::new(open_log(&layout, &config, log)?);
            let lookup = Lookup::new(&layout.lookup(log), store.clone(), config.lookup_key(log));
            let size = store.size().and_then(|size| lookup.follow(size));
            size.map_err(|error| OpenError::Store { log, error })?;
            logs.push((log, lookup));
        }
        Ok(Rehearsal { vault, logs, seen: HashMap::new() })
    }

    /// What would become of one submission.
    ///
    /// # Errors
    ///
    /// The refusal that it would get; or, outside, that the log cannot be read.
    pub fn ask(&mut self, submission: Draft<'_>) -> Result<Result<Outcome, Refusal>, StoreError> {
        let event = match admit(submission, &self.vault, None) {
            Ok(event) => event,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (log, canonical) = (event.log(), event.canonical());
        let digest = entry_hash(canonical);
        let key = (event.system.clone(), event.id.clone());
        let before = match self.seen.get(&key) {
            Some(digest) => Some(*digest),
            None => self.recorded(log, &key)?,
        };
        let outcome = |duplicate| Outcome {
            id: event.id.clone(),
            log,
            stream: event.stream.clone(),
            duplicate,
        };
        match before {
            Some(known) if known == digest => Ok(Ok(outcome(true))),
            Some(known) => Ok(Err(Refusal {
                code: RefusalCode::EventIdReused,
                pointer: Some("/id".to_owned()),
                index: 0,
                detail: format!(
                    "编号 {} 已用于别的内容 / the id is taken by other content (submitted BLAKE3 \
                     {digest}, known {known})",
                    event.id
                ),
                current_revision: None,
            })),
            None => {
                let told = outcome(false);
                self.seen.insert(key, digest);
                Ok(Ok(told))
            }
        }
    }

    /// The digest of what is recorded under an id.
    fn recorded(
        &self,
        log: LogName,
        (system, id): &(String, String),
    ) -> Result<Option<Digest>, StoreError> {
        let Some((_, lookup)) = self.logs.iter().find(|(name, _)| *name == log) else {
            return Ok(None);
        };
        let Some(position) = lookup.find_id(system, id)? else { return Ok(None) };
        let entry = lookup.entry(position)?;
        let stripped = entry.and_then(|entry| strip(&entry).ok());
        Ok(stripped.map(|stored| entry_hash(&stored)))
    }
}
