//! Which row of a table is its header, and which column is which of a profile.
//!
//! Above a header may stand a title, and offices write one header in several ways.
//! What is not found is told with what stands nearest: nothing is guessed.

use super::{PROFILES, Profile, Role};
use crate::import::headers::{Match, fold, match_columns};

/// Rows above the header that are looked at.
pub const TITLE_ROWS_MAX: usize = 10;

/// A header, and how a profile fits it.
#[derive(Clone, Debug)]
pub struct Fit {
    pub headers: Vec<String>,
    pub matches: Vec<Match>,
}

impl Fit {
    /// How a profile fits a row of headers.
    ///
    /// # Errors
    ///
    /// Two columns stand for the same one.
    pub fn of(profile: &Profile, headers: Vec<String>) -> Result<Fit, String> {
        let matches = match_columns(&headers, &profile.names())?;
        Ok(Fit { headers, matches })
    }

    /// Columns that the profile needs and that are not there.
    pub fn missing<'p>(&self, profile: &'p Profile) -> Vec<&'p str> {
        let found = |zh: &str| self.matches.iter().any(|found| found.name == zh);
        let needed = profile.columns.iter().filter(|column| column.needed && !found(column.zh));
        needed.map(|column| column.zh).collect()
    }

    /// Role and code of the column at a place, counted from 0.
    pub fn column(&self, profile: &Profile, at: usize) -> Option<&'static super::Column> {
        let found = self.matches.iter().find(|found| found.column == at + 1)?;
        profile.column(&found.name)
    }

    /// Whether a row repeats the header, in its words or in the standard's codes.
    pub fn repeats(&self, profile: &Profile, cell: impl Fn(usize) -> String) -> bool {
        let numbers = self.matches.iter().filter_map(|found| {
            let column = profile.column(&found.name)?;
            (column.role == Role::DecisionNo).then_some((found, column))
        });
        numbers.into_iter().any(|(found, column)| {
            let text = fold(&cell(found.column - 1));
            text == fold(column.code) || text == fold(column.zh)
        })
    }

    /// Why the profile does not fit, with what is near and which profile would.
    pub fn objection(&self, profile: &Profile) -> String {
        let missing = self.missing(profile);
        let free: Vec<&String> = self
            .headers
            .iter()
            .enumerate()
            .filter(|(at, _)| self.column(profile, *at).is_none())
            .map(|(_, header)| header)
            .collect();
        let told = missing.iter().map(|zh| match nearest(zh, &free) {
            Some(near) => format!("{zh}(最接近 / nearest: {near})"),
            None => (*zh).to_owned(),
        });
        let other = PROFILES.into_iter().find(|other| {
            let fit = Fit::of(other, self.headers.clone());
            fit.is_ok_and(|fit| fit.missing(other).is_empty())
        });
        let other = other.map_or(String::new(), |other| {
            format!(";此文件像是 {0} / the file looks like {0}: use --profile {0}", other.name)
        });
        let shown: Vec<&str> = self.headers.iter().take(40).map(String::as_str).collect();
        format!(
            "按 {} 缺 {} 列 / for {0} these {1} columns are missing: {}{other};文件的列 / the file \
             has: {}",
            profile.name,
            missing.len(),
            told.collect::<Vec<_>>().join("、"),
            shown.join(" | "),
        )
    }
}

/// The best of several headers: the first that has every needed column, else the
/// one with most columns.
pub fn best(
    profile: &Profile,
    candidates: impl Iterator<Item = Result<Fit, String>>,
) -> Option<(usize, Result<Fit, String>)> {
    let mut best: Option<(usize, Result<Fit, String>)> = None;
    for (at, candidate) in candidates.enumerate() {
        let better = match (&candidate, &best) {
            (Ok(fit), _) if fit.missing(profile).is_empty() => return Some((at, candidate)),
            (_, None) => true,
            (Ok(fit), Some((_, Ok(known)))) => fit.matches.len() > known.matches.len(),
            (Ok(fit), Some((_, Err(_)))) => fit.matches.len() > 3,
            (Err(_), Some((_, Ok(known)))) => known.matches.is_empty(),
            (Err(_), Some((_, Err(_)))) => false,
        };
        if better {
            best = Some((at, candidate));
        }
    }
    best
}

/// The header that shares most characters with a name, if it shares half.
fn nearest<'h>(name: &str, headers: &[&'h String]) -> Option<&'h str> {
    let name = fold(name);
    let share = |header: &str| {
        let header = fold(header);
        let common = name.chars().filter(|c| header.contains(*c)).count()
            + header.chars().filter(|c| name.contains(*c)).count();
        let all = name.chars().count() + header.chars().count();
        // In thousandths, since floats have no order.
        common * 1000 / all.max(1)
    };
    let ranked = headers.iter().map(|header| (share(header), header.as_str()));
    ranked.filter(|(share, _)| *share >= 500).max_by_key(|(share, _)| *share).map(|(_, h)| h)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::profile::find;

    #[test]
    fn a_wrong_header_is_told_with_what_is_near() {
        let profile = find("penalties-2018").unwrap();
        let headers = |swap: (&str, &str)| -> Vec<String> {
            let names = profile.columns.iter().map(|column| column.zh);
            names.map(|zh| if zh == swap.0 { swap.1 } else { zh }.to_owned()).collect()
        };
        let fit = Fit::of(profile, headers(("罚款金额(万元)", "罚款金额（元）"))).unwrap();
        assert_eq!(fit.missing(profile), ["罚款金额(万元)"]);
        let told = fit.objection(profile);
        assert!(told.contains("nearest: 罚款金额（元）"), "{told}");
        let fits = Fit::of(profile, headers(("罚款金额(万元)", "罚款 金额\n（万元）"))).unwrap();
        assert!(fits.missing(profile).is_empty());

        let old = find("penalties-2016").unwrap();
        let names = old.columns.iter().map(|column| column.zh.to_owned()).collect();
        let told = Fit::of(profile, names).unwrap().objection(profile);
        assert!(told.contains("--profile penalties-2016"), "{told}");
    }

    #[test]
    fn a_title_above_the_header_is_passed_over() {
        let profile = find("permits-2016").unwrap();
        let header: Vec<String> = profile.columns.iter().map(|c| c.code.to_owned()).collect();
        let rows = [vec!["行政许可公示表".to_owned()], header, vec!["甲".to_owned()]];
        let (at, fit) = best(profile, rows.into_iter().map(|row| Fit::of(profile, row))).unwrap();
        assert_eq!((at, fit.unwrap().missing(profile).len()), (1, 0));
    }
}
