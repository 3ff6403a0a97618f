//! Roles as the sealed log tells them: granted by two persons, removed by one, and the
//! configuration's taken over once, where the log tells of none.

use crate::clock::{Micros, TimeText};
use crate::config::{Config, LogName};
use crate::index::{Field, Query};
use crate::ledger::statement::{Statement, state, state_all};
use crate::ledger::{AppendError, Ledger, OpenError};
use crate::reader::Reader;
use crate::store::StoreError;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::Json;
use plumbline_replay::roles::{Act, GRANTED, REVOKED, Roles, STREAM, act};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// What somebody with a role may do besides opening: erase subjects, close a log over HTTP.
pub const POWERS: [&str; 2] = ["erase", "close"];
/// Grants that are taken over together: as many as one request may hold.
const ADOPTED_MAX: usize = crate::ledger::BATCH_EVENTS_MAX;

/// What is to be granted, and on whose word.
#[derive(Clone, Debug)]
pub struct Granting<'a> {
    pub role: &'a str,
    pub member: &'a str,
    pub classes: &'a [String],
    pub powers: &'a [String],
    /// From when on; from now on if it is not said.
    pub from: Option<Micros>,
    /// Until before this moment; for good if it is not said.
    pub until: Option<Micros>,
    pub purpose: &'a str,
    pub by: &'a str,
    pub approved_by: &'a str,
}

/// What is to be taken away, and on whose word.
#[derive(Clone, Debug)]
pub struct Revoking<'a> {
    pub role: &'a str,
    pub member: &'a str,
    pub from: Option<Micros>,
    pub purpose: &'a str,
    pub by: &'a str,
}

/// Why no role was granted or removed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("缺少目的 / a purpose is missing")]
    NoPurpose,
    #[error(
        "授予角色须由两人经手,批准人不得是提出人或担任者 / a role is granted by two persons: who approves is \
         neither who asks nor who gets it"
    )]
    OneApprover,
    #[error("未写明可开启的类或职权 / neither a class nor a power is granted")]
    Nothing,
    #[error("没有这一类或职权 / no such class or power: {0}")]
    NoSuchRight(String),
    #[error("失效须晚于生效 / it would end before it begins")]
    NoTime,
    #[error("{member} 从未担任 {role} / {member} never held the role {role}")]
    NotHeld { role: String, member: String },
    #[error(
        "第 {position} 号角色记录读不懂,不据以放行;先运行 plumb verify / the entry at {position} tells of \
         roles and cannot be read ({reason}): nothing is opened by it; run `plumb verify`"
    )]
    Unreadable { position: u64, reason: &'static str },
    #[error(
        "plumbline.toml 列有 {0} 项角色,一次至多承接 {ADOPTED_MAX} 项 / the configuration lists {0} \
         grants, more than can be taken over"
    )]
    TooMany(usize),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// One at a time: between judging by the roles and recording what was opened nobody may
/// change them, or a verifier would judge the opening by what came between.
pub(super) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that the sealed log tells of roles, as known at its end.
fn told(ledger: &Ledger) -> Result<Roles, RoleError> {
    read(&Reader::of(ledger, LogName::Sealed)?, u64::MAX)
}

/// Whether somebody has a power now, under whatever role.
pub fn has_power(ledger: &Ledger, who: &str, power: &str) -> Result<bool, RoleError> {
    Ok(told(ledger)?.has_power(ledger.now(), who, power))
}

/// What a sealed log tells of roles in its first `size` entries.
pub fn read(reader: &Reader, size: u64) -> Result<Roles, RoleError> {
    let query = Query::new().with(Field::Stream, STREAM);
    let mut roles = Roles::default();
    for (position, entry) in reader.find(&query, 0, reader.size().min(size), usize::MAX)? {
        let fields = scan(&entry).map_err(|_| RoleError::Unreadable {
            position,
            reason: "it is no entry of the format",
        })?;
        match act(&fields) {
            Some(Ok(Act::Role(told))) => roles.take(told),
            Some(Err(reason)) => return Err(RoleError::Unreadable { position, reason }),
            Some(Ok(Act::Opening(_))) | None => {}
        }
    }
    Ok(roles)
}

/// The roles to judge by. Where the log tells of none, those of the configuration are
/// written into it first, so that openings can be judged by the log alone; from then on
/// the configuration's count for nothing.
pub(super) fn to_judge_by(ledger: &Ledger) -> Result<Roles, RoleError> {
    let roles = told(ledger)?;
    if !roles.is_empty() || ledger.config().role.is_empty() {
        return Ok(roles);
    }
    let now = ledger.now();
    let statements = adopted(ledger.config(), now);
    if statements.len() > ADOPTED_MAX {
        return Err(RoleError::TooMany(statements.len()));
    }
    if statements.is_empty() {
        return Ok(roles);
    }
    state_all(ledger, statements, now)?;
    told(ledger)
}

/// The grants that a configuration lists.
fn adopted(config: &Config, now: Micros) -> Vec<Statement<'static>> {
    let mut out = Vec::new();
    for role in &config.role {
        for member in &role.members {
            let mut body =
                named(&role.name, member, now, "启用账中角色 / roles are kept in the log");
            body.set("classes", texts(&role.classes));
            body.set("adopted_from", Json::text("plumbline.toml"));
            out.push(statement(GRANTED, body));
        }
    }
    out
}

fn texts(words: &[String]) -> Json<'static> {
    Json::List(words.iter().map(|word| Json::text(word.clone())).collect())
}

fn named(role: &str, member: &str, from: Micros, purpose: &str) -> Json<'static> {
    let text = |value: &str| Json::text(value.trim().to_owned());
    Json::object([
        ("member", text(member)),
        ("purpose", text(purpose)),
        ("role", text(role)),
        ("valid_from", text(TimeText::default().format(from))),
    ])
}

fn statement(kind: &'static str, body: Json<'static>) -> Statement<'static> {
    Statement { id: format!("role-{}", Uuid::new_v4()), stream: STREAM, kind, body }
}

/// Grants a role to a member: an entry of the sealed log, durable when this returns.
pub fn grant(ledger: &Ledger, asked: &Granting<'_>) -> Result<(), RoleError> {
    let [by, approved_by, member] = [asked.by, asked.approved_by, asked.member].map(str::trim);
    if asked.purpose.trim().is_empty() {
        return Err(RoleError::NoPurpose);
    }
    if by.is_empty() || approved_by.is_empty() || approved_by == by || approved_by == member {
        return Err(RoleError::OneApprover);
    }
    if asked.classes.is_empty() && asked.powers.is_empty() {
        return Err(RoleError::Nothing);
    }
    let classes = asked.classes.iter().find(|word| !super::is_class(word));
    let powers = asked.powers.iter().find(|word| !POWERS.contains(&word.as_str()));
    if let Some(word) = classes.or(powers) {
        return Err(RoleError::NoSuchRight(word.clone()));
    }
    let now = ledger.now();
    let from = asked.from.unwrap_or(now);
    if asked.until.is_some_and(|until| until <= from) {
        return Err(RoleError::NoTime);
    }
    let mut body = named(asked.role, member, from, asked.purpose);
    body.set("classes", texts(asked.classes));
    body.set("powers", texts(asked.powers));
    body.set("by", Json::text(by.to_owned()));
    body.set("approver", Json::text(approved_by.to_owned()));
    if let Some(until) = asked.until {
        body.set("valid_to", Json::text(TimeText::default().format(until).to_owned()));
    }
    let _turn = turn();
    to_judge_by(ledger)?;
    state(ledger, statement(GRANTED, body), now)?;
    Ok(())
}

/// Takes a role from a member. One person is enough: nobody is to keep a right because
/// the second one is not in the house.
pub fn revoke(ledger: &Ledger, asked: &Revoking<'_>) -> Result<(), RoleError> {
    let (role, member, by) = (asked.role.trim(), asked.member.trim(), asked.by.trim());
    if asked.purpose.trim().is_empty() || by.is_empty() {
        return Err(RoleError::NoPurpose);
    }
    let _turn = turn();
    if !to_judge_by(ledger)?.names(role, member) {
        let (role, member) = (role.to_owned(), member.to_owned());
        return Err(RoleError::NotHeld { role, member });
    }
    let now = ledger.now();
    let mut body = named(role, member, asked.from.unwrap_or(now), asked.purpose);
    body.set("by", Json::text(by.to_owned()));
    state(ledger, statement(REVOKED, body), now)?;
    Ok(())
}
