//! One place where a body is not what its table says, told so that it can be mended.

use crate::event::member::{Kind, NAME_CHARS_MAX, Of, TEXT_CHARS_MAX};
use crate::integrity::json::Json;
use std::fmt;

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A member that belongs to a complete fact is not there.
    Missing,
    /// The JSON type is another: readers by name would not find it.
    WrongType,
    /// The type is right and the value is not (a date that is none, a word that is
    /// on no list, too long a text).
    Value,
    /// No table has a member of this name.
    Unknown,
}

/// A departure of a body from its type's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    pub lack: Lack,
    /// What the table asks for; none for a member that it does not know.
    pub kind: Option<Kind>,
    /// What was found, shortened; never of a member that is missing.
    found: String,
}

impl Departure {
    /// A fact that cannot be read: admission refuses it unless it is imported.
    /// `null` is a way of leaving out and never malformed.
    pub fn is_malformed(&self) -> bool {
        self.lack == Lack::WrongType && self.found != "null"
    }

    pub(super) fn missing(path: &Path<'_>, kind: Kind) -> Departure {
        Departure {
            pointer: path.pointer(),
            lack: Lack::Missing,
            kind: Some(kind),
            found: String::new(),
        }
    }

    pub(super) fn wrong_type(path: &Path<'_>, kind: Kind, value: &Json<'_>) -> Departure {
        let found = match shape(value) {
            Shape::Null => "null".to_owned(),
            shape => shape.words().to_owned(),
        };
        Departure { pointer: path.pointer(), lack: Lack::WrongType, kind: Some(kind), found }
    }

    pub(super) fn value(path: &Path<'_>, kind: Kind, found: &str) -> Departure {
        let found = found.chars().take(40).collect();
        Departure { pointer: path.pointer(), lack: Lack::Value, kind: Some(kind), found }
    }

    pub(super) fn unknown(path: &Path<'_>) -> Departure {
        Departure { pointer: path.pointer(), lack: Lack::Unknown, kind: None, found: String::new() }
    }

    /// The sentence without the pointer: what was found, what is due, an example.
    /// Values of confidential members are quoted like others: never log it.
    pub fn sentence(&self) -> String {
        let Some(kind) = self.kind else {
            return "表中没有此成员 / no such member in the table".to_owned();
        };
        let due = words(&kind);
        let example = super::example::of(&kind, "x").to_bytes();
        let example = String::from_utf8_lossy(&example);
        match self.lack {
            Lack::Missing => format!("缺少:{due} / missing"),
            Lack::Unknown => String::new(),
            Lack::WrongType => {
                format!("应为{due},如 {example};现为 {} / expected as in the example", self.found)
            }
            Lack::Value => {
                format!("{:?} 不是{due},如 {example} / not a value of this kind", self.found)
            }
        }
    }
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.sentence())
    }
}

/// The JSON types that kinds stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Bool,
    Integer,
    Text,
    List,
    Object,
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Shape::Null => "null",
            Shape::Bool => "真假值 / true or false",
            Shape::Integer => "整数 / an integer",
            Shape::Text => "文本 / a string",
            Shape::List => "列表 / an array",
            Shape::Object => "对象 / an object",
        }
    }
}

pub(super) fn shape(value: &Json<'_>) -> Shape {
    match value {
        Json::Null => Shape::Null,
        Json::Bool(_) => Shape::Bool,
        Json::Int(_) => Shape::Integer,
        Json::Text(_) => Shape::Text,
        Json::List(_) => Shape::List,
        Json::Object(_) => Shape::Object,
    }
}

/// The one JSON type of a kind; none where several are allowed.
pub(super) fn shape_of(kind: &Kind) -> Option<Shape> {
    match kind {
        Kind::Text
        | Kind::Name(_)
        | Kind::Word(_)
        | Kind::Date
        | Kind::Moment
        | Kind::Period
        | Kind::Decimal
        | Kind::Hex => Some(Shape::Text),
        Kind::Fen | Kind::Count | Kind::Int => Some(Shape::Integer),
        Kind::Bool => Some(Shape::Bool),
        Kind::List(_) => Some(Shape::List),
        Kind::Object(_) | Kind::Map(_) => Some(Shape::Object),
        Kind::Either(_) | Kind::Any => None,
    }
}

/// A kind in words, Chinese and English, as schemas and refusals tell it.
pub(super) fn words(kind: &Kind) -> String {
    match kind {
        Kind::Text => {
            format!("文本,至多 {TEXT_CHARS_MAX} 字 / text, at most {TEXT_CHARS_MAX} characters")
        }
        Kind::Name(of) => format!("{},至多 {NAME_CHARS_MAX} 字", named(*of)),
        Kind::Word(list) => {
            let list = list.join("、");
            format!(
                "以下之一:{list};或“其他:”加说明 / one of these, or `其他:` and words of one's own"
            )
        }
        Kind::Date => "日期 YYYY-MM-DD / a civil date".to_owned(),
        Kind::Moment => "带时区的时间 / an RFC 3339 time with an offset".to_owned(),
        Kind::Period => {
            "期间:年、半年、季、月、日,或“起/止” / a year, half, quarter, month, day, or `from/to`"
                .to_owned()
        }
        Kind::Fen => "整数,单位:分 / an integer of fen".to_owned(),
        Kind::Count => "非负整数 / an integer from 0".to_owned(),
        Kind::Int => "整数 / an integer".to_owned(),
        Kind::Decimal => "十进制数文本 / a decimal number as text".to_owned(),
        Kind::Bool => "真假值 / true or false".to_owned(),
        Kind::Hex => "64 位小写十六进制 / 64 lower-case hexadecimal digits".to_owned(),
        Kind::List(of) => format!("列表,每项为{} / an array of these", words(of)),
        Kind::Object(_) => "对象 / an object".to_owned(),
        Kind::Map(of) => format!("对象,各成员为{} / an object of these", words(of)),
        Kind::Either(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(words).collect();
            kinds.join(",或 / or ")
        }
        Kind::Any => "任意值 / any value".to_owned(),
    }
}

/// What a name names, in words.
fn named(of: Of) -> &'static str {
    match of {
        Of::No => "编号或文号 / a number as written",
        Of::Code => "代码或标识 / a code or id",
        Of::Unit => "单位编号 / id of a unit",
        Of::Officer => "人员编号(假名) / pseudonymous id of an officer",
        Of::Party => "相对人编号(假名) / pseudonymous id of a party",
        Of::Item => "事项编码,未列入的写 UNLISTED 或原文 / item code, `UNLISTED` accepted",
        Of::FeeItem => "收费项目代码,未列入的写 UNLISTED 或原文 / fee code, `UNLISTED` accepted",
        Of::Ground => "违法行为代码,未列入的写 UNLISTED 或原文 / ground code, `UNLISTED` accepted",
        Of::Tier => "裁量档次编号 / id of a tier",
        Of::Window => "窗口编号 / id of a window",
        Of::Hall => "大厅编号 / id of a hall",
        Of::Region => "行政区划代码(GB/T 2260) / region code",
        Of::Stream => "事件流(案件或对象) / a stream: a case or entity",
        Of::Event => "事件编号 / id of an event",
        Of::Finding => "疑点编号 / id of a finding",
        Of::Rule => "规则编号 / id of a rule",
        Of::Version => "版本 / a version",
        Of::Url => "网址 / an address on the web",
    }
}

/// A place in a body, kept on the stack while nothing is wrong.
pub(super) struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    pub fn root() -> Path<'static> {
        Path { above: None, step: Step::Root }
    }

    pub fn member<'b>(&'b self, name: &'b str) -> Path<'b> {
        Path { above: Some(self), step: Step::Member(name) }
    }

    pub fn item(&self, index: usize) -> Path<'_> {
        Path { above: Some(self), step: Step::Item(index) }
    }

    fn pointer(&self) -> String {
        let mut out = self.above.map(Path::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Member(name) => {
                out.push('/');
                out.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Item(index) => {
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
        out
    }
}
