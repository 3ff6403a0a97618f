//! `schemas/RELEASED`: what is released never changes. A line is the BLAKE3 digest
//! of a file under `schemas/` and its path, as `b3sum` writes it.

use super::files::FOLDER;
use plumbline_replay::event::register;
use plumbline_replay::event::upcast::UPCASTS;
use std::collections::BTreeMap;
use std::path::Path;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/RELEASED");
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");

/// What is wrong with a list, given what the files hold now.
fn broken(list: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let mut out = Vec::new();
    let mut seen = BTreeMap::new();
    let lines = list.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let Some((digest, path)) = line.split_once("  ") else {
            out.push(format!("RELEASED line {}: not `<digest>  <path>`", index + 1));
            continue;
        };
        if seen.insert(path.to_owned(), ()).is_some() {
            out.push(format!("{path}: released twice; a line is never changed, only added"));
        }
        let now = read(path).map(|bytes| blake3::hash(&bytes).to_hex().to_string());
        match now {
            Some(now) if now == digest => {}
            Some(_) => out.push(format!(
                "{path} is released and has changed: entries that were recorded under it would \
                 mean another thing. Put it back, add .v2 with an upcast \
                 (replay/src/event/upcast.rs) and release that"
            )),
            None => out.push(format!("{path} is released and gone: put it back")),
        }
    }
    out
}

#[test]
fn what_is_released_has_not_changed() {
    let list = std::fs::read_to_string(LIST).expect("schemas/RELEASED is there");
    let wrong = broken(&list, |path| std::fs::read(Path::new(SCHEMAS).join(path)).ok());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(Path::new(FOLDER).is_dir());
}

#[test]
fn a_released_file_that_changed_or_went_is_found() {
    let digest = blake3::hash(b"{}\n").to_hex().to_string();
    let list = format!("# released\n{digest}  events/a.v1.json\n{digest}  events/b.v1.json\n");
    let holds =
        |a: &'static [u8]| move |path: &str| (path == "events/a.v1.json").then(|| a.to_vec());
    let wrong = broken(&list, holds(b"{}\n"));
    assert!(wrong.len() == 1 && wrong[0].contains("b.v1.json is released and gone"), "{wrong:?}");
    let wrong = broken(&list, holds(b"{ }\n"));
    assert!(wrong[0].contains("add .v2 with an upcast"), "{wrong:?}");
    let twice = format!("{list}{digest}  events/a.v1.json\nrubbish\n");
    let wrong = broken(&twice, |_| Some(b"{}\n".to_vec()));
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

/// Every line of the real list is held by itself: a member more, a type that turns
/// optional, one byte, and each released file, of whatever release, is the one found.
#[test]
fn a_change_of_any_released_schema_is_found() {
    let list = std::fs::read_to_string(LIST).expect("schemas/RELEASED is there");
    let file = |path: &str| std::fs::read(Path::new(SCHEMAS).join(path)).ok();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let paths: Vec<&str> = lines.filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    let released = |event_type: &str| paths.contains(&format!("events/{event_type}.json").as_str());
    // What the ledger says of its own keys is not released yet; all that is submitted is.
    let open = register::all().filter(|known| !known.own && !released(known.name));
    let open: Vec<&str> = open.map(|known| known.name).collect();
    assert_eq!(open, Vec::<&str>::new(), "types that may still change under their readers");
    for path in &paths {
        let now = file(path).expect("a released file");
        for change in changes(&now) {
            assert_ne!(change, now, "{path}");
            let read =
                |asked: &str| if asked == *path { Some(change.clone()) } else { file(asked) };
            // Of the whole list, which takes its time, the line itself is enough.
            let line = list.lines().find(|line| line.ends_with(&format!("  {path}")));
            let wrong = broken(line.expect("its line"), read);
            assert!(wrong.len() == 1 && wrong[0].contains(*path), "{path}: {wrong:?}");
        }
    }
}

/// How a schema would be changed by mistake.
fn changes(schema: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(schema);
    let member = text.replacen("\"properties\": {", "\"properties\": {\"x\": true,", 1);
    let member = if member == text { format!("{text} ") } else { member };
    let mut byte = schema.to_vec();
    if let Some(first) = byte.last_mut() {
        *first ^= 1;
    }
    vec![member.into_bytes(), byte, Vec::new()]
}

/// Released versions that a newer one has left behind without a way to read them.
fn left_behind(list: &str, registered: &[&str], led: &[&str]) -> Vec<String> {
    let paths = list.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path);
    let types = paths.filter_map(|path| path.strip_prefix("events/")?.strip_suffix(".json"));
    let newer = |released: &&str| {
        let Some((name, version)) = released.rsplit_once(".v") else { return false };
        let next = version.parse::<u32>().map(|version| format!("{name}.v{}", version + 1));
        next.is_ok_and(|next| registered.contains(&next.as_str()))
    };
    types.filter(newer).filter(|one| !led.contains(one)).map(str::to_owned).collect()
}

#[test]
fn a_newer_version_of_what_is_released_has_an_upcast() {
    let list = std::fs::read_to_string(LIST).expect("schemas/RELEASED is there");
    let registered: Vec<&str> = register::all().map(|event_type| event_type.name).collect();
    let led: Vec<&str> = UPCASTS.iter().map(|upcast| upcast.from).collect();
    assert_eq!(left_behind(&list, &registered, &led), Vec::<String>::new());
    // And it would be found.
    let list = "00  events/fee.paid.v1.json\n00  events/fee.due.v1.json\n";
    let registered = ["fee.paid.v1", "fee.paid.v2", "fee.due.v1"];
    assert_eq!(left_behind(list, &registered, &[]), ["fee.paid.v1"]);
    assert!(left_behind(list, &registered, &["fee.paid.v1"]).is_empty());
}
