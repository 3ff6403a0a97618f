//! `plumb timers`: what time alone brings about gets into a ledger once.

use plumbline::clock::{Clock, ScriptedClock};
use plumbline::config::Config;
use plumbline::ledger::submission::Submission;
use plumbline::ledger::{Ledger, LogName, Surroundings};
use plumbline::reader::Reader;
use plumbline::timers;
use plumbline_replay::event::Event;
use plumbline_replay::integrity::json::parse;
use plumbline_replay::time::civil::Zone;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn plumb(arguments: &[&str]) -> (Option<i32>, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_plumb")).args(arguments).output();
    let program = program.expect("the program runs");
    let text = String::from_utf8(program.stdout).expect("text");
    assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
    (program.status.code(), text)
}

fn submission(id: u32, stream: &str, kind: &str, at: &str, body: &str) -> String {
    format!(
        r#"{{"id":"018f0000-0000-7000-8000-{id:012}","stream":"{stream}","type":"{kind}","occurred_at":"{at}","source":{{"system":"window","kind":"native"}},"actor":{{"unit":"unit/a"}},"body":{body}}}"#
    )
}

/// A ledger with one application that nobody answered.
fn ledger(folder: &Path) -> String {
    let dir = folder.join("ledger").display().to_string();
    plumb(&["init", &dir]);
    let lines = submission(
        1,
        "approval/1",
        "approval.application.submitted.v1",
        "2024-03-04T10:00:00+08:00",
        r#"{"application_no":"申1","channel":"窗口"}"#,
    );
    let file = folder.join("in.ndjson");
    std::fs::write(&file, lines + "\n").expect("a file");
    plumb(&["append", "--dir", &dir, &file.display().to_string()]);
    dir
}

fn entries(dir: &str) -> Vec<serde_json::Value> {
    let (_, text) = plumb(&["export", "--dir", dir, "ndjson"]);
    let lines = text.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).expect("an entry")).collect()
}

#[test]
fn what_is_due_is_recorded_once_with_the_moment_it_became_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = ledger(folder.path());
    let before = entries(&dir).len();
    let run = |until: &str| plumb(&["timers", "run", "--dir", &dir, "--until", until, "--json"]).1;
    // A dry run lists and records nothing.
    let (_, listed) =
        plumb(&["timers", "run", "--dir", &dir, "--until", "2024-03-20", "--dry-run", "--json"]);
    assert!(listed.contains("approval.acceptance.deemed.v1"), "{listed}");
    assert_eq!(entries(&dir).len(), before);
    // Five working days end on 11 March.
    assert!(run("2024-03-11").contains("\"recorded\":0"));
    assert!(run("2024-03-20").contains("\"recorded\":1"));
    assert!(run("2024-03-20").contains("\"recorded\":0"));
    let all = entries(&dir);
    let kind = "approval.acceptance.deemed.v1";
    let deemed: Vec<_> = all.iter().filter(|entry| entry["type"] == kind).collect();
    assert_eq!(deemed.len(), 1);
    assert_eq!(deemed[0]["occurred_at"], "2024-03-12T00:00:00+08:00");
    assert_eq!(deemed[0]["source"]["kind"], "timer");
    assert_eq!(deemed[0]["body"]["deemed_on"], "2024-03-04");
    assert!(deemed[0]["late_reason"].is_string());
    // Regrowing what can be regrown emits nothing.
    plumb(&["rebuild", "--dir", &dir]);
    assert_eq!(entries(&dir).len(), all.len());
}

const DAY: i64 = 86_400_000_000;

fn start() -> i64 {
    Zone::SHANGHAI.instant("2024-03-04T09:00:00+08:00").expect("a moment")
}

fn create(dir: &Path, clock: &Arc<ScriptedClock>) -> Ledger {
    let config = Config::new("city.example".to_owned(), "Asia/Shanghai".to_owned());
    let given = Surroundings {
        clock: clock.clone() as Arc<dyn Clock>,
        randomness: Box::new(|out| {
            out.fill(7);
            Ok(())
        }),
        who: "test".to_owned(),
    };
    plumbline::ledger::create(dir, &config, given).expect("a ledger")
}

fn record(ledger: &Ledger, number: u32, stream: &str, kind: &str, at: i64, body: &str) {
    let at = Zone::SHANGHAI.rfc3339(at);
    let text = submission(number, stream, kind, &at, body);
    let json = parse(text.as_bytes()).expect("JSON").into_owned();
    for answer in ledger.append(vec![Submission::new(json)]) {
        answer.expect("recorded");
    }
}

/// What the timers have recorded, in order.
fn timed(ledger: &Ledger) -> Vec<(String, String, String)> {
    let reader = Reader::of(ledger, LogName::Open).expect("a log");
    let entries = (0..reader.size()).map(|at| reader.entry(at).expect("read").expect("there"));
    let told = entries.filter_map(|entry| {
        let event = Event::read(&entry).expect("an event");
        let timer = event.source.system.get() == Some(timers::SYSTEM);
        timer.then(|| (event.stream.to_string(), event.kind.to_string(), event.id.to_string()))
    });
    told.collect()
}

/// Over two months in steps of hours and days, with new applications, answers and
/// master data coming in between: a watch that looks only at what may have changed
/// records what looking at everything records.
#[test]
fn a_watch_records_what_looking_at_everything_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ScriptedClock::new(start()));
    let watched = create(&folder.path().join("watched"), &clock);
    let plain = create(&folder.path().join("plain"), &clock);
    let mut watch = None;
    let mut now = start();
    for step in 0..60_u32 {
        now += if step % 4 == 0 { DAY } else { 7 * DAY / 24 };
        clock.follow([now]);
        for ledger in [&watched, &plain] {
            let stream = format!("approval/{}", step / 3);
            match step % 9 {
                0 | 4 => record(
                    ledger,
                    step,
                    &stream,
                    "approval.application.submitted.v1",
                    now - DAY / 24,
                    r#"{"application_no":"申1","channel":"窗口"}"#,
                ),
                2 => record(
                    ledger,
                    step,
                    &stream,
                    "approval.acceptance.granted.v1",
                    now,
                    r#"{"accepted_on":"2024-03-05","promised_due":"2024-03-20","legal_due":"2024-04-20"}"#,
                ),
                // Working days become fewer: every term runs on.
                7 if step == 34 => record(
                    ledger,
                    step,
                    "md/calendar/2024",
                    "md.calendar.amended.v1",
                    now,
                    r#"{"year":2024,"days":[{"date":"2024-03-22","off":true,"name":"放假"}]}"#,
                ),
                _ => {}
            }
        }
        timers::run(&watched, &mut watch, now).expect("a watch looks");
        timers::run(&plain, &mut None, now).expect("everything is looked at");
        assert_eq!(timed(&watched), timed(&plain), "after step {step}");
    }
    let all = timed(&watched);
    assert!(all.len() > 10, "{all:?}");
    watched.close();
    plain.close();
}
