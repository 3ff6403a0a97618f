//! `plumb prove`: an entry is in the log; a log continues an earlier one.

use super::second::sm3_note;
use super::{Dir, Exit, Failure, damage, print};
use crate::config::{Config, Layout};
use crate::ledger::checkpoints::latest_or_standing;
use crate::ledger::{LogName, read_config};
use crate::proof::Tree;
use crate::proof::forms::{base64, signed_checkpoint};
use crate::second::proof::Sm3Proof;
use crate::second::sm3;
use plumbline_replay::integrity::checkpoint::Checkpoint;
use plumbline_replay::integrity::proof::consistency;
use plumbline_replay::integrity::tlog_proof::TlogProof;
use std::sync::Arc;

/// 证明 / proofs from the latest checkpoint
#[derive(clap::Args)]
pub struct Prove {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// 某条记录在账中(tlog-proof 格式)/ an entry is in the log, as a tlog-proof
    Inclusion {
        /// 序号 / its position
        position: u64,
        #[command(flatten)]
        place: Place,
        /// 在 SM3 树中;该树不留节点,须通读并重算全部记录 / in the tree of SM3, of which no
        /// node is kept: reads and hashes the whole log
        #[arg(long)]
        sm: bool,
    },
    /// 现在的账接续从前的账,逐行给出哈希 / the log continues an earlier one, one hash a line
    Consistency {
        /// 从前的条数 / the earlier size
        old: u64,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(clap::Args)]
struct Place {
    #[command(flatten)]
    dir: Dir,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
}

impl Prove {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (What::Inclusion { place, .. } | What::Consistency { place, .. }) = &self.what;
        let layout = Layout::new(&place.dir.dir);
        let config = read_config(&layout)?;
        let log = LogName::parse(&place.log).unwrap_or(LogName::Open);
        let note = latest_or_standing(&layout, &config, log)?;
        if let What::Inclusion { position, sm: true, .. } = self.what {
            return by_sm3(&layout, &config, log, position);
        }
        let checkpoint = note_body(&note)?;
        let size = checkpoint.size;
        let store = Arc::new(damage::store(&layout, &config, log)?);
        let tree = Tree::signed(store, &layout.tree(log), size, &checkpoint.root)?;
        match self.what {
            What::Inclusion { position, .. } => {
                let path = tree.inclusion(position, size, &checkpoint.root)?;
                let path = path.ok_or_else(|| outside(position))?;
                let proof = TlogProof { index: position, path, note };
                print(proof.to_string().trim_end_matches('\n'))?;
            }
            What::Consistency { old, .. } => {
                let path = consistency(&tree, old, size)?.ok_or_else(|| outside(old))?;
                // An empty proof is no line, and not an empty one.
                if !path.is_empty() {
                    print(&base64(&path).join("\n"))?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn by_sm3(layout: &Layout, config: &Config, log: LogName, position: u64) -> Result<Exit, Failure> {
    let note = sm3_note(layout, log)?;
    let store = damage::store(layout, config, log)?;
    let size = sm3::stated_size(&note).unwrap_or(0);
    let proof = Sm3Proof::make(&store, position, size, note)?.ok_or_else(|| outside(position))?;
    print(proof.to_string().trim_end_matches('\n'))?;
    Ok(Exit::Done)
}

/// The checkpoint in a note that has just been signed or verified.
fn note_body(note: &str) -> Result<Checkpoint, Failure> {
    signed_checkpoint(note).map_err(|error| Failure {
        exit: Exit::Failed,
        message: format!("检查点不可读 / the checkpoint cannot be read: {error}"),
    })
}

fn outside(position: u64) -> Failure {
    let message = format!("账中没有 {position} / {position} is beyond the end of the log");
    Failure { exit: Exit::NotFound, message }
}
