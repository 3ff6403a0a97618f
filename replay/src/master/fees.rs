//! MD04–MD06: fee items 收费项目, standards 收费标准, and the licence or list 收费
//! 许可证/目录清单 that a unit may charge by.

use super::column::{Date, Flag, Int, Key, List, Text, Value, part, row};
use crate::integrity::json::Json;

row! {
    /// MD04 收费项目
    FeeItem, "fee_item" by fee_code, needs [nature, charging_unit, in_hall_required] {
        fee_code: Key,
        name: Text,
        /// 行政事业性收费, 政府性基金, 经营服务性收费, 保证金, 工本费, 罚没.
        nature: Text,
        linked_items: List<Box<str>>,
        charging_unit: Text,
        in_hall_required: Flag,
        central_or_provincial_approval: Text,
        payee_account: Text,
        cancelled_on: Date,
    }
    with {
        /// The items it goes with.
        fn others(&self) -> Vec<&str> {
            self.linked_items.iter().flatten().map(AsRef::as_ref).collect()
        }
    }
}

/// How a standard prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    Fixed,
    Range,
    Tiered,
    Percentage,
}

impl Pricing {
    fn word(self) -> &'static str {
        match self {
            Pricing::Fixed => "fixed",
            Pricing::Range => "range",
            Pricing::Tiered => "tiered",
            Pricing::Percentage => "percentage",
        }
    }
}

impl Value for Pricing {
    /// Absent where the word is none that this program knows.
    fn from_json(json: &Json<'_>) -> Option<Pricing> {
        let all = [Pricing::Fixed, Pricing::Range, Pricing::Tiered, Pricing::Percentage];
        all.into_iter().find(|one| json.as_str() == Some(one.word()))
    }

    fn to_json(&self) -> Json<'static> {
        Json::text(self.word())
    }
}

part! {
    /// One tier of a tiered standard: for measures above `from` up to `to`.
    FeeTier {
        /// Measures, exclusive.
        from: Int,
        /// Measures, inclusive; absent is open.
        to: Int,
        lower_fen: Int,
        upper_fen: Int,
        /// Basis points, for percentages.
        lower_bp: Int,
        upper_bp: Int,
    }
}

part! {
    /// 减免政策: why less than the floor may be charged.
    ReductionPolicy {
        id: Text,
        condition: Text,
        /// Per mille off; 1000 is free of charge.
        per_mille_off: Int,
        /// Fen off.
        amount_fen: Int,
        from: Date,
        /// Exclusive.
        to: Date,
    }
}

row! {
    /// MD05 收费标准: what one measure costs, at least and at most.
    FeeStandard, "fee_standard" by fee_code, needs [pricing, lower_fen] {
        fee_code: Key,
        version: Key,
        /// 计费单位, `台`
        unit_of_measure: Text,
        pricing: Option<Pricing>,
        /// Fen for one measure.
        lower_fen: Int,
        upper_fen: Int,
        /// Basis points of the base, for percentages.
        lower_bp: Int,
        upper_bp: Int,
        tiers: List<FeeTier>,
        rounding: Text,
        reduction_policies: List<ReductionPolicy>,
    }
}

row! {
    /// MD06 收费许可证 (to 2015) or 收费目录清单: what its holder may charge.
    FeeList, "fee_list" by list_no, needs [holder, fee_codes] {
        list_no: Key,
        licence_no: Text,
        holder: Text,
        fee_codes: List<Box<str>>,
        published_on: Date,
        /// 年审
        annual_check: Text,
        issuer: Text,
        url: Text,
    }
    with {
        /// A licence is named by its own number.
        fn complete(&mut self, _event: &crate::event::Event<'_>) {
            if self.list_no.is_empty() {
                self.list_no = self.licence_no.clone().unwrap_or_default();
            }
        }

        /// The holder.
        fn others(&self) -> Vec<&str> {
            self.holder.as_deref().into_iter().collect()
        }
    }
}
