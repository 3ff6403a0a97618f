//! A report as a workbook: one sheet with the table, one with what it was made
//! from. Codes are text; money and counts are numbers; nothing is a formula.

use super::{LAYOUT, rows_read};
use calamine::{Data, Reader, Xlsx};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::report::{Cell, Holds, MADE_FROM, Read, Sheet, digest, text};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::Cursor;

const TABLE: &str = "报表";
const BASIS: &str = "制表依据";
const NAMES: &str = "名称";

/// The workbook's bytes. The date of creation is fixed: it would be the only
/// thing that two makings of one report do not share.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2022, 4, 5)?;
    workbook
        .set_properties(&DocProperties::new().set_title(sheet.zh).set_creation_datetime(&created));
    table(workbook.add_worksheet(), sheet)?;
    basis(workbook.add_worksheet(), sheet)?;
    if !sheet.names.is_empty() {
        names(workbook.add_worksheet(), sheet)?;
    }
    workbook.save_to_buffer()
}

fn table(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(TABLE)?;
    let head = Format::new().set_bold().set_text_wrap();
    for (at, column) in (0u16..).zip(sheet.columns) {
        page.write_string_with_format(0, at, column.zh, &head)?;
        page.set_column_width(at, if column.holds == Holds::Text { 24 } else { 14 })?;
    }
    let as_text = Format::new().set_num_format("@");
    let money = Format::new().set_num_format("0.00");
    let ten_thousand = Format::new().set_num_format("0.000000");
    for (line, row) in (1u32..).zip(&sheet.rows) {
        for ((at, cell), column) in (0u16..).zip(&row.cells).zip(sheet.columns) {
            match cell {
                Cell::Empty => {}
                Cell::Count(count) => {
                    page.write_number(line, at, *count as f64)?;
                }
                Cell::Fen(fen)
                    if column.holds == Holds::TenThousand && fen.unsigned_abs() < 1 << 49 =>
                {
                    let amount = *fen as f64 / 1_000_000.0;
                    page.write_number_with_format(line, at, amount, &ten_thousand)?;
                }
                Cell::Fen(fen)
                    if column.holds != Holds::TenThousand && fen.unsigned_abs() < 1 << 53 =>
                {
                    page.write_number_with_format(line, at, *fen as f64 / 100.0, &money)?;
                }
                Cell::Text(words) => {
                    page.write_string_with_format(line, at, words, &as_text)?;
                }
                other => {
                    page.write_string(line, at, text(other, column.holds, sheet.zone))?;
                }
            }
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

fn basis(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(BASIS)?;
    page.set_column_width(0, 28)?;
    page.set_column_width(1, 72)?;
    let mut line = 0;
    let mut pair = |name: &str, value: &str| -> Result<(), XlsxError> {
        page.write_string(line, 0, name)?;
        page.write_string(line, 1, value)?;
        line += 1;
        Ok(())
    };
    pair(MADE_FROM, &format!("{} {}", sheet.id, sheet.zh))?;
    pair("version", &sheet.version.to_string())?;
    for (name, value) in &sheet.made_from {
        match value {
            Json::Text(words) => pair(name, words)?,
            Json::Int(number) => pair(name, &number.to_string())?,
            _ => {}
        }
    }
    pair("digest", &digest(sheet))?;
    pair("layout", LAYOUT)?;
    // Drill-down: which entries stand behind which row of the table.
    for (number, row) in sheet.rows.iter().enumerate() {
        let places: Vec<String> = row.entries.iter().map(|entry| entry.place()).collect();
        // A cell takes 32,767 characters; a row may rest on more entries than that.
        for chunk in places.chunks(1_000) {
            pair(&format!("row {}", number + 1), &chunk.join(" "))?;
        }
    }
    Ok(())
}

/// What the table names by id, by name.
fn names(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(NAMES)?;
    page.set_column_width(0, 28)?;
    page.set_column_width(1, 48)?;
    for (line, (id, name)) in (0u32..).zip(&sheet.names) {
        page.write_string(line, 0, id)?;
        page.write_string(line, 1, name)?;
    }
    Ok(())
}

/// Names and values of the sheet of what the workbook was made from.
fn said(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let range = workbook.worksheet_range(BASIS).ok()?;
    let words = |cell: Option<&Data>| cell.map(ToString::to_string).unwrap_or_default();
    let rows = range.rows().map(|row| (words(row.first()), words(row.get(1))));
    Some(rows.take_while(|(name, _)| !name.starts_with("row ")).collect())
}

/// What a workbook says that it was made from.
pub fn read(bytes: &[u8]) -> Option<Read> {
    rows_read(said(bytes)?.into_iter().filter(|(name, _)| name != "layout"))
}

/// How it says that it is laid out.
pub fn layout(bytes: &[u8]) -> Option<String> {
    said(bytes)?.into_iter().find(|(name, _)| name == "layout").map(|(_, layout)| layout)
}
