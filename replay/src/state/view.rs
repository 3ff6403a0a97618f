//! What readers are told of a case: its kind and state by name, its facts, and
//! all of it as JSON with stable member names.

use super::case::{Act, CaseState, Due, KeyDate, Mark, Purpose, When};
use super::joint;
use super::machine::{CaseKind, Machine, StateName};
use crate::event::amount::Decimal;
use crate::event::register::find;
use crate::time::civil::Zone;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

impl KeyDate {
    pub fn code(self) -> &'static str {
        match self {
            KeyDate::Accepted => "accepted",
            KeyDate::Decided => "decided",
            KeyDate::Delivered => "delivered",
            KeyDate::Paid => "paid",
            KeyDate::Closed => "closed",
        }
    }
}

impl Purpose {
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Assessed => "assessed",
            Purpose::Reduced => "reduced",
            Purpose::PaidIn => "paid",
            Purpose::Refunded => "refunded",
            Purpose::Fined => "fined",
        }
    }
}

impl Due {
    pub fn date(&self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.day).unwrap_or_default()
    }
}

impl When {
    /// A date where only the day is known, else RFC 3339.
    pub fn text(&self) -> String {
        let zone = Zone::fixed(i32::from(self.offset_minutes));
        if self.day_only { zone.date(self.micros).to_string() } else { zone.rfc3339(self.micros) }
    }
}

impl CaseState {
    /// What the stream's name says it is, else its first act.
    pub fn kind(&self) -> CaseKind {
        let hint = self.kind_hint.map(|(_, kind)| kind);
        CaseKind::of_stream(&self.stream).or(hint).unwrap_or(CaseKind::Other)
    }

    /// The state by its machine; for other cases the last act or activity.
    pub fn state(&self) -> StateName {
        self.machine_state().unwrap_or_else(|| self.last_act())
    }

    fn machine_state(&self) -> Option<StateName> {
        let machine = self.kind().machine()?;
        let step = machine.steps.get(usize::from(self.step(machine)?))?;
        let code = self.derived(step.code);
        let step = machine.steps.iter().find(|row| row.code == code)?;
        Some(StateName::new(step.code, step.zh, step.en))
    }

    fn step(&self, machine: &Machine) -> Option<u8> {
        let firm = *self.firm.get(machine.kind as usize)?;
        let soft = *self.soft.get(machine.kind as usize)?;
        let settled =
            |mark: Mark| machine.steps.get(usize::from(mark.step)).is_some_and(|step| step.settled);
        match (firm, soft) {
            (Some(firm), Some(soft)) if soft.order > firm.order && !settled(firm) => {
                Some(soft.step)
            }
            (Some(firm), _) => Some(firm.step),
            (None, soft) => soft.map(|mark| mark.step),
        }
    }

    /// States that depend on more than the last move.
    fn derived(&self, step: &'static str) -> &'static str {
        let all = |mark: u8| {
            let sent = |flags: &u8| flags & joint::DISPATCHED != 0;
            let mut dispatched = self.subcases.iter().filter(|(_, flags)| sent(flags)).peekable();
            dispatched.peek().is_some() && dispatched.all(|(_, flags)| flags & mark != 0)
        };
        match step {
            "under_review" if self.procedures.0 > self.procedures.1 => "suspended",
            "receipts" if all(joint::CONFIRMED) => "all_receipts",
            "opinions" if all(joint::OPINION) => "all_opinions",
            other => other,
        }
    }

    fn last_act(&self) -> StateName {
        let Some(act) = &self.last else {
            return StateName::new("empty", "无记录", "no record");
        };
        if let Some(activity) = &act.activity {
            let name = || activity.to_string();
            return StateName::new(name(), name(), name());
        }
        let event_type = act.event_type.clone();
        match find(&event_type) {
            Some(known) => StateName::new(known.name, known.zh, known.en),
            None => StateName::new(event_type.clone(), event_type.clone(), event_type),
        }
    }

    /// The responsible unit: the first that acted, else the first that recorded.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_ref().map(|(_, _, unit)| unit.as_ref())
    }

    /// Code and name of the item of the first act that names one.
    pub fn item(&self) -> Option<(&str, &str)> {
        let (_, code, name) = self.item.as_ref()?;
        Some((code, name))
    }

    /// The key dates that are known.
    pub fn dates(&self) -> impl Iterator<Item = (KeyDate, When)> {
        self.dates.iter().map(|(name, _, when)| (*name, *when))
    }

    /// Sums by purpose and currency.
    pub fn amounts(&self) -> impl Iterator<Item = (Purpose, &str, Decimal)> {
        self.amounts.iter().map(|(purpose, currency, value)| (*purpose, currency.as_ref(), *value))
    }

    /// Subcases of a joint case: dispatched, confirmed, opinion given.
    pub fn subcases(&self) -> impl Iterator<Item = (&str, [bool; 3])> {
        let has = |flags: u8, mark: u8| flags & mark != 0;
        self.subcases.iter().map(move |(name, flags)| {
            let marks = [joint::DISPATCHED, joint::CONFIRMED, joint::OPINION];
            (name.as_ref(), marks.map(|mark| has(*flags, mark)))
        })
    }

    /// The case as one JSON object. Texts are as recorded; dates are local.
    pub fn to_json(&self) -> Value {
        let kind = self.kind();
        let state = self.state();
        let act = |act: &Option<Act>| {
            act.as_ref().map(|act| {
                json!({"type": act.event_type, "at": act.when.text(), "activity": act.activity})
            })
        };
        let item = self.item().map(|(code, name)| json!({"code": code, "name": name}));
        json!({
            "stream": self.stream,
            "kind": {"code": kind.code(), "zh": kind.zh(), "en": kind.en()},
            "state": {"code": state.code, "zh": state.zh, "en": state.en},
            "opened": act(&self.opened),
            "last": act(&self.last),
            "events": self.events,
            "revision": self.last_revision,
            "recorded_at": (self.events > 0).then(|| Zone::UTC.rfc3339(self.last_recorded)),
            "unit": self.unit(),
            "item": item,
            "officers": grouped(self.officers.iter()),
            "parties": grouped(self.parties.iter().map(|(id, capacity)| (capacity, id))),
            "documents": grouped(self.documents.iter()),
            "dates": self.dates().map(|(name, when)| (name.code(), when.text().into())).collect::<Object>().0,
            "dues": self.dues.iter().map(|due| (due.name.as_ref(), due.date().to_string().into())).collect::<Object>().0,
            "amounts": self.amounts_json(),
            "subcases": self.subcases().map(|(name, [dispatched, confirmed, opinion])| json!({
                "subcase": name, "dispatched": dispatched, "confirmed": confirmed, "opinion": opinion,
            })).collect::<Vec<_>>(),
            "flags": {
                "late": self.late,
                "corrections": self.corrections,
                "voided": self.voids,
                "disputes": self.disputes,
                "sealed_values": self.sealed_values,
                "cut_short": self.officers.more() || self.parties.more() || self.documents.more(),
            },
        })
    }

    fn amounts_json(&self) -> Value {
        let mut out = Map::new();
        for (purpose, currency, value) in self.amounts() {
            let sums = out.entry(purpose.code()).or_insert_with(|| json!({}));
            sums[currency] = value.to_string().into();
        }
        Value::Object(out)
    }
}

/// A JSON object from names and values.
struct Object(Map<String, Value>);

impl<'a> FromIterator<(&'a str, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (&'a str, Value)>>(members: I) -> Object {
        Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// Lists of second parts under their first parts.
fn grouped<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut out: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let list = out.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    }
    Value::Object(out)
}
