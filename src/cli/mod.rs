//! The command line: one file per command, one line in the register below.
//!
//! Data on stdout, words on stderr. The only place that names clap.

mod api_keys;
mod append;
mod archive;
mod ask;
mod bench;
mod bundle;
mod case;
mod checkpoint;
mod clock;
mod closing;
mod damage;
mod demo;
mod doctor;
mod export;
mod extract;
mod find;
mod import;
mod inclusion;
mod init;
mod interrupt;
mod keys;
mod log;
mod manual;
mod master;
mod models;
mod openapi;
mod output;
mod policy;
mod prove;
mod rebuild;
mod receipt;
mod report;
mod restore;
mod rules;
mod schema;
mod second;
mod serve;
mod show;
mod stats;
mod stranger;
mod tiles;
mod timers;
mod types;
mod usage;
mod vault;
mod verify;
mod via;
mod witness;
mod witnessing;

use crate::http::KeyError;
use crate::ledger::checkpoints::latest;
use crate::ledger::{Ledger, LogName, OpenError, Surroundings};
use crate::store::StoreError;
use clap::{Parser, Subcommand};
use plumbline_replay::visible::visible;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// 准绳 Plumbline:行政行为审计账本 / the audit ledger of administrative acts
#[derive(Parser)]
#[command(name = "plumb", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Every command.
#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Demo(demo::Demo),
    Append(append::Append),
    Import(import::Import),
    Export(export::Export),
    Log(log::Log),
    Show(show::Show),
    Verify(verify::Verify),
    Checkpoint(checkpoint::Checkpoint),
    Prove(prove::Prove),
    Receipt(receipt::Receipt),
    Extract(extract::Extract),
    Closing(closing::Closings),
    Bundle(bundle::Bundle),
    Stats(stats::Stats),
    Case(case::Case),
    Find(find::Find),
    Report(report::Report),
    Ask(ask::Ask),
    Rebuild(rebuild::Rebuild),
    Clock(clock::Clock),
    Master(master::MasterData),
    Serve(serve::Serve),
    Witness(witness::Witness),
    Keys(keys::Keys),
    Types(types::Types),
    Rules(rules::Rules),
    Timers(timers::Timers),
    Vault(vault::Vault),
    Restore(restore::Restore),
    Schema(schema::Schema),
    Doctor(doctor::Doctor),
    Bench(bench::Bench),
    Openapi(openapi::OpenApi),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// The ledger's folder, for every command that reads or writes one.
#[derive(clap::Args)]
struct Dir {
    /// 账本文件夹 / the ledger's folder
    #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
    dir: PathBuf,
}

/// How a command ended (design §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Broken = 3,
    CannotTell = 4,
    /// Findings at or above `--fail-on`.
    Findings = 5,
    Refused = 6,
    NoLedger = 10,
    Locked = 11,
    NotAllowed = 12,
    NotFound = 13,
    NewerFormat = 15,
    Interrupted = 130,
    Terminated = 143,
}

impl Exit {
    /// How a command ends on a file that it cannot read or write: for lack of permission,
    /// or `otherwise`.
    fn of(error: &std::io::Error, otherwise: Exit) -> Exit {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Exit::NotAllowed,
            _ => otherwise,
        }
    }
}

/// Why a command could not go on: what to tell, and how to end.
struct Failure {
    exit: Exit,
    message: String,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure { exit: Exit::of(&error, Exit::Failed), message: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::Locked(_) => Exit::Locked,
            StoreError::Damaged { .. } => Exit::Broken,
            StoreError::Missing(_) => Exit::NoLedger,
            StoreError::NewerFormat(_) => Exit::NewerFormat,
            StoreError::NotPermitted(_) => Exit::NotAllowed,
            StoreError::Fenced
            | StoreError::Conflict(_)
            | StoreError::InDoubt(_)
            | StoreError::Unavailable(_)
            | StoreError::TooLarge(_) => Exit::Failed,
        };
        let message = match &error {
            StoreError::Locked(holder) => {
                format!("账本正被占用 / the ledger is in use: {holder}")
            }
            _ => error.to_string(),
        };
        Failure { exit, message }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Failure {
        Failure { exit: Exit::Failed, message: error.to_string() }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::Store { log, error } => {
                let failure = Failure::from(error);
                Failure { message: format!("{log}: {}", failure.message), ..failure }
            }
            OpenError::Missing(_) => Failure { exit: Exit::NoLedger, message: error.to_string() },
            _ => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}

/// Runs the program; the number is the process's exit code.
pub fn run() -> u8 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::tell(&error),
    };
    interrupt::outlive_file_limits();
    let result = match arguments.command {
        Command::Init(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Append(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Log(command) => command.run(),
        Command::Show(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Checkpoint(command) => command.run(),
        Command::Prove(command) => command.run(),
        Command::Receipt(command) => command.run(),
        Command::Extract(command) => command.run(),
        Command::Closing(command) => command.run(),
        Command::Bundle(command) => command.run(),
        Command::Stats(command) => command.run(),
        Command::Case(command) => command.run(),
        Command::Find(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Ask(command) => command.run(),
        Command::Rebuild(command) => command.run(),
        Command::Clock(command) => command.run(),
        Command::Master(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Witness(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Types(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Timers(command) => command.run(),
        Command::Vault(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Openapi(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    };
    let exit = result.unwrap_or_else(|failure| {
        eprintln!("plumb: {}", visible(&failure.message));
        failure.exit
    });
    damage::verdict(exit) as u8
}

/// Writes one line to stdout. `Ok(false)` means that nobody reads any more,
/// which is no error: `plumb log | head` has what it wanted.
fn line(out: &mut impl Write, bytes: &[u8]) -> Result<bool, Failure> {
    match out.write_all(bytes).and_then(|()| out.write_all(b"\n")) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Writes one text to stdout and flushes it.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    if line(&mut out, visible(text).as_bytes())? {
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Ends the sequencers and signs both logs' heads, so that whatever a command
/// recorded is covered by a checkpoint when it returns; then asks the witnesses, where
/// there are any.
fn close(ledger: Ledger) -> Result<(), Failure> {
    let (layout, config) = (ledger.layout().clone(), ledger.config().clone());
    ledger.close();
    for log in LogName::ALL {
        latest(&layout, &config, log)?;
    }
    witnessing::after_writing(&layout, &config)
}

/// The machine's randomness, for an anchor.
fn salt() -> Result<[u8; 32], Failure> {
    let mut salt = [0; 32];
    match getrandom::fill(&mut salt) {
        Ok(()) => Ok(salt),
        Err(error) => Err(Failure { exit: Exit::Failed, message: error.to_string() }),
    }
}

/// The machine's clock and randomness.
fn surroundings(who: &str) -> Surroundings {
    Surroundings {
        clock: Arc::new(crate::clock::SystemClock),
        randomness: Box::new(|out| getrandom::fill(out).map_err(|error| error.to_string())),
        who: format!("plumb {who}"),
    }
}
