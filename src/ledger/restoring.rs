//! Carrying out a restoration that two persons signed, step by step.
//!
//! While it is under way nobody writes and nobody signs. Each step can be done again: one
//! that was cut short anywhere is finished by running it again, to the same ledger.

use super::checkpoints::{io_error, latest};
use super::further;
use super::keys::Keys;
use super::restoration::{Ceremony, RestoreError, begun, step};
use super::statement::{Statement, state};
use super::{Ledger, LogName, OpenError, Surroundings, read_config};
use crate::config::{Config, Layout};
use crate::durable::{replace, sync_folder};
use crate::second::FurtherKey;
use plumbline_replay::succession::{RESTORED_OPEN, RESTORED_SEALED, STREAM};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::path::Path;

/// Carries out what two persons signed; without a ceremony, the one that was begun.
///
/// # Errors
///
/// [`RestoreError::Ceremony`] if a signature is missing or the ledger is not as it was
/// when they signed: nothing is changed then.
pub fn restore(
    root: &Path,
    ceremony: Option<Ceremony>,
    surroundings: Surroundings,
) -> Result<Config, RestoreError> {
    let mut restoring = Restoring::begin(root, ceremony, surroundings)?;
    while restoring.step()?.is_some() {}
    Ok(restoring.to)
}

/// A step that was done: durable, whatever happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The heads of what is lost lie aside; what regrows, and further keys of the origin
    /// that ends, are gone.
    HeadsAside,
    /// Further keys of the new origin are there.
    KeysMade,
    /// The log has the statement as its next entry.
    Stated(LogName),
    /// The log tells of its further keys.
    KeysTold(LogName),
    /// The configuration names the new origin.
    OriginChanged,
    /// The log's next key is in force.
    HandedOver(LogName),
    /// Who writes and signs may do so again.
    Ended,
    /// The first heads under the new origin are signed.
    Signed,
}

/// A restoration under way.
pub struct Restoring {
    layout: Layout,
    config: Config,
    to: Config,
    ceremony: Ceremony,
    keys: Vec<(LogName, FurtherKey)>,
    /// Given up when the ledger is opened.
    surroundings: Option<Surroundings>,
    ledger: Option<Ledger>,
    left: VecDeque<Done>,
}

impl Restoring {
    /// Begins, or goes on with what was begun: from here on nobody else writes.
    ///
    /// # Errors
    ///
    /// As [`restore`].
    pub fn begin(
        root: &Path,
        ceremony: Option<Ceremony>,
        surroundings: Surroundings,
    ) -> Result<Restoring, RestoreError> {
        let layout = Layout::new(root);
        let config = read_config(&layout)?;
        let ceremony = begun(&layout, &config, ceremony)?;
        let to = Config {
            origin: ceremony.origin.clone(),
            founded_as: config.founded_as.clone().or(Some(config.origin.clone())),
            ..config.clone()
        };
        let mut left = VecDeque::new();
        if config.origin == ceremony.origin {
            return Ok(Restoring::with(
                layout,
                (config.clone(), config),
                ceremony,
                surroundings,
                left,
            ));
        }
        left.extend([Done::HeadsAside, Done::KeysMade]);
        left.extend(
            LogName::ALL.into_iter().flat_map(|log| [Done::Stated(log), Done::KeysTold(log)]),
        );
        left.push_back(Done::OriginChanged);
        Ok(Restoring::with(layout, (config, to), ceremony, surroundings, left))
    }

    fn with(
        layout: Layout,
        (config, to): (Config, Config),
        ceremony: Ceremony,
        surroundings: Surroundings,
        mut left: VecDeque<Done>,
    ) -> Restoring {
        left.extend(LogName::ALL.map(Done::HandedOver));
        left.extend([Done::Ended, Done::Signed]);
        let (surroundings, ledger, keys) = (Some(surroundings), None, Vec::new());
        Restoring { layout, config, to, ceremony, keys, surroundings, ledger, left }
    }

    /// Does the next step; `None` when all are done.
    ///
    /// # Errors
    ///
    /// As [`restore`]; running it again goes on.
    pub fn step(&mut self) -> Result<Option<Done>, RestoreError> {
        let Some(next) = self.left.pop_front() else { return Ok(None) };
        match next {
            Done::HeadsAside => self.give_up()?,
            Done::KeysMade => self.make_keys()?,
            Done::Stated(log) => self.record(log)?,
            Done::KeysTold(log) => self.tell_keys(log)?,
            Done::OriginChanged => self.change_origin()?,
            Done::HandedOver(log) => self.hand_over(log)?,
            Done::Ended => self.end()?,
            Done::Signed => {
                for log in LogName::ALL {
                    latest(&self.layout, &self.to, log)?;
                }
            }
        }
        Ok(Some(next))
    }

    /// Puts the heads of what is lost aside, where they stay; what regrows goes.
    fn give_up(&self) -> Result<(), RestoreError> {
        let layout = &self.layout;
        for log in LogName::ALL {
            let lost = self.ceremony.statement(log)?.lost.size;
            let aside = layout.given_up(log, lost);
            let [sm3, sm3_beside] = layout.sm3_heads(log);
            for (name, path) in [
                ("head", layout.head(log)),
                ("cosigned", layout.cosigned(log)),
                ("checkpoint", layout.checkpoint(log)),
                ("sm3", sm3),
                ("checkpoint.sm3", sm3_beside),
            ] {
                let io = |error| io_error(&path, &error);
                std::fs::create_dir_all(&aside).map_err(io)?;
                match std::fs::rename(&path, aside.join(name)) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(io(error).into());
                    }
                    _ => {}
                }
            }
            for algorithm in further::algorithms(layout, &self.config)? {
                further::destroy_keys_but(layout, log, algorithm, &self.to.origin_of(log))?;
            }
        }
        let derived = layout.root().join("derived");
        let io = |error: std::io::Error| RestoreError::from(io_error(&derived, &error));
        match std::fs::remove_dir_all(&derived) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(io(error)),
            _ => std::fs::create_dir_all(&derived).map_err(io),
        }
    }

    /// New keys of the algorithms that signed beside Ed25519: those before were of the
    /// origin that ends.
    fn make_keys(&mut self) -> Result<(), RestoreError> {
        let Some(surroundings) = &mut self.surroundings else { return Ok(()) };
        for log in LogName::ALL {
            for algorithm in further::algorithms(&self.layout, &self.to)? {
                let draw = &mut surroundings.randomness;
                let key = further::make(&self.layout, &self.to, log, algorithm, draw)?;
                self.keys.push((log, key));
            }
        }
        Ok(())
    }

    /// The ledger under the origin that ends, to be written as nobody else may.
    fn ledger(&mut self) -> Result<&Ledger, RestoreError> {
        if let Some(surroundings) = self.surroundings.take() {
            let (layout, config) = (self.layout.clone(), self.config.clone());
            self.ledger = Some(Ledger::start(layout, config, surroundings)?);
        }
        let closed = || RestoreError::Refused("the ledger is closed already".to_owned());
        self.ledger.as_ref().ok_or_else(closed)
    }

    /// Records the statement in a log, as its next entry.
    fn record(&mut self, log: LogName) -> Result<(), RestoreError> {
        let statement = self.ceremony.statement(log)?;
        let body = step(&self.ceremony, log)?.body();
        let ledger = self.ledger()?;
        let id = format!("restored-{}", blake3::hash(statement.text().as_bytes()).to_hex());
        let lookup = ledger.lookup(log);
        lookup.follow(u64::MAX)?;
        if lookup.find_id("plumbline", &id)?.is_some() {
            return Ok(());
        }
        let kind = match log {
            LogName::Open => RESTORED_OPEN,
            LogName::Sealed => RESTORED_SEALED,
        };
        let receipt = state(ledger, Statement { id, stream: STREAM, kind, body }, ledger.now())?;
        if receipt.position != statement.kept.size {
            let reason = format!("{log}: it was recorded at {}", receipt.position);
            return Err(RestoreError::Ceremony(reason));
        }
        Ok(())
    }

    fn tell_keys(&mut self, log: LogName) -> Result<(), RestoreError> {
        let keys: Vec<FurtherKey> =
            self.keys.iter().filter(|(of, _)| *of == log).map(|(_, key)| key.clone()).collect();
        let ledger = self.ledger()?;
        for key in &keys {
            further::announce(ledger, log, key)?;
        }
        Ok(())
    }

    fn change_origin(&mut self) -> Result<(), RestoreError> {
        if let Some(ledger) = self.ledger.take() {
            ledger.close();
        }
        let path = self.layout.config();
        let text = toml::to_string(&self.to).map_err(|error| OpenError::Config {
            place: path.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(replace(&path, &text).map_err(|error| io_error(&path, &error))?)
    }

    fn hand_over(&self, log: LogName) -> Result<(), RestoreError> {
        let keys = Keys::read(&self.layout, log)?;
        if keys.current.public_key() != self.ceremony.statement(log)?.new {
            keys.hand_over(&self.layout, log)?;
        }
        Ok(())
    }

    fn end(&self) -> Result<(), RestoreError> {
        let path = self.layout.restoration();
        let removed = std::fs::remove_file(&path).and_then(|()| sync_folder(&path));
        Ok(removed.map_err(|error| io_error(&path, &error))?)
    }
}
