//! Handing events on in batches, and what became of them: recorded, recorded
//! before, or refused into the error file. Each event ends in exactly one of them.

use super::attribute::Attribute;
use super::batch::FileFacts;
use super::record::Problem;
use super::rejects::{Reject, Rejects, cut, raw};
use super::run::{ImportError, Sink};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, RefusalCode};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::time::civil::parse_rfc3339;

/// Where an event comes from, for the error file.
pub(super) struct Origin {
    pub line: u64,
    /// The case id as in the source.
    pub case: Option<String>,
    pub raw: Raw,
}

/// The source's own words.
pub(super) enum Raw {
    Record { attributes: Vec<Attribute>, case_attributes: Vec<Attribute> },
    Line(String),
}

/// What became of the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub appended: u64,
    /// Recorded before, by an earlier import of the same content.
    pub duplicates: u64,
    /// Closing events (`import.batch.recorded`) appended.
    pub batch_events: u64,
}

/// Events on their way to a sink.
pub(super) struct Delivery<'a> {
    sink: &'a mut dyn Sink,
    rejects: &'a mut dyn Rejects,
    pending: Vec<(Origin, Submission)>,
    batch_events: usize,
    delivered: Delivered,
    refused: u64,
    /// Earliest and latest act among those accepted.
    range: Option<(At, At)>,
}

/// An instant in microseconds, and its text.
type At = (i64, String);

impl<'a> Delivery<'a> {
    pub fn new(
        sink: &'a mut dyn Sink,
        rejects: &'a mut dyn Rejects,
        batch_events: usize,
    ) -> Delivery<'a> {
        Delivery {
            sink,
            rejects,
            pending: Vec::with_capacity(batch_events),
            batch_events: batch_events.max(1),
            delivered: Delivered::default(),
            refused: 0,
            range: None,
        }
    }

    /// Takes one event, or the reason why there is none.
    pub fn take(
        &mut self,
        origin: Origin,
        result: Result<Submission, Problem>,
    ) -> Result<(), ImportError> {
        match result {
            Ok(submission) => self.pending.push((origin, submission)),
            Err(Problem { line, field, reason }) => self.refuse(origin, line, field, reason)?,
        }
        if self.pending.len() >= self.batch_events { self.flush() } else { Ok(()) }
    }

    /// Hands on what is pending.
    pub fn flush(&mut self) -> Result<(), ImportError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut origins = Vec::with_capacity(self.pending.len());
        let mut submissions = Vec::with_capacity(self.pending.len());
        for (origin, submission) in self.pending.drain(..) {
            let at = submission.json.get("occurred_at").and_then(Json::as_str).unwrap_or_default();
            origins.push((origin, at.to_owned()));
            submissions.push(submission);
        }
        let results = self.sink.append(submissions);
        debug_assert_eq!(results.len(), origins.len());
        for ((origin, at), result) in origins.into_iter().zip(results) {
            match result {
                Ok(receipt) => {
                    self.delivered.duplicates += u64::from(receipt.duplicate);
                    self.delivered.appended += u64::from(!receipt.duplicate);
                    self.widen(at);
                }
                Err(AppendError::Refused(refusal)) => {
                    let field = refusal.pointer.clone().unwrap_or_default();
                    let reason = format!("{}: {}", refusal.code, refusal.detail);
                    let line = origin.line;
                    self.refuse(origin, line, field, reason)?;
                }
                Err(stopped) => return Err(ImportError::Sink(stopped)),
            }
        }
        Ok(())
    }

    /// Completes the facts and appends the closing events that `events` makes of
    /// them, unless an earlier import of the same file by the same mapping did:
    /// those have another time and the same ids.
    pub fn close(
        self,
        facts: &mut FileFacts,
        events: impl FnOnce(&FileFacts) -> Vec<Submission>,
    ) -> Result<Delivered, ImportError> {
        let mut delivered = self.delivered;
        facts.refused = self.refused;
        if let Some(((_, first), (_, last))) = self.range {
            (facts.first_at, facts.last_at) = (Some(first), Some(last));
        }
        if delivered.appended + delivered.duplicates == 0 {
            return Ok(delivered);
        }
        for result in self.sink.append(events(facts)) {
            match result {
                Ok(receipt) => delivered.batch_events += u64::from(!receipt.duplicate),
                Err(AppendError::Refused(refusal))
                    if refusal.code == RefusalCode::EventIdReused => {}
                Err(error) => return Err(ImportError::Sink(error)),
            }
        }
        Ok(delivered)
    }

    fn widen(&mut self, text: String) {
        let Some(micros) = parse_rfc3339(&text).map(|moment| moment.micros) else { return };
        let this = (micros, text);
        match &mut self.range {
            None => self.range = Some((this.clone(), this)),
            Some((first, last)) => {
                if this.0 < first.0 {
                    *first = this;
                } else if this.0 > last.0 {
                    *last = this;
                }
            }
        }
    }

    fn refuse(
        &mut self,
        origin: Origin,
        line: u64,
        field: String,
        reason: String,
    ) -> Result<(), ImportError> {
        self.refused += 1;
        let raw = match origin.raw {
            Raw::Record { attributes, case_attributes } => raw(&attributes, &case_attributes),
            Raw::Line(line) => cut(line),
        };
        let reject = Reject { line, case: origin.case, field, reason, raw };
        self.rejects.reject(&reject).map_err(ImportError::Rejects)
    }
}
