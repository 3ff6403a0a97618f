//! Rotation of the key that signs a log's checkpoints: the new key is made durable,
//! the log records it with both signatures, and the next head is signed with both.
//!
//! Each step can be repeated: a rotation that was cut short is finished by the next
//! signing, or by rotating again.

use super::checkpoints::{SignError, latest, signing_key};
use super::keys::next_key;
use super::statement::{Statement, state};
use super::{AppendError, Ledger, LogName, OpenError, Receipt, read_config};
use crate::config::Layout;
use plumbline_replay::succession::{ROTATED_OPEN, ROTATED_SEALED, Rotation, STREAM, Step};

/// Why a key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Our own statement does not hold: nothing was recorded.
    #[error("轮换不成立 / the rotation does not hold: {0}")]
    Statement(String),
}

/// Makes the key that takes over next and gives it as text, so that witnesses can be
/// told of it first. `seed` is used only if there is none yet.
pub fn prepare(layout: &Layout, log: LogName, seed: [u8; 32]) -> Result<String, RotationError> {
    let config = read_config(layout)?;
    Ok(next_key(layout, log, &config.origin_of(log), seed)?.vkey())
}

/// Replaces a log's key. `seed` is used only if no key was prepared.
pub fn rotate(ledger: &Ledger, log: LogName, seed: [u8; 32]) -> Result<Receipt, RotationError> {
    let (layout, config) = (ledger.layout(), ledger.config());
    // Ends a rotation that was cut short, so that each has a head of its own.
    latest(layout, config, log)?;
    let receipt = record(ledger, log, seed)?;
    latest(layout, config, log)?;
    Ok(receipt)
}

/// Records the next key in the log: from its entry on both keys sign, until one head
/// has both lines.
pub fn record(ledger: &Ledger, log: LogName, seed: [u8; 32]) -> Result<Receipt, RotationError> {
    let (layout, config) = (ledger.layout(), ledger.config());
    let current = signing_key(layout, log)?;
    let next = next_key(layout, log, &config.origin_of(log), seed)?;
    let text = Rotation { old: current.public_key(), new: next.public_key() }.text();
    let note = format!("{text}\n{}{}", current.line(&text), next.line(&text));
    let step = Step::signed(0, &note, None).map_err(RotationError::Statement)?;
    let kind = match log {
        LogName::Open => ROTATED_OPEN,
        LogName::Sealed => ROTATED_SEALED,
    };
    let id = format!("key-{}", blake3::hash(text.as_bytes()).to_hex());
    Ok(state(ledger, Statement { id, stream: STREAM, kind, body: step.body() }, ledger.now())?)
}
