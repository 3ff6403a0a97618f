//! Sealed records where they lie: in the commit frames, beside their entries.

use crate::store::{Store, StoreError, each_block};
use crate::vault::{SealedRecord, parse_records};

/// An entry with the records of its sealed members.
pub(super) struct Sealed {
    pub position: u64,
    pub entry: Vec<u8>,
    pub records: Vec<SealedRecord>,
}

/// One entry's records; `None` if the log has no such position.
pub(super) fn at(store: &dyn Store, position: u64) -> Result<Option<Sealed>, StoreError> {
    if position >= store.size()? {
        return Ok(None);
    }
    let mut found = None;
    for block in store.read(position, 1)? {
        for (at, _, entry) in block.entries().filter(|(at, ..)| *at == position) {
            let index = (at - block.first_position) as u32;
            let mut records = records_of(&block.disclosures, block.first_position)?;
            records.retain(|(of, _)| *of == index);
            let records = records.into_iter().map(|(_, record)| record).collect();
            found = Some(Sealed { position, entry: entry.to_vec(), records });
        }
    }
    Ok(found)
}

/// Every record of a log with its entry.
pub(super) fn each(
    store: &dyn Store,
    mut found: impl FnMut(u64, &[u8], &SealedRecord),
) -> Result<(), StoreError> {
    each_block(store, store.size()?, |block| {
        let records = records_of(&block.disclosures, block.first_position)?;
        for (position, _, entry) in block.entries() {
            let index = (position - block.first_position) as u32;
            for (_, record) in records.iter().filter(|(of, _)| *of == index) {
                found(position, entry, record);
            }
        }
        Ok(())
    })
}

fn records_of(bytes: &[u8], position: u64) -> Result<Vec<(u32, SealedRecord)>, StoreError> {
    parse_records(bytes).ok_or_else(|| StoreError::Damaged {
        position,
        what: "the sealed records of its frame cannot be read".to_owned(),
        place: "the log; run `plumb verify`".to_owned(),
    })
}
