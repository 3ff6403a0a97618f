//! Amounts: decimal text to integer minor units, exactly or not at all.

use plumbline_replay::event::amount::{Decimal as Readable, FEN_CURRENCY, minor_scale};
use plumbline_replay::integrity::json::{INTEGER_MAX, Json};

/// Digits of an amount that are read; more are refused as no amount of money.
const DIGITS_MAX: usize = 30;

/// A decimal number without rounding: `sign · digits · 10^-scale`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// ASCII digits without leading zeros; empty for zero.
    digits: String,
    /// Digits after the point, without trailing zeros.
    scale: usize,
}

/// An amount as an entry holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Integer minor units of the currency.
    Minor(i64),
    /// More decimals than the currency has: the exact text.
    MoreDecimals(String),
    /// More minor units than JSON carries exactly (2^53 − 1): the exact text.
    BeyondRange(String),
}

impl Decimal {
    /// Reads `-1234.50` or `1.5E-3`; full-width digits count as digits.
    /// `None` for anything else, `NaN`, blanks and thousands separators included.
    pub fn parse(text: &str) -> Option<Decimal> {
        let plain: String = text.trim().chars().map(half_width).collect();
        let (mantissa, exponent) = match plain.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (plain.as_str(), 0),
        };
        let (negative, unsigned) = match mantissa.as_bytes().first()? {
            b'-' => (true, mantissa.get(1..)?),
            b'+' => (false, mantissa.get(1..)?),
            _ => (false, mantissa),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let scale = i32::try_from(fraction.len()).ok()?;
        Decimal::assemble(negative, digits, scale.checked_sub(exponent)?)
    }

    fn assemble(negative: bool, mut digits: String, mut scale: i32) -> Option<Decimal> {
        while scale > 0 && digits.ends_with('0') {
            digits.pop();
            scale -= 1;
        }
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits: String::new(), scale: 0 });
        }
        let trailing = usize::try_from(-scale).unwrap_or(0);
        if digits.len() + trailing > DIGITS_MAX || scale > DIGITS_MAX as i32 {
            return None;
        }
        Some(Decimal {
            negative,
            digits: format!("{digits}{}", "0".repeat(trailing)),
            scale: usize::try_from(scale).unwrap_or(0),
        })
    }

    /// The number times 10^`places`.
    pub fn shifted(&self, places: u8) -> Option<Decimal> {
        let scale = i32::try_from(self.scale).ok()? - i32::from(places);
        Decimal::assemble(self.negative, self.digits.clone(), scale)
    }

    /// The amount in minor units of a currency (ISO 4217). `None` if it has more
    /// digits than readers of entries add up.
    pub fn amount(&self, currency: &str) -> Option<Amount> {
        let exponent = minor_scale(currency) as usize;
        let text = self.to_string();
        Readable::parse(&text)?;
        if self.scale > exponent {
            return Some(Amount::MoreDecimals(text));
        }
        let zeros = if self.digits.is_empty() { 0 } else { exponent - self.scale };
        let minor = format!("0{}{}", self.digits, "0".repeat(zeros)).parse::<i64>();
        Some(match minor {
            Ok(minor) if minor <= INTEGER_MAX => {
                Amount::Minor(if self.negative { -minor } else { minor })
            }
            _ => Amount::BeyondRange(text),
        })
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let padded = format!("{:0>width$}", self.digits, width = self.scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - self.scale);
        let sign = if self.negative { "-" } else { "" };
        match fraction {
            "" => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

/// Full-width forms (U+FF01–U+FF5E) as the ASCII they stand for.
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

impl Amount {
    /// Sets `<member>_fen` for yuan, `<member>_minor` with `currency` for others;
    /// where that would lose something, `<member>_text` with `<member>_flag`.
    pub fn write(&self, member: &str, currency: &str, body: &mut Json<'static>) {
        let (text, flag) = match self {
            Amount::Minor(minor) if currency == FEN_CURRENCY => {
                body.set(format!("{member}_fen"), Json::Int(*minor));
                return;
            }
            Amount::Minor(minor) => {
                body.set(format!("{member}_minor"), Json::Int(*minor));
                body.set("currency", Json::text(currency.to_owned()));
                return;
            }
            Amount::MoreDecimals(text) => (text, "more-decimals"),
            Amount::BeyondRange(text) => (text, "beyond-range"),
        };
        body.set(format!("{member}_text"), Json::text(text.clone()));
        body.set(format!("{member}_flag"), Json::text(flag));
        body.set("currency", Json::text(currency.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Decimal::parse(text).unwrap().amount("EUR").unwrap()
    }

    #[test]
    fn amounts_are_exact_or_flagged() {
        for (text, minor) in [
            ("35.0", 3500),
            ("0.0", 0),
            ("-0", 0),
            ("-12.5", -1250),
            ("71.5", 7150),
            ("+3", 300),
            ("1.5E1", 1500),
            ("1E-2", 1),
            (".5", 50),
            ("5.", 500),
            ("１２．５０", 1250),
            ("90071992547409.91", INTEGER_MAX),
        ] {
            assert_eq!(amount(text), Amount::Minor(minor), "{text}");
        }
        for text in ["157.09305", "26.85120450862128", "-0.001"] {
            assert_eq!(amount(text), Amount::MoreDecimals(text.to_owned()));
        }
        assert_eq!(amount("1.5E-3"), Amount::MoreDecimals("0.0015".to_owned()));
        assert_eq!(
            amount("90071992547409.92"),
            Amount::BeyondRange("90071992547409.92".to_owned())
        );
    }

    #[test]
    fn what_is_not_a_number_is_not_an_amount() {
        for text in [
            "",
            " ",
            "NaN",
            "INF",
            "1,234.50",
            "¥5",
            "5元",
            "1.2.3",
            "--5",
            "1E",
            "1E999999999",
            "1E31",
            "1E-31",
            "E5",
            ".",
            "-",
            "9.11E+17x",
            "0x10",
            "٣",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ten_thousand_yuan_become_fen_exactly() {
        let wan = Decimal::parse("1.234567").unwrap().shifted(4).unwrap();
        assert_eq!(wan.to_string(), "12345.67");
        assert_eq!(wan.amount("CNY"), Some(Amount::Minor(1_234_567)));
        assert_eq!(wan.amount("JPY"), Some(Amount::MoreDecimals("12345.67".to_owned())));
        let tiny = Decimal::parse("1E-21").unwrap();
        assert_eq!(tiny.amount("EUR"), None);
    }

    proptest! {
        #[test]
        fn minor_units_spell_the_same_number(minor in -INTEGER_MAX..=INTEGER_MAX) {
            let text = format!(
                "{}{}.{:02}",
                if minor < 0 { "-" } else { "" },
                minor.unsigned_abs() / 100,
                minor.unsigned_abs() % 100
            );
            prop_assert_eq!(amount(&text), Amount::Minor(minor));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,12}") {
            if let Some(decimal) = Decimal::parse(&text) {
                prop_assert_eq!(Decimal::parse(&decimal.to_string()), Some(decimal));
            }
        }
    }
}
