//! `plumb extract`: all entries of one case, with what shows that they are all; and
//! the check of such a file, `plumb verify bundle`.

use super::closing::close_by;
use super::via::Via;
use super::{Dir, Exit, Failure, close, output, print, witnessing};
use crate::config::Layout;
use crate::extract::{Asked, ExtractError, of_stream};
use crate::ledger::checkpoints::signing_key;
use crate::ledger::{LogName, closing, read_config};
use crate::reader::Reader;
use crate::stream_index::IndexError;
use plumbline_replay::audit::read_key_changes;
use plumbline_replay::extract::{Judgement, parse};
use plumbline_replay::succession::{Later, Succession};
use plumbline_replay::walk::report::Report;
use std::path::{Path, PathBuf};

/// 完整摘录:一案的全部记录,附“再无其他”的证明 / all entries of a case, and the proof that they are all
#[derive(clap::Args)]
pub struct Extract {
    /// 案件或实体 / the stream
    stream: String,
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 输出文件,默认标准输出 / the file to write; standard output by default
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    /// 先作一次日结,使尾段最短(须能写账,或加 --via)/ close the log first, so that the rest is
    /// shortest; needs the ledger to be free, or --via
    #[arg(long)]
    close: bool,
    #[command(flatten)]
    via: Via,
    /// 账中没有此案时,给出“没有”的证明(列出左右邻案之名)/ if the log has no such stream, prove
    /// that; names the neighbouring streams
    #[arg(long)]
    absent: bool,
}

impl Extract {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let log = LogName::parse(&self.log).unwrap_or(LogName::Open);
        if let Some(server) = self.via.server(None)?.filter(|_| self.close) {
            server.is_of(&layout, &config)?;
            close_by(&server, log)?;
        } else if self.close {
            let ledger = witnessing::open(&self.dir.dir, "extract")?;
            let closed = closing::record(&ledger, log);
            close(ledger)?;
            closed?;
        }
        let asked = Asked { log, stream: &self.stream, absent: self.absent };
        let extract = of_stream(&layout, &config, asked)?;
        let document = extract.to_document();
        match &self.output {
            Some(path) => output::write(path, &document)?,
            None => print(document.trim_end_matches('\n'))?,
        }
        if extract.coverage.is_none() {
            eprintln!(
                "账中尚无日结,只能证明这些记录在账中,不能证明再无其他;运行 plumb closing run 或加 \
                 --close / the log has no closing yet: these entries are shown to be in it, not that \
                 there are no others; run `plumb closing run` or add --close"
            );
            return Ok(Exit::CannotTell);
        }
        eprintln!(
            "{} 条 / entries of {}; 核验 / verify: plumb verify bundle FILE --key VKEY",
            extract.entries.len(),
            extract.stream
        );
        Ok(Exit::Done)
    }
}

/// What is asked of an extract.
pub(super) struct Verify {
    pub file: PathBuf,
    /// From elsewhere; without one the ledger's own, where a folder is given.
    pub key: Option<String>,
    pub dir: Option<PathBuf>,
    /// Changes of the log's key since the extract was made.
    pub key_changes: Vec<PathBuf>,
}

impl Verify {
    pub(super) fn run(self, as_json: bool) -> Result<Exit, Failure> {
        match self.judge() {
            Ok(judged) => {
                print(&if as_json { judged.to_json().to_string() } else { judged.words() })?;
                Ok(match judged.outcome().exit_code() {
                    0 => Exit::Done,
                    3 => Exit::Broken,
                    _ => Exit::CannotTell,
                })
            }
            Err(failure) => {
                if as_json {
                    print(&Report::unverified(failure.exit as u8, &failure.message).to_string())?;
                }
                Err(failure)
            }
        }
    }

    fn judge(self) -> Result<Judgement, Failure> {
        let place = self.file.display();
        let bytes = std::fs::read(&self.file).map_err(|error| Failure {
            exit: Exit::CannotTell,
            message: format!("{place}: {error}"),
        })?;
        let extract = parse(&bytes).map_err(|reason| Failure {
            exit: Exit::Refused,
            message: format!("{place}: 不是完整摘录 / not an extract: {reason}"),
        })?;
        let mut later = read_key_changes(&self.key_changes)?;
        let key = match (self.key, &self.dir) {
            (None, Some(dir)) => own_key(dir, &extract.note, &mut later),
            (key, _) => key,
        };
        Judgement::with(&extract, key.as_deref(), &later)
            .map_err(|reason| Failure { exit: Exit::Usage, message: format!("--key: {reason}") })
    }
}

/// The key of the log in this folder that the checkpoint says it is of, by whatever
/// origin it has had; how the key changed is added to `later`.
fn own_key(dir: &Path, note: &str, later: &mut Later) -> Option<String> {
    let layout = Layout::new(dir);
    let config = read_config(&layout).ok()?;
    let origin = note.lines().next()?;
    LogName::ALL.into_iter().find_map(|log| {
        let key = signing_key(&layout, log).ok()?.public_key();
        let vkey = key.vkey();
        let changes = Reader::open(&layout, &config, log).ok()?.key_changes().ok()?;
        let lines = changes.iter().map(|(_, entry)| String::from_utf8_lossy(entry).into_owned());
        let changes = Later::read(&lines.collect::<Vec<String>>().join("\n")).ok()?;
        let keys = changes.continued(&Succession::of(key)).ok()?;
        keys.origins().any(|had| had == origin).then(|| {
            later.extend(changes);
            vkey
        })
    })
}

impl From<ExtractError> for Failure {
    fn from(error: ExtractError) -> Failure {
        let exit = match error {
            ExtractError::Open(error) => return error.into(),
            ExtractError::Sign(error) => return error.into(),
            ExtractError::Store(error) | ExtractError::Index(IndexError::Store(error)) => {
                return error.into();
            }
            ExtractError::NoStream(_) => Exit::NotFound,
            ExtractError::OthersInTail(_) | ExtractError::NamesNeighbours => Exit::NotAllowed,
            ExtractError::DoesNotVerify(_) | ExtractError::Index(_) => Exit::Broken,
        };
        Failure { exit, message: error.to_string() }
    }
}
