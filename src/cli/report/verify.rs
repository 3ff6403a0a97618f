//! `plumb report verify`: makes a report file again from the log and compares,
//! byte for byte.

use super::super::{Dir, Exit, Failure, print};
use super::run::beside;
use crate::config::Layout;
use crate::judging::{Extent, Loaded};
use crate::ledger::{LogName, read_config};
use crate::printing::{self, Format};
use plumbline_replay::report::{self, Read, Request, Sheet};
use serde_json::json;
use std::path::PathBuf;

/// 据账本重制报表并逐字节比对 / make a report file again and compare byte for byte
#[derive(clap::Args)]
pub struct Verify {
    /// 报表文件 / the report file
    file: PathBuf,
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// What came of it: verdict, exit code, reason in both languages.
struct Verdict(&'static str, Exit, String);

impl Verify {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let bytes = std::fs::read(&self.file).map_err(|error| Failure {
            exit: Exit::Failed,
            message: format!("{}: {error}", self.file.display()),
        })?;
        let Verdict(verdict, exit, reason) = self.verdict(&bytes)?;
        if self.json {
            let json = json!({
                "schema": "plumbline.report.verify/1", "verdict": verdict, "reason": reason,
                "file": self.file.display().to_string(),
            });
            print(&json.to_string())?;
        } else {
            let zh = match verdict {
                "pass" => "核验通过",
                "fail" => "核验不通过",
                _ => "无法判定",
            };
            print(&format!("{zh} / {verdict}: {reason}"))?;
        }
        Ok(exit)
    }

    fn verdict(&self, bytes: &[u8]) -> Result<Verdict, Failure> {
        let cannot = |reason: String| Ok(Verdict("cannot_tell", Exit::CannotTell, reason));
        let fail = |reason: String| Ok(Verdict("fail", Exit::Broken, reason));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        // A file of exact columns says it in a file beside it.
        let of_beside = || {
            let read = report::from_json(&std::fs::read(beside(&self.file)).ok()?)?;
            Some((Format::Csv, read))
        };
        let Some((format, read)) = printing::read(bytes).or_else(of_beside) else {
            return cannot(
                "文件没有写明制表依据 / the file does not say what it was made from".into(),
            );
        };
        let Some(request) = Request::again(&read.made_from, threads) else {
            return cannot("制表依据不全 / what it was made from is incomplete".into());
        };
        let Some(report) = report::find(&read.report) else {
            return cannot(format!(
                "本程序没有报表 {0} / this program has no report {0}",
                read.report
            ));
        };
        if !read.is_of(None) {
            let reason = "由证据包制成,只及包内案件:plumb-replay report verify 文件 证据包 / made from a \
                          bundle, of its cases only: plumb-replay report verify FILE BUNDLE";
            return cannot(reason.into());
        }
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        if config.origin_of(LogName::Open) != request.origin {
            return cannot(format!("另一账本的报表 / it is of another log: {}", request.origin));
        }
        let extent = Extent { open: request.log_size, sealed: request.sealed_size };
        let loaded = Loaded::read(&layout, &config, extent)?;
        if loaded.size < request.log_size || loaded.sealed_size < request.sealed_size {
            return fail(format!(
                "报表依据 {} 条记录,日志只有 {} 条 / made from {} entries, the log has {}",
                request.log_size, loaded.size, request.log_size, loaded.size
            ));
        }
        if loaded.head.to_string() != request.head {
            return fail(format!(
                "第 {} 条记录与制表时不同 / the log is not the one it was made from (entry {})",
                request.log_size.saturating_sub(1),
                request.log_size.saturating_sub(1)
            ));
        }
        let sheet = report::run(report, &loaded.blocks, &request)
            .map_err(|error| Failure { exit: Exit::Broken, message: error.to_string() })?;
        compared(&sheet, &read, bytes, format)
    }
}

/// The report made again, held against the file.
fn compared(sheet: &Sheet, read: &Read, bytes: &[u8], format: Format) -> Result<Verdict, Failure> {
    let again = printing::print(sheet, format)
        .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
    let digest = report::digest(sheet);
    Ok(if again == bytes {
        let same = format!("{} 逐字节一致 / the same bytes, digest {digest}", sheet.id);
        Verdict("pass", Exit::Done, same)
    } else if let Some(why) = read.made_otherwise(sheet) {
        Verdict("cannot_tell", Exit::CannotTell, why)
    } else if digest == read.digest && printing::is_of_another_layout(bytes, format) {
        let why = format!(
            "文件所写摘要与账本数据一致({digest}),但版式出自另一版本的程序,所印内容无法逐字节比对;请核验 json \
             格式的文件 / its digest is that of the log's figures, but another version of the \
             program laid it out: what is printed cannot be compared; verify a JSON file"
        );
        Verdict("cannot_tell", Exit::CannotTell, why)
    } else {
        let at = again.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        let why = format!(
            "重制结果自第 {at} 字节起不同 / made again, it differs from byte {at} on \
             (digest {digest}, the file says {})",
            read.digest
        );
        Verdict("fail", Exit::Broken, why)
    })
}
