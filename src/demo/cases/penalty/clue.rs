//! From a clue to the question whether it is the party's first violation.

use super::{Beat, Penalty, Standing, plan};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::inspection::{enforcer, team};
use crate::demo::cases::{Case, Planned};
use crate::demo::identifiers::phone;
use crate::demo::moment::Moment;
use crate::demo::names;
use crate::demo::pace::Pace;
use crate::demo::registers::{File, Violation};
use crate::demo::world::{Script, Stage};

/// What someone noticed.
pub(in crate::demo::cases) struct Clue {
    pub ground: usize,
    pub enterprise: usize,
    pub source: &'static str,
    /// Stream and event of the inspection that found it.
    pub cause: Option<(String, String)>,
}

/// Opens one case on a report, a transfer or a measurement.
pub(in crate::demo::cases) struct Opening;

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let weights: Vec<u64> = city.grounds.iter().map(|ground| ground.spec.weight).collect();
        let ground = stage.draw.weighted(&weights);
        let category = city.grounds[ground].spec.category;
        let today = stage.now.day();
        let known = stage.draw.per_mille(350);
        let known = known.then(|| stage.registers.old_violator(category, today, stage.draw));
        // Planted stories keep their parties to themselves.
        let known = known.flatten().filter(|known| *known < city.kept_parties);
        let enterprise = known.unwrap_or_else(|| city.any_enterprise(stage.draw));
        let source = ["举报", "移送", "媒体", "监测"][stage.draw.weighted(&[50, 25, 5, 20])];
        let clue = Clue { ground, enterprise, source, cause: None };
        let draw = stage.draw.fork();
        stage.start(stage.now, draw, Box::new(Registration { clue: Some(clue) }));
        None
    }
}

/// Registers a clue as a case file.
pub(in crate::demo::cases) struct Registration {
    pub clue: Option<Clue>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Register,
    Verify,
    Assess,
}

pub(super) struct Preliminary {
    pub clue: Clue,
    pub stream: String,
    pub team: Vec<usize>,
}

impl Script for Registration {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let clue = self.clue.take()?;
        let city = stage.city;
        let team = team(city, city.grounds[clue.ground].unit, stage.draw);
        let stream = stage.registers.open_file("990100", File::Penalty, stage.now.day());
        let mut draw = stage.draw.fork();
        let mut pace = Pace::new(&city.calendar, stage.now);
        let mut steps = vec![(pace.at, Step::Register)];
        let days = draw.between(0, 2);
        steps.push((pace.workdays(&mut draw, days), Step::Verify));
        let days = draw.between(0, 2);
        steps.push((pace.workdays(&mut draw, days), Step::Assess));
        let preliminary = Preliminary { clue, stream, team };
        stage.follow(stage.now, draw, Box::new(Planned::new(preliminary, steps)));
        None
    }
}

impl Case for Preliminary {
    type Beat = Step;

    fn perform(&mut self, step: Step, stage: &mut Stage<'_>) {
        match step {
            Step::Register => self.register(stage),
            Step::Verify => self.verify(stage),
            Step::Assess => {
                let standing = self.assess(stage);
                self.go_on(standing, stage);
            }
        }
    }
}

impl Preliminary {
    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        let ground = &city.grounds[self.clue.ground];
        Act::new(kind, self.stream.clone(), stage.now, Source::Enforcement, body)
            .party(&city.enterprises[self.clue.enterprise].id, "当事人")
            .item(ground.spec.code, "2022.1")
            .actor(enforcer(city, self.team[0], "承办人"))
            .venue(object! { "kind": "unit_premises" })
    }

    pub fn register(&self, stage: &mut Stage<'_>) {
        let spec = stage.city.grounds[self.clue.ground].spec;
        let informant = (self.clue.source == "举报").then(|| {
            object! { "name": names::person(stage.draw), "phone": phone(stage.draw) }
        });
        let body = object! {
            "source": self.clue.source, "facts": format!("反映当事人涉嫌{}", spec.name),
            "informant": informant, "clue_hash": stage.draw.hex(64),
            "act_date": stage.now.day().plus(-2),
        };
        let act = self.act(stage, "penalty.clue.registered.v1", body);
        let act = match &self.clue.cause {
            Some((stream, event)) => {
                act.links(object! { "causes": vec![event], "parent_case": stream })
            }
            None => act,
        };
        stage.record(act);
    }

    pub fn verify(&self, stage: &mut Stage<'_>) {
        let spec = stage.city.grounds[self.clue.ground].spec;
        let body = object! {
            "source": self.clue.source, "facts": format!("经核查,存在{}的事实", spec.name),
            "result": "属实", "evidence_hash": stage.draw.hex(64),
        };
        let act = self.act(stage, "penalty.clue.verified.v1", body);
        stage.record(act.basis(&[spec.law]));
    }

    /// Answers the question whether it is the first violation.
    pub fn assess(&self, stage: &mut Stage<'_>) -> Standing {
        let city = stage.city;
        let spec = city.grounds[self.clue.ground].spec;
        let earlier = stage.registers.earlier(self.clue.enterprise, spec.category);
        let prior: Vec<String> =
            earlier.map(|violation| violation.file.clone()).into_iter().collect();
        let (standing, result, reason) = match (spec.exempt, prior.is_empty()) {
            (Some(_), _) => (Standing::Excepted, "例外", "属首违告诫的例外情形"),
            (None, true) => (Standing::First, "首次", "同一主体同类违法未查到在先记录"),
            (None, false) => (Standing::Again, "非首次", "同一主体同类违法已有在先记录"),
        };
        let body = object! {
            "scope": object! { "party": "lineage", "category": spec.category, "since": "2022-04-05" },
            "prior_refs": prior, "result": result, "exception_code": spec.exempt,
            "reason": reason,
        };
        let act = self.act(stage, "penalty.first_violation.assessed.v1", body);
        stage.record(act);
        stage.registers.establish(Violation {
            enterprise: self.clue.enterprise,
            category: spec.category,
            file: self.stream.clone(),
            on: stage.now.day(),
            overturned: false,
        });
        standing
    }

    /// The case that follows, fined at the lower bound of a tier.
    pub fn case(&self, tier: usize, amount_fen: i64) -> Penalty {
        Penalty {
            stream: self.stream.clone(),
            ground: self.clue.ground,
            enterprise: self.clue.enterprise,
            team: self.team.clone(),
            tier,
            amount_fen,
            rectification_no: String::new(),
            case_no: String::new(),
            decision_no: String::new(),
            decided: String::new(),
            decided_on: None,
            surcharge_fen: 0,
        }
    }

    /// Lets the case go its way.
    fn go_on(&self, standing: Standing, stage: &mut Stage<'_>) {
        let city = stage.city;
        let tier = usize::from(standing != Standing::First);
        let case = self.case(tier, city.grounds[self.clue.ground].tiers()[tier].min_fen);
        let mut draw = stage.draw.fork();
        let plan: Vec<(Moment, Beat)> = plan::plan(city, &mut draw, &case, standing, stage.now);
        stage.follow(stage.now, draw, Box::new(Planned::new(case, plan)));
    }
}
