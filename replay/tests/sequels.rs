//! What follows from findings, asked of a log without its sealed neighbour.

use plumbline_replay::event::Event;
use plumbline_replay::rules::{Ask, Finding, Outcome, Severity, judge};
use plumbline_replay::scenario::parse;
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::Zone;

fn script() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).ok();
    let text = read("SC05.scn").expect("the sample");
    parse("SC05.scn", &text, &read).expect("a script").entries
}

/// RX.1 as found on 2022-06-10, the day after the term of SC05 has run out.
fn gaps(entries: &[Vec<u8>], sealed_given: bool, threads: usize) -> Vec<Finding> {
    let day = Zone::SHANGHAI.instant("2022-06-10").expect("a date");
    let moment = Moment { as_of: day, known_at: day };
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given, threads };
    let judged = judge(&[entries.to_vec()], ask).expect("entries");
    judged.findings.into_iter().filter(|finding| finding.rule == "RX.1").collect()
}

#[test]
fn what_only_the_sealed_log_shows_is_not_missing_without_it() {
    let open: Vec<Vec<u8>> = script()
        .into_iter()
        .filter(|entry| !Event::read(entry).expect("an event").kind.starts_with("account."))
        .collect();
    let without = gaps(&open, false, 1);
    assert_eq!(without.len(), 1);
    assert_eq!(without[0].outcome, Outcome::Indeterminate, "{}", without[0].zh);
    let given = gaps(&open, true, 1);
    assert_eq!((given[0].outcome, given[0].severity), (Outcome::Signal, Severity::Red));
    assert!(given[0].zh.contains("缺移送纪检监察"), "{}", given[0].zh);
    assert_eq!(without[0].id(), given[0].id());
}

#[test]
fn the_supervisor_answers_and_threads_change_nothing() {
    let entries = script();
    let found = gaps(&entries, true, 1);
    let who = &found[0].accountable;
    assert_eq!(who.unit.as_deref(), Some("unit/xn"));
    assert_eq!(who.principal_leader.as_deref(), Some("officer/xn-lead"));
    assert_eq!(who.supervising_unit.as_deref(), Some("unit/xn"));
    assert_eq!(found[0].explanation["breach_unit"], "unit/sj");
    assert_eq!(gaps(&entries, true, 7), found);
}

/// Numbers from outside may be anything: they flag, refuse or are passed over, and
/// never stop a judging.
#[test]
fn absurd_numbers_stop_nothing() {
    const MAX: &str = "9007199254740991";
    let text = format!(
        r#"title absurd
2022-04-05 md.hall_register.registered md/r/1 unit=unit/zw {{"unit":"unit/a","items":["A"],"headcount":{MAX},"valid_from":"2022-04-05"}}
2022-04-05 md.hall_register.registered md/r/2 unit=unit/zw {{"unit":"unit/b","items":["A"],"headcount":-{MAX},"valid_from":"2022-04-05"}}
2022-04-05 hall.chief_rep.appointed chief-rep/1 {{"full_time":false}}
2022-05-09 approval.decision.granted approval/1 unit=unit/a {{"decision_no":"字〔2022〕{MAX}号"}}
2022-05-09 approval.decision.granted approval/2 unit=unit/a {{"decision_no":"字〔2022〕1号"}}
2022-05-10 hall.number_register.declared number-register/a unit=unit/a {{"unit":"unit/a","doc_type":"字","year":2022,"first_no":-{MAX},"last_no":{MAX},"voided":[{MAX}]}}
2022-05-10 system.outage.started system/1 {{"planned":false}}
2022-06-01 finding.verified finding/1 unit=unit/xn {{"finding_id":"finding(R2.2.4b md/unit/a 2022-04-05)","decision":"confirmed","by":"x","reason":"x"}}
2022-06-02 account.establishment.withdrawn account/1 unit=unit/bb {{"unit":"unit/a","headcount":{MAX},"finding_id":"finding(R2.2.4b md/unit/a 2022-04-05)"}}
2022-06-02 account.establishment.withdrawn account/1 unit=unit/bb {{"unit":"unit/a","headcount":{MAX},"finding_id":"finding(R2.2.4b md/unit/a 2022-04-05)"}}
2022-08-01 system.heartbeat system/1 {{"system":"x"}}
"#
    );
    let entries = parse("absurd", &text, &|_| None).expect("a script").entries;
    let day = Zone::SHANGHAI.instant("2022-08-02").expect("a date");
    let moment = Moment { as_of: day, known_at: day };
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 2 };
    let judged = judge(&[entries], ask).expect("entries");
    assert!(judged.findings.iter().any(|finding| finding.rule == "R2.2.4b"));
}
