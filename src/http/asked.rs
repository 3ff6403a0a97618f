//! What requests ask, read so that whatever is wrong comes back as a problem: a
//! misspelt filter is refused, since it would otherwise answer with everything.
//!
//! Which log is asked for is told by a [`Reading`] alone, or to whoever shows a key for
//! more than reading, so that no handler reads the sealed log for somebody without a key.

use super::Shared;
use super::bearer::{Holder, no_valid_key, purpose_missing, shower};
use super::keys::Purpose;
use super::patience::TooSlow;
use super::problem::Problem;
use crate::index::{Field, Query};
use crate::ledger::LogName;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequestParts, Query as Parameters};
use axum::http::StatusCode;
use axum::http::request::Parts;
use plumbline_replay::time::civil::{Micros, Zone, parse_date};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use utoipa::IntoParams;

/// Entries or cases in one page, at most.
const PAGE_MAX: usize = 500;
/// The same where the request does not say.
const PAGE_DEFAULT: usize = 100;

/// How many entries or cases a page holds.
pub(super) fn page_limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(PAGE_DEFAULT) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        _ => Err(bad("bad-limit", "limit 为 1 至 500 / `limit` is from 1 to 500")),
    }
}

/// The parameters of an address.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        match Parameters::<T>::from_request_parts(parts, state).await {
            Ok(Parameters(asked)) => Ok(Asked(asked)),
            Err(rejection) => {
                let why = rejection.body_text();
                let why = why.strip_prefix("Failed to deserialize query string: ").unwrap_or(&why);
                Err(bad(
                    "bad-query",
                    &format!("网址中的参数有误 / the query is not as it must be: {why}"),
                ))
            }
        }
    }
}

/// A request's body, or why it was not taken.
pub(super) fn body(read: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    read.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "请求过大,请分批报送 / the request is too large; send it in parts",
        ),
        _ if TooSlow::is_behind(&rejection) => Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body-too-slow",
            "请求正文未在两分钟内到齐,请分批报送 / the body did not come within two minutes; send it in parts",
        ),
        _ => bad("unreadable-body", &rejection.body_text()),
    })
}

/// What a request's body asks for, as JSON.
pub(super) fn json<T: DeserializeOwned>(read: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    serde_json::from_slice(&body(read)?).map_err(|error| bad("malformed-json", &error.to_string()))
}

pub(super) fn bad(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, detail)
}

/// Whether whoever asks has a key for the sealed log. That it holds anything is itself
/// confidential; the open one anyone on this listener may read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    shower: Option<String>,
    sealed: bool,
    figures: bool,
}

impl FromRequestParts<Shared> for Reading {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Reading, Infallible> {
        let shower = shower(state, &parts.headers);
        let may = |purpose| shower.is_some_and(|name| state.keys.may(name, purpose));
        let (sealed, figures) = (may(Purpose::ReadSealed), may(Purpose::Metrics));
        Ok(Reading { shower: shower.map(str::to_owned), sealed, figures })
    }
}

impl Reading {
    /// The log of this name; the open one if the request names none.
    pub fn log(&self, name: Option<&str>) -> Result<LogName, Problem> {
        let log = named(name)?;
        match &self.shower {
            _ if self.may_read(log) => Ok(log),
            Some(name) => Err(purpose_missing(name, Purpose::ReadSealed)),
            None => Err(no_valid_key()),
        }
    }

    /// Whether answers may rest on a log.
    pub fn may_read(&self, log: LogName) -> bool {
        log == LogName::Open || self.sealed
    }

    /// Whether how much a log holds may be told.
    pub fn may_count(&self, log: LogName) -> bool {
        log == LogName::Open || self.figures
    }
}

/// The log of this name, whoever asks; the open one if the request names none.
pub(super) fn named(name: Option<&str>) -> Result<LogName, Problem> {
    name.map_or(Some(LogName::Open), LogName::parse)
        .ok_or_else(|| bad("no-such-log", "log 只能是 open 或 sealed / `log` is open or sealed"))
}

/// A moment of a request: RFC 3339, or a date, which stands for its end.
pub(super) fn instant(text: Option<&str>, zone: Zone) -> Result<Option<Micros>, Problem> {
    let Some(text) = text else { return Ok(None) };
    // In a query a bare plus means a blank, and an offset is written with a plus.
    let text = text.replace(' ', "+");
    let detail = "时间写作 2026-03-05 或 2026-03-05T16:20:00+08:00 / a date or RFC 3339";
    zone.instant(&text).map(Some).ok_or_else(|| bad("bad-time", detail))
}

/// A parameter that names only a log.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct OfLog {
    /// open(默认)或 sealed(须有用途 read-sealed 的密钥)/ `open` unless said, or `sealed`, which
    /// needs a key for `read-sealed`
    log: Option<String>,
}

impl OfLog {
    pub fn log(&self, reading: &Reading) -> Result<LogName, Problem> {
        reading.log(self.log.as_deref())
    }

    /// The log that a request to write names.
    pub fn written(&self, holder: &Holder) -> Result<LogName, Problem> {
        holder.log(self.log.as_deref())
    }
}

/// Which entries are asked for. Everything named must hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Filters {
    /// open(默认)或 sealed(须有用途 read-sealed 的密钥)/ `open` unless said, or `sealed`, which
    /// needs a key for `read-sealed`
    log: Option<String>,
    /// 案件或对象 / the case or entity
    stream: Option<String>,
    /// 事件类型 / the event type
    #[serde(rename = "type")]
    kind: Option<String>,
    /// 行为单位 / the acting unit
    unit: Option<String>,
    /// 经办人(假名) / the acting officer, by pseudonym
    officer: Option<String>,
    /// 当事人(假名) / a party, by pseudonym
    party: Option<String>,
    /// 事项编码 / the item's code
    item: Option<String>,
    /// 来源系统 / the source system
    system: Option<String>,
    /// 发生时间,自此起 / occurred from then on: a date or RFC 3339
    occurred_from: Option<String>,
    /// 发生时间,早于此 / occurred before
    occurred_until: Option<String>,
    /// 入账时间,自此起 / recorded from then on
    recorded_from: Option<String>,
    /// 入账时间,早于此 / recorded before
    recorded_until: Option<String>,
    /// 起始序号 / the first position
    pub from: Option<u64>,
    #[param(ignore)]
    pub limit: Option<usize>,
    #[param(ignore)]
    pub cursor: Option<String>,
}

impl Filters {
    pub fn log(&self, reading: &Reading) -> Result<LogName, Problem> {
        reading.log(self.log.as_deref())
    }

    /// What the lookup is asked: times from `…_from` on and before `…_until`. Dates are
    /// days of the ledger's zone.
    pub fn query(&self, zone: Zone) -> Result<Query, Problem> {
        let members = [
            (Field::Stream, &self.stream),
            (Field::Kind, &self.kind),
            (Field::Unit, &self.unit),
            (Field::Officer, &self.officer),
            (Field::Party, &self.party),
            (Field::Item, &self.item),
        ];
        let mut query = Query::new();
        for (field, text) in members {
            if let Some(text) = text {
                query = query.with(field, text);
            }
        }
        if let Some(system) = &self.system {
            query = query.system(system);
        }
        if let Some((from, until)) = range(&self.occurred_from, &self.occurred_until, zone)? {
            query = query.occurred(from, until);
        }
        if let Some((from, until)) = range(&self.recorded_from, &self.recorded_until, zone)? {
            query = query.recorded(from, until);
        }
        Ok(query)
    }
}

type Range = Option<(Micros, Micros)>;

/// An end of a range. A date stands for its beginning at both: what is asked for
/// from the 3rd until the 5th are two whole days.
fn bound(text: Option<&str>, zone: Zone) -> Result<Option<Micros>, Problem> {
    match text.and_then(parse_date) {
        Some(date) => Ok(Some(zone.start_of(date))),
        None => instant(text, zone),
    }
}

fn range(from: &Option<String>, until: &Option<String>, zone: Zone) -> Result<Range, Problem> {
    let (from, until) = (bound(from.as_deref(), zone)?, bound(until.as_deref(), zone)?);
    let named = from.is_some() || until.is_some();
    Ok(named.then(|| (from.unwrap_or(Micros::MIN), until.unwrap_or(Micros::MAX))))
}
