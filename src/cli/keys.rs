//! `plumb keys`: the logs' public keys, and the keys of submitting systems.

use super::second::Also;
use super::{Dir, Exit, Failure, print, surroundings};
use crate::config::Layout;
use crate::durable::replace;
use crate::http::ApiKeys;
use crate::ledger::checkpoints::latest;
use crate::ledger::further::{self, FurtherError};
use crate::ledger::{Ledger, LogName, read_config};
use crate::second::Algorithm;
use base64ct::{Base64UrlUnpadded, Encoding};
use plumbline_replay::integrity::checkpoint::SigningKey;
use serde_json::json;

/// 密钥 / keys
#[derive(clap::Args)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 各日志的来源和公钥 / origin and public key of each log
    Show {
        #[command(flatten)]
        dir: Dir,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 检查点另以国密或后量子算法签名:生成密钥、在账中宣告公钥、写入 plumbline.toml / sign heads by
    /// further algorithms: makes the keys, announces them in both logs, notes it in plumbline.toml
    Also {
        #[command(flatten)]
        dir: Dir,
        #[command(flatten)]
        also: Also,
        /// 换新密钥,旧钥销毁;旧钥所签仍可核验 / new keys in the place of those that are there, which are
        /// destroyed; what they signed stays verifiable
        #[arg(long)]
        renew: bool,
    },
    /// 为报送系统生成写入密钥,只显示一次 / make a submitting system's key, shown once
    Add {
        /// 报送系统名称 / the system's name
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
}

impl Keys {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::Show { dir, json } => show(&Layout::new(&dir.dir), json),
            Action::Also { dir, also, renew } => put_to_use(&Layout::new(&dir.dir), &also, renew),
            Action::Add { name, dir } => add(&Layout::new(&dir.dir), &name),
        }
    }
}

fn show(layout: &Layout, as_json: bool) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let mut value = serde_json::Map::new();
    for log in LogName::ALL {
        let path = layout.signing_key(log);
        let cannot = |reason: String| Failure {
            exit: Exit::CannotTell,
            message: format!("{}: {reason}", path.display()),
        };
        let text = std::fs::read_to_string(&path).map_err(|error| cannot(error.to_string()))?;
        let key = SigningKey::parse(&text).map_err(|error| cannot(error.to_string()))?;
        let further: Vec<_> = further::signers(layout, &config, log)?
            .iter()
            .map(|signer| {
                let key = signer.public();
                json!({
                    "algorithm": key.algorithm().as_str(), "id": key.id(), "vkey": key.vkey(),
                    "pem": key.pem(),
                })
            })
            .collect();
        let mut entry = json!({"origin": config.origin_of(log), "vkey": key.vkey()});
        if !further.is_empty() {
            entry["further"] = further.into();
        }
        value.insert(log.as_str().to_owned(), entry);
    }
    let value = serde_json::Value::Object(value);
    if as_json {
        print(&value.to_string())?;
    } else {
        print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
    }
    Ok(Exit::Done)
}

fn put_to_use(layout: &Layout, also: &Also, renew: bool) -> Result<Exit, Failure> {
    let names = also.names();
    if names.is_empty() {
        let message = "缺少 --sm 或 --ml-dsa / --sm or --ml-dsa is missing".to_owned();
        return Err(Failure { exit: Exit::Usage, message });
    }
    let ledger = Ledger::open(layout.root(), surroundings("keys also"))?;
    let mut config = ledger.config().clone();
    let renewed: Vec<Algorithm> = match renew {
        true => further::algorithms(layout, &config)?,
        false => Vec::new(),
    };
    config.signatures.extend(names);
    config.signatures.sort_unstable();
    config.signatures.dedup();
    let mut randomness = |out: &mut [u8]| getrandom::fill(out).map_err(|error| error.to_string());
    let mut keys = Vec::new();
    for log in LogName::ALL {
        for algorithm in further::algorithms(layout, &config)? {
            let anew = renewed.contains(&algorithm) && also.algorithms().contains(&algorithm);
            let key = if anew { further::renew } else { further::make };
            keys.push((log, key(layout, &config, log, algorithm, &mut randomness)?));
        }
    }
    let text = toml::to_string(&config)
        .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
    // Before the keys are announced: a line too many is no breach, one that is missing is.
    replace(&layout.config(), &text)?;
    for (log, key) in &keys {
        further::announce(&ledger, *log, key)?;
    }
    ledger.close();
    for log in LogName::ALL {
        latest(layout, &config, log)?;
    }
    show(layout, false)
}

impl From<FurtherError> for Failure {
    fn from(error: FurtherError) -> Failure {
        match error {
            FurtherError::Key(error) => error.into(),
            FurtherError::Store(error) => error.into(),
            _ => Failure { exit: Exit::Failed, message: error.to_string() },
        }
    }
}

fn add(layout: &Layout, name: &str) -> Result<Exit, Failure> {
    read_config(layout)?;
    let mut keys = ApiKeys::read(&layout.api_keys())?;
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
    let key = Base64UrlUnpadded::encode_string(&bytes);
    keys.add(name, &key);
    keys.write(&layout.api_keys())?;
    eprintln!("只显示这一次;服务重启后生效 / shown only now; the server reads it at its start");
    print(&key)?;
    Ok(Exit::Done)
}
