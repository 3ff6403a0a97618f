//! A second implementation, written from schemas/FORMAT.md alone.
//!
//! It imports nothing of the product: only hashes, signatures and ciphers of
//! other hands. It is plain and slow on purpose, so that it can be held beside
//! the document line by line.

pub mod entry;
pub mod json;
pub mod note;
pub mod sealed;
pub mod segment;
pub mod streams;
pub mod tree;

use sha2::{Digest, Sha256};

pub fn blake3(bytes: &[u8]) -> [u8; 32] {
    *::blake3::hash(bytes).as_bytes()
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0, "half a byte in {text}");
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(pair).collect()
}
