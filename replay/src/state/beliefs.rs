//! What each entry of a stream was taken to say, and since which repair until
//! which: the history of the record, beside the history of the acts. What this file
//! does not know: what any entry means.

use super::moment::known;
use super::repairs_record;
use crate::event::{Event, EventError};
use crate::time::civil::Micros;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One reading of one entry. Between a void and its taking back there is none.
#[derive(Clone, Debug)]
pub struct Belief<'a> {
    pub position: u64,
    /// The entry's bytes, or the bytes with corrections applied.
    pub bytes: Cow<'a, [u8]>,
    /// The repair that made it read so; `None` since the entry was recorded.
    pub since: Option<&'a [u8]>,
    /// The repair from which on it no longer reads so.
    pub until: Option<&'a [u8]>,
}

/// Every reading of the entries of one stream that were recorded by `known_at`,
/// repairs aside. Entries are given in order of position.
pub fn beliefs<'a>(entries: &[&'a [u8]], known_at: Micros) -> Result<Vec<Belief<'a>>, EventError> {
    let mut repairs = Vec::new();
    let mut out: Vec<Belief<'a>> = Vec::with_capacity(entries.len());
    // The reading that stands, by position; none while an entry is voided.
    let mut standing: BTreeMap<u64, Option<usize>> = BTreeMap::new();
    for entry in entries {
        let event = Event::read(entry)?;
        if event.recorded > known_at {
            continue;
        }
        if repairs_record(&event.kind) {
            repairs.push((event.recorded, *entry));
        } else {
            standing.insert(event.position, Some(out.len()));
            let (position, bytes) = (event.position, Cow::Borrowed(*entry));
            out.push(Belief { position, bytes, since: None, until: None });
        }
    }
    for (recorded, repair) in repairs {
        for effective in known(entries, recorded)? {
            let position = effective.position;
            let Some(now) = standing.get_mut(&position) else { continue };
            let stands = effective.voided_by.is_none();
            let same = match *now {
                Some(index) => stands && out[index].bytes == effective.bytes,
                None => !stands,
            };
            if same {
                continue;
            }
            if let Some(index) = now.take() {
                out[index].until = Some(repair);
            }
            if stands {
                *now = Some(out.len());
                let (bytes, since) = (effective.bytes, Some(repair));
                out.push(Belief { position, bytes, since, until: None });
            }
        }
    }
    Ok(out)
}
