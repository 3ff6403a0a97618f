//! 公民身份号码 (GB 11643-1999).

use super::{Flaw, characters};
use crate::time::civil::parse_date;
use chrono::NaiveDate;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Flaws of a citizen's number of 18 characters: region, date of birth, serial,
/// check character. `on` is the day of the act: nobody is born after it.
pub fn citizen_id(text: &str, on: NaiveDate) -> Vec<Flaw> {
    let allowed = |at, c: char| c.is_ascii_digit() || (at == 17 && c == 'X');
    let number: [char; 18] = match characters(text, allowed) {
        Ok(number) => number,
        Err(flaws) => return flaws,
    };
    let digit = |c: char| c.to_digit(10).unwrap_or(0);
    let sum: u32 = number.iter().zip(WEIGHTS).map(|(&c, weight)| digit(c) * weight).sum();
    let expected = CHECKS.get((sum % 11) as usize).copied().unwrap_or('1');
    let [.., found] = number;
    let mut flaws = Vec::new();
    if found != expected {
        flaws.push(Flaw::CheckCharacter { expected, found });
    }
    let [_, _, _, _, _, _, y1, y2, y3, y4, m1, m2, d1, d2, ..] = number;
    let born: String = [y1, y2, y3, y4, '-', m1, m2, '-', d1, d2].into_iter().collect();
    if parse_date(&born).is_none_or(|born| born > on) {
        flaws.push(Flaw::BirthDate);
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn the_specifications_numbers_have_no_flaw() {
        for number in ["11010519491231002X", "440524188001010014"] {
            assert_eq!(citizen_id(number, on("2026-01-01")), [], "{number}");
        }
    }

    #[test]
    fn flaws_say_what_and_where() {
        let flaws = |text| citizen_id(text, on("2026-01-01"));
        assert_eq!(flaws("110105491231002"), [Flaw::Length { expected: 18, found: 15 }]);
        assert_eq!(flaws("11010519491231002x"), [Flaw::Character { at: 18, found: 'x' }]);
        assert_eq!(
            flaws("110105194912310021"),
            [Flaw::CheckCharacter { expected: 'X', found: '1' }]
        );
        assert!(flaws("11010519490231002X").contains(&Flaw::BirthDate));
        assert_eq!(citizen_id("11010519491231002X", on("1949-12-30")), [Flaw::BirthDate]);
        assert_eq!(citizen_id("11010519491231002X", on("1949-12-31")), []);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_seen(at in 0usize..17, other in 0u32..10) {
            let mut number: Vec<char> = "11010519491231002X".chars().collect();
            let other = char::from_digit(other, 10).unwrap();
            prop_assume!(number[at] != other);
            number[at] = other;
            let text: String = number.iter().collect();
            prop_assert_ne!(citizen_id(&text, on("2026-01-01")), vec![]);
        }
    }
}
