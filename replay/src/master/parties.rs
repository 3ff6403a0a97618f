//! MD27–MD30, MD33: parks 园区, parties 相对人, projects 重大项目, assistance 挂点帮扶
//! and intermediaries 中介协会.

use super::column::{Any, Date, Flag, Key, List, Text, Value, part, row};
use crate::integrity::json::Json;
use chrono::NaiveDate;

part! {
    /// An enterprise's time in a park.
    Membership {
        party_id: Text,
        from: Date,
        /// Exclusive.
        to: Date,
    }
}

row! {
    /// MD27 工业园区. Members stand here or, each for itself, in its party row.
    Park, "park" by park_id, needs [authority] {
        park_id: Key,
        name: Text,
        authority: Text,
        boundary: Any,
        members: List<Membership>,
    }
}

part! {
    /// A name and since when.
    Named {
        name: Text,
        from: Date,
        to: Date,
    }
}

part! {
    /// What a party was before, or became.
    Kin {
        party_id: Text,
        /// 更名, 合并, 吸收, 换照.
        kind: Text,
        on: Date,
    }
}

/// On the roster of key enterprises 重点企业: a flag, or from and to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnRoster {
    Flag(bool),
    /// `to` is exclusive.
    Term {
        from: Date,
        to: Date,
    },
}

impl OnRoster {
    /// Whether it holds on a day of the row's validity.
    pub fn holds(&self, on: NaiveDate) -> bool {
        match self {
            OnRoster::Flag(flag) => *flag,
            OnRoster::Term { from, to } => {
                from.is_none_or(|from| from <= on) && to.is_none_or(|to| on < to)
            }
        }
    }
}

impl Value for OnRoster {
    fn from_json(json: &Json<'_>) -> Option<OnRoster> {
        if let Json::Bool(flag) = json {
            return Some(OnRoster::Flag(*flag));
        }
        json.as_object()?;
        let date = |name: &str| json.get(name).and_then(NaiveDate::from_json);
        Some(OnRoster::Term { from: date("from"), to: date("to") })
    }

    fn to_json(&self) -> Json<'static> {
        match self {
            OnRoster::Flag(flag) => Json::Bool(*flag),
            OnRoster::Term { from, to } => {
                let known = [("from", from), ("to", to)].into_iter();
                Json::object(
                    known.filter_map(|(name, date)| Some((name, date.as_ref()?.to_json()))),
                )
            }
        }
    }
}

row! {
    /// MD28 相对人. Persons' names and numbers are sealed.
    Party, "party" by party_id, needs [kind] {
        party_id: Key,
        /// 企业, 个体工商户, 农民专业合作社, 社会组织, 事业单位, 自然人.
        kind: Text,
        uscc: Text,
        /// 组织机构代码, of before 2015.
        org_code: Text,
        name_history: List<Named>,
        region: Text,
        park: Text,
        key_enterprise: Option<OnRoster>,
        industry: Text,
        size: Text,
        lineage: List<Kin>,
    }
    with {
        /// The park, the credit code, and its kin.
        fn others(&self) -> Vec<&str> {
            let kin = self.lineage.iter().flatten().filter_map(|kin| kin.party_id.as_deref());
            let own = [self.park.as_deref(), self.uscc.as_deref()].into_iter().flatten();
            own.chain(kin).collect()
        }
    }
}

row! {
    /// MD29 重大项目
    Project, "project" by project_code, needs [owner, green_channel] {
        project_code: Key,
        owner: Text,
        roster_from: Date,
        /// Exclusive.
        roster_to: Date,
        green_channel: Flag,
    }
    with {
        /// The owner.
        fn others(&self) -> Vec<&str> {
            self.owner.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD30 挂点帮扶
    Assistance, "assistance" by organ, needs [enterprise, leader] {
        organ: Key,
        enterprise: Text,
        leader: Text,
        deputy: Text,
        staff: List<Box<str>>,
        from: Date,
        to: Date,
    }
    with {
        /// The enterprise.
        fn others(&self) -> Vec<&str> {
            self.enterprise.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD33 中介、协会
    Intermediary, "intermediary" by org, needs [sponsoring_organ] {
        org: Key,
        name: Text,
        sponsoring_organ: Text,
        decoupled_on: Date,
        authorisations: Any,
    }
    with {
        /// The sponsoring organ.
        fn others(&self) -> Vec<&str> {
            self.sponsoring_organ.as_deref().into_iter().collect()
        }
    }
}
