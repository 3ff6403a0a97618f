//! One case: what its events add up to.
//!
//! Every field is a maximum, a minimum, a sum or a set over the events, so that
//! [`CaseState::apply`] commutes. What this file does not know: which entries
//! count (that is `moment`'s affair) and whether anything was lawful.

use super::joint;
use super::machine::{CORRECTION, CaseKind, DISPUTE, MACHINE_COUNT, Meaning, VOID, meaning};
use super::pairs::Pairs;
use crate::event::amount::{Decimal, amounts};
use crate::event::{Body, Event, Precision, Value};
use crate::integrity::json::{Json, parse};
use crate::time::calendar::Calendar;
use crate::time::civil::{self, Micros, Zone};
use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;

/// The activity of a source system, kept by its own name.
const ACTIVITY: &str = "import.activity.recorded.v1";
/// Longest name or number that is kept, in bytes.
const TEXT_BYTES_MAX: usize = 256;
/// Subcases, or sums by purpose and currency, that are kept; of more, the first
/// in order.
const ROWS_MAX: usize = 256;

/// The place of an act among the acts of its case; see [`Event::order`].
type Order = (Micros, u64);

/// The dates that everyone asks for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub enum KeyDate {
    /// 受理、立案、备案同意: the first, if there are several.
    Accepted,
    /// 决定: this and the following are the last, if there are several.
    Decided,
    /// 送达
    Delivered,
    /// 缴款
    Paid,
    /// 办结、结案
    Closed,
}

/// What an amount is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub enum Purpose {
    Assessed,
    Reduced,
    PaidIn,
    Refunded,
    Fined,
}

/// When an act happened, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct When {
    pub micros: Micros,
    pub offset_minutes: i16,
    /// Known to the day only.
    pub day_only: bool,
}

/// A due date that a party or a unit was told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct Due {
    /// `legal`, `promise`, `payment`…
    pub name: Cow<'static, str>,
    /// Days since 0001-01-01, that being day 1.
    pub(super) day: i32,
    order: Order,
}

/// The latest move of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Mark {
    pub order: Order,
    pub step: u8,
}

/// The first or last act of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct Act {
    order: Order,
    pub when: When,
    /// Event type as written.
    pub event_type: Cow<'static, str>,
    /// Its name in the source system, for activities that no type names.
    pub activity: Option<Box<str>>,
}

/// The state of one case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct CaseState {
    pub stream: Box<str>,
    /// Entries that were folded.
    pub events: u32,
    /// Entries recorded after 24:00 of the working day after the act, imports
    /// apart (parameter P12).
    pub late: u32,
    pub corrections: u32,
    pub voids: u32,
    pub disputes: u32,
    /// Values that stand as digests only.
    pub sealed_values: u32,
    pub last_revision: u64,
    pub last_recorded: Micros,
    pub last_position: u64,
    pub opened: Option<Act>,
    pub last: Option<Act>,
    pub(super) kind_hint: Option<(u64, CaseKind)>,
    pub(super) firm: [Option<Mark>; MACHINE_COUNT],
    pub(super) soft: [Option<Mark>; MACHINE_COUNT],
    /// Special procedures started and ended (许可法 art. 45).
    pub(super) procedures: (u32, u32),
    /// Units of a joint case and what has come from them.
    pub(super) subcases: Vec<(Box<str>, u8)>,
    /// Acting units come before recording ones, earlier ones before later.
    pub(super) unit: Option<(bool, Order, Box<str>)>,
    pub(super) item: Option<(Order, Box<str>, Box<str>)>,
    /// Role and officer.
    pub officers: Pairs,
    /// Party id and capacity.
    pub parties: Pairs,
    /// Member name (`decision_no`) and number.
    pub documents: Pairs,
    pub(super) dates: Vec<(KeyDate, Order, When)>,
    pub dues: Vec<Due>,
    pub(super) amounts: Vec<(Purpose, Box<str>, Decimal)>,
}

impl CaseState {
    /// A case of which nothing is known yet.
    pub fn new(stream: &str) -> CaseState {
        CaseState { stream: stream.into(), ..CaseState::default() }
    }

    /// Adds one entry. Never fails; the order of calls does not matter. Entries
    /// for which [`super::repairs_record`] holds are counted here, and take
    /// effect only where the case is folded by `moment`.
    pub fn apply(&mut self, event: &Event<'_>) {
        self.events += 1;
        self.last_revision = self.last_revision.max(event.revision);
        self.last_recorded = self.last_recorded.max(event.recorded);
        self.last_position = self.last_position.max(event.position);
        let sealed = u32::try_from(event.body.sealed_count()).unwrap_or(u32::MAX);
        self.sealed_values = self.sealed_values.saturating_add(sealed);
        self.late += u32::from(is_late(event));
        match event.kind.as_ref() {
            CORRECTION => self.corrections += 1,
            VOID => self.voids += 1,
            DISPUTE => self.disputes += 1,
            _ => self.act(event),
        }
    }

    /// An act of the case, as against a repair of the record.
    fn act(&mut self, event: &Event<'_>) {
        let order = event.order();
        self.ends(event, order);
        self.people(event, order);
        self.numbers(event);
        match event.kind.as_ref() {
            "approval.special_procedure.started.v1" => self.procedures.0 += 1,
            "approval.special_procedure.ended.v1" => self.procedures.1 += 1,
            _ => {}
        }
        if let Some(meaning) = meaning(&event.kind) {
            self.moves(meaning, event, order);
            self.date(meaning, event, order);
            for (member, name) in &meaning.dues {
                self.due(name, due_date(&event.body, member), order);
            }
            if let Some(purpose) = meaning.purpose {
                for amount in amounts(event.event_type, &event.body) {
                    self.amount(purpose, &amount.currency, amount.value);
                }
            }
        }
    }

    fn ends(&mut self, event: &Event<'_>, order: Order) {
        let first = self.opened.as_ref().is_none_or(|act| order < act.order);
        let last = self.last.as_ref().is_none_or(|act| order > act.order);
        if !first && !last {
            return;
        }
        let activity = match event.kind.as_ref() {
            ACTIVITY => event.body.text("activity").map(|text| clip(&text).into()),
            _ => None,
        };
        let act = Act {
            order,
            when: when(event),
            event_type: match event.event_type {
                Some(known) => Cow::Borrowed(known.name),
                None => Cow::Owned(clip(&event.kind).to_owned()),
            },
            activity,
        };
        if first && last {
            self.opened = Some(act.clone());
            self.last = Some(act);
        } else if first {
            self.opened = Some(act);
        } else {
            self.last = Some(act);
        }
    }

    fn people(&mut self, event: &Event<'_>, order: Order) {
        if let Some(unit) = event.unit() {
            let acting = event.actor.as_ref().is_some_and(|a| a.unit.get().is_some());
            let rank = (!acting, order);
            if self.unit.as_ref().is_none_or(|(by, at, _)| rank < (*by, *at)) {
                self.unit = Some((rank.0, order, clip(unit).into()));
            }
        }
        if let Some(officer) = event.actor.as_ref().and_then(|actor| actor.officer.get()) {
            let role = event.actor.as_ref().and_then(|actor| actor.role.get());
            self.officers.insert(clip(role.unwrap_or("")), clip(officer));
        }
        for party in &event.parties {
            if let Some(id) = party.id.get() {
                let capacity = party.capacity.get().unwrap_or("");
                self.parties.insert(clip(id), clip(capacity));
            }
        }
        if let Some(item) = &event.item
            && let Some(code) = item.code.get().or(item.name.get())
            && self.item.as_ref().is_none_or(|(at, _, _)| order < *at)
        {
            let name = item.name.get().unwrap_or("");
            self.item = Some((order, clip(code).into(), clip(name).into()));
        }
    }

    fn numbers(&mut self, event: &Event<'_>) {
        for (name, value) in event.body.members() {
            if let Value::Text(number) = value
                && name.ends_with("_no")
                && !number.is_empty()
            {
                self.documents.insert(clip(name), clip(&number));
            }
        }
        let Some(docs) = event.docs else { return };
        let Ok(Json::List(docs)) = parse(docs.as_bytes()) else {
            return;
        };
        for doc in &docs {
            if let Some(number) = doc.get("doc_no").and_then(Json::as_str) {
                let kind = doc.get("doc_type").and_then(Json::as_str);
                self.documents.insert(clip(kind.unwrap_or("doc_no")), clip(number));
            }
        }
    }

    fn moves(&mut self, meaning: &Meaning, event: &Event<'_>, order: Order) {
        if let Some(kind) = meaning.kind
            && self.kind_hint.is_none_or(|(at, _)| event.position < at)
        {
            self.kind_hint = Some((event.position, kind));
        }
        for (index, step) in meaning.moves.iter().enumerate() {
            let Some((step, firm)) = *step else { continue };
            let marks = if firm { &mut self.firm } else { &mut self.soft };
            if marks[index].is_none_or(|mark| order > mark.order) {
                marks[index] = Some(Mark { order, step });
            }
        }
        if let Some(mark) = joint::subcase_mark(&event.kind)
            && let Some(subcase) = event.body.text("subcase").or(event.body.text("unit"))
        {
            self.subcase(clip(&subcase), mark);
        }
    }

    fn subcase(&mut self, name: &str, mark: u8) {
        match self.subcases.binary_search_by(|(known, _)| known.as_ref().cmp(name)) {
            Ok(at) => self.subcases[at].1 |= mark,
            Err(at) => self.subcases.insert(at, (name.into(), mark)),
        }
        self.subcases.truncate(ROWS_MAX);
    }

    fn date(&mut self, meaning: &Meaning, event: &Event<'_>, order: Order) {
        let Some(name) = meaning.date else { return };
        let when = when(event);
        match self.dates.binary_search_by_key(&name, |(known, _, _)| *known) {
            Err(at) => self.dates.insert(at, (name, order, when)),
            Ok(at) => {
                let known = self.dates[at].1;
                let first = name == KeyDate::Accepted;
                if (first && order < known) || (!first && order > known) {
                    self.dates[at] = (name, order, when);
                }
            }
        }
    }

    fn due(&mut self, name: &'static str, date: Option<NaiveDate>, order: Order) {
        let Some(date) = date else { return };
        let due = Due { name: Cow::Borrowed(name), day: date.num_days_from_ce(), order };
        match self.dues.binary_search_by(|known| known.name.as_ref().cmp(name)) {
            Err(at) => self.dues.insert(at, due),
            Ok(at) if order > self.dues[at].order => self.dues[at] = due,
            Ok(_) => {}
        }
    }

    fn amount(&mut self, purpose: Purpose, currency: &str, value: Decimal) {
        let currency = clip(currency);
        let key = (purpose, currency);
        let found = self.amounts.binary_search_by(|(known, of, _)| (*known, of.as_ref()).cmp(&key));
        match found {
            Ok(at) => self.amounts[at].2 = self.amounts[at].2.plus(value),
            Err(at) => self.amounts.insert(at, (purpose, currency.into(), value)),
        }
        self.amounts.truncate(ROWS_MAX);
    }
}

fn when(event: &Event<'_>) -> When {
    When {
        micros: event.occurred.micros,
        offset_minutes: i16::try_from(event.occurred.offset_minutes).unwrap_or(0),
        day_only: event.precision == Precision::Day,
    }
}

/// A civil date, or the local date of a moment.
fn due_date(body: &Body<'_>, member: &str) -> Option<NaiveDate> {
    let text = body.text(member)?;
    civil::parse_date(&text).or_else(|| civil::parse_rfc3339(&text).map(|m| m.local_date()))
}

/// Whether an entry came later than 24:00 of the working day after its act.
pub(super) fn is_late(event: &Event<'_>) -> bool {
    let next_day_end = event.occurred.end_of_day().saturating_add(civil::DAY_MICROS);
    if event.recorded <= next_day_end || event.source.kind.get() == Some("import") {
        return false;
    }
    let zone = Zone::fixed(event.occurred.offset_minutes);
    Calendar::china().recorded_late(event.occurred.local_date(), event.recorded, zone, 1)
}

/// Cut at [`TEXT_BYTES_MAX`], between characters.
#[cfg_attr(not(test), expect(clippy::string_slice, reason = "the end is a boundary"))]
fn clip(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
