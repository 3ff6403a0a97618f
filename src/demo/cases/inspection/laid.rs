//! An inspection whose plan was laid out beforehand.

use super::{Beat, Errand, Inspection};
use crate::demo::cases::Planned;
use crate::demo::moment::Moment;
use crate::demo::registers::File;
use crate::demo::world::{Script, Stage};

/// See the module.
pub(in crate::demo) struct Laid {
    pub item: usize,
    pub errand: Errand,
    pub enterprise: usize,
    /// Officers of the organ, the first of whom leads.
    pub team: Vec<usize>,
    pub plan: Vec<(Moment, Beat)>,
}

impl Script for Laid {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let case = Inspection {
            stream: stage.registers.open_file("990100", File::Inspection, stage.now.day()),
            item: self.item,
            errand: self.errand,
            enterprise: self.enterprise,
            team: std::mem::take(&mut self.team),
            count: 1,
            ground: None,
            filing_no: String::new(),
            task_no: String::new(),
            entered: None,
        };
        let draw = stage.draw.fork();
        let plan = std::mem::take(&mut self.plan);
        stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
        None
    }
}
