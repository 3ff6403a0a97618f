//! Successions followed, checkpoints and promises held against them, and every way in
//! which one is not handed on as it must be.

use super::{
    Head, HeadError, Later, PromiseError, ROTATED_OPEN, Restoration, Rotation, STREAM, Step,
    Succession,
};
use crate::integrity::chain::Digest;
use crate::integrity::checkpoint::{Checkpoint, SigningKey};
use crate::integrity::entry::{Parts, Place};
use crate::integrity::json::Json;
use crate::integrity::note::NoteError;
use crate::integrity::receipt::Promise;

const ORIGIN: &str = "city.example/open";
const AFTER: &str = "city.example/2/open";

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, [number; 32])
}

fn signed(text: &str, keys: &[&SigningKey]) -> String {
    let lines: String = keys.iter().map(|key| key.line(text)).collect();
    format!("{text}\n{lines}")
}

fn rotation(position: u64, old: u8, new: u8) -> Step {
    let (old, new) = (key(old), key(new));
    let text = Rotation { old: old.public_key(), new: new.public_key() }.text();
    Step::signed(position, &signed(&text, &[&old, &new]), None).unwrap()
}

fn person(number: u8) -> SigningKey {
    SigningKey::from_seed(&format!("officer/{number}"), [100 + number; 32])
}

fn root(number: u8) -> Digest {
    Digest([number; 32])
}

fn restoration() -> Restoration {
    Restoration {
        old: key(2).public_key(),
        new: SigningKey::from_seed(AFTER, [9; 32]).public_key(),
        kept: Head { size: 20, root: root(20) },
        lost: Head { size: 30, root: root(30) },
        persons: [person(1).public_key(), person(2).public_key()],
        reason: "磁盘损坏".to_owned(),
    }
}

fn restored() -> Step {
    let text = restoration().text();
    let after = SigningKey::from_seed(AFTER, [9; 32]);
    let note = signed(&text, &[&key(2), &after, &person(1), &person(2)]);
    Step::signed(20, &note, None).unwrap()
}

fn head(origin: &str, size: u64, keys: &[&SigningKey]) -> String {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size, root: root(1) };
    signed(&checkpoint.text(), keys)
}

/// Key 1, from position 10 key 2, from 20 another origin.
fn keys() -> Succession {
    let mut keys = Succession::of(key(1).public_key());
    keys.follow(rotation(10, 1, 2), None).unwrap();
    keys.follow(restored(), Some(root(20))).unwrap();
    keys
}

#[test]
fn each_size_is_signed_by_the_key_in_force_and_by_no_other() {
    let keys = keys();
    let (one, two) = (key(1), key(2));
    let after = SigningKey::from_seed(AFTER, [9; 32]);
    for (size, signers, origin, found) in [
        (0, vec![&one], ORIGIN, Ok(())),
        (10, vec![&one], ORIGIN, Ok(())),
        // The first size that holds the entry of the rotation.
        (11, vec![&one, &two], ORIGIN, Ok(())),
        (11, vec![&two], ORIGIN, Ok(())),
        (11, vec![&one], ORIGIN, Err(10)),
        (20, vec![&one], ORIGIN, Err(10)),
        (10, vec![&two], ORIGIN, Err(10)),
        (20, vec![&two], ORIGIN, Ok(())),
        (21, vec![&two], ORIGIN, Err(20)),
        (30, vec![&two], ORIGIN, Err(20)),
        (21, vec![&after], AFTER, Ok(())),
        (20, vec![&after], AFTER, Err(20)),
    ] {
        let read = keys.verify(&head(origin, size, &signers));
        let position = read.map(drop).map_err(|error| error.position().unwrap());
        assert_eq!(position, found, "{size} {origin} {}", signers.len());
    }
    let lost = keys.verify(&head(ORIGIN, 30, &[&two])).unwrap_err();
    assert!(matches!(lost, HeadError::Lost { .. }) && lost.to_string().contains("磁盘损坏"));
    let stranger = keys.verify(&head(ORIGIN, 11, &[&key(7)])).unwrap_err();
    assert!(matches!(stranger, HeadError::Note(NoteError::Unsigned(_))));
    let elsewhere = SigningKey::from_seed("town.example", [1; 32]);
    let elsewhere = keys.verify(&head("town.example", 11, &[&elsewhere])).unwrap_err();
    assert!(matches!(elsewhere, HeadError::Note(NoteError::Origin { .. })));
    let forged = head(ORIGIN, 11, &[&two]).replacen("\n11\n", "\n12\n", 1);
    let forged = keys.verify(&forged).unwrap_err();
    assert!(matches!(forged, HeadError::Note(NoteError::BadSignature(_))));
}

#[test]
fn promises_hold_under_the_key_of_their_day() {
    let keys = keys();
    let promise = |position| Promise { origin: ORIGIN, id: "e", position, hash: root(3) };
    let by = |number: u8, position| {
        keys.promised(&promise(position), &promise(position).sign(&key(number)))
    };
    assert_eq!(by(1, 9), Ok(()));
    assert_eq!(by(2, 9), Ok(()), "a receipt may be asked for again later");
    assert_eq!(by(1, 11), Err(PromiseError::Retired { position: 10 }));
    assert_eq!(by(2, 25), Ok(()), "lost, and promised all the same");
    assert!(keys.lost_in(25, Some(ORIGIN)).is_some() && keys.lost_in(19, None).is_none());
    assert!(keys.lost_in(25, Some(AFTER)).is_none() && keys.lost_in(30, None).is_none());
    let unknown = by(7, 9);
    assert!(matches!(unknown, Err(PromiseError::Note(NoteError::Unsigned(_)))));
}

#[test]
fn a_change_must_be_vouched_for_by_the_key_before_and_by_the_new_one() {
    let (one, two) = (key(1), key(2));
    let text = Rotation { old: one.public_key(), new: two.public_key() }.text();
    assert!(Step::signed(1, &signed(&text, &[&one, &two]), None).is_ok());
    for signers in [vec![&one], vec![&two], vec![], vec![&two, &two]] {
        assert!(Step::signed(1, &signed(&text, &signers), None).is_err(), "{}", signers.len());
    }
    let three = key(3);
    let forged = signed(&text, &[&three, &two]);
    assert!(Step::signed(1, &forged, None).is_err());
    let mut keys = Succession::of(one.public_key());
    assert!(keys.follow(rotation(4, 2, 3), None).is_err(), "of a key that is not in force");
    keys.follow(rotation(4, 1, 2), None).unwrap();
    assert!(keys.follow(rotation(5, 2, 1), None).is_err(), "back to a key that was retired");
    assert!(keys.follow(rotation(5, 1, 3), None).is_err(), "by a key that was retired");
    assert_eq!(keys.current(), &two.public_key());
}

#[test]
fn a_restoration_is_signed_by_two_persons_and_states_what_stands_there() {
    let after = SigningKey::from_seed(AFTER, [9; 32]);
    let (old, first, second) = (key(2), person(1), person(2));
    let text = restoration().text();
    let all = [&old, &after, &first, &second];
    for missing in 0..all.len() {
        let signers: Vec<&SigningKey> =
            (0..all.len()).filter(|at| *at != missing).map(|at| all[at]).collect();
        assert!(Step::signed(20, &signed(&text, &signers), None).is_err(), "without {missing}");
    }
    let with = |change: fn(&mut Restoration)| {
        let mut changed = restoration();
        change(&mut changed);
        changed.check().map_err(|_| ()).and(Restoration::parse(&changed.text()).map_err(|_| ()))
    };
    assert!(with(|_| ()).is_ok());
    assert!(with(|r| r.lost.size = 19).is_err());
    assert!(with(|r| r.lost = Head { size: 20, root: root(9) }).is_err());
    assert!(with(|r| r.persons[1] = r.persons[0].clone()).is_err());
    assert!(with(|r| r.persons[0] = r.old.clone()).is_err());
    assert!(with(|r| r.reason = " ".to_owned()).is_err());
    assert!(with(|r| r.reason = "a\nby x".to_owned()).is_err());
    assert!(with(|r| r.new = key(5).public_key()).is_err(), "under the same origin");
    let mut keys = Succession::of(key(1).public_key());
    keys.follow(rotation(10, 1, 2), None).unwrap();
    assert!(keys.follow(restored(), Some(root(21))).is_err(), "another root than stands before it");
    let moved = Step { position: 21, ..restored() };
    assert!(keys.follow(moved, None).is_err(), "not where it says");
    let lost = head(ORIGIN, 31, &[&old]);
    let told = Step { lost_note: Some(lost), ..restored() };
    assert!(keys.follow(told, None).is_err(), "another checkpoint than it states");
    keys.follow(restored(), Some(root(20))).unwrap();
}

/// An entry that states a change in the open log.
fn entry(body: Json<'static>, position: u64) -> Vec<u8> {
    let text = |value: &str| Json::text(value.to_owned());
    let parts = Parts::of(&Json::object([
        ("id", text("k")),
        ("stream", text(STREAM)),
        ("type", text(ROTATED_OPEN)),
        ("occurred_at", text("2026-03-05T16:20:00+08:00")),
        ("precision", text("minute")),
        ("source", Json::object([("system", text("plumbline"))])),
        ("body", body),
    ]));
    let recorded_at = "2026-03-05T08:20:00.000000Z";
    let place = Place { position, previous: Digest::ZERO, recorded_at, revision: 0 };
    let mut out = Vec::new();
    parts.unwrap().splice(&place, &mut out);
    out
}

#[test]
fn entries_tell_of_changes_and_are_what_their_notes_state() {
    let body = rotation(10, 1, 2).body();
    let sound = entry(body.clone(), 10);
    let keys = Succession::of_entries([sound.as_slice()]).unwrap().unwrap();
    assert_eq!(keys.terms().len(), 2);
    assert_eq!(keys.terms()[1].from, 11);
    for (name, value) in [
        ("old_key", Json::text(key(3).vkey())),
        ("new_key", Json::text(key(3).vkey())),
        ("note", Json::text("x")),
        ("note", Json::Null),
    ] {
        let mut changed = body.clone();
        changed.set(name, value);
        let changed = entry(changed, 10);
        let refused = Succession::of_entries([changed.as_slice()]).unwrap_err();
        assert_eq!(refused.0, 10, "{name}");
    }
    assert_eq!(Succession::of_entries([&b"{}"[..]]), Ok(None));
}

/// Rotations of these keys one after another, as they are stored, one a line.
fn lines(rotations: &[(u64, u8, u8)]) -> String {
    let line = |(position, old, new): &(u64, u8, u8)| {
        let entry = entry(rotation(*position, *old, *new).body(), *position);
        format!("{}\n", String::from_utf8(entry).unwrap())
    };
    rotations.iter().map(line).collect()
}

#[test]
fn changes_from_elsewhere_continue_a_log_s_keys() {
    let later = Later::read(&lines(&[(10, 1, 2), (20, 2, 3)])).unwrap();
    let all = [0, 11, 21];
    let of = |keys: &Succession| keys.terms().iter().map(|term| term.from).collect::<Vec<_>>();
    for number in [1, 2, 3] {
        // Whichever of them a piece names.
        let keys = later.continued(&Succession::of(key(number).public_key())).unwrap();
        assert_eq!(of(&keys), all, "{number}");
    }
    let mut own = Succession::of(key(1).public_key());
    own.follow(rotation(10, 1, 2), None).unwrap();
    let keys = later.continued(&own).unwrap();
    assert_eq!(of(&keys), all);
    assert_eq!((keys.at(10), keys.at(11)), (&key(1).public_key(), &key(2).public_key()));
    // A log that has gone on beyond them keeps its own.
    let mut longer = keys.clone();
    longer.follow(rotation(30, 3, 4), None).unwrap();
    assert_eq!(later.continued(&longer).unwrap(), longer);
    let stranger = Succession::of(key(9).public_key());
    assert_eq!(later.continued(&stranger).unwrap(), stranger, "of another log");
    // From the middle on, and in two files.
    let mut parts = Later::read(&lines(&[(20, 2, 3)])).unwrap();
    assert_eq!(of(&parts.continued(&own).unwrap()), all);
    parts.extend(Later::read(&lines(&[(30, 3, 4)])).unwrap());
    assert_eq!(of(&parts.continued(&own).unwrap()), [0, 11, 21, 31]);
}

#[test]
fn a_key_that_was_handed_on_twice_is_named_with_its_place() {
    let mut own = Succession::of(key(1).public_key());
    own.follow(rotation(10, 1, 2), None).unwrap();
    for (told, place) in [([(10, 1, 5)], 10), ([(9, 1, 2)], 9), ([(12, 1, 2)], 10)] {
        let later = Later::read(&lines(&told)).unwrap();
        assert_eq!(later.continued(&own).unwrap_err().0, place, "{told:?}");
    }
    let whole = lines(&[(10, 1, 2), (20, 2, 3)]);
    let second = whole.lines().nth(1).unwrap();
    for (text, line) in [
        (format!("{whole}{{}}\n"), 3),
        (whole.replacen("key rotation", "key rotatiom", 1), 1),
        (format!("{}{}", lines(&[(20, 1, 2)]), lines(&[(10, 2, 3)])), 2),
        (second.replace("ledger/keys", "ledger/keyz"), 1),
    ] {
        assert_eq!(Later::read(&text).unwrap_err().0, line, "{text}");
    }
}
