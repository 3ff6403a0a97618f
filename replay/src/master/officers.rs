//! MD11–MD13, MD34: who holds which post 职务任免, officers 工作人员, enforcement
//! certificates 执法证 and posts outside 兼职. Officers are pseudonymous ids.

use super::column::{Date, Flag, Key, List, Text, part, row};

row! {
    /// MD11 职务任免. The term is the row's validity; an acting head (主持工作) is a
    /// holder like any other.
    Post, "post" by unit, needs [from] {
        unit: Key,
        /// 主要负责人, 党组书记, 分管负责人, 首席代表, 审批科长, 承办人, …
        post: Key,
        officer as "officer_id": Key,
        /// What a 分管负责人 is in charge of.
        domain: Text,
        from: Date,
        to: Date,
    }
    with {
        /// The officer.
        fn others(&self) -> Vec<&str> {
            vec![&self.officer]
        }
    }
}

part! {
    /// Where an officer served.
    Service {
        unit: Text,
        from: Date,
        to: Date,
    }
}

row! {
    /// MD12 工作人员
    Officer, "officer" by officer_id, needs [personnel_kind, unit] {
        officer_id: Key,
        /// 公务员, 参公, 事业编, 聘用, 辅助.
        personnel_kind: Text,
        unit: Text,
        unit_history: List<Service>,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD13 执法证. Its term is the row's validity.
    Certificate, "certificate" by cert_no,
    needs [officer_id, organ, enforcement_types, scope_region] {
        cert_no: Key,
        officer_id: Text,
        issuing_organ: Text,
        organ: Text,
        enforcement_types: List<Box<str>>,
        /// GB/T 2260
        scope_region: Text,
        valid_from: Date,
        /// Exclusive.
        valid_to: Date,
        /// Suspended from this day on; `suspended_to` is exclusive.
        suspended_from: Date,
        suspended_to: Date,
        revoked_on: Date,
    }
    with {
        /// The officer.
        fn others(&self) -> Vec<&str> {
            self.officer_id.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD34 兼职登记
    OutsidePost, "outside_post" by officer, needs [org] {
        officer: Key,
        org: Text,
        post: Text,
        paid: Flag,
        approved: Flag,
    }
    with {
        /// The organisation.
        fn others(&self) -> Vec<&str> {
            self.org.as_deref().into_iter().collect()
        }
    }
}
