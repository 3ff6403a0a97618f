//! Profiles: tables whose columns a standard fixes, read without a mapping file.
//!
//! A profile is one item in the file of its kind and one line in [`PROFILES`]. It
//! says which columns a table has and what each is; how a row becomes an event is
//! `decision`'s affair, how a table is read `sheet`'s. Nothing here records.

pub mod decision;
pub mod fit;
mod penalties;
mod permits;
pub mod row;
pub mod run;
pub mod sheet;
pub mod workbook;

use std::collections::BTreeMap;

/// Every profile, in the order in which they are listed.
pub const PROFILES: [&Profile; 4] =
    [&permits::NOW, &permits::OLD, &penalties::NOW, &penalties::OLD];

/// What a row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Permit,
    Penalty,
}

/// What a column is, in whichever generation of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    PartyName,
    PartyKind,
    Uscc,
    RegistrationNo,
    OrgCode,
    TaxNo,
    InstitutionNo,
    AssociationNo,
    Representative,
    /// Papers of natural persons: kind and number.
    Paper,
    PaperNo,
    DocumentName,
    DecisionNo,
    PermitKind,
    CertType,
    CertNo,
    ItemName,
    Content,
    DecidedOn,
    ValidFrom,
    ValidTo,
    Organ,
    OrganCode,
    Status,
    Source,
    SourceCode,
    Remarks,
    Violation,
    Facts,
    Basis,
    PenaltyKind,
    Fine,
    Confiscated,
    Licence,
    PublicUntil,
    /// Kept as it is and read by nobody.
    Other,
}

impl Role {
    /// The codes of an organisation, the one that says most first.
    const ORGANISATION_CODES: [Role; 6] = [
        Role::Uscc,
        Role::OrgCode,
        Role::RegistrationNo,
        Role::TaxNo,
        Role::InstitutionNo,
        Role::AssociationNo,
    ];
}

/// One column of the standard.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The standard's code, under which an entry keeps the cell: `XK_WSH`.
    pub code: &'static str,
    pub zh: &'static str,
    /// Other spellings that offices use.
    pub also: &'static [&'static str],
    pub role: Role,
    /// The table must have the column; its cells may be empty.
    pub needed: bool,
}

/// One generation of one table.
#[derive(Debug)]
pub struct Profile {
    /// As `--profile` takes it.
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub kind: Kind,
    pub columns: &'static [Column],
    /// What codes of the state, and of the kind of penalty, stand for.
    pub states: &'static [(&'static str, &'static str)],
    pub penalty_kinds: &'static [(&'static str, &'static str)],
}

/// `source.system` of what is imported by any profile.
pub const SYSTEM: &str = "credit-publicity";

/// A profile by its name or its Chinese name.
pub fn find(name: &str) -> Option<&'static Profile> {
    PROFILES.into_iter().find(|profile| profile.name == name || profile.zh == name)
}

/// Every profile that a name stands for: itself, or both generations of a table
/// (`permits`, 双公示许可), the newer first.
pub fn named(name: &str) -> Vec<&'static Profile> {
    let both = |profile: &&Profile| {
        let without = |full: &'static str| full.trim_end_matches(|c: char| c.is_ascii_digit());
        [without(profile.name).trim_end_matches('-'), without(profile.zh)].contains(&name)
    };
    match find(name) {
        Some(profile) => vec![profile],
        None => PROFILES.into_iter().filter(both).collect(),
    }
}

impl Profile {
    /// The column's names, each with the spellings under which it may stand.
    fn names(&self) -> BTreeMap<String, Vec<String>> {
        let spellings = |column: &Column| {
            let all = std::iter::once(column.code).chain(column.also.iter().copied());
            all.map(str::to_owned).collect()
        };
        self.columns.iter().map(|column| (column.zh.to_owned(), spellings(column))).collect()
    }

    /// The digest of what the profile says, in the place of a mapping file's.
    pub fn digest(&self) -> String {
        let mut text = format!("{}\n", self.name);
        for column in self.columns {
            let Column { code, zh, also, role, needed } = column;
            text.push_str(&format!("{code}\t{zh}\t{role:?}\t{needed}\t{}\n", also.join("|")));
        }
        for (code, word) in self.states.iter().chain(self.penalty_kinds) {
            text.push_str(&format!("{code}={word}\n"));
        }
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    fn column(&self, zh: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.zh == zh)
    }

    /// What a code of a closed list stands for; other words are as they are.
    fn word<'t>(list: &[(&str, &'static str)], text: &'t str) -> &'t str {
        list.iter().find(|(code, _)| *code == text).map_or(text, |(_, word)| word)
    }
}

const fn needed(
    code: &'static str,
    zh: &'static str,
    role: Role,
    also: &'static [&'static str],
) -> Column {
    Column { code, zh, also, role, needed: true }
}

const fn may(
    code: &'static str,
    zh: &'static str,
    role: Role,
    also: &'static [&'static str],
) -> Column {
    Column { code, zh, also, role, needed: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::headers::fold;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_columns_of_a_profile_have_one_spelling() {
        for profile in PROFILES {
            let mut seen = BTreeSet::new();
            for column in profile.columns {
                let spellings = [column.code, column.zh].into_iter().chain(column.also.to_vec());
                let folded: BTreeSet<String> = spellings.map(fold).collect();
                for spelling in folded {
                    assert!(seen.insert(spelling.clone()), "{}: {spelling}", profile.name);
                }
            }
            assert_eq!(find(profile.name).map(|found| found.zh), Some(profile.zh));
            let own: Vec<&str> = named(profile.zh).iter().map(|found| found.name).collect();
            assert_eq!(own, [profile.name]);
        }
    }

    #[test]
    fn a_tables_name_stands_for_both_generations() {
        let names = |name: &str| named(name).iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(names("permits"), ["permits-2018", "permits-2016"]);
        assert_eq!(names("双公示处罚"), ["penalties-2018", "penalties-2016"]);
        assert!(names("permits-").is_empty() && names("").is_empty());
    }

    #[test]
    fn numbered_codes_are_read_by_generation() {
        let role = |profile: &str, header: &str| {
            let columns = find(profile).unwrap().columns.iter();
            let of = |column: &&Column| {
                let mut names = [column.code, column.zh].into_iter().chain(column.also.to_vec());
                names.any(|name| fold(name) == fold(header))
            };
            columns.filter(of).map(|column| column.role).collect::<Vec<_>>()
        };
        for profile in ["permits-2018", "penalties-2018"] {
            assert_eq!(role(profile, "代码_2"), [Role::RegistrationNo]);
            assert_eq!(role(profile, "代码-3"), [Role::OrgCode]);
            assert_eq!(role(profile, "代码_2（组织机构代码）"), [Role::OrgCode]);
        }
        for profile in ["permits-2016", "penalties-2016"] {
            assert_eq!(role(profile, "代码＿2"), [Role::OrgCode]);
            assert_eq!(role(profile, "代码_3"), [Role::RegistrationNo]);
            assert_eq!(role(profile, "行政相对人代码_5 (居民身份证号)"), [Role::PaperNo]);
        }
    }
}
