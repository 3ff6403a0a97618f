//! The scripts of `replay/samples/` speak the tables' language: what a rule is
//! tested with has the members and the types that submitters are told to send.

use plumbline_replay::event::Event;
use plumbline_replay::event::schema::{self, Lack};
use plumbline_replay::scenario::parse;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn scripts(folder: &Path, out: &mut Vec<PathBuf>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            scripts(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "scn") {
            out.push(path);
        }
    }
}

#[test]
fn what_rules_are_tested_with_can_be_submitted() {
    let mut files = Vec::new();
    scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("replay/samples"), &mut files);
    let (mut wrong, mut count) = (BTreeSet::new(), 0);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let include = |file: &str| std::fs::read_to_string(path.with_file_name(file)).ok();
        for entry in parse(&name, &text, &include).unwrap().entries {
            let event = Event::read(&entry).unwrap();
            let Some(event_type) = event.event_type else {
                wrong.insert(format!("{name}: {} is no type of the register", event.kind));
                continue;
            };
            // What another system called its own members is kept as it is.
            if event_type.name == "import.activity.recorded.v1" {
                continue;
            }
            count += 1;
            // A script may leave out what its rule does not ask for, and ask what
            // becomes of a fact that is incomplete or wrong.
            let found = schema::check_recorded(event_type, &event.body);
            let found = found
                .into_iter()
                .filter(|found| found.is_malformed() || found.lack == Lack::Unknown);
            wrong.extend(found.map(|found| format!("{name}: {} {found}", event_type.name)));
        }
    }
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
