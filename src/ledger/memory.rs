//! What the sequencer remembers between groups: recent event ids and the heads
//! of recent streams. Older ones are asked of the lookup files.
//!
//! Two generations each: when the young one is full and the lookup has come past
//! everything in the old one, the old one is dropped. So memory is bounded by how
//! far the lookup lags, never by the size of the log.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Ids and streams in a generation.
const GENERATION: usize = 262_144;

/// A 128-bit keyed hash. The key is secret to the process, so nobody outside can
/// make two texts collide; ids are compared in full besides.
pub type Key = u128;

/// Keys are uniformly distributed already; hashing them again buys nothing.
#[derive(Default, Clone, Copy)]
pub struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for (at, byte) in bytes.iter().take(8).enumerate() {
            self.0 ^= u64::from(*byte) << (8 * at);
        }
    }
    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

type Map<V> = HashMap<Key, V, BuildHasherDefault<AsIs>>;

/// Hashes texts under one secret key.
#[derive(Clone, Copy)]
pub struct Hashing {
    key: (u64, u64),
}

impl Hashing {
    pub fn new(key: [u8; 16]) -> Hashing {
        let word = u128::from_le_bytes(key);
        Hashing { key: (word as u64, (word >> 64) as u64) }
    }

    /// The key of an event id within its source system.
    pub fn id(&self, system: &str, id: &str) -> Key {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        hasher.write(&(system.len() as u64).to_le_bytes());
        hasher.write(system.as_bytes());
        hasher.write(id.as_bytes());
        hasher.finish128().as_u128()
    }

    pub fn stream(&self, stream: &str) -> Key {
        let mut hasher = SipHasher13::new_with_keys(self.key.1, self.key.0);
        hasher.write(stream.as_bytes());
        hasher.finish128().as_u128()
    }
}

/// A map of two generations.
pub struct Recent<V> {
    young: Map<V>,
    old: Map<V>,
    /// One past the highest position that `old` and `young` speak of.
    old_end: u64,
    young_end: u64,
}

impl<V: Copy> Recent<V> {
    pub fn new() -> Recent<V> {
        Recent { young: Map::default(), old: Map::default(), old_end: 0, young_end: 0 }
    }

    pub fn get(&self, key: Key) -> Option<V> {
        self.young.get(&key).or_else(|| self.old.get(&key)).copied()
    }

    /// Remembers `value`, which speaks of the entry at `position`.
    pub fn put(&mut self, key: Key, value: V, position: u64) {
        self.young.insert(key, value);
        self.young_end = self.young_end.max(position + 1);
    }

    /// Takes back what a failed group remembered.
    pub fn restore(&mut self, key: Key, before: Option<V>) {
        match before {
            Some(value) => self.young.insert(key, value),
            None => self.young.remove(&key),
        };
    }

    /// Forgets the old generation if the lookup, having come to `looked_up`, can
    /// answer for it.
    pub fn turn(&mut self, looked_up: u64) {
        if self.young.len() >= GENERATION && looked_up >= self.old_end {
            self.old = std::mem::take(&mut self.young);
            self.old_end = self.young_end;
        }
    }

    /// Entries remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_forgotten_before_the_lookup_has_it() {
        let mut recent = Recent::new();
        for position in 0..3 * GENERATION as u64 {
            recent.put(u128::from(position), position, position);
            recent.turn(0);
        }
        // One turn is free, since the old generation was empty.
        assert_eq!(recent.len(), 3 * GENERATION);
        assert_eq!(recent.get(0), Some(0));
        recent.turn(GENERATION as u64);
        assert_eq!(recent.get(0), None);
        assert_eq!(recent.get(GENERATION as u128), Some(GENERATION as u64));
    }

    #[test]
    fn system_and_id_do_not_run_together() {
        let hashing = Hashing::new([3; 16]);
        assert_ne!(hashing.id("ab", "c"), hashing.id("a", "bc"));
        assert_ne!(hashing.id("", "a"), hashing.stream("a"));
    }
}
