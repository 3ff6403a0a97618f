//! Taking a log over: lock, epoch, survey, recovery, in this order, and every
//! time, however the log was left.

use super::epoch;
use super::files::{LockAttempt, LockGuard};
use super::scan::Damage;
use super::segment::OpenSegment;
use super::segment_path;
use super::survey::{Survey, unavailable};
use super::view::{Shared, lock};
use super::writer::SegmentWriter;
use crate::store::{Acquired, Head, Recovery, StoreError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Fences off older writers, drops a torn tail, and gives the right to append.
/// Refuses a log that is damaged or shorter than it must be, without changing a
/// segment of it.
pub(super) fn acquire(shared: &Arc<Shared>, who: &str) -> Result<Acquired, StoreError> {
    let mut gate = lock(&shared.gate);
    let held = match gate.lock.upgrade() {
        Some(held) => held,
        None => Arc::new(take_lock(shared, who)?),
    };
    let files = shared.files.as_ref();
    let mut epoch = epoch::raise(files, &shared.dir, gate.epoch)?;
    gate.epoch = epoch;
    let _one = lock(&shared.looking);
    // The old writer is fenced: until the new one begins, the files decide.
    shared.writing.store(false, Ordering::Release);
    remove_leftovers(shared)?;
    let survey = shared.survey(true)?;
    if let Some(refusal) = refusal(shared, &survey) {
        shared.change(|view| view.show(survey.segments, &survey.end, survey.damage));
        return Err(refusal);
    }
    if survey.end.epoch >= epoch {
        // The stored number was lost; frames remember it.
        epoch = epoch::raise(files, &shared.dir, survey.end.epoch)?;
        gate.epoch = epoch;
    }
    let tail = recover(shared, &survey)?;
    let head = Head {
        size: survey.end.position,
        last_hash: survey.end.last_hash,
        frontier: survey.end.frontier.clone(),
        last_entry: survey.last_entry,
    };
    shared.change(|view| view.show(survey.segments, &survey.end, None));
    shared.writing.store(true, Ordering::Release);
    gate.lock = Arc::downgrade(&held);
    let writer = SegmentWriter::new(shared.clone(), held, epoch, tail, &head);
    Ok(Acquired {
        writer: Box::new(writer),
        head,
        epoch,
        recovery: Recovery { torn_bytes_dropped: survey.torn_bytes },
    })
}

fn take_lock(shared: &Shared, who: &str) -> Result<LockGuard, StoreError> {
    let path = shared.dir.join("lock");
    let note = format!("{who}, pid {}\n", std::process::id());
    match shared.files.lock(&path, &note) {
        Ok(LockAttempt::Held(guard)) => Ok(guard),
        Ok(LockAttempt::HeldBy(note)) => Err(StoreError::Locked(note)),
        Err(error) => Err(unavailable(&path, error)),
    }
}

/// Removes what a crash left between two steps and nobody has been told of.
fn remove_leftovers(shared: &Shared) -> Result<(), StoreError> {
    let names = shared.files.list(&shared.dir).map_err(|error| unavailable(&shared.dir, error))?;
    let ours = |name: &&String| {
        name.ends_with(".tmp")
            && (["epoch.tmp", "segment.tmp"].contains(&name.as_str()) || name.starts_with("ahead-"))
    };
    for name in names.iter().filter(ours) {
        let path = shared.dir.join(name);
        match shared.files.remove(&path) {
            // A fenced writer has tidied up meanwhile.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unavailable(&path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Why nobody may append to what was found.
fn refusal(shared: &Shared, survey: &Survey) -> Option<StoreError> {
    let found = survey.end.position;
    let least = shared.options.least_size;
    let damage = survey.damage.clone().or_else(|| {
        (found < least).then(|| Damage {
            position: found,
            what: format!("{least} entries were signed or acknowledged, {found} are here"),
            place: shared.dir.display().to_string(),
        })
    });
    let unknown = survey.segments.is_empty() && shared.origin.is_none();
    damage.map(StoreError::from).or_else(|| {
        unknown.then(|| {
            let place = shared.dir.display();
            StoreError::Unavailable(format!("{place}: a new log needs its origin"))
        })
    })
}

/// Leaves the last segment as if it had been closed after its last sound frame.
fn recover(shared: &Shared, survey: &Survey) -> Result<Option<OpenSegment>, StoreError> {
    let failed = |path: &Path, error| Err(unavailable(path, error));
    let Some(last) = survey.segments.last() else {
        return Ok(None);
    };
    let path = segment_path(&shared.dir, last.first_position);
    let file = match shared.files.open(&path, true) {
        Ok(file) => file,
        Err(error) => return failed(&path, error),
    };
    // The last frame may have been read from memory without being on the disk: if
    // its sync failed, the system calls it clean and syncs it no more. Written
    // again it is durable after this sync, which its successors rely on.
    if let Some((offset, frame)) = &survey.open_frame
        && let Err(error) = file.write_all_at(frame, *offset).and_then(|()| file.sync_data())
    {
        return failed(&path, error);
    }
    let end = survey.end.offset;
    // Even where the file ends there already: a length that was cut and whose sync
    // failed is seen by all and still not on the disk. A power cut after the next
    // segment has begun would bring zeros back into the middle of the log.
    if let Err(error) = file.set_len(end).and_then(|()| file.sync_data()) {
        return failed(&path, error);
    }
    // The segment's name may be as little durable as its last frame.
    if let Err(error) = shared.files.sync_dir(&shared.dir) {
        return failed(&shared.dir, error);
    }
    Ok(Some(OpenSegment { path, file, offset: end, allocated: end }))
}
