//! Extracts of every stream of any log verify, and no entry can be left out, added,
//! exchanged or changed without being found.

use plumbline_replay::extract::{Extract, Included, Judgement, Material, Unproved, make, parse};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey, VerifyingKey};
use plumbline_replay::integrity::entry::{Parts, Place, scan};
use plumbline_replay::integrity::proof::Nodes;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::streams::{Closing, IndexProof, StreamIndex};
use plumbline_replay::walk::{Breach, Form, Outcome, Source, Verdict, Walk, Witness};
use proptest::prelude::*;
use std::collections::HashMap;
use std::convert::Infallible;

const ORIGIN: &str = "plumbline.example/1/open";
/// The streams of the acts; those at the ends have no neighbour on one side, and
/// one is a prefix of another.
const STREAMS: [&str; 5] = ["a/1", "case/1", "case/10", "case/2", "受理/1"];
/// In no log, and of all places in the order.
const NOWHERE: [&str; 4] = ["A", "case/11", "case/3", "鿿"];

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [7; 32])
}

fn public() -> VerifyingKey {
    VerifyingKey::parse(&key().vkey()).unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    /// An act in one of the streams.
    Act(usize),
    /// A closing of all but the last so many entries.
    Close(usize),
}

/// A log as its writer would have made it.
#[derive(Clone, Default)]
struct Log {
    entries: Vec<Vec<u8>>,
    revisions: HashMap<String, u64>,
    /// Position and statement of the last closing.
    closing: Option<(u64, Closing)>,
}

impl Log {
    fn of(steps: &[Step]) -> Log {
        let mut log = Log::default();
        let vkey = key().vkey();
        let created = format!(r#"{{"checkpoint_key":"{vkey}","origin":"{ORIGIN}"}}"#);
        log.push("ledger/open", "ledger.created.v1", &created);
        for step in steps {
            match step {
                Step::Act(which) => {
                    let body = format!(r#"{{"n":{}}}"#, log.entries.len());
                    log.push(STREAMS[*which], "approval.case.filed.v1", &body);
                }
                Step::Close(less) => {
                    let covered = log.entries.len().saturating_sub(*less);
                    let before = log.closing.map_or(0, |(_, closing)| closing.size);
                    if covered as u64 > before {
                        log.close(log.index(covered).closing());
                    }
                }
            }
        }
        log
    }

    fn close(&mut self, closing: Closing) {
        let body = String::from_utf8(closing.body().to_bytes()).unwrap();
        self.closing = Some((self.entries.len() as u64, closing));
        self.push("ledger/closings", "ledger.closing.recorded.v1", &body);
    }

    fn push(&mut self, stream: &str, kind: &str, body: &str) {
        let position = self.entries.len() as u64;
        let revision = self.revisions.entry(stream.to_owned()).or_insert(0);
        let previous = self.entries.last().map_or(Digest::ZERO, |entry| entry_hash(entry));
        let text = format!(
            r#"{{"body":{body},"id":"e-{position}","occurred_at":"2026-01-02T09:00:00+08:00","precision":"minute","source":{{"system":"s"}},"stream":"{stream}","type":"{kind}"}}"#
        );
        let recorded_at = format!("2026-01-03T00:00:00.{position:06}Z");
        let place = Place { position, previous, recorded_at: &recorded_at, revision: *revision };
        *revision += 1;
        let mut entry = Vec::new();
        Parts::new(text.into_bytes()).unwrap().splice(&place, &mut entry);
        self.entries.push(entry);
    }

    fn index(&self, size: usize) -> StreamIndex {
        let mut index = StreamIndex::default();
        for entry in &self.entries[..size] {
            index.push(scan(entry).unwrap().stream, entry_hash(entry));
        }
        index
    }

    fn note(&self, size: usize) -> String {
        let mut tree = Frontier::new();
        self.entries[..size].iter().for_each(|entry| tree.push(leaf_hash(entry)));
        let checkpoint =
            Checkpoint { origin: ORIGIN.to_owned(), size: size as u64, root: tree.root() };
        key().sign(&checkpoint)
    }

    fn extract(&self, stream: &str) -> Extract {
        let size = self.entries.len();
        let of_stream = |entry: &&Vec<u8>| scan(entry).unwrap().stream == stream;
        let closing = self.closing.map(|(position, closing)| {
            let proof = self.index(closing.size as usize).prove(stream);
            (position, closing.size, proof)
        });
        let from = self.closing.map_or(size, |(_, closing)| closing.size as usize);
        let Ok(extract) = make(Material {
            stream,
            vkey: &key().vkey(),
            note: &self.note(size),
            key_changes: Vec::new(),
            size: size as u64,
            nodes: &Kept::of(&self.entries),
            entries: self.entries.iter().filter(of_stream).cloned().collect(),
            closing,
            tail: self.entries[from..].to_vec(),
        });
        extract
    }

    fn verdict(&self, threads: usize) -> Verdict {
        let mut bytes = self.entries.join(&b'\n');
        bytes.push(b'\n');
        let size = self.entries.len();
        let witness =
            Witness { place: "checkpoint".to_owned(), note: self.note(size), handed_in: true };
        let mut walk = Walk::new("open", vec![size as u64]);
        walk.read(&mut [Source::from_bytes("log", Form::Lines, &bytes)], threads);
        walk.finish(&[witness], Some(&key().vkey()))
    }
}

/// The complete nodes of a tree.
struct Kept(HashMap<(u32, u64), Digest>);

impl Kept {
    fn of(entries: &[Vec<u8>]) -> Kept {
        let mut nodes = HashMap::new();
        let mut frontier = Frontier::new();
        for entry in entries {
            frontier.push_with(leaf_hash(entry), |level, index, hash| {
                nodes.insert((level, index), *hash);
            });
        }
        Kept(nodes)
    }
}

impl Nodes for Kept {
    type Error = Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        Ok(self.0[&(level, index)])
    }
}

/// It is proved broken.
fn broken(extract: &Extract, how: &str) {
    match extract.verify(&public()) {
        Err(Unproved::Fails { .. }) => {}
        other => panic!("{how}: {other:?} of {}", extract.to_document()),
    }
}

fn changed(entry: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(entry.to_vec()).unwrap();
    text.replace("2026-01-02T09", "2026-01-02T08").into_bytes()
}

/// Everything that can be done to the entries of an extract.
fn with_other_entries(log: &Log, extract: &Extract) {
    let foreign = log.extract(if extract.stream == "a/1" { "case/1" } else { "a/1" });
    for at in 0..extract.entries.len() {
        let mut less = extract.clone();
        let gone = less.entries.remove(at);
        broken(&less, "one left out");
        let tail = &mut less.coverage.as_mut().unwrap().tail;
        let before = tail.len();
        tail.retain(|entry| *entry != gone.entry);
        if tail.len() < before {
            broken(&less, "one left out of the tail too");
        }
        let mut other = extract.clone();
        other.entries[at].entry = changed(&gone.entry);
        broken(&other, "one changed");
        let mut twice = extract.clone();
        twice.entries.insert(at, gone);
        broken(&twice, "one twice");
        for second in at + 1..extract.entries.len() {
            let mut exchanged = extract.clone();
            exchanged.entries.swap(at, second);
            broken(&exchanged, "two exchanged");
        }
    }
    for at in 0..=extract.entries.len() {
        for added in &foreign.entries {
            let mut more = extract.clone();
            more.entries.insert(at, Included { ..added.clone() });
            broken(&more, "one of another stream");
        }
    }
}

/// Everything that can be done to what shows that they are all.
fn with_other_coverage(log: &Log, extract: &Extract) {
    let coverage = extract.coverage.as_ref().unwrap();
    let altered = |how: &str, change: &dyn Fn(&mut plumbline_replay::extract::Coverage)| {
        let mut other = extract.clone();
        change(other.coverage.as_mut().unwrap());
        if other != *extract {
            broken(&other, how);
        }
    };
    for at in 0..coverage.tail.len() {
        altered("a tail without one", &|other| drop(other.tail.remove(at)));
        altered("a tail with one changed", &|other| other.tail[at] = changed(&other.tail[at]));
        altered("a tail with one twice", &|other| other.tail.insert(at, other.tail[at].clone()));
        altered("another closing", &|other| other.closing = at as u64);
    }
    for at in 0..coverage.frontier.len() {
        altered("another tree before", &|other| other.frontier[at].0[0] ^= 1);
        altered("a tree before of another size", &|other| {
            other.frontier.remove(at);
        });
    }
    for stream in STREAMS.iter().chain(&NOWHERE).filter(|other| **other != extract.stream) {
        let index = log.extract(stream).coverage.unwrap().index;
        altered("another stream's index proof", &|other| other.index = index.clone());
    }
    let leaf_changed = |how: &str, change: &dyn Fn(&mut plumbline_replay::streams::Neighbour)| {
        altered(how, &|other| match &mut other.index {
            IndexProof::Member(leaf) => change(leaf),
            IndexProof::Absent(absence) => {
                absence.before.iter_mut().chain(&mut absence.after).for_each(change);
            }
        });
    };
    leaf_changed("another count", &|leaf| leaf.head.count += 1);
    leaf_changed("another last entry", &|leaf| leaf.head.last.0[0] ^= 1);
    leaf_changed("another place", &|leaf| leaf.index ^= 1);
    leaf_changed("another path", &|leaf| leaf.path.iter_mut().for_each(|hash| hash.0[0] ^= 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_extract_verifies_and_nothing_can_be_done_to_it(
        steps in prop::collection::vec(
            prop_oneof![
                4 => (0..STREAMS.len()).prop_map(Step::Act),
                1 => (0usize..3).prop_map(Step::Close),
            ],
            1..14,
        ),
    ) {
        let mut steps = steps;
        steps.insert(0, Step::Act(1));
        steps.insert(1, Step::Close(0));
        let log = Log::of(&steps);
        for stream in STREAMS.iter().chain(&NOWHERE).chain(&["ledger/closings", "ledger/open"]) {
            let extract = log.extract(stream);
            let proved = extract.verify(&public()).unwrap();
            prop_assert_eq!(proved.entries, extract.entries.len() as u64);
            prop_assert_eq!(&parse(extract.to_document().as_bytes()).unwrap(), &extract);
            with_other_entries(&log, &extract);
            with_other_coverage(&log, &extract);
        }
        let verdict = log.verdict(2);
        prop_assert_eq!(verdict.outcome, Outcome::Pass);
        prop_assert_eq!(verdict.closings.recorded, verdict.closings.held);
        prop_assert_eq!(verdict.closings.covered, log.closing.unwrap().1.size);
    }
}

fn small() -> Log {
    use Step::{Act, Close};
    Log::of(&[Act(0), Act(1), Act(1), Act(2), Close(1), Act(1), Act(3)])
}

#[test]
fn an_earlier_closing_proves_as_much_with_its_longer_rest_and_nothing_without_it() {
    let earlier = small();
    let mut log = small();
    log.close(log.index(log.entries.len()).closing());
    log.push("case/1", "approval.case.filed.v1", "{}");
    let stale = Log { closing: earlier.closing, ..log.clone() };
    let extract = stale.extract("case/1");
    assert_eq!(extract.verify(&public()).unwrap().entries, 4);
    // The rest since the last closing only, under the earlier one's index.
    let mut cut = extract.clone();
    cut.coverage.as_mut().unwrap().tail = log.extract("case/1").coverage.unwrap().tail;
    broken(&cut, "a rest that begins too late");
    cut.coverage.as_mut().unwrap().frontier = log.extract("case/1").coverage.unwrap().frontier;
    broken(&cut, "a closing that is not in the rest");
}

#[test]
fn an_older_checkpoint_or_another_key_does_not_do() {
    let log = small();
    let mut extract = log.extract("case/1");
    extract.note = log.note(log.entries.len() - 1);
    broken(&extract, "a checkpoint over less");
    let extract = log.extract("case/1");
    let other = SigningKey::from_seed(ORIGIN, [8; 32]);
    let other = VerifyingKey::parse(&other.vkey()).unwrap();
    assert!(matches!(extract.verify(&other), Err(Unproved::CannotTell(_))));
    let mut forged = extract.clone();
    forged.note = forged.note.replacen(&format!("\n{}\n", log.entries.len()), "\n9\n", 1);
    assert_ne!(forged, extract);
    broken(&forged, "a checkpoint that was not signed");
}

#[test]
fn without_a_closing_or_a_key_from_elsewhere_nothing_is_called_complete() {
    let mut log = small();
    log.closing = None;
    let extract = log.extract("case/1");
    assert!(matches!(extract.verify(&public()), Err(Unproved::CannotTell(_))));
    let mut less = extract.clone();
    less.entries.remove(0);
    broken(&less, "the first left out");
    let whole = small().extract("case/1");
    let judged = Judgement::of(&whole, None).unwrap();
    assert_eq!(judged.outcome(), Outcome::CannotTell);
    assert_eq!(Judgement::of(&whole, Some(&key().vkey())).unwrap().outcome(), Outcome::Pass);
    assert!(Judgement::of(&whole, Some("no key")).is_err());
}

#[test]
fn the_entry_left_out_is_named() {
    let log = small();
    let place = |at: usize| {
        let mut extract = log.extract("case/1");
        extract.entries.remove(at);
        match extract.verify(&public()) {
            Err(Unproved::Fails { position, reason }) => (position, reason),
            other => panic!("{other:?}"),
        }
    };
    // Of positions 2, 3 and 6: the next one stands in its place, the index counts
    // one more, the log itself holds it.
    assert!(matches!(place(0), (Some(3), reason) if reason.contains("revision 0")));
    assert!(matches!(place(1), (Some(6), reason) if reason.contains("revision 1")));
    assert!(matches!(place(2), (Some(6), reason) if reason.contains("was left out")));
}

#[test]
fn no_bit_of_the_document_can_be_turned() {
    let extract = small().extract("case/1");
    let document = extract.to_document().into_bytes();
    let text = String::from_utf8(document.clone()).unwrap();
    // Named and not believed.
    let unsigned = text.find("\"vkey\"").unwrap()..text.find("\"checkpoint\"").unwrap();
    for at in (0..document.len()).filter(|at| !unsigned.contains(at)) {
        let mut turned = document.clone();
        turned[at] ^= 1;
        if let Ok(read) = parse(&turned) {
            assert!(read.verify(&public()).is_err(), "byte {at} of {text}");
        }
    }
}

#[test]
fn a_false_closing_is_found_by_whoever_reads_the_whole_log() {
    let sound = small();
    assert_eq!(sound.verdict(1).outcome, Outcome::Pass);
    let (position, stated) = sound.closing.unwrap();
    let falsely = |closing: Closing| {
        let mut log = Log::of(&[Step::Act(0), Step::Act(1), Step::Act(1), Step::Act(2)]);
        log.close(closing);
        log.push("case/1", "approval.case.filed.v1", "{}");
        let verdict = log.verdict(2);
        assert_eq!(verdict.outcome, Outcome::Fail, "{closing:?}");
        assert_eq!(verdict.breach, Some(Breach::Closing));
        assert_eq!(verdict.first_bad.as_ref().unwrap().position, position);
        assert_eq!(verdict.checked, 7);
        assert!(verdict.first_bad.unwrap().place.contains("closing"));
    };
    falsely(Closing { root: Digest([1; 32]), ..stated });
    falsely(Closing { size: stated.size - 1, ..stated });
    falsely(Closing { streams: stated.streams + 1, ..stated });
    falsely(Closing { size: 99, ..stated });
    // One that covers no more than the one before it.
    let mut log = small();
    log.close(stated);
    let verdict = log.verdict(1);
    assert_eq!((verdict.outcome, verdict.breach), (Outcome::Fail, Some(Breach::Closing)));
    // An entry of that type in another stream is none, for either reader.
    let mut log = small();
    let body = String::from_utf8(stated.body().to_bytes()).unwrap();
    log.push("case/1", "ledger.closing.recorded.v1", &body);
    assert_eq!(log.verdict(2).outcome, Outcome::Pass);
}
