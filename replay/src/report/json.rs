//! A report as JSON (`plumbline.report/1`): canonical, with its own digest, so
//! that the same log gives the same bytes.
//!
//! `digest` is BLAKE3 of the document without it. `rests_on` lists, row by row,
//! the entries behind the figures as `open/4711`.

use super::run::Sheet;
use super::table::{Cell, Column};
use crate::integrity::json::{Json, parse};
use crate::rules::words::yuan;
use crate::time::civil::Zone;

/// Name of the form; a change of meaning is a new one.
pub const SCHEMA: &str = "plumbline.report/1";

/// The document, with a line end.
pub fn to_json(sheet: &Sheet) -> Vec<u8> {
    let mut json = document(sheet);
    let digest = blake3::hash(&json.to_bytes()).to_hex();
    json.set("digest", Json::text(digest.as_str().to_owned()));
    let mut bytes = json.to_bytes();
    bytes.push(b'\n');
    bytes
}

/// Digest of the document; the same in every format of one report.
pub fn digest(sheet: &Sheet) -> String {
    blake3::hash(&document(sheet).to_bytes()).to_hex().as_str().to_owned()
}

fn document(sheet: &Sheet) -> Json<'static> {
    let rows = sheet.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| value(cell, sheet.zone));
        Json::List(cells.collect())
    });
    let rests_on = sheet
        .rows
        .iter()
        .map(|row| Json::List(row.entries.iter().map(|entry| Json::text(entry.place())).collect()));
    Json::object([
        ("schema", Json::text(SCHEMA)),
        ("report", Json::text(sheet.id)),
        ("version", Json::Int(i64::from(sheet.version))),
        ("title_zh", Json::text(sheet.zh)),
        ("title_en", Json::text(sheet.en)),
        ("made_from", Json::object(sheet.made_from.clone())),
        ("columns", Json::List(sheet.columns.iter().map(column).collect())),
        ("row_count", Json::Int(i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX))),
        ("rows", Json::List(rows.collect())),
        ("rests_on", Json::List(rests_on.collect())),
    ])
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
fn value(cell: &Cell, zone: Zone) -> Json<'static> {
    match cell {
        Cell::Empty => Json::Null,
        Cell::Text(text) => Json::text(text.clone()),
        Cell::Count(count) | Cell::Fen(count) => Json::Int(*count),
        Cell::Hundredths(hundredths) => Json::text(yuan(*hundredths)),
        Cell::Date(date) => Json::text(date.to_string()),
        Cell::Moment(micros) => Json::text(zone.rfc3339(*micros)),
        Cell::Share(part, whole) => Json::List(vec![Json::Int(*part), Json::Int(*whole)]),
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
