//! The error file: what was not recorded, where it stands and why.

use super::attribute::{Attribute, set_to_json};
use super::cells::defused;
use plumbline_replay::integrity::json::Json;
use std::io::{self, Write};

/// Bytes of a record that the error file repeats.
const RAW_BYTES_MAX: usize = 65_536;

/// One event that was not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line of the source, from 1.
    pub line: u64,
    /// The case id as in the source, where there is one.
    pub case: Option<String>,
    /// The attribute, column or member concerned, or the XML path.
    pub field: String,
    /// Chinese and English.
    pub reason: String,
    /// The record as JSON, cut at 64 KiB.
    pub raw: String,
}

/// Takes what was not recorded.
pub trait Rejects {
    fn reject(&mut self, reject: &Reject) -> io::Result<()>;
}

impl Rejects for Vec<Reject> {
    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        self.push(reject.clone());
        Ok(())
    }
}

/// One JSON object a line.
pub struct NdjsonRejects<W: Write>(pub W);

impl<W: Write> Rejects for NdjsonRejects<W> {
    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        let line = i64::try_from(reject.line).unwrap_or(i64::MAX);
        let mut json = Json::object([
            ("line", Json::Int(line)),
            ("field", Json::text(reject.field.as_str())),
            ("reason", Json::text(reject.reason.as_str())),
            ("raw", Json::text(reject.raw.as_str())),
        ]);
        if let Some(case) = &reject.case {
            json.set("case", Json::text(case.as_str()));
        }
        let mut bytes = json.to_bytes();
        bytes.push(b'\n');
        self.0.write_all(&bytes)?;
        self.0.flush()
    }
}

/// A table with a header, for those who mend in a spreadsheet: UTF-8 with a
/// byte-order mark, formulas defused.
pub struct CsvRejects<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvRejects<W> {
    pub fn new(mut out: W) -> io::Result<CsvRejects<W>> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record([
            "行号 line",
            "案件 case",
            "字段 field",
            "错误说明 reason",
            "原始记录 raw",
        ])?;
        writer.flush()?;
        Ok(CsvRejects { writer })
    }
}

impl<W: Write> Rejects for CsvRejects<W> {
    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        let line = reject.line.to_string();
        let case = reject.case.as_deref().unwrap_or_default();
        let cells = [line.as_str(), case, &reject.field, &reject.reason, &reject.raw].map(defused);
        self.writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
        self.writer.flush()
    }
}

/// A record as the error file repeats it.
pub fn raw(attributes: &[Attribute], case_attributes: &[Attribute]) -> String {
    let mut json = Json::object([("attributes", set_to_json(attributes))]);
    if !case_attributes.is_empty() {
        json.set("case_attributes", set_to_json(case_attributes));
    }
    cut(String::from_utf8_lossy(&json.to_bytes()).into_owned())
}

/// A text of at most `RAW_BYTES_MAX` bytes.
pub fn cut(mut text: String) -> String {
    let end = (0..=RAW_BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::attribute::Kind;
    use plumbline_replay::integrity::json;

    fn reject() -> Reject {
        let attributes = [Attribute::new("a", Kind::Text, "=1+1\n\"x\"")];
        Reject {
            line: 7,
            case: Some("=HYPERLINK(1)".to_owned()),
            field: "amount".to_owned(),
            reason: "不是金额 / is not an amount".to_owned(),
            raw: raw(&attributes, &[]),
        }
    }

    #[test]
    fn ndjson_rejects_can_be_read_back() {
        let mut out = Vec::new();
        NdjsonRejects(&mut out).reject(&reject()).unwrap();
        let line = json::parse(out.trim_ascii()).unwrap();
        assert_eq!(line.get("line").and_then(Json::as_int), Some(7));
        let raw = line.get("raw").and_then(Json::as_str).unwrap();
        assert!(json::parse(raw.as_bytes()).is_ok(), "{raw}");
    }

    #[test]
    fn csv_rejects_hold_no_formula() {
        let mut out = Vec::new();
        CsvRejects::new(&mut out).unwrap().reject(&reject()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with('\u{feff}') && text.contains("'=HYPERLINK"), "{text}");
        assert_eq!(cut("准".repeat(50_000)).len(), 65_535);
    }
}
