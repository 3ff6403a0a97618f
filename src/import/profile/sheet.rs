//! A table of either form, CSV or XLSX, read row by row under a profile's header.
//!
//! What this file does not know: what any column means beyond its name.

use super::Profile;
use super::fit::{Fit, TITLE_ROWS_MAX, best};
use super::workbook::{self, Cell, FILE_BYTES_MAX, Page};
use crate::import::csv::{CsvReader, Dialect};
use crate::import::headers::one_line;
use crate::import::input::{self, Charset, Meter};
use crate::import::record::{Problem, SourceError};
use crate::import::run::{ImportError, opening};
use std::io::{BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// A row under the header.
#[derive(Clone, Debug)]
pub struct Line {
    /// From 1.
    pub line: u64,
    pub cells: Vec<Cell>,
    /// Why the row cannot be used.
    pub problem: Option<Problem>,
}

enum Rows {
    Csv(Box<CsvReader<BufReader<Box<dyn Read>>>>, Rc<Meter>),
    Book(std::vec::IntoIter<workbook::Row>),
}

/// A table with its header found.
pub struct Sheet {
    pub fit: Fit,
    /// `csv` or `xlsx`.
    pub format: &'static str,
    pub encoding: &'static str,
    pub file_bytes: u64,
    rows: Rows,
    digest: Option<String>,
}

/// Opens a table and finds its header.
///
/// # Errors
///
/// The file cannot be read; is no table; has not the profile's columns.
pub fn open(path: &Path, profile: &Profile) -> Result<Sheet, ImportError> {
    let mut magic = [0; 4];
    let mut file = std::fs::File::open(path).map_err(|error| opening(path, &error))?;
    let length = file.metadata().map_err(|error| opening(path, &error))?.len();
    let known = file.read(&mut magic).unwrap_or(0);
    if magic.get(..known) == Some(b"PK\x03\x04") {
        return book(path, length, profile);
    }
    table(path, profile)
}

fn table(path: &Path, profile: &Profile) -> Result<Sheet, ImportError> {
    let failed = |error: std::io::Error| opening(path, &error);
    let charset = Charset::Is(input::detect_text(path).map_err(failed)?);
    let reader = |skip_lines: u64| -> Result<_, ImportError> {
        let input = input::open(path, charset).map_err(failed)?;
        let dialect = Dialect { skip_lines, ..Dialect::default() };
        let reader = CsvReader::new(input.reader, &dialect)?;
        Ok((reader, input.meter, input.file_bytes, input.encoding.name()))
    };
    let mut headers = Vec::new();
    for skipped in 0..=TITLE_ROWS_MAX as u64 {
        match reader(skipped) {
            Ok((reader, ..)) => headers.push(reader.headers().to_vec()),
            Err(error) if skipped == 0 => return Err(error),
            Err(_) => break,
        }
    }
    let fits = headers.into_iter().map(|headers| Fit::of(profile, headers));
    let (at, fit) = chosen(profile, best(profile, fits))?;
    let (reader, meter, file_bytes, encoding) = reader(at as u64)?;
    let rows = Rows::Csv(Box::new(reader), meter);
    Ok(Sheet { fit, format: "csv", encoding, file_bytes, rows, digest: None })
}

fn book(path: &Path, length: u64, profile: &Profile) -> Result<Sheet, ImportError> {
    if length > FILE_BYTES_MAX {
        let reason = format!(
            "工作簿有 {length} 字节,上限 {FILE_BYTES_MAX};请拆分,或另存为 CSV / the workbook has \
             {length} bytes, at most {FILE_BYTES_MAX}: split it or save it as CSV"
        );
        return Err(SourceError { line: 1, element: String::new(), reason }.into());
    }
    let bytes = std::fs::read(path).map_err(|error| opening(path, &error))?;
    let pages = workbook::read(&bytes)?;
    let candidates: Vec<(usize, usize, Vec<String>)> =
        pages.iter().enumerate().flat_map(|(page, found)| headers(page, found)).collect();
    if candidates.is_empty() {
        let reason = "工作簿是空的,没有表头 / the workbook is empty: it has no header";
        return Err(SourceError { line: 1, element: String::new(), reason: reason.into() }.into());
    }
    let fits = candidates.iter().map(|(_, _, headers)| Fit::of(profile, headers.clone()));
    let (at, fit) = chosen(profile, best(profile, fits))?;
    let (page, below) = candidates.get(at).map_or((0, 0), |(page, below, _)| (*page, *below));
    let rows = pages.into_iter().nth(page).map_or(Vec::new(), |page| page.rows);
    let rows = rows.into_iter().skip(below).collect::<Vec<_>>();
    Ok(Sheet {
        fit,
        format: "xlsx",
        encoding: "XLSX",
        file_bytes: length,
        rows: Rows::Book(rows.into_iter()),
        digest: Some(blake3::hash(&bytes).to_hex().to_string()),
    })
}

/// Rows that may be the header of a page: each alone, or with the row below it
/// where that names the parts of merged cells. With the first row under it.
fn headers(at: usize, page: &Page) -> Vec<(usize, usize, Vec<String>)> {
    let words = |cells: &[Cell]| cells.iter().map(words).collect::<Vec<String>>();
    let mut found = Vec::new();
    for (row, (_, cells)) in page.rows.iter().take(TITLE_ROWS_MAX + 1).enumerate() {
        let above = words(cells);
        if let Some((_, below)) = page.rows.get(row + 1) {
            let mut both = words(below);
            both.resize(both.len().max(above.len()), String::new());
            for (part, whole) in both.iter_mut().zip(&above) {
                if part.is_empty() {
                    part.clone_from(whole);
                }
            }
            found.push((at, row + 1, above));
            found.push((at, row + 2, both));
        } else {
            found.push((at, row + 1, above));
        }
    }
    found
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => one_line(text),
        Cell::Number(number) => number.clone(),
        Cell::Date(date) => date.to_string(),
        Cell::Empty | Cell::Bool(_) | Cell::Error(_) => String::new(),
    }
}

/// The best header, if the profile can be read by it.
fn chosen(
    profile: &Profile,
    best: Option<(usize, Result<Fit, String>)>,
) -> Result<(usize, Fit), ImportError> {
    let nothing = || ImportError::Header("没有表头 / there is no header".to_owned());
    let (at, fit) = best.ok_or_else(nothing)?;
    let fit = fit.map_err(ImportError::Header)?;
    if fit.missing(profile).is_empty() {
        return Ok((at, fit));
    }
    Err(ImportError::Header(fit.objection(profile)))
}

impl Sheet {
    /// Bytes of the file read so far.
    pub fn bytes(&self) -> u64 {
        match &self.rows {
            Rows::Csv(_, meter) => meter.bytes(),
            Rows::Book(_) => self.file_bytes,
        }
    }

    /// BLAKE3 of the file, once it has been read to its end.
    pub fn digest(&self) -> String {
        match (&self.rows, &self.digest) {
            (_, Some(digest)) => digest.clone(),
            (Rows::Csv(_, meter), None) => meter.digest(),
            (Rows::Book(_), None) => String::new(),
        }
    }

    /// The next row that is neither empty nor the header once more.
    pub fn next_line(&mut self, profile: &Profile) -> Result<Option<Line>, SourceError> {
        loop {
            let Some(line) = self.next_row()? else { return Ok(None) };
            let cell = |at: usize| line.cells.get(at).map(words).unwrap_or_default();
            let empty = line.cells.iter().all(|cell| *cell == Cell::Empty);
            if !empty && !self.fit.repeats(profile, cell) {
                return Ok(Some(line));
            }
        }
    }

    fn next_row(&mut self) -> Result<Option<Line>, SourceError> {
        match &mut self.rows {
            Rows::Book(rows) => {
                Ok(rows.next().map(|(line, cells)| Line { line, cells, problem: None }))
            }
            Rows::Csv(reader, _) => {
                let Some(case) = reader.next_case()? else { return Ok(None) };
                let Some(record) = case.records.into_iter().next() else { return Ok(None) };
                let cells = record.attributes.into_iter().map(|cell| plain(&cell.value)).collect();
                Ok(Some(Line { line: record.line, cells, problem: record.problem }))
            }
        }
    }
}

/// A cell without what keeps a spreadsheet from changing it: `="0017"`, `'=1+1`.
fn plain(text: &str) -> Cell {
    let text = text.trim();
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let text = inner.filter(|inner| !inner.contains('"')).unwrap_or(text);
    let guarded = text.strip_prefix('\'');
    let guarded = guarded.filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    match guarded.unwrap_or(text) {
        "" => Cell::Empty,
        text => Cell::Text(text.to_owned()),
    }
}
