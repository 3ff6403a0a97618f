//! The form of official identifiers (specification §4.9).
//!
//! A flaw is noted beside a fact and never keeps it out: real papers with wrong
//! check digits exist, and a ledger that refused them would hide them. What this
//! module does not know: whether an identifier was ever issued, and to whom.

mod citizen;
mod credit;
mod region;
mod service_item;

pub use citizen::citizen_id;
pub use credit::{credit_code, organisation_code};
pub use region::{RegionLevel, region_code};
pub use service_item::{BaseCode, ServiceItem, service_item};

/// What is odd about an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Characters it should have, and has.
    Length { expected: usize, found: usize },
    /// A character, counted from 1, that the standard does not use there.
    Character { at: usize, found: char },
    /// The check character does not follow from the others.
    CheckCharacter { expected: char, found: char },
    /// The organisation code inside a credit code fails its own check.
    InnerCheckCharacter { expected: char, found: char },
    /// No such day, or a day after the one asked about.
    BirthDate,
}

impl Flaw {
    /// As scripts read it.
    pub fn code(self) -> &'static str {
        match self {
            Flaw::Length { .. } => "length",
            Flaw::Character { .. } => "character",
            Flaw::CheckCharacter { .. } => "check-character",
            Flaw::InnerCheckCharacter { .. } => "inner-check-character",
            Flaw::BirthDate => "birth-date",
        }
    }

    pub fn zh(self) -> String {
        match self {
            Flaw::Length { expected, found } => format!("应为 {expected} 位,实为 {found} 位"),
            Flaw::Character { at, found } => format!("第 {at} 位不应为“{found}”"),
            Flaw::CheckCharacter { expected, found } => {
                format!("校验码应为“{expected}”,实为“{found}”")
            }
            Flaw::InnerCheckCharacter { expected, found } => {
                format!("主体标识码的校验码应为“{expected}”,实为“{found}”")
            }
            Flaw::BirthDate => "出生日期不成立".to_owned(),
        }
    }

    pub fn en(self) -> String {
        match self {
            Flaw::Length { expected, found } => {
                format!("has {found} characters where {expected} are due")
            }
            Flaw::Character { at, found } => format!("character {at} cannot be “{found}”"),
            Flaw::CheckCharacter { expected, found } => {
                format!("the check character is “{found}” where “{expected}” follows")
            }
            Flaw::InnerCheckCharacter { expected, found } => format!(
                "the organisation code's check character is “{found}” where “{expected}” follows"
            ),
            Flaw::BirthDate => "the date of birth cannot be".to_owned(),
        }
    }
}

/// The characters of `text` if there are `N` and each is one that `allowed`
/// names for its place, counted from 0; else every flaw found.
fn characters<const N: usize>(
    text: &str,
    allowed: impl Fn(usize, char) -> bool,
) -> Result<[char; N], Vec<Flaw>> {
    let all: Vec<char> = text.chars().collect();
    let Ok(characters) = <[char; N]>::try_from(all.as_slice()) else {
        return Err(vec![Flaw::Length { expected: N, found: all.len() }]);
    };
    let wrong = characters.iter().enumerate().filter(|(at, c)| !allowed(*at, **c));
    let flaws: Vec<Flaw> =
        wrong.map(|(at, &found)| Flaw::Character { at: at + 1, found }).collect();
    if flaws.is_empty() { Ok(characters) } else { Err(flaws) }
}
