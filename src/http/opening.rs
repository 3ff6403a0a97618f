//! Sealed members opened over HTTP: the key says who asks, the role what may be
//! seen.

use super::asked::{self, bad};
use super::bearer::{Holder, holder, two_holders};
use super::keys::Purpose;
use super::problem::Problem;
use super::{Shared, blocking};
use crate::opening::{Ask, Joint, Target, is_class, open, open_jointly, to_json};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    role: String,
    purpose: String,
    log: Option<String>,
    stream: Option<String>,
    event: Option<String>,
    #[serde(default)]
    classes: Vec<String>,
}

/// `POST /api/v1/vault/openings`
#[utoipa::path(
    post,
    path = "/api/v1/vault/openings",
    tag = "vault",
    operation_id = "openSealed",
    summary = "开启密封项:先留痕,后出示 / open sealed members: recorded first, then shown",
    security(("key" = ["open"])),
    request_body(content((ref("#/components/schemas/OpeningRequest") = "application/json"))),
    responses(
        (status = 200, description = "已留痕并出示 / recorded and shown", body = ref("#/components/schemas/Opening")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 408, response = Problem),
        (status = 413, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn record_and_open(
    State(service): State<Shared>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let who = holder(&service, &headers, Purpose::Open)?;
    let asked: Request = asked::json(sent)?;
    let log = who.log(asked.log.as_deref())?;
    if let Some(word) = asked.classes.iter().find(|word| !is_class(word)) {
        return Err(bad("no-such-class", &format!("没有这一类 / no such class: {word}")));
    }
    blocking(move || {
        let target = match (&asked.stream, &asked.event) {
            (Some(stream), None) => Target::Stream(stream),
            (None, Some(event)) => Target::Event(event),
            _ => {
                let detail = "stream 与 event 须且只须一个 / name either a stream or an event";
                return Err(bad("no-target", detail));
            }
        };
        let Request { role, purpose, classes, .. } = &asked;
        let ask = Ask { who: who.name(), role, purpose, log, target, classes };
        Ok(Json(to_json(&open(&service.ledger, &ask)?)))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JointRequest {
    role: String,
    purpose: String,
    query: String,
    positions: Vec<u64>,
}

/// `POST /api/v1/vault/joint-openings`: what two persons open together, into something
/// that leaves the house.
#[utoipa::path(
    post,
    path = "/api/v1/vault/joint-openings",
    tag = "vault",
    operation_id = "openJointly",
    summary = "两人共同开启开放账若干记录的密封项,如制作完整级证据包:先各留痕,后出示 / open members of the open \
        log on the word of two keys, as for a full bundle: recorded for each first, then shown",
    security(("key" = ["open"])),
    params(("Second-Authorization" = String, Header,
        description = "另一人的密钥,Bearer … / the key of a second person")),
    request_body(content((ref("#/components/schemas/JointOpeningRequest") = "application/json"))),
    responses(
        (status = 200, description = "已留痕并出示 / recorded and shown", body = ref("#/components/schemas/JointOpening")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 408, response = Problem),
        (status = 413, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn open_by_two(
    State(service): State<Shared>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let mut who = two_holders(&service, &headers, Purpose::Open)?;
    let JointRequest { role, purpose, query, mut positions } = asked::json(sent)?;
    who.sort_unstable();
    positions.sort_unstable();
    positions.dedup();
    blocking(move || {
        let joint = Joint {
            who: &[who[0].name(), who[1].name()],
            role: &role,
            purpose: &purpose,
            query: &query,
            positions: &positions,
        };
        let mut answer = to_json(&open_jointly(&service.ledger, &joint)?);
        answer["schema"] = json!("plumbline.joint-opening/1");
        answer["approved_by"] = json!(who.each_ref().map(Holder::name));
        Ok(Json(answer))
    })
    .await
}
