//! Witnesses as commands ask them: before anything is written, whether one has seen more
//! of the log or another history of it; and at the end, to cosign what was signed.
//!
//! A witness that does not answer in time refuses nothing: what was recorded is
//! recorded, and the words say who is missing.

use super::{Exit, Failure, surroundings};
use crate::config::{Config, Layout, PolicyAt};
use crate::ledger::checkpoints::signing_key;
use crate::ledger::{Ledger, LogName, read_config};
use crate::publication::{Publication, PublishError, Witnesses};
use crate::reader::Reader;
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
    Ok(Ledger::open(dir, surroundings(who))?)
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
    let reader = Reader::open(layout, config, LogName::Open)?;
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
