//! Where fees were charged on which day, and where the licence or list was shown
//! (`fee.licence.displayed`). A counter is a window; where an act names none, the
//! charging unit.

use super::{Case, Topic};
use crate::event::Event;
use crate::packed::packed;
use crate::rules::noted::NotedAct;
use crate::time::civil::parse_date;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A day's charges of one counter.
#[derive(Clone, Debug)]
pub struct Charging {
    /// The first that day.
    pub act: NotedAct,
    pub count: u64,
}

/// Charges and displays by counter and day.
#[derive(Default)]
pub struct Counters {
    charging: BTreeMap<(Box<str>, NaiveDate), Charging>,
    shown: BTreeSet<(Box<str>, NaiveDate)>,
    /// Notice boards: what they stand for, from a day to a day, inclusive.
    boards: BTreeSet<(Box<str>, NaiveDate, NaiveDate)>,
}

impl Counters {
    /// Counters with the days on which they charged, in order.
    pub fn charging(&self) -> impl Iterator<Item = (&str, NaiveDate, &Charging)> {
        self.charging.iter().map(|((counter, on), charging)| (counter.as_ref(), *on, charging))
    }

    /// Whether the licence or list was shown at a counter on a day, or stood on a
    /// board of the counter or of its unit.
    pub fn shown(&self, counter: &str, unit: Option<&str>, on: NaiveDate) -> bool {
        let places = [Some(counter), unit];
        let mut places = places.into_iter().flatten();
        places.any(|place| {
            self.shown.contains(&(place.into(), on))
                || self
                    .boards
                    .iter()
                    .any(|(of, from, to)| of.as_ref() == place && *from <= on && on <= *to)
        })
    }
}

fn window<'e>(act: &'e Event<'_>) -> Option<&'e str> {
    act.venue.as_ref().and_then(|venue| venue.window_id.get())
}

impl Topic for Counters {
    fn note(&mut self, case: &Case<'_>) {
        for act in case.all("fee.assessed") {
            let Some(counter) = window(act).or(act.unit()) else { continue };
            let noted = Charging { act: NotedAct::of(case, act), count: 1 };
            add(&mut self.charging, (counter.into(), act.occurred.local_date()), noted);
        }
        for act in case.all("fee.licence.displayed") {
            let on = act.occurred.local_date();
            let named = act.body.text("window");
            let place = named.as_deref().or(window(act)).or(act.unit());
            let Some(place) = place else { continue };
            match act.body.text("until").as_deref().and_then(parse_date) {
                Some(until) => {
                    self.boards.insert((place.into(), on, until));
                }
                None => {
                    self.shown.insert((place.into(), on));
                }
            }
        }
    }

    fn join(&mut self, other: Counters) {
        for (key, charging) in other.charging {
            add(&mut self.charging, key, charging);
        }
        self.shown.extend(other.shown);
        self.boards.extend(other.boards);
    }
}

fn add(
    all: &mut BTreeMap<(Box<str>, NaiveDate), Charging>,
    key: (Box<str>, NaiveDate),
    one: Charging,
) {
    let Some(known) = all.get_mut(&key) else {
        all.insert(key, one);
        return;
    };
    known.count += one.count;
    if one.act.order < known.act.order {
        known.act = one.act;
    }
}

packed! {
    Charging { act, count }
    Counters { charging, shown, boards }
}
