//! What must hold of a log after anything: every acknowledged entry is there,
//! and at most the one group besides whose outcome nobody was told.

use crate::author::{Author, Group, open, read_all, small};
use crate::disk::Disk;
use crate::oracle;
use plumbline::log::Options;
use plumbline::store::Store;
use std::path::Path;
use std::sync::Arc;

pub const DIR: &str = "/log";

/// Acquires the log, appends to it, closes it, and re-checks every byte by other
/// code. True if the doubtful group was there.
pub fn check(disk: &Disk, acked: &Author, doubtful: Option<&Group>, bytes: u64) -> bool {
    let dir = Path::new(DIR);
    let mut author = acked.clone();
    let log = open(Arc::new(disk.clone()), dir, small(bytes));
    let mut acquired = log.acquire("successor").unwrap();
    let kept = acquired.head.size > author.entries.len() as u64;
    if kept {
        author.accept(doubtful.expect("entries that nobody wrote"));
    }
    assert_eq!(acquired.head.size, author.entries.len() as u64);
    assert_eq!(acquired.head.last_hash, author.last_hash);
    assert_eq!(acquired.head.last_entry.as_ref(), author.entries.last());
    check_files(disk, &author);
    assert_eq!(read_all(&log, 5000).unwrap(), author.entries);
    author.append(&mut acquired, &["after", "reopening"]).unwrap();
    drop(acquired);
    check_files(disk, &author);
    let files = disk.files_in(dir);
    let names: Vec<_> = files.keys().filter(|name| name.ends_with(".tmp")).collect();
    assert!(names.is_empty(), "left over: {names:?}");
    let last = files.iter().rfind(|(name, _)| name.ends_with(".seg")).unwrap().1;
    assert!(last[last.len() - 32..] != [0; 32], "a closed log ends with its last frame");
    kept
}

/// Every byte of the files, by code that is not the program's.
pub fn check_files(disk: &Disk, author: &Author) {
    let found = oracle::read(&disk.files_in(Path::new(DIR))).unwrap();
    assert_eq!(found.entries.len(), author.entries.len());
    assert_eq!(found.entries, author.entries);
    assert_eq!(found.root, author.frontier.root().0);
}

/// A log of some entries, closed, on a disk of its own.
pub fn closed_log(options: &Options, groups: usize, text: &str) -> (Disk, Author) {
    let disk = Disk::new();
    let log = open(Arc::new(disk.clone()), Path::new(DIR), options.clone());
    let mut acquired = log.acquire("first").unwrap();
    let mut author = Author::new();
    for _ in 0..groups {
        author.append(&mut acquired, &[text, "b"]).unwrap();
    }
    drop(acquired);
    (disk, author)
}
