//! Any order of appends, faults, kills, power cuts, closings and readings, held
//! against a plain list of entries.

use crate::author::{Author, Group, open, read_all, small};
use crate::disk::{Disk, Fault};
use crate::reopening::{DIR, check_files};
use plumbline::log::SegmentLog;
use plumbline::store::{Acquired, Store};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::path::Path;
use std::sync::Arc;

const SEGMENT_BYTES: u64 = 12 << 10;

#[derive(Clone, Debug)]
enum Step {
    /// One group; a text of each length.
    Append(Vec<usize>),
    /// The same, with a fault at one of its file operations.
    Faulty(Vec<usize>, usize, Fault),
    Close,
    Kill,
    PowerCut(u64),
    Read(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    use Fault::{Fails, Full, HappensThenFails, Killed, PowerCut, Torn};
    let fault = select(vec![Fails, HappensThenFails, Torn, Full, Killed, PowerCut]);
    let texts = || vec(0..900usize, 1..4);
    let step = prop_oneof![
        5 => texts().prop_map(Step::Append),
        4 => (texts(), 0..12usize, fault).prop_map(|(t, at, fault)| Step::Faulty(t, at, fault)),
        1 => Just(Step::Close),
        1 => Just(Step::Kill),
        1 => any::<u64>().prop_map(Step::PowerCut),
        2 => (0..80usize, 1..20_000usize).prop_map(|(from, bytes)| Step::Read(from, bytes)),
    ];
    vec(step, 1..40)
}

/// A log under way, and what it must hold.
struct Run {
    disk: Disk,
    log: SegmentLog,
    acquired: Option<Acquired>,
    author: Author,
}

fn begin(disk: &Disk) -> (SegmentLog, Acquired) {
    let log = open(Arc::new(disk.clone()), Path::new(DIR), small(SEGMENT_BYTES));
    let acquired = log.acquire("model").unwrap();
    (log, acquired)
}

impl Run {
    fn new() -> Run {
        let disk = Disk::new();
        let (log, acquired) = begin(&disk);
        Run { disk, log, acquired: Some(acquired), author: Author::new() }
    }

    /// Goes on from what a disk holds; a group in doubt may be there or not.
    fn go_on(&mut self, disk: Disk, doubtful: Option<&Group>) {
        let (log, acquired) = begin(&disk);
        if acquired.head.size > self.author.entries.len() as u64 {
            self.author.accept(doubtful.expect("entries that nobody wrote"));
        }
        assert_eq!(acquired.head.size, self.author.entries.len() as u64);
        assert_eq!(acquired.head.last_hash, self.author.last_hash);
        assert_eq!(acquired.head.frontier.root(), self.author.frontier.root());
        (self.disk, self.log, self.acquired) = (disk, log, Some(acquired));
    }

    fn append(&mut self, lengths: &[usize]) -> Result<(), Box<Group>> {
        let texts: Vec<String> = lengths.iter().map(|length| "审".repeat(length / 3)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let acquired = self.acquired.as_mut().expect("a log that is open");
        let group = self.author.group(acquired.epoch, &texts, &[7; 21]);
        match group.append_to(acquired.writer.as_mut()) {
            Ok(()) => {
                self.author.accept(&group);
                Ok(())
            }
            Err(_) => Err(Box::new(group)),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Append(lengths) => assert!(self.append(lengths).is_ok()),
            Step::Faulty(lengths, at, fault) => {
                self.disk.plan(*at, *fault);
                let heard = self.append(lengths);
                self.disk.calm();
                if let Err(group) = heard {
                    let disk = match fault {
                        Fault::PowerCut => self.disk.after_power_cut(*at as u64),
                        _ => self.disk.next_process(),
                    };
                    self.go_on(disk, Some(&group));
                }
            }
            Step::Close => {
                self.acquired = None;
                self.go_on(self.disk.next_process(), None);
            }
            Step::Kill => self.go_on(self.disk.next_process(), None),
            Step::PowerCut(seed) => self.go_on(self.disk.after_power_cut(*seed), None),
            Step::Read(from, bytes) => self.read(*from, *bytes),
        }
    }

    fn read(&self, from: usize, bytes: usize) {
        let blocks = self.log.read(from as u64, bytes).unwrap();
        let entries = blocks.iter().flat_map(|block| block.entries());
        let mut at = None;
        for (position, _, entry) in entries {
            assert_eq!(entry, self.author.entries[position as usize]);
            assert!(at.is_none_or(|last| position == last + 1), "entries follow each other");
            at = Some(position);
        }
        // What is there is told, whatever the limit.
        assert_eq!(at.is_some(), from < self.author.entries.len());
    }
}

proptest! {
    #[test]
    fn a_log_is_the_list_of_what_was_acknowledged(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
        }
        prop_assert_eq!(&read_all(&run.log, 5000).unwrap(), &run.author.entries);
        run.acquired = None;
        check_files(&run.disk, &run.author);
    }
}
