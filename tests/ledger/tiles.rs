//! Tiles and bundles of a stored log against their definition, against another
//! library's tree, while the log grows, and as a folder of files.

use super::city::{config, files, new_ledger, open, reader, record, surroundings};
use plumbline::config::{Config, Layout};
use plumbline::ledger::{Ledger, LogName, create, read_config};
use plumbline::publication::{FolderError, Publication, Publisher, write_folder};
use plumbline::reader::Reader;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::proof::{consistency, inclusion};
use plumbline_replay::integrity::tile::{Content, Tile, all};
use plumbline_replay::integrity::tree::{leaf_hash, node_hash};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn publication(dir: &Path) -> Publication {
    let layout = Layout::new(dir);
    let config = read_config(&layout).unwrap();
    Publication::new(layout, config, reader(dir))
}

/// MTH of RFC 6962 §2.1, by its definition.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [one] => *one,
        _ => {
            let cut = (leaves.len() - 1).ilog2();
            let (left, right) = leaves.split_at(1 << cut);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// A tile by its definition: MTH(D[(n·256 + i)·256^l : (n·256 + i + 1)·256^l]).
fn naive_tile(leaves: &[Digest], tile: &Tile) -> Vec<u8> {
    let span = 256usize.pow(u32::from(tile.content.level()));
    let hash = |i: usize| {
        let from = (tile.index as usize * 256 + i) * span;
        naive_root(&leaves[from..from + span]).0
    };
    (0..usize::from(tile.width)).flat_map(hash).collect()
}

fn naive_bundle(entries: &[Vec<u8>], tile: &Tile) -> Vec<u8> {
    let from = tile.index as usize * 256;
    let framed = |entry: &Vec<u8>| [&(entry.len() as u16).to_be_bytes()[..], entry].concat();
    entries[from..from + usize::from(tile.width)].iter().flat_map(framed).collect()
}

struct Naive {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Digest>,
}

fn naive(dir: &Path) -> Naive {
    let reader = reader(dir);
    let entry = |position| reader.entry(position).unwrap().unwrap();
    let entries: Vec<Vec<u8>> = (0..reader.size()).map(entry).collect();
    Naive { leaves: entries.iter().map(|entry| leaf_hash(entry)).collect(), entries }
}

impl Naive {
    fn bytes(&self, tile: &Tile) -> Vec<u8> {
        match tile.content {
            Content::Hashes(_) => naive_tile(&self.leaves, tile),
            Content::Entries => naive_bundle(&self.entries, tile),
        }
    }
}

/// Every tile of these sizes, and that there is nothing beyond.
fn check(publication: &Publication, naive: &Naive, sizes: &[u64]) {
    for &size in sizes {
        for tile in all(size) {
            let bytes = publication.bytes(&tile, size).unwrap();
            assert!(bytes.unwrap() == naive.bytes(&tile), "{tile} of {size}");
            if !tile.is_full() {
                let wider = Tile { width: tile.width + 1, ..tile };
                assert_eq!(publication.bytes(&wider, size).unwrap(), None, "{wider} of {size}");
            }
            let after = Tile { index: tile.index + 1, width: 1, ..tile };
            assert_eq!(publication.bytes(&after, size).unwrap().is_some(), after.is_in(size));
        }
    }
}

#[test]
fn tiles_are_those_of_the_definition_over_many_segments() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    for first in (0..1100).step_by(13) {
        record(&ledger, first..1100.min(first + 13));
    }
    ledger.close();
    let naive = naive(dir.path());
    let publication = publication(dir.path());
    assert_eq!(publication.sign().unwrap().checkpoint.root, naive_root(&naive.leaves));
    check(&publication, &naive, &[1, 2, 255, 256, 257, 511, 512, 513, 1024, 1101]);
    let beyond = Tile { content: Content::Hashes(63), index: 0, width: 1 };
    assert_eq!(publication.bytes(&beyond, 1101).unwrap(), None);
    // What is asked of a larger tree than there is.
    let last = Tile { content: Content::Hashes(0), index: 4, width: 78 };
    assert_eq!(publication.bytes(&last, 2000).unwrap(), None);
}

/// The specification's own example, on both sides of 256², whole frames of
/// thousands of entries among small ones.
#[test]
fn seventy_thousand_entries_have_the_tiles_of_the_specification() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { segment_bytes: Some(4 << 20), ..config() };
    let ledger = create(dir.path(), &config, surroundings()).unwrap();
    let mut next = 0;
    while next < 69_999 {
        let end = 69_999.min(next + if next % 3 == 0 { 4000 } else { 7 });
        record(&ledger, next..end);
        next = end;
    }
    ledger.close();
    let naive = naive(dir.path());
    assert_eq!(naive.leaves.len(), 70_000);
    let publication = publication(dir.path());
    let root = publication.sign().unwrap().checkpoint.root;
    check(&publication, &naive, &[65_535, 65_536, 65_537, 70_000]);

    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    naive.entries.iter().for_each(|entry| theirs.push(entry.clone()));
    assert_eq!(theirs.root().as_bytes().as_slice(), root.0);
    let tree = publication.tree();
    let flat = |path: Vec<Digest>| path.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let ours = inclusion(&*tree, index, 70_000).unwrap().unwrap();
        assert_eq!(theirs.prove_inclusion(index as usize).as_bytes(), flat(ours));
    }
    for old in [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999] {
        let ours = consistency(&*tree, old, 70_000).unwrap().unwrap();
        let proof = theirs.prove_consistency(70_000 - old as usize);
        assert_eq!(proof.as_bytes(), flat(ours), "{old}");
    }
}

/// Whoever reads a checkpoint finds the tiles that it needs, and they have its
/// root; what was published before is still there.
#[test]
fn every_published_checkpoint_has_its_tiles_while_the_log_grows() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(new_ledger(dir.path()));
    let reader = Reader::of(&ledger, LogName::Open).unwrap();
    let layout = Layout::new(dir.path());
    let publication = Arc::new(Publication::new(layout, config(), reader));
    let publisher = Publisher::start(publication.clone()).unwrap();
    ledger.watch(LogName::Open, publisher.watcher());
    let stop = AtomicBool::new(false);
    let mut seen: BTreeMap<u64, Digest> = BTreeMap::new();
    std::thread::scope(|scope| {
        let (writer, stop) = (ledger.clone(), &stop);
        scope.spawn(move || {
            let mut next = 0;
            while !stop.load(Ordering::Relaxed) && next < 20_000 {
                record(&writer, next..next + 17);
                next += 17;
            }
        });
        // Published by the thread at its pace, and signed here between.
        for _ in 0..10_000 {
            if seen.len() == 8 {
                break;
            }
            let signed = publication.sign().unwrap();
            publication.publish(signed).unwrap();
            let head = publication.published().unwrap().checkpoint.clone();
            seen.insert(head.size, head.root);
            for (size, root) in &seen {
                assert_eq!(root_by_tiles(&publication, *size), *root, "{size}");
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(seen.len(), 8, "the log did not grow");
    let last = *seen.keys().last().unwrap();
    let shown = |size| publication.published().is_some_and(|head| head.checkpoint.size >= size);
    drop(record(&ledger, 30_000..30_001));
    let deadline = 200;
    for attempt in 0.. {
        if shown(last + 1) {
            break;
        }
        assert!(attempt < deadline, "the publisher's thread does not publish");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    drop(publisher);
}

/// The root over the bundles of a size; each must fit its tile.
fn root_by_tiles(publication: &Publication, size: u64) -> Digest {
    let mut leaves = Vec::new();
    for tile in all(size).filter(|tile| tile.content == Content::Hashes(0)) {
        let hashes = publication.bytes(&tile, size).unwrap().unwrap();
        let bundle = Tile { content: Content::Entries, ..tile };
        let bundle = publication.bytes(&bundle, size).unwrap().unwrap();
        let mut rest = bundle.as_slice();
        let mut own = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
            own.push(leaf_hash(entry));
            rest = after;
        }
        assert_eq!(own.iter().flat_map(|leaf| leaf.0).collect::<Vec<u8>>(), hashes);
        leaves.extend(own);
    }
    naive_root(&leaves)
}

/// Every file below a folder with its bytes.
fn below(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for path in files(dir) {
        if path.is_dir() {
            out.extend(below(&path));
        } else {
            out.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    out
}

fn relative(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let strip =
        |(path, bytes): (PathBuf, Vec<u8>)| (path.strip_prefix(dir).unwrap().to_owned(), bytes);
    below(dir).into_iter().map(strip).collect()
}

fn more(dir: &Path, numbers: std::ops::Range<u64>) {
    let ledger: Ledger = open(dir);
    record(&ledger, numbers);
    ledger.close();
}

#[test]
fn a_folder_is_brought_up_to_date_and_loses_nothing() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (step, whole) = (out.path().join("step"), out.path().join("whole"));
    new_ledger(dir.path()).close();
    more(dir.path(), 0..300);
    let first = write_folder(&publication(dir.path()), &step).unwrap();
    assert_eq!((first.size, first.files), (301, 2 + 1 + 2));
    let partial = step.join("tile/0/001.p/45");
    let kept = std::fs::read(&partial).unwrap();
    assert_eq!(kept.len(), 45 * 32);
    more(dir.path(), 300..700);
    let again = write_folder(&publication(dir.path()), &step).unwrap();
    assert_eq!((again.size, again.files), (701, 2 + 1 + 2));
    assert_eq!(std::fs::read(&partial).unwrap(), kept, "a published partial tile is gone");
    assert_eq!(write_folder(&publication(dir.path()), &step).unwrap().files, 0);

    write_folder(&publication(dir.path()), &whole).unwrap();
    let (step, whole) = (relative(&step), relative(&whole));
    assert!(whole.iter().all(|(path, bytes)| step.get(path) == Some(bytes)));
    let expected: Vec<String> = all(701).map(|tile| tile.to_string()).collect();
    assert_eq!(whole.len(), expected.len() + 1);
    assert!(expected.iter().all(|path| whole.contains_key(Path::new(path))));
}

#[test]
fn a_folder_with_another_history_is_left_alone() {
    let (dir, other, out) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&dir, &other] {
        new_ledger(dir.path()).close();
        more(dir.path(), 0..10);
    }
    write_folder(&publication(dir.path()), out.path()).unwrap();
    let before = below(out.path());
    let refused = |dir: &Path, words: &str| {
        let error = write_folder(&publication(dir), out.path()).unwrap_err();
        assert!(
            matches!(&error, FolderError::Contradiction { reason, .. } if reason.contains(words)),
            "{error}"
        );
        assert_eq!(below(out.path()), before);
    };
    // The same origin, other moments: another root.
    refused(other.path(), "another root");
    std::fs::write(out.path().join("checkpoint"), "x\n").unwrap();
    let before = below(out.path());
    let error = write_folder(&publication(dir.path()), out.path()).unwrap_err();
    assert!(matches!(error, FolderError::Contradiction { .. }), "{error}");
    assert_eq!(below(out.path()), before);
}

#[test]
fn an_entry_that_was_changed_on_disk_is_not_written_into_a_folder() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    new_ledger(dir.path()).close();
    for first in (0..100).step_by(10) {
        more(dir.path(), first..first + 10);
    }
    let publication = publication(dir.path());
    publication.sign().unwrap();
    // Signing reads what is new; this was signed long ago.
    let segment = super::city::segments(dir.path()).remove(1);
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(4).position(|window| window == b"hall").unwrap();
    bytes[at] = b'H';
    std::fs::write(&segment, bytes).unwrap();
    let error = write_folder(&publication, out.path()).unwrap_err();
    assert!(error.to_string().contains("another hash than was signed"), "{error}");
    assert!(!out.path().join("checkpoint").exists());
}
