//! One read model: its rows, its mark, and the projection that changes them.

use super::mark::{MARK_KEY, Mark};
use super::register::{Definition, Given, Projection};
use super::rows::{Batch, Rows, RowsError};
use super::{ModelError, Streams, codec};
use crate::store::{Store, entry_at};
use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use std::sync::Arc;

/// A model open for following.
pub(super) struct Model {
    pub definition: &'static Definition,
    pub rows: Arc<dyn Rows>,
    /// As last written.
    pub mark: Mark,
    /// Entries applied, of which those from `mark.position` on are in memory only.
    pub folded: u64,
    /// BLAKE3 of the last one applied.
    pub last: Digest,
    projection: Box<dyn Projection>,
}

/// Why a model was not opened.
pub(super) enum Refused {
    /// It must be grown again; why, for the operator.
    Unsound(String),
    /// It may be sound, but cannot be told now.
    Failed(ModelError),
}

impl From<RowsError> for Refused {
    fn from(error: RowsError) -> Refused {
        match error {
            RowsError::Damaged(what) => Refused::Unsound(what),
            error => Refused::Failed(error.into()),
        }
    }
}

impl Model {
    /// A model that continues the rows given, if they are what their mark says
    /// and what the log says. Empty rows are a model at position 0.
    pub fn open(
        definition: &'static Definition,
        rows: Arc<dyn Rows>,
        store: &dyn Store,
    ) -> Result<Model, Refused> {
        let mark = checked(definition, rows.as_ref(), store)?;
        let (folded, last) = (mark.position, Digest(mark.last));
        let projection = (definition.start)();
        Ok(Model { definition, rows, mark, folded, last, projection })
    }

    /// Rows that the next write would write, about.
    pub fn changed(&self) -> usize {
        self.projection.changed()
    }

    /// Adds the next entry; entries that are in already are passed over.
    pub fn apply(&mut self, event: &Event<'_>, streams: &dyn Streams) -> Result<(), ModelError> {
        if event.position < self.folded {
            return Ok(());
        }
        if event.position > self.folded {
            return Err(ModelError::Gap { wanted: self.folded, found: event.position });
        }
        let given = Given { rows: self.rows.as_ref(), streams };
        self.projection.apply(event, &given)?;
        self.folded += 1;
        Ok(())
    }

    /// Writes what changed and the new mark, as one batch that survives a loss of
    /// power once this returns.
    pub fn write(&mut self, streams: &dyn Streams) -> Result<(), ModelError> {
        if self.folded == self.mark.position {
            return Ok(());
        }
        let given = Given { rows: self.rows.as_ref(), streams };
        let mut batch = Batch::new();
        self.projection.flush(self.folded, &given, &mut batch)?;
        let mut mark = Mark {
            version: self.definition.version,
            position: self.folded,
            last: self.last.0,
            ..self.mark.clone()
        };
        for (key, value) in &batch {
            if let Some(old) = self.rows.get(key)? {
                mark.content.take(key, &old);
                mark.rows = mark.rows.saturating_sub(1);
            }
            if let Some(new) = value {
                mark.content.add(key, new);
                mark.rows += 1;
            }
        }
        batch.insert(MARK_KEY.to_vec(), Some(codec::encode(&mark)));
        self.rows.write(batch)?;
        self.rows.sync()?;
        self.mark = mark;
        Ok(())
    }
}

/// The mark of rows that hold together and agree with the log.
fn checked(definition: &Definition, rows: &dyn Rows, store: &dyn Store) -> Result<Mark, Refused> {
    let found = counted(rows)?;
    let Some(mark) = rows.get(&MARK_KEY)? else {
        if found == Mark::default() {
            return Ok(Mark { version: definition.version, ..found });
        }
        return Err(Refused::Unsound("it has rows and no mark".to_owned()));
    };
    let mark: Mark = codec::decode(&mark)?;
    let unsound = |reason: String| Err(Refused::Unsound(reason));
    if mark.version != definition.version {
        return unsound(format!("version {} of {}", mark.version, definition.version));
    }
    if (mark.rows, mark.content) != (found.rows, found.content) {
        return unsound(format!("{} rows where {} were written", found.rows, mark.rows));
    }
    let size = store.size().map_err(|error| Refused::Failed(error.into()))?;
    if mark.position > size {
        return unsound(format!(
            "读模型已至 {0} 条,日志只有 {size} 条 / it is at position {0}, the log at {size}",
            mark.position
        ));
    }
    match last_hash(store, mark.position).map_err(Refused::Failed)? {
        Some(last) if last.0 == mark.last => Ok(mark),
        _ => unsound(format!("the log has another entry before position {}", mark.position)),
    }
}

/// What the rows really are.
fn counted(rows: &dyn Rows) -> Result<Mark, RowsError> {
    let mut found = Mark::default();
    rows.scan(&[], &[], &mut |key, value| {
        if key != MARK_KEY {
            found.rows += 1;
            found.content.add(key, value);
        }
        true
    })?;
    Ok(found)
}

/// BLAKE3 of the last of the first `position` entries; zeros for none.
fn last_hash(store: &dyn Store, position: u64) -> Result<Option<Digest>, ModelError> {
    let Some(last) = position.checked_sub(1) else { return Ok(Some(Digest::ZERO)) };
    Ok(entry_at(store, last)?.map(|entry| entry_hash(&entry)))
}
