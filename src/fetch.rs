//! Requests to others over plain HTTP: to witnesses, and to logs that are checked.
//! The only place that names ureq.
//!
//! Knows addresses and bytes. There is no TLS here: what is fetched is signed and
//! checked, and a proxy may stand before either end.

use std::io::Read;
use std::time::Duration;

/// Largest answer taken: a full entry bundle is smaller.
const ANSWER_BYTES_MAX: u64 = 32 << 20;
/// For one request, from its start to the end of its answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {reason}")]
pub struct FetchError {
    url: String,
    reason: String,
}

/// Asks and sends; keeps connections open between requests.
pub struct Client {
    agent: ureq::Agent,
}

impl Default for Client {
    fn default() -> Client {
        Client::within(TIMEOUT)
    }
}

impl Client {
    /// A client whose requests each end within a time.
    pub fn within(limit: Duration) -> Client {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(limit))
            .http_status_as_error(false)
            .user_agent("plumbline")
            .build();
        Client { agent: config.into() }
    }
}

impl Client {
    /// `GET`, whatever the status.
    pub fn get(&self, url: &str) -> Result<Answer, FetchError> {
        read(url, self.agent.get(url).call())
    }

    /// `POST`, whatever the status.
    pub fn post(&self, url: &str, body: &[u8]) -> Result<Answer, FetchError> {
        read(url, self.agent.post(url).send(body))
    }

    /// `POST` of JSON with further headers, whatever the status.
    pub fn post_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, FetchError> {
        let mut request = self.agent.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(url, request.send(body))
    }
}

fn read(
    url: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, FetchError> {
    let failed = |reason: String| FetchError { url: url.to_owned(), reason };
    let answer = answer.map_err(|error| match error {
        ureq::Error::TlsRequired => {
            failed("不支持 https,请经由代理 / no https here: go through a proxy".to_owned())
        }
        other => failed(other.to_string()),
    })?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    let mut reader = answer.into_body().into_reader().take(ANSWER_BYTES_MAX + 1);
    reader.read_to_end(&mut body).map_err(|error| failed(error.to_string()))?;
    if body.len() as u64 > ANSWER_BYTES_MAX {
        return Err(failed(format!("more than {ANSWER_BYTES_MAX} bytes")));
    }
    Ok(Answer { status, body })
}
