//! Numbers of decisions and the registers in which units declare them (F13), by
//! series: unit, words before the year, year.
//!
//! A number says in which order papers were made, whatever date they bear.

use super::{Case, Topic};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::finding::EntryRef;
use crate::time::civil::Micros;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// `例市监许准字〔2025〕417号` of `unit/9901-10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub unit: Box<str>,
    pub words: Box<str>,
    pub year: i32,
}

/// A decision that bears a number.
#[derive(Clone, Debug)]
pub struct NumberedPaper {
    pub stream: Box<str>,
    pub entry: EntryRef,
    /// As the act says it happened.
    pub day: NaiveDate,
    pub recorded: Micros,
    /// Recorded later than P12 allows.
    pub late: bool,
    pub approval: bool,
    pub officer: Option<Box<str>>,
}

/// What a unit declares of a series at the year's end.
#[derive(Clone, Debug)]
pub struct Declared {
    pub first: i64,
    pub last: i64,
    pub voided: BTreeSet<i64>,
    pub stream: Box<str>,
    pub entry: EntryRef,
    pub at: Micros,
}

/// One series, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Of each number, whoever bears it; the first recorded first.
    pub numbers: BTreeMap<i64, Vec<NumberedPaper>>,
    /// The last declaration holds.
    pub declared: Option<Declared>,
}

/// All series.
#[derive(Default)]
pub struct Numbers(BTreeMap<Series, Known>);

impl Numbers {
    pub fn series(&self) -> impl Iterator<Item = (&Series, &Known)> {
        self.0.iter()
    }
}

impl Known {
    /// Numbers that break the order of their dates: the least weighty set without
    /// which dates rise with numbers, where what was recorded late weighs less.
    pub fn out_of_order(&self) -> Vec<(i64, &NumberedPaper)> {
        let all: Vec<(i64, &NumberedPaper)> = self
            .numbers
            .iter()
            .filter_map(|(number, list)| Some((*number, list.first()?)))
            .collect();
        if all.is_sorted_by_key(|(_, one)| one.day) {
            return Vec::new();
        }
        let kept = heaviest_rising(&all);
        all.into_iter()
            .enumerate()
            .filter(|(at, _)| !kept.contains(at))
            .map(|(_, one)| one)
            .collect()
    }
}

/// Indices of the heaviest subsequence whose days never fall.
fn heaviest_rising(all: &[(i64, &NumberedPaper)]) -> BTreeSet<usize> {
    // Of each day the best sum of a sequence that ends on it; sums never fall with
    // days. Of equals the earlier number is kept.
    let mut best: BTreeMap<NaiveDate, (u64, usize)> = BTreeMap::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(all.len());
    for (at, (_, one)) in all.iter().enumerate() {
        let last = best.range(..=one.day).next_back().map(|(_, found)| *found);
        let sum = last.map_or(0, |(sum, _)| sum) + if one.late { 1 } else { 2 };
        before.push(last.map(|(_, index)| index));
        let weaker: Vec<NaiveDate> = best
            .range(one.day..)
            .take_while(|(_, (other, _))| *other < sum)
            .map(|(day, _)| *day)
            .collect();
        weaker.iter().for_each(|day| {
            best.remove(day);
        });
        if best.get(&one.day).is_none_or(|(other, _)| *other < sum) {
            best.insert(one.day, (sum, at));
        }
    }
    let mut kept = BTreeSet::new();
    let mut next = best.last_key_value().map(|(_, (_, index))| *index);
    while let Some(at) = next {
        kept.insert(at);
        next = before.get(at).copied().flatten();
    }
    kept
}

/// No unit numbers more decisions in a year: what is larger is no number of a series,
/// and would make a gap without end.
const NUMBER_MAX: i64 = 999_999;

/// Words, year and number of `例市监许准字〔2025〕417号`, in any usual brackets.
pub fn parse(text: &str) -> Option<(&str, i32, i64)> {
    let open = text.find(['〔', '[', '【', '(', '\u{ff08}', '\u{ff3b}'])?;
    let (words, rest) = text.split_at_checked(open)?;
    let mut chars = rest.chars();
    chars.next();
    let rest = chars.as_str();
    let year: i32 = rest.get(..4)?.parse().ok()?;
    let after = rest.get(4..)?.trim_start_matches(['〕', ']', '】', ')', '\u{ff09}', '\u{ff3d}']);
    let digits = after.trim_start_matches('第').trim_end_matches('号').trim();
    let number = digits.parse().ok().filter(|number| (0..=NUMBER_MAX).contains(number))?;
    Some((words.trim(), year, number))
}

/// The number that a decision bears.
fn number_of<'e>(event: &'e Event<'_>) -> Option<std::borrow::Cow<'e, str>> {
    let kind = event.kind.as_ref();
    let decides = [
        "approval.decision.granted.",
        "approval.decision.refused.",
        "approval.commitment.decided.",
        "approval.alteration.decided.",
        "approval.renewal.decided.",
        "penalty.decision.made.",
        "penalty.exempted.decided.",
    ];
    decides.iter().any(|own| kind.starts_with(own)).then(|| event.body.text("decision_no"))?
}

impl Topic for Numbers {
    fn note(&mut self, case: &Case<'_>) {
        for event in &case.file.acts {
            if event.kind.starts_with("hall.number_register.declared.") {
                self.declare(event);
                continue;
            }
            let Some(text) = number_of(event) else { continue };
            let (Some((words, year, number)), Some(unit)) = (parse(&text), event.unit()) else {
                continue;
            };
            let day = event.occurred.local_date();
            let imported = event.source.kind.get() == Some("import");
            let numbered = NumberedPaper {
                stream: event.stream.as_ref().into(),
                entry: EntryRef::of(event),
                day,
                recorded: event.recorded,
                late: !imported && case.bench.recorded_late(day, event.recorded),
                approval: event.kind.starts_with("approval."),
                officer: event.actor.as_ref().and_then(|who| who.officer.get()).map(Box::from),
            };
            let series = Series { unit: unit.into(), words: words.into(), year };
            let list = self.0.entry(series).or_default().numbers.entry(number).or_default();
            list.push(numbered);
            list.sort_by(|a, b| a.entry.cmp(&b.entry));
        }
    }

    fn join(&mut self, other: Numbers) {
        for (series, known) in other.0 {
            let own = self.0.entry(series).or_default();
            for (number, list) in known.numbers {
                let here = own.numbers.entry(number).or_default();
                here.extend(list);
                here.sort_by(|a, b| a.entry.cmp(&b.entry));
            }
            if let Some(declared) = known.declared {
                own.declare(declared);
            }
        }
    }
}

impl Known {
    fn declare(&mut self, declared: Declared) {
        if self.declared.as_ref().is_none_or(|known| known.entry < declared.entry) {
            self.declared = Some(declared);
        }
    }
}

impl Numbers {
    fn declare(&mut self, event: &Event<'_>) {
        let body = &event.body;
        let named = body.text("unit");
        let (Some(unit), Some(words), Some(year), Some(first), Some(last)) = (
            named.as_deref().or_else(|| event.unit()),
            body.text("doc_type"),
            body.int("year").and_then(|year| i32::try_from(year).ok()),
            body.int("first_no"),
            body.int("last_no"),
        ) else {
            return;
        };
        if first < 0 || last > NUMBER_MAX {
            return;
        }
        let voided = match body.json("voided") {
            Some(Json::List(list)) => list.iter().filter_map(voided_number).collect(),
            _ => BTreeSet::new(),
        };
        let declared = Declared {
            first,
            last,
            voided,
            stream: event.stream.as_ref().into(),
            entry: EntryRef::of(event),
            at: event.occurred.micros,
        };
        let series = Series { unit: unit.into(), words: words.as_ref().into(), year };
        self.0.entry(series).or_default().declare(declared);
    }
}

/// A number alone, as text, or with its reason.
fn voided_number(json: &Json<'_>) -> Option<i64> {
    let text = |text: &str| text.parse().ok().or_else(|| parse(text).map(|found| found.2));
    json.as_int()
        .or_else(|| json.as_str().and_then(text))
        .or_else(|| voided_number(json.get("no")?))
}

packed! {
    Series { unit, words, year }
    NumberedPaper { stream, entry, day, recorded, late, approval, officer }
    Declared { first, last, voided, stream, entry, at }
    Known { numbers, declared }
    Numbers { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_any_brackets() {
        for text in
            ["例市监许准字〔2025〕417号", "例市监许准字[2025]417号", "例市监许准字【2025】第417号"]
        {
            assert_eq!(parse(text), Some(("例市监许准字", 2025, 417)), "{text}");
        }
        assert_eq!(parse("例市监许准字417号"), None);
        assert_eq!(parse("字〔20〕1号"), None);
        assert_eq!(parse("字〔2022〕9223372036854775807号"), None);
        assert_eq!(parse("字〔2022〕-1号"), None);
    }

    fn numbered(day: u32, late: bool) -> NumberedPaper {
        NumberedPaper {
            stream: "approval/1".into(),
            entry: EntryRef { sealed: false, position: 0, system: "".into(), id: "".into() },
            day: NaiveDate::from_ymd_opt(2022, 4, day).expect("a date"),
            recorded: 0,
            late,
            approval: true,
            officer: None,
        }
    }

    fn breaking(days: &[(u32, bool)]) -> Vec<i64> {
        let numbers = days.iter().enumerate();
        let numbers = numbers.map(|(at, (day, late))| (at as i64 + 1, vec![numbered(*day, *late)]));
        let known = Known { numbers: numbers.collect(), declared: None };
        known.out_of_order().iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn the_fewest_dates_that_break_the_order_are_named() {
        let on_time = |days: &[u32]| days.iter().map(|day| (*day, false)).collect::<Vec<_>>();
        assert_eq!(breaking(&on_time(&[1, 2, 2, 5])), [0i64; 0]);
        assert_eq!(breaking(&on_time(&[3, 4, 1, 5])), [3]);
        // One date too far ahead is one fault, not four.
        assert_eq!(breaking(&on_time(&[3, 28, 4, 5, 6, 7])), [2]);
        // Of two that contradict each other, the one that was recorded late.
        assert_eq!(breaking(&[(20, false), (5, true)]), [2]);
        assert_eq!(breaking(&[(20, true), (5, false)]), [1]);
    }
}
