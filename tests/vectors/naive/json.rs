//! FORMAT.md §1: the JSON of entries, read strictly and spelled in its one way.

/// A value; members in the order in which they stood.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

const INTEGER_MAX: i64 = 9_007_199_254_740_991;
const DEPTH_MAX: usize = 32;

/// The one spelling.
pub fn write(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(text) => write_text(text),
        Value::List(items) => {
            format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let mut sorted: Vec<&(String, Value)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<u16>>());
            let spelled = sorted.iter().map(|(n, v)| format!("{}:{}", write_text(n), write(v)));
            format!("{{{}}}", spelled.collect::<Vec<_>>().join(","))
        }
    }
}

fn write_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\u{8}' => out += "\\b",
            '\t' => out += "\\t",
            '\n' => out += "\\n",
            '\u{c}' => out += "\\f",
            '\r' => out += "\\r",
            c if c < ' ' => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Reads one value that fills the bytes, or says with which code it is refused.
pub fn read(bytes: &[u8]) -> Result<Value, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not-utf8")?;
    let mut reader = Reader { rest: text };
    let value = reader.value(1)?;
    reader.blanks();
    if reader.rest.is_empty() { Ok(value) } else { Err("trailing") }
}

/// Reads a value that must already have its one spelling.
pub fn read_canonical(bytes: &[u8]) -> Result<Value, &'static str> {
    let value = read(bytes)?;
    if write(&value).as_bytes() == bytes { Ok(value) } else { Err("spelling") }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), &'static str> {
        self.blanks();
        if self.take(token) {
            Ok(())
        } else if self.rest.is_empty() {
            Err("ends-early")
        } else {
            Err("expected")
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, &'static str> {
        self.blanks();
        for (token, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            if self.take(token) {
                return Ok(value);
            }
        }
        match self.rest.chars().next() {
            None => Err("ends-early"),
            Some('{' | '[') if depth > DEPTH_MAX => Err("depth"),
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some('"') => Ok(Value::Text(self.string()?)),
            Some('-' | '0'..='9') => self.number(),
            Some(_) => Err("value-expected"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, &'static str> {
        self.take("{");
        let mut members: Vec<(String, Value)> = Vec::new();
        self.blanks();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.blanks();
            if !self.rest.starts_with('"') {
                return Err(if self.rest.is_empty() { "ends-early" } else { "expected" });
            }
            let name = self.string()?;
            if members.iter().any(|(known, _)| *known == name) {
                return Err("duplicate");
            }
            self.expect(":")?;
            members.push((name, self.value(depth + 1)?));
            self.blanks();
            if !self.take(",") {
                self.expect("}")?;
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, &'static str> {
        self.take("[");
        let mut items = Vec::new();
        self.blanks();
        if self.take("]") {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if !self.take(",") {
                self.expect("]")?;
                return Ok(Value::List(items));
            }
        }
    }

    fn number(&mut self) -> Result<Value, &'static str> {
        let end = self.rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
        let (spelled, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let digits = spelled.strip_prefix('-').unwrap_or(spelled);
        if digits.contains(['.', 'e', 'E']) {
            return Err("number-fraction");
        }
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("value-expected");
        }
        if digits.len() > 1 && digits.starts_with('0') || spelled == "-0" {
            return Err("number-form");
        }
        self.rest = rest;
        let number = spelled.parse::<i64>().map_err(|_| "number-range")?;
        if number.abs() > INTEGER_MAX { Err("number-range") } else { Ok(Value::Int(number)) }
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.take("\"");
        let mut units = Vec::new();
        loop {
            let mut letters = self.rest.chars();
            let letter = letters.next().ok_or("ends-early")?;
            self.rest = letters.as_str();
            match letter {
                '"' => return String::from_utf16(&units).map_err(|_| "surrogate"),
                '\\' => units.push(self.escape()?),
                c if c < ' ' => return Err("control"),
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Result<u16, &'static str> {
        let mut letters = self.rest.chars();
        let letter = letters.next().ok_or("ends-early")?;
        self.rest = letters.as_str();
        Ok(match letter {
            '"' | '\\' | '/' => letter as u16,
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            'u' => {
                let digits = self.rest.get(..4).ok_or("ends-early")?;
                if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err("escape");
                }
                self.rest = &self.rest[4..];
                u16::from_str_radix(digits, 16).map_err(|_| "escape")?
            }
            _ => return Err("escape"),
        })
    }
}
