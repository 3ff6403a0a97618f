//! Inclusion proofs of many entries at once: each complete node of the tree that
//! some entry's audit path needs, once. The path of any one entry is made of it,
//! and stands or falls alone.
//!
//! A line is `level index base64`, in order of level and index.

use crate::integrity::base64::Base64;
use crate::integrity::chain::Digest;
use crate::integrity::proof::{Nodes, inclusion};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Nodes by level and index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeTable {
    nodes: BTreeMap<(u32, u64), Digest>,
}

impl NodeTable {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// The number of the first line that is not a node, or is out of order.
    pub fn read(bytes: &[u8]) -> Result<NodeTable, usize> {
        let mut nodes = BTreeMap::new();
        let mut last = None;
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let node = node(line).filter(|(place, _)| last.is_none_or(|last| last < *place));
            let (place, hash) = node.ok_or(at + 1)?;
            last = Some(place);
            nodes.insert(place, hash);
        }
        Ok(NodeTable { nodes })
    }

    /// The file's bytes.
    pub fn to_text(&self) -> String {
        let line = |((level, index), hash): (&(u32, u64), &Digest)| {
            format!("{level} {index} {}\n", Base64::encode_string(&hash.0))
        };
        self.nodes.iter().map(line).collect()
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

fn node(line: &[u8]) -> Option<((u32, u64), Digest)> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let mut parts = line.split(' ');
    let level: u32 = plain(parts.next()?)?;
    let index: u64 = plain(parts.next()?)?;
    let hash = Base64::decode_vec(parts.next()?).ok()?.try_into().ok()?;
    (level < 64 && parts.next().is_none()).then_some(((level, index), Digest(hash)))
}

/// A number in its one spelling.
fn plain<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse().ok().filter(|number: &N| number.to_string() == text)
}

impl Nodes for NodeTable {
    /// The node that is missing.
    type Error = (u32, u64);

    fn node(&self, level: u32, index: u64) -> Result<Digest, (u32, u64)> {
        self.nodes.get(&(level, index)).copied().ok_or((level, index))
    }
}

/// The nodes that the audit paths of these leaves need in the tree of `size`.
///
/// # Errors
///
/// Those of the tree.
pub fn recorded_nodes<N: Nodes>(
    tree: &N,
    leaves: impl IntoIterator<Item = u64>,
    size: u64,
) -> Result<NodeTable, N::Error> {
    let noted = Noting { tree, nodes: RefCell::default() };
    for leaf in leaves {
        inclusion(&noted, leaf, size)?;
    }
    Ok(NodeTable { nodes: noted.nodes.into_inner() })
}

struct Noting<'t, N> {
    tree: &'t N,
    nodes: RefCell<BTreeMap<(u32, u64), Digest>>,
}

impl<N: Nodes> Nodes for Noting<'_, N> {
    type Error = N::Error;

    fn node(&self, level: u32, index: u64) -> Result<Digest, N::Error> {
        if let Some(hash) = self.nodes.borrow().get(&(level, index)) {
            return Ok(*hash);
        }
        let hash = self.tree.node(level, index)?;
        self.nodes.borrow_mut().insert((level, index), hash);
        Ok(hash)
    }
}
