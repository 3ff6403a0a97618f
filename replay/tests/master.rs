//! Master data on any day, as known at any moment: rows that begin, change, end,
//! are corrected and voided; what has become of items, units and parties; and a
//! brute-force reading of random histories to hold the tables against.

use plumbline_replay::event::Event;
use plumbline_replay::master::{At, ItemStatus, Master, Row, Version};
use plumbline_replay::scenario::parse;
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The streams of a script, in order of their names.
fn streams(script: &str) -> BTreeMap<String, Vec<Vec<u8>>> {
    let script = parse("test", script, &|_| None).expect("a script");
    let mut streams: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for entry in script.entries {
        let stream = Event::read(&entry).expect("an entry").stream.into_owned();
        streams.entry(stream).or_default().push(entry);
    }
    streams
}

fn grow<'s>(streams: impl IntoIterator<Item = &'s Vec<Vec<u8>>>) -> Master {
    let mut master = Master::default();
    for entries in streams {
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        master.add_stream(&entries, Micros::MAX).expect("entries");
    }
    master
}

fn master(script: &str) -> Master {
    grow(streams(script).values())
}

/// On a day, as known at the end of another.
fn at(on: &str, known_at: &str) -> At {
    let date = |text| parse_date(text).expect("a date");
    At { on: date(on), known_at: Zone::SHANGHAI.end_of(date(known_at)) }
}

const LATER: &str = "2030-01-01";

fn lower(master: &Master, on: &str, known_at: &str) -> Option<i64> {
    let found = master.fee_standards.at("SF-1", at(on, known_at));
    found.and_then(|version| version.row.lower_fen)
}

#[test]
fn a_row_speaks_on_its_days_and_for_those_who_could_know() {
    let it = master(
        r#"
2022-04-01T09:00 md.fee_standard.registered md/fee-standard/SF-1 {"fee_code":"SF-1","lower_fen":100,"valid_from":"2022-04-05"}
2023-06-01T09:00 md.fee_standard.changed md/fee-standard/SF-1 {"fee_code":"SF-1","lower_fen":80,"valid_from":"2023-07-01"}
2024-03-01T09:00 md.fee_standard.ended md/fee-standard/SF-1 {"fee_code":"SF-1","valid_from":"2023-07-01","valid_to":"2024-04-01"}
"#,
    );
    assert_eq!(lower(&it, "2022-04-04", LATER), None);
    assert_eq!(lower(&it, "2022-04-05", LATER), Some(100));
    assert_eq!(lower(&it, "2023-06-30", LATER), Some(100));
    assert_eq!(lower(&it, "2023-07-01", LATER), Some(80));
    assert_eq!(lower(&it, "2023-07-01", "2023-05-31"), Some(100));
    assert_eq!(lower(&it, "2024-03-31", LATER), Some(80));
    assert_eq!(lower(&it, "2024-04-01", LATER), None);
    assert_eq!(lower(&it, "2024-04-01", "2024-02-28"), Some(80));
    assert!(it.fee_standards.knows("SF-1") && !it.fee_standards.knows("SF-2"));
}

#[test]
fn a_corrected_row_is_still_known_as_it_was_before() {
    let it = master(
        r#"
2022-04-01T09:00 md.fee_standard.registered md/fee-standard/SF-1 id=row {"fee_code":"SF-1","lower_fen":100,"valid_from":"2022-04-05"}
2023-01-10T09:00 md.fee_standard.changed md/fee-standard/SF-1 {"fee_code":"SF-1","lower_fen":90,"valid_from":"2023-02-01"}
2023-06-01T09:00 correction.recorded md/fee-standard/SF-1 id=fix unit=unit/fin officer=officer/7 {"target_event":"row","field_path":"/body/lower_fen","new_value":10}
2023-08-01T09:00 record.voided md/fee-standard/SF-1 {"target":"fix"}
"#,
    );
    // The correction concerns the first version alone, and only who asks after it.
    assert_eq!(lower(&it, "2022-12-31", "2023-05-31"), Some(100));
    assert_eq!(lower(&it, "2022-12-31", "2023-06-01"), Some(10));
    assert_eq!(lower(&it, "2022-12-31", "2023-07-31"), Some(10));
    assert_eq!(lower(&it, "2022-12-31", "2023-08-01"), Some(100));
    assert_eq!(lower(&it, "2023-02-01", "2023-06-01"), Some(90));
    let history: Vec<_> = it.fee_standards.history("SF-1").collect();
    let read: Vec<_> = history.iter().map(|version| version.row.lower_fen).collect();
    assert_eq!(read, [Some(100), Some(10), Some(100), Some(90)]);
    let corrected = history[1].corrected_by.as_ref().expect("a correction");
    assert_eq!((corrected.id.as_ref(), corrected.officer.as_deref()), ("fix", Some("officer/7")));
    assert_eq!(history[0].superseded_by.as_ref().map(|by| by.id.as_ref()), Some("fix"));
    assert_eq!(history[1].origin.id.as_ref(), "row");
}

#[test]
fn a_voided_row_was_believed_until_then() {
    let it = master(
        r#"
2022-04-01T09:00 md.certificate.registered md/certificate/Z1 id=row {"cert_no":"Z1","officer_id":"officer/1","valid_from":"2022-04-05","valid_to":"2027-04-05"}
2022-09-01T09:00 record.voided md/certificate/Z1 {"target":"row","ground":"误录他案"}
"#,
    );
    let held = |known_at| it.certificates.found_at("officer/1", at("2022-10-01", known_at)).count();
    assert_eq!((held("2022-03-31"), held("2022-08-31"), held("2022-09-01")), (0, 1, 0));
}

#[test]
fn a_corrected_key_moves_the_row_and_leaves_the_belief_behind() {
    let it = master(
        r#"
2022-04-01T09:00 md.post.registered md/post/1 id=row {"unit":"unit/a","post":"主要负责人","officer_id":"officer/1","from":"2022-04-05","valid_from":"2022-04-05"}
2022-05-01T09:00 correction.recorded md/post/1 {"target_event":"row","field_path":"/body/unit","new_value":"unit/b"}
"#,
    );
    let of = |unit, known_at| it.holder(unit, "主要负责人", at("2022-04-10", known_at)).is_some();
    assert!(of("unit/a", "2022-04-30") && !of("unit/b", "2022-04-30"));
    assert!(!of("unit/a", "2022-05-01") && of("unit/b", "2022-05-01"));
    assert_eq!(it.posts.found_at("officer/1", at("2022-04-10", LATER)).count(), 1);
}

#[test]
fn of_two_holders_the_last_appointed_answers() {
    let it = master(
        r#"
2022-04-01T09:00 md.post.registered md/post/2 {"unit":"unit/a","post":"主要负责人","officer_id":"officer/old","valid_from":"2022-04-05"}
2023-04-01T09:00 md.post.registered md/post/1 {"unit":"unit/a","post":"主要负责人","officer_id":"officer/new","valid_from":"2023-04-05"}
2024-04-01T09:00 md.post.registered md/post/3 {"unit":"unit/a","post":"主要负责人","officer_id":"officer/acting","valid_from":"2022-05-01","valid_to":"2022-06-01"}
"#,
    );
    let holder = |on| {
        let held = it.holder("unit/a", "主要负责人", at(on, LATER));
        held.map_or("none".to_owned(), |held| held.row.officer.to_string())
    };
    assert_eq!(holder("2022-04-04"), "none");
    assert_eq!(holder("2022-04-30"), "officer/old");
    assert_eq!(holder("2022-05-31"), "officer/acting");
    assert_eq!(holder("2022-06-01"), "officer/old");
    assert_eq!(holder("2023-04-05"), "officer/new");
}

#[test]
fn rows_of_days_gone_are_marked() {
    let it = master(
        r#"
2023-01-10T09:00 md.promise.registered md/promise/1 {"item":"1","promised_wd":5,"valid_from":"2023-01-10"}
2023-01-10T09:00 md.promise.registered md/promise/2 {"item":"2","promised_wd":5,"valid_from":"2023-01-09"}
2023-01-08T09:00 md.promise.registered md/promise/3 recorded=2023-01-10T09:00 {"item":"3","promised_wd":5,"valid_from":"2023-01-08"}
"#,
    );
    let marked = |item| it.promises.at(item, at("2023-02-01", LATER)).expect("a row").retroactive;
    // A row that is valid from the day of its act, but recorded later, is one too.
    assert_eq!((marked("1"), marked("2"), marked("3")), (false, true, true));
}

#[test]
fn an_item_is_what_the_catalogue_made_of_it_by_the_day() {
    let it = master(
        r#"
2022-03-01T09:00 md.item.registered md/item/A {"item_code":"A","disposition":"retained","exercise_level":"市","valid_from":"2022-04-05"}
2023-03-01T09:00 md.item.changed md/item/A {"item_code":"A","disposition":"cancelled","valid_from":"2023-04-01"}
2024-03-01T09:00 md.item.changed md/item/A {"item_code":"A","disposition":"retained","exercise_level":"县","valid_from":"2024-04-01"}
2022-03-01T09:00 md.item.registered md/item/B {"item_code":"B","disposition":"cancelled","valid_from":"2022-04-05","valid_to":"2022-04-05"}
2022-03-01T09:00 md.item.registered md/item/C {"item_code":"C","disposition":"retained","valid_from":"2022-04-05"}
2023-03-01T09:00 md.item.ended md/item/C {"item_code":"C","valid_to":"2023-04-01"}
2022-03-01T09:00 md.item.registered md/item/D {"item_code":"D","disposition":"delegated","exercise_level":"市","valid_from":"2022-04-05"}
2022-03-01T09:00 md.item.registered md/item/E {"item_code":"E","disposition":"delegated","exercise_level":"县","valid_from":"2022-04-05","valid_to":"2023-04-05"}
2022-03-01T09:00 md.item.registered md/item/F {"item_code":"F","disposition":"merged","successor_item":"A","valid_from":"2022-04-05"}
"#,
    );
    let word = |code: &str, on: &str| match it.item_status(code, at(on, LATER)) {
        ItemStatus::InForce(_) => "in force",
        ItemStatus::Delegated { .. } => "delegated",
        ItemStatus::Cancelled { .. } => "cancelled",
        ItemStatus::Moved { .. } => "moved",
        ItemStatus::NotYet(_) => "not yet",
        ItemStatus::Ended { .. } => "ended",
        ItemStatus::Unlisted => "unlisted",
    };
    for (code, on, expected) in [
        ("A", "2022-04-04", "not yet"),
        ("A", "2023-03-31", "in force"),
        ("A", "2023-04-01", "cancelled"),
        ("A", "2024-03-31", "cancelled"),
        ("A", "2024-04-01", "in force"),
        ("B", "2022-04-04", "not yet"),
        ("B", "2022-04-05", "cancelled"),
        ("C", "2023-03-31", "in force"),
        ("C", "2023-04-01", "ended"),
        ("D", "2022-04-05", "delegated"),
        ("E", "2023-04-04", "in force"),
        ("E", "2023-04-05", "ended"),
        ("F", "2022-04-05", "moved"),
        ("G", "2022-04-05", "unlisted"),
    ] {
        assert_eq!(word(code, on), expected, "{code} on {on}");
    }
    assert_eq!(it.exercise_level_at("A", at("2022-05-01", LATER)), Some("市"));
    assert_eq!(it.exercise_level_at("A", at("2024-05-01", LATER)), Some("县"));
    assert_eq!(it.exercise_level_at("A", at("2023-05-01", LATER)), None);
    let ItemStatus::Cancelled { since, .. } = it.item_status("B", at("2022-06-01", LATER)) else {
        panic!("cancelled");
    };
    assert_eq!(since, parse_date("2022-04-05"));
}

#[test]
fn a_batch_names_items_that_the_catalogue_does_not() {
    let code = "11990100001370000X3990100201000";
    assert_eq!(code.len(), 31);
    let it = master(
        r#"
2022-03-01T09:00 md.batch.declared md/batch/取消79 {"batch_id":"取消79","kind":"取消","expected_count":79,"rows":[{"base_code":"990100201000","effective_on":"2022-04-05","from_unit":"unit/a"}],"valid_from":"2022-03-01"}
"#,
    );
    let on = |day| it.batch_items(code, at(day, LATER));
    assert!(on("2022-04-04").is_empty());
    let found = on("2022-04-05");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].from_unit), (Some("取消"), Some("unit/a")));
}

#[test]
fn an_authorisation_is_one_truth_whoever_told_of_it() {
    let it = master(
        r#"
2022-04-01T09:00 md.authorisation.registered md/authorisation/a {"unit":"unit/a","officer":"officer/1","powers":["受理"],"items":["A"],"valid_from":"2022-04-05"}
2022-06-01T09:00 hall.authorisation.changed authorisation/a unit=unit/a {"officer":"officer/1","powers":["受理","决定"],"items":["A"],"from":"2022-06-05"}
2023-06-01T09:00 hall.authorisation.revoked authorisation/a unit=unit/a {"officer":"officer/1","powers":[],"items":[],"from":"2022-06-05"}
2022-04-01T09:00 hall.staff.assigned assignment/1 unit=unit/a {"officer":"officer/1","window":"window/1","role":"首席代表","from":"2022-04-05","full_time":true}
2023-06-01T09:00 hall.staff.withdrawn assignment/1 unit=unit/a {"officer":"officer/1","window":"window/1","role":"首席代表","from":"2022-04-05","full_time":true}
"#,
    );
    let decides = |on| {
        let found = it.authorisations.at("unit/a", at(on, LATER));
        found.map(|version| version.row.grants("决定"))
    };
    assert_eq!(decides("2022-06-04"), Some(false));
    assert_eq!(decides("2022-06-05"), Some(true));
    assert_eq!(decides("2023-05-31"), Some(true));
    assert_eq!(decides("2023-06-01"), None);
    let here = |by, on| it.assignments.found_at(by, at(on, LATER)).count();
    assert_eq!((here("unit/a", "2023-05-31"), here("window/1", "2022-04-05")), (1, 1));
    assert_eq!((here("unit/a", "2023-06-01"), here("unit/a", "2022-04-04")), (0, 0));
}

#[test]
fn units_live_on_in_what_became_of_them() {
    let it = master(
        r#"
2019-01-10T09:00 md.unit.merged md/unit-reform/1 {"from":["unit/工商","unit/质监","unit/药监"],"to":["unit/市监"],"on":"2019-01-15"}
2021-01-10T09:00 md.unit.renamed md/unit-reform/2 {"from":["unit/市监"],"to":["unit/市场"],"on":"2021-02-01"}
2022-01-10T09:00 md.unit_lineage.registered md/unit-lineage/3 {"id":"L3","predecessors":["unit/市场"],"successors":["unit/市场","unit/知识产权"],"kind":"分立","on":"2022-02-01","valid_from":"2022-02-01"}
"#,
    );
    let set = |names: &[&str]| names.iter().map(|name| Box::from(*name)).collect::<BTreeSet<_>>();
    let carried = |unit, on| it.carried_on_by(unit, at(on, LATER));
    assert_eq!(carried("unit/质监", "2019-01-14"), set(&["unit/质监"]));
    assert_eq!(carried("unit/质监", "2019-01-15"), set(&["unit/市监"]));
    assert_eq!(carried("unit/质监", "2021-02-01"), set(&["unit/市场"]));
    assert_eq!(it.carried_on_by("unit/质监", at("2021-02-01", "2020-12-31")), set(&["unit/市监"]));
    let same = |a, b, on| it.same_unit(a, b, at(on, LATER));
    assert!(
        same("unit/质监", "unit/市场", "2021-02-01")
            && same("unit/市场", "unit/质监", "2021-02-01")
    );
    assert!(!same("unit/质监", "unit/市场", "2021-01-31"));
    assert!(!same("unit/质监", "unit/工商", "2021-02-01"));
    assert!(same("unit/市场", "unit/知识产权", "2022-02-01"));
    // It kept its name and gave something away: both carry it on.
    assert_eq!(carried("unit/市场", "2022-02-01"), set(&["unit/市场", "unit/知识产权"]));
}

#[test]
fn a_party_does_not_become_another_by_a_new_licence() {
    let it = master(
        r#"
2022-01-10T09:00 md.party.registered md/party/1 {"party_id":"party/1","kind":"个体工商户","valid_from":"2015-01-01"}
2023-01-10T09:00 md.party.registered md/party/2 {"party_id":"party/2","kind":"个体工商户","lineage":[{"party_id":"party/1","kind":"换照","on":"2023-01-05"}],"valid_from":"2023-01-05"}
2023-03-01T09:00 identity.merged identity/9 id=m {"ids":["party/2","party/3"]}
2023-06-01T09:00 identity.split identity/9 {"ids":["party/2","party/3"]}
"#,
    );
    let known = |party, on, known_at| -> Vec<String> {
        it.party_lineage(party, at(on, known_at)).iter().map(|id| id.to_string()).collect()
    };
    assert_eq!(known("party/1", "2023-01-04", LATER), ["party/1"]);
    assert_eq!(known("party/1", "2023-01-05", "2023-01-10"), ["party/1", "party/2"]);
    assert_eq!(known("party/2", "2023-01-05", "2023-01-09"), ["party/2"]);
    assert_eq!(known("party/3", "2023-04-01", "2023-03-01"), ["party/1", "party/2", "party/3"]);
    assert_eq!(known("party/3", "2023-04-01", "2023-06-01"), ["party/3"]);
}

// A brute-force reading.

/// One step of a random history.
#[derive(Clone, Debug)]
enum Step {
    /// Verb, key (or officer), from and to as days after 2022-01-01.
    Row {
        verb: usize,
        stream: usize,
        key: usize,
        from: i64,
        to: Option<i64>,
    },
    /// Sets the number of an earlier step's row.
    Correct {
        target: usize,
    },
    /// Moves the first day of an earlier step's row.
    Move {
        target: usize,
        from: i64,
    },
    Void {
        target: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0usize..3, 0usize..3, 0usize..2, 0i64..40, proptest::option::of(0i64..50))
        .prop_map(|(verb, stream, key, from, to)| Step::Row { verb, stream, key, from, to });
    prop_oneof![
        4 => row,
        1 => (0usize..12).prop_map(|target| Step::Correct { target }),
        1 => (0usize..12, 0i64..40).prop_map(|(target, from)| Step::Move { target, from }),
        1 => (0usize..12).prop_map(|target| Step::Void { target }),
    ]
}

fn day(number: i64) -> chrono::NaiveDate {
    parse_date("2022-01-01").expect("a date") + chrono::Days::new(number.unsigned_abs())
}

/// A table whose rows are told of by streams, and one whose rows by officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Standard,
    Assignment,
}

/// The stream of a step: a repair stands in the stream of what it repairs.
fn stream_of(steps: &[Step], index: usize) -> Option<usize> {
    match &steps[index] {
        Step::Row { stream, .. } => Some(*stream),
        Step::Correct { target } | Step::Move { target, .. } | Step::Void { target } => {
            (*target < index).then(|| stream_of(steps, *target)).flatten()
        }
    }
}

/// The script: the `n`-th step is recorded in the `n`-th hour.
fn write(kind: Kind, steps: &[Step]) -> String {
    let mut out = String::new();
    for (index, step) in steps.iter().enumerate() {
        let Some(stream) = stream_of(steps, index) else { continue };
        let hour = format!("2022-02-{:02}T{:02}:00", 1 + index / 24, index % 24);
        let (name, verbs) = match kind {
            Kind::Standard => ("fee_standard", ["registered", "changed", "ended"]),
            Kind::Assignment => ("assignment", ["registered", "changed", "ended"]),
        };
        let head = |kind: &str| format!("{hour} {kind} md/{stream} id=e{index}");
        let line = match step {
            Step::Row { verb, key, from, to, .. } => {
                let to = to.map_or(String::new(), |to| format!(r#","valid_to":"{}""#, day(to)));
                let own = match kind {
                    Kind::Standard => format!(r#""fee_code":"{key}","lower_fen":{index}"#),
                    Kind::Assignment => {
                        format!(r#""officer":"{key}","window":"w","replaces":"{index}""#)
                    }
                };
                let from = day(*from);
                let head = head(&format!("md.{name}.{}", verbs[*verb]));
                format!(r#"{head} {{{own},"valid_from":"{from}"{to}}}"#)
            }
            Step::Correct { target } => {
                let (path, value) = match kind {
                    Kind::Standard => ("lower_fen", format!("{}", 1000 + index)),
                    Kind::Assignment => ("replaces", format!("\"{}\"", 1000 + index)),
                };
                let head = head("correction.recorded");
                format!(
                    r#"{head} {{"target_event":"e{target}","field_path":"/body/{path}","new_value":{value}}}"#
                )
            }
            Step::Move { target, from } => {
                let head = head("correction.recorded");
                let from = day(*from);
                format!(
                    r#"{head} {{"target_event":"e{target}","field_path":"/body/valid_from","new_value":"{from}"}}"#
                )
            }
            Step::Void { target } => {
                let head = head("record.voided");
                format!(r#"{head} {{"target":"e{target}"}}"#)
            }
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// What each row of a key says on a day when the first `known` steps are recorded.
fn read_slowly(kind: Kind, steps: &[Step], known: usize, key: usize, on: i64) -> Vec<i64> {
    let exists = |index: usize| index < known && stream_of(steps, index).is_some();
    let mut void = BTreeSet::new();
    for index in (0..known).rev() {
        match steps[index] {
            Step::Void { target } if exists(index) && !void.contains(&index) => {
                void.insert(target);
            }
            _ => {}
        }
    }
    // By row: its number, or none where it has ended.
    let mut says: BTreeMap<usize, Option<i64>> = BTreeMap::new();
    for index in (0..known).filter(|index| exists(*index) && !void.contains(index)) {
        let Step::Row { verb, stream, key: own, mut from, to } = steps[index] else { continue };
        let mut number = index as i64;
        let after = steps.iter().enumerate().take(known).skip(index + 1);
        for (later, step) in after.filter(|(later, _)| !void.contains(later)) {
            match *step {
                Step::Correct { target } if target == index => number = 1000 + later as i64,
                Step::Move { target, from: moved } if target == index => from = moved,
                _ => {}
            }
        }
        let row = if kind == Kind::Standard { stream } else { own };
        let ends = verb == 2;
        let acted = 31 + (index / 24) as i64;
        let covers = if ends {
            to.unwrap_or(acted.max(from)) <= on
        } else {
            from <= on && to.is_none_or(|to| on < to)
        };
        if covers {
            says.insert(row, (!ends && own == key).then_some(number));
        }
    }
    let mut found: Vec<i64> = says.into_values().flatten().collect();
    found.sort_unstable();
    found
}

fn read_fast(kind: Kind, master: &Master, key: usize, at: At) -> Vec<i64> {
    let key = key.to_string();
    let number = |text: &Option<Box<str>>| text.as_deref().and_then(|text| text.parse().ok());
    let mut found: Vec<i64> = match kind {
        Kind::Standard => {
            let rows = master.fee_standards.all_at(&key, at);
            rows.filter_map(|version| version.row.lower_fen).collect()
        }
        Kind::Assignment => {
            let rows = master.assignments.all_at(&key, at);
            rows.filter_map(|version| number(&version.row.replaces)).collect()
        }
    };
    found.sort_unstable();
    found
}

fn versions<R: Row + std::fmt::Debug>(versions: impl Iterator<Item = impl AsVersion<R>>) -> String {
    versions.map(|version| format!("{:?}\n", version.version())).collect()
}

/// So that a table's versions can be printed whatever way they are lent.
trait AsVersion<R> {
    fn version(&self) -> &Version<R>;
}

impl<R> AsVersion<R> for &Version<R> {
    fn version(&self) -> &Version<R> {
        self
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_day_as_known_at_any_moment(
        steps in proptest::collection::vec(step(), 1..12),
        assignments in any::<bool>(),
        backwards in any::<bool>(),
    ) {
        let kind = if assignments { Kind::Assignment } else { Kind::Standard };
        let streams = streams(&write(kind, &steps));
        let forwards = grow(streams.values());
        let master = if backwards { grow(streams.values().rev()) } else { grow(streams.values()) };
        prop_assert_eq!(
            versions(master.fee_standards.versions()),
            versions(forwards.fee_standards.versions())
        );
        let first = Zone::SHANGHAI.start_of(day(31));
        for known in 0..=steps.len() {
            // The very moment in which the last of them was recorded.
            let known_at = first + (known as i64 - 1) * 3_600_000_000 + 60_000_000;
            for on in [0, 5, 13, 22, 31, 32, 39, 60] {
                for key in 0..2 {
                    let fast = read_fast(kind, &master, key, At { on: day(on), known_at });
                    let slow = read_slowly(kind, &steps, known, key, on);
                    prop_assert_eq!(fast, slow, "{} known, day {}, key {}", known, on, key);
                }
            }
        }
    }
}
