//! Cells that spreadsheets would run or mangle.

use std::borrow::Cow;

/// A cell that no spreadsheet takes for a formula: texts that begin with `=`,
/// `+`, `-`, `@`, a tab or a carriage return get an apostrophe in front. Plain
/// numbers, negative ones too, stay as they are.
pub fn defused(text: &str) -> Cow<'_, str> {
    let first =
        text.trim_start_matches([' ', '\u{feff}']).chars().next().map(super::amount::half_width);
    let risky = matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n'));
    if risky && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// True for codes that a spreadsheet would change on opening: it drops leading
/// zeros and keeps fifteen digits.
pub fn is_fragile_code(text: &str) -> bool {
    let digits = text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit());
    digits && (text.len() > 11 || text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for text in ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "\r=1", "＝1", " =1", "--1", "-"] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", "-5", "-5.00", "0012", "准予", "1-2"] {
            assert_eq!(defused(text), text);
        }
    }

    #[test]
    fn codes_that_would_lose_digits_are_known() {
        for (text, fragile) in [
            ("110101199003070017", true),
            ("007", true),
            ("0", false),
            ("12345678901", false),
            ("91110000MA01234567", false),
            ("", false),
            ("0.5", false),
        ] {
            assert_eq!(is_fragile_code(text), fragile, "{text}");
        }
    }
}
