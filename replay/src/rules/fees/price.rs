//! What a standard makes of a quantity: the least and the most that may be
//! charged, to the fen, with the arithmetic. What this file does not know: what
//! was charged.

use crate::master::{FeeStandard, FeeTier, Pricing};
use serde_json::{Value, json};

/// Basis points of the whole.
const WHOLE_BP: i128 = 10_000;

/// What is to be priced.
#[derive(Clone, Copy)]
pub(super) struct Measure {
    pub quantity: Option<i64>,
    pub base_fen: Option<i64>,
}

/// The bounds of one charge.
#[derive(Debug, PartialEq)]
pub(super) struct Bounds {
    pub lower_fen: i64,
    /// `None` where the standard names none.
    pub upper_fen: Option<i64>,
    /// `80.00元×3`, as a person would write it.
    pub zh: String,
    pub steps: Value,
}

/// Which side of a standard.
#[derive(Clone, Copy)]
enum Side {
    Lower,
    Upper,
}

/// The bounds, or the names of what is missing.
pub(super) fn bounds(
    standard: &FeeStandard,
    measure: Measure,
) -> Result<Bounds, Vec<&'static str>> {
    match standard.pricing {
        Some(Pricing::Percentage) => percentage(standard, measure),
        Some(Pricing::Tiered) => tiered(standard, measure),
        // A fixed standard's floor is its ceiling (§6, 33).
        Some(Pricing::Fixed) => {
            let price = standard.lower_fen.or(standard.upper_fen);
            per_measure(standard, price, price, measure)
        }
        Some(Pricing::Range) | None => {
            per_measure(standard, standard.lower_fen, standard.upper_fen, measure)
        }
    }
}

fn per_measure(
    standard: &FeeStandard,
    lower: Option<i64>,
    upper: Option<i64>,
    measure: Measure,
) -> Result<Bounds, Vec<&'static str>> {
    let (Some(lower), Some(quantity)) = (lower, measure.quantity) else {
        return Err(missing(&[
            ("standard.lower_fen", lower.is_none()),
            ("line.qty", measure.quantity.is_none()),
        ]));
    };
    let rounding = Rounding::of(standard.rounding.as_deref());
    let times = |price: i64| rounding.apply(i128::from(price) * i128::from(quantity), 1);
    let mut steps = json!({"lower_fen": lower, "upper_fen": upper, "quantity": quantity});
    if let Some(words) = standard.rounding.as_deref() {
        steps["rounding"] = words.into();
    }
    Ok(Bounds {
        lower_fen: times(lower),
        upper_fen: upper.map(times),
        zh: format!("{}元×{quantity}", super::yuan(lower)),
        steps,
    })
}

fn percentage(standard: &FeeStandard, measure: Measure) -> Result<Bounds, Vec<&'static str>> {
    let (Some(lower), Some(base)) = (standard.lower_bp, measure.base_fen) else {
        return Err(missing(&[
            ("standard.lower_bp", standard.lower_bp.is_none()),
            ("line.base_fen", measure.base_fen.is_none()),
        ]));
    };
    let rounding = Rounding::of(standard.rounding.as_deref());
    let share = |bp: i64| rounding.apply(i128::from(base) * i128::from(bp), WHOLE_BP);
    Ok(Bounds {
        lower_fen: share(lower),
        upper_fen: standard.upper_bp.map(share),
        zh: format!("{}元×{}‱", super::yuan(base), lower),
        steps: json!({
            "base_fen": base, "lower_bp": lower, "upper_bp": standard.upper_bp,
            "rounding": standard.rounding.as_deref(),
        }),
    })
}

/// Each tier prices the measures that fall into it; what a tier prices by basis
/// points is the base, and its `from` and `to` are fen.
fn tiered(standard: &FeeStandard, measure: Measure) -> Result<Bounds, Vec<&'static str>> {
    let tiers = standard.tiers.as_deref().unwrap_or_default();
    if tiers.is_empty() {
        return Err(vec!["standard.tiers"]);
    }
    let rounding = Rounding::of(standard.rounding.as_deref());
    let mut steps = Vec::new();
    let mut words = Vec::new();
    let mut sums = [Some(0i128), Some(0i128)];
    for tier in tiers {
        let by_share = tier.lower_bp.is_some();
        let whole = if by_share { measure.base_fen } else { measure.quantity };
        let Some(whole) = whole else {
            return Err(vec![if by_share { "line.base_fen" } else { "line.qty" }]);
        };
        let part = slice(tier, whole);
        for (sum, side) in sums.iter_mut().zip([Side::Lower, Side::Upper]) {
            let price = price(tier, side).map(i128::from);
            let scale = if by_share { 1 } else { WHOLE_BP };
            *sum = sum.zip(price).map(|(sum, price)| sum + price * i128::from(part) * scale);
        }
        if part > 0 {
            let lower = price(tier, Side::Lower);
            let unit = if by_share { "‱" } else { "分" };
            words.push(format!("{}{unit}×{part}", lower.unwrap_or_default()));
            steps.push(json!({
                "from": tier.from, "to": tier.to, "part": part, "lower": lower,
                "upper": price(tier, Side::Upper), "by_share": by_share,
            }));
        }
    }
    let [Some(lower), upper] = sums else { return Err(vec!["standard.tiers.lower_fen"]) };
    Ok(Bounds {
        lower_fen: rounding.apply(lower, WHOLE_BP),
        upper_fen: upper.map(|upper| rounding.apply(upper, WHOLE_BP)),
        zh: words.join("+"),
        steps: json!({"tiers": steps, "rounding": standard.rounding.as_deref()}),
    })
}

fn price(tier: &FeeTier, side: Side) -> Option<i64> {
    match side {
        Side::Lower => tier.lower_bp.or(tier.lower_fen),
        Side::Upper => tier.upper_bp.or(tier.upper_fen),
    }
}

/// How much of the whole lies above `from` and up to `to`.
fn slice(tier: &FeeTier, whole: i64) -> i64 {
    let from = tier.from.unwrap_or(0);
    let top = tier.to.map_or(whole, |to| whole.min(to));
    top.saturating_sub(from).max(0)
}

fn missing(parts: &[(&'static str, bool)]) -> Vec<&'static str> {
    parts.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect()
}

/// 取整: to which unit, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rounding {
    /// Fen: 1, 10 or 100.
    unit: i128,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    HalfUp,
    Down,
    Up,
}

impl Rounding {
    /// As the standard's words say; half up to the fen where they say nothing.
    fn of(words: Option<&str>) -> Rounding {
        let words = words.unwrap_or_default();
        let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
        let unit = match () {
            () if any(&["元"]) => 100,
            () if any(&["角"]) => 10,
            () => 1,
        };
        let way = match () {
            () if any(&["舍去", "去尾", "不计"]) => Way::Down,
            () if any(&["进一", "进位", "向上"]) => Way::Up,
            () => Way::HalfUp,
        };
        Rounding { unit, way }
    }

    /// `numerator / denominator` fen, rounded. Amounts are never negative.
    fn apply(self, numerator: i128, denominator: i128) -> i64 {
        let step = denominator * self.unit;
        let whole = match self.way {
            Way::Down => numerator.div_euclid(step),
            Way::Up => (numerator + step - 1).div_euclid(step),
            Way::HalfUp => (2 * numerator + step).div_euclid(2 * step),
        };
        i64::try_from(whole * self.unit).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standard(pricing: Pricing) -> FeeStandard {
        FeeStandard {
            fee_code: "SF".into(),
            version: "1".into(),
            unit_of_measure: None,
            pricing: Some(pricing),
            lower_fen: None,
            upper_fen: None,
            lower_bp: None,
            upper_bp: None,
            tiers: None,
            rounding: None,
            reduction_policies: None,
        }
    }

    fn of(quantity: i64) -> Measure {
        Measure { quantity: Some(quantity), base_fen: None }
    }

    fn tier(from: i64, to: Option<i64>, lower: i64, upper: i64) -> FeeTier {
        FeeTier {
            from: Some(from),
            to,
            lower_fen: Some(lower),
            upper_fen: Some(upper),
            lower_bp: None,
            upper_bp: None,
        }
    }

    #[test]
    fn a_fixed_standard_has_one_price() {
        let it = FeeStandard { lower_fen: Some(8_000), ..standard(Pricing::Fixed) };
        let found = bounds(&it, of(3)).unwrap();
        assert_eq!((found.lower_fen, found.upper_fen), (24_000, Some(24_000)));
    }

    #[test]
    fn a_price_times_a_quantity_is_rounded_as_the_standard_says() {
        for (words, expected) in [
            (None, 10_500),
            (Some("四舍五入到元"), 10_500),
            (Some("不足一元进一"), 10_500),
            (Some("不取整"), 10_500),
        ] {
            let rounding = words.map(Box::from);
            let it = FeeStandard { lower_fen: Some(3_500), rounding, ..standard(Pricing::Fixed) };
            assert_eq!(bounds(&it, of(3)).unwrap().lower_fen, expected, "{words:?}");
        }
        for (words, expected) in [
            (None, 105),
            (Some("四舍五入到元"), 100),
            (Some("不足一元进一"), 200),
            (Some("角以下舍去"), 100),
        ] {
            let rounding = words.map(Box::from);
            let it = FeeStandard { lower_fen: Some(35), rounding, ..standard(Pricing::Range) };
            assert_eq!(bounds(&it, of(3)).unwrap().lower_fen, expected, "{words:?}");
        }
    }

    #[test]
    fn tiers_price_what_falls_into_them() {
        let tiers = vec![tier(0, Some(100), 50, 60), tier(100, None, 30, 40)];
        let it = FeeStandard { tiers: Some(tiers), ..standard(Pricing::Tiered) };
        for (quantity, lower, upper) in
            [(0, 0, 0), (100, 5_000, 6_000), (101, 5_030, 6_040), (250, 9_500, 12_000)]
        {
            let found = bounds(&it, of(quantity)).unwrap();
            assert_eq!((found.lower_fen, found.upper_fen), (lower, Some(upper)), "{quantity}");
        }
    }

    #[test]
    fn a_percentage_is_rounded_as_the_standard_says() {
        let base = Measure { quantity: None, base_fen: Some(123_457) };
        for (words, expected) in [
            (None, 1_852),
            (Some("四舍五入到元"), 1_900),
            (Some("角以下舍去"), 1_850),
            (Some("不足一元进一"), 1_900),
        ] {
            let rounding = words.map(Box::from);
            let lower_bp = Some(150);
            let it = FeeStandard { lower_bp, rounding, ..standard(Pricing::Percentage) };
            assert_eq!(bounds(&it, base).unwrap().lower_fen, expected, "{words:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let nothing = Measure { quantity: None, base_fen: None };
        let range = bounds(&standard(Pricing::Range), nothing);
        assert_eq!(range, Err(vec!["standard.lower_fen", "line.qty"]));
        let share = bounds(&standard(Pricing::Percentage), of(1));
        assert_eq!(share, Err(vec!["standard.lower_bp", "line.base_fen"]));
        assert_eq!(bounds(&standard(Pricing::Tiered), of(1)), Err(vec!["standard.tiers"]));
    }
}
