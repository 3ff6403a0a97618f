//! Norms and their layers (§0.3): where the decision meets a higher law, which of
//! its rules yields, to what, and since when. A rule that yields finds
//! `SUPERSEDED_BY_HIGHER_LAW`, never a breach by the officer who obeyed the law
//! (RX.3). What this file does not know: any case.

use super::finding::{Finding, Outcome};
use super::rule::{Layer, Severity};
use chrono::NaiveDate;
use serde_json::json;

/// One known conflict.
pub struct Conflict {
    /// Stable, for reports.
    pub id: &'static str,
    /// The rules of the decision that yield.
    pub rules: &'static [&'static str],
    pub zh: &'static str,
    pub en: &'static str,
    pub layer: Layer,
    /// Law or paper, and article.
    pub higher: &'static str,
    /// Since when; absent: as long as the decision is in force.
    from: Option<(i32, u32, u32)>,
}

impl Conflict {
    /// The first day on which the higher norm decides.
    pub fn higher_law_from(&self) -> Option<NaiveDate> {
        self.from.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day))
    }
}

/// 首违告诫 where the law leaves no choice.
pub const FIRST_VIOLATION: Conflict = Conflict {
    id: "first-violation",
    rules: &["R2.7.3"],
    zh: "首违告诫让位于法律规定必须处罚、涉嫌犯罪必须移送的情形",
    en: "the warning of a first violation yields where the law makes the penalty mandatory or a \
         crime is suspected",
    layer: Layer::L0,
    higher: "行政处罚法第二十七条、第八十二条及规定必须处罚的法律",
    from: None,
};

/// 超时默认、缺席默认.
pub const DEEMED_CONSENT: Conflict = Conflict {
    id: "deemed-consent",
    rules: &["R2.3.6", "R2.3.7"],
    zh: "超时默认、缺席默认不创设法定许可条件;法律只承认视为受理和视为准予延续",
    en: "deemed consent creates no condition that the law asks for: the law knows only deemed \
         acceptance and deemed renewal",
    layer: Layer::L0,
    higher: "行政许可法第三十二条第一款第四项、第五十条",
    from: None,
};

/// 下限 and 应收尽收.
pub const FLOOR: Conflict = Conflict {
    id: "floor",
    rules: &["R2.5.1", "R2.7.6"],
    zh: "按下限收取、按下限处罚不得低于法定标准:应收不收、应罚不罚由国家规定处分",
    en: "the floor never lies below the statutory standard: not to charge or to fine what the law \
         asks for is punished by national rules",
    layer: Layer::L0,
    higher: "国务院令第281号第十二条",
    from: None,
};

/// 收费许可证.
pub const FEE_LICENCE: Conflict = Conflict {
    id: "fee-licence",
    rules: &["R2.5.3", "R2.5.5"],
    zh: "《收费许可证》制度自2016年1月1日起由国家取消,改为收费目录清单管理",
    en: "the fee licence was abolished nationally from 2016-01-01 and gave way to published lists",
    layer: Layer::L1,
    higher: "国家发展改革委、财政部取消收费许可证制度的规定;优化营商环境条例第二十五条",
    from: Some((2016, 1, 1)),
};

/// 非行政许可审批.
pub const NON_LICENCE_APPROVAL: Conflict = Conflict {
    id: "non-licence-approval",
    rules: &["R2.1.3", "R2.1.6", "R2.5.2"],
    zh: "“非行政许可审批”类别已由国务院取消,不再保留",
    en: "the category of approvals outside the licensing law was abolished by the State Council",
    layer: Layer::L1,
    higher: "国发〔2015〕27号",
    from: Some((2015, 5, 10)),
};

/// Every known conflict.
pub const CONFLICTS: [&Conflict; 5] =
    [&FIRST_VIOLATION, &DEEMED_CONSENT, &FLOOR, &FEE_LICENCE, &NON_LICENCE_APPROVAL];

/// The finding as one in which the decision's rule yields.
pub(super) fn superseded(finding: Finding, conflict: &Conflict) -> Finding {
    finding.outcome(Outcome::Superseded).severity(Severity::Info).because(
        "higher_law",
        json!({
            "conflict": conflict.id, "norm": conflict.higher, "layer": conflict.layer.as_str(),
            "zh": conflict.zh, "en": conflict.en,
            "from": conflict.higher_law_from().map(|day| day.to_string()),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::register;
    use std::collections::BTreeSet;

    #[test]
    fn only_rules_of_lower_layers_yield() {
        let ids: BTreeSet<_> = CONFLICTS.iter().map(|conflict| conflict.id).collect();
        assert_eq!(ids.len(), CONFLICTS.len());
        for conflict in CONFLICTS {
            assert_eq!(conflict.from.is_some(), conflict.higher_law_from().is_some());
            for id in conflict.rules {
                let rule = register::find(id).unwrap_or_else(|| panic!("{id} is no rule"));
                assert!(conflict.layer < rule.layer, "{id} does not lie below {}", conflict.higher);
            }
        }
    }
}
