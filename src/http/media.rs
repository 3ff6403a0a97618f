//! What a body is, by its headers: what this program cannot read is refused with 415
//! before it is read as something else. Knows no event.

use super::problem::Problem;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};

/// A body that submission takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// JSON, said or unsaid.
    Json,
    /// One JSON object a line.
    Lines,
    CloudEvent,
    CloudEvents,
}

/// What the names mean. The last three are what clients send that were told nothing
/// (`curl -d`, `--data-binary`, `fetch` with a text): the bytes decide.
const KINDS: [(&str, Media); 11] = [
    ("application/json", Media::Json),
    ("application/x-ndjson", Media::Lines),
    ("application/cloudevents+json", Media::CloudEvent),
    ("application/cloudevents-batch+json", Media::CloudEvents),
    ("application/ndjson", Media::Lines),
    ("application/jsonl", Media::Lines),
    ("text/json", Media::Json),
    ("", Media::Json),
    ("application/x-www-form-urlencoded", Media::Json),
    ("text/plain", Media::Json),
    ("application/octet-stream", Media::Json),
];

/// The body's kind, by `Content-Type` and `Content-Encoding`.
///
/// # Errors
///
/// 415 for a kind that is none of these, another character set than UTF-8, or a body
/// that is compressed.
pub(super) fn of(headers: &HeaderMap) -> Result<Media, Problem> {
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING)
        && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return Err(unsupported(
            header::CONTENT_ENCODING,
            "不接受压缩的正文,请原样发送 / a compressed body is not taken; send it as it is",
        ));
    }
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(Media::Json) };
    let text = value.to_str().unwrap_or("?");
    let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
    if parameters.split(';').any(is_foreign_charset) {
        return Err(unsupported(header::CONTENT_TYPE, "正文须为 UTF-8 / the body has to be UTF-8"));
    }
    let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind.trim()));
    known.map(|(_, media)| *media).ok_or_else(|| {
        unsupported(
            header::CONTENT_TYPE,
            "只接受 application/json、application/x-ndjson、application/cloudevents+json、\
             application/cloudevents-batch+json / only these are taken",
        )
    })
}

/// Whether a parameter of a media type names a character set that is not UTF-8.
fn is_foreign_charset(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let value = value.trim().trim_matches('"');
    let utf8 = ["utf-8", "utf8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known));
    name.trim().eq_ignore_ascii_case("charset") && !utf8
}

/// A kind of body that is known and does not belong to the address.
pub(super) fn misplaced() -> Problem {
    unsupported(
        header::CONTENT_TYPE,
        "一条用 application/json 或 application/cloudevents+json 报送到 /api/v1/events,一批用 \
         application/x-ndjson、application/json 数组或 application/cloudevents-batch+json 报送到 \
         /api/v1/events:batch / one event goes to /api/v1/events, many to /api/v1/events:batch",
    )
}

fn unsupported(header: HeaderName, detail: &str) -> Problem {
    Problem {
        more: Some(Box::new(("header", header.as_str().into()))),
        ..Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    }
}
