//! `plumb keys add|allow|list|remove`: the keys of those who ask a server, and what each
//! is for.

use super::{Dir, Exit, Failure, print, salt};
use crate::config::Layout;
use crate::http::{ApiKeys, Purpose};
use crate::ledger::read_config;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

/// What a key is for.
#[derive(clap::Args)]
pub(super) struct For {
    /// 用途,可多个,以逗号分开 / what it is for, several with commas: submit 报送, read-sealed 读封存账,
    /// open 开启密封项(另须角色), administer 日结与销毁(另须职权), metrics 封存账的监控数字
    #[arg(long = "for", value_name = "PURPOSE", value_delimiter = ',', value_parser = purpose)]
    purposes: Vec<Purpose>,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    let all = Purpose::ALL.map(Purpose::as_str).join("|");
    Purpose::parse(text).ok_or(all)
}

/// Makes a name's key, or another in its place.
pub(super) fn add(dir: &Dir, name: &str, asked: &For) -> Result<Exit, Failure> {
    let (layout, mut keys) = read(dir)?;
    let key = Base64UrlUnpadded::encode_string(&salt()?);
    keys.add(name, &key, &asked.purposes);
    keys.write(&layout.api_keys())?;
    eprintln!("只显示这一次 / shown only now; {}", told(&keys, name));
    print(&key)?;
    Ok(Exit::Done)
}

/// Says what a name's key is for.
pub(super) fn allow(dir: &Dir, name: &str, asked: &For) -> Result<Exit, Failure> {
    let (layout, mut keys) = read(dir)?;
    if asked.purposes.is_empty() {
        let message = "缺少 --for / --for is missing".to_owned();
        return Err(Failure { exit: Exit::Usage, message });
    }
    if !keys.allow(name, &asked.purposes) {
        return Err(unknown(name));
    }
    keys.write(&layout.api_keys())?;
    eprintln!("{}", told(&keys, name));
    Ok(Exit::Done)
}

/// Takes a name's key away.
pub(super) fn remove(dir: &Dir, name: &str) -> Result<Exit, Failure> {
    let (layout, mut keys) = read(dir)?;
    if !keys.remove(name) {
        return Err(unknown(name));
    }
    keys.write(&layout.api_keys())?;
    eprintln!(
        "{name} 的密钥已去除,服务重启后失效 / the key of {name} is gone; a running server takes it until \
         its next start"
    );
    Ok(Exit::Done)
}

/// Names and purposes; of the keys themselves only digests are kept.
pub(super) fn list(dir: &Dir, as_json: bool) -> Result<Exit, Failure> {
    let (_, keys) = read(dir)?;
    if as_json {
        let each: Vec<Value> = keys
            .holders()
            .map(|(name, may, said)| {
                let may: Vec<&str> = may.into_iter().map(Purpose::as_str).collect();
                json!({"name": name, "purposes": may, "said": said})
            })
            .collect();
        print(&json!({"schema": "plumbline.api-keys/1", "keys": each}).to_string())?;
        return Ok(Exit::Done);
    }
    for (name, may, said) in keys.holders() {
        let unsaid = match said {
            true => "",
            false => "  (未写明用途的旧密钥 / made before keys had purposes)",
        };
        print(&format!("{name}  {}{unsaid}", words(&may)))?;
    }
    Ok(Exit::Done)
}

fn read(dir: &Dir) -> Result<(Layout, ApiKeys), Failure> {
    let layout = Layout::new(&dir.dir);
    read_config(&layout)?;
    let keys = ApiKeys::read(&layout.api_keys())?;
    Ok((layout, keys))
}

fn words(may: &[Purpose]) -> String {
    match may {
        [] => "-".to_owned(),
        may => may.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>().join(","),
    }
}

fn told(keys: &ApiKeys, name: &str) -> String {
    let may: Vec<Purpose> =
        Purpose::ALL.into_iter().filter(|purpose| keys.may(name, *purpose)).collect();
    format!(
        "{name} 的用途 / is for: {};服务重启后生效 / the server reads it at its start",
        words(&may)
    )
}

fn unknown(name: &str) -> Failure {
    let message = format!(
        "没有 {name} 的密钥;plumb keys list 列出各名 / {name} has no key here: `plumb keys list` names \
         those that have"
    );
    Failure { exit: Exit::NotFound, message }
}
