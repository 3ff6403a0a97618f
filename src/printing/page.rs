//! A report as one printable page that needs nothing from elsewhere. Every row
//! names the entries that it rests on.

use askama::Template;
use plumbline_replay::report::{Read, Sheet, from_json, text, to_json};

/// Before and after the report as data.
const DATA: (&str, &str) = ("<script type=\"application/json\" id=\"report\">", "</script>");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'s> {
    id: &'s str,
    zh: &'s str,
    en: &'s str,
    columns: Vec<(&'s str, &'s str, bool)>,
    rows: Vec<(Vec<(String, bool)>, String)>,
    made_from: Vec<(&'s str, String)>,
    data: String,
}

/// The page's bytes.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, askama::Error> {
    let right = |at: usize| {
        use plumbline_replay::report::Holds::{Count, Money, Share};
        sheet.columns.get(at).is_some_and(|column| matches!(column.holds, Count | Money | Share))
    };
    let rows = sheet.rows.iter().map(|row| {
        let cells = row.cells.iter().zip(sheet.columns).enumerate();
        let cells =
            cells.map(|(at, (cell, column))| (text(cell, column.holds, sheet.zone), right(at)));
        let places: Vec<String> = row.entries.iter().map(|entry| entry.place()).collect();
        (cells.collect(), places.join(" "))
    });
    let made_from = sheet.made_from.iter().map(|(name, value)| {
        let bytes = value.to_bytes();
        (*name, String::from_utf8_lossy(&bytes).trim_matches('"').to_owned())
    });
    let page = Page {
        id: sheet.id,
        zh: sheet.zh,
        en: sheet.en,
        columns: sheet.columns.iter().enumerate().map(|(at, c)| (c.zh, c.en, right(at))).collect(),
        rows: rows.collect(),
        made_from: made_from.collect(),
        // `</` would end the script element; JSON may write the slash escaped.
        data: String::from_utf8_lossy(&to_json(sheet)).trim_end().replace("</", "<\\/"),
    };
    Ok(page.render()?.into_bytes())
}

/// What a page says that it was made from.
pub fn read(text: &str) -> Option<Read> {
    let (_, rest) = text.split_once(DATA.0)?;
    let (data, _) = rest.split_once(DATA.1)?;
    from_json(data.replace("<\\/", "</").as_bytes())
}
