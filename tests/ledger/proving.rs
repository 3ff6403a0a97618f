//! Proofs against a tree that is computed whole from the entries, with the files
//! of nodes, without them, and with damaged ones.

use super::city::{config, files, new_ledger, reader, record};
use plumbline::config::Layout;
use plumbline::ledger::LogName;
use plumbline::proof::Tree;
use plumbline::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::proof::{
    Nodes, consistency, inclusion, verify_consistency, verify_inclusion,
};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use std::path::Path;

const EVENTS: u64 = 1100;

/// Every root from the empty tree on, and every leaf.
struct Naive {
    roots: Vec<Digest>,
    leaves: Vec<Digest>,
}

fn grown(dir: &Path) -> Naive {
    let ledger = new_ledger(dir);
    for first in (0..EVENTS).step_by(13) {
        record(&ledger, first..EVENTS.min(first + 13));
    }
    ledger.close();
    let reader = reader(dir);
    let mut frontier = Frontier::new();
    let mut naive = Naive { roots: vec![frontier.root()], leaves: Vec::new() };
    for position in 0..reader.size() {
        let leaf = leaf_hash(&reader.entry(position).unwrap().unwrap());
        frontier.push(leaf);
        naive.leaves.push(leaf);
        naive.roots.push(frontier.root());
    }
    assert_eq!(naive.leaves.len() as u64, EVENTS + 1);
    naive
}

fn check(tree: &Tree, naive: &Naive, size: u64) {
    let root = &naive.roots[size as usize];
    assert_eq!(tree.root(size).unwrap(), *root);
    for index in (0..size).step_by(37).chain([size - 1]) {
        let path = inclusion(tree, index, size).unwrap().unwrap();
        assert_eq!(tree.leaf(index).unwrap(), naive.leaves[index as usize]);
        verify_inclusion(&naive.leaves[index as usize], index, size, root, &path).unwrap();
    }
    for old in (0..=size).step_by(61).chain([size / 256 * 256, size]) {
        let path = consistency(tree, old, size).unwrap().unwrap();
        verify_consistency(old, &naive.roots[old as usize], size, root, &path).unwrap();
    }
}

#[test]
fn every_proof_holds_at_every_size() {
    let dir = tempfile::tempdir().unwrap();
    let naive = grown(dir.path());
    let kept = reader(dir.path()).tree();
    let mut kept = kept;
    for size in [1, 2, 255, 256, 257, 511, 512, 700, 1023, 1024, 1025, EVENTS + 1] {
        let mut fresh = reader(dir.path()).tree();
        fresh.grow(size).unwrap();
        check(&fresh, &naive, size);
        kept.grow(size).unwrap();
        check(&kept, &naive, size);
        assert_eq!(kept.size(), size);
    }
    // An older size of a tree that has grown.
    check(&kept, &naive, 300);
    assert!(kept.leaf(EVENTS + 1).is_err());
    assert!(kept.node(9, 2).is_err(), "not complete");
    assert!(kept.node(64, 0).is_err());
}

#[test]
fn files_of_nodes_are_made_again_when_they_are_not_as_written() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let naive = grown(dir.path());
    let size = EVENTS + 1;
    let root = naive.roots[size as usize];
    let signed = || reader(dir.path()).signed_tree(size, &root).unwrap();
    check(&signed(), &naive, size);
    let folder = Layout::new(dir.path()).tree(LogName::Open);
    let sound: Vec<_> = files(&folder).iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(sound.len() > 5);
    // Sixty-four bytes an entry, and what a file says of itself.
    assert!(sound.iter().any(|bytes| bytes.len() > 128 + 64 * 10));

    let other_naive = grown(other.path());
    let other_root = &other_naive.roots[size as usize];
    drop(reader(other.path()).signed_tree(size, other_root).unwrap());
    let foreign = files(&Layout::new(other.path()).tree(LogName::Open));
    for (index, (path, foreign)) in files(&folder).iter().zip(foreign).enumerate() {
        match index % 4 {
            0 => std::fs::write(path, b"").unwrap(),
            1 => std::fs::remove_file(path).unwrap(),
            2 => drop(std::fs::copy(foreign, path).unwrap()),
            _ => {
                let mut bytes = std::fs::read(path).unwrap();
                let at = bytes.len() - 40;
                bytes[at] ^= 1;
                std::fs::write(path, bytes).unwrap();
            }
        }
    }
    let tree = signed();
    check(&tree, &naive, size);
    for index in 0..size {
        assert_eq!(tree.leaf(index).unwrap(), naive.leaves[index as usize]);
    }
    let again: Vec<_> = files(&folder).iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(again, sound);
}

#[test]
fn a_lying_file_is_found_by_the_signed_root() {
    let dir = tempfile::tempdir().unwrap();
    let naive = grown(dir.path());
    let size = EVENTS + 1;
    let root = naive.roots[size as usize];
    drop(reader(dir.path()).signed_tree(size, &root).unwrap());
    // Another root in its place, and a digest that fits: only the tree tells.
    let folder = Layout::new(dir.path()).tree(LogName::Open);
    // The last node of the segment with entry 1023 is the root over 1024 entries.
    let first = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let path = files(&folder).into_iter().rfind(|path| first(path) <= 1023).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let body = bytes.len() - 32;
    bytes[body - 1] ^= 1;
    let digest = *blake3::hash(&bytes[..body]).as_bytes();
    bytes[body..].copy_from_slice(&digest);
    std::fs::write(&path, bytes).unwrap();
    check(&reader(dir.path()).signed_tree(size, &root).unwrap(), &naive, size);
}

#[test]
fn files_may_go_while_they_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let naive = grown(dir.path());
    let size = EVENTS + 1;
    let tree = reader(dir.path()).signed_tree(size, &naive.roots[size as usize]).unwrap();
    check(&tree, &naive, size);
    std::fs::remove_dir_all(Layout::new(dir.path()).tree(LogName::Open)).unwrap();
    check(&tree, &naive, size);
}

#[test]
fn a_path_that_leads_elsewhere_is_not_given_out() {
    let dir = tempfile::tempdir().unwrap();
    let naive = grown(dir.path());
    let size = EVENTS + 1;
    let tree = reader(dir.path()).signed_tree(size, &naive.roots[size as usize]).unwrap();
    let path = tree.inclusion(700, size, &naive.roots[size as usize]).unwrap().unwrap();
    assert_eq!(Some(path), inclusion(&tree, 700, size).unwrap());
    assert_eq!(tree.inclusion(size, size, &naive.roots[size as usize]).unwrap(), None);
    let other = tree.inclusion(700, size, &naive.roots[5]);
    assert!(matches!(other, Err(StoreError::Damaged { position: 700, .. })));
}

#[test]
fn a_root_that_the_entries_do_not_have_is_not_proved() {
    let dir = tempfile::tempdir().unwrap();
    let naive = grown(dir.path());
    let reader = reader(dir.path());
    let wrong = naive.roots[5];
    assert!(matches!(reader.signed_tree(20, &wrong), Err(StoreError::Damaged { .. })));
    assert!(reader.signed_tree(EVENTS + 2, &wrong).is_err(), "beyond the log's end");
    assert_eq!(reader.store().size().unwrap(), EVENTS + 1);
    assert!(config().segment_bytes.is_some());
}
