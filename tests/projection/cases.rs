//! A case at any moment, through lookup files and slices of a real log, against
//! a fold over all entries that counted.

use super::book::STREAMS;
use plumbline::case::Case;
use plumbline::clock::{Clock, ScriptedClock};
use plumbline::config::{Config, Layout};
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Ledger, LogName, Surroundings, create};
use plumbline::reader::Reader;
use plumbline::store::Store;
use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::entry_hash;
use plumbline_replay::integrity::json::parse;
use plumbline_replay::state::timeline::By;
use plumbline_replay::state::{CaseState, Moment};
use plumbline_replay::time::civil::Zone;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

const TYPES: [&str; 5] = [
    "approval.application.submitted.v1",
    "approval.acceptance.granted.v1",
    "approval.decision.granted.v1",
    "fee.paid.v1",
    "penalty.decision.made.v1",
];
const DAY: i64 = 86_400_000_000;

fn start() -> i64 {
    Zone::UTC.instant("2026-02-01T00:00:00Z").unwrap()
}

/// A ledger whose segments are as short as they may be.
fn ledger(dir: &Path, clock: Arc<ScriptedClock>) -> Ledger {
    let mut config = Config::new("city.example".to_owned(), "Asia/Shanghai".to_owned());
    config.segment_bytes = Some(1);
    let given = Surroundings {
        clock: clock as Arc<dyn Clock>,
        randomness: Box::new(|out| {
            out.fill(7);
            Ok(())
        }),
        who: "test".to_owned(),
    };
    create(dir, &config, given).unwrap()
}

fn record(ledger: &Ledger, clock: &ScriptedClock, rows: &[(usize, usize, u32, u32)]) {
    for (number, (stream, kind, day, hour)) in rows.iter().enumerate() {
        clock.follow([start() + i64::from(*hour) * DAY / 4 + number as i64]);
        let text = format!(
            r#"{{"actor":{{"unit":"u-{hour}"}},"body":{{"amount_fen":{hour}}},"id":"e-{number}",
            "occurred_at":"2026-02-{day:02}T09:00:00+08:00","source":{{"system":"test"}},
            "stream":"{}","type":"{}"}}"#,
            STREAMS[*stream], TYPES[*kind],
        );
        let json = parse(text.as_bytes()).unwrap().into_owned();
        for answer in ledger.append(vec![Submission::new(json)]) {
            answer.unwrap();
        }
    }
}

/// All entries of the log, one after another.
fn all(reader: &Reader) -> Vec<Vec<u8>> {
    let blocks = reader.store().read(0, usize::MAX).unwrap();
    blocks.iter().flat_map(|block| block.entries()).map(|(_, _, e)| e.to_vec()).collect()
}

fn naive(stream: &str, entries: &[Vec<u8>], moment: Moment) -> CaseState {
    let mut state = CaseState::new(stream);
    for entry in entries {
        let event = Event::read(entry).unwrap();
        let counts = event.occurred.micros <= moment.as_of && event.recorded <= moment.known_at;
        if event.stream == stream && counts {
            state.apply(&event);
        }
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn as_of_is_the_fold_of_what_had_happened_and_was_known(
        rows in prop::collection::vec((0..STREAMS.len(), 0..TYPES.len(), 1u32..28, 0u32..80), 1..40),
        moments in prop::collection::vec((0i64..29, 0i64..29), 6),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ScriptedClock::new(start()));
        let ledger = ledger(&dir.path().join("ledger"), clock.clone());
        record(&ledger, &clock, &rows);
        let reader = Reader::of(&ledger, LogName::Open).unwrap();
        let entries = all(&reader);
        for stream in STREAMS {
            let case = Case::find(&reader, stream).unwrap();
            let latest = naive(stream, &entries, Moment::LATEST);
            let Some(case) = case else {
                prop_assert_eq!(latest.events, 0);
                continue;
            };
            prop_assert_eq!(case.state(Moment::LATEST).unwrap(), latest);
            for (as_of, known_at) in &moments {
                let moment =
                    Moment { as_of: start() + as_of * DAY, known_at: start() + known_at * DAY };
                let expected = naive(stream, &entries, moment);
                prop_assert_eq!(&case.state(moment).unwrap(), &expected);
                let timeline = case.timeline(moment, By::Recorded).unwrap();
                let counted = timeline.iter().filter(|row| row.counts).count();
                prop_assert_eq!(counted, expected.events as usize);
                // Every fact names entries that count, and their hashes are theirs.
                for (fact, positions) in case.grounds(moment).unwrap() {
                    prop_assert!(!positions.is_empty(), "{fact}");
                    for position in positions {
                        let row = timeline.iter().find(|row| row.position == position);
                        prop_assert!(row.is_some_and(|row| row.counts), "{fact} {position}");
                        let entry = &entries[position as usize];
                        prop_assert_eq!(case.hash(position), Some(entry_hash(entry)));
                    }
                }
            }
        }
        ledger.close();
    }
}

#[test]
fn a_reader_of_another_process_sees_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ScriptedClock::new(start()));
    let root = dir.path().join("ledger");
    let ledger = ledger(&root, clock.clone());
    let rows: Vec<_> = (0..60).map(|n| (n % 5, n % 4, n as u32 % 27 + 1, n as u32)).collect();
    record(&ledger, &clock, &rows);
    let own = Reader::of(&ledger, LogName::Open).unwrap();
    let layout = Layout::new(&root);
    let other = Reader::open(&layout, ledger.config(), LogName::Open).unwrap();
    for stream in STREAMS {
        let json = |reader| {
            let case = Case::find(reader, stream).unwrap().unwrap();
            case.state_json(Moment::LATEST, Zone::SHANGHAI).unwrap()
        };
        assert_eq!(json(&own), json(&other));
    }
    assert!(Case::find(&other, "approval/none").unwrap().is_none());
    ledger.close();
}
