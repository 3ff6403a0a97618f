//! The small log that the vectors are about: seven entries in three frames of
//! two segment files, with two sealed members.

use crate::naive::json::{Value, read};
use crate::naive::{blake3, entry, sealed, segment, sha256, tree};

pub const ORIGIN: &str = "plumbline.example/vectors/open";
/// The seed of the log's Ed25519 key.
pub const SEED: [u8; 32] = [0x2a; 32];
pub const SUBJECT: &str = "party/990100-P-000017";
pub const SUBJECT_KEY: [u8; 32] = [0x5c; 32];
/// Epochs of the writer, entries, and segment of each frame.
pub const FRAMES: [(u64, usize, usize); 3] = [(1, 1, 0), (1, 2, 0), (2, 4, 1)];
/// Zeros that stand preallocated after the last frame.
const PREALLOCATED: usize = 1024;

/// What is submitted, in canonical form but for `body._sd`, which sealing adds.
fn submissions() -> Vec<String> {
    let vkey = crate::naive::note::vkey(ORIGIN, &SEED);
    let rules = crate::naive::hex(&blake3(b""));
    let nested = format!("{}7{}", "[".repeat(28), "]".repeat(28));
    vec![
        format!(
            r#"{{"body":{{"checkpoint_key":"{vkey}","format":1,"log":"open","origin":"{ORIGIN}","rule_set_digest":"{rules}","time_zone":"Asia/Shanghai"}},"id":"ledger-created-open","occurred_at":"2026-01-05T01:00:00.000000Z","precision":"minute","source":{{"system":"plumbline"}},"stream":"ledger/open","type":"ledger.created.v1"}}"#
        ),
        r#"{"actor":{"officer":"officer/990100-0007","unit":"unit/990100-XZSP"},"body":{"applicant_name":"某某有限公司","channel":"窗口","note":"引号\" 反斜线\\ 换行\n 控制\u0001"},"id":"0197a1b2-0000-7000-8000-000000000001","item":{"code":"990100-XK-0001"},"occurred_at":"2026-03-05T16:20:00+08:00","parties":[{"capacity":"applicant","id":"party/990100-P-000017"}],"precision":"minute","source":{"system":"hall"},"stream":"approval/990100-XK-2026-000417","type":"approval.application.submitted.v1"}"#.to_owned(),
        r#"{"body":{"amount_fen":12000},"id":"0197a1b2-0000-7000-8000-000000000002","occurred_at":"2026-03-05T16:31:00+08:00","precision":"minute","source":{"attributes":{"€":1,"😂":2,"דּ":3,"1":4,"ö":5,"\r":6},"system":"bank"},"stream":"fee/990100-2026-000981","type":"fee.paid.v1"}"#.to_owned(),
        r#"{"id":"3","occurred_at":"2026-03-06T00:00:00Z","precision":"day","source":{"system":"s"},"stream":"a","type":"fee.paid.v1"}"#.to_owned(),
        r#"{"body":{"contact_phone":"13900000000","result":"受理"},"id":"0197a1b2-0000-7000-8000-000000000004","late_reason":"系统停机","links":{"causes":["0197a1b2-0000-7000-8000-000000000001"]},"occurred_at":"2026-03-06T09:00:00+08:00","precision":"minute","source":{"system":"hall"},"stream":"approval/990100-XK-2026-000417","type":"approval.application.accepted.v1","visibility":"unit"}"#.to_owned(),
        r#"{"body":{"most":9007199254740991,"least":-9007199254740991,"none":0,"yes":true,"nothing":null,"empty":[{},[],""]},"id":"5","occurred_at":"2026-03-06T09:00:01.5+08:00","precision":"minute","source":{"system":"s"},"stream":"a","type":"fee.paid.v1"}"#.to_owned(),
        format!(
            r#"{{"body":{{"deep":{nested}}},"docs":[{{"digest":"sha256:00","title":"è vs e\u0300"}}],"id":"6","occurred_at":"2026-03-06T09:00:02-03:30","precision":"minute","source":{{"system":"s"}},"stream":"a","type":"fee.paid.v1"}}"#
        ),
    ]
}

/// Which member of which entry is sealed, and its class.
const SEALED: [(usize, &str, u8); 2] = [(1, "applicant_name", 1), (4, "contact_phone", 1)];

/// One entry of the sample, as every reader must see it.
pub struct Entry {
    pub submission: String,
    pub position: usize,
    pub recorded_at: String,
    pub revision: i64,
    pub text: String,
    /// The sealed record of its frame, if one is of this entry.
    pub sealed: Option<Sealed>,
}

pub struct Sealed {
    pub system: String,
    pub id: String,
    pub member: String,
    pub class: u8,
    pub value: Value,
    pub parts: sealed::Sealed,
    pub record: Vec<u8>,
}

pub struct Log {
    pub entries: Vec<Entry>,
    pub leaves: Vec<tree::Hash>,
    /// First position and bytes of each segment file.
    pub segments: Vec<(u64, Vec<u8>)>,
}

/// Writes the log as FORMAT.md says.
pub fn log() -> Log {
    let entries = entries();
    let leaves: Vec<_> = entries.iter().map(|entry| tree::leaf(entry.text.as_bytes())).collect();
    let mut segments: Vec<(u64, Vec<u8>)> = Vec::new();
    let (mut at, mut previous) = (0, [0; 32]);
    for (epoch, count, file) in FRAMES {
        if segments.len() == file {
            let nodes = tree::frontier(&leaves[..at]);
            let origin = sha256(ORIGIN.as_bytes());
            segments.push((at as u64, segment::header(&origin, at as u64, &previous, &nodes)));
        }
        let group = &entries[at..at + count];
        let texts: Vec<&[u8]> = group.iter().map(|entry| entry.text.as_bytes()).collect();
        let records: Vec<u8> =
            group.iter().flat_map(|e| e.sealed.iter().flat_map(|s| s.record.clone())).collect();
        let frame = segment::frame(epoch, at as u64, &previous, &texts, &records);
        segments[file].1.extend_from_slice(&frame);
        previous = blake3(texts[count - 1]);
        at += count;
    }
    let last = &mut segments.last_mut().expect("two were made").1;
    last.resize(last.len() + PREALLOCATED, 0);
    Log { entries, leaves, segments }
}

fn entries() -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    let mut streams = std::collections::BTreeMap::new();
    let mut previous = [0; 32];
    let firsts = [0, 1, 1, 3, 3, 3, 3];
    for (position, submitted) in submissions().into_iter().enumerate() {
        let mut value = read(submitted.as_bytes()).expect("the sample is JSON");
        let stream = value.get("stream").and_then(Value::text).expect("a stream").to_owned();
        let sealed = SEALED.iter().find(|(at, ..)| *at == position).map(|(_, member, class)| {
            let index = (position - firsts[position]) as u32;
            seal(&mut value, member, *class, index)
        });
        let revision = streams.entry(stream).or_insert(0);
        let recorded_at = format!("2026-03-06T02:00:00.{:06}Z", position + 1);
        let text = entry::place(&value, position as i64, previous, &recorded_at, *revision);
        previous = blake3(text.as_bytes());
        let submission = crate::naive::json::write(&value);
        out.push(Entry { submission, position, recorded_at, revision: *revision, text, sealed });
        *revision += 1;
    }
    out
}

/// Takes a member out of the body and leaves its digest.
fn seal(submission: &mut Value, name: &str, class: u8, index: u32) -> Sealed {
    let (system, id) = {
        let system = submission.get("source").and_then(|source| source.get("system"));
        let id = submission.get("id").and_then(Value::text).expect("an id");
        (system.and_then(Value::text).expect("a system").to_owned(), id.to_owned())
    };
    let Value::Object(members) = submission else { panic!("no object") };
    let (_, body) = members.iter_mut().find(|(name, _)| name == "body").expect("a body");
    let Value::Object(body) = body else { panic!("no object") };
    let at = body.iter().position(|(known, _)| known == name).expect("the member to seal");
    let (_, value) = body.remove(at);
    let member =
        sealed::Member { system: &system, id: &id, name, value: value.clone(), subject: SUBJECT };
    let parts = sealed::seal(&SUBJECT_KEY, &member);
    body.push(("_sd".to_owned(), Value::List(vec![Value::Text(parts.digest.clone())])));
    let record = sealed::record(index, class, &parts);
    Sealed { system, id, member: name.to_owned(), class, value, parts, record }
}
