//! Power cuts and kills at every operation of a run that creates a log, fills
//! segments, closes and reopens it.

use crate::author::{Author, Group, ORIGIN, open, small};

use crate::disk::{Dice, Disk, Fault};
use crate::reopening::{DIR, check};
use plumbline::log::SegmentLog;
use plumbline::store::{Store, StoreError};
use std::path::Path;
use std::sync::Arc;

const SEGMENT_BYTES: u64 = 12 << 10;

/// What a run was told before it ended.
struct Told {
    acked: Author,
    /// A group whose append did not return, or returned in doubt.
    doubtful: Option<Group>,
}

/// Appends, closes and reopens; ends with the first error, as a process does
/// that dies of it. Nothing is tidied up then.
fn run(disk: &Disk, groups: usize) -> Told {
    let mut told = Told { acked: Author::new(), doubtful: None };
    let (files, dir) = (Arc::new(disk.clone()), Path::new(DIR));
    if SegmentLog::create(files.as_ref(), dir).is_err() {
        return told;
    }
    let Ok(log) = SegmentLog::open(files, dir, Some(ORIGIN), small(SEGMENT_BYTES)) else {
        return told;
    };
    for session in 0..3 {
        let Ok(mut acquired) = log.acquire("run") else { return told };
        for number in 0..groups {
            let texts = texts(session * groups + number);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let group = told.acked.group(acquired.epoch, &texts, &[0xd5; 33]);
            match group.append_to(acquired.writer.as_mut()) {
                Ok(()) => told.acked.accept(&group),
                Err(StoreError::InDoubt(_)) => {
                    told.doubtful = Some(group);
                    return told;
                }
                // Nothing happened, and nobody was told that it did.
                Err(StoreError::Unavailable(_)) => return told,
                Err(other) => panic!("{other}"),
            }
        }
    }
    told
}

/// Groups of one to three entries, from a line to several sectors.
fn texts(number: usize) -> Vec<String> {
    let mut dice = Dice(number as u64);
    let count = 1 + dice.roll() % 3;
    let length = |dice: &mut Dice| (dice.roll() % 500) as usize;
    (0..count).map(|_| "收费标准".chars().cycle().take(length(&mut dice)).collect()).collect()
}

fn steps(groups: usize) -> Vec<String> {
    let disk = Disk::new();
    disk.calm();
    let told = run(&disk, groups);
    let segments = disk.files_in(Path::new(DIR)).into_keys().filter(|n| n.ends_with(".seg"));
    assert!(segments.count() > 1, "a run passes the end of a segment");
    assert_eq!(told.acked.entries.len(), disk_entries(&disk));
    disk.trace()
}

fn disk_entries(disk: &Disk) -> usize {
    crate::oracle::read(&disk.files_in(Path::new(DIR))).unwrap().entries.len()
}

#[test]
fn a_power_cut_at_any_operation_loses_nothing_acknowledged() {
    let steps = steps(7);
    let mut kept = 0;
    let mut dropped = 0;
    for at in 0..steps.len() {
        let disk = Disk::new();
        disk.plan(at, Fault::PowerCut);
        let told = run(&disk, 7);
        for seed in 0..6 {
            let image = disk.after_power_cut(seed);
            if check(&image, &told.acked, told.doubtful.as_ref(), SEGMENT_BYTES) {
                kept += 1;
            } else if told.doubtful.is_some() {
                dropped += 1;
            }
        }
    }
    assert!(kept > 20 && dropped > 20, "both outcomes of doubt occur: {kept} {dropped}");
}

#[test]
fn a_kill_at_any_operation_loses_nothing_acknowledged() {
    for at in 0..steps(7).len() {
        let disk = Disk::new();
        disk.plan(at, Fault::Killed);
        let told = run(&disk, 7);
        // The power may go a moment after the process, before anything is synced.
        let image = disk.after_power_cut(at as u64);
        check(&image, &told.acked, told.doubtful.as_ref(), SEGMENT_BYTES);
        let next = disk.next_process();
        check(&next, &told.acked, told.doubtful.as_ref(), SEGMENT_BYTES);
    }
}

/// The recovery is cut short too, at each of its operations.
#[test]
fn a_power_cut_during_recovery_loses_nothing_either() {
    let steps = steps(3);
    let writes: Vec<usize> = (0..steps.len())
        .filter(|&at| steps[at].starts_with("write") || steps[at].starts_with("sync"))
        .collect();
    for (number, &at) in writes.iter().enumerate() {
        let disk = Disk::new();
        disk.plan(at, Fault::PowerCut);
        let told = run(&disk, 3);
        let image = disk.after_power_cut(number as u64);
        for second in 0.. {
            let image = image.fork();
            let log = open(Arc::new(image.clone()), Path::new(DIR), small(SEGMENT_BYTES));
            image.plan(second, Fault::PowerCut);
            let acquired = log.acquire("recovery");
            let finished = image.trace().len() <= second;
            let (seen, doubtful) = match &acquired {
                Ok(acquired) => (acquired.head.size, told.doubtful.as_ref()),
                Err(_) => (told.acked.entries.len() as u64, told.doubtful.as_ref()),
            };
            let again = image.after_power_cut(second as u64);
            let kept = check(&again, &told.acked, doubtful, SEGMENT_BYTES);
            // What a takeover has shown stays: receipts may follow from it.
            assert!(kept || seen == told.acked.entries.len() as u64);
            if finished {
                break;
            }
        }
    }
}
