//! Matching the columns of a table with the names that a mapping uses.
//!
//! The same column is written `罚款金额（万元）`, `罚款金额 (万元)` or broken over two
//! lines by different offices. Names are compared after folding; what matched
//! what is reported, and two columns that fold to one name are an error.

use super::amount::half_width;
use std::collections::BTreeMap;

/// A column that stands for a name of the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The name in the mapping.
    pub name: String,
    /// The header as written.
    pub header: String,
    /// From 1.
    pub column: usize,
}

/// A name without what offices write differently: width, case, blanks, line
/// breaks, brackets, dashes, dots.
pub fn fold(name: &str) -> String {
    let kept = name.chars().map(half_width).filter(|c| {
        !(c.is_whitespace()
            || c.is_control()
            || c.is_ascii_punctuation()
            || matches!(
                c,
                '\u{feff}' | '\u{200b}'
                    ..='\u{200f}'
                        | '【'
                        | '】'
                        | '〔'
                        | '〕'
                        | '「'
                        | '」'
                        | '《'
                        | '》'
                        | '、'
                        | '。'
                        | '·'
                        | '—'
                        | '–'
                        | '‐'
                        | '−'
                        | '“'
                        | '”'
                        | '‘'
                        | '’'
            ))
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// A header on one line. A break between two Chinese characters only wraps the
/// cell; elsewhere it stands for a blank.
pub fn one_line(header: &str) -> String {
    let mut out = String::new();
    for part in header.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()) {
        let ascii_seam = out.chars().last().is_some_and(|c| c.is_ascii_alphanumeric())
            && part.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if ascii_seam {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// Finds the column for each name. `names` gives the other spellings under which
/// a name may stand. Names without a column are left out.
pub fn match_columns(
    headers: &[String],
    names: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Match>, String> {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let mut matches = Vec::new();
    for (name, aliases) in names {
        let exact: Vec<usize> = columns(headers, |header, _| header == name, &folded);
        let wanted: Vec<String> =
            std::iter::once(name).chain(aliases).map(|spelling| fold(spelling)).collect();
        let found = match exact.len() {
            0 => columns(headers, |_, folded| wanted.iter().any(|w| w == folded), &folded),
            _ => exact,
        };
        match found.as_slice() {
            [] => {}
            [one] => matches.push(Match {
                name: name.clone(),
                header: headers.get(*one).cloned().unwrap_or_default(),
                column: one + 1,
            }),
            several => {
                let listed: Vec<String> = several
                    .iter()
                    .map(|at| format!("{} ({:?})", at + 1, headers.get(*at).map_or("", |h| h)))
                    .collect();
                return Err(format!(
                    "第 {0} 列都像 {name:?};请在映射中用完整的列名 / columns {0} all look like \
                     {name:?}; use the full header in the mapping",
                    listed.join(", ")
                ));
            }
        }
    }
    Ok(matches)
}

fn columns(headers: &[String], fits: impl Fn(&str, &str) -> bool, folded: &[String]) -> Vec<usize> {
    headers
        .iter()
        .zip(folded)
        .enumerate()
        .filter(|(_, (header, folded))| !folded.is_empty() && fits(header, folded))
        .map(|(at, _)| at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        pairs.iter().map(|(name, aliases)| ((*name).to_owned(), owned(aliases))).collect()
    }

    #[test]
    fn the_spellings_of_one_column_fold_together() {
        for spelling in [
            "罚款金额（万元）",
            "罚款金额(万元)",
            "罚款金额 (万元)",
            "罚款\n金额（万元）",
            " 罚款金额【万元】\u{200b}",
        ] {
            assert_eq!(fold(spelling), "罚款金额万元", "{spelling}");
        }
        assert_eq!(fold("代码＿１"), fold("代码_1"));
        assert_ne!(fold("代码_1"), fold("代码_2"));
        assert_eq!(one_line("罚款金额\r\n（万元）"), "罚款金额（万元）");
        assert_eq!(one_line("case\n id "), "case id");
    }

    #[test]
    fn a_column_is_found_by_name_or_alias_and_never_guessed() {
        let headers: Vec<String> =
            ["决定书文号", "罚款金额（万元）", "备注"].map(str::to_owned).to_vec();
        let wanted = names(&[
            ("行政处罚决定书文号", &["决定书文号"]),
            ("罚款金额(万元)", &[]),
            ("处罚日期", &[]),
        ]);
        let found = match_columns(&headers, &wanted).unwrap();
        let pairs: Vec<(&str, usize)> = found.iter().map(|m| (m.name.as_str(), m.column)).collect();
        assert_eq!(pairs, [("罚款金额(万元)", 2), ("行政处罚决定书文号", 1)]);

        let twice: Vec<String> = ["代码_1", "代码－1"].map(str::to_owned).to_vec();
        let error = match_columns(&twice, &names(&[("代码1", &[])])).unwrap_err();
        assert!(error.contains("代码_1") && error.contains("代码－1"), "{error}");
        // The exact header wins over one that only folds to it.
        let exact = match_columns(&twice, &names(&[("代码_1", &[])])).unwrap();
        assert_eq!(exact.first().map(|m| m.column), Some(1));
    }
}
