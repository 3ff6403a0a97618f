//! The next revision of every stream, in little memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// Parts of the table, so that growing copies one part at a time.
const SHARDS: usize = 16;

/// A stream's name as 128 bits. The keys are drawn for each run, so that nobody
/// can choose two names that meet; by chance they meet once in 10^24 logs of ten
/// million streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamKey(u64, u64);

impl Hash for StreamKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0);
    }
}

/// Makes [`StreamKey`]s; all of one run must come from the same maker.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(RandomState, RandomState);

impl Keys {
    pub(super) fn of(&self, stream: &[u8]) -> StreamKey {
        let half = |state: &RandomState| {
            let mut hasher = state.build_hasher();
            hasher.write(stream);
            hasher.finish()
        };
        StreamKey(half(&self.0), half(&self.1))
    }
}

/// Takes a half of a [`StreamKey`] for its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, half: u64) {
        self.0 = half;
    }
}

/// A table by stream.
pub(super) type ByStream<V> = HashMap<StreamKey, V, BuildHasherDefault<AsItIs>>;

/// 25 bytes a stream, and as much again in room to grow.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    shards: [ByStream<u64>; SHARDS],
}

impl Revisions {
    /// The revision that a stream's next entry must have; to be moved on.
    pub(super) fn next(&mut self, key: StreamKey) -> &mut u64 {
        // The other half than the one that the table within a shard uses.
        self.shards[key.1 as usize % SHARDS].entry(key).or_insert(0)
    }
}
