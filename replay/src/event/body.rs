//! An event's own members, looked up by name.
//!
//! Values are decoded when they are asked for: most readers want one or two
//! members of a body. What this file does not know: what any member means.

use super::cursor::{Cursor, Malformed};
use crate::integrity::json::{self, Json};
use std::borrow::Cow;

/// The members of a body as they stand in the entry.
#[derive(Clone, Debug, Default)]
pub struct Body<'a> {
    members: Vec<(Cow<'a, str>, &'a str)>,
}

/// One value of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Bool(bool),
    /// The JSON text of an object or a list.
    Nested(&'a str),
}

impl<'a> Body<'a> {
    /// Reads a JSON object; any other value has no members.
    pub fn read(text: &'a str) -> Result<Body<'a>, Malformed> {
        Body::take(&mut Cursor::new(text))
    }

    pub(super) fn take(cursor: &mut Cursor<'a>) -> Result<Body<'a>, Malformed> {
        let mut members = Vec::new();
        cursor.object(|cursor, name| {
            if members.is_empty() {
                members.reserve(12);
            }
            members.push((name, cursor.skip()?));
            Ok(())
        })?;
        Ok(Body { members })
    }

    /// The members as written, in the entry's order.
    pub fn members(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.members.iter().filter_map(|(name, raw)| value(raw).map(|value| (name.as_ref(), value)))
    }

    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        let (_, raw) = self.members.iter().find(|(known, _)| known == name)?;
        value(raw)
    }

    /// A member that is text.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A member that is an integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Int(number)) => Some(number),
            _ => None,
        }
    }

    /// A member as JSON of any kind.
    pub fn json(&self, name: &str) -> Option<Json<'a>> {
        let (_, raw) = self.members.iter().find(|(known, _)| known == name)?;
        json::parse(raw.as_bytes()).ok()
    }

    /// Values that stand as digests only (RFC 9901 `_sd`).
    pub fn sealed_count(&self) -> usize {
        match self.get("_sd") {
            Some(Value::Nested(list)) => match json::parse(list.as_bytes()) {
                Ok(Json::List(digests)) => digests.len(),
                _ => 0,
            },
            _ => 0,
        }
    }
}

fn value(raw: &str) -> Option<Value<'_>> {
    match raw.as_bytes() {
        [b'"', .., b'"'] => {
            let inner = raw.get(1..raw.len() - 1)?;
            if !inner.contains('\\') {
                return Some(Value::Text(Cow::Borrowed(inner)));
            }
            match json::parse(raw.as_bytes()) {
                Ok(Json::Text(text)) => Some(Value::Text(text)),
                _ => None,
            }
        }
        [b'{' | b'[', ..] => Some(Value::Nested(raw)),
        b"true" => Some(Value::Bool(true)),
        b"false" => Some(Value::Bool(false)),
        b"null" => None,
        _ => raw.parse().ok().map(Value::Int),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name_and_kind() {
        let text = r#"{"_sd":["a","b"],"b":true,"l":[1,"x"],"n":null,"no":"a\"b","t":"文","z":-5}"#;
        let body = Body::read(text).unwrap();
        assert_eq!(body.text("t").as_deref(), Some("文"));
        assert_eq!(body.text("no").as_deref(), Some("a\"b"));
        assert_eq!(body.int("z"), Some(-5));
        assert_eq!(body.get("b"), Some(Value::Bool(true)));
        assert_eq!(body.get("l"), Some(Value::Nested("[1,\"x\"]")));
        assert_eq!(body.get("n"), None);
        assert_eq!(body.text("z"), None);
        assert_eq!(body.sealed_count(), 2);
        assert_eq!(body.members().count(), 6);
        assert_eq!(Body::read("[1]").unwrap().members().count(), 0);
    }
}
