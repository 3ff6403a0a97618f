//! Every file operation of a commit, of a takeover and of closing, times every
//! way to fail: what the caller hears, and what reopening finds.

use crate::author::{Author, Group, open, small};
use crate::disk::{Disk, Fault};
use crate::reopening::{DIR, check, closed_log};
use plumbline::log::Options;
use plumbline::store::{Acquired, Store, StoreError};
use std::path::Path;
use std::sync::Arc;

/// Columns of the tables below.
const FAULTS: [Fault; 4] = [Fault::Fails, Fault::HappensThenFails, Fault::Torn, Fault::Full];

/// For each operation of one append, what the caller hears under each fault:
/// `done`, `nothing` (Unavailable; the same writer may try again) or `doubt`
/// (InDoubt; this writer never again), and `+` if the next process finds the
/// group in the log, which it may. Where there is no room for ample
/// preallocation, just enough is tried: a `fill` that meets a full disk is done.
const FRAME_IN_PLACE: &str = "
    write 00000000000000000000.seg   doubt    doubt+   doubt    doubt
    sync 00000000000000000000.seg    doubt+   doubt+   doubt+   doubt+
";
const FIRST_FRAME: &str = "
    remove segment.tmp               nothing  done     nothing  nothing
    create segment.tmp               nothing  nothing  nothing  nothing
    write segment.tmp                doubt    doubt    doubt    nothing
    sync segment.tmp                 doubt    doubt    doubt    doubt
    rename 00000000000000000000.seg  doubt    doubt    doubt    doubt
    sync directory                   doubt    doubt    doubt    doubt
    fill 00000000000000000000.seg    doubt    doubt    doubt    done
    sync 00000000000000000000.seg    doubt    doubt    doubt    doubt
    write 00000000000000000000.seg   doubt    doubt+   doubt    doubt
    sync 00000000000000000000.seg    doubt+   doubt+   doubt+   doubt+
";
const FRAME_IN_A_NEW_SEGMENT: &str = "
    remove segment.tmp               nothing  done     nothing  nothing
    create segment.tmp               nothing  nothing  nothing  nothing
    write segment.tmp                doubt    doubt    doubt    nothing
    sync segment.tmp                 doubt    doubt    doubt    doubt
    cut 00000000000000000000.seg     doubt    doubt    doubt    doubt
    sync 00000000000000000000.seg    doubt    doubt    doubt    doubt
    rename 00000000000000000006.seg  doubt    doubt    doubt    doubt
    sync directory                   doubt    doubt    doubt    doubt
    fill 00000000000000000006.seg    doubt    doubt    doubt    done
    sync 00000000000000000006.seg    doubt    doubt    doubt    doubt
    write 00000000000000000006.seg   doubt    doubt+   doubt    doubt
    sync 00000000000000000006.seg    doubt+   doubt+   doubt+   doubt+
";
const FRAME_AFTER_REOPENING: &str = "
    fill 00000000000000000000.seg    doubt    doubt    doubt    done
    sync 00000000000000000000.seg    doubt    doubt    doubt    doubt
    write 00000000000000000000.seg   doubt    doubt+   doubt    doubt
    sync 00000000000000000000.seg    doubt+   doubt+   doubt+   doubt+
";

const SEGMENT_BYTES: u64 = 12 << 10;

/// A log about to append one more group.
struct Scene {
    disk: Disk,
    author: Author,
    acquired: Acquired,
    group: Group,
}

fn text(length: usize) -> String {
    "公示".chars().cycle().take(length).collect()
}

fn scene(closed_groups: usize, groups: usize) -> Scene {
    let options = small(SEGMENT_BYTES);
    let (disk, mut author) = closed_log(&options, closed_groups, &text(500));
    let log = open(Arc::new(disk.clone()), Path::new(DIR), options);
    let mut acquired = log.acquire("writer").unwrap();
    for _ in 0..groups {
        author.append(&mut acquired, &[&text(500), "b"]).unwrap();
    }
    let group = author.group(acquired.epoch, &[&text(900), "in question"], b"");
    Scene { disk, author, acquired, group }
}

/// Runs one row and column and gives what it found, in the table's words.
fn outcome(make: &dyn Fn() -> Scene, at: usize, fault: Fault) -> &'static str {
    let Scene { disk, mut author, mut acquired, group } = make();
    disk.plan(at, fault);
    let heard = group.append_to(acquired.writer.as_mut());
    disk.calm();
    match heard {
        Ok(()) => {
            author.accept(&group);
            drop(acquired);
            check(&disk.next_process(), &author, None, SEGMENT_BYTES);
            "done"
        }
        Err(StoreError::Unavailable(_)) => {
            // The same writer goes on where it was.
            group.append_to(acquired.writer.as_mut()).unwrap();
            author.accept(&group);
            drop(acquired);
            check(&disk.next_process(), &author, None, SEGMENT_BYTES);
            "nothing"
        }
        Err(StoreError::InDoubt(_)) => {
            for _ in 0..2 {
                let again = group.append_to(acquired.writer.as_mut());
                assert!(matches!(again, Err(StoreError::InDoubt(_))), "{again:?}");
            }
            drop(acquired);
            for seed in 0..4 {
                check(&disk.after_power_cut(seed), &author, Some(&group), SEGMENT_BYTES);
            }
            let kept = check(&disk.next_process(), &author, Some(&group), SEGMENT_BYTES);
            if kept { "doubt+" } else { "doubt" }
        }
        Err(other) => panic!("{other}"),
    }
}

fn check_table(table: &str, make: &dyn Fn() -> Scene) {
    let Scene { disk, mut acquired, group, .. } = make();
    disk.calm();
    group.append_to(acquired.writer.as_mut()).unwrap();
    let steps = disk.trace();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    let named: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(steps, named, "the operations of the append");
    for (at, row) in rows.iter().enumerate() {
        for (fault, expected) in FAULTS.into_iter().zip(&row[1..]) {
            let found = outcome(make, at, fault);
            assert_eq!(&found, expected, "{} {fault:?}", row[0]);
        }
    }
}

#[test]
fn a_frame_in_place() {
    check_table(FRAME_IN_PLACE, &|| scene(0, 1));
}

#[test]
fn the_first_frame_of_a_log() {
    check_table(FIRST_FRAME, &|| scene(0, 0));
}

#[test]
fn a_frame_in_a_new_segment() {
    check_table(FRAME_IN_A_NEW_SEGMENT, &|| scene(0, 3));
}

#[test]
fn the_first_frame_after_reopening() {
    check_table(FRAME_AFTER_REOPENING, &|| scene(1, 0));
}

/// All see the shorter file, and the disk may still hold the longer one: the next
/// writer makes it durable before a segment follows it.
#[test]
fn a_cut_whose_sync_failed_is_synced_by_the_next_writer() {
    let Scene { disk, mut author, mut acquired, group } = scene(0, 3);
    let cut_synced = 5;
    disk.plan(cut_synced, Fault::Fails);
    let heard = group.append_to(acquired.writer.as_mut());
    assert!(matches!(heard, Err(StoreError::InDoubt(_))), "{heard:?}");
    assert_eq!(disk.trace()[cut_synced - 1], "cut 00000000000000000000.seg");
    drop(acquired);
    let disk = disk.next_process();
    let log = open(Arc::new(disk.clone()), Path::new(DIR), small(SEGMENT_BYTES));
    let mut acquired = log.acquire("writer").unwrap();
    author.append(&mut acquired, &[&text(900), "again"]).unwrap();
    for seed in 0..16 {
        check(&disk.after_power_cut(seed), &author, None, SEGMENT_BYTES);
    }
}

/// A full disk stays full: nothing is acknowledged, nothing is lost, and the
/// same writer goes on when there is room.
#[test]
fn a_disk_that_stays_full_is_not_in_doubt() {
    let Scene { disk, mut author, mut acquired, group } = scene(1, 0);
    for _ in 0..3 {
        disk.fill_up(true);
        let heard = group.append_to(acquired.writer.as_mut());
        assert!(matches!(heard, Err(StoreError::Unavailable(_))), "{heard:?}");
        let roomy = disk.fork().next_process();
        roomy.fill_up(false);
        check(&roomy, &author, None, SEGMENT_BYTES);
    }
    disk.fill_up(false);
    group.append_to(acquired.writer.as_mut()).unwrap();
    author.accept(&group);
    drop(acquired);
    check(&disk.next_process(), &author, None, SEGMENT_BYTES);
}

/// A log with everything that recovery mends: a torn frame, and leftovers.
fn torn_log(options: &Options) -> (Disk, Author, Group) {
    let Scene { disk, author, mut acquired, group } = scene(0, 1);
    disk.plan(0, Fault::Torn);
    group.append_to(acquired.writer.as_mut()).unwrap_err();
    drop(acquired);
    let disk = disk.next_process();
    let dir = Path::new(DIR);
    for leftover in ["segment.tmp", "ahead-7.tmp", "epoch.tmp"] {
        use plumbline::log::Files;
        disk.create(&dir.join(leftover)).unwrap();
    }
    assert!(options.segment_bytes == SEGMENT_BYTES);
    (disk, author, group)
}

/// Whatever fails in a takeover, nobody holds the log then, nothing is lost, and
/// trying again succeeds: in the same process and in another.
#[test]
fn a_takeover_that_fails_anywhere_can_be_done_again() {
    let options = small(SEGMENT_BYTES);
    let dir = Path::new(DIR);
    let (disk, author, group) = torn_log(&options);
    let trial = disk.fork();
    let log = open(Arc::new(trial.clone()), dir, options.clone());
    trial.calm();
    let acquired = log.acquire("w").unwrap();
    assert!(acquired.recovery.torn_bytes_dropped > 0, "a torn frame was there");
    let steps = trial.trace();
    assert!(steps.len() > 20, "{steps:?}");
    for (at, step) in steps.iter().enumerate() {
        for fault in FAULTS {
            let trial = disk.fork();
            let log = open(Arc::new(trial.clone()), dir, options.clone());
            trial.plan(at, fault);
            let heard = log.acquire("w");
            trial.calm();
            match heard {
                Err(StoreError::Unavailable(reason)) => {
                    assert!(reason.contains("/log"), "the place is named: {reason}");
                }
                // A file that is to be removed and is not there is as good.
                Ok(_) if step.starts_with("remove") => {}
                other => panic!("{step} {fault:?}: {:?}", other.map(|a| a.head)),
            }
            for seed in 0..2 {
                check(&trial.after_power_cut(seed), &author, Some(&group), SEGMENT_BYTES);
            }
            check(&trial.fork().next_process(), &author, Some(&group), SEGMENT_BYTES);
            let acquired = log.acquire("w").unwrap();
            assert_eq!(acquired.head.size, author.entries.len() as u64, "{step} {fault:?}");
        }
    }
}

#[test]
fn a_close_that_fails_anywhere_leaves_the_log_whole() {
    let Scene { disk, acquired, .. } = scene(0, 2);
    disk.calm();
    drop(acquired);
    assert_eq!(disk.trace(), ["cut 00000000000000000000.seg", "sync 00000000000000000000.seg"]);
    for at in 0..2 {
        for fault in FAULTS {
            let Scene { disk, author, acquired, .. } = scene(0, 2);
            disk.plan(at, fault);
            drop(acquired);
            for seed in 0..4 {
                check(&disk.after_power_cut(seed), &author, None, SEGMENT_BYTES);
            }
            check(&disk.next_process(), &author, None, SEGMENT_BYTES);
        }
    }
}
