//! `plumb find show`: one finding with its arithmetic.

use super::super::{Exit, Failure, print};
use super::Asked;

/// 一项疑点及其依据与算式 / one finding, with what it rests on
#[derive(clap::Args)]
pub struct Show {
    /// 疑点编号 F-… / the finding's id
    id: String,
    #[command(flatten)]
    asked: Asked,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let answer = self.asked.judge()?;
        let found = answer.judgement.findings.iter().find(|finding| finding.id() == self.id);
        let Some(finding) = found else {
            let message =
                format!("该时刻没有疑点 {0} / there is no finding {0} at that moment", self.id);
            return Err(Failure { exit: Exit::NotFound, message });
        };
        let json = finding.to_json(answer.zone);
        let text = serde_json::to_string_pretty(&json).unwrap_or_default();
        print(&text)?;
        Ok(Exit::Done)
    }
}
