//! Reports: the register, and one of a period at a moment in any of its formats, with
//! the bytes that `plumb report run` gives.

use super::asked::{Asked as Parameters, Reading, bad, instant};
use super::problem::Problem;
use super::{Shared, blocking};
use crate::judged::Asked;
use crate::judging::Extent;
use crate::ledger::LogName;
use crate::printing::{Format, print};
use crate::reader::Reader;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use plumbline_replay::report;
use plumbline_replay::time::civil::{Zone, parse_date};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::PoisonError;
use utoipa::IntoParams;

/// `GET /api/v1/reports`
#[utoipa::path(
    get,
    path = "/api/v1/reports",
    tag = "reports",
    operation_id = "reports",
    summary = "报表一览 / the reports",
    responses((status = 200, description = "每张报表及其各列 / each report with its columns",
        body = ref("#/components/schemas/Reports"))),
)]
pub(super) async fn list() -> Json<Value> {
    let reports: Vec<Value> = report::all().map(report::Report::to_json).collect();
    Json(json!({"schema": "plumbline.reports/1", "reports": reports}))
}

/// Of which period, at which moment, in which format.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// 期间首日,默认为账本最早 / first day of the period, by default before all records
    from: Option<String>,
    /// 期间末日,默认为截至日 / last day of the period, by default the moment's
    to: Option<String>,
    /// 发生时间至此,默认为末条记录 / what had happened by then, by default the last entry's
    as_of: Option<String>,
    /// 入账时间至此 / what was recorded by then
    known_at: Option<String>,
    /// json(默认)、csv、xlsx 或 html / `json` unless said
    format: Option<String>,
}

impl Wanted {
    fn format(&self) -> Result<Format, Problem> {
        let detail = "format 只能是 json、csv、xlsx 或 html / `format` is json, csv, xlsx or html";
        let named = self.format.as_deref().map(Format::parse);
        named.unwrap_or(Some(Format::Json)).ok_or_else(|| bad("no-such-format", detail))
    }

    fn asked(&self, report: &'static report::Report, zone: Zone) -> Result<Asked, Problem> {
        let asked = Asked {
            report,
            from: day(self.from.as_deref())?,
            to: day(self.to.as_deref())?,
            as_of: instant(self.as_of.as_deref(), zone)?,
            known_at: instant(self.known_at.as_deref(), zone)?,
            named: self.format()?.has_names(),
        };
        match asked.is_backwards() {
            true => Err(bad("bad-period", "期间末日早于首日 / the period ends before it begins")),
            false => Ok(asked),
        }
    }
}

fn day(text: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let detail = "日期写作 2026-03-05 / a day is written 2026-03-05";
    parse_date(text).map(Some).ok_or_else(|| bad("bad-time", detail))
}

/// `GET /api/v1/reports/{report}`: one at a time, since a moment of the past is read
/// from the whole log. Without a key it is the one of `--open-only`.
#[utoipa::path(
    get,
    security((), ("key" = ["read-sealed"])),
    path = "/api/v1/reports/{report}",
    tag = "reports",
    operation_id = "report",
    summary = "一张报表,与 plumb report run 逐字节相同 / a report, the bytes of `plumb report run`",
    params(("report" = String, Path, description = "RP01…"), Wanted),
    responses(
        (status = 200, description = "报表 / the report", content(
            ("application/json"), ("text/csv"), ("text/html"),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
pub(super) async fn one(
    State(service): State<Shared>,
    reading: Reading,
    Path(id): Path<String>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Response, Problem> {
    let report = report::find(&id).ok_or_else(|| {
        let ids: Vec<&str> = report::all().map(|report| report.id).collect();
        let ids = ids.join(", ");
        let detail = format!("没有报表 {id} / there is no report {id}: {ids}");
        Problem::new(StatusCode::NOT_FOUND, "no-such-report", detail)
    })?;
    let format = wanted.format()?;
    let asked = wanted.asked(report, service.zone())?;
    blocking(move || {
        let (layout, config) = (service.ledger.layout(), service.ledger.config());
        let readers = || {
            let open = Reader::of(&service.ledger, LogName::Open)?;
            Ok([open, Reader::of(&service.ledger, LogName::Sealed)?])
        };
        let sheet = {
            let _turn = service.reporting.lock().unwrap_or_else(PoisonError::into_inner);
            match reading.may_read(LogName::Sealed) {
                true => asked.sheet(layout, config, readers)?,
                false => asked.of_logs(layout, config, Extent::OPEN)?,
            }
        };
        Ok(answer(print(&sheet, format)?, format, &sheet))
    })
    .await
}

/// Named as a file, and by the digest of what it says.
fn answer(bytes: Vec<u8>, format: Format, sheet: &report::Sheet) -> Response {
    let kind = match format {
        Format::Json => "application/json",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Html => "text/html; charset=utf-8",
    };
    let name = format!("{}.{}", sheet.id, format.as_str());
    let shown = if format == Format::Html { "inline" } else { "attachment" };
    let text = |text: String| HeaderValue::from_str(&text);
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    let headers = response.headers_mut();
    // A page of figures runs nothing and fetches nothing.
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let named = text(format!("{shown}; filename=\"{name}\""));
    let tag = text(format!("\"{}-{}\"", report::digest(sheet), format.as_str()));
    headers.extend(named.ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    headers.extend(tag.ok().map(|value| (header::ETAG, value)));
    response
}
