//! Creating a ledger: two logs, their keys, their first entries, and last of all
//! the configuration, which says that a ledger is there.

use super::admit::admit;
use super::submission::Submission;
use super::{AppendError, Ledger, LogName, OpenError, Surroundings};
use crate::clock::TimeText;
use crate::config::{Config, Layout};
use crate::log::{RealFiles, SegmentLog};
use crate::vault::VaultError;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::json::Json;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Creates a ledger in an empty or new folder, and opens it.
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
    if std::fs::read_dir(root).map_err(io)?.next().is_some() {
        return Err(OpenError::NotEmpty(root.display().to_string()));
    }
    for folder in ["keys", "heads", "derived"] {
        std::fs::create_dir_all(root.join(folder)).map_err(io)?;
    }
    let mut vkeys = Vec::new();
    for log in LogName::ALL {
        SegmentLog::create(&RealFiles, &layout.log(log))
            .map_err(|error| OpenError::Store { log, error })?;
        let mut seed = [0; 32];
        (surroundings.randomness)(&mut seed)
            .map_err(|reason| OpenError::Vault(VaultError::NoRandomness(reason)))?;
        let key = SigningKey::from_seed(&config.origin_of(log), seed);
        write_private(&layout.signing_key(log), &key.to_text()).map_err(io)?;
        vkeys.push(key.vkey());
    }
    let now = TimeText::default().format(surroundings.clock.now()).to_owned();
    let ledger = Ledger::start(layout.clone(), config.clone(), surroundings)?;
    for (log, vkey) in LogName::ALL.into_iter().zip(&vkeys) {
        genesis(&ledger, log, vkey, &now)?;
    }
    let text = toml::to_string(config).map_err(|error| OpenError::Config {
        place: layout.config().display().to_string(),
        reason: error.to_string(),
    })?;
    let temp = root.join("plumbline.toml.tmp");
    std::fs::write(&temp, text).map_err(io)?;
    std::fs::File::open(&temp).and_then(|file| file.sync_all()).map_err(io)?;
    std::fs::rename(&temp, layout.config()).map_err(io)?;
    std::fs::File::open(root).and_then(|dir| dir.sync_all()).map_err(io)?;
    Ok(ledger)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// Records the first entry of a log.
fn genesis(ledger: &Ledger, log: LogName, vkey: &str, now: &str) -> Result<(), OpenError> {
    // The type belongs to the open log; each log begins with its own.
    let event = admit(created(ledger.config(), log, vkey, now), ledger.vault())
        .map_err(|refusal| OpenError::Genesis(AppendError::Refused(refusal)))?
        .moved_to(log);
    let answers = ledger.queue(log).push(vec![event], true).map_err(OpenError::Genesis)?.wait();
    answers.into_iter().try_for_each(|answer| answer.map(drop)).map_err(OpenError::Genesis)
}

/// The first entry of a log (design §2).
fn created(config: &Config, log: LogName, vkey: &str, now: &str) -> Submission {
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
    let id = format!("ledger-created-{log}");
    Submission::new(Json::object([
        ("id", text(&id)),
        ("stream", text(&format!("ledger/{log}"))),
        ("type", text("ledger.created.v1")),
        ("occurred_at", text(now)),
        ("source", Json::object([("system", text("plumbline"))])),
        ("body", body),
    ]))
}
