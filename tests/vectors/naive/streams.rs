//! FORMAT.md §10: the index of a log's streams, by its definition.

use super::{hex, tree};
use std::collections::BTreeMap;

/// Stream, number of entries, link of the last.
pub type Leaf = (String, usize, [u8; 32]);

/// The leaves over entries given as stream and link, in the index's order.
pub fn leaves(entries: &[(String, [u8; 32])]) -> Vec<Leaf> {
    let mut streams: BTreeMap<Vec<u8>, Leaf> = BTreeMap::new();
    for (stream, link) in entries {
        let leaf = streams.entry(stream.as_bytes().to_vec()).or_insert((stream.clone(), 0, *link));
        leaf.1 += 1;
        leaf.2 = *link;
    }
    streams.into_values().collect()
}

/// The text that a leaf hashes.
pub fn text((stream, count, last): &Leaf) -> String {
    format!("plumbline stream v1\n{stream}\n{count}\n{}\n", hex(last))
}

pub fn hash(leaf: &Leaf) -> tree::Hash {
    tree::leaf(text(leaf).as_bytes())
}
