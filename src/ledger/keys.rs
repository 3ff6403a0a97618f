//! The keys that sign for a log, as files: the one in force, the one that takes over
//! next, and how one follows the other.
//!
//! A new key is durable before the log names it; the old one is destroyed only after
//! a head signed with both is durable in both places. Whatever step power fails at,
//! the next signing goes on from there.

use super::LogName;
use super::checkpoints::{SignError, io_error};
use crate::config::Layout;
use crate::durable::{overwrite, replace_private, sync_folder};
use plumbline_replay::integrity::checkpoint::{Checkpoint, SigningKey, VerifyingKey};
use plumbline_replay::succession::Step;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// The keys of one log.
pub(super) struct Keys {
    pub current: SigningKey,
    /// Made, and not yet in force.
    pub next: Option<SigningKey>,
}

impl Keys {
    pub fn read(layout: &Layout, log: LogName) -> Result<Keys, SignError> {
        let retired = layout.retired_key(log);
        destroy_retired(&layout.signing_key(log), &retired)
            .map_err(|error| io_error(&retired, &error))?;
        let current = read_key(&layout.signing_key(log))?;
        let path = layout.next_key(log);
        // A file that says nothing was never named by the log: it is whole before.
        let next = match path.exists() {
            true => Some(read_key(&path)?),
            false => None,
        };
        Ok(Keys { current, next })
    }

    /// Both public halves.
    pub fn public(&self) -> (VerifyingKey, Option<VerifyingKey>) {
        (self.current.public_key(), self.next.as_ref().map(SigningKey::public_key))
    }

    /// Whether the next head is the first after the next key was recorded.
    ///
    /// # Errors
    ///
    /// [`SignError::Key`] if the log names a key that is not here.
    pub fn hands_over(
        &self,
        layout: &Layout,
        log: LogName,
        last: Option<&Step>,
    ) -> Result<bool, SignError> {
        let Some(step) = last else { return Ok(false) };
        let (current, next) = self.public();
        let due = step.change.key_after();
        if *due == current {
            return Ok(false);
        }
        if next.as_ref() == Some(due) && *step.change.key_before() == current {
            return Ok(true);
        }
        Err(SignError::Key {
            place: layout.signing_key(log).display().to_string(),
            reason: format!(
                "自第 {} 号记录起日志密钥为 {},此处没有其私钥;从密钥备份放回 / since the entry at {0} the \
                 log's key is {1}, whose private half is not here: put it back from where keys are \
                 kept",
                step.position,
                due.vkey()
            ),
        })
    }

    /// The note of a head, with the next key's line if it takes over here.
    pub fn sign(&self, checkpoint: &Checkpoint, hands_over: bool) -> String {
        let mut note = self.current.sign(checkpoint);
        if let Some(next) = self.next.as_ref().filter(|_| hands_over) {
            note.push_str(&next.line(&checkpoint.text()));
        }
        note
    }

    /// Puts the next key in the place of the current one, which is destroyed.
    pub fn hand_over(&self, layout: &Layout, log: LogName) -> Result<(), SignError> {
        let (current, next) = (layout.signing_key(log), layout.next_key(log));
        let retired = layout.retired_key(log);
        succeed(&next, &current, &retired).map_err(|error| io_error(&current, &error))
    }
}

/// Puts a key's file in the place of another, which is destroyed. Whatever step power
/// fails at, [`destroy_retired`] and doing it again end it.
pub(super) fn succeed(next: &Path, current: &Path, retired: &Path) -> std::io::Result<()> {
    // Another name for the old one, so that it can be overwritten when the new one
    // stands in its place.
    match std::fs::hard_link(current, retired) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    std::fs::rename(next, current)?;
    sync_folder(current)?;
    destroy_retired(current, retired)
}

/// Overwrites a key that is out of force, and takes its file away.
pub(super) fn destroy_retired(current: &Path, retired: &Path) -> std::io::Result<()> {
    let text = match std::fs::read(retired) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // Cut short before the new key stood in its place: it is still the one in force.
    if std::fs::read(current)? == text {
        std::fs::remove_file(retired)?;
        return sync_folder(retired);
    }
    destroy(retired)
}

/// Overwrites a key's file and takes it away; one that is not there is destroyed.
pub(super) fn destroy(path: &Path) -> std::io::Result<()> {
    match File::options().write(true).open(path) {
        Ok(file) => overwrite(file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    std::fs::remove_file(path)?;
    sync_folder(path)
}

/// Makes the key that takes over next, if there is none yet, and gives it.
pub(super) fn next_key(
    layout: &Layout,
    log: LogName,
    origin: &str,
    seed: [u8; 32],
) -> Result<SigningKey, SignError> {
    let path = layout.next_key(log);
    if path.exists() {
        let found = read_key(&path)?;
        if found.name() == origin {
            return Ok(found);
        }
    }
    let key = SigningKey::from_seed(origin, seed);
    let text = format!("{}\n", key.to_text());
    replace_private(&path, &text).map_err(|error| io_error(&path, &error))?;
    Ok(key)
}

pub(super) fn read_key(path: &Path) -> Result<SigningKey, SignError> {
    let failed = |reason: String| SignError::Key { place: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    SigningKey::parse(&text).map_err(|error| failed(error.to_string()))
}
