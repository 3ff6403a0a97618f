//! The working-day calendar as a ledger's own events tell it.

use plumbline_replay::event::Event;
use plumbline_replay::master::Master;
use plumbline_replay::scenario::parse;
use plumbline_replay::time::calendar::{Calendar, DayKind};
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use std::borrow::Cow;
use std::collections::BTreeMap;

fn calendar(script: &str) -> Cow<'static, Calendar> {
    let script = parse("test", script, &|_| None).expect("a script");
    let mut streams: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for entry in &script.entries {
        let stream = Event::read(entry).expect("an entry").stream.into_owned();
        streams.entry(stream).or_default().push(entry);
    }
    let mut master = Master::default();
    for entries in streams.values().rev() {
        master.add_stream(entries, Micros::MAX).expect("entries");
    }
    master.calendar_notices.calendar()
}

fn known(text: &str) -> Micros {
    Zone::SHANGHAI.end_of(parse_date(text).expect("a date"))
}

/// Kind, and whether it may still change.
fn day(calendar: &Calendar, date: &str, known_at: &str) -> (DayKind, bool) {
    let day = calendar.day(parse_date(date).expect("a date"), known(known_at));
    (day.kind, day.provisional)
}

fn due(calendar: &Calendar, from: &str, n: u32, known_at: &str) -> (String, bool) {
    let from = parse_date(from).expect("a date");
    let due = calendar.add_working_days(from, n, known(known_at), |_| false).expect("it ends");
    (due.date.to_string(), due.provisional)
}

const LATER: &str = "2040-01-01";

#[test]
fn a_ledger_without_a_calendar_has_the_shipped_one() {
    let it = calendar("2022-04-06T09:00 fee.assessed fee/1 {}");
    assert!(matches!(it, Cow::Borrowed(_)));
    assert_eq!(due(&it, "2022-03-28", 5, LATER), ("2022-04-02".to_owned(), false));
}

#[test]
fn a_published_year_is_known_from_its_notice() {
    let it = calendar(
        r#"
2026-11-20T10:00 md.calendar.published md/calendar/2027 {"year":2027,"issued_on":"2026-11-04","source_paper":"国办发明电〔2026〕1号","days":[{"date":"2027-01-01","name":"元旦","is_off_day":true},{"date":"2026-12-27","name":"元旦","is_off_day":false}]}
"#,
    );
    assert_eq!(day(&it, "2027-01-01", "2026-11-03"), (DayKind::Workday, true));
    assert_eq!(day(&it, "2027-01-01", "2026-11-04"), (DayKind::DayOff, false));
    // A day of the year before stands in the notice of the year.
    assert_eq!(day(&it, "2026-12-27", "2026-11-03"), (DayKind::Weekend, false));
    assert_eq!(day(&it, "2026-12-27", "2026-11-04"), (DayKind::MakeupWorkday, false));
    // Beyond the announced year a term is provisional, up to its last day not.
    assert_eq!(due(&it, "2026-12-30", 2, "2026-11-03"), ("2027-01-01".to_owned(), true));
    assert_eq!(due(&it, "2026-12-30", 2, "2026-11-04"), ("2027-01-04".to_owned(), false));
    // Other years are as the program was born with them.
    assert_eq!(due(&it, "2022-03-28", 5, LATER), ("2022-04-02".to_owned(), false));
    let version = |known_at| it.version(known(known_at));
    assert_eq!(version("2026-11-03"), Calendar::china().version(known("2026-11-03")));
    assert!(version("2026-11-04").starts_with("2027-"), "{}", version("2026-11-04"));
}

#[test]
fn without_a_day_of_issue_it_is_known_when_recorded() {
    let it = calendar(
        r#"
2026-11-20T10:00 md.calendar.published md/calendar/2027 {"year":2027,"days":[{"date":"2027-01-01","isOffDay":true}]}
"#,
    );
    assert_eq!(day(&it, "2027-01-01", "2026-11-19"), (DayKind::Workday, true));
    assert_eq!(day(&it, "2027-01-01", "2026-11-20"), (DayKind::DayOff, false));
}

#[test]
fn a_year_that_the_ledger_publishes_is_as_the_ledger_says() {
    // 2022-04-02 was worked by the State Council's notice; this ledger says nothing of it.
    let it = calendar(
        r#"
2021-10-25T10:00 md.calendar.published md/calendar/2022 {"year":2022,"issued_on":"2021-10-25","days":[{"date":"2022-04-05","name":"清明节","kind":"legal_holiday"}]}
"#,
    );
    assert_eq!(day(&it, "2022-04-02", LATER), (DayKind::Weekend, false));
    assert_eq!(day(&it, "2022-04-05", LATER), (DayKind::DayOff, false));
    assert_eq!(day(&it, "2021-10-01", LATER), (DayKind::DayOff, false));
}

#[test]
fn the_spring_of_2020_was_lengthened_by_a_notice() {
    let it = calendar(
        r#"
2019-11-21T18:00 md.calendar.published md/calendar/2020 {"year":2020,"issued_on":"2019-11-21","days":[{"date":"2020-01-24","name":"春节","is_off_day":true},{"date":"2020-01-27","name":"春节","is_off_day":true},{"date":"2020-01-28","name":"春节","is_off_day":true},{"date":"2020-01-29","name":"春节","is_off_day":true},{"date":"2020-01-30","name":"春节","is_off_day":true},{"date":"2020-02-01","name":"春节","is_off_day":false}]}
2020-01-28T09:00 md.calendar.amended md/calendar/2020 {"year":2020,"issued_on":"2020-01-27","days":[{"date":"2020-01-31","name":"春节","is_off_day":true},{"date":"2020-02-01","name":"春节","is_off_day":true}]}
"#,
    );
    assert_eq!(due(&it, "2020-01-20", 10, "2020-01-26"), ("2020-02-07".to_owned(), false));
    assert_eq!(due(&it, "2020-01-20", 10, "2020-01-27"), ("2020-02-11".to_owned(), false));
    assert_eq!(day(&it, "2020-02-01", "2020-01-26"), (DayKind::MakeupWorkday, false));
    assert_eq!(day(&it, "2020-02-01", "2020-01-27"), (DayKind::DayOff, false));
}

#[test]
fn a_shutdown_is_a_day_of_its_own_until_it_ends_or_is_voided() {
    let it = calendar(
        r#"
2022-05-06T08:00 md.calendar_day.registered md/calendar-day/2022-05-09 id=stop {"date":"2022-05-09","kind":"bridging_off","name":"停工","valid_from":"2022-05-09"}
2022-05-06T08:00 md.calendar_day.registered md/calendar-day/2022-05-10 {"date":"2022-05-10","kind":"bridging_off","name":"停工","valid_from":"2022-05-10"}
2022-05-07T08:00 record.voided md/calendar-day/2022-05-09 {"target":"stop"}
2022-05-08T08:00 md.calendar_day.ended md/calendar-day/2022-05-10 {"date":"2022-05-10","valid_from":"2022-05-10"}
"#,
    );
    let off = |date, known_at| day(&it, date, known_at).0 == DayKind::DayOff;
    assert!(!off("2022-05-09", "2022-05-05") && off("2022-05-09", "2022-05-06"));
    assert!(!off("2022-05-09", "2022-05-07"));
    assert!(off("2022-05-10", "2022-05-07") && !off("2022-05-10", "2022-05-08"));
    // Nothing else of the year has changed.
    assert_eq!(due(&it, "2022-03-28", 5, LATER), ("2022-04-02".to_owned(), false));
}

#[test]
fn a_mistyped_day_reads_as_corrected_from_the_correction_on() {
    let it = calendar(
        r#"
2026-11-20T10:00 md.calendar.published md/calendar/2027 id=cal {"year":2027,"issued_on":"2026-11-04","days":[{"date":"2027-01-04","name":"元旦","is_off_day":true}]}
2026-12-01T10:00 correction.recorded md/calendar/2027 {"target_event":"cal","field_path":"/body/days/0/date","new_value":"2027-01-01"}
"#,
    );
    let off = |date, known_at| day(&it, date, known_at).0 == DayKind::DayOff;
    assert!(off("2027-01-04", "2026-11-30") && !off("2027-01-01", "2026-11-30"));
    assert!(!off("2027-01-04", "2026-12-01") && off("2027-01-01", "2026-12-01"));
    assert!(!day(&it, "2027-01-01", "2026-12-01").1);
}

#[test]
fn days_that_cannot_be_read_are_passed_over_and_counted() {
    let script = r#"
2026-11-20T10:00 md.calendar.published md/calendar/2027 {"year":2027,"issued_on":"2026-11-04","days":[{"date":"2027-13-01","is_off_day":true},{"date":"2027-01-01"},7,{"date":"2027-01-01","is_off_day":true}]}
"#;
    let it = calendar(script);
    assert_eq!(day(&it, "2027-01-01", LATER), (DayKind::DayOff, false));
    let script = parse("test", script, &|_| None).expect("a script");
    let mut master = Master::default();
    master.apply(&Event::read(&script.entries[0]).expect("an entry"));
    assert_eq!(master.calendar_notices.unreadable().map(|(_, days)| days).sum::<usize>(), 3);
}
