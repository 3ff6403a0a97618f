//! `plumb checkpoint`: signed heads, and the anchors of the sealed log in the
//! open one.

use super::second::sm3_note;
use super::witnessing::{self, Asked};
use super::{Dir, Exit, Failure, close, damage, print};
use crate::config::{Config, Layout};
use crate::ledger::anchor::{self, AnchorError, Anchors};
use crate::ledger::checkpoints::{SignError, latest_or_standing, signing_key};
use crate::ledger::{LogName, read_config};
use crate::publication;
use serde_json::json;

/// 检查点 / checkpoints
#[derive(clap::Args)]
pub struct Checkpoint {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 显示最新检查点,必要时先签发 / show the latest, signing one first if needed
    Show {
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
        /// 国密检查点:SM3 树之根,以 SM2 签名 / the root of the SM3 tree, signed with SM2
        #[arg(long)]
        sm: bool,
    },
    /// 显示已发布的检查点,附见证者签名 / show the published one, with its witnesses' lines
    Published {
        #[command(flatten)]
        dir: Dir,
    },
    /// 请见证者为最新检查点签名(各写入命令结束时也会请)/ ask the witnesses to cosign the latest
    /// checkpoint, as every command that writes does at its end
    Witness {
        #[command(flatten)]
        dir: Dir,
        /// 最多等多少秒 / how many seconds to wait for each witness
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        wait: u64,
    },
    /// 本账的信任策略(C2SP tlog-policy),供他人核验 / whom to believe, as a file for others
    /// (c2sp.org/tlog-policy)
    Policy {
        #[command(flatten)]
        dir: Dir,
    },
    /// 把密封日志的加盐摘要锚定到公开日志 / bind the sealed log's history in the open
    /// one by a salted digest, which tells nothing of it
    Anchor {
        #[command(flatten)]
        dir: Dir,
    },
    /// 用密封日志核对公开日志里的全部锚 / open every anchor with the sealed log
    Anchors {
        #[command(flatten)]
        dir: Dir,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Checkpoint {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::Show { dir, log, sm } => show(&dir, &log, sm),
            Action::Published { dir } => published(&Layout::new(&dir.dir)),
            Action::Witness { dir, wait } => witness(&Layout::new(&dir.dir), wait),
            Action::Policy { dir } => policy(&Layout::new(&dir.dir)),
            Action::Anchor { dir } => record(&dir),
            Action::Anchors { dir, json } => check(&dir, json),
        }
    }
}

fn show(dir: &Dir, log: &str, sm: bool) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    let config = read_config(&layout)?;
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    let mut note = latest_or_standing(&layout, &config, log)?;
    if sm {
        note = sm3_note(&layout, log)?;
    }
    print(note.trim_end_matches('\n'))?;
    tell_restorations(&layout, &config, log)?;
    Ok(Exit::Done)
}

/// A log that was restored says so wherever it is asked for its head.
fn tell_restorations(layout: &Layout, config: &Config, log: LogName) -> Result<(), Failure> {
    for (position, words) in super::restore::told(layout, config, log)? {
        eprintln!("{log} 第 {position} 号 / at {position}: {words}");
    }
    Ok(())
}

fn witness(layout: &Layout, wait: u64) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let wait = std::time::Duration::from_secs(wait.max(1));
    match witnessing::ask(layout, &config, Some(wait))? {
        Asked::Witnessed => published(layout),
        Asked::Missing(words) => {
            eprintln!("{words}");
            Ok(Exit::CannotTell)
        }
        Asked::Nobody => {
            let message = "plumbline.toml 中没有 [[witness]] / no [[witness]] in plumbline.toml";
            Err(Failure { exit: Exit::Usage, message: message.to_owned() })
        }
    }
}

fn published(layout: &Layout) -> Result<Exit, Failure> {
    read_config(layout)?;
    let path = layout.cosigned(LogName::Open);
    let note = std::fs::read_to_string(&path).map_err(|error| Failure {
        exit: Exit::NotFound,
        message: format!(
            "{}: 尚无经见证的检查点;plumbline.toml 中有 [[witness]] 时由 plumb serve 取得 / no \
             witnessed checkpoint yet; `plumb serve` asks for one where plumbline.toml has \
             [[witness]]: {error}",
            path.display()
        ),
    })?;
    print(note.trim_end_matches('\n'))?;
    Ok(Exit::Done)
}

fn policy(layout: &Layout) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let current = signing_key(layout, LogName::Open)?.public_key();
    let keys = damage::reader(layout, &config, LogName::Open)?.succession(current)?;
    let vkeys: Vec<String> = keys.terms().iter().map(|term| term.key.vkey()).collect();
    let wrong = |message| Failure { exit: Exit::Usage, message };
    let policy = publication::policy(&config, &vkeys).map_err(wrong)?;
    print(policy.text().trim_end_matches('\n'))?;
    Ok(Exit::Done)
}

fn record(dir: &Dir) -> Result<Exit, Failure> {
    let ledger = witnessing::open(&dir.dir, "checkpoint anchor")?;
    let receipt = anchor::record(&ledger, super::salt()?)?;
    print(&receipt.to_line())?;
    close(ledger)?;
    Ok(Exit::Done)
}

fn check(dir: &Dir, json: bool) -> Result<Exit, Failure> {
    let layout = Layout::new(&dir.dir);
    let config = read_config(&layout)?;
    let open = damage::store(&layout, &config, LogName::Open)?;
    let sealed = damage::store(&layout, &config, LogName::Sealed)?;
    let anchors = anchor::check(&open, &sealed, &config.founding_origin_of(LogName::Sealed))?;
    let exit = if anchors.unopened.is_empty() { Exit::Done } else { Exit::Broken };
    if json {
        print(&report(&anchors).to_string())?;
        return Ok(exit);
    }
    print(&format!(
        "{0} / {1} 个锚打得开 / {0} of {1} anchors open with the sealed log",
        anchors.opened, anchors.recorded
    ))?;
    for (position, reason) in &anchors.unopened {
        eprintln!(
            "公开日志第 {position} 号锚打不开 / the anchor at position {position} of the open log \
             does not open: {reason}"
        );
    }
    if exit == Exit::Broken {
        eprintln!(
            "密封日志曾被截断或重写 / the sealed log was cut or written anew after it was anchored"
        );
    }
    Ok(exit)
}

fn report(anchors: &Anchors) -> serde_json::Value {
    let unopened: Vec<_> = anchors
        .unopened
        .iter()
        .map(|(position, reason)| json!({ "position": position, "reason": reason }))
        .collect();
    json!({
        "schema": "plumbline.anchors/1",
        "verdict": if unopened.is_empty() { "pass" } else { "fail" },
        "recorded": anchors.recorded,
        "opened": anchors.opened,
        "unopened": unopened,
    })
}

impl From<AnchorError> for Failure {
    fn from(error: AnchorError) -> Failure {
        match error {
            AnchorError::Store(error) => error.into(),
            AnchorError::Append(_) | AnchorError::Unread(_) => {
                Failure { exit: Exit::Failed, message: error.to_string() }
            }
        }
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Failure {
        match error {
            SignError::Open(error) => error.into(),
            SignError::Store(error) => error.into(),
            SignError::Contradiction(_) => {
                Failure { exit: Exit::Broken, message: error.to_string() }
            }
            SignError::Key { .. } => Failure { exit: Exit::CannotTell, message: error.to_string() },
            SignError::Io { .. } => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}
