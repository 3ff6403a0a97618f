//! The city's master data, grown from its own log: every table can be read whole,
//! and the record itself is in order.

use super::city::{entries, told};
use plumbline::config::Layout;
use plumbline::demo::{Misconduct, Options};
use plumbline::ledger::{LogName, read_config};
use plumbline::master::grow;
use plumbline::reader::Reader;
use plumbline_replay::master::{At, ItemStatus, Master};
use plumbline_replay::rules::quality::is_quality;
use plumbline_replay::rules::{Ask, judge};
use plumbline_replay::state::Moment;
use plumbline_replay::time::calendar::Calendar;
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use std::path::Path;

/// Tables that the city tells nothing of: filings stand in their cases, batches are
/// declared whole, and a rule set is published by whoever runs the engine.
const UNTOLD: [&str; 4] = ["batch_row", "inspection_filing", "ruleset", "rule"];

fn master(root: &Path) -> Master {
    let layout = Layout::new(root);
    let config = read_config(&layout).unwrap();
    let reader = Reader::open(&layout, &config, LogName::Open).unwrap();
    grow(&reader, Micros::MAX, |_| true).unwrap()
}

fn on(day: &str) -> At {
    At { on: parse_date(day).unwrap(), known_at: Micros::MAX }
}

/// What is planted may be odd about the record too.
const LAWFUL: Options = Options { seed: 7, cases: 160, misconduct: Misconduct::None };

#[test]
fn every_table_of_the_city_can_be_read_whole() {
    let (dir, _) = told(LAWFUL);
    let root = dir.path().join("city");
    let master = master(&root);
    for table in master.tables() {
        let rows = table.in_force(on("2026-06-30"));
        let untold = UNTOLD.contains(&table.entity());
        assert_eq!(rows.is_empty(), untold, "{}", table.entity());
        for row in rows {
            assert!(row.missing.is_empty(), "{} {} {:?}", row.entity, row.key, row.missing);
        }
    }
    let counts = |kind: &str| {
        let batches = master.batches.each_at(on("2026-06-30"));
        let mut own = batches.filter(|batch| batch.row.kind.as_deref() == Some(kind));
        own.next().and_then(|batch| batch.row.rows.as_ref()).map(Vec::len)
    };
    assert_eq!([counts("下放"), counts("委托"), counts("取消")], [Some(54), Some(9), Some(79)]);
    let cancelled = master.items.keys().filter(|code| {
        matches!(master.item_status(code, on("2025-01-01")), ItemStatus::Cancelled { .. })
    });
    assert_eq!(cancelled.count(), 79);
    for list in ["delegation", "inspection", "first_violation", "default"] {
        assert!(master.exempt_domains.at(list, on("2025-01-01")).is_some(), "{list}");
    }
    let leader = |day| {
        let held = master.holder("unit/9901-12", "主要负责人", on(day));
        held.map(|held| held.row.officer.clone())
    };
    assert!(leader("2025-03-09").is_some() && leader("2025-03-10").is_some());
    assert_ne!(leader("2025-03-09"), leader("2025-03-10"));
    assert_eq!(
        master.carried_on_by("unit/9901-92", on("2025-01-01")).into_iter().collect::<Vec<_>>(),
        ["unit/9901-10".into()]
    );
}

#[test]
fn the_citys_own_calendar_is_the_state_councils() {
    let (dir, _) = told(LAWFUL);
    let calendar = master(&dir.path().join("city")).calendar_notices.calendar().into_owned();
    let shipped = Calendar::china();
    let days = parse_date("2020-12-20").unwrap().iter_days().take(6 * 366);
    for day in days {
        for known_at in ["2024-11-11", "2024-11-12", "2025-11-03", "2025-11-04", "2026-06-30"] {
            let known_at = Zone::SHANGHAI.end_of(parse_date(known_at).unwrap());
            assert_eq!(calendar.day(day, known_at), shipped.day(day, known_at), "{day}");
        }
    }
}

#[test]
fn the_record_of_the_city_is_in_order() {
    let (dir, _) = told(LAWFUL);
    let blocks = [entries(&dir.path().join("city"), LogName::Open)];
    let now = Zone::SHANGHAI.end_of(parse_date("2026-06-30").unwrap());
    let moment = Moment { as_of: now, known_at: now };
    let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: false, threads: 2 };
    let judged = judge(&blocks, ask).unwrap();
    let odd: Vec<String> = judged
        .findings
        .iter()
        .filter(|finding| is_quality(finding.rule))
        .map(|finding| format!("{} {} {}", finding.rule, finding.stream, finding.zh))
        .collect();
    assert!(odd.is_empty(), "{}", odd.join("\n"));
    assert!(judged.compliant.get("DQ.1").is_some_and(|count| *count > 1000));
}
