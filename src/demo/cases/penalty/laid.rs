//! A penalty case whose plan was laid out beforehand, from the clue on.

use super::clue::Preliminary;
use super::{Beat, Clue, Penalty};
use crate::demo::cases::{Case, Planned};
use crate::demo::moment::Moment;
use crate::demo::registers::File;
use crate::demo::world::{Script, Stage};

/// One act of a laid out case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Step {
    Register,
    Verify,
    Assess,
    Then(Beat),
}

/// See the module.
pub(in crate::demo) struct Laid {
    pub ground: usize,
    pub enterprise: usize,
    /// Officers of the organ, the first of whom handles the case.
    pub team: Vec<usize>,
    pub tier: usize,
    pub amount_fen: i64,
    pub plan: Vec<(Moment, Step)>,
}

impl Script for Laid {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let stream = stage.registers.open_file("990100", File::Penalty, stage.now.day());
        let (ground, enterprise) = (self.ground, self.enterprise);
        let clue = Clue { ground, enterprise, source: "监测", cause: None };
        let preliminary = Preliminary { clue, stream, team: self.team.clone() };
        let penalty = preliminary.case(self.tier, self.amount_fen);
        let draw = stage.draw.fork();
        let plan = std::mem::take(&mut self.plan);
        let course = Course { preliminary, penalty };
        stage.start(stage.now, draw, Box::new(Planned::new(course, plan)));
        None
    }
}

struct Course {
    preliminary: Preliminary,
    penalty: Penalty,
}

impl Case for Course {
    type Beat = Step;

    fn perform(&mut self, step: Step, stage: &mut Stage<'_>) {
        match step {
            Step::Register => self.preliminary.register(stage),
            Step::Verify => self.preliminary.verify(stage),
            Step::Assess => {
                self.preliminary.assess(stage);
            }
            Step::Then(beat) => self.penalty.perform(beat, stage),
        }
    }
}
