//! A report's table: typed cells, so that every format writes a code as text and
//! money to the fen, and each row with the entries that it rests on.
//!
//! What this file does not know: files, formats, which report it is.

use crate::packed::{Packed, Packer, Unpacker};
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use chrono::NaiveDate;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    /// A number or code that is never calculated with: `9.11E+17` is how
    /// spreadsheets lose one.
    Code,
    Count,
    /// With two decimals: days on average.
    Decimal,
    Date,
    Moment,
    /// Fen; shown in yuan with two decimals.
    Money,
    /// Fen; shown in 万元 with six decimals.
    TenThousand,
    /// A fraction; shown in per cent with two decimals, cut and never rounded up.
    Share,
}

impl Holds {
    pub fn as_str(self) -> &'static str {
        match self {
            Holds::Text => "text",
            Holds::Code => "code",
            Holds::Count => "count",
            Holds::Decimal => "decimal",
            Holds::Date => "date",
            Holds::Moment => "moment",
            Holds::Money | Holds::TenThousand => "fen",
            Holds::Share => "share",
        }
    }
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// As scripts name it.
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub holds: Holds,
}

/// A column, as a report's table lists it.
pub const fn column(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    holds: Holds,
) -> Column {
    Column { name, zh, en, holds }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Not known or not applicable: never zero, never 100 %.
    Empty,
    Text(String),
    Count(i64),
    /// Hundredths.
    Hundredths(i64),
    Date(NaiveDate),
    Moment(Micros),
    Fen(i64),
    /// Numerator and denominator; a zero denominator is [`Cell::Empty`].
    Share(i64, i64),
}

/// What kind of value comes, then the value.
impl Packed for Cell {
    fn pack(&self, to: &mut Packer) {
        let (kind, number) = match self {
            Cell::Empty => return 0u64.pack(to),
            Cell::Text(text) => {
                1u64.pack(to);
                return to.text(text);
            }
            Cell::Share(part, whole) => {
                2u64.pack(to);
                return (*part, *whole).pack(to);
            }
            Cell::Date(date) => {
                3u64.pack(to);
                return date.pack(to);
            }
            Cell::Count(number) => (4u64, number),
            Cell::Hundredths(number) => (5, number),
            Cell::Moment(number) => (6, number),
            Cell::Fen(number) => (7, number),
        };
        kind.pack(to);
        number.pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Cell> {
        Some(match u64::unpack(from)? {
            0 => Cell::Empty,
            1 => Cell::Text(Packed::unpack(from)?),
            2 => Cell::Share(Packed::unpack(from)?, Packed::unpack(from)?),
            3 => Cell::Date(Packed::unpack(from)?),
            4 => Cell::Count(Packed::unpack(from)?),
            5 => Cell::Hundredths(Packed::unpack(from)?),
            6 => Cell::Moment(Packed::unpack(from)?),
            7 => Cell::Fen(Packed::unpack(from)?),
            _ => return None,
        })
    }
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Empty, cell)
    }

    /// A share of a whole; of nothing there is none.
    pub fn share(part: i64, whole: i64) -> Cell {
        if whole == 0 { Cell::Empty } else { Cell::Share(part, whole) }
    }

    /// Words joined by 「、」.
    pub fn list<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> Cell {
        let words: Vec<String> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        Cell::text(words.join("、"))
    }
}

/// One row and the entries that its figures rest on, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub entries: Vec<EntryRef>,
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Row {
        Row { cells, entries: Vec::new() }
    }

    /// Adds entries, each once.
    pub fn resting_on(mut self, entries: impl IntoIterator<Item = EntryRef>) -> Row {
        self.entries.extend(entries);
        self.entries.sort_by_key(|entry| (entry.sealed, entry.position));
        self.entries.dedup_by_key(|entry| (entry.sealed, entry.position));
        self
    }
}
