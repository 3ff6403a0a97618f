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
    assert_eq!(granted(&city, "办案人员", "officer/7", &["--class", "personal"]), Some(0));
    city
}

/// Grants a role on the word of two persons.
fn granted(city: &City, role: &str, member: &str, more: &[&str]) -> Option<i32> {
    let asked = ["vault", "grant", role, member, "--purpose", "履职", "--by", "officer/1"];
    let output = run(city, &[&asked[..], &["--approved-by", "officer/2"], more].concat());
    output.status.code()
}

/// Every entry of the sealed log of some type.
fn sealed(city: &City, kind: &str) -> Vec<Value> {
    let output = run(city, &["log", "--ndjson", "--log", "sealed"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["type"] == kind).collect()
}

/// What the verifier counts of openings: on record, and allowed.
fn openings(city: &City) -> (Option<i32>, Value, Value) {
    let (code, found) = verdict(city, &[]);
    let sealed = found["logs"].as_array().unwrap().iter().find(|log| log["log"] == "sealed");
    let openings = &sealed.unwrap()["openings"];
    (code, openings["recorded"].clone(), openings["ok"].clone())
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
    sealed(city, "access.recorded.v1")
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
    assert_eq!(openings(&city), (Some(0), json!(1), json!(1)));
}

#[test]
fn roles_are_told_by_the_log_and_openings_judged_by_those_of_their_time() {
    let city = ledger();
    // Nobody approves what they ask for or get, and nothing is granted without a right.
    let asked = ["vault", "grant", "r", "officer/3", "--class", "personal", "--purpose", "x"];
    for (by, approver, code) in
        [("officer/1", "officer/1", 12), ("officer/1", "officer/3", 12), ("officer/1", "", 12)]
    {
        let more = ["--by", by, "--approved-by", approver];
        assert_eq!(run(&city, &[&asked[..], &more].concat()).status.code(), Some(code));
    }
    for more in [&[][..], &["--class", "nonsense"], &["--power", "nonsense"]] {
        assert_eq!(granted(&city, "r", "officer/3", more), Some(2), "{more:?}");
    }
    let told = sealed(&city, "vault.role.granted.v1");
    let [told] = told.as_slice() else { panic!("{told:?}") };
    let body = &told["body"];
    assert_eq!((&body["by"], &body["approver"]), (&json!("officer/1"), &json!("officer/2")));
    assert_eq!((&body["purpose"], &body["member"]), (&json!("履职"), &json!("officer/7")));

    assert_eq!(open(&city, "officer/7", "办案人员", &[]).0, Some(0));
    let revoke = |member: &str| {
        let asked =
            ["vault", "revoke", "办案人员", member, "--purpose", "调离", "--by", "officer/1"];
        run(&city, &asked).status.code()
    };
    assert_eq!(revoke("officer/8"), Some(13));
    assert_eq!(revoke("officer/7"), Some(0));
    assert_eq!(open(&city, "officer/7", "办案人员", &[]).0, Some(12));
    // What was opened before stays allowed; what was known before can be asked.
    assert_eq!(openings(&city), (Some(0), json!(1), json!(1)));
    let listed = |more: &[&str]| {
        let output = run(&city, &[&["vault", "roles", "--json"], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(listed(&[]), "");
    let known = told["recorded_at"].as_str().unwrap();
    assert!(listed(&["--as-of", known, "--known-at", known]).contains("officer/7"));
    // For a day that has passed: never in force.
    let past = ["--class", "personal", "--from", "2026-03-01", "--until", "2026-03-02"];
    assert_eq!(granted(&city, "办案人员", "officer/7", &past), Some(0));
    assert_eq!(open(&city, "officer/7", "办案人员", &[]).0, Some(12));
    assert!(listed(&["--as-of", "2026-03-01"]).contains("officer/7"));
    assert_eq!(
        granted(&city, "x", "officer/7", &["--class", "personal", "--until", "2020-01-01"]),
        Some(2)
    );
}

#[test]
fn roles_of_the_configuration_are_taken_over_once_and_the_file_stays_as_it_is() {
    let city = city();
    let mut paid = event("1", "fee/1");
    paid["body"]["payer"] = json!("密封样例");
    append(&city, &lines(&[paid]));
    let path = city.path.join("plumbline.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let role = "# 由办公室维护\n[[role]]\nname = \"办案人员\" # 两人\nclasses = [\"personal\"]\n\
                members = [\"officer/7\", \"officer/9\"]\n";
    let text = format!("{text}\n{role}");
    std::fs::write(&path, &text).unwrap();
    assert_eq!(open(&city, "officer/7", "办案人员", &[]).0, Some(0));
    assert_eq!(open(&city, "officer/9", "办案人员", &[]).0, Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let told = sealed(&city, "vault.role.granted.v1");
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|one| one["body"]["adopted_from"] == "plumbline.toml"));
    assert_eq!(openings(&city), (Some(0), json!(2), json!(2)));
    // From now on the log alone counts.
    std::fs::write(&path, text.replace("\"personal\"", "\"personal\", \"informant\"")).unwrap();
    let more = ["--class", "informant"];
    assert_eq!(open(&city, "officer/7", "办案人员", &more).0, Some(12));
}

/// What only the ledger may say of itself, as a stranger would submit it.
#[test]
fn nobody_else_speaks_in_the_ledgers_name() {
    let city = ledger();
    let stored = super::entries(&city);
    let own: Vec<&str> = plumbline_replay::event::register::all()
        .filter(|row| row.own)
        .map(|row| row.name)
        .collect();
    assert!(own.contains(&"access.recorded.v1") && own.contains(&"vault.key.destroyed.v1"));
    let forged: Vec<Value> = own
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let mut forged = event(&format!("forged-{number}"), "ledger/access");
            forged["type"] = json!(name);
            forged["body"] = json!({});
            forged
        })
        .collect();
    let (code, receipts, words) = append(&city, &lines(&forged));
    assert_eq!((code, receipts.len()), (Some(6), 0));
    assert_eq!(words.matches("reserved-type").count(), own.len(), "{words}");
    // An id taken under the ledger's name would keep it from recording its own.
    let mut taken = event("key-destroyed-00", "fee/1");
    taken["source"]["system"] = json!("plumbline");
    let (code, _, words) = append(&city, &lines(&[taken]));
    assert_eq!((code, words.contains("reserved-source")), (Some(6), true), "{words}");
    // The last entry of such a stream says whether the day is closed.
    let (code, _, words) = append(&city, &lines(&[event("9", "ledger/closings")]));
    assert_eq!((code, words.contains("reserved-stream")), (Some(6), true), "{words}");

    // The output of another ledger: its own lines are refused with the reason, its acts
    // are not.
    let other = super::city();
    let output = other.path.with_file_name("log.ndjson");
    std::fs::write(&output, stored.iter().map(|line| format!("{line}\n")).collect::<String>())
        .unwrap();
    let file = output.to_str().unwrap();
    let refused = other.path.with_file_name("refused.ndjson");
    let imported = run(&other, &["import", "ndjson", file, "--errors", refused.to_str().unwrap()]);
    assert_eq!(imported.status.code(), Some(6), "{}", String::from_utf8_lossy(&imported.stderr));
    let refused = std::fs::read_to_string(refused).unwrap();
    assert!(refused.contains("ledger.created.v1 是账本对自身的陈述"), "{refused}");
    let acts = super::entries(&other).into_iter().filter(|line| line.contains("fee.paid.v1"));
    assert_eq!(acts.count(), 3);
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
    // Everything that is kept beside the log, made while the value could be read.
    let kept = |city: &City| {
        for command in [&["report", "refresh"][..], &["rebuild"], &["case", "list"]] {
            let made = run(city, command);
            assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        }
    };
    kept(&city);
    assert!(city.path.join("derived/judged").is_dir() && city.path.join("derived/open").is_dir());
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
    kept(&city);
    assert!(!holds(&city, &key) && !holds(&city, "密封样例·party/1".as_bytes()));
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
