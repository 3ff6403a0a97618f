//! 统一社会信用代码 (GB 32100-2015) and the 组织机构代码 (GB 11714) inside it.

use super::{Flaw, characters};

/// Index is value; I, O, S, V and Z are left out.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

fn value(c: char) -> Option<u32> {
    ALPHABET.chars().position(|known| known == c).and_then(|at| u32::try_from(at).ok())
}

/// Flaws of a unified social credit code of 18 characters: authority, kind,
/// region (6 digits), organisation code (9), check character.
pub fn credit_code(text: &str) -> Vec<Flaw> {
    let allowed = |at, c: char| match at {
        2..=7 => c.is_ascii_digit(),
        _ => value(c).is_some(),
    };
    let code: [char; 18] = match characters(text, allowed) {
        Ok(code) => code,
        Err(flaws) => return flaws,
    };
    let sum: u32 =
        code.iter().zip(WEIGHTS).map(|(&c, weight)| value(c).unwrap_or(0) * weight).sum();
    let check = (31 - sum % 31) % 31;
    let expected = ALPHABET.chars().nth(check as usize).unwrap_or('0');
    let mut flaws = Vec::new();
    let [.., found] = code;
    if found != expected {
        flaws.push(Flaw::CheckCharacter { expected, found });
    }
    let [_, _, _, _, _, _, _, _, inner @ .., _] = code;
    if let Some((expected, found)) = inner_check(inner) {
        flaws.push(Flaw::InnerCheckCharacter { expected, found });
    }
    flaws
}

/// Flaws of an organisation code of 9 characters, with or without the hyphen
/// before its check character.
pub fn organisation_code(text: &str) -> Vec<Flaw> {
    let plain = match text.split_once('-') {
        Some((body, check)) if check.chars().count() == 1 => format!("{body}{check}"),
        _ => text.to_owned(),
    };
    let allowed = |_, c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    match characters(&plain, allowed) {
        Ok(code) => inner_check(code)
            .map(|(expected, found)| Flaw::CheckCharacter { expected, found })
            .into_iter()
            .collect(),
        Err(flaws) => flaws,
    }
}

/// The check character that follows and the one that stands there, if they differ.
fn inner_check(code: [char; 9]) -> Option<(char, char)> {
    let digit = |c: char| c.to_digit(36).unwrap_or(0);
    let sum: u32 = code.iter().zip(INNER_WEIGHTS).map(|(&c, weight)| digit(c) * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    let [.., found] = code;
    (found != expected).then_some((expected, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VALID: [&str; 3] = ["91350100M000100Y43", "91110000600037341L", "12441500196720244T"];

    #[test]
    fn the_specifications_codes_have_no_flaw() {
        for code in VALID {
            assert_eq!(credit_code(code), [], "{code}");
            assert_eq!(organisation_code(&code[8..17]), [], "{code}");
        }
        assert_eq!(organisation_code("M000100Y-4"), []);
        assert_eq!(organisation_code("600037341"), []);
    }

    #[test]
    fn flaws_say_what_and_where() {
        assert_eq!(credit_code("9135"), [Flaw::Length { expected: 18, found: 4 }]);
        assert_eq!(
            credit_code("9I3501O0M000100Y43"),
            [Flaw::Character { at: 2, found: 'I' }, Flaw::Character { at: 7, found: 'O' }]
        );
        assert_eq!(
            credit_code("91350100M000100Y44"),
            [Flaw::CheckCharacter { expected: '3', found: '4' }]
        );
        assert_eq!(
            organisation_code("M000100Y5"),
            [Flaw::CheckCharacter { expected: '4', found: '5' }]
        );
        let both = credit_code("91350100M000100Y53");
        assert!(both.contains(&Flaw::InnerCheckCharacter { expected: '4', found: '5' }));
        assert_eq!(both.len(), 2);
    }

    proptest! {
        /// One mistyped character never passes: 31 is prime and no weight is 0.
        #[test]
        fn one_wrong_character_is_seen(which in 0usize..3, at in 0usize..18, other in 0usize..31) {
            let mut code: Vec<char> = VALID[which].chars().collect();
            let other = ALPHABET.chars().nth(other).unwrap();
            prop_assume!(code[at] != other);
            code[at] = other;
            prop_assert_ne!(credit_code(&code.iter().collect::<String>()), vec![]);
        }

        #[test]
        fn foreign_text_never_panics(text in "\\PC{0,20}") {
            let _ = credit_code(&text);
            let _ = organisation_code(&text);
        }
    }
}
