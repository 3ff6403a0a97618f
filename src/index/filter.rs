//! A filter over 64-bit keys that says "certainly not here" at the price of one
//! cache line a generation, however many keys there are.
//!
//! Blocked Bloom filters (Putze, Sanders, Singler 2007) in generations of doubling
//! size, so that nothing is ever rehashed. The keys are hashes already; this file
//! does not know of what.

/// Bits a key in a full generation: about one false positive in a thousand.
const BITS_PER_KEY: u64 = 16;
const BLOCK_BITS: u64 = 512;
const FIRST_GENERATION: u64 = 1 << 20;

/// One cache line.
type Block = [u64; 8];

/// A filter of a fixed capacity.
pub struct Filter {
    blocks: Vec<Block>,
}

impl Filter {
    /// A filter for about `keys` keys. More may be put in; it then says "perhaps"
    /// more often.
    pub fn with_capacity(keys: u64) -> Filter {
        let blocks = (keys * BITS_PER_KEY).div_ceil(BLOCK_BITS).max(1);
        Filter { blocks: vec![[0; 8]; blocks as usize] }
    }

    fn block_of(&self, key: u64) -> usize {
        ((u128::from(key) * self.blocks.len() as u128) >> 64) as usize
    }

    pub fn insert(&mut self, key: u64) {
        let at = self.block_of(key);
        let block = &mut self.blocks[at];
        for (word, bit) in bits(key) {
            block[word] |= bit;
        }
    }

    /// False only if the key was never inserted.
    pub fn may_hold(&self, key: u64) -> bool {
        let block = &self.blocks[self.block_of(key)];
        bits(key).all(|(word, bit)| block[word] & bit != 0)
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
    all: Vec<Filter>,
    /// Keys put into the last generation, and how many it is made for.
    young: (u64, u64),
}

impl Generations {
    pub fn new() -> Generations {
        let first = Filter::with_capacity(FIRST_GENERATION);
        Generations { all: vec![first], young: (0, FIRST_GENERATION) }
    }

    pub fn insert(&mut self, key: u64) {
        if self.may_hold(key) {
            return;
        }
        if self.young.0 >= self.young.1 {
            self.young = (0, self.young.1 * 2);
            self.all.push(Filter::with_capacity(self.young.1));
        }
        self.young.0 += 1;
        if let Some(last) = self.all.last_mut() {
            last.insert(key);
        }
    }

    /// False only if the key was never inserted.
    pub fn may_hold(&self, key: u64) -> bool {
        self.all.iter().rev().any(|filter| filter.may_hold(key))
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.all.iter().map(Filter::bytes).sum()
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
        let mut filter = Filter::with_capacity(20_000);
        (0..20_000).for_each(|number| filter.insert(key(number)));
        assert!((0..20_000).all(|number| filter.may_hold(key(number))));
        let claimed = (20_000..120_000).filter(|&number| filter.may_hold(key(number))).count();
        assert!(claimed < 500, "{claimed} of 100,000 falsely claimed");
    }

    #[test]
    fn generations_keep_what_came_before() {
        let mut filter = Generations::new();
        filter.young.1 = 1000;
        (0..10_000).for_each(|number| filter.insert(key(number)));
        assert!(filter.all.len() > 2);
        assert!((0..10_000).all(|number| filter.may_hold(key(number))));
        let claimed = (10_000..20_000).filter(|&number| filter.may_hold(key(number))).count();
        assert!(claimed < 200, "{claimed} of 10,000 falsely claimed");
    }
}
