//! `plumb import`: historic data into the ledger, by a mapping.

use super::interrupt::Interrupt;
use super::{Dir, Exit, Failure, close, print, surroundings, witnessing};
use crate::clock::TimeText;
use crate::config::Layout;
use crate::import::mapping::SourceFormat;
use crate::import::profile::{self, PROFILES, Profile};
use crate::import::rejects::{CsvRejects, NdjsonRejects};
use crate::import::submissions::{self, ReadLine};
use crate::import::{
    Delivered, ImportError, Job, Mapping, Progress, Reject, Rejects, Sink, Summary, ndjson, run,
    shipped,
};
use crate::ledger::submission::Submission;
use crate::ledger::{AppendError, Ledger, Receipt, Rehearsal};
use crate::store::StoreError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plumbline_replay::integrity::chain::Digest;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Duration;

mod profiles;

/// Events handed on at a time: one commit frame.
const BATCH_EVENTS: usize = 2048;
/// How often a full queue is asked again before the import gives up.
const BUSY_TRIES: u32 = 600;

/// 导入历史数据 / import historic data by a mapping
#[derive(clap::Args)]
pub struct Import {
    #[command(subcommand)]
    format: Format,
}

#[derive(clap::Subcommand)]
enum Format {
    /// XES 过程日志(可为 gzip)/ a process log, plain or gzip
    Xes {
        /// 映射文件,或随附映射之名 / a mapping file, or the name of a shipped one
        #[arg(long, value_name = "MAP")]
        map: String,
        #[command(flatten)]
        source: Source,
    },
    /// CSV 表格(UTF-8、UTF-16 或 GB18030),按映射或标准表格;后者也可为 XLSX / a table, by a
    /// mapping or a profile
    Csv {
        /// 映射文件 / a mapping file
        #[arg(long, value_name = "MAP", required_unless_present = "profile")]
        map: Option<String>,
        /// 标准表格,也可为 XLSX;permits、penalties 按表头自认新旧(见 plumb import profiles)/ a
        /// standard table, XLSX too; `permits` and `penalties` go by the header which generation
        /// it is; `plumb import profiles` lists them
        #[arg(long, value_name = "NAME", conflicts_with = "map")]
        profile: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// 列出标准表格(--profile)及其列 / the standard tables and their columns
    Profiles {
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 每行一个 JSON 对象;没有映射时每行应为一个事件 / one JSON object a line; without a
    /// mapping each line is an event as `plumb append` takes it, or one that was exported
    Ndjson {
        /// 映射文件 / a mapping file
        #[arg(long, value_name = "MAP")]
        map: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// 每行一个 CloudEvents 1.0 事件 / one CloudEvent a line, in structured mode
    Cloudevents {
        #[command(flatten)]
        source: Source,
    },
}

#[derive(clap::Args)]
struct Source {
    /// 文件 / the file
    file: PathBuf,
    #[command(flatten)]
    dir: Dir,
    /// 错误清单(.csv 为表格,否则 NDJSON);默认 文件名.errors.ndjson / where refused records go
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// 只试不写:不入账、不写文件(除 --errors 指明的),结果同样报告 / write nothing into the ledger, and no
    /// file but one that --errors names; report as if it had been done
    #[arg(long)]
    dry_run: bool,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.format {
            Format::Xes { map, source } => source.run(mapped(&map, SourceFormat::Xes)?),
            Format::Csv { profile: Some(profile), source, .. } => {
                let profile = known_profile(&profile, &source.file)?;
                source.run(How::Profile(profile))
            }
            Format::Csv { map, source, .. } => {
                source.run(mapped(&map.unwrap_or_default(), SourceFormat::Csv)?)
            }
            Format::Profiles { json } => profiles::list(json),
            Format::Ndjson { map: Some(map), source } => {
                source.run(mapped(&map, SourceFormat::Ndjson)?)
            }
            Format::Ndjson { map: None, source } => source.run(How::Lines(ndjson::submission)),
            Format::Cloudevents { source } => source.run(How::Lines(ndjson::cloudevent_submission)),
        }
    }
}

/// How records become submissions.
enum How {
    Mapped(Box<Mapping>),
    Profile(&'static Profile),
    Lines(ReadLine),
}

fn known_profile(name: &str, file: &Path) -> Result<&'static Profile, Failure> {
    profile::run::choose(file, &profile::named(name)).ok_or_else(|| {
        let known: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        let message = format!(
            "{name}: 没有这种标准表格;有 / no such profile; there are {}",
            known.join(", ")
        );
        Failure { exit: Exit::NotFound, message }
    })
}

fn mapped(name: &str, format: SourceFormat) -> Result<How, Failure> {
    mapping(name, format).map(|mapping| How::Mapped(Box::new(mapping)))
}

impl Source {
    fn run(self, how: How) -> Result<Exit, Failure> {
        if !self.file.exists() {
            let message = format!("{}: 没有这个文件 / no such file", self.file.display());
            return Err(Failure { exit: Exit::NotFound, message });
        }
        let interrupt = Interrupt::watch()?;
        let given = surroundings("import");
        let now = TimeText::default().format(given.clock.now()).to_owned();
        let way = match self.dry_run {
            true => Way::Rehearsed(Rehearsal::open(&self.dir.dir, given)?),
            false => {
                witnessing::before_writing(&Layout::new(&self.dir.dir))?;
                Way::Recorded(
                    Ledger::open(&self.dir.dir, given)
                        .map_err(|error| witnessing::in_use(error.into(), "import"))?,
                )
            }
        };
        let mut sink = Counted { way, so_far: Delivered::default() };
        let mut rejects = ErrorFile::new(self.error_file(), self.dry_run && self.errors.is_none());
        let bar = progress_bar();
        let mut progress = |reached: Progress| {
            show(&bar, reached);
            interrupt.flow()
        };
        let job = Job { path: &self.file, now: &now, batch_events: BATCH_EVENTS };
        let result = match how {
            How::Mapped(mapping) => run(&job, *mapping, &mut sink, &mut rejects, &mut progress),
            How::Profile(profile) => {
                profile::run::run(&job, profile, &mut sink, &mut rejects, &mut progress)
            }
            How::Lines(read_line) => {
                submissions::run(&job, read_line, &mut sink, &mut rejects, &mut progress)
            }
        };
        bar.finish_and_clear();
        if let Way::Recorded(ledger) = sink.way {
            close(ledger)?;
        }
        match result {
            Ok(summary) => self.report(&summary, &rejects),
            Err(error) => {
                if self.json {
                    print(&String::from_utf8_lossy(&error.to_json(&sink.so_far).to_bytes()))?;
                }
                let failure = failure(&self.file, &error);
                Err(Failure { exit: interrupt.exit().unwrap_or(failure.exit), ..failure })
            }
        }
    }

    fn error_file(&self) -> PathBuf {
        self.errors.clone().unwrap_or_else(|| {
            let name = self.file.file_name().unwrap_or_default().to_string_lossy();
            PathBuf::from(format!("{name}.errors.ndjson"))
        })
    }

    fn report(&self, summary: &Summary, rejects: &ErrorFile) -> Result<Exit, Failure> {
        if self.json {
            print(&String::from_utf8_lossy(&summary.to_json().to_bytes()))?;
        } else {
            let (facts, delivered) = (&summary.facts, &summary.delivered);
            print(&format!(
                "案件 / cases {};来源事件 / source events {};新入账 / appended {};此前已入账 / \
                 duplicates {};未入账 / refused {}",
                facts.cases,
                facts.source_events,
                delivered.appended,
                delivered.duplicates,
                facts.refused
            ))?;
        }
        if summary.facts.encoding != "UTF-8" {
            let encoding = summary.facts.encoding;
            eprintln!("按 {encoding} 读取 / read as {encoding}");
        }
        if summary.facts.source_events == 0 {
            eprintln!(
                "文件里没有一个事件,请核对文件 / the file holds no event: is it the right one?"
            );
        }
        profiles::tell(summary);
        if self.dry_run {
            eprintln!("试运行,未写入任何内容 / a dry run: nothing was written");
        }
        if summary.is_complete() {
            return Ok(Exit::Done);
        }
        if rejects.told {
            return Ok(Exit::Refused);
        }
        let place = rejects.path.display();
        eprintln!(
            "未入账的记录、行号与原因见 {place},改正后可再次导入 / refused records with line and \
             reason are in {place}; mend them and import again"
        );
        Ok(Exit::Refused)
    }
}

fn mapping(name: &str, format: SourceFormat) -> Result<Mapping, Failure> {
    let wrong =
        |reason: String| Failure { exit: Exit::Refused, message: format!("{name}: {reason}") };
    let mapping = match std::fs::read(Path::new(name)) {
        Ok(bytes) => Mapping::read(&bytes).map_err(|error| wrong(error.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => match shipped::find(name) {
            Some(found) => found.map_err(|error| wrong(error.to_string()))?,
            None => {
                let known: Vec<&str> = shipped::names().collect();
                let message = format!(
                    "{name}: 没有这个映射文件;随附的有 / no such mapping; shipped are {}",
                    known.join(", ")
                );
                return Err(Failure { exit: Exit::NotFound, message });
            }
        },
        Err(error) => return Err(wrong(error.to_string())),
    };
    if mapping.format != format {
        return Err(wrong(format!(
            "此映射用于 {0} / this mapping is for {0}, not {1}",
            mapping.format.as_str(),
            format.as_str()
        )));
    }
    Ok(mapping)
}

fn failure(file: &Path, error: &ImportError) -> Failure {
    let exit = match error {
        ImportError::Mapping(_) => Exit::Refused,
        _ if error.is_refusal() => Exit::Refused,
        _ => Exit::Failed,
    };
    Failure { exit, message: format!("{}: {error}", file.display()) }
}

/// Where submissions go.
enum Way {
    /// Through the ordinary append path, waiting while it is busy.
    Recorded(Ledger),
    /// Admitted and compared, and not recorded.
    Rehearsed(Rehearsal),
}

/// Counts what is answered, for an import that does not come to its end.
struct Counted {
    way: Way,
    so_far: Delivered,
}

impl Sink for Counted {
    fn append(&mut self, batch: Vec<Submission>) -> Vec<Result<Receipt, AppendError>> {
        let answers = match &mut self.way {
            Way::Recorded(ledger) => record(ledger, batch),
            Way::Rehearsed(rehearsal) => {
                batch.into_iter().map(|submission| rehearse(rehearsal, submission)).collect()
            }
        };
        for receipt in answers.iter().flatten() {
            match receipt.duplicate {
                true => self.so_far.duplicates += 1,
                false => self.so_far.appended += 1,
            }
        }
        answers
    }
}

/// What would become of a submission; it has no place in the log.
fn rehearse(rehearsal: &mut Rehearsal, submission: Submission) -> Result<Receipt, AppendError> {
    let unreadable = |error: StoreError| AppendError::Unavailable { reason: error.to_string() };
    let outcome = rehearsal.ask(submission).map_err(unreadable)?.map_err(AppendError::Refused)?;
    Ok(Receipt {
        id: outcome.id,
        log: outcome.log,
        position: 0,
        hash: Digest::ZERO,
        log_size: 0,
        revision: 0,
        duplicate: outcome.duplicate,
    })
}

fn record(ledger: &mut Ledger, batch: Vec<Submission>) -> Vec<Result<Receipt, AppendError>> {
    let mut answers = ledger.append(batch.clone());
    for _ in 0..BUSY_TRIES {
        let busy = |answer: &Result<Receipt, AppendError>| match answer {
            Err(AppendError::Busy { retry_after_ms }) => Some(*retry_after_ms),
            _ => None,
        };
        let Some(wait_ms) = answers.iter().find_map(busy) else {
            break;
        };
        std::thread::sleep(Duration::from_millis(wait_ms));
        let places: Vec<usize> =
            (0..answers.len()).filter(|&at| busy(&answers[at]).is_some()).collect();
        let again = places.iter().map(|&at| batch[at].clone()).collect();
        for (at, answer) in places.iter().zip(ledger.append(again)) {
            answers[*at] = answer;
        }
    }
    answers
}

/// The error file, made when the first record is refused.
struct ErrorFile {
    path: PathBuf,
    /// Nothing is written: each is told on stderr, without its record.
    told: bool,
    open: Option<Box<dyn Rejects>>,
}

impl ErrorFile {
    fn new(path: PathBuf, told: bool) -> ErrorFile {
        ErrorFile { path, told, open: None }
    }
}

impl Rejects for ErrorFile {
    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        if self.told {
            let Reject { line, field, reason, .. } = reject;
            eprintln!("第 {line} 行 / line {line}, {field}: {reason}");
            return Ok(());
        }
        if self.open.is_none() {
            let file = BufWriter::new(File::create(&self.path)?);
            let table = self.path.extension().is_some_and(|name| name == "csv");
            self.open = Some(if table {
                Box::new(CsvRejects::new(file)?)
            } else {
                Box::new(NdjsonRejects(file))
            });
        }
        match &mut self.open {
            Some(rejects) => rejects.reject(reject),
            None => Ok(()),
        }
    }
}

/// On a terminal only: bytes of the file, rate, remaining time.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{prefix} {wide_bar} {bytes}/{total_bytes} {msg}";
    bar.set_style(ProgressStyle::with_template(template).expect("the template is ours"));
    bar
}

fn show(bar: &ProgressBar, reached: Progress) {
    if bar.is_hidden() {
        return;
    }
    bar.set_length(reached.file_bytes);
    bar.set_position(reached.bytes);
    bar.set_prefix(if reached.checking { "检查 / checking" } else { "导入 / importing" });
    let seconds = bar.elapsed().as_secs_f64().max(0.001);
    let rate = format!("{} 件 / events {:.0}/s", reached.events, reached.events as f64 / seconds);
    // In its first second the rate is chance, and the time left with it.
    bar.set_message(if seconds < 1.0 {
        rate
    } else {
        format!("{rate} 剩余 / left {}s", bar.eta().as_secs())
    });
}
