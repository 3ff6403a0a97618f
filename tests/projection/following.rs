//! What has followed equals what is grown at once, and both equal the plain
//! computation, wherever batches and processes ended.

use super::book::{Book, choices, follow, grown_at_once, names, plenty};
use plumbline::projection::{Follower, ModelError, Models, Place, RowsError, definition};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_follows_is_what_is_grown_at_once(
        choices in choices(1..60), a_frame in 1usize..7, steps in prop::collection::vec(1u64..9, 0..12),
    ) {
        let book = Book::of(&choices, a_frame);
        let mut models = Models::in_memory(book.sources(), &names()).unwrap();
        let mut at = 0;
        for step in steps {
            at += step;
            models.follow(at.min(book.size()), &mut |_| true).unwrap();
        }
        follow(&mut models);
        book.check(&models);
        prop_assert_eq!(models.grown(), grown_at_once(&book).grown());
    }

    #[test]
    fn the_same_states_come_of_any_number_of_threads(choices in choices(1..60)) {
        let book = Book::of(&choices, 5);
        let one = book.states(1);
        for threads in 2..5 {
            prop_assert_eq!(&one, &book.states(threads));
        }
    }
}

#[test]
fn rows_on_disk_go_on_where_the_last_process_ended() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let choices = plenty(400);
    let mut book = Book::new();
    for part in choices.chunks(57) {
        part.chunks(9).for_each(|frame| book.append(frame));
        let mut models = Models::open(&place, book.sources(), &names()).unwrap();
        assert!(models.set_aside().is_empty(), "{:?}", models.set_aside());
        follow(&mut models);
        book.check(&models);
        assert_eq!(models.grown(), grown_at_once(&book).grown());
    }
}

#[test]
fn models_of_different_age_follow_together() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let mut book = Book::of(&plenty(100), 8);
    follow(&mut Models::open(&place, book.sources(), &["totals"]).unwrap());
    book.append(&plenty(40));
    follow(&mut Models::open(&place, book.sources(), &["cases"]).unwrap());
    book.append(&plenty(30));
    let mut models = Models::open(&place, book.sources(), &names()).unwrap();
    assert!(models.set_aside().is_empty());
    follow(&mut models);
    book.check(&models);
}

#[test]
fn a_second_process_is_kept_out() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let book = Book::of(&plenty(10), 3);
    let models = Models::open(&place, book.sources(), &names()).unwrap();
    let second = Models::open(&place, book.sources(), &["totals"]);
    assert!(matches!(second, Err(ModelError::Rows(RowsError::Locked(_)))));
    drop(models);
    Models::open(&place, book.sources(), &["totals"]).unwrap();
}

#[test]
fn following_may_be_ended_early_and_keeps_what_was_folded() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let book = Book::of(&plenty(90), 10);
    let mut models = Models::open(&place, book.sources(), &names()).unwrap();
    let reached = models.follow(u64::MAX, &mut |position| position < 40).unwrap();
    assert_eq!(reached, 40);
    drop(models);
    let mut models = Models::open(&place, book.sources(), &names()).unwrap();
    assert_eq!(models.position(), 40);
    follow(&mut models);
    book.check(&models);
}

#[test]
fn a_follower_comes_to_the_end_by_itself_and_tells_how_far_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let mut book = Book::of(&plenty(50), 10);
    let follower = Follower::start(place.clone(), book.sources()).unwrap();
    follower.wait_for(50);
    book.append(&plenty(20));
    follower.watcher()(book.size());
    follower.wait_for(70);
    let totals = follower.totals().unwrap();
    assert_eq!((totals.position, totals.value), (70, book.totals()));
    let states = book.states(1);
    for (stream, state) in &states {
        assert_eq!(follower.case(stream).unwrap().value.as_ref(), Some(state));
    }
    assert_eq!(follower.case("fee/none").unwrap().value, None);
    let mut streams = Vec::new();
    let from = "fee/2";
    follower
        .cases(from, &mut |state| {
            streams.push(state.stream);
            true
        })
        .unwrap();
    let expected: Vec<_> = states.keys().filter(|stream| stream.as_ref() >= from).collect();
    assert_eq!(streams.iter().collect::<Vec<_>>(), expected);
    assert_eq!(follower.problem(), None);
    assert_eq!(follower.grown(), grown_at_once(&book).grown());
    follower.stop();
    // The folder is free again.
    book.check(&Models::open(&place, book.sources(), &names()).unwrap());
}

#[test]
fn a_follower_waits_for_a_folder_that_is_held() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path().join("models"));
    let book = Book::of(&plenty(20), 10);
    let held = Models::open(&place, book.sources(), &["totals"]).unwrap();
    let follower = Follower::start(place, book.sources()).unwrap();
    follower.wait_for(20);
    assert!(follower.problem().is_some_and(|problem| problem.contains("another process")));
    assert!(follower.totals().is_err());
    drop(held);
    while follower.problem().is_some() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    follower.wait_for(20);
    assert_eq!(follower.totals().unwrap().value, book.totals());
}

#[test]
fn a_name_that_is_none_says_which_there_are() {
    let error = definition("case").unwrap_err().to_string();
    assert!(error.contains("activity, cases, totals"), "{error}");
}
