//! Measurements as ratios within one run, candidates interleaved (`plumb bench`).
//!
//! A ratio to the raw limit says what the program costs; a rate says what the
//! machine is. Nothing here is a test: no figure fails a build.

pub mod append;
pub mod cases;
pub mod http;
pub mod judging;
pub mod models;
pub mod query;
pub mod replay;
pub mod report;
pub mod verify;

use plumbline_replay::integrity::json::Json;

/// The middle of some measurements; 0 if there are none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Three decimals, which is more than a measurement means.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// An approval event of 600–800 bytes as stored, by its number.
pub fn event(number: u64) -> Json<'static> {
    let text = |value: String| Json::text(value);
    let unit = format!("unit/9901{:02}", number % 40);
    let officer = format!("officer/9901-{:04}", number % 700);
    let actor = Json::object([
        ("officer", text(officer.clone())),
        ("role", text("承办人".to_owned())),
        ("unit", text(unit.clone())),
    ]);
    let body = Json::object([
        ("opinion", text("同意".to_owned())),
        ("role", text("审核人".to_owned())),
        ("stage", text(format!("审查环节{}", number % 5))),
        ("wd_used", Json::Int((number % 9) as i64)),
        ("materials_hash", text(blake3::hash(&number.to_le_bytes()).to_hex().to_string())),
    ]);
    Json::object([
        ("id", text(format!("01920000-0000-7000-8000-{number:012x}"))),
        ("stream", text(format!("approval/990100-XK-2026-{:06}", number / 15))),
        ("type", text("approval.stage.completed.v1".to_owned())),
        ("occurred_at", text("2026-03-05T16:20:00+08:00".to_owned())),
        ("precision", text("minute".to_owned())),
        ("actor", actor),
        ("recorder", Json::object([("officer", text(officer)), ("unit", text(unit))])),
        ("item", Json::object([("code", text(format!("990100-{:05}", number % 300)))])),
        ("venue", Json::object([("kind", text("main_hall".to_owned()))])),
        (
            "source",
            Json::object([
                ("kind", text("native".to_owned())),
                ("system", text("hall".to_owned())),
            ]),
        ),
        ("body", body),
    ])
}
