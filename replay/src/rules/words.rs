//! How rules write amounts, days and minutes in sentences. What this file does
//! not know: any rule.

use crate::event::{Event, Precision};
use crate::time::civil::{Micros, Zone};

/// Fen as yuan with two decimals, `-0.05`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// `2022-05-10 09:10` in the city's time.
pub(super) fn minute(zone: Zone, micros: Micros) -> String {
    let text = zone.rfc3339(micros);
    let day = text.get(..10).unwrap_or_default();
    let time = text.get(11..16).unwrap_or_default();
    format!("{day} {time}")
}

/// When an act happened, as exactly as the entry says.
pub(super) fn when(act: &Event<'_>) -> String {
    match act.precision {
        Precision::Day => act.occurred.local_date().to_string(),
        Precision::Minute => {
            let text = act.occurred.rfc3339();
            let day = text.get(..10).unwrap_or_default();
            let time = text.get(11..16).unwrap_or_default();
            format!("{day} {time}")
        }
    }
}

/// Names in a Chinese sentence.
pub(super) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("、")
}

/// Names in an English sentence.
pub(super) fn listed_en<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_minutes_are_written_as_people_write_them() {
        assert_eq!([yuan(1), yuan(-1), yuan(30_000)], ["0.01", "-0.01", "300.00"]);
        assert_eq!(yuan(i64::MIN), "-92233720368547758.08");
        assert_eq!(minute(Zone::SHANGHAI, 1_652_144_700_000_000), "2022-05-10 09:05");
        assert_eq!(listed(&["甲", "乙"]), "甲、乙");
    }
}
