//! MD07–MD08: grounds of penalties 处罚事项 and the tiers of discretion 裁量基准.

use super::column::{Any, Date, Flag, Int, Key, List, Text, part, row};

part! {
    /// 法定幅度
    StatutoryRange {
        /// 金额, 倍数, 比例, 按件, 按日.
        kind: Text,
        /// Fen, for 金额 and for each 件 or 日.
        min_fen: Int,
        max_fen: Int,
        /// Times the base in thousandths, for 倍数.
        min_per_mille: Int,
        max_per_mille: Int,
        /// Of what: 违法所得, 货值金额, …
        base: Text,
    }
}

row! {
    /// MD07 处罚事项
    PenaltyGround, "penalty_ground" by ground_code,
    needs [category, statutory_range, mandatory] {
        ground_code: Key,
        name: Text,
        /// First violations are counted by it (P09).
        category: Text,
        law: Text,
        article: Text,
        paragraph: Text,
        item: Text,
        penalty_kinds: List<Box<str>>,
        statutory_range: Option<StatutoryRange>,
        /// The law leaves no choice but to punish.
        mandatory: Flag,
        /// 假冒伪劣, 危及人民群众生命财产安全, …: outside the first-violation rule.
        first_violation_exempt: Text,
        /// 2 or 5.
        limitation_years: Int,
        unit: Text,
    }
    with {
        /// Its category.
        fn others(&self) -> Vec<&str> {
            self.category.as_deref().into_iter().collect()
        }
    }
}

part! {
    /// One tier of a ground.
    DiscretionTier {
        tier_id: Text,
        /// 不予, 减轻, 从轻, 一般, 从重.
        tier: Text,
        facts: Any,
        min_fen: Int,
        max_fen: Int,
        min_per_mille: Int,
        max_per_mille: Int,
    }
}

row! {
    /// MD08 裁量基准
    DiscretionStandard, "discretion_standard" by ground_code, needs [tiers, published_on] {
        ground_code: Key,
        tiers: List<DiscretionTier>,
        published_on: Date,
        /// 首违不罚、轻微免罚清单
        first_violation_list: Flag,
    }
}

impl DiscretionStandard {
    /// The tier with this id or name.
    pub fn tier(&self, named: &str) -> Option<&DiscretionTier> {
        let is = |text: &Text| text.as_deref() == Some(named);
        let mut tiers = self.tiers.iter().flatten();
        tiers.clone().find(|tier| is(&tier.tier_id)).or_else(|| tiers.find(|tier| is(&tier.tier)))
    }
}
