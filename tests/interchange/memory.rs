//! A ledger in memory for these tests: admits like the real one, keeps entries,
//! knows ids, answers exporters. It has no disk and no sequencer.

use plumbline::export::{Each, Entries, ExportError};
use plumbline::import::{ImportError, Job, Mapping, Reject, Sink, Summary, run};
use plumbline::ledger::admit::admit;
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{AppendError, LogName, Receipt, Refusal, RefusalCode};
use plumbline::vault::Vault;
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::entry::{Parts, Place, scan};
use plumbline_replay::integrity::json::{Json, parse};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub const NOW: &str = "2026-11-24T09:00:00Z";

pub struct Memory {
    _dir: tempfile::TempDir,
    vault: Vault,
    pub entries: Vec<Vec<u8>>,
    ids: HashMap<(String, String), (usize, Digest)>,
    streams: HashMap<String, Vec<u64>>,
    last: Digest,
    /// Accept this many events, then stop.
    pub stop_after: Option<usize>,
}

impl Memory {
    pub fn new() -> Memory {
        let dir = tempfile::tempdir().unwrap();
        let mut next = 0u8;
        let randomness = move |out: &mut [u8]| {
            next = next.wrapping_add(1);
            out.fill(next);
            Ok(())
        };
        Memory {
            vault: Vault::open(dir.path(), Box::new(randomness)).unwrap(),
            _dir: dir,
            entries: Vec::new(),
            ids: HashMap::new(),
            streams: HashMap::new(),
            last: Digest::ZERO,
            stop_after: None,
        }
    }

    fn append_one(&mut self, submission: Submission, index: usize) -> Result<Receipt, AppendError> {
        if self.stop_after.is_some_and(|limit| self.entries.len() >= limit) {
            return Err(AppendError::Stopped { reason: "the test says so".to_owned() });
        }
        let json = &submission.json;
        let text =
            |json: Option<&Json<'_>>| json.and_then(Json::as_str).unwrap_or_default().to_owned();
        let id = text(json.get("id"));
        let system = text(json.get("source").and_then(|source| source.get("system")));
        let stream = text(json.get("stream"));
        let admitted = admit(submission, &self.vault, None).map_err(AppendError::Refused)?;
        let content = Digest(*blake3::hash(admitted.canonical()).as_bytes());
        if let Some((position, before)) = self.ids.get(&(system.clone(), id.clone())) {
            if *before != content {
                return Err(AppendError::Refused(Refusal {
                    code: RefusalCode::EventIdReused,
                    pointer: Some("/id".to_owned()),
                    index,
                    detail: format!("{before} {content}"),
                    current_revision: None,
                }));
            }
            return Ok(self.receipt(id, *position, true));
        }
        let position = self.entries.len();
        let positions = self.streams.entry(stream).or_default();
        let place = Place {
            position: position as u64,
            previous: self.last,
            recorded_at: "2026-11-24T09:00:00.000000Z",
            revision: positions.len() as u64,
        };
        positions.push(position as u64);
        let mut entry = Vec::new();
        Parts::new(admitted.canonical().to_vec()).unwrap().splice(&place, &mut entry);
        self.last = entry_hash(&entry);
        self.entries.push(entry);
        self.ids.insert((system, id.clone()), (position, content));
        Ok(self.receipt(id, position, false))
    }

    fn receipt(&self, id: String, position: usize, duplicate: bool) -> Receipt {
        Receipt {
            id,
            log: LogName::Open,
            position: position as u64,
            hash: entry_hash(&self.entries[position]),
            log_size: self.entries.len() as u64,
            revision: scan(&self.entries[position]).unwrap().revision,
            duplicate,
        }
    }

    /// The entries that are no bookkeeping, parsed.
    pub fn events(&self) -> impl Iterator<Item = Json<'_>> {
        let parsed = self.entries.iter().map(|entry| parse(entry).unwrap());
        parsed.filter(|json| !text(json, &["stream"]).starts_with("import/"))
    }
}

impl Sink for Memory {
    fn append(&mut self, batch: Vec<Submission>) -> Vec<Result<Receipt, AppendError>> {
        let numbered = batch.into_iter().enumerate();
        numbered.map(|(index, submission)| self.append_one(submission, index)).collect()
    }
}

impl Entries for Memory {
    fn each(&self, each: &mut Each<'_>) -> Result<(), ExportError> {
        let numbered = self.entries.iter().enumerate();
        numbered.into_iter().try_for_each(|(position, entry)| each(position as u64, entry))
    }

    fn positions(&self, stream: &str) -> Result<Vec<u64>, ExportError> {
        Ok(self.streams.get(stream).cloned().unwrap_or_default())
    }

    fn entry(&self, position: u64) -> Result<Vec<u8>, ExportError> {
        Ok(self.entries[position as usize].clone())
    }
}

pub fn text<'j>(json: &'j Json<'_>, path: &[&str]) -> &'j str {
    let found = path.iter().try_fold(json, |at, name| at.get(name));
    found.and_then(Json::as_str).unwrap_or_default()
}

/// One of the real logs. They may not be redistributed, so they lie beside the
/// project; where they are missing a test says so, and fails only in CI.
pub fn real_log(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    let missing = format!("{} is missing", path.display());
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    eprintln!("skipped: {missing}");
    None
}

pub fn mapping(name: &str) -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/mappings").join(name);
    Mapping::read(&std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn import(
    memory: &mut dyn Sink,
    path: &Path,
    mapping: Mapping,
) -> (Result<Summary, ImportError>, Vec<Reject>) {
    let mut rejects = Vec::new();
    let job = Job { path, now: NOW, batch_events: 500 };
    let result = run(&job, mapping, memory, &mut rejects, &mut |_| ControlFlow::Continue(()));
    (result, rejects)
}

/// An import from which nothing may be refused.
pub fn import_whole(memory: &mut dyn Sink, path: &Path, mapping: Mapping) -> Summary {
    let (result, rejects) = import(memory, path, mapping);
    let summary = result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(rejects.is_empty(), "{:?}", rejects.first());
    let (facts, delivered) = (&summary.facts, &summary.delivered);
    assert_eq!(facts.source_events, delivered.appended + delivered.duplicates + facts.refused);
    summary
}
