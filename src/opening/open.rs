//! Opening: who may, recorded first, then shown.

use super::records::{Sealed, at};
use super::{class_of, forbidden};
use crate::clock::TimeText;
use crate::index::{Field, Query};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, LogName, OpenError};
use crate::reader::Reader;
use crate::store::StoreError;
use crate::vault::{Disclosure, KeyState, SealedRecord, open_record};
use plumbline_replay::event::register::Sensitivity;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::{Json, parse};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Members opened by one act; a larger one asks for less at a time, so that its
/// record says what was seen.
const MEMBERS_MAX: usize = 200;

/// What is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Every entry of a stream.
    Stream(&'a str),
    /// One entry, by its event id.
    Event(&'a str),
}

/// Who asks for what, and why.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// An officer's id, or the name of an API key.
    pub who: &'a str,
    pub role: &'a str,
    pub purpose: &'a str,
    pub log: LogName,
    pub target: Target<'a>,
    /// Classes asked for, by their words; all if empty.
    pub classes: &'a [String],
}

/// A sealed member as it was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    pub position: u64,
    pub id: String,
    pub class: Sensitivity,
    /// `None` if the subject's key has been destroyed.
    pub disclosure: Option<Disclosure>,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing is shown that is not on record.
    #[error("访问未能留痕,不予出示 / not shown, since the access could not be recorded: {0}")]
    NotRecorded(AppendError),
    #[error("没有这一案件或事件,或其中没有密封项 / no such entry, or nothing in it is sealed")]
    NothingSealed,
    #[error(
        "一次至多开启 {MEMBERS_MAX} 项,此处有 {0} 项;请按事件或类别分次 / {0} members are more than \
         may be opened at once: ask by event or by class"
    )]
    TooMany(usize),
    #[error("缺少目的 / a purpose is missing")]
    NoPurpose,
    /// The attempt is on record.
    #[error(
        "不准开启,此次尝试已留痕 / not allowed, and the attempt is on record: {who} 以角色 / as {role}: \
         {class} ({reason})"
    )]
    NotAllowed { who: String, role: String, class: &'static str, reason: &'static str },
    #[error(
        "第 {0} 号记录的密封项打不开 / a sealed member of the entry at {0} does not open under its \
         key: run `plumb verify` and look at the key store"
    )]
    DoesNotOpen(u64),
}

/// One sealed member that is asked for.
struct Wanted {
    position: u64,
    id: String,
    /// What stands in `_sd`.
    digests: Vec<String>,
    class: Sensitivity,
    record: SealedRecord,
}

/// Opens what is asked for, if the role may: the access is durable in the sealed
/// log first. A refusal is recorded as well, and nothing is shown.
pub fn open(ledger: &Ledger, ask: &Ask<'_>) -> Result<Vec<Opened>, OpeningError> {
    if ask.purpose.trim().is_empty() {
        return Err(OpeningError::NoPurpose);
    }
    let wanted = wanted(ledger, ask)?;
    // Whether anything is there is told to nobody who could not open it: what is
    // refused is judged before what is missing, by the classes asked for.
    let refused = refusal(ledger, ask, &wanted);
    if let Some((class, reason)) = refused {
        record(ledger, ask, &wanted, Some(reason))?;
        let (who, role) = (ask.who.to_owned(), ask.role.to_owned());
        return Err(OpeningError::NotAllowed { who, role, class, reason });
    }
    if wanted.is_empty() {
        return Err(OpeningError::NothingSealed);
    }
    if wanted.len() > MEMBERS_MAX {
        return Err(OpeningError::TooMany(wanted.len()));
    }
    record(ledger, ask, &wanted, None)?;
    wanted.into_iter().map(|one| opened(ledger, one)).collect()
}

/// The first class that the role may not open, and why. Somebody without a role is
/// refused whatever is there.
fn refusal(
    ledger: &Ledger,
    ask: &Ask<'_>,
    wanted: &[Wanted],
) -> Option<(&'static str, &'static str)> {
    let judged = |class: Sensitivity| {
        forbidden(ledger.config(), ask.who, ask.role, class).map(|why| (class.as_str(), why))
    };
    let asked = super::CLASSES.into_iter().filter(|c| ask.classes.iter().any(|w| w == c.as_str()));
    let there = wanted.iter().map(|one| one.class);
    let nobody =
        judged(Sensitivity::Personal).filter(|(_, why)| *why != "class-not-open-to-the-role");
    nobody.or_else(|| asked.chain(there).find_map(judged))
}

fn wanted(ledger: &Ledger, ask: &Ask<'_>) -> Result<Vec<Wanted>, OpeningError> {
    let reader = Reader::of(ledger, ask.log)?;
    let query = match ask.target {
        Target::Stream(stream) => Query::new().with(Field::Stream, stream),
        Target::Event(id) => Query::new().with(Field::Id, id),
    };
    let mut out = Vec::new();
    for (position, _) in reader.find(&query, 0, reader.size(), usize::MAX)? {
        let Some(sealed) = at(reader.store().as_ref(), position)? else { continue };
        out.extend(members(sealed).filter(|one| {
            ask.classes.is_empty() || ask.classes.iter().any(|word| word == one.class.as_str())
        }));
    }
    Ok(out)
}

fn members(sealed: Sealed) -> impl Iterator<Item = Wanted> {
    let Sealed { position, entry, records } = sealed;
    let fields = scan(&entry).ok();
    let id = fields.map(|fields| fields.id.to_owned()).unwrap_or_default();
    let body = fields.and_then(|fields| parse(fields.body?).ok());
    let digests: Vec<String> = body
        .as_ref()
        .and_then(|body| body.get("_sd")?.as_list())
        .unwrap_or(&[])
        .iter()
        .filter_map(|digest| digest.as_str().map(str::to_owned))
        .collect();
    records.into_iter().filter_map(move |record| {
        // A class that this program does not know is opened to no role.
        let class = class_of(record.class)?;
        Some(Wanted { position, id: id.clone(), digests: digests.clone(), class, record })
    })
}

/// Writes the access into the sealed log and waits until it is durable.
fn record(
    ledger: &Ledger,
    ask: &Ask<'_>,
    wanted: &[Wanted],
    refused: Option<&str>,
) -> Result<(), OpeningError> {
    let text = |value: &str| Json::text(value.to_owned());
    let subjects: BTreeSet<_> = wanted.iter().map(|one| one.record.subject).collect();
    let members = wanted.iter().take(MEMBERS_MAX).map(|one| {
        Json::object([
            ("class", text(one.class.as_str())),
            ("event", text(&one.id)),
            ("position", Json::Int(one.position as i64)),
        ])
    });
    let target = match ask.target {
        Target::Stream(stream) => format!("{} {stream}", ask.log),
        Target::Event(id) => format!("{} #{id}", ask.log),
    };
    let mut body = Json::object([
        ("who", text(ask.who)),
        ("role", text(ask.role)),
        ("query", Json::text(target)),
        ("purpose", text(ask.purpose)),
        ("subject_count", Json::Int(subjects.len() as i64)),
        ("members", Json::List(members.collect())),
        ("result", text(if refused.is_some() { "拒绝" } else { "出示" })),
    ]);
    if let Some(reason) = refused {
        body.set("refused_for", text(reason));
    }
    let now = TimeText::default().format(ledger.now()).to_owned();
    let submission = Submission::new(Json::object([
        ("id", Json::text(format!("access-{}", Uuid::new_v4()))),
        ("stream", text("ledger/access")),
        ("type", text("access.recorded.v1")),
        ("occurred_at", text(&now)),
        ("source", Json::object([("system", text("plumbline"))])),
        ("body", body),
    ]));
    let answer = ledger.append(vec![submission]).pop();
    let lost = || AppendError::Stopped { reason: "nothing was answered".to_owned() };
    answer.unwrap_or_else(|| Err(lost())).map(drop).map_err(OpeningError::NotRecorded)
}

fn opened(ledger: &Ledger, one: Wanted) -> Result<Opened, OpeningError> {
    let Wanted { position, id, digests, class, record } = one;
    let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
    let disclosure = match ledger.vault().state(&record.subject) {
        KeyState::Destroyed => None,
        KeyState::Unknown => return Err(OpeningError::DoesNotOpen(position)),
        KeyState::Live(key) => {
            let found = open_record(&record, &key, &digests);
            Some(found.ok_or(OpeningError::DoesNotOpen(position))?)
        }
    };
    Ok(Opened { position, id, class, disclosure })
}

/// What was opened, as programs read it (`plumbline.opening/1`).
pub fn to_json(members: &[Opened]) -> Value {
    let member = |member: &Opened| {
        let shown = member.disclosure.as_ref();
        let value = shown.map(|found| serde_json::from_slice(&found.value.to_bytes()));
        json!({
            "position": member.position,
            "id": member.id,
            "class": member.class.as_str(),
            "destroyed": shown.is_none(),
            "name": shown.map(|found| found.name.as_str()),
            "value": value.and_then(Result::ok).unwrap_or(Value::Null),
            "digest": shown.map(|found| found.digest.as_str()),
            "disclosure": shown.map(|found| found.text.as_str()),
        })
    };
    json!({
        "schema": "plumbline.opening/1",
        "members": members.iter().map(member).collect::<Vec<_>>(),
    })
}
