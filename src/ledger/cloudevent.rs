//! CloudEvents 1.0 in structured mode as submissions (design §10): the same
//! whether they come over the network or from a file.

use plumbline_replay::integrity::json::Json;

/// The member without which an event cannot be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CloudEvents 缺少 {0} / the CloudEvent has no `{0}`")]
pub struct MissingMember(pub &'static str);

/// `source` → source system, `subject` → stream, `time` → when it happened,
/// `data` → body. The members of an entry that CloudEvents has no place for may
/// stand in `data` under `entry`.
pub fn submission(mut event: Json<'_>) -> Result<Json<'_>, MissingMember> {
    if event.get("specversion").and_then(Json::as_str) != Some("1.0") {
        return Err(MissingMember("specversion"));
    }
    let mut entry = Json::object::<String, _>([]);
    for (from, to) in
        [("id", "id"), ("type", "type"), ("subject", "stream"), ("time", "occurred_at")]
    {
        entry.set(to, event.remove(from).ok_or(MissingMember(from))?);
    }
    let source = event.remove("source").ok_or(MissingMember("source"))?;
    entry.set("source", Json::object([("system", source), ("kind", Json::text("cloudevents"))]));
    if let Some(mut data) = event.remove("data") {
        if let Some(Json::Object(members)) = data.remove("entry") {
            for (name, value) in members {
                if entry.get(&name).is_none() {
                    entry.set(name, value);
                }
            }
        }
        entry.set("body", data);
    }
    Ok(entry)
}
