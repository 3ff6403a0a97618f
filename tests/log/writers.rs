//! Two writers on one log: in one process, on two handles, in two processes.

use crate::author::{Author, ORIGIN, open, read_all, small};
use crate::disk::Disk;
use plumbline::log::{Options, RealFiles, SegmentLog};
use plumbline::store::{Store, StoreError};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

const CHILD: &str = "PLUMBLINE_TEST_LOCK_IN";

fn real(dir: &Path) -> SegmentLog {
    open(Arc::new(RealFiles), dir, small(16 << 10))
}

#[test]
fn a_second_handle_is_told_who_writes_and_may_read() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (real(dir.path()), real(dir.path()));
    let mut acquired = first.acquire("plumb serve since 2026-03-05T08:20:11Z").unwrap();
    let mut author = Author::new();
    author.append(&mut acquired, &["one", "two"]).unwrap();
    match second.acquire("plumb append") {
        Err(StoreError::Locked(who)) => {
            assert!(who.contains("plumb serve since 2026-03-05T08:20:11Z"), "{who}");
            assert!(who.contains(&format!("pid {}", std::process::id())), "{who}");
        }
        other => panic!("{:?}", other.map(|acquired| acquired.head)),
    }
    assert_eq!(read_all(&second, 1000).unwrap(), author.entries);
    author.append(&mut acquired, &["three"]).unwrap();
    drop(acquired);
    let mut acquired = second.acquire("plumb append").unwrap();
    assert_eq!(acquired.head.size, 3);
    author.append(&mut acquired, &["four"]).unwrap();
    // The first handle follows what is now another writer's log.
    assert_eq!(read_all(&first, 1000).unwrap(), author.entries);
}

#[test]
fn the_lock_is_kept_until_the_last_writer_of_the_process_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (real(dir.path()), real(dir.path()));
    let old = first.acquire("a").unwrap();
    let new = first.acquire("b").unwrap();
    drop(old);
    assert!(matches!(second.acquire("c"), Err(StoreError::Locked(_))));
    drop(new);
    second.acquire("c").unwrap();
}

/// Plays both roles: the child holds the lock until it is killed.
#[test]
fn a_second_process_is_kept_out_until_the_first_dies() {
    if let Some(dir) = std::env::var_os(CHILD) {
        let log = real(&PathBuf::from(dir));
        let _acquired = log.acquire("the child").unwrap();
        println!("holding");
        std::thread::sleep(std::time::Duration::from_secs(60));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let log = real(dir.path());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["writers::a_second_process_is_kept_out_until_the_first_dies", "--exact"])
        .arg("--nocapture")
        .env(CHILD, dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let holding = lines.map_while(Result::ok).any(|line| line.contains("holding"));
    assert!(holding, "the child ended without the lock");
    match log.acquire("the parent") {
        Err(StoreError::Locked(who)) => {
            assert!(who.contains(&format!("the child, pid {}", child.id())), "{who}");
        }
        other => panic!("{:?}", other.map(|acquired| acquired.head)),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(log.acquire("the parent").unwrap().head.size, 0);
}

#[test]
fn a_takeover_waits_for_the_append_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let log = real(dir.path());
    let mut old = log.acquire("old").unwrap();
    let mut author = Author::new();
    let acknowledged = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            loop {
                match author.append(&mut old, &["x", "y"]) {
                    Ok(()) => {}
                    Err(StoreError::Fenced) => return author.entries.len() as u64,
                    Err(error) => panic!("{error}"),
                }
            }
        });
        while log.size().unwrap() < 20 {
            std::thread::yield_now();
        }
        let new = log.acquire("new").unwrap();
        let acknowledged = writing.join().unwrap();
        assert_eq!(new.head.size, acknowledged);
        acknowledged
    });
    assert!(acknowledged >= 20);
}

#[test]
fn the_epoch_rises_even_if_its_file_is_lost() {
    let disk = Disk::new();
    let dir = Path::new("/log");
    let log = open(Arc::new(disk.clone()), dir, small(16 << 10));
    let mut author = Author::new();
    for _ in 0..3 {
        author.append(&mut log.acquire("w").unwrap(), &["x"]).unwrap();
    }
    disk.tamper(&dir.join("epoch"), |bytes| *bytes = b"\0garbage".to_vec());
    let log = open(Arc::new(disk.clone()), dir, small(16 << 10));
    assert_eq!(log.acquire("w").unwrap().epoch, 4);
    assert_eq!(disk.files_in(dir)["epoch"], b"4\n");
}

#[test]
fn a_log_is_missing_foreign_or_without_origin() {
    let disk: Arc<Disk> = Arc::new(Disk::new());
    let dir = Path::new("/log");
    let nothing = SegmentLog::open(disk.clone(), dir, Some(ORIGIN), Options::default());
    assert!(matches!(nothing, Err(StoreError::Missing(_))));
    let log = open(disk.clone(), dir, small(16 << 10));
    let nameless = SegmentLog::open(disk.clone(), dir, None, small(16 << 10)).unwrap();
    assert!(matches!(nameless.acquire("w"), Err(StoreError::Unavailable(_))));
    let mut author = Author::new();
    author.append(&mut log.acquire("w").unwrap(), &["x"]).unwrap();
    // Once there is a segment, it names the origin for the next.
    let mut acquired = nameless.acquire("w").unwrap();
    let long = "y".repeat(9000);
    author.append(&mut acquired, &[&long]).unwrap();
    author.append(&mut acquired, &[&long]).unwrap();
    assert_eq!(nameless.segments().unwrap().len(), 2);
    crate::oracle::read(&disk.files_in(dir)).unwrap();
    drop(acquired);
    let other = Some(plumbline_replay::integrity::chain::Digest([8; 32]));
    let foreign = SegmentLog::open(disk, dir, other, small(16 << 10)).unwrap();
    assert!(matches!(foreign.acquire("w"), Err(StoreError::Damaged { position: 0, .. })));
}
