//! 电子数据提取笔录 with its list of data, filled in as far as the bundle knows; what
//! it does not know is a line to write on. Prints on A4.

use super::Gathered;
use super::opened::Opened;
use askama::Template;
use plumbline_replay::bundle::{About, Pack, Prepared};
use plumbline_replay::event::{Event, Precision};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::manifest::FileDigest;
use plumbline_replay::time::civil::Zone;

struct Row {
    number: usize,
    position: u64,
    zh: String,
    occurred: String,
    recorded: String,
    hash: String,
    stream: String,
}

struct Listed {
    number: usize,
    zh: &'static str,
    format: &'static str,
    digest: FileDigest,
}

#[derive(Template)]
#[template(path = "extraction.html")]
struct Form<'f> {
    about: &'f About,
    prepared: &'f Prepared,
    level: &'static str,
    rows: Vec<Row>,
    files: Vec<Listed>,
    opened: usize,
    closed: u64,
    findings: usize,
    root: String,
}

/// What a file of the bundle is, and in which format.
fn what(path: &str) -> (&'static str, &'static str) {
    use plumbline_replay::bundle::file;
    match path {
        file::ABOUT => ("本包说明", "JSON"),
        file::CHECKPOINT => ("已签署的检查点", "C2SP 签名文本"),
        file::CASE => ("案件记录原文", "NDJSON"),
        file::MASTER => ("主数据记录原文", "NDJSON"),
        file::CASE_NODES | file::MASTER_NODES => ("存在证明节点", "文本"),
        file::DISCLOSURES => ("披露的原值", "NDJSON"),
        file::FINDINGS => ("疑点及其依据", "NDJSON"),
        file::RULES => ("有效规则", "JSON"),
        file::CALENDAR => ("有效日历", "JSON"),
        file::CATALOGUE => ("有效目录", "JSON"),
        file::TYPES => ("事件与字段名称", "JSON"),
        file::ATTACHMENTS => ("附件摘要", "JSON"),
        _ if path.starts_with(file::COMPLETE) => ("完整性证明", "JSON"),
        file::README => ("说明", "文本"),
        _ => ("其他", ""),
    }
}

/// The page's bytes.
pub(super) fn write(
    about: &About,
    gathered: &Gathered,
    opened: &Opened,
    pack: &Pack,
) -> Result<Vec<u8>, askama::Error> {
    let zone = Zone::fixed(about.time_zone_minutes);
    let events = gathered.cases().filter_map(|(_, entry)| Some((Event::read(entry).ok()?, entry)));
    let rows = events.enumerate().map(|(at, (event, entry))| Row {
        number: at + 1,
        position: event.position,
        zh: event.event_type.map_or(event.kind.as_ref(), |known| known.zh).to_owned(),
        occurred: shown(&zone.rfc3339(event.occurred.micros), event.precision),
        recorded: shown(&zone.rfc3339(event.recorded), Precision::Minute),
        hash: entry_hash(entry).to_string(),
        stream: event.stream.to_string(),
    });
    let files = pack.files().enumerate().map(|(at, (path, bytes))| {
        let (zh, format) = what(path);
        Listed { number: at + 1, zh, format, digest: FileDigest::of(path, bytes) }
    });
    let form = Form {
        about,
        prepared: &about.prepared,
        level: if about.level == About::FULL {
            "完整(含原值)"
        } else {
            "遮蔽(不含原值)"
        },
        rows: rows.collect(),
        files: files.collect(),
        opened: opened.values.len(),
        closed: opened.closed,
        findings: gathered.findings.len(),
        root: gathered.checkpoint.root.to_string(),
    };
    Ok(form.render()?.into_bytes())
}

/// A moment as a form writes it: to the second, or the day alone.
fn shown(text: &str, precision: Precision) -> String {
    let to = if precision == Precision::Day { 10 } else { 19 };
    text.get(..to).unwrap_or(text).replace('T', " ")
}
