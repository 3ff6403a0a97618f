//! Reading NDJSON: one JSON object a line.
//!
//! With a mapping the members are attributes like the cells of a table; without
//! one each line is a submission, or a stored entry that is to be recorded again.

use super::input::Guard;
use super::json_value::read_object;
use super::record::{Case, Problem, Record, SourceError};
use crate::ledger::cloudevent;
use crate::ledger::submission::Submission;
use plumbline_replay::integrity::entry::LEDGER_MEMBERS;
use plumbline_replay::integrity::json::parse;
use std::io::BufRead;

/// Longest line in bytes.
const LINE_BYTES_MAX: u64 = 4 << 20;

/// Reads lines.
pub struct NdjsonReader<R: BufRead> {
    input: Guard<R>,
    line: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> NdjsonReader<R> {
    pub fn new(input: R) -> NdjsonReader<R> {
        NdjsonReader { input: Guard::new(input, LINE_BYTES_MAX), line: 0, buffer: Vec::new() }
    }

    /// The next line that is not blank, with its number.
    pub fn next_line(&mut self) -> Result<Option<(u64, &[u8])>, SourceError> {
        let first = self.line == 0;
        loop {
            self.buffer.clear();
            self.line += 1;
            self.input.next_token();
            let read = self.input.read_until(b'\n', &mut self.buffer);
            let count = read.map_err(|error| SourceError {
                line: self.line,
                element: String::new(),
                reason: error.to_string(),
            })?;
            if count == 0 && first {
                let reason = "文件是空的 / the file is empty".to_owned();
                return Err(SourceError { line: 1, element: String::new(), reason });
            }
            if count == 0 {
                return Ok(None);
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(Some((self.line, self.buffer.trim_ascii())));
            }
        }
    }

    /// The next line as a case of one event.
    pub fn next_case(&mut self) -> Result<Option<Case>, SourceError> {
        let Some((line, bytes)) = self.next_line()? else { return Ok(None) };
        let mut record = Record { line, attributes: Vec::new(), problem: None };
        match std::str::from_utf8(bytes) {
            Err(error) => {
                let at = error.valid_up_to();
                let reason = format!(
                    "第 {at} 字节起不是 UTF-8;请另存为 UTF-8 / not UTF-8 from byte {at} of the \
                         line; save the file as UTF-8"
                );
                record.problem = Some(Problem::new(line, "line", reason));
            }
            Ok(text) => match read_object(text) {
                Ok(attributes) => record.attributes = attributes,
                Err(error) => {
                    let reason = format!("第 {} 字节:{} / byte {0}", error.at, error.reason);
                    record.problem = Some(Problem::new(line, "line", reason));
                }
            },
        }
        Ok(Some(Case { line, attributes: Vec::new(), records: vec![record], problem: None }))
    }
}

/// A line as a submission. A stored entry, which has all members that only a
/// ledger sets, is taken without them, so that an export can be imported
/// elsewhere; a submission that has some of them is left for the ledger to refuse.
pub fn submission(bytes: &[u8]) -> Result<Submission, String> {
    let mut json = parse(bytes).map_err(|error| error.to_string())?.into_owned();
    if LEDGER_MEMBERS.iter().all(|member| json.get(member).is_some()) {
        for member in LEDGER_MEMBERS {
            json.remove(member);
        }
    }
    Ok(Submission::new(json))
}

/// A line that holds a CloudEvent as a submission.
pub fn cloudevent_submission(bytes: &[u8]) -> Result<Submission, String> {
    let json = parse(bytes).map_err(|error| error.to_string())?.into_owned();
    if json.as_object().is_none() {
        return Err(
            "应为 CloudEvent 对象,每行一个 / a CloudEvent is an object, one a line".to_owned()
        );
    }
    cloudevent::submission(json).map(Submission::new).map_err(|missing| missing.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_spoils_itself_only() {
        let text = "{\"a\":1}\n\n  \r\n{\"a\":NaN}\nnot json\n{\"a\":2}".as_bytes();
        let mut reader = NdjsonReader::new(text);
        let mut seen = Vec::new();
        while let Some(case) = reader.next_case().unwrap() {
            seen.push((case.line, case.records[0].problem.is_none()));
        }
        assert_eq!(seen, [(1, true), (4, false), (5, false), (6, true)]);
    }

    #[test]
    fn a_stored_entry_loses_what_its_ledger_set() {
        let stored =
            br#"{"id":"1","position":3,"previous":"00","recorded_at":"x","revision":0,"v":1}"#;
        assert_eq!(submission(stored).unwrap().json.to_bytes(), br#"{"id":"1"}"#);
        let partly = br#"{"id":"1","position":3}"#;
        assert_eq!(submission(partly).unwrap().json.to_bytes(), partly);
        assert!(submission(b"{\"a\":1.5}").is_err());
    }
}
