//! `plumb export archive` and `plumb verify archive`: a ledger for the archives, and
//! an archive without its ledger.

use super::export::LogEntries;
use super::{Exit, Failure, print, surroundings};
use crate::archive::check::{Checked, check};
use crate::archive::make::{Content, MakeError, make};
use crate::clock::TimeText;
use crate::config::Layout;
use crate::ledger::checkpoints::{latest, signing_key};
use crate::ledger::{LogName, read_config};
use crate::reader::Reader;
use plumbline_replay::audit::Audit;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::time::civil::parse_rfc3339;
use serde_json::json;
use std::path::Path;

/// Makes an archive of a ledger in a folder: the open log, and the sealed one if
/// that is asked for.
pub(super) fn export(
    layout: &Layout,
    folder: &Path,
    sealed: bool,
    at: Option<&str>,
) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let now = TimeText::default().format(surroundings("export archive").clock.now()).to_owned();
    let at = at.unwrap_or(&now);
    if parse_rfc3339(at).is_none() {
        let message = format!("--at {at}: 应如 2026-03-05T16:20:00+08:00 / write RFC 3339");
        return Err(Failure { exit: Exit::Usage, message });
    }
    let key = signing_key(layout, LogName::Open)?;
    let wanted = LogName::ALL.into_iter().filter(|log| sealed || *log == LogName::Open);
    let mut logs = Vec::new();
    for log in wanted {
        let checkpoint = latest(layout, &config, log)?;
        let public = VerifyingKey::parse(&signing_key(layout, log)?.vkey());
        let size = public.and_then(|key| key.verify(&checkpoint)).map(|head| head.size);
        let size = size
            .map_err(|error| Failure { exit: Exit::Broken, message: format!("{log}: {error}") })?;
        let reader = Reader::open(layout, &config, log)?;
        if let Some(damage) = reader.damage() {
            return Err(Failure { exit: Exit::Broken, message: damage });
        }
        let cosigned = std::fs::read_to_string(layout.cosigned(log)).ok();
        logs.push((log, size, checkpoint, cosigned, LogEntries(reader)));
    }
    let contents: Vec<Content<'_>> = logs
        .iter()
        .map(|(log, size, checkpoint, cosigned, entries)| Content {
            name: log.as_str(),
            entries,
            size: *size,
            checkpoint: checkpoint.clone(),
            cosigned: cosigned.clone(),
        })
        .collect();
    let manifest = make(folder, &contents, &key, at)?;
    let entries: u64 = manifest.logs.iter().map(|(_, entries)| entries).sum();
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    print(&format!(
        "已归档 / archived {}: {entries} 条 / entries, {} 个文件 / files, {bytes} 字节 / bytes\n\
         核验 / check: plumb verify archive {0}",
        folder.display(),
        manifest.files.len() + 2
    ))?;
    Ok(Exit::Done)
}

/// Checks an archive and tells what was found.
pub(super) fn verify(folder: &Path, audit: &Audit, as_json: bool) -> Result<Exit, Failure> {
    let checked = check(folder, audit)?;
    let code = checked.outcome().exit_code();
    if as_json {
        let bad = checked.bad.iter().map(|bad| json!({"file": bad.file, "what": bad.what}));
        let value = json!({
            "schema": "plumbline.archive-check/1",
            "verdict": checked.outcome().word(),
            "exit_code": code,
            "files": checked.files,
            "bad": bad.collect::<Vec<_>>(),
            "doubts": checked.doubts,
            "entries": checked.entries.to_json(),
        });
        print(&value.to_string())?;
    } else {
        print(&words(&checked))?;
    }
    Ok(match code {
        0 => Exit::Done,
        3 => Exit::Broken,
        _ => Exit::CannotTell,
    })
}

fn words(checked: &Checked) -> String {
    let mut lines = vec![format!(
        "归档包 / archive: 清单所列 {} 个文件,不符 {} 处 / {0} files listed, {1} found to be other",
        checked.files,
        checked.bad.len()
    )];
    lines.extend(checked.bad.iter().map(|bad| format!("  {}: {}", bad.file, bad.what)));
    lines.extend(checked.doubts.iter().map(|doubt| format!("  不能判定 / cannot tell: {doubt}")));
    lines.push(checked.entries.words());
    if checked.outcome().exit_code() != checked.entries.exit_code() {
        lines.push(format!(
            "归档包的退出码 / exit code of the archive: {}",
            checked.outcome().exit_code()
        ));
    }
    lines.join("\n")
}

impl From<MakeError> for Failure {
    fn from(error: MakeError) -> Failure {
        let exit = match &error {
            MakeError::NotEmpty(_) => Exit::Refused,
            MakeError::File { .. } => Exit::Failed,
            MakeError::Export(_) | MakeError::Audit(_) => Exit::Failed,
        };
        Failure { exit, message: error.to_string() }
    }
}
