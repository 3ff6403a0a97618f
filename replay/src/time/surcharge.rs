//! 加处罚款: what is added for every day that a fine is paid late (行政处罚法
//! art. 72), never more than the fine itself (行政强制法 art. 45). What this file
//! does not know: why a day does not count; it is told which.

use super::calendar::SPAN_DAYS_MAX;
use chrono::NaiveDate;

/// 3 % a day.
pub const PER_MILLE_A_DAY: i64 = 30;

/// A surcharge on a fine that was not paid by its last day.
#[derive(Clone, Copy, Debug)]
pub struct Surcharge {
    /// The fine, in fen.
    pub principal_fen: i64,
    /// The last day on which it could be paid; the day after is the first that
    /// counts.
    pub due: NaiveDate,
    pub per_mille_a_day: i64,
}

impl Surcharge {
    /// Fen due by the end of a day, and how many days were counted. Days for which
    /// `stopped` holds (review, litigation) do not count.
    pub fn at(&self, on: NaiveDate, stopped: impl Fn(NaiveDate) -> bool) -> (i64, u32) {
        let late = self.days().take_while(|day| *day <= on);
        let days = late.filter(|day| !stopped(*day)).count() as u32;
        (self.after(days), days)
    }

    /// The day on which it reaches the fine, and the count of that day. `None` if
    /// it never does within a century.
    pub fn reaches_cap(&self, stopped: impl Fn(NaiveDate) -> bool) -> Option<(NaiveDate, u32)> {
        let counted = self.days().filter(|day| !stopped(*day));
        let mut numbered = counted.zip(1u32..);
        numbered.find(|(_, days)| self.after(*days) >= self.principal_fen)
    }

    /// Fractions of a fen are dropped: nobody owes what cannot be paid.
    fn after(&self, days: u32) -> i64 {
        let of_a_day = i128::from(self.principal_fen) * i128::from(self.per_mille_a_day);
        let all = of_a_day * i128::from(days) / 1000;
        i64::try_from(all).unwrap_or(i64::MAX).min(self.principal_fen)
    }

    fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.due.iter_days().skip(1).take(SPAN_DAYS_MAX as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::civil::parse_date;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn late(principal_fen: i64) -> Surcharge {
        let due = date("2026-03-17");
        Surcharge { principal_fen, due, per_mille_a_day: PER_MILLE_A_DAY }
    }

    #[test]
    fn it_grows_by_the_day_up_to_the_fine() {
        let it = late(1_000_000);
        let never = |_| false;
        assert_eq!(it.at(date("2026-03-17"), never), (0, 0));
        assert_eq!(it.at(date("2026-03-18"), never), (30_000, 1));
        assert_eq!(it.at(date("2026-04-19"), never), (990_000, 33));
        assert_eq!(it.at(date("2026-04-20"), never), (1_000_000, 34));
        assert_eq!(it.at(date("2027-04-20"), never).0, 1_000_000);
        assert_eq!(it.reaches_cap(never), Some((date("2026-04-20"), 34)));
    }

    #[test]
    fn days_under_review_do_not_count() {
        let it = late(1_000_000);
        let review = |day: NaiveDate| (date("2026-03-20")..=date("2026-03-29")).contains(&day);
        assert_eq!(it.at(date("2026-03-30"), review), (90_000, 3));
        assert_eq!(it.reaches_cap(review), Some((date("2026-04-30"), 34)));
        assert_eq!(it.reaches_cap(|_| true), None);
    }

    #[test]
    fn odd_sums_neither_round_up_nor_overflow() {
        assert_eq!(late(33).at(date("2026-03-18"), |_| false), (0, 1));
        assert_eq!(late(i64::MAX).at(date("2126-03-18"), |_| false).0, i64::MAX);
        assert_eq!(late(0).reaches_cap(|_| false), Some((date("2026-03-18"), 1)));
    }
}
