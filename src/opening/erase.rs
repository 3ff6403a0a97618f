//! Erasure (个人信息保护法 art. 47): the fact and its ground are recorded, the
//! subject's key is destroyed, and that is recorded too.
//!
//! Each step can be done again: an erasure that was cut short is finished by the
//! same command.

use super::records::each;
use crate::clock::TimeText;
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, LogName};
use crate::store::StoreError;
use crate::vault::{KeyState, VaultError, subject_id};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::Json;

/// Source of the ledger's own statements.
const SYSTEM: &str = "plumbline";
/// Events named by one `redaction.applied`: more would not fit into an entry.
const TARGETS_MAX: usize = 300;

/// What is to be erased, and on whose word.
#[derive(Clone, Debug)]
pub struct Erasure<'a> {
    /// The party's id; the stream for what is sealed under a case.
    pub subject: &'a str,
    /// One of the grounds of X05: `个保法47`, `法院裁判`…
    pub ground: &'a str,
    /// What the ground is in this case: a request's or a judgment's number.
    pub basis: &'a str,
    /// Two officers, not the same.
    pub approved_by: [&'a str; 2],
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Events of both logs that hold a member sealed under the key.
    pub events: u64,
    /// False if the key had been destroyed before.
    pub destroyed: bool,
}

/// Why nothing was erased, or not all of it recorded.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error("须由两人批准,不得为同一人 / two different persons must approve")]
    OneApprover,
    #[error("密钥库中没有 {0} / the key store has no key of {0}")]
    UnknownSubject(String),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Records the redaction, destroys the key, records that.
///
/// # Errors
///
/// [`EraseError`]. Once the key is destroyed, only the last record can still be
/// missing; the same command adds it.
pub fn erase(ledger: &Ledger, erasure: &Erasure<'_>) -> Result<Erased, EraseError> {
    let [first, second] = erasure.approved_by.map(str::trim);
    if first.is_empty() || second.is_empty() || first == second {
        return Err(EraseError::OneApprover);
    }
    let subject = subject_id(erasure.subject);
    if matches!(ledger.vault().state(&subject), KeyState::Unknown) {
        return Err(EraseError::UnknownSubject(erasure.subject.to_owned()));
    }
    let key: String = subject.iter().map(|byte| format!("{byte:02x}")).collect();
    let open = sealed_under(ledger, LogName::Open, &subject)?;
    let sealed = sealed_under(ledger, LogName::Sealed, &subject)?;
    // The open log may not tell that something of the sealed one exists.
    let log = if open.is_empty() && !sealed.is_empty() { LogName::Sealed } else { LogName::Open };
    if log == LogName::Open {
        for (part, targets) in open.chunks(TARGETS_MAX).enumerate() {
            redaction(ledger, erasure, &format!("redaction-{key}-{part}"), targets)?;
        }
    }
    let destroyed = ledger.vault().destroy(erasure.subject)?;
    told(ledger, erasure, log, &key)?;
    let events = (open.len() + sealed.len()) as u64;
    Ok(Erased { events, destroyed })
}

/// Ids of a log's events with a member sealed under a key.
fn sealed_under(
    ledger: &Ledger,
    log: LogName,
    subject: &[u8; 16],
) -> Result<Vec<String>, StoreError> {
    let mut out: Vec<String> = Vec::new();
    each(ledger.store(log).as_ref(), |_, entry, record| {
        if record.subject == *subject
            && let Ok(fields) = scan(entry)
            && out.last().is_none_or(|last| last != fields.id)
        {
            out.push(fields.id.to_owned());
        }
    })?;
    Ok(out)
}

fn redaction(
    ledger: &Ledger,
    erasure: &Erasure<'_>,
    id: &str,
    targets: &[String],
) -> Result<(), EraseError> {
    let text = |value: &str| Json::text(value.to_owned());
    let [first, second] = erasure.approved_by;
    let body = Json::object([
        ("targets", Json::List(targets.iter().map(|id| text(id)).collect())),
        ("ground", text(erasure.ground)),
        ("basis", text(erasure.basis)),
        ("approver", text(first)),
        ("approvers", Json::List(vec![text(first), text(second)])),
    ]);
    once(ledger, LogName::Open, id, "redaction.applied.v1", body)
}

fn told(ledger: &Ledger, erasure: &Erasure<'_>, log: LogName, key: &str) -> Result<(), EraseError> {
    let kind = match log {
        LogName::Open => "vault.key.destroyed.v1",
        LogName::Sealed => "vault.sealed_key.destroyed.v1",
    };
    let text = |value: &str| Json::text(value.to_owned());
    let witnesses = erasure.approved_by.map(text).to_vec();
    let body = Json::object([
        ("subject_key_id", text(key)),
        ("ground", Json::text(format!("{} {}", erasure.ground, erasure.basis).trim().to_owned())),
        ("witnesses", Json::List(witnesses)),
    ]);
    once(ledger, log, &format!("key-destroyed-{key}"), kind, body)
}

/// Records a statement unless it has been recorded, at whatever moment.
fn once(
    ledger: &Ledger,
    log: LogName,
    id: &str,
    kind: &str,
    body: Json<'static>,
) -> Result<(), EraseError> {
    let lookup = ledger.lookup(log);
    lookup.follow(u64::MAX)?;
    if lookup.find_id(SYSTEM, id)?.is_some() {
        return Ok(());
    }
    let text = |value: &str| Json::text(value.to_owned());
    let now = TimeText::default().format(ledger.now()).to_owned();
    let submission = Submission::new(Json::object([
        ("id", text(id)),
        ("stream", text("ledger/erasures")),
        ("type", text(kind)),
        ("occurred_at", text(&now)),
        ("source", Json::object([("system", text(SYSTEM))])),
        ("body", body),
    ]));
    let lost = || AppendError::Stopped { reason: "nothing was answered".to_owned() };
    ledger.append(vec![submission]).pop().unwrap_or_else(|| Err(lost()))?;
    Ok(())
}
