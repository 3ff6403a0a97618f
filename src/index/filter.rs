//! A filter over 64-bit keys that says "certainly not here" at the price of one
//! cache line a generation, however many keys there are.
//!
//! Blocked Bloom filters (Putze, Sanders, Singler 2007) in generations of doubling
//! size, so that nothing is ever rehashed. The keys are hashes already; this file
//! does not know of what. Any thread may ask while one inserts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Bits a key in a full generation: about one false positive in a thousand.
const BITS_PER_KEY: u64 = 16;
const BLOCK_BITS: u64 = 512;
const FIRST_GENERATION: u64 = 1 << 20;
/// Each generation doubles: the last would hold more keys than a log has entries.
const GENERATIONS_MAX: usize = 33;

/// One cache line.
type Block = [AtomicU64; 8];

/// A filter of a fixed capacity.
pub struct Filter {
    blocks: Vec<Block>,
}

impl Filter {
    /// A filter for about `keys` keys. More may be put in; it then says "perhaps"
    /// more often.
    pub fn with_capacity(keys: u64) -> Filter {
        let blocks = (keys * BITS_PER_KEY).div_ceil(BLOCK_BITS).max(1);
        Filter { blocks: (0..blocks).map(|_| Block::default()).collect() }
    }

    fn block_of(&self, key: u64) -> usize {
        ((u128::from(key) * self.blocks.len() as u128) >> 64) as usize
    }

    /// Whoever learns of the key by other means afterwards finds it here: the
    /// order between the two is that other means' concern.
    pub fn insert(&self, key: u64) {
        let block = &self.blocks[self.block_of(key)];
        for (word, bit) in bits(key) {
            block[word].fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// False only if the key was never inserted.
    pub fn may_hold(&self, key: u64) -> bool {
        let block = &self.blocks[self.block_of(key)];
        bits(key).all(|(word, bit)| block[word].load(Ordering::Relaxed) & bit != 0)
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.blocks.len() * size_of::<Block>()
    }
}

/// Seven places in a block. The key's upper bits choose the block, so they are
/// mixed before they choose places in it.
fn bits(key: u64) -> impl Iterator<Item = (usize, u64)> {
    let mut mixed = key ^ (key >> 31);
    mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^= mixed >> 29;
    (0..7).map(move |index| {
        let place = mixed >> (9 * index);
        ((place as usize >> 6) & 7, 1 << (place & 63))
    })
}

/// A filter that grows by generations, each twice as large as the one before.
pub struct Generations {
    all: [OnceLock<Filter>; GENERATIONS_MAX],
    first: u64,
    young: Mutex<Young>,
}

/// The generation that takes new keys.
#[derive(Default)]
struct Young {
    index: usize,
    keys: u64,
}

impl Generations {
    pub fn new() -> Generations {
        Generations::starting_with(FIRST_GENERATION)
    }

    /// The first generation is made for this many keys.
    fn starting_with(first: u64) -> Generations {
        let all = [const { OnceLock::new() }; GENERATIONS_MAX];
        Generations { all, first, young: Mutex::default() }
    }

    pub fn insert(&self, key: u64) {
        if self.may_hold(key) {
            return;
        }
        let mut young = self.young.lock().unwrap_or_else(PoisonError::into_inner);
        if young.keys >= self.first << young.index && young.index + 1 < GENERATIONS_MAX {
            *young = Young { index: young.index + 1, keys: 0 };
        }
        young.keys += 1;
        let filter =
            self.all[young.index].get_or_init(|| Filter::with_capacity(self.first << young.index));
        filter.insert(key);
    }

    /// False only if the key was never inserted.
    pub fn may_hold(&self, key: u64) -> bool {
        self.all.iter().map_while(OnceLock::get).any(|filter| filter.may_hold(key))
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.all.iter().map_while(OnceLock::get).map(Filter::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> u64 {
        let digest = blake3::hash(&number.to_le_bytes());
        u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap())
    }

    #[test]
    fn what_was_put_in_is_never_denied_and_little_else_is_claimed() {
        let filter = Filter::with_capacity(20_000);
        (0..20_000).for_each(|number| filter.insert(key(number)));
        assert!((0..20_000).all(|number| filter.may_hold(key(number))));
        let claimed = (20_000..120_000).filter(|&number| filter.may_hold(key(number))).count();
        assert!(claimed < 500, "{claimed} of 100,000 falsely claimed");
    }

    #[test]
    fn generations_keep_what_came_before() {
        let filter = Generations::starting_with(1000);
        (0..10_000).for_each(|number| filter.insert(key(number)));
        assert!(filter.all[2].get().is_some());
        assert!((0..10_000).all(|number| filter.may_hold(key(number))));
        let claimed = (10_000..20_000).filter(|&number| filter.may_hold(key(number))).count();
        assert!(claimed < 200, "{claimed} of 10,000 falsely claimed");
    }
}
