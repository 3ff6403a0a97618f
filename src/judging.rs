//! Whole logs read for judging and reporting: the open one, and the sealed one
//! where the asker may see it.
//!
//! Rules and reports are pure and know no files; this is where they get entries.
//! It holds what it has read in memory and writes nothing.

pub mod one;

use crate::config::{Config, Layout};
use crate::ledger::{LogName, OpenError, open_log};
use crate::store::{Block, Store, StoreError};
use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::rules::Ask;
use plumbline_replay::state::Moment;
use plumbline_replay::state::replay::Entries;
use plumbline_replay::time::civil::{Micros, Zone};

const READ_BYTES: usize = 8 << 20;

/// A stored run of entries, as replay takes it.
pub struct Stored {
    block: Block,
    /// Entries from this position on do not count.
    before: u64,
}

impl Entries for Stored {
    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let counted = self.block.entries().filter(|(position, _, _)| *position < self.before);
        counted.map(|(_, _, entry)| entry)
    }
}

/// How much of the two logs is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Entries of the open log; those after it do not count.
    pub open: u64,
    /// Entries of the sealed log; `None` leaves it unread.
    pub sealed: Option<u64>,
}

impl Extent {
    /// All there is.
    pub const WHOLE: Extent = Extent { open: u64::MAX, sealed: Some(u64::MAX) };
    /// The open log alone.
    pub const OPEN: Extent = Extent { open: u64::MAX, sealed: None };
}

/// What was read of a ledger.
pub struct Loaded {
    /// The open log's blocks, then the sealed log's.
    pub blocks: Vec<Stored>,
    /// Entries of the open log that count.
    pub size: u64,
    /// Of the sealed log, if it was asked for.
    pub sealed_size: Option<u64>,
    /// BLAKE3 of its last entry: what an answer is about.
    pub head: Digest,
    /// When the last entry was recorded: the latest moment that the ledger can
    /// answer for.
    pub last_recorded: Micros,
    /// Why the open log could not be read to its end, if so.
    pub damage: Option<String>,
}

impl Loaded {
    /// Reads the logs as far as asked, or as far as they go.
    pub fn read(layout: &Layout, config: &Config, extent: Extent) -> Result<Loaded, OpenError> {
        let mut loaded = Loaded {
            blocks: Vec::new(),
            size: 0,
            sealed_size: None,
            head: Digest::ZERO,
            last_recorded: 0,
            damage: None,
        };
        loaded.size = loaded.take(layout, config, LogName::Open, extent.open)?;
        if let Some(entry) = loaded.blocks.iter().flat_map(Entries::entries).last() {
            loaded.head = entry_hash(entry);
            loaded.last_recorded = Event::read(entry).map_or(0, |event| event.recorded);
        }
        if let Some(before) = extent.sealed {
            loaded.sealed_size = Some(loaded.take(layout, config, LogName::Sealed, before)?);
        }
        Ok(loaded)
    }

    fn take(
        &mut self,
        layout: &Layout,
        config: &Config,
        log: LogName,
        before: u64,
    ) -> Result<u64, OpenError> {
        let store = open_log(layout, config, log)?;
        let mut next = 0;
        while next < before {
            let blocks = match store.read(next, READ_BYTES) {
                Ok(blocks) => blocks,
                Err(StoreError::Damaged { .. }) => {
                    self.damage = store.damage().map(|damage| damage.to_string());
                    break;
                }
                Err(error) => return Err(OpenError::Store { log, error }),
            };
            let Some(last) = blocks.last() else { break };
            next = last.first_position + u64::from(last.count);
            self.blocks.extend(blocks.into_iter().map(|block| Stored { block, before }));
        }
        Ok(next.min(before))
    }

    /// The moment asked about, never later than the ledger's last entry: what is
    /// not recorded yet is not missing yet.
    pub fn moment(&self, as_of: Option<Micros>, known_at: Option<Micros>) -> Moment {
        Moment {
            as_of: as_of.unwrap_or(self.last_recorded),
            known_at: known_at.unwrap_or(self.last_recorded),
        }
    }

    /// What is asked of the rules: at a moment, of the logs that were read.
    pub fn ask(&self, moment: Moment, zone: Zone, threads: usize) -> Ask {
        Ask { moment, zone, sealed_given: self.sealed_size.is_some(), threads }
    }
}

/// The ledger's legal time.
pub fn zone(config: &Config) -> Zone {
    Zone::parse(&config.time_zone).unwrap_or(Zone::SHANGHAI)
}
