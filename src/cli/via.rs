//! Commands that a running server carries out, because it holds the ledger: over its
//! internal listener, with the keys of the persons who ask.
//!
//! Knows the addresses it calls and the exit codes of their problems; what is recorded,
//! and whether it may be, the server decides.

use super::inclusion::first_key;
use super::{Exit, Failure, damage};
use crate::config::{Config, Layout};
use crate::fetch::{Answer, Client};
use crate::ledger::LogName;
use plumbline_replay::integrity::checkpoint::VerifyingKey;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A server may have to read much before it answers.
const WAIT: Duration = Duration::from_secs(300);

/// Which server, and where the keys of those who ask lie. Never on the command line
/// itself, which others on the machine can read.
#[derive(clap::Args)]
pub(super) struct Via {
    /// 由正在运行的 serve 代办,写其内部地址,如 http://127.0.0.1:8710 / let the server that holds the
    /// ledger do it: its internal address
    #[arg(long = "via", value_name = "URL")]
    url: Option<String>,
    /// 申请人的接口密钥文件(或环境变量 PLUMB_KEY)/ file with the API key of who asks, or PLUMB_KEY
    #[arg(long, value_name = "FILE", requires = "url")]
    key_file: Option<PathBuf>,
    /// serve 须以此公钥证明是本账本;不给则用账本文件夹中日志的公钥 / the log's public key by which the
    /// server must show that it is this ledger's; unless given, those of the log in the folder
    #[arg(long, value_name = "VKEY", requires = "url")]
    via_key: Option<String>,
}

/// The second person's key, for what two must ask for.
#[derive(clap::Args)]
pub(super) struct Second {
    /// 另一人的接口密钥文件(或环境变量 PLUMB_SECOND_KEY)/ file with the second person's API key, or
    /// PLUMB_SECOND_KEY
    #[arg(long, value_name = "FILE", requires = "url")]
    second_key_file: Option<PathBuf>,
}

/// A server to ask.
pub(super) struct Server {
    client: Client,
    url: String,
    headers: Vec<(&'static str, String)>,
    /// The log's key, where one is given.
    key: Option<VerifyingKey>,
}

impl Via {
    /// Whether a server is named.
    pub(super) fn is_given(&self) -> bool {
        self.url.is_some()
    }

    /// The server, if one is named; `None` if the command is to write by itself.
    pub(super) fn server(&self, second: Option<&Second>) -> Result<Option<Server>, Failure> {
        let Some(url) = &self.url else { return Ok(None) };
        let first = key(self.key_file.as_deref(), "PLUMB_KEY", "--key-file")?;
        let mut headers = vec![("authorization", bearer(&first))];
        if let Some(second) = second {
            let place = second.second_key_file.as_deref();
            let key = key(place, "PLUMB_SECOND_KEY", "--second-key-file")?;
            headers.push(("second-authorization", bearer(&key)));
        }
        let url = url.trim_end_matches('/').to_owned();
        let pinned = self.via_key.as_deref().map(VerifyingKey::parse).transpose();
        let key = pinned.map_err(|error| Failure {
            exit: Exit::Usage,
            message: format!("--via-key: {error}"),
        })?;
        Ok(Some(Server { client: Client::within(WAIT), url, headers, key }))
    }
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

fn key(file: Option<&Path>, variable: &str, option: &str) -> Result<String, Failure> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path).map_err(|error| Failure {
            exit: Exit::NotFound,
            message: format!("{option} {}: {error}", path.display()),
        })?,
        None => std::env::var(variable).unwrap_or_default(),
    };
    let key = text.trim().to_owned();
    // What no header can carry is no key either.
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!(
            "缺少接口密钥:写在文件中以 {option} 给出,或放在环境变量 {variable};由 plumb keys add 生成 / no \
             API key: give a file by {option}, or {variable}; `plumb keys add` makes one"
        );
        return Err(Failure { exit: Exit::Usage, message });
    }
    Ok(key)
}

impl Server {
    /// Refuses a server of another ledger, before any key is shown to it: its checkpoint
    /// must be of this ledger's origin, and signed by a key that the folder's log has had.
    pub(super) fn is_of(&self, layout: &Layout, config: &Config) -> Result<(), Failure> {
        let note = self.taken("/api/v1/checkpoints/latest", |url| self.client.get(url))?;
        let note = String::from_utf8_lossy(&note).into_owned();
        let (found, due) =
            (note.lines().next().unwrap_or_default(), config.origin_of(LogName::Open));
        if found == due {
            return self.signed(&note, layout, config).map_err(|error| Failure {
                exit: Exit::Broken,
                message: format!(
                    "{}: 以本账本之名答复,检查点却不是它的密钥所签;未向其出示任何密钥 / answers in this ledger's \
                     name, and its checkpoint is not signed by a key of it; no key was shown to it: {error}",
                    self.url
                ),
            });
        }
        let message = format!(
            "{}: 是另一账本({found}),--dir 所指是 {due} / serves another ledger ({found}) than --dir ({due})",
            self.url
        );
        Err(Failure { exit: Exit::Usage, message })
    }

    /// Whether a checkpoint is signed by the key that was given, or by one that the log in
    /// the folder has had.
    fn signed(&self, note: &str, layout: &Layout, config: &Config) -> Result<(), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        if let Some(key) = &self.key {
            return key.verify(note).map(drop).map_err(|error| told(&error));
        }
        let reader = damage::reader(layout, config, LogName::Open).map_err(|f| f.message)?;
        let first = first_key(&reader).map_err(|failure| failure.message)?;
        let first = first.ok_or("entry 0 names no key")?;
        let keys = reader.succession(first).map_err(|error| told(&error))?;
        keys.verify(note).map(drop).map_err(|error| told(&error))
    }

    /// Asks for something to be done; gives the answer's JSON.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = body.to_string();
        let answer =
            self.taken(path, |url| self.client.post_with(url, &headers, body.as_bytes()))?;
        serde_json::from_slice(&answer).map_err(|error| Failure {
            exit: Exit::Failed,
            message: format!("{}{path}: 答复不是 JSON / the answer is no JSON: {error}", self.url),
        })
    }

    fn taken(
        &self,
        path: &str,
        ask: impl FnOnce(&str) -> Result<Answer, crate::fetch::FetchError>,
    ) -> Result<Vec<u8>, Failure> {
        let answer = ask(&format!("{}{path}", self.url)).map_err(|error| Failure {
            exit: Exit::Failed,
            message: format!(
                "{error}\n请确认 serve 在运行、--via 是其内部地址;serve 未运行时去掉 --via / is the server \
                 running, and is this its internal address? Without a server leave --via out"
            ),
        })?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = problem["detail"].as_str().unwrap_or("no answer of this ledger's");
        let code = problem["code"].as_str().unwrap_or("-");
        let exit = match answer.status {
            400 | 413 | 422 => Exit::Usage,
            401 | 403 => Exit::NotAllowed,
            404 => Exit::NotFound,
            _ => Exit::Failed,
        };
        Err(Failure { exit, message: format!("{said}({} {code})", answer.status) })
    }
}
