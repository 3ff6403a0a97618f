//! The register of `plumb-replay`'s commands: one file each, one line here.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 proved broken, 4 cannot tell,
//! 6 input refused, 10 no ledger there, 13 not found.

mod asked;
mod cases;
mod findings;
mod reports;
mod scenario;
mod verify;

use lexopt::prelude::*;
use plumbline_replay::visible::visible;
use std::io::Write;
use std::process::ExitCode;

const HELP: &str = "plumb-replay: 独立核验 / independent verification

  plumb-replay verify PATH [--checkpoint FILE]... [--key VKEY]... [--key-changes FILE]...
                           [--receipts FILE]... [--log NAME] [--policy FILE] [--threads N] [--json]
  plumb-replay state|timeline STREAM PATH [--as-of T] [--known-at T] [--by occurred|recorded]
  plumb-replay diff STREAM PATH --from T --to T
  plumb-replay findings PATH [--as-of T] [--known-at T] [--rule ID]
  plumb-replay explain FINDING PATH [--as-of T] [--known-at T]
  plumb-replay report RP03 PATH --from DATE --to DATE [--format json|csv] [-o FILE]
  plumb-replay report verify FILE PATH
  plumb-replay scenario FILE...

PATH  账本目录、单个日志目录、导出的 NDJSON 文件、瓦片目录(plumb export tiles),或证据包(.zip 或解开的目录);
      verify 还可为 plumb extract 的摘录
      a ledger's folder, one log's folder, an exported NDJSON file, a folder of tiles, or an
      evidence bundle (its zip file, or the folder it was unpacked into); for verify an
      extract of `plumb extract` too
--checkpoint FILE  外部保存的检查点 / a checkpoint kept elsewhere
--key VKEY         外部得到的公钥 / a log's public key, obtained elsewhere
--key-changes FILE 更换密钥的记录(plumb keys history 或公开的 key-changes),以便用现用公钥核验从前所签
                   entries that changed the log's key since (plumb keys history, or key-changes
                   beside a published checkpoint): an older piece under today's key
--receipts FILE    plumb append 给出的回执 / receipts as plumb append prints them
--log NAME         只核验一个日志 / one log only
--policy FILE      证据包的检查点须有哪些见证 / whose cosignatures a bundle's checkpoint needs
                   (c2sp.org/tlog-policy)
--threads N        计算线程数 / threads that compute
--json             JSON 输出 / as JSON

退出码 / exit codes: 0 通过 pass · 1 出错 failed · 2 用法 usage · 3 不通过 proved broken
                     4 不能判定 cannot tell · 6 输入被拒 refused · 10 没有账本 no ledger there
                     13 没有所问的 not found";

/// Why a command ends without a result of its own.
struct Failure {
    exit: u8,
    message: String,
}

impl Failure {
    fn new(exit: u8, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into() }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Failure {
        Failure::new(2, format!("{error}; plumb-replay --help 查看用法 / shows the usage"))
    }
}

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    match run(&mut lexopt::Parser::from_env()) {
        Ok(exit) => ExitCode::from(exit),
        Err(Failure { exit, message }) => {
            // Nothing is left to do if stderr is closed too.
            let _ = writeln!(std::io::stderr(), "plumb-replay: {message}");
            ExitCode::from(exit)
        }
    }
}

/// Whether help is asked for, wherever it stands: the usage is one page.
fn wants_help() -> bool {
    let mut arguments = std::env::args_os().skip(1).take_while(|argument| argument != "--");
    arguments.any(|argument| argument == "--help" || argument == "-h")
}

fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    if wants_help() {
        return print(HELP).map(|()| 0);
    }
    match parser.next()? {
        Some(Value(command)) => match command.string()?.as_str() {
            "verify" => verify::run(parser),
            "state" => cases::state(parser),
            "timeline" => cases::timeline(parser),
            "diff" => cases::diff(parser),
            "findings" => findings::run(parser),
            "explain" => findings::explain(parser),
            "report" => reports::run(parser),
            "scenario" => scenario::run(parser),
            other => Err(Failure::new(2, format!("{other}: 没有此命令 / no such command\n{HELP}"))),
        },
        Some(Long("version")) => {
            print(concat!("plumb-replay ", env!("CARGO_PKG_VERSION"))).map(|()| 0)
        }
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure::new(2, HELP)),
    }
}

/// Writes one text and a line end. A reader that closed the pipe has what it
/// wanted: that is no error.
fn print(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{}", visible(text)) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(1, format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}
