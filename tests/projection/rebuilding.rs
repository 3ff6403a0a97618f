//! Rebuilding: beside the live model, compared row by row, swapped in on demand.

use super::book::{Book, follow, grown_at_once, names, plenty};
use plumbline::projection::{ModelError, Models, Place, Rebuilt, RowsError, rebuild};

const SHOWN: usize = 3;

fn rebuilt(place: &Place, book: &Book, name: &str, swap: bool) -> Rebuilt {
    let mut decided = false;
    let done = rebuild(place, &book.sources(), name, SHOWN, &mut |_| true, &mut |found| {
        assert!(!found.swapped, "the difference is told before anything is swapped");
        decided = true;
        swap
    });
    assert!(decided);
    done.unwrap()
}

#[test]
fn a_sound_model_is_rebuilt_to_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let mut book = Book::of(&plenty(200), 10);
    follow(&mut Models::open(&place, book.sources(), &names()).unwrap());
    // The live one lags behind, which is no difference.
    book.append(&plenty(33));
    for name in names() {
        for swap in [false, true] {
            let done = rebuilt(&place, &book, name, swap);
            assert!(done.difference.is_empty(), "{done:?}");
            assert_eq!((done.position, done.swapped), (233, swap));
            assert_eq!(done.unsound, None);
        }
    }
    let models = Models::open(&place, book.sources(), &names()).unwrap();
    assert!(models.set_aside().is_empty());
    assert_eq!(models.grown(), grown_at_once(&book).grown());
    drop(models);
    let left: Vec<_> = std::fs::read_dir(dir.path().join("models"))
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_model_that_cannot_be_used_counts_as_empty_and_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    // Grown further than the log goes that it is held against.
    let mut longer = Book::of(&plenty(60), 10);
    longer.append(&plenty(10));
    follow(&mut Models::open(&place, longer.sources(), &names()).unwrap());
    let book = Book::of(&plenty(60), 10);
    let done = rebuilt(&place, &book, "totals", false);
    assert!(done.unsound.is_some() && !done.swapped);
    assert!(done.difference.added > SHOWN as u64);
    assert_eq!((done.difference.removed, done.difference.changed), (0, 0));
    assert_eq!(done.difference.first.len(), SHOWN);
    assert!(done.difference.first.iter().all(|row| row.before.is_none() && row.after.is_some()));
    for name in names() {
        assert!(rebuilt(&place, &book, name, true).swapped);
    }
    let models = Models::open(&place, book.sources(), &names()).unwrap();
    assert!(models.set_aside().is_empty());
    book.check(&models);
}

#[test]
fn rebuilding_waits_for_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let book = Book::of(&plenty(20), 10);
    let held = Models::open(&place, book.sources(), &names()).unwrap();
    let refused = rebuild(&place, &book.sources(), "cases", SHOWN, &mut |_| true, &mut |_| true);
    assert!(matches!(refused, Err(ModelError::Rows(RowsError::Locked(_)))));
    drop(held);
    assert!(rebuilt(&place, &book, "cases", true).swapped);
}
