//! The verdict over an extract, as one structure that makes the exit code, the
//! JSON and the text, for every program that verifies.

use super::{Extract, Proved, Unproved};
use crate::integrity::checkpoint::VerifyingKey;
use crate::succession::Later;
use crate::walk::Outcome;
use serde_json::{Value, json};

/// What was found of one extract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub stream: String,
    /// Entries of the stream that the extract holds.
    pub given: u64,
    pub found: Result<Proved, Unproved>,
    /// The key used, and whether it came from elsewhere than the extract.
    pub vkey: String,
    pub key_given: bool,
}

impl Judgement {
    /// Verifies an extract under a key from elsewhere; without one under the key
    /// that it names itself, which can show it broken and never whole: whoever
    /// made the extract could have made the key.
    ///
    /// # Errors
    ///
    /// What is wrong with the key that was given.
    pub fn of(extract: &Extract, key: Option<&str>) -> Result<Judgement, String> {
        Judgement::with(extract, key, &Later::default())
    }

    /// The same where changes of the log's key are known that came later.
    ///
    /// # Errors
    ///
    /// What is wrong with the key that was given.
    pub fn with(extract: &Extract, key: Option<&str>, later: &Later) -> Result<Judgement, String> {
        let vkey = key.unwrap_or(&extract.vkey).to_owned();
        let found = match VerifyingKey::parse(&vkey) {
            Ok(key) => extract.verify_with(&key, later),
            Err(error) if key.is_some() => return Err(error.to_string()),
            Err(error) => Err(Unproved::CannotTell(format!("vkey: {error}"))),
        };
        let (stream, given) = (extract.stream.clone(), extract.entries.len() as u64);
        Ok(Judgement { stream, given, found, vkey, key_given: key.is_some() })
    }

    pub fn outcome(&self) -> Outcome {
        match &self.found {
            Err(Unproved::Fails { .. }) => Outcome::Fail,
            Ok(_) if self.key_given => Outcome::Pass,
            Ok(_) | Err(Unproved::CannotTell(_)) => Outcome::CannotTell,
        }
    }

    /// `plumbline.verify/1`.
    pub fn to_json(&self) -> Value {
        let proved = self.found.as_ref().ok();
        let (place, reason) = self.flaw();
        let first_bad = (self.outcome() == Outcome::Fail).then(|| {
            json!({
                "position": place, "reason": reason, "stream": self.stream,
                "place": self.place(place),
            })
        });
        json!({
            "schema": "plumbline.verify/1",
            "verdict": self.outcome().word(),
            "exit_code": self.outcome().exit_code(),
            "available": self.given,
            "checked": proved.map_or(0, |proved| proved.entries),
            "first_bad": first_bad,
            "reason": reason,
            "extract": {
                "stream": self.stream,
                "entries": self.given,
                "complete": proved.is_some(),
                "closing": proved.map(|proved| proved.closing),
                "covered_by_closing": proved.map(|proved| proved.covered),
            },
            "checkpoint": proved.map(|proved| {
                json!({"origin": proved.checkpoint.origin, "size": proved.checkpoint.size})
            }),
            "key": {"vkey": self.vkey, "given": self.key_given},
            "limits": self.limits(),
            "logs": [],
        })
    }

    fn limits(&self) -> Vec<&'static str> {
        let mut limits = vec!["pre-entry-truth", "omission", "closing-not-recomputed"];
        if !self.key_given {
            limits.push("key-taken-from-the-extract");
        }
        limits
    }

    fn place(&self, position: Option<u64>) -> String {
        match position {
            Some(position) => format!("{} 第 {position} 号 / position {position}", self.stream),
            None => self.stream.clone(),
        }
    }

    fn flaw(&self) -> (Option<u64>, Option<String>) {
        match &self.found {
            Err(Unproved::Fails { position, reason }) => (*position, Some(reason.clone())),
            Err(Unproved::CannotTell(reason)) => (None, Some(reason.clone())),
            Ok(_) if self.key_given => (None, None),
            Ok(_) => {
                let reason = "公钥取自摘录自身,做摘录者也能做出公钥:用 --key 给出外部得到的公钥 / the key \
                              was taken from the extract itself, and whoever made the extract could \
                              have made the key: give one obtained elsewhere with --key";
                (None, Some(reason.to_owned()))
            }
        }
    }

    /// The verdict as lines for people, Chinese first.
    pub fn words(&self) -> String {
        let title = match self.outcome() {
            Outcome::Pass => "核验通过 / verified",
            Outcome::Fail => "核验不通过 / NOT verified",
            Outcome::CannotTell => "不能判定 / cannot tell",
        };
        let mut lines = vec![title.to_owned(), format!("  案件 / stream: {}", self.stream)];
        if let Ok(proved) = &self.found {
            let Proved { checkpoint, entries, closing, covered } = proved;
            lines.push(format!(
                "  截至 {} 第 {} 条的检查点,此案的全部记录就是这 {entries} 条 / up to the checkpoint \
                 of {0} over {1} entries, these {entries} are all entries of the stream",
                checkpoint.origin, checkpoint.size
            ));
            lines.push(format!(
                "  依据 / rests on: 第 {closing} 号日结(前 {covered} 条)及其后 {} 条全文 / the closing \
                 at {closing} over the first {covered} entries, and {0} entries after them in full",
                checkpoint.size.saturating_sub(*covered)
            ));
        }
        if let (place, Some(reason)) = self.flaw() {
            if self.outcome() == Outcome::Fail {
                lines.push(format!("  首处异常 / first bad: {}", self.place(place)));
            }
            lines.push(format!("  原因 / reason: {reason}"));
        }
        lines.push(
            "本结果不能证明:记录入账之前的真实性;未报送的事项;日结索引本身无误——那要核验整本账(plumb \
             verify、plumb-replay verify)。/ This does not prove what was true before recording, \
             what was never submitted, nor that the closing's index is true: whoever verifies the \
             whole log finds that."
                .to_owned(),
        );
        lines.push(format!("退出码 / exit code {}", self.outcome().exit_code()));
        lines.join("\n")
    }
}
