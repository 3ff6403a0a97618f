//! `plumb bundle viewer`: the verifying page without data, to be kept by whoever
//! verifies bundles of others.

use super::super::{Exit, Failure, output, print};
use std::path::PathBuf;

/// 不带数据的核验页面:自行保管,用来核验他人给的证据包 / the page alone, to verify any bundle
#[derive(clap::Args)]
pub struct Viewer {
    /// 写入的文件 / the file
    #[arg(long, short, value_name = "F.html")]
    output: PathBuf,
}

impl Viewer {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let page = crate::bundle::viewer();
        let place = self.output.display();
        output::write(&self.output, &page)?;
        print(&format!("{place}: {} 字节 / bytes", page.len()))?;
        Ok(Exit::Done)
    }
}
