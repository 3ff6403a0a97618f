//! `plumb-replay verify`: finds the logs and checkpoints under a path, reads
//! every byte, and tells the verdict as text or JSON.

use super::{Failure, print};
use lexopt::prelude::*;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::walk::{Outcome, Verdict, Walk, Witness, claimed_size};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest line of an export that is read: more than any entry can have.
const LINE_BYTES_MAX: u64 = 1 << 17;

struct Arguments {
    path: PathBuf,
    checkpoints: Vec<Witness>,
    keys: Vec<String>,
    json: bool,
}

/// One log to read: its name, where it lies, and the checkpoints kept with it.
struct Found {
    name: String,
    path: PathBuf,
    own: Vec<Witness>,
}

/// Reads what the arguments name, walks it, prints the verdict; the number is
/// the exit code.
pub fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let arguments = arguments(parser)?;
    let found = find(&arguments.path)?;
    let mut walks = Vec::with_capacity(found.len());
    for log in &found {
        walks.push(read(log, &arguments.checkpoints)?);
    }
    let origins: Vec<Option<String>> =
        walks.iter().map(|walk| walk.origin().map(str::to_owned)).collect();
    let mut verdicts = Vec::with_capacity(found.len());
    for (index, (log, walk)) in found.into_iter().zip(walks).enumerate() {
        let mut witnesses = log.own;
        for given in &arguments.checkpoints {
            let origin = given.note.lines().next().unwrap_or_default();
            if belongs(origin, index, &origins) {
                witnesses.push(given.clone());
            }
        }
        let key = arguments.keys.iter().find(|key| {
            let name = VerifyingKey::parse(key).map(|key| key.name().to_owned());
            belongs(&name.unwrap_or_default(), index, &origins)
        });
        verdicts.push(walk.finish(&witnesses, key.map(String::as_str)));
    }
    report(&verdicts, arguments.json)
}

fn arguments(parser: &mut lexopt::Parser) -> Result<Arguments, Failure> {
    let (mut path, mut checkpoints, mut keys, mut json) = (None, Vec::new(), Vec::new(), false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("checkpoint") => {
                let file = PathBuf::from(parser.value()?);
                let note = std::fs::read_to_string(&file).map_err(|e| unreadable(&file, &e))?;
                checkpoints.push(Witness { place: file.display().to_string(), note });
            }
            Long("key") => {
                let key = parser.value()?.string()?;
                VerifyingKey::parse(&key)
                    .map_err(|error| Failure::new(2, format!("--key {key}: {error}")))?;
                keys.push(key);
            }
            Long("json") => json = true,
            Value(value) if path.is_none() => path = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.ok_or_else(|| Failure::new(2, "缺少路径 / PATH is missing"))?;
    Ok(Arguments { path, checkpoints, keys, json })
}

/// What is named by an origin goes to the log of that origin; what fits no log
/// goes to the first, where it is reported and not passed over.
fn belongs(name: &str, index: usize, origins: &[Option<String>]) -> bool {
    match origins.iter().position(|origin| origin.as_deref() == Some(name)) {
        Some(own) => own == index,
        None => index == 0,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(4, format!("不能读取 / cannot read {}: {error}", path.display()))
}

fn find(path: &Path) -> Result<Vec<Found>, Failure> {
    if path.is_file() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![Found { name, path: path.to_owned(), own: Vec::new() }]);
    }
    let logs = path.join("logs");
    let mut found = Vec::new();
    if logs.is_dir() {
        for folder in listed(&logs)?.into_iter().filter(|folder| folder.is_dir()) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let head = path.join("heads").join(format!("{name}.checkpoint"));
            let own = kept(&[head, folder.join("checkpoint")])?;
            found.push(Found { name, path: folder, own });
        }
    } else if path.is_dir() && !segments(path)?.is_empty() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own = kept(&[path.join("checkpoint")])?;
        found.push(Found { name, path: path.to_owned(), own });
    }
    if found.is_empty() {
        let place = path.display();
        return Err(Failure::new(10, format!("{place}: 这里没有账本 / there is no ledger here")));
    }
    Ok(found)
}

/// The checkpoints that lie with the log. A missing file is no error: the
/// verdict then says that there was none.
fn kept(paths: &[PathBuf]) -> Result<Vec<Witness>, Failure> {
    let mut out = Vec::new();
    for path in paths {
        match std::fs::read_to_string(path) {
            Ok(note) => out.push(Witness { place: path.display().to_string(), note }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
    Ok(out)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for item in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        paths.push(item.map_err(|error| unreadable(folder, &error))?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

fn segments(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = listed(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "seg"));
    Ok(paths)
}

fn read(log: &Found, given: &[Witness]) -> Result<Walk, Failure> {
    let sizes = log.own.iter().chain(given).filter_map(|w| claimed_size(&w.note)).collect();
    let mut walk = Walk::new(&log.name, sizes);
    if log.path.is_file() {
        lines(&log.path, &mut walk)?;
        return Ok(walk);
    }
    for path in segments(&log.path)? {
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        // A name that is no position fails as a segment out of its place.
        walk.segment(&path.display().to_string(), stem.parse().unwrap_or(u64::MAX), &bytes);
    }
    Ok(walk)
}

fn lines(path: &Path, walk: &mut Walk) -> Result<(), Failure> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if read.map_err(|error| unreadable(path, &error))? == 0 {
            break;
        }
        walk.line(&place, number, line.strip_suffix(b"\n").unwrap_or(&line));
    }
    Ok(())
}

fn report(verdicts: &[Verdict], as_json: bool) -> Result<u8, Failure> {
    let any = |outcome| verdicts.iter().any(|verdict| verdict.outcome == outcome);
    let (word, exit, title) = if any(Outcome::Fail) {
        ("fail", 3, "核验不通过 / NOT verified")
    } else if any(Outcome::CannotTell) {
        ("cannot_tell", 4, "不能判定 / cannot tell")
    } else {
        ("pass", 0, "核验通过 / verified")
    };
    if as_json {
        let first_bad = verdicts.iter().find(|verdict| verdict.first_bad.is_some());
        let value = json!({
            "schema": "plumbline.verify/1",
            "verdict": word,
            "exit_code": exit,
            "available": verdicts.iter().map(|v| v.available).sum::<u64>(),
            "checked": verdicts.iter().map(|v| v.checked).sum::<u64>(),
            "first_bad": first_bad.map(|v| v.to_json()["first_bad"].clone()),
            "logs": verdicts.iter().map(Verdict::to_json).collect::<Vec<_>>(),
        });
        print(&value.to_string())?;
    } else {
        print(&words(verdicts, title, exit))?;
    }
    Ok(exit)
}

fn words(verdicts: &[Verdict], title: &str, exit: u8) -> String {
    let mut lines = vec![title.to_owned()];
    for verdict in verdicts {
        let Verdict { log, checked, available, checkpoints, .. } = verdict;
        lines.push(format!(
            "  日志 / log {log}: 已核验 / checked {checked} / {available}; 检查点 / checkpoints \
             {} / {}",
            checkpoints.1, checkpoints.0
        ));
        if let Some(bad) = &verdict.first_bad {
            lines.push(format!("  首处异常 / first bad: 第 {} 号记录 / position", bad.position));
            if let Some(stream) = &bad.stream {
                lines.push(format!("  案件 / stream: {stream}"));
            }
            lines.push(format!("  原因 / reason: {}", bad.reason));
            lines.push(format!("  位置 / place: {}", bad.place));
        }
        for doubt in &verdict.doubts {
            lines.push(format!("  未能核对 / could not be checked: {doubt}"));
        }
        if verdict.limits.contains(&"no-checkpoint") {
            lines.push(
                "  没有检查点,截尾和整体重写看不出来 / no checkpoint: a cut tail or a rewritten log \
                 would not show"
                    .to_owned(),
            );
        }
        if verdict.limits.contains(&"key-taken-from-the-log") {
            lines.push(
                "  公钥取自账本自身;--key 指定外部得到的公钥更可靠 / the key was taken from the log \
                 itself; --key with one obtained elsewhere proves more"
                    .to_owned(),
            );
        }
    }
    lines.push(
        "本结果不能证明:记录入账之前的真实性;未报送的事项。/ This does not prove what was true \
         before recording, nor what was never submitted."
            .to_owned(),
    );
    lines.push(format!("退出码 / exit code {exit}"));
    lines.join("\n")
}
