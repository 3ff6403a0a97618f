//! `plumb ask`: each of the twenty-three questions, its answer held against what was
//! planted in the city, or against what its entries say, counted once more by hand.

use super::{asked, city, plumb};
use plumbline_replay::event::Event;
use plumbline_replay::evidence::Evidence;
use plumbline_replay::time::civil::Zone;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// One row: its cells by the column's name, and the places that it rests on.
pub(super) struct Row {
    pub(super) cells: BTreeMap<String, Value>,
    pub(super) rests_on: Vec<String>,
}

impl Row {
    pub(super) fn text(&self, name: &str) -> &str {
        assert!(self.cells.contains_key(name), "there is no column {name}");
        self.cells[name].as_str().unwrap_or_default()
    }

    pub(super) fn int(&self, name: &str) -> i64 {
        self.cells[name].as_i64().unwrap_or_else(|| panic!("{name} is {}", self.cells[name]))
    }
}

pub(super) fn rows(document: &Value) -> Vec<Row> {
    let list = |name: &str| document[name].as_array().expect("a list").clone();
    let names: Vec<String> =
        list("columns").iter().map(|c| c["name"].as_str().expect("a name").to_owned()).collect();
    let cells = list("rows").into_iter().zip(list("rests_on"));
    let row = |(cells, places): (Value, Value)| Row {
        cells: names.iter().cloned().zip(cells.as_array().expect("cells").clone()).collect(),
        rests_on: serde_json::from_value(places).expect("places"),
    };
    cells.map(row).collect()
}

pub(super) fn answer(number: u8, options: &[&str]) -> Vec<Row> {
    let number = number.to_string();
    let mut arguments = vec!["ask", &number, "--json"];
    arguments.extend(options);
    let document: Value = serde_json::from_slice(&asked(&arguments, 0)).expect("JSON");
    assert_eq!(document["report"], format!("Q{number:0>2}"));
    rows(&document)
}

/// The city's entries, and what was planted in it.
pub(super) struct Known {
    evidence: Evidence,
    /// Block and place of each entry, by id.
    places: BTreeMap<String, (usize, usize)>,
    planted: Vec<Value>,
    pub(super) findings: Vec<Value>,
}

pub(super) fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let list = std::fs::read(city().join("planted.json")).expect("the list");
        let found = asked(&["find", "run", "--json"], 0);
        let found = std::str::from_utf8(&found).expect("UTF-8").lines();
        let evidence = Evidence::read(city(), &[], 1).expect("the city verifies");
        let mut places = BTreeMap::new();
        for (block, entries) in evidence.blocks.iter().enumerate() {
            for (place, entry) in entries.iter().enumerate() {
                let event = Event::read(entry).expect("an event");
                places.insert(event.id.into_owned(), (block, place));
            }
        }
        Known {
            evidence,
            places,
            planted: serde_json::from_slice(&list).expect("a JSON list"),
            findings: found.map(|line| serde_json::from_str(line).expect("JSON")).collect(),
        }
    })
}

impl Known {
    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.evidence.blocks.iter().flatten().filter_map(|entry| Event::read(entry).ok())
    }

    fn of(&self, stream: &str) -> Vec<Event<'_>> {
        self.events().filter(|event| event.stream == stream).collect()
    }

    pub(super) fn event(&self, id: &str) -> Event<'_> {
        let (block, place) = self.places.get(id).unwrap_or_else(|| panic!("no entry {id}"));
        Event::read(&self.evidence.blocks[*block][*place]).expect("an event")
    }

    /// The streams on which a rule must speak, with the entries that it rests on.
    pub(super) fn planted(&self, rule: &str) -> Vec<(String, Vec<String>)> {
        let own = self.planted.iter().filter(|one| one["rule"] == rule);
        let pairs: Vec<_> = own
            .map(|one| {
                let entries = serde_json::from_value(one["entries"].clone()).expect("ids");
                (one["stream"].as_str().expect("a stream").to_owned(), entries)
            })
            .collect();
        assert!(!pairs.is_empty(), "{rule} is not planted");
        pairs
    }

    fn finding(&self, rule: &str, stream: &str) -> &Value {
        let found = self.findings.iter().find(|one| one["rule"] == rule && one["stream"] == stream);
        found.unwrap_or_else(|| panic!("{rule} is not found on {stream}"))
    }

    pub(super) fn first(&self, kind: &str) -> Event<'_> {
        self.events()
            .find(|event| event.kind.starts_with(kind))
            .unwrap_or_else(|| panic!("the city has no {kind}"))
    }
}

pub(super) fn officer(event: &Event<'_>) -> String {
    event.actor.as_ref().and_then(|who| who.officer.get()).unwrap_or_default().to_owned()
}

pub(super) fn day(event: &Event<'_>) -> String {
    Zone::SHANGHAI.date(event.occurred.micros).to_string()
}

fn body(event: &Event<'_>, name: &str) -> String {
    event.body.text(name).unwrap_or_default().into_owned()
}

#[test]
fn question_1_gives_both_orders_and_what_was_entered_late() {
    let known = known();
    let (stream, late) = known.planted("RX.2").remove(0);
    let found = answer(1, &["--stream", &stream]);
    let tardy: Vec<&Row> = found.iter().filter(|row| row.text("late") == "迟录").collect();
    assert_eq!(tardy.len(), 1);
    let entry = known.event(&late[0]);
    assert_eq!(tardy[0].rests_on, [format!("open/{}", entry.position)]);
    let case = known.first("approval.special_procedure.started").stream.into_owned();
    let mut events = known.of(&case);
    let found = answer(1, &["--stream", &case]);
    events.sort_by_key(Event::order);
    let places: Vec<String> = events.iter().map(|e| format!("open/{}", e.position)).collect();
    assert_eq!(found.iter().map(|row| row.rests_on[0].clone()).collect::<Vec<_>>(), places);
    events.sort_by_key(|event| event.position);
    for row in &found {
        let place = usize::try_from(row.int("recorded_order")).expect("a place") - 1;
        assert_eq!(row.rests_on[0], format!("open/{}", events[place].position));
        assert_eq!(row.text("officer"), officer(&events[place]));
    }
}

#[test]
fn question_2_gives_the_catalogue_of_the_day() {
    let known = known();
    let case = known.first("approval.special_procedure.started").stream.into_owned();
    let found = answer(2, &["--stream", &case]);
    let events = known.of(&case);
    let code = events.iter().find_map(|event| event.item.as_ref()?.code.get()).expect("an item");
    let item = known.events().find(|event| {
        event.kind.starts_with("md.item.registered") && body(event, "item_code") == code
    });
    let item = item.expect("the item's row");
    let field = |name: &str| {
        let row = found.iter().find(|row| row.text("field") == name).expect("the field");
        assert_eq!(row.text("same"), "一致");
        assert_eq!(row.text("entry_now"), item.id);
        row.text("as_known_now").to_owned()
    };
    assert_eq!(field("事项名称"), body(&item, "name"));
    assert_eq!(field("行使单位"), body(&item, "subject_unit"));
}

#[test]
fn question_3_names_who_acted_and_who_led() {
    let known = known();
    let (stream, entries) = known.planted("SEQ-A6").remove(0);
    let finding = known.finding("SEQ-A6", &stream);
    let place = format!("open/{}", known.event(&entries[0]).position);
    let found = answer(3, &["--stream", &stream]);
    let row = found.iter().find(|row| row.rests_on == [place.as_str()]).expect("the decision");
    assert_eq!(row.text("leader"), finding["principal_leader"]);
    assert_eq!(row.text("unit_then"), finding["unit"]);
    assert_eq!(row.text("officer"), officer(&known.event(&entries[0])));
    assert_eq!(row.text("date"), day(&known.event(&entries[0])));
    assert!(found.iter().all(|row| !row.text("role").is_empty()));
}

#[test]
fn question_4_counts_the_days_once_more() {
    let known = known();
    let (stream, _) = known.planted("L0.T02").remove(0);
    let clock = &known.finding("L0.T02", &stream)["explanation"]["clock"];
    let found = answer(4, &["--stream", &stream]);
    let ends = |counted: &str| {
        found
            .iter()
            .find(|row| {
                row.text("clock") == "法定期限"
                    && row.text("counted") == counted
                    && row.text("reason") == "届满"
            })
            .expect("the end of the term")
    };
    assert_eq!(ends("按法定承认").text("to"), clock["due"]);
    assert_eq!(ends("按法定承认").int("count"), clock["term"]["n"].as_i64().expect("a term"));
    assert!(ends("按法定承认").text("result").ends_with("逾期完成"));
    // Where a procedure stood still, the term would have ended earlier without it.
    let (parked, _) = known.planted("L0.T06").remove(0);
    let found = answer(4, &["--stream", &parked]);
    let last = |counted: &str| {
        let own = found.iter().filter(|row| row.text("counted") == counted);
        own.map(|row| row.text("to").to_owned()).max().expect("a reading")
    };
    assert!(last("不计挂起") < last("按单位主张"), "{}", parked);
}

#[test]
fn question_5_measures_each_special_procedure() {
    let known = known();
    let (stream, _) = known.planted("L0.T06").remove(0);
    let found = answer(5, &["--stream", &stream]);
    let events = known.of(&stream);
    let started = events.iter().find(|e| e.kind.starts_with("approval.special_procedure.started"));
    let started = started.expect("a special procedure");
    assert_eq!(found.len(), 1);
    let row = &found[0];
    assert_eq!(row.text("kind"), body(started, "kind"));
    assert_eq!(row.cells["expected_wd"].as_i64(), started.body.int("expected_wd"));
    let (taken, longer) = (row.int("taken_wd"), row.int("longer_wd"));
    assert!(longer > 0 && taken - row.int("expected_wd") == longer, "{taken}, {longer}");
}

#[test]
fn question_6_tells_what_was_knowable_at_the_first_notice() {
    let known = known();
    let (stream, entries) = known.planted("R2.3.10").remove(0);
    let found = answer(6, &["--stream", &stream]);
    let second: Vec<&Row> = found.iter().filter(|row| row.int("round") == 2).collect();
    assert!(!second.is_empty());
    let place = |id: &String| format!("open/{}", known.event(id).position);
    for row in &second {
        assert!(entries.iter().any(|id| row.rests_on == [place(id)]), "{:?}", row.rests_on);
    }
    assert!(second.iter().any(|row| row.text("knowable") == "目录所列,首次可知"));
}

#[test]
fn question_7_tells_that_the_papers_left_the_hall_without_authority() {
    let known = known();
    let (_, entries) = known.planted("R2.2.4c").remove(0);
    let handed = known.event(&entries[0]);
    let found = answer(7, &["--stream", &handed.stream]);
    let place = format!("open/{}", handed.position);
    let row = found.iter().find(|row| row.rests_on == [place.as_str()]).expect("the handoff");
    assert!(row.text("venue").ends_with("→unit_premises"), "{}", row.text("venue"));
    assert_eq!(row.text("powers"), "受理");
}

/// `例市监许准字〔2024〕12号` → series and number.
fn numbered(text: &str) -> Option<(String, i64)> {
    let bare = text.strip_suffix('号')?;
    let at = bare.rfind('〕')? + '〕'.len_utf8();
    Some((bare[..at].to_owned(), bare[at..].parse().ok()?))
}

#[test]
fn question_8_lists_the_numbers_that_nobody_bears() {
    const MEMBERS: [&str; 5] = ["decision_no", "acceptance_no", "notice_no", "case_no", "doc_no"];
    let known = known();
    let unit = known.first("approval.decision.granted").unit().expect("a unit").to_owned();
    let mut series: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for event in known.events().filter(|event| event.unit() == Some(&unit)) {
        if event.kind.starts_with("hall.number_register") {
            continue;
        }
        let borne = MEMBERS.iter().filter_map(|name| numbered(&event.body.text(name)?));
        for (name, number) in borne {
            series.entry(name).or_default().insert(number);
        }
    }
    let mut missing = BTreeSet::new();
    for (name, numbers) in &series {
        let last = *numbers.last().expect("a number");
        let lacking = (1..last).filter(|number| !numbers.contains(number));
        missing.extend(lacking.map(|number| (name.clone(), number)));
    }
    assert!(series.values().any(|numbers| numbers.len() > 1));
    let found = answer(8, &["--unit", &unit]);
    let lacking = found.iter().filter(|row| row.text("what") == "缺号");
    let lacking: BTreeSet<(String, i64)> =
        lacking.map(|row| (row.text("series").to_owned(), row.int("number"))).collect();
    assert_eq!(lacking, missing);
}

#[test]
fn question_9_shows_a_cancelled_item_granted_all_the_same() {
    let known = known();
    let (stream, entries) = known.planted("R2.1.6").remove(0);
    let unit = known.event(&entries[0]).unit().expect("a unit").to_owned();
    let found = answer(9, &["--unit", &unit]);
    let own: Vec<&Row> = found.iter().filter(|row| row.text("stream") == stream).collect();
    assert!(!own.is_empty());
    for row in own {
        assert_eq!((row.text("what"), row.text("place")), ("取消", "生效后"));
        assert!(row.text("effective_on") <= row.text("on"));
    }
}

#[test]
fn question_10_adds_up_what_was_taken_above_the_floor() {
    let known = known();
    let found = answer(10, &[]);
    let lines: Vec<&Row> = found.iter().filter(|row| row.text("level") == "明细").collect();
    for (stream, entries) in known.planted("R2.5.1") {
        let own: i64 = lines
            .iter()
            .filter(|row| row.text("stream") == stream)
            .map(|row| row.int("over_fen"))
            .sum();
        assert!(own > 0, "{stream}");
        let unit = known.event(&entries[0]).unit().expect("a unit").to_owned();
        let of_unit = lines.iter().filter(|row| row.text("name") == unit);
        let sum: i64 = of_unit.map(|row| row.int("over_fen")).sum();
        let total =
            found.iter().find(|row| row.text("level") == "单位" && row.text("name") == unit);
        assert_eq!(total.expect("the unit's sum").int("over_fen"), sum);
    }
    for row in lines {
        let over = row.cells["floor_fen"].as_i64().map_or(0, |floor| row.int("amount_fen") - floor);
        assert_eq!(row.int("over_fen"), over.max(0));
        let refunded = row.cells["refunded_fen"].as_i64().unwrap_or(0);
        assert_eq!(row.int("owed_fen"), (over.max(0) - refunded).max(0));
    }
}

#[test]
fn question_13_shows_an_entry_that_nobody_filed() {
    let known = known();
    let (stream, entries) = known.planted("R2.6.2").remove(0);
    let entered = known.event(&entries[0]);
    let party = entered.parties.iter().find_map(|party| party.id.get()).expect("a party");
    let found = answer(13, &["--party", party]);
    let row = found.iter().find(|row| row.text("stream") == stream).expect("the entry");
    assert_eq!((row.text("enterprise"), row.text("consented_at")), (party, ""));
    assert_eq!(row.text("entered_at").get(..10), Some(day(&entered).as_str()));
    assert!(row.text("rules").contains("R2.6.2"), "{}", row.text("rules"));
    let visits = known.events().filter(|event| {
        let of_party = event.parties.iter().any(|one| one.id.get() == Some(party));
        event.kind.starts_with("inspection.entry.started") && of_party
    });
    assert_eq!(found.len(), visits.count());
}

#[test]
fn question_14_tells_a_first_violation_from_a_second() {
    let known = known();
    let earlier = |stream: &str| {
        let found = answer(14, &["--stream", stream]);
        let counts = |row: &&Row| row.text("before") == "是" && row.text("same_category") == "是";
        found.iter().filter(counts).count()
    };
    let (unwarned, _) = known.planted("SEQ-P5").remove(0);
    assert_eq!(earlier(&unwarned), 0);
    let again = known.events().find(|event| {
        event.kind.starts_with("penalty.first_violation.assessed")
            && body(event, "result") == "非首次"
    });
    let again = again.expect("someone violated twice");
    assert!(earlier(&again.stream) > 0, "{}", again.stream);
    let found = answer(14, &["--stream", &again.stream]);
    let own = found
        .iter()
        .find(|row| row.text("stream") == again.stream && row.text("assessed") == "非首次");
    assert_eq!(own.expect("its own assessment").text("by"), officer(&again));
}

#[test]
fn question_15_compares_a_fine_with_its_like() {
    let known = known();
    let (stream, entries) = known.planted("R2.7.6").remove(0);
    let group = |event: &Event<'_>| (body(event, "ground_code"), body(event, "tier_id"));
    let fined = |event: &Event<'_>| {
        let penalties = event.body.json("penalties")?;
        penalties.as_list()?.iter().find_map(|one| one.get("amount_fen")?.as_int())
    };
    let decided = known.event(&entries[0]);
    let alike = known.events().filter(|event| {
        event.kind.starts_with("penalty.decision.made") && group(event) == group(&decided)
    });
    let mut fines: Vec<i64> = alike.filter_map(|event| fined(&event)).collect();
    fines.sort_unstable();
    let found = answer(15, &["--stream", &stream]);
    assert_eq!(found.len(), fines.len());
    let row = found.iter().find(|row| row.text("asked") == "本案").expect("the case");
    assert_eq!(Some(row.int("amount_fen")), fined(&decided));
    assert_eq!(row.int("median_fen"), fines[fines.len() / 2]);
    assert_eq!(row.text("approver"), body(&decided, "approver"));
}

#[test]
fn question_16_tells_what_was_told_after_the_decision() {
    let known = known();
    let (stream, _) = known.planted("SEQ-P4").remove(0);
    let found = answer(16, &["--stream", &stream]);
    assert_eq!(found.len(), 2);
    for row in &found {
        let early = row.text("occurred_at") < row.text("decided_at");
        assert_eq!(row.text("before"), if early { "是" } else { "否" });
    }
    assert!(found.iter().any(|row| row.text("before") == "否"));
}

#[test]
fn question_18_lists_what_should_have_followed() {
    let known = known();
    let gaps: BTreeSet<String> =
        known.planted("RX.1").into_iter().map(|(stream, _)| stream).collect();
    let found = answer(18, &[]);
    let streams: BTreeSet<String> = found.iter().map(|row| row.text("stream").to_owned()).collect();
    assert_eq!(streams, gaps);
    for row in &found {
        let finding = known.findings.iter().find(|one| one["finding_id"] == row.text("finding"));
        let finding = finding.expect("the gap is a finding");
        assert_eq!((finding["rule"].as_str(), row.text("result")), (Some("RX.1"), "疑似违规"));
        assert_eq!(row.text("supervising_unit"), finding["supervising_unit"]);
    }
}

#[test]
fn question_19_tells_what_was_not_known_then() {
    let known = known();
    let then = plumbline_replay::time::civil::parse_rfc3339("2025-02-01T00:00:00+08:00");
    let then = then.expect("a moment").micros;
    let found = answer(19, &["--then", "2025-01-31"]);
    let new: BTreeSet<(String, String)> = found
        .iter()
        .filter(|row| row.text("change") == "当时未见")
        .map(|row| (row.text("rule").to_owned(), row.text("stream").to_owned()))
        .collect();
    let mut later = 0;
    for one in &known.planted {
        let ids: Vec<String> = serde_json::from_value(one["entries"].clone()).expect("ids");
        if ids.iter().all(|id| known.event(id).recorded >= then) {
            let text = |name: &str| one[name].as_str().expect("text").to_owned();
            assert!(new.contains(&(text("rule"), text("stream"))), "{one}");
            later += 1;
        }
    }
    assert!(later > 20 && new.len() < known.findings.len(), "{later} of {}", new.len());
}

#[test]
fn question_21_lists_complaints_with_their_results() {
    let known = known();
    let received = known.first("complaint.received");
    let unit = body(&received, "about_unit");
    let about = known.events().filter(|event| {
        event.kind.starts_with("complaint.received") && body(event, "about_unit") == unit
    });
    let streams: BTreeSet<String> = about.map(|event| event.stream.into_owned()).collect();
    let found = answer(21, &["--unit", &unit]);
    let listed: BTreeSet<String> =
        found.iter().map(|row| row.text("complaint").to_owned()).collect();
    assert_eq!(listed, streams);
    for row in &found {
        let events = known.of(row.text("complaint"));
        let resolved = events.iter().find(|event| event.kind.starts_with("complaint.resolved"));
        assert_eq!(row.text("result"), resolved.map(|one| body(one, "result")).unwrap_or_default());
        assert_eq!(row.text("received_on"), day(&events[0]));
    }
}

#[test]
fn question_23_lists_master_data_told_backwards() {
    let known = known();
    let then = plumbline_replay::time::civil::parse_rfc3339("2024-07-02T00:00:00+08:00");
    let then = then.expect("a moment").micros - 1;
    let backwards = known.events().filter(|event| {
        let from = event.body.text("valid_from");
        let told = Zone::SHANGHAI.date(event.recorded).to_string();
        event.stream.starts_with("md/")
            && event.recorded > then
            && from.is_some_and(|from| from.as_ref() < told.as_str())
    });
    let backwards: BTreeSet<String> =
        backwards.map(|event| format!("open/{}", event.position)).collect();
    let found = answer(23, &["--then", "2024-07-01"]);
    let own: BTreeSet<String> = found
        .iter()
        .filter(|row| row.text("what") == "主数据")
        .map(|row| row.rests_on[0].clone())
        .collect();
    assert_eq!(own, backwards);
    assert!(!own.is_empty());
}

#[test]
fn the_list_names_each_question_with_its_command() {
    let list = plumb(&["ask", "list", "--json"]);
    let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let questions = list["questions"].as_array().expect("a list");
    assert_eq!(questions.len(), 23);
    for question in questions {
        assert!(question["command"].as_str().is_some_and(|text| text.starts_with("plumb ask ")));
    }
    asked(&["ask", "24"], 2);
    asked(&["ask", "1"], 2);
}
