//! Closings and extracts by the indexes that are kept: the same bytes as from the whole
//! log, and only what is new is read. A file that lies makes nothing false.

use super::city::{config, files, new_ledger, open, reader, record};
use plumbline::config::Layout;
use plumbline::extract::{Asked, of_stream};
use plumbline::ledger::{Ledger, LogName, closing};
use plumbline::store::{Acquired, Block, SegmentInfo, SegmentStart, Store, StoreError};
use plumbline::stream_index::{Since, StreamIndexes};
use plumbline_replay::streams::{Closing, StreamIndex};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A log that notes the lowest position that was read.
struct Watched {
    store: Arc<dyn Store>,
    lowest: AtomicU64,
}

impl Watched {
    fn over(store: Arc<dyn Store>) -> Watched {
        Watched { store, lowest: AtomicU64::new(u64::MAX) }
    }

    fn lowest(&self) -> u64 {
        self.lowest.load(Ordering::Relaxed)
    }
}

impl Store for Watched {
    fn acquire(&self, who: &str) -> Result<Acquired, StoreError> {
        self.store.acquire(who)
    }

    fn size(&self) -> Result<u64, StoreError> {
        self.store.size()
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.store.segments()
    }

    fn segment_start(&self, segment: u64) -> Result<SegmentStart, StoreError> {
        self.store.segment_start(segment)
    }

    fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Block>, StoreError> {
        self.lowest.fetch_min(from, Ordering::Relaxed);
        self.store.read(from, max_bytes)
    }

    fn slice(&self, segment: u64, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        self.store.slice(segment, offset, length)
    }
}

const EVENTS: u64 = 200;

/// Closes the open log; gives what the closing states.
fn close(ledger: &Ledger) -> Closing {
    let receipt = closing::record(ledger, LogName::Open).unwrap();
    let entry = plumbline::store::entry_at(ledger.store(LogName::Open).as_ref(), receipt.position);
    closing::stated(&entry.unwrap().unwrap()).unwrap()
}

/// The index of the first entries, from all of them.
fn naive(store: &dyn Store, size: u64) -> StreamIndex {
    let none = tempfile::tempdir().unwrap();
    StreamIndexes::new(none.path().to_owned())
        .grown(store, None, &mut Since::default(), size)
        .unwrap()
}

fn folder(dir: &Path) -> PathBuf {
    Layout::new(dir).streams(LogName::Open)
}

#[test]
fn a_closing_reads_what_came_since_the_last_one() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let store: Arc<dyn Store> = ledger.store(LogName::Open);
    record(&ledger, 0..EVENTS);
    let first = close(&ledger);
    assert_eq!(first, naive(store.as_ref(), first.size).closing());
    record(&ledger, EVENTS..EVENTS + 20);
    let second = close(&ledger);
    assert_eq!(second, naive(store.as_ref(), second.size).closing());
    let indexes = StreamIndexes::new(folder(dir.path()));
    let size = store.size().unwrap();
    let watched = Watched::over(store.clone());
    let mut since = Since::default();
    let mut grown = indexes.grown(&watched, Some(second), &mut since, size).unwrap();
    assert_eq!(watched.lowest(), second.size, "entries before the last closing were read");
    assert_eq!(grown.closing(), naive(store.as_ref(), size).closing());
    // Of a stream that is there, of one at each end, of none.
    for stream in ["approval/990100-3", "approval/990100-0", "ledger/open", "a", "approval/x", "z"]
    {
        let watched = Watched::over(store.clone());
        let proof = indexes.prove(&watched, &second, stream).unwrap();
        assert_eq!(watched.lowest(), u64::MAX, "{stream}: entries were read");
        assert_eq!(proof, naive(store.as_ref(), second.size).prove(stream), "{stream}");
    }
    // Only the last ones are kept.
    for _ in 0..3 {
        record(&ledger, [EVENTS + 100]);
        close(&ledger);
    }
    assert_eq!(files(&folder(dir.path())).len(), 2);
}

/// A closing makes one tree, of which most is that of the closing before, and reads what
/// nobody has followed yet.
#[test]
fn a_closing_costs_what_has_changed_since_the_last_one() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let store: Arc<dyn Store> = ledger.store(LogName::Open);
    record(&ledger, 0..2_000);
    let closed = close(&ledger);
    assert!(closed.streams > 500, "{closed:?}");
    record(&ledger, 2_000..2_030);
    let mut since = Since::default();
    let followed = store.size().unwrap();
    since.follow(store.as_ref(), Some(closed), followed).unwrap();
    record(&ledger, 2_030..2_035);
    let size = store.size().unwrap();
    let watched = Watched::over(store.clone());
    let indexes = StreamIndexes::new(folder(dir.path()));
    let mut grown = indexes.grown(&watched, Some(closed), &mut since, size).unwrap();
    assert_eq!(watched.lowest(), followed, "what was followed was read again");
    // What is kept was hashed once, to be believed: a leaf each and the nodes above.
    let believed = grown.hashed();
    assert!(believed < 2 * closed.streams, "{believed} for {closed:?}");
    let made = grown.closing();
    assert_eq!(made, naive(store.as_ref(), size).closing());
    let hashed = grown.hashed();
    // The file and the proofs are of the same tree.
    indexes.keep(&mut grown);
    grown.prove("approval/990100-3");
    assert_eq!(grown.hashed(), hashed);
    let whole = naive(store.as_ref(), size).closing().streams * 2;
    assert!(hashed - believed < whole, "{} for {whole}", hashed - believed);
    // Another closing begins anew; the same one again is followed from where it was.
    let again = close(&ledger);
    let end = store.size().unwrap();
    let watched = Watched::over(store.clone());
    let mut after = indexes.grown(&watched, Some(again), &mut since, end).unwrap();
    assert_eq!(watched.lowest(), again.size);
    assert_eq!(after.closing(), naive(store.as_ref(), end).closing());
}

#[test]
fn files_that_lie_or_are_missing_make_nothing_false() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let store: Arc<dyn Store> = ledger.store(LogName::Open);
    record(&ledger, 0..60);
    let closed = close(&ledger);
    record(&ledger, 60..70);
    let size = store.size().unwrap();
    let path = files(&folder(dir.path())).pop().unwrap();
    let sound = std::fs::read(&path).unwrap();
    let indexes = StreamIndexes::new(folder(dir.path()));
    let expected = naive(store.as_ref(), size).closing();
    let proof = naive(store.as_ref(), closed.size).prove("approval/990100-3");
    let all = |what: &str| {
        let mut since = Since::default();
        let mut grown = indexes.grown(store.as_ref(), Some(closed), &mut since, size).unwrap();
        assert_eq!(grown.closing(), expected, "{what}");
        let made = indexes.prove(store.as_ref(), &closed, "approval/990100-3").unwrap();
        assert_eq!(made, proof, "{what}");
    };
    for at in (0..sound.len()).step_by(3) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x41;
        std::fs::write(&path, &bytes).unwrap();
        all(&format!("byte {at}"));
    }
    for length in [0, 7, 39, 40, 60, sound.len() - 1] {
        std::fs::write(&path, &sound[..length]).unwrap();
        all(&format!("{length} bytes"));
    }
    std::fs::write(&path, [&sound[..], b"x"].concat()).unwrap();
    all("longer");
    std::fs::remove_dir_all(folder(dir.path())).unwrap();
    all("missing");
    assert_eq!(std::fs::read(&path).unwrap(), sound, "made again as it was");
    // The next closing of the ledger itself, grown from a file of another history.
    let other = tempfile::tempdir().unwrap();
    let foreign = new_ledger(other.path());
    record(&foreign, 1000..1060);
    close(&foreign);
    std::fs::copy(files(&folder(other.path())).pop().unwrap(), &path).unwrap();
    let closed = close(&ledger);
    assert_eq!(closed, naive(store.as_ref(), closed.size).closing());
}

#[test]
fn an_extract_is_the_same_with_and_without_disposable_files() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    record(&ledger, 0..EVENTS);
    close(&ledger);
    record(&ledger, EVENTS..EVENTS + 9);
    ledger.close();
    let layout = Layout::new(dir.path());
    let extract = |stream: &str, absent: bool| {
        of_stream(&layout, &config(), Asked { log: LogName::Open, stream, absent }).unwrap()
    };
    for (stream, absent) in [("approval/990100-3", false), ("approval/none", true)] {
        let kept = extract(stream, absent);
        assert_eq!(kept.entries.len(), if absent { 0 } else { 3 });
        std::fs::remove_dir_all(dir.path().join("derived")).unwrap();
        assert_eq!(extract(stream, absent).to_document(), kept.to_document());
    }
    // A lookup that has lost an entry is found out by the index.
    drop(reader(dir.path()));
    drop(open(dir.path()));
    assert_eq!(extract("approval/990100-3", false).entries.len(), 3);
}
