//! Segment files as others leave them.

use super::{append, city, event, lines, run, verdict};
use serde_json::{Value, json};

/// Bytes that no writer leaves: found by who verifies, and no hindrance to who writes.
#[test]
fn zeros_between_segments_are_told_by_verify_and_doctor() {
    let city = city();
    let settings = city.path.join("plumbline.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("segment_bytes = 1\n{text}")).unwrap();
    let events: Vec<Value> = (0..1200).map(|i| event(&format!("e-{i}"), "fee/1")).collect();
    assert_eq!(append(&city, &lines(&events)).0, Some(0));
    let logs = city.path.join("logs/open");
    let mut segments: Vec<_> =
        std::fs::read_dir(logs).unwrap().map(|f| f.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|ending| ending == "seg"));
    segments.sort();
    assert!(segments.len() >= 3, "{segments:?}");
    let bytes = std::fs::read(&segments[1]).unwrap();
    let doctor = |code: i32| {
        let output = run(&city, &["doctor", "--json"]);
        assert_eq!(output.status.code(), Some(code));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        (told["logs"][0]["zeros"].clone(), told["logs"][0]["damage"].clone())
    };
    assert_eq!(doctor(0), (Value::Null, Value::Null));
    for count in [1, 4096] {
        std::fs::write(&segments[1], [&bytes[..], &vec![0; count]].concat()).unwrap();
        let place = format!("{} byte {}", segments[1].display(), bytes.len());
        let (zeros, damage) = doctor(3);
        assert!(zeros.as_str().unwrap().contains(&place), "{zeros}");
        assert_eq!(damage, Value::Null, "the log opens as before");
        let words = String::from_utf8(run(&city, &["doctor"]).stdout).unwrap();
        assert!(words.contains(&place), "{words}");
        let (code, told) = verdict(&city, &[]);
        assert_eq!((code, &told["first_bad"]["place"]), (Some(3), &json!(place)), "{told}");
    }
    // Whoever writes goes on: no entry depends on them.
    let (code, ..) = append(&city, &lines(&[event("e-later", "fee/2")]));
    assert_eq!(code, Some(0));
    std::fs::write(&segments[1], &bytes).unwrap();
    assert_eq!(verdict(&city, &[]).0, Some(0));
}
