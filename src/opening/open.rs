//! Opening: who may, recorded first, then shown.

use super::class_of;
use super::record::{Access, MEMBERS_MAX, record};
use super::records::{Sealed, at};
use super::roles::{RoleError, to_judge_by, turn};
use crate::clock::Micros;
use crate::index::{Field, Query};
use crate::ledger::{AppendError, Ledger, LogName, OpenError};
use crate::reader::Reader;
use crate::store::StoreError;
use crate::vault::{Disclosure, KeyState, SealedRecord, open_record};
use plumbline_replay::event::register::Sensitivity;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::parse;
use plumbline_replay::roles::{Denied, Right, Roles};
use serde_json::{Value, json};

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

/// Members of the open log that several persons open together, into something that
/// leaves the house.
#[derive(Clone, Debug)]
pub struct Joint<'a> {
    /// Each of them must hold the role; each is on record.
    pub who: &'a [&'a str],
    pub role: &'a str,
    pub purpose: &'a str,
    /// What they open it for, in words.
    pub query: &'a str,
    /// The entries whose members are opened, rising.
    pub positions: &'a [u64],
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
    #[error(transparent)]
    Roles(#[from] RoleError),
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
pub(super) struct Wanted {
    pub position: u64,
    pub id: String,
    /// What stands in `_sd`.
    digests: Vec<String>,
    pub class: Sensitivity,
    pub record: SealedRecord,
}

/// Opens what is asked for, if the role may: the access is durable in the sealed
/// log first. A refusal is recorded as well, and nothing is shown.
pub fn open(ledger: &Ledger, ask: &Ask<'_>) -> Result<Vec<Opened>, OpeningError> {
    if ask.purpose.trim().is_empty() {
        return Err(OpeningError::NoPurpose);
    }
    let wanted = wanted(ledger, ask)?;
    let query = match ask.target {
        Target::Stream(stream) => format!("{} {stream}", ask.log),
        Target::Event(id) => format!("{} #{id}", ask.log),
    };
    let _turn = turn();
    let (roles, now) = (to_judge_by(ledger)?, ledger.now());
    let access = Access {
        who: &[ask.who],
        role: ask.role,
        purpose: ask.purpose,
        query: &query,
        members: &wanted,
        refused: None,
        at: now,
    };
    // Whether anything is there is told to nobody who could not open it: what is
    // refused is judged before what is missing, by the classes asked for.
    if let Some((class, denied)) = refusal(&roles, now, ask, &wanted) {
        return Err(refused(ledger, &access, ask.who, class, denied));
    }
    if wanted.is_empty() {
        return Err(OpeningError::NothingSealed);
    }
    // A larger act asks for less at a time, so that its record says what was seen.
    if wanted.len() > MEMBERS_MAX {
        return Err(OpeningError::TooMany(wanted.len()));
    }
    record(ledger, &access)?;
    wanted.into_iter().map(|one| opened(ledger, one)).collect()
}

/// Opens what each of these persons may open under the role, informants' members never:
/// the rest stays closed. The access is on record, for each of them, before anything is
/// opened; where one of them does not hold the role, the refusal is, and nothing is.
pub fn open_jointly(ledger: &Ledger, joint: &Joint<'_>) -> Result<Vec<Opened>, OpeningError> {
    if joint.purpose.trim().is_empty() {
        return Err(OpeningError::NoPurpose);
    }
    let reader = Reader::of(ledger, LogName::Open)?;
    let _turn = turn();
    let (roles, now) = (to_judge_by(ledger)?, ledger.now());
    let denies = |right| {
        let mut each = joint.who.iter().copied();
        each.find_map(|who| Some((who, roles.denies(now, who, joint.role, right)?)))
    };
    let denied = denies(Right::Any);
    let allowed = |class: Sensitivity| {
        class != Sensitivity::Informant && denies(Right::Class(class.as_str())).is_none()
    };
    let mut members = Vec::new();
    for position in joint.positions {
        let Some(sealed) = at(reader.store().as_ref(), *position)? else { continue };
        members.extend(of_entry(sealed).filter(|one| allowed(one.class)));
    }
    let access = Access {
        who: joint.who,
        role: joint.role,
        purpose: joint.purpose,
        query: joint.query,
        members: &members,
        refused: None,
        at: now,
    };
    if let Some((who, denied)) = denied {
        return Err(refused(ledger, &access, who, "", denied));
    }
    record(ledger, &access)?;
    members.into_iter().map(|one| opened(ledger, one)).collect()
}

/// Puts a refusal on record; gives what the person is told.
fn refused(
    ledger: &Ledger,
    access: &Access<'_>,
    who: &str,
    class: &'static str,
    denied: Denied,
) -> OpeningError {
    let reason = denied.as_str();
    if let Err(error) = record(ledger, &Access { refused: Some(reason), ..*access }) {
        return error;
    }
    let (who, role) = (who.to_owned(), access.role.to_owned());
    OpeningError::NotAllowed { who, role, class, reason }
}

/// The first class that the role may not open, and why. Somebody without a role is
/// refused whatever is there.
fn refusal(
    roles: &Roles,
    now: Micros,
    ask: &Ask<'_>,
    wanted: &[Wanted],
) -> Option<(&'static str, Denied)> {
    let denies = |right| roles.denies(now, ask.who, ask.role, right);
    if let Some(denied) = denies(Right::Any) {
        return Some((Sensitivity::Personal.as_str(), denied));
    }
    let asked = super::CLASSES.into_iter().filter(|c| ask.classes.iter().any(|w| w == c.as_str()));
    let there = wanted.iter().map(|one| one.class);
    let class = |class: Sensitivity| Some((class.as_str(), denies(Right::Class(class.as_str()))?));
    asked.chain(there).find_map(class)
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
        out.extend(of_entry(sealed).filter(|one| {
            ask.classes.is_empty() || ask.classes.iter().any(|word| word == one.class.as_str())
        }));
    }
    Ok(out)
}

/// The sealed members of an entry. A class that this program does not know is opened to
/// no role.
fn of_entry(sealed: Sealed) -> impl Iterator<Item = Wanted> {
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
        let class = class_of(record.class)?;
        Some(Wanted { position, id: id.clone(), digests: digests.clone(), class, record })
    })
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
