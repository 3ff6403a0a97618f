//! One case judged by itself says what a judging of everything says of it, over all
//! scripts under `replay/samples/`.

use plumbline_replay::event::Event;
use plumbline_replay::master::Master;
use plumbline_replay::rules::alone::{Alone, DETERMINATION, Stream, across};
use plumbline_replay::rules::{Ask, judge};
use plumbline_replay::scenario::{Script, parse};
use plumbline_replay::state::Moment;
use plumbline_replay::time::civil::{Micros, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("samples can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(scripts(&path));
        } else if path.extension().is_some_and(|ext| ext == "scn") {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn script(path: &Path) -> Script {
    let text = std::fs::read_to_string(path).expect("a script can be read");
    let folder = path.parent().expect("a script lies in a folder");
    let include = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    parse(&path.display().to_string(), &text, &include).expect("a script")
}

fn by_stream(script: &Script) -> BTreeMap<String, Vec<&[u8]>> {
    let mut streams: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for entry in &script.entries {
        let stream = Event::read(entry).expect("an event").stream.into_owned();
        streams.entry(stream).or_default().push(entry);
    }
    streams
}

fn master(streams: &BTreeMap<String, Vec<&[u8]>>, known_at: Micros) -> Master {
    let mut master = Master::default();
    for entries in streams.values() {
        let wanted =
            |entry: &&[u8]| Event::read(entry).is_ok_and(|event| Master::wants(&event.kind));
        if entries.iter().any(wanted) {
            master.add_stream(entries, known_at).expect("master data");
        }
    }
    master
}

#[test]
fn a_case_alone_is_judged_as_among_all() {
    let across: BTreeSet<&str> = across().map(|rule| rule.id).collect();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let (mut compared, mut moved) = (0, 0);
    for path in scripts(&samples) {
        let script = script(&path);
        let last = script.entries.last().and_then(|entry| Event::read(entry).ok());
        let now = last.map_or(0, |event| event.recorded);
        let moment = Moment { as_of: now, known_at: now };
        let ask = Ask { moment, zone: Zone::SHANGHAI, sealed_given: true, threads: 1 };
        let all = judge(&[script.entries.clone()], ask).expect("a judgement").findings;
        let streams = by_stream(&script);
        let told: Vec<Stream<'_>> = streams
            .iter()
            .filter(|(_, entries)| {
                let says = |entry: &&[u8]| {
                    Event::read(entry).is_ok_and(|event| event.kind == DETERMINATION)
                };
                entries.iter().any(says)
            })
            .map(|(name, entries)| Stream { name, entries })
            .collect();
        let alone = Alone::new(master(&streams, now), ask);
        for (name, entries) in &streams {
            let mut judged = alone.judge(Stream { name, entries }).expect("a judgement");
            alone.determine(&mut judged, &told).expect("determinations");
            for finding in &judged.findings {
                assert!(all.contains(finding), "{}: alone only: {finding:?}", path.display());
            }
            let of_case = all.iter().filter(|one| one.stream.as_ref() == name.as_str());
            for finding in of_case.filter(|one| !across.contains(one.rule)) {
                let found = judged.findings.contains(finding);
                assert!(found, "{}: not alone: {finding:?}", path.display());
            }
            compared += judged.findings.len();
            let of_people = |one: &&plumbline_replay::rules::Finding| {
                one.explanation.contains_key("determination")
            };
            moved += judged.findings.iter().filter(of_people).count();
        }
    }
    assert!(compared > 200 && moved > 2, "{compared} compared, {moved} determined");
}
