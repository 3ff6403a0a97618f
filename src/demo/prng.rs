//! The demo's own randomness: SplitMix64 in integers, the same on every machine.
//! Not for keys: [`super::demo_seed_bytes`] derives those.

/// A stream of draws that depends on its name alone.
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Draw {
    /// The draws of the `index`-th thing of a kind. Each thing has a stream of its
    /// own, so that one drawing more does not change its neighbours.
    pub fn new(seed: u64, what: &str, index: u64) -> Draw {
        let mut state = mix(seed.wrapping_add(GOLDEN));
        for byte in what.bytes() {
            state = mix(state ^ u64::from(byte)).wrapping_add(GOLDEN);
        }
        Draw(mix(state ^ index.wrapping_mul(GOLDEN)))
    }

    /// Another stream that shares no draws with this one.
    pub fn fork(&mut self) -> Draw {
        Draw(mix(self.next() ^ GOLDEN))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// 0 ≤ result < `bound`. The bias of the multiplication is below 2^-40 for
    /// every bound used here. A bound of 0 gives 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// `low` ≤ result ≤ `high`; `low` if the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0) as u64 + 1;
        low + self.below(width) as i64
    }

    pub fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// An index, each as likely as its weight.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// `count` lower-case hexadecimal digits, as a document's digest would be.
    pub fn hex(&mut self, count: usize) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = String::with_capacity(count);
        while out.len() < count {
            let mut word = self.next();
            for _ in 0..16.min(count - out.len()) {
                out.push(char::from(DIGITS[(word & 15) as usize]));
                word >>= 4;
            }
        }
        out
    }

    /// Decimal digits, the first one not zero.
    pub fn digits(&mut self, count: usize) -> String {
        let mut out = String::with_capacity(count);
        for place in 0..count {
            let low = i64::from(place == 0);
            out.push(char::from(b'0' + self.between(low, 9) as u8));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // First outputs for state 0, from the reference implementation.
        let mut draw = Draw(0);
        assert_eq!(draw.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(draw.next(), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(draw.next(), 0x06c4_5d18_8009_454f);
    }

    #[test]
    fn names_and_indices_keep_streams_apart() {
        let first = |what, index| Draw::new(42, what, index).next();
        assert_ne!(first("slot", 0), first("slot", 1));
        assert_ne!(first("slot", 0), first("unit", 0));
        assert_ne!(Draw::new(1, "slot", 0).next(), Draw::new(2, "slot", 0).next());
        assert_eq!(first("slot", 7), first("slot", 7));
    }

    #[test]
    fn draws_stay_in_their_ranges() {
        let mut draw = Draw::new(42, "range", 0);
        let mut seen = [false; 5];
        for _ in 0..1000 {
            let value = draw.between(-2, 2);
            seen[(value + 2) as usize] = true;
            assert!(draw.weighted(&[0, 3, 0, 1]) % 2 == 1);
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(draw.between(3, 1), 3);
        assert_eq!(draw.hex(37).len(), 37);
        assert!(!draw.digits(8).starts_with('0'));
    }
}
