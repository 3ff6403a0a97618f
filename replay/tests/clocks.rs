//! The clocks of cases, from scripts of events: what stretches them, what is only
//! claimed to, and where they stop.

use plumbline_replay::event::Event;
use plumbline_replay::integrity::json::parse as json;
use plumbline_replay::master::Master;
use plumbline_replay::rules::Ask;
use plumbline_replay::rules::bench::{Bench, Case};
use plumbline_replay::rules::case_file::Known;
use plumbline_replay::rules::clocks::{self, ClockKind, ClockReading, StartBy, Unrecognised};
use plumbline_replay::scenario::parse;
use plumbline_replay::state::Moment;
use plumbline_replay::time::calendar::Calendar;
use plumbline_replay::time::civil::Zone;

/// Reads one clock of `approval/1` (or `joint/1`) of a script, as of and as known
/// at the end of two days.
fn read(script: &str, kind: ClockKind, as_of: &str, known_at: &str) -> Option<ClockReading> {
    let script = parse("test", script, &|_| None).expect("a script");
    let instant = |text| Zone::SHANGHAI.instant(text).expect("a date");
    let moment = Moment { as_of: instant(as_of), known_at: instant(known_at) };
    let mut master = Master::default();
    let mut entries: Vec<&[u8]> = Vec::new();
    let mut stream = "";
    for entry in &script.entries {
        let event = Event::read(entry).expect("an entry");
        master.apply(&event);
        if let Some(known) = ["approval/1", "joint/1"].iter().find(|name| event.stream == **name) {
            stream = known;
            entries.push(entry);
        }
    }
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 };
    let bench = Bench::new(&master, Calendar::china(), ask);
    let known = Known::of(&entries, &bench).expect("entries");
    let file = known.case(stream, &bench).expect("a case");
    let case = Case::new(&bench, &file);
    let whole = clocks::read(&case, kind);
    // The cheap answer and the full one agree.
    let late = clocks::late(&case, kind).is_some();
    assert_eq!(late, whole.as_ref().is_some_and(|reading| reading.late));
    if let Some(reading) = &whole {
        let explained = reading.explanation(&case).to_string();
        assert!(json(explained.as_bytes()).is_ok());
    }
    whole
}

fn legal(script: &str, as_of: &str) -> ClockReading {
    read(script, ClockKind::Legal, as_of, "2030-01-01").expect("a legal clock")
}

fn due(reading: &ClockReading) -> String {
    reading.due.to_string()
}

const ACCEPTED: &str = "\
2022-04-06T09:00 approval.application.submitted approval/1 unit=unit/a {}
2022-04-06T10:00 approval.acceptance.granted approval/1 unit=unit/a {\"accepted_on\":\"2022-04-06\",\"promised_due\":\"2022-04-15\",\"legal_due\":\"2022-05-06\"}
";

#[test]
fn the_legal_clock_of_twenty_days_runs_to_the_end_of_its_last_day() {
    let running = legal(ACCEPTED, "2022-05-06");
    assert_eq!((due(&running).as_str(), running.late, running.remaining), ("2022-05-06", false, 0));
    let over = legal(ACCEPTED, "2022-05-09");
    assert_eq!((over.late, over.over), (true, 2));
    let good = format!("{ACCEPTED}2022-05-06T23:59 approval.decision.granted approval/1 {{}}\n");
    assert!(!legal(&good, "2022-06-01").late);
    let bad = format!("{ACCEPTED}2022-05-07T00:00 approval.decision.granted approval/1 {{}}\n");
    let bad = legal(&bad, "2022-06-01");
    // 2022-05-07 is a Saturday that is worked.
    assert_eq!((bad.late, bad.over, bad.used), (true, 1, 20));
    let by_day = format!("{ACCEPTED}2022-05-06 approval.decision.granted approval/1 {{}}\n");
    assert!(!legal(&by_day, "2022-06-01").late);
}

#[test]
fn a_promise_that_no_catalogue_lists_is_what_the_applicant_was_told() {
    let promise = read(ACCEPTED, ClockKind::Promise, "2022-04-16", "2030-01-01").unwrap();
    assert_eq!((promise.n, due(&promise).as_str(), promise.late), (7, "2022-04-15", true));
    let certified = format!(
        "{ACCEPTED}2022-04-15T16:00 approval.decision.granted approval/1 {{}}
2022-04-18T09:00 approval.certificate.issued approval/1 {{}}\n"
    );
    // Not ready for collection before the certificate is made out (P06).
    assert!(read(&certified, ClockKind::Promise, "2022-05-01", "2030-01-01").unwrap().late);
    let by_decision = format!(
        "2022-04-05 md.parameter.set md/parameter/P06 unit=unit/x {{\"id\":\"P06\",\"value\":{{\"legal\":\"决定\",\"promise\":\"决定\"}},\"valid_from\":\"2022-04-05\"}}\n{certified}"
    );
    assert!(!read(&by_decision, ClockKind::Promise, "2022-05-01", "2030-01-01").unwrap().late);
}

#[test]
fn a_notice_that_came_late_lets_the_clock_run_from_receipt() {
    let silent = "2022-04-06T10:00 approval.application.submitted approval/1 unit=unit/a {}\n";
    let notice = |day| {
        format!(
            "{silent}{day} approval.supplement.requested approval/1 {{}}\n2022-04-20T09:00 approval.supplement.submitted approval/1 {{}}\n2022-04-21T09:00 approval.acceptance.granted approval/1 {{}}\n"
        )
    };
    let late = legal(&notice("2022-04-14T09:00"), "2022-05-09");
    assert_eq!((late.start.by, due(&late).as_str()), (StartBy::Deemed, "2022-05-06"));
    let timely = legal(&notice("2022-04-13T23:59"), "2022-05-09");
    assert_eq!(
        (timely.start.by, timely.start.on.to_string().as_str()),
        (StartBy::Acceptance, "2022-04-21")
    );
    // Nobody has said anything: accepted all the same, once the term is over.
    let mute = |as_of| read(silent, ClockKind::Legal, as_of, "2030-01-01");
    assert!(mute("2022-04-13").is_none());
    assert_eq!(mute("2022-04-14").unwrap().start.by, StartBy::Deemed);
}

#[test]
fn a_suspension_counts_only_with_written_notice_and_of_a_listed_kind() {
    let with = |body: &str| {
        let script = format!(
            "{ACCEPTED}2022-04-11T09:00 approval.special_procedure.started approval/1 id=s-1 {body}
2022-04-15T17:00 approval.special_procedure.ended approval/1 {{\"ref\":\"s-1\",\"ended_on\":\"2022-04-15\"}}\n"
        );
        legal(&script, "2022-05-20")
    };
    let notified = with(
        "{\"kind\":\"检验\",\"expected_wd\":5,\"applicant_notified_at\":\"2022-04-11T09:00:00+08:00\"}",
    );
    assert_eq!((due(&notified).as_str(), notified.due_claimed), ("2022-05-12", None));
    let silent = with("{\"kind\":\"检验\",\"expected_wd\":5}");
    assert_eq!(silent.suspensions[0].refused, Some(Unrecognised::NoWrittenNotice));
    assert_eq!(due(&silent), "2022-05-06");
    assert_eq!(silent.due_claimed.unwrap().to_string(), "2022-05-12");
    let other = with(
        "{\"kind\":\"领导外出\",\"expected_wd\":5,\"applicant_notified_at\":\"2022-04-11T09:00:00+08:00\"}",
    );
    assert_eq!(other.suspensions[0].refused, Some(Unrecognised::NoStatutoryKind));
}

#[test]
fn an_extension_counts_once_in_time_by_the_right_post_and_notified() {
    let with = |when: &str, days: u32, post: &str, more: &str| {
        let script = format!(
            "{ACCEPTED}{when} approval.extension.approved approval/1 unit=unit/a {{\"days\":{days},\"approver_post\":\"{post}\"}}\n{more}"
        );
        let reading = legal(&script, "2022-07-01");
        (due(&reading), reading.extensions.last().and_then(|claim| claim.refused))
    };
    let told =
        "2022-05-06T18:00 approval.extension.notified approval/1 {\"reason\":\"案情复杂\"}\n";
    let good = ("2022-05-19".to_owned(), None);
    assert_eq!(with("2022-05-06T17:00", 10, "本机关负责人", told), good);
    let refused = |why| ("2022-05-06".to_owned(), Some(why));
    let late =
        "2022-05-07T18:00 approval.extension.notified approval/1 {\"reason\":\"案情复杂\"}\n";
    assert_eq!(
        with("2022-05-07T00:00", 10, "本机关负责人", late),
        refused(Unrecognised::AfterExpiry)
    );
    assert_eq!(with("2022-05-06T17:00", 11, "本机关负责人", told), refused(Unrecognised::TooLong));
    assert_eq!(with("2022-05-06T17:00", 10, "科长", told), refused(Unrecognised::WrongPost));
    assert_eq!(
        with("2022-05-06T17:00", 10, "本机关负责人", ""),
        refused(Unrecognised::NotNotified)
    );
    let twice = format!(
        "{told}2022-05-18T09:00 approval.extension.approved approval/1 {{\"days\":10,\"approver_post\":\"本机关负责人\"}}\n2022-05-18T10:00 approval.extension.notified approval/1 {{\"reason\":\"案情复杂\"}}\n"
    );
    assert_eq!(
        with("2022-05-06T17:00", 10, "本机关负责人", &twice),
        ("2022-05-19".to_owned(), Some(Unrecognised::Second))
    );
}

#[test]
fn a_calendar_that_was_amended_gives_two_answers() {
    let script = "2020-01-06T09:00 approval.acceptance.granted approval/1 unit=unit/a {}\n";
    let known = |at| read(script, ClockKind::Legal, "2020-02-20", at).unwrap();
    assert_eq!(due(&known("2020-01-26")), "2020-02-06");
    let after = known("2020-03-01");
    assert_eq!(due(&after), "2020-02-10");
    assert_eq!(after.due_known_then.unwrap().to_string(), "2020-02-06");
}

#[test]
fn joint_handling_has_forty_five_days() {
    let script =
        "2022-04-06T09:00 joint.case.opened joint/1 unit=unit/a {\"lead_unit\":\"unit/a\"}\n";
    assert_eq!(due(&legal(script, "2022-04-07")), "2022-06-10");
}
