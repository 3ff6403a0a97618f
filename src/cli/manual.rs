//! `plumb completions` and `plumb man`: generated from the register of commands.

use super::{Arguments, Exit, Failure, print};
use clap::CommandFactory;
use std::path::PathBuf;

/// 命令补全脚本 / the completion script of a shell
#[derive(clap::Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

/// 手册页 / write the manual pages into a folder
#[derive(clap::Args)]
pub struct Man {
    /// 文件夹 / the folder
    dir: PathBuf,
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "plumb", &mut bytes);
        print(String::from_utf8_lossy(&bytes).trim_end_matches('\n'))?;
        Ok(Exit::Done)
    }
}

impl Man {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        std::fs::create_dir_all(&self.dir)?;
        clap_mangen::generate_to(Arguments::command(), &self.dir)?;
        print(&format!("手册页已写入 / manual pages written to {}", self.dir.display()))?;
        Ok(Exit::Done)
    }
}
