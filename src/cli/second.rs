//! `--sm` and `--ml-dsa`: which second hashes and signatures a ledger has, and their
//! verification.

use super::{Exit, Failure};
use crate::config::{Config, Layout};
use crate::ledger::{LogName, further, open_log};
use crate::reader::Reader;
use crate::second::check::{Asked, Checked, check};
use crate::second::{Algorithm, FurtherKey, sm3};
use crate::store::{Store, StoreError};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::succession::Step;
use plumbline_replay::walk::report::Report;
use plumbline_replay::walk::{Outcome, Witness};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Algorithms beside the first ones.
#[derive(clap::Args)]
#[group(id = "beside-ed25519")]
pub(super) struct Also {
    /// 国密:SM2 签名行,及全部记录的 SM3 树 / the SM2 line, and a tree of SM3 over all entries
    #[arg(long)]
    sm: bool,
    /// 后量子:ML-DSA-44 签名行(FIPS 204)/ the line of ML-DSA-44 (FIPS 204)
    #[arg(long)]
    ml_dsa: bool,
}

impl Also {
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let asked = [(self.sm, Algorithm::Sm2), (self.ml_dsa, Algorithm::MlDsa44)];
        asked.into_iter().filter_map(|(asked, algorithm)| asked.then_some(algorithm)).collect()
    }

    /// For what is verified without a ledger's folder.
    ///
    /// # Errors
    ///
    /// If they were asked for: they would pass for checked.
    pub fn none(&self) -> Result<(), Failure> {
        if self.algorithms().is_empty() {
            return Ok(());
        }
        let message = "--sm、--ml-dsa 须有账本文件夹(--dir);证据包、摘录、归档只核对 Ed25519,SM2 签名可用 \
                       scripts/verify_sm.sh / --sm and --ml-dsa need a ledger's folder (--dir): of \
                       bundles and extracts Ed25519 alone is checked; scripts/verify_sm.sh checks SM2";
        Err(Failure { exit: Exit::Usage, message: message.to_owned() })
    }

    /// As the configuration names them.
    pub fn names(&self) -> Vec<String> {
        self.algorithms().iter().map(Algorithm::to_string).collect()
    }
}

/// Heads and keys from elsewhere, told apart by what they are.
pub(super) struct Outside {
    pub checkpoints: Vec<Witness>,
    /// Of Ed25519, or no keys at all: whoever checks with them says so.
    pub keys: Vec<String>,
    sm3: Vec<Witness>,
    further: Vec<FurtherKey>,
}

impl Outside {
    pub fn new(checkpoints: Vec<Witness>, keys: Vec<String>) -> Outside {
        let (sm3, checkpoints) =
            checkpoints.into_iter().partition(|witness| sm3::is_head(&witness.note));
        let (mut first, mut further) = (Vec::new(), Vec::new());
        for key in keys {
            match FurtherKey::parse(&key) {
                Ok(key) => further.push(key),
                Err(_) => first.push(key),
            }
        }
        Outside { checkpoints, keys: first, sm3, further }
    }

    /// Whether something was given that only the second check can use.
    pub fn needs_second(&self) -> bool {
        !self.sm3.is_empty() || !self.further.is_empty()
    }
}

/// What was found, log by log.
pub(super) struct Second(Vec<Checked>);

impl Second {
    pub fn check(
        layout: &Layout,
        config: &Config,
        required: Vec<Algorithm>,
        only: Option<&str>,
        outside: &Outside,
        threads: usize,
    ) -> Result<Second, Failure> {
        let mut out = Vec::new();
        for log in LogName::ALL.into_iter().filter(|log| only.is_none_or(|o| o == log.as_str())) {
            let store = open_log(layout, config, log)?;
            store.size()?;
            let origin = config.origin_of(log);
            let had = origins(layout, config, log);
            let of_log = |at: usize| {
                let had = &had;
                move |witness: &&Witness| {
                    let stated = witness.note.lines().nth(at);
                    had.iter().any(|origin| Some(origin.as_str()) == stated)
                }
            };
            let heads = [layout.head(log), layout.checkpoint(log), layout.cosigned(log)];
            let asked = Asked {
                log: log.as_str(),
                origin: &origin,
                store: &store,
                own: kept(&heads)?,
                outside: outside.checkpoints.iter().filter(of_log(0)).cloned().collect(),
                sm3: in_each(&layout.sm3_heads(log))?,
                sm3_outside: outside.sm3.iter().filter(of_log(1)).cloned().collect(),
                required: required.clone(),
                keys: outside.further.clone(),
                threads,
            };
            out.push(match check(&asked) {
                Ok(checked) => checked,
                // The first check says where, and what that means.
                Err(error @ StoreError::Damaged { .. }) => Checked::unread(log.as_str(), &error),
                Err(error) => return Err(error.into()),
            });
        }
        Ok(Second(out))
    }

    pub fn outcome(&self) -> Outcome {
        self.0.iter().map(Checked::outcome).fold(Outcome::Pass, Outcome::and)
    }

    /// What was found, under the words for both checks together.
    pub fn words(&self, first: &Report) -> String {
        let together = first.outcome().and(self.outcome());
        let title = match together {
            Outcome::Pass => {
                "核验通过,连同第二种摘要与签名 / verified, second digests and signatures too"
            }
            Outcome::Fail => "核验不通过 / NOT verified",
            Outcome::CannotTell => "不能判定 / cannot tell",
        };
        let first = first.words();
        let own = self.0.iter().map(Checked::words).collect::<Vec<_>>().join("\n");
        format!(
            "{title}\n{own}\n\n{first}\n\n两项合计退出码 / exit code of both {}",
            together.exit_code()
        )
    }

    /// The report of the first check, with what the second one found.
    pub fn report(&self, first: &Report) -> Value {
        let mut value = first.to_json();
        let outcome = first.outcome().and(self.outcome());
        value["verdict"] = json!(outcome.word());
        value["exit_code"] = json!(outcome.exit_code());
        let second: Vec<Value> = self.0.iter().map(Checked::to_json).collect();
        if value["first_bad"].is_null() {
            let bad = second.iter().find_map(|log| log["bad"].get(0).cloned());
            value["first_bad"] = json!(bad);
        }
        value["second"] = json!(second);
        value
    }
}

/// The origins that a log has had, as far as it can be read: a restoration ends one.
pub(super) fn origins(layout: &Layout, config: &Config, log: LogName) -> Vec<String> {
    let reader = Reader::open(layout, config, log).ok();
    let changes = reader.and_then(|reader| reader.key_changes().ok()).unwrap_or_default();
    let before = changes.iter().filter_map(|(_, entry)| {
        let step = Step::of(&scan(entry).ok()?)?.ok()?;
        Some(step.change.key_before().name().to_owned())
    });
    before.chain([config.origin_of(log)]).collect()
}

/// The signed SM3 head of a log.
pub(super) fn sm3_note(layout: &Layout, log: LogName) -> Result<String, Failure> {
    further::sm3_head(layout, log)?.ok_or_else(|| Failure {
        exit: Exit::NotFound,
        message: "没有 SM3 检查点;plumb keys also --sm 启用 / no SM3 head: `plumb keys also --sm` \
                  puts it to use"
            .to_owned(),
    })
}

/// The heads that are there.
fn kept(paths: &[PathBuf]) -> Result<Vec<Witness>, Failure> {
    let mut out = in_each(paths)?;
    out.retain(|witness| !witness.note.is_empty());
    Ok(out)
}

/// The head in each place; one without text where there is none.
fn in_each(paths: &[PathBuf]) -> Result<Vec<Witness>, Failure> {
    let read = |path: &PathBuf| {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let note = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Witness { place: path.display().to_string(), note, handed_in: false })
    };
    paths.iter().map(read).collect()
}
