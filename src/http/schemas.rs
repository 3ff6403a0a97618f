//! The schemas of the event types, for those who submit.

use super::problem::Problem;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumbline_replay::event::{register, schema};
use plumbline_replay::integrity::json::Json;

/// `GET /api/v1/schemas`
#[utoipa::path(
    get,
    path = "/api/v1/schemas",
    tag = "events",
    operation_id = "schemas",
    summary = "事件类型一览 / the event types",
    responses((status = 200, description = "每个类型一行 / one row a type", body = ref("#/components/schemas/Schemas"))),
)]
pub(super) async fn list() -> Response {
    let types = register::all().map(schema::summary).collect();
    let all =
        Json::object([("schema", Json::text("plumbline.schemas/1")), ("types", Json::List(types))]);
    ([(header::CONTENT_TYPE, "application/json")], all.to_bytes()).into_response()
}

/// `GET /api/v1/schemas/{type}`
#[utoipa::path(
    get,
    path = "/api/v1/schemas/{type}",
    tag = "events",
    operation_id = "schema",
    summary = "一个类型的 body 的模式,或 envelope / the schema of a type's `body`, or of the `envelope`",
    params(("type" = String, Path)),
    responses(
        (status = 200, description = "JSON Schema 2020-12", content_type = "application/schema+json"),
        (status = 404, response = Problem),
    ),
)]
pub(super) async fn one(Path(name): Path<String>) -> Result<Response, Problem> {
    let document = match register::find(&name) {
        Some(event_type) => schema::document(event_type),
        None if name == schema::ENVELOPE_NAME => schema::envelope_document(),
        None => {
            let near = register::nearest(&name).unwrap_or_default();
            let detail = format!(
                "没有事件类型 {name};是否指 {near}? / no event type {name}; did you mean {near}?"
            );
            return Err(Problem::new(StatusCode::NOT_FOUND, "no-such-type", detail));
        }
    };
    let kind = [(header::CONTENT_TYPE, "application/schema+json")];
    Ok((kind, schema::pretty(&document)).into_response())
}
