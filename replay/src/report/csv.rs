//! A report as CSV for spreadsheets: UTF-8 with a byte-order mark, codes as text,
//! formula cells defused, RFC 4180 quoting and line ends.
//!
//! After the table and an empty line stands what it was made from, so that the
//! file can be checked without another one beside it.

use super::json;
use super::run::Sheet;
use super::table::{Cell, Holds};
use crate::integrity::json::Json;
use crate::rules::words::yuan;
use crate::time::civil::Zone;
use std::borrow::Cow;

const BYTE_ORDER_MARK: &str = "\u{feff}";
/// First cell of the block after the table.
pub const MADE_FROM: &str = "制表依据 / made from";

/// The table alone, for a system that takes exactly these columns: no block after
/// it, and codes as they are, since no spreadsheet is meant to open it.
pub fn to_plain_csv(sheet: &Sheet) -> Vec<u8> {
    let mut out = String::from(BYTE_ORDER_MARK);
    line(&mut out, sheet.columns.iter().map(|column| Cow::Borrowed(column.zh)));
    for row in &sheet.rows {
        let cells = row.cells.iter().zip(sheet.columns).map(|(cell, column)| match cell {
            Cell::Text(words) => Cow::Owned(defused(words)),
            cell => text(cell, column.holds, sheet.zone).into(),
        });
        line(&mut out, cells);
    }
    out.into_bytes()
}

/// The file.
pub fn to_csv(sheet: &Sheet) -> Vec<u8> {
    let mut out = String::from(BYTE_ORDER_MARK);
    line(&mut out, sheet.columns.iter().map(|column| Cow::Borrowed(column.zh)));
    for row in &sheet.rows {
        let cells = row.cells.iter().zip(sheet.columns);
        line(&mut out, cells.map(|(cell, column)| text(cell, column.holds, sheet.zone).into()));
    }
    out.push_str("\r\n");
    for (name, value) in trailer(sheet) {
        line(&mut out, [Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_str())].into_iter());
    }
    out.into_bytes()
}

/// What the report was made from, for people and for [`super::from_json`]'s twin.
fn trailer(sheet: &Sheet) -> Vec<(String, String)> {
    let mut out = vec![
        (MADE_FROM.to_owned(), format!("{} {}", sheet.id, sheet.zh)),
        ("version".to_owned(), sheet.version.to_string()),
    ];
    for (name, value) in &sheet.made_from {
        let value = match value {
            Json::Text(text) => text.to_string(),
            Json::Int(number) => number.to_string(),
            Json::Bool(yes) => yes.to_string(),
            _ => String::new(),
        };
        out.push(((*name).to_owned(), value));
    }
    out.push(("digest".to_owned(), json::digest(sheet)));
    out
}

fn line<'t>(out: &mut String, cells: impl Iterator<Item = Cow<'t, str>>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(&cell, out);
    }
    out.push_str("\r\n");
}

fn quoted(text: &str, out: &mut String) {
    if !text.contains([',', '"', '\r', '\n']) {
        return out.push_str(text);
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// A cell for a spreadsheet: what it would run as a formula, or turn into another
/// number, is kept as text.
pub fn text(cell: &Cell, holds: Holds, zone: Zone) -> String {
    match cell {
        Cell::Text(text) if holds == Holds::Code && looks_like_number(text) => {
            format!("=\"{text}\"")
        }
        Cell::Text(text) => defused(text),
        other => shown(other, holds, zone),
    }
}

/// A cell as people read it.
pub fn shown(cell: &Cell, holds: Holds, zone: Zone) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Moment(micros) => zone.rfc3339(*micros),
        Cell::Fen(fen) if holds == Holds::TenThousand => ten_thousand(*fen),
        Cell::Fen(hundredths) | Cell::Hundredths(hundredths) => yuan(*hundredths),
        Cell::Share(part, whole) => percent(*part, *whole),
    }
}

/// More digits than a spreadsheet's number keeps, or a leading zero.
fn looks_like_number(text: &str) -> bool {
    text.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (text.len() > 15 || text.starts_with('0'))
        || scientific(text)
}

/// `12E5` becomes 1200000 in a spreadsheet.
fn scientific(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(a, b)| {
        !a.is_empty()
            && !b.is_empty()
            && [a, b].iter().all(|p| p.bytes().all(|c| c.is_ascii_digit()))
    })
}

/// `=1+1` and its like get an apostrophe before them.
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Fen as 万元 with six decimals, exactly.
pub fn ten_thousand(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", fen.unsigned_abs() / 1_000_000, fen.unsigned_abs() % 1_000_000)
}

/// Per cent with two decimals, cut: 99.999 % is not 100 %.
pub fn percent(part: i64, whole: i64) -> String {
    let basis = i128::from(part) * 10_000 / i128::from(whole.max(1));
    format!("{}.{:02}%", basis / 100, basis % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_change_stays_as_it_is() {
        let code = |text: &str| super::text(&Cell::text(text), Holds::Code, Zone::SHANGHAI);
        let plain = |text: &str| super::text(&Cell::text(text), Holds::Text, Zone::SHANGHAI);
        assert_eq!(code("911100006000373415"), "=\"911100006000373415\"");
        assert_eq!(code("0017"), "=\"0017\"");
        assert_eq!(code("12E5"), "=\"12E5\"");
        assert_eq!(code("91110000600037341L"), "91110000600037341L");
        assert_eq!(code("2022"), "2022");
        for formula in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(plain(formula), format!("'{formula}"));
        }
        assert_eq!(percent(2, 3), "66.66%");
        assert_eq!(percent(99_999, 100_000), "99.99%");
        assert_eq!(yuan(-105), "-1.05");
        assert_eq!(ten_thousand(1), "0.000001");
        assert_eq!(ten_thousand(1_000_000), "1.000000");
        assert_eq!(ten_thousand(-123_456_789), "-123.456789");
    }

    #[test]
    fn quoting_is_that_of_rfc_4180() {
        let mut out = String::new();
        line(&mut out, ["a,b", "c\"d", "e\nf", "g"].map(Cow::Borrowed).into_iter());
        assert_eq!(out, "\"a,b\",\"c\"\"d\",\"e\nf\",g\r\n");
    }
}
