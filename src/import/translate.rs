//! Records to submissions, by a mapping.
//!
//! Ids are made from the content: importing a file again, or a file that has
//! grown, gives every event the id that it had. Two identical events of one case
//! are told apart by counting them, so both are kept.

use super::amount::{Amount, Decimal};
use super::attribute::{Attribute, Kind, excerpt, find, set_to_json};
use super::mapping::{As, Field, Mapping, SourceFormat};
use super::record::{Case, Problem, Record};
use crate::ledger::submission::Submission;
use plumbline_replay::event::register::EventType;
use plumbline_replay::integrity::json::{INTEGER_MAX, Json};
use std::collections::HashMap;
use uuid::Uuid;

/// Longest stream name in bytes.
const STREAM_BYTES_MAX: usize = 256;
/// The name space of ids: UUIDv5 of the DNS name space and `import.plumbline`.
pub(super) const NAMESPACE: Uuid = Uuid::from_u128(0x335b_825f_54b3_51ce_8573_9143_809b_9d20);

/// One record after translation.
pub struct Translated {
    pub record: Record,
    /// As in the source; `None` where nothing names the case.
    pub case: Option<String>,
    /// Attributes of the case that this event carries, for the error file.
    pub case_attributes: Vec<Attribute>,
    pub result: Result<Submission, Problem>,
}

/// What was noticed while translating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Amounts with more decimals than their currency has, kept as text.
    pub more_decimals: u64,
    /// Amounts beyond 2^53 − 1 minor units, kept as text.
    pub beyond_range: u64,
    /// Events that equal an earlier one of their case in every attribute.
    pub identical: u64,
    /// Cases whose id had stood on an earlier trace of the file.
    pub repeated_cases: u64,
}

/// Translates the cases of one source in their order.
pub struct Translator<'m> {
    mapping: &'m Mapping,
    pub noticed: Noticed,
    /// How often a case id has been seen: 20 bytes a case.
    cases: HashMap<u128, u32>,
    /// How often a table row or line has been seen: 20 bytes each. A trace's
    /// events are counted within the trace.
    rows: HashMap<u128, u32>,
}

/// What all events of one case share.
struct Shared<'a> {
    id: &'a str,
    stream: String,
    attributes: &'a [Attribute],
    /// Which trace of this case id, from 0.
    ordinal: u32,
}

impl<'m> Translator<'m> {
    pub fn new(mapping: &'m Mapping) -> Translator<'m> {
        Translator {
            mapping,
            noticed: Noticed::default(),
            cases: HashMap::new(),
            rows: HashMap::new(),
        }
    }

    /// Distinct case ids so far.
    pub fn cases(&self) -> u64 {
        self.cases.len() as u64
    }

    /// Translates one case. The number of results is the number of records.
    pub fn translate(&mut self, case: Case) -> Vec<Translated> {
        let Case { line, attributes, records, problem } = case;
        let carrier = self.carrier(&records);
        let in_trace = self.mapping.format == SourceFormat::Xes;
        let mut seen = HashMap::new();
        let mut ordinal = None;
        let mut results = Vec::with_capacity(records.len());
        for (at, record) in records.into_iter().enumerate() {
            let carries = at == carrier;
            let case_id =
                text_of(&self.mapping.case, &record, &attributes).map(|id| id.trim().to_owned());
            let shared = self.shared(case_id.as_deref(), &attributes, line, &mut ordinal);
            // What spoils the case's own attributes spoils the event that carries them.
            let own = record.problem.clone().or_else(|| problem.clone().filter(|_| carries));
            let result = match (own, shared) {
                (Some(problem), _) | (None, Err(problem)) => Err(problem),
                (None, Ok(shared)) => {
                    let rows = if in_trace { &mut seen } else { &mut self.rows };
                    let event = Event { mapping: self.mapping, shared: &shared, record: &record };
                    event.submission(carries, rows, &mut self.noticed)
                }
            };
            let case_attributes = if carries { attributes.clone() } else { Vec::new() };
            results.push(Translated { record, case: case_id, case_attributes, result });
        }
        results
    }

    /// The event that carries the case's own attributes. It does not depend on
    /// which events can be mapped, so mending one later changes no other event.
    fn carrier(&self, records: &[Record]) -> usize {
        let (Some(wanted), Some(field)) = (&self.mapping.carrier, &self.mapping.activity) else {
            return 0;
        };
        let is_wanted =
            |record: &Record| text_of(field, record, &[]).is_some_and(|text| text == *wanted);
        records.iter().position(is_wanted).unwrap_or(0)
    }

    fn shared<'a>(
        &mut self,
        id: Option<&'a str>,
        attributes: &'a [Attribute],
        line: u64,
        ordinal: &mut Option<u32>,
    ) -> Result<Shared<'a>, Problem> {
        let field = name_of(&self.mapping.case);
        let id = id
            .filter(|id| !id.is_empty())
            .ok_or_else(|| Problem::new(line, field, "没有案件编号 / nothing names the case"))?;
        check_code(self.mapping.format, id).map_err(|reason| Problem::new(line, field, reason))?;
        let stream = stream_name(&self.mapping.stream, id);
        if stream.len() > STREAM_BYTES_MAX {
            let reason = format!(
                "案件编号太长,流名有 {} 字节,上限 {STREAM_BYTES_MAX} / the case id is too long: the \
                 stream would have {0} bytes, at most {STREAM_BYTES_MAX}",
                stream.len()
            );
            return Err(Problem::new(line, field, reason));
        }
        let ordinal = *ordinal.get_or_insert_with(|| {
            let count = self.cases.entry(short_hash(&[id.as_bytes()])).or_insert(0);
            let ordinal = *count;
            if self.mapping.format == SourceFormat::Xes {
                *count += 1;
                self.noticed.repeated_cases += u64::from(ordinal > 0);
            }
            ordinal
        });
        Ok(Shared { id, stream, attributes, ordinal })
    }
}

/// One event on its way to a submission.
struct Event<'a> {
    mapping: &'a Mapping,
    shared: &'a Shared<'a>,
    record: &'a Record,
}

impl Event<'_> {
    fn submission(
        &self,
        carries: bool,
        rows: &mut HashMap<u128, u32>,
        noticed: &mut Noticed,
    ) -> Result<Submission, Problem> {
        let mapping = self.mapping;
        let activity = match &mapping.activity {
            Some(field) => self.typed(field)?,
            None => None,
        };
        let (event_type, fixed) = mapping.activity_of(activity);
        let time = self.typed(&mapping.time)?.filter(|text| !text.trim().is_empty());
        let time =
            time.ok_or_else(|| self.problem(&mapping.time, "没有发生时间 / no time of the act"))?;
        let occurred =
            mapping.reading.read(time).map_err(|why| self.problem(&mapping.time, &why))?;
        let kept = self.kept(&self.record.attributes);
        let mut attributes = set_to_json(&kept);
        let id = self.id(&attributes, rows, noticed)?;
        leave_out(&mut attributes, mapping, activity, &occurred.text);

        let mut source = Json::object([
            ("system", Json::text(mapping.system.clone())),
            ("kind", Json::text("import")),
            ("format", Json::text(mapping.format.as_str())),
            ("case", Json::text(self.shared.id.to_owned())),
        ]);
        if mapping.whole_cases {
            source.set("coverage", Json::text("whole"));
        }
        if let Some(activity) = activity {
            source.set("activity", Json::text(activity.to_owned()));
        }
        if !attributes.is_empty() {
            source.set("attributes", attributes);
        }
        if carries && !self.shared.attributes.is_empty() {
            source.set("case_attributes", set_to_json(&self.kept(self.shared.attributes)));
        }
        let mut json = Json::object([
            ("id", Json::text(id)),
            ("stream", Json::text(self.shared.stream.clone())),
            ("type", Json::text(event_type.name)),
            ("occurred_at", Json::text(occurred.text)),
            ("precision", Json::text(occurred.precision)),
            ("source", source),
        ]);
        self.envelope(&mut json)?;
        let mut body = Json::object(fixed.iter().cloned());
        self.body(activity, carries, &mut body, noticed)?;
        self.seal(event_type, carries, &mut body)?;
        if !body.is_empty() {
            json.set("body", body);
        }
        Ok(Submission::new(json))
    }

    /// What may stand in the clear: all but the sealed attributes, and of a table
    /// all but the empty cells.
    fn kept(&self, attributes: &[Attribute]) -> Vec<Attribute> {
        let table = self.mapping.format == SourceFormat::Csv;
        let sealed = |a: &Attribute| self.mapping.seal.iter().any(|rule| rule.field == a.key);
        let clear = |a: &&Attribute| (!table || !a.value.is_empty()) && !sealed(a);
        attributes.iter().filter(clear).cloned().collect()
    }

    /// The id of the source, or one made from what stands in the clear: an id
    /// that depended on a sealed value would let anyone try values against it.
    fn id(
        &self,
        attributes: &Json<'_>,
        rows: &mut HashMap<u128, u32>,
        noticed: &mut Noticed,
    ) -> Result<String, Problem> {
        if let Some(field) = &self.mapping.id {
            let own = self.typed(field)?.map(str::trim).filter(|text| !text.is_empty());
            let own =
                own.ok_or_else(|| self.problem(field, "没有事件编号 / the event has no id"))?;
            self.check_code(field, own)?;
            return Ok(own.to_owned());
        }
        let content = blake3::hash(&attributes.to_bytes());
        let case = self.shared.id.as_bytes();
        let count = rows.entry(short_hash(&[case, content.as_bytes()])).or_insert(0);
        let occurrence = *count;
        *count += 1;
        noticed.identical += u64::from(occurrence > 0);
        let mut name = Vec::with_capacity(128);
        for part in [self.mapping.system.as_bytes(), case, content.as_bytes()] {
            name.extend_from_slice(&(part.len() as u64).to_be_bytes());
            name.extend_from_slice(part);
        }
        name.extend_from_slice(&self.shared.ordinal.to_be_bytes());
        name.extend_from_slice(&occurrence.to_be_bytes());
        Ok(Uuid::new_v5(&NAMESPACE, &name).to_string())
    }

    fn envelope(&self, json: &mut Json<'static>) -> Result<(), Problem> {
        let mut actor = Json::Object(Vec::new());
        for (member, field) in &self.mapping.actor {
            if let Some(text) = self.code(field)? {
                actor.set(*member, Json::text(text.to_owned()));
            }
        }
        if !actor.is_empty() {
            json.set("actor", actor);
        }
        if let Some(field) = &self.mapping.item
            && let Some(code) = self.code(field)?
        {
            json.set("item", Json::object([("code", Json::text(code.to_owned()))]));
        }
        let mut parties = Vec::new();
        for party in &self.mapping.parties {
            let Some(id) = self.code(&party.id)? else { continue };
            let mut one = Json::object([("id", Json::text(id.to_owned()))]);
            if let Some(capacity) = &party.capacity {
                one.set("capacity", Json::text(capacity.clone()));
            }
            parties.push(one);
        }
        if !parties.is_empty() {
            json.set("parties", Json::List(parties));
        }
        Ok(())
    }

    fn body(
        &self,
        activity: Option<&str>,
        carries: bool,
        body: &mut Json<'static>,
        noticed: &mut Noticed,
    ) -> Result<(), Problem> {
        let applies = |field: &Field, activities: &[String]| {
            let named =
                activities.is_empty() || activities.iter().any(|a| Some(a.as_str()) == activity);
            // What belongs to the case is said once, by the event that carries it.
            named && (carries || !matches!(field, Field::Case(_)))
        };
        for rule in
            self.mapping.amounts.iter().filter(|rule| applies(&rule.field, &rule.activities))
        {
            let Some(text) = self.typed(&rule.field)?.filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            let amount = Decimal::parse(text)
                .and_then(|decimal| decimal.shifted(rule.shift))
                .and_then(|decimal| decimal.amount(&rule.currency));
            let amount = amount.ok_or_else(|| {
                let why = format!("{:?} 不是金额 / is not an amount", excerpt(text, 60));
                self.problem(&rule.field, &why)
            })?;
            noticed.more_decimals += u64::from(matches!(amount, Amount::MoreDecimals(_)));
            noticed.beyond_range += u64::from(matches!(amount, Amount::BeyondRange(_)));
            amount.write(&rule.member, &rule.currency, body);
        }
        for rule in self.mapping.body.iter().filter(|rule| applies(&rule.field, &rule.activities)) {
            let Some(text) = self.typed(&rule.field)?.filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            body.set(rule.member.clone(), self.form(&rule.field, rule.form, text)?);
        }
        Ok(())
    }

    fn form(&self, field: &Field, form: As, text: &str) -> Result<Json<'static>, Problem> {
        let refused =
            |asked: &str| Err(self.problem(field, &format!("{:?} 不是{asked}", excerpt(text, 60))));
        match form {
            As::Text => Ok(Json::text(text.to_owned())),
            As::Code => {
                self.check_code(field, text.trim())?;
                Ok(Json::text(text.trim().to_owned()))
            }
            As::Int => match text.trim().parse::<i64>() {
                Ok(number) if number.abs() <= INTEGER_MAX => Ok(Json::Int(number)),
                _ => refused("整数 / an integer within ±9007199254740991"),
            },
            As::Bool => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "是" | "yes" => Ok(Json::Bool(true)),
                "false" | "0" | "否" | "no" => Ok(Json::Bool(false)),
                _ => refused("真假值 / true or false"),
            },
        }
    }

    /// Puts confidential attributes, with their names and types, into the member
    /// that the type's register row seals.
    fn seal(
        &self,
        event_type: &EventType,
        carries: bool,
        body: &mut Json<'static>,
    ) -> Result<(), Problem> {
        let of_case: &[Attribute] = if carries { self.shared.attributes } else { &[] };
        for rule in &self.mapping.seal {
            let named =
                |a: &&Attribute| a.key == rule.field && !(a.is_plain_text() && a.value.is_empty());
            let own = self.record.attributes.iter().chain(of_case).filter(named);
            let own: Vec<Attribute> = own.cloned().collect();
            if own.is_empty() {
                continue;
            }
            if !event_type.sensitive().any(|(member, _)| member == rule.member) {
                let why = format!(
                    "此字段是机密,而 {0} 没有可密封它的成员 {1:?} / the field is confidential and {0} \
                     has no sealed member `{1}`; map the activity to a type that has one",
                    event_type.name, rule.member
                );
                return Err(Problem::new(self.record.line, &rule.field, why));
            }
            let mut sealed = body.remove(&rule.member).unwrap_or(Json::Object(Vec::new()));
            if let Some(values) = set_to_json(&own).get(&rule.field) {
                sealed.set(rule.field.clone(), values.clone());
            }
            body.set(rule.member.clone(), sealed);
        }
        Ok(())
    }

    fn text<'b>(&'b self, field: &'b Field) -> Option<&'b str> {
        text_of(field, self.record, self.shared.attributes)
    }

    /// The text of a field. An object or a list where the mapping reads a value is
    /// refused: it would be taken for one that is missing.
    fn typed<'b>(&'b self, field: &'b Field) -> Result<Option<&'b str>, Problem> {
        let attribute = match field {
            Field::Event(name) => find(&self.record.attributes, name),
            Field::Case(name) => find(self.shared.attributes, name),
            Field::Value(_) => None,
        };
        match attribute {
            Some(one) if !one.kind.has_text() && one.kind != Kind::Null => {
                let why = format!(
                    "应为一个值,却是 {0} / a single value is expected, this is a {0}",
                    one.kind.as_str()
                );
                Err(self.problem(field, &why))
            }
            _ => Ok(self.text(field)),
        }
    }

    /// An identifier: trimmed, and not one that a spreadsheet has shortened.
    fn code<'b>(&'b self, field: &'b Field) -> Result<Option<&'b str>, Problem> {
        let Some(text) = self.typed(field)?.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        self.check_code(field, text)?;
        Ok(Some(text))
    }

    fn check_code(&self, field: &Field, text: &str) -> Result<(), Problem> {
        check_code(self.mapping.format, text).map_err(|why| self.problem(field, &why))
    }

    fn problem(&self, field: &Field, reason: &str) -> Problem {
        Problem::new(self.record.line, name_of(field), reason)
    }
}

fn text_of<'a>(field: &'a Field, record: &'a Record, case: &'a [Attribute]) -> Option<&'a str> {
    let attribute = match field {
        Field::Event(name) => find(&record.attributes, name),
        Field::Case(name) => find(case, name),
        Field::Value(value) => return Some(value),
    };
    attribute.filter(|a| a.kind.has_text()).map(|a| a.value.as_str())
}

fn name_of(field: &Field) -> &str {
    match field {
        Field::Event(name) | Field::Case(name) | Field::Value(name) => name,
    }
}

/// Drops the two attributes that every XES event has and an entry says elsewhere
/// word for word: the exporter puts them back.
fn leave_out(attributes: &mut Json<'static>, mapping: &Mapping, activity: Option<&str>, at: &str) {
    const NAME: &str = "concept:name";
    const TIME: &str = "time:timestamp";
    if mapping.format != SourceFormat::Xes {
        return;
    }
    let named = matches!(&mapping.activity, Some(Field::Event(name)) if name == NAME);
    if named && attributes.get(NAME).and_then(Json::as_str) == activity {
        attributes.remove(NAME);
    }
    let date = Attribute::new(TIME, Kind::Date, at).to_json();
    if attributes.get(TIME) == Some(&date) {
        attributes.remove(TIME);
    }
}

/// Spreadsheets keep fifteen digits and show longer codes as `9.11E+17`: what
/// was lost cannot be guessed. A code such as `12E34` is one; with a point or a
/// plus it is a number.
pub(super) fn check_code(format: SourceFormat, text: &str) -> Result<(), String> {
    let shortened = format != SourceFormat::Xes
        && text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
            let digits = exponent.strip_prefix('+').unwrap_or(exponent);
            (mantissa.contains('.') || exponent.starts_with('+'))
                && !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
                && mantissa.bytes().next().is_some_and(|b| b.is_ascii_digit())
                && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        });
    if shortened {
        return Err(format!(
            "编号 {text:?} 被电子表格缩写,丢失了数字;请将该列设为文本后重新导出 / the code {text:?} was \
             shortened by a spreadsheet and has lost digits; format the column as text and export again"
        ));
    }
    Ok(())
}

/// `<prefix>/<case id>`, in which what a ledger forbids in identifiers, and `%`
/// itself, is percent-encoded byte by byte.
pub fn stream_name(prefix: &str, case: &str) -> String {
    let mut out = String::with_capacity(prefix.len() + 1 + case.len());
    out.push_str(prefix);
    out.push('/');
    let mut bytes = [0; 4];
    for c in case.chars() {
        if c.is_control() || matches!(c, '"' | '\\' | '%') {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The case id in a stream's name: what follows the last `/`, decoded. Streams
/// that were not made by [`stream_name`] are taken as they are.
pub fn case_of_stream(stream: &str) -> String {
    let name = stream.rsplit_once('/').map_or(stream, |(_, name)| name);
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

/// 128 bits of BLAKE3 over length-prefixed parts.
fn short_hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    u128::from_be_bytes(bytes)
}
