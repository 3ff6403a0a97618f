//! Who may open what: the roles of a vault, regrown from the events that a sealed log
//! has of them, and the openings on record that they are held against.
//!
//! A grant or a removal is believed from its entry on and valid from the moment that it
//! names: an opening is judged by what was recorded before it, so nothing that is
//! recorded later makes it allowed or forbidden. Does not know what is sealed, who
//! somebody is, or where a log is kept.

use crate::integrity::entry::Fields;
use crate::integrity::json::{Json, parse};
use crate::time::civil::{Micros, parse_rfc3339};
use std::collections::{BTreeMap, BTreeSet};

/// The stream of every grant and removal. An entry elsewhere is none.
pub const STREAM: &str = "ledger/roles";
/// The type of a grant.
pub const GRANTED: &str = "vault.role.granted.v1";
/// The type of a removal.
pub const REVOKED: &str = "vault.role.revoked.v1";
/// The stream of every access on record.
pub const ACCESS_STREAM: &str = "ledger/access";
/// The type of an access.
pub const ACCESS: &str = "access.recorded.v1";
/// `result` of an access that showed something.
pub const SHOWN: &str = "出示";
/// `result` of an access that was refused.
pub const REFUSED: &str = "拒绝";

/// What a role is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right<'a> {
    /// To hold the role at all.
    Any,
    /// To open members of a class (`x-sensitivity` of the schemas).
    Class(&'a str),
    /// To do something: `erase`, `close`.
    Power(&'a str),
}

/// Why a right is not had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    NoSuchRole,
    NotOfThatRole,
    NotOpenToTheRole,
}

impl Denied {
    /// The word of `refused_for` in the record of an access.
    pub fn as_str(self) -> &'static str {
        match self {
            Denied::NoSuchRole => "no-such-role",
            Denied::NotOfThatRole => "not-of-that-role",
            Denied::NotOpenToTheRole => "class-not-open-to-the-role",
        }
    }
}

/// What one event tells of one role and one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub position: u64,
    pub role: String,
    /// An officer's id, or the name of an API key.
    pub member: String,
    /// Valid from this moment on.
    pub from: Micros,
    /// `None` for a removal.
    pub grant: Option<Grant>,
}

/// What a role gives to a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    pub classes: BTreeSet<String>,
    pub powers: BTreeSet<String>,
    /// Not any more from this moment on.
    pub until: Option<Micros>,
}

/// An access on record that showed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub who: String,
    pub role: String,
    /// When it was judged and shown.
    pub at: Micros,
    /// Of the members shown.
    pub classes: BTreeSet<String>,
}

/// An entry that matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Role(Told),
    Opening(Opening),
}

/// The grant, removal or opening that an entry is; `None` if it is none, or an access
/// that showed nothing.
///
/// # Errors
///
/// What is wrong with an entry that claims to be one.
pub fn act(fields: &Fields<'_>) -> Option<Result<Act, &'static str>> {
    match (fields.stream, fields.kind) {
        (STREAM, GRANTED | REVOKED) => Some(told(fields).map(Act::Role)),
        (ACCESS_STREAM, ACCESS) => opening(fields).map(|found| found.map(Act::Opening)),
        _ => None,
    }
}

fn body<'a>(fields: &Fields<'a>) -> Result<Json<'a>, &'static str> {
    parse(fields.body.unwrap_or(b"{}")).map_err(|_| "its body is no JSON")
}

fn text<'j>(body: &'j Json<'_>, name: &str) -> Option<&'j str> {
    body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

fn words(body: &Json<'_>, name: &str) -> BTreeSet<String> {
    let items = body.get(name).and_then(Json::as_list).unwrap_or_default();
    items.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn moment(body: &Json<'_>, name: &str) -> Result<Option<Micros>, &'static str> {
    let Some(given) = text(body, name) else { return Ok(None) };
    let read = parse_rfc3339(given).map(|moment| moment.micros);
    read.map(Some).ok_or("a moment of it cannot be read")
}

fn told(fields: &Fields<'_>) -> Result<Told, &'static str> {
    let body = body(fields)?;
    let (Some(role), Some(member), Some(from)) =
        (text(&body, "role"), text(&body, "member"), moment(&body, "valid_from")?)
    else {
        return Err("it does not name role, member and valid_from");
    };
    let grant = match fields.kind {
        GRANTED => Some(Grant {
            classes: words(&body, "classes"),
            powers: words(&body, "powers"),
            until: moment(&body, "valid_to")?,
        }),
        _ => None,
    };
    let (role, member) = (role.to_owned(), member.to_owned());
    Ok(Told { position: fields.position, role, member, from, grant })
}

fn opening(fields: &Fields<'_>) -> Option<Result<Opening, &'static str>> {
    let body = match body(fields) {
        Ok(body) => body,
        Err(reason) => return Some(Err(reason)),
    };
    if text(&body, "result") != Some(SHOWN) {
        return None;
    }
    let at = parse_rfc3339(fields.occurred_at).map(|moment| moment.micros);
    let (Some(who), Some(role), Some(at)) = (text(&body, "who"), text(&body, "role"), at) else {
        return Some(Err("it does not name who, role and when"));
    };
    let members = body.get("members").and_then(Json::as_list).unwrap_or_default();
    let classes = members.iter().filter_map(|member| text(member, "class"));
    let classes = classes.map(str::to_owned).collect();
    Some(Ok(Opening { who: who.to_owned(), role: role.to_owned(), at, classes }))
}

/// All that has been told of roles, in the order in which it was recorded.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    told: Vec<Told>,
}

impl Roles {
    /// Believes one more event, recorded after all others.
    pub fn take(&mut self, told: Told) {
        self.told.push(told);
    }

    /// Whether nobody has told anything.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether a role was ever granted to somebody.
    pub fn names(&self, role: &str, member: &str) -> bool {
        self.told.iter().any(|told| told.role == role && told.member == member)
    }

    /// What speaks at a moment of a role and a member: of what is valid by then, what
    /// was recorded last. A grant that has run out does not bring an earlier one back.
    fn speaks(&self, at: Micros, role: &str, member: &str) -> Option<&Grant> {
        let last = self
            .told
            .iter()
            .rev()
            .find(|told| told.role == role && told.member == member && told.from <= at)?;
        last.grant.as_ref().filter(|grant| grant.until.is_none_or(|until| at < until))
    }

    /// Why somebody has not a right under a role at a moment; `None` if they have it.
    pub fn denies(&self, at: Micros, who: &str, role: &str, right: Right<'_>) -> Option<Denied> {
        let Some(grant) = self.speaks(at, role, who) else {
            let known = self.told.iter().any(|told| told.role == role);
            return Some(if known { Denied::NotOfThatRole } else { Denied::NoSuchRole });
        };
        let had = match right {
            Right::Any => true,
            Right::Class(class) => grant.classes.contains(class),
            Right::Power(power) => grant.powers.contains(power),
        };
        (!had).then_some(Denied::NotOpenToTheRole)
    }

    /// Whether somebody has a power at a moment, under whatever role.
    pub fn has_power(&self, at: Micros, who: &str, power: &str) -> bool {
        let roles: BTreeSet<&str> = self.told.iter().map(|told| told.role.as_str()).collect();
        roles.into_iter().any(|role| self.denies(at, who, role, Right::Power(power)).is_none())
    }

    /// What is in force at a moment, by role and member, each with the event that says so.
    pub fn in_force(&self, at: Micros) -> Vec<(&Told, &Grant)> {
        let mut last: BTreeMap<(&str, &str), &Told> = BTreeMap::new();
        for told in self.told.iter().filter(|told| told.from <= at) {
            last.insert((told.role.as_str(), told.member.as_str()), told);
        }
        let held = last.into_values().filter_map(|told| Some((told, told.grant.as_ref()?)));
        held.filter(|(_, grant)| grant.until.is_none_or(|until| at < until)).collect()
    }

    /// Why an opening was not allowed by what had been told before it.
    pub fn objects(&self, opening: &Opening) -> Option<(Denied, String)> {
        let Opening { who, role, at, classes } = opening;
        let classes = classes.iter().map(|class| Right::Class(class));
        for right in [Right::Any].into_iter().chain(classes) {
            if let Some(denied) = self.denies(*at, who, role, right) {
                let what = match right {
                    Right::Class(class) => class.to_owned(),
                    Right::Any | Right::Power(_) => String::new(),
                };
                return Some((denied, what));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Micros = 86_400_000_000;

    fn granted(position: u64, from: Micros, until: Option<Micros>, class: &str) -> Told {
        let grant = Grant { classes: [class.to_owned()].into(), until, ..Grant::default() };
        revoked(position, from, Some(grant))
    }

    fn revoked(position: u64, from: Micros, grant: Option<Grant>) -> Told {
        Told { position, role: "r".to_owned(), member: "m".to_owned(), from, grant }
    }

    fn roles(told: impl IntoIterator<Item = Told>) -> Roles {
        let mut roles = Roles::default();
        told.into_iter().for_each(|one| roles.take(one));
        roles
    }

    #[test]
    fn a_grant_holds_from_its_first_moment_to_the_one_before_its_last() {
        let roles = roles([granted(1, DAY, Some(2 * DAY), "personal")]);
        let asked = |at| roles.denies(at, "m", "r", Right::Class("personal"));
        assert_eq!(asked(DAY - 1), Some(Denied::NotOfThatRole));
        assert_eq!(asked(DAY), None);
        assert_eq!(asked(2 * DAY - 1), None);
        assert_eq!(asked(2 * DAY), Some(Denied::NotOfThatRole));
        let other = roles.denies(DAY, "m", "r", Right::Class("informant"));
        assert_eq!(other, Some(Denied::NotOpenToTheRole));
        assert_eq!(roles.denies(DAY, "m", "s", Right::Any), Some(Denied::NoSuchRole));
        assert_eq!(roles.denies(DAY, "n", "r", Right::Any), Some(Denied::NotOfThatRole));
    }

    #[test]
    fn what_was_recorded_last_of_what_is_valid_speaks() {
        let mut roles = roles([granted(1, 0, None, "personal"), revoked(2, 3 * DAY, None)]);
        let holds = |roles: &Roles, at| roles.denies(at, "m", "r", Right::Any).is_none();
        assert!(holds(&roles, 3 * DAY - 1) && !holds(&roles, 3 * DAY));
        // A shorter grant ends the longer one before it.
        roles.take(granted(3, 4 * DAY, Some(5 * DAY), "business"));
        assert!(holds(&roles, 4 * DAY) && !holds(&roles, 5 * DAY));
        let in_force = roles.in_force(4 * DAY);
        assert_eq!(in_force.iter().map(|(told, _)| told.position).collect::<Vec<_>>(), [3]);
        // A removal told of the past does not reach openings that were recorded before
        // it, since those are asked of what had been told by then.
        let opening = Opening {
            who: "m".to_owned(),
            role: "r".to_owned(),
            at: DAY,
            classes: ["personal".to_owned()].into(),
        };
        assert_eq!(roles.objects(&opening), None);
        roles.take(revoked(4, 0, None));
        assert_eq!(roles.objects(&opening).map(|(denied, _)| denied), Some(Denied::NotOfThatRole));
    }

    #[test]
    fn a_power_is_of_any_role() {
        let grant = Grant { powers: ["erase".to_owned()].into(), ..Grant::default() };
        let roles = roles([revoked(1, DAY, Some(grant))]);
        assert!(roles.has_power(DAY, "m", "erase"));
        assert!(!roles.has_power(DAY - 1, "m", "erase"));
        assert!(!roles.has_power(DAY, "m", "close") && !roles.has_power(DAY, "n", "erase"));
    }
}
