//! Importing NDJSON that needs no mapping: each line is a submission already, an
//! entry that another ledger has exported, or a CloudEvent.

use super::batch::{self, Closing, FileFacts};
use super::delivery::{Delivery, Origin, Raw};
use super::input::{self, Charset};
use super::ndjson::NdjsonReader;
use super::record::Problem;
use super::rejects::Rejects;
use super::run::{ImportError, Job, Progress, Sink, Summary, Watch, opening, reached};
use crate::ledger::submission::Submission;
use plumbline_replay::integrity::json::Json;
use std::collections::HashSet;

/// How a line becomes a submission, or the reason why it does not.
pub type ReadLine = fn(&[u8]) -> Result<Submission, String>;

/// Imports one file of submissions.
pub fn run(
    job: &Job<'_>,
    read_line: ReadLine,
    sink: &mut dyn Sink,
    rejects: &mut dyn Rejects,
    progress: &mut Watch<'_>,
) -> Result<Summary, ImportError> {
    let mut facts = check(job, progress)?;
    let input = open(job)?;
    let mut reader = NdjsonReader::new(input.reader);
    let mut delivery = Delivery::new(sink, rejects, job.batch_events);
    let mut streams = HashSet::new();
    let mut events = 0;
    while let Some((line, bytes)) = reader.next_line()? {
        let raw = Raw::Line(String::from_utf8_lossy(bytes).into_owned());
        let result = read_line(bytes).map_err(|reason| Problem::new(line, "line", reason));
        let stream = result.as_ref().ok().and_then(|s| s.json.get("stream")).and_then(Json::as_str);
        let case = stream.map(str::to_owned);
        if let Some(stream) = &case {
            streams.insert(blake3::hash(stream.as_bytes()));
        }
        delivery.take(Origin { line, case, raw }, result)?;
        events += 1;
        let (bytes, file_bytes) = (input.meter.bytes(), input.file_bytes);
        reached(progress, Progress { checking: false, bytes, file_bytes, events })?;
    }
    delivery.flush()?;
    if input.meter.digest() != facts.digest {
        return Err(ImportError::Changed);
    }
    facts.cases = streams.len() as u64;
    let closing = Closing::of_submissions();
    let delivered =
        delivery.close(&mut facts, |facts| batch::events(&closing, facts, &[], job.now))?;
    Ok(Summary { facts, delivered, ..Summary::default() })
}

fn open(job: &Job<'_>) -> Result<input::Input, ImportError> {
    input::open(job.path, Charset::Json).map_err(|error| opening(job.path, &error))
}

fn check(job: &Job<'_>, progress: &mut Watch<'_>) -> Result<FileFacts, ImportError> {
    let input = open(job)?;
    let mut reader = NdjsonReader::new(input.reader);
    let mut events = 0;
    while reader.next_line()?.is_some() {
        events += 1;
        let (bytes, file_bytes) = (input.meter.bytes(), input.file_bytes);
        reached(progress, Progress { checking: true, bytes, file_bytes, events })?;
    }
    let name = job.path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(FileFacts {
        name: name.unwrap_or_default(),
        digest: input.meter.digest(),
        bytes: input.meter.bytes(),
        encoding: input.encoding.name(),
        source_events: events,
        ..FileFacts::default()
    })
}
