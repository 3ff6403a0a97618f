//! `plumb case find-first`: since when something holds of a case, entry by entry.

use super::super::print;
use super::words::value_words;
use super::{Exit, Failure, Where};
use crate::case::Case;
use plumbline_replay::state::Moment;
use plumbline_replay::state::timeline::{By, Row};
use plumbline_replay::time::civil::Zone;
use serde_json::{Value, json};

/// 自何时起:某事从哪一条记录起成立 / since when: the entry from which on something holds
#[derive(clap::Args)]
pub struct FindFirst {
    /// 事件流 / the case's stream
    stream: String,
    /// 状态的成员,写作 JSON 指针(case show --json 的 case 之下),如 /state/code / a member of the state
    /// as a JSON pointer below `case` of `case show --json`: /state/code, /dates/accepted
    #[arg(value_name = "POINTER")]
    member: String,
    /// 其值;不给则为首次出现 / its value; when it first appears unless given
    value: Option<String>,
    #[command(flatten)]
    place: Where,
    /// 按入账(账本何时得知)还是发生 / by when it was recorded, and so known, or when it happened
    #[arg(long, default_value = "recorded", value_parser = ["occurred", "recorded"])]
    by: String,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl FindFirst {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        if !self.member.starts_with('/') {
            let message = format!(
                "{0}: 写作 JSON 指针,如 /state/code / write a JSON pointer, such as /state/code",
                self.member
            );
            return Err(Failure { exit: Exit::Usage, message });
        }
        let (case, zone) = self.place.case(&self.stream)?;
        let found = self.first(&case)?;
        if self.json {
            print(&self.to_json(&case, found.as_ref(), zone).to_string())?;
        } else {
            print(&self.words(&case, found.as_ref(), zone))?;
        }
        Ok(if found.is_some() { Exit::Done } else { Exit::NotFound })
    }

    /// The first entry after which it holds, with the value it then has.
    fn first(&self, case: &Case) -> Result<Option<(Row, Value)>, Failure> {
        let by = if self.by == "recorded" { By::Recorded } else { By::Occurred };
        for row in case.timeline(Moment::LATEST, by)? {
            let moment = match by {
                By::Recorded => Moment { known_at: row.recorded, ..Moment::LATEST },
                By::Occurred => Moment { as_of: row.occurred, ..Moment::LATEST },
            };
            let state = case.state(moment)?.to_json();
            let value = state.pointer(&self.member).filter(|value| !value.is_null());
            if let Some(value) = value.filter(|value| self.is_meant(value)) {
                return Ok(Some((row, value.clone())));
            }
        }
        Ok(None)
    }

    fn is_meant(&self, found: &Value) -> bool {
        self.value.as_ref().is_none_or(|asked| match found {
            Value::String(text) => text == asked,
            other => serde_json::from_str(asked).is_ok_and(|asked: Value| asked == *other),
        })
    }

    fn to_json(&self, case: &Case, found: Option<&(Row, Value)>, zone: Zone) -> Value {
        let found = found.map(|(row, value)| {
            json!({
                "position": row.position, "id": row.id, "type": row.event_type, "value": value,
                "occurred_at": zone.rfc3339(row.occurred), "recorded_at": zone.rfc3339(row.recorded),
                "hash": case.hash(row.position).map(|hash| hash.to_string()),
            })
        });
        json!({
            "schema": "plumbline.case.find_first/1",
            "stream": self.stream, "member": self.member, "value": self.value, "by": self.by,
            "found": found,
        })
    }

    fn words(&self, case: &Case, found: Option<&(Row, Value)>, zone: Zone) -> String {
        let asked = self.value.as_ref().map_or(String::new(), |value| format!(" = {value}"));
        let asked = format!("{}  {}{asked}", self.stream, self.member);
        let Some((row, value)) = found else {
            return format!("{asked}: 从未成立 / never holds");
        };
        let hash = case.hash(row.position).map_or(String::new(), |hash| hash.to_string());
        format!(
            "{asked}: 自第 {0} 号记录起 / from the entry at {0} on\n  值 / value: {1}\n  \
             {2} / {3}\n  发生 / occurred {4}\n  入账 / recorded {5}\n  BLAKE3 {hash}",
            row.position,
            value_words(value),
            row.zh,
            row.en,
            zone.rfc3339(row.occurred),
            zone.rfc3339(row.recorded),
        )
    }
}
