//! What a rule is: an entry of the register (§1) with the clause that it quotes
//! and, where events and master data decide, the check that applies it.

use super::bench::Case;
use super::city::City;
use super::coverage::Silence;
use super::finding::{Finding, Findings};
use crate::packed::packed;
use serde_json::{Value, json};

/// Which norm a rule belongs to (§0.3). A higher layer wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// 国家法律、行政法规
    L0,
    /// 国务院及部门文件
    L1,
    /// 省
    L2,
    /// 本决定
    L3,
    /// 单位承诺
    L4,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::L0 => "L0",
            Layer::L1 => "L1",
            Layer::L2 => "L2",
            Layer::L3 => "L3",
            Layer::L4 => "L4",
        }
    }
}

/// What an entry of the register is (§1, *Kind*); several may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub &'static str);

/// How grave a finding is (§0.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    /// 提示
    Blue,
    /// 黄牌
    Yellow,
    /// 红牌
    Red,
    /// 移送纪检监察
    Refer,
}

impl Severity {
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Blue, Severity::Yellow, Severity::Red, Severity::Refer];

    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "INFO",
            Severity::Blue => "BLUE",
            Severity::Yellow => "YELLOW",
            Severity::Red => "RED",
            Severity::Refer => "REFER",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Severity::Info => "信息",
            Severity::Blue => "提示",
            Severity::Yellow => "黄牌",
            Severity::Red => "红牌",
            Severity::Refer => "移送纪检监察",
        }
    }

    /// Reads `yellow` or `YELLOW`.
    pub fn parse(text: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text))
    }
}

/// How far a rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Events and master data decide; a finding is a signal until people confirm it.
    Judged,
    /// Something worth a look is found; only people can tell whether it is a breach.
    Signal,
    /// What happened cannot be derived: it is recorded as an assertion, and counted.
    Assertion,
    /// A figure, no breach.
    Statistic,
    /// Vocabulary, context or master data: nothing to judge.
    Context,
    /// Registered with its quote; not applied by this version.
    Registered,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Judged => "judged",
            Status::Signal => "signal",
            Status::Assertion => "assertion",
            Status::Statistic => "statistic",
            Status::Context => "context",
            Status::Registered => "registered",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Status::Judged => "自动判定,待人工认定",
            Status::Signal => "仅提示线索,由人认定",
            Status::Assertion => "由人登记事实主张",
            Status::Statistic => "统计指标",
            Status::Context => "用语与背景",
            Status::Registered => "已登记,本版不判定",
        }
    }
}

/// How a rule is applied.
#[derive(Clone, Copy)]
pub enum Check {
    /// Looks at one case and at master data, at no other case.
    Case(fn(&Case<'_>, &mut Findings)),
    /// Looks across cases, at what [`super::city`] has gathered of them.
    City(fn(&City<'_>, &mut Findings)),
    /// Looks at what all others have found, once people's determinations have moved it:
    /// what had to follow, and what recurs.
    Sequel(fn(&City<'_>, &[Finding], &mut Findings)),
    /// Found by what another rule, named here, looks at.
    With(&'static str),
    /// Nothing to apply.
    None,
}

/// One entry of the register.
pub struct Rule {
    /// `R2.5.1`; released ids never change their meaning.
    pub id: &'static str,
    /// Rises when the check changes what it finds.
    pub version: u16,
    pub zh: &'static str,
    pub en: &'static str,
    /// The exact words of the decision or the law; several passages are parted by `／`.
    pub quote: &'static str,
    pub layer: Layer,
    pub kind: Kind,
    /// Of a plain breach; a finding may say more or less.
    pub severity: Severity,
    pub status: Status,
    /// What its findings take from acts that are not there: of an imported excerpt
    /// such a finding is indeterminate.
    pub silence: Silence,
    pub checks: &'static [Check],
}

impl Rule {
    /// What holds where a block of the register is silent (§1.x): of this decision,
    /// a yellow card, registered and applied to nothing. Entries name the rest.
    pub(super) const ENTRY: Rule = Rule {
        id: "",
        version: 1,
        zh: "",
        en: "",
        quote: "",
        layer: Layer::L3,
        kind: Kind(""),
        severity: Severity::Yellow,
        status: Status::Registered,
        silence: Silence::Whole,
        checks: &[],
    };

    /// What scripts read of an entry.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "zh": self.zh, "en": self.en, "quote": self.quote,
            "layer": self.layer.as_str(), "kind": self.kind.0,
            "severity": self.severity.as_str(), "status": self.status.as_str(),
            "version": self.version,
            "silence": self.silence.as_str(),
        })
    }
}

packed!(Severity: Info, Blue, Yellow, Red, Refer);
