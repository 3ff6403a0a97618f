//! Admission: submission → [`Admitted`], or a refusal that names the place.
//!
//! Refuses what is malformed, never what is unlawful: an unlisted item, an
//! uncertified officer or a decision before acceptance is a well-formed fact.
//! What this file does not know: positions, revisions, what is recorded already.

use super::admitted::Admitted;
use super::statement::{STREAMS, SYSTEM};
use super::submission::Draft;
use super::{LogName, Refusal, RefusalCode};
use crate::index::{Hashing, Note};
use crate::vault::{Context, SealedRecord, Vault, VaultError, seal_member};
use plumbline_replay::event::register::{self, EventLog, EventType, Sensitivity};
use plumbline_replay::event::schema::{self, Departure, Lack};
use plumbline_replay::integrity::entry::{
    ENTRY_BYTES_MAX, LEDGER_BYTES_MAX, LEDGER_MEMBERS, MEMBERS, Parts,
};
use plumbline_replay::integrity::json::Json;
use std::borrow::Cow;

/// Longest id, in characters.
pub const ID_CHARS_MAX: usize = 128;
/// Longest stream name, in characters.
pub const STREAM_CHARS_MAX: usize = 256;

/// Marks of state secrets (保守国家秘密法 arts. 14, 31(3)): such content must never
/// enter a system that is not classified, encrypted or not.
const STATE_SECRET_MARKS: [&str; 6] =
    ["绝密", "机密", "秘密", "top-secret", "secret", "confidential-state"];

fn refuse<T>(code: RefusalCode, pointer: &str, detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal {
        code,
        pointer: Some(pointer.to_owned()),
        index: 0,
        detail: detail.into(),
        current_revision: None,
    })
}

/// How the lookup of each log hashes its keys.
pub type Noting<'a> = dyn Fn(LogName) -> Hashing + 'a;

/// Checks, seals and canonicalises one submission; notes what its log's lookup will
/// find it by, if `noting` says how.
pub fn admit(
    submission: Draft<'_>,
    vault: &Vault,
    noting: Option<&Noting<'_>>,
) -> Result<Admitted, Refusal> {
    let Draft { mut json, expected, own } = submission;
    check_members(&json)?;
    drop_empty(&mut json);
    let id = identifier(&json, "id", ID_CHARS_MAX)?.to_owned();
    let stream = identifier(&json, "stream", STREAM_CHARS_MAX)?.to_owned();
    let system = source_system(&json)?.to_owned();
    let event_type = event_type(&json)?;
    if !own {
        not_in_the_ledgers_name(event_type, &system, &stream)?;
    }
    check_time(&mut json)?;
    check_secrecy(&json)?;
    check_body(&json, event_type)?;
    let records = seal(&mut json, event_type, &system, &id, &stream, vault)?;
    let Some(parts) = Parts::of(&json) else {
        return refuse(RefusalCode::MalformedJson, "", "不是 JSON 对象 / not a JSON object");
    };
    let (bytes, room) = (parts.bytes.len(), ENTRY_BYTES_MAX - LEDGER_BYTES_MAX);
    if bytes > room {
        let detail = format!(
            "事件有 {bytes} 字节,上限 {room};文书正文请存外部,只报摘要 / {bytes} bytes, at most \
             {room}; keep documents elsewhere and submit their digests"
        );
        return refuse(RefusalCode::TooLarge, "", detail);
    }
    let log = match event_type.log {
        EventLog::Open => LogName::Open,
        EventLog::Sealed => LogName::Sealed,
    };
    let note = noting.map(|hashing| Note::of(&json, &hashing(log)));
    Ok(Admitted { log, parts, system, id, stream, expected, records, note })
}

/// Refuses what is no envelope: members that no envelope has, and members of
/// another JSON type, those at the top whoever sends them.
fn check_members(json: &Json<'_>) -> Result<(), Refusal> {
    if schema::is_envelope(json) {
        return Ok(());
    }
    if json.as_object().is_none() {
        let detail = "事件必须是 JSON 对象 / an event is a JSON object";
        return refuse(RefusalCode::WrongType, "", detail);
    }
    let found = schema::check_envelope(json);
    let at_top = |found: &Departure| found.pointer.matches('/').count() == 1;
    if let Some(foreign) = found.iter().find(|one| one.lack == Lack::Unknown && at_top(one)) {
        return foreign_member(foreign.pointer.trim_start_matches('/'));
    }
    let kept_as_it_is = |found: &Departure| !at_top(found) && is_imported(json);
    match found.iter().find(|one| one.is_malformed() && !kept_as_it_is(one)) {
        Some(malformed) => refuse_malformed("", malformed, 0),
        None => Ok(()),
    }
}

/// History as another system kept it: what it lacks or says otherwise is recorded
/// and told as a matter of quality (specification §3.0).
fn is_imported(json: &Json<'_>) -> bool {
    let kind = json.get("source").and_then(|source| source.get("kind"));
    kind.and_then(Json::as_str) == Some("import")
}

/// Refuses members of the body whose JSON type is not that of their kind: rules
/// and reports read them by name and type and would take them for absent. What
/// is missing, unknown or off a list is a fact, recorded and judged.
fn check_body(json: &Json<'_>, event_type: &EventType) -> Result<(), Refusal> {
    let Some(body) = json.get("body").filter(|_| !is_imported(json)) else {
        return Ok(());
    };
    if schema::is_readable(event_type, body) {
        return Ok(());
    }
    let found = schema::check(event_type, body);
    let mut malformed = found.iter().filter(|found| found.is_malformed());
    match malformed.next() {
        Some(first) => refuse_malformed("/body", first, malformed.count()),
        None => Ok(()),
    }
}

fn refuse_malformed(above: &str, found: &Departure, more: usize) -> Result<(), Refusal> {
    let others = match more {
        0 => String::new(),
        _ => format!("(另有 {more} 处 / and {more} more)"),
    };
    let detail = format!("{}{others}", found.sentence());
    refuse(RefusalCode::WrongType, &format!("{above}{}", found.pointer), detail)
}

fn foreign_member(name: &str) -> Result<(), Refusal> {
    let pointer = format!("/{name}");
    if LEDGER_MEMBERS.contains(&name) {
        let detail = "由账本设定,请勿提交 / set by the ledger; leave it out";
        return refuse(RefusalCode::LedgerMember, &pointer, detail);
    }
    let detail = format!(
        "未知成员;事件自身的字段放在 body 内 / unknown member; an event's own fields go into `body` \
         (members: {})",
        MEMBERS.join(", ")
    );
    refuse(RefusalCode::UnknownMember, &pointer, detail)
}

/// Members that are empty are absent (design §2), so that one event has one form.
fn drop_empty(json: &mut Json<'_>) {
    if let Json::Object(members) = json {
        members.retain(|(_, value)| !value.is_empty());
    }
}

/// A text that JSON writes without escapes, so that a stored one can be read
/// between its quotes by any script.
fn identifier<'a>(json: &'a Json<'_>, name: &'static str, max: usize) -> Result<&'a str, Refusal> {
    let pointer = format!("/{name}");
    let Some(text) = json.get(name).and_then(Json::as_str) else {
        let detail = format!("缺少 {name} / `{name}` is missing");
        return refuse(RefusalCode::MissingMember, &pointer, detail);
    };
    check_identifier(text, max)
        .or_else(|detail| refuse(RefusalCode::BadIdentifier, &pointer, detail))
}

fn check_identifier(text: &str, max: usize) -> Result<&str, String> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if text.len() <= max && text.as_bytes().iter().all(plain) {
        return Ok(text);
    }
    let count = text.chars().count();
    if count > max {
        return Err(format!("{count} 个字符,上限 {max} / {count} characters, at most {max}"));
    }
    match text.chars().find(|c| c.is_control() || matches!(c, '"' | '\\')) {
        Some(bad) => Err(format!(
            "含有不可用的字符 {bad:?} / holds {bad:?}; control characters, quotes and backslashes \
             are not allowed here"
        )),
        None => Ok(text),
    }
}

fn source_system<'a>(json: &'a Json<'_>) -> Result<&'a str, Refusal> {
    let system = json.get("source").and_then(|source| source.get("system"));
    match system.and_then(Json::as_str) {
        Some(text) if !text.is_empty() => check_identifier(text, ID_CHARS_MAX)
            .or_else(|detail| refuse(RefusalCode::BadIdentifier, "/source/system", detail)),
        _ => refuse(
            RefusalCode::MissingMember,
            "/source/system",
            "缺少来源系统;它与 id 一起防止重复入账 / `source.system` is missing; with `id` it \
             keeps an event from being recorded twice",
        ),
    }
}

fn event_type(json: &Json<'_>) -> Result<&'static EventType, Refusal> {
    let name = identifier(json, "type", ID_CHARS_MAX)?;
    match register::find(name) {
        Some(found) => Ok(found),
        // Its confidential members are unknown, so it could put a name or a
        // telephone number into the open log for ever.
        None => {
            let near = register::nearest(name).unwrap_or("");
            let detail = format!(
                "未登记的事件类型 {name};是否指 {near}? / unknown event type {name}; did you mean \
                 {near}? (`plumb types` lists them)"
            );
            refuse(RefusalCode::UnknownEventType, "/type", detail)
        }
    }
}

/// Refuses what only the ledger itself may say, its own name as a source, and its own
/// streams. Lines of another ledger's output among them: what they say holds of that
/// ledger alone.
fn not_in_the_ledgers_name(
    event_type: &EventType,
    system: &str,
    stream: &str,
) -> Result<(), Refusal> {
    if event_type.own {
        let detail = format!(
            "{} 是账本对自身的陈述,只由持有它的账本记录;若来自另一账本的导出,它说的是那本账,请略去这一行,\
             并另存那本账或其摘录为证 / {0} is what a ledger says of itself, and only the ledger \
             that holds it records it; in another ledger's output it speaks of that one: leave the \
             line out and keep that ledger, or an extract of it, as evidence",
            event_type.name
        );
        return refuse(RefusalCode::ReservedType, "/type", detail);
    }
    if system == SYSTEM {
        let detail = format!(
            "来源系统名 {SYSTEM} 归账本自身;占用其编号会使账本记不下自己的陈述,请用报送系统自己的名称 / \
             {SYSTEM} is the ledger's own name: an id taken under it would keep the ledger from \
             recording its own statements; give the submitting system's name"
        );
        return refuse(RefusalCode::ReservedSource, "/source/system", detail);
    }
    if stream.starts_with(STREAMS) {
        let detail = format!(
            "{STREAMS} 之下是账本自身的流;他人的记录会使账本误认当日已结、已锚定,请用案件自己的流 / the \
             streams under {STREAMS} are the ledger's own: an entry of another's there would make \
             it believe that a day is closed; give the case's own stream"
        );
        return refuse(RefusalCode::ReservedStream, "/stream", detail);
    }
    Ok(())
}

fn check_time(json: &mut Json<'_>) -> Result<(), Refusal> {
    let Some(text) = json.get("occurred_at").and_then(Json::as_str) else {
        let detail = "缺少发生时间 / `occurred_at` is missing";
        return refuse(RefusalCode::MissingMember, "/occurred_at", detail);
    };
    if plumbline_replay::time::civil::parse_rfc3339(text).is_none() {
        let detail = format!(
            "{text:?} 不是带时区的 RFC 3339 时间,如 2026-03-05T16:20:00+08:00 / not an RFC 3339 \
             time with an offset"
        );
        return refuse(RefusalCode::BadTime, "/occurred_at", detail);
    }
    match json.get("precision").map(Json::as_str) {
        None => json.set("precision", Json::text("minute")),
        Some(Some("minute" | "day")) => {}
        Some(_) => {
            let detail = "只能是 minute 或 day / must be `minute` or `day`";
            return refuse(RefusalCode::WrongType, "/precision", detail);
        }
    }
    Ok(())
}

/// Refuses anything that is marked as a state secret, wherever a mark may stand.
fn check_secrecy(json: &Json<'_>) -> Result<(), Refusal> {
    let Some(pointer) = secret_mark(json) else {
        return Ok(());
    };
    refuse(
        RefusalCode::StateSecret,
        &pointer,
        "国家秘密不得进入本账本(保守国家秘密法第三十一条);请只登记涉密载体的外部编号 / state \
         secrets must not enter; record only the reference number kept elsewhere",
    )
}

/// Where a submission is marked as a state secret, as a JSON pointer.
pub(super) fn secret_mark(json: &Json<'_>) -> Option<String> {
    let marked = |value: Option<&Json<'_>>| {
        value.and_then(Json::as_str).is_some_and(|text| STATE_SECRET_MARKS.contains(&text))
    };
    if marked(json.get("secrecy")) {
        return Some("/secrecy".to_owned());
    }
    let body = json.get("body");
    for member in ["secrecy", "secrecy_level"] {
        if marked(body.and_then(|body| body.get(member))) {
            return Some(format!("/body/{member}"));
        }
    }
    let docs = json.get("docs").and_then(Json::as_list).unwrap_or(&[]);
    let secret = docs.iter().position(|doc| marked(doc.get("secrecy")))?;
    Some(format!("/docs/{secret}/secrecy"))
}

/// Replaces the confidential members of `body` by digests.
fn seal(
    json: &mut Json<'_>,
    event_type: &EventType,
    system: &str,
    id: &str,
    stream: &str,
    vault: &Vault,
) -> Result<Vec<SealedRecord>, Refusal> {
    let party = first_party(json);
    let Some(mut body) = json.remove("body") else {
        return Ok(Vec::new());
    };
    let mut digests = submitted_digests(&body)?;
    let mut records = Vec::new();
    for (member, class) in event_type.sensitive() {
        let Some(value) = body.remove(member).filter(|value| !value.is_empty()) else {
            continue;
        };
        let subject = subject_of(class, party.as_deref(), stream, id);
        let (subject, key) = vault.key_for(&subject).or_else(|error| refused_key(error, member))?;
        let context = Context { system, id, member };
        let sealed = seal_member((subject, &key), class.code(), context, value);
        digests.push(sealed.digest);
        records.push(sealed.record);
    }
    if !digests.is_empty() {
        // Sorted, so that their order tells nothing of the members (RFC 9901 §4.2.4.1).
        digests.sort_unstable();
        digests.dedup();
        body.set("_sd", Json::List(digests.into_iter().map(Json::text).collect()));
    }
    if !body.is_empty() {
        json.set("body", body);
    }
    Ok(records)
}

fn refused_key<T>(error: VaultError, member: &str) -> Result<T, Refusal> {
    let code = match error {
        VaultError::Destroyed => RefusalCode::KeyDestroyed,
        VaultError::Io { .. } | VaultError::NoRandomness(_) => RefusalCode::VaultUnavailable,
    };
    refuse(code, &format!("/body/{member}"), error.to_string())
}

/// Digests that an already sealed submission carries.
fn submitted_digests(body: &Json<'_>) -> Result<Vec<String>, Refusal> {
    let Some(given) = body.get("_sd") else {
        return Ok(Vec::new());
    };
    let digest =
        |item: &Json<'_>| item.as_str().filter(|text| schema::is_digest(text)).map(str::to_owned);
    let digests: Option<Vec<String>> =
        given.as_list().and_then(|items| items.iter().map(digest).collect());
    digests.map_or_else(
        || {
            let detail = "应为 RFC 9901 摘要列表 / must be a list of RFC 9901 digests";
            refuse(RefusalCode::WrongType, "/body/_sd", detail)
        },
        Ok,
    )
}

/// Whose key seals a value: the party whose data it is, else the case; an
/// informant has a key of their own for each event, so that destroying one says
/// nothing about another.
fn subject_of<'a>(
    class: Sensitivity,
    party: Option<&'a str>,
    stream: &'a str,
    id: &str,
) -> Cow<'a, str> {
    match class {
        Sensitivity::Personal | Sensitivity::SensitivePersonal | Sensitivity::Business => {
            Cow::Borrowed(party.unwrap_or(stream))
        }
        Sensitivity::Internal | Sensitivity::Discipline => Cow::Borrowed(stream),
        Sensitivity::Informant => Cow::Owned(format!("informant/{id}")),
    }
}

fn first_party(json: &Json<'_>) -> Option<String> {
    let party = json.get("parties")?.as_list()?.first()?;
    party.get("id").and_then(Json::as_str).map(str::to_owned)
}
