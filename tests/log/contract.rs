//! The contract of `store::Store`, the same for every engine: one more engine is
//! one more line in `engines`.

use crate::author::{Author, ORIGIN, read_all, small};
use crate::disk::Disk;
use crate::oracle;
use plumbline::log::{Files, RealFiles, SegmentLog};
use plumbline::store::memory::MemoryLog;
use plumbline::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::FRAME_BYTES_MAX;
use plumbline_replay::integrity::tree::Frontier;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn segment_log(files: Arc<dyn Files>, dir: &Path) -> Arc<dyn Store> {
    SegmentLog::create(files.as_ref(), dir).unwrap();
    Arc::new(SegmentLog::open(files, dir, Some(ORIGIN), small(16 << 10)).unwrap())
}

/// Runs one check against every engine, each with an empty log.
fn engines(check: impl Fn(&str, Arc<dyn Store>)) {
    check("memory", Arc::new(MemoryLog::new(5)));
    let disk = Arc::new(Disk::new());
    check("segment files, simulated disk", segment_log(disk, Path::new("/log")));
    let dir = tempfile::tempdir().unwrap();
    let files = segment_log(Arc::new(RealFiles), &dir.path().join("log"));
    check("segment files", files);
}

fn text(seed: usize) -> String {
    "甲乙丙丁".chars().cycle().skip(seed).take(10 + seed * 37 % 400).collect()
}

/// Appends groups of 1, 2, 3 … entries.
fn filled(store: &dyn Store, groups: usize) -> (Author, plumbline::store::Acquired) {
    let mut acquired = store.acquire("test").unwrap();
    let mut author = Author::new();
    for group in 0..groups {
        let texts: Vec<String> = (0..=group % 4).map(|entry| text(group * 5 + entry)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let group = author.group(acquired.epoch, &texts, &[0xd5; 40][..group % 3 * 20]);
        group.append_to(acquired.writer.as_mut()).unwrap();
        author.accept(&group);
    }
    (author, acquired)
}

#[test]
fn an_empty_log_has_nothing_and_can_be_continued() {
    engines(|name, store| {
        assert_eq!(store.size().unwrap(), 0, "{name}");
        assert!(store.read(0, 1000).unwrap().is_empty(), "{name}");
        assert!(store.segments().unwrap().is_empty(), "{name}");
        let acquired = store.acquire("test").unwrap();
        assert_eq!(acquired.head.size, 0, "{name}");
        assert_eq!(acquired.head.last_hash, Digest::ZERO, "{name}");
        assert_eq!(acquired.head.frontier, Frontier::new(), "{name}");
        assert_eq!(acquired.head.last_entry, None, "{name}");
    });
}

#[test]
fn what_was_appended_is_read_back_byte_for_byte() {
    engines(|name, store| {
        let (author, _writer) = filled(store.as_ref(), 60);
        assert_eq!(store.size().unwrap(), author.entries.len() as u64, "{name}");
        for max_bytes in [1, 700, 5000, usize::MAX] {
            let read = read_all(store.as_ref(), max_bytes).unwrap();
            assert_eq!(read, author.entries, "{name}");
        }
        let segments = store.segments().unwrap();
        assert!(segments.len() > 2, "{name}: {} segments", segments.len());
        let mut next = 0;
        for (index, segment) in segments.iter().enumerate() {
            assert_eq!(segment.first_position, next, "{name}");
            assert_eq!(segment.sealed, index + 1 < segments.len(), "{name}");
            next += segment.count;
        }
        assert_eq!(next, author.entries.len() as u64, "{name}");
    });
}

#[test]
fn a_read_begins_with_the_frame_that_holds_the_position() {
    engines(|name, store| {
        let (author, _writer) = filled(store.as_ref(), 60);
        for position in 0..author.entries.len() as u64 {
            let blocks = store.read(position, 1).unwrap();
            assert_eq!(blocks.len(), 1, "{name}: one frame reaches one byte");
            let block = &blocks[0];
            let held = block.first_position..block.first_position + u64::from(block.count);
            assert!(held.contains(&position), "{name}: {held:?} for {position}");
            for (at, offset, entry) in block.entries() {
                assert_eq!(entry, author.entries[at as usize], "{name}");
                let slice = store.slice(block.segment, offset, entry.len()).unwrap();
                assert_eq!(slice, entry, "{name}");
            }
        }
        let size = author.entries.len() as u64;
        assert!(store.read(size, 1).unwrap().is_empty(), "{name}");
    });
}

#[test]
fn a_read_stops_with_the_frame_that_reaches_the_limit() {
    engines(|name, store| {
        let (_, _writer) = filled(store.as_ref(), 60);
        for max_bytes in [1, 900, 3000, 20_000] {
            let blocks = store.read(0, max_bytes).unwrap();
            let all: usize = blocks.iter().map(|block| block.bytes.len()).sum();
            let but_last = all - blocks.last().unwrap().bytes.len();
            assert!(all >= max_bytes, "{name}");
            assert!(but_last < max_bytes, "{name}");
        }
    });
}

#[test]
fn disclosures_come_back_with_their_frame() {
    engines(|name, store| {
        let (_, _writer) = filled(store.as_ref(), 9);
        let blocks = store.read(0, usize::MAX).unwrap();
        let lengths: Vec<usize> = blocks.iter().map(|block| block.disclosures.len()).collect();
        assert_eq!(lengths, [0, 20, 40, 0, 20, 40, 0, 20, 40], "{name}");
        assert!(blocks.iter().all(|b| b.disclosures.iter().all(|byte| *byte == 0xd5)), "{name}");
    });
}

#[test]
fn bytes_that_are_not_there_are_not_made_up() {
    engines(|name, store| {
        let (_, _writer) = filled(store.as_ref(), 3);
        let bytes = store.segments().unwrap()[0].bytes;
        for (segment, offset, length) in
            [(0, bytes - 3, 4), (0, u64::MAX, 1), (1, 0, 1), (0, 0, usize::MAX)]
        {
            let slice = store.slice(segment, offset, length);
            assert!(matches!(slice, Err(StoreError::Damaged { .. })), "{name}: {slice:?}");
        }
    });
}

#[test]
fn a_frame_that_does_not_continue_the_head_is_refused_and_leaves_nothing() {
    engines(|name, store| {
        let (mut author, mut acquired) = filled(store.as_ref(), 4);
        let size = author.entries.len() as u64;
        let right = author.group(acquired.epoch, &["right"], b"");
        let mut position = right.clone();
        position.header.first_position += 1;
        let mut previous = right.clone();
        previous.header.previous = Digest([9; 32]);
        let mut tree = right.clone();
        tree.next = author.frontier.clone();
        let mut length = right.clone();
        length.frame.push(0);
        let empty = author.group(acquired.epoch, &[], b"");
        for wrong in [position, previous, tree, length, empty] {
            let answer = wrong.append_to(acquired.writer.as_mut());
            assert!(matches!(answer, Err(StoreError::Conflict(at)) if at == size), "{name}");
            assert_eq!(store.size().unwrap(), size, "{name}");
        }
        author.append(&mut acquired, &["right"]).unwrap();
        assert_eq!(read_all(store.as_ref(), 1000).unwrap(), author.entries, "{name}");
    });
}

#[test]
fn a_frame_beyond_the_limits_is_too_large_and_the_writer_goes_on() {
    engines(|name, store| {
        let (mut author, mut acquired) = filled(store.as_ref(), 1);
        let disclosures = vec![1; FRAME_BYTES_MAX + 1];
        let large = author.group(acquired.epoch, &["x"], &disclosures);
        let answer = large.append_to(acquired.writer.as_mut());
        assert!(matches!(answer, Err(StoreError::TooLarge(_))), "{name}: {answer:?}");
        author.append(&mut acquired, &["y"]).unwrap();
        assert_eq!(read_all(store.as_ref(), 1000).unwrap(), author.entries, "{name}");
    });
}

#[test]
fn acquiring_again_fences_the_older_writer_for_good() {
    engines(|name, store| {
        let (mut author, mut old) = filled(store.as_ref(), 12);
        let mut new = store.acquire("successor").unwrap();
        assert!(new.epoch > old.epoch, "{name}");
        let group = author.group(old.epoch, &["late"], b"");
        for _ in 0..2 {
            let answer = group.append_to(old.writer.as_mut());
            assert!(matches!(answer, Err(StoreError::Fenced)), "{name}: {answer:?}");
        }
        author.append(&mut new, &["first of the new"]).unwrap();
        drop(old);
        author.append(&mut new, &["after the old one is gone"]).unwrap();
        assert_eq!(read_all(store.as_ref(), 1000).unwrap(), author.entries, "{name}");
    });
}

#[test]
fn the_head_is_what_an_independent_count_makes_it() {
    engines(|name, store| {
        let mut author = Author::new();
        for round in 0..12 {
            let mut acquired = store.acquire("round").unwrap();
            let head = &acquired.head;
            assert_eq!(head.size, author.entries.len() as u64, "{name}");
            assert_eq!(head.frontier.root().0, oracle::root(&author.entries), "{name}");
            assert_eq!(head.last_entry.as_ref(), author.entries.last(), "{name}");
            let last = author.entries.last().map(|entry| *blake3::hash(entry).as_bytes());
            assert_eq!(head.last_hash.0, last.unwrap_or([0; 32]), "{name}");
            for _ in 0..round {
                author.append(&mut acquired, &[&text(round), "b"]).unwrap();
            }
        }
    });
}

#[test]
fn readers_beside_the_writer_see_whole_frames_and_never_less_than_before() {
    engines(|name, store| {
        let mut acquired = store.acquire("writer").unwrap();
        let mut author = Author::new();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !done.load(Ordering::Acquire) {
                        let size = store.size().unwrap();
                        assert!(size >= seen, "{name}: {size} after {seen}");
                        assert_eq!(size % 3, 0, "{name}: part of a group of three");
                        let entries = read_all(store.as_ref(), 4000).unwrap();
                        assert!(entries.len() as u64 >= size, "{name}");
                        seen = size;
                    }
                });
            }
            for round in 0..40 {
                let texts = [&*text(round), "b", "c"];
                author.append(&mut acquired, &texts).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        assert_eq!(read_all(store.as_ref(), 4000).unwrap(), author.entries, "{name}");
    });
}
