//! The geometry of C2SP tiles (c2sp.org/tlog-tiles): which tiles a tree has, what
//! each covers, and how it is named in an address.
//!
//! A tile of level L holds up to 256 consecutive tree nodes of level 8·L; a bundle
//! holds the entries under a tile of level 0. Does not know where hashes or
//! entries are kept.

use std::fmt;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;
/// Tree levels between the hashes of a tile and those of the tile above it.
pub const HEIGHT: u32 = 8;
/// The highest level that an address may name.
pub const LEVEL_MAX: u8 = 63;

/// What a resource holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// Hashes of this level of tiles.
    Hashes(u8),
    /// The entries themselves, each after its length in two bytes.
    Entries,
}

impl Content {
    /// The level of tiles whose geometry it has.
    pub fn level(self) -> u8 {
        match self {
            Content::Hashes(level) => level,
            Content::Entries => 0,
        }
    }
}

/// One tile or bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    pub content: Content,
    /// Its place in its level, from 0.
    pub index: u64,
    /// Hashes or entries in it: 1 to 256, 256 if it is full.
    pub width: u16,
}

impl Tile {
    /// The tree level of its hashes: the leaves are 0.
    pub fn tree_level(&self) -> u32 {
        u32::from(self.content.level()) * HEIGHT
    }

    /// The index of its first hash in that tree level.
    pub fn first(&self) -> u64 {
        self.index * WIDTH
    }

    /// Whether it will never change and never be replaced.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// Whether a tree of `size` leaves has all of it.
    pub fn is_in(&self, size: u64) -> bool {
        let end = self.index.checked_mul(WIDTH).map(|first| first + u64::from(self.width));
        end.is_some_and(|end| end <= nodes(self.content.level(), size))
    }

    /// Reads `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`. There is one
    /// spelling for each; any other is `None`.
    pub fn parse(path: &str) -> Option<Tile> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let content = match kind {
            "entries" => Content::Entries,
            level => {
                let level = number(level, u64::from(LEVEL_MAX))?;
                Content::Hashes(u8::try_from(level).ok()?)
            }
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                let width = u16::try_from(number(width, WIDTH - 1)?).ok()?;
                (index, if width == 0 { return None } else { width })
            }
            None => (rest, WIDTH as u16),
        };
        Some(Tile { content, index: parse_index(index)?, width })
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes(level) => write!(f, "tile/{level}/")?,
            Content::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut above = self.index / 1000;
        while above > 0 {
            groups.push(above % 1000);
            above /= 1000;
        }
        for (at, group) in groups.iter().enumerate().rev() {
            if at == 0 { write!(f, "{group:03}")? } else { write!(f, "x{group:03}/")? }
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// A decimal number without leading zeros.
fn number(text: &str, most: u64) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= most)
}

/// Groups of three digits, all but the last after an `x`, the first not `x000`.
fn parse_index(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split('/').collect();
    let (last, above) = groups.split_last()?;
    if above.first() == Some(&"x000") {
        return None;
    }
    let mut index: u64 = 0;
    for group in above.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let digits = group.filter(|digits| digits.len() == 3)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// Complete tree nodes that the tiles of a level hold, in a tree of `size` leaves.
pub fn nodes(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * HEIGHT).unwrap_or(0)
}

/// The tiles and bundles that a tree of `size` leaves has and one of `old` leaves
/// had not, lowest level first, bundles last. What was full at `old` is left out,
/// and so is a partial one that has not grown.
pub fn new_between(old: u64, size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..=LEVEL_MAX).take_while(move |level| nodes(*level, size) > 0);
    let contents = levels.map(Content::Hashes).chain([Content::Entries]);
    contents.flat_map(move |content| {
        let (before, now) = (nodes(content.level(), old), nodes(content.level(), size));
        let first = if before == now { now.div_ceil(WIDTH) } else { before / WIDTH };
        (first..now.div_ceil(WIDTH)).map(move |index| {
            let width = (now - index * WIDTH).min(WIDTH) as u16;
            Tile { content, index, width }
        })
    })
}

/// Every tile and bundle of a tree of `size` leaves.
pub fn all(size: u64) -> impl Iterator<Item = Tile> {
    new_between(0, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(full tiles, width of the partial one)` of a level of hashes.
    fn level(size: u64, level: u8) -> (u64, u16) {
        let tiles: Vec<Tile> =
            all(size).filter(|tile| tile.content == Content::Hashes(level)).collect();
        let full = tiles.iter().filter(|tile| tile.is_full()).count() as u64;
        let partial: Vec<&Tile> = tiles.iter().filter(|tile| !tile.is_full()).collect();
        assert!(partial.len() <= 1);
        (full, partial.first().map_or(0, |tile| tile.width))
    }

    #[test]
    fn trees_have_the_tiles_of_the_specification() {
        assert_eq!((level(70_000, 0), level(70_000, 1)), ((273, 112), (1, 17)));
        assert_eq!((level(70_000, 2), level(70_000, 3)), ((0, 1), (0, 0)));
        assert_eq!((level(256, 0), level(256, 1), level(256, 2)), ((1, 0), (0, 1), (0, 0)));
        assert_eq!((level(255, 0), level(255, 1)), ((0, 255), (0, 0)));
        assert_eq!((level(257, 0), level(257, 1)), ((1, 1), (0, 1)));
        assert_eq!(all(0).count(), 0);
        for power in 1..=3u32 {
            let size = 256u64.pow(power);
            let top = power as u8;
            assert_eq!(level(size, top), (0, 1));
            assert_eq!(level(size - 1, top), (0, 0));
            assert_eq!(level(size + 1, top), (0, 1));
            assert_eq!(level(size - 1, top - 1), (0, 255));
            assert_eq!(level(size, top - 1), (1, 0));
        }
    }

    #[test]
    fn widths_follow_the_formula_at_any_size() {
        for size in [1, 255, 256, 257, 65_535, 65_536, 65_537, 16_777_215, 16_777_217] {
            for tile in all(size) {
                assert!(tile.is_in(size), "{tile} {size}");
                let wider = Tile { width: tile.width + 1, ..tile };
                assert!(tile.is_full() || !wider.is_in(size));
                let after = Tile { index: tile.index + 1, width: 1, ..tile };
                assert!(tile.is_full() || !after.is_in(size));
            }
        }
        // The largest trees have no level above the seventh.
        assert_eq!(nodes(8, u64::MAX), 0);
        assert_eq!(nodes(63, u64::MAX), 0);
        assert_eq!(nodes(7, u64::MAX), 255);
    }

    #[test]
    fn steps_add_up_to_the_whole() {
        for step in [1, 100, 255, 256, 300, 1000] {
            let mut seen = std::collections::BTreeSet::new();
            let mut old = 0;
            while old < 70_000 {
                let size = 70_000.min(old + step * 7);
                for tile in new_between(old, size) {
                    assert!(!tile.is_in(old) && seen.insert(tile), "{tile} came twice");
                }
                old = size;
            }
            assert!(all(70_000).all(|tile| seen.contains(&tile)));
        }
        assert_eq!(new_between(70_000, 70_000).count(), 0);
    }

    #[test]
    fn an_address_has_one_spelling() {
        let tile = |content, index, width| Tile { content, index, width };
        for (path, expected) in [
            ("tile/0/000", tile(Content::Hashes(0), 0, 256)),
            ("tile/0/273.p/112", tile(Content::Hashes(0), 273, 112)),
            ("tile/63/x001/x234/067", tile(Content::Hashes(63), 1_234_067, 256)),
            ("tile/entries/x001/000.p/1", tile(Content::Entries, 1000, 1)),
            (
                "tile/entries/x018/x446/x744/x073/x709/x551/615",
                tile(Content::Entries, u64::MAX, 256),
            ),
        ] {
            assert_eq!(Tile::parse(path), Some(expected), "{path}");
            assert_eq!(expected.to_string(), path);
        }
        for path in [
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+0/000",
            "tile//000",
            "tile/0/",
            "tile/0",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x001/x000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000.p/1/",
            "tile/0/000/",
            "tile/entries",
            "tile/data/000",
            "tile/0/x1/000",
            "tile/0/X001/000",
            "tile/0/０００",
            "checkpoint",
            "tile/entries/x018/x446/x744/x073/x709/x551/616",
            "/tile/0/000",
            "tile/0/000.p/1.p/1",
        ] {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
        // An index beyond any tree is no tile of one, and does not overflow.
        assert!(!tile(Content::Entries, u64::MAX, 256).is_in(u64::MAX));
    }
}
