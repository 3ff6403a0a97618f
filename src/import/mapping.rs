//! The mapping file: which field of a source becomes which part of an event.
//!
//! A mapping is read whole and checked before a source is opened: unknown keys,
//! unregistered event types, and confidential fields that no type can seal are
//! errors that name their place. How a record is translated is `translate`'s affair.

use super::attribute::excerpt;
use super::csv::Dialect;
use super::headers::Match;
use super::moment::Reading;
use plumbline_replay::event::register::EventType;
use plumbline_replay::integrity::json::Json;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The type of events whose activity the mapping does not name.
pub const DEFAULT_TYPE: &str = "import.activity.recorded.v1";

/// What kind of file a mapping is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    Xes,
    Csv,
    Ndjson,
}

impl SourceFormat {
    pub fn as_str(self) -> &'static str {
        match self {
            SourceFormat::Xes => "xes",
            SourceFormat::Csv => "csv",
            SourceFormat::Ndjson => "ndjson",
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// An attribute of the event: a XES attribute, a column, a member.
    Event(String),
    /// An attribute of the XES trace.
    Case(String),
    /// The same for every event.
    Value(String),
}

/// What one activity of the source becomes.
#[derive(Debug)]
pub struct Activity {
    pub event_type: &'static EventType,
    /// Members of the body that every event of the activity gets.
    pub body: Vec<(String, Json<'static>)>,
}

/// Whom an event concerns.
#[derive(Debug)]
pub struct Party {
    pub id: Field,
    /// 申请人, 当事人, 利害关系人, 代理人…
    pub capacity: Option<String>,
}

/// A field that is an amount of money.
#[derive(Debug)]
pub struct AmountRule {
    pub field: Field,
    pub member: String,
    /// ISO 4217.
    pub currency: String,
    /// The source's unit is 10^shift of the currency: 4 for 万元.
    pub shift: u8,
    pub activities: Vec<String>,
}

/// How a copied value is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum As {
    #[default]
    Text,
    /// An integer within ±(2^53 − 1).
    Int,
    Bool,
    /// A text that spreadsheets may have shortened (`9.11E+17`): then refused.
    Code,
}

/// A field that is copied into the body.
#[derive(Debug)]
pub struct BodyRule {
    pub field: Field,
    pub member: String,
    pub form: As,
    pub activities: Vec<String>,
}

/// A confidential field, of the event or of its case: it goes into this member,
/// which the type's register row seals, and nowhere else.
#[derive(Debug)]
pub struct SealRule {
    pub field: String,
    pub member: String,
}

/// A mapping that has been checked.
#[derive(Debug)]
pub struct Mapping {
    pub name: String,
    pub version: String,
    pub format: SourceFormat,
    /// `source.system`: with an event's id it keeps it from being recorded twice.
    pub system: String,
    /// Streams are `<stream>/<case id>`.
    pub stream: String,
    pub case: Field,
    /// The activity whose first event carries what belongs to the whole case;
    /// else the first event of the case does.
    pub carrier: Option<String>,
    /// The file holds whole cases: that an act is not in it shows that it was not done.
    /// Without it, absence shows nothing.
    pub whole_cases: bool,
    pub id: Option<Field>,
    pub activity: Option<Field>,
    pub event_type: &'static EventType,
    pub activities: BTreeMap<String, Activity>,
    pub time: Field,
    pub reading: Reading,
    /// Members of `actor` with their fields.
    pub actor: Vec<(&'static str, Field)>,
    pub item: Option<Field>,
    pub parties: Vec<Party>,
    pub amounts: Vec<AmountRule>,
    pub body: Vec<BodyRule>,
    pub seal: Vec<SealRule>,
    pub dialect: Dialect,
    /// WHATWG label; without it UTF-8, then GB 18030, as the bytes allow.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Columns that a table may lack.
    pub optional: Vec<String>,
    /// Other spellings of column names.
    pub columns: BTreeMap<String, Vec<String>>,
    /// BLAKE3 of the mapping file in lower-case hex.
    pub digest: String,
}

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("映射文件有误 / the mapping cannot be used: {0}")]
pub struct MappingError(pub String);

impl Mapping {
    /// Reads and checks a mapping file.
    pub fn read(bytes: &[u8]) -> Result<Mapping, MappingError> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            MappingError(format!("不是 UTF-8 / not UTF-8 from byte {}", e.valid_up_to()))
        })?;
        let digest = blake3::hash(bytes).to_hex().to_string();
        let mapping = super::mapping_file::read(text, digest)?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Every field of the event that the mapping uses, with other spellings.
    pub fn column_names(&self) -> BTreeMap<String, Vec<String>> {
        let mut names = BTreeMap::new();
        let of_event = self.fields().filter_map(|field| match field {
            Field::Event(name) => Some(name),
            Field::Case(_) | Field::Value(_) => None,
        });
        for name in of_event.chain(self.seal.iter().map(|rule| &rule.field)) {
            let aliases = self.columns.get(name).cloned().unwrap_or_default();
            names.insert(name.clone(), aliases);
        }
        names
    }

    /// Puts the headers as written in the place of the names that they match.
    /// Every name must have a column, or a misspelt header would map nothing
    /// without a word; those in `optional` need not, the case, the time and the
    /// confidential fields excepted.
    pub fn resolve(&mut self, headers: &[String], matches: &[Match]) -> Result<(), MappingError> {
        let needed = |field: &Field, name: &str| matches!(field, Field::Event(n) if n == name);
        let unmatched = self.column_names().into_keys().find(|name| {
            let always = needed(&self.case, name)
                || needed(&self.time, name)
                || self.seal.iter().any(|rule| rule.field == *name);
            (always || !self.optional.contains(name))
                && !matches.iter().any(|found| found.name == *name)
        });
        if let Some(name) = unmatched {
            let shown: Vec<_> = headers.iter().take(40).map(|name| excerpt(name, 40)).collect();
            return Err(MappingError(format!(
                "没有找到列 {name:?};如该列可缺,请写入 table.optional;文件的列 / no column {name:?} \
                 (name it in table.optional if it may be missing); the file has: {}",
                shown.join(" | ")
            )));
        }
        let rename = |name: &mut String| {
            if let Some(found) = matches.iter().find(|found| found.name == *name) {
                name.clone_from(&found.header);
            }
        };
        for field in self.fields_mut() {
            if let Field::Event(name) = field {
                rename(name);
            }
        }
        self.seal.iter_mut().for_each(|rule| rename(&mut rule.field));
        Ok(())
    }

    /// The type and the fixed members of an activity.
    pub fn activity_of(
        &self,
        activity: Option<&str>,
    ) -> (&'static EventType, &[(String, Json<'static>)]) {
        match activity.and_then(|name| self.activities.get(name)) {
            Some(known) => (known.event_type, &known.body),
            None => (self.event_type, &[]),
        }
    }

    /// Which types events can get.
    fn types(&self) -> impl Iterator<Item = &'static EventType> {
        std::iter::once(self.event_type).chain(self.activities.values().map(|a| a.event_type))
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        [&self.case, &self.time]
            .into_iter()
            .chain(self.id.as_ref())
            .chain(self.activity.as_ref())
            .chain(self.item.as_ref())
            .chain(self.actor.iter().map(|(_, field)| field))
            .chain(self.parties.iter().map(|party| &party.id))
            .chain(self.amounts.iter().map(|rule| &rule.field))
            .chain(self.body.iter().map(|rule| &rule.field))
    }

    fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        [&mut self.case, &mut self.time]
            .into_iter()
            .chain(self.id.as_mut())
            .chain(self.activity.as_mut())
            .chain(self.item.as_mut())
            .chain(self.actor.iter_mut().map(|(_, field)| field))
            .chain(self.parties.iter_mut().map(|party| &mut party.id))
            .chain(self.amounts.iter_mut().map(|rule| &mut rule.field))
            .chain(self.body.iter_mut().map(|rule| &mut rule.field))
    }

    fn check(&self) -> Result<(), MappingError> {
        let refuse = |reason: String| Err(MappingError(reason));
        if self.format != SourceFormat::Xes && self.fields().any(|f| matches!(f, Field::Case(_))) {
            return refuse("只有 XES 有案件属性 / only XES has attributes of the case: write the column's name".to_owned());
        }
        if let Field::Value(_) = self.case {
            return refuse(
                "case 不能是固定值 / `case` cannot be the same for every event".to_owned(),
            );
        }
        for rule in &self.seal {
            let sealed = |t: &EventType| t.sensitive().any(|(m, _)| m == rule.member);
            if !self.types().any(sealed) {
                return refuse(format!(
                    "seal:没有事件类型会密封成员 {0:?} / no event type of this mapping seals `{0}`; \
                     sealed members are: {1}",
                    rule.member,
                    self.sealed_members().join(", ")
                ));
            }
            let uses = |field: &Field| match field {
                Field::Event(name) | Field::Case(name) => {
                    *name == rule.field
                        || name
                            .strip_prefix('/')
                            .is_some_and(|path| path.split('/').next() == Some(rule.field.as_str()))
                }
                Field::Value(_) => false,
            };
            if self.fields().any(uses) || rule.field.starts_with('/') {
                return refuse(format!(
                    "seal:{:?} 又用在别处或只是一部分,会以明文入账 / a sealed field is used elsewhere \
                     too, or is part of a field, and would be written in the clear",
                    rule.field
                ));
            }
        }
        let members = self.body.iter().map(|rule| &rule.member);
        let fixed = self.activities.values().flat_map(|a| a.body.iter().map(|(name, _)| name));
        for member in members.chain(fixed).chain(self.amounts.iter().map(|rule| &rule.member)) {
            if member.starts_with('_') || member.is_empty() {
                return refuse(format!(
                    "成员名 {member:?} 保留给账本 / a member named {member:?} is the ledger's own"
                ));
            }
        }
        Ok(())
    }

    fn sealed_members(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .types()
            .flat_map(|t| t.sensitive().map(move |(member, _)| format!("{member} ({})", t.name)))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
