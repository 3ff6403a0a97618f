//! Reads a scenario script into entries, as a ledger would have recorded them,
//! and expectations.

use super::keyring::Keyring;
use super::tamper::{self, Tamper};
use crate::event::register;
use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::entry::{Parts, Place};
use crate::integrity::json::{Json, parse as parse_json};
use crate::rules::finding::finding_id;
use crate::time::civil::{self, Micros, Zone};
use crate::walk::Outcome;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt;

const MINUTE: Micros = 60_000_000;

/// What a script asks for, line by line.
#[derive(Debug)]
pub enum Step {
    /// Judges with a moment; what was found must be exactly this. Where `only`
    /// names rules, nothing is said of others: a rule's own script tells of it.
    /// Where it names none, nothing is said of the record's quality (`DQ.…`).
    Check {
        line: usize,
        as_of: Option<Micros>,
        known_at: Option<Micros>,
        only: Vec<String>,
        found: Vec<Expected>,
    },
    /// Makes a report; its rows must be exactly these, each by the cells named.
    Report {
        line: usize,
        id: String,
        from: NaiveDate,
        to: NaiveDate,
        as_of: Option<Micros>,
        known_at: Option<Micros>,
        rows: Vec<Vec<(String, String)>>,
    },
    /// The state of a stream, by its code.
    State { line: usize, stream: String, as_of: Option<Micros>, code: String },
    /// What a reader sees of a stream must be exactly these entries.
    Seen { line: usize, stream: String, by: Reader, known_at: Option<Micros>, rows: Vec<String> },
    /// What a verifier says of the log, tampered with or not, against a checkpoint
    /// that was kept elsewhere or none.
    Verify { line: usize, tamper: Option<Tamper>, against_checkpoint: bool, outcome: Outcome },
}

/// Before whom a stream is opened (§3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Public,
    Investigator,
}

/// One expected finding. Absent parts are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub rule: String,
    pub stream: String,
    pub outcome: String,
    pub severity: Option<String>,
    /// Must occur in the line that scripts read: sentences, who answers, explanation.
    pub words: Vec<String>,
}

/// A script, read.
#[derive(Debug, Default)]
pub struct Script {
    pub title: String,
    /// In order of position.
    pub entries: Vec<Vec<u8>>,
    pub steps: Vec<Step>,
    /// What was sealed: nothing, unless the script says `sealed`.
    pub keyring: Keyring,
}

impl Script {
    /// Narrows its checks to one rule and those that they name: what a rule's own
    /// script (`samples/rules/R2.5.1.scn`) speaks of, whatever else is judged.
    pub fn about(&mut self, rule: &str) {
        for step in &mut self.steps {
            if let Step::Check { only, found, .. } = step
                && only.is_empty()
            {
                only.push(rule.to_owned());
                only.extend(found.iter().map(|one| one.rule.clone()));
            }
        }
    }
}

/// Where a script cannot be read, and why.
#[derive(Debug)]
pub struct ScriptError {
    pub file: String,
    pub line: usize,
    pub why: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScriptError { file, line, why } = self;
        write!(f, "{file}:{line}: {why}")
    }
}

impl std::error::Error for ScriptError {}

/// An event before it has its place.
struct Draft {
    recorded: Micros,
    stream: String,
    json: Json<'static>,
}

/// Reads a script. `include` gives the text of a file that it names.
pub fn parse(
    file: &str,
    text: &str,
    include: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, ScriptError> {
    let script = Script::default();
    let mut reader = Lines { drafts: Vec::new(), script, sealed: false, include };
    reader.read(file, text)?;
    reader.finish()
}

struct Lines<'i> {
    drafts: Vec<Draft>,
    script: Script,
    /// Confidential members are sealed, from the line `sealed` on.
    sealed: bool,
    include: &'i dyn Fn(&str) -> Option<String>,
}

impl Lines<'_> {
    fn read(&mut self, file: &str, text: &str) -> Result<(), ScriptError> {
        for (index, line) in text.lines().enumerate() {
            let at = index + 1;
            let failed = |why: String| ScriptError { file: file.to_owned(), line: at, why };
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let (word, rest) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
            match word {
                "title" => self.script.title = rest.trim().to_owned(),
                "include" => {
                    let name = rest.trim();
                    let Some(text) = (self.include)(name) else {
                        return Err(failed(format!("there is no file {name}")));
                    };
                    self.read(name, &text)?;
                }
                "check" => {
                    let options = options(rest).map_err(failed)?;
                    let moment = |name| moment(&options, name).map_err(failed);
                    let (as_of, known_at) = (moment("as-of")?, moment("known-at")?);
                    let only = options.get("only").map(|rules| rules.split(','));
                    let only = only.into_iter().flatten().map(str::to_owned).collect();
                    let found = Vec::new();
                    self.script.steps.push(Step::Check { line: at, as_of, known_at, only, found });
                }
                "report" => self.script.steps.push(report(at, rest).map_err(failed)?),
                "state" => self.script.steps.push(state(at, rest).map_err(failed)?),
                "seen" => self.script.steps.push(seen(at, rest).map_err(failed)?),
                "verify" => self.script.steps.push(verify(at, rest).map_err(failed)?),
                "sealed" => self.sealed = true,
                _ if line.starts_with(char::is_whitespace) => {
                    self.expect(bare).map_err(failed)?;
                }
                _ => {
                    let mut draft = draft(self.drafts.len() + 1, word, rest).map_err(failed)?;
                    self.seal(&mut draft);
                    self.drafts.push(draft);
                }
            }
        }
        Ok(())
    }

    fn seal(&mut self, draft: &mut Draft) {
        let kind = draft.json.get("type").and_then(Json::as_str);
        if self.sealed
            && let Some(known) = kind.and_then(register::find)
        {
            self.script.keyring.seal(known, &mut draft.json);
        }
    }

    fn expect(&mut self, line: &str) -> Result<(), String> {
        let nowhere = "this is expected where nothing is checked: write `check` or `report` first";
        match self.script.steps.last_mut() {
            Some(Step::Check { .. } | Step::Report { .. } | Step::Seen { .. })
                if line == "none" =>
            {
                Ok(())
            }
            Some(Step::Seen { rows, .. }) => {
                rows.push(line.to_owned());
                Ok(())
            }
            Some(Step::Check { found, .. }) => {
                found.push(finding(line)?);
                Ok(())
            }
            Some(Step::Report { rows, .. }) => {
                rows.push(cells(line)?);
                Ok(())
            }
            _ => Err(nowhere.into()),
        }
    }

    /// Gives every event its place, in the order of recording.
    fn finish(mut self) -> Result<Script, ScriptError> {
        self.drafts.sort_by_key(|draft| draft.recorded);
        let mut previous = Digest::ZERO;
        let mut last = Micros::MIN;
        let mut revisions: BTreeMap<String, u64> = BTreeMap::new();
        for (position, draft) in self.drafts.iter().enumerate() {
            last = draft.recorded.max(last.saturating_add(1));
            let revision = revisions.entry(draft.stream.clone()).or_default();
            let refused = |why: String| ScriptError {
                file: draft.stream.clone(),
                line: 0,
                why: format!("no entry can be made of it: {why}"),
            };
            let parts =
                Parts::new(draft.json.to_bytes()).map_err(|error| refused(error.to_string()))?;
            let recorded_at = utc_micros(last);
            let place = Place {
                position: position as u64,
                previous,
                recorded_at: &recorded_at,
                revision: *revision,
            };
            let mut entry = Vec::new();
            parts.splice(&place, &mut entry);
            previous = entry_hash(&entry);
            *revision += 1;
            self.script.entries.push(entry);
        }
        Ok(self.script)
    }
}

/// `2022-03-01T02:00:00.000000Z`, as entries carry it.
fn utc_micros(micros: Micros) -> String {
    let moment = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
    moment.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// `as-of 2022-05-01 known-at …` by name.
fn options(text: &str) -> Result<BTreeMap<&str, &str>, String> {
    let mut words = text.split_whitespace();
    let mut out = BTreeMap::new();
    while let Some(name) = words.next() {
        let value = words.next().ok_or_else(|| format!("{name} names no moment"))?;
        out.insert(name, value);
    }
    Ok(out)
}

fn moment(options: &BTreeMap<&str, &str>, name: &str) -> Result<Option<Micros>, String> {
    let Some(text) = options.get(name) else { return Ok(None) };
    instant(text).map(Some).ok_or_else(|| format!("{name} {text} is no moment"))
}

/// A date's end, or a minute of it.
fn instant(text: &str) -> Option<Micros> {
    match civil::parse_date(text) {
        Some(date) => Some(Zone::SHANGHAI.end_of(date)),
        None => civil::parse_rfc3339(&with_offset(text)).map(|moment| moment.micros),
    }
}

fn with_offset(text: &str) -> String {
    if text.len() == 16 { format!("{text}:00+08:00") } else { format!("{text}+08:00") }
}

fn state(line: usize, rest: &str) -> Result<Step, String> {
    let mut words = rest.split_whitespace();
    let (Some(stream), Some(code)) = (words.next(), words.next()) else {
        return Err("write state STREAM CODE [as-of T]".into());
    };
    let rest: Vec<&str> = words.collect();
    let rest = rest.join(" ");
    let as_of = moment(&options(&rest)?, "as-of")?;
    Ok(Step::State { line, stream: stream.to_owned(), as_of, code: code.to_owned() })
}

/// `seen STREAM by public|investigator [known-at T]`
fn seen(line: usize, rest: &str) -> Result<Step, String> {
    let (stream, rest) = rest.split_once(' ').ok_or("write seen STREAM by public|investigator")?;
    let options = options(rest)?;
    let by = match options.get("by") {
        Some(&"public") => Reader::Public,
        Some(&"investigator") => Reader::Investigator,
        other => return Err(format!("by {other:?}: write public or investigator")),
    };
    let known_at = moment(&options, "known-at")?;
    Ok(Step::Seen { line, stream: stream.to_owned(), by, known_at, rows: Vec::new() })
}

/// `verify [after flip|cut|swap|rechain N] [against checkpoint] pass|fail|cannot_tell`
fn verify(line: usize, rest: &str) -> Result<Step, String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (tamper, words) = match words.as_slice() {
        ["after", word, number, rest @ ..] => (Some(Tamper::parse(word, number)?), rest),
        rest => (None, rest),
    };
    let (against_checkpoint, words) = match words {
        ["against", "checkpoint", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let outcome = match words {
        ["pass"] => Outcome::Pass,
        ["fail"] => Outcome::Fail,
        ["cannot_tell"] => Outcome::CannotTell,
        _ => return Err("write verify [after …] [against checkpoint] pass|fail|cannot_tell".into()),
    };
    Ok(Step::Verify { line, tamper, against_checkpoint, outcome })
}

/// `report ID from DATE to DATE [as-of T] [known-at T]`
fn report(line: usize, rest: &str) -> Result<Step, String> {
    let (id, rest) = rest.split_once(' ').ok_or("write report ID from DATE to DATE")?;
    let options = options(rest)?;
    let day = |name: &str| {
        let text = options.get(name).ok_or_else(|| format!("the report has no `{name}` date"))?;
        civil::parse_date(text).ok_or_else(|| format!("{text} is no date"))
    };
    Ok(Step::Report {
        line,
        id: id.to_owned(),
        from: day("from")?,
        to: day("to")?,
        as_of: moment(&options, "as-of")?,
        known_at: moment(&options, "known-at")?,
        rows: Vec::new(),
    })
}

/// `name=value | name=value`, as the CSV shows the values.
fn cells(line: &str) -> Result<Vec<(String, String)>, String> {
    let parts = line.split(" | ").map(|part| {
        let (name, value) =
            part.split_once('=').ok_or_else(|| format!("{part}: write name=value"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    parts.collect()
}

/// One event: `WHEN TYPE STREAM name=value… {body} [+ {more}]`.
fn draft(number: usize, when: &str, rest: &str) -> Result<Draft, String> {
    let (head, json) = match rest.find('{') {
        Some(at) => rest.split_at(at),
        None => (rest, "{}"),
    };
    let mut words = head.split_whitespace();
    let (Some(kind), Some(stream)) = (words.next(), words.next()) else {
        return Err("write WHEN TYPE STREAM [name=value …] {body}".into());
    };
    let (occurred, precision, micros) = occurred(when)?;
    let mut entry = Envelope::new(number, kind, stream, occurred, precision);
    let mut recorded = micros + MINUTE;
    for word in words {
        let (name, value) =
            word.split_once('=').ok_or_else(|| format!("{word}: write name=value"))?;
        if name == "recorded" {
            recorded = instant(value).ok_or_else(|| format!("{value} is no moment"))?;
        } else {
            entry.set(name, value)?;
        }
    }
    let (body, more) = match json.split_once("} + {") {
        Some((body, more)) => (format!("{body}}}"), format!("{{{more}")),
        None => (json.to_owned(), "{}".to_owned()),
    };
    entry.json.set("body", object(&body)?);
    if let Json::Object(members) = object(&more)? {
        for (name, value) in members {
            entry.json.set(name, value);
        }
    }
    Ok(Draft { recorded, stream: stream.to_owned(), json: entry.json })
}

fn object(text: &str) -> Result<Json<'static>, String> {
    let text = with_finding_ids(text.trim())?;
    let text = text.replace("\"script-key\"", &format!("\"{}\"", tamper::public_key()));
    let json = parse_json(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(json.into_owned())
}

/// Puts ids in place of `finding(RULE STREAM MATTER)`: what is told of a finding
/// names it by its id, which nobody can read.
fn with_finding_ids(text: &str) -> Result<String, String> {
    const MARK: &str = "\"finding(";
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(MARK);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let bad = || format!("{MARK}…: write \"finding(RULE STREAM MATTER)\"");
        let (named, rest) = part.split_once(")\"").ok_or_else(bad)?;
        let mut words = named.splitn(3, ' ');
        let (Some(rule), Some(stream), Some(matter)) = (words.next(), words.next(), words.next())
        else {
            return Err(bad());
        };
        out.push_str(&format!("\"{}\"{rest}", finding_id(rule, stream, matter)));
    }
    Ok(out)
}

fn occurred(when: &str) -> Result<(String, &'static str, Micros), String> {
    let bad = || format!("{when}: write 2022-04-06 or 2022-04-06T09:10");
    match civil::parse_date(when) {
        Some(date) => Ok((
            format!("{when}T00:00:00+08:00"),
            "day",
            Zone::SHANGHAI.start_of(date) + 18 * 60 * MINUTE,
        )),
        None => {
            let text = with_offset(when);
            let moment = civil::parse_rfc3339(&text).ok_or_else(bad)?;
            Ok((text, "minute", moment.micros))
        }
    }
}

/// A submission on its way.
struct Envelope {
    json: Json<'static>,
}

impl Envelope {
    fn new(number: usize, kind: &str, stream: &str, at: String, precision: &str) -> Envelope {
        let versioned = kind.rsplit_once(".v").is_some_and(|(_, v)| v.parse::<u16>().is_ok());
        let kind = if versioned { kind.to_owned() } else { format!("{kind}.v1") };
        let source =
            Json::object([("kind", Json::text("native")), ("system", Json::text("script"))]);
        Envelope {
            json: Json::object([
                ("id", Json::text(format!("e{number}"))),
                ("stream", Json::text(stream.to_owned())),
                ("type", Json::text(kind)),
                ("occurred_at", Json::text(at)),
                ("precision", Json::text(precision.to_owned())),
                ("source", source),
            ]),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let (member, inner) = match name {
            "id" | "late_reason" | "effective_date" | "visibility" => {
                self.json.set(name.to_owned(), Json::text(value.to_owned()));
                return Ok(());
            }
            "party" => {
                self.party(value);
                return Ok(());
            }
            "unit" | "officer" | "role" | "post" | "cert_no" | "on_behalf_of_unit" => {
                ("actor", name)
            }
            "item" => ("item", "code"),
            "item_name" => ("item", "name"),
            "catalogue" => ("item", "catalogue_version"),
            "venue" => ("venue", "kind"),
            "venue_id" | "window_id" => ("venue", name),
            "source" => ("source", "kind"),
            "system" => ("source", "system"),
            "sequence" => ("source", "sequence"),
            "recorder" => ("recorder", "unit"),
            "recorder_officer" => ("recorder", "officer"),
            _ => return Err(format!("{name} is no part of an event that a script can set")),
        };
        let mut object = self.json.get(member).cloned().unwrap_or(Json::Object(Vec::new()));
        let written = match (name, value.parse()) {
            ("sequence", Ok(number)) => Json::Int(number),
            _ => Json::text(value.to_owned()),
        };
        object.set(inner.to_owned(), written);
        self.json.set(member, object);
        Ok(())
    }

    /// `party/1:申请人`
    fn party(&mut self, value: &str) {
        let (id, capacity) = value.split_once(':').unwrap_or((value, "当事人"));
        let party = Json::object([
            ("capacity", Json::text(capacity.to_owned())),
            ("id", Json::text(id.to_owned())),
        ]);
        let mut parties = match self.json.get("parties") {
            Some(Json::List(parties)) => parties.clone(),
            _ => Vec::new(),
        };
        parties.push(party);
        self.json.set("parties", Json::List(parties));
    }
}

/// `RULE STREAM RESULT [SEVERITY] ["words" …]`
fn finding(line: &str) -> Result<Expected, String> {
    let (head, words) = line.split_once('"').map_or((line, ""), |(head, rest)| (head, rest));
    let mut parts = head.split_whitespace();
    let (Some(rule), Some(stream), Some(outcome)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err("write RULE STREAM RESULT [SEVERITY] [\"words\" …]".into());
    };
    let severity = parts.next().map(str::to_owned);
    let words = words.split('"').map(str::trim).filter(|word| !word.is_empty());
    Ok(Expected {
        rule: rule.to_owned(),
        stream: stream.to_owned(),
        outcome: outcome.to_owned(),
        severity,
        words: words.map(str::to_owned).collect(),
    })
}
