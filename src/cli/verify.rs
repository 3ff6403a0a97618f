//! `plumb verify`: reads and hashes every byte of both logs again.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::ledger::{LogName, read_config};
use plumbline_replay::walk::{Outcome, Verdict, Walk, Witness, claimed_size};
use serde_json::json;
use std::path::{Path, PathBuf};

/// 核验:重读并重算每一个字节 / verify every byte
#[derive(clap::Args)]
pub struct Verify {
    #[command(flatten)]
    dir: Dir,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
    /// 外部保存的检查点 / a checkpoint kept elsewhere; may be given more than once
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// 外部得到的公钥 / the open log's public key (vkey), obtained elsewhere
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

impl Verify {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut given = Vec::new();
        for path in &self.checkpoint {
            let note = std::fs::read_to_string(path).map_err(|error| Failure {
                exit: Exit::CannotTell,
                message: format!("{}: {error}", path.display()),
            })?;
            given.push(Witness { place: path.display().to_string(), note });
        }
        let mut verdicts = Vec::new();
        for log in LogName::ALL {
            let origin = config.origin_of(log);
            let mut witnesses = own_witnesses(&layout, log);
            let asked = |w: &&Witness| {
                let found = w.note.lines().next().unwrap_or_default();
                found == origin || (log == LogName::Open && !is_sealed(&config.origin, found))
            };
            witnesses.extend(given.iter().filter(asked).cloned());
            let key = self.key.as_deref().filter(|_| log == LogName::Open);
            verdicts.push(verify_log(&layout.log(log), log, &witnesses, key)?);
        }
        self.report(&verdicts)
    }

    fn report(&self, verdicts: &[Verdict]) -> Result<Exit, Failure> {
        let worst = verdicts.iter().map(|v| v.outcome).fold(Outcome::Pass, worse);
        let (word, exit) = match worst {
            Outcome::Pass => ("pass", Exit::Done),
            Outcome::Fail => ("fail", Exit::Broken),
            Outcome::CannotTell => ("cannot_tell", Exit::CannotTell),
        };
        let first_bad = verdicts.iter().find(|v| v.first_bad.is_some());
        let value = json!({
            "schema": "plumbline.verify/1",
            "verdict": word,
            "exit_code": exit as u8,
            "available": verdicts.iter().map(|v| v.available).sum::<u64>(),
            "checked": verdicts.iter().map(|v| v.checked).sum::<u64>(),
            "first_bad": first_bad.map(|v| v.to_json()["first_bad"].clone()),
            "logs": verdicts.iter().map(Verdict::to_json).collect::<Vec<_>>(),
        });
        if self.json {
            print(&value.to_string())?;
        } else {
            print(&words(verdicts, exit))?;
        }
        Ok(exit)
    }
}

fn is_sealed(base: &str, origin: &str) -> bool {
    origin == format!("{base}/{}", LogName::Sealed)
}

fn worse(a: Outcome, b: Outcome) -> Outcome {
    match (a, b) {
        (Outcome::Fail, _) | (_, Outcome::Fail) => Outcome::Fail,
        (Outcome::CannotTell, _) | (_, Outcome::CannotTell) => Outcome::CannotTell,
        (Outcome::Pass, Outcome::Pass) => Outcome::Pass,
    }
}

/// The checkpoints that the ledger itself keeps.
fn own_witnesses(layout: &Layout, log: LogName) -> Vec<Witness> {
    let mut out = Vec::new();
    for path in [layout.head(log), layout.checkpoint(log)] {
        if let Ok(note) = std::fs::read_to_string(&path) {
            out.push(Witness { place: path.display().to_string(), note });
        }
    }
    out
}

fn verify_log(
    dir: &Path,
    log: LogName,
    witnesses: &[Witness],
    key: Option<&str>,
) -> Result<Verdict, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| Failure {
        exit: Exit::CannotTell,
        message: format!("{}: {error}", path.display()),
    };
    let mut names: Vec<PathBuf> = Vec::new();
    for item in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
        let path = item.map_err(|error| unreadable(dir, error))?.path();
        if path.extension().is_some_and(|extension| extension == "seg") {
            names.push(path);
        }
    }
    names.sort_unstable();
    let sizes = witnesses.iter().filter_map(|w| claimed_size(&w.note)).collect();
    let mut walk = Walk::new(log.as_str(), sizes);
    for path in &names {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        // A name that is no position fails as a segment out of its place.
        walk.segment(&path.display().to_string(), stem.parse().unwrap_or(u64::MAX), &bytes);
    }
    Ok(walk.finish(witnesses, key))
}

fn words(verdicts: &[Verdict], exit: Exit) -> String {
    let mut lines = vec![match exit {
        Exit::Done => "核验通过 / verified".to_owned(),
        Exit::CannotTell => "不能判定 / cannot tell".to_owned(),
        _ => "核验不通过 / NOT verified".to_owned(),
    }];
    for verdict in verdicts {
        lines.push(format!(
            "  日志 {0} / log {0}: 已核验 / checked {1} / {2}; 检查点 / checkpoints {3} / {4}",
            verdict.log,
            verdict.checked,
            verdict.available,
            verdict.checkpoints.1,
            verdict.checkpoints.0
        ));
        if let Some(bad) = &verdict.first_bad {
            lines.push(format!("  首处异常 / first bad: 第 {} 号记录 / position", bad.position));
            lines.push(format!("  原因 / reason: {}", bad.reason));
            lines.push(format!("  位置 / place: {}", bad.place));
        }
        if verdict.limits.contains(&"no-checkpoint") {
            lines.push(format!(
                "  {}: 没有检查点,截尾和整体重写看不出来;plumb checkpoint show 可签发 / no \
                 checkpoint: a cut tail or a rewritten log would not show",
                verdict.log
            ));
        }
    }
    lines.push(
        "本结果不能证明:记录入账之前的真实性;未报送的事项。/ This does not prove what was true \
         before recording, nor what was never submitted."
            .to_owned(),
    );
    lines.push(format!("退出码 / exit code {}", exit as u8));
    lines.join("\n")
}
