//! Making an archive. It appears whole under its name or not at all.

use super::about::About;
use super::folder::{digest, paths};
use super::properties::{schema_file, test};
use super::{ABOUT, README};
use crate::export::{Entries, ExportError};
use plumbline_replay::audit::AuditError;
use plumbline_replay::event::{Event, register, schema};
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::issue::Issue;
use plumbline_replay::manifest::{Manifest, Of};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A log on its way into an archive.
pub struct Content<'a> {
    pub name: &'a str,
    pub entries: &'a dyn Entries,
    /// Entries that the checkpoint covers: so many are taken.
    pub size: u64,
    /// The signed checkpoint, and the one with its witnesses' lines if there is one.
    pub checkpoint: String,
    pub cosigned: Option<String>,
}

/// Why no archive was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error(
        "{}: 已有内容,请另指空文件夹 / is not empty: name a new or empty folder", .0.display()
    )]
    NotEmpty(PathBuf),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

const WORDS: &str = "\
准绳归档包 / an archive of a Plumbline ledger

logs/*.ndjson       各日志的记录,一行一条,原样 / the entries as stored, one a line
heads/*             签名的检查点 / signed checkpoints
schemas/            所用事件类型的模式 / the schemas of the event types that occur
report.json, .html  四性检测报告 / the test of the four properties
about.json          来自哪个账本、何时制作、各日志条数 / of which ledger, when, how many entries
archive.json        其余各文件的大小与摘要 / size and digests of every other file
archive.note        开放日志对 archive.json 的签名 / the open log's signature on it

核验 / to check:    plumb verify archive FOLDER [--key VKEY]
                    plumb-replay verify FOLDER
                    sha256sum, b3sum against archive.json
密封内容只以摘要出现,不在包内 / what is sealed stands as digests and is not in here
";

/// What was made.
pub struct Made {
    /// Files, and their bytes.
    pub files: u64,
    pub bytes: u64,
    pub entries: u64,
}

/// Writes an archive of logs, the open one first, signed by its key.
///
/// # Errors
///
/// The folder is not empty or cannot be written; a log cannot be read.
pub fn make(
    destination: &Path,
    logs: &[Content<'_>],
    key: &SigningKey,
    made_at: &str,
) -> Result<Made, MakeError> {
    let occupied = std::fs::read_dir(destination).map(|mut items| items.next().is_some());
    if occupied.unwrap_or_else(|_| destination.exists()) {
        return Err(MakeError::NotEmpty(destination.to_owned()));
    }
    let mut name = destination.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = destination.with_file_name(name);
    if part.exists() {
        // What an earlier attempt left may be anything: it is not ours to remove.
        return Err(MakeError::NotEmpty(part));
    }
    std::fs::create_dir_all(&part).map_err(|error| failed(&part, &error))?;
    let made = fill(&part, logs, key, made_at);
    let placed = made.and_then(|made| {
        let _ = std::fs::remove_dir(destination);
        std::fs::rename(&part, destination).map_err(|error| failed(destination, &error))?;
        Ok(made)
    });
    if placed.is_err() {
        // Half an archive is of no use; the reason is told anyway.
        let _ = std::fs::remove_dir_all(&part);
    }
    placed
}

fn failed(path: &Path, error: &io::Error) -> MakeError {
    MakeError::File { path: path.to_owned(), reason: error.to_string() }
}

fn fill(
    folder: &Path,
    logs: &[Content<'_>],
    key: &SigningKey,
    made_at: &str,
) -> Result<Made, MakeError> {
    let text = |path: PathBuf, bytes: &[u8]| -> Result<(), MakeError> {
        let above = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(above).map_err(|error| failed(above, &error))?;
        std::fs::write(&path, bytes).map_err(|error| failed(&path, &error))
    };
    let mut types = BTreeSet::new();
    for log in logs {
        let path = folder.join("logs").join(format!("{}.ndjson", log.name));
        text(path.clone(), b"")?;
        entries(log, &path, &mut types)?;
        let heads = folder.join("heads");
        text(heads.join(format!("{}.checkpoint", log.name)), log.checkpoint.as_bytes())?;
        if let Some(note) = &log.cosigned {
            text(heads.join(format!("{}.cosigned", log.name)), note.as_bytes())?;
        }
    }
    for name in &types {
        if let Some(event_type) = register::find(name) {
            let document = schema::pretty(&schema::document(event_type));
            text(schema_file(folder, name), document.as_bytes())?;
        }
    }
    let envelope = schema::pretty(&schema::envelope_document());
    text(schema_file(folder, schema::ENVELOPE_NAME), envelope.as_bytes())?;
    text(folder.join(README), WORDS.as_bytes())?;
    let about = About {
        origin: key.name().to_owned(),
        made_at: made_at.to_owned(),
        logs: logs.iter().map(|log| (log.name.to_owned(), log.size)).collect(),
    };
    text(folder.join(ABOUT), &about.to_bytes())?;
    let report = test(folder, key.name(), made_at)?;
    report.write(folder).map_err(|error| failed(folder, &error))?;
    let listed = paths(folder)
        .and_then(|paths| paths.iter().map(|path| digest(folder, path)).collect::<io::Result<_>>());
    let files = listed.map_err(|error| failed(folder, &error))?;
    let manifest = Manifest { of: Of::Archive, files, page: None };
    let bytes = manifest.to_json();
    let issue = Issue { of: Of::Archive, origin: key.name(), manifest: Manifest::digest(&bytes) };
    text(folder.join(Of::Archive.manifest()), &bytes)?;
    text(folder.join(Of::Archive.note()), issue.sign(key).as_bytes())?;
    Ok(Made {
        files: manifest.files.len() as u64 + 2,
        bytes: manifest.files.iter().map(|file| file.size).sum(),
        entries: about.logs.iter().map(|(_, entries)| entries).sum(),
    })
}

/// The stored bytes of each entry that the checkpoint covers, one a line.
fn entries(log: &Content<'_>, path: &Path, types: &mut BTreeSet<String>) -> Result<(), MakeError> {
    let file = File::create(path).map_err(ExportError::Output)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    log.entries.each(&mut |position, entry| {
        if position >= log.size {
            return Ok(());
        }
        if let Ok(event) = Event::read(entry)
            && !types.contains(event.kind.as_ref())
        {
            types.insert(event.kind.to_string());
        }
        out.write_all(entry)?;
        out.write_all(b"\n")?;
        Ok(())
    })?;
    let file = out.into_inner().map_err(|error| ExportError::Output(error.into_error()))?;
    file.sync_all().map_err(ExportError::Output)?;
    Ok(())
}
