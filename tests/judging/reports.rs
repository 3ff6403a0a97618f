//! `plumb report`: every report in every format, made again byte for byte, and
//! found out where a figure was changed.

use super::{asked, city, text};
use plumbline::config::Layout;
use plumbline::judged::{Judged, ends, refresh};
use plumbline::ledger::read_config;
use plumbline_replay::evidence::Evidence;
use plumbline_replay::report::{self, About, Hearing, Period, Request, Sheet};
use plumbline_replay::rules::Ask;
use plumbline_replay::time::civil::{Zone, parse_date};

const PERIOD: [&str; 4] = ["--from", "2024-07-01", "--to", "2026-06-30"];

/// What reports need of the city, kept.
fn kept() -> Judged {
    let layout = Layout::new(city());
    let config = read_config(&layout).expect("a configuration");
    refresh(&layout, &config, 2, true).expect("the city is judged and kept");
    let kept = Judged::open(&layout, &config).expect("it is kept");
    assert_eq!(kept.ends(), ends(&layout, &config).expect("the logs' ends"));
    kept
}

fn make(id: &str, file: &str) {
    let mut arguments = vec!["report", "run", id, "-o", file];
    arguments.extend(PERIOD);
    asked(&arguments, 0);
}

#[test]
fn every_report_is_what_the_pure_package_makes_of_the_same_log() {
    let evidence = Evidence::read(city(), &[], 2).expect("the city verifies");
    let day = |text: &str| parse_date(text).expect("a date");
    let request = Request {
        about: About::default(),
        period: Period { from: day(PERIOD[1]), to: day(PERIOD[3]) },
        ask: Ask {
            moment: evidence.moment(None, None),
            zone: Zone::SHANGHAI,
            sealed_given: true,
            threads: 1,
        },
        origin: evidence.origin.clone(),
        log_size: evidence.size,
        head: evidence.head.to_string(),
        sealed_size: evidence.sealed_size,
    };
    let mut hearing = Hearing::open(&evidence.blocks, &request).expect("the city is judged");
    let kept = kept();
    let mut with_rows = 0;
    // Days that begin and end within a month, then the whole period.
    for period in [Period { from: day("2025-03-11"), to: day("2025-04-09") }, request.period] {
        hearing.turn_to(period);
        with_rows = 0;
        let all: Vec<_> = report::all().collect();
        for (one, sheet) in all.iter().zip(hearing.sheets(&all).expect("every report")) {
            with_rows += usize::from(!sheet.rows.is_empty());
            every_figure_rests_on_entries(&sheet);
            let kept = kept.sheet(one, period).expect("its part is kept");
            assert!(report::to_json(&kept) == report::to_json(&sheet), "{} kept differs", one.id);
            // Judging the whole city for each would take minutes and show no more.
            let how: &[&str] = match (one.id, period == request.period) {
                ("RP06" | "RP15" | "RP24" | "RP28", true) => &[],
                ("RP01", true) => &["--from-log"],
                _ => continue,
            };
            let mut arguments = vec!["report", "run", one.id, "--format", "json"];
            arguments.extend(PERIOD.iter().chain(how));
            assert!(asked(&arguments, 0) == report::to_json(&sheet), "{} differs", one.id);
        }
    }
    // A report that is empty on a whole city tests nothing.
    assert!(with_rows >= 15, "only {with_rows} reports have rows");
    in_any_number_of_threads(&evidence, &request, &hearing);
}

/// Rows of what no entry tells, the register of rules and the log as a whole, rest on none.
fn every_figure_rests_on_entries(sheet: &Sheet) {
    let of_none = sheet.rows.iter().filter(|row| row.entries.is_empty());
    let none: Vec<_> = of_none.map(|row| &row.cells).collect();
    assert!(none.is_empty() || matches!(sheet.id, "RP24" | "RP30"), "{}: {none:?}", sheet.id);
}

/// More threads than cores among them: what is compared is not speed. What is kept was
/// judged in as many as there are cores.
fn in_any_number_of_threads(evidence: &Evidence, request: &Request, in_one: &Hearing<'_>) {
    let all: Vec<_> = report::all().collect();
    let in_one = in_one.sheets(&all).expect("every report");
    for threads in [3, 8] {
        let ask = Ask { threads, ..request.ask };
        let hearing = Hearing::open(&evidence.blocks, &Request { ask, ..request.clone() });
        let sheets = hearing.and_then(|hearing| hearing.sheets(&all)).expect("every report");
        for (one, other) in in_one.iter().zip(&sheets) {
            let same = report::to_json(one) == report::to_json(other);
            assert!(same, "{} differs in {threads} threads", one.id);
        }
    }
}

#[test]
fn a_page_says_names_and_has_the_same_bytes_from_the_log_and_from_what_is_kept() {
    let _kept = kept();
    for format in ["html", "xlsx"] {
        let page = |how: &str| {
            let mut arguments = vec!["report", "run", "RP06", "--format", format, how];
            arguments.extend(PERIOD);
            asked(&arguments, 0)
        };
        let from_log = page("--from-log");
        assert!(from_log == page("--kept"), "{format}");
        if format == "html" {
            let page = String::from_utf8(from_log).expect("text");
            assert!(
                page.contains("<td>市市场监督管理局<small>unit/<wbr>9901-<wbr>10</small></td>")
            );
        }
    }
}

#[test]
fn a_report_file_is_verified_in_every_format_and_a_changed_figure_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    for (id, format) in
        [("RP06", "json"), ("RP05", "csv"), ("RP09", "xlsx"), ("RP14", "html"), ("RP28", "csv")]
    {
        let file = folder.path().join(format!("{id}.{format}"));
        make(id, text(&file));
        asked(&["report", "verify", text(&file)], 0);
        let mut bytes = std::fs::read(&file).expect("the report");
        if format == "xlsx" {
            continue;
        }
        // A digit in the first half of the file: a figure or a date.
        let at = (bytes.len() / 3..bytes.len()).find(|at| bytes[*at].is_ascii_digit());
        let at = at.expect("a report has figures");
        bytes[at] = if bytes[at] == b'9' { b'8' } else { bytes[at] + 1 };
        std::fs::write(&file, bytes).expect("written");
        let verdict = super::plumb(&["report", "verify", text(&file), "--dir", text(city())]);
        let exit = verdict.status.code();
        assert!(matches!(exit, Some(3 | 4)), "{id}.{format}: {exit:?}");
    }
    let nothing = folder.path().join("nothing.json");
    std::fs::write(&nothing, b"{}").expect("written");
    asked(&["report", "verify", text(&nothing)], 4);
}

#[test]
fn earlier_moments_give_earlier_reports() {
    let of = |known: &str| {
        let mut arguments = vec!["report", "run", "RP06", "--as-of", known, "--known-at", known];
        arguments.extend(PERIOD);
        let bytes = asked(&arguments, 0);
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        json["row_count"].as_u64().expect("a count")
    };
    let (early, late) = (of("2025-01-31"), of("2026-06-30"));
    assert!(early < late, "{early} {late}");
}
