//! `plumb append`: NDJSON submissions in, one receipt a line out, each as soon as
//! it is durable.

use super::{Dir, Exit, Failure, close, line, surroundings};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, RefusalCode};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

/// Longest line that is read. An entry has at most 65,535 bytes; blanks and
/// escapes may make a submission longer.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Lines that go into one group at most.
const GROUP_LINES_MAX: usize = 1024;

/// 入账:逐行读取 JSON 事件,逐行给出回执 / record events, one JSON object a line
#[derive(clap::Args)]
pub struct Append {
    #[command(flatten)]
    dir: Dir,
    /// 文件,- 为标准输入 / a file, - for standard input
    file: PathBuf,
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
            let open = std::fs::File::open(&self.file).map_err(|error| Failure {
                exit: Exit::NotFound,
                message: format!("{}: {error}", self.file.display()),
            })?;
            Box::new(open)
        };
        let ledger = Ledger::open(&self.dir.dir, surroundings("append"))?;
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
        let result = record(&ledger, &lines);
        close(ledger)?;
        result
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

fn record(ledger: &Ledger, lines: &Receiver<Line>) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    while let Ok(first) = lines.recv() {
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
            let (number, bytes) = match item {
                Line::Text { number, bytes } => (number, bytes),
                Line::TooLong { number } => {
                    let detail = "一行超过 1 MiB / the line is longer than 1 MiB";
                    refuse(number, RefusalCode::TooLarge.as_str(), None, detail);
                    exit = Exit::Refused;
                    continue;
                }
                Line::Failed(error) => return Err(error.into()),
            };
            match Submission::read(bytes.trim_ascii_end()) {
                Ok(submission) => {
                    numbers.push(number);
                    batch.push(submission);
                }
                Err(error) => {
                    let code = RefusalCode::MalformedJson.as_str();
                    refuse(number, code, None, &error.to_string());
                    exit = Exit::Refused;
                }
            }
        }
        for (number, answer) in numbers.into_iter().zip(ledger.append(batch)) {
            match answer {
                Ok(receipt) => {
                    // Whoever closed the pipe still gets everything recorded.
                    line(&mut out, receipt.to_line().as_bytes())?;
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
