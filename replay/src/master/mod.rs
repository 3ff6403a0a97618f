//! Master data 主数据, regrown from M events and from the F events that change the
//! same facts: what the catalogue, the fee list, the posts and the parameters said
//! on any day, as known at any moment (§2).
//!
//! A table is one row type and one line in `tables!`. Rows are never overwritten:
//! a later entry adds a version, a correction ends one belief and begins another,
//! and a question says on which day it asks and what was known then. What this
//! module does not know: cases, and whether any row is lawful.

mod column;
mod table;

mod catalogue;
mod fees;
mod hall;
mod inspections;
mod norms;
mod officers;
mod parties;
mod penalties;
mod supervision;
mod units;

mod calendar;
mod lineage;
mod listing;
mod reads;
mod status;

pub use calendar::CalendarNotices;
pub use catalogue::{
    Batch, BatchItem, BatchRow, Item, LegalBasis, Limit, Material, Promise, Stage, Takeover,
    base_of,
};
pub use fees::{FeeItem, FeeList, FeeStandard, FeeTier, Pricing, ReductionPolicy};
pub use hall::{
    Assignment, Authorisation, ChiefRepresentative, HallRegister, HallUnit, OfficeHours,
    OnlineItem, OpenWindow, Seal, Window,
};
pub use inspections::{ExemptDomain, InspectionFiling, InspectionItem, InspectionPlan};
pub use lineage::Identities;
pub use listing::{Listing, Told};
pub use norms::{Code, Parameter, RuleOfSet, RuleRow, RuleSet, SigningKey};
pub use officers::{Certificate, Officer, OutsidePost, Post, Service};
pub use parties::{
    Assistance, Intermediary, Kin, Membership, Named, OnRoster, Park, Party, Project,
};
pub use penalties::{DiscretionStandard, DiscretionTier, PenaltyGround, StatutoryRange};
pub use reads::{Changes, Reads, noting};
pub use status::{InBatch, ItemStatus};
pub use supervision::{ComplaintChannel, LeadingGroup, Model, MonitoringPoint};
pub use table::{At, Origin, Row, Table, Verb, Version};
pub use units::{OrganUnit, Qualification, UnitLineage};

use crate::event::{Event, EventError};
use crate::state::beliefs::{Belief, beliefs};
use crate::time::civil::Micros;
use table::Repairs;

/// The tables, each grown from the events of its row type.
macro_rules! tables {
    ($($name:ident: $row:ty, $doc:literal;)*) => {
        /// All master data of a ledger.
        #[derive(Default)]
        pub struct Master {
            $(#[doc = $doc] pub $name: Table<$row>,)*
            /// MD21 and M41 工作日历
            pub calendar_notices: CalendarNotices,
            /// Parties that were found to be one (X04).
            pub identities: Identities,
        }

        impl Master {
            /// The tables' names, as event types carry them.
            pub const ENTITIES: &[&'static str] = &[$(<$row as Row>::ENTITY,)*];

            /// The table that an event type tells of.
            pub fn entity_of(kind: &str) -> Option<&'static str> {
                $(if <$row as Row>::verb(kind).is_some() {
                    return Some(<$row as Row>::ENTITY);
                })*
                None
            }

            /// Every table, whatever its rows are.
            pub fn tables(&self) -> Vec<&dyn Listing> {
                vec![$(&self.$name,)*]
            }

            /// Calls `each` with every row in force that lacks what rules need:
            /// its entity, its key, the entry that told of it, the columns.
            pub fn each_missing(
                &self,
                at: At,
                each: &mut dyn FnMut(&'static str, &str, &Origin, Vec<&'static str>),
            ) {
                $(for version in self.$name.each_at(at) {
                    let missing = version.row.missing();
                    if !missing.is_empty() {
                        each(<$row as Row>::ENTITY, version.row.key(), &version.origin, missing);
                    }
                })*
            }

            /// What has changed now that the streams of `part` read as they do there:
            /// as they do in `self`, or did before. `None` where all cases may read
            /// otherwise, since days are counted in another way.
            pub fn changes(&self, part: &Master) -> Option<Changes> {
                if !part.calendar_notices.is_empty() {
                    return None;
                }
                let mut changes = Changes::default();
                $(self.$name.changes(&part.$name, &mut changes);)*
                part.identities.changes(&mut changes);
                Some(changes)
            }

            /// Whether entries of this type tell of master data.
            pub fn wants(kind: &str) -> bool {
                let family = ["md.", "hall.", "identity."].iter().any(|head| kind.starts_with(head));
                family
                    && ($(<$row as Row>::verb(kind).is_some() ||)*
                        CalendarNotices::wants(kind) || Identities::wants(kind))
            }

            fn tell(&mut self, event: &Event<'_>, repairs: Repairs<'_>) {
                $(if let Some(verb) = <$row as Row>::verb(&event.kind) {
                    return self.$name.apply(verb, event, repairs);
                })*
                if CalendarNotices::wants(&event.kind) {
                    self.calendar_notices.apply(event, repairs);
                } else if Identities::wants(&event.kind) {
                    self.identities.apply(event, repairs);
                }
            }
        }
    };
}

tables! {
    items: Item, "MD01 事项目录, by `item_code`; found by unit and base code";
    batches: Batch, "MD02 批次清单, by `batch_id`; found by base and item code";
    batch_rows: BatchRow, "MD02 批次清单 row by row, by `batch_id`; found by base and item code";
    takeovers: Takeover, "MD03 承接登记, by item; found by county";
    fee_items: FeeItem, "MD04 收费项目, by `fee_code`; found by linked item";
    fee_standards: FeeStandard, "MD05 收费标准, by `fee_code`";
    fee_lists: FeeList, "MD06 收费许可证/目录清单, by number; found by holder";
    penalty_grounds: PenaltyGround, "MD07 处罚事项, by `ground_code`; found by category";
    discretion_standards: DiscretionStandard, "MD08 裁量基准, by `ground_code`";
    units: OrganUnit, "MD09 单位, by `unit_id`; found by region";
    unit_lineages: UnitLineage, "MD10 机构沿革, by id; found by unit";
    posts: Post, "MD11 职务任免, by unit; found by officer";
    officers: Officer, "MD12 工作人员, by `officer_id`; found by unit";
    certificates: Certificate, "MD13 执法证, by `cert_no`; found by officer";
    qualifications: Qualification, "MD14 执法主体资格, by unit";
    windows: Window, "MD15 窗口, by `window_id`; found by unit";
    open_windows: OpenWindow, "F02 启用的窗口, by window";
    hall_registers: HallRegister, "MD16 核准应进厅名录, by unit";
    hall_units: HallUnit, "F01 已进厅单位, by unit";
    assignments: Assignment, "MD17 and F03 进厅人员, by officer; found by window and unit";
    authorisations: Authorisation, "MD18 and F08 首席代表授权书, by unit; found by officer";
    chief_representatives: ChiefRepresentative, "F07 首席代表, by unit; found by officer";
    seals: Seal, "MD19 审批专用章, by `seal_id`; found by unit";
    promises: Promise, "MD20 服务承诺, by item";
    online_items: OnlineItem, "F10 上线事项, by item";
    office_hours: OfficeHours, "MD22 办公时间, by venue";
    exempt_domains: ExemptDomain, "MD23 豁免领域, by list: delegation, inspection, first_violation, default";
    inspection_items: InspectionItem, "MD24 检查事项清单, by code; found by unit";
    inspection_plans: InspectionPlan, "MD25 检查计划, by `plan_no`; found by unit";
    inspection_filings: InspectionFiling, "MD26 检查备案, by `filing_no`; found by unit";
    parks: Park, "MD27 工业园区, by `park_id`";
    parties: Party, "MD28 相对人, by `party_id`; found by park, credit code and kin";
    projects: Project, "MD29 重大项目, by `project_code`; found by owner";
    assistances: Assistance, "MD30 挂点帮扶, by organ; found by enterprise";
    monitoring_points: MonitoringPoint, "MD31 监测点, by id";
    complaint_channels: ComplaintChannel, "MD32 投诉渠道, by code";
    intermediaries: Intermediary, "MD33 中介协会, by org; found by sponsoring organ";
    outside_posts: OutsidePost, "MD34 兼职登记, by officer; found by organisation";
    models: Model, "MD35 预警模型与考评方案, by id";
    codes: Code, "MD36 代码表, by list; found by code";
    rulesets: RuleSet, "MD37 and M43 规则集, by version";
    rule_rows: RuleRow, "MD37 规则, by `rule_id`";
    parameters: Parameter, "MD38 参数 P01–P26, by id";
    leading_groups: LeadingGroup, "MD39 领导小组, by name";
    signing_keys: SigningKey, "MD40 密钥与证书, by `key_id`; found by signer";
}

impl Master {
    /// Adds one entry as it stands, in any order; entries of other types are passed
    /// over. Repairs need all of a stream: [`Master::add_stream`].
    pub fn apply(&mut self, event: &Event<'_>) {
        self.tell(event, Repairs::default());
    }

    /// Adds the entries of one stream, given in order of position, as far as they
    /// were recorded by `known_at`; the streams come in any order.
    pub fn add_stream(&mut self, entries: &[&[u8]], known_at: Micros) -> Result<(), EventError> {
        for Belief { bytes, since, until, .. } in beliefs(entries, known_at)? {
            let event = Event::read(&bytes)?;
            if Master::wants(&event.kind) {
                let origin = |entry: Option<&[u8]>| {
                    entry.map(Event::read).transpose().map(|e| e.as_ref().map(Origin::of))
                };
                let (since, until) = (origin(since)?, origin(until)?);
                self.tell(&event, Repairs { since: since.as_ref(), until: until.as_ref() });
            }
        }
        Ok(())
    }
}
