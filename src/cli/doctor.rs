//! `plumb doctor`: the state of a ledger's parts. It changes none but the read
//! models, which opening brings up to the log.

use super::{Dir, Exit, Failure, models, print};
use crate::config::{Config, Layout};
use crate::judged::Judged;
use crate::ledger::{LogName, open_log, read_config};
use crate::projection::PROJECTIONS;
use crate::store::{Store, entry_at};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::walk::claimed_size;
use serde_json::{Value, json};
use std::path::PathBuf;

/// 诊断 / the state of each part
#[derive(clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut exit = Exit::Done;
        let mut logs = Vec::new();
        let mut projections = Vec::new();
        for log in LogName::ALL {
            let store = open_log(&layout, &config, log)?;
            let size = store.size()?;
            let damage = store.damage().map(|damage| damage.to_string());
            let zeros = store.zeros_between()?.map(|damage| damage.to_string());
            if damage.is_some() || zeros.is_some() {
                exit = Exit::Broken;
            }
            let signed =
                |path| std::fs::read_to_string(path).ok().and_then(|note| claimed_size(&note));
            logs.push(json!({
                "name": log.as_str(),
                "origin": config.origin_of(log),
                "size": size,
                "last_hash": last_hash(&store, size)?,
                "segments": store.segments()?.len(),
                "signed_size": signed(layout.head(log)),
                "published_size": signed(published(&layout, &config, log)),
                "witnessed": is_witnessed(&config, log),
                "damage": damage,
                "zeros": zeros,
                "restorations": restorations(&layout, &config, log)?,
            }));
            projections.extend(read_models(&layout, &config, log)?);
        }
        let judged = kept_for_reports(&layout, &config);
        let value = json!({
            "schema": "plumbline.doctor/1",
            "logs": logs,
            "projections": projections,
            "judged": judged,
        });
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&words(&logs, &projections))?;
            print(&judged_words(&judged, &logs))?;
        }
        Ok(exit)
    }
}

/// Whether only what witnesses have cosigned is published of a log.
fn is_witnessed(config: &Config, log: LogName) -> bool {
    log == LogName::Open && !config.witness.is_empty()
}

/// The checkpoint that strangers are shown.
fn published(layout: &Layout, config: &Config, log: LogName) -> PathBuf {
    if is_witnessed(config, log) { layout.cosigned(log) } else { layout.checkpoint(log) }
}

/// What an operator reads at night: each log's state with what to do next, then
/// the read models.
fn words(logs: &[Value], projections: &[Value]) -> String {
    let mut lines = Vec::new();
    for log in logs {
        lines.extend(log_words(log));
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "日志 / log",
        "读模型 / read model",
        "版本 / version",
        "已至 / position",
        "行数 / rows",
        "内容摘要 / digest",
    ]);
    for one in projections {
        let mut cells = ["log", "name", "version", "position", "rows", "digest"]
            .map(|name| plain(&one[name]))
            .to_vec();
        cells[5].truncate(16);
        table.add_row(cells);
    }
    for column in [2, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    lines.push(table.to_string());
    if projections.iter().any(|one| one["in_memory"] == true) {
        lines.push(
            "读模型正由另一进程使用,以上在内存中另算 / another process has the read models open; \
             these were folded in memory"
                .to_owned(),
        );
    }
    for one in projections.iter().filter(|one| !one["grown_again"].is_null()) {
        lines.push(format!(
            "读模型 {0} 曾不可用,已重新生成:{1} / read model {0} was set aside and grown again: {1}",
            plain(&one["name"]),
            plain(&one["grown_again"])
        ));
    }
    lines.join("\n")
}

fn log_words(log: &Value) -> Vec<String> {
    let (name, size) = (plain(&log["name"]), log["size"].as_u64().unwrap_or(0));
    let behind = |member: &str| size.saturating_sub(log[member].as_u64().unwrap_or(0));
    let state = |member: &str, next: &str| match behind(member) {
        0 => "全部 / all".to_owned(),
        n => format!("尚缺 {n} 条 / {n} to come;{next}"),
    };
    let signing = format!("运行 / run: plumb checkpoint show --log {name}");
    let publishing = match log["witnessed"].as_bool() {
        Some(true) => "未经足够见证,运行 / not witnessed by enough, run: plumb checkpoint witness",
        _ => &signing,
    };
    let damage = match log["damage"].as_str() {
        None => "无 / none(全部字节的核验 / of every byte: plumb verify)".to_owned(),
        Some(damage) => format!(
            "{damage};只读打开,勿改动文件,先备份,再运行 plumb verify / opened for reading only: \
             change no file, copy the folder, then run plumb verify"
        ),
    };
    let mut lines = vec![
        format!("日志 {name} / log {name}: {}", plain(&log["origin"])),
        format!("  记录 / entries      {size}(分段 / segments {})", plain(&log["segments"])),
        format!("  末条 / last entry   {}", plain(&log["last_hash"])),
        format!("  已签 / signed       {}", state("signed_size", &signing)),
        format!("  已公布 / published  {}", state("published_size", publishing)),
        format!("  损坏 / damage       {damage}"),
    ];
    if let Some(zeros) = log["zeros"].as_str() {
        lines.push(format!(
            "  零字节 / zeros      {zeros};写账程序不会留下它们:是后来加的,或副本由不同时刻的文件拼成;记录不受影响, \
             先备份,再运行 plumb verify / no writer leaves them: they were added, or the copy is of \
             files of different moments; entries do not depend on them: copy the folder, then run \
             plumb verify"
        ));
    }
    for restored in log["restorations"].as_array().into_iter().flatten() {
        let (at, words) = (plain(&restored["position"]), plain(&restored["words"]));
        lines.push(format!("  恢复 / restored     第 {at} 号 / at {at}: {words}"));
    }
    lines
}

fn restorations(layout: &Layout, config: &Config, log: LogName) -> Result<Vec<Value>, Failure> {
    let told = super::restore::told(layout, config, log)?.into_iter();
    Ok(told.map(|(position, words)| json!({"position": position, "words": words})).collect())
}

/// What is kept of the judged ledger, as it lies there; null if nothing usable is.
fn kept_for_reports(layout: &Layout, config: &Config) -> Value {
    let Some(judged) = Judged::open(layout, config) else { return Value::Null };
    let [open, sealed] = judged.ends();
    json!({
        "version": judged.version(),
        "position": open.size,
        "sealed_position": sealed.size,
        "streams": judged.streams(),
        "bytes": judged.size(),
        "digest": judged.content(),
        "whole": judged.is_whole(),
    })
}

fn judged_words(judged: &Value, logs: &[Value]) -> String {
    let next = "下次运行 plumb serve、plumb report run 或 plumb report refresh 时补齐 / plumb serve, \
                plumb report run and plumb report refresh bring it up";
    let state = match (judged["whole"].as_bool(), judged["position"].as_u64()) {
        (Some(true), position) if position == logs[0]["size"].as_u64() => "最新 / up to date".into(),
        (Some(true), _) => next.to_owned(),
        (Some(false), _) => "有损坏,报表由日志制作,plumb report refresh --whole 重新生成 / damaged: \
                             reports are made from the log; plumb report refresh --whole grows it again"
            .to_owned(),
        (None, _) => {
            return "报表留存 / kept for reports: 无,报表由日志制作;plumb report refresh 生成 / nothing, \
                    reports are made from the log; plumb report refresh makes it"
                .to_owned();
        }
    };
    let mut digest = plain(&judged["digest"]);
    digest.truncate(16);
    format!(
        "报表留存 / kept for reports: 已至 / position {} + {}, 事件流 / streams {}, 摘要 / digest {digest}; \
         {state}",
        plain(&judged["position"]),
        plain(&judged["sealed_position"]),
        plain(&judged["streams"]),
    )
}

/// A JSON value without its quotes; what is absent is a dash.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Each read model of a log: the digest is the same for the same entries and
/// version, so two machines can compare theirs.
fn read_models(layout: &Layout, config: &Config, log: LogName) -> Result<Vec<Value>, Failure> {
    let names = PROJECTIONS.map(|definition| definition.name);
    let opened = models::open(layout, config, log, &names)?;
    let set_aside = opened.models.set_aside();
    let models = opened.models.grown().into_iter().map(|model| {
        let reason = set_aside.iter().find(|one| one.name == model.name);
        json!({
            "log": log.as_str(),
            "name": model.name,
            "version": model.version,
            "position": model.position,
            "rows": model.rows,
            "digest": model.content.to_string(),
            "grown_again": reason.map(|one| &one.reason),
            "in_memory": opened.in_memory,
        })
    });
    Ok(models.collect())
}

fn last_hash(store: &dyn Store, size: u64) -> Result<Value, Failure> {
    let Some(last) = size.checked_sub(1) else { return Ok(Value::Null) };
    let entry = entry_at(store, last)?;
    Ok(entry.map_or(Value::Null, |entry| json!(entry_hash(&entry).to_string())))
}
