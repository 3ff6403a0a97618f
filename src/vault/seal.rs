//! Sealing one member: its digest goes into the entry, its disclosure is
//! encrypted under the subject's key (RFC 9901 §4.2, design §7).
//!
//! Salt and nonce are derived from the subject's key, the event and the member,
//! so that the same submission always seals to the same bytes and idempotency
//! can compare them; without the key neither can be guessed.

use super::keys::{SubjectId, SubjectKey};
use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use plumbline_replay::integrity::json::Json;
use sha2::{Digest as _, Sha256};

const NONCE_BYTES: usize = 24;
const RECORD_HEAD_BYTES: usize = 4 + 16 + 1 + NONCE_BYTES + 4;

/// A member turned into a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What stands in `_sd`: 43 characters of base64url.
    pub digest: String,
    pub record: SealedRecord,
}

/// An encrypted disclosure as a frame carries it, less the entry's index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    pub subject: SubjectId,
    /// Code of the sensitivity class (`schemas/FORMAT.md`).
    pub class: u8,
    pub nonce: [u8; NONCE_BYTES],
    pub ciphertext: Vec<u8>,
}

impl SealedRecord {
    /// Bytes that it takes in a frame.
    pub fn frame_bytes(&self) -> usize {
        RECORD_HEAD_BYTES + self.ciphertext.len()
    }
}

/// An opened disclosure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The digest that stands in `_sd`.
    pub digest: String,
    /// The base64url text of RFC 9901, as a standard library takes it.
    pub text: String,
    pub name: String,
    pub value: Json<'static>,
}

/// The event and member a value belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub system: &'a str,
    pub id: &'a str,
    pub member: &'a str,
}

fn derive(key: &SubjectKey, label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(label);
    for part in parts {
        // Lengths keep ("a","bc") and ("ab","c") apart.
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// `base64url(SHA-256(ASCII(disclosure)))`, RFC 9901 §4.2.3.
pub fn digest_of(disclosure: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(disclosure.as_bytes()))
}

/// Seals `value`, the member `context.member` of an event.
pub fn seal_member(
    (subject, key): (SubjectId, &SubjectKey),
    class: u8,
    context: Context<'_>,
    value: Json<'_>,
) -> Sealed {
    let parts = [context.system.as_bytes(), context.id.as_bytes(), context.member.as_bytes()];
    let salt = derive(key, b"plumbline salt v1\0", &parts);
    let salt = Base64UrlUnpadded::encode_string(&salt[..16]);
    let list = Json::List(vec![Json::text(salt), Json::text(context.member.to_owned()), value]);
    let text = Base64UrlUnpadded::encode_string(&list.to_bytes());
    let digest = digest_of(&text);
    let derived = derive(key, b"plumbline nonce v1\0", &[digest.as_bytes()]);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&derived[..NONCE_BYTES]);
    let payload = Payload { msg: text.as_bytes(), aad: digest.as_bytes() };
    let ciphertext = XChaCha20Poly1305::new(&key.0.into())
        .encrypt(&XNonce::from(nonce), payload)
        .expect("XChaCha20-Poly1305 refuses only messages of 256 GiB");
    Sealed { digest, record: SealedRecord { subject, class, nonce, ciphertext } }
}

/// Appends a record to a frame's disclosures. `index` counts entries in the frame.
pub fn write_record(index: u32, record: &SealedRecord, out: &mut Vec<u8>) {
    out.extend_from_slice(&index.to_be_bytes());
    out.extend_from_slice(&record.subject);
    out.push(record.class);
    out.extend_from_slice(&record.nonce);
    out.extend_from_slice(&(record.ciphertext.len() as u32).to_be_bytes());
    out.extend_from_slice(&record.ciphertext);
}

/// Reads a frame's disclosures; `None` if the bytes are not records to the end.
pub fn parse_records(mut bytes: &[u8]) -> Option<Vec<(u32, SealedRecord)>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(RECORD_HEAD_BYTES)?;
        let index = u32::from_be_bytes(head[..4].try_into().ok()?);
        let length = u32::from_be_bytes(head[45..49].try_into().ok()?) as usize;
        let (ciphertext, rest) = rest.split_at_checked(length)?;
        out.push((
            index,
            SealedRecord {
                subject: head[4..20].try_into().ok()?,
                class: head[20],
                nonce: head[21..45].try_into().ok()?,
                ciphertext: ciphertext.to_vec(),
            },
        ));
        bytes = rest;
    }
    Some(out)
}

/// Opens a record against the digests that stand in its entry's `_sd`.
/// `None` if the key is not the right one or the record does not belong there.
pub fn open_record(
    record: &SealedRecord,
    key: &SubjectKey,
    digests: &[&str],
) -> Option<Disclosure> {
    let cipher = XChaCha20Poly1305::new(&key.0.into());
    digests.iter().find_map(|digest| {
        let payload = Payload { msg: &record.ciphertext, aad: digest.as_bytes() };
        let text = cipher.decrypt(&XNonce::from(record.nonce), payload).ok()?;
        let text = String::from_utf8(text).ok()?;
        if digest_of(&text) != **digest {
            return None;
        }
        disclosure(digest, text)
    })
}

fn disclosure(digest: &str, text: String) -> Option<Disclosure> {
    let bytes = Base64UrlUnpadded::decode_vec(&text).ok()?;
    let list = plumbline_replay::integrity::json::parse(&bytes).ok()?.into_owned();
    match list {
        Json::List(items) => match <[Json<'static>; 3]>::try_from(items).ok()? {
            [Json::Text(_), Json::Text(name), value] => {
                Some(Disclosure { digest: digest.to_owned(), text, name: name.into_owned(), value })
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::subject_id;

    fn sealed(member: &str, value: &str) -> (Sealed, SubjectKey) {
        let key = SubjectKey([7; 32]);
        let context = Context { system: "s", id: "e-1", member };
        let sealed =
            seal_member((subject_id("party/1"), &key), 1, context, Json::text(value.to_owned()));
        (sealed, key)
    }

    #[test]
    fn a_sealed_member_opens_with_its_key_and_digest_only() {
        let (sealed, key) = sealed("applicant", "张三丰");
        let open = open_record(&sealed.record, &key, &["x", &sealed.digest]).unwrap();
        assert_eq!((open.name.as_str(), open.value), ("applicant", Json::text("张三丰")));
        assert_eq!(digest_of(&open.text), sealed.digest);
        assert!(open_record(&sealed.record, &SubjectKey([8; 32]), &[&sealed.digest]).is_none());
        assert!(open_record(&sealed.record, &key, &["x"]).is_none());
    }

    #[test]
    fn sealing_twice_gives_the_same_bytes_and_another_event_another_salt() {
        let (a, key) = sealed("applicant", "张三丰");
        assert_eq!(a, sealed("applicant", "张三丰").0);
        assert_ne!(a.digest, sealed("applicant", "张三").0.digest);
        assert_ne!(a.digest, sealed("agent", "张三丰").0.digest);
        let other = Context { system: "s", id: "e-2", member: "applicant" };
        let b = seal_member((a.record.subject, &key), 1, other, Json::text("张三丰"));
        assert_ne!(a.digest, b.digest);
    }

    #[test]
    fn the_ciphertext_shows_nothing_of_the_value() {
        let (sealed, _) = sealed("phone", "13800001111");
        let mut bytes = Vec::new();
        write_record(3, &sealed.record, &mut bytes);
        assert!(!bytes.windows(5).any(|window| window == b"13800"));
        assert_eq!(parse_records(&bytes), Some(vec![(3, sealed.record)]));
        assert_eq!(parse_records(&bytes[..bytes.len() - 1]), None);
    }
}
