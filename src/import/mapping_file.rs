//! The TOML form of a mapping, and its reading into a [`Mapping`]. Keys that are
//! not here are errors: a mistyped key must not silently map nothing.

use super::csv::Dialect;
use super::mapping::{
    Activity, AmountRule, As, BodyRule, DEFAULT_TYPE, Field, Mapping, MappingError, Party,
    SealRule, SourceFormat,
};
use super::moment::{Format, Precision, Reading, parse_offset};
use plumbline_replay::event::register::{self, EventType};
use plumbline_replay::integrity::json::{self, Json};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(untagged)]
enum FieldToml {
    Name(String),
    Case { case: String },
    Event { event: String },
    Value { value: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingToml {
    name: String,
    version: String,
    format: SourceFormat,
    system: String,
    stream: String,
    case: FieldToml,
    carrier: Option<String>,
    #[serde(default)]
    whole_cases: bool,
    id: Option<FieldToml>,
    activity: Option<FieldToml>,
    #[serde(rename = "type")]
    event_type: Option<String>,
    #[serde(default)]
    activities: BTreeMap<String, ActivityToml>,
    time: TimeToml,
    #[serde(default)]
    actor: ActorToml,
    item: Option<FieldToml>,
    #[serde(default)]
    parties: Vec<PartyToml>,
    #[serde(default)]
    amounts: Vec<AmountToml>,
    #[serde(default)]
    body: Vec<BodyToml>,
    #[serde(default)]
    seal: Vec<SealToml>,
    #[serde(default)]
    table: TableToml,
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityToml {
    #[serde(rename = "type")]
    event_type: String,
    #[serde(default)]
    body: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeToml {
    field: FieldToml,
    #[serde(default)]
    formats: Vec<String>,
    offset: Option<String>,
    #[serde(default)]
    precision: Precision,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorToml {
    unit: Option<FieldToml>,
    officer: Option<FieldToml>,
    role: Option<FieldToml>,
    post: Option<FieldToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyToml {
    id: FieldToml,
    capacity: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AmountToml {
    field: FieldToml,
    #[serde(default = "amount_member")]
    member: String,
    currency: String,
    #[serde(default)]
    shift: u8,
    #[serde(default)]
    activities: Vec<String>,
}

fn amount_member() -> String {
    "amount".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyToml {
    field: FieldToml,
    member: String,
    #[serde(default, rename = "as")]
    form: As,
    #[serde(default)]
    activities: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealToml {
    field: String,
    member: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableToml {
    delimiter: Option<String>,
    #[serde(default)]
    skip_lines: u64,
    encoding: Option<String>,
    #[serde(default)]
    optional: Vec<String>,
}

impl From<FieldToml> for Field {
    fn from(toml: FieldToml) -> Field {
        match toml {
            FieldToml::Name(name) | FieldToml::Event { event: name } => Field::Event(name),
            FieldToml::Case { case } => Field::Case(case),
            FieldToml::Value { value } => Field::Value(value),
        }
    }
}

/// Reads the text of a mapping file. Checks what concerns one key alone.
pub(super) fn read(text: &str, digest: String) -> Result<Mapping, MappingError> {
    let toml: MappingToml = toml::from_str(text).map_err(|e| MappingError(e.to_string()))?;
    build(toml, digest)
}

fn build(toml: MappingToml, digest: String) -> Result<Mapping, MappingError> {
    let reading = Reading {
        formats: formats(&toml.time.formats)?,
        offset: toml.time.offset.as_deref().map(offset).transpose()?,
        precision: toml.time.precision,
    };
    let mut activities = BTreeMap::new();
    for (name, activity) in toml.activities {
        let event_type = registered(&activity.event_type)?;
        let body = fixed_members(&name, activity.body)?;
        activities.insert(name, Activity { event_type, body });
    }
    let ActorToml { unit, officer, role, post } = toml.actor;
    let actor = [("officer", officer), ("post", post), ("role", role), ("unit", unit)];
    let amounts = toml.amounts.into_iter().map(amount_rule).collect::<Result<_, _>>()?;
    Ok(Mapping {
        name: toml.name,
        version: toml.version,
        format: toml.format,
        system: toml.system,
        stream: toml.stream.trim_end_matches('/').to_owned(),
        case: toml.case.into(),
        carrier: toml.carrier,
        whole_cases: toml.whole_cases,
        id: toml.id.map(Field::from),
        activity: toml.activity.map(Field::from),
        event_type: registered(toml.event_type.as_deref().unwrap_or(DEFAULT_TYPE))?,
        activities,
        time: toml.time.field.into(),
        reading,
        actor: actor.into_iter().filter_map(|(n, f)| Some((n, Field::from(f?)))).collect(),
        item: toml.item.map(Field::from),
        parties: toml
            .parties
            .into_iter()
            .map(|party| Party { id: party.id.into(), capacity: party.capacity })
            .collect(),
        amounts,
        body: toml
            .body
            .into_iter()
            .map(|rule| BodyRule {
                field: rule.field.into(),
                member: rule.member,
                form: rule.form,
                activities: rule.activities,
            })
            .collect(),
        seal: toml
            .seal
            .into_iter()
            .map(|rule| SealRule { field: rule.field, member: rule.member })
            .collect(),
        dialect: Dialect {
            delimiter: toml.table.delimiter.as_deref().map(delimiter).transpose()?,
            skip_lines: toml.table.skip_lines,
        },
        encoding: toml.table.encoding.as_deref().map(encoding).transpose()?,
        optional: toml.table.optional,
        columns: toml.columns,
        digest,
    })
}

fn amount_rule(toml: AmountToml) -> Result<AmountRule, MappingError> {
    let code = toml.currency.as_bytes();
    if code.len() != 3 || !code.iter().all(u8::is_ascii_uppercase) {
        return Err(MappingError(format!(
            "货币 {:?} 应为 ISO 4217 代码 / a currency is three capital letters such as CNY",
            toml.currency
        )));
    }
    if toml.shift > 12 {
        return Err(MappingError(format!(
            "金额 {:?} 的倍数 10^{} 过大 / shift {1} is more than 12",
            toml.member, toml.shift
        )));
    }
    Ok(AmountRule {
        field: toml.field.into(),
        member: toml.member,
        currency: toml.currency,
        shift: toml.shift,
        activities: toml.activities,
    })
}

fn registered(name: &str) -> Result<&'static EventType, MappingError> {
    register::find(name).ok_or_else(|| {
        MappingError(format!(
            "未登记的事件类型 {name:?} / no such event type; did you mean {:?}?",
            register::nearest(name).unwrap_or("")
        ))
    })
}

fn formats(texts: &[String]) -> Result<Vec<Format>, MappingError> {
    texts.iter().map(|text| Format::parse(text).map_err(MappingError)).collect()
}

fn offset(text: &str) -> Result<chrono::FixedOffset, MappingError> {
    parse_offset(text).ok_or_else(|| {
        MappingError(format!("time.offset {text:?} 应如 +08:00 / must look like +08:00 or Z"))
    })
}

fn delimiter(text: &str) -> Result<u8, MappingError> {
    match text.as_bytes() {
        [one] if one.is_ascii() => Ok(*one),
        _ => Err(MappingError(format!(
            "table.delimiter {text:?} 应为一个字符 / must be one character"
        ))),
    }
}

fn encoding(label: &str) -> Result<&'static encoding_rs::Encoding, MappingError> {
    encoding_rs::Encoding::for_label(label.as_bytes())
        .ok_or_else(|| MappingError(format!("未知的编码 {label:?} / unknown encoding")))
}

fn fixed_members(
    activity: &str,
    body: BTreeMap<String, toml::Value>,
) -> Result<Vec<(String, Json<'static>)>, MappingError> {
    let mut members = Vec::with_capacity(body.len());
    for (name, value) in body {
        let json = match value {
            toml::Value::String(text) => Json::text(text),
            toml::Value::Boolean(value) => Json::Bool(value),
            toml::Value::Integer(value) if value.abs() <= json::INTEGER_MAX => Json::Int(value),
            _ => {
                return Err(MappingError(format!(
                    "activities.{activity:?}.body.{name} 只能是文本、整数或真假 / must be a text, \
                     an integer or a boolean"
                )));
            }
        };
        members.push((name, json));
    }
    Ok(members)
}
