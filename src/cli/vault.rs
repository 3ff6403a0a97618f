//! `plumb vault`: confidential members opened by role and purpose, erased by two
//! persons, and the roles themselves.

use super::{Dir, Exit, Failure, close, print, surroundings};
use crate::config::{Layout, Role};
use crate::durable::replace;
use crate::ledger::{Ledger, LogName, read_config};
use crate::opening::{
    Ask, EraseError, Erasure, Opened, OpeningError, Target, erase, is_class, open, to_json,
};
use clap::Subcommand;
use serde_json::json;

/// 保密库:按角色开启、双人销毁 / the vault: opening by role, erasing by two persons
#[derive(clap::Args)]
pub struct Vault {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Open(Open),
    Erase(Erase),
    Role(SetRole),
    /// 已设的角色 / the roles
    Roles {
        #[command(flatten)]
        dir: Dir,
    },
}

/// 开启一案或一事件的密封项;先在封存账留痕(access.recorded)/ open the sealed members of a stream
/// or an event; the access is recorded first
#[derive(clap::Args)]
struct Open {
    /// 案件;或加 --event 为事件编号 / the stream, or with --event an event's id
    which: String,
    #[command(flatten)]
    dir: Dir,
    /// 参数是事件编号 / the argument is an event's id
    #[arg(long)]
    event: bool,
    /// 哪个日志 / which log
    #[arg(long = "log", default_value = "open", value_parser = ["open", "sealed"])]
    log: String,
    /// 以何角色 / under which role
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// 何人 / who
    #[arg(long = "as", value_name = "WHO")]
    who: String,
    /// 目的,入账 / the purpose, which is recorded
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// 只开启此类,可多次给出 / only members of this class; may be given more than once
    #[arg(long = "class", value_name = "CLASS")]
    classes: Vec<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// 销毁一个主体的密钥:其密封值从此不可读,账、链与证明不变 / destroy a subject's key: what is sealed
/// under it can never be read again; log, chain and proofs stay
#[derive(clap::Args)]
struct Erase {
    /// 主体:当事人编号;内部与纪检类为案件 / the subject: a party's id, or a stream
    subject: String,
    #[command(flatten)]
    dir: Dir,
    /// 事由:个保法47、商业秘密、未成年人、公示到期、信用修复、法院裁判 / the ground
    #[arg(long, value_name = "GROUND", default_value = "个保法47")]
    ground: String,
    /// 依据:申请或裁判的编号 / what the ground is here: a request's or a judgment's number
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// 批准人,须两人 / who approves; two persons
    #[arg(long = "approved-by", value_name = "OFFICER", required = true)]
    approved_by: Vec<String>,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// 设一个角色:可开启哪些类,由哪些人或接口密钥担任(写入 plumbline.toml)/ set a role: the classes it
/// may open, and the persons or API keys that hold it
#[derive(clap::Args)]
struct SetRole {
    /// 角色名 / the role's name
    name: String,
    #[command(flatten)]
    dir: Dir,
    /// personal, sensitive-personal, business, internal, discipline, informant
    #[arg(long = "class", value_name = "CLASS")]
    classes: Vec<String>,
    /// 人员编号或接口密钥名 / an officer's id or an API key's name
    #[arg(long = "member", value_name = "WHO")]
    members: Vec<String>,
}

impl Vault {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Open(command) => command.run(),
            Command::Erase(command) => command.run(),
            Command::Role(command) => command.run(),
            Command::Roles { dir } => roles(&dir),
        }
    }
}

fn usage(message: String) -> Failure {
    Failure { exit: Exit::Usage, message }
}

fn check_classes(classes: &[String]) -> Result<(), Failure> {
    match classes.iter().find(|word| !is_class(word)) {
        None => Ok(()),
        Some(word) => Err(usage(format!(
            "没有 {word} 这一类 / no such class: {word} (personal, sensitive-personal, business, \
             internal, discipline, informant)"
        ))),
    }
}

impl Open {
    fn run(self) -> Result<Exit, Failure> {
        check_classes(&self.classes)?;
        let ledger = Ledger::open(&self.dir.dir, surroundings("vault"))?;
        let target =
            if self.event { Target::Event(&self.which) } else { Target::Stream(&self.which) };
        let answer = open(
            &ledger,
            &Ask {
                who: &self.who,
                role: &self.role,
                purpose: &self.purpose,
                log: LogName::parse(&self.log).unwrap_or(LogName::Open),
                target,
                classes: &self.classes,
            },
        );
        close(ledger)?;
        let members = answer?;
        if self.json {
            print(&to_json(&members).to_string())?;
        } else {
            for member in &members {
                print(&line(member))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn line(member: &Opened) -> String {
    let Opened { position, id, class, disclosure } = member;
    let class = class.as_str();
    match disclosure {
        Some(found) => {
            let value = String::from_utf8_lossy(&found.value.to_bytes()).into_owned();
            format!("{position}\t{id}\t{class}\t{}\t{value}", found.name)
        }
        None => format!("{position}\t{id}\t{class}\t密钥已销毁 / the key was destroyed"),
    }
}

impl Erase {
    fn run(self) -> Result<Exit, Failure> {
        let [first, second] = self.approved_by.as_slice() else {
            return Err(usage("--approved-by 须给出两次 / give --approved-by twice".to_owned()));
        };
        let ledger = Ledger::open(&self.dir.dir, surroundings("vault"))?;
        let answer = erase(
            &ledger,
            &Erasure {
                subject: &self.subject,
                ground: &self.ground,
                basis: &self.basis,
                approved_by: [first, second],
            },
        );
        close(ledger)?;
        let erased = answer?;
        print(&if self.json {
            json!({
                "schema": "plumbline.erasure/1", "subject": self.subject,
                "events": erased.events, "destroyed": erased.destroyed,
            })
            .to_string()
        } else if erased.destroyed {
            format!(
                "已销毁密钥,{} 件事件中的密封值不可再读;备份中的密钥库须另行销毁 / the key is destroyed \
                 and what {0} events hold under it can no longer be read; destroy it in backups of \
                 the key store too",
                erased.events
            )
        } else {
            "密钥早已销毁 / the key had been destroyed before".to_owned()
        })?;
        Ok(Exit::Done)
    }
}

impl SetRole {
    fn run(self) -> Result<Exit, Failure> {
        check_classes(&self.classes)?;
        let layout = Layout::new(&self.dir.dir);
        let mut config = read_config(&layout)?;
        config.role.retain(|role| role.name != self.name);
        let SetRole { name, classes, members, .. } = self;
        config.role.push(Role { name, classes, members });
        let text = toml::to_string(&config)
            .map_err(|error| Failure { exit: Exit::Failed, message: error.to_string() })?;
        replace(&layout.config(), &text)?;
        eprintln!("服务重启后生效 / the server reads it at its start");
        Ok(Exit::Done)
    }
}

fn roles(dir: &Dir) -> Result<Exit, Failure> {
    for role in read_config(&Layout::new(&dir.dir))?.role {
        print(&format!("{}\t{}\t{}", role.name, role.classes.join(","), role.members.join(",")))?;
    }
    Ok(Exit::Done)
}

impl From<OpeningError> for Failure {
    fn from(error: OpeningError) -> Failure {
        let exit = match error {
            OpeningError::Open(error) => return error.into(),
            OpeningError::Store(error) => return error.into(),
            OpeningError::NotAllowed { .. } => Exit::NotAllowed,
            OpeningError::NothingSealed => Exit::NotFound,
            OpeningError::TooMany(_) | OpeningError::NoPurpose => Exit::Usage,
            OpeningError::NotRecorded(_) => Exit::Failed,
            OpeningError::DoesNotOpen(_) => Exit::Broken,
        };
        Failure { exit, message: error.to_string() }
    }
}

impl From<EraseError> for Failure {
    fn from(error: EraseError) -> Failure {
        let exit = match error {
            EraseError::Store(error) => return error.into(),
            EraseError::OneApprover => Exit::NotAllowed,
            EraseError::UnknownSubject(_) => Exit::NotFound,
            EraseError::Append(_) | EraseError::Vault(_) => Exit::Failed,
        };
        Failure { exit, message: error.to_string() }
    }
}
