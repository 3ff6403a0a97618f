//! Case files: how one is planned, played and opened.
//!
//! A case is planned once, when it starts: which acts at which moments. What the
//! acts say is written when each happens, so that numbers rise with dates and a
//! case under way costs a few hundred bytes.

pub(super) mod approval;
pub(super) mod fee;
pub(super) mod inspection;
mod intake;
pub(super) mod joint;
pub(super) mod penalty;

pub(super) use intake::Intake;

use super::moment::Moment;
use super::world::{Script, Stage};
use std::iter::Peekable;
use std::vec::IntoIter;

/// What one kind of case does at each step of its plan.
pub(super) trait Case: Send {
    type Beat: Copy + Send;

    fn perform(&mut self, beat: Self::Beat, stage: &mut Stage<'_>);
}

/// A case with the rest of its plan.
pub(super) struct Planned<C: Case> {
    case: C,
    plan: Peekable<IntoIter<(Moment, C::Beat)>>,
}

impl<C: Case> Planned<C> {
    /// The plan may be in any order; acts of one minute keep theirs.
    pub fn new(case: C, mut plan: Vec<(Moment, C::Beat)>) -> Planned<C> {
        plan.sort_by_key(|(at, _)| *at);
        Planned { case, plan: plan.into_iter().peekable() }
    }
}

impl<C: Case> Script for Planned<C>
where
    C::Beat: 'static,
{
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        while let Some((_, beat)) = self.plan.next_if(|(at, _)| *at <= stage.now) {
            self.case.perform(beat, stage);
        }
        self.plan.peek().map(|(at, _)| *at)
    }
}
