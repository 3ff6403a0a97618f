//! The register of event types (specification §3.1–§3.9).
//!
//! A row says what a type is called, who may see it, in which log it lives and
//! what its body consists of, confidential members marked. A type that is not
//! here is refused at the door: its confidential members would be unknown.

use super::member::Member;
use super::{
    accountability, approval, decision, fee, hall, inspection, integrity, joint, master, penalty,
    service, supervision,
};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Which of a ledger's two logs an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventLog {
    Open,
    /// Its very existence is confidential.
    Sealed,
}

impl EventLog {
    pub fn as_str(self) -> &'static str {
        match self {
            EventLog::Open => "open",
            EventLog::Sealed => "sealed",
        }
    }
}

/// Who may see an event by default (specification §3.0, `visibility`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Public,
    Party,
    Unit,
    Supervisor,
    Investigator,
    Sealed,
}

impl Visibility {
    /// The word of the envelope and of the published schemas.
    pub fn as_str(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Party => "party",
            Visibility::Unit => "unit",
            Visibility::Supervisor => "supervisor",
            Visibility::Investigator => "investigator",
            Visibility::Sealed => "sealed",
        }
    }
}

/// Why a member is confidential (specification §3.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// P 个人信息
    Personal,
    /// SP 敏感个人信息 (个保法 art. 28)
    SensitivePersonal,
    /// B 商业秘密
    Business,
    /// I 内部过程信息
    Internal,
    /// D 纪检监察
    Discipline,
    /// W 举报人
    Informant,
}

impl Sensitivity {
    /// The code in a frame's disclosures (`schemas/FORMAT.md`). Released codes
    /// never change.
    pub fn code(self) -> u8 {
        match self {
            Sensitivity::Personal => 1,
            Sensitivity::SensitivePersonal => 2,
            Sensitivity::Business => 3,
            Sensitivity::Internal => 4,
            Sensitivity::Discipline => 5,
            Sensitivity::Informant => 6,
        }
    }

    /// The word of the published schemas (`x-sensitivity`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Sensitivity::Personal => "personal",
            Sensitivity::SensitivePersonal => "sensitive-personal",
            Sensitivity::Business => "business",
            Sensitivity::Internal => "internal",
            Sensitivity::Discipline => "discipline",
            Sensitivity::Informant => "informant",
        }
    }
}

/// One event type.
#[derive(Debug)]
pub struct EventType {
    /// Code of the specification, `A02`.
    pub code: &'static str,
    /// Name and schema version, `approval.application.submitted.v1`.
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub visibility: Visibility,
    pub log: EventLog,
    /// The members of the body.
    pub members: &'static [Member],
    /// The list in the body whose items carry the amounts, for types that state
    /// several at once (`lines` of a fee); see [`super::amount`].
    pub items: Option<&'static str>,
    /// Only the ledger itself records it: by anyone else it would be a claim in the
    /// ledger's name that every verifier holds the ledger to.
    pub own: bool,
}

impl EventType {
    /// A member of the body by its name.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The confidential members of the body, sealed whole at admission.
    pub fn sensitive(&self) -> impl Iterator<Item = (&'static str, Sensitivity)> + use<> {
        self.members.iter().filter_map(|member| Some((member.name, member.sensitivity?)))
    }

    /// The amounts stand in the items of a list of the body.
    pub(super) const fn items(self, list: &'static str) -> EventType {
        EventType { items: Some(list), ..self }
    }

    /// Recorded by the ledger alone.
    pub(super) const fn own(self) -> EventType {
        EventType { own: true, ..self }
    }

    /// Kept in the sealed log although others than its readers may be told of
    /// it: the stream it belongs to must not be seen to exist.
    pub(super) const fn in_sealed_log(self) -> EventType {
        EventType { log: EventLog::Sealed, ..self }
    }
}

/// The row constructor: types that only the sealed log may show live there.
pub(super) const fn row(
    code: &'static str,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    visibility: Visibility,
    members: &'static [Member],
) -> EventType {
    let log = match visibility {
        Visibility::Sealed => EventLog::Sealed,
        _ => EventLog::Open,
    };
    EventType { code, name, zh, en, visibility, log, members, items: None, own: false }
}

const FAMILIES: [&[EventType]; 20] = [
    approval::TYPES,
    joint::TYPES,
    service::TYPES,
    fee::TYPES,
    inspection::TYPES,
    penalty::TYPES,
    decision::TYPES,
    hall::TYPES,
    supervision::TYPES,
    accountability::TYPES,
    master::catalogue::TYPES,
    master::fees::TYPES,
    master::penalties::TYPES,
    master::units::TYPES,
    master::halls::TYPES,
    master::inspections::TYPES,
    master::parties::TYPES,
    master::reference::TYPES,
    master::published::TYPES,
    integrity::TYPES,
];

/// Every event type, family by family in the order of the specification.
pub fn all() -> impl Iterator<Item = &'static EventType> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The type of a name such as `fee.paid.v1`.
pub fn find(name: &str) -> Option<&'static EventType> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static EventType>> = OnceLock::new();
    BY_NAME.get_or_init(|| all().map(|row| (row.name, row)).collect()).get(name).copied()
}

/// The registered name that is most like a mistyped one.
pub fn nearest(name: &str) -> Option<&'static str> {
    all().map(|event_type| event_type.name).min_by_key(|known| distance(name, known))
}

/// Levenshtein distance in bytes, for suggestions only.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_versioned_and_complete() {
        let names: BTreeSet<_> = all().map(|t| t.name).collect();
        assert_eq!(names.len(), all().count(), "a name stands twice");
        for event_type in all() {
            assert!(event_type.name.ends_with(".v1"), "{}", event_type.name);
            assert!(!event_type.zh.is_empty() && !event_type.en.is_empty());
            assert!(event_type.name.bytes().all(|b| {
                b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_'
            }));
            assert_eq!(find(event_type.name).map(|t| t.code), Some(event_type.code));
        }
    }

    #[test]
    fn informants_and_discipline_cases_live_in_the_sealed_log() {
        let confidential = |name: &str| {
            ["complaint.", "supervise.", "hotline.", "account.case.", "account.measure."]
                .iter()
                .any(|family| name.starts_with(family))
        };
        for event_type in all() {
            let sealed = event_type.log == EventLog::Sealed;
            if confidential(event_type.name) || event_type.visibility == Visibility::Sealed {
                assert!(sealed, "{}", event_type.name);
            }
        }
        assert_eq!(find("access.recorded.v1").map(|t| t.log), Some(EventLog::Sealed));
        assert_eq!(find("approval.decision.granted.v1").map(|t| t.log), Some(EventLog::Open));
    }

    /// What the ledger says of itself in a stream of its own, and nothing that an office
    /// decides: a redaction is a person's act, the destruction of a key the ledger's.
    #[test]
    fn only_the_ledger_says_what_it_did_itself() {
        let of_the_ledger = [
            "access.recorded.v1",
            "clock.anomaly.detected.v1",
            "intake.refused.v1",
            "ledger.anchor.prepared.v1",
            "ledger.anchor.recorded.v1",
            "ledger.checkpoint.signed.v1",
            "ledger.closing.recorded.v1",
            "ledger.created.v1",
            "ledger.sealed_closing.recorded.v1",
            "vault.key.destroyed.v1",
            "vault.role.granted.v1",
            "vault.role.revoked.v1",
            "vault.sealed_key.destroyed.v1",
        ];
        for name in of_the_ledger {
            assert!(find(name).is_some_and(|t| t.own), "{name}");
        }
        assert!(!find("redaction.applied.v1").unwrap().own);
    }

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        assert_eq!(nearest("approval.decision.grantd.v1"), Some("approval.decision.granted.v1"));
        assert!(find("approval.decision.granted").is_none());
    }

    #[test]
    fn every_code_of_the_specification_is_here() {
        let codes: BTreeSet<_> = all().map(|t| t.code).collect();
        let mut missing = Vec::new();
        let ranges = [
            ("A", 1, 54),
            ("B", 1, 11),
            ("C", 1, 14),
            ("C", 20, 24),
            ("D", 1, 37),
            ("E", 1, 19),
            ("F", 1, 13),
            ("G", 1, 17),
            ("H", 1, 11),
            ("W", 1, 9),
            ("K", 1, 17),
            ("M", 1, 45),
            ("X", 1, 14),
        ];
        for (family, from, to) in ranges {
            for number in from..=to {
                let code = format!("{family}{number:02}");
                if !codes.contains(code.as_str()) {
                    missing.push(code);
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
