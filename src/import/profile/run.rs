//! Importing a table by a profile: read through once to see that it is whole, then
//! row by row into events, each of which ends in the sink or in the error file.

use super::decision::{Decision, Decisions, Flag};
use super::row::Row;
use super::sheet::{self, Sheet};
use super::{Profile, Role};
use crate::import::amount::Amount;
use crate::import::attribute::{Attribute, Kind};
use crate::import::batch::{self, Closing, FileFacts};
use crate::import::delivery::{Delivery, Origin, Raw};
use crate::import::rejects::Rejects;
use crate::import::run::{ImportError, Job, Progress, Sink, Summary, Watch, reached};
use crate::import::translate::Noticed;
use std::path::Path;

/// Which of several profiles a file is of: the first whose columns it has, else the
/// first, whose reading tells what is missing.
pub fn choose(path: &Path, profiles: &[&'static Profile]) -> Option<&'static Profile> {
    let fits = |profile: &&&'static Profile| sheet::open(path, profile).is_ok();
    match profiles {
        [] => None,
        [one] => Some(one),
        several => several.iter().find(fits).or(several.first()).copied(),
    }
}

/// Imports one file.
pub fn run(
    job: &Job<'_>,
    profile: &'static Profile,
    sink: &mut dyn Sink,
    rejects: &mut dyn Rejects,
    progress: &mut Watch<'_>,
) -> Result<Summary, ImportError> {
    let mut facts = check(job, profile, progress)?;
    let mut sheet = sheet::open(job.path, profile)?;
    let mut delivery = Delivery::new(sink, rejects, job.batch_events);
    let mut decisions = Decisions::default();
    let mut noticed = Noticed::default();
    let mut flags: Vec<Flag> = Vec::new();
    let mut masked = 0;
    let mut events = 0;
    while let Some(line) = sheet.next_line(profile)? {
        events += 1;
        let row = Row::new(profile, &sheet.fit, &line);
        let result = match &line.problem {
            Some(problem) => Err(problem.clone()),
            None => decisions.read(&row, sheet.format),
        };
        let number = row.raw_text(Role::DecisionNo);
        let raw = Raw::Record { attributes: cells(&sheet, &line), case_attributes: Vec::new() };
        let result = result.map(|decision| {
            let Decision { submission, flags: own, masked: cells, .. } = decision;
            flags.extend(own);
            masked += cells;
            for role in [Role::Fine, Role::Confiscated] {
                let amount = row.amount(role).ok().flatten();
                noticed.more_decimals += u64::from(matches!(amount, Some(Amount::MoreDecimals(_))));
                noticed.beyond_range += u64::from(matches!(amount, Some(Amount::BeyondRange(_))));
            }
            submission
        });
        delivery.take(Origin { line: line.line, case: number, raw }, result)?;
        let (bytes, file_bytes) = (sheet.bytes(), sheet.file_bytes);
        reached(progress, Progress { checking: false, bytes, file_bytes, events })?;
    }
    delivery.flush()?;
    if sheet.digest() != facts.digest {
        return Err(ImportError::Changed);
    }
    facts.cases = decisions.cases.len() as u64;
    noticed.identical = decisions.identical;
    let closing = Closing::of_profile(profile, sheet.format);
    let delivered =
        delivery.close(&mut facts, |facts| batch::events(&closing, facts, &[], job.now))?;
    Ok(Summary { facts, delivered, noticed, columns: sheet.fit.matches, flags, masked })
}

/// Reads the file through and forgets what it reads.
fn check(
    job: &Job<'_>,
    profile: &Profile,
    progress: &mut Watch<'_>,
) -> Result<FileFacts, ImportError> {
    let mut sheet = sheet::open(job.path, profile)?;
    let mut events = 0;
    while sheet.next_line(profile)?.is_some() {
        events += 1;
        let (bytes, file_bytes) = (sheet.bytes(), sheet.file_bytes);
        reached(progress, Progress { checking: true, bytes, file_bytes, events })?;
    }
    let name = job.path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(FileFacts {
        name: name.unwrap_or_default(),
        digest: sheet.digest(),
        bytes: sheet.bytes(),
        encoding: sheet.encoding,
        source_events: events,
        ..FileFacts::default()
    })
}

/// The row as the error file repeats it, by the file's own headers.
fn cells(sheet: &Sheet, line: &sheet::Line) -> Vec<Attribute> {
    let named = line.cells.iter().enumerate().map(|(at, cell)| {
        let header = sheet.fit.headers.get(at).cloned();
        let header = header.unwrap_or_else(|| format!("column {}", at + 1));
        Attribute::new(header, Kind::Text, Row::shown(cell))
    });
    named.filter(|cell| !cell.value.is_empty()).collect()
}
