//! Creating a ledger: two logs, their keys, their first entries, and last of all
//! the configuration's name, which says that a ledger is there.
//!
//! The configuration is written first, under another name: where only that one
//! is, a creation was cut short. Nobody has been told of anything in such a
//! folder, so the next creation clears what the first one made and begins anew.

use super::admit::admit;
use super::further::FurtherError;
use super::statement::Statement;
use super::{AppendError, Ledger, LogName, OpenError, Surroundings, further};
use crate::clock::Micros;
use crate::config::{Config, Layout};
use crate::log::{RealFiles, SegmentLog};
use crate::store::StoreError;
use crate::vault::VaultError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::json::Json;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The configuration until the ledger is there.
const UNFINISHED: &str = "plumbline.toml.tmp";
/// What a creation makes beside it.
const MADE: [&str; 5] = ["derived", "heads", "keys", "logs", "vault"];

/// Creates a ledger in an empty or new folder, and opens it. A folder in which a
/// creation was cut short counts as empty.
pub fn create(
    root: &Path,
    config: &Config,
    mut surroundings: Surroundings,
) -> Result<Ledger, OpenError> {
    let layout = Layout::new(root);
    let io = |error: std::io::Error| OpenError::Io {
        place: root.display().to_string(),
        reason: error.to_string(),
    };
    std::fs::create_dir_all(root).map_err(io)?;
    let temp = root.join(UNFINISHED);
    if !is_free(root).map_err(io)? {
        return Err(OpenError::NotEmpty(root.display().to_string()));
    }
    let text = toml::to_string(config).map_err(|error| OpenError::Config {
        place: layout.config().display().to_string(),
        reason: error.to_string(),
    })?;
    // Held until the end: another creation must not clear what this one makes.
    let _turn = begin(root, &temp, &text)?;
    for folder in ["keys", "heads", "derived"] {
        std::fs::create_dir_all(root.join(folder)).map_err(io)?;
    }
    let (mut vkeys, mut further_keys) = (Vec::new(), Vec::new());
    for log in LogName::ALL {
        SegmentLog::create(&RealFiles, &layout.log(log))
            .map_err(|error| OpenError::Store { log, error })?;
        let mut seed = [0; 32];
        (surroundings.randomness)(&mut seed)
            .map_err(|reason| OpenError::Vault(VaultError::NoRandomness(reason)))?;
        let key = SigningKey::from_seed(&config.origin_of(log), seed);
        write_private(&layout.signing_key(log), &key.to_text()).map_err(io)?;
        vkeys.push(key.vkey());
        for algorithm in further::algorithms(&layout, config).map_err(FurtherError::from)? {
            let randomness = &mut surroundings.randomness;
            let key = further::make(&layout, config, log, algorithm, randomness)?;
            further_keys.push((log, key));
        }
    }
    let now = surroundings.clock.now();
    let ledger = Ledger::start(layout.clone(), config.clone(), surroundings)?;
    for (log, vkey) in LogName::ALL.into_iter().zip(&vkeys) {
        genesis(&ledger, log, vkey, now)?;
    }
    for (log, key) in &further_keys {
        further::announce(&ledger, *log, key)?;
    }
    std::fs::rename(&temp, layout.config()).map_err(io)?;
    std::fs::File::open(root).and_then(|dir| dir.sync_all()).map_err(io)?;
    Ok(ledger)
}

/// Whether the folder holds nothing, or only what a creation left half-made.
fn is_free(root: &Path) -> std::io::Result<bool> {
    let mut names = Vec::new();
    for item in std::fs::read_dir(root)? {
        names.push(item?.file_name().to_string_lossy().into_owned());
    }
    let unfinished = names.iter().any(|name| name == UNFINISHED);
    let made = |name: &String| name == UNFINISHED || MADE.contains(&name.as_str());
    Ok(names.is_empty() || (unfinished && names.iter().all(made)))
}

/// Marks the folder as one in which a ledger is being made, and clears what an
/// earlier creation left.
fn begin(root: &Path, temp: &Path, text: &str) -> Result<File, OpenError> {
    let io = |error: std::io::Error| OpenError::Io {
        place: temp.display().to_string(),
        reason: error.to_string(),
    };
    let mut options = File::options();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(temp).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let error = StoreError::Locked("plumb init".to_owned());
            return Err(OpenError::Store { log: LogName::Open, error });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    for name in MADE {
        match std::fs::remove_dir_all(root.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    file.set_len(0).map_err(io)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    File::open(root).and_then(|dir| dir.sync_all()).map_err(io)?;
    Ok(file)
}

/// Writes a key that only the ledger's user may read, where none is yet.
pub(super) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// Records the first entry of a log.
fn genesis(ledger: &Ledger, log: LogName, vkey: &str, now: Micros) -> Result<(), OpenError> {
    // The type belongs to the open log; each log begins with its own.
    let event = admit(created(ledger.config(), log, vkey).at(now), ledger.vault(), None)
        .map_err(|refusal| OpenError::Genesis(AppendError::Refused(refusal)))?
        .moved_to(log);
    let answers = ledger.queue(log).push(vec![event], true).map_err(OpenError::Genesis)?.wait();
    answers.into_iter().try_for_each(|answer| answer.map(drop)).map_err(OpenError::Genesis)
}

/// The first entry of a log (design §2).
fn created(config: &Config, log: LogName, vkey: &str) -> Statement<'static> {
    let text = |value: &str| Json::text(value.to_owned());
    let body = Json::object([
        ("origin", text(&config.origin_of(log))),
        ("checkpoint_key", text(vkey)),
        ("time_zone", text(&config.time_zone)),
        ("format", Json::Int(1)),
        ("log", text(log.as_str())),
        // No rule set is in force yet: the digest of nothing.
        ("rule_set_digest", text(&Digest(*blake3::hash(b"").as_bytes()).to_string())),
    ]);
    let stream = match log {
        LogName::Open => "ledger/open",
        LogName::Sealed => "ledger/sealed",
    };
    Statement { id: format!("ledger-created-{log}"), stream, kind: "ledger.created.v1", body }
}
