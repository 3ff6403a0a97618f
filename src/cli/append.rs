//! `plumb append`: NDJSON submissions in, one receipt a line out, each as soon as
//! it is durable.

use super::interrupt::Interrupt;
use super::{Dir, Exit, Failure, close, line, surroundings, witnessing};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, Outcome, RefusalCode, Rehearsal};
use crate::receipt::Signer;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Longest line that is read. An entry has at most 65,535 bytes; blanks and
/// escapes may make a submission longer.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Lines that go into one group at most.
const GROUP_LINES_MAX: usize = 1024;

/// How often a signal is looked for while no line comes.
const LOOK: Duration = Duration::from_millis(100);

/// 入账:逐行读取 JSON 事件,逐行给出回执 / record events, one JSON object a line
#[derive(clap::Args)]
pub struct Append {
    #[command(flatten)]
    dir: Dir,
    /// 文件,- 为标准输入 / a file, - for standard input
    file: PathBuf,
    /// 只检查,不入账:逐行说明会怎样 / admit and report, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// 回执由日志密钥签署,可作证据 / the log's key signs each receipt, which makes it evidence
    #[arg(long)]
    signed: bool,
}

/// One line of the input.
enum Line {
    Text { number: u64, bytes: Vec<u8> },
    TooLong { number: u64 },
    Failed(std::io::Error),
}

impl Append {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let input: Box<dyn Read + Send> = if self.file.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(opened(&self.file)?)
        };
        if self.dry_run {
            let rehearsal = Rehearsal::open(&self.dir.dir, surroundings("append --dry-run"))?;
            return rehearse(rehearsal, BufReader::with_capacity(1 << 16, input));
        }
        let interrupt = Interrupt::watch()?;
        let ledger = witnessing::open(&self.dir.dir, "append")?;
        let signer = self.signed.then(|| Signer::open(ledger.layout())).transpose()?;
        let (sender, lines) = sync_channel(4 * GROUP_LINES_MAX);
        // A thread of its own, so that a slow pipe never holds back the receipts
        // of lines that have come.
        std::thread::spawn(move || {
            let mut reader = BufReader::with_capacity(1 << 16, input);
            let mut number = 0;
            while let Some(next) = read_line(&mut reader, &mut number) {
                if sender.send(next).is_err() {
                    return;
                }
            }
        });
        let result = record(&ledger, &lines, &interrupt, signer.as_ref());
        close(ledger)?;
        match (result, interrupt.exit()) {
            (Ok(_), Some(exit)) => {
                eprintln!(
                    "已中断;有回执的均已入账 / interrupted; whatever got a receipt is recorded"
                );
                Ok(exit)
            }
            (result, _) => result,
        }
    }
}

/// A file to read, told of by its name if there is none.
fn opened(path: &Path) -> Result<File, Failure> {
    let open = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    open.map_err(|error| Failure {
        exit: Exit::of(&error, Exit::NotFound),
        message: format!("{}: {error}", path.display()),
    })
}

/// Tells of each line what would become of it.
fn rehearse(mut rehearsal: Rehearsal, mut input: impl BufRead) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut number = 0;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    while let Some(item) = read_line(&mut input, &mut number) {
        let Some((number, submission)) = submission(item)? else {
            exit = Exit::Refused;
            continue;
        };
        match rehearsal.ask(submission)? {
            Ok(Outcome { id, log, stream, duplicate }) => {
                let told = json!({
                    "schema": "plumbline.rehearsal/1", "line": number, "id": id,
                    "log": log.as_str(), "stream": stream, "duplicate": duplicate,
                });
                line(&mut out, told.to_string().as_bytes())?;
            }
            Err(refusal) => {
                let code = refusal.code.as_str();
                refuse(number, code, refusal.pointer.as_deref(), &refusal.detail);
                exit = Exit::Refused;
            }
        }
    }
    match out.flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit),
    }
}

/// A line as a submission; `None` if it was refused, which has been said.
fn submission(item: Line) -> Result<Option<(u64, Submission)>, Failure> {
    match item {
        Line::Text { number, bytes } => match Submission::read(bytes.trim_ascii_end()) {
            Ok(submission) => Ok(Some((number, submission))),
            Err(error) => {
                let code = RefusalCode::MalformedJson.as_str();
                refuse(number, code, None, &error.to_string());
                Ok(None)
            }
        },
        Line::TooLong { number } => {
            let detail = "一行超过 1 MiB / the line is longer than 1 MiB";
            refuse(number, RefusalCode::TooLarge.as_str(), None, detail);
            Ok(None)
        }
        Line::Failed(error) => Err(error.into()),
    }
}

fn read_line(reader: &mut impl BufRead, number: &mut u64) -> Option<Line> {
    loop {
        let mut bytes = Vec::new();
        *number += 1;
        match reader.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut bytes) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(Line::Failed(error)),
        }
        if bytes.len() as u64 > LINE_BYTES_MAX && bytes.last() != Some(&b'\n') {
            return match skip_line(reader) {
                Ok(()) => Some(Line::TooLong { number: *number }),
                Err(error) => Some(Line::Failed(error)),
            };
        }
        if *number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            return Some(Line::Text { number: *number, bytes });
        }
    }
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let found = buffer.iter().position(|&byte| byte == b'\n');
        let used = found.map_or(buffer.len(), |at| at + 1);
        let ended = found.is_some() || buffer.is_empty();
        reader.consume(used);
        if ended {
            return Ok(());
        }
    }
}

/// The next line, or `None` at the end and when a signal has come.
fn next(lines: &Receiver<Line>, interrupt: &Interrupt) -> Option<Line> {
    while interrupt.exit().is_none() {
        match lines.recv_timeout(LOOK) {
            Ok(line) => return Some(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

fn record(
    ledger: &Ledger,
    lines: &Receiver<Line>,
    interrupt: &Interrupt,
    signer: Option<&Signer>,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    while let Some(first) = next(lines, interrupt) {
        let mut group = vec![first];
        while group.len() < GROUP_LINES_MAX {
            match lines.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        let mut numbers = Vec::new();
        let mut batch = Vec::new();
        for item in group {
            match submission(item)? {
                Some((number, submission)) => {
                    numbers.push(number);
                    batch.push(submission);
                }
                None => exit = Exit::Refused,
            }
        }
        for (number, answer) in numbers.into_iter().zip(ledger.append(batch)) {
            match answer {
                Ok(receipt) => {
                    // Whoever closed the pipe still gets everything recorded.
                    let told = signer.map(|signer| signer.signed(&receipt).to_string());
                    let told = told.unwrap_or_else(|| receipt.to_line());
                    line(&mut out, told.as_bytes())?;
                }
                Err(AppendError::Refused(refusal)) => {
                    let code = refusal.code.as_str();
                    refuse(number, code, refusal.pointer.as_deref(), &refusal.detail);
                    exit = Exit::Refused;
                }
                Err(error) => {
                    return Err(Failure {
                        exit: Exit::Failed,
                        message: format!("第 {number} 行 / line {number}: {error}"),
                    });
                }
            }
        }
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(exit)
}

fn refuse(number: u64, code: &str, pointer: Option<&str>, detail: &str) {
    let refusal = json!({
        "schema": "plumbline.refusal/1",
        "line": number,
        "code": code,
        "pointer": pointer,
        "detail": detail,
    });
    eprintln!("{refusal}");
}
