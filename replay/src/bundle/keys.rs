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

/// The keys to hold the bundle against, and how they are known.
pub(super) fn believed(
    pack: &Pack,
    about: &About,
    against: &Against,
) -> (Option<Succession>, Check) {
    let mut check = Check::new("key", "公钥", "the log's key");
    let own = VerifyingKey::parse(&about.vkey);
    if own.as_ref().is_ok_and(|own| own.name() != about.origin) {
        check.wrong(file::ABOUT, "公钥属于另一日志 / its key is another log's");
    }
    let given: Vec<VerifyingKey> =
        against.keys.iter().filter_map(|key| VerifyingKey::parse(key).ok()).collect();
    let told = told(pack).ok().flatten();
    let told = told.filter(|keys| own.as_ref().is_ok_and(|own| keys.current() == own));
    let later = Succession::of_entries(against.key_changes.iter().map(Vec::as_slice));
    let hands_on = |keys: &Succession, given: &VerifyingKey| {
        keys.holds(given) && own.as_ref().is_ok_and(|own| keys.holds(own))
    };
    let known = given.iter().find(|given| {
        own.as_ref() == Ok(given)
            || told.as_ref().is_some_and(|keys| hands_on(keys, given))
            || matches!(&later, Ok(Some(keys)) if hands_on(keys, given))
    });
    let of_log = given.iter().find(|key| key.name() == about.origin).or(given.first());
    match (known, of_log, own) {
        (Some(_), _, Ok(own)) => {
            check.right();
            (Some(told.unwrap_or(Succession::of(own))), check)
        }
        (_, Some(given), _) => {
            let reason = format!("不是所给公钥 / not the key that was given: {}", given.vkey());
            check.wrong(file::ABOUT, reason);
            (Some(Succession::of(given.clone())), check)
        }
        (_, None, Ok(own)) => {
            check.doubt(
                file::ABOUT,
                format!(
                    "公钥取自包内,须与别处得到的核对:--key / the key is the bundle's own; hold it \
                     against one obtained elsewhere with --key: {}",
                    own.vkey()
                ),
            );
            (Some(told.unwrap_or(Succession::of(own))), check)
        }
        (_, None, Err(error)) => {
            check.wrong(file::ABOUT, error.to_string());
            (None, check)
        }
    }
}
