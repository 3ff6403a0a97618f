//! Erasure (个人信息保护法 art. 47): the fact and its ground are recorded, the
//! subject's key is destroyed, and that is recorded too.
//!
//! Each step can be done again: an erasure that was cut short is finished by the
//! same command.

use super::records::each;
use crate::ledger::statement::{SYSTEM, Statement, state};
use crate::ledger::{AppendError, Ledger, LogName};
use crate::store::StoreError;
use crate::vault::{KeyState, VaultError, subject_id};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::json::Json;

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
    let mut erasing = Erasing::begin(ledger, erasure)?;
    while erasing.step()?.is_some() {}
    Ok(erasing.erased)
}

/// A step that was done: durable, whatever happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A part of the redaction is on record.
    Redacted,
    KeyDestroyed,
    /// The destruction is on record.
    Told,
}

/// An erasure under way, step by step: wherever it is cut short, the same erasure once
/// more does what is missing.
pub struct Erasing<'a> {
    ledger: &'a Ledger,
    erasure: &'a Erasure<'a>,
    /// Name of the subject's key, in hexadecimal.
    key: String,
    log: LogName,
    /// Parts of the redaction that are still to be recorded, the next one last.
    redactions: Vec<(usize, Vec<String>)>,
    left: &'static [Step],
    erased: Erased,
}

impl<'a> Erasing<'a> {
    /// Looks for what is sealed under the subject's key. Nothing is changed yet.
    pub fn begin(ledger: &'a Ledger, erasure: &'a Erasure<'a>) -> Result<Erasing<'a>, EraseError> {
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
        let log =
            if open.is_empty() && !sealed.is_empty() { LogName::Sealed } else { LogName::Open };
        let events = (open.len() + sealed.len()) as u64;
        let parts = open.chunks(TARGETS_MAX).map(<[String]>::to_vec).enumerate();
        let redactions = parts.rev().collect();
        let left = &[Step::KeyDestroyed, Step::Told];
        let erased = Erased { events, destroyed: false };
        Ok(Erasing { ledger, erasure, key, log, redactions, left, erased })
    }

    /// Does the next step; `None` when all are done.
    pub fn step(&mut self) -> Result<Option<Step>, EraseError> {
        let (ledger, erasure) = (self.ledger, self.erasure);
        if let Some((part, targets)) = self.redactions.pop() {
            redaction(ledger, erasure, &format!("redaction-{}-{part}", self.key), &targets)?;
            return Ok(Some(Step::Redacted));
        }
        let Some((next, left)) = self.left.split_first() else { return Ok(None) };
        match next {
            Step::KeyDestroyed => {
                self.erased.destroyed = ledger.vault().destroy(erasure.subject)?;
            }
            _ => told(ledger, erasure, self.log, &self.key)?,
        }
        self.left = left;
        Ok(Some(*next))
    }
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
    let statement = Statement { id: id.to_owned(), stream: "ledger/erasures", kind, body };
    state(ledger, statement, ledger.now())?;
    Ok(())
}
