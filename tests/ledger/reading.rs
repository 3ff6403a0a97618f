//! Readers beside a writer, and of a damaged log.

use super::city::{lookup_files, new_ledger, open, reader, record, segments};
use plumbline::index::{Field, Query};
use plumbline::ledger::LogName;
use plumbline::reader::Reader;

fn stream(reader: &Reader, stream: &str) -> Vec<u64> {
    let query = Query::new().with(Field::Stream, stream);
    let found = reader.find(&query, 0, u64::MAX, usize::MAX).unwrap();
    found.into_iter().map(|(position, _)| position).collect()
}

#[test]
fn a_reader_of_its_own_keeps_up_with_a_writer() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    let early = reader(dir.path());
    let sharing = Reader::of(&ledger, LogName::Open).unwrap();
    for number in 0..120 {
        record(&ledger, [number]);
        if number % 10 == 0 {
            for reader in [&early, &sharing] {
                assert_eq!(reader.refresh().unwrap(), number + 2);
                let newest = Query::new().with(Field::Id, &format!("e-{number}"));
                let found = reader.find(&newest, 0, u64::MAX, 2).unwrap();
                assert_eq!(found.len(), 1);
                assert_eq!(found[0].0, number + 1);
                assert_eq!(reader.entry(number + 1).unwrap().as_ref(), Some(&found[0].1));
            }
        }
    }
    assert_eq!(early.refresh().unwrap(), 121);
    let late = reader(dir.path());
    for reader in [&early, &sharing, &late] {
        assert_eq!(reader.refresh().unwrap(), 121);
        assert_eq!(stream(reader, "approval/990100-7"), [22, 23, 24]);
        assert_eq!(reader.entry(121).unwrap(), None);
        assert_eq!(reader.damage(), None);
    }
    ledger.close();
}

#[test]
fn many_readers_and_a_writer_make_the_same_files() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..40 {
                    let reader = reader(dir.path());
                    let size = reader.size();
                    let all = reader.find(&Query::new(), 0, size, usize::MAX).unwrap();
                    assert_eq!(all.len() as u64, size);
                }
            });
        }
        for number in 0..300 {
            record(&ledger, [number]);
        }
    });
    ledger.close();
    drop(reader(dir.path()));
    let made = lookup_files(dir.path());
    assert!(made.iter().all(|path| path.extension().is_some_and(|e| e == "lookup")), "{made:?}");
    let bytes: Vec<_> = made.iter().map(|path| std::fs::read(path).unwrap()).collect();
    std::fs::remove_dir_all(dir.path().join("derived")).unwrap();
    drop(reader(dir.path()));
    assert_eq!(lookup_files(dir.path()), made);
    let again: Vec<_> = made.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(again, bytes);
}

#[test]
fn a_damaged_log_is_answered_for_up_to_the_damage() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = new_ledger(dir.path());
    (0..200).for_each(|number| drop(record(&ledger, [number])));
    ledger.close();
    std::fs::remove_dir_all(dir.path().join("derived")).unwrap();
    let third = &segments(dir.path())[2];
    let first: u64 = third.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    // The header of the segment's first frame.
    let mut bytes = std::fs::read(third).unwrap();
    bytes[4096 + 20] ^= 1;
    std::fs::write(third, bytes).unwrap();
    let reader = reader(dir.path());
    assert_eq!(reader.size(), first);
    let damage = reader.damage().unwrap();
    assert!(damage.contains(&first.to_string()), "{damage}");
    assert_eq!(stream(&reader, "approval/990100-1"), [4, 5, 6]);
    assert!(reader.refresh().is_err());
}

#[test]
fn what_is_acknowledged_can_be_read_by_its_stream_at_once() {
    let dir = tempfile::tempdir().unwrap();
    drop(new_ledger(dir.path()));
    let ledger = open(dir.path());
    let reader = Reader::of(&ledger, LogName::Open).unwrap();
    for number in 0..60 {
        let receipt = record(&ledger, [number]).remove(0);
        reader.refresh().unwrap();
        let name = format!("approval/990100-{}", number / 3);
        assert_eq!(stream(&reader, &name).last(), Some(&receipt.position));
    }
    ledger.close();
}
