//! Puts the city's master data on record: before the first case, and later as
//! calendars, leaders, certificates and promises change.

use super::city::City;
use super::city::chapters::{Chapter, FOUNDED, chapters};
use super::moment::Moment;
use super::world::{Script, Stage};
use std::collections::VecDeque;

/// When the ledger is created; the first chapter follows within minutes.
pub(super) const BEGINS: Moment = FOUNDED;

/// Acts recorded in one group, so that no batch is large.
const GROUP: usize = 40;

pub(super) struct Founding {
    chapters: VecDeque<(Moment, Chapter)>,
}

impl Founding {
    pub fn new(city: &City) -> Founding {
        Founding { chapters: chapters(city).into() }
    }
}

impl Script for Founding {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        while self.chapters.front().is_some_and(|(at, _)| *at <= stage.now) {
            let Some((_, chapter)) = self.chapters.pop_front() else {
                break;
            };
            let mut acts = chapter.acts(stage.city, stage.now).into_iter();
            loop {
                let group: Vec<_> = acts.by_ref().take(GROUP).collect();
                if group.is_empty() {
                    break;
                }
                stage.record_together(group);
            }
        }
        self.chapters.front().map(|(at, _)| *at)
    }
}
