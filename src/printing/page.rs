//! A report as one printable page that needs nothing from elsewhere. Every row names
//! the entries that it rests on; units, items and fees stand there by name and id.

use super::LAYOUT;
use askama::Template;
use plumbline_replay::report::{
    Cell, Column, Holds, Period, Read, Row, Sheet, digest, from_json, parts, shown, to_json,
};

/// Before and after the report as data.
const DATA: (&str, &str) = ("<script type=\"application/json\" id=\"report\">", "</script>");
/// Entries of a row that stand there at once; the others unfold.
const AT_ONCE: usize = 12;
/// Of so many columns a page across still shows each in ordinary print.
const FEW: usize = 12;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'s> {
    layout: &'static str,
    id: &'s str,
    zh: &'s str,
    en: &'s str,
    of_zh: String,
    of_en: String,
    columns: &'s [Column],
    print_points: &'static str,
    rows: Vec<PageRow<'s>>,
    made_from: Vec<Line>,
    data: String,
}

struct PageRow<'s> {
    cells: Vec<PageCell<'s>>,
    on: String,
    /// All its entries, where not all stand in `on`.
    more: String,
    count: usize,
}

struct PageCell<'s> {
    class: &'static str,
    names: Vec<&'s str>,
    /// Between them a line may break.
    parts: Vec<String>,
}

/// What the report was made from: one thing.
struct Line {
    zh: &'static str,
    name: &'static str,
    value: String,
}

/// The page's bytes.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, askama::Error> {
    let (of_zh, of_en) = of(sheet);
    let page = Page {
        layout: LAYOUT,
        id: sheet.id,
        zh: sheet.zh,
        en: sheet.en,
        of_zh,
        of_en,
        columns: sheet.columns,
        print_points: if sheet.columns.len() <= FEW { "8" } else { "6.5" },
        rows: sheet.rows.iter().map(|row| page_row(sheet, row)).collect(),
        made_from: lines(sheet),
        // `</script` would end the element, `<!--<script` keep it from ending. JSON has the
        // sign in strings alone, and may write it so.
        data: String::from_utf8_lossy(&to_json(sheet)).trim_end().replace('<', "\\u003c"),
    };
    Ok(page.render()?.into_bytes())
}

fn page_row<'s>(sheet: &'s Sheet, row: &'s Row) -> PageRow<'s> {
    let cells = row.cells.iter().zip(sheet.columns);
    let places: Vec<String> = row.entries.iter().map(|entry| entry.place()).collect();
    let at_once = places.get(..AT_ONCE).filter(|_| places.len() > AT_ONCE + 1);
    PageRow {
        cells: cells.map(|(cell, column)| page_cell(sheet, cell, column.holds)).collect(),
        on: at_once.unwrap_or(&places).join(" "),
        more: at_once.map(|_| places.join(" ")).unwrap_or_default(),
        count: places.len(),
    }
}

fn page_cell<'s>(sheet: &'s Sheet, cell: &'s Cell, holds: Holds) -> PageCell<'s> {
    let class = match holds {
        Holds::Count | Holds::Decimal | Holds::Money | Holds::TenThousand | Holds::Share => "n",
        Holds::Date => "w",
        Holds::Text | Holds::Code | Holds::Moment => "",
    };
    let ids = match cell {
        Cell::Text(text) => text.as_str(),
        _ => "",
    };
    let names = parts(ids).filter_map(|id| sheet.names.get(id)).map(String::as_str).collect();
    let text = shown(cell, holds, sheet.zone);
    let parts = match class {
        "" => text.split_inclusive(['/', '-', '_', 'T', '(']).map(str::to_owned).collect(),
        _ => vec![text],
    };
    PageCell { class, names, parts }
}

/// In a sentence: of which period, at which moment.
fn of(sheet: &Sheet) -> (String, String) {
    let value = |name: &str| made_from(sheet).find(|(own, _)| *own == name).map(|(_, text)| text);
    let value = |name: &str| value(name).unwrap_or_default();
    let from = value("period_from");
    let (first_zh, first_en) = match from == Period::BEGINNING.to_string() {
        true => ("账本起始", "the ledger's beginning"),
        false => (from.as_str(), from.as_str()),
    };
    let (to, as_of, known_at) = (value("period_to"), value("as_of"), value("known_at"));
    (
        format!("期间:{first_zh} 至 {to};发生截至 {as_of};入账截至 {known_at}"),
        format!("period: {first_en} to {to}; what had happened by {as_of}, as known at {known_at}"),
    )
}

fn made_from(sheet: &Sheet) -> impl Iterator<Item = (&'static str, String)> {
    sheet.made_from.iter().map(|(name, value)| {
        let bytes = value.to_bytes();
        (*name, String::from_utf8_lossy(&bytes).trim_matches('"').to_owned())
    })
}

fn lines(sheet: &Sheet) -> Vec<Line> {
    let own = [("version", sheet.version.to_string()), ("digest", digest(sheet))];
    let all = made_from(sheet).chain(own);
    all.map(|(name, value)| Line { zh: zh(name), name, value }).collect()
}

/// What each thing that a report is made from is called.
fn zh(name: &str) -> &'static str {
    match name {
        "about_item" => "所问事项",
        "about_officer" => "所问人员",
        "about_party" => "所问主体",
        "about_stream" => "所问案件",
        "about_unit" => "所问单位",
        "about_then" => "比较时刻",
        "as_of" => "发生截至",
        "calendar" => "日历版本",
        "catalogue" => "目录与主数据版本",
        "digest" => "本表摘要(BLAKE3)",
        "head" => "末条记录哈希(BLAKE3)",
        "known_at" => "入账截至",
        "log_size" => "公开日志条数",
        "origin" => "账本(公开日志来源名)",
        "period_from" => "期间首日",
        "period_to" => "期间末日",
        "rule_set" => "规则集版本",
        "sealed_size" => "密封日志条数",
        "time_zone_minutes" => "时区(分钟)",
        "version" => "报表版本",
        _ => "",
    }
}

/// What a page says that it was made from.
pub fn read(text: &str) -> Option<Read> {
    let (_, rest) = text.split_once(DATA.0)?;
    let (data, _) = rest.split_once(DATA.1)?;
    from_json(data.as_bytes())
}

/// How it says that it is laid out.
pub fn layout(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<meta name=\"layout\" content=\"")?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_replay::report::column;
    use plumbline_replay::time::civil::Zone;

    const COLUMNS: &[Column] = &[
        column("unit", "单位", "unit", Holds::Text),
        column("receipt", "票据号", "receipt", Holds::Code),
    ];

    fn page(unit: &str, receipt: &str) -> String {
        let sheet = Sheet {
            id: "RP99",
            version: 1,
            zh: "表",
            en: "a table",
            columns: COLUMNS,
            exact: false,
            rows: vec![Row::new(vec![Cell::text(unit), Cell::text(receipt)])],
            made_from: Vec::new(),
            zone: Zone::SHANGHAI,
            names: [("unit/9901-21".to_owned(), "市<局>".to_owned())].into(),
        };
        String::from_utf8(write(&sheet).expect("a page")).expect("text")
    }

    #[test]
    fn people_read_names_and_codes_as_they_are() {
        let page = page("unit/9901-21", "0000000001");
        let cells =
            "<td>市&#60;局&#62;<small>unit/<wbr>9901-<wbr>21</small></td><td>0000000001</td>";
        assert!(page.contains(cells), "{page}");
        assert_eq!(layout(&page), Some(LAYOUT));
    }

    #[test]
    fn what_would_be_markup_is_text() {
        let page = page("<!--<script>x</script>", "</script>");
        assert_eq!((page.matches("<!--").count(), page.matches("<script").count()), (0, 1));
        assert_eq!(page.matches("</script").count(), 1, "{page}");
        assert!(read(&page).is_some_and(|read| read.report == "RP99"));
    }
}
