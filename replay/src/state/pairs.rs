//! A small sorted set of pairs of text, bounded so that one case cannot grow
//! without limit. Which pairs it keeps does not depend on the order they come in.

/// Pairs kept; of more, the first in order.
pub const PAIRS_MAX: usize = 48;

/// Distinct pairs in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct Pairs {
    items: Vec<(Box<str>, Box<str>)>,
    /// There were more than [`PAIRS_MAX`].
    more: bool,
}

impl Pairs {
    /// Adds a pair unless it is there.
    pub fn insert(&mut self, first: &str, second: &str) {
        let key = (first, second);
        let found = self.items.binary_search_by(|(a, b)| (a.as_ref(), b.as_ref()).cmp(&key));
        let Err(at) = found else { return };
        if at >= PAIRS_MAX {
            self.more = true;
            return;
        }
        self.items.insert(at, (first.into(), second.into()));
        if self.items.len() > PAIRS_MAX {
            self.items.truncate(PAIRS_MAX);
            self.more = true;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().map(|(a, b)| (a.as_ref(), b.as_ref()))
    }

    /// True if some pairs were left out.
    pub fn more(&self) -> bool {
        self.more
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_does_not_depend_on_the_order() {
        let names: Vec<String> = (0..PAIRS_MAX + 5).map(|n| format!("{n:03}")).collect();
        let mut up = Pairs::default();
        names.iter().for_each(|name| up.insert("r", name));
        let mut down = Pairs::default();
        names.iter().rev().for_each(|name| down.insert("r", name));
        names.iter().for_each(|name| down.insert("r", name));
        assert_eq!(up, down);
        assert!(up.more());
        assert_eq!(up.iter().next(), Some(("r", "000")));
        assert_eq!(up.iter().count(), PAIRS_MAX);
    }
}
