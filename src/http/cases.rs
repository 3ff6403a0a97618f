//! Cases at any moment: the list, one case, its timeline, a difference.
//!
//! A stream's name may stand in the address as it is (`…/cases/approval/1`) or
//! with its slashes as `%2F`; `timeline`, `diff` and `findings` are told from a stream's
//! own last part by the slash before them.

use super::asked::{Asked as Parameters, Reading, bad, instant, page_limit};
use super::problem::{Problem, log_damaged};
use super::reading::reader;
use super::{Shared, blocking};
use crate::case::{Case, ListError, Listing};
use crate::judging::one::Logs;
use crate::ledger::LogName;
use crate::reader::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use plumbline_replay::state::timeline::By;
use plumbline_replay::state::{CaseKind, Moment};
use plumbline_replay::time::civil::Zone;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

const PREFIX: &str = "/api/v1/cases/";

/// Which cases are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// open(默认)或 sealed(须有密钥)/ `open` unless said, or `sealed`, which needs a key
    log: Option<String>,
    /// 发生时间至此 / what had happened by then: a date or RFC 3339
    as_of: Option<String>,
    /// 入账时间至此 / what was recorded by then
    known_at: Option<String>,
    /// 案件种类 / the kind of case
    kind: Option<String>,
    /// 状态 / the state's code
    state: Option<String>,
    /// 主办单位 / the unit in charge
    unit: Option<String>,
    /// 每页件数,至多 500 / cases of a page, at most 500
    limit: Option<usize>,
    /// 上页的 after / `after` of the page before
    after: Option<String>,
}

impl Listed {
    fn listing(&self) -> Result<Listing, Problem> {
        let kind = self.kind.as_deref().map(|kind| {
            let codes = CaseKind::ALL.map(CaseKind::code).join(", ");
            let detail = format!("kind 只能是 / `kind` is one of {codes}");
            CaseKind::parse(kind).ok_or_else(|| bad("no-such-kind", &detail))
        });
        Ok(Listing {
            kind: kind.transpose()?,
            state: self.state.clone(),
            unit: self.unit.clone(),
            limit: page_limit(self.limit)?,
            after: self.after.clone(),
        })
    }
}

fn moment(as_of: Option<&str>, known_at: Option<&str>, zone: Zone) -> Result<Moment, Problem> {
    Ok(Moment {
        as_of: instant(as_of, zone)?.unwrap_or(Moment::LATEST.as_of),
        known_at: instant(known_at, zone)?.unwrap_or(Moment::LATEST.known_at),
    })
}

/// What is asked about one case.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// open(默认)或 sealed(须有密钥)/ `open` unless said, or `sealed`, which needs a key
    log: Option<String>,
    /// 发生时间至此 / what had happened by then: a date or RFC 3339
    as_of: Option<String>,
    /// 入账时间至此 / what was recorded by then
    known_at: Option<String>,
    #[param(ignore)]
    from_as_of: Option<String>,
    #[param(ignore)]
    from_known_at: Option<String>,
    #[param(ignore)]
    by: Option<String>,
}

impl Asked {
    /// A parameter of another view would be passed over in silence.
    fn fits(&self, view: View) -> Result<(), Problem> {
        if view == View::Findings && self.log.is_some() {
            let detail =
                "疑点据两个日志判定,不用 log / findings rest on both logs: leave out `log`";
            return Err(bad("bad-query", detail));
        }
        let of_diff = self.from_as_of.is_some() || self.from_known_at.is_some();
        let strange =
            (of_diff && view != View::Diff) || (self.by.is_some() && view != View::Timeline);
        match strange {
            true => Err(bad(
                "bad-query",
                "from_as_of、from_known_at 只用于 /diff,by 只用于 /timeline / `from_…` belongs to \
                 /diff, `by` to /timeline",
            )),
            false => Ok(()),
        }
    }

    fn moment(&self, zone: Zone) -> Result<Moment, Problem> {
        moment(self.as_of.as_deref(), self.known_at.as_deref(), zone)
    }

    /// The first moment of a difference; what it does not name is the second's.
    fn from(&self, to: Moment, zone: Zone) -> Result<Moment, Problem> {
        let as_of = instant(self.from_as_of.as_deref(), zone)?;
        let known_at = instant(self.from_known_at.as_deref(), zone)?;
        if as_of.is_none() && known_at.is_none() {
            let detail = "须给出 from_as_of 或 from_known_at / name from_as_of or from_known_at";
            return Err(bad("missing-moment", detail));
        }
        Ok(Moment { as_of: as_of.unwrap_or(to.as_of), known_at: known_at.unwrap_or(to.known_at) })
    }

    fn by(&self) -> Result<By, Problem> {
        match self.by.as_deref() {
            None | Some("occurred") => Ok(By::Occurred),
            Some("recorded") => Ok(By::Recorded),
            Some(_) => Err(bad(
                "bad-order",
                "by 只能是 occurred 或 recorded / `by` is occurred or recorded",
            )),
        }
    }
}

/// `GET /api/v1/cases`: a page of cases, from the read model, which says how many
/// entries stand behind it.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    tag = "cases",
    operation_id = "cases",
    summary = "案件清单 / cases",
    security((), ("key" = ["read-sealed"])),
    params(Listed),
    responses((status = 200, description = "一页案件 / a page of cases", body = ref("#/components/schemas/CaseList")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 500, response = Problem),
        (status = 503, response = Problem),
    ),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    reading: Reading,
    Parameters(asked): Parameters<Listed>,
) -> Result<Json<Value>, Problem> {
    let log = reading.log(asked.log.as_deref())?;
    let listing = asked.listing()?;
    blocking(move || {
        let moment = moment(asked.as_of.as_deref(), asked.known_at.as_deref(), service.zone())?;
        let reader = match moment == Moment::LATEST {
            true => None,
            false => Some(reader(&service, log)?),
        };
        let past = reader.as_ref().map(|reader| (reader, moment));
        let follower = service.following.of(log);
        let listed = listing.page(|from, visit| follower.cases(from, visit), past);
        let (page, told) = listed.map_err(|error| match error {
            ListError::Case(error) => error.into(),
            ListError::Model(error) => Problem {
                retry_after_s: Some(1),
                ..Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "models-unavailable",
                    format!("读模型尚不可用 / the read models cannot answer yet: {error}"),
                )
            },
        })?;
        Ok(Json(page.to_json(log.as_str(), told.position)))
    })
    .await
}

/// `GET /api/v1/cases/{stream}` and its views: folded from the case's entries at
/// any moment.
pub(super) async fn one(
    State(service): State<Shared>,
    reading: Reading,
    uri: Uri,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Value>, Problem> {
    let log = reading.log(asked.log.as_deref())?;
    let (stream, view) = address(uri.path()).ok_or_else(no_such_case)?;
    asked.fits(view)?;
    blocking(move || {
        let case = || {
            let reader = reader(&service, log)?;
            Case::find(&reader, &stream)?.ok_or_else(|| not_found(&[&reader]))
        };
        match view {
            View::State => state(&case()?, &asked, service.zone()),
            View::Timeline => timeline(&case()?, &asked, service.zone()),
            View::Diff => diff(&case()?, &asked, service.zone()),
            View::Findings => findings(&service, &stream, &asked, &reading),
        }
    })
    .await
}

type Told = Result<Json<Value>, Problem>;

#[utoipa::path(
    get,
    path = "/api/v1/cases/{stream}",
    tag = "cases",
    operation_id = "case_state",
    summary = "案件在某一时点的状态 / a case at a moment",
    security((), ("key" = ["read-sealed"])),
    params(("stream" = String, Path, description = "斜线可不转义 / slashes may stand as they are"), Asked),
    responses((status = 200, description = "状态及所依据的记录 / the state and what it rests on", body = ref("#/components/schemas/Case")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
fn state(case: &Case, asked: &Asked, zone: Zone) -> Told {
    Ok(Json(case.state_json(asked.moment(zone)?, zone)?))
}

#[utoipa::path(
    get,
    path = "/api/v1/cases/{stream}/timeline",
    tag = "cases",
    operation_id = "case_timeline",
    summary = "案件的时间线 / a case's timeline",
    security((), ("key" = ["read-sealed"])),
    params(("stream" = String, Path), Asked,
        ("by" = Option<String>, Query, description = "occurred(默认)或 recorded / the order")),
    responses((status = 200, description = "依次的行为 / the acts in order", body = ref("#/components/schemas/Timeline")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
fn timeline(case: &Case, asked: &Asked, zone: Zone) -> Told {
    Ok(Json(case.timeline_json(asked.moment(zone)?, asked.by()?, zone)?))
}

#[utoipa::path(
    get,
    path = "/api/v1/cases/{stream}/diff",
    tag = "cases",
    operation_id = "case_diff",
    summary = "案件在两个时点之间的变化 / what changed between two moments",
    security((), ("key" = ["read-sealed"])),
    params(("stream" = String, Path), Asked,
        ("from_as_of" = Option<String>, Query, description = "较早时点 / the earlier moment"),
        ("from_known_at" = Option<String>, Query, description = "较早时点 / the earlier moment")),
    responses((status = 200, description = "变化及其缘由 / what changed and why", body = ref("#/components/schemas/Diff")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
fn diff(case: &Case, asked: &Asked, zone: Zone) -> Told {
    let moment = asked.moment(zone)?;
    Ok(Json(case.diff_json(asked.from(moment, zone)?, moment, zone)?))
}

#[utoipa::path(
    get,
    path = "/api/v1/cases/{stream}/findings",
    tag = "cases",
    operation_id = "case_findings",
    summary = "一案的疑点;不带密钥则不据封存账 / what the rules find on one case; without a key, by the open log alone",
    security((), ("key" = ["read-sealed"])),
    params(("stream" = String, Path),
        ("as_of" = Option<String>, Query, description = "发生时间至此 / what had happened by then"),
        ("known_at" = Option<String>, Query, description = "入账时间至此 / what was recorded by then")),
    responses((status = 200, description = "疑点,及未问的跨案规则 / findings, and the rules that look across cases and were not asked", body = ref("#/components/schemas/CaseFindings")),
        (status = 400, response = Problem),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
        (status = 404, response = Problem),
        (status = 500, response = Problem),
    ),
)]
fn findings(service: &Shared, stream: &str, asked: &Asked, reading: &Reading) -> Told {
    let zone = service.zone();
    let as_of = instant(asked.as_of.as_deref(), zone)?;
    let known_at = instant(asked.known_at.as_deref(), zone)?;
    let open = reader(service, LogName::Open)?;
    let sealed =
        reading.may_read(LogName::Sealed).then(|| reader(service, LogName::Sealed)).transpose()?;
    let logs = Logs { open: &open, sealed: sealed.as_ref() };
    let found = logs.judge(stream, as_of, known_at, zone)?;
    let asked: Vec<&Reader> = std::iter::once(&open).chain(&sealed).collect();
    let found = found.ok_or_else(|| not_found(&asked))?;
    let mut out = found.to_json(zone);
    let findings = found.judgement.findings.iter().map(|finding| finding.to_json(zone));
    out["findings"] = findings.collect();
    Ok(Json(out))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    State,
    Timeline,
    Diff,
    Findings,
}

/// The stream that a path names, and what of it is asked for.
fn address(path: &str) -> Option<(String, View)> {
    let path = path.strip_prefix(PREFIX)?;
    let (stream, view) = match path.rsplit_once('/') {
        Some((stream, "timeline")) => (stream, View::Timeline),
        Some((stream, "diff")) => (stream, View::Diff),
        Some((stream, "findings")) => (stream, View::Findings),
        _ => (path, View::State),
    };
    Some((decoded(stream)?, view))
}

/// Undoes percent-encoding (RFC 3986 §2.1); `None` unless it is UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_first_chunk::<2>()?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok().filter(|stream| !stream.is_empty())
}

/// No case was found; behind a damage there may be one.
fn not_found(readers: &[&Reader]) -> Problem {
    match readers.iter().find_map(|reader| reader.damage()) {
        Some(damage) => log_damaged(&damage),
        None => no_such_case(),
    }
}

fn no_such_case() -> Problem {
    let detail = "没有这个案件 / no such case";
    Problem::new(StatusCode::NOT_FOUND, "no-such-case", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_as_they_are_or_encoded() {
        let named = |path: &str| address(&format!("{PREFIX}{path}"));
        let is = |stream: &str, view| Some((stream.to_owned(), view));
        assert_eq!(named("approval/1"), is("approval/1", View::State));
        assert_eq!(named("approval%2F1"), is("approval/1", View::State));
        assert_eq!(named("approval/1/timeline"), is("approval/1", View::Timeline));
        assert_eq!(named("approval%2f1/diff"), is("approval/1", View::Diff));
        assert_eq!(named("approval/1/findings"), is("approval/1", View::Findings));
        // A stream whose own name ends so is written with its slash encoded.
        assert_eq!(named("x%2Ftimeline"), is("x/timeline", View::State));
        assert_eq!(named("%E6%96%87/1"), is("文/1", View::State));
        for bad in ["", "%", "%4", "%zz", "%FF", "/timeline"] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }
}
