//! What a log promises with a receipt: this entry, with this hash, stands at this
//! position for ever. Signed, the promise binds whoever holds the log's key.

use super::base64::Base64;
use super::chain::Digest;
use super::checkpoint::{SigningKey, VerifyingKey};
use super::note::NoteError;

/// The promise of one receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise<'a> {
    /// The log's origin.
    pub origin: &'a str,
    /// The submitter's event id.
    pub id: &'a str,
    pub position: u64,
    /// BLAKE3 of the entry.
    pub hash: Digest,
}

impl Promise<'_> {
    /// The text that is signed. Its first line is no origin of a log, and a
    /// checkpoint has three lines: neither can be taken for the other.
    pub fn text(&self) -> String {
        let Promise { origin, id, position, hash } = self;
        format!("plumbline receipt v1\n{origin}\n{id}\n{position}\n{hash}\n")
    }

    /// Base64 of the key's id and its signature.
    pub fn sign(&self, key: &SigningKey) -> String {
        Base64::encode_string(&key.sign_text(&self.text()))
    }

    /// Checks [`Promise::sign`].
    ///
    /// # Errors
    ///
    /// [`NoteError::Unsigned`] if another key signed: nothing is proved.
    /// [`NoteError::BadSignature`] if it does not fit: this is not what was signed.
    pub fn verify(&self, key: &VerifyingKey, signature: &str) -> Result<(), NoteError> {
        if key.name() != self.origin {
            let (found, expected) = (self.origin.to_owned(), key.name().to_owned());
            return Err(NoteError::Origin { found, expected });
        }
        // A line end in a member would let one promise be read as another.
        if [self.origin, self.id].iter().any(|text| text.contains('\n')) {
            return Err(NoteError::Malformed("a line end in a receipt's member"));
        }
        let signed = Base64::decode_vec(signature);
        let signed = signed.map_err(|_| NoteError::Malformed("the signature is not base64"))?;
        key.verify_text(&self.text(), &signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_binds_each_of_its_parts() {
        let key = SigningKey::from_seed("city.example/open", [7; 32]);
        let public = VerifyingKey::parse(&key.vkey()).unwrap();
        let hash = Digest([9; 32]);
        let promise = Promise { origin: "city.example/open", id: "e-1", position: 5, hash };
        let signature = promise.sign(&key);
        assert_eq!(promise.verify(&public, &signature), Ok(()));
        let bad = |changed: &Promise<'_>| changed.verify(&public, &signature).unwrap_err();
        for changed in [
            Promise { id: "e-2", ..promise.clone() },
            Promise { position: 6, ..promise.clone() },
            Promise { hash: Digest([8; 32]), ..promise.clone() },
        ] {
            assert!(matches!(bad(&changed), NoteError::BadSignature(_)), "{changed:?}");
        }
        let other = Promise { origin: "city.example/sealed", ..promise.clone() };
        assert!(matches!(bad(&other), NoteError::Origin { .. }));
        let lines = Promise { id: "e-1\n5", ..promise.clone() };
        assert!(matches!(bad(&lines), NoteError::Malformed(_)));
        let stranger = SigningKey::from_seed("city.example/open", [8; 32]);
        let foreign = promise.verify(&public, &promise.sign(&stranger));
        assert!(matches!(foreign, Err(NoteError::Unsigned(_))));
        assert!(promise.verify(&public, "!").is_err() && promise.verify(&public, "").is_err());
    }
}
