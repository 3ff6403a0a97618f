//! States, timelines and differences over small scripts of events, and the
//! properties that the fold promises for any script.

use plumbline_replay::event::Event;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::entry::{Parts, Place};
use plumbline_replay::integrity::json::{Json, parse};
use plumbline_replay::state::diff::diff;
use plumbline_replay::state::replay::replay;
use plumbline_replay::state::timeline::{By, timeline};
use plumbline_replay::state::{CaseState, Moment, case_at, grounds};
use plumbline_replay::time::civil::Zone;
use proptest::prelude::*;

/// Makes entries as a ledger would: one a call, recorded a second apart unless
/// said otherwise.
#[derive(Default)]
struct Script {
    entries: Vec<Vec<u8>>,
    recorded: i64,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = self.entries.iter().map(|entry| String::from_utf8_lossy(entry));
        f.debug_list().entries(lines).finish()
    }
}

impl Script {
    /// `more` is merged into the submission.
    fn add(&mut self, stream: &str, kind: &str, occurred: &str, more: &str) -> &mut Script {
        let occurred_at = match occurred.len() {
            10 => format!("{occurred}T00:00:00+08:00"),
            _ => format!("{occurred}:00+08:00"),
        };
        let precision = if occurred.len() == 10 { "day" } else { "minute" };
        let position = self.entries.len() as u64;
        let mut json = parse(more.as_bytes()).unwrap().into_owned();
        for (name, value) in [
            ("stream", stream),
            ("type", kind),
            ("occurred_at", &occurred_at),
            ("precision", precision),
        ] {
            json.set(name, Json::text(value.to_owned()));
        }
        json.set("id", Json::text(format!("e-{position}")));
        let system = [("system", Json::text("test")), ("kind", Json::text("native"))];
        json.set("source", Json::object(system));
        let now = Zone::SHANGHAI.instant(&occurred_at).unwrap();
        self.recorded = self.recorded.max(now) + 1_000_000;
        let revision = self.entries.iter().filter(|e| stream_of(e) == stream).count() as u64;
        let mut entry = Vec::new();
        let recorded_at = Zone::UTC.rfc3339(self.recorded);
        let previous = Digest::ZERO;
        let place = Place { position, previous, recorded_at: &recorded_at, revision };
        Parts::new(json.to_bytes()).unwrap().splice(&place, &mut entry);
        self.entries.push(entry);
        self
    }

    /// From here on entries are recorded at the beginning of this day or later.
    fn recorded_from(&mut self, day: &str) -> &mut Script {
        self.recorded = Zone::SHANGHAI.instant(&format!("{day}T00:00:00+08:00")).unwrap();
        self
    }

    fn slices(&self) -> Vec<&[u8]> {
        self.entries.iter().map(Vec::as_slice).collect()
    }

    fn of(&self, stream: &str) -> Vec<&[u8]> {
        self.slices().into_iter().filter(|entry| stream_of(entry) == stream).collect()
    }

    fn state(&self, stream: &str, moment: Moment) -> CaseState {
        case_at(stream, &self.of(stream), moment).unwrap()
    }

    fn code(&self, stream: &str) -> String {
        self.state(stream, Moment::LATEST).state().code.into_owned()
    }
}

fn stream_of(entry: &[u8]) -> String {
    Event::read(entry).unwrap().stream.into_owned()
}

fn as_of(text: &str) -> Moment {
    Moment { as_of: Zone::SHANGHAI.instant(text).unwrap(), ..Moment::LATEST }
}

fn known_at(text: &str) -> Moment {
    Moment { known_at: Zone::SHANGHAI.instant(text).unwrap(), ..Moment::LATEST }
}

const A: &str = "approval/990100-XK-2026-000417";

/// An approval that is supplemented, suspended, granted, closed and delivered.
fn approval() -> Script {
    let mut script = Script::default();
    let window = r#"{"actor":{"unit":"u-1","officer":"o-1","role":"窗口"},"body":"#;
    script
        .add(
            A,
            "approval.application.submitted.v1",
            "2026-03-02T09:00",
            r#"{"parties":[{"id":"p-1","capacity":"申请人"}],"recorder":{"unit":"hall"},
            "item":{"code":"XK-1","name":"某许可"},"body":{"application_no":"S-1","_sd":["x"]}}"#,
        )
        .add(
            A,
            "approval.supplement.requested.v1",
            "2026-03-03T09:00",
            &format!(r#"{window}{{"deadline":"2026-03-10","notice_no":"B-1"}}}}"#),
        )
        .add(A, "approval.supplement.submitted.v1", "2026-03-04T09:00", "{}")
        .add(
            A,
            "approval.acceptance.granted.v1",
            "2026-03-05T16:20",
            &format!(r#"{window}{{"legal_due":"2026-04-02","promised_due":"2026-03-16"}}}}"#),
        )
        .add(
            A,
            "approval.stage.started.v1",
            "2026-03-06T09:00",
            r#"{"actor":{"unit":"u-1","officer":"o-2","role":"审核人"}}"#,
        )
        .add(A, "approval.special_procedure.started.v1", "2026-03-09T09:00", "{}")
        .add(A, "approval.special_procedure.ended.v1", "2026-03-12T09:00", "{}")
        .add(
            A,
            "approval.decision.granted.v1",
            "2026-03-16",
            r#"{"actor":{"unit":"u-1","officer":"o-3","role":"批准人"},
            "body":{"decision_no":"XK-1"},"docs":[{"doc_type":"决定书","doc_no":"D-9"}]}"#,
        )
        .add(A, "approval.case.closed.v1", "2026-03-18T10:00", "{}")
        .add(A, "approval.document.delivered.v1", "2026-03-19T10:00", "{}");
    script
}

fn correction(path: &str, value: &str) -> String {
    format!(r#"{{"body":{{"target_event":"e-7","field_path":"{path}","new_value":"{value}"}}}}"#)
}

fn void(target: &str) -> String {
    format!(r#"{{"body":{{"target":"{target}"}}}}"#)
}

#[test]
fn an_approval_goes_through_its_states() {
    let script = approval();
    for (moment, code) in [
        ("2026-03-02", "submitted"),
        ("2026-03-03", "supplementing"),
        ("2026-03-04", "submitted"),
        ("2026-03-05", "accepted"),
        ("2026-03-06", "under_review"),
        ("2026-03-10", "suspended"),
        ("2026-03-12", "under_review"),
        ("2026-03-16", "granted"),
        ("2026-03-18", "closed"),
        // Delivered after closing: still closed.
        ("2026-03-19", "closed"),
    ] {
        assert_eq!(script.state(A, as_of(moment)).state().code, code, "{moment}");
    }
    assert_eq!(script.state(A, as_of("2026-03-01")).state().code, "empty");
}

#[test]
fn a_case_tells_its_facts() {
    let json = approval().state(A, Moment::LATEST).to_json();
    assert_eq!(json["unit"], "u-1");
    assert_eq!(json["item"]["code"], "XK-1");
    assert_eq!(json["state"]["zh"], "办结");
    assert_eq!(json["officers"]["窗口"][0], "o-1");
    assert_eq!(json["parties"]["申请人"][0], "p-1");
    assert_eq!(json["documents"]["decision_no"][0], "XK-1");
    assert_eq!(json["documents"]["决定书"][0], "D-9");
    assert_eq!(json["dues"]["promise"], "2026-03-16");
    assert_eq!(json["dates"]["accepted"], "2026-03-05T16:20:00+08:00");
    assert_eq!(json["dates"]["decided"], "2026-03-16");
    assert_eq!(json["flags"]["sealed_values"], 1);
    assert_eq!(json["events"], 10);
    assert_eq!(json["revision"], 9);
}

#[test]
fn an_act_recorded_late_does_not_move_a_case_back() {
    let mut script = approval();
    script.recorded_from("2026-04-01").add(
        A,
        "approval.stage.completed.v1",
        "2026-03-13T09:00",
        r#"{"late_reason":"paper"}"#,
    );
    let state = script.state(A, Moment::LATEST);
    assert_eq!(state.state().code, "closed");
    assert_eq!(state.late, 1);
    assert_eq!(script.state(A, as_of("2026-03-14")).state().code, "under_review");
    let rows = timeline(&script.of(A), Moment::LATEST, By::Occurred).unwrap();
    let late: Vec<u64> = rows.iter().filter(|row| row.late).map(|row| row.position).collect();
    assert_eq!(late, [10]);
    assert_eq!(rows[7].position, 10);
    assert_eq!(rows[7].late_reason.as_deref(), Some("paper"));
    // It was not known on the 20th.
    let rows = timeline(&script.of(A), known_at("2026-03-20"), By::Recorded).unwrap();
    assert_eq!(rows.len(), 10);
}

#[test]
fn corrections_and_voids_count_from_when_they_are_recorded() {
    let mut script = approval();
    let kind = "correction.recorded.v1";
    script
        .recorded_from("2026-03-25")
        .add(A, kind, "2026-03-25T09:00", &correction("/body/decision_no", "XK-2"))
        .add(A, "record.voided.v1", "2026-03-26T09:00", &void("e-8"))
        .add(A, "record.voided.v1", "2026-03-27T09:00", &void("e-11"))
        .add(A, kind, "2026-03-28T09:00", &correction("/occurred_at", "2026-03-13T00:00:00+08:00"))
        .add(A, kind, "2026-03-29T09:00", &correction("/occurred_at", "nonsense"));
    let number = |moment| script.state(A, moment).to_json()["documents"]["decision_no"].clone();
    assert_eq!(number(known_at("2026-03-24"))[0], "XK-1");
    assert_eq!(number(known_at("2026-03-25"))[0], "XK-2");
    // The same moment of the acts, seen before and after the correction.
    let earlier = Moment { known_at: known_at("2026-03-27").known_at, ..as_of("2026-03-14") };
    assert_eq!(script.state(A, earlier).state().code, "under_review");
    assert_eq!(script.state(A, as_of("2026-03-14")).state().code, "granted");
    // Closing was voided, and the void was voided.
    let state = |day| script.state(A, known_at(day)).state().code.into_owned();
    assert_eq!(state("2026-03-25"), "closed");
    assert_eq!(state("2026-03-26"), "granted");
    assert_eq!(state("2026-03-27"), "closed");
    let rows = timeline(&script.of(A), Moment::LATEST, By::Recorded).unwrap();
    assert_eq!(rows[7].corrected_by, [10, 13]);
    assert_eq!(rows[11].voided_by, Some(12));
    assert_eq!(rows[8].voided_by, None);
    let state = script.state(A, Moment::LATEST);
    assert_eq!((state.corrections, state.voids), (3, 1));
}

#[test]
fn a_repair_touches_only_what_may_be_repaired() {
    let mut script = approval();
    let paths = ["/stream", "/type", "/recorded_at", "/nowhere/x", "", "body/decision_no"];
    for path in paths {
        script.add(A, "correction.recorded.v1", "2026-03-25T09:00", &correction(path, "x"));
    }
    // Ahead of itself, and in a stream that does not hold the target.
    script
        .add(A, "record.voided.v1", "2026-03-26T09:00", &void("e-17"))
        .add(A, "approval.stage.completed.v1", "2026-03-26T10:00", "{}")
        .add("approval/2", "record.voided.v1", "2026-03-26T11:00", &void("e-8"));
    let before = approval().state(A, Moment::LATEST).to_json();
    let after = script.state(A, Moment::LATEST).to_json();
    for member in ["state", "documents", "dates", "dues", "unit"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    assert_eq!(after["events"], 18);
    let rows = timeline(&script.of(A), Moment::LATEST, By::Recorded).unwrap();
    assert!(rows.iter().all(|row| row.corrected_by.is_empty() && row.voided_by.is_none()));
}

#[test]
fn a_difference_names_the_entries_that_made_it() {
    let mut script = approval();
    script.recorded_from("2026-03-25").add(
        A,
        "correction.recorded.v1",
        "2026-03-25T09:00",
        &correction("/body/decision_no", "XK-2"),
    );
    let entries = script.of(A);
    let to = as_of("2026-03-17");
    let from = Moment { known_at: known_at("2026-03-24").known_at, ..as_of("2026-03-08") };
    let changes = diff(A, &entries, from, to).unwrap();
    let because = |member: &str| {
        let found = changes.iter().find(|change| change.member == member);
        found.map(|change| change.because.clone()).unwrap_or_default()
    };
    assert_eq!(because("/documents/decision_no"), [7, 10]);
    assert_eq!(because("/dates/decided"), [7]);
    // Suspended and resumed on the way, then granted.
    assert_eq!(because("/state/code"), [5, 6, 7]);
    assert!(because("/unit").is_empty());
    let back = diff(A, &entries, to, from).unwrap();
    assert_eq!(back.len(), changes.len());
    for (there, back) in changes.iter().zip(&back) {
        assert_eq!((&there.before, &there.after), (&back.after, &back.before));
    }
    assert!(diff(A, &entries, to, to).unwrap().is_empty());
}

#[test]
fn a_fact_names_the_entries_that_say_it() {
    let script = approval();
    let on = |moment| grounds(A, &script.of(A), moment).unwrap();
    let types = |positions: &[u64]| -> Vec<String> {
        let kind = |at: &u64| Event::read(&script.entries[*at as usize]).unwrap().kind.into_owned();
        positions.iter().map(kind).collect()
    };
    let latest = on(Moment::LATEST);
    assert_eq!(types(&latest["/state"]), ["approval.case.closed.v1"]);
    assert_eq!(types(&latest["/dates/decided"]), ["approval.decision.granted.v1"]);
    assert_eq!(types(&latest["/opened"]), ["approval.application.submitted.v1"]);
    assert!(latest["/unit"].len() > 1);
    // Before its first act a case has no facts.
    assert!(on(as_of("2020-01-01")).is_empty());
    // A correction stands beside the entry that it shaped.
    let mut script = script;
    let text = correction("/body/decision_no", "〔2026〕改1");
    script.add(A, "correction.recorded.v1", "2026-04-30T10:00", &text);
    let by = script.entries.len() as u64 - 1;
    let corrected = grounds(A, &script.of(A), Moment::LATEST).unwrap();
    assert_eq!(corrected["/documents/decision_no"], [7, by]);
}

#[test]
fn the_other_kinds_of_case_have_their_states() {
    let mut script = Script::default();
    let subcase = |name| format!(r#"{{"body":{{"subcase":"{name}"}}}}"#);
    let fee = r#"{"body":{"fee_no":"F-1","lines":[{"amount_fen":12000},{"amount_fen":5}]}}"#;
    let fine = r#"{"body":{"perform_by":"2026-03-18","penalties":[{"amount_fen":10000}]}}"#;
    let refund = r#"{"body":{"amount_minor":5,"currency":"CNY"}}"#;
    let paid = |fen| format!(r#"{{"body":{{"amount_fen":{fen}}}}}"#);
    let day = "2026-03-02";
    script
        .add("fee/1", "fee.assessed.v1", day, fee)
        .add("fee/1", "fee.paid.v1", day, &paid(12005))
        .add("fee/1", "fee.refunded.v1", day, refund)
        .add("inspection/1", "inspection.filing.submitted.v1", day, "{}")
        .add("inspection/1", "inspection.entry.started.v1", day, "{}")
        .add("penalty/1", "penalty.case.filed.v1", day, "{}")
        .add("penalty/1", "penalty.decision.made.v1", day, fine)
        .add("penalty/1", "penalty.fine.paid.v1", day, &paid(4000))
        .add("penalty/1", "penalty.fine.paid.v1", day, &paid(6000))
        .add("joint/1", "joint.case.opened.v1", day, "{}")
        .add("joint/1", "joint.subcase.dispatched.v1", day, &subcase("a"))
        .add("joint/1", "joint.subcase.dispatched.v1", day, &subcase("b"))
        .add("joint/1", "joint.subcase.receipt_confirmed.v1", day, &subcase("a"))
        .add("permit/1", "import.activity.recorded.v1", day, r#"{"body":{"activity":"01_X"}}"#)
        .add("complaint/1", "complaint.received.v1", day, "{}")
        .add("log/1", "approval.acceptance.granted.v1", day, "{}");
    for (stream, code) in [
        ("fee/1", "refunded"),
        ("inspection/1", "on_site"),
        ("penalty/1", "paid"),
        ("joint/1", "receipts"),
        ("permit/1", "01_X"),
        ("complaint/1", "complaint.received.v1"),
        ("log/1", "accepted"),
    ] {
        assert_eq!(script.code(stream), code, "{stream}");
    }
    let fee = script.state("fee/1", Moment::LATEST).to_json();
    assert_eq!(fee["amounts"]["assessed"]["CNY"], "120.05");
    assert_eq!(fee["amounts"]["refunded"]["CNY"], "0.05");
    let penalty = script.state("penalty/1", Moment::LATEST).to_json();
    assert_eq!(penalty["amounts"]["paid"]["CNY"], "100.00");
    assert_eq!(penalty["amounts"]["fined"]["CNY"], "100.00");
    assert_eq!(penalty["dues"]["payment"], "2026-03-18");
    script.add("joint/1", "joint.subcase.receipt_confirmed.v1", day, &subcase("b"));
    assert_eq!(script.code("joint/1"), "all_receipts");
}

const STREAMS: [&str; 5] = ["approval/1", "penalty/1", "joint/1", "fee/1", "x/1"];
const TYPES: [&str; 16] = [
    "approval.application.submitted.v1",
    "approval.stage.started.v1",
    "approval.special_procedure.started.v1",
    "approval.special_procedure.ended.v1",
    "approval.acceptance.granted.v1",
    "approval.decision.granted.v1",
    "approval.case.closed.v1",
    "fee.assessed.v1",
    "fee.paid.v1",
    "joint.subcase.dispatched.v1",
    "joint.subcase.opinion_given.v1",
    "penalty.decision.made.v1",
    "penalty.document.served.v1",
    "import.activity.recorded.v1",
    "correction.recorded.v1",
    "record.voided.v1",
];

prop_compose! {
    /// Any types in any streams at any of few times, repairs of any of them.
    fn scripts()(rows in prop::collection::vec(
        (0..STREAMS.len(), 0..TYPES.len(), 1u32..28, any::<bool>(), 0u32..40), 1..40,
    )) -> Script {
        let mut script = Script::default();
        script.recorded_from("2026-02-01");
        for (stream, kind, day, minute, number) in rows {
            let day = format!("2026-02-{day:02}");
            let occurred = if minute { format!("{day}T{:02}:00", number % 24) } else { day.clone() };
            let more = format!(
                r#"{{"actor":{{"unit":"u-{number}","officer":"o-{number}","role":"r"}},
                "body":{{"activity":"a{number}","amount_fen":{number},"due_on":"{day}",
                "field_path":"/occurred_at","legal_due":"{day}",
                "new_value":"{day}T00:00:00+08:00","subcase":"s{}","target":"e-{number}"}}}}"#,
                number % 3
            );
            script.add(STREAMS[stream], TYPES[kind], &occurred, &more);
        }
        script
    }
}

fn moments() -> impl Strategy<Value = Moment> {
    (1u32..29, 1u32..29).prop_map(|(as_of_day, known_day)| Moment {
        as_of: as_of(&format!("2026-02-{as_of_day:02}")).as_of,
        known_at: known_at(&format!("2026-02-{known_day:02}")).known_at,
    })
}

fn folded<'a>(stream: &str, entries: impl Iterator<Item = &'a [u8]>) -> CaseState {
    let mut state = CaseState::new(stream);
    for entry in entries.filter(|entry| stream_of(entry) == stream) {
        state.apply(&Event::read(entry).unwrap());
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_fold_commutes(script in scripts(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..script.entries.len()).collect();
        // A permutation from the seed alone.
        order.sort_by_key(|index| (*index as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        for stream in STREAMS {
            let straight = folded(stream, script.slices().into_iter());
            let shuffled = folded(stream, order.iter().map(|at| script.entries[*at].as_slice()));
            prop_assert_eq!(straight, shuffled);
        }
    }

    #[test]
    fn a_state_is_the_fold_of_what_counted(script in scripts(), moment in moments()) {
        for stream in STREAMS {
            let entries = script.of(stream);
            let repairs = |entry: &&[u8]| {
                plumbline_replay::state::repairs_record(&Event::read(entry).unwrap().kind)
            };
            if entries.iter().any(repairs) {
                continue;
            }
            let counted = entries.into_iter().filter(|entry| {
                let event = Event::read(entry).unwrap();
                event.recorded <= moment.known_at && event.occurred.micros <= moment.as_of
            });
            prop_assert_eq!(script.state(stream, moment), folded(stream, counted));
        }
    }

    #[test]
    fn replay_agrees_with_single_cases_on_any_number_of_threads(
        script in scripts(), moment in moments(), threads in 1usize..5, size in 1usize..9,
    ) {
        let blocks: Vec<Vec<&[u8]>> = script.slices().chunks(size).map(<[_]>::to_vec).collect();
        let states = replay(&blocks, moment, threads).unwrap();
        for stream in STREAMS {
            let single = script.state(stream, moment);
            if single.events == 0 {
                prop_assert!(!states.contains_key(stream));
            } else {
                prop_assert_eq!(states.get(stream), Some(&single));
            }
        }
    }

    #[test]
    fn a_difference_turns_one_state_into_the_other(
        script in scripts(), from in moments(), to in moments(),
    ) {
        let stream = STREAMS[0];
        let changes = diff(stream, &script.of(stream), from, to).unwrap();
        let before = script.state(stream, from).to_json();
        let after = script.state(stream, to).to_json();
        prop_assert_eq!(changes.is_empty(), before == after);
        for change in changes {
            let at = |json: &serde_json::Value| {
                json.pointer(&change.member).filter(|value| !value.is_null()).cloned()
            };
            prop_assert_eq!(at(&before), change.before);
            prop_assert_eq!(at(&after), change.after);
            prop_assert!(!change.because.is_empty(), "{}", change.member);
        }
    }
}
