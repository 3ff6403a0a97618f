//! Read models as commands use them: those on disk, brought up to the log's end;
//! or, while another process has them open, the same folded in memory.

use super::{Exit, Failure, damage};
use crate::case::{CaseError, ListError};
use crate::config::{Config, Layout};
use crate::following::{place, sources};
use crate::ledger::LogName;
use crate::log::SegmentLog;
use crate::projection::{ModelError, Models, RowsError, Sources};
use crate::store::Store;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;

/// Models of one log at its end.
pub struct Opened {
    pub store: Arc<SegmentLog>,
    /// Entries that the models hold.
    pub size: u64,
    pub models: Models,
    /// Another process has those on disk.
    pub in_memory: bool,
}

/// Opens models of one log and folds in what they lack.
pub fn open(
    layout: &Layout,
    config: &Config,
    log: LogName,
    names: &[&str],
) -> Result<Opened, Failure> {
    let (store, sources) = sources(layout, config, log)?;
    damage::looked_at(log, &store)?;
    let size = store.size()?;
    let on_disk = Models::open(&place(layout, log), sources.clone(), names)
        .and_then(|models| brought_up(models, log, size));
    let (models, in_memory) = match on_disk {
        Ok(models) => (models, false),
        Err(ModelError::Rows(error)) => {
            eprintln!("{}", why_in_memory(log, &error));
            (in_memory(sources, names, log, size)?, true)
        }
        Err(error) => return Err(error.into()),
    };
    for one in models.set_aside() {
        eprintln!(
            "日志 {log} 的读模型 {0} 不可用,已由日志重新生成:{1} / log {log}: the read model {0} \
             was set aside and grown again from the log: {1}",
            one.name, one.reason
        );
    }
    Ok(Opened { store, size, models, in_memory })
}

fn in_memory(sources: Sources, names: &[&str], log: LogName, size: u64) -> Result<Models, Failure> {
    let models = Models::in_memory(sources, names)?;
    Ok(brought_up(models, log, size)?)
}

fn brought_up(mut models: Models, log: LogName, size: u64) -> Result<Models, ModelError> {
    let bar = progress(log, models.position(), size);
    models.follow(size, &mut |position| {
        bar.set_position(position);
        true
    })?;
    bar.finish_and_clear();
    Ok(models)
}

/// Drawn only on a terminal, and only where there is something to wait for.
pub fn progress(log: LogName, from: u64, size: u64) -> ProgressBar {
    const WORTH_SHOWING: u64 = 50_000;
    if size.saturating_sub(from) < WORTH_SHOWING {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size).with_position(from).with_message(format!("日志 {log} / log"));
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn why_in_memory(log: LogName, error: &RowsError) -> String {
    match error {
        RowsError::Locked(_) => format!(
            "日志 {log} 的读模型正由另一进程使用,本命令改在内存中由日志算出 / another process has the \
             read models of log {log} open; folding the log in memory instead"
        ),
        RowsError::Io(reason) | RowsError::Damaged(reason) => format!(
            "日志 {log} 的读模型无法使用,本命令改在内存中由日志算出:{reason} / the read models of \
             log {log} cannot be used; folding the log in memory instead: {reason}"
        ),
    }
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Failure {
        let exit = match error {
            ModelError::Log(error) => return error.into(),
            ModelError::Rows(RowsError::Locked(place)) => {
                let message = format!(
                    "读模型正由另一进程使用,请先停下它 / another process has the read models open, \
                     stop it first: {place}"
                );
                return Failure { exit: Exit::Locked, message };
            }
            ModelError::Rows(_) => Exit::Failed,
            ModelError::Entry { .. } | ModelError::Gap { .. } => Exit::Broken,
            ModelError::NoSuchModel(_) => Exit::Usage,
        };
        Failure { exit, message: error.to_string() }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Failure {
        match error {
            CaseError::Log(error) => error.into(),
            CaseError::Entry { .. } => Failure { exit: Exit::Broken, message: error.to_string() },
        }
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Failure {
        match error {
            ListError::Case(error) => error.into(),
            ListError::Model(error) => error.into(),
        }
    }
}
