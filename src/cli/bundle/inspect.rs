//! `plumb bundle inspect`: what a bundle holds. Looking is not verifying, and it
//! says so.

use super::super::{Exit, Failure, print};
use plumbline_replay::audit::{PackError, read_pack};
use plumbline_replay::bundle::{About, NodeTable, Pack, file};
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::integrity::proof::inclusion;
use plumbline_replay::integrity::tlog_proof::TlogProof;
use plumbline_replay::manifest::FileDigest;
use serde_json::{Value, json};
use std::path::PathBuf;

/// 查看证据包的内容(不是核验)/ what a bundle holds; this verifies nothing
#[derive(clap::Args)]
pub struct Inspect {
    /// 证据包或其文件夹 / the zip file, or the folder it was unpacked into
    #[arg(value_name = "F")]
    file: PathBuf,
    /// 输出某条记录的存在证明(C2SP tlog-proof)/ the proof of one entry, as a C2SP tlog-proof
    #[arg(long, value_name = "POSITION")]
    proof: Option<u64>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let pack = read_pack(&self.file)?;
        let place = self.file.display();
        let about = pack.get(file::ABOUT).ok_or("about.json").map_err(str::to_owned);
        let about = about.and_then(About::read).map_err(|reason| Failure {
            exit: Exit::Refused,
            message: format!("{place}: 不是证据包 / not an evidence bundle: {reason}"),
        })?;
        if let Some(position) = self.proof {
            return proof(&pack, &about, position);
        }
        if self.json {
            let listed = |(path, bytes)| {
                let FileDigest { path, size, sha256, blake3 } = FileDigest::of(path, bytes);
                json!({"path": path, "size": size, "sha256": sha256, "blake3": blake3})
            };
            let files: Vec<Value> = pack.files().map(listed).collect();
            print(
                &json!({"schema": "plumbline.bundle.inspect/1", "about": about, "files": files})
                    .to_string(),
            )?;
            return Ok(Exit::Done);
        }
        print(&words(&pack, &about))?;
        Ok(Exit::Done)
    }
}

fn words(pack: &Pack, about: &About) -> String {
    let mut lines = vec![format!(
        "{}({})· {} · 检查点 / checkpoint {}",
        about.schema, about.level, about.origin, about.log_size
    )];
    for case in &about.cases {
        lines.push(format!("  案件 / case {}: {} 条 / entries", case.stream, case.entries));
    }
    let findings = pack.lines(file::FINDINGS).len();
    lines.push(format!("  疑点 / findings: {findings}"));
    for (path, bytes) in pack.files() {
        lines.push(format!("  {:>10}  {path}", bytes.len()));
    }
    lines.push(
        "以上只是所载内容,未经核验;plumb verify bundle 核验 / this is what it holds, nothing was \
         verified: plumb verify bundle"
            .to_owned(),
    );
    lines.join("\n")
}

/// The standard form of one entry's proof, made of the bundle's nodes.
fn proof(pack: &Pack, about: &About, position: u64) -> Result<Exit, Failure> {
    let missing = || Failure {
        exit: Exit::NotFound,
        message: format!("包内没有第 {position} 号记录的证明 / no proof of entry {position} here"),
    };
    let holds = |path: &str| {
        pack.lines(path).iter().any(|entry| scan(entry).is_ok_and(|f| f.position == position))
    };
    let nodes = match (holds(file::CASE), holds(file::MASTER)) {
        (true, _) => file::CASE_NODES,
        (_, true) => file::MASTER_NODES,
        _ => return Err(missing()),
    };
    let table = NodeTable::read(pack.get(nodes).unwrap_or_default()).map_err(|_| missing())?;
    let path = inclusion(&table, position, about.log_size).ok().flatten().ok_or_else(missing)?;
    let note = String::from_utf8_lossy(pack.get(file::CHECKPOINT).unwrap_or_default());
    let proof = TlogProof { index: position, path, note: note.into_owned() };
    print(proof.to_string().trim_end_matches('\n'))?;
    Ok(Exit::Done)
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Failure {
        let exit = match error {
            PackError::Unreadable { .. } | PackError::Another { .. } => Exit::CannotTell,
            PackError::NotABundle { .. } => Exit::Broken,
        };
        Failure { exit, message: error.to_string() }
    }
}
