//! ML-DSA-44 (FIPS 204) as c2sp.org/tlog-cosignature has it: what is signed is the
//! tree, not the note's text. Signed without drawn randomness, so that the same
//! head is always signed with the same bytes.

use ml_dsa::signature::{Keypair, Signer, Verifier};
use ml_dsa::{MlDsa44, Signature, SigningKey, VerifyingKey};
use plumbline_replay::integrity::checkpoint::Checkpoint;

/// Bytes of a public key.
pub const PUBLIC_BYTES: usize = 1312;
/// Bytes of a signature after its moment.
const SIGNATURE_BYTES: usize = 2420;

fn key(seed: &[u8; 32]) -> SigningKey<MlDsa44> {
    SigningKey::<MlDsa44>::from_seed(&(*seed).into())
}

/// The public key of a seed.
pub fn public(seed: &[u8; 32]) -> Vec<u8> {
    key(seed).verifying_key().encode().to_vec()
}

/// `cosigned_message`; `None` if a name has no byte or more than 255. A moment of 0
/// states nothing about when.
fn message(name: &str, seconds: u64, checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    let mut out = b"subtree/v1\n\0".to_vec();
    let text = |out: &mut Vec<u8>, text: &str| {
        let length = u8::try_from(text.len()).ok().filter(|length| *length > 0)?;
        out.push(length);
        out.extend_from_slice(text.as_bytes());
        Some(())
    };
    text(&mut out, name)?;
    out.extend_from_slice(&seconds.to_be_bytes());
    text(&mut out, &checkpoint.origin)?;
    out.extend_from_slice(&0u64.to_be_bytes());
    out.extend_from_slice(&checkpoint.size.to_be_bytes());
    out.extend_from_slice(&checkpoint.root.0);
    Some(out)
}

/// `timestamped_signature` of a head, with the moment 0: a log states its tree, not
/// that nobody has seen a larger one.
pub fn sign(seed: &[u8; 32], name: &str, checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    let signature = sign_message(seed, &message(name, 0, checkpoint)?)?;
    Some([&0u64.to_be_bytes()[..], &signature].concat())
}

/// The signature of any bytes, with an empty context.
pub fn sign_message(seed: &[u8; 32], message: &[u8]) -> Option<Vec<u8>> {
    let signature: Signature<MlDsa44> = key(seed).try_sign(message).ok()?;
    Some(signature.encode().to_vec())
}

/// Whether a `timestamped_signature` is of this key over this head.
pub fn verify(
    public: &[u8; PUBLIC_BYTES],
    name: &str,
    checkpoint: &Checkpoint,
    stamped: &[u8],
) -> bool {
    let Some((seconds, signature)) = stamped.split_first_chunk::<8>() else { return false };
    let Some(message) = message(name, u64::from_be_bytes(*seconds), checkpoint) else {
        return false;
    };
    let signature: Option<&[u8; SIGNATURE_BYTES]> = signature.try_into().ok();
    let signature = signature.and_then(|bytes| Signature::<MlDsa44>::decode(&(*bytes).into()));
    let key = VerifyingKey::<MlDsa44>::decode(&(*public).into());
    signature.is_some_and(|signature| key.verify(&message, &signature).is_ok())
}
