//! Workbooks (XLSX) as rows of cells.
//!
//! Cells are taken one by one: a range would be as large as the distance between
//! the first cell and the last, which a small file can make enormous. What a
//! spreadsheet has made of a code, a number or a date, is kept apart here, so that
//! a reader can say so and need not guess.

use crate::import::record::SourceError;
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use chrono::NaiveDate;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Largest file in bytes.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
const COLUMNS_MAX: u32 = 4096;
const CELLS_MAX: usize = 4_000_000;

/// One cell as a spreadsheet holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// As the shortest decimal that is this number.
    Number(String),
    /// A number that the cell's format shows as a day.
    Date(NaiveDate),
    Bool(bool),
    /// `#REF!` and its like.
    Error(String),
}

/// One row: its number, from 1, and its cells from the first column on.
pub type Row = (u64, Vec<Cell>);

/// One page of a workbook.
#[derive(Debug)]
pub struct Page {
    pub name: String,
    pub rows: Vec<Row>,
}

/// Reads every page that holds anything.
///
/// # Errors
///
/// The file is no workbook, is damaged or locked, or exceeds the limits. A file
/// that drives the reader into a panic is damaged too.
pub fn read(bytes: &[u8]) -> Result<Vec<Page>, SourceError> {
    let damaged = |reason: String| SourceError { line: 1, element: String::new(), reason };
    catch_unwind(AssertUnwindSafe(|| pages(bytes))).unwrap_or_else(|_| {
        let reason = "工作簿损坏,无法读取 / the workbook is damaged and cannot be read";
        Err(damaged(reason.to_owned()))
    })
}

fn pages(bytes: &[u8]) -> Result<Vec<Page>, SourceError> {
    let broken = |element: &str, error: &XlsxError| SourceError {
        line: 1,
        element: element.to_owned(),
        reason: match error {
            XlsxError::Password => {
                "工作簿有打开密码,请去除后再导入 / the workbook is locked by a password: remove it"
                    .to_owned()
            }
            other => format!(
                "不是可读的 Excel 工作簿(.xlsx),或已损坏;请用表格软件打开后另存 / no readable \
                 workbook, or a damaged one; open it in a spreadsheet and save it again: {other}"
            ),
        },
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken("", &error))?;
    let mut cells = 0;
    let mut pages = Vec::new();
    for name in book.sheet_names() {
        let mut reader =
            book.worksheet_cells_reader(&name).map_err(|error| broken(&name, &error))?;
        let mut rows: Vec<Row> = Vec::new();
        while let Some(found) = reader.next_cell().map_err(|error| broken(&name, &error))? {
            let (row, column) = found.get_position();
            let cell = cell(found.get_value());
            if cell == Cell::Empty {
                continue;
            }
            cells += 1;
            if cells > CELLS_MAX || column >= COLUMNS_MAX {
                let reason = format!(
                    "表格太大,上限 {COLUMNS_MAX} 列、{CELLS_MAX} 格;请拆分 / the table is too large: \
                     at most {COLUMNS_MAX} columns and {CELLS_MAX} cells; split it"
                );
                let line = u64::from(row) + 1;
                return Err(SourceError { line, element: name, reason });
            }
            place(&mut rows, u64::from(row) + 1, column as usize, cell);
        }
        if !rows.is_empty() {
            pages.push(Page { name, rows });
        }
    }
    Ok(pages)
}

/// Rows come in order in every file that a spreadsheet wrote, and need not.
fn place(rows: &mut Vec<Row>, line: u64, column: usize, cell: Cell) {
    let at = match rows.last() {
        Some((last, _)) if *last == line => rows.len() - 1,
        Some((last, _)) if *last > line => match rows.binary_search_by_key(&line, |row| row.0) {
            Ok(at) => at,
            Err(at) => {
                rows.insert(at, (line, Vec::new()));
                at
            }
        },
        _ => {
            rows.push((line, Vec::new()));
            rows.len() - 1
        }
    };
    if let Some((_, cells)) = rows.get_mut(at) {
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    }
}

fn cell(value: &DataRef<'_>) -> Cell {
    let text = |text: &str| match text.trim() {
        "" => Cell::Empty,
        trimmed => Cell::Text(trimmed.to_owned()),
    };
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(words) => text(words),
        DataRef::SharedString(words) => text(words),
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(number.to_string()),
        DataRef::Bool(yes) => Cell::Bool(*yes),
        DataRef::Error(error) => Cell::Error(error.to_string()),
        DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => text(words),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let date = NaiveDate::from_ymd_opt(i32::from(year), month.into(), day.into());
            // Below day 61 stands one that spreadsheets invented, 1900-02-29.
            match date.filter(|_| moment.is_datetime() && moment.as_f64() >= 61.0) {
                Some(date) => Cell::Date(date),
                None => Cell::Number(moment.as_f64().to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_workbook_are_refused() {
        for bytes in [&b""[..], b"PK\x03\x04", b"PK\x05\x06\0\0", &[0u8; 100]] {
            assert!(read(bytes).is_err());
        }
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 0, "准绳").unwrap();
        let whole = book.save_to_buffer().unwrap();
        assert_eq!(read(&whole).unwrap().len(), 1);
        for cut in [10, whole.len() / 2, whole.len() - 30] {
            assert!(read(&whole[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn a_cell_far_away_costs_one_row() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let page = book.add_worksheet();
        page.write_string(0, 0, "a").unwrap();
        page.write_number(1_048_575, 3, 1.5).unwrap();
        let pages = read(&book.save_to_buffer().unwrap()).unwrap();
        let last = pages[0].rows.last().unwrap();
        assert_eq!((last.0, last.1.last()), (1_048_576, Some(&Cell::Number("1.5".to_owned()))));
    }
}
