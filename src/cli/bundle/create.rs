//! `plumb bundle create`: gathers, has the opening of values recorded, writes.

use super::super::case::At;
use super::super::via::{Second, Server, Via};
use super::super::{Dir, Exit, Failure, close, output, print, witnessing};
use crate::bundle::{Bundle, Gathered, Order, Value, create};
use crate::config::Layout;
use crate::judging::zone;
use crate::ledger::read_config;
use crate::opening::{Joint, Opened, open_jointly};
use plumbline_replay::bundle::Prepared;
use plumbline_replay::time::civil::Zone;
use serde_json::json;
use std::path::PathBuf;

/// 制作证据包 / make an evidence bundle of cases
#[derive(clap::Args)]
pub struct Create {
    /// 案件(事件流),可多个 / the cases' streams
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<String>,
    #[command(flatten)]
    dir: Dir,
    /// 写入的文件 / the file
    #[arg(long, short, value_name = "F.zip")]
    output: PathBuf,
    /// 遮蔽级不含任何保密值;完整级披露,须两人批准 / masked opens no confidential value; full
    /// does, and needs two persons' approval
    #[arg(long, default_value = "masked", value_parser = ["masked", "full"])]
    level: String,
    /// 批准披露的人,完整级须给出两次(加 --via 时由密钥表明)/ who approves the opening; twice for full;
    /// with --via the keys say who
    #[arg(long, value_name = "WHO")]
    approved_by: Vec<String>,
    /// 批准人以何角色披露:该角色可开启的类别才披露 / the role under which they approve: only the
    /// classes that it opens are opened
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    via: Via,
    #[command(flatten)]
    second: Second,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// What goes into the form as it is told; what is not told is written in by hand.
#[derive(clap::Args)]
struct Told {
    /// 用途,完整级必填并留痕 / the purpose; needed and recorded for full
    #[arg(long, default_value = "", value_name = "TEXT")]
    purpose: String,
    /// 案由 / the matter
    #[arg(long, default_value = "", value_name = "TEXT")]
    matter: String,
    /// 提取时间,照写 / when it was extracted, as written
    #[arg(long, default_value = "", value_name = "TEXT")]
    time: String,
    /// 提取地点 / where
    #[arg(long, default_value = "", value_name = "TEXT")]
    place: String,
    /// 提取人,可多次给出 / who extracts; may be repeated
    #[arg(long = "investigator", value_name = "NAME")]
    investigators: Vec<String>,
    /// 持有人 / the holder
    #[arg(long, default_value = "", value_name = "NAME")]
    holder: String,
    /// 见证人 / the witness
    #[arg(long, default_value = "", value_name = "NAME")]
    witness: String,
}

impl Create {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let mut order = self.order(zone(&config))?;
        let server = self.via.server(order.full.then_some(&self.second))?;
        if let Some(server) = &server {
            server.is_of(&layout, &config)?;
        }
        let gathered = Gathered::read(&layout, &config, &order)?;
        let role = self.role.as_deref().unwrap_or_default();
        let values = match (order.full, &server) {
            (false, _) => Vec::new(),
            (true, None) => opened(&layout, &order, role, &gathered)?,
            (true, Some(server)) => opened_by(server, &mut order, role, &gathered)?,
        };
        let bundle = create(&layout, &config, &gathered, &order, values)?;
        let place = self.output.display().to_string();
        output::write(&self.output, &bundle.zip)?;
        self.tell(&bundle, &order, &place)?;
        Ok(Exit::Done)
    }

    fn order(&self, zone: Zone) -> Result<Order, Failure> {
        let full = self.level == "full";
        let mut approved_by = self.approved_by.clone();
        approved_by.sort();
        approved_by.dedup();
        let by_keys = self.via.is_given() && approved_by.is_empty();
        let unapproved = (approved_by.len() < 2 && !by_keys) || self.told.purpose.is_empty();
        if full && (unapproved || self.role.is_none()) {
            let message = "完整级须写明用途,经两人批准,并写明两人所任的角色 / a full bundle needs --purpose, two \
                           different --approved-by, and the --role that both hold";
            return Err(Failure { exit: Exit::NotAllowed, message: message.to_owned() });
        }
        let mut cases = self.cases.clone();
        cases.sort();
        cases.dedup();
        let (as_of, known_at) = self.at.limits(zone)?;
        let told = &self.told;
        Ok(Order {
            cases,
            full,
            as_of,
            known_at,
            prepared: Prepared {
                matter: told.matter.clone(),
                purpose: told.purpose.clone(),
                time: told.time.clone(),
                place: told.place.clone(),
                investigators: told.investigators.clone(),
                holder: told.holder.clone(),
                witness: told.witness.clone(),
                approved_by: if full { approved_by } else { Vec::new() },
            },
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        })
    }

    fn tell(&self, bundle: &Bundle, order: &Order, place: &str) -> Result<(), Failure> {
        let digest = blake3::hash(&bundle.zip).to_hex();
        let level = &self.level;
        if self.json {
            return print(
                &json!({
                    "schema": "plumbline.bundle.created/1", "file": place, "level": level,
                    "cases": order.cases, "entries": bundle.entries, "findings": bundle.findings,
                    "opened": bundle.opened, "not_opened": bundle.not_opened,
                    "bytes": bundle.zip.len(), "blake3": digest.as_str(),
                })
                .to_string(),
            );
        }
        print(&format!(
            "{place}: {} 条记录,{} 项疑点,{level} / {0} entries, {1} findings\n  BLAKE3 {digest}\n  \
             核验 / verify: plumb verify bundle {place} --key VKEY",
            bundle.entries, bundle.findings
        ))?;
        if order.full {
            print(&format!(
                "  披露 {} 项,{} 项未披露(举报人、角色不可开启的类别,或密钥已销毁)/ {0} values opened, {1} not \
                 (an informant's, of a class that the role does not open, or the key is gone)",
                bundle.opened, bundle.not_opened
            ))?;
        }
        Ok(())
    }
}

/// Opens the values of these entries, each approver under the role, after it is on record
/// in the sealed log.
fn opened(
    layout: &Layout,
    order: &Order,
    role: &str,
    gathered: &Gathered,
) -> Result<Vec<Value>, Failure> {
    let ledger = witnessing::open(layout.root(), "bundle create")?;
    let who: Vec<&str> = order.prepared.approved_by.iter().map(String::as_str).collect();
    let answer = open_jointly(
        &ledger,
        &Joint {
            who: &who,
            role,
            purpose: &order.prepared.purpose,
            query: &query(order),
            positions: &gathered.positions(),
        },
    );
    close(ledger)?;
    let value = |found: Opened| {
        let shown = found.disclosure?;
        Some(Value { position: found.position, member: shown.name, text: shown.text })
    };
    Ok(answer?.into_iter().filter_map(value).collect())
}

/// What the record of the opening says that it is for.
fn query(order: &Order) -> String {
    format!("bundle create --level full {}", order.cases.join(" "))
}

/// The same by the server that holds the ledger: its keys say who approves, and the
/// bundle names them.
fn opened_by(
    server: &Server,
    order: &mut Order,
    role: &str,
    gathered: &Gathered,
) -> Result<Vec<Value>, Failure> {
    let answer = server.post(
        "/api/v1/vault/joint-openings",
        &json!({
            "role": role, "purpose": order.prepared.purpose, "query": query(order),
            "positions": gathered.positions(),
        }),
    )?;
    let malformed = || Failure {
        exit: Exit::Failed,
        message:
            "serve 的答复不合格式,版本是否相同 / the server's answer has another form: is it of \
                  this version?"
                .to_owned(),
    };
    let names = answer["approved_by"].as_array().ok_or_else(malformed)?;
    let names: Option<Vec<String>> =
        names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    let names = names.ok_or_else(malformed)?;
    let told = &mut order.prepared.approved_by;
    if !told.is_empty() && *told != names {
        let message = format!(
            "密钥是 {} 的,与 --approved-by 不同,不制作;已留痕 / the keys are of {0}, not of those named by \
             --approved-by: no bundle is made, and the opening is on record",
            names.join(", ")
        );
        return Err(Failure { exit: Exit::NotAllowed, message });
    }
    *told = names;
    let mut values = Vec::new();
    // A member whose key was destroyed has no disclosure.
    let members = answer["members"].as_array().ok_or_else(malformed)?;
    for member in members.iter().filter(|member| !member["disclosure"].is_null()) {
        let text = |name: &str| member[name].as_str().map(str::to_owned).ok_or_else(malformed);
        let position = member["position"].as_u64().ok_or_else(malformed)?;
        values.push(Value { position, member: text("name")?, text: text("disclosure")? });
    }
    Ok(values)
}
