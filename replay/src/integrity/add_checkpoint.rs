//! What a log sends to a witness (c2sp.org/tlog-witness): the size that the witness
//! knows, the proof that the log continues it, and the new checkpoint.

use super::base64::Base64;
use super::chain::Digest;

/// Most hashes of a proof: more would be of a tree larger than any.
const HASHES_MAX: usize = 63;

/// A request as its text says it; nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    pub old: u64,
    pub proof: Vec<Digest>,
    /// The checkpoint with its signatures.
    pub note: String,
}

impl AddCheckpoint {
    /// Reads a request's body; `None` if it is none.
    pub fn parse(body: &str) -> Option<AddCheckpoint> {
        let (head, note) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = lines.next()?.strip_prefix("old ")?;
        let plain = !old.is_empty() && old.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || (old.len() > 1 && old.starts_with('0')) {
            return None;
        }
        let hash = |line: &str| Some(Digest(Base64::decode_vec(line).ok()?.try_into().ok()?));
        let proof: Vec<Digest> = lines.map(hash).collect::<Option<_>>()?;
        let old = old.parse().ok()?;
        (proof.len() <= HASHES_MAX).then(|| AddCheckpoint { old, proof, note: note.to_owned() })
    }
}

impl std::fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", Base64::encode_string(&hash.0))?;
        }
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_one_form() {
        let request = AddCheckpoint {
            old: 5,
            proof: vec![Digest([7; 32]); 2],
            note: "a\n5\nb\n\nc\n".into(),
        };
        let text = request.to_string();
        assert_eq!(AddCheckpoint::parse(&text), Some(request));
        let long = AddCheckpoint { old: 0, proof: vec![Digest([7; 32]); 64], note: String::new() };
        assert_eq!(AddCheckpoint::parse(&long.to_string()), None);
        for bad in [
            "",
            "old 05\n\nx",
            "old\n\nx",
            "old -1\n\nx",
            "old +1\n\nx",
            "old 1\nx\n\nx",
            "Old 1\n\nx",
            "old 99999999999999999999\n\nx",
            "old 1\n",
            "old 1 \n\nx",
        ] {
            assert_eq!(AddCheckpoint::parse(bad), None, "{bad}");
        }
        assert_eq!(AddCheckpoint::parse("old 0\n\nx").map(|request| request.proof.len()), Some(0));
    }
}
