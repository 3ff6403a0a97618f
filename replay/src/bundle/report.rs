//! What verification of a bundle found: one structure makes the exit code, the
//! JSON and the text.

use super::about::About;
use crate::walk::{Outcome, SECOND_LINES};
use serde_json::{Value, json};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub outcome: Outcome,
    /// How many were checked, of how many there are.
    pub checked: u64,
    pub of: u64,
    /// Everything that is wrong or cannot be told: where, and why.
    pub places: Vec<(String, String)>,
}

/// The report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub about: Option<About>,
    pub checks: Vec<Check>,
    /// What this report cannot tell, as stable codes.
    pub limits: Vec<&'static str>,
}

/// No extract shows that the cases' entries are all.
pub(super) const NOT_COMPLETE: &str = "completeness-not-proved";

const LIMITS: &str = "本结果证明:包内各条记录自入账、至迟自检查点签发起未被改动。不能证明:入账之前的真实性;未报送的\
                      事项;“所附说明”(案由、提取人、地点等)为真。疑点是机器提示,不等于认定违规。/ This proves \
                      that the entries have not changed since they were recorded, at the latest since \
                      the checkpoint was signed. It does not prove what was true before recording, \
                      what was never submitted, nor what the bundle says of who prepared it. \
                      Findings are signals and no finding of guilt.";

impl Check {
    /// The check's name: `entries`.
    pub fn new(name: &'static str, zh: &'static str, en: &'static str) -> Check {
        let (checked, of, places) = Default::default();
        Check { name, zh, en, outcome: Outcome::Pass, checked, of, places }
    }

    /// Counts one thing looked at and found right.
    pub fn right(&mut self) {
        self.checked += 1;
        self.of += 1;
    }

    /// Counts one thing that is proved wrong.
    pub fn wrong(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.add(Outcome::Fail, place.into(), reason.into());
    }

    /// Counts one thing that could not be looked at.
    pub fn doubt(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.add(Outcome::CannotTell, place.into(), reason.into());
    }

    fn add(&mut self, outcome: Outcome, place: String, reason: String) {
        self.outcome = self.outcome.and(outcome);
        self.of += 1;
        // What is wrong comes first.
        let at = if outcome == Outcome::Fail { 0 } else { self.places.len() };
        self.places.insert(at, (place, reason));
    }

    fn to_json(&self) -> Value {
        let places: Vec<Value> = self
            .places
            .iter()
            .map(|(place, reason)| json!({"place": place, "reason": reason}))
            .collect();
        json!({
            "check": self.name, "verdict": self.outcome.word(), "checked": self.checked,
            "of": self.of, "places": places,
        })
    }
}

impl Report {
    /// 3 wins over 4 (design §8). A report of nothing cannot tell.
    pub fn outcome(&self) -> Outcome {
        let nothing = if self.checks.is_empty() { Outcome::CannotTell } else { Outcome::Pass };
        self.checks.iter().map(|check| check.outcome).fold(nothing, Outcome::and)
    }

    pub fn exit_code(&self) -> u8 {
        self.outcome().exit_code()
    }

    /// The first thing that is wrong: its check, place and reason.
    pub fn first_bad(&self) -> Option<(&Check, &str, &str)> {
        let failed = self.checks.iter().find(|check| check.outcome == Outcome::Fail)?;
        let (place, reason) = failed.places.first()?;
        Some((failed, place, reason))
    }

    /// The object that scripts read.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": "plumbline.verify.bundle/1",
            "verdict": self.outcome().word(),
            "exit_code": self.exit_code(),
            "first_bad": self.first_bad().map(|(check, place, reason)| json!({
                "check": check.name, "place": place, "reason": reason,
            })),
            "checked": self.checks.iter().map(|check| check.checked).sum::<u64>(),
            "available": self.checks.iter().map(|check| check.of).sum::<u64>(),
            "checks": self.checks.iter().map(Check::to_json).collect::<Vec<_>>(),
            "limits": self.limits,
            "bundle": self.about.as_ref().map(|about| json!({
                "level": about.level, "origin": about.origin, "log_size": about.log_size,
                "cases": about.cases.iter().map(|case| &case.stream).collect::<Vec<_>>(),
            })),
        })
    }

    /// What a person reads.
    pub fn words(&self) -> String {
        let title = match self.outcome() {
            Outcome::Pass => "核验通过 / verified",
            Outcome::Fail => "核验不通过 / NOT verified",
            Outcome::CannotTell => "不能判定 / cannot tell",
        };
        let mut lines = vec![title.to_owned()];
        if let Some(about) = &self.about {
            let cases: Vec<&str> = about.cases.iter().map(|case| case.stream.as_str()).collect();
            lines.push(format!(
                "  证据包 / bundle: {} · {} · 检查点 / checkpoint {}",
                cases.join(" "),
                about.level,
                about.log_size
            ));
        }
        for check in &self.checks {
            let word = match check.outcome {
                Outcome::Pass => "通过 / pass",
                Outcome::Fail => "不通过 / FAIL",
                Outcome::CannotTell => "不能判定 / cannot tell",
            };
            lines.push(format!(
                "  {} / {}: {word} · {} / {}",
                check.zh, check.en, check.checked, check.of
            ));
            for (place, reason) in check.places.iter().take(10) {
                lines.push(format!("    {place}: {reason}"));
            }
            if check.places.len() > 10 {
                let more = check.places.len() - 10;
                lines.push(format!("    另 {more} 处 / {more} more"));
            }
        }
        if self.limits.contains(&NOT_COMPLETE) {
            lines.push(
                "  未附案件完整性证明:案件最后若干条是否被略去,不能由本包判定;日结后重新制包可附 / no proof \
                 that these are all entries of the cases: whether last ones were left off this bundle \
                 cannot tell; one made after a daily closing does"
                    .to_owned(),
            );
        }
        if self.limits.contains(&SECOND_LINES) {
            lines.push(
                "  检查点另有 SM2 或 ML-DSA-44 签名行,本程序未核对 / the checkpoint carries lines of SM2 or \
                 ML-DSA-44 too, which this program does not check"
                    .to_owned(),
            );
        }
        lines.push(LIMITS.to_owned());
        lines.push(format!("退出码 / exit code {}", self.exit_code()));
        lines.join("\n")
    }
}
