//! Violations across penalty cases: whose, of which category, established when, and
//! what was done about each first: the facts of the first-violation rule (P09), of
//! one act fined twice and of penalties that stand in for management.

use super::{Case, Topic};
use crate::event::{Event, Value};
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::enforcement::decision;
use crate::rules::enforcement::notice_term::NoticeTerm;
use crate::rules::noted::NotedAct;
use crate::time::civil::Micros;
use std::collections::BTreeMap;

/// Place of an act among acts, also across cases.
pub type Order = (Micros, u64);

/// What the organ said of the first-violation question.
#[derive(Clone, Debug)]
pub struct Assessment {
    pub act: NotedAct,
    /// 首次, 非首次, 例外.
    pub result: Box<str>,
    pub exception: Option<Box<str>>,
    pub reason: Option<Box<str>>,
    /// Someone else stands for it beside the acting officer.
    pub second_person: bool,
}

/// A decision that imposes something.
#[derive(Clone, Debug)]
pub struct Decided {
    pub act: NotedAct,
    pub fined: bool,
    pub amount_fen: i64,
    /// 整改通知书 with a deadline issued before it.
    pub noticed: bool,
    /// The decision or a notice orders the violation to be put right (art. 28).
    pub correction: bool,
}

/// One penalty case.
#[derive(Clone, Debug)]
pub struct Violation {
    pub stream: Box<str>,
    pub party: Option<Box<str>>,
    pub unit: Option<Box<str>>,
    pub ground: Option<Box<str>>,
    /// The act that established it; absent if none did.
    pub established: Option<NotedAct>,
    /// From then on it is none: the case was withdrawn, the decision revoked.
    pub fell: Option<Order>,
    pub assessment: Option<Assessment>,
    /// 假冒伪劣, … as whoever found it classed it.
    pub exempt_class: Option<Box<str>>,
    /// Handed over as a suspected crime.
    pub crime: bool,
    pub decisions: Vec<Decided>,
    /// Reinspections, in order.
    pub reinspected: Vec<Order>,
    /// Entries that caused the case: an inspection's issue.
    pub causes: Vec<Box<str>>,
}

impl Violation {
    /// When the question whether it is the first had to be answered: when it was
    /// assessed, else when it was established.
    pub fn asked(&self) -> Option<Order> {
        let assessed = self.assessment.as_ref().map(|assessment| assessment.act.order);
        assessed.or_else(|| self.established.as_ref().map(|act| act.order))
    }

    /// Whether it stood as a violation at a moment.
    pub fn stood_at(&self, order: Order) -> bool {
        self.established.as_ref().is_some_and(|act| act.order < order)
            && self.fell.is_none_or(|fell| order <= fell)
    }
}

/// All penalty cases, by stream.
#[derive(Default)]
pub struct Violations {
    cases: BTreeMap<Box<str>, Violation>,
}

impl Violations {
    /// Every case, in order of stream.
    pub fn all(&self) -> impl Iterator<Item = &Violation> {
        self.cases.values()
    }
}

impl Topic for Violations {
    fn note(&mut self, case: &Case<'_>) {
        const FAMILY: [&str; 5] = [
            "penalty.clue.registered",
            "penalty.clue.verified",
            "penalty.case.filed",
            "penalty.rectification.notice.issued",
            "penalty.decision.made",
        ];
        let Some(first) = case.any(&FAMILY).next() else { return };
        let party = case.any(&FAMILY).find_map(decision::party_of);
        let ground = case.any(&FAMILY).find_map(decision::ground_of);
        let class = case.first("inspection.issue.found");
        let violation = Violation {
            stream: case.file.stream.into(),
            party,
            unit: case.any(&FAMILY).find_map(|act| act.unit().map(Box::from)),
            ground,
            established: established(case),
            fell: fell(case),
            assessment: case
                .last("penalty.first_violation.assessed")
                .map(|act| assessment(case, act)),
            exempt_class: class.and_then(|act| text(act, "exempt_class")),
            crime: case.all("penalty.case.transferred").any(to_prosecution),
            decisions: decisions(case),
            reinspected: case
                .any(&["penalty.rectification.reinspected", "inspection.reinspection.done"])
                .map(Event::order)
                .collect(),
            causes: causes(first),
        };
        self.cases.insert(case.file.stream.into(), violation);
    }

    fn join(&mut self, other: Violations) {
        self.cases.extend(other.cases);
    }
}

fn text(act: &Event<'_>, name: &str) -> Option<Box<str>> {
    act.body.text(name).filter(|text| !text.is_empty()).map(|text| text.as_ref().into())
}

/// The first act that says that there was a violation.
fn established(case: &Case<'_>) -> Option<NotedAct> {
    const SAYING: [&str; 5] = [
        "penalty.clue.verified",
        "penalty.first_violation.assessed",
        "penalty.rectification.notice.issued",
        "penalty.exempted.decided",
        "penalty.decision.made",
    ];
    let says = |act: &&Event<'_>| match act.body.text("result").as_deref() {
        Some("不属实" | "不成立" | "无违法") => false,
        _ => !act.kind.starts_with("penalty.exempted") || is_violation(act),
    };
    case.any(&SAYING).find(says).map(|act| NotedAct::of(case, act))
}

/// 不予处罚 for lack of fault or of a perpetrator establishes no violation.
fn is_violation(act: &Event<'_>) -> bool {
    let ground = act.body.text("ground").unwrap_or_default();
    !["33-2", "30", "31", "57-3"].iter().any(|none| ground.contains(none))
}

fn to_prosecution(act: &Event<'_>) -> bool {
    let to = act.body.text("to").unwrap_or_default();
    ["公安", "检察", "司法机关"].iter().any(|organ| to.contains(organ))
}

fn fell(case: &Case<'_>) -> Option<Order> {
    const ENDING: [&str; 5] = [
        "penalty.case.withdrawn",
        "penalty.case.not_filed",
        "penalty.decision.revoked",
        "penalty.decision.declared_illegal",
        "penalty.decision.declared_void",
    ];
    case.any(&ENDING).next().map(Event::order)
}

fn assessment(case: &Case<'_>, act: &Event<'_>) -> Assessment {
    let officer = act.actor.as_ref().and_then(|actor| actor.officer.get());
    let second = ["approver", "second_person", "reviewer"];
    let second = second.iter().filter_map(|name| text(act, name));
    Assessment {
        act: NotedAct::of(case, act),
        result: text(act, "result").unwrap_or_default(),
        exception: text(act, "exception_code"),
        reason: text(act, "reason"),
        second_person: second.into_iter().any(|other| officer != Some(&*other)),
    }
}

fn decisions(case: &Case<'_>) -> Vec<Decided> {
    // 限时整改: an order without a day by which is none, unless P10 says so.
    let stated = |act: &Event<'_>| NoticeTerm::on(case.bench, act.occurred.local_date()).stated;
    let dated = |act: &&Event<'_>| text(act, "deadline").is_some() || !stated(act);
    let notice = case.all("penalty.rectification.notice.issued").find(dated).map(Event::order);
    case.all("penalty.decision.made")
        .map(|act| {
            let noticed = notice.is_some_and(|notice| notice < act.order());
            let ordered = act.body.get("correction_ordered") == Some(Value::Bool(true));
            Decided {
                act: NotedAct::of(case, act),
                fined: !decision::fines(act).is_empty(),
                amount_fen: decision::fined_fen(act),
                noticed,
                correction: noticed || ordered,
            }
        })
        .collect()
}

/// `links.causes` of the first act.
fn causes(act: &Event<'_>) -> Vec<Box<str>> {
    let links = act.links.and_then(|links| crate::integrity::json::parse(links.as_bytes()).ok());
    let causes = links.as_ref().and_then(|links| links.get("causes"));
    let causes = causes.and_then(Json::as_list).unwrap_or_default();
    causes.iter().filter_map(Json::as_str).map(Box::from).collect()
}

packed! {
    Assessment { act, result, exception, reason, second_person }
    Decided { act, fined, amount_fen, noticed, correction }
    Violation {
        stream, party, unit, ground, established, fell, assessment, exempt_class, crime, decisions,
        reinspected, causes,
    }
    Violations { cases }
}
