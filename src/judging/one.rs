//! One case judged through the lookups: its own entries are read, master data, and
//! what people have determined of its findings; no other case's entries.
//!
//! "Now" is the last entry's time, as for whole logs, and that entry is read for it.
//! What this module does not know: commands and addresses.

use crate::index::{Field, Query};
use crate::master::{self, MasterError};
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::event::Event;
use plumbline_replay::rules::alone::{Alone, DETERMINATION, Stream, across};
use plumbline_replay::rules::{Ask, JudgeError, Judgement};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Why a case could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum OneError {
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(transparent)]
    Master(#[from] MasterError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

/// The logs of a ledger as they are asked about.
#[derive(Clone, Copy)]
pub struct Logs<'r> {
    pub open: &'r Reader,
    /// `None` leaves it unread; what only it would show is then indeterminate.
    pub sealed: Option<&'r Reader>,
}

/// What came of one case.
pub struct OneCase {
    pub stream: String,
    pub judgement: Judgement,
    pub moment: Moment,
    pub log_size: u64,
    pub sealed_size: Option<u64>,
}

/// Positions and the entries there.
pub type Found = Vec<(u64, Vec<u8>)>;

impl Logs<'_> {
    fn each(&self) -> impl Iterator<Item = &Reader> {
        [Some(self.open), self.sealed].into_iter().flatten()
    }

    /// Entries of the open log, then of the sealed one, as a judging of everything
    /// takes them.
    fn find(&self, query: &Query) -> Result<Found, StoreError> {
        let mut found = Found::new();
        for reader in self.each() {
            found.extend(reader.find(query, 0, reader.size(), usize::MAX)?);
        }
        Ok(found)
    }

    /// The entries of one stream.
    pub fn stream(&self, name: &str) -> Result<Found, StoreError> {
        self.find(&Query::new().with(Field::Stream, name))
    }

    /// When the last entry was recorded: the latest moment that can be answered for.
    fn last_recorded(&self) -> Result<Micros, StoreError> {
        let Some(last) = self.open.size().checked_sub(1) else { return Ok(0) };
        let entry = self.open.entry(last)?;
        Ok(entry
            .and_then(|entry| Event::read(&entry).ok().map(|event| event.recorded))
            .unwrap_or(0))
    }

    /// What people have determined of some findings: the streams where they said so,
    /// whole, since a determination can be voided.
    fn determinations(&self, of: &Judgement) -> Result<BTreeMap<String, Found>, StoreError> {
        let mut told = BTreeMap::new();
        if of.findings.is_empty() {
            return Ok(told);
        }
        let ids: Vec<String> = of.findings.iter().map(|finding| finding.id()).collect();
        for (_, entry) in self.find(&Query::new().with(Field::Kind, DETERMINATION))? {
            let Ok(event) = Event::read(&entry) else { continue };
            let about = event.body.text("finding_id");
            if !told.contains_key(event.stream.as_ref())
                && about.is_some_and(|about| ids.iter().any(|id| *id == about))
            {
                told.insert(event.stream.to_string(), self.stream(&event.stream)?);
            }
        }
        Ok(told)
    }

    /// Judges a case at a moment, by default the last entry's. `None` if no entry is
    /// of this stream.
    pub fn judge(
        &self,
        stream: &str,
        as_of: Option<Micros>,
        known_at: Option<Micros>,
        zone: Zone,
    ) -> Result<Option<OneCase>, OneError> {
        let entries = self.stream(stream)?;
        if entries.is_empty() {
            return Ok(None);
        }
        let last = self.last_recorded()?;
        let moment = Moment { as_of: as_of.unwrap_or(last), known_at: known_at.unwrap_or(last) };
        let ask = Ask { moment, zone, sealed_given: self.sealed.is_some(), threads: 1 };
        let master = master::grow(self.open, moment.known_at, |_| true)?;
        let alone = Alone::new(master, ask);
        let slices = slices(&entries);
        let mut judgement = alone.judge(Stream { name: stream, entries: &slices })?;
        let told = self.determinations(&judgement)?;
        for (name, entries) in &told {
            let slices = self::slices(entries);
            alone.determine(&mut judgement, &[Stream { name, entries: &slices }])?;
        }
        Ok(Some(OneCase {
            stream: stream.to_owned(),
            judgement,
            moment,
            log_size: self.open.size(),
            sealed_size: self.sealed.map(Reader::size),
        }))
    }
}

fn slices(entries: &Found) -> Vec<&[u8]> {
    entries.iter().map(|(_, entry)| entry.as_slice()).collect()
}

impl OneCase {
    /// Ids of the rules that look across cases, which were not asked.
    pub fn not_asked(&self) -> Vec<&'static str> {
        across().map(|rule| rule.id).collect()
    }

    /// What was judged, beside the findings.
    pub fn to_json(&self, zone: Zone) -> Value {
        json!({
            "schema": "plumbline.case.findings/1",
            "stream": self.stream,
            "moment": {
                "as_of": zone.rfc3339(self.moment.as_of),
                "known_at": zone.rfc3339(self.moment.known_at),
            },
            "log_size": self.log_size,
            "sealed_size": self.sealed_size,
            "entries": self.judgement.entries,
            "compliant": self.judgement.compliant.values().sum::<u64>(),
            "not_asked": self.not_asked(),
        })
    }
}
