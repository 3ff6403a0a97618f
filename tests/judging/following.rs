//! What is kept for reports follows the log: after every slice that is recorded, all
//! findings and all reports are what a full replay of the same entries gives, however
//! little was looked at again.

use super::{city, text};
use plumbline::config::{Config, Layout};
use plumbline::judged::{self, Brought, Judged, Keeper, name_of};
use plumbline::judging::one::Logs;
use plumbline::judging::{Extent, Loaded, zone};
use plumbline::ledger::read_config;
use plumbline::reader::Reader;
use plumbline_replay::event::Event;
use plumbline_replay::report::{self, About, Hearing, Period};
use plumbline_replay::rules::Docket;
use plumbline_replay::time::civil::parse_date;
use serde_json::{Value, json};
use std::path::Path;

/// Copies a folder, what is derived apart.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for one in std::fs::read_dir(from).expect("a folder") {
        let one = one.expect("a file");
        let (name, path) = (one.file_name(), one.path());
        match path.is_dir() {
            true if name == "derived" => {}
            true => copy(&path, &to.join(name)),
            false => drop(std::fs::copy(&path, to.join(name)).expect("copied")),
        }
    }
}

/// A copy of the city that is followed.
struct Followed {
    layout: Layout,
    config: Config,
    _folder: tempfile::TempDir,
}

impl Followed {
    fn new() -> Followed {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("city");
        copy(city(), &dir);
        let layout = Layout::new(&dir);
        let config = read_config(&layout).expect("a configuration");
        Followed { layout, config, _folder: folder }
    }

    fn readers(&self) -> [Reader; 2] {
        judged::readers(&self.layout, &self.config).expect("both logs")
    }

    fn bring(&self, sizes: [u64; 2]) -> Brought {
        let [open, sealed] = self.readers();
        let logs = Logs { open: &open, sealed: Some(&sealed) };
        let keeper = Keeper::begin(&self.layout, &self.config).expect("a folder").expect("a turn");
        keeper.patiently().bring_to(sizes, logs, 2).expect("it follows")
    }

    fn kept(&self) -> Judged {
        let kept = Judged::open(&self.layout, &self.config).expect("it is kept");
        assert!(kept.is_whole());
        kept
    }

    /// Holds what is kept against the full replay of the first entries of both logs.
    fn hold(&self, [open, sealed]: [u64; 2]) {
        let extent = Extent { open, sealed: Some(sealed) };
        let loaded = Loaded::read(&self.layout, &self.config, extent).expect("the logs");
        let zone = zone(&self.config);
        let moment = loaded.moment(None, None);
        let ask = loaded.ask(moment, zone, 2);
        let kept = self.kept();
        let day = |text: &str| parse_date(text).expect("a date");
        let ever = Period { from: day("1900-01-01"), to: zone.date(moment.as_of) };
        let request = judged::request(&loaded, &self.config, About::default(), ever, ask);
        let hearing = Hearing::open(&loaded.blocks, &request).expect("it is judged");
        let findings = name_of(hearing.judgement());
        assert_eq!(kept.findings(), findings, "findings at {open} and {sealed}");
        let all: Vec<_> = report::all().collect();
        for (one, sheet) in all.iter().zip(hearing.sheets(&all).expect("every report")) {
            let sheet = report::to_json(&sheet);
            let kept = report::to_json(&kept.sheet(one, ever).expect("it is kept"));
            assert!(kept == sheet, "{} at {open} and {sealed}", one.id);
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}

/// When each entry of a log was recorded.
fn recorded(reader: &Reader) -> Vec<i64> {
    let entry = |at| reader.entry(at).expect("read").expect("an entry");
    (0..reader.size()).map(|at| Event::read(&entry(at)).expect("an event").recorded).collect()
}

#[test]
fn after_every_slice_all_is_what_a_full_replay_gives() {
    let followed = Followed::new();
    let [open, sealed] = followed.readers();
    let (times, sealed_times) = (recorded(&open), recorded(&sealed));
    let total = times.len() as u64;
    let mut chance = Chance(11);
    let mut at = total * 19 / 20;
    let (mut slices, mut looked_at) = (0, 0);
    loop {
        // The sealed log as far as it was recorded by then, at times an entry further.
        let until = times[at as usize - 1];
        let within = sealed_times.partition_point(|time| *time <= until) as u64;
        let sizes = [at, (within + chance.below(2)).min(sealed_times.len() as u64)];
        let brought = followed.bring(sizes);
        followed.hold(sizes);
        if slices > 0 {
            assert_eq!(brought.anew, None, "slice {slices}");
            looked_at += brought.looked_at;
        }
        if at == total {
            break;
        }
        slices += 1;
        at = total.min(at + 1 + chance.below(total / 30));
    }
    let kept = followed.kept();
    let streams = kept.streams();
    assert!(slices >= 2 && looked_at < slices * streams / 2, "{looked_at} of {slices} × {streams}");
    // However it came about, it is the same.
    let (content, findings) = (kept.content(), kept.findings());
    judged::refresh(&followed.layout, &followed.config, 2, true).expect("it is judged");
    let anew = followed.kept();
    assert_eq!((anew.content(), anew.findings()), (content, findings));
}

/// Members of an entry that its submitter wrote.
const SUBMITTED: [&str; 12] = [
    "stream",
    "type",
    "occurred_at",
    "precision",
    "source",
    "actor",
    "recorder",
    "venue",
    "item",
    "parties",
    "links",
    "body",
];

/// Every entry of the city that holds nothing sealed, as it was submitted.
fn submissions(reader: &Reader) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for at in 0..reader.size() {
        let entry = reader.entry(at).expect("read").expect("an entry");
        let mut json: Value = serde_json::from_slice(&entry).expect("JSON");
        let id = json["id"].as_str().expect("an id").to_owned();
        let kind = json["type"].as_str().unwrap_or_default();
        let own = ["ledger.", "access.", "subject_key."].iter().any(|head| kind.starts_with(head));
        if own || json.to_string().contains("_sd") {
            continue;
        }
        json.as_object_mut()
            .expect("an object")
            .retain(|name, _| SUBMITTED.contains(&name.as_str()));
        all.push((id, json));
    }
    all
}

/// What an office may add afterwards to what it once recorded: the same act again at
/// another time, a correction, a void, a determination of some finding.
fn afterwards(
    chance: &mut Chance,
    all: &[(String, Value)],
    number: u64,
    findings: &[String],
) -> Value {
    let pick = |chance: &mut Chance, of: &dyn Fn(&str) -> bool| {
        let fit: Vec<&(String, Value)> =
            all.iter().filter(|(_, json)| of(json["type"].as_str().unwrap_or_default())).collect();
        fit[chance.below(fit.len() as u64) as usize].clone()
    };
    let (target, mut json) = match chance.below(3) {
        0 => pick(chance, &|kind| kind.starts_with("md.") || kind.starts_with("hall.")),
        _ => pick(chance, &|_| true),
    };
    json["id"] = json!(format!("tail-{number}"));
    json["source"] = json!({"system": "tail", "kind": "native"});
    let day = 1 + chance.below(28);
    let month = 1 + chance.below(6);
    let at = format!("2026-{month:02}-{day:02}T{:02}:00:00+08:00", 8 + chance.below(10));
    json["occurred_at"] = json!(at);
    json["precision"] = json!("minute");
    match chance.below(6) {
        0 => {
            json["type"] = json!("record.voided.v1");
            json["body"] = json!({"target": target, "reason": "误录", "ground": "重复录入",
                "approvers": ["officer/990100-0012"]});
        }
        1 => {
            let member = json["body"].as_object().and_then(|body| body.keys().next_back().cloned());
            json["type"] = json!("correction.recorded.v1");
            json["body"] = json!({"target_event": target, "kind": "笔误更正",
                "field_path": format!("/body/{}", member.unwrap_or_default()),
                "new_value": "改正", "reason": "误录", "requested_by": "officer/c",
                "approved_by": "officer/lead"});
        }
        2 if !findings.is_empty() => {
            let about = &findings[chance.below(findings.len() as u64) as usize];
            json["stream"] = json!(format!("finding/{number}"));
            json["type"] = json!("finding.verified.v1");
            let decision = ["confirmed", "dismissed", "waived"][chance.below(3) as usize];
            json["body"] = json!({"finding_id": about, "decision": decision,
                "by": "officer/990100-0012", "reason": "核实"});
        }
        _ => {}
    }
    json
}

#[test]
fn what_is_recorded_afterwards_is_judged_as_a_full_replay_judges_it() {
    let followed = Followed::new();
    let [open, sealed] = followed.readers();
    let all = submissions(&open);
    followed.bring([open.size(), sealed.size()]);
    let zone = zone(&followed.config);
    let loaded = Loaded::read(&followed.layout, &followed.config, Extent::WHOLE).expect("the logs");
    let ask = loaded.ask(loaded.moment(None, None), zone, 2);
    let judged = Docket::open(&loaded.blocks, ask).and_then(|docket| docket.judge());
    let findings: Vec<String> =
        judged.expect("it is judged").findings.iter().map(|finding| finding.id()).collect();
    let mut chance = Chance(5);
    let mut number = 0;
    for slice in 0..3 {
        let mut lines = String::new();
        for _ in 0..1 + chance.below(12) {
            number += 1;
            lines += &format!("{}\n", afterwards(&mut chance, &all, number, &findings));
        }
        let dir = followed.layout.root();
        let file = dir.with_extension("ndjson");
        std::fs::write(&file, lines).expect("written");
        let appended = super::plumb(&["append", "--dir", text(dir), text(&file)]);
        let words = String::from_utf8_lossy(&appended.stderr).into_owned();
        assert_eq!(appended.status.code(), Some(0), "{words}");
        let [open, sealed] = followed.readers();
        let sizes = [open.size(), sealed.size()];
        let brought = followed.bring(sizes);
        assert_eq!(brought.anew, None, "slice {slice}");
        followed.hold(sizes);
    }
}
