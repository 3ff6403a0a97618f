//! Checkpoints judged by a policy: signed by a known log, cosigned by enough known
//! witnesses, and none at odds with another.

use super::{Exit, Failure};
use plumbline_replay::audit::note;
use plumbline_replay::integrity::checkpoint::{Checkpoint, NoteError};
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::policy::{Judgement, Policy};
use plumbline_replay::succession::{HeadError, Later, Succession};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What became of all checkpoints.
pub(super) struct Judged {
    pub exit: Exit,
    notes: Vec<One>,
}

/// What became of one.
struct One {
    place: String,
    exit: Exit,
    checkpoint: Option<Checkpoint>,
    judgement: Judgement,
    reason: Option<String>,
}

/// Judges the checkpoints in files. From the logs' keys that the policy names, changes of
/// key that were obtained elsewhere lead to others.
pub(super) fn judge(files: &[PathBuf], policy: &Path, later: &Later) -> Result<Judged, Failure> {
    let text = std::fs::read_to_string(policy).map_err(|error| unreadable(policy, &error))?;
    let policy = Policy::parse(&text).map_err(|error| Failure {
        exit: Exit::Usage,
        message: format!("{}: {error}", policy.display()),
    })?;
    let mut notes: Vec<One> = Vec::with_capacity(files.len());
    for file in files {
        let note = note(file).map_err(|error| unreadable(file, &error))?;
        let mut one = judge_one(&note, file.display().to_string(), &policy, later);
        if let Some(other) = notes.iter().find(|other| splits(other, &one)) {
            let size = one.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
            one.exit = Exit::Broken;
            one.reason = Some(format!(
                "分叉:与 {0} 同为 {size} 条而根不同,同一密钥签了两种历史 / split view: another root \
                 than {0} over {size} entries, the log's key signed two histories",
                other.place
            ));
        }
        notes.push(one);
    }
    let any = |exit| notes.iter().any(|one| one.exit == exit);
    let exit = match (any(Exit::Broken), any(Exit::CannotTell)) {
        (true, _) => Exit::Broken,
        (false, true) => Exit::CannotTell,
        (false, false) => Exit::Done,
    };
    Ok(Judged { exit, notes })
}

fn judge_one(note: &str, place: String, policy: &Policy, later: &Later) -> One {
    let mut one = One {
        place,
        exit: Exit::Done,
        checkpoint: None,
        judgement: Judgement::default(),
        reason: None,
    };
    match judge_note(note, policy, later) {
        Ok((checkpoint, judgement)) => {
            if !judgement.met {
                one.exit = Exit::CannotTell;
                one.reason = Some(format!(
                    "见证不足,缺 {0} / too few witnesses cosigned, missing: {0}",
                    judgement.missing.join(", ")
                ));
            }
            (one.checkpoint, one.judgement) = (Some(checkpoint), judgement);
        }
        Err(error) => {
            one.exit = match error {
                HeadError::Note(NoteError::Unsigned(_) | NoteError::Key(_)) => Exit::CannotTell,
                _ => Exit::Broken,
            };
            one.reason = Some(error.to_string());
        }
    }
    one
}

fn judge_note(
    text: &str,
    policy: &Policy,
    later: &Later,
) -> Result<(Checkpoint, Judgement), HeadError> {
    let note = Note::parse(text).map_err(HeadError::Note)?;
    let checkpoint = Checkpoint::parse_any(note.text).map_err(HeadError::Note)?;
    let mut signed = Err(HeadError::Note(NoteError::Unsigned(checkpoint.origin.clone())));
    for key in policy.logs() {
        let first = Succession::of(key.clone());
        let keys = later.continued(&first).unwrap_or(first);
        if !keys.origins().any(|origin| origin == checkpoint.origin) {
            continue;
        }
        let found = match keys.steps() {
            // Any log's, with whatever lines its checkpoints have.
            [] => key.verify_note(&note).map_err(HeadError::Note),
            _ => keys.verify(text).map(drop),
        };
        match found {
            Err(HeadError::Note(NoteError::Unsigned(_))) => {}
            other => signed = other,
        }
    }
    // A policy may leave the log to whoever uses it.
    if !policy.logs().is_empty() {
        signed?;
    }
    Ok((checkpoint, policy.judge(&note).map_err(HeadError::Note)?))
}

/// Two signed heads over as many entries of one log, with different roots.
fn splits(one: &One, other: &One) -> bool {
    match (&one.checkpoint, &other.checkpoint) {
        (Some(one), Some(other)) => {
            one.origin == other.origin && one.size == other.size && one.root != other.root
        }
        _ => false,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure { exit: Exit::CannotTell, message: format!("{}: {error}", path.display()) }
}

impl Judged {
    /// Adds what was found to a report, or makes one of it.
    pub fn into_json(self, mut report: Value) -> Value {
        let word = |exit| match exit {
            Exit::Done => "pass",
            Exit::Broken => "fail",
            _ => "cannot_tell",
        };
        let notes: Vec<Value> = self
            .notes
            .iter()
            .map(|one| {
                let cosigned = one.judgement.cosigned.iter();
                let cosigned: Vec<Value> =
                    cosigned.map(|(name, at)| json!({"name": name, "time": at})).collect();
                json!({
                    "place": one.place,
                    "verdict": word(one.exit),
                    "origin": one.checkpoint.as_ref().map(|checkpoint| &checkpoint.origin),
                    "size": one.checkpoint.as_ref().map(|checkpoint| checkpoint.size),
                    "cosigned": cosigned,
                    "missing": one.judgement.missing,
                    "reason": one.reason,
                })
            })
            .collect();
        if report["schema"].is_null() {
            report["schema"] = json!("plumbline.verify/1");
            report["logs"] = json!([]);
            report["verdict"] = json!(word(self.exit));
        } else if self.exit == Exit::Broken || report["verdict"] == "pass" {
            report["verdict"] = json!(word(self.exit));
        }
        // What a policy finds broken is the first bad thing where the ledger has none.
        if let Some(bad) = self.notes.iter().find(|one| one.exit == Exit::Broken)
            && report["first_bad"].is_null()
        {
            report["first_bad"] = json!({"place": bad.place, "reason": bad.reason});
        }
        report["policy"] = json!({"verdict": word(self.exit), "checkpoints": notes});
        report
    }

    /// One line a checkpoint, for people.
    pub fn words(&self) -> String {
        let line = |one: &One| {
            let verdict = match one.exit {
                Exit::Done => "符合信任策略 / as the policy asks",
                Exit::Broken => "不通过 / NOT verified",
                _ => "不能判定 / cannot tell",
            };
            let size = one.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
            let names: Vec<&str> =
                one.judgement.cosigned.iter().map(|(name, _)| name.as_str()).collect();
            let reason = one.reason.as_deref().map(|reason| format!(":{reason}"));
            format!(
                "{}: {verdict}({size} 条 / entries;见证者 / witnesses: {}){}",
                one.place,
                if names.is_empty() { "-".to_owned() } else { names.join(", ") },
                reason.unwrap_or_default()
            )
        };
        self.notes.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
