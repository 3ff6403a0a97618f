//! Penalties 行政处罚: a clue, the question of the first violation, rectification
//! or proceedings, decision at the floor (§3.11.5).

mod clue;
mod laid;
mod outcome;
mod plan;
mod procedure;
mod rectification;

pub(super) use clue::{Clue, Opening, Registration};
pub(in crate::demo) use laid::{Laid, Step};
pub(in crate::demo) use plan::publicity_days;

use super::Case;
use super::inspection::enforcer;
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::city::City;
use crate::demo::city::grounds::{Ground, Tier};
use crate::demo::moment::Day;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

/// Where the party stands under the first-violation rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    First,
    Again,
    /// 假冒伪劣 or danger to life and property: no warning first.
    Excepted,
}

/// Fen from which an organisation has the right to a hearing (parameter P20).
pub(in crate::demo) const HEARING_FEN: i64 = 10_000_000;
/// Fen from which a decision is reviewed by the legal office and discussed.
pub(in crate::demo) const MAJOR_FEN: i64 = 5_000_000;

/// One act of a case after the first-violation question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Beat {
    OrderRectification { deadline: Day },
    ExtendDeadline { deadline: Day },
    ReportRectification,
    Reinspect { passed: bool },
    Exempt,
    File,
    Investigate,
    Preserve,
    DisposeEvidence,
    ApproveCoercion,
    ImposeCoercion,
    LiftCoercion,
    Conclude,
    ReviewLegality,
    NotifyPark,
    NotifyAuthority,
    PriorNotice,
    WaiveStatement,
    MakeStatement,
    ReviewStatement,
    RequestHearing,
    NotifyHearing { on: Day },
    HoldHearing,
    Discuss,
    Decide,
    DropCase,
    Transfer,
    Serve,
    Publish,
    Defer { until: Day },
    StartSurcharge,
    Demand,
    Pay { days_late: i64 },
    StopSurcharge,
    Perform,
    Close { result: &'static str },
    Expire,
}

/// A penalty case after the first-violation question was answered.
struct Penalty {
    stream: String,
    ground: usize,
    enterprise: usize,
    team: Vec<usize>,
    tier: usize,
    /// The minimum of the tier.
    amount_fen: i64,
    rectification_no: String,
    case_no: String,
    decision_no: String,
    decided: String,
    decided_on: Option<Day>,
    surcharge_fen: i64,
}

impl Penalty {
    fn ground<'a>(&self, city: &'a City) -> &'a Ground {
        &city.grounds[self.ground]
    }

    fn tier(&self, city: &City) -> Tier {
        let tiers = self.ground(city).tiers();
        tiers.into_iter().nth(self.tier).expect("every ground has three tiers")
    }

    fn number(&self, stage: &mut Stage<'_>, series: Series) -> String {
        let unit = self.ground(stage.city).unit;
        let sign = stage.city.units[unit].sign();
        stage.registers.document_no(unit, &sign, series, stage.now.day())
    }

    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        Act::new(kind, self.stream.clone(), stage.now, Source::Enforcement, body)
            .party(&city.enterprises[self.enterprise].id, "当事人")
            .item(self.ground(city).spec.code, "2022.1")
    }

    /// An act of the officer who handles the case.
    fn by_handler(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        self.act(stage, kind, body)
            .actor(enforcer(stage.city, self.team[0], "承办人"))
            .venue(object! { "kind": "unit_premises" })
    }

    /// An act of the head of the organ.
    fn by_leader(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        let leader = city.leader(self.ground(city).unit, stage.now.day());
        self.act(stage, kind, body)
            .actor(city.officer_actor(leader, "批准人"))
            .venue(object! { "kind": "unit_premises" })
    }

    fn by_party(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let party = &stage.city.enterprises[self.enterprise].id;
        self.act(stage, kind, body)
            .actor(object! { "role": "当事人", "party": party })
            .venue(object! { "kind": "platform" })
    }

    fn handlers<'a>(&self, city: &'a City) -> Vec<&'a String> {
        self.team.iter().map(|officer| &city.officers[*officer].id).collect()
    }

    /// A document's row for `docs`.
    fn doc(&self, title: &'static str, number: &String, stage: &mut Stage<'_>) -> Value {
        object! {
            "doc_type": title, "doc_no": number, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
        }
    }
}

impl Case for Penalty {
    type Beat = Beat;

    fn perform(&mut self, beat: Beat, stage: &mut Stage<'_>) {
        match beat {
            Beat::OrderRectification { deadline } => self.order_rectification(deadline, stage),
            Beat::ExtendDeadline { deadline } => self.extend_deadline(deadline, stage),
            Beat::ReportRectification => self.report_rectification(stage),
            Beat::Reinspect { passed } => self.reinspect(passed, stage),
            Beat::Exempt => self.exempt(stage),
            Beat::File => self.file(stage),
            Beat::Investigate => self.investigate(stage),
            Beat::Preserve => self.preserve(stage),
            Beat::DisposeEvidence => self.dispose_evidence(stage),
            Beat::ApproveCoercion => self.approve_coercion(stage),
            Beat::ImposeCoercion => self.impose_coercion(stage),
            Beat::LiftCoercion => self.lift_coercion(stage),
            Beat::Conclude => self.conclude(stage),
            Beat::ReviewLegality => self.review_legality(stage),
            Beat::NotifyPark => self.notify_park(stage),
            Beat::NotifyAuthority => self.notify_authority(stage),
            Beat::PriorNotice => self.prior_notice(stage),
            Beat::WaiveStatement => self.waive_statement(stage),
            Beat::MakeStatement => self.make_statement(stage),
            Beat::ReviewStatement => self.review_statement(stage),
            Beat::RequestHearing => self.request_hearing(stage),
            Beat::NotifyHearing { on } => self.notify_hearing(on, stage),
            Beat::HoldHearing => self.hold_hearing(stage),
            Beat::Discuss => self.discuss(stage),
            Beat::Decide => self.decide(stage),
            Beat::DropCase => self.drop_case(stage),
            Beat::Transfer => self.transfer(stage),
            Beat::Serve => self.serve(stage),
            Beat::Publish => self.publish(stage),
            Beat::Defer { until } => self.defer(until, stage),
            Beat::StartSurcharge => self.start_surcharge(stage),
            Beat::Demand => self.demand(stage),
            Beat::Pay { days_late } => self.pay(days_late, stage),
            Beat::StopSurcharge => self.stop_surcharge(stage),
            Beat::Perform => self.performed(stage),
            Beat::Close { result } => self.close(result, stage),
            Beat::Expire => self.expire(stage),
        }
    }
}
