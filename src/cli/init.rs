//! `plumb init`: an empty ledger with two logs and their keys.

use super::second::Also;
use super::{Exit, Failure, close, print, surroundings};
use crate::config::Config;
use crate::ledger::create;
use std::path::PathBuf;

/// 建立账本 / create a ledger in an empty or new folder
#[derive(clap::Args)]
pub struct Init {
    /// 账本文件夹 / the ledger's folder
    dir: PathBuf,
    /// 日志来源前缀,即网址去掉协议 / the base of the logs' origins: a URL without scheme
    #[arg(long, value_name = "HOST/PATH")]
    origin: Option<String>,
    /// 法定时区 / the time zone of legal days
    #[arg(long, default_value = "Asia/Shanghai")]
    time_zone: String,
    #[command(flatten)]
    also: Also,
}

impl Init {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let origin = match self.origin {
            Some(origin) => origin,
            None => format!("plumbline.local/{}", uuid::Uuid::new_v4().simple()),
        };
        let plain = |c: char| c.is_ascii_graphic() && c != '+' && c != '"' && c != '\\';
        if origin.is_empty() || !origin.chars().all(plain) {
            let message = "--origin: 只能用可见 ASCII 字符,不含 + \" \\ / visible ASCII only, \
                           without + \" \\";
            return Err(Failure { exit: Exit::Refused, message: message.to_owned() });
        }
        let config = Config::new(origin, self.time_zone);
        let config = Config { signatures: self.also.names(), ..config };
        close(create(&self.dir, &config, surroundings("init"))?)?;
        let dir = self.dir.display();
        print(&format!(
            "已建立账本 {dir} / created a ledger with the origin {}\n\
             下一步 / next: plumb append --dir {dir} FILE",
            config.origin
        ))?;
        Ok(Exit::Done)
    }
}
