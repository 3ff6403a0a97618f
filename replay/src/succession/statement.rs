//! The texts that are signed when a log's key changes. Each begins with a line that
//! no checkpoint, receipt, bundle or archive begins with.

use crate::integrity::base64::Base64;
use crate::integrity::chain::Digest;
use crate::integrity::checkpoint::{Checkpoint, VerifyingKey};

const ROTATION: &str = "plumbline key rotation v1";
const RESTORATION: &str = "plumbline restoration v1";

/// The key of a log is replaced; its origin stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub old: VerifyingKey,
    pub new: VerifyingKey,
}

impl Rotation {
    /// The text that both keys sign.
    pub fn text(&self) -> String {
        format!("{ROTATION}\n{}\n{}\n", self.old.vkey(), self.new.vkey())
    }

    /// Reads [`Rotation::text`].
    ///
    /// # Errors
    ///
    /// What is not as it must be.
    pub fn parse(text: &str) -> Result<Rotation, String> {
        let lines: Vec<&str> = lines(text)?;
        let [ROTATION, old, new] = lines[..] else {
            return Err("the note is not of a rotation".to_owned());
        };
        let rotation = Rotation { old: key(old)?, new: key(new)? };
        if rotation.old.name() != rotation.new.name() {
            return Err("the two keys are of different origins".to_owned());
        }
        Ok(rotation)
    }
}

/// A size of a log and the root over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Digest,
}

impl Head {
    /// What a checkpoint says, without its origin.
    pub fn of(checkpoint: &Checkpoint) -> Head {
        Head { size: checkpoint.size, root: checkpoint.root }
    }
}

/// What a restoration says, as sentences tell it.
struct Told<'r> {
    old: &'r str,
    lost: u64,
    kept: u64,
    new: &'r str,
    persons: [&'r str; 2],
    reason: &'r str,
}

/// A log goes on from a backup under another origin: what was signed of it beyond
/// the backup is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration {
    pub old: VerifyingKey,
    pub new: VerifyingKey,
    /// What the backup holds: the entries before the one that states this.
    pub kept: Head,
    /// The largest head that is known to have been signed.
    pub lost: Head,
    /// Who decided, each by a key of their own.
    pub persons: [VerifyingKey; 2],
    /// One line, for people.
    pub reason: String,
}

impl Restoration {
    /// The text that both keys and both persons sign.
    pub fn text(&self) -> String {
        let Restoration { old, new, kept, lost, persons: [first, second], reason } = self;
        let head = |name: &str, at: &Head| {
            format!("{name} {} {}", at.size, Base64::encode_string(&at.root.0))
        };
        format!(
            "{RESTORATION}\n{}\n{}\n{}\n{}\nby {}\nby {}\nreason {reason}\n",
            old.vkey(),
            new.vkey(),
            head("kept", kept),
            head("lost", lost),
            first.vkey(),
            second.vkey(),
        )
    }

    /// One sentence, Chinese first.
    pub fn words(&self) -> String {
        let Told { old, lost, kept, new, persons: [first, second], reason } = self.told();
        format!(
            "账曾由备份恢复:原 {old} 签过 {lost} 条,恢复后仅存 {kept} 条,改以 {new} 续记;{first}、{second} \
             签署;事由:{reason} / restored from a backup: {old} was signed over {lost} entries, \
             {kept} were kept, and the log goes on as {new}; signed by {first} and {second}; \
             reason: {reason}"
        )
    }

    /// What it says while it is not yet signed by everyone, and not carried out.
    pub fn proposal(&self) -> String {
        let Told { old, lost, kept, new, persons: [first, second], reason } = self.told();
        format!(
            "拟由备份恢复:{old} 签过 {lost} 条,现存 {kept} 条,放弃其余,改以 {new} 续记;须 {first}、{second} \
             两人签署;事由:{reason} / to be restored from a backup: {old} was signed over {lost} \
             entries, {kept} are here, the rest is given up and the log goes on as {new}; to be \
             signed by {first} and {second}; reason: {reason}"
        )
    }

    fn told(&self) -> Told<'_> {
        Told {
            old: self.old.name(),
            lost: self.lost.size,
            kept: self.kept.size,
            new: self.new.name(),
            persons: self.persons.each_ref().map(VerifyingKey::name),
            reason: &self.reason,
        }
    }

    /// Reads [`Restoration::text`].
    ///
    /// # Errors
    ///
    /// What is not as it must be, or what cannot be: fewer entries lost than kept, one
    /// person twice, the same origin.
    pub fn parse(text: &str) -> Result<Restoration, String> {
        let lines: Vec<&str> = lines(text)?;
        let [RESTORATION, old, new, kept, lost, first, second, reason] = lines[..] else {
            return Err("the note is not of a restoration".to_owned());
        };
        let after = |line: &str, name: &str| {
            let rest = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
            rest.map(str::to_owned).ok_or(format!("no line `{name}` in its place"))
        };
        let restoration = Restoration {
            old: key(old)?,
            new: key(new)?,
            kept: head(&after(kept, "kept")?)?,
            lost: head(&after(lost, "lost")?)?,
            persons: [key(&after(first, "by")?)?, key(&after(second, "by")?)?],
            reason: after(reason, "reason")?,
        };
        restoration.check()?;
        // One spelling: else two texts would state one thing, and signatures not fit.
        if restoration.text() != text {
            return Err("the note is not spelled as a restoration is".to_owned());
        }
        Ok(restoration)
    }

    /// What cannot be, whoever signed it.
    ///
    /// # Errors
    ///
    /// The reason.
    pub fn check(&self) -> Result<(), String> {
        let Restoration { old, new, kept, lost, persons: [first, second], reason } = self;
        let reason_there = !reason.trim().is_empty() && !reason.contains(['\n', '\r']);
        let wrong = if old.name() == new.name() {
            "the origin stays the same"
        } else if lost.size < kept.size {
            "less was signed than was kept: nothing is lost"
        } else if lost.size == kept.size && lost.root != kept.root {
            "what was kept is another history than what was signed"
        } else if first.name() == second.name() || first.is_same_key(second) {
            "one person signs twice"
        } else if [first, second].iter().any(|key| key.is_same_key(old) || key.is_same_key(new)) {
            "a person's key is the log's"
        } else if !reason_there {
            "there is no reason, or more than one line of it"
        } else {
            return Ok(());
        };
        Err(wrong.to_owned())
    }
}

fn lines(text: &str) -> Result<Vec<&str>, String> {
    let body = text.strip_suffix('\n').ok_or("the note's last line has no end")?;
    Ok(body.split('\n').collect())
}

fn key(vkey: &str) -> Result<VerifyingKey, String> {
    VerifyingKey::parse(vkey).map_err(|error| format!("{vkey}: {error}"))
}

fn head(text: &str) -> Result<Head, String> {
    // The form of a checkpoint's lines is that of these two words.
    let (size, root) = text.split_once(' ').ok_or("no size and root")?;
    let checkpoint = Checkpoint::parse(&format!("x\n{size}\n{root}\n"));
    checkpoint.map(|read| Head::of(&read)).map_err(|error| error.to_string())
}
