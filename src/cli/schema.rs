//! `plumb schema`: what a submission of each event type consists of.

use super::{Exit, Failure, line, print};
use plumbline_replay::event::member::Member;
use plumbline_replay::event::register::{self, EventType};
use plumbline_replay::event::schema;
use plumbline_replay::integrity::json::Json;
use std::path::{Path, PathBuf};

/// 事件模式 / the schemas of events
#[derive(clap::Args)]
pub struct Schema {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// 列出各类型 / list the types
    List {
        /// 每行一个 JSON 对象 / one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// 一个类型的成员、模式和样例 / members, schema and example of a type
    Show {
        /// 事件类型,或 envelope / an event type, or `envelope`
        #[arg(value_name = "TYPE")]
        name: String,
        /// JSON 输出 / as JSON
        #[arg(long, conflicts_with = "example")]
        json: bool,
        /// 只输出样例,一行,可直接入账 / the example alone, as `plumb append` takes it
        #[arg(long)]
        example: bool,
    },
    /// 写出全部模式文件 / write all schemas into DIR/events
    Write {
        /// 文件夹 / the folder
        #[arg(value_name = "DIR", default_value = "schemas")]
        dir: PathBuf,
    },
}

impl Schema {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.action {
            Action::List { json } => list(json),
            Action::Show { name, json, example } => show(&name, json, example),
            Action::Write { dir } => write(&dir),
        }
    }
}

fn list(as_json: bool) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    for event_type in register::all() {
        let text = if as_json {
            String::from_utf8_lossy(&schema::summary(event_type).to_bytes()).into_owned()
        } else {
            let sealed: Vec<&str> = event_type.sensitive().map(|(name, _)| name).collect();
            let EventType { code, name, zh, en, .. } = event_type;
            format!("{code}\t{name}\t{zh}\t{en}\t{}", sealed.join(","))
        };
        if !line(&mut out, text.as_bytes())? {
            break;
        }
    }
    Ok(Exit::Done)
}

/// What is shown of a type or of the envelope.
struct Shown {
    head: String,
    members: &'static [Member],
    document: Json<'static>,
    example: Json<'static>,
}

fn find(name: &str) -> Result<Shown, Failure> {
    if name == schema::ENVELOPE_NAME {
        let document = schema::envelope_document();
        let example = document.get("examples").and_then(Json::as_list).and_then(<[_]>::first);
        let example = example.cloned().unwrap_or(Json::Null);
        let head = "envelope 报送的事件 / an event as submitted".to_owned();
        return Ok(Shown { head, members: schema::ENVELOPE, document, example });
    }
    let Some(event_type) = register::find(name) else {
        let near = register::nearest(name).unwrap_or_default();
        let message = format!(
            "没有事件类型 {name};是否指 {near}? / no event type {name}; did you mean {near}? (`plumb \
             schema list` lists them)"
        );
        return Err(Failure { exit: Exit::NotFound, message });
    };
    let EventType { code, zh, en, visibility, log, .. } = event_type;
    Ok(Shown {
        head: format!(
            "{code} {name} {zh} / {en};可见范围 / visibility: {};账 / log: {}",
            visibility.as_str(),
            log.as_str()
        ),
        members: event_type.members,
        document: schema::document(event_type),
        example: schema::example(event_type),
    })
}

fn show(name: &str, as_json: bool, example_only: bool) -> Result<Exit, Failure> {
    let shown = find(name)?;
    if example_only {
        print(&String::from_utf8_lossy(&shown.example.to_bytes()))?;
    } else if as_json {
        let all = Json::object([
            ("schema", Json::text("plumbline.schema/1")),
            ("type", Json::text(name.to_owned())),
            ("document", shown.document),
            ("example", shown.example),
        ]);
        print(&String::from_utf8_lossy(&all.to_bytes()))?;
    } else {
        print(&told(&shown))?;
    }
    Ok(Exit::Done)
}

/// For people: the members, an example, and the schema itself.
fn told(shown: &Shown) -> String {
    let mut out = format!("{}\n\n成员 / members(* 必备 / due,§ 密封 / sealed)\n", shown.head);
    for member in shown.members {
        let due = if member.required { '*' } else { ' ' };
        let sealed = if member.sensitivity.is_some() { '§' } else { ' ' };
        let Member { name, zh, en, .. } = member;
        let unit = member.unit.map(|unit| format!(" [{unit}]")).unwrap_or_default();
        out.push_str(&format!("{due}{sealed} {name}\t{zh} / {en}{unit}\n"));
    }
    let example = schema::pretty(&shown.example);
    let document = schema::pretty(&shown.document);
    out.push_str("\n样例 / an example (plumb append)\n");
    out.push_str(&example);
    out.push_str("\n模式 / JSON Schema 2020-12\n");
    out.push_str(document.trim_end());
    out
}

fn write(dir: &Path) -> Result<Exit, Failure> {
    let folder = dir.join("events");
    let failed = |path: &Path, error: std::io::Error| Failure {
        exit: Exit::Failed,
        message: format!("{}: {error}", path.display()),
    };
    std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    let types = register::all().map(|event_type| (event_type.name, schema::document(event_type)));
    let mut count = 0;
    for (name, document) in types.chain([(schema::ENVELOPE_NAME, schema::envelope_document())]) {
        let path = folder.join(format!("{name}.json"));
        std::fs::write(&path, schema::pretty(&document)).map_err(|error| failed(&path, error))?;
        count += 1;
    }
    eprintln!("已写出 {count} 个文件 / {count} files written: {}", folder.display());
    Ok(Exit::Done)
}
