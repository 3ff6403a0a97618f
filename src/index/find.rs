//! Questions that combine several keys and times, answered in order of position
//! and page by page.

use super::gather::Gather;
use super::keys::Query;
use super::lookup::Lookup;
use super::part::Part;
use crate::store::StoreError;
use std::io;

impl Lookup {
    /// Entries that fit a query, from a position up to another, at most `limit`,
    /// ascending. The next page begins after the last position of this one.
    pub fn find(
        &self,
        query: &Query,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let (from, to) = match query.recorded_range() {
            Some((since, until)) => {
                (from.max(self.recorded_before(since)?), to.min(self.recorded_before(until)?))
            }
            None => (from, to),
        };
        let hashes = query.hashes(&self.hashing);
        let mut found = Vec::new();
        // Taken together, so that a segment sealed meanwhile is not passed over.
        let (parts, segment, open) = {
            let state = self.state();
            let open = &state.open;
            let range = (from.saturating_sub(open.segment), to.saturating_sub(open.segment));
            (
                state.parts.clone(),
                open.segment,
                in_open(open, &hashes, query.occurred_range(), range),
            )
        };
        for part in parts.iter() {
            let end = part.segment + part.count;
            if found.len() >= limit || part.segment >= to {
                return Ok(found);
            }
            if end <= from {
                continue;
            }
            let range = (from.saturating_sub(part.segment), to.min(end) - part.segment);
            let places = in_part(part, &hashes, query.occurred_range(), range)
                .map_err(|error| self.unreadable(&error))?;
            self.verify(query, part.segment, &places, limit, &mut found)?;
        }
        self.verify(query, segment, &open, limit, &mut found)?;
        Ok(found)
    }

    /// The positions of [`Lookup::find`].
    pub fn positions(
        &self,
        query: &Query,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<u64>, StoreError> {
        let found = self.find(query, from, to, limit)?;
        Ok(found.into_iter().map(|(position, _)| position).collect())
    }

    fn verify(
        &self,
        query: &Query,
        segment: u64,
        places: &[u32],
        limit: usize,
        found: &mut Vec<(u64, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        for &place in places {
            if found.len() >= limit {
                break;
            }
            found.extend(self.fitting(query, segment + u64::from(place))?);
        }
        Ok(())
    }

    /// Number of entries recorded before a moment in microseconds since 1970 UTC,
    /// which is the size of the log as it was known then.
    pub fn recorded_before(&self, micros: i64) -> Result<u64, StoreError> {
        let parts = {
            let state = self.state();
            let open = &state.open;
            if state.parts.is_empty() || open.recorded.first().is_some_and(|&first| first < micros)
            {
                let before = open.recorded.partition_point(|&recorded| recorded < micros);
                return Ok(open.segment + before as u64);
            }
            state.parts.clone()
        };
        let after = parts.partition_point(|part| part.first_recorded < micros);
        let Some(part) = after.checked_sub(1).and_then(|index| parts.get(index)) else {
            return Ok(0);
        };
        let before = part.recorded_before(micros).map_err(|error| self.unreadable(&error))?;
        Ok(part.segment + before)
    }
}

type Range = (u64, u64);

fn in_part(
    part: &Part,
    hashes: &[u64],
    occurred: Option<(i64, i64)>,
    range: Range,
) -> io::Result<Vec<u32>> {
    let outside = |(from, to): (i64, i64)| part.occurred.1 < from || part.occurred.0 >= to;
    if occurred.is_some_and(outside) || !hashes.iter().all(|&key| part.may_hold(key)) {
        return Ok(Vec::new());
    }
    let lists = hashes.iter().map(|&key| part.postings(key)).collect::<io::Result<Vec<_>>>()?;
    let mut places = common(&lists.iter().map(Vec::as_slice).collect::<Vec<_>>(), range);
    if let (Some((from, to)), Some(&first), Some(&last)) = (occurred, places.first(), places.last())
    {
        let times = part.occurred_between(u64::from(first), u64::from(last) + 1)?;
        places.retain(|&place| {
            times.get((place - first) as usize).is_some_and(|&at| from <= at && at < to)
        });
    }
    Ok(places)
}

fn in_open(open: &Gather, hashes: &[u64], occurred: Option<(i64, i64)>, range: Range) -> Vec<u32> {
    let lists: Vec<&[u32]> = hashes.iter().map(|&key| open.postings(key)).collect();
    let mut places = common(&lists, (range.0, range.1.min(open.count())));
    if let Some((from, to)) = occurred {
        places.retain(|&place| {
            open.occurred.get(place as usize).is_some_and(|&at| from <= at && at < to)
        });
    }
    places
}

/// The places of a range that stand in every list; without a list, all of it.
fn common(lists: &[&[u32]], (from, to): Range) -> Vec<u32> {
    let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else {
        return (from..to).map(|place| place as u32).collect();
    };
    let inside = |place: u32| (from..to).contains(&u64::from(place));
    let everywhere = |place: u32| lists.iter().all(|list| list.binary_search(&place).is_ok());
    shortest.iter().copied().filter(|&place| inside(place) && everywhere(place)).collect()
}
