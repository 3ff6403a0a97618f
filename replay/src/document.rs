//! JSON documents of a fixed form: a type names its members once, and is written
//! and read by them. A member that is missing, unknown or of another type is an
//! error with its place.
//!
//! Does not know any document. Deriving would bring three packages of generated
//! code into a program that an investigator should be able to read.

use serde_json::{Map, Value};

/// What stands under a member's name.
pub trait Member: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What was found where what is expected, with the place inside the value.
    fn read(value: Value) -> Result<Self, Misread>;

    /// What a document that has not the member says by that.
    fn absent() -> Option<Self> {
        None
    }
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// JSON pointer.
    place: String,
    reason: String,
}

impl std::fmt::Display for Misread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.reason),
            place => write!(f, "{place}: {}", self.reason),
        }
    }
}

impl std::error::Error for Misread {}

impl Misread {
    /// At the value itself.
    pub fn here(reason: String) -> Misread {
        Misread { place: String::new(), reason }
    }

    fn within(self, name: impl std::fmt::Display) -> Misread {
        Misread { place: format!("/{name}{}", self.place), reason: self.reason }
    }
}

/// Reads a document from its bytes.
///
/// # Errors
///
/// Where it departs from its form.
pub fn read<T: Member>(bytes: &[u8]) -> Result<T, Misread> {
    let value = serde_json::from_slice(bytes).map_err(|error| Misread::here(error.to_string()))?;
    T::read(value)
}

/// The members of one object that are not yet read.
pub struct Members(Map<String, Value>);

impl Members {
    /// # Errors
    ///
    /// The value is no object.
    pub fn of(value: Value) -> Result<Members, Misread> {
        match value {
            Value::Object(members) => Ok(Members(members)),
            other => Err(expected(OBJECT, &other)),
        }
    }

    /// Takes a member.
    ///
    /// # Errors
    ///
    /// It is missing, or not of its type.
    pub fn take<T: Member>(&mut self, name: &str) -> Result<T, Misread> {
        match self.0.remove(name) {
            Some(value) => T::read(value).map_err(|error| error.within(name)),
            None => T::absent().ok_or_else(|| {
                Misread::here(format!("缺少成员 `{name}` / the member `{name}` is missing"))
            }),
        }
    }

    /// Nothing may be left.
    ///
    /// # Errors
    ///
    /// The first member that the form does not know.
    pub fn end(self) -> Result<(), Misread> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => {
                let reason = format!("不识的成员 / unknown member `{name}`");
                Err(Misread::here(reason))
            }
        }
    }
}

/// What a value is, in Chinese and English.
type Kind = (&'static str, &'static str);

const TEXT: Kind = ("字符串", "a string");
const LIST: Kind = ("数组", "an array");
const OBJECT: Kind = ("对象", "an object");

fn expected(kind: Kind, found: &Value) -> Misread {
    let other = match found {
        Value::Null => ("空值", "null"),
        Value::Bool(_) => ("真假值", "a boolean"),
        Value::Number(_) => ("这样的数", "such a number"),
        Value::String(_) => TEXT,
        Value::Array(_) => LIST,
        Value::Object(_) => OBJECT,
    };
    let reason = format!("应为{},而是{} / expected {}, found {}", kind.0, other.0, kind.1, other.1);
    Misread::here(reason)
}

impl Member for String {
    fn read(value: Value) -> Result<String, Misread> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(expected(TEXT, &other)),
        }
    }
}

impl Member for u64 {
    fn read(value: Value) -> Result<u64, Misread> {
        value.as_u64().ok_or_else(|| expected(("非负整数", "a natural number"), &value))
    }
}

impl Member for i32 {
    fn read(value: Value) -> Result<i32, Misread> {
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        number.ok_or_else(|| expected(("32 位整数", "a 32-bit integer"), &value))
    }
}

impl Member for Value {
    fn read(value: Value) -> Result<Value, Misread> {
        Ok(value)
    }
}

impl<T: Member> Member for Vec<T> {
    fn read(value: Value) -> Result<Vec<T>, Misread> {
        let Value::Array(items) = value else { return Err(expected(LIST, &value)) };
        let item = |(at, item)| T::read(item).map_err(|error: Misread| error.within(at));
        items.into_iter().enumerate().map(item).collect()
    }
}

impl<T: Member> Member for Option<T> {
    fn read(value: Value) -> Result<Option<T>, Misread> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

/// Writes and reads a type by its members, in the order given; those after a semicolon
/// are options that are written only where there is something.
macro_rules! document {
    ($type:ident { $($member:ident),+ $(; $($perhaps:ident),+)? $(,)? }) => {
        impl serde_core::Serialize for $type {
            fn serialize<S: serde_core::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                use serde_core::ser::SerializeStruct;
                let count = [$(stringify!($member)),+].len();
                let mut out = to.serialize_struct(stringify!($type), count)?;
                $(out.serialize_field(stringify!($member), &self.$member)?;)+
                $($(if let Some(there) = &self.$perhaps {
                    out.serialize_field(stringify!($perhaps), there)?;
                })+)?
                out.end()
            }
        }

        impl $crate::document::Member for $type {
            fn read(value: serde_json::Value) -> Result<$type, $crate::document::Misread> {
                let mut members = $crate::document::Members::of(value)?;
                let read = $type {
                    $($member: members.take(stringify!($member))?,)+
                    $($($perhaps: members.take(stringify!($perhaps))?,)+)?
                };
                members.end()?;
                Ok(read)
            }
        }
    };
}

pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Inner {
        text: String,
    }

    #[derive(Debug, PartialEq)]
    struct Outer {
        zeal: u64,
        list: Vec<Inner>,
        minus: i32,
        perhaps: Option<String>,
    }

    document!(Inner { text });
    document!(Outer { zeal, list, minus, perhaps });

    const WHOLE: &str = r#"{"zeal":7,"list":[{"text":"一"}],"minus":-3,"perhaps":null}"#;

    #[test]
    fn what_is_written_is_read_and_written_the_same() {
        let read: Outer = read(WHOLE.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), WHOLE);
        assert_eq!((read.zeal, read.minus, read.list.len()), (7, -3, 1));
    }

    #[test]
    fn what_departs_is_told_with_its_place() {
        let told = |from: &str, to: &str| {
            let text = WHOLE.replace(from, to);
            assert_ne!(text, WHOLE, "{from} is not there");
            read::<Outer>(text.as_bytes()).unwrap_err().to_string()
        };
        assert!(told("\"一\"", "1").starts_with("/list/0/text: "));
        assert!(told("\"zeal\":7,", "").contains("the member `zeal` is missing"));
        assert!(told("7", "-7").starts_with("/zeal: "));
        assert!(told("-3", "2147483648").starts_with("/minus: "));
        assert!(told("\"text\"", "\"more\":0,\"text\"").contains("/list/0: "));
        assert!(told("{\"zeal\"", "{\"x\":1,\"zeal\"").contains("unknown member `x`"));
        assert!(told("null", "[]").starts_with("/perhaps: "));
        assert_eq!(
            read::<Outer>(WHOLE.replace(",\"perhaps\":null", "").as_bytes()).unwrap().perhaps,
            None
        );
    }
}
