//! What was turned away for secrecy leaves a trace and no content.
//!
//! State secrets must not enter (保守国家秘密法 art. 31), and that someone tried
//! must not be forgotten: the refusal is recorded by digest. The digest is keyed,
//! since a plain one would let anyone who holds the open log confirm a guess of
//! what was in the submission; the key is in the vault.

use super::admit::secret_mark;
use super::statement::Statement;
use super::submission::{Draft, Submission};
use crate::clock::Micros;
use crate::vault::{Vault, VaultError};
use plumbline_replay::integrity::json::Json;

/// Whose key the digests are made under.
const SUBJECT: &str = "ledger/intake";
const STREAM: &str = "ledger/intake";

/// The event that records a refusal, if this submission is marked as a state
/// secret. The same submission always gives the same id, so trying again does
/// not fill the log.
pub(super) fn trace(
    submission: &Draft<'_>,
    vault: &Vault,
    now: Micros,
) -> Result<Option<Submission>, VaultError> {
    let Some(pointer) = secret_mark(&submission.json) else {
        return Ok(None);
    };
    let (_, key) = vault.key_for(SUBJECT)?;
    let digest = blake3::keyed_hash(&key.0, &submission.json.to_bytes()).to_hex();
    let text = |value: &str| Json::text(value.to_owned());
    let body = Json::object([
        ("digest", text(&digest)),
        ("place", text(&pointer)),
        ("reason", text("state-secret")),
    ]);
    let id = format!("intake-refused-{digest}");
    Ok(Some(Statement { id, stream: STREAM, kind: "intake.refused.v1", body }.at(now)))
}
