//! Columns of master data: how a member of a body becomes a field of a row, and
//! back. Reading never fails: a member that is missing or of another kind is
//! absent, and a rule that needs it is indeterminate. What this file does not
//! know: which rows there are.

use crate::integrity::json::Json;
use crate::time::civil;
use chrono::NaiveDate;
use std::borrow::Cow;

/// One text value, absent where the entry has none.
pub type Text = Option<Box<str>>;
/// A whole number.
pub type Int = Option<i64>;
/// Yes or no.
pub type Flag = Option<bool>;
/// A local civil date.
pub type Date = Option<NaiveDate>;
/// Anything, kept as it stands.
pub type Any = Option<Json<'static>>;
/// A list. Absent is not empty: an absent list says nothing, an empty one says none.
pub type List<T> = Option<Vec<T>>;
/// What a row is looked up by; empty where the entry has none.
pub type Key = Box<str>;

/// A value of a body.
pub trait Value: Sized {
    fn from_json(json: &Json<'_>) -> Option<Self>;
    fn to_json(&self) -> Json<'static>;
}

impl Value for Box<str> {
    fn from_json(json: &Json<'_>) -> Option<Box<str>> {
        json.as_str().map(Box::from)
    }

    fn to_json(&self) -> Json<'static> {
        Json::Text(Cow::Owned(self.to_string()))
    }
}

impl Value for i64 {
    fn from_json(json: &Json<'_>) -> Option<i64> {
        json.as_int()
    }

    fn to_json(&self) -> Json<'static> {
        Json::Int(*self)
    }
}

impl Value for bool {
    fn from_json(json: &Json<'_>) -> Option<bool> {
        match json {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn to_json(&self) -> Json<'static> {
        Json::Bool(*self)
    }
}

impl Value for NaiveDate {
    fn from_json(json: &Json<'_>) -> Option<NaiveDate> {
        json.as_str().and_then(date)
    }

    fn to_json(&self) -> Json<'static> {
        Json::text(self.to_string())
    }
}

/// A date, or the local date of a moment with its offset.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    civil::parse_date(text).or_else(|| civil::parse_rfc3339(text).map(|moment| moment.local_date()))
}

impl Value for Json<'static> {
    fn from_json(json: &Json<'_>) -> Option<Json<'static>> {
        Some(json.clone().into_owned())
    }

    fn to_json(&self) -> Json<'static> {
        self.clone()
    }
}

impl<T: Value> Value for Vec<T> {
    fn from_json(json: &Json<'_>) -> Option<Vec<T>> {
        json.as_list().map(|items| items.iter().filter_map(T::from_json).collect())
    }

    fn to_json(&self) -> Json<'static> {
        Json::List(self.iter().map(T::to_json).collect())
    }
}

/// A field of a row.
pub trait Column: Sized {
    fn read(json: Option<&Json<'_>>) -> Self;
    fn json(&self) -> Option<Json<'static>>;
    fn is_missing(&self) -> bool {
        self.json().is_none()
    }
}

impl<T: Value> Column for Option<T> {
    fn read(json: Option<&Json<'_>>) -> Option<T> {
        json.filter(|json| **json != Json::Null).and_then(T::from_json)
    }

    fn json(&self) -> Option<Json<'static>> {
        self.as_ref().map(T::to_json)
    }
}

impl Column for Key {
    fn read(json: Option<&Json<'_>>) -> Key {
        json.and_then(Json::as_str).unwrap_or_default().into()
    }

    fn json(&self) -> Option<Json<'static>> {
        (!self.is_empty()).then(|| self.to_json())
    }
}

impl Column for Json<'static> {
    fn read(json: Option<&Json<'_>>) -> Json<'static> {
        json.map_or(Json::Null, |json| json.clone().into_owned())
    }

    fn json(&self) -> Option<Json<'static>> {
        (*self != Json::Null).then(|| self.clone())
    }
}

/// The name of the member that a field is read from.
macro_rules! member {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $member:literal) => {
        $member
    };
}

/// A row type: its entity, its key, the columns that rules cannot do without, and
/// every column once. A field is read from the member of its own name, or of the
/// name given after `as`.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident, $entity:literal by $key:ident, needs [$($need:ident),* $(,)?] {
            $($(#[$note:meta])* $field:ident $(as $member:literal)?: $kind:ty,)*
        }
        $(with { $($more:tt)* })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$note])* pub $field: $kind,)*
        }

        impl $crate::master::table::Row for $name {
            const ENTITY: &'static str = $entity;

            fn read(event: &$crate::event::Event<'_>) -> $name {
                use $crate::master::column::{Column, member};
                let mut row = $name {
                    $($field: Column::read(
                        event.body.json(member!($field $($member)?)).as_ref(),
                    ),)*
                };
                <$name as $crate::master::table::Row>::complete(&mut row, event);
                row
            }

            fn key(&self) -> &str {
                &self.$key
            }

            fn columns(&self) -> Vec<(&'static str, $crate::integrity::json::Json<'static>)> {
                use $crate::master::column::{Column, member};
                let all = [$((member!($field $($member)?), self.$field.json()),)*];
                all.into_iter().filter_map(|(name, json)| json.map(|json| (name, json))).collect()
            }

            fn missing(&self) -> Vec<&'static str> {
                #[allow(unused_imports, reason = "a row may need nothing")]
                use $crate::master::column::Column;
                let needed: &[(&'static str, bool)] =
                    &[$((stringify!($need), self.$need.is_missing()),)*];
                needed.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect()
            }

            $($($more)*)?
        }
    };
}

/// What stands inside a column: an object with columns of its own.
macro_rules! part {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$note:meta])* $field:ident $(as $member:literal)?: $kind:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$note])* pub $field: $kind,)*
        }

        impl $crate::master::column::Value for $name {
            fn from_json(json: &$crate::integrity::json::Json<'_>) -> Option<$name> {
                use $crate::master::column::{Column, member};
                json.as_object()?;
                Some($name {
                    $($field: Column::read(json.get(member!($field $($member)?))),)*
                })
            }

            fn to_json(&self) -> $crate::integrity::json::Json<'static> {
                use $crate::master::column::{Column, member};
                let all = [$((member!($field $($member)?), self.$field.json()),)*];
                let known = all.into_iter().filter_map(|(name, json)| Some((name, json?)));
                $crate::integrity::json::Json::object(known)
            }
        }
    };
}

pub(super) use {member, part, row};
