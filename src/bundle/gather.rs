//! What a bundle holds of a log: the cases' entries, entry 0, what their findings
//! rest on, all master data, and the nodes that prove them under one checkpoint.

use super::{BundleError, Order, findings_of};
use crate::config::{Config, Layout};
use crate::judging::{Extent, Loaded, zone};
use crate::ledger::LogName;
use crate::ledger::checkpoints::{latest, signing_key};
use crate::proof::forms::signed_checkpoint;
use crate::reader::Reader;
use plumbline_replay::bundle::{NodeTable, recorded_nodes};
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::master::Master;
use plumbline_replay::rules::{Ask, Finding};
use plumbline_replay::state::replay::Entries;
use plumbline_replay::succession;
use std::collections::{BTreeMap, BTreeSet};

/// What was gathered.
pub struct Gathered {
    pub(super) reader: Reader,
    pub(super) note: String,
    pub(super) checkpoint: Checkpoint,
    pub(super) vkey: String,
    /// BLAKE3 of the last entry under the checkpoint.
    pub(super) head: Digest,
    pub(super) ask: Ask,
    /// What the rules find in these cases, judged by the whole open log.
    pub(super) findings: Vec<Finding>,
    case: BTreeMap<u64, Vec<u8>>,
    master: BTreeMap<u64, Vec<u8>>,
}

impl Gathered {
    /// Reads the open log once. The sealed log is never gathered from: that it
    /// holds anything of a case is itself confidential.
    pub fn read(layout: &Layout, config: &Config, order: &Order) -> Result<Gathered, BundleError> {
        let reader = Reader::open(layout, config, LogName::Open)?;
        if let Some(damage) = reader.damage() {
            return Err(BundleError::Damaged(damage));
        }
        let (note, checkpoint) = checkpoint(layout, config)?;
        let extent = Extent { open: checkpoint.size, sealed: None };
        let loaded = Loaded::read(layout, config, extent)?;
        if let Some(damage) = &loaded.damage {
            return Err(BundleError::Damaged(damage.clone()));
        }
        let moment = loaded.moment(order.as_of, order.known_at);
        let ask = loaded.ask(moment, zone(config), order.threads.max(1));
        let streams: BTreeSet<&str> = order.cases.iter().map(String::as_str).collect();
        let findings = findings_of(&loaded.blocks, ask, &streams)?;
        let (case, master) = select(&loaded, &streams, &findings);
        let gathered = Gathered {
            reader,
            note,
            checkpoint,
            vkey: signing_key(layout, LogName::Open)?.vkey(),
            head: loaded.head,
            ask,
            findings,
            case,
            master,
        };
        match order.cases.iter().find(|stream| gathered.stream(stream).is_empty()) {
            Some(missing) => Err(BundleError::NoCase(missing.clone())),
            None => Ok(gathered),
        }
    }

    /// The cases' entries with entry 0 and what findings rest on.
    pub(super) fn cases(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.case.iter().map(|(position, entry)| (*position, entry.as_slice()))
    }

    pub(super) fn master(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.master.iter().map(|(position, entry)| (*position, entry.as_slice()))
    }

    /// All entries in order of position.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut all: Vec<(u64, &[u8])> = self.cases().chain(self.master()).collect();
        all.sort_unstable_by_key(|(position, _)| *position);
        all.into_iter()
    }

    /// The entries of one case.
    pub(super) fn stream(&self, stream: &str) -> Vec<&[u8]> {
        let of = |entry: &&[u8]| scan(entry).is_ok_and(|fields| fields.stream == stream);
        self.cases().map(|(_, entry)| entry).filter(of).collect()
    }

    /// The entries whose values a full bundle would open, rising.
    pub fn positions(&self) -> Vec<u64> {
        self.case.keys().copied().collect()
    }

    /// The nodes that prove the cases' entries, and those of the master data.
    pub(super) fn nodes(&self) -> Result<(NodeTable, NodeTable), BundleError> {
        let Checkpoint { size, root, .. } = &self.checkpoint;
        let tree = self.reader.signed_tree(*size, root)?;
        let case = recorded_nodes(&tree, self.case.keys().copied(), *size)?;
        let master = recorded_nodes(&tree, self.master.keys().copied(), *size)?;
        Ok((case, master))
    }
}

/// The published checkpoint with its witnesses' lines where it is the latest, else
/// the latest signed one.
fn checkpoint(layout: &Layout, config: &Config) -> Result<(String, Checkpoint), BundleError> {
    let malformed = |error| BundleError::Damaged(format!("the checkpoint: {error}"));
    let note = latest(layout, config, LogName::Open)?;
    let checkpoint = signed_checkpoint(&note).map_err(malformed)?;
    let cosigned = std::fs::read_to_string(layout.cosigned(LogName::Open)).unwrap_or_default();
    match signed_checkpoint(&cosigned) {
        Ok(head) if head == checkpoint => Ok((cosigned, head)),
        _ => Ok((note, checkpoint)),
    }
}

type Selected = (BTreeMap<u64, Vec<u8>>, BTreeMap<u64, Vec<u8>>);

fn select(loaded: &Loaded, streams: &BTreeSet<&str>, findings: &[Finding]) -> Selected {
    let cited: BTreeSet<u64> =
        findings.iter().flat_map(|found| &found.entries).map(|entry| entry.position).collect();
    let all = || {
        let entries = loaded.blocks.iter().flat_map(Entries::entries);
        entries.filter_map(|entry| Some((scan(entry).ok()?, entry)))
    };
    let told = all().filter(|(fields, _)| Master::wants(fields.kind));
    let master: BTreeSet<&str> = told.map(|(fields, _)| fields.stream).collect();
    let mut out = Selected::default();
    for (fields, entry) in all() {
        let position = fields.position;
        // Whoever has an earlier key follows its changes to the one that signs.
        if streams.contains(fields.stream) || position == 0 || fields.stream == succession::STREAM {
            out.0.insert(position, entry.to_vec());
        } else if master.contains(fields.stream) {
            out.1.insert(position, entry.to_vec());
        } else if cited.contains(&position) {
            out.0.insert(position, entry.to_vec());
        }
    }
    out
}
