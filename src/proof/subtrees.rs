//! The roots of subtrees of 256 leaves, one disposable file a sealed segment.
//!
//! All numbers are little-endian: magic, version, the positions of the segment's
//! first entry and of the next segment's, BLAKE3 of the frontier at either, the
//! roots of the subtrees that the segment completes, BLAKE3 of all that. A file
//! counts only between exactly the two frontiers that the segments' own headers
//! name, so one of another log or of an older copy is made again.

use super::{LEVEL, read_roots};
use crate::derived::write_whole;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::tree::Frontier;
use std::path::PathBuf;

const MAGIC: &[u8; 8] = b"PLUMBSUB";
const VERSION: u64 = 1;
const DIGEST: usize = 32;

/// The files of one log.
pub(super) struct Subtrees {
    dir: PathBuf,
}

impl Subtrees {
    pub fn new(dir: PathBuf) -> Subtrees {
        Subtrees { dir }
    }

    /// Removes all files. What cannot be removed is not believed anyway, where it
    /// contradicts the segments' headers.
    pub fn forget(&self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }

    /// Roots of the subtrees that a sealed segment completes, from its file, or
    /// from its entries if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if the entries do not lead from one frontier to the
    /// other.
    pub fn of_segment(
        &self,
        store: &dyn Store,
        start: &Frontier,
        end: &Frontier,
    ) -> Result<Vec<Digest>, StoreError> {
        let path = self.dir.join(format!("{:020}.subtrees", start.size()));
        let head = header(start, end);
        if let Some(roots) = std::fs::read(&path).ok().and_then(|bytes| decode(&bytes, &head)) {
            let completed = (end.size() >> LEVEL) - (start.size() >> LEVEL);
            if roots.len() as u64 == completed {
                return Ok(roots);
            }
        }
        let mut frontier = start.clone();
        let roots = read_roots(store, &mut frontier, end.size())?;
        if frontier != *end {
            return Err(StoreError::Damaged {
                position: start.size(),
                what: "the tree over the segment is not the one that the next segment continues"
                    .to_owned(),
                place: format!("entries {} to {}", start.size(), end.size()),
            });
        }
        // Without the file the next question reads the segment again.
        let _ = write_whole(&path, &encode(head, &roots));
        Ok(roots)
    }
}

fn header(start: &Frontier, end: &Frontier) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for number in [VERSION, start.size(), end.size()] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for frontier in [start, end] {
        let mut hasher = blake3::Hasher::new();
        for node in frontier.nodes() {
            hasher.update(&node.0);
        }
        out.extend_from_slice(hasher.finalize().as_bytes());
    }
    out
}

fn encode(mut out: Vec<u8>, roots: &[Digest]) -> Vec<u8> {
    for root in roots {
        out.extend_from_slice(&root.0);
    }
    let digest = blake3::hash(&out);
    out.extend_from_slice(digest.as_bytes());
    out
}

/// The roots, if the bytes are whole and begin with this header.
fn decode(bytes: &[u8], head: &[u8]) -> Option<Vec<Digest>> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    let roots = content.strip_prefix(head)?;
    if *blake3::hash(content).as_bytes() != *digest {
        return None;
    }
    let (roots, rest) = roots.as_chunks::<DIGEST>();
    rest.is_empty().then(|| roots.iter().map(|root| Digest(*root)).collect())
}
