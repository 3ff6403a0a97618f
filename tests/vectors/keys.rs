//! Changes of a log's key (FORMAT.md §15): written by the naive implementation, made and
//! followed by the product.

use crate::naive::json::read;
use crate::naive::{blake3, entry, hex, note, tree};
use crate::sample::{self, ORIGIN, SEED};
use crate::{list, number, stored, text};
use base64ct::{Base64, Encoding};
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::parse;
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};
use plumbline_replay::succession::{HeadError, Step, Succession};
use serde_json::{Value, json};

/// The key after the rotation, the one after the restoration, and two persons.
const SECOND: [u8; 32] = [0x2b; 32];
const THIRD: [u8; 32] = [0x2c; 32];
const AFTER: &str = "plumbline.example/vectors-2/open";
const PERSONS: [(&str, [u8; 32]); 2] =
    [("officer/990100-0001", [0x61; 32]), ("officer/990100-0002", [0x62; 32])];

type Signer<'a> = (&'a str, [u8; 32]);

fn signed(text: &str, signers: &[Signer<'_>]) -> String {
    let line = |(name, seed): &Signer<'_>| {
        let note = note::sign(text, name, seed);
        note.split_once("\n\n").expect("a note has a blank line").1.to_owned()
    };
    format!("{text}\n{}", signers.iter().map(line).collect::<String>())
}

fn rotation(old: Signer<'_>, new: Signer<'_>) -> String {
    let vkey = |(name, seed): Signer<'_>| note::vkey(name, &seed);
    format!("plumbline key rotation v1\n{}\n{}\n", vkey(old), vkey(new))
}

struct Restored {
    kept: (u64, tree::Hash),
    lost: (u64, tree::Hash),
    persons: [Signer<'static>; 2],
    new: Signer<'static>,
}

impl Restored {
    fn text(&self) -> String {
        let head =
            |(size, root): &(u64, tree::Hash)| format!("{size} {}", Base64::encode_string(root));
        let [first, second] = self.persons.map(|(name, seed)| note::vkey(name, &seed));
        format!(
            "plumbline restoration v1\n{}\n{}\nkept {}\nlost {}\nby {first}\nby {second}\nreason 机房进水,磁盘损坏\n",
            note::vkey(ORIGIN, &SECOND),
            note::vkey(self.new.0, &self.new.1),
            head(&self.kept),
            head(&self.lost),
        )
    }

    fn body(&self, note: &str, lost_note: &str) -> Value {
        let persons = self.persons.map(|(name, _)| name);
        json!({
            "old_key": note::vkey(ORIGIN, &SECOND), "new_key": note::vkey(self.new.0, &self.new.1),
            "kept_size": self.kept.0, "kept_root": hex(&self.kept.1),
            "lost_size": self.lost.0, "lost_root": hex(&self.lost.1),
            "persons": persons, "reason": "机房进水,磁盘损坏",
            "note": note, "lost_note": lost_note,
        })
    }
}

/// The log of log.json going on: each entry takes its place after those before.
struct Growing {
    entries: Vec<String>,
    revision: i64,
}

impl Growing {
    fn new() -> Growing {
        let entries = sample::log().entries.into_iter().map(|entry| entry.text).collect();
        Growing { entries, revision: 0 }
    }

    fn root(&self) -> tree::Hash {
        let leaves: Vec<tree::Hash> =
            self.entries.iter().map(|entry| tree::leaf(entry.as_bytes())).collect();
        tree::root(&leaves)
    }

    fn next(&self, id: &str, stream: &str, kind: &str, revision: i64, body: &Value) -> String {
        let submission = json!({
            "body": body, "id": id, "occurred_at": "2026-03-07T09:00:00+08:00",
            "precision": "minute", "source": {"system": "plumbline"}, "stream": stream, "type": kind,
        });
        let position = self.entries.len();
        let value = read(submission.to_string().as_bytes()).expect("JSON");
        let previous = blake3(self.entries[position - 1].as_bytes());
        let recorded_at = format!("2026-03-07T01:00:00.{position:06}Z");
        entry::place(&value, position as i64, previous, &recorded_at, revision)
    }

    fn change(&self, kind: &str, body: &Value) -> String {
        self.next(&format!("key-{}", self.entries.len()), "ledger/keys", kind, self.revision, body)
    }

    fn push_change(&mut self, kind: &str, body: &Value) {
        let entry = self.change(kind, body);
        self.entries.push(entry);
        self.revision += 1;
    }

    fn push_other(&mut self, revision: i64) {
        let kind = "fee.paid.v1";
        let entry =
            self.next(&format!("x-{}", self.entries.len()), "x", kind, revision, &json!({}));
        self.entries.push(entry);
    }
}

const ROTATED: &str = "ledger.key.rotated.v1";
const RESTORED: &str = "ledger.restored.v1";
const FIRST: Signer<'_> = (ORIGIN, SEED);
const NEXT: Signer<'_> = (ORIGIN, SECOND);
const LAST: Signer<'_> = (AFTER, THIRD);

fn rotated_body(note: &str) -> Value {
    json!({
        "old_key": note::vkey(ORIGIN, &SEED), "new_key": note::vkey(ORIGIN, &SECOND), "note": note,
    })
}

/// Changes that do not hold where the first one stands, each with its code.
fn refused(log: &Growing) -> Vec<Value> {
    let text = rotation(FIRST, NEXT);
    let good = signed(&text, &[FIRST, NEXT]);
    let case = |name: &str, code: &str, body: Value| json!({ "name": name, "code": code, "entry": log.change(ROTATED, &body) });
    let mut other_key = rotated_body(&good);
    other_key["new_key"] = json!(note::vkey(ORIGIN, &THIRD));
    let third = note::vkey(ORIGIN, &THIRD);
    let other_text = json!({
        "old_key": note::vkey(ORIGIN, &SEED), "new_key": third,
        "note": good.replace(&note::vkey(ORIGIN, &SECOND), &third),
    });
    let back = rotation(FIRST, FIRST);
    let stranger = rotation((ORIGIN, THIRD), NEXT);
    let stranger_body = json!({
        "old_key": note::vkey(ORIGIN, &THIRD), "new_key": note::vkey(ORIGIN, &SECOND),
        "note": signed(&stranger, &[(ORIGIN, THIRD), NEXT]),
    });
    let back_body = json!({
        "old_key": note::vkey(ORIGIN, &SEED), "new_key": note::vkey(ORIGIN, &SEED),
        "note": signed(&back, &[FIRST]),
    });
    vec![
        case("without the old key's line", "keys-signature", rotated_body(&signed(&text, &[NEXT]))),
        case(
            "without the new key's line",
            "keys-signature",
            rotated_body(&signed(&text, &[FIRST])),
        ),
        case(
            "signed by a stranger",
            "keys-signature",
            rotated_body(&signed(&text, &[(ORIGIN, THIRD), NEXT])),
        ),
        case("signed over another text", "keys-signature", other_text),
        case("the body names another key", "keys-form", other_key),
        case("no note", "keys-form", json!({"old_key": "x"})),
        case("by a key that is not in force", "keys-order", stranger_body),
        case("to a key that the log had", "keys-order", back_body),
    ]
}

fn restoration(log: &Growing, lost: (u64, tree::Hash)) -> Restored {
    let kept = (log.entries.len() as u64, log.root());
    Restored { kept, lost, persons: PERSONS, new: LAST }
}

/// Restorations that do not hold where the second change stands.
fn refused_restorations(log: &Growing, lost: (u64, tree::Hash), lost_note: &str) -> Vec<Value> {
    let all = [NEXT, LAST, PERSONS[0], PERSONS[1]];
    let case = |name: &str, code: &str, told: Restored, signers: &[Signer<'_>]| {
        let note = signed(&told.text(), signers);
        let body = told.body(&note, lost_note);
        json!({ "name": name, "code": code, "entry": log.change(RESTORED, &body) })
    };
    let sound = || restoration(log, lost);
    let one_person = Restored { persons: [PERSONS[0], PERSONS[0]], ..sound() };
    let same_origin = Restored { new: (ORIGIN, THIRD), ..sound() };
    let less_lost = Restored { lost: (1, lost.1), ..sound() };
    let other_root = Restored { kept: (log.entries.len() as u64, [9; 32]), ..sound() };
    vec![
        case("one person signed", "keys-signature", sound(), &all[..3]),
        case("no person signed", "keys-signature", sound(), &all[..2]),
        case("without the old key's line", "keys-signature", sound(), &all[1..]),
        case("one person twice", "keys-form", one_person, &all),
        case(
            "the origin stays",
            "keys-form",
            same_origin,
            &[NEXT, (ORIGIN, THIRD), PERSONS[0], PERSONS[1]],
        ),
        case("less lost than kept", "keys-form", less_lost, &all),
        case("another history kept", "keys-order", other_root, &all),
    ]
}

pub fn document() -> Value {
    let mut log = Growing::new();
    let refused_rotations = refused(&log);
    let text = rotation(FIRST, NEXT);
    let rotation_note = signed(&text, &[FIRST, NEXT]);
    log.push_change(ROTATED, &rotated_body(&rotation_note));
    log.push_other(0);
    // What was signed beyond the backup: two more entries that nobody has any more.
    let lost = (log.entries.len() as u64 + 2, [0xcd; 32]);
    let lost_text = note::text(ORIGIN, lost.0, &lost.1);
    let lost_note = signed(&lost_text, &[NEXT]);
    let refused_restorations = refused_restorations(&log, lost, &lost_note);
    let told = restoration(&log, lost);
    let restoration_note = signed(&told.text(), &[NEXT, LAST, PERSONS[0], PERSONS[1]]);
    log.push_change(RESTORED, &told.body(&restoration_note, &lost_note));
    log.push_other(1);
    let begun = sample::log().entries.len();
    let vkeys = [FIRST, NEXT, LAST].map(|(name, seed)| note::vkey(name, &seed));
    let seeds = [SEED, SECOND, THIRD].map(|seed| hex(&seed));
    let persons =
        PERSONS.map(|(name, seed)| json!({"vkey": note::vkey(name, &seed), "seed": hex(&seed)}));
    json!({
        "about": "The log of log.json going on (FORMAT.md §15): a rotation, an entry, a restoration, an entry. `notes` are checkpoints with what is found of each; `refused` are changes that do not hold in the place of the rotation, `refused_restorations` in that of the restoration. A code stands with the position that shows it.",
        "vkeys": vkeys,
        "seeds": seeds,
        "persons": persons,
        "rotation": {"text": text, "note": rotation_note},
        "restoration": {"text": told.text(), "note": restoration_note, "lost_note": lost_note},
        "entries": log.entries[begun..],
        "notes": notes(&log, &lost_note),
        "refused": refused_rotations,
        "refused_restorations": refused_restorations,
    })
}

fn notes(log: &Growing, lost_note: &str) -> Vec<Value> {
    let leaves: Vec<tree::Hash> =
        log.entries.iter().map(|entry| tree::leaf(entry.as_bytes())).collect();
    let mut out = Vec::new();
    for (size, origin, signers, code) in [
        (7, ORIGIN, vec![FIRST], None),
        (8, ORIGIN, vec![FIRST, NEXT], None),
        (8, ORIGIN, vec![NEXT, FIRST], None),
        (9, ORIGIN, vec![NEXT], None),
        (10, AFTER, vec![LAST], None),
        (11, AFTER, vec![LAST], None),
        (8, ORIGIN, vec![FIRST], Some(("keys-retired", 7))),
        (11, ORIGIN, vec![FIRST], Some(("keys-lost", 9))),
        (7, ORIGIN, vec![NEXT], Some(("keys-early", 7))),
        (9, AFTER, vec![LAST], Some(("keys-early", 9))),
        (10, ORIGIN, vec![NEXT], Some(("keys-lost", 9))),
    ] {
        let note = signed(&note::text(origin, size as u64, &tree::root(&leaves[..size])), &signers);
        let (code, position) = code.unzip();
        out.push(json!({ "size": size, "note": note, "code": code, "position": position }));
    }
    out.push(json!({ "size": 11, "note": lost_note, "code": "keys-lost", "position": 9 }));
    out
}

fn bytes<'a>(vector: &'a Value, name: &str) -> Vec<&'a [u8]> {
    list(vector, name).iter().map(|entry| entry.as_str().expect("an entry").as_bytes()).collect()
}

/// The keys after the first `changes` changes, followed with the roots of the log.
fn followed(vectors: &Value, changes: usize) -> (Succession, Frontier) {
    let log = stored("log.json");
    let mut tree = Frontier::new();
    let mut keys = Succession::begin(text(&log, "vkey")).unwrap();
    let mut entries: Vec<Vec<u8>> =
        list(&log, "entries").iter().map(|one| text(one, "entry").as_bytes().to_vec()).collect();
    entries.extend(bytes(vectors, "entries").into_iter().map(<[u8]>::to_vec));
    let mut left = changes;
    for entry in &entries {
        if let Some(step) = Step::of(&scan(entry).unwrap()) {
            if left == 0 {
                break;
            }
            left -= 1;
            keys.follow(step.unwrap(), Some(tree.root())).unwrap();
        }
        tree.push(leaf_hash(entry));
    }
    (keys, tree)
}

#[test]
fn changes_of_key_are_made_and_followed_as_the_vectors_say() {
    let vectors = stored("keys.json");
    let (keys, _) = followed(&vectors, 2);
    let vkeys: Vec<String> = keys.terms().iter().map(|term| term.key.vkey()).collect();
    assert_eq!(json!(vkeys), vectors["vkeys"]);
    // Without the log, by the changes alone.
    let alone = Succession::of_entries(bytes(&vectors, "entries")).unwrap().unwrap();
    assert_eq!(alone, keys);
    // The product writes the same statements, notes and bodies.
    for (step, name) in keys.steps().iter().zip(["rotation", "restoration"]) {
        let told = &vectors[name];
        let lost = told["lost_note"].as_str();
        let made = Step::signed(step.position, text(told, "note"), lost).unwrap();
        assert_eq!(&made, step);
        let at = (step.position - 7) as usize;
        let entry = bytes(&vectors, "entries")[at];
        let body = scan(entry).unwrap().body.unwrap();
        assert_eq!(made.body().to_bytes(), parse(body).unwrap().to_bytes());
        let note = text(told, "note");
        assert!(note.starts_with(&format!("{}\n", text(told, "text"))));
    }
    let seed: [u8; 32] = crate::bytes(&json!({"s": vectors["seeds"][1]}), "s").try_into().unwrap();
    let second = SigningKey::from_seed(ORIGIN, seed);
    let statement = text(&vectors["rotation"], "text");
    assert!(text(&vectors["rotation"], "note").contains(&second.line(statement)));
}

#[test]
fn each_checkpoint_is_held_against_the_key_of_its_size() {
    let vectors = stored("keys.json");
    let (keys, _) = followed(&vectors, 2);
    for vector in list(&vectors, "notes") {
        let found = match keys.verify(text(vector, "note")) {
            Ok(head) => {
                assert_eq!(head.size, number(vector, "size"));
                (Value::Null, Value::Null)
            }
            Err(error) => {
                let code = match error {
                    HeadError::Early { .. } => "keys-early",
                    HeadError::Retired { .. } => "keys-retired",
                    HeadError::Lost { .. } => "keys-lost",
                    HeadError::Note(error) => panic!("{error}"),
                };
                (json!(code), json!(error.position()))
            }
        };
        assert_eq!((&found.0, &found.1), (&vector["code"], &vector["position"]), "{vector}");
    }
}

#[test]
fn changes_that_do_not_hold_are_refused() {
    let vectors = stored("keys.json");
    for (name, changes) in [("refused", 0), ("refused_restorations", 1)] {
        let (keys, tree) = followed(&vectors, changes);
        for vector in list(&vectors, name) {
            let entry = text(vector, "entry").as_bytes();
            let fields = scan(entry).unwrap();
            assert_eq!(fields.position, tree.size(), "{vector}");
            let code = match Step::of(&fields).expect("a change") {
                Err(_) => "keys-form",
                Ok(step) => {
                    let reason = keys.clone().follow(step, Some(tree.root())).unwrap_err();
                    if reason.contains("signature") { "keys-signature" } else { "keys-order" }
                }
            };
            assert_eq!(code, text(vector, "code"), "{vector}");
        }
    }
}
