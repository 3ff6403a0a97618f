//! Whom to believe (c2sp.org/tlog-policy): known logs, known witnesses, and how
//! many of them make a checkpoint count as witnessed.

use super::checkpoint::VerifyingKey;
use super::cosignature::CosignerKey;
use super::note::{Note, NoteError};
use std::fmt;
use std::fmt::Write as _;

/// A policy, as its text says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifyingKey>,
    members: Vec<Member>,
    /// The member that must have witnessed; without one no witness is needed.
    quorum: Option<usize>,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Witness(CosignerKey),
    Group { least: usize, members: Vec<usize> },
}

/// What is wrong with a policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// From 1; the line after the last where something is missing.
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PolicyError { line, reason } = self;
        write!(f, "line {line}: {reason}")
    }
}

impl std::error::Error for PolicyError {}

/// How a note fares under a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Witnesses that cosigned, each with the moment in seconds since 1970 UTC.
    pub cosigned: Vec<(String, u64)>,
    /// Those that did not.
    pub missing: Vec<String>,
    /// Whether the quorum is met.
    pub met: bool,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        let mut policy = Policy { text: text.to_owned(), ..Policy::default() };
        let (mut quorum, mut used, mut last) = (None, Vec::new(), 0);
        for (index, line) in text.lines().enumerate() {
            last = index + 1;
            let error = |reason: String| PolicyError { line: index + 1, reason };
            let words: Vec<&str> =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", vkey] | ["log", vkey, _] => {
                    let key = VerifyingKey::parse(vkey).map_err(|e| error(e.to_string()))?;
                    if policy.logs.contains(&key) {
                        return Err(error("the log stands there twice".to_owned()));
                    }
                    policy.logs.push(key);
                }
                ["witness", name, vkey] | ["witness", name, vkey, _] => {
                    let key = CosignerKey::parse(vkey).map_err(|e| error(e.to_string()))?;
                    policy.add_witness(name, key).map_err(error)?;
                }
                ["group", name, least, members @ ..] if !members.is_empty() => {
                    policy.add_group(name, least, members, &mut used).map_err(error)?;
                }
                ["quorum", name] if quorum.is_none() => {
                    let found = if *name == "none" { None } else { Some(policy.find(name)) };
                    quorum = Some(found.transpose().map_err(error)?);
                }
                ["quorum", _] => return Err(error("a second quorum".to_owned())),
                _ => return Err(error(format!("not a line of a policy: {line}"))),
            }
        }
        let missing = PolicyError { line: last + 1, reason: "no quorum line".to_owned() };
        policy.quorum = quorum.ok_or(missing)?;
        Ok(policy)
    }

    /// The policy that at least `least` of these witnesses must have cosigned for a log
    /// with these keys; 0 asks for none.
    pub fn of(logs: &[String], witnesses: &[String], least: usize) -> Result<Policy, PolicyError> {
        let mut text: String = logs.iter().map(|log| format!("log {log}\n")).collect();
        let names: Vec<String> = (1..=witnesses.len()).map(|number| format!("w{number}")).collect();
        for (name, vkey) in names.iter().zip(witnesses) {
            let _ = writeln!(text, "witness {name} {vkey}");
        }
        if least == 0 {
            text.push_str("quorum none\n");
        } else {
            let _ = writeln!(text, "group witnesses {least} {}", names.join(" "));
            text.push_str("quorum witnesses\n");
        }
        Policy::parse(&text)
    }

    /// The policy as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The known logs.
    pub fn logs(&self) -> &[VerifyingKey] {
        &self.logs
    }

    /// The known witnesses.
    pub fn witnesses(&self) -> impl Iterator<Item = &CosignerKey> {
        self.members.iter().filter_map(|member| match &member.what {
            What::Witness(key) => Some(key),
            What::Group { .. } => None,
        })
    }

    /// Who of the known witnesses cosigned a note, and whether that suffices. The
    /// log's own signature is not looked at.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadSignature`] if a known witness's line does not fit.
    pub fn judge(&self, note: &Note<'_>) -> Result<Judgement, NoteError> {
        let mut out = Judgement::default();
        let mut witnessed = Vec::with_capacity(self.members.len());
        for member in &self.members {
            witnessed.push(match &member.what {
                What::Witness(key) => match key.verify(note)? {
                    Some(seconds) => {
                        out.cosigned.push((key.name().to_owned(), seconds));
                        true
                    }
                    None => {
                        out.missing.push(key.name().to_owned());
                        false
                    }
                },
                What::Group { least, members } => {
                    let count =
                        members.iter().filter(|index| witnessed.get(**index) == Some(&true));
                    count.count() >= *least
                }
            });
        }
        out.met = self.quorum.is_none_or(|index| witnessed.get(index) == Some(&true));
        Ok(out)
    }

    fn find(&self, name: &str) -> Result<usize, String> {
        let found = self.members.iter().position(|member| member.name == name);
        found.ok_or_else(|| format!("{name} is not defined on a line before"))
    }

    fn add(&mut self, name: &str, what: What) -> Result<(), String> {
        if name == "none" || self.find(name).is_ok() {
            return Err(format!("the name {name} is taken"));
        }
        self.members.push(Member { name: name.to_owned(), what });
        Ok(())
    }

    fn add_witness(&mut self, name: &str, key: CosignerKey) -> Result<(), String> {
        if self.witnesses().any(|known| known.bytes() == key.bytes()) {
            return Err("the witness's key stands there twice".to_owned());
        }
        self.add(name, What::Witness(key))
    }

    fn add_group(
        &mut self,
        name: &str,
        least: &str,
        members: &[&str],
        used: &mut Vec<usize>,
    ) -> Result<(), String> {
        let mut indices = Vec::with_capacity(members.len());
        for member in members {
            let index = self.find(member)?;
            // Else one witness could count twice.
            if used.contains(&index) {
                return Err(format!("{member} is a member already"));
            }
            used.push(index);
            indices.push(index);
        }
        let least = match least {
            "any" => 1,
            "all" => indices.len(),
            number => number.parse().map_err(|_| format!("not a number: {number}"))?,
        };
        if least == 0 || least > indices.len() {
            return Err(format!("{least} of {} cannot be", indices.len()));
        }
        self.add(name, What::Group { least, members: indices })
    }
}

#[cfg(test)]
mod tests {
    use super::super::cosignature::Cosigner;
    use super::*;

    fn witness(number: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{number}.example"), [number; 32])
    }

    #[test]
    fn groups_count_who_cosigned() {
        let text = "log\n1\nAAAA\n";
        let vkeys: Vec<String> = (1..=4).map(|number| witness(number).vkey()).collect();
        let policy = format!(
            "# whom to believe\n\n\twitness A {} http://a.example/\nwitness B {}\nwitness C {}\n\
             group two 2 A B C\nwitness D {}\ngroup all-of all two D\nquorum all-of\n",
            vkeys[0], vkeys[1], vkeys[2], vkeys[3]
        );
        let policy = Policy::parse(&policy).unwrap();
        for (numbers, met) in [
            (&[][..], false),
            (&[1, 4], false),
            (&[1, 2], false),
            (&[1, 3, 4], true),
            (&[4], false),
        ] {
            let lines: String = numbers.iter().map(|&n| witness(n).cosign(text, 7)).collect();
            // Somebody whom the policy does not name.
            let note = format!("{text}\n{}{lines}", witness(9).cosign(text, 7));
            let judged = policy.judge(&Note::parse(&note).unwrap()).unwrap();
            assert_eq!((judged.met, judged.cosigned.len()), (met, numbers.len()), "{numbers:?}");
            assert_eq!(judged.missing.len(), 4 - numbers.len());
        }
        let twice = format!("{text}\n{}{}", witness(1).cosign(text, 7), witness(1).cosign(text, 8));
        let judged = policy.judge(&Note::parse(&twice).unwrap()).unwrap();
        assert_eq!(judged.cosigned, [("w1.example".to_owned(), 8)]);
        let forged = format!("{text}\n{}", witness(1).cosign("log\n2\nAAAA\n", 7));
        let forged = policy.judge(&Note::parse(&forged).unwrap());
        assert!(matches!(forged, Err(NoteError::BadSignature(name)) if name == "w1.example"));
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_line() {
        let (a, b) = (witness(1).vkey(), witness(2).vkey());
        for (text, line) in [
            (String::new(), 1),
            ("quorum x\n".to_owned(), 1),
            ("quorum none\nquorum none\n".to_owned(), 2),
            (format!("witness A {a}\nwitness A {b}\nquorum A\n"), 2),
            (format!("witness A {a}\nwitness B {a}\nquorum A\n"), 2),
            (format!("witness A {a}\ngroup G 2 A\nquorum G\n"), 2),
            (format!("witness A {a}\ngroup G 0 A\nquorum G\n"), 2),
            (format!("witness A {a}\ngroup G any A\ngroup H any A\nquorum H\n"), 3),
            (format!("group G any A\nwitness A {a}\nquorum G\n"), 1),
            ("witness none x\n".to_owned(), 1),
            ("sign here\n".to_owned(), 1),
        ] {
            assert_eq!(Policy::parse(&text).unwrap_err().line, line, "{text}");
        }
        let log = [super::super::checkpoint::SigningKey::from_seed("log", [9; 32]).vkey()];
        let policy = Policy::of(&log, &[a.clone(), b], 2).unwrap();
        assert_eq!((policy.logs().len(), policy.witnesses().count()), (1, 2));
        assert!(Policy::of(&log, &[a], 2).is_err());
        assert!(Policy::of(&log, &[], 0).is_ok());
    }
}
