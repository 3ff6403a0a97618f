//! The key that a bundle is held against: one from outside, followed through the
//! changes of key that the bundle's entries tell of, or its own, which proves nothing
//! of who made it.

use super::about::About;
use super::file;
use super::pack::Pack;
use super::report::Check;
use super::verify::Against;
use crate::integrity::checkpoint::VerifyingKey;
use crate::integrity::entry::scan;
use crate::integrity::json::{Json, parse};
use crate::succession::{Step, Succession};

/// The log's keys as the bundle's entries tell: that of entry 0 and its changes. `None`
/// if entry 0 names no key.
///
/// # Errors
///
/// The position and what is wrong with a change that does not hold.
pub(super) fn told(pack: &Pack) -> Result<Option<Succession>, (u64, String)> {
    let mut keys: Option<Succession> = None;
    for line in pack.lines(file::CASE) {
        let Ok(fields) = scan(line) else { continue };
        if fields.position == 0 {
            let body = parse(fields.body.unwrap_or(b"{}")).ok();
            let first = body.as_ref().and_then(|body| body.get("checkpoint_key")?.as_str());
            keys = first.and_then(|vkey| Succession::begin(vkey).ok());
        }
        let Some(step) = Step::of(&fields) else { continue };
        let followed = step.and_then(|step| match &mut keys {
            Some(keys) => keys.follow(step, None),
            None => Err("it follows no key of entry 0".to_owned()),
        });
        followed.map_err(|reason| (fields.position, reason))?;
    }
    Ok(keys)
}

/// The origin that entry 0 names.
pub(super) fn founded_as(entry: &Json<'_>) -> Option<String> {
    Some(entry.get("body")?.get("origin")?.as_str()?.to_owned())
}

/// What a bundle is held against.
pub(super) struct Believed {
    /// The log's keys, for its checkpoints.
    pub keys: Option<Succession>,
    /// The one that signed the manifest.
    pub signer: Option<VerifyingKey>,
    pub check: Check,
}

/// The keys to hold the bundle against, and how they are known.
pub(super) fn believed(pack: &Pack, about: &About, against: &Against) -> Believed {
    let mut check = Check::new("key", "公钥", "the log's key");
    let own = match VerifyingKey::parse(&about.vkey) {
        Ok(own) => own,
        Err(error) => {
            check.wrong(file::ABOUT, error.to_string());
            return Believed { keys: None, signer: None, check };
        }
    };
    if own.name() != about.origin {
        check.wrong(file::ABOUT, "公钥属于另一日志 / its key is another log's");
    }
    // What is wrong with the changes told is said of the entries.
    let told = told(pack).ok().flatten().filter(|keys| *keys.current() == own);
    let told = told.unwrap_or(Succession::of(own.clone()));
    let keys = against.key_changes.continued(&told).unwrap_or_else(|(position, reason)| {
        check.wrong(format!("第 {position} 号 / position {position}"), reason);
        told
    });
    let given: Vec<VerifyingKey> =
        against.keys.iter().filter_map(|key| VerifyingKey::parse(key).ok()).collect();
    let of_log = given.iter().find(|key| key.name() == about.origin).or(given.first());
    let signer = match of_log {
        _ if given.iter().any(|given| keys.holds(given)) => {
            check.right();
            own
        }
        Some(given) => {
            let reason = format!(
                "不是所给公钥;若日志此后更换过密钥,用 --key-changes 给出更换记录 / not the key that was \
                 given; if the log's key was changed since, give the changes with --key-changes: {}",
                given.vkey()
            );
            check.wrong(file::ABOUT, reason);
            let (keys, signer) = (Some(Succession::of(given.clone())), Some(given.clone()));
            return Believed { keys, signer, check };
        }
        None => {
            check.doubt(
                file::ABOUT,
                format!(
                    "公钥取自包内,须与别处得到的核对:--key / the key is the bundle's own; hold it \
                     against one obtained elsewhere with --key: {}",
                    own.vkey()
                ),
            );
            own
        }
    };
    Believed { keys: Some(keys), signer: Some(signer), check }
}
