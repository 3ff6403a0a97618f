//! What a log holds, as a terminal may show it: whoever files an application must not
//! move an investigator's cursor, nor turn around what stands in a line.
//!
//! What this file does not know: what is shown, and to whom.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with control characters other than line ends and tabs, and with those that
/// change the direction of writing (UAX #9), written as JSON writes them: `\u001b`. So
/// JSON stays the JSON that it was.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for sign in text.chars() {
        if acts(sign) {
            let _ = write!(out, "\\u{:04x}", u32::from(sign));
        } else {
            out.push(sign);
        }
    }
    Cow::Owned(out)
}

/// Whether a terminal does something with it instead of showing it.
fn acts(sign: char) -> bool {
    let turns = matches!(sign, '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || sign.is_control() && !matches!(sign, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("市局\t甲\n"), "市局\t甲\n");
        assert_eq!(visible("a\u{1b}[2Jb\u{9b}31m\r"), "a\\u001b[2Jb\\u009b31m\\u000d");
        assert_eq!(visible("\u{202e}卡\u{2066}"), "\\u202e卡\\u2066");
    }
}
