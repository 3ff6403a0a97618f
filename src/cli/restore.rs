//! `plumb restore`: going on from a backup below what was signed, as a ceremony that two
//! persons sign and that stays in the log.

use super::{Dir, Exit, Failure, damage, output, print, salt, surroundings};
use crate::config::{Config, Layout};
use crate::ledger::LogName;
use crate::ledger::restoration::{Ceremony, Plan, RestoreError, plan};
use crate::ledger::restoring::restore;
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::succession::Step;
use std::path::{Path, PathBuf};

/// 由备份恢复:缺失已签记录时,须两人签署,改以新来源续记,永久可见 / go on from a backup that lacks
/// entries which were signed: two persons sign, and the log goes on under a new origin
#[derive(clap::Args)]
pub struct Restore {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 写出待签的说明:现存多少,已知签过多少,为何 / write what is to be signed
    Plan {
        #[command(flatten)]
        dir: Dir,
        /// 新的日志来源前缀,从未用过 / the base of the logs' origins from now on, never used before
        #[arg(long, value_name = "HOST/PATH")]
        origin: String,
        /// 事由,一行 / the reason, one line
        #[arg(long)]
        reason: String,
        /// 签署人的公钥(plumb keys person),须两人 / public key of a person who signs; two persons
        #[arg(long = "person", value_name = "VKEY", required = true)]
        persons: Vec<String>,
        /// 外部保存的检查点(已发布的、见证者的),可多次给出 / a checkpoint kept elsewhere, published
        /// or a witness's; may be repeated
        #[arg(long = "lost", value_name = "FILE")]
        lost: Vec<PathBuf>,
        /// 备份之后轮换过的公钥 / a key that was rotated in since the backup
        #[arg(long = "key", value_name = "VKEY")]
        keys: Vec<String>,
        /// 写到 / where to write it
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// 以个人密钥签署 / sign with a person's key
    Approve {
        /// plan 写出的文件 / the file that plan wrote
        file: PathBuf,
        /// 个人密钥文件 / file of the person's key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// 执行;中断后不带文件再运行即可完成 / carry it out; once begun, again without the file ends it
    Run {
        /// 两人签署过的文件 / the file that two persons signed
        file: Option<PathBuf>,
        #[command(flatten)]
        dir: Dir,
    },
}

impl Restore {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::Plan { dir, origin, reason, persons, lost, keys, output } => {
                let [first, second] = persons.as_slice() else {
                    let message = "--person 须给出两次 / give --person twice".to_owned();
                    return Err(Failure { exit: Exit::Usage, message });
                };
                let lost: Result<Vec<_>, Failure> = lost.iter().map(|path| note(path)).collect();
                let asked = Plan {
                    origin: &origin,
                    reason: &reason,
                    persons: [first, second],
                    lost: &lost?,
                    keys: &keys,
                };
                write(&Layout::new(&dir.dir), &asked, &output)
            }
            Action::Approve { file, key } => approve(&file, &key),
            Action::Run { file, dir } => {
                let ceremony = file.map(|file| read(&file)).transpose()?;
                let config = restore(&dir.dir, ceremony, surroundings("restore"))?;
                print(&format!(
                    "已恢复,现以 {0} 续记;各见证者须加受新公钥,公开处须告知 / restored; the logs go on as \
                     {0}. Let witnesses watch the new keys (plumb keys show), and tell the public",
                    config.origin
                ))?;
                if !config.signatures.is_empty() {
                    print(&format!(
                        "{0} 的新公钥已在新来源下宣告 / new keys of {0} are announced under the new \
                         origin: plumb keys show",
                        config.signatures.join(", ")
                    ))?;
                }
                Ok(Exit::Done)
            }
        }
    }
}

fn note(path: &Path) -> Result<(String, String), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure {
        exit: Exit::CannotTell,
        message: format!("{}: {error}", path.display()),
    })?;
    Ok((path.display().to_string(), text))
}

fn read(path: &Path) -> Result<Ceremony, Failure> {
    Ok(Ceremony::parse(&note(path)?.1)?)
}

fn write(layout: &Layout, asked: &Plan<'_>, to: &Path) -> Result<Exit, Failure> {
    let seeds = [salt()?, salt()?];
    let mut seeds = seeds.into_iter();
    let ceremony = plan(layout, asked, || seeds.next().unwrap_or_default())?;
    output::write(to, ceremony.to_text())?;
    tell(&ceremony)?;
    eprintln!(
        "下一步:两人各自 plumb restore approve {0} --key …,然后 plumb restore run {0} / next: both persons \
         approve it, then run it",
        to.display()
    );
    Ok(Exit::Done)
}

fn approve(file: &Path, key: &Path) -> Result<Exit, Failure> {
    let mut ceremony = read(file)?;
    let wrong = |message: String| Failure { exit: Exit::Usage, message };
    let person = SigningKey::parse(&note(key)?.1)
        .map_err(|error| wrong(format!("{}: {error}", key.display())))?;
    ceremony.approve(&person)?;
    output::write(file, ceremony.to_text())?;
    tell(&ceremony)?;
    eprintln!("{} 已签署 / has signed", person.name());
    Ok(Exit::Done)
}

/// What is signed, in words: nobody signs what he has not read.
fn tell(ceremony: &Ceremony) -> Result<(), Failure> {
    for log in LogName::ALL {
        let statement = ceremony.statement(log)?;
        print(&format!("{log}: {}", statement.proposal()))?;
    }
    Ok(())
}

/// The restorations that a log tells of, each with its position and in words.
pub(super) fn told(
    layout: &Layout,
    config: &Config,
    log: LogName,
) -> Result<Vec<(u64, String)>, Failure> {
    let reader = damage::reader(layout, config, log)?;
    let steps = reader.key_changes()?.into_iter().filter_map(|(position, entry)| {
        let step = Step::of(&scan(&entry).ok()?)?.ok()?;
        step.change.restoration()?;
        Some((position, step.change.words()))
    });
    Ok(steps.collect())
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Failure {
        let exit = match error {
            RestoreError::Sign(error) => return error.into(),
            RestoreError::Open(error) => return error.into(),
            RestoreError::Store(error) => return error.into(),
            RestoreError::Further(error) => return error.into(),
            RestoreError::Append(_) => Exit::Failed,
            RestoreError::NothingLost | RestoreError::Refused(_) => Exit::Usage,
            RestoreError::Ceremony(_) => Exit::NotAllowed,
        };
        Failure { exit, message: error.to_string() }
    }
}
