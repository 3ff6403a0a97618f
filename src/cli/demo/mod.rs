//! `plumb demo`: a synthetic city, then the servers; and the drill of tampering
//! with it.

mod tamper;

use super::{Exit, Failure, close, print, serve};
use crate::clock::Micros;
use crate::demo::{Misconduct, Options, PLANTED_FILE, TellError, Told, founded_at, tell};
use crate::ledger::LogName;
use crate::store::Store;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plumbline_replay::time::civil::Zone;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use tamper::Tamper;

/// 演示:生成一座合成城市两年的账,然后启动服务 / a synthetic city's two years, then the server
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Demo {
    #[command(subcommand)]
    what: Option<What>,
    /// 账本文件夹 / the ledger's folder
    #[arg(long = "dir", value_name = "D", default_value = "plumbline-demo")]
    dir: PathBuf,
    /// 种子:相同种子得到逐字节相同的账 / the same seed makes the same bytes
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// 案件数 / cases opened by applicants, inspectors and informants
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cases: u32,
    /// 一座守法的城市,不埋设任何违规 / a lawful city, without planted misconduct
    #[arg(long)]
    lawful: bool,
    /// 只生成,不启动服务 / make the ledger and stop
    #[arg(long)]
    no_serve: bool,
    /// 内部地址 / the internal address
    #[arg(long, default_value = "127.0.0.1:8710")]
    listen: SocketAddr,
    /// 公开地址 / the public address
    #[arg(long, default_value = "127.0.0.1:8711")]
    public: SocketAddr,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    Tamper(Tamper),
}

impl Demo {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        if let Some(What::Tamper(tamper)) = self.what {
            return tamper.run();
        }
        let misconduct = if self.lawful { Misconduct::None } else { Misconduct::Whole };
        let options = Options { seed: self.seed, cases: self.cases, misconduct };
        let bar = progress_bar();
        let mut progress = |reached: Micros, events: u64| {
            bar.set_position(u64::try_from(reached - founded_at()).unwrap_or(0));
            bar.set_message(format!("{} · {events}", Zone::SHANGHAI.date(reached)));
        };
        let (ledger, told) = tell(&self.dir, options, &mut progress)?;
        bar.finish_and_clear();
        let sizes = LogName::ALL.map(|log| ledger.store(log).size());
        close(ledger)?;
        let mut logs = Vec::new();
        for (log, size) in LogName::ALL.into_iter().zip(sizes) {
            logs.push((log, size?));
        }
        self.report(&told, &logs)?;
        if self.no_serve {
            return Ok(Exit::Done);
        }
        serve::at(self.dir, self.listen, self.public)
    }

    fn report(&self, told: &Told, logs: &[(LogName, u64)]) -> Result<(), Failure> {
        if self.json {
            let logs: Vec<_> = logs
                .iter()
                .map(|(log, size)| json!({"name": log.as_str(), "size": size}))
                .collect();
            let report = json!({
                "schema": "plumbline.demo/1",
                "dir": self.dir,
                "seed": self.seed,
                "cases": self.cases,
                "appended": told.appended,
                "duplicates": told.duplicates,
                "by_type": told.by_type,
                "planted": told.planted.len(),
                "logs": logs,
            });
            return print(&report.to_string());
        }
        let dir = self.dir.display();
        let sizes: Vec<String> = logs.iter().map(|(log, size)| format!("{log} {size}")).collect();
        let made = if told.appended == 0 {
            "账本已在,未新增 / the ledger was there, nothing was added".to_owned()
        } else {
            format!("入账 {} 件 / {} events recorded", told.appended, told.appended)
        };
        print(&format!(
            "合成城市,2024-07-01 至 2026-06-30,种子 {seed} / a synthetic city, seed {seed}\n\
             {made};日志 / logs: {logs}\n\
             {planted}\
             试一试 / try:\n\
             \x20 plumb verify --dir {dir}\n\
             \x20 plumb stats --dir {dir}\n\
             \x20 plumb log --dir {dir} --type approval.decision.granted.v1 | head\n\
             \x20 plumb demo tamper --dir {dir} --kind byte && plumb verify --dir {dir}",
            seed = self.seed,
            logs = sizes.join(", "),
            planted = match told.planted.len() {
                0 => String::new(),
                count => format!(
                    "埋设 {count} 处违规,见 / {count} breaches planted, listed in: {dir}/{PLANTED_FILE}\n\
                     \x20 plumb find run --dir {dir} --json\n"
                ),
            },
        ))
    }
}

/// On a terminal only; how far the city's own calendar has come.
fn progress_bar() -> ProgressBar {
    const DAYS: u64 = 730;
    let micros = DAYS * 86_400_000_000;
    let bar = ProgressBar::with_draw_target(Some(micros), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {msg} 件 / events  {elapsed}");
    bar.set_style(style.expect("the template is ours"));
    bar
}

impl From<TellError> for Failure {
    fn from(error: TellError) -> Failure {
        match error {
            TellError::Open(error) => error.into(),
            TellError::OtherLedger { .. } | TellError::List { .. } | TellError::Append { .. } => {
                Failure { exit: Exit::Failed, message: error.to_string() }
            }
        }
    }
}
