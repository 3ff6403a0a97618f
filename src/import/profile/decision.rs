//! A row of a profile's table → the event that it tells of: a permit granted, or a
//! penalty decided, on its day, in the stream of its document number.
//!
//! Only what the row says is said. What it leaves out stays absent, so rules that
//! need it are indeterminate; what no member holds stays under `source.attributes`.

use super::row::{Dealt, Row};
use super::{Kind, Profile, Role, SYSTEM};
use crate::import::amount::Amount;
use crate::import::record::Problem;
use crate::import::translate::stream_name;
use crate::ledger::submission::Submission;
use chrono::{Datelike, NaiveDate};
use plumbline_replay::identifier::{Flaw, citizen_id, credit_code, organisation_code};
use plumbline_replay::integrity::json::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// The year in which a term without an end ends: 2099/12/31.
const OPEN_YEAR: i32 = 2099;
/// Longest stream name in bytes.
const STREAM_BYTES_MAX: usize = 256;

/// What was noticed about a row that is imported all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// From 1.
    pub line: u64,
    /// The standard's name of the column.
    pub field: &'static str,
    /// `check-character`, `length`, …; `more-decimals`, `beyond-range`.
    pub flaws: Vec<&'static str>,
    /// Chinese and English.
    pub told: String,
}

/// A row as an event.
#[derive(Debug)]
pub struct Decision {
    pub submission: Submission,
    /// The document number: the case.
    pub case: String,
    pub flags: Vec<Flag>,
    /// Cells in which a name or number was masked.
    pub masked: u64,
}

/// Makes events of rows. Rows that are equal in all that stands in the clear are
/// counted, so that each keeps the id that it had.
#[derive(Default)]
pub struct Decisions {
    seen: HashMap<[u8; 16], u32>,
    pub identical: u64,
    pub cases: HashMap<[u8; 16], ()>,
}

impl Decisions {
    /// The event of one row.
    ///
    /// # Errors
    ///
    /// The cell that cannot be read, or that a decision cannot do without.
    pub fn read(&mut self, row: &Row<'_>, format: &'static str) -> Result<Decision, Problem> {
        let number = row.code(Role::DecisionNo)?.ok_or_else(|| {
            row.lacks(Role::DecisionNo, "没有决定书文号 / the decision has no number")
        })?;
        let decided = row
            .date(Role::DecidedOn)?
            .ok_or_else(|| row.lacks(Role::DecidedOn, "没有决定日期 / the decision has no date"))?;
        let stream = stream(row, &number)?;
        let dealt = row.dealt();
        let mut body = body(row, &number, decided)?;
        let mut json = envelope(row, &stream, decided, &number)?;
        json.set("source", source(row, &dealt, format, &number));
        // The id must not depend on what is sealed: values could be tried against it.
        let id = self.id(&json, &body);
        json.set("id", Json::text(id));
        if !dealt.masked.is_empty() {
            body.set("masked", texts(&dealt.masked));
        }
        if !dealt.sealed.is_empty() {
            body.set("personal", map(&dealt.sealed));
        }
        json.set("body", body);
        self.cases.insert(short(number.as_bytes()), ());
        Ok(Decision {
            submission: Submission::new(json),
            case: number,
            flags: flags(row, decided),
            masked: dealt.masked.len() as u64,
        })
    }

    fn id(&mut self, json: &Json<'_>, body: &Json<'_>) -> String {
        let mut content = json.to_bytes();
        content.extend_from_slice(&body.to_bytes());
        let count = self.seen.entry(short(&content)).or_insert(0);
        self.identical += u64::from(*count > 0);
        content.extend_from_slice(&count.to_be_bytes());
        *count += 1;
        let name = blake3::hash(&content);
        Uuid::new_v5(&crate::import::translate::NAMESPACE, name.as_bytes()).to_string()
    }
}

fn short(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    blake3::Hasher::new().update(bytes).finalize_xof().fill(&mut out);
    out
}

fn stream(row: &Row<'_>, number: &str) -> Result<String, Problem> {
    let family = match row.profile.kind {
        Kind::Permit => "approval",
        Kind::Penalty => "penalty",
    };
    let stream = stream_name(family, number);
    if stream.len() <= STREAM_BYTES_MAX {
        return Ok(stream);
    }
    let reason = format!(
        "文号太长,流名有 {} 字节,上限 {STREAM_BYTES_MAX} / the number is too long: the stream would \
         have {0} bytes, at most {STREAM_BYTES_MAX}",
        stream.len()
    );
    Err(row.lacks(Role::DecisionNo, &reason))
}

fn texts(list: &[String]) -> Json<'static> {
    Json::List(list.iter().map(|text| Json::text(text.clone())).collect())
}

/// Cells by column. A column that stands twice keeps both, the second under a name
/// that tells so.
fn map(cells: &[(String, String)]) -> Json<'static> {
    let mut out = Json::Object(Vec::new());
    for (key, value) in cells {
        let mut free = key.clone();
        let mut again = 2;
        while out.get(&free).is_some() {
            free = format!("{key} ({again})");
            again += 1;
        }
        out.set(free, Json::text(value.clone()));
    }
    out
}

fn source(row: &Row<'_>, dealt: &Dealt, format: &'static str, number: &str) -> Json<'static> {
    Json::object([
        ("system", Json::text(SYSTEM)),
        ("kind", Json::text("import")),
        ("format", Json::text(format)),
        ("case", Json::text(number.to_owned())),
        ("activity", Json::text(row.profile.name)),
        ("attributes", map(&dealt.clear)),
    ])
}

/// All of the envelope but id, source and body.
fn envelope(
    row: &Row<'_>,
    stream: &str,
    decided: NaiveDate,
    number: &str,
) -> Result<Json<'static>, Problem> {
    let on_commitment =
        row.raw_text(Role::DocumentName).is_some_and(|name| name.contains("告知承诺"));
    let (event_type, capacity) = match row.profile.kind {
        Kind::Permit if on_commitment => ("approval.commitment.decided.v1", "申请人"),
        Kind::Permit => ("approval.decision.granted.v1", "申请人"),
        Kind::Penalty => ("penalty.decision.made.v1", "当事人"),
    };
    let mut json = Json::object([
        ("stream", Json::text(stream.to_owned())),
        ("type", Json::text(event_type)),
        ("occurred_at", Json::text(format!("{decided}T00:00:00+08:00"))),
        ("precision", Json::text("day")),
    ]);
    let organ = match row.code(Role::OrganCode)? {
        Some(code) => Some(code),
        None => row.text(Role::Organ)?,
    };
    if let Some(organ) = organ {
        json.set("actor", Json::object([("unit", Json::text(organ))]));
    }
    let party = Json::object([
        ("id", Json::text(party_id(row, number)?)),
        ("capacity", Json::text(capacity)),
    ]);
    json.set("parties", Json::List(vec![party]));
    let item = match row.profile.kind {
        Kind::Permit => row.text(Role::ItemName)?,
        Kind::Penalty => row.text(Role::Violation)?,
    };
    if let Some(name) = item {
        json.set("item", Json::object([("name", Json::text(name))]));
    }
    Ok(json)
}

/// The party's own public code; of a natural person one that holds for the case
/// alone, since any that held for two would be made of what is sealed.
fn party_id(row: &Row<'_>, number: &str) -> Result<String, Problem> {
    let person = row.is_person();
    for role in Role::ORGANISATION_CODES {
        if let Some(code) = row.public_code(role)?.filter(|_| !person) {
            return Ok(code);
        }
    }
    Ok(format!("{}/{number}", if person { "person" } else { "party" }))
}

fn body(row: &Row<'_>, number: &str, decided: NaiveDate) -> Result<Json<'static>, Problem> {
    let mut body = Json::object([
        ("decision_no", Json::text(number.to_owned())),
        ("decision_date", Json::text(decided.to_string())),
    ]);
    let members: &[(&str, Role)] = match row.profile.kind {
        Kind::Permit => &[
            ("document_name", Role::DocumentName),
            ("permit_kind", Role::PermitKind),
            ("cert_type", Role::CertType),
            ("content", Role::Content),
            ("remarks", Role::Remarks),
        ],
        Kind::Penalty => &[
            ("facts", Role::Facts),
            ("basis", Role::Basis),
            ("content", Role::Content),
            ("remarks", Role::Remarks),
        ],
    };
    for (member, role) in members {
        if let Some(text) = row.text(*role)? {
            body.set(*member, Json::text(text));
        }
    }
    if let Some(code) = row.public_code(Role::CertNo)? {
        body.set("cert_no", Json::text(code));
    }
    let dates = [
        ("valid_from", Role::ValidFrom),
        ("valid_to", Role::ValidTo),
        ("publicity_until", Role::PublicUntil),
    ];
    for (member, role) in dates {
        let day = row.date(role)?;
        let open = |day: &NaiveDate| role == Role::ValidTo && day.year() >= OPEN_YEAR;
        if let Some(day) = day.filter(|day| !open(day)) {
            body.set(member, Json::text(day.to_string()));
        }
    }
    if let Some(state) = row.text(Role::Status)? {
        let word = Profile::word(row.profile.states, state.trim());
        body.set("stated_status", Json::text(word.to_owned()));
    }
    if row.profile.kind == Kind::Penalty {
        let penalties = penalties(row)?;
        if !penalties.is_empty() {
            body.set("penalties", Json::List(penalties));
        }
    }
    named(row, &mut body)?;
    Ok(body)
}

/// Party, organ and source as the row names them.
fn named(row: &Row<'_>, body: &mut Json<'static>) -> Result<(), Problem> {
    let mut party = Json::Object(Vec::new());
    let public = row.raw_text(Role::PartyName).filter(|_| row.names_organisation());
    for (member, text) in [("name", public), ("kind", row.raw_text(Role::PartyKind))] {
        if let Some(text) = text {
            party.set(member, Json::text(text));
        }
    }
    let codes = [
        ("uscc", Role::Uscc),
        ("registration_no", Role::RegistrationNo),
        ("org_code", Role::OrgCode),
        ("tax_no", Role::TaxNo),
        ("institution_no", Role::InstitutionNo),
        ("association_no", Role::AssociationNo),
    ];
    for (member, role) in codes {
        if let Some(code) = row.public_code(role)? {
            party.set(member, Json::text(code));
        }
    }
    let pairs = [
        ("organ_named", Role::Organ, Role::OrganCode),
        ("source_named", Role::Source, Role::SourceCode),
    ];
    if !party.is_empty() {
        body.set("party_named", party);
    }
    for (member, name, code) in pairs {
        let mut organ = Json::Object(Vec::new());
        if let Some(text) = row.text(name)? {
            organ.set("name", Json::text(text));
        }
        if let Some(code) = row.code(code)? {
            organ.set("uscc", Json::text(code));
        }
        if !organ.is_empty() {
            body.set(member, organ);
        }
    }
    Ok(())
}

/// Kinds that hold the mark by which others are told apart.
const WHOLE: [&str; 3] = [
    "没收违法所得、没收非法财物",
    "暂扣或者吊销许可证、暂扣或者吊销执照",
    "暂扣或者吊销许可证、执照",
];

/// The kinds that a cell names.
fn kinds(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut word = String::new();
    while let Some(first) = rest.chars().next() {
        let whole = WHOLE.iter().find(|whole| word.is_empty() && rest.starts_with(**whole));
        let taken = match whole {
            Some(whole) => whole.len(),
            None => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(taken);
        rest = after;
        if whole.is_none() && matches!(first, ';' | '；' | ',' | '，' | '、' | '\n' | '\r') {
            out.push(std::mem::take(&mut word));
        } else {
            word.push_str(piece);
        }
    }
    out.push(word);
    out.into_iter().map(|kind| kind.trim().to_owned()).filter(|kind| !kind.is_empty()).collect()
}

/// One item a kind; an amount stands with the kind that it is of.
fn penalties(row: &Row<'_>) -> Result<Vec<Json<'static>>, Problem> {
    let cells = row.raw_texts(Role::PenaltyKind);
    let words = cells.iter().map(|cell| Profile::word(row.profile.penalty_kinds, cell.trim()));
    let kinds: Vec<String> = words.flat_map(kinds).map(|kind| row.clear(&kind).into()).collect();
    let one = |kind: &str| Json::object([("kind", Json::text(kind.to_owned()))]);
    let mut items: Vec<Json<'static>> = kinds.iter().map(|kind| one(kind)).collect();
    if let Some(fine) = row.amount(Role::Fine)? {
        let at = kinds.iter().position(|kind| kind.contains("罚款"));
        add(&mut items, at, "罚款", |item| fine.write("amount", "CNY", item), &fine);
    }
    if let Some(taken) = row.amount(Role::Confiscated)? {
        let of: Vec<usize> = (0..kinds.len()).filter(|at| kinds[*at].contains("没收")).collect();
        // Which part of one sum is income and which is goods a row does not say.
        let member = match of.as_slice() {
            [at] if !matches!(taken, Amount::Minor(_)) => (Some(*at), "confiscated"),
            [at] => match (kinds[*at].contains("违法所得"), kinds[*at].contains("财物")) {
                (true, false) => (Some(*at), "illegal_income"),
                (false, true) => (Some(*at), "goods"),
                _ => (Some(*at), "confiscated"),
            },
            several => (several.first().copied(), "confiscated"),
        };
        let (at, name) = member;
        add(&mut items, at, WHOLE[0], |item| taken.write(name, "CNY", item), &taken);
    }
    if let Some(licence) = row.text(Role::Licence)? {
        let withdrawn = |kind: &String| ["暂扣", "吊销"].iter().any(|word| kind.contains(word));
        let at = kinds.iter().position(withdrawn).unwrap_or(0);
        match items.get_mut(at) {
            Some(item) => item.set("licence", Json::text(licence)),
            None => items.push(Json::object([("licence", Json::text(licence))])),
        }
    }
    Ok(items)
}

/// Writes an amount where its kind stands. Where the row names no such kind, an
/// amount of nothing says nothing, and another one is of that kind all the same.
fn add(
    items: &mut Vec<Json<'static>>,
    at: Option<usize>,
    kind: &'static str,
    write: impl FnOnce(&mut Json<'static>),
    amount: &Amount,
) {
    if let Some(item) = at.and_then(|at| items.get_mut(at)) {
        return write(item);
    }
    if *amount != Amount::Minor(0) {
        let mut item = Json::object([("kind", Json::text(kind))]);
        write(&mut item);
        items.push(item);
    }
}

/// What is odd about the row's identifiers and amounts. Their values are not told
/// again: one may be a natural person's.
fn flags(row: &Row<'_>, on: NaiveDate) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut flag = |role: Role, flaws: Vec<Flaw>| {
        let column = row.profile.columns.iter().find(|column| column.role == role);
        if let Some(column) = column.filter(|_| !flaws.is_empty()) {
            let zh: Vec<String> = flaws.iter().map(|flaw| flaw.zh()).collect();
            let en: Vec<String> = flaws.iter().map(|flaw| flaw.en()).collect();
            flags.push(Flag {
                line: row.line.line,
                field: column.zh,
                flaws: flaws.iter().map(|flaw| flaw.code()).collect(),
                told: format!("{} / {}", zh.join(";"), en.join("; ")),
            });
        }
    };
    for role in [Role::Uscc, Role::OrganCode, Role::SourceCode] {
        let code = row.public_code(role).ok().flatten();
        flag(role, code.map_or(Vec::new(), |code| credit_code(&code)));
    }
    let code = row.public_code(Role::OrgCode).ok().flatten();
    flag(Role::OrgCode, code.map_or(Vec::new(), |code| organisation_code(&code)));
    for number in row.raw_texts(Role::PaperNo).iter().filter(|number| number.len() == 18) {
        flag(Role::PaperNo, citizen_id(&number.to_ascii_uppercase(), on));
    }
    for role in [Role::Fine, Role::Confiscated] {
        let told = match row.amount(role) {
            Ok(Some(Amount::MoreDecimals(text))) => ("more-decimals", text),
            Ok(Some(Amount::BeyondRange(text))) => ("beyond-range", text),
            _ => continue,
        };
        let (code, yuan) = told;
        let column = row.profile.columns.iter().find(|column| column.role == role);
        flags.push(Flag {
            line: row.line.line,
            field: column.map_or("", |column| column.zh),
            flaws: vec![code],
            told: format!(
                "{yuan} 元不能精确到分,保留原文 / {yuan} yuan is not whole fen and is kept as text"
            ),
        });
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_and_the_standards_own_kept_whole() {
        assert_eq!(kinds("罚款;警告"), ["罚款", "警告"]);
        assert_eq!(
            kinds("罚款、没收违法所得、没收非法财物；警告"),
            ["罚款", "没收违法所得、没收非法财物", "警告"]
        );
        assert_eq!(kinds("暂扣或者吊销许可证、执照"), ["暂扣或者吊销许可证、执照"]);
        assert_eq!(kinds(" ; 其他-责令改正 "), ["其他-责令改正"]);
        assert!(kinds("").is_empty());
    }
}
