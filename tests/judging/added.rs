//! Questions about what the city's story does not tell: on a copy to which people
//! have added it.

use super::questions::{Known, Row, answer, day, known, officer, rows};
use super::{city, plumb, text};
use plumbline_replay::time::civil::Zone;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A copy of the city to which people have added what its story does not tell:
/// intermediaries, a dismissal, a correction, leave.
fn added_to() -> &'static (PathBuf, Added) {
    static COPY: OnceLock<(PathBuf, Added)> = OnceLock::new();
    COPY.get_or_init(|| {
        let copy = tempfile::tempdir().expect("a folder").keep().join("city");
        copy_folder(city(), &copy);
        let added = Added::to(known());
        let file = copy.join("added.ndjson");
        let lines: Vec<String> = added.lines.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).expect("the file is written");
        let told = plumb(&["append", "--dir", text(&copy), text(&file)]);
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
        (copy, added)
    })
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a list") {
        let entry = entry.expect("an entry");
        let place = to.join(entry.file_name());
        match entry.file_type().expect("a kind").is_dir() {
            true => copy_folder(&entry.path(), &place),
            false => drop(std::fs::copy(entry.path(), place).expect("a copy")),
        }
    }
}

struct Added {
    unit: String,
    enterprise: String,
    permit: String,
    finding: String,
    case: String,
    corrected: String,
    away: String,
    lines: Vec<Value>,
}

impl Added {
    fn to(known: &Known) -> Added {
        let granted = known.first("approval.decision.granted");
        let unit = granted.unit().expect("a unit").to_owned();
        let enterprise = granted.parties.iter().find_map(|party| party.id.get()).expect("a party");
        let after = |days: i64| {
            let at = granted.occurred.micros + days * 86_400_000_000;
            Zone::SHANGHAI.rfc3339(at)
        };
        let mut lines = Vec::new();
        let mut tell = |kind: &str, stream: &str, at: String, body: Value| {
            let number = lines.len();
            lines.push(json!({
                "id": format!("00000000-0000-7000-8000-{number:012}"), "stream": stream,
                "type": kind, "occurred_at": at, "body": body,
                "source": {"system": "xn.990100", "kind": "native"},
                "actor": {"unit": unit, "officer": "officer/xn-1", "role": "承办人"},
            }));
        };
        // On the thirtieth day, and a day too late.
        for (days, place) in [(30, "1"), (31, "2")] {
            let body = json!({
                "intermediary": format!("party/association-{place}"), "enterprise": enterprise,
                "voluntary": false, "contract_hash": "0".repeat(64),
            });
            let stream = format!("approval/engagement-{place}");
            tell("intermediary.engagement.recorded.v1", &stream, after(days), body);
        }
        let finding = known.findings[0]["finding_id"].as_str().expect("an id").to_owned();
        let verdict = json!({
            "finding_id": finding, "decision": "dismissed", "by": "officer/xn-2",
            "reason": "核查不成立",
        });
        tell("finding.verified.v1", &format!("finding/{finding}"), after(600), verdict);
        let repair = json!({
            "target_event": granted.id, "kind": "笔误更正", "field_path": "/body/content",
            "old_commitment": "0".repeat(64), "new_value": "准予(更正)", "reason": "笔误",
            "evidence": "0".repeat(64), "requested_by": "officer/xn-1",
            "approved_by": "officer/xn-2",
        });
        tell("correction.recorded.v1", &granted.stream, after(601), repair);
        let away = known.first("approval.acceptance.granted");
        let half = if Zone::SHANGHAI.rfc3339(away.occurred.micros)[11..13] < *"12" {
            "上午"
        } else {
            "下午"
        };
        let leave = json!({
            "officer": officer(&away), "half_days": [format!("{} {half}", day(&away))],
            "approver": "officer/xn-2",
        });
        let at = Zone::SHANGHAI.rfc3339(away.occurred.micros - 86_400_000_000);
        tell("hall.leave.approved.v1", "leave/added", at, leave);
        Added {
            enterprise: enterprise.to_owned(),
            permit: granted.stream.to_string(),
            finding,
            case: granted.stream.to_string(),
            corrected: granted.id.to_string(),
            away: away.id.to_string(),
            unit,
            lines,
        }
    }
}

fn answer_on_copy(number: u8, options: &[&str]) -> Vec<Row> {
    let number = number.to_string();
    let mut arguments = vec!["ask", &number, "--json", "--dir", text(&added_to().0)];
    arguments.extend(options);
    let told = plumb(&arguments);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    rows(&serde_json::from_slice(&told.stdout).expect("JSON"))
}

#[test]
fn questions_11_and_12_find_the_associations_around_a_unit() {
    let added = &added_to().1;
    let found = answer_on_copy(11, &["--unit", &added.unit]);
    assert_eq!(found.len(), 1, "thirty days, and not thirty-one");
    let row = &found[0];
    assert_eq!((row.text("enterprise"), row.text("permit")), (&*added.enterprise, &*added.permit));
    assert_eq!((row.int("days_after"), row.text("voluntary")), (30, "未载明自愿"));
    let found = answer_on_copy(12, &["--unit", &added.unit]);
    let named: BTreeSet<&str> = found.iter().map(|row| row.text("intermediary")).collect();
    assert!(named.contains("party/association-1") && named.contains("party/association-2"));
    for row in &found {
        let four_fifths = row.int("cases") * 5 >= row.int("of") * 4;
        assert_eq!(row.text("dominant"), if four_fifths { "是" } else { "否" });
    }
}

#[test]
fn question_17_names_who_dismissed_what_and_how_often() {
    let added = &added_to().1;
    let found = answer_on_copy(17, &[]);
    assert_eq!(found.len(), 1);
    let row = &found[0];
    assert_eq!((row.text("finding"), row.text("decision")), (&*added.finding, "否定"));
    assert_eq!((row.text("by"), row.text("reason")), ("officer/xn-2", "核查不成立"));
    assert_eq!((row.int("of_this_person"), row.int("decided_by_person")), (1, 1));
    let raised = &known().findings[0];
    assert_eq!(row.text("rule"), raised["rule"]);
}

#[test]
fn question_20_lists_the_repairs_of_a_case_with_their_approvers() {
    let added = &added_to().1;
    let found = answer_on_copy(20, &["--stream", &added.case]);
    assert_eq!(found.len(), 1);
    let row = &found[0];
    assert_eq!((row.text("target"), row.text("field")), (&*added.corrected, "/body/content"));
    assert_eq!((row.text("new_value"), row.text("approved_by")), ("准予(更正)", "officer/xn-2"));
    let untouched = known().planted("RX.2").remove(0).0;
    assert!(answer_on_copy(20, &["--stream", &untouched]).is_empty());
}

#[test]
fn question_22_finds_an_account_at_work_while_its_holder_was_away() {
    let added = &added_to().1;
    let known = known();
    let acceptance = known.event(&added.away);
    let who = officer(&acceptance);
    let found = answer_on_copy(22, &["--officer", &who]);
    let away: Vec<&Row> = found.iter().filter(|row| row.text("attendance") == "请假").collect();
    let place = format!("open/{}", acceptance.position);
    assert!(away.iter().any(|row| row.rests_on.contains(&place)), "{who}: {place}");
    let before = answer(22, &["--officer", &who]);
    assert!(before.iter().all(|row| !row.rests_on.contains(&place)));
}
