//! FORMAT.md §6: confidential members.

use super::json::{Value, read, write};
use super::{blake3, sha256};
use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// A member and where it stood.
pub struct Member<'a> {
    pub system: &'a str,
    pub id: &'a str,
    pub name: &'a str,
    pub value: Value,
    pub subject: &'a str,
}

/// What sealing gives.
pub struct Sealed {
    pub subject: [u8; 16],
    pub salt: String,
    pub disclosure: String,
    pub digest: String,
    pub nonce: [u8; 24],
    pub ciphertext: Vec<u8>,
}

fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes[..N].try_into().expect("N bytes were taken")
}

fn derived(key: &[u8; 32], label: &str, parts: &[&str]) -> [u8; 32] {
    let mut message = label.as_bytes().to_vec();
    message.push(0);
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part.as_bytes());
    }
    *::blake3::keyed_hash(key, &message).as_bytes()
}

pub fn digest(disclosure: &str) -> String {
    Base64UrlUnpadded::encode_string(&sha256(disclosure.as_bytes()))
}

pub fn seal(key: &[u8; 32], member: &Member<'_>) -> Sealed {
    let subject = blake3(&[b"plumbline subject v1\0", member.subject.as_bytes()].concat());
    let salt = derived(key, "plumbline salt v1", &[member.system, member.id, member.name]);
    let salt = Base64UrlUnpadded::encode_string(&salt[..16]);
    let name = Value::Text(member.name.to_owned());
    let list = Value::List(vec![Value::Text(salt.clone()), name, member.value.clone()]);
    let disclosure = Base64UrlUnpadded::encode_string(write(&list).as_bytes());
    let digest = digest(&disclosure);
    let nonce = first::<24>(&derived(key, "plumbline nonce v1", &[&digest]));
    let payload = Payload { msg: disclosure.as_bytes(), aad: digest.as_bytes() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).expect("a short message");
    Sealed { subject: first(&subject), salt, disclosure, digest, nonce, ciphertext }
}

/// The record that a frame carries.
pub fn record(index: u32, class: u8, sealed: &Sealed) -> Vec<u8> {
    let length = (sealed.ciphertext.len() as u32).to_be_bytes();
    let head = [&index.to_be_bytes()[..], &sealed.subject, &[class], &sealed.nonce, &length];
    [&head.concat()[..], &sealed.ciphertext].concat()
}

/// Opens a record against a digest of the entry: name and value.
pub fn open(
    key: &[u8; 32],
    record: &[u8],
    digest_there: &str,
) -> Result<(String, Value), &'static str> {
    let refused = "disclosure";
    let length = record.get(45..49).ok_or(refused)?;
    let length = u32::from_be_bytes(first(length)) as usize;
    let ciphertext = record.get(49..).filter(|rest| rest.len() == length).ok_or(refused)?;
    let payload = Payload { msg: ciphertext, aad: digest_there.as_bytes() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let plain = cipher.decrypt(&XNonce::from(first::<24>(&record[21..45])), payload);
    let text = String::from_utf8(plain.map_err(|_| refused)?).map_err(|_| refused)?;
    if digest(&text) != digest_there {
        return Err(refused);
    }
    let list = Base64UrlUnpadded::decode_vec(&text).map_err(|_| refused)?;
    match read(&list)? {
        Value::List(items) => match &items[..] {
            [Value::Text(_), Value::Text(name), value] => Ok((name.clone(), value.clone())),
            _ => Err(refused),
        },
        _ => Err(refused),
    }
}
