//! `plumb export archive` and `plumb verify archive`: a ledger for the archives, and
//! an archive without its ledger.

use super::export::LogEntries;
use super::{Exit, Failure, damage, print, surroundings};
use crate::archive::check::{Checked, check};
use crate::archive::make::{Content, MakeError, make};
use crate::archive::{pack, unpack};
use crate::clock::TimeText;
use crate::config::Layout;
use crate::ledger::checkpoints::{latest, signing_key};
use crate::ledger::{LogName, read_config};
use plumbline_replay::audit::Audit;
use plumbline_replay::bundle::is_zip;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::time::civil::parse_rfc3339;
use serde_json::json;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Makes an archive of a ledger: the open log, and the sealed one if that is asked
/// for. A name that ends with `.zip` is one file, any other a folder.
pub(super) fn export(
    layout: &Layout,
    place: &Path,
    sealed: bool,
    at: Option<&str>,
) -> Result<Exit, Failure> {
    let zip = place.extension() == Some(OsStr::new("zip"));
    let folder = if zip { place.with_extension("zip.files") } else { place.to_owned() };
    if zip && place.exists() {
        return Err(MakeError::NotEmpty(place.to_owned()).into());
    }
    let config = read_config(layout)?;
    let now = TimeText::default().format(surroundings("export archive").clock.now()).to_owned();
    let at = at.unwrap_or(&now);
    if parse_rfc3339(at).is_none() {
        let message = format!("--at {at}: 应如 2026-03-05T16:20:00+08:00 / write RFC 3339");
        return Err(Failure { exit: Exit::Usage, message });
    }
    let wanted = LogName::ALL.into_iter().filter(|log| sealed || *log == LogName::Open);
    let mut logs = Vec::new();
    for log in wanted {
        let checkpoint = latest(layout, &config, log)?;
        let public = VerifyingKey::parse(&signing_key(layout, log)?.vkey());
        let size = public.and_then(|key| key.verify(&checkpoint)).map(|head| head.size);
        let size = size
            .map_err(|error| Failure { exit: Exit::Broken, message: format!("{log}: {error}") })?;
        let reader = damage::reader(layout, &config, log)?;
        if let Some(damage) = reader.damage() {
            return Err(Failure { exit: Exit::Broken, message: damage });
        }
        let cosigned = std::fs::read_to_string(layout.cosigned(log)).ok();
        logs.push((log, size, checkpoint, cosigned, LogEntries(reader)));
    }
    // After the checkpoints: signing one ends a rotation that was cut short.
    let key = signing_key(layout, LogName::Open)?;
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
    let made = make(&folder, &contents, &key, at)?;
    if zip {
        let packed = pack(&folder, place);
        std::fs::remove_dir_all(&folder)?;
        packed.map_err(|error| Failure {
            exit: Exit::Failed,
            message: format!("{}: {error}", place.display()),
        })?;
    }
    print(&format!(
        "已归档 / archived {}: {} 条 / entries, {} 个文件 / files, {} 字节 / bytes\n\
         核验 / check: plumb verify archive {0}",
        place.display(),
        made.entries,
        made.files,
        made.bytes
    ))?;
    Ok(Exit::Done)
}

/// A zip file's content in a folder of its own, which is removed in the end.
struct Unpacked(PathBuf);

impl Unpacked {
    fn of(file: &Path) -> Result<Unpacked, Failure> {
        let mut head = [0; 4];
        let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut head));
        // What is called a zip file and is none may have been one.
        if read.is_ok() && !is_zip(&head) && file.extension() != Some(OsStr::new("zip")) {
            return Err(Failure {
                exit: Exit::CannotTell,
                message: format!(
                    "{}: 不是归档包(zip 文件或文件夹)/ not an archive, which is a zip file or a folder",
                    file.display()
                ),
            });
        }
        let name = format!("plumb-archive-{}", std::process::id());
        let unpacked = Unpacked(std::env::temp_dir().join(name));
        let broken = |error: std::io::Error| Failure {
            exit: match error.kind() {
                std::io::ErrorKind::InvalidData => Exit::Broken,
                std::io::ErrorKind::NotFound => Exit::NoLedger,
                _ => Exit::CannotTell,
            },
            message: format!("{}: {error}", file.display()),
        };
        unpack(file, &unpacked.0).map(|()| unpacked).map_err(broken)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What stays in the machine's folder for temporary files is a copy.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Checks an archive, in its folder or in one file, and tells what was found.
pub(super) fn verify(mut audit: Audit, as_json: bool) -> Result<Exit, Failure> {
    let place = audit.path.clone();
    let unpacked = match place.is_file() || place.extension() == Some(OsStr::new("zip")) {
        true => Some(Unpacked::of(&place)?),
        false => None,
    };
    audit.path = unpacked.as_ref().map_or(place, |unpacked| unpacked.0.clone());
    let checked = check(&audit.path, &audit)?;
    let code = checked.outcome().exit_code();
    if as_json {
        let bad = checked.bad.iter().map(|bad| json!({"file": bad.path, "what": bad.reason}));
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
    lines.extend(checked.bad.iter().map(|bad| format!("  {}: {}", bad.path, bad.reason)));
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
