//! One row of a profile's table: cells by what they are, exact or refused; and what
//! in it may not stand in the clear.
//!
//! A code that a spreadsheet turned into a number or a date has lost something that
//! nobody can tell, so its row is refused with the column named. Names and papers
//! of natural persons are sealed, and where another cell repeats one it is masked.

use super::fit::Fit;
use super::sheet::Line;
use super::workbook::Cell;
use super::{Column, Profile, Role};
use crate::import::amount::{Amount, Decimal};
use crate::import::attribute::excerpt;
use crate::import::mapping::SourceFormat;
use crate::import::moment::{Format, Precision, Reading};
use crate::import::record::Problem;
use crate::import::translate::check_code;
use chrono::{FixedOffset, NaiveDate};
use plumbline_replay::identifier::{citizen_id, credit_code};
use std::borrow::Cow;

/// What stands for a name or a number in a text that others may read.
const MASK: &str = "***";
/// Seconds east of Greenwich of the standard's dates.
const OFFSET_SECONDS: i32 = 8 * 3600;
/// Headers of columns that no profile knows and that hold what is personal.
const PERSONAL_HEADERS: [&str; 12] = [
    "身份证",
    "证件号",
    "电话",
    "手机",
    "联系方式",
    "联系人",
    "住址",
    "地址",
    "姓名",
    "负责人",
    "账号",
    "出生",
];

/// A row under its header.
pub struct Row<'a> {
    pub profile: &'static Profile,
    pub fit: &'a Fit,
    pub line: &'a Line,
    /// Names and numbers of natural persons in this row.
    secrets: Vec<String>,
}

/// A column of the file with its cell.
struct Place<'a> {
    at: usize,
    column: Option<&'static Column>,
    cell: &'a Cell,
}

impl<'a> Row<'a> {
    pub fn new(profile: &'static Profile, fit: &'a Fit, line: &'a Line) -> Row<'a> {
        let mut row = Row { profile, fit, line, secrets: Vec::new() };
        row.secrets = row.find_secrets();
        row
    }

    fn places(&self) -> impl Iterator<Item = Place<'a>> {
        let (fit, profile) = (self.fit, self.profile);
        self.line
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| **cell != Cell::Empty)
            .map(move |(at, cell)| Place { at, column: fit.column(profile, at), cell })
    }

    fn of(&self, role: Role) -> impl Iterator<Item = Place<'a>> {
        self.places().filter(move |place| place.column.is_some_and(|column| column.role == role))
    }

    /// What a cell says, whatever a spreadsheet made of it.
    pub fn shown(cell: &Cell) -> Cow<'_, str> {
        match cell {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) | Cell::Number(text) | Cell::Error(text) => Cow::Borrowed(text),
            Cell::Date(date) => Cow::Owned(date.to_string()),
            Cell::Bool(yes) => Cow::Borrowed(if *yes { "TRUE" } else { "FALSE" }),
        }
    }

    fn header(&self, place: &Place<'_>) -> String {
        let own = self.fit.headers.get(place.at).cloned();
        own.unwrap_or_else(|| format!("column {}", place.at + 1))
    }

    fn problem(&self, place: &Place<'_>, reason: String) -> Problem {
        Problem::new(self.line.line, &self.header(place), reason)
    }

    /// Why the row cannot be used for want of a cell.
    pub fn lacks(&self, role: Role, reason: &str) -> Problem {
        let zh = self.profile.columns.iter().find(|column| column.role == role);
        Problem::new(self.line.line, zh.map_or("", |column| column.zh), reason)
    }

    /// Free text, as written.
    pub fn raw_text(&self, role: Role) -> Option<String> {
        self.of(role).next().map(|place| Row::shown(place.cell).into_owned())
    }

    /// Every cell of a role: 处罚类别1 and 2.
    pub fn raw_texts(&self, role: Role) -> Vec<String> {
        self.of(role).map(|place| Row::shown(place.cell).into_owned()).collect()
    }

    /// Free text in which names and numbers of natural persons are masked.
    ///
    /// # Errors
    ///
    /// The cell is a spreadsheet's error.
    pub fn text(&self, role: Role) -> Result<Option<String>, Problem> {
        let Some(place) = self.of(role).next() else { return Ok(None) };
        if let Cell::Error(error) = place.cell {
            let reason = format!("单元格出错 {error} / the cell holds the error {error}");
            return Err(self.problem(&place, reason));
        }
        Ok(Some(self.clear(&Row::shown(place.cell)).into_owned()))
    }

    /// A number or code that is never calculated with.
    ///
    /// # Errors
    ///
    /// A spreadsheet turned it into a number or a date, or shortened it.
    pub fn code(&self, role: Role) -> Result<Option<String>, Problem> {
        let Some(place) = self.of(role).next() else { return Ok(None) };
        let turned = |zh: &str, en: &str, now: &str| {
            let reason = format!(
                "编号被电子表格变成了{zh}({now}),可能已丢失数字或前导零;请将该列设为文本,按原件重新填写 \
                 / the code was turned into {en} ({now}) by a spreadsheet and may have lost digits \
                 or leading zeros; format the column as text and enter it again from the paper"
            );
            self.problem(&place, reason)
        };
        match place.cell {
            Cell::Text(text) => {
                check_code(SourceFormat::Csv, text).map_err(|why| self.problem(&place, why))?;
                Ok(Some(text.clone()))
            }
            Cell::Number(number) => Err(turned("数字", "a number", number)),
            Cell::Date(date) => Err(turned("日期", "a date", &date.to_string())),
            Cell::Bool(yes) => Err(turned("真假值", "a truth value", &yes.to_string())),
            Cell::Error(error) => Err(turned("错误值", "an error", error)),
            Cell::Empty => Ok(None),
        }
    }

    /// A code that may stand in the clear: not the number of a natural person's paper.
    pub fn public_code(&self, role: Role) -> Result<Option<String>, Problem> {
        Ok(self.code(role)?.filter(|code| !self.secrets.contains(code)))
    }

    /// A civil date, in any form that has one reading.
    ///
    /// # Errors
    ///
    /// The cell is no such date; a bare number is the serial of a spreadsheet, and
    /// which of its two calendars is meant nothing says.
    pub fn date(&self, role: Role) -> Result<Option<NaiveDate>, Problem> {
        let Some(place) = self.of(role).next() else { return Ok(None) };
        match place.cell {
            Cell::Date(date) => Ok(Some(*date)),
            Cell::Text(text) if OPEN.contains(&text.as_str()) => Ok(None),
            Cell::Text(text) => {
                let day = read_date(text).ok_or_else(|| {
                    let reason = format!(
                        "{:?} 不是日期;应如 2022/03/05 / is not a date that has one reading, such as \
                         2022/03/05",
                        excerpt(text, 60)
                    );
                    self.problem(&place, reason)
                })?;
                Ok(Some(day))
            }
            other => {
                let reason = format!(
                    "{} 是电子表格的数字,不是日期;请设为日期或文本 2022/03/05 / is a spreadsheet's \
                     number and no date; format it as a date or as text",
                    Row::shown(other)
                );
                Err(self.problem(&place, reason))
            }
        }
    }

    /// An amount of 万元, exactly.
    ///
    /// # Errors
    ///
    /// The cell is no amount.
    pub fn amount(&self, role: Role) -> Result<Option<Amount>, Problem> {
        let Some(place) = self.of(role).next() else { return Ok(None) };
        let amount = match place.cell {
            Cell::Text(text) | Cell::Number(text) => Decimal::parse(text)
                .and_then(|decimal| decimal.shifted(4))
                .and_then(|decimal| decimal.amount("CNY")),
            _ => None,
        };
        let shown = Row::shown(place.cell);
        amount.map(Some).ok_or_else(|| {
            let reason = format!(
                "{:?} 不是以万元为单位的金额,应如 1.234567 / is not an amount in 10,000 yuan, such as \
                 1.234567",
                excerpt(&shown, 60)
            );
            self.problem(&place, reason)
        })
    }

    /// A natural person, or nothing shows that it is an organisation.
    pub fn is_person(&self) -> bool {
        if let Some(kind) = self.raw_text(Role::PartyKind) {
            return kind.contains("自然人") || kind.trim() == "个人";
        }
        !Role::ORGANISATION_CODES
            .into_iter()
            .any(|role| self.raw_text(role).is_some_and(|code| !is_citizen(&code)))
    }

    /// Every name and number of a natural person that the row's own columns hold,
    /// or that stands in a text as a valid citizen id or a mobile number.
    fn find_secrets(&self) -> Vec<String> {
        let mut found = Vec::new();
        for place in self.places() {
            let shown = Row::shown(place.cell);
            let role = place.column.map(|column| column.role);
            match role {
                Some(Role::Representative | Role::PaperNo) => found.push(shown.to_string()),
                Some(Role::PartyName) if self.is_person() => found.push(shown.to_string()),
                None if self.is_personal_header(&place) => found.push(shown.to_string()),
                Some(role) if is_code(role) => {
                    found.extend(is_citizen(&shown).then(|| shown.to_string()));
                    continue;
                }
                _ => {}
            }
            found.extend(numbers(&shown).filter(|run| is_personal_number(run)).map(str::to_owned));
        }
        // A dash or a slash stands for nothing.
        found.retain(|secret| {
            secret.chars().count() >= 2 && secret.chars().any(char::is_alphanumeric)
        });
        // The longest first, so that no rest of one is left standing.
        found.sort_by(|a, b| b.chars().count().cmp(&a.chars().count()).then(a.cmp(b)));
        found.dedup();
        found
    }

    fn is_personal_header(&self, place: &Place<'_>) -> bool {
        let header = self.header(place);
        PERSONAL_HEADERS.iter().any(|word| header.contains(word))
    }

    /// A text without the names and numbers of natural persons in this row.
    pub fn clear<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = Cow::Borrowed(text);
        for secret in &self.secrets {
            if out.contains(secret.as_str()) {
                out = Cow::Owned(out.replace(secret.as_str(), MASK));
            }
        }
        out
    }

    /// The row's cells, dealt out: those that stand in the clear under the column's
    /// code, those that are sealed, and the codes of those that were masked.
    pub fn dealt(&self) -> Dealt {
        let mut dealt = Dealt::default();
        for place in self.places() {
            let key = match place.column {
                Some(column) => column.code.to_owned(),
                None => self.header(&place),
            };
            let shown = Row::shown(place.cell).into_owned();
            let role = place.column.map(|column| column.role);
            let whole = role.is_some_and(is_code)
                || role == Some(Role::PartyName) && self.names_organisation();
            let clear = match whole && !self.secrets.contains(&shown) {
                true => Cow::Borrowed(shown.as_str()),
                false => self.clear(&shown),
            };
            let personal = matches!(role, Some(Role::Representative | Role::Paper | Role::PaperNo))
                || role == Some(Role::PartyName) && clear != shown
                || role.is_none() && self.is_personal_header(&place)
                || clear == MASK;
            if personal {
                dealt.sealed.push((key, shown));
            } else if clear != shown {
                dealt.masked.push(key.clone());
                dealt.clear.push((key.clone(), clear.into_owned()));
                dealt.sealed.push((key, shown));
            } else {
                dealt.clear.push((key, clear.into_owned()));
            }
        }
        dealt
    }

    /// An organisation whose name is not its representative's: a name such as
    /// 张三餐饮店 is registered and public as a whole.
    pub fn names_organisation(&self) -> bool {
        !self.is_person() && self.raw_text(Role::PartyName) != self.raw_text(Role::Representative)
    }
}

/// A row's cells by where they may stand.
#[derive(Debug, Default)]
pub struct Dealt {
    pub clear: Vec<(String, String)>,
    pub sealed: Vec<(String, String)>,
    pub masked: Vec<String>,
}

/// Codes are kept whole: a run of digits in one is not a telephone number.
fn is_code(role: Role) -> bool {
    matches!(
        role,
        Role::Uscc
            | Role::RegistrationNo
            | Role::OrgCode
            | Role::TaxNo
            | Role::InstitutionNo
            | Role::AssociationNo
            | Role::DecisionNo
            | Role::CertNo
            | Role::OrganCode
            | Role::SourceCode
    )
}

/// Words that stand for a term without an end.
const OPEN: [&str; 5] = ["长期", "永久", "无固定期限", "长期有效", "/"];

fn read_date(text: &str) -> Option<NaiveDate> {
    let reading = Reading {
        formats: vec![Format::Pattern("%Y%m%d".to_owned())],
        offset: FixedOffset::east_opt(OFFSET_SECONDS),
        precision: Precision::Day,
    };
    // Eight digits are a day; fewer are the serial of a spreadsheet.
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() != 8 {
        return None;
    }
    let read = reading.read(text).ok()?;
    NaiveDate::parse_from_str(read.text.get(..10)?, "%Y-%m-%d").ok()
}

/// Runs of digits, with the X in which a citizen id may end.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, 'X' | 'x')))
        .filter(|run| run.len() >= 11)
}

fn is_personal_number(run: &str) -> bool {
    let mobile = run.len() == 11
        && run.starts_with('1')
        && run.as_bytes().get(1).is_some_and(|second| (b'3'..=b'9').contains(second))
        && run.bytes().all(|byte| byte.is_ascii_digit());
    mobile || is_citizen(run)
}

/// A valid citizen id that is not a valid credit code too.
fn is_citizen(text: &str) -> bool {
    let upper = text.trim().to_ascii_uppercase();
    let on = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    upper.len() == 18 && citizen_id(&upper, on).is_empty() && !credit_code(&upper).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_reading_or_none() {
        let day = NaiveDate::from_ymd_opt(2022, 3, 5);
        for text in [
            "2022/03/05",
            "2022-3-5",
            "2022.03.05",
            "2022年3月5日",
            "20220305",
            "2022/03/05 00:00:00",
        ] {
            assert_eq!(read_date(text), day, "{text}");
        }
        for text in ["44625", "03/05/2022", "2022-13-01", "2022/02/30", "5.3.2022", "", "2022"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_persons_are_known_in_any_text() {
        let found = |text: &str| numbers(text).filter(|run| is_personal_number(run)).count();
        assert_eq!(found("当事人(身份证11010519491231002X)电话13800138000"), 2);
        assert_eq!(found("合同编号20220305001、代码91110000600037341L"), 0);
        assert_eq!(found("110105194912310021"), 0);
    }
}
