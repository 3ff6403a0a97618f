//! What profiles there are, and what was noticed of a table of one.

use crate::cli::{Exit, Failure, print};
use crate::import::Summary;
use crate::import::profile::PROFILES;
use plumbline_replay::integrity::json::Json;

/// Lines told on stderr before the rest is only counted.
const TOLD_MAX: usize = 20;

/// Prints every profile with its columns.
pub(super) fn list(json: bool) -> Result<Exit, Failure> {
    for profile in PROFILES {
        if json {
            let columns = profile.columns.iter().map(|column| {
                Json::object([
                    ("code", Json::text(column.code)),
                    ("name", Json::text(column.zh)),
                    ("needed", Json::Bool(column.needed)),
                ])
            });
            let line = Json::object([
                ("schema", Json::text("plumbline.profile/1")),
                ("name", Json::text(profile.name)),
                ("zh", Json::text(profile.zh)),
                ("en", Json::text(profile.en)),
                ("columns", Json::List(columns.collect())),
            ]);
            print(&String::from_utf8_lossy(&line.to_bytes()))?;
            continue;
        }
        print(&format!("{}  {} / {}", profile.name, profile.zh, profile.en))?;
        for column in profile.columns {
            let mark = if column.needed { "*" } else { " " };
            print(&format!("  {mark} {:<13} {}", column.code, column.zh))?;
        }
    }
    if !json {
        print("* 表中必须有此列 / the table must have this column")?;
    }
    Ok(Exit::Done)
}

/// Tells what was flagged and masked.
pub(super) fn tell(summary: &Summary) {
    for flag in summary.flags.iter().take(TOLD_MAX) {
        eprintln!("第 {0} 行 / line {0}, {1}: {2}", flag.line, flag.field, flag.told);
    }
    if summary.flags.len() > TOLD_MAX {
        let more = summary.flags.len() - TOLD_MAX;
        eprintln!("另有 {more} 处存疑,见 --json / and {more} more flags: see --json");
    }
    if summary.masked > 0 {
        eprintln!(
            "{0} 格中的姓名或证件号码已遮蔽,原文已密封 / names or numbers masked in {0} cells; the \
             originals are sealed",
            summary.masked
        );
    }
}
