//! The record of an access: durable in the sealed log before anything is shown.

use super::open::{OpeningError, Wanted};
use crate::ledger::Ledger;
use crate::ledger::statement::{Statement, state_all};
use plumbline_replay::integrity::json::Json;
use plumbline_replay::roles::{ACCESS, ACCESS_STREAM, REFUSED, SHOWN};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Members that one entry names; more would not fit into it.
pub(super) const MEMBERS_MAX: usize = 200;

/// Who saw what, or was refused it.
pub(super) struct Access<'a> {
    /// One entry is made for each person.
    pub who: &'a [&'a str],
    pub role: &'a str,
    pub purpose: &'a str,
    /// What was asked for, in words.
    pub query: &'a str,
    pub members: &'a [Wanted],
    /// Why it was refused, if it was.
    pub refused: Option<&'a str>,
    /// The moment that it was judged for.
    pub at: i64,
}

/// Writes the access and waits until it is durable. Of a refusal the first members are
/// named; of what is shown, all.
pub(super) fn record(ledger: &Ledger, access: &Access<'_>) -> Result<(), OpeningError> {
    let mut statements = Vec::new();
    let named = match access.refused {
        Some(_) => &access.members[..access.members.len().min(MEMBERS_MAX)],
        None => access.members,
    };
    let parts: Vec<&[Wanted]> = match named {
        [] => vec![named],
        members => members.chunks(MEMBERS_MAX).collect(),
    };
    for who in access.who {
        for part in &parts {
            statements.push(Statement {
                id: format!("access-{}", Uuid::new_v4()),
                stream: ACCESS_STREAM,
                kind: ACCESS,
                body: body(access, who, part),
            });
        }
    }
    state_all(ledger, statements, access.at).map(drop).map_err(OpeningError::NotRecorded)
}

fn body(access: &Access<'_>, who: &str, part: &[Wanted]) -> Json<'static> {
    let text = |value: &str| Json::text(value.to_owned());
    let subjects: BTreeSet<_> = access.members.iter().map(|one| one.record.subject).collect();
    let members = part.iter().map(|one| {
        Json::object([
            ("class", text(one.class.as_str())),
            ("event", text(&one.id)),
            ("position", Json::Int(one.position as i64)),
        ])
    });
    let mut body = Json::object([
        ("who", text(who)),
        ("role", text(access.role)),
        ("query", text(access.query)),
        ("purpose", text(access.purpose)),
        ("subject_count", Json::Int(subjects.len() as i64)),
        ("members", Json::List(members.collect())),
        ("result", text(if access.refused.is_some() { REFUSED } else { SHOWN })),
    ]);
    if let Some(reason) = access.refused {
        body.set("refused_for", text(reason));
    }
    body
}
