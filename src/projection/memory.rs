//! Rows in memory: the second engine, and the one for a process that cannot open
//! the rows on disk because another one holds them.

use super::rows::{Batch, Rows, RowsError};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

/// Rows that live as long as the value.
#[derive(Debug, Default)]
pub struct MemoryRows(RwLock<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Rows for MemoryRows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), RowsError> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let start = Bound::Included(from.max(prefix));
        for (key, value) in rows.range::<[u8], _>((start, Bound::Unbounded)) {
            if !key.starts_with(prefix) || !visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn write(&self, batch: Batch) -> Result<(), RowsError> {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in batch {
            match value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), RowsError> {
        Ok(())
    }
}
