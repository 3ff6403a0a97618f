//! How much there is: events by type, and amounts by type and currency.
//!
//! Sums are over entries as recorded: a correction is one more entry, and what
//! it repairs is the affair of the case. Keys: `t`, type → count; `a`, type, 0,
//! currency → exact sum; `s` → streams, which is the number of entries that are
//! the first of theirs.

use super::ModelError;
use super::codec::{decode, encode};
use super::register::{Given, Projection};
use super::rows::{Batch, Rows, RowsError};
use plumbline_replay::event::Event;
use plumbline_replay::event::amount::{Decimal, amounts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const COUNT: [u8; 1] = *b"t";
const AMOUNT: [u8; 1] = *b"a";
const STREAMS: [u8; 1] = *b"s";

pub(super) fn start() -> Box<dyn Projection> {
    Box::new(Totals::default())
}

/// Counts and sums by event type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeTotals {
    pub streams: u64,
    pub by_type: BTreeMap<String, u64>,
    /// Event type → currency → exact sum.
    pub amounts: BTreeMap<String, BTreeMap<String, Decimal>>,
}

impl TypeTotals {
    /// Adds those of another log.
    pub fn add(&mut self, other: TypeTotals) {
        self.streams += other.streams;
        for (kind, count) in other.by_type {
            *self.by_type.entry(kind).or_default() += count;
        }
        for (kind, sums) in other.amounts {
            let known = self.amounts.entry(kind).or_default();
            for (currency, sum) in sums {
                let total = known.entry(currency).or_default();
                *total = total.plus(sum);
            }
        }
    }
}

/// All counts and sums stay in memory: there are a few hundred types.
#[derive(Default)]
struct Totals {
    /// Streams begun since the last write.
    streams: u64,
    counts: BTreeMap<Box<str>, u64>,
    sums: BTreeMap<(Box<str>, Box<str>), Decimal>,
    changed_counts: BTreeSet<Box<str>>,
    changed_sums: BTreeSet<(Box<str>, Box<str>)>,
}

impl Projection for Totals {
    fn apply(&mut self, event: &Event<'_>, given: &Given<'_>) -> Result<(), ModelError> {
        let kind: &str = &event.kind;
        self.streams += u64::from(event.revision == 0);
        if !self.counts.contains_key(kind) {
            let known = read::<u64>(given.rows, &count_key(kind))?;
            self.counts.insert(kind.into(), known.unwrap_or(0));
        }
        if let Some(count) = self.counts.get_mut(kind) {
            *count += 1;
        }
        if !self.changed_counts.contains(kind) {
            self.changed_counts.insert(kind.into());
        }
        for amount in amounts(event.event_type, &event.body) {
            let key: (Box<str>, Box<str>) = (kind.into(), amount.currency.as_str().into());
            let sum = match self.sums.get(&key) {
                Some(sum) => *sum,
                None => read(given.rows, &amount_key(&key.0, &key.1))?.unwrap_or_default(),
            };
            self.sums.insert(key.clone(), sum.plus(amount.value));
            self.changed_sums.insert(key);
        }
        Ok(())
    }

    fn changed(&self) -> usize {
        self.changed_counts.len() + self.changed_sums.len()
    }

    fn flush(&mut self, _: u64, given: &Given<'_>, batch: &mut Batch) -> Result<(), ModelError> {
        if self.streams > 0 {
            let before = read::<u64>(given.rows, &STREAMS)?.unwrap_or(0);
            let streams = before + std::mem::take(&mut self.streams);
            batch.insert(STREAMS.to_vec(), Some(encode(&streams)));
        }
        for kind in std::mem::take(&mut self.changed_counts) {
            batch.insert(count_key(&kind), self.counts.get(&kind).map(encode));
        }
        for key in std::mem::take(&mut self.changed_sums) {
            batch.insert(amount_key(&key.0, &key.1), self.sums.get(&key).map(encode));
        }
        Ok(())
    }
}

fn read<T: serde::de::DeserializeOwned>(
    rows: &dyn Rows,
    key: &[u8],
) -> Result<Option<T>, RowsError> {
    rows.get(key)?.map(|row| decode(&row)).transpose()
}

fn count_key(kind: &str) -> Vec<u8> {
    [&COUNT, kind.as_bytes()].concat()
}

fn amount_key(kind: &str, currency: &str) -> Vec<u8> {
    [&AMOUNT, kind.as_bytes(), &[0], currency.as_bytes()].concat()
}

/// Reads all counts and sums.
pub(super) fn totals(rows: &dyn Rows) -> Result<TypeTotals, RowsError> {
    let streams = read(rows, &STREAMS)?.unwrap_or(0);
    let mut out = TypeTotals { streams, ..TypeTotals::default() };
    each(rows, &COUNT, |key, row| {
        out.by_type.insert(key.to_owned(), decode(row)?);
        Ok(())
    })?;
    each(rows, &AMOUNT, |key, row| {
        let (kind, currency) = key.split_once('\0').unwrap_or((key, ""));
        let sums = out.amounts.entry(kind.to_owned()).or_default();
        sums.insert(currency.to_owned(), decode(row)?);
        Ok(())
    })?;
    Ok(out)
}

/// Calls `take` for each row of a prefix, with the rest of its key as text.
fn each(
    rows: &dyn Rows,
    prefix: &[u8],
    mut take: impl FnMut(&str, &[u8]) -> Result<(), RowsError>,
) -> Result<(), RowsError> {
    let mut result = Ok(());
    rows.scan(prefix, prefix, &mut |key, row| {
        let rest = key.get(prefix.len()..).unwrap_or_default();
        result = match std::str::from_utf8(rest) {
            Ok(rest) => take(rest, row),
            Err(_) => Err(RowsError::Damaged("a key is not text".to_owned())),
        };
        result.is_ok()
    })?;
    result
}

/// A row for people.
pub(super) fn show(key: &[u8], row: &[u8]) -> Result<(String, Value), RowsError> {
    let text = |key: &[u8]| String::from_utf8_lossy(key).replace('\0', " ");
    Ok(match key {
        [b'a', key @ ..] => (text(key), json!(decode::<Decimal>(row)?.to_string())),
        [b't', key @ ..] => (text(key), json!(decode::<u64>(row)?)),
        _ => ("streams".to_owned(), json!(decode::<u64>(row)?)),
    })
}
