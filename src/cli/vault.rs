//! `plumb vault`: confidential members opened by role and purpose, erased by two
//! persons, and the roles themselves, granted and removed on record.

use super::via::{Second, Server, Via};
use super::{Dir, Exit, Failure, close, damage, print, surroundings, witnessing};
use crate::config::Layout;
use crate::judging::zone;
use crate::ledger::{LogName, read_config};
use crate::opening::{
    Ask, EraseError, Erasure, Granting, Opened, OpeningError, Revoking, RoleError, Target, erase,
    grant, is_class, open, read, revoke, to_json,
};
use clap::Subcommand;
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
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
    Grant(GrantRole),
    Revoke(RevokeRole),
    Roles(ListRoles),
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
    /// 何人(加 --via 时由密钥表明)/ who; with --via the key says it
    #[arg(
        long = "as",
        value_name = "WHO",
        required_unless_present = "url",
        conflicts_with = "url"
    )]
    who: Option<String>,
    /// 目的,入账 / the purpose, which is recorded
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// 只开启此类,可多次给出 / only members of this class; may be given more than once
    #[arg(long = "class", value_name = "CLASS")]
    classes: Vec<String>,
    #[command(flatten)]
    via: Via,
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
    /// 批准人,须两人(加 --via 时由密钥表明)/ who approves; two persons; with --via the keys say it
    #[arg(
        long = "approved-by",
        value_name = "OFFICER",
        required_unless_present = "url",
        conflicts_with = "url"
    )]
    approved_by: Vec<String>,
    #[command(flatten)]
    via: Via,
    #[command(flatten)]
    second: Second,
    /// JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

/// 授予角色:可开启哪些类、可行使哪些职权;两人经手,记入封存账 / grant a role: the classes that it opens, the
/// powers that it gives; by two persons, recorded in the sealed log
#[derive(clap::Args)]
struct GrantRole {
    /// 角色名 / the role's name
    role: String,
    /// 担任者:人员编号或接口密钥名 / who gets it: an officer's id or an API key's name
    member: String,
    #[command(flatten)]
    dir: Dir,
    /// personal, sensitive-personal, business, internal, discipline, informant
    #[arg(long = "class", value_name = "CLASS")]
    classes: Vec<String>,
    /// erase(经接口销毁密钥)、close(经接口日结)/ what may be done over HTTP
    #[arg(long = "power", value_name = "POWER")]
    powers: Vec<String>,
    /// 何时生效,默认即刻 / from when on; from now on by default
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// 何时失效(不含)/ until before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// 目的,入账 / the purpose, which is recorded
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// 提出人 / who asks for it
    #[arg(long, value_name = "WHO")]
    by: String,
    /// 批准人:不是提出人,也不是担任者 / who approves: neither who asks nor who gets it
    #[arg(long, value_name = "WHO")]
    approved_by: String,
}

/// 撤销角色,记入封存账;此前的开启仍按当时的角色评判 / remove a role, on record; openings before stay judged
/// by the roles of their time
#[derive(clap::Args)]
struct RevokeRole {
    /// 角色名 / the role's name
    role: String,
    /// 担任者 / who held it
    member: String,
    #[command(flatten)]
    dir: Dir,
    /// 何时起,默认即刻 / from when on; from now on by default
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// 目的,入账 / the purpose, which is recorded
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// 提出人 / who asks for it
    #[arg(long, value_name = "WHO")]
    by: String,
}

/// 某一时刻有效的角色 / the roles in force at a moment
#[derive(clap::Args)]
struct ListRoles {
    #[command(flatten)]
    dir: Dir,
    /// 在哪一时刻有效,默认现在 / in force when; now by default
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// 按哪一时刻已入账的记录,默认全部 / by what was recorded by then; all by default
    #[arg(long, value_name = "TIME")]
    known_at: Option<String>,
    /// JSON 输出,一行一项 / as JSON, one a line
    #[arg(long)]
    json: bool,
}

impl Vault {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Open(command) => command.run(),
            Command::Erase(command) => command.run(),
            Command::Grant(command) => command.run(),
            Command::Revoke(command) => command.run(),
            Command::Roles(command) => command.run(),
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
        if let Some(server) = self.via.server(None)? {
            return self.by(&server);
        }
        let ledger = witnessing::open(&self.dir.dir, "vault open")?;
        let target =
            if self.event { Target::Event(&self.which) } else { Target::Stream(&self.which) };
        let answer = open(
            &ledger,
            &Ask {
                who: self.who.as_deref().unwrap_or_default(),
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

impl Open {
    /// By the server that holds the ledger: its key says who opens.
    fn by(&self, server: &Server) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        server.is_of(&layout, &read_config(&layout)?)?;
        let target = if self.event { "event" } else { "stream" };
        let answer = server.post(
            "/api/v1/vault/openings",
            &json!({
                "role": self.role, "purpose": self.purpose, "log": self.log, target: self.which,
                "classes": self.classes,
            }),
        )?;
        if self.json {
            print(&answer.to_string())?;
            return Ok(Exit::Done);
        }
        for member in answer["members"].as_array().into_iter().flatten() {
            let text = |name: &str| member[name].as_str().unwrap_or("-");
            let value = match member["destroyed"] == true {
                true => DESTROYED.to_owned(),
                false => format!("{}\t{}", text("name"), member["value"]),
            };
            print(&format!("{}\t{}\t{}\t{value}", member["position"], text("id"), text("class")))?;
        }
        Ok(Exit::Done)
    }
}

const DESTROYED: &str = "密钥已销毁 / the key was destroyed";

fn line(member: &Opened) -> String {
    let Opened { position, id, class, disclosure } = member;
    let class = class.as_str();
    match disclosure {
        Some(found) => {
            let value = String::from_utf8_lossy(&found.value.to_bytes()).into_owned();
            format!("{position}\t{id}\t{class}\t{}\t{value}", found.name)
        }
        None => format!("{position}\t{id}\t{class}\t{DESTROYED}"),
    }
}

impl Erase {
    fn run(self) -> Result<Exit, Failure> {
        if let Some(server) = self.via.server(Some(&self.second))? {
            let layout = Layout::new(&self.dir.dir);
            server.is_of(&layout, &read_config(&layout)?)?;
            let Erase { subject, ground, basis, .. } = &self;
            let asked = json!({"subject": subject, "ground": ground, "basis": basis});
            let answer = server.post("/api/v1/vault/erasures", &asked)?;
            let events = answer["events"].as_u64().unwrap_or_default();
            return self.tell(events, answer["destroyed"] == true);
        }
        let [first, second] = self.approved_by.as_slice() else {
            return Err(usage("--approved-by 须给出两次 / give --approved-by twice".to_owned()));
        };
        let ledger = witnessing::open(&self.dir.dir, "vault erase")?;
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
        self.tell(erased.events, erased.destroyed)
    }

    fn tell(&self, events: u64, destroyed: bool) -> Result<Exit, Failure> {
        print(&if self.json {
            json!({
                "schema": "plumbline.erasure/1", "subject": self.subject,
                "events": events, "destroyed": destroyed,
            })
            .to_string()
        } else if destroyed {
            format!(
                "已销毁密钥,{} 件事件中的密封值不可再读;备份中的密钥库须另行销毁 / the key is destroyed \
                 and what {0} events hold under it can no longer be read; destroy it in backups of \
                 the key store too",
                events
            )
        } else {
            "密钥早已销毁 / the key had been destroyed before".to_owned()
        })?;
        Ok(Exit::Done)
    }
}

/// A moment from which on, or until before which: a date stands for its beginning.
fn beginning(option: &str, text: Option<&str>, zone: Zone) -> Result<Option<Micros>, Failure> {
    let day = |text: &str| parse_date(text).map(|day| zone.start_of(day));
    moment(option, text, |text| day(text).or_else(|| zone.instant(text)))
}

fn moment(
    option: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<Micros>,
) -> Result<Option<Micros>, Failure> {
    let Some(text) = text else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        usage(format!(
            "{option} {text}: 写作 2026-03-05 或 2026-03-05T16:20:00+08:00 / write a date or RFC 3339"
        ))
    })
}

impl GrantRole {
    fn run(self) -> Result<Exit, Failure> {
        let zone = zone(&read_config(&Layout::new(&self.dir.dir))?);
        let from = beginning("--from", self.from.as_deref(), zone)?;
        let until = beginning("--until", self.until.as_deref(), zone)?;
        let ledger = witnessing::open(&self.dir.dir, "vault")?;
        let answer = grant(
            &ledger,
            &Granting {
                role: &self.role,
                member: &self.member,
                classes: &self.classes,
                powers: &self.powers,
                from,
                until,
                purpose: &self.purpose,
                by: &self.by,
                approved_by: &self.approved_by,
            },
        );
        close(ledger)?;
        answer?;
        print(&format!("{}\t{}\t已授予并留痕 / granted, on record", self.role, self.member))?;
        Ok(Exit::Done)
    }
}

impl RevokeRole {
    fn run(self) -> Result<Exit, Failure> {
        let zone = zone(&read_config(&Layout::new(&self.dir.dir))?);
        let from = beginning("--from", self.from.as_deref(), zone)?;
        let ledger = witnessing::open(&self.dir.dir, "vault")?;
        let RevokeRole { role, member, purpose, by, .. } = &self;
        let answer = revoke(&ledger, &Revoking { role, member, from, purpose, by });
        close(ledger)?;
        answer?;
        print(&format!("{role}\t{member}\t已撤销并留痕 / removed, on record"))?;
        Ok(Exit::Done)
    }
}

impl ListRoles {
    fn run(self) -> Result<Exit, Failure> {
        let layout = Layout::new(&self.dir.dir);
        let config = read_config(&layout)?;
        let zone = zone(&config);
        let reader = damage::reader(&layout, &config, LogName::Sealed)?;
        let as_of = moment("--as-of", self.as_of.as_deref(), |text| zone.instant(text))?;
        let known = self.known_at.as_deref();
        let known = match moment("--known-at", known, |text| zone.instant(text))? {
            Some(moment) => reader.lookup().recorded_before(moment.saturating_add(1))?,
            None => reader.size(),
        };
        let roles = read(&reader, known)?;
        let at = as_of.unwrap_or_else(|| surroundings("vault").clock.now());
        for (told, grant) in roles.in_force(at) {
            let listed = |words: &std::collections::BTreeSet<String>| {
                words.iter().map(String::as_str).collect::<Vec<_>>().join(",")
            };
            let until = grant.until.map(|until| zone.rfc3339(until));
            print(&if self.json {
                json!({
                    "schema": "plumbline.role/1", "role": told.role, "member": told.member,
                    "classes": grant.classes, "powers": grant.powers, "position": told.position,
                    "valid_from": zone.rfc3339(told.from), "valid_to": until,
                })
                .to_string()
            } else {
                let (classes, powers) = (listed(&grant.classes), listed(&grant.powers));
                let until = until.unwrap_or_default();
                let from = zone.rfc3339(told.from);
                format!("{}\t{}\t{classes}\t{powers}\t{from}\t{until}", told.role, told.member)
            })?;
        }
        let listed = config.role.iter().any(|role| !role.members.is_empty());
        if listed && roles.is_empty() {
            eprintln!(
                "plumbline.toml 所列角色尚未入账,首次开启时承接;此后只认账中记录 / the roles of plumbline.toml \
                 are not in the log yet; the first opening takes them over, and from then on only \
                 the log counts"
            );
        }
        Ok(Exit::Done)
    }
}

impl From<OpeningError> for Failure {
    fn from(error: OpeningError) -> Failure {
        let exit = match error {
            OpeningError::Open(error) => return error.into(),
            OpeningError::Store(error) => return error.into(),
            OpeningError::Roles(error) => return error.into(),
            OpeningError::NotAllowed { .. } => Exit::NotAllowed,
            OpeningError::NothingSealed => Exit::NotFound,
            OpeningError::TooMany(_) | OpeningError::NoPurpose => Exit::Usage,
            OpeningError::NotRecorded(_) => Exit::Failed,
            OpeningError::DoesNotOpen(_) => Exit::Broken,
        };
        Failure { exit, message: error.to_string() }
    }
}

impl From<RoleError> for Failure {
    fn from(error: RoleError) -> Failure {
        let exit = match error {
            RoleError::Open(error) => return error.into(),
            RoleError::Store(error) => return error.into(),
            RoleError::OneApprover => Exit::NotAllowed,
            RoleError::NotHeld { .. } => Exit::NotFound,
            RoleError::Unreadable { .. } => Exit::Broken,
            RoleError::NoPurpose
            | RoleError::Nothing
            | RoleError::NoSuchRight(_)
            | RoleError::NoTime => Exit::Usage,
            RoleError::TooMany(_) | RoleError::Append(_) => Exit::Failed,
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
