//! The read models of one log: opened together, following together, each with
//! its own rows and its own mark.
//!
//! In a folder, `<name>/` holds a model, `<name>.aside/` the last one that was
//! set aside, `<name>.next/` one that is being rebuilt, and `lock` keeps a second
//! process out.

use super::engine::{RowsLock, SledRows};
use super::memory::MemoryRows;
use super::model::{Model, Refused};
use super::register::Definition;
use super::rows::{Rows, RowsError};
use super::{Content, DayCount, ModelError, Streams, TypeTotals, activity, cases, totals};
use crate::store::{Block, Store};
use chrono::NaiveDate;
use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::state::CaseState;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const READ_BYTES: usize = 4 << 20;
/// Changed rows after which a batch is written. While a model follows, batches
/// are written about once a second and stay far below this; while it catches up,
/// this bounds its memory.
const CHANGED_MAX: usize = 32_768;

/// What read models are made from.
#[derive(Clone)]
pub struct Sources {
    pub store: Arc<dyn Store>,
    pub streams: Arc<dyn Streams>,
}

/// The folder of one log's read models.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    pub fn new(folder: PathBuf) -> Place {
        Place(folder)
    }

    pub(super) fn model(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn aside(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.aside"))
    }

    pub(super) fn next(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.next"))
    }

    /// Keeps every other process from opening the models, until dropped.
    pub(super) fn lock(&self) -> Result<RowsLock, RowsError> {
        std::fs::create_dir_all(&self.0).map_err(|error| io(&self.0, &error))?;
        RowsLock::take(&self.0.join("lock"))
    }
}

pub(super) fn io(path: &Path, error: &std::io::Error) -> RowsError {
    RowsError::Io(format!("{}: {error}", path.display()))
}

/// A model that could not be used and is growing again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub name: &'static str,
    pub reason: String,
}

/// How far one model has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    pub name: &'static str,
    pub version: u32,
    /// Entries that are folded in.
    pub position: u64,
    pub rows: u64,
    /// Of all rows; the same for the same entries, however they were folded.
    pub content: Content,
}

/// Read models of one log.
pub struct Models {
    sources: Sources,
    models: Vec<Model>,
    set_aside: Vec<SetAside>,
    /// Declared last: rows are closed before the lock is given up.
    _lock: Option<RowsLock>,
}

impl Models {
    /// Opens models in a folder. What is unsound is set aside, and starts again at
    /// position 0; nothing is folded before [`Models::follow`].
    ///
    /// # Errors
    ///
    /// [`RowsError::Locked`] while another process has them open.
    pub fn open(place: &Place, sources: Sources, names: &[&str]) -> Result<Models, ModelError> {
        let lock = place.lock()?;
        let mut models = Vec::new();
        let mut set_aside = Vec::new();
        for name in names {
            let definition = super::definition(name)?;
            let model = match open_sound(place, definition, &sources) {
                Ok(model) => model,
                Err(Refused::Failed(error)) => return Err(error),
                Err(Refused::Unsound(reason)) => {
                    put_aside(place, definition.name)?;
                    set_aside.push(SetAside { name: definition.name, reason });
                    start_again(place, definition, &sources)?
                }
            };
            models.push(model);
        }
        Ok(Models { sources, models, set_aside, _lock: Some(lock) })
    }

    /// Models that live in memory, for a process that cannot have those on disk.
    pub fn in_memory(sources: Sources, names: &[&str]) -> Result<Models, ModelError> {
        let mut models = Vec::new();
        for name in names {
            let rows = Arc::new(MemoryRows::default());
            models.push(fresh(super::definition(name)?, rows, &sources)?);
        }
        Ok(Models::from_parts(sources, models))
    }

    /// Models that are open already; their caller holds the lock.
    pub(super) fn from_parts(sources: Sources, models: Vec<Model>) -> Models {
        Models { sources, models, set_aside: Vec::new(), _lock: None }
    }

    /// The models that opening set aside.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }

    /// Entries that all models have folded in, whether written or not.
    pub fn position(&self) -> u64 {
        self.models.iter().map(|model| model.folded).min().unwrap_or(0)
    }

    /// Folds in the entries up to a size of the log, or all there are if that is
    /// less, and writes them. `go_on` hears the position after each frame and may
    /// end it early: what was folded is written then too.
    pub fn follow(
        &mut self,
        up_to: u64,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<u64, ModelError> {
        let mut next = self.position();
        'log: while next < up_to {
            let blocks = self.sources.store.read(next, READ_BYTES)?;
            if blocks.is_empty() {
                break;
            }
            for block in &blocks {
                self.fold(block)?;
                next = next.max(block.first_position + u64::from(block.count));
                if self.models.iter().map(Model::changed).sum::<usize>() >= CHANGED_MAX {
                    self.write()?;
                }
                if !go_on(next) {
                    break 'log;
                }
            }
        }
        self.write()?;
        Ok(self.position())
    }

    fn fold(&mut self, block: &Block) -> Result<(), ModelError> {
        let mut last = None;
        for (position, _, entry) in block.entries() {
            if self.models.iter().all(|model| position < model.folded) {
                continue;
            }
            let event =
                Event::read(entry).map_err(|error| ModelError::Entry { position, error })?;
            for model in &mut self.models {
                model.apply(&event, self.sources.streams.as_ref())?;
            }
            last = Some(entry);
        }
        if let Some(hash) = last.map(entry_hash) {
            let end = block.first_position + u64::from(block.count);
            for model in self.models.iter_mut().filter(|model| model.folded == end) {
                model.last = hash;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), ModelError> {
        let streams = self.sources.streams.as_ref();
        self.models.iter_mut().try_for_each(|model| model.write(streams))
    }

    /// What each model has written.
    pub fn grown(&self) -> Vec<Grown> {
        let grown = |model: &Model| Grown {
            name: model.definition.name,
            version: model.mark.version,
            position: model.mark.position,
            rows: model.mark.rows,
            content: model.mark.content,
        };
        self.models.iter().map(grown).collect()
    }

    /// The rows of one model, for reading beside whoever follows.
    pub(super) fn rows(&self, name: &str) -> Result<&Arc<dyn Rows>, ModelError> {
        let found = self.models.iter().find(|model| model.definition.name == name);
        let found = found.ok_or_else(|| ModelError::NoSuchModel(name.to_owned()))?;
        Ok(&found.rows)
    }

    /// Counts and sums by event type.
    pub fn totals(&self) -> Result<TypeTotals, ModelError> {
        Ok(totals::totals(self.rows("totals")?.as_ref())?)
    }

    /// The latest state of a stream.
    pub fn case(&self, stream: &str) -> Result<Option<CaseState>, ModelError> {
        Ok(cases::case(self.rows("cases")?.as_ref(), stream)?)
    }

    /// Calls `visit` with the latest state of every stream, in order of name from
    /// a name on, until it returns `false`.
    pub fn cases(
        &self,
        from: &str,
        visit: &mut dyn FnMut(CaseState) -> bool,
    ) -> Result<(), ModelError> {
        Ok(cases::each(self.rows("cases")?.as_ref(), from, visit)?)
    }

    /// Counts by unit, day and type from one day to another, both included.
    pub fn activity(
        &self,
        unit: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<DayCount>, ModelError> {
        Ok(activity::activity(self.rows("activity")?.as_ref(), unit, from, to)?)
    }
}

/// Opens a model's folder and checks it.
pub(super) fn open_sound(
    place: &Place,
    definition: &'static Definition,
    sources: &Sources,
) -> Result<Model, Refused> {
    let rows = SledRows::open(&place.model(definition.name))?;
    Model::open(definition, Arc::new(rows), sources.store.as_ref())
}

/// Renames a model's folder; the one set aside before it is removed.
pub(super) fn put_aside(place: &Place, name: &str) -> Result<(), RowsError> {
    let (model, aside) = (place.model(name), place.aside(name));
    remove(&aside)?;
    std::fs::rename(&model, &aside).map_err(|error| io(&model, &error))
}

/// Removes a folder that may not be there.
pub(super) fn remove(folder: &Path) -> Result<(), RowsError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(folder, &error)),
        _ => Ok(()),
    }
}

fn start_again(
    place: &Place,
    definition: &'static Definition,
    sources: &Sources,
) -> Result<Model, ModelError> {
    let rows = SledRows::open(&place.model(definition.name))?;
    fresh(definition, Arc::new(rows), sources)
}

/// A model over rows that are empty.
pub(super) fn fresh(
    definition: &'static Definition,
    rows: Arc<dyn Rows>,
    sources: &Sources,
) -> Result<Model, ModelError> {
    match Model::open(definition, rows, sources.store.as_ref()) {
        Ok(model) => Ok(model),
        Err(Refused::Failed(error)) => Err(error),
        Err(Refused::Unsound(reason)) => Err(RowsError::Damaged(reason).into()),
    }
}
