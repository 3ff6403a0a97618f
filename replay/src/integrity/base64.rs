//! Base64 (RFC 4648): with padding as signed notes and proofs have it (§4), and the
//! address-safe alphabet without padding of disclosures (§5).
//!
//! One text for one sequence of bytes: a sign outside the alphabet, missing or
//! superfluous padding and bits left over that are not zero are refused (§3.5), or
//! two notes that differ would be the same signature. What is encoded is public, so
//! the time taken may depend on it.

/// The text is not Base64 of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64;

impl std::fmt::Display for NotBase64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("不是 Base64 / not Base64")
    }
}

impl std::error::Error for NotBase64 {}

/// RFC 4648 §4, padded.
pub struct Base64;

/// RFC 4648 §5, without padding.
pub struct Base64UrlUnpadded;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ADDRESS_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Base64 {
    pub fn encode_string(bytes: &[u8]) -> String {
        let mut out = encode(STANDARD, bytes);
        while !out.len().is_multiple_of(4) {
            out.push('=');
        }
        out
    }

    /// # Errors
    ///
    /// The text is not what [`Base64::encode_string`] writes of any bytes.
    pub fn decode_vec(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64> {
        let text = text.as_ref();
        if !text.len().is_multiple_of(4) {
            return Err(NotBase64);
        }
        let padding = text.iter().rev().take(2).take_while(|&&sign| sign == b'=').count();
        decode(STANDARD, &text[..text.len() - padding])
    }
}

impl Base64UrlUnpadded {
    pub fn encode_string(bytes: &[u8]) -> String {
        encode(ADDRESS_SAFE, bytes)
    }

    /// # Errors
    ///
    /// The text is not what [`Base64UrlUnpadded::encode_string`] writes of any bytes.
    pub fn decode_vec(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64> {
        decode(ADDRESS_SAFE, text.as_ref())
    }
}

fn encode(alphabet: &[u8; 64], bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for sign in 0..=group.len() {
            let six = (bits >> (18 - 6 * sign)) & 0x3f;
            out.push(char::from(alphabet[six as usize]));
        }
    }
    out
}

fn decode(alphabet: &[u8; 64], text: &[u8]) -> Result<Vec<u8>, NotBase64> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0;
        for &sign in group {
            let six = alphabet.iter().position(|&known| known == sign).ok_or(NotBase64)?;
            bits = bits << 6 | six as u32;
        }
        bits <<= 6 * (4 - group.len());
        let bytes = bits.to_be_bytes();
        // Two signs hold one byte and four bits more, three hold two and two more.
        let (held, left) = bytes[1..].split_at(group.len() - 1);
        if group.len() == 1 || left.iter().any(|&byte| byte != 0) {
            return Err(NotBase64);
        }
        out.extend_from_slice(held);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::Encoding;
    use proptest::prelude::*;

    /// RFC 4648 §10.
    #[test]
    fn vectors_of_the_rfc() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(Base64::encode_string(bytes.as_bytes()), text);
            assert_eq!(Base64::decode_vec(text).as_deref(), Ok(bytes.as_bytes()));
        }
        assert_eq!(Base64UrlUnpadded::encode_string(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn one_text_for_one_sequence_of_bytes() {
        for text in
            ["Zh==", "Zm9=", "Zg=", "Zg", "Z===", "Z", "====", "Zm9v\n", "Zm9v====", "Zm-_", "Zm=v"]
        {
            assert_eq!(Base64::decode_vec(text), Err(NotBase64), "{text}");
        }
        for text in ["Zh", "Zm9", "Zg==", "Z", "Zm+/"] {
            assert_eq!(Base64UrlUnpadded::decode_vec(text), Err(NotBase64), "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_library(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let text = base64ct::Base64::encode_string(&bytes);
            prop_assert_eq!(&Base64::encode_string(&bytes), &text);
            prop_assert_eq!(Base64::decode_vec(&text), Ok(bytes.clone()));
            let text = base64ct::Base64UrlUnpadded::encode_string(&bytes);
            prop_assert_eq!(&Base64UrlUnpadded::encode_string(&bytes), &text);
            prop_assert_eq!(Base64UrlUnpadded::decode_vec(&text), Ok(bytes));
        }

        /// Signs of both alphabets, padding and some that are of neither.
        #[test]
        fn refuses_what_a_library_refuses(text in "[A-D/+_=-]{0,9}") {
            let theirs = base64ct::Base64::decode_vec(&text).ok();
            prop_assert_eq!(Base64::decode_vec(&text).ok(), theirs);
            let theirs = base64ct::Base64UrlUnpadded::decode_vec(&text).ok();
            prop_assert_eq!(Base64UrlUnpadded::decode_vec(&text).ok(), theirs);
        }
    }
}
