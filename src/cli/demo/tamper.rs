//! `plumb demo tamper`: changes a demo's files, so that verification can be seen
//! to find it.

use crate::cli::{Exit, Failure, print};
use crate::demo::tamper::{Kind, Plan, TamperError, Tampered, copy_ledger, tamper};
use crate::ledger::LogName;
use serde_json::json;
use std::path::{Path, PathBuf};

/// 试篡改:直接改动账本文件,然后用 plumb verify 核验 / change a demo's files behind
/// its back, to see verification find it
#[derive(clap::Args)]
pub struct Tamper {
    /// 账本文件夹 / the ledger's folder
    #[arg(long = "dir", env = "PLUMB_DIR", value_name = "D")]
    dir: PathBuf,
    /// byte 改一字节,drop 删一条,swap 换两条,truncate 截尾并删去检查点,rewrite 改一条并重算全链、以本机密钥重签 /
    /// one byte; one entry taken out; two exchanged; the tail cut and its heads removed;
    /// one replaced, the chain made anew and signed with the ledger's own key
    #[arg(long, value_parser = Kind::ALL.map(Kind::as_str))]
    kind: String,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 第几号记录 / which entry; one in the middle if not given
    #[arg(long, value_name = "N")]
    position: Option<u64>,
    /// 先复制账本,只改副本 / copy the ledger to a new folder first and change the copy
    #[arg(long, value_name = "DIR")]
    copy_to: Option<PathBuf>,
    /// 不是演示账本也照改:会毁掉证据 / change a ledger that is not the demo's
    #[arg(long)]
    yes_this_destroys_evidence: bool,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Tamper {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        let log = LogName::parse(&self.log).unwrap_or(LogName::Open);
        let plan = Plan {
            kind: kind.unwrap_or(Kind::Byte),
            log,
            position: self.position,
            anyway: self.yes_this_destroys_evidence || self.copy_to.is_some(),
        };
        let dir = match &self.copy_to {
            Some(copy) => {
                copy_ledger(&self.dir, copy)?;
                copy
            }
            None => &self.dir,
        };
        let done = tamper(dir, plan)?;
        print(&if self.json { report(dir, plan, &done) } else { words(dir, plan, &done) })?;
        Ok(Exit::Done)
    }
}

fn report(dir: &Path, plan: Plan, done: &Tampered) -> String {
    let altered = done.altered.as_ref().map(|(from, to)| json!({"from": from, "to": to}));
    json!({
        "schema": "plumbline.tamper/1",
        "dir": dir,
        "kind": plan.kind.as_str(),
        "log": plan.log.as_str(),
        "position": done.position,
        "stream": done.stream,
        "altered": altered,
        "size_before": done.size_before,
        "size_after": done.size_after,
        "files": done.files,
        "needs_outside_checkpoint": plan.kind.needs_outside(),
    })
    .to_string()
}

fn words(dir: &Path, plan: Plan, done: &Tampered) -> String {
    let Tampered { position, stream, size_before, size_after, .. } = done;
    let mut lines = vec![match plan.kind {
        Kind::Byte => {
            format!("已改动第 {position} 号记录的一个字节 / changed one byte of entry {position}")
        }
        Kind::Drop => format!("已删去第 {position} 号记录 / took entry {position} out"),
        Kind::Swap => format!(
            "已交换第 {position} 号与下一号记录 / exchanged entry {position} with the next one"
        ),
        Kind::Truncate => format!(
            "已截去第 {position} 号起的 {} 条,并删去本机保存的检查点 / cut off {0} entries from {position} \
             on, and removed the heads kept on this machine",
            size_before - size_after
        ),
        Kind::Rewrite => format!(
            "已替换第 {position} 号记录,重算其后的链与树,并以本机密钥重签各处的检查点 / replaced entry \
             {position}, made chain and tree anew after it, and signed the heads again with the \
             ledger's own key"
        ),
    }];
    lines.push(format!("  日志 / log {};案件 / stream {stream}", plan.log));
    if let Some((from, to)) = &done.altered {
        lines.push(format!("  {from}  →  {to}"));
    }
    lines.extend(done.files.iter().map(|file| format!("  文件 / file {}", file.display())));
    let dir = dir.display();
    lines.push(match plan.kind.needs_outside() {
        false => format!("下一步 / next: plumb verify --dir {dir}   # 3"),
        true => format!(
            "下一步 / next: plumb verify --dir {dir} --checkpoint FILE   # 3\n  FILE 是事先存放在别处的 \
             plumb checkpoint show;没有它,本机数据看不出来 / FILE is what `plumb checkpoint show` \
             printed before and was kept elsewhere; without it nothing on this machine shows it"
        ),
    });
    lines.join("\n")
}

impl From<TamperError> for Failure {
    fn from(error: TamperError) -> Failure {
        let exit = match error {
            TamperError::Open(error) => return error.into(),
            TamperError::NotADemo { .. } => Exit::NotAllowed,
            TamperError::Locked(_) => Exit::Locked,
            TamperError::NoSuchEntry { .. } => Exit::NotFound,
            TamperError::Unreadable { .. } | TamperError::Key { .. } => Exit::Failed,
        };
        Failure { exit, message: error.to_string() }
    }
}
