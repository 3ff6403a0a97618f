//! The description of the internal listener for programs: OpenAPI 3.1.
//!
//! Addresses and parameters are described where they are answered; here stand
//! the forms that go over the wire. The document is committed as
//! `schemas/openapi.json`, and a test holds real answers against it.

use super::keys::Purpose;
use super::problem::Problem;
use super::{cases, routes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Content, Ref, RefOr, Schema};
use utoipa::{Modify, OpenApi, ToResponse};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "准绳 Plumbline",
        version = "1",
        description = "行政行为审计账本的内部接口:报送、查阅、重演、证明。时间为 RFC 3339;金额为最小货币单位的整数;\
            出错时一律为 RFC 9457 问题单,其 code 不变。 / The internal listener of the audit ledger: \
            submitting, reading, replaying, proving. Times are RFC 3339, amounts are integers of the \
            smallest unit, errors are RFC 9457 problems whose `code` is stable."
    ),
    servers((url = "/")),
    tags(
        (name = "events", description = "事件:报送与查阅 / events: submitting and reading"),
        (name = "cases", description = "案件:任一时点的状态 / cases at any moment"),
        (name = "reports", description = "报表:可逐字节重制 / reports, made again byte for byte"),
        (name = "vault", description = "保密库 / the vault"),
        (name = "proofs", description = "检查点与证明 / checkpoints and proofs"),
        (name = "service", description = "服务本身 / the service itself"),
    ),
    // Answered behind one address of the router, which cannot tell where a stream ends.
    paths(cases::state, cases::timeline, cases::diff, cases::findings),
    components(responses(Problem)),
    modifiers(&Keys),
)]
pub(super) struct Description;

/// Adds the writers' keys, which no handler's type tells of.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::default);
        let mut key = Http::new(HttpAuthScheme::Bearer);
        key.description = Some(
            "plumb keys add 所生成;各地址之后列出密钥须有的用途 / made by `plumb keys add`; each \
             address names the purpose that the key must be for"
                .to_owned(),
        );
        components.add_security_scheme("key", SecurityScheme::Http(key));
    }
}

impl<'r> ToResponse<'r> for Problem {
    fn response() -> (&'r str, RefOr<utoipa::openapi::Response>) {
        let form = Ref::from_schema_name("Problem");
        let response = utoipa::openapi::ResponseBuilder::new()
            .description("问题单 / a problem (RFC 9457)")
            .content("application/problem+json", Content::new(Some(RefOr::<Schema>::Ref(form))));
        ("Problem", response.build().into())
    }
}

fn object(about: &str, required: &[&str], members: Value) -> Value {
    json!({"type": "object", "description": about, "required": required, "properties": members})
}

fn of(form: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{form}")})
}

fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

fn text(about: &str) -> Value {
    json!({"type": "string", "description": about})
}

fn count(about: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": about})
}

fn marked(schema: &str) -> Value {
    json!({"type": "string", "enum": [schema]})
}

/// Every form by name.
fn forms() -> Vec<(&'static str, Value)> {
    let hash = json!({"type": "string", "pattern": "^[0-9a-f]{64}$",
        "description": "BLAKE3, 64 位小写十六进制 / 64 lower-case hexadecimal digits"});
    let log = json!({"type": "string", "enum": ["open", "sealed"]});
    let mut out = vec![("Hash", hash), ("Log", log)];
    out.extend(registered());
    out.extend(written());
    out.extend(answered());
    out.extend(opened());
    out.extend(closed());
    out.extend(replayed());
    out.extend(judged());
    out.extend(reported());
    out
}

/// The register of event types.
fn registered() -> [(&'static str, Value); 2] {
    let row = json!({
        "code": text("规范编号 / code of the specification"),
        "type": {"type": "string"}, "zh": {"type": "string"}, "en": {"type": "string"},
        "visibility": text("默认可见范围 / who may see it by default"), "log": of("Log"),
        "members": list(json!({"type": "string"})),
        "sealed": list(text("密封的成员 / a member that is sealed")),
    });
    let all = json!({"schema": marked("plumbline.schemas/1"), "types": list(of("EventType"))});
    [
        ("EventType", object("事件类型 / an event type", &["code", "type", "zh", "en"], row)),
        ("Schemas", object("", &["schema", "types"], all)),
    ]
}

/// What is submitted and recorded (FORMAT.md §1).
fn written() -> [(&'static str, Value); 3] {
    let event = json!({
        "id": text("来源系统内的编号,永不重用 / with `source.system` the key, for ever"),
        "type": text("事件类型,如 fee.paid.v1,见 plumb types / an event type, see `plumb types`"),
        "stream": text("案件或对象 / the case or entity"),
        "occurred_at": {"type": "string", "format": "date-time"},
        "source": object("来源 / where it comes from", &["system"],
            json!({"system": text("来源系统 / the system")})),
        "actor": {"type": "object"},
        "recorder": {"type": "object"},
        "parties": list(object("当事人(假名) / a party by its pseudonym", &["id"],
            json!({"id": text("假名 / the pseudonym"), "capacity": text("身份 / the capacity")}))),
        "item": {"type": "object"},
        "body": {"type": "object"},
        "basis": list(json!({})),
        "docs": list(json!({})),
        "venue": {"type": "object"},
        "precision": {"type": "string", "enum": ["minute", "day"]},
        "effective_date": {"type": "string", "format": "date"},
        "late_reason": {"type": "string"},
        "visibility": {"type": "string"},
        "secrecy": {"type": "string"},
        "links": {"type": ["object", "array"]},
        "signature": {"type": "object"},
    });
    let ours = json!({
        "v": {"type": "integer", "enum": [1]},
        "position": count("账中序号 / place in the log, gap-free from 0"),
        "previous": of("Hash"),
        "recorded_at": {"type": "string", "format": "date-time"},
        "revision": count("流中序号 / place in the stream"),
    });
    let mut entry = event.clone();
    for (name, member) in ours.as_object().into_iter().flatten() {
        entry[name] = member.clone();
    }
    let sent = ["id", "type", "stream", "occurred_at", "source"];
    let kept = [&sent[..], &["v", "position", "previous", "recorded_at", "revision"]].concat();
    let cloud = object(
        "CloudEvents 1.0,结构化方式;本账其余成员可放在 data.entry / structured mode; further members \
         of a submission stand in `data.entry`",
        &["specversion", "id", "source", "type", "subject", "time"],
        json!({
            "specversion": {"type": "string", "enum": ["1.0"]},
            "id": {"type": "string"},
            "source": text("→ source.system"),
            "type": {"type": "string"},
            "subject": text("→ stream"),
            "time": {"type": "string", "format": "date-time", "description": "→ occurred_at"},
            "data": {"type": "object", "description": "→ body"},
        }),
    );
    [
        ("Submission", object("报送的事件 / an event as submitted", &sent, event)),
        ("Entry", object("账中记录,逐字节如存 / an entry, byte for byte as stored", &kept, entry)),
        ("CloudEvent", cloud),
    ]
}

/// Sealed members opened and erased.
fn opened() -> [(&'static str, Value); 6] {
    let request = json!({
        "role": text("以何角色 / under which role"),
        "purpose": text("目的,入账 / the purpose, which is recorded"),
        "log": of("Log"),
        "stream": text("案件 / the stream"),
        "event": text("或事件编号 / or an event's id"),
        "classes": list(text("只开启此类 / only members of this class")),
    });
    let member = json!({
        "position": count("账中序号 / place in the log"),
        "id": text("事件编号 / the event's id"),
        "class": text("类别 / the class"),
        "destroyed": {"type": "boolean", "description": "密钥已销毁 / the key was destroyed"},
        "name": {"type": ["string", "null"], "description": "成员名 / the member's name"},
        "value": {"description": "值 / its value"},
        "digest": {"type": ["string", "null"], "description": "账中 _sd 的摘要 / its digest in `_sd`"},
        "disclosure": {"type": ["string", "null"], "description": "RFC 9901"},
    });
    let members = list(object("", &["position", "id", "class", "destroyed"], member));
    let answer = json!({"schema": marked("plumbline.opening/1"), "members": members.clone()});
    let joint = json!({
        "role": text("两人以何角色 / under which role of both"),
        "purpose": text("目的,入账 / the purpose, which is recorded"),
        "query": text("为何物而开启,入账 / what it is opened for, which is recorded"),
        "positions": list(count("账中序号 / place in the log")),
    });
    let jointly = json!({
        "schema": marked("plumbline.joint-opening/1"), "members": members,
        "approved_by": list(text("批准人 / who approved")),
    });
    let asked = ["role", "purpose", "query", "positions"];
    let told = ["schema", "members", "approved_by"];
    [
        ("JointOpeningRequest", object("两人开启何物 / what two open", &asked, joint)),
        ("JointOpening", object("两人已开启的密封项 / what two have opened", &told, jointly)),
        ("OpeningRequest", object("开启何物 / what to open", &["role", "purpose"], request)),
        ("Opening", object("已开启的密封项 / what was opened", &["schema", "members"], answer)),
        (
            "ErasureRequest",
            object(
                "销毁谁的密钥 / whose key to destroy",
                &["subject", "basis"],
                json!({
                    "subject": text("主体:当事人编号;内部与纪检类为案件 / a party's id, or a stream"),
                    "ground": text("事由,默认 个保法47 / the ground, 个保法47 unless said"),
                    "basis": text("依据:申请或裁判的编号 / a request's or a judgment's number"),
                }),
            ),
        ),
        (
            "Erasure",
            object(
                "已作的销毁 / what was done",
                &["schema", "subject"],
                json!({
                    "schema": marked("plumbline.erasure/1"),
                    "subject": {"type": "string"},
                    "events": count("其下密封的事件数 / events that hold a value under the key"),
                    "destroyed": {"type": "boolean", "description": "假:早已销毁 / false: it had been before"},
                }),
            ),
        ),
    ]
}

/// Closings, one by one.
fn closed() -> [(&'static str, Value); 1] {
    let closing = json!({
        "schema": marked("plumbline.closing/1"),
        "log": of("Log"),
        "position": count("账中序号 / place in the log"),
        "recorded_at": {"type": "string", "format": "date-time"},
        "size": count("所覆盖的记录数 / entries covered"),
        "streams": count("其中的案件(流)数 / streams among them"),
        "root": of("Hash"),
    });
    let members = ["schema", "log", "position", "size", "streams", "root"];
    let closings = list(object("一次日结 / one closing", &members, closing));
    let answer = json!({"schema": marked("plumbline.closings/1"), "closings": closings});
    [("Closings", object("日结 / closings", &["schema", "closings"], answer))]
}

/// Receipts, proofs and problems.
fn answered() -> [(&'static str, Value); 5] {
    let receipt = json!({
        "schema": marked("plumbline.receipt/1"),
        "id": {"type": "string"},
        "log": of("Log"),
        "position": count("账中序号 / place in the log"),
        "hash": of("Hash"),
        "revision": count("流中序号 / place in the stream"),
        "log_size": count("此时账的条数 / entries of the log by then"),
        "duplicate": {"type": "boolean", "description": "早已入账,此为原回执 / was recorded before"},
        "origin": text("日志的来源,签名时有 / the log's origin, where it is signed"),
        "signature": text("base64,日志密钥对承诺的签名(FORMAT.md §9)/ the log's signature"),
        "proof": text("C2SP tlog-proof"),
    });
    let result = object(
        "一条的结果 / what became of one",
        &["index", "status"],
        json!({
            "index": count("请求中的位置 / place in the request"),
            "status": {"type": "integer"},
            "receipt": of("Receipt"),
            "problem": of("Problem"),
        }),
    );
    let problem = json!({
        "type": text("/problems/<code>"),
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": text("不变,供程序用 / stable, for programs"),
        "detail": text("供人阅读 / for people"),
        "errors": list(object("出错处 / where", &["pointer", "code"],
            json!({"pointer": text("RFC 6901"), "code": {"type": "string"}}))),
        "index": count("批中第几条,从 0 起 / which of the batch, from 0"),
        "line": count("第几行,从 1 起 / which line, from 1"),
        "current_revision": {"type": ["integer", "null"]},
        "purpose": {"type": "string", "enum": Purpose::ALL.map(Purpose::as_str),
            "description": "密钥所缺的用途 / the purpose that the key lacks"},
    });
    let consistency = json!({
        "schema": marked("plumbline.consistency/1"),
        "log": of("Log"),
        "old": count("较早的条数 / entries then"),
        "new": count("检查点的条数 / entries of the checkpoint"),
        "hashes": list(text("base64, RFC 9162 §2.1.4")),
        "checkpoint": text("C2SP signed note"),
    });
    let batch = json!({"schema": marked("plumbline.batch/1"), "results": list(of("BatchResult"))});
    let all = ["schema", "id", "log", "position", "hash", "revision", "log_size", "duplicate"];
    let proof = ["schema", "log", "old", "new", "hashes", "checkpoint"];
    [
        ("Receipt", object("回执,落盘之后才发出 / a receipt, sent once durable", &all, receipt)),
        ("BatchResult", result),
        ("Batch", object("按请求次序 / in the order asked", &["schema", "results"], batch)),
        ("Problem", object("RFC 9457", &["type", "title", "status", "code", "detail"], problem)),
        ("Consistency", object("一致性证明 / a consistency proof", &proof, consistency)),
    ]
}

/// Cases as they are folded at a moment.
fn replayed() -> [(&'static str, Value); 9] {
    let maybe = |kind: &str| json!({"type": [kind, "null"]});
    let any = json!({"type": "object"});
    let grounds =
        json!({"type": "object", "additionalProperties": list(json!({"type": "integer"}))});
    let named = object(
        "",
        &["code", "zh", "en"],
        json!({"code": {"type": "string"}, "zh": {"type": "string"}, "en": {"type": "string"}}),
    );
    let moment = json!({"as_of": maybe("string"), "known_at": maybe("string")});
    let place = json!({"position": count("账中序号 / place in the log"), "hash": of("Hash")});
    let head = |schema: &str, more: Value| {
        let mut members = json!({
            "schema": marked(schema), "log": of("Log"), "stream": {"type": "string"},
            "log_size": count("答复所依据的条数 / entries behind the answer"),
        });
        for (name, member) in more.as_object().into_iter().flatten() {
            members[name] = member.clone();
        }
        let required: Vec<String> =
            members.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
        let required: Vec<&str> = required.iter().map(String::as_str).collect();
        object("", &required, members)
    };
    let state = json!({
        "stream": {"type": "string"}, "kind": named, "state": named, "item": maybe("string"),
        "unit": maybe("string"), "parties": any, "officers": any, "documents": any, "dates": any,
        "dues": any, "amounts": any, "flags": any, "subcases": list(json!({})),
        "events": count("事件数 / events"), "revision": count("末次修订 / the last revision"),
        "opened": any, "last": any, "recorded_at": maybe("string"),
    });
    let row = json!({
        "position": count("账中序号 / place in the log"), "hash": of("Hash"), "id": {"type": "string"},
        "type": {"type": "string"}, "zh": {"type": "string"}, "en": {"type": "string"},
        "activity": maybe("string"), "occurred_at": {"type": "string"}, "precision": {"type": "string"},
        "recorded_at": {"type": "string"}, "revision": count("流中序号 / place in the stream"),
        "unit": maybe("string"), "officer": maybe("string"), "role": maybe("string"),
        "lag_seconds": maybe("integer"), "late": {"type": "boolean"}, "late_reason": maybe("string"),
        "counts": {"type": "boolean"}, "voided_by": {}, "corrected_by": list(json!({})),
    });
    let change = json!({
        "member": text("RFC 6901"), "before": {}, "after": {},
        "because": list(json!({"type": "integer"})),
    });
    let page = json!({
        "schema": marked("plumbline.case.list/1"), "log": of("Log"),
        "log_size": count("答复所依据的条数 / entries behind the answer"),
        "cases": list(of("CaseState")), "after": maybe("string"),
    });
    let about = "空值即不限 / null is no limit";
    [
        ("Moment", object(about, &["as_of", "known_at"], moment)),
        ("Place", object("记录及其哈希 / an entry and its hash", &["position", "hash"], place)),
        ("CaseState", object("案件状态 / a case's state", &["stream", "kind", "state"], state)),
        ("TimelineRow", object("", &["position", "hash", "type"], row)),
        ("Change", object("", &["member", "before", "after", "because"], change)),
        ("CaseList", object("", &["schema", "log", "log_size", "cases", "after"], page)),
        (
            "Case",
            head(
                "plumbline.case/1",
                json!({
            "moment": of("Moment"), "case": of("CaseState"), "grounds": grounds,
            "entries": list(of("Place"))}),
            ),
        ),
        (
            "Timeline",
            head(
                "plumbline.case.timeline/1",
                json!({
            "moment": of("Moment"), "timeline": list(of("TimelineRow"))}),
            ),
        ),
        (
            "Diff",
            head(
                "plumbline.case.diff/1",
                json!({
            "from": of("Moment"), "to": of("Moment"), "changes": list(of("Change")),
            "entries": list(of("Place"))}),
            ),
        ),
    ]
}

/// What the rules find on one case.
fn judged() -> [(&'static str, Value); 3] {
    let maybe = json!({"type": ["string", "null"]});
    let finding = json!({
        "finding_id": text("疑点编号,不因所知增多而变 / stays the same as more becomes known"),
        "rule": text("规则编号,见 plumb rules list / see `plumb rules list`"),
        "rule_version": {"type": "integer"},
        "result": {"type": "string", "enum": ["VIOLATION_SIGNAL", "CONFIRMED", "DISMISSED", "EXEMPTED",
            "WAIVED", "INDETERMINATE", "SUPERSEDED_BY_HIGHER_LAW"]},
        "severity": {"type": "string", "enum": ["INFO", "BLUE", "YELLOW", "RED", "REFER"]},
        "stream": {"type": "string"},
        "matter": text("同案同规则各疑点之别 / what tells several of a rule apart"),
        "entries": list(text("所依据记录的编号 / id of an entry that it rests on")),
        "places": list(text("日志/账中序号,如 open/4711 / log and position")),
        "occurred_at": {"type": "string", "format": "date-time"},
        "unit": maybe, "principal_leader": maybe, "deputy_in_charge": maybe,
        "direct": list(json!({"type": "string"})), "supervising_unit": maybe,
        "sentence_zh": {"type": "string"}, "sentence_en": {"type": "string"},
        "explanation": {"type": "object"},
    });
    let answer = json!({
        "schema": marked("plumbline.case.findings/1"), "stream": {"type": "string"},
        "moment": of("Moment"),
        "log_size": count("答复所依据的条数 / entries behind the answer"),
        "sealed_size": {"type": ["integer", "null"], "minimum": 0,
            "description": "密封日志的条数 / of the sealed log"},
        "entries": count("本案条数 / entries of the case"),
        "compliant": count("合规的行为数 / acts found in order"),
        "not_asked": list(text("须跨案比对而未问的规则 / a rule that looks across cases and was not asked")),
        "findings": list(of("Finding")),
    });
    let page = json!({
        "schema": marked("plumbline.findings/1"), "moment": of("Moment"),
        "log_size": count("答复所依据的条数 / entries behind the answer"),
        "sealed_size": {"type": ["integer", "null"], "minimum": 0,
            "description": "密封日志的条数,未读则空 / of the sealed log, where it was read"},
        "findings": list(of("Finding")),
        "cursor": {"type": ["string", "null"], "description": "下页以此相问 / asks for the next page"},
    });
    let of_page = ["schema", "moment", "log_size", "sealed_size", "findings", "cursor"];
    let required = ["schema", "stream", "moment", "log_size", "findings", "not_asked"];
    let of_finding = ["finding_id", "rule", "result", "severity", "stream", "entries"];
    [
        ("Finding", object("疑点 / a finding", &of_finding, finding)),
        ("Findings", object("疑点,分页 / findings, a page of them", &of_page, page)),
        ("CaseFindings", object("一案的疑点 / findings of one case", &required, answer)),
    ]
}

/// The register of reports.
fn reported() -> [(&'static str, Value); 1] {
    let column = json!({
        "name": text("程序所用之名 / as scripts name it"), "zh": {"type": "string"},
        "en": {"type": "string"},
        "holds": {"type": "string", "enum": ["text", "code", "count", "decimal", "date", "moment", "fen",
            "share"]},
    });
    let report = json!({
        "report": {"type": "string"}, "version": count("列或行有变即增 / rises when rows change"),
        "zh": {"type": "string"}, "en": {"type": "string"},
        "rows_zh": text("每行为何 / what a row is about"), "readers_zh": text("读者 / who reads it"),
        "columns": list(object("列 / a column", &["name", "zh", "en", "holds"], column)),
    });
    let all = json!({
        "schema": marked("plumbline.reports/1"),
        "reports": list(object("报表 / a report", &["report", "version", "columns"], report)),
    });
    [("Reports", object("报表一览 / the reports", &["schema", "reports"], all))]
}

/// The document as it is committed and served: OpenAPI 3.1, JSON.
pub fn openapi() -> String {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut document = json!(routes().to_openapi());
        for (name, form) in forms() {
            document["components"]["schemas"][name] = form;
        }
        for path in members(&mut document["paths"]) {
            for operation in members(path) {
                items(operation.get_mut("parameters")).for_each(never_null);
            }
        }
        format!("{document:#}\n")
    });
    TEXT.clone()
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flatten().map(|(_, member)| member)
}

fn items(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

/// A parameter that may be left out is never sent as null, whatever its Rust type
/// could hold.
fn never_null(parameter: &mut Value) {
    let kind = &mut parameter["schema"]["type"];
    let sent = kind.as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null"));
    if let Some(sent) = sent.cloned() {
        *kind = sent;
    }
}

/// `GET /api/v1/openapi.json`
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "service",
    summary = "本说明 / this description",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}
