//! `plumb verify`: reads and hashes every byte of both logs again.

use super::second::{Also, Outside, Second};
use super::{Exit, Failure, archive, bundle, extract, inclusion, policy, print, stranger};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use plumbline_replay::audit::{Audit, AuditError, read_key_changes};
use plumbline_replay::walk::report::Report;
use plumbline_replay::walk::{Outcome, SECOND_LINES, SM3_HEAD};
use serde_json::{Value, json};
use std::path::PathBuf;

/// 核验:重读并重算每一个字节 / verify every byte
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Verify {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    all: All,
}

#[derive(clap::Subcommand)]
enum What {
    /// 整个账本 / the whole ledger
    All(All),
    /// 账本与外部保存的检查点相符 / the ledger fits checkpoints kept elsewhere
    Checkpoint {
        /// 检查点文件 / files with a checkpoint each
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// 信任哪些日志与见证者(C2SP tlog-policy 文件)/ whom to believe: a file of
        /// c2sp.org/tlog-policy; without --dir the checkpoints alone are judged
        #[arg(long, value_name = "POLICY")]
        policy: Option<PathBuf>,
        #[command(flatten)]
        all: All,
    },
    /// 证据包,或完整摘录(这些就是此案截至检查点的全部记录)/ an evidence bundle, or an extract: these
    /// are all entries of the case up to the checkpoint
    Bundle {
        /// plumb bundle create 或 plumb extract 给出的文件,或证据包解开的文件夹 / a file as either command
        /// writes it, or the folder a bundle was unpacked into
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// 见证策略(C2SP tlog-policy)/ whose cosignatures a bundle's checkpoint needs
        #[arg(long, value_name = "POLICY")]
        policy: Option<PathBuf>,
        #[command(flatten)]
        all: All,
    },
    /// 归档包,不需要账本 / an archive, without its ledger
    Archive {
        /// 归档包文件夹或 .zip 文件 / the archive's folder, or its zip file
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
        /// 外部保存的检查点,可多次给出 / a checkpoint kept elsewhere; may be given more than once
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// 外部得到的公钥,可多次给出 / a log's public key (vkey), obtained elsewhere
        #[arg(long, alias = "vkey", value_name = "VKEY")]
        key: Vec<String>,
        /// 此后更换密钥的记录(plumb keys history) / entries that changed the log's key since
        #[arg(long, value_name = "FILE")]
        key_changes: Vec<PathBuf>,
    },
    /// 存在证明(plumb prove inclusion):某条记录在账中;SM3 树的证明也可 / a proof that an entry is in
    /// the log, in the tree of SM3 too
    Inclusion {
        /// plumb prove inclusion [--sm] 给出的文件 / the proof
        #[arg(value_name = "FILE")]
        proof: PathBuf,
        /// 记录的原文(plumb log --ndjson 的一行);缺省取自 --dir 的账 / the entry as stored, one line;
        /// by default the ledger's own
        #[arg(long, value_name = "FILE")]
        entry: Option<PathBuf>,
        /// 账本文件夹 / the ledger's folder
        #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
        dir: Option<PathBuf>,
        /// 外部得到的公钥(SM3 树为 SM2 公钥)/ the log's key, obtained elsewhere; for a proof by SM3
        /// its SM2 key
        #[arg(long, alias = "vkey", value_name = "VKEY")]
        key: Vec<String>,
        /// 更换密钥的记录 / entries that changed the log's key since
        #[arg(long, value_name = "FILE")]
        key_changes: Vec<PathBuf>,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 回执所记的事件确在账中 / what receipts were given for is in the ledger
    Receipt {
        /// plumb append 给出的回执,一行一张 / receipts as `plumb append` prints them, one a line
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// 对照公开发布的日志(网址或文件夹)而非账本文件夹,须给 --key / against the published log
        /// at a URL or in a folder of tiles, instead of a ledger's folder; needs --key
        #[arg(long, value_name = "URL", requires = "key", conflicts_with = "dir")]
        url: Option<String>,
        #[command(flatten)]
        all: All,
    },
}

#[derive(clap::Args)]
struct All {
    // Not the usual `Dir`: where a subcommand follows, the folder is the subcommand's.
    /// 账本文件夹 / the ledger's folder
    #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
    dir: Option<PathBuf>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
    /// 只核验一个日志 / one log only
    #[arg(long = "log", value_parser = ["open", "sealed"])]
    log: Option<String>,
    /// 外部保存的检查点,可多次给出 / a checkpoint kept elsewhere; may be given more than once
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// 外部得到的公钥,可多次给出 / a log's public key (vkey), obtained elsewhere; may be given more than once
    #[arg(long, alias = "vkey", value_name = "VKEY")]
    key: Vec<String>,
    /// 更换密钥的记录(plumb keys history,或公开的 key-changes),以便用现用公钥核验从前所签 / entries that
    /// changed a log's key since (plumb keys history, or the published key-changes), to verify an
    /// older piece with today's key; may be given more than once
    #[arg(long, value_name = "FILE")]
    key_changes: Vec<PathBuf>,
    /// 计算线程数,缺省为全部核 / threads that compute; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    #[command(flatten)]
    also: Also,
}

impl Verify {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (all, receipts) = match self.what {
            None => (self.all, Vec::new()),
            Some(What::All(all)) => (all, Vec::new()),
            Some(What::Checkpoint { files, policy: given, mut all }) => {
                let later = read_key_changes(&all.key_changes)?;
                let judge = |given: PathBuf| policy::judge(&files, &given, &later);
                let judged = given.map(judge).transpose()?;
                all.checkpoint.extend(files);
                return with_policy(all, judged);
            }
            Some(What::Bundle { file, policy, all }) if bundle::is_bundle(&file) => {
                all.also.none()?;
                let All { key, key_changes, checkpoint, json, .. } = all;
                return bundle::Verify { file, key, checkpoint, policy, key_changes, json }.run();
            }
            Some(What::Bundle { file, all, .. }) => {
                all.also.none()?;
                let All { dir, key, key_changes, json, .. } = all;
                let asked = extract::Verify { file, key: key.into_iter().next(), dir, key_changes };
                return asked.run(json);
            }
            Some(What::Archive { folder, json, checkpoint, key, key_changes }) => {
                let checkpoints: Result<Vec<_>, AuditError> =
                    checkpoint.iter().map(|file| Audit::checkpoint(file)).collect();
                let threads = std::thread::available_parallelism().map_or(1, usize::from);
                let checkpoints = checkpoints?;
                let audit = Audit {
                    path: folder,
                    checkpoints,
                    keys: key,
                    key_changes,
                    threads,
                    ..Audit::default()
                };
                return archive::verify(audit, json);
            }
            Some(What::Inclusion { proof, entry, dir, key: keys, key_changes, json }) => {
                return inclusion::Verify { proof, entry, dir, keys, key_changes, json }.run();
            }
            Some(What::Receipt { files, url: Some(url), all }) => {
                all.also.none()?;
                let key = all.key.first().map(String::as_str).unwrap_or_default();
                return stranger::receipts(&files, &url, key, &all.key_changes, all.json);
            }
            Some(What::Receipt { files, url: None, all }) => (all, files),
        };
        let json = all.json;
        let failure = match all.audit(receipts) {
            Ok(found) => {
                print(&if json { found.to_json().to_string() } else { found.words() })?;
                return exit(found.exit_code());
            }
            Err(failure) => failure,
        };
        if json {
            print(&Report::unverified(failure.exit as u8, &failure.message).to_string())?;
        }
        Err(failure)
    }
}

/// Checkpoints judged by a policy, against a ledger, or both.
fn with_policy(all: All, judged: Option<policy::Judged>) -> Result<Exit, Failure> {
    let json = all.json;
    let found = match (&judged, &all.dir) {
        (Some(_), None) => {
            all.also.none()?;
            None
        }
        _ => Some(all.audit(Vec::new())?),
    };
    let mut value = found.as_ref().map_or_else(|| json!({}), Found::to_json);
    let mut words: Vec<String> = found.iter().map(Found::words).collect();
    let mut codes: Vec<u8> = found.iter().map(Found::exit_code).collect();
    if let Some(judged) = judged {
        codes.push(judged.exit as u8);
        words.insert(0, judged.words());
        value = judged.into_json(value);
    }
    // 3 wins over 4 (design §8).
    let code = if codes.contains(&3) { 3 } else { codes.into_iter().max().unwrap_or(0) };
    value["exit_code"] = json!(code);
    print(&if json { value.to_string() } else { words.join("\n") })?;
    exit(code)
}

/// What was found, by the first hashes and signatures and by the second ones.
struct Found {
    report: Report,
    second: Option<Second>,
}

impl Found {
    fn exit_code(&self) -> u8 {
        let second = self.second.as_ref().map_or(Outcome::Pass, Second::outcome);
        self.report.outcome().and(second).exit_code()
    }

    fn to_json(&self) -> Value {
        match &self.second {
            Some(second) => second.report(&self.report),
            None => self.report.to_json(),
        }
    }

    fn words(&self) -> String {
        match &self.second {
            Some(second) => second.words(&self.report),
            None => self.report.words(),
        }
    }
}

impl All {
    fn audit(self, receipts: Vec<PathBuf>) -> Result<Found, Failure> {
        let Some(path) = self.dir else {
            let message = "缺少 --dir(或 PLUMB_DIR)/ --dir (or PLUMB_DIR) is missing".to_owned();
            return Err(Failure { exit: Exit::Usage, message });
        };
        let layout = Layout::new(&path);
        let config = read_config(&layout)?;
        let checkpoints: Result<Vec<_>, AuditError> =
            self.checkpoint.iter().map(|file| Audit::checkpoint(file)).collect();
        let outside = Outside::new(checkpoints?, self.key);
        let threads = self
            .threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let audit = Audit {
            path,
            expected: LogName::ALL.iter().map(|log| log.as_str().to_owned()).collect(),
            only: self.log,
            checkpoints: outside.checkpoints.clone(),
            keys: outside.keys.clone(),
            key_changes: self.key_changes,
            receipts,
            threads,
        };
        let mut report = audit.run()?;
        let asked = self.also.algorithms();
        if asked.is_empty() && !outside.needs_second() {
            return Ok(Found { report, second: None });
        }
        let only = audit.only.as_deref();
        let second = Second::check(&layout, &config, asked, only, &outside, threads)?;
        for log in &mut report.logs {
            log.limits.retain(|limit| ![SECOND_LINES, SM3_HEAD].contains(limit));
        }
        Ok(Found { report, second: Some(second) })
    }
}

fn exit(code: u8) -> Result<Exit, Failure> {
    Ok(match code {
        0 => Exit::Done,
        3 => Exit::Broken,
        _ => Exit::CannotTell,
    })
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Failure {
        let exit = match &error {
            AuditError::NoLedger(_) => Exit::NoLedger,
            AuditError::Unreadable { .. } | AuditError::NoEntries { .. } => Exit::CannotTell,
            AuditError::NotAReceipt { .. } => Exit::Refused,
            AuditError::Key { .. } => Exit::Usage,
            AuditError::KeyChanges { .. } => Exit::Broken,
        };
        Failure { exit, message: error.to_string() }
    }
}
