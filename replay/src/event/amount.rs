//! Amounts of money that an event states, as exact decimals.
//!
//! A body states an amount as one of
//! - `amount_fen`: integer fen of CNY;
//! - `amount_minor` with `currency`: integer minor units of an ISO 4217 currency;
//! - `amount_text` with `currency`: decimal text, for sources that give more
//!   decimals than the currency has. It is added up as written, never rounded.
//!
//! Types that state several amounts carry them so in the items of one list,
//! which the register names. Other members (`illegal_income_fen`, `range`) are
//! facts about the amount and not amounts. What this file does not know: whether
//! an amount is owed, paid or unlawful.

use super::body::{Body, Value};
use super::register::EventType;
use crate::integrity::json::{Json, parse};
use std::fmt;

/// Currency of `amount_fen`.
pub const FEN_CURRENCY: &str = "CNY";
/// Most decimals that an amount may have. Sources that computed with binary
/// floating point write up to 17 significant digits.
pub const SCALE_MAX: u32 = 20;
/// Longest `amount_text`.
const TEXT_MAX: usize = 32;

/// `units × 10^-scale`, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "rows", derive(serde::Serialize, serde::Deserialize))]
pub struct Decimal {
    units: i128,
    scale: u32,
}

/// One stated amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    pub value: Decimal,
    /// ISO 4217 code as written.
    pub currency: String,
}

impl Decimal {
    /// `minor` units of a currency with `scale` decimals.
    pub fn new(minor: i64, scale: u32) -> Decimal {
        Decimal { units: i128::from(minor), scale: scale.min(SCALE_MAX) }
    }

    /// Reads `-12.345`: an optional sign, digits, at most [`SCALE_MAX`] decimals.
    /// No exponent, no blanks, no thousands separators.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = rest.split_once('.').unwrap_or((rest, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if text.len() > TEXT_MAX || !digits(whole) || !digits(decimals) {
            return None;
        }
        let scale = if rest.contains('.') { decimals.len() } else { 0 };
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= SCALE_MAX)?;
        let mut units: i128 = 0;
        let decimals = if scale == 0 { "" } else { decimals };
        for digit in whole.bytes().chain(decimals.bytes()) {
            units = units.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        Some(Decimal { units: if negative { -units } else { units }, scale })
    }

    /// The exact sum. 38 digits suffice for more amounts of 32 digits than a log
    /// has positions; beyond them the sum stays at the largest value.
    pub fn plus(self, other: Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        let units = self.at(scale).saturating_add(other.at(scale));
        Decimal { units, scale }
    }

    fn at(self, scale: u32) -> i128 {
        let factor = 10i128.pow(scale.saturating_sub(self.scale).min(SCALE_MAX));
        self.units.saturating_mul(factor)
    }

    /// In millionths, for scores and weights; `None` for more decimals than six.
    pub fn millionths(self) -> Option<i128> {
        (self.scale <= 6 && self.units.abs() < 1 << 80).then(|| self.at(6))
    }

    /// True for zero of any scale.
    pub fn is_zero(&self) -> bool {
        self.units == 0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale.min(SCALE_MAX) as usize;
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        let sign = if self.units < 0 { "-" } else { "" };
        match decimals {
            "" => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{decimals}"),
        }
    }
}

/// Decimals of a currency's minor unit (ISO 4217 list one). Most have two.
pub fn minor_scale(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The amounts that an event of this type states.
pub fn amounts(event_type: Option<&EventType>, body: &Body<'_>) -> Vec<Amount> {
    if let Some(direct) = stated(
        body.int("amount_fen"),
        body.int("amount_minor"),
        body.text("amount_text").as_deref(),
        body.text("currency").as_deref(),
    ) {
        return vec![direct];
    }
    let Some(Value::Nested(list)) = event_type.and_then(|t| t.items).and_then(|l| body.get(l))
    else {
        return Vec::new();
    };
    let Ok(Json::List(items)) = parse(list.as_bytes()) else {
        return Vec::new();
    };
    let item = |item: &Json<'_>| {
        let int = |name| item.get(name).and_then(Json::as_int);
        let text = |name| item.get(name).and_then(Json::as_str);
        stated(int("amount_fen"), int("amount_minor"), text("amount_text"), text("currency"))
    };
    items.iter().filter_map(item).collect()
}

fn stated(
    fen: Option<i64>,
    minor: Option<i64>,
    text: Option<&str>,
    currency: Option<&str>,
) -> Option<Amount> {
    if let Some(fen) = fen {
        return Some(Amount { value: Decimal::new(fen, 2), currency: FEN_CURRENCY.to_owned() });
    }
    let currency = currency?;
    // The text wins where both stand: it is what the source wrote.
    let value = match text.and_then(Decimal::parse) {
        Some(value) => value,
        None => Decimal::new(minor?, minor_scale(currency)),
    };
    Some(Amount { value, currency: currency.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::register::find;
    use proptest::prelude::*;

    fn sums(kind: &str, body: &str) -> Vec<String> {
        let body = Body::read(body).unwrap();
        amounts(find(kind), &body)
            .iter()
            .map(|amount| format!("{} {}", amount.value, amount.currency))
            .collect()
    }

    #[test]
    fn an_amount_is_read_in_each_of_its_forms() {
        assert_eq!(sums("fee.paid.v1", r#"{"amount_fen":12005}"#), ["120.05 CNY"]);
        assert_eq!(sums("fee.paid.v1", r#"{"amount_minor":-5,"currency":"EUR"}"#), ["-0.05 EUR"]);
        assert_eq!(sums("fee.paid.v1", r#"{"amount_minor":500,"currency":"JPY"}"#), ["500 JPY"]);
        assert_eq!(
            sums("import.activity.recorded.v1", r#"{"amount_text":"1.00386","currency":"EUR"}"#),
            ["1.00386 EUR"]
        );
        // Without a currency the number means nothing.
        assert!(sums("fee.paid.v1", r#"{"amount_minor":5}"#).is_empty());
        assert!(sums("fee.paid.v1", r#"{"amount_fen":"5"}"#).is_empty());
        assert!(sums("fee.paid.v1", "{}").is_empty());
    }

    #[test]
    fn items_are_stated_one_by_one() {
        let body = r#"{"lines":[{"amount_fen":100},{"amount_fen":250},{"note":"x"},7]}"#;
        assert_eq!(sums("fee.assessed.v1", body), ["1.00 CNY", "2.50 CNY"]);
        let body = r#"{"penalties":[{"amount_fen":100,"illegal_income_fen":9900}]}"#;
        assert_eq!(sums("penalty.decision.made.v1", body), ["1.00 CNY"]);
    }

    #[test]
    fn decimals_keep_their_digits() {
        for text in ["0", "-1", "0.10", "1999689.00386", "-0.05"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "-", "1.", ".5", "1e3", "1,000", " 1", "NaN", "1.0.0", "+1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        let long = "9".repeat(33);
        assert_eq!(Decimal::parse(&long), None);
    }

    proptest! {
        #[test]
        fn sums_are_exact(values in prop::collection::vec((any::<i64>(), 0u32..6), 0..50)) {
            let sum = values
                .iter()
                .fold(Decimal::default(), |sum, (minor, scale)| sum.plus(Decimal::new(*minor, *scale)));
            let expected: i128 = values
                .iter()
                .map(|(minor, scale)| i128::from(*minor) * 10i128.pow(6 - scale))
                .sum();
            let padded = sum.plus(Decimal::new(0, 6)).to_string().replace('.', "");
            prop_assert_eq!(padded.parse::<i128>().unwrap(), expected);
        }

        #[test]
        fn foreign_text_never_panics(text in ".{0,40}") {
            let _ = Decimal::parse(&text);
        }
    }
}
