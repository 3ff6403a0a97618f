//! What is gathered across cases for the rules that look across them: earlier
//! violations of a party, the numbers of a unit's decisions, who sat in the hall.
//!
//! A topic is one file and one line below. It notes facts case by case, in any
//! order, and must say the same whatever order cases come in. What this module
//! does not know: which rule asks.

mod attendance;
mod charges;
mod circulation;
mod consequences;
mod counters;
mod deliveries;
mod determinations;
mod fines;
mod guides;
mod numbers;
mod papers;
mod permits;
mod rankings;
mod refusals;
mod systems;
mod violations;
mod visits;
mod warnings;

pub use attendance::{Absence, Attendance};
pub use charges::{Charge, Charges};
pub use circulation::{Circulation, Outside, is_hall, venue_of};
pub use consequences::{Consequence, Consequences};
pub use counters::{Charging, Counters};
pub use deliveries::{ClosedDay, Delivered, Deliveries};
pub use determinations::{Decision, Determination, Determinations};
pub use fines::{Fine, Fines};
pub use numbers::{Declared, Known as KnownNumbers, NumberedPaper, Numbers, Series};
pub use papers::{Citation, Papers};
pub use permits::{Ban, Bearer, Grant, Numbered, Permits};
pub use rankings::{Millionths, Placed, Ranking, Rankings, Score};
pub use refusals::{Refusal, Refusals};
pub use systems::{Beats, Outage, Systems};
pub use violations::{Assessment, Decided, Order, Violation, Violations};
pub use visits::{Visit, Visits};
pub use warnings::{Level, Warning, Warnings};

use super::accountability::Accountable;
use super::bench::{Bench, Case};
use super::coverage::Uncovered;
use super::finding::{EntryRef, Finding, Outcome};
use super::hall::Presence;
use super::rule::Rule;
use crate::master::{At, Origin};
use crate::packed::{Packed, Packer, Unpacker, marked, one_of};
use guides::Guides;
use serde_json::Map;
use std::cell::OnceCell;

/// Facts of one kind, gathered case by case.
trait Topic: Default + Send + Packed {
    fn note(&mut self, case: &Case<'_>);
    /// Takes in what another thread has noted.
    fn join(&mut self, other: Self);
}

macro_rules! topics {
    ($($name:ident: $topic:ty, $doc:literal;)*) => {
        /// All topics.
        #[derive(Default)]
        pub struct Topics {
            $(#[doc = $doc] pub $name: $topic,)*
            /// Acts of imported excerpts, of which silence shows nothing.
            pub uncovered: Uncovered,
        }

        impl Topics {
            /// Takes note of a case.
            pub fn note(&mut self, case: &Case<'_>) {
                $(self.$name.note(case);)*
                self.uncovered.note(case);
            }

            pub(super) fn join(&mut self, other: Topics) {
                $(self.$name.join(other.$name);)*
                self.uncovered.join(other.uncovered);
            }
        }

        /// Most cases tell of few topics.
        impl Packed for Topics {
            fn pack(&self, to: &mut Packer) {
                to.sparse([$(&one_of(&self.$name),)* &one_of(&self.uncovered)]);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Topics> {
                const COUNT: usize = [$(stringify!($name),)* "uncovered"].len();
                let marks = from.marks(COUNT)?;
                let mut place = 0..COUNT;
                $(let $name = marked(marks(place.next()?), from)?;)*
                let uncovered = marked(marks(place.next()?), from)?;
                Some(Topics { $($name,)* uncovered })
            }
        }
    };
}

topics! {
    charges: Charges, "核定的收费, by the case that they are for";
    counters: Counters, "收费与亮证, by window and day";
    deliveries: Deliveries, "报送方的序号与日结, by system";
    determinations: Determinations, "核实认定 (K02), by finding";
    guides: Guides, "办事指南 (E12), by item";
    fines: Fines, "罚款, by ground and tier";
    papers: Papers, "公文的公布与引用, by number";
    permits: Permits, "许可的准予、禁止再申请和文书号";
    rankings: Rankings, "考评方案、得分、排名 (H01, H05, H06)";
    refusals: Refusals, "不予受理并指向他机关, by applicant";
    violations: Violations, "违法行为, by penalty case";
    visits: Visits, "入企, by enterprise";
    warnings: Warnings, "三级预警 (W05–W08), by subject";
    attendance: Attendance, "考勤 (F05, F06) 与请假 (F04)";
    circulation: Circulation, "厅外流转, in order of entries";
    consequences: Consequences, "一律后果 (K03–K12), by finding";
    numbers: Numbers, "决定文号与文号登记簿 (F13), by series";
    systems: Systems, "系统中断与心跳 (F11)";
}

/// What many cases tell, brought together two halves at a time: one by one, each case
/// would cost as much as all before it.
#[derive(Default)]
pub struct Joining(Vec<(u32, Topics)>);

impl Joining {
    pub fn add(&mut self, topics: Topics) {
        let mut last = (0, topics);
        while let Some((size, mut earlier)) = self.0.pop_if(|(size, _)| *size == last.0) {
            earlier.join(last.1);
            last = (size + 1, earlier);
        }
        self.0.push(last);
    }

    pub fn joined(self) -> Topics {
        let halves = self.0.into_iter().rev().map(|(_, topics)| topics);
        halves
            .reduce(|last, mut earlier| {
                earlier.join(last);
                earlier
            })
            .unwrap_or_default()
    }
}

/// All cases before a rule that looks across them.
pub struct City<'c> {
    pub bench: &'c Bench<'c>,
    pub topics: &'c Topics,
    /// Several rules and reports ask for it.
    presence: OnceCell<Presence>,
}

impl<'c> City<'c> {
    pub fn new(bench: &'c Bench<'c>, topics: &'c Topics) -> City<'c> {
        City { bench, topics, presence: OnceCell::new() }
    }

    /// Who was in the hall, day by day.
    pub fn presence(&self) -> &Presence {
        self.presence.get_or_init(|| Presence::of(self))
    }

    /// A signal about a row of master data: the unit answers for it, with its leader
    /// of the day. The caller says what tells it apart.
    pub fn told_by(
        &self,
        rule: &Rule,
        origin: &Origin,
        (unit, at): (Option<&str>, At),
        zh: String,
        en: String,
    ) -> Finding {
        let day = self.bench.zone.start_of(at.on);
        Finding {
            rule: rule.id,
            rule_version: rule.version,
            outcome: Outcome::Signal,
            severity: rule.severity,
            stream: origin.stream.clone(),
            matter: "".into(),
            entries: vec![EntryRef::origin(origin)],
            at: day,
            accountable: Accountable::unit(self.bench, unit, day, Vec::new()),
            zh,
            en,
            explanation: Map::new(),
            silence: None,
        }
    }

    /// The unit that has a role on a day (编办, 效能办, 服务中心, …): the region's own,
    /// else the first by id.
    pub fn unit_with_role(&self, role: &str, region: Option<&str>, at: At) -> Option<Box<str>> {
        let all = || self.bench.master.units.each_at(at).filter(|unit| unit.row.has_role(role));
        let own = all().find(|unit| unit.row.region.as_deref() == region);
        own.or_else(|| all().next()).map(|unit| unit.row.unit_id.clone())
    }

    /// The people's government of a region.
    pub fn government_of(&self, region: &str, at: At) -> Option<Box<str>> {
        let mut units = self.bench.master.units.found_at(region, at);
        let found = units.find(|unit| {
            unit.row.has_role("政府")
                || unit.row.name.as_deref().is_some_and(|name| name.ends_with("人民政府"))
        });
        found.map(|unit| unit.row.unit_id.clone())
    }
}
