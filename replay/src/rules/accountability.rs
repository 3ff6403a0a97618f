//! Who answers for an act, as of the time of the act (§0.4): the unit, its
//! principal leader and deputy on that day, the persons of the offending step.

use super::bench::Bench;
use crate::event::Event;
use crate::packed::packed;
use crate::time::civil::Micros;

/// The accountability triple, the deputy in charge and, where a consequence is
/// missing, the supervisor. Officers by pseudonymous id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accountable {
    pub unit: Option<Box<str>>,
    pub principal_leader: Option<Box<str>>,
    pub deputy_in_charge: Option<Box<str>>,
    /// 承办人、审核人、批准人 of the step, the collector, the lead inspector.
    pub direct: Vec<Box<str>>,
    pub supervising_unit: Option<Box<str>>,
}

impl Accountable {
    /// Of an act: its acting unit, its leader that day, its actor.
    pub fn of(bench: &Bench<'_>, event: &Event<'_>) -> Accountable {
        let officer = event.actor.as_ref().and_then(|actor| actor.officer.get());
        let direct = officer.map(Box::from).into_iter().collect();
        Accountable::unit(bench, event.unit(), event.occurred.micros, direct)
    }

    /// Of a unit at a moment, with the persons who acted.
    pub fn unit(
        bench: &Bench<'_>,
        unit: Option<&str>,
        moment: Micros,
        direct: Vec<Box<str>>,
    ) -> Accountable {
        let at = bench.at(moment);
        // Of two on record (DQ.3) the last appointed, whatever their rows are called.
        let holder =
            |post: &str| bench.master.holder(unit?, post, at).map(|held| held.row.officer.clone());
        Accountable {
            unit: unit.map(Box::from),
            principal_leader: holder("主要负责人"),
            deputy_in_charge: holder("分管负责人"),
            direct,
            supervising_unit: None,
        }
    }

    /// Adds persons of the same step, each once.
    pub fn with_direct<'o>(mut self, officers: impl IntoIterator<Item = &'o str>) -> Accountable {
        for officer in officers {
            if !self.direct.iter().any(|known| known.as_ref() == officer) {
                self.direct.push(officer.into());
            }
        }
        self
    }
}

packed! {
    Accountable { unit, principal_leader, deputy_in_charge, direct, supervising_unit }
}
