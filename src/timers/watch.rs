//! Looks at one ledger again and again, at what may have come due since the last
//! look and at nothing else: streams with new entries, and streams of which what was
//! said is no longer good.
//!
//! What it remembers follows from the log: a watch that begins anew looks at
//! everything once. What this module does not know: threads and clocks.

use super::{TimerError, in_order};
use crate::config::{Config, Layout};
use crate::judging::one::Logs;
use crate::judging::{Extent, Loaded, zone};
use crate::reader::Reader;
use crate::store::{Store, StoreError};
use plumbline_replay::event::Event;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::Master;
use plumbline_replay::rules::alone::{Alone, Stream};
use plumbline_replay::rules::{Ask, Docket};
use plumbline_replay::state::{Moment, repairs_record};
use plumbline_replay::time::civil::Micros;
use plumbline_replay::timers::{self, DueEvent};
use std::collections::{BTreeMap, BTreeSet};

const READ_BYTES: usize = 4 << 20;

/// What is remembered between two looks.
pub struct Watch {
    /// Entries of the open and of the sealed log that have been looked at.
    seen: [u64; 2],
    /// Streams of which another thing may be said from a moment on.
    next: BTreeMap<Box<str>, Micros>,
    /// Streams that tell of master data: all cases rest on them.
    masters: BTreeSet<Box<str>>,
    alone: Alone,
    /// From when on the calendar may count days in another way.
    calendar_until: Micros,
    /// When the last entry was recorded.
    last_recorded: Micros,
}

/// What one look found.
pub struct Look {
    /// Due and not recorded yet, in order of when it became due and then of stream.
    pub due: Vec<DueEvent>,
    /// Streams whose entries were read.
    pub streams: usize,
}

impl Watch {
    /// Looks at everything.
    pub fn begin(
        layout: &Layout,
        config: &Config,
        until: Micros,
    ) -> Result<(Watch, Look), TimerError> {
        let loaded = Loaded::read(layout, config, Extent::WHOLE)?;
        if let Some(damage) = loaded.damage {
            return Err(TimerError::Damaged(damage));
        }
        let known_at = until.max(loaded.last_recorded);
        let moment = Moment { as_of: until, known_at };
        let ask = Ask { moment, zone: zone(config), sealed_given: true, threads: 1 };
        let docket = Docket::open(&loaded.blocks, ask)?;
        let bench = docket.bench();
        type Part = (Vec<DueEvent>, Vec<(Box<str>, Micros)>, usize);
        let parts = docket.each(&bench, |case, (due, next, streams): &mut Part| {
            due.extend(timers::due(case));
            *streams += 1;
            let until = case.bench.good_until();
            if until < Micros::MAX {
                next.push((case.file.stream.into(), until));
            }
        })?;
        let mut look = Look { due: Vec::new(), streams: 0 };
        let mut next = BTreeMap::new();
        for (due, until, streams) in parts {
            look.due.extend(due);
            next.extend(until);
            look.streams += streams;
        }
        in_order(&mut look.due);
        let masters = docket.master_streams().map(Box::from).collect();
        let alone = docket.into_alone();
        let watch = Watch {
            seen: [loaded.size, loaded.sealed_size.unwrap_or(0)],
            next,
            masters,
            calendar_until: alone.calendar().known_until(known_at),
            alone,
            last_recorded: loaded.last_recorded,
        };
        Ok((watch, look))
    }

    /// Looks at what may have changed. `None` where everything may have: master data
    /// were recorded, or a year's working days are known since; then begin anew.
    pub fn look(&mut self, logs: Logs<'_>, until: Micros) -> Result<Option<Look>, TimerError> {
        let mut streams = BTreeSet::new();
        if !self.catch_up(logs, &mut streams)? {
            return Ok(None);
        }
        let known_at = until.max(self.last_recorded);
        if known_at >= self.calendar_until {
            return Ok(None);
        }
        self.alone.turn_to(Moment { as_of: until, known_at });
        let ripe = self.next.iter().filter(|(_, from)| **from <= until);
        streams.extend(ripe.map(|(stream, _)| stream.clone()));
        let mut look = Look { due: Vec::new(), streams: streams.len() };
        for name in streams {
            let entries = logs.stream(&name)?;
            let slices: Vec<&[u8]> = entries.iter().map(|(_, entry)| entry.as_slice()).collect();
            let stream = Stream { name: &name, entries: &slices };
            let (due, good_until) = self.alone.look(stream, timers::due)?;
            look.due.extend(due);
            if good_until < Micros::MAX {
                self.next.insert(name, good_until);
            } else {
                self.next.remove(&name);
            }
        }
        in_order(&mut look.due);
        Ok(Some(look))
    }

    /// Takes note of entries that are new; `false` if one tells of master data.
    fn catch_up(
        &mut self,
        logs: Logs<'_>,
        streams: &mut BTreeSet<Box<str>>,
    ) -> Result<bool, TimerError> {
        let readers = [Some(logs.open), logs.sealed];
        for (index, reader) in readers.into_iter().enumerate() {
            let Some(reader) = reader else { continue };
            if let Some(damage) = reader.damage() {
                return Err(TimerError::Damaged(damage));
            }
            let mut last = None;
            let told = each_new(reader, self.seen[index], |entry| {
                let Ok(fields) = scan(entry) else { return true };
                streams.insert(fields.stream.into());
                last = (index == 0).then(|| entry.to_vec()).or(last.take());
                let repairs = repairs_record(fields.kind) && self.masters.contains(fields.stream);
                !(repairs || Master::wants(fields.kind))
            })?;
            let Some(seen) = told else { return Ok(false) };
            self.seen[index] = seen;
            let recorded = last.as_deref().and_then(|entry| Event::read(entry).ok());
            if let Some(event) = recorded {
                self.last_recorded = event.recorded;
            }
        }
        Ok(true)
    }
}

/// Calls `each` with every entry from a position on, until it says `false`; then
/// `None`, else where the entries end.
fn each_new(
    reader: &Reader,
    from: u64,
    mut each: impl FnMut(&[u8]) -> bool,
) -> Result<Option<u64>, StoreError> {
    let mut next = from;
    // No further than the lookup has come: what is read there is found there.
    let size = reader.size();
    while next < size {
        let blocks = reader.store().read(next, READ_BYTES)?;
        let Some(last) = blocks.last() else { break };
        let end = last.first_position + u64::from(last.count);
        for block in &blocks {
            let new = block.entries().filter(|(at, _, _)| (next..size).contains(at));
            for (_, _, entry) in new {
                if !each(entry) {
                    return Ok(None);
                }
            }
        }
        next = end;
    }
    Ok(Some(next.min(size).max(from)))
}
