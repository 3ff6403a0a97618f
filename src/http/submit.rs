//! Submission: one event, a CloudEvent, or a batch.

use super::asked::{Asked, body};
use super::bearer::holder;
use super::keys::Purpose;
use super::media::{self, Media};
use super::problem::Problem;
use super::{Shared, blocking};
use crate::ledger::cloudevent;
use crate::ledger::submission::Draft;
use crate::ledger::{AppendError, Expected, Receipt};
use crate::receipt::Signer;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::integrity::json::{Json, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::IntoParams;

/// The submission in the body of a request for one.
pub(super) fn read_one<'a>(headers: &HeaderMap, sent: &'a [u8]) -> Result<Draft<'a>, Problem> {
    let media = media::of(headers)?;
    let json = parse(sent).map_err(malformed)?;
    let json = match media {
        Media::Json | Media::Lines => json,
        Media::CloudEvent => from_cloudevent(json)?,
        Media::CloudEvents => return Err(media::misplaced()),
    };
    Ok(Draft::new(json).expecting(expected(headers)?))
}

/// `POST /api/v1/events`
#[utoipa::path(
    post,
    path = "/api/v1/events",
    tag = "events",
    operation_id = "submit",
    summary = "报送一个事件 / submit one event",
    security(("key" = ["submit"])),
    params(ReceiptQuery, ("Expected-Revision" = Option<String>, Header,
        description = "any | no_stream | exists | N:流须处于的修订 / what the stream must be at")),
    request_body(content(
        (ref("#/components/schemas/Submission") = "application/json"),
        (ref("#/components/schemas/CloudEvent") = "application/cloudevents+json"),
    )),
    responses(
        (status = 201, description = "已入账并落盘 / recorded and durable", body = ref("#/components/schemas/Receipt"),
            headers(("location" = String, description = "该记录的地址 / the entry's address"))),
        (status = 200, description = "早已入账,此为原回执 / was recorded before: its receipt", body = ref("#/components/schemas/Receipt")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 409, response = Problem),
        (status = 408, response = Problem),
        (status = 413, response = Problem),
        (status = 415, response = Problem),
        (status = 422, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn one(
    State(service): State<Shared>,
    Asked(query): Asked<ReceiptQuery>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    holder(&service, &headers, Purpose::Submit)?;
    let sent = body(sent)?;
    let submission = read_one(&headers, &sent)?;
    let pending = service.ledger.submit_atomic(vec![submission])?;
    let answer = pending.answer().await.into_iter().next();
    let receipt = answer.unwrap_or_else(|| Err(nothing_answered()))?;
    let status = if receipt.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    let location = format!("/api/v1/events/{}?log={}", receipt.position, receipt.log);
    let body = match query.signed {
        true => service.signer.signed(&receipt).to_string(),
        false => receipt.to_line(),
    };
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::LOCATION, location)];
    Ok((status, headers, body).into_response())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptQuery {
    /// 回执由日志密钥签署 / the log's key signs the receipt
    #[serde(default)]
    #[param(required = false)]
    signed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchQuery {
    #[serde(default)]
    atomic: bool,
    #[serde(default)]
    signed: bool,
}

/// `POST /api/v1/events:batch?atomic=true|false`: NDJSON, a JSON array,
/// or a CloudEvents batch.
#[utoipa::path(
    post,
    path = "/api/v1/events:batch",
    tag = "events",
    operation_id = "submit_batch",
    summary = "报送一批事件 / submit a batch",
    security(("key" = ["submit"])),
    params(("atomic" = Option<bool>, Query,
        description = "全部入账或全不入账 / all or none; each by itself if not said"),
        ("signed" = Option<bool>, Query,
        description = "回执由日志密钥签署 / the log's key signs the receipts")),
    request_body(content(
        (ref("#/components/schemas/Submission") = "application/x-ndjson"),
        (Vec<Object> = "application/json"),
        (Vec<Object> = "application/cloudevents-batch+json"),
    )),
    responses(
        (status = 200, description = "逐条的结果 / what became of each", body = ref("#/components/schemas/Batch")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 409, response = Problem),
        (status = 408, response = Problem),
        (status = 413, response = Problem),
        (status = 415, response = Problem),
        (status = 422, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn batch(
    State(service): State<Shared>,
    Asked(query): Asked<BatchQuery>,
    headers: HeaderMap,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    holder(&service, &headers, Purpose::Submit)?;
    let sent = body(sent)?;
    let read = match media::of(&headers)? {
        Media::Lines => ndjson,
        Media::Json => lines_or_list,
        Media::CloudEvents => cloudevents,
        Media::CloudEvent => return Err(media::misplaced()),
    };
    let answers = if query.atomic {
        service.ledger.submit_atomic(read(&sent)?)?.answer().await
    } else {
        let shared = service.clone();
        blocking(move || Ok(shared.ledger.append(read(&sent)?))).await?
    };
    if query.atomic
        && let Some(Err(error)) = answers.first()
    {
        return Err(error.clone().into());
    }
    let signer = query.signed.then_some(&service.signer);
    let outcome = |answer| Outcome::of(answer, signer);
    let results = answers.into_iter().enumerate().map(outcome).collect();
    let told = Told { results, schema: "plumbline.batch/1" };
    // Texts and numbers are always written; there is nothing that could fail.
    let body = serde_json::to_string(&told).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// What became of a batch.
#[derive(Serialize)]
struct Told {
    results: Vec<Outcome>,
    schema: &'static str,
}

/// What became of one event of it: a receipt or a problem.
#[derive(Serialize)]
struct Outcome {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Given>,
    status: u16,
}

/// A receipt, as it was asked for.
#[derive(Serialize)]
#[serde(untagged)]
enum Given {
    Plain(Receipt),
    Signed(Value),
}

impl Outcome {
    fn of(
        (index, answer): (usize, Result<Receipt, AppendError>),
        signer: Option<&Signer>,
    ) -> Outcome {
        match answer {
            Ok(receipt) => {
                let status = if receipt.duplicate { 200 } else { 201 };
                let given = signer.map(|signer| Given::Signed(signer.signed(&receipt)));
                let receipt = Some(given.unwrap_or(Given::Plain(receipt)));
                Outcome { index, problem: None, receipt, status }
            }
            Err(error) => {
                let problem = Problem::from(error);
                let status = problem.status.as_u16();
                Outcome { index, problem: Some(problem.to_json()), receipt: None, status }
            }
        }
    }
}

fn ndjson(body: &[u8]) -> Result<Vec<Draft<'_>>, Problem> {
    let lines = body.split(|&byte| byte == b'\n').enumerate();
    let mut out = Vec::new();
    for (number, line) in lines {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let json = parse(line).map_err(|error| Problem {
            more: Some(Box::new(("line", json!(number + 1)))),
            ..malformed(error)
        })?;
        out.push(Draft::new(json));
    }
    Ok(out)
}

/// JSON may be one array of events; else it is read line by line, as from a client that
/// did not say what it sends.
fn lines_or_list(body: &[u8]) -> Result<Vec<Draft<'_>>, Problem> {
    if !body.trim_ascii_start().starts_with(b"[") {
        return ndjson(body);
    }
    match parse(body).map_err(malformed)? {
        Json::List(items) => Ok(items.into_iter().map(Draft::new).collect()),
        other => Ok(vec![Draft::new(other)]),
    }
}

fn cloudevents(body: &[u8]) -> Result<Vec<Draft<'_>>, Problem> {
    match parse(body).map_err(malformed)? {
        Json::List(items) => {
            items.into_iter().map(|item| from_cloudevent(item).map(Draft::new)).collect()
        }
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed-json",
            "应为 CloudEvents 数组 / a CloudEvents batch is an array",
        )),
    }
}

/// A CloudEvent as a submission, or the member that it lacks.
fn from_cloudevent(event: Json<'_>) -> Result<Json<'_>, Problem> {
    cloudevent::submission(event).map_err(|missing| Problem {
        pointer: Some(format!("/{}", missing.0)),
        ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "missing-member", missing.to_string())
    })
}

/// `Expected-Revision: any | no_stream | exists | N`
fn expected(headers: &HeaderMap) -> Result<Expected, Problem> {
    let Some(value) = headers.get("expected-revision") else { return Ok(Expected::Any) };
    match value.to_str().unwrap_or_default() {
        "any" => Ok(Expected::Any),
        "no_stream" => Ok(Expected::NoStream),
        "exists" => Ok(Expected::Exists),
        number => number.parse().map(Expected::Exact).map_err(|_| {
            let detail = "Expected-Revision: any | no_stream | exists | N";
            Problem::new(StatusCode::BAD_REQUEST, "bad-expected-revision", detail)
        }),
    }
}

fn malformed(error: plumbline_replay::integrity::json::JsonError) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed-json", error.to_string())
}

fn nothing_answered() -> AppendError {
    AppendError::Stopped { reason: "no answer".to_owned() }
}
