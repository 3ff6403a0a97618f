//! The vault as its users meet it: opened by role and on record, erased for good.

use super::{City, append, city, event, lines, run, verdict};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Two payments of one party and one of another, and a role that may see payers.
fn ledger() -> City {
    let city = city();
    let mut acts = [event("1", "fee/1"), event("2", "fee/2"), event("3", "fee/1")];
    for (act, party) in acts.iter_mut().zip(["party/1", "party/2", "party/1"]) {
        act["parties"] = json!([{"id": party, "capacity": "申请人"}]);
        act["body"]["payer"] = json!(format!("密封样例·{party}"));
    }
    append(&city, &lines(&acts));
    let arguments = ["vault", "role", "办案人员", "--class", "personal", "--member", "officer/7"];
    assert_eq!(run(&city, &arguments).status.code(), Some(0));
    city
}

fn open(city: &City, who: &str, role: &str, more: &[&str]) -> (Option<i32>, Value, String) {
    let asked = ["vault", "open", "fee/1", "--json", "--purpose", "核查缴费人", "--as", who];
    let output = run(city, &[&asked[..], &["--role", role], more].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let value = text.lines().last().map_or(Value::Null, |l| serde_json::from_str(l).unwrap());
    (output.status.code(), value, text)
}

/// What the sealed log says of accesses.
fn accesses(city: &City) -> Vec<Value> {
    let output = run(city, &["log", "--ndjson", "--log", "sealed"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["type"] == "access.recorded.v1").collect()
}

#[test]
fn a_role_opens_its_classes_and_every_opening_is_on_record() {
    let city = ledger();
    let (code, found, _) = open(&city, "officer/7", "办案人员", &[]);
    assert_eq!(code, Some(0), "{found}");
    let members = found["members"].as_array().unwrap();
    assert_eq!(members.len(), 2);
    let stored: Vec<Value> =
        super::entries(&city).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for member in members {
        assert_eq!(
            (&member["name"], &member["value"]),
            (&json!("payer"), &json!("密封样例·party/1"))
        );
        // RFC 9901 §4.2.3, by hashes of other hands: the digest is that of the text of
        // the disclosure, and stands in the entry.
        let disclosure = member["disclosure"].as_str().unwrap();
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(disclosure.as_bytes()));
        let entry = &stored[member["position"].as_u64().unwrap() as usize];
        assert!(entry["body"]["_sd"].as_array().unwrap().contains(&json!(digest)), "{entry}");
        let list = Base64UrlUnpadded::decode_vec(disclosure).unwrap();
        let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
        assert_eq!(list[1..], [json!("payer"), json!("密封样例·party/1")]);
    }
    let accesses = accesses(&city);
    let [access] = accesses.as_slice() else { panic!("{accesses:?}") };
    let body = &access["body"];
    assert_eq!((&body["who"], &body["result"]), (&json!("officer/7"), &json!("出示")));
    assert_eq!((&body["purpose"], &body["subject_count"]), (&json!("核查缴费人"), &json!(1)));
    assert_eq!(body["members"].as_array().unwrap().len(), 2);
    assert!(!access.to_string().contains("密封样例"));
    assert_eq!(verdict(&city, &[]).0, Some(0));
}

#[test]
fn who_may_not_sees_nothing_and_the_attempt_is_on_record() {
    let city = ledger();
    for (who, role, more, reason) in [
        ("officer/8", "办案人员", &[][..], "not-of-that-role"),
        ("officer/7", "局长", &[], "no-such-role"),
        ("officer/7", "办案人员", &["--class", "informant"], "class-not-open-to-the-role"),
    ] {
        let before = accesses(&city).len();
        let (code, _, text) = open(&city, who, role, more);
        assert_eq!((code, text.as_str()), (Some(12), ""), "{who} {role}");
        let accesses = accesses(&city);
        assert_eq!(accesses.len(), before + 1);
        let body = &accesses.last().unwrap()["body"];
        assert_eq!((&body["result"], &body["refused_for"]), (&json!("拒绝"), &json!(reason)));
    }
    // Nobody learns by asking whether a case exists.
    let nowhere = ["vault", "open", "fee/9", "--purpose", "x", "--as", "officer/8"];
    let nowhere = run(&city, &[&nowhere[..], &["--role", "办案人员"]].concat());
    assert_eq!(nowhere.status.code(), Some(12));
    let purpose = ["vault", "open", "fee/1", "--purpose", " ", "--as", "officer/7"];
    let purpose = run(&city, &[&purpose[..], &["--role", "办案人员"]].concat());
    assert_eq!(purpose.status.code(), Some(2));
}

/// Every byte of every file under a folder, but the lookup's own working files.
fn bytes_under(folder: &Path, out: &mut Vec<u8>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            bytes_under(&path, out);
        } else {
            out.extend(std::fs::read(&path).unwrap());
        }
    }
}

fn holds(city: &City, needle: &[u8]) -> bool {
    let mut bytes = Vec::new();
    bytes_under(&city.path, &mut bytes);
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The key of a subject, from its slot of the key store (FORMAT.md §13).
fn key_of(city: &City, subject: &str) -> Vec<u8> {
    let name = [b"plumbline subject v1\0", subject.as_bytes()].concat();
    let name = blake3::hash(&name);
    let store = std::fs::read(city.path.join("vault/keys")).unwrap();
    let slot = store.chunks(128).find(|slot| &slot[16..48] == name.as_bytes()).unwrap();
    slot[48..80].to_vec()
}

#[test]
fn erasing_leaves_neither_value_nor_key_and_all_else_as_it_was() {
    let city = ledger();
    let (key, other) = (key_of(&city, "party/1"), key_of(&city, "party/2"));
    assert!(holds(&city, &key), "the search itself finds what is there");
    let report = city.path.with_file_name("before.json");
    let report = report.to_str().unwrap();
    let asked =
        ["report", "run", "RP06", "--from", "2026-03-01", "--to", "2026-04-01", "-o", report];
    let made = run(&city, &asked);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    run(&city, &["closing", "run"]);
    let file = city.path.with_file_name("F.json");
    run(&city, &["extract", "fee/1", "-o", file.to_str().unwrap()]);
    let before = super::entries(&city);

    let erase = |first: &str, second: &str| {
        let asked = ["vault", "erase", "party/1", "--basis", "申请〔2026〕1号", "--approved-by"];
        run(&city, &[&asked[..], &[first, "--approved-by", second]].concat()).status.code()
    };
    assert_eq!(erase("officer/1", "officer/1"), Some(12));
    assert!(holds(&city, &key));
    assert_eq!(erase("officer/1", "officer/2"), Some(0));

    assert!(!holds(&city, &key), "the key is still in some file");
    assert!(!holds(&city, "密封样例·party/1".as_bytes()));
    assert!(holds(&city, &other));
    // What stood in the log stands there, and the facts after it.
    let after = super::entries(&city);
    assert_eq!(after[..before.len()], before);
    let told: Vec<Value> =
        after[before.len()..].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = told.iter().filter_map(|entry| entry["type"].as_str()).collect();
    assert_eq!(kinds, ["redaction.applied.v1", "vault.key.destroyed.v1"]);
    assert_eq!(told[0]["body"]["targets"], json!(["1", "3"]));
    assert_eq!(told[0]["body"]["approvers"], json!(["officer/1", "officer/2"]));
    // Chain, tree, proofs and a report that needs no name are as they were.
    assert_eq!(verdict(&city, &[]).0, Some(0));
    assert_eq!(run(&city, &["report", "verify", report]).status.code(), Some(0));
    assert_eq!(run(&city, &["verify", "bundle", file.to_str().unwrap()]).status.code(), Some(0));
    let (code, found, text) = open(&city, "officer/7", "办案人员", &[]);
    assert_eq!(code, Some(0));
    assert!(!text.contains("密封样例"));
    assert!(found["members"].as_array().unwrap().iter().all(|one| one["destroyed"] == true));
    // Once more changes nothing; sealing anything else for the subject is refused.
    assert_eq!(erase("officer/1", "officer/2"), Some(0));
    let accessed = super::entries(&city);
    assert_eq!(accessed, after);
    let mut late = event("4", "fee/4");
    late["parties"] = json!([{"id": "party/1", "capacity": "申请人"}]);
    let (code, _, words) = append(&city, &lines(&[late]));
    assert_eq!(code, Some(6));
    assert!(words.contains("key-destroyed"), "{words}");
}

#[test]
fn an_erasure_in_the_sealed_log_tells_the_open_one_nothing() {
    let city = city();
    let complaint = json!({
        "id": "c-1", "stream": "complaint/1", "type": "complaint.received.v1",
        "occurred_at": "2026-03-05T16:20:00+08:00", "source": {"system": "hotline"},
        "body": {"complainant": {"name": "密封样例·举报人"}},
    });
    let (code, receipts, words) = append(&city, &lines(&[complaint]));
    assert_eq!((code, receipts.len()), (Some(0), 1), "{words}");
    let before = super::entries(&city);
    let asked = ["vault", "erase", "informant/c-1", "--basis", "x", "--approved-by", "a"];
    let erased = run(&city, &[&asked[..], &["--approved-by", "b"]].concat());
    assert_eq!(erased.status.code(), Some(0), "{}", String::from_utf8_lossy(&erased.stderr));
    assert_eq!(super::entries(&city), before);
    let sealed = run(&city, &["log", "--ndjson", "--log", "sealed"]);
    assert!(String::from_utf8(sealed.stdout).unwrap().contains("vault.sealed_key.destroyed.v1"));
}
