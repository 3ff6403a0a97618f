//! Attributes of a source record, with their type and their text as written,
//! and the JSON in which an entry keeps them (`source.attributes`).
//!
//! The types are those of XES (IEEE 1849-2016 §4.3); CSV cells and JSON members
//! are put into the same form. Nothing here knows what an attribute means.

use crate::import::moment;
use plumbline_replay::integrity::json::{Json, key_order};
use std::borrow::Cow;

/// Deepest nesting of attributes. One level costs up to three levels of JSON,
/// of which an entry may hold 32.
pub const DEPTH_MAX: usize = 9;
/// Longest text of one attribute in bytes: no entry could hold a longer one.
pub const TEXT_BYTES_MAX: usize = 65_535;

/// The type that the source gives to an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Date,
    Int,
    Float,
    Boolean,
    Id,
    List,
    Container,
    /// JSON `null`; XES has no such type.
    Null,
}

/// One attribute with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub key: String,
    pub kind: Kind,
    /// As written in the source; empty for lists, containers and null.
    pub value: String,
    /// Attributes of the attribute; of a list without `<values>`, its items.
    pub children: Vec<Attribute>,
    /// The items in a list's `<values>` element.
    pub values: Option<Vec<Attribute>>,
}

impl Kind {
    const NAMES: [(Kind, &'static str); 9] = [
        (Kind::Text, "string"),
        (Kind::Date, "date"),
        (Kind::Int, "int"),
        (Kind::Float, "float"),
        (Kind::Boolean, "boolean"),
        (Kind::Id, "id"),
        (Kind::List, "list"),
        (Kind::Container, "container"),
        (Kind::Null, "null"),
    ];

    /// The name of the XES element.
    pub fn as_str(self) -> &'static str {
        Kind::NAMES.iter().find(|(kind, _)| *kind == self).map_or("string", |(_, name)| name)
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Kind::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// True where the value is the text and not the things inside.
    pub fn has_text(self) -> bool {
        !matches!(self, Kind::List | Kind::Container | Kind::Null)
    }

    /// Says why `text` is not a value of this type; `None` if it is one.
    pub fn objection(self, text: &str) -> Option<String> {
        let inner = text.trim();
        let fits = match self {
            Kind::Int => inner.parse::<i64>().is_ok(),
            Kind::Float => is_double(inner),
            Kind::Boolean => {
                ["true", "false", "1", "0"].iter().any(|known| inner.eq_ignore_ascii_case(known))
            }
            Kind::Date => moment::is_date(inner),
            Kind::Id => !inner.is_empty(),
            Kind::Text | Kind::List | Kind::Container | Kind::Null => true,
        };
        let asked = match self {
            _ if fits => return None,
            Kind::Int => "64 位整数 / an integer of 64 bits",
            Kind::Float => "数字 / a number",
            Kind::Boolean => "true 或 false / true or false",
            Kind::Date => "日期或时间 / a date or a time",
            _ => "非空标识 / an identifier",
        };
        Some(format!("{:?} 不是{asked}", excerpt(text, 60)))
    }
}

/// xs:double without Rust's own additions (`inf`, `nan`, `infinity`).
fn is_double(text: &str) -> bool {
    match text {
        "NaN" | "INF" | "-INF" => true,
        _ => {
            text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
                && text.parse::<f64>().is_ok()
        }
    }
}

/// The first characters of a text that may be long.
pub fn excerpt(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or(text))),
        None => Cow::Borrowed(text),
    }
}

impl Attribute {
    pub fn new(key: impl Into<String>, kind: Kind, value: impl Into<String>) -> Attribute {
        Attribute { key: key.into(), kind, value: value.into(), children: Vec::new(), values: None }
    }

    /// A text with nothing below it: the common case, kept as a JSON string.
    pub fn is_plain_text(&self) -> bool {
        self.kind == Kind::Text && self.children.is_empty() && self.values.is_none()
    }

    /// What `source.attributes` keeps under this attribute's key.
    pub fn to_json(&self) -> Json<'static> {
        if self.is_plain_text() {
            return Json::text(self.value.clone());
        }
        let mut json = Json::object([("type", Json::text(self.kind.as_str()))]);
        if self.kind.has_text() {
            json.set("value", Json::text(self.value.clone()));
        }
        if !self.children.is_empty() {
            // In a list or a container the order is part of the value.
            if self.kind.has_text() {
                json.set("attributes", set_to_json(&self.children));
            } else {
                json.set("items", sequence_to_json(&self.children));
            }
        }
        if let Some(values) = &self.values {
            json.set("values", sequence_to_json(values));
        }
        json
    }

    /// Reads back what [`Attribute::to_json`] wrote; `None` for anything else.
    pub fn from_json(key: &str, json: &Json<'_>) -> Option<Attribute> {
        if let Some(text) = json.as_str() {
            return Some(Attribute::new(key, Kind::Text, text));
        }
        let kind = Kind::parse(json.get("type")?.as_str()?)?;
        let value = json.get("value").and_then(Json::as_str).unwrap_or_default();
        let mut attribute = Attribute::new(key, kind, value);
        if let Some(children) = json.get("attributes") {
            attribute.children = set_from_json(children)?;
        }
        if let Some(items) = json.get("items") {
            attribute.children = sequence_from_json(items)?;
        }
        if let Some(values) = json.get("values") {
            attribute.values = Some(sequence_from_json(values)?);
        }
        Some(attribute)
    }
}

/// Attributes as an object. A key that stands more than once, which XES forbids
/// and files have, gets a list of its values.
pub fn set_to_json(attributes: &[Attribute]) -> Json<'static> {
    let mut order: Vec<&Attribute> = attributes.iter().collect();
    order.sort_by(|a, b| key_order(&a.key, &b.key));
    let mut members: Vec<(Cow<'static, str>, Json<'static>)> = Vec::with_capacity(order.len());
    for attribute in order {
        let json = attribute.to_json();
        match members.last_mut() {
            Some((key, value)) if *key == attribute.key => match value {
                Json::List(list) => list.push(json),
                first => {
                    let first_json = std::mem::replace(first, Json::Null);
                    *first = Json::List(vec![first_json, json]);
                }
            },
            _ => members.push((Cow::Owned(attribute.key.clone()), json)),
        }
    }
    Json::Object(members)
}

/// Reads back what [`set_to_json`] wrote; `None` for anything else.
pub fn set_from_json(json: &Json<'_>) -> Option<Vec<Attribute>> {
    let mut attributes = Vec::new();
    for (key, value) in json.as_object()? {
        match value.as_list() {
            Some(list) => {
                for item in list {
                    attributes.push(Attribute::from_json(key, item)?);
                }
            }
            None => attributes.push(Attribute::from_json(key, value)?),
        }
    }
    Some(attributes)
}

fn sequence_to_json(attributes: &[Attribute]) -> Json<'static> {
    let pair = |attribute: &Attribute| {
        Json::List(vec![Json::text(attribute.key.clone()), attribute.to_json()])
    };
    Json::List(attributes.iter().map(pair).collect())
}

fn sequence_from_json(json: &Json<'_>) -> Option<Vec<Attribute>> {
    let pair = |item: &Json<'_>| match item.as_list()? {
        [key, value] => Attribute::from_json(key.as_str()?, value),
        _ => None,
    };
    json.as_list()?.iter().map(pair).collect()
}

/// The attribute of a name. A name that begins with `/` descends: `/a/b` is the
/// child `b` of the attribute `a`.
pub fn find<'a>(attributes: &'a [Attribute], field: &str) -> Option<&'a Attribute> {
    if let Some(found) = attributes.iter().find(|attribute| attribute.key == field) {
        return Some(found);
    }
    let mut steps = field.strip_prefix('/')?.split('/');
    let first = steps.next()?;
    let mut at = attributes.iter().find(|attribute| attribute.key == first)?;
    for step in steps {
        at = at.children.iter().find(|attribute| attribute.key == step)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_replay::integrity::json;
    use proptest::prelude::*;

    fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
        let kind = prop::sample::select(Kind::NAMES.map(|(kind, _)| kind).to_vec());
        let leaf = ("[ab:é]{0,2}", kind.clone(), ".{0,4}").prop_map(|(key, kind, value)| {
            Attribute::new(key, kind, if kind.has_text() { value } else { String::new() })
        });
        let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
            let items = prop::collection::vec(inner, 0..4);
            ("[ab]{1,2}", kind.clone(), items.clone(), prop::option::of(items)).prop_map(
                |(key, kind, children, values)| {
                    let mut attribute = Attribute::new(key, kind, "");
                    attribute.children = children;
                    attribute.values = values;
                    attribute
                },
            )
        });
        prop::collection::vec(tree, 0..6)
    }

    /// Sets have no order; lists keep theirs.
    fn sorted(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
        attributes.sort_by(|a, b| key_order(&a.key, &b.key));
        for attribute in &mut attributes {
            let children = std::mem::take(&mut attribute.children);
            let inner = |list: Vec<Attribute>| -> Vec<Attribute> {
                list.into_iter().flat_map(|one| sorted(vec![one])).collect()
            };
            attribute.children =
                if attribute.kind.has_text() { sorted(children) } else { inner(children) };
            attribute.values = attribute.values.take().map(inner);
        }
        attributes
    }

    proptest! {
        #[test]
        fn every_attribute_comes_back_from_its_json(given in attributes()) {
            let bytes = set_to_json(&given).to_bytes();
            prop_assert!(json::is_canonical(&bytes));
            let back = set_from_json(&json::parse(&bytes).unwrap()).unwrap();
            prop_assert_eq!(sorted(back), sorted(given));
        }
    }

    #[test]
    fn the_deepest_attributes_fit_into_an_entry() {
        for kind in [Kind::Text, Kind::List, Kind::Container] {
            let mut deep = Attribute::new("k", Kind::Int, "1");
            for _ in 1..DEPTH_MAX {
                let mut outer = Attribute::new("k", kind, "");
                // Twice the same key costs one level more.
                outer.children = vec![deep.clone(), deep];
                deep = outer;
            }
            let twice = set_to_json(&[deep.clone(), deep]);
            let source = Json::object([("attributes", twice)]);
            let entry = Json::object([("source", source)]).to_bytes();
            assert!(json::parse(&entry).is_ok(), "{kind:?}: {:?}", json::parse(&entry).err());
        }
    }

    #[test]
    fn values_are_checked_against_their_type() {
        for (kind, good, bad) in [
            (Kind::Int, "9223372036854775807", "9223372036854775808"),
            (Kind::Int, " -5 ", "5.0"),
            (Kind::Float, "-1.5E-3", "nan"),
            (Kind::Float, "NaN", "1,5"),
            (Kind::Float, "INF", "infinity"),
            (Kind::Boolean, "TRUE", "yes"),
            (Kind::Date, "2014-04-11T00:00:00+02:00", "11.04.2014"),
            (Kind::Date, "2014-04-11T00:00:00", "2014-02-30"),
            (Kind::Id, "x", " "),
        ] {
            assert_eq!(kind.objection(good), None);
            assert!(kind.objection(bad).is_some_and(|why| why.contains(bad)), "{kind:?} {bad}");
        }
    }
}
