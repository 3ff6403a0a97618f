//! `plumb keys`: the logs' keys and their rotation, the keys of submitting systems, and
//! those of persons who sign a ceremony.

use super::api_keys::{self, For};
use super::second::Also;
use super::{Dir, Exit, Failure, close, damage, print, salt, witnessing};
use crate::config::{Config, Layout};
use crate::durable::replace;
use crate::ledger::checkpoints::{latest, signing_key};
use crate::ledger::further::{self, FurtherError};
use crate::ledger::rotation::{RotationError, prepare, rotate};
use crate::ledger::{LogName, read_config};
use crate::second::{Algorithm, Signer};
use plumbline_replay::integrity::checkpoint::SigningKey;
use plumbline_replay::integrity::entry::scan;
use plumbline_replay::succession::Step;
use serde_json::{Value, json};

/// 密钥 / keys
#[derive(clap::Args)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 各日志的来源、公钥及其历次更换 / origin and public key of each log, and how they changed
    Show {
        #[command(flatten)]
        dir: Dir,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 历次更换密钥的记录,原样,一行一条;可交给只有旧公钥的人核验 / the changes of a log's key as they
    /// are stored, one a line: who has one key of the log follows them to the others
    History {
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
    },
    /// 轮换检查点密钥:由原密钥认可,写入账中 / replace the key that signs checkpoints: the old one
    /// vouches for it in the log
    Rotate {
        #[command(flatten)]
        dir: Dir,
        /// 哪个日志 / which log
        #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
        log: String,
        /// 只生成下一把密钥并显示其公钥,先告知见证者 / only make the next key and show it, so that
        /// witnesses can be told of it first
        #[arg(long)]
        prepare: bool,
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
    /// 停用国密或后量子签名:写入账中,其后的检查点不再带此签名,私钥销毁 / withdraw a further
    /// algorithm: the logs say so, heads from there on do not carry its line, and its private
    /// keys are destroyed
    Withdraw {
        #[command(flatten)]
        dir: Dir,
        #[command(flatten)]
        also: Also,
    },
    /// 生成接口密钥,只显示一次;不写用途即为报送 / make an API key, shown once; for submitting unless
    /// it is said
    Add {
        /// 报送系统或人员的名称 / the system's or the person's name
        name: String,
        #[command(flatten)]
        dir: Dir,
        #[command(flatten)]
        purposes: For,
    },
    /// 写明一把接口密钥的全部用途 / say all that an API key is for
    Allow {
        /// 其名称 / its name
        name: String,
        #[command(flatten)]
        dir: Dir,
        #[command(flatten)]
        purposes: For,
    },
    /// 各接口密钥的名称与用途 / the API keys' names and what each is for
    List {
        #[command(flatten)]
        dir: Dir,
        /// JSON 输出 / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 去除一把接口密钥 / take an API key away
    Remove {
        /// 其名称 / its name
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
    /// 为个人生成签署密钥,只显示一次;公钥印在 stderr / make a person's key for signing, shown once; its
    /// public half is told on stderr
    Person {
        /// 人员编号 / the person's id
        name: String,
    },
}

impl Keys {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::Show { dir, json } => show(&Layout::new(&dir.dir), json),
            Action::History { dir, log } => history(&Layout::new(&dir.dir), &log),
            Action::Rotate { dir, log, prepare: true, .. } => next(&Layout::new(&dir.dir), &log),
            Action::Rotate { dir, log, json, .. } => rotated(&dir, &log, json),
            Action::Also { dir, also, renew } => put_to_use(&Layout::new(&dir.dir), &also, renew),
            Action::Withdraw { dir, also } => withdraw(&Layout::new(&dir.dir), &also),
            Action::Add { name, dir, purposes } => api_keys::add(&dir, &name, &purposes),
            Action::Allow { name, dir, purposes } => api_keys::allow(&dir, &name, &purposes),
            Action::List { dir, json } => api_keys::list(&dir, json),
            Action::Remove { name, dir } => api_keys::remove(&dir, &name),
            Action::Person { name } => person(&name),
        }
    }
}

fn show(layout: &Layout, as_json: bool) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let mut value = serde_json::Map::new();
    for log in LogName::ALL {
        let read = |path: &std::path::Path| {
            let cannot = |reason: String| Failure {
                exit: Exit::CannotTell,
                message: format!("{}: {reason}", path.display()),
            };
            let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
            SigningKey::parse(&text).map_err(|error| cannot(error.to_string()))
        };
        let key = read(&layout.signing_key(log))?;
        let next = layout.next_key(log);
        let next = next.exists().then(|| read(&next)).transpose()?;
        let further: Vec<Value> = further::signers(layout, &config, log)?
            .iter()
            .map(|signer| {
                let key = signer.public();
                json!({
                    "algorithm": key.algorithm().as_str(), "id": key.id(), "vkey": key.vkey(),
                    "pem": key.pem(),
                })
            })
            .collect();
        let mut entry = json!({
            "origin": config.origin_of(log),
            "vkey": key.vkey(),
            "next": next.map(|next| next.vkey()),
            "history": changes(layout, &config, log)?,
        });
        if !further.is_empty() {
            entry["further"] = further.into();
        }
        value.insert(log.as_str().to_owned(), entry);
    }
    let value = Value::Object(value);
    if as_json {
        print(&value.to_string())?;
    } else {
        print(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
    }
    Ok(Exit::Done)
}

/// How a log's key changed, by the log's own entries.
fn changes(layout: &Layout, config: &Config, log: LogName) -> Result<Vec<Value>, Failure> {
    let reader = damage::reader(layout, config, log)?;
    let mut out = Vec::new();
    for (position, entry) in reader.key_changes()? {
        let Ok(fields) = scan(&entry) else { continue };
        let Some(Ok(step)) = Step::of(&fields) else { continue };
        out.push(json!({
            "position": position,
            "recorded_at": fields.recorded_at,
            "old": step.change.key_before().vkey(),
            "new": step.change.key_after().vkey(),
            "restored": step.change.restoration().is_some(),
        }));
    }
    Ok(out)
}

fn history(layout: &Layout, log: &str) -> Result<Exit, Failure> {
    let config = read_config(layout)?;
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    let reader = damage::reader(layout, &config, log)?;
    for (_, entry) in reader.key_changes()? {
        print(&String::from_utf8_lossy(&entry))?;
    }
    Ok(Exit::Done)
}

fn next(layout: &Layout, log: &str) -> Result<Exit, Failure> {
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    print(&prepare(layout, log, salt()?)?)?;
    eprintln!(
        "下一步:各见证者加受此公钥(plumb witness --log),然后 plumb keys rotate / next: let each witness \
         watch this key too (plumb witness --log), then run plumb keys rotate"
    );
    Ok(Exit::Done)
}

fn rotated(dir: &Dir, log: &str, as_json: bool) -> Result<Exit, Failure> {
    let log = LogName::parse(log).unwrap_or(LogName::Open);
    let ledger = witnessing::open(&dir.dir, "keys rotate")?;
    let layout = ledger.layout().clone();
    let answer = rotate(&ledger, log, salt()?);
    close(ledger)?;
    let receipt = answer?;
    let vkey = signing_key(&layout, log)?.vkey();
    print(&if as_json {
        json!({
            "schema": "plumbline.rotation/1", "log": log.as_str(), "vkey": vkey,
            "position": receipt.position,
        })
        .to_string()
    } else {
        format!(
            "{log}: 密钥已轮换,见第 {0} 号记录;现用 / rotated by the entry at {0}; in force: {vkey}",
            receipt.position
        )
    })?;
    Ok(Exit::Done)
}

fn put_to_use(layout: &Layout, also: &Also, renew: bool) -> Result<Exit, Failure> {
    let names = named(also)?;
    let ledger = witnessing::open(layout.root(), "keys also")?;
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
    // Before the keys are announced: a line too many is no breach, one that is missing is.
    write_config(layout, &config)?;
    for (log, key) in &keys {
        further::announce(&ledger, *log, key)?;
    }
    // With the lines that the new settings ask for.
    drop(ledger);
    for log in LogName::ALL {
        latest(layout, &config, log)?;
    }
    witnessing::after_writing(layout, &config)?;
    show(layout, false)
}

/// Which algorithms the command is about; none is a usage that says nothing.
fn named(also: &Also) -> Result<Vec<String>, Failure> {
    match also.names() {
        names if names.is_empty() => {
            let message = "缺少 --sm 或 --ml-dsa / --sm or --ml-dsa is missing".to_owned();
            Err(Failure { exit: Exit::Usage, message })
        }
        names => Ok(names),
    }
}

fn write_config(layout: &Layout, config: &Config) -> Result<(), Failure> {
    let text = toml::to_string(config)
        .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
    Ok(replace(&layout.config(), &text)?)
}

/// Repeating it ends one that was cut short: what is done already stays done.
fn withdraw(layout: &Layout, also: &Also) -> Result<Exit, Failure> {
    let names = named(also)?;
    let ledger = witnessing::open(layout.root(), "keys withdraw")?;
    let mut config = ledger.config().clone();
    // A key's file that is left is one of a withdrawal that was cut short.
    let left =
        |name: &str| LogName::ALL.into_iter().any(|log| layout.further_key(log, name).exists());
    let unused = |name: &&String| !config.signatures.contains(name) && !left(name);
    if let Some(unused) = names.iter().find(unused) {
        let message = format!("{unused}: 未在使用 / is not in use; plumb keys show");
        return Err(Failure { exit: Exit::Usage, message });
    }
    for log in LogName::ALL {
        // The last head with the lines.
        latest(layout, &config, log)?;
        let signers = further::signers(layout, &config, log)?;
        let wanted = signers.iter().map(Signer::public);
        for key in wanted.filter(|key| also.algorithms().contains(&key.algorithm())) {
            further::withdraw(&ledger, log, key)?;
        }
    }
    // After it is told: until then a line that is missing is a breach.
    config.signatures.retain(|name| !names.contains(name));
    write_config(layout, &config)?;
    drop(ledger);
    for log in LogName::ALL {
        for algorithm in also.algorithms() {
            further::destroy_key(layout, log, algorithm)?;
        }
        latest(layout, &config, log)?;
    }
    witnessing::after_writing(layout, &config)?;
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

fn person(name: &str) -> Result<Exit, Failure> {
    let fits = |c: char| !c.is_control() && !c.is_whitespace() && c != '+';
    if name.is_empty() || !name.chars().all(fits) {
        let message = "人员编号不含空白和 + / an id without blanks and +".to_owned();
        return Err(Failure { exit: Exit::Usage, message });
    }
    let key = SigningKey::from_seed(name, salt()?);
    eprintln!("公钥 / public key: {}", key.vkey());
    print(&key.to_text())?;
    Ok(Exit::Done)
}

impl From<RotationError> for Failure {
    fn from(error: RotationError) -> Failure {
        match error {
            RotationError::Sign(error) => error.into(),
            RotationError::Open(error) => error.into(),
            RotationError::Append(_) | RotationError::Statement(_) => {
                Failure { exit: Exit::Failed, message: error.to_string() }
            }
        }
    }
}
