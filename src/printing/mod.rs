//! Reports in the formats that need a library: a workbook and a printable page;
//! and, out of every format, what a file says that it was made from.
//!
//! Figures come from `replay::report` and are only laid out here. What this
//! module does not know: logs, rules.

mod page;
mod workbook;

use plumbline_replay::integrity::json::Json;
use plumbline_replay::report::{MADE_FROM, Read, Sheet, from_json, to_csv, to_json, to_plain_csv};
use plumbline_replay::time::civil;

/// How pages and workbooks are laid out. Another number for every change: a file of
/// another layout has other bytes without being another report.
const LAYOUT: &str = "2";

/// Formats of a report file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Xlsx,
    Html,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Json, Format::Csv, Format::Xlsx, Format::Html];

    /// As options and file names write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
        }
    }

    /// Whether it shows what units and items are called, beside their ids.
    pub fn has_names(self) -> bool {
        matches!(self, Format::Xlsx | Format::Html)
    }

    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str().eq_ignore_ascii_case(text))
    }
}

/// Why a report could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    #[error("{0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    #[error("{0}")]
    Page(#[from] askama::Error),
}

/// The file's bytes: the same report gives the same bytes in every format.
pub fn print(sheet: &Sheet, format: Format) -> Result<Vec<u8>, PrintError> {
    match format {
        Format::Json => Ok(to_json(sheet)),
        Format::Csv if sheet.exact => Ok(to_plain_csv(sheet)),
        Format::Csv => Ok(to_csv(sheet)),
        Format::Xlsx => Ok(workbook::write(sheet)?),
        Format::Html => Ok(page::write(sheet)?),
    }
}

/// Which format a file has, and what it says that it was made from.
pub fn read(bytes: &[u8]) -> Option<(Format, Read)> {
    if let Some(read) = from_json(bytes) {
        return Some((Format::Json, read));
    }
    if let Some(read) = workbook::read(bytes) {
        return Some((Format::Xlsx, read));
    }
    let text = std::str::from_utf8(bytes).ok()?;
    if let Some(read) = page::read(text) {
        return Some((Format::Html, read));
    }
    read_csv(text).map(|read| (Format::Csv, read))
}

/// Whether the file says that it is laid out as by another version of the program.
pub fn is_of_another_layout(bytes: &[u8], format: Format) -> bool {
    let said = match format {
        Format::Json | Format::Csv => return false,
        Format::Xlsx => workbook::layout(bytes),
        Format::Html => std::str::from_utf8(bytes).ok().and_then(page::layout).map(str::to_owned),
    };
    said.as_deref() != Some(LAYOUT)
}

/// The block after a CSV's table.
fn read_csv(text: &str) -> Option<Read> {
    let from = text.rfind(MADE_FROM)?;
    let mut lines = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes().get(from..)?);
    let rows = lines.records().map_while(Result::ok);
    rows_read(rows.map(|row| {
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        (cell(0), cell(1))
    }))
}

/// Reads names and values, the first being `MADE_FROM` and the report's id.
fn rows_read(rows: impl Iterator<Item = (String, String)>) -> Option<Read> {
    let mut rows = rows.skip_while(|(name, _)| name != MADE_FROM);
    let report = rows.next()?.1.split_whitespace().next()?.to_owned();
    let (mut version, mut digest, mut members) = (None, None, Vec::new());
    for (name, value) in rows {
        match name.as_str() {
            "version" => version = value.parse().ok(),
            "digest" => digest = Some(value),
            "log_size" | "sealed_size" | "time_zone_minutes" => {
                members.push((name, value.parse().map_or(Json::Null, Json::Int)));
            }
            _ => members.push((name, Json::text(value))),
        }
    }
    let made_from = Json::object(members);
    let dated = made_from.get("period_from").and_then(Json::as_str);
    dated.and_then(civil::parse_date)?;
    Some(Read { report, version: version?, made_from, digest: digest? })
}
