//! FORMAT.md §5: checkpoints as signed notes.

use super::sha256;
use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

fn key_id(name: &str, public: &[u8]) -> [u8; 4] {
    let hash = sha256(&[name.as_bytes(), b"\n\x01", public].concat());
    [hash[0], hash[1], hash[2], hash[3]]
}

fn public(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// `name+hex(id)+base64(01 ‖ public key)`.
pub fn vkey(name: &str, seed: &[u8; 32]) -> String {
    let public = public(seed);
    let id = super::hex(&key_id(name, &public));
    format!("{name}+{id}+{}", Base64::encode_string(&[&[1], &public[..]].concat()))
}

/// The text that a checkpoint signs.
pub fn text(origin: &str, size: u64, root: &[u8; 32]) -> String {
    format!("{origin}\n{size}\n{}\n", Base64::encode_string(root))
}

/// A text with a signature under it.
pub fn sign(text: &str, name: &str, seed: &[u8; 32]) -> String {
    let signature = SigningKey::from_bytes(seed).sign(text.as_bytes()).to_bytes();
    let id = key_id(name, &public(seed));
    format!("{text}\n— {name} {}\n", Base64::encode_string(&[&id[..], &signature].concat()))
}

/// Name and bytes of a signature line without its end.
fn signature_line(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, data) = line.strip_prefix("— ")?.split_once(' ')?;
    let data = Base64::decode_vec(data).ok()?;
    let named = !name.is_empty() && !name.chars().any(|c| c == '+' || c.is_whitespace());
    (named && data.len() > 4).then_some((name, data))
}

/// The text of a note with a good signature of the key, whatever it says.
pub fn signed_text(note: &str, vkey: &str) -> Result<String, &'static str> {
    let mut parts = vkey.splitn(3, '+');
    let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("key-form");
    };
    let key = Base64::decode_vec(key).map_err(|_| "key-form")?;
    let [1, public @ ..] = &key[..] else { return Err("key-form") };
    let id = key_id(name, public);
    let public: [u8; 32] = public.try_into().map_err(|_| "key-form")?;
    let public = VerifyingKey::from_bytes(&public).map_err(|_| "key-form")?;
    let (text, lines) = note.split_once("\n\n").ok_or("note-form")?;
    let text = format!("{text}\n");
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err("note-form");
    }
    let lines = lines.strip_suffix('\n').ok_or("note-form")?.split('\n').map(signature_line);
    let lines: Vec<(&str, Vec<u8>)> = lines.collect::<Option<_>>().ok_or("note-form")?;
    let own = lines.iter().filter(|(named, data)| *named == name && data[..4] == id);
    let mut found = Err("note-unsigned");
    for (_, data) in own {
        let signature = Signature::from_slice(&data[4..]).map_err(|_| "note-signature")?;
        public.verify(text.as_bytes(), &signature).map_err(|_| "note-signature")?;
        found = Ok(text.clone());
    }
    found
}

/// Reads a checkpoint under a key: size and root.
pub fn read(note: &str, vkey: &str) -> Result<(u64, [u8; 32]), &'static str> {
    let (before, _) = note.split_once("\n\n").ok_or("note-form")?;
    let lines: Vec<&str> = before.split('\n').collect();
    let [origin, size, root] = lines[..] else { return Err("note-form") };
    let plain = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
    if origin.is_empty() || !plain || size.len() > 1 && size.starts_with('0') {
        return Err("note-form");
    }
    let size = size.parse().map_err(|_| "note-form")?;
    let root = Base64::decode_vec(root).map_err(|_| "note-form")?;
    let root = root.try_into().map_err(|_| "note-form")?;
    if vkey.split('+').next() != Some(origin) {
        return Err("note-origin");
    }
    signed_text(note, vkey)?;
    Ok((size, root))
}
