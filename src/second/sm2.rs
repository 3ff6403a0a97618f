//! SM2 with SM3 (GB/T 32918.2-2016, GB/T 32905-2016), the signature as GM/T 0009
//! writes it: DER of `SEQUENCE { INTEGER r, INTEGER s }`.
//!
//! The nonce is derived from key and message as RFC 6979 does, with SM3: the same
//! text is always signed with the same bytes, and a bad source of randomness gives
//! no key away.

use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};

/// The signer's id that enters the digest (GM/T 0009-2012, 10): the default one.
pub const USER_ID: &str = "1234567812345678";
/// An uncompressed point, `04 ‖ x ‖ y`.
pub const PUBLIC_BYTES: usize = 65;
/// Bytes of one number.
const NUMBER: usize = 32;

/// The public key of a private one; `None` where the number is none (0, or not
/// below n − 1), which one in 2^32 draws is.
pub fn public(private: &[u8; NUMBER]) -> Option<[u8; PUBLIC_BYTES]> {
    let key = SigningKey::from_slice(USER_ID, private).ok()?;
    // 1 + d has no inverse at n − 1: such a key signs nothing.
    key.try_sign(b"").ok()?;
    key.verifying_key().to_sec1_bytes().as_ref().try_into().ok()
}

/// The signature of a text, in DER.
pub fn sign(private: &[u8; NUMBER], text: &[u8]) -> Option<Vec<u8>> {
    let key = SigningKey::from_slice(USER_ID, private).ok()?;
    let signature: Signature = key.try_sign(text).ok()?;
    let bytes = signature.to_bytes();
    let (r, s) = bytes.split_at_checked(NUMBER)?;
    Some(der(r, s))
}

/// Whether a signature in DER is of this key over this text.
pub fn verify(public: &[u8; PUBLIC_BYTES], text: &[u8], signature: &[u8]) -> bool {
    let raw = numbers(signature).and_then(|raw| Signature::from_slice(&raw).ok());
    let key = VerifyingKey::from_sec1_bytes(USER_ID, public).ok();
    match (key, raw) {
        (Some(key), Some(raw)) => key.verify(text, &raw).is_ok(),
        _ => false,
    }
}

fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let body = [integer(r), integer(s)].concat();
    // At most 2 · 35 bytes: one byte of length.
    [&[0x30, body.len() as u8][..], &body].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let mut digits = number.get(zeros..).unwrap_or_default().to_vec();
    // The sign, and the one digit that zero has.
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        digits.insert(0, 0);
    }
    [&[0x02, digits.len() as u8][..], &digits].concat()
}

/// The two numbers side by side. One signature has one spelling: whatever is not
/// what [`der`] writes is refused.
fn numbers(signature: &[u8]) -> Option<Vec<u8>> {
    let body = signature.get(2..)?;
    let (r, rest) = number(body)?;
    let (s, _) = number(rest)?;
    (der(&r, &s) == signature).then(|| [r, s].concat())
}

fn number(der: &[u8]) -> Option<([u8; NUMBER], &[u8])> {
    let (length, rest) = match der {
        [0x02, length, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    let (digits, rest) = rest.split_at_checked(length)?;
    let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
    let mut out = [0; NUMBER];
    let at = NUMBER.checked_sub(digits.len())?;
    out.get_mut(at..)?.copy_from_slice(digits);
    Some((out, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_one_spelling() {
        let private = [7; 32];
        let public = public(&private).unwrap();
        // Enough of them to meet numbers with leading zeros and with a set sign.
        for number in 0..300u32 {
            let text = number.to_be_bytes();
            let signature = sign(&private, &text).unwrap();
            assert!(verify(&public, &text, &signature));
            assert_eq!(sign(&private, &text).unwrap(), signature);
            assert!(!verify(&public, b"another text", &signature));
            let longer = [&signature[..], &[0]].concat();
            assert!(!verify(&public, &text, &longer));
            let mut padded = signature.clone();
            padded.insert(4, 0);
            padded[1] += 1;
            padded[3] += 1;
            assert!(!verify(&public, &text, &padded), "{number}");
        }
        for bytes in [&[][..], &[0x30], &[0x30, 0], &[0x30, 6, 2, 1, 0, 2, 1, 0]] {
            assert!(!verify(&public, b"", bytes));
        }
    }

    #[test]
    fn numbers_that_are_no_keys_are_none() {
        assert_eq!(public(&[0; 32]), None);
        assert_eq!(public(&[0xff; 32]), None);
        // n − 1 (GB/T 32918.5-2017, A.1).
        let last = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122";
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&last[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert_eq!(public(&bytes.try_into().unwrap()), None);
    }
}
