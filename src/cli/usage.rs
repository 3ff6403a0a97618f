//! Help and wrong usage, in Chinese first: clap's own frame is English only.
//!
//! Knows the words that clap puts around ours, and no command.

use clap::error::{Error, ErrorKind};
use std::io::{IsTerminal, Write};

/// What clap writes, and what is written in its place.
const FRAME: [(&str, &str); 9] = [
    ("Usage:", "用法 / Usage:"),
    ("Commands:", "命令 / Commands:"),
    ("Arguments:", "参数 / Arguments:"),
    ("Options:", "选项 / Options:"),
    ("Print help", "显示帮助 / print help"),
    ("Print version", "显示版本 / print the version"),
    (
        "Print this message or the help of the given subcommand(s)",
        "显示本页或所列命令的帮助 / print this message or the help of the given command",
    ),
    ("possible values:", "可取 / possible values:"),
    ("For more information, try", "详见 / for more information, try"),
];

/// Prints help or what was wrong; gives the process's exit code.
pub(super) fn tell(error: &Error) -> u8 {
    let rendered = error.render();
    let on_terminal = match error.use_stderr() {
        true => std::io::stderr().is_terminal(),
        false => std::io::stdout().is_terminal(),
    };
    let styled = on_terminal && std::env::var_os("NO_COLOR").is_none();
    let text = if styled { rendered.ansi().to_string() } else { rendered.to_string() };
    let text = framed(&text, error.kind());
    // Nobody reads any more: then there is nobody to tell so either.
    let _ = match error.use_stderr() {
        true => std::io::stderr().write_all(text.as_bytes()),
        false => std::io::stdout().write_all(text.as_bytes()),
    };
    u8::try_from(error.exit_code()).unwrap_or(super::Exit::Usage as u8)
}

fn framed(text: &str, kind: ErrorKind) -> String {
    let mut out = FRAME.iter().fold(text.to_owned(), |out, (clap, ours)| out.replace(clap, ours));
    // The first only: what follows may quote what the user wrote.
    if let Some(what) = mistake(kind) {
        out = out.replacen("error:", &format!("用法有误 / error: {what} /"), 1);
    }
    out
}

fn mistake(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "取值有误",
        ErrorKind::UnknownArgument => "没有这个选项,或多了一个参数",
        ErrorKind::InvalidSubcommand => "没有这个命令",
        ErrorKind::MissingSubcommand => "缺少命令",
        ErrorKind::MissingRequiredArgument => "缺少必需的参数",
        ErrorKind::ArgumentConflict => "不能同时给出",
        ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => "值的个数不对",
        ErrorKind::InvalidUtf8 => "不是 UTF-8",
        _ => "请核对写法",
    })
}
