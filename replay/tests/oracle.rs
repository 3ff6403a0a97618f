//! A second implementation, written from `schemas/FORMAT.md` alone, and a third
//! party's tree (`ct-merkle`), held against the code.
//!
//! The functions in `naive` import nothing of `integrity`.

use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{FrameBuilder, FrameError, SegmentHeader, read};
use plumbline_replay::integrity::proof::{self, Nodes};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use proptest::prelude::*;
use std::collections::HashMap;
use std::convert::Infallible;

mod naive {
    use sha2::{Digest, Sha256};

    pub fn leaf(entry: &[u8]) -> [u8; 32] {
        Sha256::digest([&[0u8][..], entry].concat()).into()
    }

    /// MTH of RFC 6962 §2.1, by its definition.
    pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest(b"").into(),
            [one] => *one,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                let halves = [root(&leaves[..k]), root(&leaves[k..])].concat();
                Sha256::digest([&[1u8][..], &halves].concat()).into()
            }
        }
    }

    /// RFC 8785 for values without floats: sort by UTF-16, minimal escapes.
    pub fn canonical(value: &serde_json::Value) -> String {
        match value {
            serde_json::Value::Object(members) => {
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
                let inside: Vec<String> = sorted
                    .iter()
                    .map(|(name, value)| format!("{}:{}", text(name), canonical(value)))
                    .collect();
                format!("{{{}}}", inside.join(","))
            }
            serde_json::Value::Array(items) => {
                let inside: Vec<String> = items.iter().map(canonical).collect();
                format!("[{}]", inside.join(","))
            }
            serde_json::Value::String(string) => text(string),
            other => other.to_string(),
        }
    }

    fn text(string: &str) -> String {
        let mut out = String::from("\"");
        for c in string.chars() {
            match c {
                '"' => out += "\\\"",
                '\\' => out += "\\\\",
                '\u{8}' => out += "\\b",
                '\t' => out += "\\t",
                '\n' => out += "\\n",
                '\u{c}' => out += "\\f",
                '\r' => out += "\\r",
                c if (c as u32) < 0x20 => out += &format!("\\u{:04x}", c as u32),
                c => out.push(c),
            }
        }
        out + "\""
    }

    /// The entries of a frame, if every digest of §8 fits.
    pub fn frame(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let (count, e, d) = (number(4), number(56), number(60));
        if &bytes[..4] != b"PLF1" || blake3::hash(&bytes[..64]).as_bytes() != &bytes[64..96] {
            return None;
        }
        let mut entries = Vec::new();
        let mut at = 96;
        while at < 96 + e {
            let length = usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1]);
            entries.push(bytes[at + 2..at + 2 + length].to_vec());
            at += 2 + length;
        }
        let mut summed = bytes[..96].to_vec();
        for entry in &entries {
            summed.extend_from_slice(blake3::hash(entry).as_bytes());
        }
        summed.extend_from_slice(blake3::hash(&bytes[96 + e..96 + e + d]).as_bytes());
        let trailer = &bytes[96 + e + d..96 + e + d + 32];
        (blake3::hash(&summed).as_bytes() == trailer && entries.len() == count).then_some(entries)
    }
}

/// The leaves of the vectors: the decimal text of their index.
fn leaf_bytes(index: usize) -> Vec<u8> {
    index.to_string().into_bytes()
}

#[derive(Default)]
struct Kept {
    nodes: HashMap<(u32, u64), Digest>,
    frontier: Frontier,
}

impl Kept {
    fn of(size: usize) -> Kept {
        let mut kept = Kept::default();
        for index in 0..size {
            let Kept { nodes, frontier } = &mut kept;
            frontier.push_with(leaf_hash(&leaf_bytes(index)), |level, index, hash| {
                nodes.insert((level, index), *hash);
            });
        }
        kept
    }
}

impl Nodes for Kept {
    type Error = Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        Ok(self.nodes[&(level, index)])
    }
}

/// Roots over leaves "0", "1", …, which another program computed.
#[test]
fn roots_are_as_published() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/vectors/tree.json");
    let text = std::fs::read_to_string(path).unwrap();
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let roots = vectors["roots"].as_array().unwrap();
    let sizes: Vec<u64> = roots.iter().map(|r| r["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [0, 1, 2, 3, 7, 255, 256, 257, 65_536, 70_000]);
    let leaves: Vec<[u8; 32]> = (0..70_000).map(|i| naive::leaf(&leaf_bytes(i))).collect();
    let mut frontier = Frontier::new();
    for vector in roots {
        let size = vector["size"].as_u64().unwrap() as usize;
        while (frontier.size() as usize) < size {
            frontier.push(Digest(leaves[frontier.size() as usize]));
        }
        assert_eq!(frontier.root().0, naive::root(&leaves[..size]), "size {size}");
        assert_eq!(frontier.root().to_string(), vector["root"].as_str().unwrap(), "size {size}");
    }
}

#[test]
fn proofs_hold_for_every_index_and_size_and_for_no_other() {
    let sizes = 40usize;
    let kept = Kept::of(sizes);
    let leaves: Vec<[u8; 32]> = (0..sizes).map(|i| naive::leaf(&leaf_bytes(i))).collect();
    let roots: Vec<Digest> = (0..=sizes).map(|n| Digest(naive::root(&leaves[..n]))).collect();
    for size in 1..=sizes {
        assert_eq!(proof::root(&kept, size as u64).unwrap(), roots[size]);
        for (index, leaf) in leaves[..size].iter().enumerate() {
            let path = proof::inclusion(&kept, index as u64, size as u64).unwrap().unwrap();
            let check = |i: usize, root: &Digest, path: &[Digest]| {
                proof::verify_inclusion(&Digest(*leaf), i as u64, size as u64, root, path).is_ok()
            };
            assert!(check(index, &roots[size], &path));
            assert!(!check(index, &roots[size - 1], &path));
            assert!((0..size).filter(|o| *o != index).all(|o| !check(o, &roots[size], &path)));
            for at in 0..path.len() {
                let mut bent = path.clone();
                bent[at].0[31] ^= 1;
                assert!(!check(index, &roots[size], &bent));
                assert!(!check(index, &roots[size], &path[..at]));
            }
        }
        for old in 0..=size {
            let path = proof::consistency(&kept, old as u64, size as u64).unwrap().unwrap();
            let check = |a: usize, path: &[Digest]| {
                let (old, new) = (old as u64, size as u64);
                proof::verify_consistency(old, &roots[a], new, &roots[size], path).is_ok()
            };
            assert!(check(old, &path), "{old} → {size}");
            assert!(old == 0 || !check(old - 1, &path), "{old} → {size}");
            for at in 0..path.len() {
                let mut bent = path.clone();
                bent[at].0[0] ^= 1;
                assert!(!check(old, &bent));
                assert!(!check(old, &path[..at]));
            }
            let longer = [path.clone(), vec![roots[size]]].concat();
            assert!(!check(old, &longer));
        }
    }
}

#[test]
fn a_third_partys_tree_agrees() {
    let mut tree = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let kept = Kept::of(300);
    for size in 1..=300usize {
        tree.push(leaf_bytes(size - 1));
        let theirs = tree.root();
        let ours = proof::root(&kept, size as u64).unwrap();
        assert_eq!(theirs.as_bytes().as_slice(), ours.0);
        for index in [0, size / 2, size - 1] {
            let theirs = tree.prove_inclusion(index);
            let ours = proof::inclusion(&kept, index as u64, size as u64).unwrap().unwrap();
            assert_eq!(theirs.as_bytes(), ours.iter().flat_map(|d| d.0).collect::<Vec<_>>());
        }
    }
}

fn built(entries: &[Vec<u8>], disclosures: &[u8]) -> Vec<u8> {
    let mut builder = FrameBuilder::new(3, 7, Digest([9; 32]));
    for entry in entries {
        builder.entry(|out| out.extend_from_slice(entry)).unwrap();
    }
    builder.disclosures_mut().extend_from_slice(disclosures);
    builder.finish().to_vec()
}

#[test]
fn a_frame_that_lacks_any_sectors_is_torn_and_one_with_a_flipped_byte_is_damaged() {
    let entries: Vec<Vec<u8>> = (0..5).map(|i| vec![b'a' + i; 700]).collect();
    for offset in [4096u64, 4096 + 300, 4096 + 509] {
        let frame = built(&entries, &[0xee; 40]);
        assert_eq!(naive::frame(&frame).unwrap(), entries);
        let first = 512 - (offset % 512) as usize;
        let mut starts = vec![0];
        starts.extend((first..frame.len()).step_by(512));
        for mask in 1u32..1 << starts.len() {
            let mut torn = frame.clone();
            for (bit, &start) in starts.iter().enumerate() {
                let end = starts.get(bit + 1).copied().unwrap_or(frame.len());
                if mask >> bit & 1 == 1 {
                    torn[start..end].fill(0);
                }
            }
            torn.extend_from_slice(&[0; 2000]);
            let found = read(&torn, offset).unwrap_err();
            let all = mask == (1 << starts.len()) - 1;
            assert_eq!(found, if all { FrameError::Blank } else { FrameError::Torn }, "{mask:b}");
        }
        for at in 0..frame.len() {
            let mut bent = frame.clone();
            bent[at] ^= 0x55;
            let found = read(&bent, offset).unwrap_err();
            assert!(matches!(found, FrameError::Damaged { .. }), "byte {at}: {found:?}");
        }
    }
}

proptest! {
    #[test]
    fn frames_read_the_same_both_ways(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20),
        disclosures in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let bytes = built(&entries, &disclosures);
        prop_assert_eq!(naive::frame(&bytes), Some(entries.clone()));
        let frame = read(&bytes, 4096).unwrap();
        prop_assert_eq!(frame.entries, entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(frame.disclosures, &disclosures[..]);
    }

    #[test]
    fn foreign_frames_and_headers_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..5000),
    ) {
        let _ = read(&bytes, 4096);
        let _ = SegmentHeader::decode(&bytes);
    }

    #[test]
    fn canonical_json_is_the_naive_one(
        text in any::<String>(),
        number in -9_007_199_254_740_991i64..=9_007_199_254_740_991,
    ) {
        let value = serde_json::json!({
            "b": [text, null, true], text.clone(): number, "😀": {}, "\u{fb33}": []
        });
        let spelled = serde_json::to_vec_pretty(&value).unwrap();
        let ours = plumbline_replay::integrity::json::parse(&spelled).unwrap().to_bytes();
        prop_assert_eq!(String::from_utf8(ours).unwrap(), naive::canonical(&value));
    }
}

/// A tree of so many leaves that none is kept: counts what is asked of it.
struct Counted {
    size: u64,
    reads: std::cell::Cell<u32>,
}

impl Nodes for Counted {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        assert!((index + 1) << level <= self.size, "a node whose leaves are not all there");
        self.reads.set(self.reads.get() + 1);
        Ok(Digest([level as u8; 32]))
    }
}

#[test]
fn a_proof_of_ten_million_entries_reads_at_most_twice_the_logarithm() {
    // 2^23 + 1 has its last leaf alone on the right, 2^23 - 1 the most parts.
    for size in [10_000_000, (1 << 23) + 1, (1 << 23) - 1, 1 << 23] {
        let most = (2.0 * (size as f64).log2()).floor() as u32;
        let tree = Counted { size, reads: std::cell::Cell::new(0) };
        let step = size / 997;
        for index in (0..size).step_by(step as usize).chain([size - 2, size - 1]) {
            tree.reads.set(0);
            let Ok(path) = proof::inclusion(&tree, index, size);
            assert!(path.is_some() && tree.reads.get() <= most, "{index}: {}", tree.reads.get());
            tree.reads.set(0);
            let Ok(path) = proof::consistency(&tree, index, size);
            assert!(path.is_some() && tree.reads.get() <= most, "{index}: {}", tree.reads.get());
        }
    }
}
