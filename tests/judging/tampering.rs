//! Bundles changed in every way that comes to mind, by someone without the log's
//! key and by someone who has it: each verifier that claims to cover it finds it and
//! names a place, and none ever passes it.

use super::bundles::{CASE, ledger, made, witness};
use super::{table, text};
use base64ct::{Base64, Encoding};
use plumbline_replay::audit::read_pack;
use plumbline_replay::bundle::{About, Against, Pack, file, page_data, verify};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey};
use plumbline_replay::integrity::issue::Issue;
use plumbline_replay::integrity::policy::Policy;
use plumbline_replay::manifest::{FileDigest, Manifest, Of};
use plumbline_replay::walk::Outcome;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

type Lines = Vec<Vec<u8>>;

fn lines(pack: &Pack, path: &str) -> Lines {
    pack.lines(path).into_iter().map(<[u8]>::to_vec).collect()
}

fn put_lines(pack: &mut Pack, path: &str, lines: &Lines) {
    let bytes = lines.iter().flat_map(|line| line.iter().copied().chain([b'\n']));
    let bytes: Vec<u8> = bytes.collect();
    pack.put(path, bytes);
}

fn replace(pack: &mut Pack, path: &str, from: &str, to: &str) {
    let old = String::from_utf8(pack.get(path).expect("a file").to_vec()).expect("text");
    assert!(old.contains(from), "{path} holds no {from}");
    pack.put(path, old.replacen(from, to, 1).into_bytes());
}

fn with_about(pack: &mut Pack, change: impl FnOnce(&mut About)) {
    let mut about = About::read(pack.get(file::ABOUT).expect("about")).expect("read");
    change(&mut about);
    pack.put(file::ABOUT, about.to_json());
}

/// Who tampers makes manifest and page anew, and signs with a key.
fn reseal(pack: &mut Pack, key: &SigningKey) {
    let manifest = Manifest::read(Of::Bundle, pack.get(file::MANIFEST).expect("there"));
    let mut manifest = manifest.expect("read");
    let beside = [file::MANIFEST, file::ISSUED, file::PAGE];
    let files = pack.files().filter(|(path, _)| !beside.contains(path));
    manifest.files = files.map(|(path, bytes)| FileDigest::of(path, bytes)).collect();
    let old = pack.get(file::PAGE).expect("a page").to_vec();
    let page = manifest.page.clone().expect("a bundle has a page");
    let (head, tail) = (page.head.size as usize, page.tail.size as usize);
    let bytes = manifest.to_json();
    let digest = Manifest::digest(&bytes);
    let issue = Issue { of: Of::Bundle, origin: key.name(), manifest: digest };
    pack.put(file::ISSUED, issue.sign(key).into_bytes());
    pack.put(file::MANIFEST, bytes);
    let data = page_data(pack, page.carries.iter().map(String::as_str));
    let page = [&old[..head], data.as_bytes(), &old[old.len() - tail..]].concat();
    pack.put(file::PAGE, page);
}

/// Who has the log's key, and who has one of his own for the same name.
fn insider() -> SigningKey {
    let text = std::fs::read_to_string(ledger().join("keys/open.key")).expect("the log's key");
    SigningKey::parse(&text).expect("a key")
}

fn forger() -> SigningKey {
    SigningKey::from_seed(insider().name(), [9; 32])
}

/// How a bundle is sealed again after a change.
#[derive(Clone, Copy, PartialEq)]
enum By {
    /// Not at all.
    Nobody,
    Forger,
    /// With the log's own key: only what the entries prove is left.
    Insider,
    /// With the log's own key, where only applying the rules again can show it: the
    /// page does not claim to.
    InsiderOfRules,
}

#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    by: By,
    /// What the place must name.
    place: &'static str,
    change: fn(&mut Pack),
}

const fn kind(name: &'static str, by: By, place: &'static str, change: fn(&mut Pack)) -> Kind {
    Kind { name, by, place, change }
}

/// Changes one character of an entry's text that keeps it an entry.
fn touch(line: &mut [u8]) {
    let at = line.windows(8).position(|part| part == b"\"source\"").expect("a source");
    let digit = line[..at].iter().rposition(u8::is_ascii_digit).expect("a digit");
    line[digit] = if line[digit] == b'1' { b'2' } else { b'1' };
}

fn checkpoint(pack: &Pack) -> Checkpoint {
    let note = std::str::from_utf8(pack.get(file::CHECKPOINT).expect("there")).expect("text");
    let cut = note.find("\n\n").expect("a note");
    Checkpoint::parse(&note[..cut + 1]).expect("a checkpoint")
}

/// Changes the bytes of the last signature line, which is the witness's.
fn in_last_line(pack: &mut Pack, change: impl FnOnce(&mut [u8])) {
    let note =
        String::from_utf8(pack.get(file::CHECKPOINT).expect("there").to_vec()).expect("text");
    let (before, line) = note.trim_end().rsplit_once(' ').expect("a signature line");
    let mut data = Base64::decode_vec(line).expect("Base64");
    change(&mut data);
    let changed = format!("{before} {}\n", Base64::encode_string(&data));
    pack.put(file::CHECKPOINT, changed.into_bytes());
}

/// Changes the extract that shows that the case's entries are all.
fn in_extract(pack: &mut Pack, change: impl FnOnce(&mut Value)) {
    let path = file::complete(0);
    let mut json = serde_json::from_slice(pack.get(&path).expect("an extract")).expect("JSON");
    change(&mut json);
    pack.put(&path, json.to_string().into_bytes());
}

fn count_less(leaf: &mut Value) {
    let count = leaf["count"].as_u64().expect("a count");
    leaf["count"] = (count - 1).into();
}

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    kind("about-changed", By::Nobody, "about.json", |p| replace(p, file::ABOUT, "masked", "full")),
    kind("file-dropped", By::Nobody, "calendar.json", |p| drop(p.remove(file::CALENDAR))),
    kind("file-added", By::Nobody, "note.txt", |p| p.put("note.txt", b"x".to_vec())),
    kind("page-dropped", By::Nobody, "verify.html", |p| drop(p.remove(file::PAGE))),
    kind("page-script", By::Nobody, "verify.html", |p| replace(p, file::PAGE, "const FAIL = \"fail\"", "const FAIL = \"pass\"")),
    kind("page-policy", By::Nobody, "verify.html", |p| replace(p, file::PAGE, "default-src 'none'", "default-src *")),
    kind("page-data", By::Nobody, "verify.html", |p| replace(p, file::PAGE, "approval/1", "approval/2")),
    kind("manifest-dropped", By::Nobody, "manifest.json", |p| drop(p.remove(file::MANIFEST))),
    kind("manifest-digest", By::Nobody, "manifest", |p| replace(p, file::MANIFEST, "\"size\": ", "\"size\": 1")),
    kind("note-dropped", By::Nobody, "manifest.note", |p| drop(p.remove(file::ISSUED))),
    kind("record-changed", By::Nobody, "record.html", |p| replace(p, file::RECORD, "电子数据", "电子资料")),
    kind("readme-changed", By::Nobody, "README.txt", |p| replace(p, file::README, "不能证明", "能够证明")),
    kind("findings-changed", By::Nobody, "findings.ndjson", |p| replace(p, file::FINDINGS, "RED", "INFO")),
    kind("rules-changed", By::Nobody, "rules.json", |p| replace(p, file::RULES, "R2", "R3")),
    kind("forger-signs", By::Forger, "manifest.note", |_| ()),
    kind("forger-names-himself", By::Forger, "about.json", |p| with_about(p, |a| a.vkey = forger().vkey())),
    kind("forger-signs-all", By::Forger, "about.json", |p| {
        with_about(p, |a| a.vkey = forger().vkey());
        let note = forger().sign(&checkpoint(p));
        p.put(file::CHECKPOINT, note.into_bytes());
    }),
    kind("forged-checkpoint", By::Insider, "checkpoint", |p| {
        let note = forger().sign(&checkpoint(p));
        p.put(file::CHECKPOINT, note.into_bytes());
    }),
    kind("other-origin", By::Insider, "about.json", |p| with_about(p, |a| a.origin = "village.test/open".to_owned())),
    kind("checkpoint-of-other-origin", By::Insider, "checkpoint", |p| replace(p, file::CHECKPOINT, "city.test", "town.test")),
    kind("signature-cut", By::Insider, "checkpoint", |p| { let mut n = p.get(file::CHECKPOINT).unwrap().to_vec(); n.truncate(n.len() - 5); p.put(file::CHECKPOINT, n); }),
    kind("stale-checkpoint", By::Insider, "checkpoint", |p| {
        let head = Checkpoint { size: checkpoint(p).size - 3, ..checkpoint(p) };
        p.put(file::CHECKPOINT, insider().sign(&head).into_bytes());
    }),
    kind("checkpoint-of-another-root", By::Insider, "position", |p| {
        let mut head = checkpoint(p);
        head.root.0[0] ^= 1;
        p.put(file::CHECKPOINT, insider().sign(&head).into_bytes());
    }),
    kind("proof-of-another-size", By::Insider, "position", |p| {
        let head = Checkpoint { size: checkpoint(p).size + 1, ..checkpoint(p) };
        p.put(file::CHECKPOINT, insider().sign(&head).into_bytes());
        with_about(p, |a| a.log_size += 1);
    }),
    kind("node-dropped", By::Insider, "position", |p| { let mut l = lines(p, file::CASE_NODES); l.remove(0); put_lines(p, file::CASE_NODES, &l); }),
    kind("node-changed", By::Insider, "position", |p| { let l = lines(p, file::CASE_NODES); let (a, b) = (l[0].clone(), l[1].clone()); let hash = |x: &Vec<u8>| String::from_utf8(x.clone()).unwrap().split(' ').nth(2).unwrap().to_owned(); replace(p, file::CASE_NODES, &hash(&a), &hash(&b)); }),
    kind("nodes-swapped", By::Insider, "case.nodes:2", |p| { let mut l = lines(p, file::CASE_NODES); l.swap(0, 1); put_lines(p, file::CASE_NODES, &l); }),
    kind("entry-changed", By::Insider, "case.ndjson:3", |p| { let mut l = lines(p, file::CASE); touch(&mut l[2]); put_lines(p, file::CASE, &l); }),
    kind("master-entry-changed", By::Insider, "master.ndjson:2", |p| { let mut l = lines(p, file::MASTER); touch(&mut l[1]); put_lines(p, file::MASTER, &l); }),
    kind("entry-respelled", By::Insider, "case.ndjson:2", |p| { let mut l = lines(p, file::CASE); l[1].insert(1, b' '); put_lines(p, file::CASE, &l); }),
    kind("entry-cut", By::Insider, "case.ndjson:2", |p| { let mut l = lines(p, file::CASE); l[1].truncate(40); put_lines(p, file::CASE, &l); }),
    kind("entries-swapped", By::Insider, "case.ndjson:3", |p| { let mut l = lines(p, file::CASE); l.swap(1, 2); put_lines(p, file::CASE, &l); }),
    kind("entry-twice", By::Insider, "case.ndjson:3", |p| { let mut l = lines(p, file::CASE); let one = l[1].clone(); l.insert(1, one); put_lines(p, file::CASE, &l); }),
    kind("entry-in-both", By::Insider, "master.ndjson", |p| { let one = lines(p, file::CASE)[1].clone(); let mut l = lines(p, file::MASTER); l.push(one); put_lines(p, file::MASTER, &l); }),
    kind("genesis-dropped", By::Insider, "case.ndjson", |p| { let mut l = lines(p, file::CASE); l.remove(0); put_lines(p, file::CASE, &l); }),
    kind("case-entry-omitted", By::Insider, "case.ndjson", |p| { let mut l = lines(p, file::CASE); let at = of_case(&l)[1]; l.remove(at); put_lines(p, file::CASE, &l); }),
    kind("first-case-entry-omitted", By::Insider, "case.ndjson", |p| { let mut l = lines(p, file::CASE); let at = of_case(&l)[0]; l.remove(at); put_lines(p, file::CASE, &l); }),
    kind("last-case-entry-omitted", By::Insider, "approval/1", |p| { let mut l = lines(p, file::CASE); let at = *of_case(&l).last().unwrap(); l.remove(at); put_lines(p, file::CASE, &l); }),
    kind("rechained", By::Insider, "case.ndjson", |p| {
        let mut l = lines(p, file::CASE);
        let at = of_case(&l)[0];
        touch(&mut l[at]);
        let link = blake3::hash(&l[at]).to_hex();
        let next = String::from_utf8(l[at + 1].clone()).unwrap();
        let from = next.find("\"previous\":\"").unwrap() + 12;
        l[at + 1] = format!("{}{link}{}", &next[..from], &next[from + 64..]).into_bytes();
        put_lines(p, file::CASE, &l);
    }),
    kind("no-case", By::Insider, "about.json", |p| with_about(p, |a| a.cases.clear())),
    kind("case-not-here", By::Insider, "approval/9", |p| with_about(p, |a| a.cases[0].stream = "approval/9".to_owned())),
    kind("finding-of-another-case", By::Insider, "findings.ndjson:1", |p| replace(p, file::FINDINGS, "\"stream\":\"approval/1\"", "\"stream\":\"approval/3\"")),
    kind("finding-rests-on-nothing", By::Insider, "findings.ndjson:1", |p| replace(p, file::FINDINGS, "\"places\":[\"open/", "\"places\":[\"open/9")),
    kind("cosignature-changed", By::Insider, "checkpoint", |p| in_last_line(p, |data| data[20] ^= 1)),
    kind("cosigned-at-another-time", By::Insider, "checkpoint", |p| in_last_line(p, |data| data[11] ^= 1)),
    kind("cosigned-another-log", By::Insider, "checkpoint", |p| {
        let note = String::from_utf8(p.get(file::CHECKPOINT).unwrap().to_vec()).unwrap();
        let cut = note.rfind("\u{2014}").unwrap();
        let line = witness().cosign("city.test/open\n1\nAAAA\n", 1_700_000_000);
        p.put(file::CHECKPOINT, format!("{}{line}", &note[..cut]).into_bytes());
    }),
    kind("complete-dropped", By::Nobody, "complete/0.json", |p| drop(p.remove(&file::complete(0)))),
    kind("complete-of-another-stream", By::Insider, "complete/0.json", |p| in_extract(p, |e| e["stream"] = "approval/3".into())),
    kind("complete-counted-otherwise", By::Insider, "complete/0.json", |p| in_extract(p, |e| count_less(&mut e["coverage"]["index"]["member"]))),
    kind("complete-tail-cut", By::Insider, "complete/0.json", |p| in_extract(p, |e| drop(e["coverage"]["tail"].as_array_mut().unwrap().pop()))),
    kind("complete-tail-begins-later", By::Insider, "complete/0.json", |p| in_extract(p, |e| drop(e["coverage"]["tail"].as_array_mut().unwrap().remove(0)))),
    kind("complete-frontier-changed", By::Insider, "complete/0.json", |p| in_extract(p, |e| e["coverage"]["frontier"][0] = format!("{}=", "A".repeat(43)).into())),
    kind("complete-index-path-cut", By::Insider, "complete/0.json", |p| in_extract(p, |e| drop(e["coverage"]["index"]["member"]["path"].as_array_mut().unwrap().pop()))),
    kind("complete-another-closing", By::Insider, "complete/0.json", |p| in_extract(p, |e| e["coverage"]["closing"] = 0.into())),
    kind("complete-checkpoint-unsigned", By::Insider, "complete/0.json", |p| in_extract(p, |e| e["checkpoint"] = e["checkpoint"].as_str().unwrap().replace("city.test/open\n", "city.test/shut\n").into())),
    kind("last-entry-omitted-everywhere", By::Insider, "complete/0.json", |p| {
        let mut l = lines(p, file::CASE);
        l.remove(*of_case(&l).last().unwrap());
        put_lines(p, file::CASE, &l);
        let last = l[*of_case(&l).last().unwrap()].clone();
        with_about(p, |a| {
            a.cases[0].entries -= 1;
            a.cases[0].last = blake3::hash(&last).to_hex().to_string();
        });
        in_extract(p, |e| drop(e["entries"].as_array_mut().unwrap().pop()));
    }),
    kind("masked-with-values", By::Insider, "disclosures.ndjson", |p| p.put(file::DISCLOSURES, b"{}\n".to_vec())),
    kind("finding-changed", By::InsiderOfRules, "findings.ndjson:1", |p| replace(p, file::FINDINGS, "RED", "INFO")),
    kind("finding-dropped-in-digest", By::InsiderOfRules, "judged_alone", |p| with_about(p, |a| a.judged_alone = "0".repeat(64))),
    kind("rule-changed", By::InsiderOfRules, "rules.json", |p| replace(p, file::RULES, "\"severity\":\"RED\"", "\"severity\":\"INFO\"")),
    kind("calendar-changed", By::InsiderOfRules, "calendar.json", |p| replace(p, file::CALENDAR, "day-off", "workday")),
    kind("catalogue-changed", By::InsiderOfRules, "catalogue.json", |p| replace(p, file::CATALOGUE, "\"key\":\"", "\"key\":\"x")),
    kind("moment-moved", By::InsiderOfRules, "", |p| with_about(p, |a| a.as_of = "2022-04-10T00:00:00+08:00".to_owned())),
];

/// Changes of a bundle with opened values.
#[rustfmt::skip]
const OF_FULL: &[Kind] = &[
    kind("disclosure-changed", By::Insider, "disclosures.ndjson:1", |p| replace(p, file::DISCLOSURES, "\"disclosure\":\"W", "\"disclosure\":\"X")),
    kind("disclosure-of-another-entry", By::Insider, "disclosures.ndjson:1", |p| replace(p, file::DISCLOSURES, "\"position\":", "\"position\":1")),
    kind("disclosure-named-otherwise", By::Insider, "disclosures.ndjson:1", |p| replace(p, file::DISCLOSURES, "payer", "payee")),
    kind("disclosure-twice", By::Insider, "disclosures.ndjson:2", |p| { let mut l = lines(p, file::DISCLOSURES); let one = l[0].clone(); l.push(one); put_lines(p, file::DISCLOSURES, &l); }),
    kind("approved-by-one", By::Insider, "about.json", |p| with_about(p, |a| drop(a.prepared.approved_by.pop()))),
    kind("called-masked", By::Insider, "disclosures.ndjson", |p| with_about(p, |a| a.level = About::MASKED.to_owned())),
];

/// The lines of the case's entries.
fn of_case(lines: &Lines) -> Vec<usize> {
    let stream = format!("\"stream\":\"{CASE}\"");
    let own = |line: &Vec<u8>| String::from_utf8_lossy(line).contains(&stream);
    lines.iter().enumerate().filter(|(_, line)| own(line)).map(|(at, _)| at).collect()
}

fn tampered(kind: &Kind, from: &Pack) -> Pack {
    let mut pack = from.clone();
    (kind.change)(&mut pack);
    match kind.by {
        By::Nobody => {}
        By::Forger => reseal(&mut pack, &forger()),
        By::Insider | By::InsiderOfRules => reseal(&mut pack, &insider()),
    }
    pack
}

fn zipped(pack: &Pack) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::DEFAULT);
    for (path, bytes) in pack.files() {
        out.start_file(path, options).expect("a member");
        out.write_all(bytes).expect("written");
    }
    out.finish().expect("a zip").into_inner()
}

fn against() -> Against {
    let key = made().key.clone();
    let policy = Policy::of(std::slice::from_ref(&key), &[witness().vkey()], 1).expect("a policy");
    Against { keys: vec![key], policy: Some(policy), threads: 2, ..Against::default() }
}

/// The same as it is pasted into the page.
fn trust() -> String {
    format!("{}\n{}\n", made().key, witness().vkey())
}

fn all() -> Vec<(&'static Kind, Pack)> {
    let of = |kinds: &'static [Kind], file: &Path| {
        let pack = read_pack(file).expect("a bundle");
        kinds.iter().map(|kind| (kind, tampered(kind, &pack))).collect::<Vec<_>>()
    };
    let made = made();
    [of(KINDS, &made.masked), of(OF_FULL, &made.full)].concat()
}

#[test]
fn every_kind_of_tampering_is_found_and_its_place_named() {
    let all = all();
    assert!(all.len() >= 50, "{} kinds", all.len());
    for (kind, pack) in &all {
        let report = verify(pack, &against());
        let name = kind.name;
        assert_eq!(report.outcome(), Outcome::Fail, "{name}: {}", report.words());
        let places = report.checks.iter().flat_map(|check| &check.places);
        let named = places.clone().any(|(place, _)| place.contains(kind.place));
        assert!(named, "{name}: {:?}", places.collect::<Vec<_>>());
    }
}

/// A later version may word rules and findings otherwise: the facts are compared all
/// the same, and where they differ too it proves nothing, since its rules may have been
/// corrected.
#[test]
fn another_version_of_the_words_compares_the_facts() {
    let told_by_another = |change: &dyn Fn(&mut Pack)| {
        let mut pack = read_pack(&made().masked).expect("a bundle");
        with_about(&mut pack, |about| about.words = "0".repeat(64));
        change(&mut pack);
        reseal(&mut pack, &insider());
        let report = verify(&pack, &against());
        (report.outcome(), report.words())
    };
    let reworded = told_by_another(&|pack| {
        replace(pack, file::RULES, "\"quote\":\"", "\"quote\":\"(旧文)");
        replace(pack, file::FINDINGS, "\"sentence_zh\":\"", "\"sentence_zh\":\"(旧文)");
        replace(pack, file::TYPES, "\"zh\":\"", "\"zh\":\"(旧文)");
    });
    assert_eq!(reworded.0, Outcome::Pass, "{}", reworded.1);
    let judged_otherwise = told_by_another(&|pack| replace(pack, file::FINDINGS, "RED", "INFO"));
    assert_eq!(judged_otherwise.0, Outcome::CannotTell, "{}", judged_otherwise.1);
}

/// Labels are words: whoever seals a bundle may choose them, and the manifest holds them.
#[test]
fn labels_are_covered_by_the_manifest_and_compared_with_nothing() {
    let mut pack = read_pack(&made().masked).expect("a bundle");
    replace(&mut pack, file::TYPES, "\"zh\":\"", "\"zh\":\"(旧名)");
    assert_eq!(verify(&pack, &against()).outcome(), Outcome::Fail, "not as listed");
    reseal(&mut pack, &insider());
    let report = verify(&pack, &against());
    assert_eq!(report.outcome(), Outcome::Pass, "{}", report.words());
}

#[test]
fn sealing_again_alone_changes_nothing() {
    let mut pack = read_pack(&made().masked).expect("a bundle");
    reseal(&mut pack, &insider());
    assert!(pack == read_pack(&made().masked).unwrap(), "the tests seal otherwise");
    assert_eq!(
        verify(&Pack::from_zip(&zipped(&pack)).unwrap(), &against()).outcome(),
        Outcome::Pass
    );
}

#[test]
fn a_byte_changed_anywhere_in_any_file_is_found() {
    let pack = read_pack(&made().full).expect("a bundle");
    for (path, bytes) in pack.files() {
        let places = [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1];
        for at in places {
            let mut changed = pack.clone();
            let mut content = bytes.to_vec();
            content[at] ^= 1;
            changed.put(path, content);
            let report = verify(&changed, &against());
            assert_eq!(report.outcome(), Outcome::Fail, "{path} byte {at}: {}", report.words());
        }
    }
}

#[test]
fn a_zip_of_other_bytes_is_no_bundle_or_no_other_bundle() {
    let made = made();
    let bytes = std::fs::read(&made.masked).expect("read");
    let pack = Pack::from_zip(&bytes).expect("a bundle");
    // Every header: the directory, and around the beginning of each member.
    let directory = bytes.len() - 22 - 80 * pack.paths().count();
    for at in (0..200).chain(directory..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        if let Ok(other) = Pack::from_zip(&changed) {
            // Who made the archive, and for which system: nothing that is shown.
            let same = other == pack;
            assert!(same || verify(&other, &against()).outcome() == Outcome::Fail, "byte {at}");
        }
    }
    let longer = [&bytes[..], b"more"].concat();
    assert!(Pack::from_zip(&longer).is_err());
    assert!(Pack::from_zip(&bytes[..bytes.len() - 1]).is_err());
}

/// What the page's own program says, under Node.
#[test]
fn the_page_s_program_finds_what_it_claims_to_cover() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = made();
    let mut due = BTreeMap::new();
    for (kind, pack) in all() {
        let path = folder.path().join(format!("{}.zip", kind.name));
        std::fs::write(path, zipped(&pack)).expect("written");
        due.insert(kind.name.to_owned(), kind);
    }
    for (name, file) in [("intact-masked", &made.masked), ("intact-full", &made.full)] {
        std::fs::copy(file, folder.path().join(format!("{name}.zip"))).expect("copied");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/viewer/verdicts.mjs");
    let run = Command::new("node").arg(script).arg(folder.path()).arg(trust()).output();
    let run = match run {
        Ok(run) => run,
        Err(error) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "node is not here: {error}");
            return eprintln!("NOT CHECKED: node is not here: {error}");
        }
    };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut seen = 0;
    for line in String::from_utf8(run.stdout).expect("text").lines() {
        let json: Value = serde_json::from_str(line).expect("JSON");
        let name = json["name"].as_str().expect("a name");
        let claims = due.get(name).is_some_and(|kind| kind.by != By::InsiderOfRules);
        let verdict = if claims { "fail" } else { "pass" };
        assert_eq!(json["verdict"], verdict, "{name}: {line}");
        assert!(!claims || json["first_bad"]["place"].as_str().is_some_and(|p| !p.is_empty()));
        seen += 1;
    }
    assert_eq!(seen, due.len() + 2);
}

/// Both tests above hold every cell.
#[test]
fn the_table_says_what_is_claimed() {
    let by = |kind: &Kind| match kind.by {
        By::Nobody => "not sealed anew",
        By::Forger => "sealed by a stranger",
        By::Insider | By::InsiderOfRules => "sealed by the log's key",
    };
    let rows: Vec<(String, Vec<&str>)> = [KINDS, OF_FULL]
        .concat()
        .iter()
        .map(|kind| {
            let page = if kind.by == By::InsiderOfRules { "–" } else { "●" };
            (format!("{}, {}", kind.name.replace('-', " "), by(kind)), vec!["●", page])
        })
        .collect();
    let heads = ["`plumb verify bundle`, `plumb-replay verify`", "the page"];
    table::hold("sealed-bundles", &heads, &rows);
}

/// The published vectors, by the page's own program.
#[test]
fn the_page_s_program_agrees_with_the_vectors() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/viewer/vectors.mjs");
    match Command::new("node").arg("--test").arg(script).output() {
        Ok(run) => assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout)),
        Err(error) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "node is not here: {error}");
            eprintln!("NOT CHECKED: node is not here: {error}");
        }
    }
}

#[test]
fn both_programs_end_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let changed = folder.path().join("changed.zip");
    let pack = read_pack(&made().masked).expect("a bundle");
    let kind = KINDS.iter().find(|kind| kind.name == "case-entry-omitted").expect("a kind");
    std::fs::write(&changed, zipped(&tampered(kind, &pack))).expect("written");
    let broken = folder.path().join("broken.zip");
    std::fs::write(&broken, b"PK\x03\x04").expect("written");
    // Another's zip file was never a bundle, and accuses nobody.
    let foreign = folder.path().join("foreign.zip");
    let other = zipped(&Pack::from_files([("xl/book.xml".to_owned(), b"<book/>".repeat(9))]));
    std::fs::write(&foreign, &other[..other.len() - 1]).expect("written");
    for (path, exit) in [(&made().masked, 0), (&changed, 3), (&broken, 3), (&foreign, 4)] {
        let verified = super::plumb(&["verify", "bundle", text(path), "--key", &made().key]);
        assert_eq!(verified.status.code(), Some(exit), "{}", path.display());
    }
}
