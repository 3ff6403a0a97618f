//! JSON lines of foreign systems as attributes, numbers as written.
//!
//! The ledger's own JSON has no floating point; these lines may have it, and
//! `12.50` must not become `12.5`. So numbers are kept as their text here.

use super::attribute::{Attribute, DEPTH_MAX, Kind};

/// Why a line is not a JSON object, with its byte offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonLineError {
    pub at: usize,
    pub reason: &'static str,
}

/// The members of one JSON object as attributes. Objects become containers,
/// arrays lists whose items have no key.
pub fn read_object(line: &str) -> Result<Vec<Attribute>, JsonLineError> {
    let mut reader = Reader { text: line, at: 0 };
    reader.blanks();
    let value = reader.value(String::new(), 1)?;
    reader.blanks();
    if reader.at < line.len() {
        return Err(reader.error("对象之后还有内容 / something follows the object"));
    }
    match value.kind {
        Kind::Container => Ok(value.children),
        _ => Err(JsonLineError { at: 0, reason: "应为 JSON 对象 / a JSON object is expected" }),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, reason: &'static str) -> JsonLineError {
        JsonLineError { at: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn value(&mut self, key: String, depth: usize) -> Result<Attribute, JsonLineError> {
        // The line's own object is no attribute.
        if depth > DEPTH_MAX + 1 {
            return Err(self.error("嵌套太深,至多 9 层 / nested deeper than 9 levels"));
        }
        match self.peek() {
            Some(b'{') => self.object(key, depth),
            Some(b'[') => self.array(key, depth),
            Some(b'"') => Ok(Attribute::new(key, Kind::Text, self.string()?)),
            Some(b'-')
                if matches!(
                    self.text.as_bytes().get(self.at + 1),
                    Some(b'I' | b'i' | b'N' | b'n')
                ) =>
            {
                self.word(key)
            }
            Some(b'-' | b'0'..=b'9') => self.number(key),
            _ => self.word(key),
        }
    }

    fn word(&mut self, key: String) -> Result<Attribute, JsonLineError> {
        let rest = self.text.get(self.at..).unwrap_or("");
        for (word, kind) in
            [("true", Kind::Boolean), ("false", Kind::Boolean), ("null", Kind::Null)]
        {
            if rest.starts_with(word) {
                self.at += word.len();
                let value = if kind == Kind::Boolean { word } else { "" };
                return Ok(Attribute::new(key, kind, value));
            }
        }
        if ["NaN", "Infinity", "nan", "inf", "-I", "-i", "-N", "-n"]
            .iter()
            .any(|word| rest.starts_with(word))
        {
            return Err(self.error("JSON 没有 NaN 与无穷大 / JSON has no NaN and no infinity"));
        }
        Err(self.error("此处应为 JSON 值 / a JSON value is expected here"))
    }

    fn object(&mut self, key: String, depth: usize) -> Result<Attribute, JsonLineError> {
        let mut container = Attribute::new(key, Kind::Container, "");
        self.at += 1;
        self.blanks();
        if self.take(b'}') {
            return Ok(container);
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.error("此处应为成员名 / a member name is expected here"));
            }
            let name = self.string()?;
            self.blanks();
            if !self.take(b':') {
                return Err(self.error("此处应为冒号 / a colon is expected here"));
            }
            self.blanks();
            let child = self.value(name, depth + 1)?;
            container.children.push(child);
            self.blanks();
            if self.take(b'}') {
                return match stands_twice(&container.children) {
                    true => Err(self.error("成员名重复 / a member stands twice in one object")),
                    false => Ok(container),
                };
            }
            if !self.take(b',') {
                return Err(self.error("此处应为逗号或 } / a comma or } is expected here"));
            }
        }
    }

    fn array(&mut self, key: String, depth: usize) -> Result<Attribute, JsonLineError> {
        let mut list = Attribute::new(key, Kind::List, "");
        self.at += 1;
        self.blanks();
        if self.take(b']') {
            return Ok(list);
        }
        loop {
            self.blanks();
            let item = self.value(String::new(), depth + 1)?;
            list.children.push(item);
            self.blanks();
            if self.take(b']') {
                return Ok(list);
            }
            if !self.take(b',') {
                return Err(self.error("此处应为逗号或 ] / a comma or ] is expected here"));
            }
        }
    }

    fn number(&mut self, key: String) -> Result<Attribute, JsonLineError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        if !is_json_number(text) {
            self.at = start;
            return Err(self.error("不是 JSON 数字 / not a JSON number"));
        }
        let kind = if text.bytes().all(|b| matches!(b, b'-' | b'0'..=b'9')) {
            Kind::Int
        } else {
            Kind::Float
        };
        Ok(Attribute::new(key, kind, text))
    }

    /// A string, whose escapes serde_json undoes: it knows surrogate pairs.
    fn string(&mut self) -> Result<String, JsonLineError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(self.error("字符串没有结束 / a string is not closed")),
            }
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at).unwrap_or("");
        serde_json::from_str(quoted).map_err(|_| JsonLineError {
            at: start,
            reason: "字符串中有不合法的转义或控制字符 / a bad escape or a control character in a string",
        })
    }
}

fn stands_twice(members: &[Attribute]) -> bool {
    let mut names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|two| two.first() == two.get(1))
}

fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_text_and_nesting_its_order() {
        let line = r#" {"a":12.50,"b":-7,"c":{"d":[true,null,"é😀"]},"e":""} "#;
        let read = read_object(line).unwrap();
        let shown: Vec<(&str, Kind, &str)> =
            read.iter().map(|a| (a.key.as_str(), a.kind, a.value.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("a", Kind::Float, "12.50"),
                ("b", Kind::Int, "-7"),
                ("c", Kind::Container, ""),
                ("e", Kind::Text, "")
            ]
        );
        let list = &read[2].children[0];
        let items: Vec<(Kind, &str)> =
            list.children.iter().map(|item| (item.kind, item.value.as_str())).collect();
        assert_eq!(items, [(Kind::Boolean, "true"), (Kind::Null, ""), (Kind::Text, "é😀")]);
    }

    #[test]
    fn what_is_not_one_json_object_is_refused() {
        let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
        for line in [
            "",
            "[]",
            "1",
            "{",
            "{}x",
            "{\"a\":NaN}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"\u{1}\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":tru}",
            "{\"a\":1,}",
            "{\"a\":\"x",
            &deep,
        ] {
            assert!(read_object(line).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_what_is_an_object(line in r#"[{}\[\]:,"a1.\-e \\u]{0,14}"#) {
            let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line);
            if let Ok(read) = read_object(&line) {
                prop_assert_eq!(theirs.map(|map| map.len()).ok(), Some(read.len()));
            } else if let Ok(map) = theirs {
                // serde_json lets later duplicates win; here they are refused.
                prop_assert!(map.len() < line.matches(':').count(), "{}", line);
            }
        }
    }
}
