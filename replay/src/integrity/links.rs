//! The links of many entries at once.
//!
//! Within one entry each block of BLAKE3 waits for the one before, so a processor's
//! wide registers stay empty; entries with as many blocks fill them. The part of
//! the library that does it is not promised to stay as it is. Therefore
//! [`entry_hash`] stays what a link is, and these are for readers that only say yes
//! with them: a link that came out wrong would be one that no entry names.

use super::chain::{Digest, entry_hash};
use blake3::platform::Platform;
use blake3::{BLOCK_LEN, CHUNK_LEN, IncrementCounter, OUT_LEN};

/// Blocks of the longest entry that is hashed beside others.
const BLOCKS_MAX: usize = CHUNK_LEN / BLOCK_LEN;
/// As many as the widest registers hold.
const LANES: usize = 16;

/// The state that hashing begins with: that of SHA-256 (BLAKE3 §2.2).
const BEGIN: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// What a block is to its entry, of at most a chunk (BLAKE3 §2.1, table 3).
const FIRST: u8 = 1;
const LAST: u8 = 1 << 1 | 1 << 3;

/// Hashes entries, keeping its working memory.
#[derive(Debug)]
pub struct Links {
    platform: Platform,
    /// Numbers of the entries by their blocks before the last one.
    by_blocks: [Vec<u32>; BLOCKS_MAX],
    links: Vec<Digest>,
}

impl Default for Links {
    fn default() -> Links {
        Links { platform: Platform::detect(), by_blocks: Default::default(), links: Vec::new() }
    }
}

impl Links {
    /// The link of each entry, in order: what [`entry_hash`] says of it.
    pub fn of(&mut self, entries: &[&[u8]]) -> &[Digest] {
        self.links.clear();
        self.links.resize(entries.len(), Digest::ZERO);
        self.by_blocks.iter_mut().for_each(Vec::clear);
        for (number, entry) in entries.iter().enumerate() {
            match self.by_blocks.get_mut(entry.len().saturating_sub(1) / BLOCK_LEN) {
                Some(like) if entry.len() > BLOCK_LEN => like.push(number as u32),
                _ => self.links[number] = entry_hash(entry),
            }
        }
        self.beside::<64>(entries);
        self.beside::<128>(entries);
        self.beside::<192>(entries);
        self.beside::<256>(entries);
        self.beside::<320>(entries);
        self.beside::<384>(entries);
        self.beside::<448>(entries);
        self.beside::<512>(entries);
        self.beside::<576>(entries);
        self.beside::<640>(entries);
        self.beside::<704>(entries);
        self.beside::<768>(entries);
        self.beside::<832>(entries);
        self.beside::<896>(entries);
        self.beside::<960>(entries);
        &self.links
    }

    /// Hashes the entries whose last block begins at `BYTES`.
    fn beside<const BYTES: usize>(&mut self, entries: &[&[u8]]) {
        for numbers in self.by_blocks[BYTES / BLOCK_LEN].chunks(LANES) {
            let mut heads = [&[0; BYTES]; LANES];
            let mut lasts = [&[][..]; LANES];
            for (lane, number) in numbers.iter().enumerate() {
                let split = entries[*number as usize].split_first_chunk::<BYTES>();
                let (head, last) = split.expect("it has this many blocks before the last one");
                (heads[lane], lasts[lane]) = (head, last);
            }
            let mut states = [0; LANES * OUT_LEN];
            let (heads, states) = (&heads[..numbers.len()], &mut states[..numbers.len() * OUT_LEN]);
            let no = IncrementCounter::No;
            self.platform.hash_many(heads, &BEGIN, 0, no, 0, FIRST, 0, states);
            let states = states.as_chunks::<OUT_LEN>().0;
            for ((number, state), last) in numbers.iter().zip(states).zip(lasts) {
                let mut state = blake3::platform::words_from_le_bytes_32(state);
                let mut block = [0; BLOCK_LEN];
                block[..last.len()].copy_from_slice(last);
                self.platform.compress_in_place(&mut state, &block, last.len() as u8, 0, LAST);
                let link = blake3::platform::le_bytes_from_words_32(&state);
                self.links[*number as usize] = Digest(link);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every length up to more than a chunk, alone and among others, by every way
    /// that this machine has of doing it.
    #[test]
    fn links_are_those_of_entries_hashed_alone() {
        let text: Vec<u8> =
            (0..2500u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let entries: Vec<&[u8]> = (0..=1100)
            .flat_map(|length| [3, 700, 1300].map(|from| &text[from..from + length]))
            .collect();
        let expected: Vec<Digest> = entries.iter().map(|entry| entry_hash(entry)).collect();
        let mut ways = vec![Platform::portable(), Platform::detect()];
        #[cfg(target_arch = "x86_64")]
        ways.extend([Platform::sse2(), Platform::sse41(), Platform::avx2()].into_iter().flatten());
        for platform in ways {
            let mut links = Links { platform, ..Links::default() };
            assert_eq!(links.of(&entries), expected);
            for few in entries.chunks(5) {
                let alone: Vec<Digest> = few.iter().map(|entry| entry_hash(entry)).collect();
                assert_eq!(links.of(few), alone);
            }
        }
    }
}
