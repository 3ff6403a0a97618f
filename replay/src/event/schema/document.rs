//! The published schemas: JSON Schema 2020-12 from the tables, in canonical order
//! of members and two blanks a level, so that the same tables make the same bytes.
//!
//! A schema describes what is complete and plain. The ledger accepts more (see
//! [`super::check`]): what departs is recorded and told as a matter of quality.

use super::departure::words;
use super::envelope::ENVELOPE;
use super::{OTHER, SD, example, example_body};
use crate::event::member::{Kind, Member, NAME_CHARS_MAX, TEXT_CHARS_MAX};
use crate::event::register::{self, EventType};
use crate::integrity::json::{INTEGER_MAX, Json, write_string};

/// The dialect of all schemas.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// What the schemas' `$id` begin with; the type or `envelope` follows.
pub const ID_BASE: &str = "urn:plumbline:schema:";

/// The name under which the envelope's schema is asked for.
pub const ENVELOPE_NAME: &str = "envelope";

/// The type whose submission is the example of the envelope.
const ENVELOPE_EXAMPLE: &str = "approval.materials.received.v1";

/// A type in one row: what it is called, who may see it, what it seals.
pub fn summary(event_type: &EventType) -> Json<'static> {
    let names = |names: Vec<&'static str>| Json::List(names.into_iter().map(Json::text).collect());
    Json::object([
        ("code", Json::text(event_type.code)),
        ("type", Json::text(event_type.name)),
        ("zh", Json::text(event_type.zh)),
        ("en", Json::text(event_type.en)),
        ("visibility", Json::text(event_type.visibility.as_str())),
        ("log", Json::text(event_type.log.as_str())),
        ("members", names(event_type.members.iter().map(|member| member.name).collect())),
        ("sealed", names(event_type.sensitive().map(|(name, _)| name).collect())),
    ])
}

/// The schema of a type's `body`, as submitted and as recorded.
pub fn document(event_type: &EventType) -> Json<'static> {
    let about = format!(
        "{} {}:body 的成员。缺项、表外成员照常入账并列为数据质量问题 / the members of `body`; the ledger \
         records what lacks or exceeds them and tells it as a matter of quality",
        event_type.code, event_type.name
    );
    let mut out = object(event_type.members);
    let (sealed, plain): (Vec<_>, Vec<_>) = event_type
        .members
        .iter()
        .filter(|member| member.required)
        .partition(|member| member.sensitivity.is_some());
    set_required(&mut out, &plain);
    if !sealed.is_empty() {
        // A sealed member may stand as one of the digests.
        let either = sealed.iter().map(|member| {
            Json::object([("anyOf", Json::List(vec![required(member.name), required(SD)]))])
        });
        out.set("allOf", Json::List(either.collect()));
    }
    if let Some(mut properties) = out.remove("properties") {
        properties.set(SD, digests());
        out.set("properties", properties);
    }
    head(&mut out, event_type.name, event_type.zh, event_type.en, about);
    out.set("examples", Json::List(vec![example_body(event_type)]));
    out.set("x-code", Json::text(event_type.code));
    out.set("x-visibility", Json::text(event_type.visibility.as_str()));
    out.set("x-log", Json::text(event_type.log.as_str()));
    if event_type.own {
        out.set("x-recorded-by", Json::text("ledger"));
    }
    if let Some(list) = event_type.items {
        out.set("x-amounts-in", Json::text(list));
    }
    out
}

/// The schema of a submission, its `body` left open.
pub fn envelope_document() -> Json<'static> {
    let about = "报送的事件:信封。body 的成员见其类型的模式 / an event as submitted: the envelope; for \
                 the members of `body` see the schema of its type";
    let mut out = object(ENVELOPE);
    let due: Vec<&Member> = ENVELOPE.iter().filter(|member| member.required).collect();
    set_required(&mut out, &due);
    head(&mut out, ENVELOPE_NAME, "报送的事件", "an event as submitted", about.to_owned());
    let shown = register::find(ENVELOPE_EXAMPLE).map(example).into_iter().collect();
    out.set("examples", Json::List(shown));
    out
}

fn head(out: &mut Json<'static>, name: &str, zh: &'static str, en: &'static str, about: String) {
    out.set("$schema", Json::text(DIALECT));
    out.set("$id", Json::text(format!("{ID_BASE}{name}")));
    out.set("title", Json::text(zh));
    out.set("x-title-en", Json::text(en));
    out.set("description", Json::text(about));
}

fn set_required(out: &mut Json<'static>, due: &[&Member]) {
    if !due.is_empty() {
        let names = due.iter().map(|member| Json::text(member.name));
        out.set("required", Json::List(names.collect()));
    }
}

fn required(name: &'static str) -> Json<'static> {
    Json::object([("required", Json::List(vec![Json::text(name)]))])
}

/// An object of these members and no others, with nothing required yet.
fn object(members: &[Member]) -> Json<'static> {
    Json::object([
        ("type", Json::text("object")),
        ("additionalProperties", Json::Bool(false)),
        ("properties", Json::object(members.iter().map(|member| (member.name, property(member))))),
    ])
}

fn property(member: &Member) -> Json<'static> {
    let mut out = kind(&member.kind);
    out.set("title", Json::text(member.zh));
    out.set("x-title-en", Json::text(member.en));
    out.set("description", Json::text(words(&member.kind)));
    if let Some(unit) = member.unit {
        out.set("x-unit", Json::text(unit));
    }
    if member.kind == Kind::Fen {
        out.set("x-unit", Json::text("fen"));
    }
    if let Some(why) = member.sensitivity {
        out.set("x-sensitivity", Json::text(why.as_str()));
    }
    out
}

fn digests() -> Json<'static> {
    let mut digest = text(None);
    digest.set("pattern", Json::text("^[A-Za-z0-9_-]{43}$"));
    Json::object([
        ("type", Json::text("array")),
        ("items", digest),
        ("title", Json::text("密封成员的摘要")),
        ("x-title-en", Json::text("digests of sealed members")),
        ("description", Json::text("RFC 9901")),
    ])
}

fn kind(kind: &Kind) -> Json<'static> {
    const DAY: &str = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    match kind {
        Kind::Text => text(Some(TEXT_CHARS_MAX)),
        Kind::Name(_) => text(Some(NAME_CHARS_MAX)),
        Kind::Word(list) => {
            let listed = list.iter().map(|word| Json::text(*word)).collect();
            let mut other = text(Some(NAME_CHARS_MAX));
            other.set("pattern", Json::text(format!("^({})[:：][\\s\\S]", OTHER.join("|"))));
            let listed = Json::object([("enum", Json::List(listed))]);
            Json::object([("anyOf", Json::List(vec![listed, other]))])
        }
        Kind::Date => formatted("date", format!("^{DAY}$")),
        Kind::Moment => {
            let clock = "([01][0-9]|2[0-3]):[0-5][0-9]";
            formatted("date-time", format!("^{DAY}T{clock}:[0-5][0-9](\\.[0-9]+)?(Z|[+-]{clock})$"))
        }
        Kind::Period => {
            patterned(format!("^([0-9]{{4}}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?|{DAY}|{DAY}/{DAY})$"))
        }
        Kind::Decimal => {
            let mut out = patterned("^-?[0-9]+(\\.[0-9]{1,20})?$".to_owned());
            out.set("maxLength", Json::Int(32));
            out
        }
        Kind::Hex => patterned("^[0-9a-f]{64}$".to_owned()),
        Kind::Fen | Kind::Int => integer(-INTEGER_MAX),
        Kind::Count => integer(0),
        Kind::Bool => Json::object([("type", Json::text("boolean"))]),
        Kind::List(of) => Json::object([("type", Json::text("array")), ("items", self::kind(of))]),
        Kind::Object(members) => {
            let mut out = object(members);
            let due: Vec<&Member> = members.iter().filter(|member| member.required).collect();
            set_required(&mut out, &due);
            out
        }
        Kind::Map(of) => {
            Json::object([("type", Json::text("object")), ("additionalProperties", self::kind(of))])
        }
        Kind::Either(kinds) => {
            Json::object([("anyOf", Json::List(kinds.iter().map(self::kind).collect()))])
        }
        Kind::Any => Json::Object(Vec::new()),
    }
}

fn text(chars_max: Option<usize>) -> Json<'static> {
    let mut out = Json::object([("type", Json::text("string"))]);
    if let Some(max) = chars_max {
        out.set("minLength", Json::Int(1));
        out.set("maxLength", Json::Int(i64::try_from(max).unwrap_or(INTEGER_MAX)));
    }
    out
}

fn patterned(pattern: String) -> Json<'static> {
    Json::object([("type", Json::text("string")), ("pattern", Json::text(pattern))])
}

fn formatted(format: &'static str, pattern: String) -> Json<'static> {
    let mut out = patterned(pattern);
    out.set("format", Json::text(format));
    out
}

fn integer(least: i64) -> Json<'static> {
    Json::object([
        ("type", Json::text("integer")),
        ("minimum", Json::Int(least)),
        ("maximum", Json::Int(INTEGER_MAX)),
    ])
}

/// JSON for people: members in canonical order, two blanks a level, a final newline.
pub fn pretty(json: &Json<'_>) -> String {
    let mut out = Vec::new();
    write(json, 0, &mut out);
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

fn write(json: &Json<'_>, level: usize, out: &mut Vec<u8>) {
    let indent = |level: usize, out: &mut Vec<u8>| {
        out.push(b'\n');
        out.resize(out.len() + 2 * level, b' ');
    };
    match json {
        Json::Object(members) if !members.is_empty() => {
            for (index, (name, value)) in members.iter().enumerate() {
                out.push(if index == 0 { b'{' } else { b',' });
                indent(level + 1, out);
                write_string(name, out);
                out.extend_from_slice(b": ");
                write(value, level + 1, out);
            }
            indent(level, out);
            out.push(b'}');
        }
        Json::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { b'[' } else { b',' });
                indent(level + 1, out);
                write(item, level + 1, out);
            }
            indent(level, out);
            out.push(b']');
        }
        other => other.write(out),
    }
}
