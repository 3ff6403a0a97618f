//! Runs a script: judges its entries and compares, both ways.

use super::script::{Expected, Script, Step};
use super::{keyring, tamper};
use crate::event::Event;
use crate::integrity::chain::entry_hash;
use crate::report::{self, About, Period, Request, text};
use crate::rules::quality::is_quality;
use crate::rules::{Ask, Finding, judge};
use crate::state::{Moment, case_at};
use crate::time::civil::Zone;

/// What did not come as the script says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Of the script: the `check` or `state` that failed.
    pub line: usize,
    pub why: String,
}

/// Runs all checks of a script. Nothing failed if the list is empty.
pub fn run(script: &Script) -> Vec<Failed> {
    let mut failed = Vec::new();
    let end = Moment { as_of: head(script), known_at: head(script) };
    for step in &script.steps {
        match step {
            Step::Check { line, as_of, known_at, only, found } => {
                let moment = Moment {
                    as_of: as_of.unwrap_or(end.as_of),
                    known_at: known_at.unwrap_or(as_of.unwrap_or(end.known_at).max(end.known_at)),
                };
                check(script, *line, moment, (only, found), &mut failed);
            }
            Step::Report { line, id, from, to, as_of, known_at, rows } => {
                let moment = Moment {
                    as_of: as_of.unwrap_or(end.as_of),
                    known_at: known_at.unwrap_or(end.known_at),
                };
                let period = Period { from: *from, to: *to };
                made(script, *line, (id, period, moment), rows, &mut failed);
            }
            Step::State { line, stream, as_of, code } => {
                let moment = Moment { as_of: as_of.unwrap_or(end.as_of), known_at: end.known_at };
                state(script, *line, moment, (stream, code), &mut failed);
            }
            Step::Seen { line, stream, by, known_at, rows } => {
                let view = (stream.as_str(), *by, known_at.unwrap_or(end.known_at));
                let seen = keyring::seen(&script.entries, &script.keyring, view);
                if seen != *rows {
                    failed.push(Failed { line: *line, why: format!("{by:?} sees {seen:?}") });
                }
            }
            Step::Verify { line, tamper, against_checkpoint, outcome } => {
                let why = match tamper::verdict(&script.entries, *tamper, *against_checkpoint) {
                    Ok((found, _)) if found == *outcome => continue,
                    Ok((found, why)) => format!("the verdict is {} {why}", found.word()),
                    Err(why) => why,
                };
                failed.push(Failed { line: *line, why });
            }
        }
    }
    failed
}

/// When the last entry was recorded: what a script knows.
fn head(script: &Script) -> i64 {
    let last = script.entries.last().and_then(|entry| Event::read(entry).ok());
    last.map_or(0, |event| event.recorded)
}

fn check(
    script: &Script,
    line: usize,
    moment: Moment,
    (only, expected): (&[String], &[Expected]),
    failed: &mut Vec<Failed>,
) {
    let blocks = [script.entries.clone()];
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 };
    let judged = match judge(&blocks, ask) {
        Ok(judged) => judged,
        Err(error) => return failed.push(Failed { line, why: error.to_string() }),
    };
    // A script of acts need not fill in every column of the master data it uses.
    let asked = |finding: &&Finding| match only.is_empty() {
        true => !is_quality(finding.rule),
        false => only.iter().any(|rule| rule == finding.rule),
    };
    let mut left: Vec<&Finding> = judged.findings.iter().filter(asked).collect();
    for one in expected {
        match left.iter().position(|finding| matches(one, finding)) {
            Some(at) => {
                left.remove(at);
            }
            None => {
                failed.push(Failed { line, why: format!("not found: {}", words_of(one)) });
            }
        }
    }
    for finding in left {
        failed.push(Failed {
            line,
            why: format!(
                "found and not expected: {} {} {} {} 「{}」",
                finding.rule,
                finding.stream,
                finding.outcome.as_str(),
                finding.severity.as_str(),
                finding.zh
            ),
        });
    }
}

fn matches(expected: &Expected, finding: &Finding) -> bool {
    let line = finding.to_json(Zone::SHANGHAI).to_string();
    let says = |word: &String| line.contains(word.as_str());
    expected.rule == finding.rule
        && expected.stream == finding.stream.as_ref()
        && expected.outcome == finding.outcome.as_str()
        && expected.severity.as_ref().is_none_or(|grave| grave == finding.severity.as_str())
        && expected.words.iter().all(says)
}

fn words_of(expected: &Expected) -> String {
    let Expected { rule, stream, outcome, severity, words } = expected;
    let severity = severity.as_deref().unwrap_or("");
    format!("{rule} {stream} {outcome} {severity} {words:?}")
}

fn state(
    script: &Script,
    line: usize,
    moment: Moment,
    (stream, code): (&str, &str),
    failed: &mut Vec<Failed>,
) {
    let of_stream = |entry: &&[u8]| Event::read(entry).is_ok_and(|event| event.stream == stream);
    let entries: Vec<&[u8]> = script.entries.iter().map(Vec::as_slice).filter(of_stream).collect();
    let why = match case_at(stream, &entries, moment) {
        Ok(case) if case.state().code.as_ref() == code => return,
        Ok(case) => format!("{stream} is {}, not {code}", case.state().code),
        Err(error) => error.to_string(),
    };
    failed.push(Failed { line, why });
}

/// Makes a report and compares its rows, in their order.
fn made(
    script: &Script,
    line: usize,
    (id, period, moment): (&str, Period, Moment),
    expected: &[Vec<(String, String)>],
    failed: &mut Vec<Failed>,
) {
    let mut fail = |why: String| failed.push(Failed { line, why });
    let Some(report) = report::find(id) else {
        return fail(format!("there is no report {id}"));
    };
    let request = Request {
        about: About::default(),
        period,
        ask: Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 },
        origin: "script".to_owned(),
        log_size: script.entries.len() as u64,
        head: script.entries.last().map(|entry| entry_hash(entry).to_string()).unwrap_or_default(),
        sealed_size: Some(0),
    };
    let blocks = [script.entries.clone()];
    let sheet = match report::run(report, &blocks, &request) {
        Ok(sheet) => sheet,
        Err(error) => return fail(error.to_string()),
    };
    let row_text = |row: &report::Row| -> Vec<(&str, String)> {
        let cells = row.cells.iter().zip(sheet.columns);
        cells.map(|(cell, column)| (column.name, text(cell, column.holds, sheet.zone))).collect()
    };
    let rows: Vec<Vec<(&str, String)>> = sheet.rows.iter().map(row_text).collect();
    if rows.len() != expected.len() {
        fail(format!("{id} has {} rows, not {}: {rows:?}", rows.len(), expected.len()));
    }
    for (number, (row, wanted)) in rows.iter().zip(expected).enumerate() {
        for (name, value) in wanted {
            let found = row.iter().find(|(column, _)| column == name).map(|(_, text)| text);
            if found != Some(value) {
                fail(format!("{id} row {}: {name} is {found:?}, not {value}", number + 1));
            }
        }
    }
}
