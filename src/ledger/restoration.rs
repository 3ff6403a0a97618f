//! Going on from a backup that lacks entries which were signed: never silently, and
//! never under the same origin.
//!
//! Two persons sign what is given up and why, each with a key of their own; the log's
//! last key and its next sign it too. The statement becomes the next entry of each log,
//! and from there on the logs have another origin and other keys, so no witness is ever
//! shown a second history of what it cosigned. Here stands what is asked for and signed;
//! `restoring` carries it out.

use super::checkpoints::{SignError, io_error, root_and_roots};
use super::further::FurtherError;
use super::keys::{Keys, next_key};
use super::{AppendError, LogName, OpenError, open_log, read_config};
use crate::config::{Config, Layout};
use crate::durable::replace;
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey, VerifyingKey};
use plumbline_replay::integrity::note::text_of;
use plumbline_replay::succession::{Head, Restoration, Step};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;

/// Why nothing was restored, or not yet all of it.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Further(#[from] FurtherError),
    /// The backup is whole: the ledger opens as it is.
    #[error(
        "账中现有的不少于已签的,无须恢复;若见证者所见更多,用 --lost 给出其检查点 / nothing that was signed \
         is missing here; if a witness has seen more, give its checkpoint with --lost"
    )]
    NothingLost,
    /// Mend the request.
    #[error("{0}")]
    Refused(String),
    /// The ceremony is not signed as it must be, or is not of this ledger as it is.
    #[error("不予恢复 / not restored: {0}")]
    Ceremony(String),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Base of the logs' origins from now on: no log ever had it.
    pub origin: &'a str,
    pub reason: &'a str,
    /// Public keys of the two persons who sign.
    pub persons: [&'a str; 2],
    /// Checkpoints that are known from elsewhere, each with its place.
    pub lost: &'a [(String, String)],
    /// Keys under which these may be signed, besides those that are here: a key that
    /// was rotated in what is lost.
    pub keys: &'a [String],
}

/// What the two persons sign, and with their signatures what is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    schema: String,
    pub origin: String,
    open: Part,
    sealed: Part,
}

/// One log's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The statement, and below it the signatures so far.
    note: String,
    /// The checkpoint that shows what is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lost: Option<String>,
}

const SCHEMA: &str = "plumbline.restoration/1";

impl Ceremony {
    /// Reads [`Ceremony::to_text`].
    ///
    /// # Errors
    ///
    /// [`RestoreError::Refused`] with what is wrong.
    pub fn parse(text: &str) -> Result<Ceremony, RestoreError> {
        let read: Result<Ceremony, _> = serde_json::from_str(text);
        let ceremony = read.map_err(|error| RestoreError::Refused(error.to_string()))?;
        match ceremony.schema.as_str() {
            SCHEMA => Ok(ceremony),
            other => Err(RestoreError::Refused(format!("{other}: not {SCHEMA}"))),
        }
    }

    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn part(&self, log: LogName) -> &Part {
        match log {
            LogName::Open => &self.open,
            LogName::Sealed => &self.sealed,
        }
    }

    /// What is stated of a log.
    ///
    /// # Errors
    ///
    /// [`RestoreError::Ceremony`] if it is no such statement.
    pub fn statement(&self, log: LogName) -> Result<Restoration, RestoreError> {
        let wrong = |reason: String| RestoreError::Ceremony(format!("{log}: {reason}"));
        let text = text_of(&self.part(log).note);
        let text = text.ok_or_else(|| wrong("no blank line after the statement".to_owned()))?;
        Restoration::parse(text).map_err(wrong)
    }

    /// Adds a person's signatures; again changes nothing.
    ///
    /// # Errors
    ///
    /// [`RestoreError::Refused`] if it is not for this person to sign.
    pub fn approve(&mut self, person: &SigningKey) -> Result<(), RestoreError> {
        let public = person.public_key();
        for log in LogName::ALL {
            let statement = self.statement(log)?;
            if !statement.persons.contains(&public) {
                let who = public.vkey();
                let reason = format!("不由 {who} 签署 / not for {who} to sign");
                return Err(RestoreError::Refused(reason));
            }
            let part = match log {
                LogName::Open => &mut self.open,
                LogName::Sealed => &mut self.sealed,
            };
            add_line(&mut part.note, &statement.text(), person);
        }
        Ok(())
    }
}

/// Adds a key's line to a note, once.
fn add_line(note: &mut String, text: &str, key: &SigningKey) {
    let line = key.line(text);
    if !note.contains(&line) {
        note.push_str(&line);
    }
}

/// Says what would be given up, for two persons to sign. Writes nothing but the keys
/// that take over.
pub fn plan(
    layout: &Layout,
    plan: &Plan<'_>,
    mut seed: impl FnMut() -> [u8; 32],
) -> Result<Ceremony, RestoreError> {
    let config = read_config(layout)?;
    let person = |vkey: &str| {
        VerifyingKey::parse(vkey)
            .map_err(|error| RestoreError::Refused(format!("--person {vkey}: {error}")))
    };
    let persons = [person(plan.persons[0])?, person(plan.persons[1])?];
    let to = Config { origin: plan.origin.to_owned(), ..config.clone() };
    let (mut parts, mut any) = (Vec::new(), false);
    for log in LogName::ALL {
        let known = known_heads(layout, &config, log, plan)?;
        let (kept, lost) = kept_and_lost(layout, &config, log, &known)?;
        any |= lost.as_ref().is_some_and(|(head, _)| head.size > kept.size);
        // Before anything is given up: their keys are made in the middle of it.
        let origin = to.origin_of(log);
        if !config.signatures.is_empty() && origin.len() > usize::from(u8::MAX) {
            let reason = format!("{origin}: SM2、ML-DSA 不能以此名签名 / too long to sign under");
            return Err(RestoreError::Refused(reason));
        }
        let new = next_key(layout, log, &origin, seed())?;
        let statement = Restoration {
            old: super::checkpoints::signing_key(layout, log)?.public_key(),
            new: new.public_key(),
            kept,
            lost: lost.as_ref().map_or(kept, |(head, _)| *head),
            persons: persons.clone(),
            reason: plan.reason.trim().to_owned(),
        };
        statement.check().map_err(RestoreError::Refused)?;
        let lost = lost.map(|(_, note)| note);
        parts.push(Part { note: format!("{}\n", statement.text()), lost });
    }
    if !any {
        return Err(RestoreError::NothingLost);
    }
    match <[Part; 2]>::try_from(parts) {
        Ok([open, sealed]) => {
            let (schema, origin) = (SCHEMA.to_owned(), plan.origin.to_owned());
            Ok(Ceremony { schema, origin, open, sealed })
        }
        Err(_) => Err(RestoreError::NothingLost),
    }
}

/// Heads that were signed of a log, here and elsewhere, with their notes.
fn known_heads(
    layout: &Layout,
    config: &Config,
    log: LogName,
    plan: &Plan<'_>,
) -> Result<Vec<(Checkpoint, String)>, RestoreError> {
    let origin = config.origin_of(log);
    let own = super::checkpoints::signing_key(layout, log)?.public_key();
    let others = plan.keys.iter().filter_map(|key| VerifyingKey::parse(key).ok());
    let keys: Vec<VerifyingKey> = std::iter::once(own).chain(others).collect();
    let mut notes: Vec<(String, String)> = Vec::new();
    for path in [layout.head(log), layout.cosigned(log), layout.checkpoint(log)] {
        match std::fs::read_to_string(&path) {
            Ok(note) => notes.push((path.display().to_string(), note)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(&path, &error).into()),
        }
    }
    let of_log = |note: &str| note.lines().next() == Some(origin.as_str());
    notes.extend(plan.lost.iter().filter(|(_, note)| of_log(note)).cloned());
    let mut out = Vec::new();
    for (place, note) in notes {
        let found = keys.iter().find_map(|key| key.verify(&note).ok());
        let head = found.ok_or_else(|| {
            RestoreError::Refused(format!(
                "{place}: 不是以已知密钥签署的检查点;恢复前轮换过的密钥用 --key 给出 / not signed with a key \
                 that is known here; give one that was rotated since the backup with --key"
            ))
        })?;
        out.push((head, note));
    }
    Ok(out)
}

type Lost = Option<(Head, String)>;

/// What the log on the disk holds, and the largest head known of it.
fn kept_and_lost(
    layout: &Layout,
    config: &Config,
    log: LogName,
    known: &[(Checkpoint, String)],
) -> Result<(Head, Lost), RestoreError> {
    let store = open_log(layout, config, log)?;
    let size = store.size()?;
    let sizes: Vec<u64> = known.iter().map(|(head, _)| head.size).collect();
    let (root, roots) = root_and_roots(&store, size, &sizes)?;
    for ((head, _), found) in known.iter().zip(roots) {
        if found.is_some_and(|root| root != head.root) {
            return Err(RestoreError::Ceremony(format!(
                "{log}: 此备份与签过的 {0} 条不是同一历史 / the backup is another history than was \
                 signed over {0} entries",
                head.size
            )));
        }
    }
    let largest = known.iter().max_by_key(|(head, _)| head.size);
    let lost = largest.map(|(head, note)| (Head::of(head), note.clone()));
    Ok((Head { size, root }, lost))
}

/// The ceremony that is under way, or this one, which is so from now on.
///
/// # Errors
///
/// [`RestoreError::Ceremony`] if a signature is missing or the ledger is not as it was
/// when they signed: nothing is changed then.
pub(super) fn begun(
    layout: &Layout,
    config: &Config,
    given: Option<Ceremony>,
) -> Result<Ceremony, RestoreError> {
    let path = layout.restoration();
    match std::fs::read_to_string(&path) {
        Ok(text) => return Ceremony::parse(&text),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(io_error(&path, &error).into()),
    }
    let none =
        "没有已开始的恢复,请给出签署文件 / no restoration was begun here: name the signed file";
    let mut ceremony = given.ok_or_else(|| RestoreError::Refused(none.to_owned()))?;
    for log in LogName::ALL {
        let statement = ceremony.statement(log)?;
        let keys = Keys::read(layout, log)?;
        let store = open_log(layout, config, log)?;
        let wrong = |reason: &str| Err(RestoreError::Ceremony(format!("{log}: {reason}")));
        let (current, next) = keys.public();
        if current != statement.old || next.as_ref() != Some(&statement.new) {
            return wrong("the keys here are not those of the ceremony: plan it again");
        }
        let size = store.size()?;
        let (root, _) = root_and_roots(&store, size, &[])?;
        if (Head { size, root }) != statement.kept {
            return wrong("the log is not as it was when the ceremony was signed: plan it again");
        }
        let text = statement.text();
        let part = match log {
            LogName::Open => &mut ceremony.open,
            LogName::Sealed => &mut ceremony.sealed,
        };
        for key in [Some(&keys.current), keys.next.as_ref()].into_iter().flatten() {
            add_line(&mut part.note, &text, key);
        }
        step(&ceremony, log)?;
    }
    replace(&path, &ceremony.to_text()).map_err(|error| io_error(&path, &error))?;
    Ok(ceremony)
}

/// A log's statement with all its signatures.
pub(super) fn step(ceremony: &Ceremony, log: LogName) -> Result<Step, RestoreError> {
    let Part { note, lost } = ceremony.part(log);
    let position = ceremony.statement(log)?.kept.size;
    Step::signed(position, note, lost.as_deref())
        .map_err(|reason| RestoreError::Ceremony(format!("{log}: {reason}")))
}
