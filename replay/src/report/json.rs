//! A report as JSON (`plumbline.report/1`): canonical, with its own digest, so
//! that the same log gives the same bytes.
//!
//! `digest` is BLAKE3 of the document without it. `rests_on` lists, row by row,
//! the entries behind the figures as `open/4711`.

use super::run::Sheet;
use super::table::{Cell, Column};
use crate::integrity::json::{Json, parse, write_string};
use crate::rules::finding::EntryRef;
use crate::rules::words::yuan;
use crate::time::civil::Zone;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// Name of the form; a change of meaning is a new one.
pub const SCHEMA: &str = "plumbline.report/1";

/// About what a cell takes, with its share of the entries its row rests on.
const CELL_BYTES: usize = 24;

/// The document, with a line end.
pub fn to_json(sheet: &Sheet) -> Vec<u8> {
    // To grow a report of many megabytes by doubling costs as much as writing it.
    let mut out = Vec::with_capacity(sheet.rows.len() * sheet.columns.len() * CELL_BYTES);
    write(sheet, &mut out);
    out.push(b'\n');
    out
}

/// Digest of the document; the same in every format of one report.
pub fn digest(sheet: &Sheet) -> String {
    write(sheet, &mut Vec::new())
}

/// Writes the document member by member, in the order of RFC 8785, and returns its
/// digest. A report of a whole city is too large to be laid out in memory first.
fn write(sheet: &Sheet, out: &mut Vec<u8>) -> String {
    let start = out.len();
    let columns = Json::List(sheet.columns.iter().map(column).collect());
    member(out, b"{\"columns\":", &columns);
    let digest_at = out.len();
    let made_from = Json::object(sheet.made_from.clone());
    member(out, b",\"made_from\":", &made_from);
    member(out, b",\"report\":", &Json::text(sheet.id));
    out.extend_from_slice(b",\"rests_on\":");
    list(out, &sheet.rows, |row, out| list(out, &row.entries, place));
    let count = i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX);
    member(out, b",\"row_count\":", &Json::Int(count));
    out.extend_from_slice(b",\"rows\":");
    list(out, &sheet.rows, |row, out| {
        list(out, &row.cells, |cell, out| value(cell, sheet.zone, out))
    });
    member(out, b",\"schema\":", &Json::text(SCHEMA));
    member(out, b",\"title_en\":", &Json::text(sheet.en));
    member(out, b",\"title_zh\":", &Json::text(sheet.zh));
    member(out, b",\"version\":", &Json::Int(i64::from(sheet.version)));
    out.push(b'}');
    let digest = blake3::hash(&out[start..]).to_hex().as_str().to_owned();
    let named = format!(",\"digest\":\"{digest}\"");
    out.splice(digest_at..digest_at, named.into_bytes());
    digest
}

fn member(out: &mut Vec<u8>, name: &[u8], value: &Json<'_>) {
    out.extend_from_slice(name);
    value.write(out);
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// `"open/4711"`
fn place(entry: &EntryRef, out: &mut Vec<u8>) {
    out.extend_from_slice(if entry.sealed { b"\"sealed/" } else { b"\"open/" });
    number(entry.position, out);
    out.push(b'"');
}

fn number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return out.extend_from_slice(&digits[at..]);
        }
    }
}

/// `"2027-03-01"`. By hand, since some reports are mostly dates.
fn day(date: NaiveDate, out: &mut Vec<u8>) {
    let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
        return write_string(&date.to_string(), out);
    };
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let (month, day) = (date.month(), date.day());
    out.extend_from_slice(&[
        b'"',
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
        b'"',
    ]);
}

fn column(column: &Column) -> Json<'static> {
    Json::object([
        ("name", Json::text(column.name)),
        ("zh", Json::text(column.zh)),
        ("en", Json::text(column.en)),
        ("holds", Json::text(column.holds.as_str())),
    ])
}

/// Fen stay fen and a share its two numbers: JSON is for programs.
fn value(cell: &Cell, zone: Zone, out: &mut Vec<u8>) {
    match cell {
        Cell::Empty => out.extend_from_slice(b"null"),
        Cell::Text(text) => write_string(text, out),
        Cell::Count(count) | Cell::Fen(count) => Json::Int(*count).write(out),
        Cell::Hundredths(hundredths) => write_string(&yuan(*hundredths), out),
        Cell::Date(date) => day(*date, out),
        Cell::Moment(micros) => write_string(&zone.rfc3339(*micros), out),
        Cell::Share(part, whole) => {
            list(out, &[*part, *whole], |number, out| Json::Int(*number).write(out));
        }
    }
}

/// What a report file says that it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub report: String,
    pub version: i64,
    pub made_from: Json<'static>,
    pub digest: String,
}

/// The member that names the cases, where a report was made from a bundle of them.
const CASES: &str = "bundle_cases";

impl Sheet {
    /// The same, made from the entries of these cases alone and of master data: it says
    /// so, since the log that it names holds others.
    #[must_use]
    pub fn of_cases(mut self, cases: &BTreeSet<String>) -> Sheet {
        self.made_from.push((CASES, Json::text(named(cases))));
        self
    }
}

/// Cases as one text: a stream holds no line end.
fn named(cases: &BTreeSet<String>) -> String {
    cases.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

impl Read {
    /// Whether it was made from the log, or from a bundle of just these cases.
    pub fn is_of(&self, cases: Option<&BTreeSet<String>>) -> bool {
        self.made_from.get(CASES).and_then(Json::as_str).map(str::to_owned) == cases.map(named)
    }

    /// Why the report made again, `again`, cannot be compared with the file: another
    /// version of the report or other rules made it, and only the program of then knows
    /// them. A file that carries the digest of `again` was not made by others, and what
    /// it says of them was changed.
    pub fn made_otherwise(&self, again: &Sheet) -> Option<String> {
        let said = self.made_from.get("rule_set").and_then(Json::as_str)?;
        let own = again.made_from.iter().find(|(name, _)| *name == "rule_set");
        let same_rules = own.is_some_and(|(_, own)| own.as_str() == Some(said));
        let same_version = self.version == i64::from(again.version);
        if same_rules && same_version || self.digest == digest(again) {
            return None;
        }
        let (theirs, ours) = (self.version, again.version);
        Some(match same_version {
            false => format!(
                "文件为该报表第 {theirs} 版,本程序为第 {ours} 版,须用当时的程序核验 / made by version \
                 {theirs} of the report, this is {ours}: verify it with the program of then"
            ),
            true => format!(
                "文件依据另一规则集({said}),须用当时的程序核验 / made under another set of rules \
                 ({said}): verify it with the program of then"
            ),
        })
    }
}

/// Reads what decides a report's bytes out of a JSON report. `None` if it is none.
pub fn from_json(bytes: &[u8]) -> Option<Read> {
    let json = parse(bytes.trim_ascii_end()).ok()?.into_owned();
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    (text("schema")? == SCHEMA).then_some(())?;
    Some(Read {
        report: text("report")?,
        version: json.get("version").and_then(Json::as_int)?,
        made_from: json.get("made_from")?.clone(),
        digest: text("digest")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Holds, Row, column};

    #[test]
    fn days_are_written_as_a_formatter_writes_them() {
        let days =
            [(-1, 1, 1), (0, 12, 31), (9, 2, 28), (2027, 3, 9), (9999, 10, 31), (10_000, 1, 1)];
        for (year, month, day) in days {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            let mut out = Vec::new();
            value(&Cell::Date(date), Zone::UTC, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{date}\""));
        }
    }

    #[test]
    fn the_document_is_canonical_and_its_digest_is_of_the_rest() {
        const COLUMNS: &[Column] = &[column("a", "甲", "a", Holds::Text)];
        let entry =
            |sealed, position| EntryRef { sealed, position, system: "hall".into(), id: "e".into() };
        let cells = vec![
            Cell::Empty,
            Cell::text("引\"号\n"),
            Cell::Count(-7),
            Cell::Hundredths(-105),
            Cell::Date(chrono::NaiveDate::from_ymd_opt(2026, 3, 5).expect("a date")),
            Cell::Moment(1_700_000_000_000_001),
            Cell::Fen(0),
            Cell::Share(1, 3),
        ];
        let row = Row::new(cells).resting_on([entry(false, 0), entry(true, 1_234_567_890)]);
        let sheet = Sheet {
            id: "RP99",
            version: 3,
            zh: "表",
            en: "a table",
            columns: COLUMNS,
            exact: false,
            rows: vec![row, Row::new(Vec::new())],
            made_from: vec![
                ("as_of", Json::text("now")),
                ("a", Json::Int(1)),
                ("rule_set", Json::text("ours")),
            ],
            zone: Zone::SHANGHAI,
            names: Default::default(),
        };
        let bytes = to_json(&sheet);
        can_be_compared_unless_others_made_it(&sheet, &bytes);
        let mut json = parse(bytes.trim_ascii_end()).expect("JSON").into_owned();
        // What is read and written again is the same bytes only if they are canonical.
        assert_eq!(json.to_bytes(), bytes.trim_ascii_end());
        let named = json.remove("digest").expect("a digest");
        assert_eq!(named.as_str(), Some(digest(&sheet).as_str()));
        let rest = blake3::hash(&json.to_bytes()).to_hex();
        assert_eq!(named.as_str(), Some(rest.as_str()));
        let rows = json.get("rows").and_then(Json::as_list).expect("rows");
        let first = rows[0].as_list().expect("cells");
        assert_eq!(first[3].as_str(), Some("-1.05"));
        assert_eq!(first[5].as_str(), Some("2023-11-15T06:13:20.000001+08:00"));
        let places = json.get("rests_on").and_then(Json::as_list).expect("places")[0].to_bytes();
        assert_eq!(places, br#"["open/0","sealed/1234567890"]"#);
    }

    fn can_be_compared_unless_others_made_it(sheet: &Sheet, bytes: &[u8]) {
        let read = from_json(bytes).expect("a report");
        assert_eq!(read.made_otherwise(sheet), None);
        let theirs = Json::object([("rule_set".to_owned(), Json::text("theirs"))]);
        // Only what it says was changed: its digest is still that of our figures.
        let changed = Read { made_from: theirs.clone(), version: 9, ..read.clone() };
        assert_eq!(changed.made_otherwise(sheet), None);
        let other = Read { made_from: theirs, digest: "other".to_owned(), ..read.clone() };
        assert!(other.made_otherwise(sheet).expect("other rules").contains("theirs"));
        let other = Read { version: 2, digest: "other".to_owned(), ..read.clone() };
        assert!(other.made_otherwise(sheet).expect("another version").contains("version 2"));
        let forged = Read { digest: "other".to_owned(), ..read };
        assert_eq!(forged.made_otherwise(sheet), None);
    }
}
