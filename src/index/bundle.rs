//! Consecutive entries as a C2SP entry bundle, each after its length in two bytes:
//! slices of the segments, without what frames hold besides.

use super::gather::Span;
use super::lookup::Lookup;
use crate::store::StoreError;

/// Bytes between two entries that are read rather than begin a new slice: frame
/// headers are smaller, disclosures may be larger.
const GAP_MAX: u64 = 16 << 10;
/// Bytes of an entry's length, which stands before it.
const LENGTH: u64 = 2;

impl Lookup {
    /// The entries from `first` on, `count` of them; `None` if the lookup does not
    /// speak for all of them.
    pub fn bundle(&self, first: u64, count: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(spans) = self.spans(first, count)? else { return Ok(None) };
        let mut out = Vec::new();
        let mut rest = spans.as_slice();
        while let Some((segment, start)) = rest.first() {
            let run = 1 + rest.windows(2).take_while(|pair| is_near(&pair[0], &pair[1])).count();
            let (run, after) = rest.split_at(run);
            let end = run.last().map_or(start.offset, |(_, last)| last.offset + bytes(last));
            let from = start.offset - LENGTH;
            let slice = self.store.slice(*segment, from, (end - from) as usize)?;
            for (_, span) in run {
                let at = (span.offset - LENGTH - from) as usize;
                let framed = slice.get(at..at + (LENGTH + bytes(span)) as usize).unwrap_or(&[]);
                if framed.get(..2) != Some(&span.length.to_be_bytes()[..]) {
                    return Err(self.misplaced(first, *segment, span));
                }
                out.extend_from_slice(framed);
            }
            rest = after;
        }
        Ok(Some(out))
    }

    /// Where each of these entries is: its segment and its place in it.
    fn spans(&self, first: u64, count: u64) -> Result<Option<Vec<(u64, Span)>>, StoreError> {
        let end = first.saturating_add(count);
        // Taken together, so that a segment sealed meanwhile is not passed over.
        let (parts, open): (_, Vec<(u64, Span)>) = {
            let state = self.state();
            let segment = state.open.segment;
            let from = first.saturating_sub(segment) as usize;
            let to = end.saturating_sub(segment) as usize;
            let spans = state.open.spans.get(from..to.min(state.open.spans.len()));
            let spans = spans.unwrap_or(&[]).iter().map(|span| (segment, *span)).collect();
            (state.parts.clone(), spans)
        };
        let mut out = Vec::with_capacity(count as usize);
        let after = parts.partition_point(|part| part.segment + part.count <= first);
        for part in parts.iter().skip(after).take_while(|part| part.segment < end) {
            let from = first.saturating_sub(part.segment);
            let spans = part.spans(from, end - part.segment);
            let spans = spans.map_err(|error| self.unreadable(&error))?;
            out.extend(spans.into_iter().map(|span| (part.segment, span)));
        }
        out.extend(open);
        Ok((out.len() as u64 == count).then_some(out))
    }

    fn misplaced(&self, position: u64, segment: u64, span: &Span) -> StoreError {
        StoreError::Damaged {
            position,
            what: "an entry is not where the lookup says".to_owned(),
            place: format!(
                "segment {segment}, byte {}; run `plumb verify`, and delete {} if it passes",
                span.offset,
                self.dir.display()
            ),
        }
    }
}

fn bytes(span: &Span) -> u64 {
    u64::from(span.length)
}

fn is_near((segment, one): &(u64, Span), (other, next): &(u64, Span)) -> bool {
    let end = one.offset + bytes(one);
    segment == other && next.offset >= end && next.offset - end <= GAP_MAX
}
