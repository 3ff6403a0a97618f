//! What a rule says of an act: the result, who answers for it, the entries it
//! rests on, one sentence in each language and the arithmetic.
//!
//! A machine's result is a signal and no finding of guilt (§0.4): people confirm,
//! dismiss, exempt or waive, by events, and only `judge` moves a
//! result there.

use super::accountability::Accountable;
use super::coverage::Silence;
use super::rule::{Rule, Severity};
use crate::event::Event;
use crate::event::register::EventLog;
use crate::master::Origin;
use crate::packed::{Packed, Packer, Unpacker, packed};
use crate::time::civil::{Micros, Zone};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The result vocabulary of §0.4. `COMPLIANT` and `NOT_APPLICABLE` are counted,
/// not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 疑似违规, by machine
    Signal,
    /// 认定
    Confirmed,
    /// 否定
    Dismissed,
    /// 豁免
    Exempted,
    /// 认定后免予追究: closed, and visible for ever
    Waived,
    /// 无法判定: data are missing; the explanation lists which
    Indeterminate,
    /// 上位法优先
    Superseded,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Signal => "VIOLATION_SIGNAL",
            Outcome::Confirmed => "CONFIRMED",
            Outcome::Dismissed => "DISMISSED",
            Outcome::Exempted => "EXEMPTED",
            Outcome::Waived => "WAIVED",
            Outcome::Indeterminate => "INDETERMINATE",
            Outcome::Superseded => "SUPERSEDED_BY_HIGHER_LAW",
        }
    }

    /// Reads `CONFIRMED` or `confirmed`.
    pub fn parse(text: &str) -> Option<Outcome> {
        const ALL: [Outcome; 7] = [
            Outcome::Signal,
            Outcome::Confirmed,
            Outcome::Dismissed,
            Outcome::Exempted,
            Outcome::Waived,
            Outcome::Indeterminate,
            Outcome::Superseded,
        ];
        ALL.into_iter().find(|outcome| outcome.as_str().eq_ignore_ascii_case(text))
    }

    pub fn zh(self) -> &'static str {
        match self {
            Outcome::Signal => "疑似违规",
            Outcome::Confirmed => "认定违规",
            Outcome::Dismissed => "不成立",
            Outcome::Exempted => "豁免",
            Outcome::Waived => "免予追究",
            Outcome::Indeterminate => "无法判定",
            Outcome::Superseded => "上位法优先",
        }
    }
}

/// An entry that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryRef {
    /// In the sealed log; else in the open one. The type says which.
    pub sealed: bool,
    /// In its log.
    pub position: u64,
    pub system: Box<str>,
    pub id: Box<str>,
}

impl EntryRef {
    pub fn of(event: &Event<'_>) -> EntryRef {
        EntryRef {
            sealed: event.event_type.is_some_and(|known| known.log == EventLog::Sealed),
            position: event.position,
            system: event.source.system.get().unwrap_or_default().into(),
            id: event.id.as_ref().into(),
        }
    }

    /// Of the entry that told of a row of master data.
    pub fn origin(origin: &Origin) -> EntryRef {
        let (position, id) = (origin.position, origin.id.clone());
        EntryRef { sealed: false, position, system: "".into(), id }
    }

    /// `open/4711`: what `plumb show --log open 4711` shows.
    pub fn place(&self) -> String {
        format!("{}/{}", if self.sealed { "sealed" } else { "open" }, self.position)
    }
}

/// One result of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub rule: &'static str,
    pub rule_version: u16,
    pub outcome: Outcome,
    pub severity: Severity,
    /// The case, or for what no case shows, what is missing it: `md/unit/…`.
    pub stream: Box<str>,
    /// What tells several findings of a rule on one stream apart and keeps the
    /// finding's id the same when more is known: a line number, a day, a unit.
    pub matter: Box<str>,
    /// Never empty where an act was found; in order of position.
    pub entries: Vec<EntryRef>,
    /// When the breach happened: the offending act, or the moment it was due.
    pub at: Micros,
    pub accountable: Accountable,
    pub zh: String,
    pub en: String,
    /// What a person checks by hand: clock trace, floor × quantity, versions.
    pub explanation: Map<String, Value>,
    /// What it takes from acts that are not there, where that is other than its rule's.
    pub silence: Option<Silence>,
}

/// The id of what a rule finds on a stream about a matter.
pub fn finding_id(rule: &str, stream: &str, matter: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [rule, stream, matter] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let hex = hasher.finalize().to_hex();
    format!("F-{}", hex.get(..20).unwrap_or_default())
}

impl Finding {
    /// Stable as long as rule, stream and matter are: human determinations name it.
    pub fn id(&self) -> String {
        finding_id(self.rule, &self.stream, &self.matter)
    }

    /// The ids by which people may speak of it: its own, and that of the finding that
    /// it arises from.
    pub fn ids(&self) -> Vec<String> {
        let source = self.explanation.get("arises_from").and_then(Value::as_str);
        [Some(self.id()), source.map(str::to_owned)].into_iter().flatten().collect()
    }

    /// Whether its rule is asked for by its id or the beginning of it: `R2.5` asks for
    /// R2.5.1 and R2.5.2, and not for R2.50.
    pub fn is_of(&self, asked: &str) -> bool {
        let rest = self.rule.strip_prefix(asked);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// The line that scripts read.
    pub fn to_json(&self, zone: Zone) -> Value {
        let ids: Vec<&str> = self.entries.iter().map(|entry| entry.id.as_ref()).collect();
        let places: Vec<String> = self.entries.iter().map(EntryRef::place).collect();
        json!({
            "finding_id": self.id(), "rule": self.rule, "rule_version": self.rule_version,
            "result": self.outcome.as_str(), "severity": self.severity.as_str(),
            "stream": self.stream, "matter": self.matter,
            "entries": ids, "places": places, "occurred_at": zone.rfc3339(self.at),
            "unit": self.accountable.unit, "principal_leader": self.accountable.principal_leader,
            "deputy_in_charge": self.accountable.deputy_in_charge,
            "direct": self.accountable.direct, "supervising_unit": self.accountable.supervising_unit,
            "sentence_zh": self.zh, "sentence_en": self.en, "explanation": self.explanation,
        })
    }
}

/// What rules have said so far.
#[derive(Default)]
pub struct Findings {
    pub(super) found: Vec<Finding>,
    /// Acts that a rule looked at and found in order.
    pub(super) compliant: BTreeMap<&'static str, u64>,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.found.extend(findings);
    }

    /// Counts an act that the rule applies to and that keeps it.
    pub fn compliant(&mut self, rule: &Rule) {
        *self.compliant.entry(rule.id).or_default() += 1;
    }

    /// The findings, in the order in which they were found.
    pub fn into_found(self) -> Vec<Finding> {
        self.found
    }

    /// Gives everything to another list, each finding changed on the way.
    pub(super) fn move_to(self, out: &mut Findings, change: impl Fn(Finding) -> Finding) {
        out.join(Findings { found: self.found.into_iter().map(change).collect(), ..self });
    }

    pub(super) fn join(&mut self, other: Findings) {
        self.found.extend(other.found);
        for (rule, count) in other.compliant {
            *self.compliant.entry(rule).or_default() += count;
        }
    }
}

packed!(Outcome: Signal, Confirmed, Dismissed, Exempted, Waived, Indeterminate, Superseded);
packed! {
    EntryRef { sealed, position, system, id }
}

/// The rule by its id, and the arithmetic as JSON.
impl Packed for Finding {
    fn pack(&self, to: &mut Packer) {
        to.text(self.rule);
        self.rule_version.pack(to);
        self.outcome.pack(to);
        self.severity.pack(to);
        self.stream.pack(to);
        self.matter.pack(to);
        self.entries.pack(to);
        self.at.pack(to);
        self.accountable.pack(to);
        self.zh.pack(to);
        self.en.pack(to);
        to.text(&serde_json::to_string(&self.explanation).unwrap_or_default());
        self.silence.pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Finding> {
        Some(Finding {
            rule: super::register::find(&from.text()?)?.id,
            rule_version: Packed::unpack(from)?,
            outcome: Packed::unpack(from)?,
            severity: Packed::unpack(from)?,
            stream: Packed::unpack(from)?,
            matter: Packed::unpack(from)?,
            entries: Packed::unpack(from)?,
            at: Packed::unpack(from)?,
            accountable: Packed::unpack(from)?,
            zh: Packed::unpack(from)?,
            en: Packed::unpack(from)?,
            explanation: serde_json::from_str(&from.text()?).ok()?,
            silence: Packed::unpack(from)?,
        })
    }
}
