//! Witnesses as commands ask them: before anything is written, whether one has seen more
//! of the log or another history of it; and at the end, to cosign what was signed.
//!
//! A witness that does not answer in time refuses nothing: what was recorded is
//! recorded, and the words say who is missing.

use super::{Exit, Failure, damage, surroundings};
use crate::config::{Config, Layout, PolicyAt};
use crate::ledger::checkpoints::signing_key;
use crate::ledger::{Ledger, LogName, read_config};
use crate::publication::{Publication, PublishError, Witnesses};
use std::path::Path;
use std::time::Duration;

/// How long a command waits for its witnesses if the policy does not say.
const WAIT: Duration = Duration::from_secs(5);

/// What asking came to.
pub(super) enum Asked {
    /// None are named, or commands are not to wait for them.
    Nobody,
    /// Enough of them have cosigned the log as it is.
    Witnessed,
    /// Too few did, and why.
    Missing(String),
}

/// Opens a ledger for writing, unless a witness contradicts it.
pub(super) fn open(dir: &Path, who: &str) -> Result<Ledger, Failure> {
    before_writing(&Layout::new(dir))?;
    Ledger::open(dir, surroundings(who)).map_err(|error| in_use(error.into(), who))
}

/// A failure to open for writing; where the ledger is in use, with what to do instead.
pub(super) fn in_use(mut failure: Failure, who: &str) -> Failure {
    if failure.exit == Exit::Locked {
        failure.message.push('\n');
        failure.message.push_str(match who {
            "append" | "import" => {
                "由正在运行的 serve 报送:POST /api/v1/events(成批:/api/v1/events:batch),以 \
                 Authorization: Bearer 出示密钥;或待其停止后再运行本命令 / submit through the server that \
                 holds it: POST /api/v1/events or /api/v1/events:batch with `Authorization: Bearer …`; \
                 or run this once it has ended"
            }
            "bundle create" | "vault open" | "vault erase" | "closing" | "extract" => {
                "由正在运行的 serve 代办:加 --via http://127.0.0.1:8710(其内部地址)与 --key-file,两人批准的另加 \
                 --second-key-file;或待其停止后再运行 / let the server that holds it do it: add --via \
                 http://127.0.0.1:8710 (its internal address) and --key-file, and --second-key-file \
                 where two approve; or run this once it has ended"
            }
            "timers" => {
                "正在运行的 serve 每分钟自行补发到期事件(除非 --no-timers);或待其停止后再运行 / a running \
                 server records what is due by itself, once a minute, unless it has --no-timers; or \
                 run this once it has ended"
            }
            _ => {
                "此事只能在无人写账时办:先停止占用者(如 serve),再运行本命令 / this is done while nobody \
                 writes: stop whoever holds the ledger (such as `plumb serve`), then run it again"
            }
        });
    }
    failure
}

/// Refuses to take entries below what a witness has cosigned, or beside it: a copy
/// that was brought back would grow a second history.
pub(super) fn before_writing(layout: &Layout) -> Result<(), Failure> {
    let config = read_config(layout)?;
    if let Asked::Missing(words) = ask(layout, &config, wait(&config))? {
        eprintln!("{words}");
    }
    Ok(())
}

/// Lets the witnesses cosign what a command has recorded.
pub(super) fn after_writing(layout: &Layout, config: &Config) -> Result<(), Failure> {
    if let Asked::Missing(words) = ask(layout, config, wait(config))? {
        eprintln!(
            "已入账,但见证不足:{words};稍后运行 plumb checkpoint witness / recorded, and not yet \
             witnessed: run `plumb checkpoint witness` later"
        );
    }
    Ok(())
}

/// Asks the witnesses of the open log for its head.
///
/// # Errors
///
/// [`Exit::Broken`] if one of them contradicts the log.
pub(super) fn ask(
    layout: &Layout,
    config: &Config,
    wait: Option<Duration>,
) -> Result<Asked, Failure> {
    let Some(wait) = wait.filter(|wait| !wait.is_zero()) else { return Ok(Asked::Nobody) };
    let Some(witnesses) = witnesses(layout, config)? else { return Ok(Asked::Nobody) };
    let reader = damage::reader(layout, config, LogName::Open)?;
    let publication = Publication::new(layout.clone(), config.clone(), reader);
    match publication.witnessed_by(Some(witnesses.within(wait))).renew() {
        Ok(()) => Ok(Asked::Witnessed),
        Err(error @ PublishError::NotWitnessed { .. }) => Ok(Asked::Missing(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// How long commands wait; `None` if no witness is named.
pub(super) fn wait(config: &Config) -> Option<Duration> {
    let said = config.policy.as_ref().and_then(|policy: &PolicyAt| policy.wait_seconds);
    let wait = said.map_or(WAIT, Duration::from_secs);
    (!config.witness.is_empty()).then_some(wait)
}

/// The witnesses of the configuration.
pub(super) fn witnesses(layout: &Layout, config: &Config) -> Result<Option<Witnesses>, Failure> {
    let vkey = signing_key(layout, LogName::Open)?.vkey();
    let wrong = |message| Failure { exit: Exit::Usage, message };
    Witnesses::of(config, &[vkey]).map_err(wrong)
}
