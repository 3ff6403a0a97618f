//! CSV for spreadsheets: one row an event, formulas defused, codes as text.

use super::view::View;
use super::{Entries, ExportError, Exported, Selection};
use crate::import::cells::{defused, is_fragile_code};
use plumbline_replay::integrity::json::Json;
use std::borrow::Cow;
use std::io::Write;

/// The columns, in Chinese and English. Their order is a contract: columns are
/// added at the end.
const COLUMNS: [&str; 22] = [
    "位置 position",
    "入账时间 recorded_at",
    "发生时间 occurred_at",
    "精度 precision",
    "流 stream",
    "序号 revision",
    "事件类型 type",
    "事件名称 name_zh",
    "事件名称 name_en",
    "单位 unit",
    "人员 officer",
    "角色 role",
    "事项 item",
    "当事人 parties",
    "金额 amount",
    "货币 currency",
    "来源系统 source_system",
    "来源案件 source_case",
    "来源活动 source_activity",
    "编号 id",
    "内容 body",
    "来源属性 source_attributes",
];

/// For whom the file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For opening in a spreadsheet: a byte-order mark, and a tab after codes
    /// that a spreadsheet would otherwise turn into numbers and shorten.
    pub spreadsheet: bool,
}

/// Writes the selected entries.
pub fn write(
    entries: &dyn Entries,
    selection: &Selection,
    options: Options,
    mut out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    if options.spreadsheet {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = csv::Writer::from_writer(&mut out);
    writer.write_record(COLUMNS).map_err(unwritten)?;
    let mut exported = Exported::default();
    entries.each(&mut |position, entry| {
        let view = View::read(position, entry)?;
        if view.is_selected(selection) {
            let cells = cells(&view).map(|text| cell(&text, options));
            writer.write_record(cells.iter().map(String::as_bytes)).map_err(unwritten)?;
            exported.events += 1;
        }
        Ok(())
    })?;
    writer.flush()?;
    Ok(exported)
}

fn cells<'v>(view: &'v View<'_>) -> [Cow<'v, str>; 22] {
    let text = |path: &[&str]| Cow::Borrowed(view.text(path));
    let json = |path: &[&str]| match view.get(path) {
        Some(json) => Cow::Owned(String::from_utf8_lossy(&json.to_bytes()).into_owned()),
        None => Cow::Borrowed(""),
    };
    let joined = |parts: Vec<String>| Cow::Owned(parts.join("; "));
    let revision = view.get(&["revision"]).and_then(Json::as_int).unwrap_or_default();
    let (amounts, currencies) = view.amounts().into_iter().unzip();
    let event_type = view.event_type();
    [
        Cow::Owned(view.position.to_string()),
        text(&["recorded_at"]),
        text(&["occurred_at"]),
        text(&["precision"]),
        text(&["stream"]),
        Cow::Owned(revision.to_string()),
        text(&["type"]),
        Cow::Borrowed(event_type.map_or("", |t| t.zh)),
        Cow::Borrowed(event_type.map_or("", |t| t.en)),
        text(&["actor", "unit"]),
        text(&["actor", "officer"]),
        text(&["actor", "role"]),
        text(&["item", "code"]),
        joined(view.parties().iter().map(|(id, _)| (*id).to_owned()).collect()),
        joined(amounts),
        joined(currencies),
        text(&["source", "system"]),
        text(&["source", "case"]),
        text(&["source", "activity"]),
        text(&["id"]),
        json(&["body"]),
        json(&["source", "attributes"]),
    ]
}

fn cell(text: &str, options: Options) -> String {
    let safe = defused(text);
    if options.spreadsheet && is_fragile_code(text) {
        return format!("{safe}\t");
    }
    safe.into_owned()
}

/// Keeps the kind of an output's failure: a reader that has gone is no error.
fn unwritten(error: csv::Error) -> ExportError {
    ExportError::Output(match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    })
}
