//! Growing a model again by hand: beside the live one, compared with it row by
//! row, and swapped in only when the caller says so.

use super::mark::MARK_KEY;
use super::memory::MemoryRows;
use super::model::{Model, Refused};
use super::models::{Models, Place, Sources, fresh, io, open_sound, put_aside, remove};
use super::register::{Definition, definition};
use super::rows::{Rows, RowsError};
use super::{Content, ModelError, engine::SledRows};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// Rows read at once while comparing.
const PAGE_ROWS: usize = 1024;

/// A row that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    /// What the row is about: a stream, a type, a unit's month.
    pub row: String,
    /// `None` where the live model has no such row.
    pub before: Option<Value>,
    /// `None` where the rebuilt model has no such row.
    pub after: Option<Value>,
}

/// How the rebuilt model differs from the live one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    pub added: u64,
    pub removed: u64,
    pub changed: u64,
    /// The first of them in order of key.
    pub first: Vec<RowChange>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}

/// What rebuilding one model found.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilt {
    pub name: &'static str,
    pub version: u32,
    /// Entries that both models have folded in.
    pub position: u64,
    pub rows: u64,
    pub content: Content,
    /// Why the live model could not be compared, and counts as empty.
    pub unsound: Option<String>,
    pub difference: Difference,
    /// The rebuilt model has taken the live one's place.
    pub swapped: bool,
}

/// Rebuilds one model of a log. `decide` sees the difference, and says whether
/// the rebuilt model is to take the live one's place. Of the rows that differ the
/// first `shown` are kept for people. `go_on` hears the position while folding.
///
/// # Errors
///
/// [`RowsError::Locked`] while another process has the models open.
pub fn rebuild(
    place: &Place,
    sources: &Sources,
    name: &str,
    shown: usize,
    go_on: &mut dyn FnMut(u64) -> bool,
    decide: &mut dyn FnMut(&Rebuilt) -> bool,
) -> Result<Rebuilt, ModelError> {
    let definition = definition(name)?;
    let _lock = place.lock()?;
    let next = place.next(name);
    remove(&next)?;
    let beside: Arc<dyn Rows> = Arc::new(SledRows::open(&next)?);
    let size = sources.store.size()?;
    let (live, unsound) = live(place, definition, sources, size)?;
    let mut grown = Models::of(fresh(definition, beside.clone(), sources)?, sources.clone());
    grown.follow(size, go_on)?;
    let mark = grown.grown().into_iter().next();
    let difference = compare(live.as_ref(), beside.as_ref(), definition, shown)?;
    let mut rebuilt = Rebuilt {
        name: definition.name,
        version: definition.version,
        position: mark.as_ref().map_or(0, |mark| mark.position),
        rows: mark.as_ref().map_or(0, |mark| mark.rows),
        content: mark.map(|mark| mark.content).unwrap_or_default(),
        unsound,
        difference,
        swapped: false,
    };
    // Both are closed before a folder is renamed.
    drop((live, grown, beside));
    if decide(&rebuilt) {
        swap(place, definition.name)?;
        rebuilt.swapped = true;
    } else {
        remove(&next)?;
    }
    Ok(rebuilt)
}

/// The live model brought up to a size of the log, so that the comparison is of
/// the same entries; one that is unsound counts as empty.
fn live(
    place: &Place,
    definition: &'static Definition,
    sources: &Sources,
    size: u64,
) -> Result<(Arc<dyn Rows>, Option<String>), ModelError> {
    match open_sound(place, definition, sources) {
        Ok(model) => {
            let rows = model.rows.clone();
            Models::of(model, sources.clone()).follow(size, &mut |_| true)?;
            Ok((rows, None))
        }
        Err(Refused::Unsound(reason)) => Ok((Arc::new(MemoryRows::default()), Some(reason))),
        Err(Refused::Failed(error)) => Err(error),
    }
}

/// Puts the rebuilt folder in the live one's place. Between the two renames a
/// crash leaves no live model: it grows again at the next opening.
fn swap(place: &Place, name: &str) -> Result<(), RowsError> {
    let (model, next) = (place.model(name), place.next(name));
    if model.exists() {
        put_aside(place, name)?;
    }
    std::fs::rename(&next, &model).map_err(|error| io(&model, &error))?;
    remove(&place.aside(name))
}

/// Walks both in order of key.
fn compare(
    live: &dyn Rows,
    rebuilt: &dyn Rows,
    definition: &Definition,
    shown: usize,
) -> Result<Difference, ModelError> {
    let (mut before, mut after) = (Pages::new(live), Pages::new(rebuilt));
    let mut out = Difference::default();
    let (mut old, mut new) = (before.next()?, after.next()?);
    loop {
        let order = match (&old, &new) {
            (None, None) => return Ok(out),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let (left, right) = match order {
            std::cmp::Ordering::Less => (old.take(), None),
            std::cmp::Ordering::Greater => (None, new.take()),
            std::cmp::Ordering::Equal => (old.take(), new.take()),
        };
        match (&left, &right) {
            (Some(_), None) => out.removed += 1,
            (None, Some(_)) => out.added += 1,
            (Some((_, old)), Some((_, new))) if old != new => out.changed += 1,
            _ => {}
        }
        let same = left.as_ref().map(|(_, row)| row) == right.as_ref().map(|(_, row)| row);
        if !same && out.first.len() < shown {
            out.first.push(change(definition, left.as_ref(), right.as_ref()));
        }
        if order.is_le() {
            old = before.next()?;
        }
        if order.is_ge() {
            new = after.next()?;
        }
    }
}

type Row = (Vec<u8>, Vec<u8>);

/// A row that does not decode is shown by its length: that is what is wrong.
fn change(definition: &Definition, before: Option<&Row>, after: Option<&Row>) -> RowChange {
    let show = |row: &Row| {
        (definition.show)(&row.0, &row.1).unwrap_or_else(|error| {
            (String::from_utf8_lossy(&row.0).into_owned(), Value::String(error.to_string()))
        })
    };
    let (before, after) = (before.map(show), after.map(show));
    let row = [&after, &before].into_iter().flatten().next().map(|(name, _)| name.clone());
    RowChange {
        row: row.unwrap_or_default(),
        before: before.map(|(_, value)| value),
        after: after.map(|(_, value)| value),
    }
}

/// Rows in order of key, the mark apart, some at a time.
struct Pages<'a> {
    rows: &'a dyn Rows,
    page: VecDeque<Row>,
    from: Vec<u8>,
    ended: bool,
}

impl<'a> Pages<'a> {
    fn new(rows: &'a dyn Rows) -> Pages<'a> {
        Pages { rows, page: VecDeque::new(), from: Vec::new(), ended: false }
    }

    fn next(&mut self) -> Result<Option<Row>, RowsError> {
        if self.page.is_empty() && !self.ended {
            let page = &mut self.page;
            self.rows.scan(&[], &self.from, &mut |key, value| {
                if key != MARK_KEY {
                    page.push_back((key.to_vec(), value.to_vec()));
                }
                page.len() < PAGE_ROWS
            })?;
            self.ended = self.page.len() < PAGE_ROWS;
            if let Some((key, _)) = self.page.back() {
                // The least key after it.
                self.from = [key.as_slice(), &[0]].concat();
            }
        }
        Ok(self.page.pop_front())
    }
}

impl Models {
    /// One model alone; its caller holds the lock.
    fn of(model: Model, sources: Sources) -> Models {
        Models::from_parts(sources, vec![model])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::codec::encode;

    fn rows(rows: &[(&str, u64)]) -> MemoryRows {
        let out = MemoryRows::default();
        let row =
            |(kind, count): &(&str, u64)| (format!("t{kind}").into_bytes(), Some(encode(count)));
        let mark = (MARK_KEY.to_vec(), Some(vec![rows.len() as u8]));
        out.write(rows.iter().map(row).chain([mark]).collect()).unwrap();
        out
    }

    #[test]
    fn rows_are_compared_one_by_one() {
        let totals = definition("totals").unwrap();
        let live = rows(&[("a", 1), ("b", 2), ("c", 3)]);
        let rebuilt = rows(&[("b", 2), ("c", 4), ("d", 5), ("e", 6)]);
        let found = compare(&live, &rebuilt, totals, 3).unwrap();
        assert_eq!((found.added, found.removed, found.changed), (2, 1, 1));
        let told: Vec<_> = found
            .first
            .iter()
            .map(|row| (row.row.as_str(), row.before.clone(), row.after.clone()))
            .collect();
        let number = |number: u64| Some(Value::from(number));
        let expected =
            [("a", number(1), None), ("c", number(3), number(4)), ("d", None, number(5))];
        assert_eq!(told, expected);
        assert!(compare(&live, &live, totals, 3).unwrap().is_empty());
    }

    #[test]
    fn comparing_takes_any_number_of_rows() {
        let totals = definition("totals").unwrap();
        let names: Vec<String> = (0..3 * PAGE_ROWS + 7).map(|n| format!("{n:06}")).collect();
        let all: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        let found = compare(&rows(&all), &rows(&all[PAGE_ROWS..]), totals, 0).unwrap();
        assert_eq!((found.added, found.removed, found.changed), (0, PAGE_ROWS as u64, 0));
        assert!(compare(&rows(&all), &rows(&all), totals, 0).unwrap().is_empty());
    }
}
