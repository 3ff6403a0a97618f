//! `plumb find show`: one finding with its arithmetic.

use super::super::{Exit, Failure, print};
use super::{Answer, Asked};

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
        let mut answer = self.asked.judge()?;
        let of_id = |answer: &Answer| {
            answer.judgement.findings.iter().position(|finding| finding.id() == self.id)
        };
        let mut found = of_id(&answer);
        if found.is_none() && !answer.not_asked.is_empty() {
            // It may be a finding of a rule that looks across cases.
            answer = self.asked.judge_all()?;
            found = of_id(&answer);
        }
        let Some(finding) = found.and_then(|at| answer.judgement.findings.get(at)) else {
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
