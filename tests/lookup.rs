//! The lookup against a naive model: every question is answered as a scan over
//! all entries would, whatever happened to the lookup's own files.

use plumbline::index::{Field, Lookup, Query};
use plumbline::store::memory::MemoryLog;
use plumbline::store::{Store, Writer};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::frame::FrameBuilder;
use plumbline_replay::integrity::json::Json;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use proptest::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const KEY: [u8; 16] = *b"0123456789abcdef";
const RECORDED_FROM: i64 = 1_772_698_811_000_000;

/// One event by its few choices: stream, type, unit, officer, party, item, day.
type Choice = (u8, u8, u8, u8, u8, u8, u8);

#[derive(Clone, Debug)]
struct Row {
    position: u64,
    revision: u64,
    id: String,
    system: &'static str,
    keys: Vec<(Field, String)>,
    occurred: i64,
    recorded: i64,
    entry: Vec<u8>,
}

struct Fixture {
    log: MemoryLog,
    writer: Box<dyn Writer>,
    frame: FrameBuilder,
    tree: Frontier,
    rows: Vec<Row>,
    revisions: HashMap<u8, u64>,
}

impl Fixture {
    fn new(frames_per_segment: usize) -> Fixture {
        let log = MemoryLog::new(frames_per_segment);
        let writer = log.acquire("test").unwrap().writer;
        let frame = FrameBuilder::new(1, 0, Digest::ZERO);
        let (tree, rows, revisions) = Default::default();
        Fixture { log, writer, frame, tree, rows, revisions }
    }

    /// Appends one frame.
    fn append(&mut self, choices: &[Choice]) {
        let mut previous = self
            .rows
            .last()
            .map_or(Digest::ZERO, |row| plumbline_replay::integrity::chain::entry_hash(&row.entry));
        self.frame.restart(self.rows.len() as u64, previous);
        for &choice in choices {
            let row = self.row(choice, previous);
            let (entry, hash) = self.frame.entry(|out| out.extend_from_slice(&row.entry)).unwrap();
            self.tree.push(leaf_hash(entry));
            previous = hash;
            self.rows.push(row);
        }
        let header = self.frame.header();
        self.writer.append(&header, self.frame.finish(), previous, &self.tree).unwrap();
    }

    fn row(&mut self, choice: Choice, previous: Digest) -> Row {
        let (stream, kind, unit, officer, party, item, day) = choice;
        let position = self.rows.len() as u64;
        let revision = *self.revisions.entry(stream).and_modify(|r| *r += 1).or_insert(0);
        // Ids repeat across systems, never within one.
        let system = if position.is_multiple_of(2) { "甲\"系统" } else { "b" };
        let id = format!("e-{}", position / 2);
        let keys = vec![
            (Field::Id, id.clone()),
            (Field::Stream, format!("approval/{stream}")),
            (Field::Kind, format!("type.{kind}.v1")),
            (Field::Unit, format!("局\\{unit}")),
            (Field::Officer, format!("o{officer}")),
            (Field::Party, format!("p{party}")),
            (Field::Party, format!("p{}", party / 2)),
            (Field::Item, format!("i{item}")),
        ];
        let text = |at: usize| Json::text(keys[at].1.clone());
        let occurred_text = format!("2026-03-{:02}T10:00:00+08:00", day % 28 + 1);
        let parties = [5, 6].map(|at| Json::object([("id", text(at))])).to_vec();
        let submission = Json::object([
            ("id", text(0)),
            ("stream", text(1)),
            ("type", text(2)),
            ("actor", Json::object([("unit", text(3)), ("officer", text(4))])),
            ("parties", Json::List(parties)),
            ("item", Json::object([("code", text(7))])),
            ("occurred_at", Json::text(occurred_text.clone())),
            ("precision", Json::text("minute")),
            ("source", Json::object([("system", Json::text(system))])),
        ]);
        let recorded = RECORDED_FROM + position as i64 * 1000;
        let utc = plumbline_replay::time::civil::Zone::UTC.rfc3339(recorded);
        let occurred = plumbline_replay::time::civil::parse_rfc3339(&occurred_text).unwrap().micros;
        let recorded = plumbline_replay::time::civil::parse_rfc3339(&utc).unwrap().micros;
        let mut entry = Vec::new();
        let place = Place { position, previous, recorded_at: &utc, revision };
        Parts::new(submission.to_bytes()).unwrap().splice(&place, &mut entry);
        Row { position, revision, id, system, keys, occurred, recorded, entry }
    }

    fn open(&self, dir: &Path) -> Lookup {
        let lookup = Lookup::new(dir, Arc::new(self.log.clone()), KEY);
        lookup.follow(u64::MAX).unwrap();
        lookup
    }

    /// As a sequencer has it.
    fn open_for_writer(&self, dir: &Path) -> Lookup {
        let lookup = Lookup::for_writer(dir, Arc::new(self.log.clone()), KEY);
        lookup.follow(u64::MAX).unwrap();
        lookup
    }

    fn scan(&self, fits: impl Fn(&Row) -> bool) -> Vec<u64> {
        self.rows.iter().filter(|row| fits(row)).map(|row| row.position).collect()
    }

    /// Asks everything that can be asked of a few keys.
    fn check(&self, lookup: &Lookup) {
        let size = self.rows.len() as u64;
        assert_eq!(lookup.position(), size);
        let mut heads = HashMap::new();
        for row in &self.rows {
            assert_eq!(lookup.entry(row.position).unwrap().as_ref(), Some(&row.entry));
            assert_eq!(lookup.find_id(row.system, &row.id).unwrap(), Some(row.position));
            assert_eq!(lookup.find_id("nobody", &row.id).unwrap(), None);
            heads.insert(&row.keys[1].1, (row.revision, row.position));
            let known = self.scan(|other| other.recorded < row.recorded).len() as u64;
            assert_eq!(lookup.recorded_before(row.recorded).unwrap(), known);
        }
        assert_eq!(lookup.entry(size).unwrap(), None);
        assert_eq!(lookup.recorded_before(i64::MAX).unwrap(), size);
        for (stream, head) in heads {
            assert_eq!(lookup.stream_head(stream).unwrap(), Some(head));
        }
        assert_eq!(lookup.stream_head("approval/none").unwrap(), None);
        for row in self.rows.iter().step_by(3) {
            for (field, text) in &row.keys {
                let expected = self.scan(|other| other.keys.contains(&(*field, text.clone())));
                let query = Query::new().with(*field, text);
                assert_eq!(paged(lookup, &query, 2), expected, "{field:?} {text}");
            }
            self.check_combined(lookup, row);
        }
    }

    fn check_combined(&self, lookup: &Lookup, row: &Row) {
        let (kind, party) = (&row.keys[2], &row.keys[5]);
        let occurred = (row.occurred, row.occurred + 3 * 86_400_000_000);
        let recorded = (row.recorded - 5_000, row.recorded + 9_000);
        let query = Query::new()
            .with(kind.0, &kind.1)
            .with(party.0, &party.1)
            .occurred(occurred.0, occurred.1)
            .recorded(recorded.0, recorded.1);
        let within = |range: (i64, i64), at| range.0 <= at && at < range.1;
        let expected = self.scan(|other| {
            other.keys.contains(kind)
                && other.keys.contains(party)
                && within(occurred, other.occurred)
                && within(recorded, other.recorded)
        });
        assert_eq!(paged(lookup, &query, 1), expected);
        let days = Query::new().occurred(occurred.0, occurred.1).system(row.system);
        let expected =
            self.scan(|other| within(occurred, other.occurred) && other.system == row.system);
        assert_eq!(paged(lookup, &days, 4), expected);
        assert_eq!(paged(lookup, &Query::new(), 7), self.scan(|_| true));
        let half = self.rows.len() as u64 / 2;
        let part = lookup.positions(&Query::new(), 1, half, usize::MAX).unwrap();
        assert_eq!(part, (1..half).collect::<Vec<_>>());
    }
}

/// All positions, asked for in pages.
fn paged(lookup: &Lookup, query: &Query, limit: usize) -> Vec<u64> {
    let mut all = Vec::new();
    loop {
        let from = all.last().map_or(0, |last| last + 1);
        let page = lookup.positions(query, from, u64::MAX, limit).unwrap();
        assert!(page.len() <= limit);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    all.sort();
    all
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let one = (0..6u8, 0..3u8, 0..3u8, 0..4u8, 0..5u8, 0..3u8, 0..28u8);
    prop::collection::vec(one, 1..5)
}

fn filled(frames: u8, frames_per_segment: usize) -> Fixture {
    let mut fixture = Fixture::new(frames_per_segment);
    for n in 0..frames {
        fixture.append(&[(n % 5, n % 2, n % 3, n % 4, n % 7, n % 3, n), (n % 3, 1, 1, 2, n, 0, n)]);
    }
    fixture
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_answer_is_that_of_a_scan(
        frames in prop::collection::vec(choices(), 1..12),
        frames_per_segment in 1..6usize,
        early in 0..12usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut fixture = Fixture::new(frames_per_segment);
        let following = fixture.open(dir.path());
        let writing = fixture.open_for_writer(dir.path());
        for (index, frame) in frames.iter().enumerate() {
            fixture.append(frame);
            if index == early {
                following.follow(u64::MAX).unwrap();
            }
            if index % 3 == 0 {
                writing.follow(u64::MAX).unwrap();
            }
        }
        for lookup in [following, writing] {
            lookup.follow(u64::MAX).unwrap();
            fixture.check(&lookup);
        }
        fixture.check(&fixture.open_for_writer(dir.path()));
        fixture.check(&fixture.open(dir.path()));
        std::fs::remove_dir_all(dir.path()).unwrap();
        fixture.check(&fixture.open(dir.path()));
    }
}

#[test]
fn any_damaged_byte_costs_nothing_but_time() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = filled(9, 4);
    drop(fixture.open(dir.path()));
    let path = files(dir.path())[0].clone();
    let sound = std::fs::read(&path).unwrap();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bytes).unwrap();
        let lookup = fixture.open(dir.path());
        assert_eq!(std::fs::read(&path).unwrap(), sound, "byte {at} was not mended");
        assert_eq!(lookup.find_id("b", "e-1").unwrap(), Some(3));
    }
    for length in [0, 1, 127, sound.len() - 1] {
        std::fs::write(&path, &sound[..length]).unwrap();
        fixture.check(&fixture.open(dir.path()));
        assert_eq!(std::fs::read(&path).unwrap(), sound);
    }
}

#[test]
fn a_part_of_another_log_or_key_is_made_again() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fixture = filled(9, 4);
    let mut other = Fixture::new(4);
    (0..9).for_each(|n| other.append(&[(9, 2, 2, 2, n, 2, n), (9, 2, 2, 2, 2, 2, n)]));
    drop(other.open(other_dir.path()));
    drop(fixture.open(dir.path()));
    for path in files(other_dir.path()) {
        std::fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
    }
    fixture.check(&fixture.open(dir.path()));
    let lookup = Lookup::new(dir.path(), Arc::new(fixture.log.clone()), [7; 16]);
    lookup.follow(u64::MAX).unwrap();
    fixture.check(&lookup);
}

#[test]
fn a_folder_that_cannot_be_written_is_done_without() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("file");
    std::fs::write(&in_the_way, b"not a folder").unwrap();
    let fixture = filled(9, 2);
    fixture.check(&fixture.open(&in_the_way));
}

#[test]
fn readers_ask_while_one_follows() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = filled(60, 3);
    let lookup = Lookup::new(dir.path(), Arc::new(MemoryLog::new(1)), KEY);
    assert_eq!(lookup.follow(10).unwrap(), 0, "an empty log has nothing to follow");
    let growing = Fixture::new(3);
    let lookup = Arc::new(growing.open_for_writer(dir.path()));
    let done = AtomicBool::new(false);
    let rows = &fixture.rows;
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut asked = 0u64;
            while !done.load(Ordering::Acquire) || asked == 0 {
                let size = lookup.position();
                for row in rows.iter().take(size as usize) {
                    assert_eq!(lookup.find_id(row.system, &row.id).unwrap(), Some(row.position));
                }
                let seen = lookup.positions(&Query::new(), 0, size, usize::MAX).unwrap();
                assert_eq!(seen, (0..size).collect::<Vec<_>>());
                asked += 1;
            }
        });
        let mut growing = growing;
        for n in 0..60u8 {
            growing.append(&[
                (n % 5, n % 2, n % 3, n % 4, n % 7, n % 3, n),
                (n % 3, 1, 1, 2, n, 0, n),
            ]);
            lookup.follow(u64::MAX).unwrap();
        }
        done.store(true, Ordering::Release);
        reader.join().unwrap();
    });
    assert_eq!(lookup.position(), 120);
}
