//! `plumb-replay verify`: reads every byte under a path and tells the verdict as
//! text or JSON.

use super::{Failure, print};
use lexopt::prelude::*;
use plumbline_replay::audit::{Audit, AuditError, PackError, is_pack, read_key_changes, read_pack};
use plumbline_replay::bundle::verify;
use plumbline_replay::extract::{self, Judgement};
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use plumbline_replay::integrity::policy::Policy;
use plumbline_replay::walk::report::Report;
use std::path::{Path, PathBuf};

/// Verifies what lies under the path given and prints the report. The exit code is
/// that of the verdict: 0, 3 or 4.
///
/// # Errors
///
/// A wrong argument, or a path or checkpoint that cannot be read.
pub fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let (mut json, mut policy) = (false, None);
    let audit = arguments(parser, &mut json, &mut policy)?;
    if let Ok(audit) = &audit
        && is_pack(&audit.path)
    {
        return bundle(audit, policy, json);
    }
    if policy.is_some() {
        let words = "--policy 用于证据包 / is for bundles; checkpoints: plumb verify checkpoint";
        return Err(Failure::new(2, words));
    }
    if let Some(judged) = audit.as_ref().ok().and_then(of_extract) {
        return match judged {
            Err(failure) => unverified(failure, json),
            Ok(judged) => {
                print(&if json { judged.to_json().to_string() } else { judged.words() })?;
                Ok(judged.outcome().exit_code())
            }
        };
    }
    match audit.and_then(|audit| audit.run()) {
        Ok(report) if json => print(&report.to_json().to_string()).map(|()| report.exit_code()),
        Ok(report) => print(&report.words()).map(|()| report.exit_code()),
        Err(error) => unverified(error.into(), json),
    }
}

/// Nothing could be verified: told as a report too, where that is asked for.
fn unverified(failure: Failure, json: bool) -> Result<u8, Failure> {
    if json {
        print(&Report::unverified(failure.exit, &failure.message).to_string())?;
    }
    Err(failure)
}

/// An evidence bundle, in its file or unpacked.
fn bundle(audit: &Audit, policy: Option<Policy>, json: bool) -> Result<u8, Failure> {
    for key in &audit.keys {
        VerifyingKey::parse(key)
            .map_err(|error| Failure::new(2, format!("--key {key}: {error}")))?;
    }
    let held = audit.against(policy).map_err(Failure::from);
    let read = held.and_then(|against| Ok((read_pack(&audit.path)?, against)));
    let report = match read {
        Ok((pack, against)) => verify(&pack, &against),
        Err(failure) => return unverified(failure, json),
    };
    print(&if json { report.to_json().to_string() } else { report.words() })?;
    Ok(report.exit_code())
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Failure {
        Failure::new(error.exit_code(), error.to_string())
    }
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Failure {
        Failure::new(error.exit_code(), error.to_string())
    }
}

/// The verdict where the path is an extract and not a log.
fn of_extract(audit: &Audit) -> Option<Result<Judgement, Failure>> {
    if !audit.path.is_file() {
        return None;
    }
    let read = extract::parse(&std::fs::read(&audit.path).ok()?).ok()?;
    let key = audit.keys.first().map(String::as_str);
    let judge = |later| {
        Judgement::with(&read, key, &later)
            .map_err(|reason| Failure::new(2, format!("--key: {reason}")))
    };
    Some(read_key_changes(&audit.key_changes).map_err(Failure::from).and_then(judge))
}

/// What the command line asks for. A checkpoint that cannot be read comes back as
/// such, so that it ends in a verdict as well.
fn arguments(
    parser: &mut lexopt::Parser,
    json: &mut bool,
    policy: &mut Option<Policy>,
) -> Result<Result<Audit, AuditError>, Failure> {
    let mut audit = Audit { threads: threads(), ..Audit::default() };
    let (mut path, mut failed) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("checkpoint") => match Audit::checkpoint(&PathBuf::from(parser.value()?)) {
                Ok(witness) => audit.checkpoints.push(witness),
                Err(error) => failed = failed.or(Some(error)),
            },
            Long("key" | "vkey") => audit.keys.push(parser.value()?.string()?),
            Long("key-changes") => audit.key_changes.push(PathBuf::from(parser.value()?)),
            Long("receipts") => audit.receipts.push(PathBuf::from(parser.value()?)),
            Long("log") => audit.only = Some(parser.value()?.string()?),
            Long("threads") => audit.threads = parser.value()?.parse()?,
            Long("json") => *json = true,
            Long("policy") => *policy = Some(read_policy(&PathBuf::from(parser.value()?))?),
            Value(value) if path.is_none() => path = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    audit.path = path.ok_or_else(|| Failure::new(2, "缺少路径 / PATH is missing"))?;
    Ok(failed.map_or(Ok(audit), Err))
}

/// Which witnesses must have cosigned a bundle's checkpoint.
fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let place = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(4, format!("{place}: {error}")))?;
    Policy::parse(&text).map_err(|error| Failure::new(2, format!("{place}: {error}")))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
