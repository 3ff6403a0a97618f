//! Putting an extract together from a log's parts.

use super::{Coverage, Extract, Included};
use crate::integrity::chain::Digest;
use crate::integrity::entry::scan;
use crate::integrity::proof::{Nodes, inclusion};
use crate::streams::IndexProof;

/// What an extract is made from. All of it is taken as given; who makes an extract
/// verifies it before giving it away.
pub struct Material<'a, N: Nodes> {
    pub stream: &'a str,
    pub vkey: &'a str,
    /// The signed checkpoint, and the entries that it is over.
    pub note: &'a str,
    /// The entries that changed the log's key, in order.
    pub key_changes: Vec<Vec<u8>>,
    pub size: u64,
    pub nodes: &'a N,
    /// All entries of the stream among them, in order.
    pub entries: Vec<Vec<u8>>,
    /// The closing to rest on: its position, the entries it covers, the proof from
    /// its index.
    pub closing: Option<(u64, u64, IndexProof)>,
    /// The entries from there up to `size`; none without a closing.
    pub tail: Vec<Vec<u8>>,
}

/// Adds the paths of the entries and the frontier before the tail.
///
/// # Errors
///
/// What reading the nodes of the tree gave.
pub fn make<N: Nodes>(material: Material<'_, N>) -> Result<Extract, N::Error> {
    let Material { stream, vkey, note, key_changes, size, nodes, entries, closing, tail } =
        material;
    let entries: Result<Vec<Included>, N::Error> = entries
        .into_iter()
        .map(|entry| {
            let position = scan(&entry).map_or(u64::MAX, |fields| fields.position);
            let path = inclusion(nodes, position, size)?.unwrap_or_default();
            Ok(Included { entry, path })
        })
        .collect();
    let coverage = match closing {
        Some((closing, covered, index)) => {
            Some(Coverage { closing, index, frontier: frontier(nodes, covered)?, tail })
        }
        None => None,
    };
    let (stream, vkey, note) = (stream.to_owned(), vkey.to_owned(), note.to_owned());
    Ok(Extract { stream, vkey, note, key_changes, entries: entries?, coverage })
}

/// The roots of the maximal perfect subtrees of the first `size` leaves.
fn frontier<N: Nodes>(nodes: &N, size: u64) -> Result<Vec<Digest>, N::Error> {
    let mut from = 0;
    let mut out = Vec::new();
    for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
        out.push(nodes.node(level, from >> level)?);
        from += 1 << level;
    }
    Ok(out)
}
