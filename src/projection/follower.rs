//! A thread that keeps one log's read models at its end, off the acknowledgement
//! path: whoever commits only leaves word of the new size.
//!
//! Batches are about a second apart. Whatever happens to the models, the thread
//! goes on: rows that turn out damaged are set aside and grown again, a folder
//! that another process holds is asked for again. What it does not know: who
//! commits.

use super::codec::decode;
use super::mark::{MARK_KEY, Mark};
use super::models::{Grown, Models, Place, Sources};
use super::rows::{Rows, RowsError};
use super::{DayCount, ModelError, PROJECTIONS, TypeTotals, activity, cases, totals};
use chrono::NaiveDate;
use plumbline_replay::state::CaseState;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between batches, and before trying again after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Entries folded between two words to the readers, while catching up.
const STEP_ENTRIES: u64 = 100_000;

/// Called with a log's new size; see [`Follower::watcher`].
type Watcher = Arc<dyn Fn(u64) + Send + Sync>;

/// An answer from a read model, and how many entries it holds at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsFar<T> {
    pub value: T,
    pub position: u64,
}

/// Read models that follow by themselves, until dropped.
pub struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and its readers share.
struct Shared {
    state: Mutex<State>,
    /// Of commits, and of batches that were written.
    changed: Condvar,
    /// Of the end alone, so that commits do not cut a pause short.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    /// The log's size as far as was heard. Set by committers.
    size: u64,
    /// Set by the owner: end after the batch under way.
    stop: bool,
    /// What is written of each model, by name. Set by the thread.
    written: BTreeMap<&'static str, Written>,
    /// Why the models stand still, if they do. Set by the thread.
    problem: Option<String>,
}

struct Written {
    grown: Grown,
    rows: Arc<dyn Rows>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        self.lock().stop
    }

    /// Waits until the log is larger than `folded`; false at the end.
    fn wait_for_more(&self, folded: u64) -> bool {
        let mut state = self.lock();
        while state.size <= folded && !state.stop {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.stop
    }

    /// Lets commits gather; cut short at the end.
    fn pause(&self) {
        let going_on = |state: &mut State| !state.stop;
        // Whether time or the end is up, the caller looks for itself.
        drop(self.ended.wait_timeout_while(self.lock(), PAUSE, going_on));
    }

    fn publish(&self, models: &Models) {
        let mut state = self.lock();
        for grown in models.grown() {
            if let Ok(rows) = models.rows(grown.name) {
                let rows = rows.clone();
                state.written.insert(grown.name, Written { grown, rows });
            }
        }
        state.problem = None;
        self.changed.notify_all();
    }
}

impl Follower {
    /// Starts following. Opening, and growing what must be grown again, happen in
    /// the thread.
    pub fn start(place: Place, sources: Sources) -> std::io::Result<Follower> {
        let (changed, ended) = (Condvar::new(), Condvar::new());
        let shared = Arc::new(Shared { state: Mutex::default(), changed, ended });
        let own = shared.clone();
        let thread = std::thread::Builder::new()
            .name("read-models".to_owned())
            .spawn(move || run(&own, &place, &sources))?;
        Ok(Follower { shared, thread: Some(thread) })
    }

    /// What to call after each commit. It returns at once.
    pub fn watcher(&self) -> Watcher {
        let shared = self.shared.clone();
        Arc::new(move |size| {
            let mut state = shared.lock();
            state.size = state.size.max(size);
            shared.changed.notify_all();
        })
    }

    /// How far each model has come. None are listed before they are open.
    pub fn grown(&self) -> Vec<Grown> {
        self.shared.lock().written.values().map(|written| written.grown.clone()).collect()
    }

    /// Why the models stand still, if they do.
    pub fn problem(&self) -> Option<String> {
        self.shared.lock().problem.clone()
    }

    /// Waits until every model has written this many entries, or stands still.
    pub fn wait_for(&self, position: u64) {
        let mut state = self.shared.lock();
        let behind = |state: &State| {
            state.problem.is_none()
                && (state.written.len() < PROJECTIONS.len()
                    || state.written.values().any(|one| one.grown.position < position))
        };
        while behind(&state) {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&dyn Rows) -> Result<T, RowsError>,
    ) -> Result<AsFar<T>, ModelError> {
        let rows = {
            let state = self.shared.lock();
            let written = state.written.get(name).ok_or_else(|| {
                RowsError::Io("the read models are still being opened; ask again".to_owned())
            })?;
            written.rows.clone()
        };
        // The rows' own mark, taken first: a batch may come in between.
        let mark: Option<Mark> = rows.get(&MARK_KEY)?.map(|mark| decode(&mark)).transpose()?;
        let position = mark.map_or(0, |mark| mark.position);
        Ok(AsFar { value: read(rows.as_ref())?, position })
    }

    /// Counts and sums by event type.
    pub fn totals(&self) -> Result<AsFar<TypeTotals>, ModelError> {
        self.read("totals", totals::totals)
    }

    /// The latest state of a stream.
    pub fn case(&self, stream: &str) -> Result<AsFar<Option<CaseState>>, ModelError> {
        self.read("cases", |rows| cases::case(rows, stream))
    }

    /// Calls `visit` with the latest state of every stream, in order of name from
    /// a name on, until it returns `false`.
    pub fn cases(
        &self,
        from: &str,
        visit: &mut dyn FnMut(CaseState) -> bool,
    ) -> Result<AsFar<()>, ModelError> {
        self.read("cases", |rows| cases::each(rows, from, visit))
    }

    /// Counts by unit, day and type from one day to another, both included.
    pub fn activity(
        &self,
        unit: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<AsFar<Vec<DayCount>>, ModelError> {
        self.read("activity", |rows| activity::activity(rows, unit, from, to))
    }

    /// Ends the thread after the batch under way, and gives up the folder.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.lock().stop = true;
        self.shared.ended.notify_all();
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked leaves models that the next opening checks.
            let _ = thread.join();
        }
        self.shared.lock().written.clear();
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.end();
    }
}

/// The thread: opens the models, follows, and opens them again after a failure.
fn run(shared: &Shared, place: &Place, sources: &Sources) {
    while !shared.stopped() {
        let Err(error) = follow(shared, place, sources) else { continue };
        let mut state = shared.lock();
        let text = error.to_string();
        if state.problem.as_ref() != Some(&text) {
            tracing::warn!(%error, "the read models stand still; trying again");
            state.problem = Some(text);
            shared.changed.notify_all();
        }
        drop(state);
        shared.pause();
    }
}

fn follow(shared: &Shared, place: &Place, sources: &Sources) -> Result<(), ModelError> {
    let names = PROJECTIONS.map(|definition| definition.name);
    let mut models = Models::open(place, sources.clone(), &names)?;
    for one in models.set_aside() {
        tracing::warn!(model = one.name, reason = one.reason, "set aside; growing again");
    }
    let mut size = sources.store.size()?;
    shared.publish(&models);
    loop {
        while models.position() < size && !shared.stopped() {
            // In steps, so that readers of a model that grows again hear of it.
            let step = size.min(models.position() + STEP_ENTRIES);
            let before = models.position();
            models.follow(step, &mut |_| !shared.stopped())?;
            shared.publish(&models);
            if models.position() == before {
                break;
            }
        }
        if !shared.wait_for_more(models.position()) {
            return Ok(());
        }
        shared.pause();
        size = shared.lock().size;
    }
}
