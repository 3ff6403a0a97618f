//! One act of the city as it is submitted: the envelope of specification §3.0.
//! Knows the members of an entry and nothing of which act follows which.

use super::moment::{Day, Moment};
use super::recording::Recording;
use crate::ledger::submission::Submission;
use plumbline_replay::integrity::json::Json;

/// A JSON value that borrows only from the program's own text.
pub(super) type Value = Json<'static>;

/// What can stand in a body.
pub(super) trait ToValue {
    fn value(self) -> Value;
}

impl ToValue for Value {
    fn value(self) -> Value {
        self
    }
}

impl ToValue for &'static str {
    fn value(self) -> Value {
        Json::text(self)
    }
}

impl ToValue for String {
    fn value(self) -> Value {
        Json::text(self)
    }
}

impl ToValue for &String {
    fn value(self) -> Value {
        Json::text(self.clone())
    }
}

impl ToValue for i64 {
    fn value(self) -> Value {
        Json::Int(self)
    }
}

impl ToValue for u32 {
    fn value(self) -> Value {
        Json::Int(i64::from(self))
    }
}

impl ToValue for bool {
    fn value(self) -> Value {
        Json::Bool(self)
    }
}

impl ToValue for Day {
    fn value(self) -> Value {
        Json::text(self.text())
    }
}

impl ToValue for Moment {
    fn value(self) -> Value {
        Json::text(self.text())
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn value(self) -> Value {
        Json::List(self.into_iter().map(ToValue::value).collect())
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn value(self) -> Value {
        self.map_or(Json::Null, ToValue::value)
    }
}

/// An object without the members that are `None`.
pub(super) fn members<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Json::object(members.into_iter().filter(|(_, value)| !matches!(value, Json::Null)))
}

/// `object! { "decision_no": number, "valid_to": until }`
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => {
        $crate::demo::act::members([$(($name, $crate::demo::act::ToValue::value($value))),*])
    };
}
pub(super) use object;

/// The system an act reaches the ledger from. With the event's id it is the
/// idempotency key, so the names are as stable as the ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The service platform of hall and web.
    Platform,
    /// A department's own system, through the exchange.
    Exchange,
    /// The enforcement platform with its mobile terminals.
    Enforcement,
    /// The non-tax revenue system of the treasury and the collecting banks.
    NonTax,
    /// A term that ran out.
    Timer,
    /// The rating terminals at the windows.
    Terminal,
    /// The hotline and the complaint desk.
    Hotline,
    /// The office system that numbers documents.
    Office,
    /// The registers of units, items, fees and people.
    Registry,
    /// The same registers as they stood when the ledger was founded.
    Founding,
    /// The attendance devices and the watch over the systems.
    Watch,
}

impl Source {
    fn system(self) -> &'static str {
        match self {
            Source::Platform => "zwfw.990100",
            Source::Exchange => "jhpt.990100",
            Source::Enforcement => "xzzf.990100",
            Source::NonTax => "feishui.990100",
            Source::Timer => "timer.990100",
            Source::Terminal => "haochaping.990100",
            Source::Hotline => "hotline.990100",
            Source::Office => "oa.990100",
            Source::Registry | Source::Founding => "registry.990100",
            Source::Watch => "watch.990100",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Source::Exchange | Source::NonTax => "exchange",
            Source::Timer => "timer",
            Source::Founding => "import",
            Source::Terminal => "terminal",
            Source::Hotline => "hotline",
            Source::Platform
            | Source::Enforcement
            | Source::Office
            | Source::Registry
            | Source::Watch => "native",
        }
    }
}

/// A law and an article, as decisions cite them.
pub(super) type Article = (&'static str, &'static str);

/// One act, complete but for its id.
#[derive(Clone)]
pub(super) struct Act {
    pub at: Moment,
    pub source: Source,
    kind: &'static str,
    stream: String,
    day_only: bool,
    /// A system that numbers its events, and its number of this one.
    numbered: Option<(String, i64)>,
    members: Vec<(&'static str, Value)>,
}

impl Act {
    /// `kind` is the type with its version; the act happened at `at`.
    pub fn new(
        kind: &'static str,
        stream: impl Into<String>,
        at: Moment,
        source: Source,
        body: Value,
    ) -> Act {
        let mut members = Vec::with_capacity(16);
        members.push(("body", body));
        Act { at, source, kind, stream: stream.into(), day_only: false, numbered: None, members }
    }

    pub fn with(mut self, name: &'static str, value: Value) -> Act {
        self.members.push((name, value));
        self
    }

    /// Moves the act to another stream.
    pub fn in_stream(mut self, stream: String) -> Act {
        self.stream = stream;
        self
    }

    pub fn actor(self, actor: Value) -> Act {
        self.with("actor", actor)
    }

    pub fn recorder(self, recorder: Value) -> Act {
        self.with("recorder", recorder)
    }

    pub fn venue(self, venue: Value) -> Act {
        self.with("venue", venue)
    }

    pub fn item(self, code: &str, catalogue_version: &'static str) -> Act {
        let code = code.to_owned();
        self.with("item", object! { "code": code, "catalogue_version": catalogue_version })
    }

    pub fn party(self, id: &str, capacity: &'static str) -> Act {
        let party = object! { "id": id.to_owned(), "capacity": capacity };
        self.with("parties", vec![party].value())
    }

    pub fn basis(self, articles: &[Article]) -> Act {
        let basis: Vec<Value> = articles
            .iter()
            .map(|(law, article)| object! { "law_id": *law, "article": *article })
            .collect();
        self.with("basis", basis.value())
    }

    pub fn doc(self, doc: Value) -> Act {
        self.with("docs", vec![doc].value())
    }

    pub fn links(self, links: Value) -> Act {
        self.with("links", links)
    }

    /// The day is known and the minute is not, as on a document.
    pub fn day_only(mut self) -> Act {
        self.day_only = true;
        self
    }

    /// The type without its version: `approval.decision.granted`.
    pub fn kind(&self) -> &'static str {
        self.kind.rsplit_once(".v").map_or(self.kind, |(name, _)| name)
    }

    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// Another act of the same case, by the same person at the same place.
    pub fn like(&self, kind: &'static str, at: Moment, body: Value) -> Act {
        let mut act = self.clone().lacking("docs").lacking("basis").lacking("links");
        act.kind = kind;
        act.at = at;
        act.instead("body", body)
    }

    /// A member of the body.
    pub fn member(&self, name: &str) -> Option<&Value> {
        let (_, body) = self.members.iter().find(|(known, _)| *known == "body")?;
        body.get(name)
    }

    /// The act at another moment.
    pub fn moved(mut self, at: Moment) -> Act {
        self.at = at;
        self
    }

    /// The act with a member of its body put in place of what stood there.
    pub fn saying(mut self, name: &'static str, value: impl ToValue) -> Act {
        if let Some((_, body)) = self.members.iter_mut().find(|(known, _)| *known == "body") {
            body.set(name, value.value());
        }
        self
    }

    /// The act with a member of its envelope put in place of what stood there.
    pub fn instead(mut self, name: &'static str, value: Value) -> Act {
        self.members.retain(|(known, _)| *known != name);
        self.with(name, value)
    }

    /// The act as another system sends it, under the number that it gives.
    pub fn numbered(mut self, system: String, number: i64) -> Act {
        self.numbered = Some((system, number));
        self
    }

    /// The act with a member of an object of its envelope taken out.
    pub fn without_in(mut self, name: &'static str, inner: &str) -> Act {
        if let Some((_, value)) = self.members.iter_mut().find(|(known, _)| *known == name) {
            value.remove(inner);
        }
        self
    }

    /// The act without a member of its envelope.
    pub fn lacking(mut self, name: &'static str) -> Act {
        self.members.retain(|(known, _)| *known != name);
        self
    }

    /// The act without a member of its body.
    pub fn silent_on(self, name: &str) -> Act {
        self.without_in("body", name)
    }

    /// The submission, entered as `recording` says.
    pub fn submit(self, id: String, recording: &Recording) -> Submission {
        let kind = if recording.paper { "paper_backfill" } else { self.source.kind() };
        let precision = if self.day_only { "day" } else { "minute" };
        let mut members = self.members;
        members.push(("id", Json::Text(id.into())));
        members.push(("stream", Json::Text(self.stream.into())));
        members.push(("type", Json::text(self.kind)));
        members.push(("occurred_at", self.at.value()));
        let (system, number) = match self.numbered {
            Some((system, number)) => (system, Some(number)),
            None => (self.source.system().to_owned(), None),
        };
        let source = object! { "system": system, "kind": kind, "sequence": number };
        members.push(("source", source));
        members.push(("precision", Json::text(precision)));
        if let Some(reason) = recording.late_reason {
            members.push(("late_reason", Json::text(reason)));
        }
        Submission::new(Json::object(members))
    }
}
