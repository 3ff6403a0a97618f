//! Reading XES (IEEE 1849-2016 and the 1.0 files before it), one trace at a time.
//!
//! Namespaces, log attributes, byte-order marks and nesting may be there or not.
//! A file that breaks off or is not XES is an error with its line; a value that is
//! not of its type spoils only its event. No entity is ever expanded: a document
//! type declaration is refused. What an attribute means is the mapping's affair.

use super::attribute::{Attribute, DEPTH_MAX, Kind, TEXT_BYTES_MAX, excerpt};
use super::input::{Guard, lines};
use super::record::{Case, Problem, Record, SourceError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::io::BufRead;

/// Largest tag, comment or text in bytes.
const TOKEN_BYTES_MAX: u64 = 16 << 20;
/// Largest trace, counted as the bytes of its keys and values and 64 for each
/// attribute: what it costs in memory.
const TRACE_BYTES_MAX: usize = 256 << 20;
/// Largest log header, counted in the same way.
const HEADER_BYTES_MAX: usize = 64 << 20;
/// Deepest nesting of elements outside traces.
const HEADER_DEPTH_MAX: u32 = 64;

/// An element outside the traces: the log itself, extensions, globals,
/// classifiers, log attributes, traces without events. Depth 0 is `<log>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRow {
    pub depth: u32,
    pub element: String,
    /// The XML attributes in their order.
    pub attributes: Vec<(String, String)>,
}

/// What an element is to this reader.
enum Element {
    Trace,
    Event,
    Values,
    Attribute(Kind),
    Other,
}

/// A tag, with its text taken out of the reader's buffer.
struct Tag {
    element: Element,
    name: Cow<'static, str>,
    key: Option<String>,
    value: Option<String>,
    /// All XML attributes; filled outside traces only.
    all: Vec<(String, String)>,
    empty: bool,
    line: u64,
}

enum Token {
    Open(Tag),
    Close,
    End,
}

/// Where the reader is between two traces, seen from the log element.
#[derive(PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

/// Reads a XES document.
pub struct XesReader<R: BufRead> {
    reader: Reader<Guard<R>>,
    buffer: Vec<u8>,
    line: u64,
    place: Place,
    /// Names of the open elements, for messages.
    open: Vec<Cow<'static, str>>,
    header: Vec<HeaderRow>,
    header_bytes: usize,
    empty_cases: u64,
    trace_bytes: usize,
}

impl<R: BufRead> XesReader<R> {
    pub fn new(input: R) -> XesReader<R> {
        XesReader {
            reader: Reader::from_reader(Guard::new(input, TOKEN_BYTES_MAX)),
            buffer: Vec::new(),
            line: 1,
            place: Place::Before,
            open: Vec::new(),
            header: Vec::new(),
            header_bytes: 0,
            empty_cases: 0,
            trace_bytes: 0,
        }
    }

    /// Everything outside the traces that has been read so far.
    pub fn header(&self) -> &[HeaderRow] {
        &self.header
    }

    /// Traces without events so far.
    pub fn empty_cases(&self) -> u64 {
        self.empty_cases
    }

    /// The next trace. An event outside any trace is a case of its own with a
    /// problem: nothing says which case it belongs to.
    pub fn next_case(&mut self) -> Result<Option<Case>, SourceError> {
        loop {
            match self.token()? {
                Token::Open(tag) => {
                    if let Some(case) = self.outside(tag)? {
                        return Ok(Some(case));
                    }
                }
                Token::Close => {
                    if self.open.is_empty() {
                        self.place = Place::After;
                    }
                }
                Token::End if self.place == Place::After => return Ok(None),
                Token::End => return Err(self.ends_early()),
            }
        }
    }

    /// Handles a tag that is in no trace.
    fn outside(&mut self, tag: Tag) -> Result<Option<Case>, SourceError> {
        if self.place == Place::After {
            return Err(self.error(tag.line, "在 </log> 之后还有内容 / follows the end of the log"));
        }
        if self.place == Place::Before {
            if tag.name != "log" {
                let reason =
                    "不是 XES 文件,根元素应为 <log> / not XES: the root element must be <log>";
                return Err(self.error(tag.line, reason));
            }
            self.place = if tag.empty { Place::After } else { Place::Inside };
            self.header_row(tag, 0)?;
            return Ok(None);
        }
        let depth = self.open.len() as u32 - u32::from(!tag.empty);
        self.trace_bytes = 0;
        match tag.element {
            Element::Trace if depth == 1 => {
                let case = self.trace(&tag)?;
                if case.records.is_empty() {
                    return self.keep_empty(&case).map(|()| None);
                }
                Ok(Some(case))
            }
            Element::Event if depth == 1 => {
                let record = self.event(&tag)?;
                let reason = "事件不在任何 <trace> 内,无法知道属于哪个案件 / the event stands outside \
                              any <trace>; nothing says to which case it belongs";
                let problem = Problem::new(tag.line, "event", reason);
                Ok(Some(Case {
                    line: tag.line,
                    attributes: Vec::new(),
                    records: vec![record],
                    problem: Some(problem),
                }))
            }
            _ => self.header_row(tag, depth).map(|()| None),
        }
    }

    fn header_row(&mut self, tag: Tag, depth: u32) -> Result<(), SourceError> {
        let bytes = tag.all.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>() + 64;
        self.account_header(tag.line, bytes)?;
        if depth > HEADER_DEPTH_MAX {
            let reason =
                format!("嵌套超过 {HEADER_DEPTH_MAX} 层 / nested deeper than {HEADER_DEPTH_MAX}");
            return Err(self.error(tag.line, &reason));
        }
        self.header.push(HeaderRow { depth, element: tag.name.into_owned(), attributes: tag.all });
        Ok(())
    }

    /// A trace without events has no act to record: it is kept among the header's
    /// rows, so that it is not lost.
    fn keep_empty(&mut self, case: &Case) -> Result<(), SourceError> {
        // No event carries what is wrong with it into the error file.
        if let Some(Problem { line, field, reason }) = &case.problem {
            return Err(self.error(*line, &format!("{field}: {reason}")));
        }
        self.empty_cases += 1;
        self.account_header(case.line, 64)?;
        self.header.push(HeaderRow {
            depth: 1,
            element: "trace".to_owned(),
            attributes: Vec::new(),
        });
        for attribute in &case.attributes {
            self.keep_attribute(case.line, attribute, 2)?;
        }
        Ok(())
    }

    fn keep_attribute(
        &mut self,
        line: u64,
        attribute: &Attribute,
        depth: u32,
    ) -> Result<(), SourceError> {
        self.account_header(line, attribute.key.len() + attribute.value.len() + 64)?;
        let mut attributes = vec![("key".to_owned(), attribute.key.clone())];
        if attribute.kind.has_text() {
            attributes.push(("value".to_owned(), attribute.value.clone()));
        }
        let element = attribute.kind.as_str().to_owned();
        self.header.push(HeaderRow { depth, element, attributes });
        for child in &attribute.children {
            self.keep_attribute(line, child, depth + 1)?;
        }
        if let Some(values) = &attribute.values {
            let element = "values".to_owned();
            self.header.push(HeaderRow { depth: depth + 1, element, attributes: Vec::new() });
            for value in values {
                self.keep_attribute(line, value, depth + 2)?;
            }
        }
        Ok(())
    }

    fn account_header(&mut self, line: u64, bytes: usize) -> Result<(), SourceError> {
        self.header_bytes += bytes;
        if self.header_bytes > HEADER_BYTES_MAX {
            let reason = format!(
                "日志头与空案件超过 {HEADER_BYTES_MAX} 字节 / the log's own attributes and its empty \
                 traces exceed {HEADER_BYTES_MAX} bytes"
            );
            return Err(self.error(line, &reason));
        }
        Ok(())
    }

    fn trace(&mut self, start: &Tag) -> Result<Case, SourceError> {
        let mut case =
            Case { line: start.line, attributes: Vec::new(), records: Vec::new(), problem: None };
        if start.empty {
            return Ok(case);
        }
        loop {
            let tag = match self.token()? {
                Token::Open(tag) => tag,
                Token::Close => return Ok(case),
                Token::End => return Err(self.ends_early()),
            };
            if matches!(tag.element, Element::Event) {
                let record = self.event(&tag)?;
                case.records.push(record);
            } else {
                let attribute = self.attribute(tag, 1, &mut case.problem)?;
                case.attributes.extend(attribute);
            }
        }
    }

    fn event(&mut self, start: &Tag) -> Result<Record, SourceError> {
        let mut record = Record { line: start.line, attributes: Vec::new(), problem: None };
        if start.empty {
            return Ok(record);
        }
        loop {
            match self.token()? {
                Token::Open(tag) => {
                    let attribute = self.attribute(tag, 1, &mut record.problem)?;
                    record.attributes.extend(attribute);
                }
                Token::Close => return Ok(record),
                Token::End => return Err(self.ends_early()),
            }
        }
    }

    /// Reads one attribute with all below it. What is wrong with it goes into
    /// `problem`, unless something stands there already.
    fn attribute(
        &mut self,
        tag: Tag,
        depth: usize,
        problem: &mut Option<Problem>,
    ) -> Result<Option<Attribute>, SourceError> {
        let Tag { element, name, key, value, empty, line, .. } = tag;
        let field = key.as_deref().unwrap_or(&name).to_owned();
        self.account(line, field.len() + value.as_ref().map_or(0, String::len))?;
        let objection = match &element {
            Element::Attribute(kind) => object_to(*kind, key.as_deref(), value.as_deref(), depth),
            _ => Some(format!("XES 没有 <{name}> 类型的属性 / XES has no attribute type <{name}>")),
        };
        if let (Some(reason), None) = (&objection, problem.as_ref()) {
            *problem = Some(Problem::new(line, &field, reason));
        }
        let kind = match element {
            Element::Attribute(kind) => kind,
            _ => Kind::Text,
        };
        let mut attribute = Attribute::new(field, kind, value.unwrap_or_default());
        if !empty {
            self.inside(&mut attribute, depth, problem)?;
        }
        // Below the deepest level everything is read but nothing is kept: the
        // record is refused anyway and the stack stays small.
        Ok((depth <= DEPTH_MAX).then_some(attribute))
    }

    fn inside(
        &mut self,
        attribute: &mut Attribute,
        depth: usize,
        problem: &mut Option<Problem>,
    ) -> Result<(), SourceError> {
        if depth > DEPTH_MAX {
            return self.skip();
        }
        loop {
            let tag = match self.token()? {
                Token::Open(tag) => tag,
                Token::Close => return Ok(()),
                Token::End => return Err(self.ends_early()),
            };
            if matches!(tag.element, Element::Values) {
                let values = attribute.values.get_or_insert_default();
                if tag.empty {
                    continue;
                }
                let mut items = Attribute::new("values", Kind::List, "");
                self.inside(&mut items, depth, problem)?;
                values.append(&mut items.children);
            } else {
                let child = self.attribute(tag, depth + 1, problem)?;
                attribute.children.extend(child);
            }
        }
    }

    /// Reads to the end of the element that is open.
    fn skip(&mut self) -> Result<(), SourceError> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            if matches!(self.token()?, Token::End) {
                return Err(self.ends_early());
            }
        }
        Ok(())
    }

    fn account(&mut self, line: u64, bytes: usize) -> Result<(), SourceError> {
        self.trace_bytes += bytes + 64;
        if self.trace_bytes > TRACE_BYTES_MAX {
            let reason = format!(
                "一个案件超过 {TRACE_BYTES_MAX} 字节 / one trace takes more than {TRACE_BYTES_MAX} bytes"
            );
            return Err(self.error(line, &reason));
        }
        Ok(())
    }

    fn token(&mut self) -> Result<Token, SourceError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().next_token();
            let line = self.line;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(broken(&self.open, line, &error)),
            };
            let text: &str = match &event {
                Event::Start(tag) | Event::Empty(tag) => tag,
                Event::End(tag) => tag,
                Event::Text(text) | Event::Comment(text) | Event::DocType(text) => text,
                Event::CData(text) => text,
                Event::PI(text) => text,
                Event::Decl(text) => text,
                Event::GeneralRef(text) => text,
                Event::Eof => "",
            };
            self.line += lines(text.as_bytes());
            match event {
                Event::Start(start) => {
                    let outside = !in_trace(&self.open);
                    let tag = tag(&start, false, line, outside)
                        .map_err(|reason| at(&self.open, line, &reason))?;
                    self.open.push(tag.name.clone());
                    return Ok(Token::Open(tag));
                }
                Event::Empty(start) => {
                    let outside = !in_trace(&self.open);
                    let tag = tag(&start, true, line, outside)
                        .map_err(|reason| at(&self.open, line, &reason))?;
                    return Ok(Token::Open(tag));
                }
                Event::End(_) => {
                    self.open.pop();
                    return Ok(Token::Close);
                }
                Event::Eof => return Ok(Token::End),
                Event::DocType(_) => {
                    let reason = "不接受文档类型声明(DTD)/ a document type declaration is not accepted: \
                                  it could define entities";
                    return Err(at(&self.open, line, reason));
                }
                Event::Text(_) if text_is_blank(text) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    let shown = excerpt(text.trim(), 40).into_owned();
                    if self.place == Place::Before {
                        let reason = format!("不是 XES 文件 / not a XES file: {shown:?}");
                        return Err(at(&self.open, line, &reason));
                    }
                    let reason = format!(
                        "此处不应有文字 {shown:?} / text {shown:?} where XES has elements only"
                    );
                    return Err(at(&self.open, line, &reason));
                }
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    fn error(&self, line: u64, reason: &str) -> SourceError {
        at(&self.open, line, reason)
    }

    fn ends_early(&self) -> SourceError {
        let reason = match self.open.last() {
            Some(name) => format!(
                "文件提前结束,<{name}> 没有结束 / the file ends too early: <{name}> is not closed"
            ),
            None => "文件中没有 <log> / the file has no <log>".to_owned(),
        };
        at(&self.open, self.line, &reason)
    }
}

fn in_trace(open: &[Cow<'static, str>]) -> bool {
    matches!(open.get(1).map(Cow::as_ref), Some("trace" | "event"))
}

fn text_is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}

fn at(open: &[Cow<'static, str>], line: u64, reason: &str) -> SourceError {
    const SHOWN: usize = 6;
    let mut element = open.iter().take(SHOWN).map(Cow::as_ref).collect::<Vec<_>>().join("/");
    if open.len() > SHOWN {
        element.push_str(&format!("/… {} 层 / levels", open.len()));
    }
    SourceError { line, element, reason: reason.to_owned() }
}

/// A character that XML 1.0 §2.2 has no place for, however it is written.
fn forbidden(text: &str) -> Option<char> {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r') || !(c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().find(|c| !allowed(*c))
}

fn broken(open: &[Cow<'static, str>], line: u64, error: &quick_xml::Error) -> SourceError {
    let reason = match error {
        quick_xml::Error::Io(io) => io.to_string(),
        quick_xml::Error::Syntax(_) => {
            format!("XML 没有正常结束 / the XML breaks off: {error}")
        }
        other => format!("不是良构的 XML / not well-formed XML: {other}"),
    };
    at(open, line, &reason)
}

fn object_to(kind: Kind, key: Option<&str>, value: Option<&str>, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return Some(format!(
            "属性嵌套超过 {DEPTH_MAX} 层 / attributes nested deeper than {DEPTH_MAX}"
        ));
    }
    if key.is_none() {
        return Some("属性缺少 key / the attribute has no key".to_owned());
    }
    if let Some(bad) = key.and_then(forbidden).or_else(|| value.and_then(forbidden)) {
        return Some(format!(
            "含有 XML 不允许的字符 {bad:?} / holds {bad:?}, which XML does not allow"
        ));
    }
    match value {
        Some(value) if value.len() > TEXT_BYTES_MAX => Some(format!(
            "值有 {} 字节,上限 {TEXT_BYTES_MAX} / the value has {0} bytes, at most {TEXT_BYTES_MAX}",
            value.len()
        )),
        Some(value) => kind.objection(value),
        None if kind.has_text() => Some("属性缺少 value / the attribute has no value".to_owned()),
        None => None,
    }
}

fn tag(start: &BytesStart<'_>, empty: bool, line: u64, outside: bool) -> Result<Tag, String> {
    let local = start.local_name();
    let local: &str = local.as_ref();
    let (element, name) = match local {
        "trace" => (Element::Trace, Cow::Borrowed("trace")),
        "event" => (Element::Event, Cow::Borrowed("event")),
        "values" => (Element::Values, Cow::Borrowed("values")),
        // JSON's null has an attribute type but no XES element.
        other => match Kind::parse(other).filter(|kind| *kind != Kind::Null) {
            Some(kind) => (Element::Attribute(kind), Cow::Borrowed(kind.as_str())),
            None => (Element::Other, Cow::Owned(other.to_owned())),
        },
    };
    let mut tag = Tag { element, name, key: None, value: None, all: Vec::new(), empty, line };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| {
            format!("<{local}> 的属性写法有误 / <{local}> has a malformed attribute: {error}")
        })?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| {
            format!("<{local}> 的属性值有误 / <{local}> has a malformed value: {error}")
        })?;
        let name: &str = attribute.key.as_ref();
        if outside {
            tag.all.push((name.to_owned(), value.clone().into_owned()));
        }
        match name {
            "key" => tag.key = Some(value.into_owned()),
            "value" => tag.value = Some(value.into_owned()),
            _ => {}
        }
    }
    Ok(tag)
}
