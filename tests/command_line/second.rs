//! SM3, SM2 and ML-DSA-44 beside the first hashes and signatures: put to use,
//! verified, and found out in every way they can be tampered with.

use super::{City, append, event, lines, plumb, run};
use base64ct::{Base64, Encoding};
use plumbline::second::proof::Sm3Proof;
use plumbline::second::sm3::Sm3Head;
use plumbline::second::{Algorithm, FurtherKey, Signer};
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::note::Note;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A ledger with both further algorithms and `number` events of its open log, signed
/// after each.
pub fn second_city(number: u64) -> City {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let init = ["init", "--sm", "--ml-dsa", "--origin", "city.example/1"];
    let made = plumb().args(init).arg(&path).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let city = City { _dir: dir, path };
    for number in 0..number {
        more(&city, number);
    }
    city
}

pub fn more(city: &City, number: u64) {
    let (code, _, error) = append(city, &lines(&[event(&format!("e-{number}"), "fee/1")]));
    assert_eq!(code, Some(0), "{error}");
}

fn verify(city: &City, more: &[&str]) -> (Option<i32>, Value) {
    let output = run(city, &[&["verify", "--json"], more].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text} {}", String::from_utf8_lossy(&output.stderr))
    });
    (output.status.code(), value)
}

pub fn both(city: &City) -> (Option<i32>, Value) {
    verify(city, &["--sm", "--ml-dsa"])
}

pub fn shown(city: &City, arguments: &[&str]) -> String {
    let output = run(city, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The vkey of a log's key of an algorithm.
fn further(city: &City, log: &str, algorithm: &str) -> String {
    let keys: Value = serde_json::from_str(&shown(city, &["keys", "show", "--json"])).unwrap();
    let keys = keys[log]["further"].as_array().unwrap();
    let key = keys.iter().find(|key| key["algorithm"] == algorithm).unwrap();
    key["vkey"].as_str().unwrap().to_owned()
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text, "nothing was changed in {}", path.display());
    std::fs::write(path, changed).unwrap();
}

#[test]
fn heads_carry_what_the_ledger_announces() {
    let city = second_city(3);
    let note = shown(&city, &["checkpoint", "show"]);
    assert_eq!(note.lines().filter(|line| line.starts_with('—')).count(), 3);
    let (code, report) = both(&city);
    assert_eq!(code, Some(0), "{report}");
    let open = &report["second"][0];
    assert_eq!((&open["hashed"], &open["covered"]), (&6.into(), &6.into()));
    assert_eq!((&open["lines_ok"], &open["sm3_heads_ok"]), (&4.into(), &2.into()));
    // Without the flags the rest is verified, and what was left out is said.
    let (code, report) = verify(&city, &[]);
    assert_eq!((code, report["second"].is_null()), (Some(0), true));
    let limits = report["logs"][0]["limits"].to_string();
    assert!(limits.contains("other-algorithms-not-checked"), "{limits}");
    assert!(limits.contains("sm3-head-not-checked"), "{limits}");
    // A key from elsewhere is compared.
    let key = further(&city, "open", "sm2");
    assert_eq!(verify(&city, &["--key", &key, "--sm"]).0, Some(0));
    let other = Signer::from_seed(Algorithm::Sm2, "city.example/1/open", [9; 32]).unwrap();
    let (code, report) = verify(&city, &["--key", &other.public().vkey(), "--sm"]);
    assert_eq!(code, Some(4), "{report}");
}

#[test]
fn a_ledger_without_them_says_so() {
    let city = super::city();
    let (code, report) = both(&city);
    assert_eq!((code, report["verdict"].as_str()), (Some(4), Some("cannot_tell")));
    assert_eq!(run(&city, &["checkpoint", "show", "--sm"]).status.code(), Some(13));
    // Put to use later, once: from then on heads carry the lines.
    more(&city, 0);
    for _ in 0..2 {
        assert_eq!(run(&city, &["keys", "also", "--sm", "--ml-dsa"]).status.code(), Some(0));
    }
    assert_eq!(super::entries(&city).len(), 4);
    assert_eq!(both(&city).0, Some(0));
    more(&city, 1);
    assert_eq!(both(&city).0, Some(0));
    // Nobody but the ledger announces a key.
    let mut foreign = event("x", "ledger/signature-keys");
    foreign["type"] = Value::from("ledger.signature_key.announced.v1");
    foreign["body"] =
        serde_json::json!({"algorithm": "sm2", "vkey": further(&city, "open", "sm2")});
    assert_eq!(append(&city, &lines(&[foreign])).0, Some(6));
}

#[test]
fn the_tree_goes_on_from_the_signed_root_and_regrows() {
    let city = second_city(2);
    let frontier = city.path.join("derived/open/sm3");
    let root = |city: &City| shown(city, &["checkpoint", "show", "--sm"]);
    // Deleted, of another size, or another one: it is grown from the entries again.
    for (number, bytes) in [(2, None), (3, Some(b"PLSM3T01".to_vec())), (4, Some(vec![7; 80]))] {
        match bytes {
            Some(bytes) => std::fs::write(&frontier, bytes).unwrap(),
            None => std::fs::remove_file(&frontier).unwrap(),
        }
        more(&city, number);
        assert!(root(&city).contains(&format!("\n{}\n", number + 4)));
        assert_eq!(both(&city).0, Some(0));
    }
}

#[test]
fn an_entry_is_proved_in_the_tree_of_sm3() {
    let city = second_city(6);
    let entries = super::entries(&city);
    let key = FurtherKey::parse(&further(&city, "open", "sm2")).unwrap();
    for (position, entry) in entries.iter().enumerate() {
        let text = shown(&city, &["prove", "inclusion", &position.to_string(), "--sm"]);
        let proof = Sm3Proof::parse(&text).unwrap();
        assert_eq!(proof.verify(&key, entry.as_bytes()), Ok(()));
        let other = entries[(position + 1) % entries.len()].as_bytes();
        assert!(proof.verify(&key, other).is_err());
        let moved = Sm3Proof { index: proof.index ^ 1, ..proof };
        assert!(moved.verify(&key, entry.as_bytes()).is_err());
    }
    assert_eq!(run(&city, &["prove", "inclusion", "99", "--sm"]).status.code(), Some(13));
}

/// The places of the open log's heads.
fn places(city: &City) -> [PathBuf; 4] {
    ["heads/open.checkpoint", "logs/open/checkpoint", "heads/open.sm3", "logs/open/checkpoint.sm3"]
        .map(|name| city.path.join(name))
}

/// A line of the note by the key with this id, or all lines but it.
fn without(note: &str, vkey: &str) -> String {
    let id = vkey.split('+').nth(1).unwrap();
    let own = |line: &&str| {
        let data = line.strip_prefix('—').and_then(|line| line.rsplit(' ').next());
        let bytes = data.and_then(|data| Base64::decode_vec(data).ok()).unwrap_or_default();
        !bytes
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .eq(id.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()))
    };
    note.lines().filter(own).map(|line| format!("{line}\n")).collect()
}

/// The last byte of every signature of the key changed.
fn flipped(note: &str, vkey: &str) -> String {
    let kept = without(note, vkey);
    let line = note.lines().find(|line| !kept.contains(line)).unwrap();
    let (head, data) = line.rsplit_once(' ').unwrap();
    let mut bytes = Base64::decode_vec(data).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    note.replace(line, &format!("{head} {}", Base64::encode_string(&bytes)))
}

/// The places with what stands there.
fn heads(city: &City) -> [(PathBuf, String); 4] {
    places(city).map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    })
}

/// Keys, and an earlier SM3 head, for whoever tampers.
struct Tamperer {
    own: Signer,
    stranger: Signer,
    sm2: String,
    ml_dsa: String,
    early: String,
}

impl Tamperer {
    fn strangers_line(&self, note: &str) -> String {
        let checkpoint = Checkpoint::parse(Note::parse(note).unwrap().text).unwrap();
        without(note, &self.sm2) + &self.stranger.line(&checkpoint).unwrap()
    }

    /// Ways to change a head, each with the place that it is done to, from 0.
    #[rustfmt::skip]
    fn ways(&self) -> Vec<(&'static str, usize, Change<'_>)> {
        vec![
            ("SM2 line changed", 0, Box::new(|note| flipped(note, &self.sm2))),
            ("SM2 line changed beside the log", 1, Box::new(|note| flipped(note, &self.sm2))),
            ("ML-DSA line changed", 0, Box::new(|note| flipped(note, &self.ml_dsa))),
            ("SM2 line missing", 0, Box::new(|note| without(note, &self.sm2))),
            ("ML-DSA line missing", 1, Box::new(|note| without(note, &self.ml_dsa))),
            ("SM2 line by a stranger's key", 0, Box::new(|note| self.strangers_line(note))),
            ("SM3 line changed", 2, Box::new(|note| flipped(note, &self.sm2))),
            ("SM3 line missing", 3, Box::new(|note| without(note, &self.sm2))),
            ("SM3 head by a stranger's key", 2, Box::new(|note| resigned(&self.stranger, note, |_| {}))),
            ("another SM3 root, signed", 2, Box::new(|note| resigned(&self.own, note, |head| head.root.0[0] ^= 1))),
            ("another size, signed", 3, Box::new(|note| resigned(&self.own, note, |head| head.size -= 1))),
            ("before any key, signed", 3, Box::new(|note| resigned(&self.own, note, |head| head.size = 1))),
            ("more than is here, signed", 2, Box::new(|note| resigned(&self.own, note, |head| head.size += 1))),
            ("of another log, signed", 2, Box::new(|note| resigned(&self.own, note, |head| head.origin.push('x')))),
            ("stale", 2, Box::new(|_| self.early.clone())),
            ("SM3 head no text", 3, Box::new(|_| "nothing\n".to_owned())),
            ("a checkpoint in the SM3 head's place", 2, Box::new(|note| note.split_once('\n').unwrap().1.to_owned())),
        ]
    }
}

type Change<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// An SM3 head with another statement, signed.
fn resigned(signer: &Signer, note: &str, change: impl FnOnce(&mut Checkpoint)) -> String {
    let mut head = Sm3Head::parse(Note::parse(note).unwrap().text).unwrap();
    change(&mut head.0);
    let text = head.text();
    format!("{text}\n{}", signer.text_line(&text).unwrap())
}

#[test]
fn every_tampering_is_found_with_its_place() {
    let city = second_city(5);
    let private = std::fs::read_to_string(city.path.join("keys/open.sm2.key")).unwrap();
    let tamperer = Tamperer {
        own: Signer::parse(Algorithm::Sm2, &private).unwrap(),
        stranger: Signer::from_seed(Algorithm::Sm2, "city.example/1/open", [9; 32]).unwrap(),
        sm2: further(&city, "open", "sm2"),
        ml_dsa: further(&city, "open", "ml-dsa-44"),
        early: heads(&city)[2].1.clone(),
    };
    more(&city, 5);
    let now = heads(&city);
    let restore = || now.iter().for_each(|(path, text)| std::fs::write(path, text).unwrap());
    let found_at = |name: &str, place: &Path| {
        let (code, report) = both(&city);
        assert_eq!(code, Some(3), "{name}: {report}");
        let found = report["first_bad"]["place"].as_str().unwrap();
        assert_eq!(found, place.display().to_string(), "{name}: {report}");
        restore();
    };
    for (name, place, change) in tamperer.ways() {
        edit(&now[place].0, |note| change(&note));
        found_at(name, &now[place].0);
    }
    for (place, _) in &now[2..] {
        std::fs::remove_file(place).unwrap();
        found_at("SM3 head missing", place);
    }
    assert_eq!(both(&city).0, Some(0));
    // What the second check alone can see, the first one leaves and says so.
    edit(&now[0].0, |note| flipped(&note, &tamperer.sm2));
    let (code, report) = verify(&city, &[]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report["logs"][0]["limits"].to_string().contains("not-checked"), "{report}");
}

#[test]
fn what_cannot_be_checked_is_not_passed_over() {
    let city = super::city();
    let note = city.path.join("heads/open.checkpoint").display().to_string();
    let asked = ["verify", "bundle", &note, "--key", "x", "--sm"];
    assert_eq!(run(&city, &asked).status.code(), Some(2));
    assert_eq!(run(&city, &["keys", "also"]).status.code(), Some(2));
    edit(&city.path.join("plumbline.toml"), |text| {
        text.replacen("time_zone", "signatures = [\"rot13\"]\ntime_zone", 1)
    });
    let (code, _, error) = append(&city, &lines(&[event("e-1", "fee/1")]));
    assert!(code != Some(0) && error.contains("rot13"), "{error}");
}

#[test]
fn a_renewed_key_leaves_what_the_old_one_signed() {
    let city = second_city(2);
    let dir = city.path.parent().unwrap();
    let (note, head) = (dir.join("note"), dir.join("head"));
    std::fs::write(&note, shown(&city, &["checkpoint", "show"])).unwrap();
    std::fs::write(&head, shown(&city, &["checkpoint", "show", "--sm"])).unwrap();
    let file = city.path.join("keys/open.sm2.key");
    let (private, vkey) = (std::fs::read(&file).unwrap(), further(&city, "open", "sm2"));
    let renewed = run(&city, &["keys", "also", "--sm", "--renew"]);
    assert_eq!(renewed.status.code(), Some(0), "{}", String::from_utf8_lossy(&renewed.stderr));
    assert_ne!(further(&city, "open", "sm2"), vkey);
    // Told of once more, in both logs; the other algorithm's key stays.
    assert_eq!(super::entries(&city).len(), 6);
    more(&city, 2);
    let (note, head) = (note.display().to_string(), head.display().to_string());
    let outside = ["--sm", "--ml-dsa", "--checkpoint", &note, "--checkpoint", &head];
    let (code, report) = verify(&city, &outside);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(verify(&city, &["--sm", "--key", &vkey]).0, Some(0));
    // The old key signs no more: its line is not the one that is due.
    std::fs::write(&file, private).unwrap();
    more(&city, 3);
    let (code, report) = both(&city);
    assert_eq!(code, Some(3), "{report}");
}

/// A renewal makes the key, tells of it, and puts it in the other's place. Whatever step
/// it was cut short at, the next signing leaves a ledger that verifies.
#[test]
fn a_renewal_that_was_cut_short_is_ended_by_the_next_signing() {
    let city = second_city(2);
    let file = city.path.join("keys/open.sm2.key");
    let (next, retired) = (file.with_extension("key.next"), file.with_extension("key.retired"));
    let old = std::fs::read(&file).unwrap();
    let holds = |step: &str| {
        let (code, report) = both(&city);
        assert_eq!(code, Some(0), "{step}: {report}");
    };
    // Made, and nobody told: the old key goes on.
    let made = Signer::from_seed(Algorithm::Sm2, "city.example/1/open", [5; 32]).unwrap();
    std::fs::write(&next, format!("{}\n", made.to_text())).unwrap();
    more(&city, 1);
    holds("made");
    assert_eq!((std::fs::read(&file).unwrap(), next.exists()), (old.clone(), true));
    // Begun again it is that key which is told of.
    let renewed = run(&city, &["keys", "also", "--sm", "--renew"]);
    assert_eq!(renewed.status.code(), Some(0), "{}", String::from_utf8_lossy(&renewed.stderr));
    let new = std::fs::read(&file).unwrap();
    assert_eq!(String::from_utf8(new.clone()).unwrap().trim(), made.to_text());
    assert!(!next.exists() && !retired.exists());
    holds("renewed");
    let ended = |step: &str| {
        more(&city, 1);
        assert_eq!(std::fs::read(&file).unwrap(), new, "{step}");
        assert!(!next.exists() && !retired.exists(), "{step}");
        holds(step);
    };
    // Told of, and not in its place; then with the old one's second name; then in its
    // place, and the old one not destroyed.
    std::fs::write(&file, &old).unwrap();
    std::fs::write(&next, &new).unwrap();
    ended("told of");
    std::fs::write(&file, &old).unwrap();
    std::fs::write(&next, &new).unwrap();
    std::fs::hard_link(&file, &retired).unwrap();
    ended("linked");
    std::fs::write(&retired, &old).unwrap();
    ended("in its place");
}

#[test]
fn what_was_kept_elsewhere_is_held_too() {
    let city = second_city(3);
    let kept = city.path.parent().unwrap().join("kept");
    std::fs::write(&kept, shown(&city, &["checkpoint", "show", "--sm"])).unwrap();
    let file = kept.display().to_string();
    more(&city, 3);
    assert_eq!(verify(&city, &["--checkpoint", &file]).0, Some(0));
    edit(&kept, |note| note.replacen("\n6\n", "\n5\n", 1));
    let (code, report) = verify(&city, &["--checkpoint", &file]);
    assert_eq!((code, report["first_bad"]["place"].as_str()), (Some(3), Some(file.as_str())));
}

#[test]
fn nothing_beside_a_signed_sm3_root_is_signed() {
    let city = second_city(2);
    let private = std::fs::read_to_string(city.path.join("keys/open.sm2.key")).unwrap();
    let own = Signer::parse(Algorithm::Sm2, &private).unwrap();
    let path = city.path.join("heads/open.sm3");
    edit(&path, |note| resigned(&own, &note, |head| head.root.0[0] ^= 1));
    let (code, _, error) = append(&city, &lines(&[event("e-9", "fee/1")]));
    assert_eq!(code, Some(3), "{error}");
    assert!(error.contains("another SM3 root"), "{error}");
}

pub fn written(city: &City, name: &str, text: &str) -> PathBuf {
    let path = city.path.with_file_name(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_withdrawn_algorithm_is_due_up_to_its_withdrawal_and_no_further() {
    let city = second_city(2);
    let vkey = further(&city, "open", "sm2");
    let note = written(&city, "note", &shown(&city, &["checkpoint", "show"]));
    let head = written(&city, "head", &shown(&city, &["checkpoint", "show", "--sm"]));
    let private = city.path.join("keys/open.sm2.key");
    let secret = std::fs::read(&private).unwrap();
    assert_eq!(run(&city, &["keys", "withdraw"]).status.code(), Some(2));
    shown(&city, &["keys", "withdraw", "--sm"]);
    assert!(!private.exists() && !city.path.join("keys/sealed.sm2.key").exists());
    more(&city, 2);
    let now = shown(&city, &["checkpoint", "show"]);
    assert_eq!(now.lines().filter(|line| line.starts_with('—')).count(), 2, "{now}");
    // What was due before is checked, what came after needs no line, and who asks for SM2 is
    // told that it is in use no more.
    let (code, report) = verify(&city, &["--ml-dsa"]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["second"][0]["withdrawn"][0]["vkey"], vkey.as_str(), "{report}");
    let outside = ["--key", &vkey, "--checkpoint", text(&note), "--checkpoint", text(&head)];
    let (code, report) = verify(&city, &outside);
    assert_eq!(code, Some(0), "{report}");
    let (code, report) = verify(&city, &["--sm"]);
    assert_eq!(code, Some(4), "{report}");
    assert!(report["second"][0]["doubts"].to_string().contains("withdrawn"), "{report}");
    let (code, report) = {
        edit(&note, |note| flipped(&note, &vkey));
        verify(&city, &outside)
    };
    assert_eq!((code, report["first_bad"]["place"].as_str()), (Some(3), Some(text(&note))));
    // The other algorithm's line is due as before.
    let heads = city.path.join("heads/open.checkpoint");
    let kept = std::fs::read_to_string(&heads).unwrap();
    edit(&heads, |note| without(&note, &further(&city, "open", "ml-dsa-44")));
    assert_eq!(verify(&city, &["--ml-dsa"]).0, Some(3));
    std::fs::write(&heads, kept).unwrap();
    // Cut short before the key was destroyed: again ends it.
    std::fs::write(&private, secret).unwrap();
    shown(&city, &["keys", "withdraw", "--sm"]);
    assert!(!private.exists());
    assert_eq!(run(&city, &["keys", "withdraw", "--sm"]).status.code(), Some(2));
    // And it may be put to use again, with a key of its own.
    shown(&city, &["keys", "also", "--sm"]);
    more(&city, 3);
    let (code, report) = both(&city);
    assert_eq!(code, Some(0), "{report}");
    assert_ne!(further(&city, "open", "sm2"), vkey);
}

#[test]
fn a_restored_ledger_signs_on_by_all_its_algorithms() {
    let city = second_city(1);
    let backup = city.path.with_file_name("backup");
    let copy = |from: &Path, to: &Path| {
        let done = std::process::Command::new("cp").arg("-r").args([from, to]).status();
        assert!(done.unwrap().success());
    };
    copy(&city.path, &backup);
    let before = further(&city, "open", "sm2");
    let early = written(&city, "early", &shown(&city, &["checkpoint", "show"]));
    let early_sm3 = written(&city, "early-sm3", &shown(&city, &["checkpoint", "show", "--sm"]));
    more(&city, 1);
    let head = written(&city, "last", &shown(&city, &["checkpoint", "show"]));
    std::fs::remove_dir_all(&city.path).unwrap();
    std::fs::rename(&backup, &city.path).unwrap();
    let told = super::handed_on::restore(&city, "city.example/2", &head);
    assert!(told.contains("ml-dsa-44") && told.contains("sm2"), "{told}");
    let after = further(&city, "open", "sm2");
    assert!(after.starts_with("city.example/2/open+") && after != before, "{after}");
    let note = shown(&city, &["checkpoint", "show"]);
    assert_eq!(note.lines().filter(|line| line.starts_with('—')).count(), 3, "{note}");
    more(&city, 2);
    let (code, report) = both(&city);
    assert_eq!(code, Some(0), "{report}");
    // What was signed under the origin before is held against the keys of then.
    let kept = ["--checkpoint", text(&early), "--checkpoint", text(&early_sm3)];
    let (code, report) = verify(&city, &[&["--sm", "--ml-dsa"], &kept[..]].concat());
    assert_eq!(code, Some(0), "{report}");
    edit(&early_sm3, |note| flipped(&note, &before));
    let (code, report) = verify(&city, &[&["--sm"], &kept[..]].concat());
    assert_eq!((code, report["first_bad"]["place"].as_str()), (Some(3), Some(text(&early_sm3))));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn proofs_of_both_trees_are_verified_against_an_entry() {
    let city = second_city(4);
    let entry = written(&city, "entry", &(super::entries(&city)[3].clone() + "\n"));
    let other = written(&city, "other", &super::entries(&city)[2]);
    let keys: Value = serde_json::from_str(&shown(&city, &["keys", "show", "--json"])).unwrap();
    let (ed25519, sm2) = (keys["open"]["vkey"].as_str().unwrap(), further(&city, "open", "sm2"));
    let sealed = further(&city, "sealed", "sm2");
    for (sm, key) in [(&[][..], ed25519), (&["--sm"], sm2.as_str())] {
        let proof = shown(&city, &[&["prove", "inclusion", "3"], sm].concat());
        let file = written(&city, "proof", &proof);
        let ask = |more: &[&str]| {
            let output = plumb().args(["verify", "inclusion", text(&file)]).args(more).output();
            output.unwrap().status.code()
        };
        assert_eq!(ask(&["--entry", text(&entry), "--key", key]), Some(0), "{proof}");
        assert_eq!(ask(&["--dir", text(&city.path)]), Some(0), "by the ledger's own");
        assert_eq!(ask(&["--entry", text(&entry)]), Some(4), "no key");
        assert_eq!(ask(&["--key", key]), Some(4), "no entry");
        assert_eq!(ask(&["--entry", text(&entry), "--key", &sealed]), Some(4), "another's key");
        assert_eq!(ask(&["--entry", text(&other), "--key", key]), Some(3), "another entry");
        let hash = proof.lines().nth(2).unwrap();
        for (from, to) in [
            ("index 3", "index 2"),
            (hash, &hash.chars().rev().collect::<String>()),
            ("\n7\n", "\n6\n"),
        ] {
            assert!(proof.contains(from), "{from} {proof}");
            std::fs::write(&file, proof.replacen(from, to, 1)).unwrap();
            assert_eq!(ask(&["--entry", text(&entry), "--key", key]), Some(3), "{from}");
        }
    }
}
