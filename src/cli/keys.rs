//! `plumb keys`: the logs' public keys, and the keys of submitting systems.

use super::{Dir, Exit, Failure, print};
use crate::config::Layout;
use crate::http::ApiKeys;
use crate::ledger::{LogName, read_config};
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
        let entry = json!({"origin": config.origin_of(log), "vkey": key.vkey()});
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
