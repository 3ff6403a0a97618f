//! 效能廉勤预警: warnings of three levels (W05–W07) by subject, and what was put
//! right (W08).

use super::{Case, Topic};
use crate::event::Event;
use crate::event::amount::Decimal;
use crate::packed::packed;
use crate::rules::noted::NotedAct;
use crate::time::civil::{Micros, parse_date};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// 单项, 综合, 公示.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Single,
    Composite,
    Publicised,
}

impl Level {
    /// Chinese and English.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Level::Single => ("单项预警", "single"),
            Level::Composite => ("综合预警", "composite"),
            Level::Publicised => ("预警公示", "publicised"),
        }
    }
}

/// One warning.
#[derive(Clone, Debug)]
pub struct Warning {
    pub act: NotedAct,
    pub level: Level,
    /// To be put right by this day.
    pub due: Option<NaiveDate>,
    /// The index reached the threshold, of a composite warning.
    pub over: Option<bool>,
}

/// By subject in order of entries, and when each warning was answered, by its id.
#[derive(Default)]
pub struct Warnings {
    by_subject: BTreeMap<Box<str>, Vec<Warning>>,
    rectified: BTreeMap<Box<str>, Micros>,
}

impl Warnings {
    pub fn by_subject(&self) -> impl Iterator<Item = (&str, &[Warning])> {
        self.by_subject.iter().map(|(subject, list)| (subject.as_ref(), list.as_slice()))
    }

    /// When a warning was first answered by a rectification.
    pub fn rectified(&self, warning: &Warning) -> Option<Micros> {
        self.rectified.get(&warning.act.entry.id).copied()
    }

    fn answer(&mut self, warning: Box<str>, at: Micros) {
        let first = self.rectified.entry(warning).or_insert(at);
        *first = at.min(*first);
    }
}

fn reached(act: &Event<'_>) -> Option<bool> {
    let number = |name: &str| match act.body.int(name) {
        Some(whole) => Decimal::new(whole, 0).millionths(),
        None => Decimal::parse(&act.body.text(name)?)?.millionths(),
    };
    Some(number("index")? >= number("threshold")?)
}

impl Topic for Warnings {
    fn note(&mut self, case: &Case<'_>) {
        const LEVELS: [(&str, Level); 3] = [
            ("warning.single.raised", Level::Single),
            ("warning.composite.raised", Level::Composite),
            ("warning.publicised", Level::Publicised),
        ];
        for (kind, level) in LEVELS {
            for act in case.all(kind) {
                let Some(subject) = act.body.text("subject") else { continue };
                let list = self.by_subject.entry(subject.as_ref().into()).or_default();
                list.push(Warning {
                    act: NotedAct::of(case, act),
                    level,
                    due: act.body.text("due").and_then(|due| parse_date(&due)),
                    over: reached(act),
                });
                list.sort_by_key(|one| one.act.order);
            }
        }
        // A warning that was lifted was answered.
        for act in case.any(&["warning.rectification.submitted", "warning.cleared"]) {
            if let Some(warning) = act.body.text("ref") {
                self.answer(warning.as_ref().into(), act.occurred.micros);
            }
        }
    }

    fn join(&mut self, other: Warnings) {
        for (subject, warnings) in other.by_subject {
            let list = self.by_subject.entry(subject).or_default();
            list.extend(warnings);
            list.sort_by_key(|one| one.act.order);
        }
        other.rectified.into_iter().for_each(|(warning, at)| self.answer(warning, at));
    }
}

packed!(Level: Single, Composite, Publicised);
packed! {
    Warning { act, level, due, over }
    Warnings { by_subject, rectified }
}
