//! Approvals 行政审批: from application to publication (states of §3.11.1).

mod opening;
mod outcome;
mod plan;
mod review;

use super::{Case, Planned};
use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::city::City;
use crate::demo::city::items::{Disposition, Item, catalogue_version};
use crate::demo::city::parties::Person;
use crate::demo::moment::{Day, Moment};
use crate::demo::prng::Draw;
use crate::demo::registers::{File, Series};
use crate::demo::world::{Script, Stage};

/// Who applies.
pub(super) enum Applicant {
    Enterprise(usize),
    Person(Box<Person>),
}

impl Applicant {
    pub fn id<'a>(&'a self, city: &'a City) -> &'a str {
        match self {
            Applicant::Enterprise(index) => &city.enterprises[*index].id,
            Applicant::Person(person) => &person.id,
        }
    }

    /// Name and number, for the sealed member.
    pub fn described(&self, city: &City) -> Value {
        match self {
            Applicant::Enterprise(index) => city.enterprises[*index].applicant(),
            Applicant::Person(person) => person.applicant(),
        }
    }

    /// The applicant as the one who acts.
    pub fn actor(&self, city: &City) -> Value {
        object! { "role": "申请人", "party": self.id(city).to_owned() }
    }
}

/// How a case will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Path {
    Granted,
    OnCommitment,
    Refused,
    NotAccepted,
    NotRequired,
    Withdrawn,
    Terminated,
}

/// One step of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Beat {
    Consult,
    Submit,
    Receive,
    CorrectOnSite,
    RequestSupplement { deadline: Day },
    Supplement,
    Accept,
    RefuseAcceptance,
    NotifyNotRequired,
    Assign,
    HandOver,
    StartStage(usize),
    EndStage { stage: usize, used: i64 },
    VisitSite,
    StartSpecial { expected: i64 },
    AnnounceHearing { on: Day },
    HoldHearing,
    EndSpecial,
    RequestExtension { days: i64 },
    ApproveExtension { days: i64 },
    NotifyExtension,
    ChargeFee { paid_by: Day },
    Grant,
    Commit,
    Refuse,
    Certify,
    Deliver,
    Close,
    Publish,
    Withdraw,
    Terminate,
    Evaluate,
    FollowUp,
    Correct,
    ApplyForAlteration,
    DecideAlteration,
}

/// A single approval case.
pub(super) struct Approval {
    stream: String,
    item: usize,
    path: Path,
    applicant: Applicant,
    online: bool,
    clerk: usize,
    handler: usize,
    reviewer: usize,
    approver: usize,
    window: usize,
    project: Option<usize>,
    accepted_on: Day,
    decision_no: String,
    /// Event that another one refers to: the receipt for a correction, the
    /// decision for its publication, the evaluation for its follow-up.
    received: String,
    decided: String,
    evaluation: Option<(String, String)>,
    special_notice: String,
}

/// Opens one approval when its moment comes.
pub(super) struct Opening {
    pub fee: bool,
}

impl Script for Opening {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let path = if self.fee { Path::Granted } else { drawn_path(stage.draw) };
        let item =
            city.pick_item(stage.draw, |item| suits(item, path, self.fee).then(|| demand(item)));
        let unit = city.items[item].unit;
        let now = stage.now;
        let mut case = Approval::drawn(stage, item, path);
        case.stream = stage.registers.open_file(city.region_code(unit), File::Approval, now.day());
        let plan = plan::plan(city, stage.draw, &case, self.fee, now);
        let draw = stage.draw.fork();
        stage.start(now, draw, Box::new(Planned::new(case, plan)));
        None
    }
}

/// An approval of an enterprise at the window, with a plan that was laid out
/// beforehand.
pub(in crate::demo) struct Laid {
    pub item: usize,
    pub enterprise: usize,
    pub path: Path,
    pub plan: Vec<(Moment, Beat)>,
}

impl Script for Laid {
    fn happen(&mut self, stage: &mut Stage<'_>) -> Option<Moment> {
        let city = stage.city;
        let mut case = Approval::drawn(stage, self.item, self.path);
        case.applicant = Applicant::Enterprise(self.enterprise);
        case.project = None;
        case.online = false;
        let region = city.region_code(city.items[self.item].unit);
        case.stream = stage.registers.open_file(region, File::Approval, stage.now.day());
        let draw = stage.draw.fork();
        let plan = std::mem::take(&mut self.plan);
        stage.start(stage.now, draw, Box::new(Planned::new(case, plan)));
        None
    }
}

fn drawn_path(draw: &mut Draw) -> Path {
    const PATHS: [(Path, u64); 7] = [
        (Path::Granted, 866),
        (Path::OnCommitment, 30),
        (Path::Refused, 40),
        (Path::NotAccepted, 20),
        (Path::NotRequired, 16),
        (Path::Withdrawn, 20),
        (Path::Terminated, 8),
    ];
    PATHS[draw.weighted(&PATHS.map(|(_, weight)| weight))].0
}

/// How much an item is asked for: of a hundred applications, some seventy go to
/// the city, the rest to the counties for what was handed down or entrusted.
fn demand(item: &Item) -> u64 {
    match item.disposition {
        Disposition::Retained => item.spec.weight * 1000,
        Disposition::Delegated => 1400,
        Disposition::Entrusted => 1800,
        Disposition::Cancelled => 1000,
    }
}

/// Only what was cancelled needs no permit; a fee needs an item that has one.
fn suits(item: &Item, path: Path, fee: bool) -> bool {
    let cancelled = item.disposition == Disposition::Cancelled;
    if path == Path::NotRequired {
        return cancelled;
    }
    let instant_only_ends_well =
        !item.instant() || path == Path::Granted || path == Path::NotAccepted;
    !cancelled && fee == item.spec.fee.is_some() && instant_only_ends_well
}

impl Approval {
    fn drawn(stage: &mut Stage<'_>, item: usize, path: Path) -> Approval {
        let city = stage.city;
        let it = &city.items[item];
        let staff = &city.staff[it.unit];
        let applicant = if it.spec.personal && stage.draw.per_mille(700) {
            Applicant::Person(Box::new(Person::drawn(stage.draw)))
        } else {
            Applicant::Enterprise(city.any_enterprise(stage.draw))
        };
        let owner = match applicant {
            Applicant::Enterprise(index) => Some(index),
            Applicant::Person(_) => None,
        };
        Approval {
            stream: String::new(),
            item,
            path,
            project: city.projects.iter().position(|project| Some(project.owner) == owner),
            applicant,
            online: stage.draw.per_mille(380),
            clerk: stage.draw.pick(&staff.clerks),
            handler: stage.draw.pick(&staff.handlers),
            reviewer: stage.draw.pick(&staff.reviewers),
            approver: staff.representatives[0],
            window: city.window(it.unit, it.spec.fee.is_some()),
            accepted_on: stage.now.day(),
            decision_no: String::new(),
            received: String::new(),
            decided: String::new(),
            evaluation: None,
            special_notice: String::new(),
        }
    }

    fn item<'a>(&self, city: &'a City) -> &'a Item {
        &city.items[self.item]
    }

    fn number(&self, stage: &mut Stage<'_>, series: Series) -> String {
        let unit = self.item(stage.city).unit;
        let sign = stage.city.units[unit].sign();
        stage.registers.document_no(unit, &sign, series, stage.now.day())
    }

    /// An act of this case, now, about its item and its applicant.
    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        Act::new(kind, self.stream.clone(), stage.now, Source::Platform, body)
            .item(&self.item(city).code, catalogue_version(stage.now.day()))
            .party(self.applicant.id(city), "申请人")
    }

    /// An act of an officer at the window.
    fn at_window(
        &self,
        stage: &Stage<'_>,
        kind: &'static str,
        officer: usize,
        role: &'static str,
        body: Value,
    ) -> Act {
        self.act(stage, kind, body)
            .actor(self.officer(stage.city, officer, role))
            .venue(stage.city.window_venue(self.window))
    }

    /// An act of the applicant, at the window or on the web.
    fn by_applicant(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        let act = self.act(stage, kind, body).actor(self.applicant.actor(city));
        if self.online {
            act.venue(object! { "kind": "platform" })
        } else {
            act.venue(city.window_venue(self.window))
                .recorder(city.officer_actor(self.clerk, "窗口人员"))
        }
    }

    /// An officer; for an entrusted item, in the name of the city organ.
    fn officer(&self, city: &City, officer: usize, role: &'static str) -> Value {
        let mut actor = city.officer_actor(officer, role);
        if let Some(former) = self.item(city).on_behalf {
            actor.set("on_behalf_of_unit", (&city.units[former].id).value());
        }
        actor
    }
}

impl Case for Approval {
    type Beat = Beat;

    fn perform(&mut self, beat: Beat, stage: &mut Stage<'_>) {
        match beat {
            Beat::Consult => self.consult(stage),
            Beat::Submit => self.submit(stage),
            Beat::Receive => self.receive(stage),
            Beat::CorrectOnSite => self.correct_on_site(stage),
            Beat::RequestSupplement { deadline } => self.request_supplement(deadline, stage),
            Beat::Supplement => self.supplement(stage),
            Beat::Accept => self.accept(stage),
            Beat::RefuseAcceptance => self.refuse_acceptance(stage),
            Beat::NotifyNotRequired => self.notify_not_required(stage),
            Beat::Assign => self.assign(stage),
            Beat::HandOver => self.hand_over(stage),
            Beat::StartStage(index) => self.start_stage(index, stage),
            Beat::EndStage { stage: index, used } => self.end_stage(index, used, stage),
            Beat::VisitSite => self.visit_site(stage),
            Beat::StartSpecial { expected } => self.start_special(expected, stage),
            Beat::AnnounceHearing { on } => self.announce_hearing(on, stage),
            Beat::HoldHearing => self.hold_hearing(stage),
            Beat::EndSpecial => self.end_special(stage),
            Beat::RequestExtension { days } => self.request_extension(days, stage),
            Beat::ApproveExtension { days } => self.approve_extension(days, stage),
            Beat::NotifyExtension => self.notify_extension(stage),
            Beat::ChargeFee { paid_by } => self.charge_fee(paid_by, stage),
            Beat::Grant => self.grant(stage),
            Beat::Commit => self.commit(stage),
            Beat::Refuse => self.refuse(stage),
            Beat::Certify => self.certify(stage),
            Beat::Deliver => self.deliver(stage),
            Beat::Close => self.close(stage),
            Beat::Publish => self.publish(stage),
            Beat::Withdraw => self.withdraw(stage),
            Beat::Terminate => self.terminate(stage),
            Beat::Evaluate => self.evaluate(stage),
            Beat::FollowUp => self.follow_up(stage),
            Beat::Correct => self.correct(stage),
            Beat::ApplyForAlteration => self.apply_for_alteration(stage),
            Beat::DecideAlteration => self.decide_alteration(stage),
        }
    }
}
