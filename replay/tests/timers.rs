//! Timers, from scripts of events: each fact once, at the moment it became due,
//! however late it is looked for.

use plumbline_replay::event::Event;
use plumbline_replay::master::Master;
use plumbline_replay::rules::Ask;
use plumbline_replay::rules::bench::{Bench, Case};
use plumbline_replay::rules::case_file::Known;
use plumbline_replay::rules::clocks::{self, StartBy};
use plumbline_replay::scenario::{Script, parse};
use plumbline_replay::state::Moment;
use plumbline_replay::time::calendar::Calendar;
use plumbline_replay::time::civil::Zone;
use plumbline_replay::timers::{DueEvent, due};

const CITY: Zone = Zone::SHANGHAI;

fn script(text: &str) -> Script {
    parse("test", text, &|_| None).expect("a script")
}

/// Runs `work` on the one case of a script that is no master data.
fn with_case<T>(text: &str, as_of: &str, work: impl FnOnce(&Case<'_>) -> T) -> T {
    let script = script(text);
    let as_of = CITY.instant(as_of).expect("a date");
    let moment = Moment { as_of, known_at: i64::MAX };
    let mut master = Master::default();
    let mut entries: Vec<&[u8]> = Vec::new();
    let mut stream = String::new();
    for entry in &script.entries {
        let event = Event::read(entry).expect("an entry");
        master.apply(&event);
        if !event.stream.starts_with("md/") {
            stream = event.stream.to_string();
            entries.push(entry);
        }
    }
    let calendar = Calendar::china();
    let ask = Ask { moment, zone: CITY, sealed_given: true, threads: 1 };
    let bench = Bench::new(&master, calendar, ask);
    let known = Known::of(&entries, &bench).expect("entries");
    let file = known.case(&stream, &bench).expect("a case");
    work(&Case::new(&bench, &file))
}

/// What is due, without the cards.
fn due_by(text: &str, as_of: &str) -> Vec<DueEvent> {
    let mut found = with_case(text, as_of, due);
    found.retain(|event| event.kind != "warning.card.issued.v1");
    found
}

fn said(events: &[DueEvent]) -> Vec<(String, String)> {
    let one = |event: &DueEvent| (CITY.rfc3339(event.occurred), event.kind.to_owned());
    events.iter().map(one).collect()
}

/// The script with these events recorded.
fn recorded(text: &str, events: &[DueEvent]) -> String {
    let mut out = text.to_owned();
    for event in events {
        let when = CITY.rfc3339(event.occurred);
        let kind = event.kind.strip_suffix(".v1").expect("a version");
        let body = event.body.to_string();
        let when = when.get(..16).expect("a minute");
        out.push_str(&format!("{when} {kind} {} source=timer unit=unit/a {body}\n", event.stream));
    }
    out
}

fn one(moment: &str, kind: &str) -> Vec<(String, String)> {
    vec![(format!("{moment}:00+08:00"), format!("{kind}.v1"))]
}

const SILENT: &str = "2022-04-06T10:00 approval.application.submitted approval/1 unit=unit/a {}\n";

#[test]
fn deemed_acceptance_is_due_at_midnight_however_late_it_is_looked_for() {
    assert_eq!(said(&due_by(SILENT, "2022-04-13")), []);
    let due = due_by(SILENT, "2022-04-20");
    assert_eq!(said(&due), one("2022-04-14T00:00", "approval.acceptance.deemed"));
    assert_eq!(due[0].body["deemed_on"], "2022-04-06");
    // A second look finds the same event by the same id, and none once it is recorded.
    assert_eq!(due_by(SILENT, "2022-04-25")[0].id(), due[0].id());
    assert_eq!(due_by(&recorded(SILENT, &due), "2022-04-25"), []);
    // Another source's record of the same fact counts as well.
    let by_hand = format!(
        "{SILENT}2022-04-15T09:00 approval.acceptance.deemed approval/1 unit=unit/a {{\"deemed_on\":\"2022-04-06\"}}\n"
    );
    assert_eq!(due_by(&by_hand, "2022-04-25"), []);
    let id = due[0].id();
    assert_eq!((id.len(), &id[14..15]), (36, "8"));
}

#[test]
fn an_act_recorded_late_takes_nothing_back_and_moves_the_clock() {
    let deemed = recorded(SILENT, &due_by(SILENT, "2022-04-20"));
    let late = format!(
        "{deemed}2022-04-12T09:00 approval.acceptance.granted approval/1 recorded=2022-04-22T09:00 unit=unit/a {{}}\n"
    );
    let start = |text: &str| {
        with_case(text, "2022-04-25", |case| {
            let reading = clocks::legal(case).expect("a legal clock");
            (reading.start.by, reading.start.on.to_string(), case.file.acts.len())
        })
    };
    assert_eq!(start(&deemed), (StartBy::Deemed, "2022-04-06".to_owned(), 2));
    assert_eq!(start(&late), (StartBy::Acceptance, "2022-04-12".to_owned(), 3));
    assert_eq!(due_by(&late, "2022-04-25"), []);
}

const WHITELISTED: &str = "\
2022-04-05 md.item.registered md/item/1 unit=unit/bb {\"item_code\":\"X-1\",\"default_eligible\":true,\"valid_from\":\"2022-04-05\"}
2022-04-05 md.promise.registered md/promise/1 unit=unit/a {\"item\":\"X-1\",\"promised_wd\":7,\"published_on\":\"2022-04-05\",\"valid_from\":\"2022-04-05\"}
2022-04-06T09:00 approval.acceptance.granted approval/1 unit=unit/a item=X-1 {\"accepted_on\":\"2022-04-06\"}
";

#[test]
fn silence_is_recorded_by_the_mode_and_scope_that_are_set() {
    let with = |value: &str| {
        let set = format!(
            "2022-04-05 md.parameter.set md/parameter/P07 unit=unit/x {{\"id\":\"P07\",\"value\":{value},\"valid_from\":\"2022-04-05\"}}\n"
        );
        due_by(&format!("{set}{WHITELISTED}"), "2022-04-18")
    };
    let expected = one("2022-04-16T00:00", "approval.timeout.deemed_approved");
    let unset = due_by(WHITELISTED, "2022-04-18");
    assert_eq!(said(&unset), expected);
    assert_eq!(unset[0].body["mode"], "propose_then_confirm");
    assert_eq!(due_by(WHITELISTED, "2022-04-15"), []);
    let automatic = with("{\"mode\":\"automatic\",\"scope\":[\"whitelist\"]}");
    assert_eq!((said(&automatic), &automatic[0].body["mode"]), (expected, &"automatic".into()));
    assert_eq!(with("{\"mode\":\"detect_only\",\"scope\":[\"whitelist\"]}"), []);
    assert_eq!(with("{\"mode\":\"automatic\",\"scope\":[\"green_channel\"]}"), []);
    let excluded = WHITELISTED.replace("\"default_eligible\":true", "\"default_eligible\":false");
    assert_eq!(due_by(&excluded, "2022-04-18"), []);
    assert_eq!(due_by(&recorded(WHITELISTED, &unset), "2022-04-30"), []);
}

#[test]
fn absence_counts_for_those_who_acknowledged_the_notice() {
    let text = "\
2022-05-10T09:00 joint.meeting.convened joint/1 unit=unit/a id=m-1 {\"notified\":[\"unit/b\",\"unit/c\"]}
2022-05-10T10:00 joint.subcase.receipt_confirmed joint/1 unit=unit/b {\"subcase\":\"S1\",\"unit\":\"unit/b\"}
2022-05-12T16:30 joint.meeting.attendance_recorded joint/1 unit=unit/a {\"attended\":[]}
";
    let due = due_by(text, "2022-05-13");
    assert_eq!(said(&due), one("2022-05-12T16:30", "joint.absence.deemed_consent"));
    assert_eq!(due[0].body["unit"], "unit/b");
    assert_eq!(due_by(&recorded(text, &due), "2022-05-13"), []);
}

#[test]
fn a_part_without_an_opinion_is_due_and_the_others_are_not() {
    let text = "\
2022-04-05 md.item.registered md/item/1 unit=unit/bb {\"item_code\":\"X-1\",\"default_eligible\":true,\"valid_from\":\"2022-04-05\"}
2022-05-10T09:00 joint.case.opened joint/1 unit=unit/a {\"lead_unit\":\"unit/a\"}
2022-05-10T10:00 joint.subcase.dispatched joint/1 unit=unit/b item=X-1 {\"subcase\":\"S1\",\"unit\":\"unit/b\",\"due\":\"2022-05-20\"}
2022-05-10T10:00 joint.subcase.dispatched joint/1 unit=unit/c item=X-1 {\"subcase\":\"S2\",\"unit\":\"unit/c\",\"due\":\"2022-05-20\"}
2022-05-20T23:59 joint.subcase.opinion_given joint/1 unit=unit/c {\"subcase\":\"S2\",\"unit\":\"unit/c\",\"opinion\":\"同意\"}
";
    let due = due_by(text, "2022-05-25");
    assert_eq!(said(&due), one("2022-05-21T00:00", "approval.timeout.deemed_approved"));
    assert_eq!(due[0].body["subcase"], "S1");
    assert_eq!(due_by(&recorded(text, &due), "2022-05-25"), []);
}

#[test]
fn a_surcharge_starts_the_day_after_and_stops_at_the_fine() {
    let text = "\
2026-03-02T09:00 penalty.decision.made penalty/1 unit=unit/a {\"penalties\":[{\"kind\":\"罚款\",\"amount_fen\":1000000}]}
2026-03-02T10:00 penalty.document.served penalty/1 unit=unit/a {}
";
    assert_eq!(due_by(text, "2026-03-17"), []);
    let started = due_by(text, "2026-04-30");
    assert_eq!(said(&started), one("2026-03-18T00:00", "penalty.surcharge.started"));
    let running = recorded(text, &started);
    assert_eq!(due_by(&running, "2026-04-20"), []);
    // Day 34 is 2026-04-20.
    let stopped = due_by(&running, "2026-04-30");
    assert_eq!(said(&stopped), one("2026-04-21T00:00", "penalty.surcharge.stopped"));
    assert_eq!(due_by(&recorded(&running, &stopped), "2026-12-31"), []);
    let paid =
        format!("{text}2026-03-17T20:00 penalty.fine.paid penalty/1 {{\"amount_fen\":1000000}}\n");
    assert_eq!(due_by(&paid, "2026-04-30"), []);
}

#[test]
fn publicity_and_permits_end_on_their_days() {
    let published = "2026-03-02T09:00 penalty.published penalty/1 unit=unit/a {\"until\":\"2026-05-31\",\"class\":\"轻微\"}\n";
    assert_eq!(due_by(published, "2026-05-31"), []);
    let expired = due_by(published, "2026-06-10");
    assert_eq!(said(&expired), one("2026-06-01T00:00", "penalty.publicity.expired"));
    assert_eq!(due_by(&recorded(published, &expired), "2026-06-10"), []);
    // Nor longer than P19 lets it, whatever was published; and where nothing was said.
    for until in ["\"until\":\"2029-01-01\",", ""] {
        let published = format!(
            "2026-04-02T09:00 penalty.published penalty/1 unit=unit/a {{{until}\"class\":\"轻微\"}}\n"
        );
        assert_eq!(due_by(&published, "2026-07-02"), []);
        let expired = due_by(&published, "2026-07-10");
        assert_eq!(said(&expired), one("2026-07-03T00:00", "penalty.publicity.expired"));
    }
    let applied = "2022-01-10T09:00 approval.renewal.applied approval/1 unit=unit/a {\"cert_no\":\"证1\",\"expires_on\":\"2022-03-15\"}\n";
    assert_eq!(due_by(applied, "2022-03-15"), []);
    let renewed = due_by(applied, "2022-03-20");
    assert_eq!(said(&renewed), one("2022-03-16T00:00", "approval.renewal.deemed"));
    assert_eq!(due_by(&recorded(applied, &renewed), "2022-03-20"), []);
}

#[test]
fn cards_warn_before_the_end_and_are_red_after_it() {
    let text = "2022-04-06T09:00 approval.acceptance.granted approval/1 unit=unit/a {}\n";
    let cards = |as_of: &str| {
        let found = with_case(text, as_of, due);
        let one = |event: &DueEvent| {
            let level = event.body["level"].as_str().unwrap_or_default().to_owned();
            (CITY.date(event.occurred).to_string(), level)
        };
        found.iter().map(one).collect::<Vec<_>>()
    };
    let card = |day: &str, level: &str| (day.to_owned(), level.to_owned());
    // Twenty working days to 2022-05-06: the eighteenth is 29 April, the nineteenth,
    // after the holiday, 5 May.
    assert_eq!(cards("2022-04-28"), []);
    let all = [card("2022-04-29", "提示"), card("2022-05-05", "黄"), card("2022-05-07", "红")];
    assert_eq!(cards("2022-05-10"), all);
}
