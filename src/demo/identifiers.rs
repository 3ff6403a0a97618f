//! Identifiers as the city issues them, valid by their check characters
//! (specification §4.9), in a region code that belongs to nobody.

use super::moment::Moment;
use super::prng::Draw;

/// GB 32100-2015: digits and letters without I, O, S, V, Z.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// 统一社会信用代码 (GB 32100-2015): `prefix` names registrar and kind (`11`
/// organ, `12` institution, `91` enterprise, `92` sole trader, `93` cooperative).
pub(super) fn uscc(prefix: &str, region: &str, serial: u32) -> String {
    let organisation = format!("{:08}", serial % 100_000_000);
    let mut code = format!("{prefix}{region}{organisation}{}", organisation_check(&organisation));
    let sum: u32 = code.bytes().zip(USCC_WEIGHTS).map(|(byte, weight)| place(byte) * weight).sum();
    code.push(char::from(USCC_ALPHABET[((31 - sum % 31) % 31) as usize]));
    code
}

fn place(byte: u8) -> u32 {
    USCC_ALPHABET.iter().position(|known| *known == byte).unwrap_or(0) as u32
}

/// GB 11714: the check character of an organisation code of eight digits.
fn organisation_check(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .zip(ORGANISATION_WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        check => char::from(b'0' + check as u8),
    }
}

/// 公民身份号码 (GB 11643-1999) of nobody: no person has a number of region 9901.
pub(super) fn citizen_number(region: &str, draw: &mut Draw) -> String {
    let year = draw.between(1958, 2003);
    let (month, day) = (draw.between(1, 12), draw.between(1, 28));
    let mut number = format!("{region}{year}{month:02}{day:02}{:03}", draw.below(1000));
    let sum: u32 = number
        .bytes()
        .zip(CITIZEN_WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    number.push(char::from(b"10X98765432"[(sum % 11) as usize]));
    number
}

/// What stands after the kind: `0417` of `officer/0417`.
pub(super) fn local_part(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, local)| local)
}

/// A telephone number of the right length that no network has given out: mobile
/// numbers begin with 13 to 19.
pub(super) fn phone(draw: &mut Draw) -> String {
    format!("12{}", draw.digits(9))
}

/// A UUID with the form of version 7 (RFC 9562 §5.7): the act's minute in
/// milliseconds, then drawn bits.
pub(super) fn event_id(at: Moment, draw: &mut Draw) -> String {
    let millis = (at.micros() / 1000) as u64 + draw.below(60_000);
    let (high, low) = (draw.next() & 0xfff, draw.next());
    let variant = 0x8000 | (low >> 48 & 0x3fff);
    format!(
        "{:08x}-{:04x}-7{high:03x}-{variant:04x}-{:012x}",
        millis >> 16,
        millis & 0xffff,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_replay::identifier::{citizen_id, credit_code};
    use plumbline_replay::time::civil::parse_date;

    #[test]
    fn credit_codes_carry_both_check_characters() {
        for serial in 0..500 {
            let code = uscc("91", "990100", serial * 7919);
            assert_eq!(credit_code(&code), [], "{code}");
        }
    }

    #[test]
    fn citizen_numbers_have_a_valid_check_digit() {
        let begins = parse_date("2024-07-01").unwrap();
        let mut draw = Draw::new(42, "citizen", 0);
        for _ in 0..200 {
            let number = citizen_number("990101", &mut draw);
            assert_eq!(citizen_id(&number, begins), [], "{number}");
        }
    }

    #[test]
    fn event_ids_are_version_7_and_sort_by_time() {
        let mut draw = Draw::new(42, "id", 0);
        let first = event_id(Moment(28_000_000), &mut draw);
        let later = event_id(Moment(28_000_001), &mut draw);
        assert!(first < later);
        let parsed = uuid::Uuid::parse_str(&first).unwrap();
        assert_eq!(parsed.get_version_num(), 7);
        assert_eq!(parsed.get_variant(), uuid::Variant::RFC4122);
    }
}
