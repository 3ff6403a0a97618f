//! Asking witnesses to cosign a head (c2sp.org/tlog-witness), and what it means if
//! one refuses.

use super::{Head, Publication};
use crate::config::{Config, WitnessAt};
use crate::fetch::Client;
use plumbline_replay::integrity::add_checkpoint::AddCheckpoint;
use plumbline_replay::integrity::cosignature::CosignerKey;
use plumbline_replay::integrity::note::Note;
use plumbline_replay::integrity::policy::{Judgement, Policy};
use plumbline_replay::integrity::proof::consistency;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests for one head at most: a witness may first have to say what it knows,
/// and another process of this log may push meanwhile.
const ATTEMPTS: usize = 4;
/// For all attempts at one head.
const LIMIT: Duration = Duration::from_secs(40);

/// The witnesses of one log, and how many of them must cosign.
pub struct Witnesses {
    client: Client,
    remotes: Vec<Remote>,
    policy: Policy,
    /// For all attempts at one head; the last request may take as long again.
    limit: Duration,
}

struct Remote {
    url: String,
    key: CosignerKey,
    /// What the witness knows of the log, as far as it has said.
    size: Mutex<u64>,
}

/// Why a witness did not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has cosigned more entries than are here: the log was cut back, or brought
    /// back from a copy.
    #[error(
        "见证者 {witness} 已见证 {theirs} 条,此处只有 {ours} 条:账被截短或由旧备份恢复 / the witness \
         {witness} has cosigned {theirs} entries, {ours} are here: the log was cut back or restored \
         from an older copy"
    )]
    Behind { witness: String, theirs: u64, ours: u64 },
    /// It has cosigned another history.
    #[error(
        "见证者 {witness} 见过另一历史 / the witness {witness} has cosigned another history: {reason}"
    )]
    Fork { witness: String, reason: String },
    /// Nothing is said of the log.
    #[error("见证者 {witness} 未见证 / the witness {witness} did not cosign: {reason}")]
    Failed { witness: String, reason: String },
}

impl Refusal {
    /// Whether the witness contradicts this log.
    pub fn contradicts(&self) -> bool {
        matches!(self, Refusal::Behind { .. } | Refusal::Fork { .. })
    }
}

/// A head with the lines of those who cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    pub head: Head,
    pub judgement: Judgement,
    pub refusals: Vec<Refusal>,
}

impl Witnesses {
    /// The witnesses of a ledger's configuration; `None` if it names none.
    ///
    /// # Errors
    ///
    /// What is wrong with the configuration.
    pub fn of(config: &Config, log_vkeys: &[String]) -> Result<Option<Witnesses>, String> {
        let policy = policy(config, log_vkeys)?;
        let remote = |witness: &WitnessAt| {
            let key = CosignerKey::parse(&witness.vkey)
                .map_err(|error| format!("[[witness]] {}: {error}", witness.vkey))?;
            let url = witness.url.trim_end_matches('/').to_owned();
            Ok(Remote { url, key, size: Mutex::new(0) })
        };
        let remotes = config.witness.iter().map(remote).collect::<Result<Vec<_>, String>>()?;
        let witnesses = Witnesses { client: Client::default(), remotes, policy, limit: LIMIT };
        Ok(if config.witness.is_empty() { None } else { Some(witnesses) })
    }

    /// The same with a limit for all that is asked of a witness, for who waits.
    pub fn within(self, limit: Duration) -> Witnesses {
        Witnesses { client: Client::within(limit), limit, ..self }
    }

    /// Asks every witness at once. Those that do not answer in time are left out.
    pub fn cosign(&self, publication: &Publication, head: &Head) -> Cosigned {
        let mut note = head.note.clone();
        let mut refusals = Vec::new();
        std::thread::scope(|scope| {
            let asked: Vec<_> = self
                .remotes
                .iter()
                .map(|remote| scope.spawn(|| self.ask(remote, publication, head)))
                .collect();
            for answer in asked {
                match answer.join() {
                    Ok(Ok(lines)) => note.push_str(&lines),
                    Ok(Err(refusal)) => refusals.push(refusal),
                    Err(_) => tracing::error!("asking a witness panicked"),
                }
            }
        });
        let judgement = Note::parse(&note).and_then(|note| self.policy.judge(&note));
        let judgement = judgement.unwrap_or_default();
        let head = Head { note, ..head.clone() };
        Cosigned { head, judgement, refusals }
    }

    fn ask(
        &self,
        remote: &Remote,
        publication: &Publication,
        head: &Head,
    ) -> Result<String, Refusal> {
        let witness = || remote.key.name().to_owned();
        let failed = |reason: String| Refusal::Failed { witness: witness(), reason };
        let ours = head.checkpoint.size;
        let mut known = remote.size.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 && begun.elapsed() > self.limit {
                break;
            }
            if *known > ours {
                return Err(Refusal::Behind { witness: witness(), theirs: *known, ours });
            }
            let proof = consistency(&*publication.tree(), *known, ours);
            let proof = proof.map_err(|error| failed(error.to_string()))?.unwrap_or_default();
            let request = AddCheckpoint { old: *known, proof, note: head.note.clone() };
            let url = format!("{}/add-checkpoint", remote.url);
            let answer = self.client.post(&url, request.to_string().as_bytes());
            let answer = answer.map_err(|error| failed(error.to_string()))?;
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let fork = |reason: String| Refusal::Fork { witness: witness(), reason };
            match answer.status {
                200 => {
                    let lines = own_lines(&remote.key, head, &body).map_err(failed)?;
                    *known = ours;
                    return Ok(lines);
                }
                409 => match body.trim().parse::<u64>() {
                    Ok(theirs) if theirs != *known => *known = theirs,
                    // The one other reason to answer so (c2sp.org/tlog-witness).
                    Ok(_) if *known == ours => {
                        return Err(fork(format!("another root over {ours} entries")));
                    }
                    // No size, or one that it was just told: a proxy's answer, or a
                    // faulty witness. Neither contradicts the log.
                    _ => return Err(failed(format!("status 409 {}", body.trim()))),
                },
                422 => return Err(fork(format!("its {} entries are not continued", *known))),
                status => return Err(failed(format!("status {status} {}", body.trim()))),
            }
        }
        Err(failed("no answer in time, or its size changes with every request".to_owned()))
    }
}

/// What the configuration says of whom to believe: all its witnesses are known, and
/// its quorum, or none, must have cosigned. `log_vkeys` are the log's keys, past ones
/// among them.
pub fn policy(config: &Config, log_vkeys: &[String]) -> Result<Policy, String> {
    let vkeys: Vec<String> = config.witness.iter().map(|witness| witness.vkey.clone()).collect();
    let least = config.policy.as_ref().map_or(0, |policy| policy.quorum);
    Policy::of(log_vkeys, &vkeys, least)
        .map_err(|error| format!("plumbline.toml, [[witness]] / [policy]: {}", error.reason))
}

/// The lines of an answer that are this witness's and fit the head.
fn own_lines(key: &CosignerKey, head: &Head, body: &str) -> Result<String, String> {
    let text = head.checkpoint.text();
    let mut out = String::new();
    let answer = format!("{text}\n{body}");
    for line in Note::parse(&answer).map_err(|error| error.to_string())?.lines() {
        let note = format!("{text}\n{line}");
        let read = Note::parse(&note).and_then(|note| key.verify(&note));
        // Lines of others are none of this witness's business.
        if read.map_err(|error| error.to_string())?.is_some() {
            out.push_str(line);
        }
    }
    if out.is_empty() { Err("no cosignature by its key in the answer".to_owned()) } else { Ok(out) }
}
