//! One example of every type, made from its table: whole, plain, and accepted by
//! the ledger. Names in it are of no one; confidential values say that they are.

use crate::event::member::{Kind, Member, Of};
use crate::event::register::EventType;
use crate::integrity::json::Json;

/// When and where the examples take place.
const MOMENT: &str = "2026-03-05T09:30:00+08:00";
const DAY: &str = "2026-03-05";
const EVENT_ID: &str = "0195645e-8c00-7000-8000-000000000001";
const HEX: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

/// A body with every member of the table.
pub fn body(event_type: &EventType) -> Json<'static> {
    Json::object(event_type.members.iter().map(|member| (member.name, value(member))))
}

/// A submission of this type that `plumb append` records.
pub fn submission(event_type: &EventType) -> Json<'static> {
    let text = |words: &'static str| Json::text(words);
    let source = Json::object([("system", text("example.990100")), ("kind", text("native"))]);
    let actor = Json::object([("unit", text("unit/990100-03")), ("role", text("经办人"))]);
    let party = Json::object([("id", text("party/000123")), ("capacity", text("当事人"))]);
    let mut out = Json::object([
        ("id", Json::text(format!("example-{}", event_type.name))),
        ("stream", Json::text(stream(event_type))),
        ("type", text(event_type.name)),
        ("occurred_at", text(MOMENT)),
        ("precision", text("minute")),
        ("source", source),
        ("actor", actor),
        ("parties", Json::List(vec![party])),
    ]);
    let body = body(event_type);
    if !body.is_empty() {
        out.set("body", body);
    }
    out
}

/// A stream of the kind that such events belong to.
fn stream(event_type: &EventType) -> String {
    let family = match event_type.name.split('.').next().unwrap_or_default() {
        // A ledger's own streams take nobody else's entries.
        "ledger" => "verification",
        family => family,
    };
    format!("{family}/990100-2026-000417")
}

fn value(member: &Member) -> Json<'static> {
    match member.sensitivity {
        // So that anyone sees, and a test can find, what must not be in the clear.
        Some(_) => said(&member.kind, &Voice::Sealed(member.name.to_owned())),
        None => of(&member.kind, member.zh),
    }
}

/// A value of a kind; free text says `words`.
pub(super) fn of(kind: &Kind, words: &'static str) -> Json<'static> {
    said(kind, &Voice::Plain(words))
}

/// What stands where the kind leaves the words open.
enum Voice {
    Plain(&'static str),
    /// The place in a body that is confidential.
    Sealed(String),
}

impl Voice {
    fn inside(&self, member: &Member) -> Voice {
        match self {
            Voice::Plain(_) => Voice::Plain(member.zh),
            Voice::Sealed(place) => Voice::Sealed(format!("{place}-{}", member.name)),
        }
    }

    fn text(&self) -> Json<'static> {
        match self {
            Voice::Plain(words) => Json::text(*words),
            Voice::Sealed(place) => Json::text(format!("{SEALED}-{place}")),
        }
    }
}

/// What every confidential text of an example begins with.
const SEALED: &str = "密封样例";

fn said(kind: &Kind, voice: &Voice) -> Json<'static> {
    match (kind, voice) {
        (Kind::Text | Kind::Any, _) | (Kind::Name(_), Voice::Sealed(_)) => voice.text(),
        (Kind::Name(what), Voice::Plain(_)) => Json::text(name(*what)),
        (Kind::Word(list), _) => Json::text(list.first().copied().unwrap_or("其他:样例")),
        (Kind::Date, _) => Json::text(DAY),
        (Kind::Moment, _) => Json::text(MOMENT),
        (Kind::Period, _) => Json::text("2026-03"),
        (Kind::Fen, _) => Json::Int(20_000),
        (Kind::Count, _) => Json::Int(2),
        (Kind::Int, _) => Json::Int(100),
        (Kind::Decimal, _) => Json::text("98.50"),
        (Kind::Bool, _) => Json::Bool(true),
        (Kind::Hex, _) => Json::text(HEX),
        (Kind::List(kind), _) => Json::List(vec![said(kind, voice)]),
        (Kind::Map(kind), _) => Json::object([("样例", said(kind, voice))]),
        (Kind::Object(members), _) => Json::object(
            members.iter().map(|member| (member.name, said(&member.kind, &voice.inside(member)))),
        ),
        (Kind::Either(kinds), _) => kinds.first().map_or(Json::Null, |kind| said(kind, voice)),
    }
}

fn name(of: Of) -> &'static str {
    match of {
        Of::No => "例〔2026〕17号",
        Of::Code => "A-01",
        Of::Unit => "unit/990100-03",
        Of::Officer => "officer/990100-0012",
        Of::Party => "party/000123",
        Of::Item => "11990100100004113T3990100030000",
        Of::FeeItem => "SF-TZSB",
        Of::Ground => "CF-SJ-0101",
        Of::Tier => "CF-SJ-0101-1",
        Of::Window => "window/990100-1-A01",
        Of::Hall => "hall/990100-1",
        Of::Region => "990100",
        Of::Stream => "approval/990100-XK-2026-000417",
        Of::Event => EVENT_ID,
        Of::Finding => "finding/2026-000031",
        Of::Rule => "R2.5.1",
        Of::Version => "2025.2",
        Of::Url => "https://www.shili.example/xk/990100-XK-2026-000417",
    }
}
