//! 行政区划代码 (GB/T 2260) and the statistical code below the county.
//!
//! Codes change: counties become districts. Which code was in force when is
//! master data; here is only the form.

use super::Flaw;

/// How far down a code reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionLevel {
    /// 省
    Province,
    /// 市
    Prefecture,
    /// 县(区)
    County,
    /// 乡镇、街道
    Township,
    /// 村、居
    Village,
}

/// The level of a code of 6 digits, or of 12 as statistics use them.
pub fn region_code(text: &str) -> Result<RegionLevel, Vec<Flaw>> {
    let found = text.chars().count();
    if found != 6 && found != 12 {
        return Err(vec![Flaw::Length { expected: 6, found }]);
    }
    let wrong = text.chars().enumerate().filter(|(_, c)| !c.is_ascii_digit());
    let flaws: Vec<Flaw> = wrong.map(|(at, found)| Flaw::Character { at: at + 1, found }).collect();
    if !flaws.is_empty() {
        return Err(flaws);
    }
    let empty = |from: usize, to: usize| {
        text.get(from..to).is_none_or(|part| part.bytes().all(|digit| digit == b'0'))
    };
    Ok(if !empty(9, 12) {
        RegionLevel::Village
    } else if !empty(6, 9) {
        RegionLevel::Township
    } else if !empty(4, 6) {
        RegionLevel::County
    } else if !empty(2, 4) {
        RegionLevel::Prefecture
    } else {
        RegionLevel::Province
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_where_the_zeros_begin() {
        for (code, level) in [
            ("990000", RegionLevel::Province),
            ("990100", RegionLevel::Prefecture),
            ("990101", RegionLevel::County),
            ("990101000000", RegionLevel::County),
            ("990101002000", RegionLevel::Township),
            ("990101002013", RegionLevel::Village),
        ] {
            assert_eq!(region_code(code), Ok(level), "{code}");
        }
    }

    #[test]
    fn what_is_not_digits_is_flawed() {
        assert_eq!(region_code("99010"), Err(vec![Flaw::Length { expected: 6, found: 5 }]));
        assert_eq!(region_code("9901O1"), Err(vec![Flaw::Character { at: 5, found: 'O' }]));
        assert!(region_code("九九零一零零").is_err());
    }
}
