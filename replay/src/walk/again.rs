//! Reading the entries of a log once more, after it was found whole.
//!
//! Checks nothing: the first reading has.

use super::cut::{Cut, Cutter, Source};
use super::piece::{Content, parts_of};
use crate::integrity::chain::Digest;
use crate::integrity::tree::{Frontier, leaf_hash};
use std::ops::Range;

/// The root of the leaves in each of some ranges, which do not overlap; `None` where
/// the log ends before the range does.
///
/// # Errors
///
/// What the system said to reading.
pub fn roots_of(
    sources: &mut [Source<'_>],
    ranges: &[Range<u64>],
) -> std::io::Result<Vec<Option<Digest>>> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_unstable_by_key(|&index| ranges[index].start);
    let mut order = order.into_iter().peekable();
    let mut out = vec![None; ranges.len()];
    let (mut position, mut tree) = (0, Frontier::new());
    for source in sources {
        each(source, |entry| {
            let Some(&index) = order.peek() else { return false };
            let range = &ranges[index];
            if range.contains(&position) {
                tree.push(leaf_hash(entry));
            }
            position += 1;
            if position == range.end {
                out[index] = Some(tree.root());
                tree = Frontier::new();
                order.next();
            }
            true
        })?;
    }
    Ok(out)
}

/// Reads the entries of a source in order, as long as they are asked for.
pub(super) fn each(
    source: &mut Source<'_>,
    mut take: impl FnMut(&[u8]) -> bool,
) -> std::io::Result<()> {
    let mut cutter = Cutter::open(source)?;
    let mut buffer = Vec::new();
    loop {
        match cutter.next(std::mem::take(&mut buffer))? {
            None | Some(Cut::Unframed { .. } | Cut::Zeros { .. }) => return Ok(()),
            Some(Cut::Header(bytes)) => buffer = bytes,
            Some(Cut::Piece { content, bytes, .. }) => {
                if !piece(&bytes, content, &mut take) {
                    return Ok(());
                }
                buffer = bytes;
            }
        }
    }
}

fn piece(bytes: &[u8], content: Content, take: &mut impl FnMut(&[u8]) -> bool) -> bool {
    parts_of(bytes, content).all(|entries| entries.iter().all(|entry| take(entry)))
}
