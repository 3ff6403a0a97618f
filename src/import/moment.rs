//! Times as sources write them: RFC 3339 where it is, else by the formats that a
//! mapping names. A form that could be read in two ways (`03/04/2022`) is never
//! guessed: the mapping must say which it is.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};
use plumbline_replay::time::civil::parse_rfc3339;

/// How exactly a source knows the time of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// `day` for a date without time, else `minute`.
    #[default]
    AsWritten,
    /// The source knows days only, even where it writes a time.
    Day,
    Minute,
    /// 00:00:00 in the written offset stands for a day without a time.
    MidnightIsDay,
}

/// What is needed to read a source's times.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub formats: Vec<Format>,
    /// For texts that state none. Without it such texts are refused.
    pub offset: Option<FixedOffset>,
    pub precision: Precision,
}

/// A form of writing a time that RFC 3339 does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Days since 1899-12-30 with the time as a fraction, as spreadsheets keep it.
    ExcelSerial,
    /// 民国 years: `111/03/05`, `111-3-5`, `民國111年3月5日`; year 1 is 1912.
    RocYear,
    /// A pattern of chrono's strftime.
    Pattern(String),
}

impl Format {
    /// `excel`, `roc`, or a strftime pattern with at least a year, month and day.
    pub fn parse(text: &str) -> Result<Format, String> {
        use chrono::format::{Item, StrftimeItems};
        match text {
            "excel" => return Ok(Format::ExcelSerial),
            "roc" => return Ok(Format::RocYear),
            _ => {}
        }
        let bad = StrftimeItems::new(text).any(|item| matches!(item, Item::Error));
        if bad || !text.contains('%') {
            return Err(format!(
                "{text:?} 不是时间格式 / is not a time format: use `excel`, `roc`, or a pattern \
                 such as %Y-%m-%d %H:%M:%S or %m/%d/%Y"
            ));
        }
        Ok(Format::Pattern(text.to_owned()))
    }
}

/// A time as an entry holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccurredAt {
    /// RFC 3339 with offset.
    pub text: String,
    /// `minute` or `day`.
    pub precision: &'static str,
}

/// A time as far as its text tells.
enum Written {
    Moment(DateTime<FixedOffset>),
    Local(NaiveDateTime),
    Day(NaiveDate),
}

/// True for the forms of xs:dateTime and xs:date, with or without an offset.
pub fn is_date(text: &str) -> bool {
    parse_rfc3339(text).is_some() || without_format(text).is_some()
}

impl Reading {
    /// Reads a time. The text stays as it is where it is RFC 3339 already.
    pub fn read(&self, text: &str) -> Result<OccurredAt, String> {
        let text = text.trim();
        if parse_rfc3339(text).is_some() {
            let midnight = text.get(11..19) == Some("00:00:00")
                && text
                    .bytes()
                    .skip(19)
                    .take_while(|b| !matches!(b, b'+' | b'-' | b'Z'))
                    .all(|b| matches!(b, b'.' | b'0'));
            let precision = self.precision(false, midnight);
            return Ok(OccurredAt { text: text.to_owned(), precision });
        }
        let written = self
            .formats
            .iter()
            .find_map(|format| with_format(text, format))
            .or_else(|| without_format(text))
            .ok_or_else(|| {
                format!(
                    "{text:?} 不是可识别的时间;请在映射的 time.formats 中写明格式 / is not a time \
                     that can be read without guessing; name its format in the mapping \
                     (`time.formats`)"
                )
            })?;
        let (local, day) = match written {
            Written::Moment(moment) => return Ok(self.occurred_at(moment, false)),
            Written::Local(local) => (local, false),
            Written::Day(date) => (date.and_time(NaiveTime::MIN), true),
        };
        let offset = self.offset.ok_or_else(|| {
            format!(
                "{text:?} 没有时区;请在映射中写明 time.offset / has no offset from UTC; state \
                 `time.offset` in the mapping, such as \"+08:00\""
            )
        })?;
        let moment = local
            .and_local_timezone(offset)
            .single()
            .ok_or_else(|| format!("{text:?} 超出可表示的时间 / is out of range"))?;
        Ok(self.occurred_at(moment, day))
    }

    fn occurred_at(&self, moment: DateTime<FixedOffset>, day: bool) -> OccurredAt {
        let midnight = moment.time() == NaiveTime::MIN;
        let text = moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        OccurredAt { text, precision: self.precision(day, midnight) }
    }

    fn precision(&self, day: bool, midnight: bool) -> &'static str {
        let is_day = match self.precision {
            Precision::AsWritten => day,
            Precision::Day => true,
            Precision::Minute => false,
            Precision::MidnightIsDay => day || midnight,
        };
        if is_day { "day" } else { "minute" }
    }
}

/// An offset such as `+08:00` or `Z`.
pub fn parse_offset(text: &str) -> Option<FixedOffset> {
    let moment = DateTime::parse_from_rfc3339(&format!("2000-01-01T00:00:00{text}")).ok()?;
    Some(*moment.offset())
}

fn in_range(date: NaiveDate) -> bool {
    use chrono::Datelike;
    (1..=9999).contains(&date.year())
}

/// Forms that have one reading only: the year first.
fn without_format(text: &str) -> Option<Written> {
    if !text.get(..4)?.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let spaced = text.replacen(' ', "T", 1).replace(['t'], "T").replace(['z'], "Z");
    if let Ok(moment) = DateTime::parse_from_rfc3339(&spaced) {
        return in_range(moment.date_naive()).then_some(Written::Moment(moment));
    }
    let local =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y/%m/%dT%H:%M:%S%.f", "%Y/%m/%dT%H:%M"]
            .iter()
            .find_map(|pattern| NaiveDateTime::parse_from_str(&spaced, pattern).ok());
    if let Some(local) = local {
        return in_range(local.date()).then_some(Written::Local(local));
    }
    let date = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
        .iter()
        .find_map(|pattern| NaiveDate::parse_from_str(text, pattern).ok())?;
    in_range(date).then_some(Written::Day(date))
}

fn with_format(text: &str, format: &Format) -> Option<Written> {
    let written = match format {
        Format::ExcelSerial => excel(text)?,
        Format::RocYear => Written::Day(roc(text)?),
        Format::Pattern(pattern) => pattern_of(text, pattern)?,
    };
    let date = match &written {
        Written::Moment(moment) => moment.date_naive(),
        Written::Local(local) => local.date(),
        Written::Day(date) => *date,
    };
    in_range(date).then_some(written)
}

fn pattern_of(text: &str, pattern: &str) -> Option<Written> {
    if let Ok(moment) = DateTime::parse_from_str(text, pattern) {
        return Some(Written::Moment(moment));
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(text, pattern) {
        return Some(Written::Local(local));
    }
    NaiveDate::parse_from_str(text, pattern).ok().map(Written::Day)
}

/// Serials below 61 fall before the day that spreadsheets invented (1900-02-29)
/// and have two readings.
fn excel(text: &str) -> Option<Written> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let serial: u64 = whole.parse().ok()?;
    if !(61..=2_958_465).contains(&serial) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial))?;
    if fraction.is_empty() {
        return Some(Written::Day(date));
    }
    // Twelve digits of a day are finer than a microsecond; spreadsheets keep
    // about ten and mean whole seconds.
    let twelve: String = fraction.chars().chain(std::iter::repeat('0')).take(12).collect();
    let parts: u64 = twelve.parse().ok()?;
    let seconds = (parts * 864 + 5_000_000_000) / 10_000_000_000;
    let local = date
        .and_time(NaiveTime::MIN)
        .checked_add_signed(chrono::TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?)?;
    Some(Written::Local(local))
}

fn roc(text: &str) -> Option<NaiveDate> {
    let text = text.trim_start_matches("中華").trim_start_matches("中华");
    let text = text.trim_start_matches("民國").trim_start_matches("民国").trim();
    let mut parts = text.split(['/', '-', '.', '年', '月', '日']).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !(1..=3).contains(&year.len()) {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    if year < 1 {
        return None;
    }
    NaiveDate::from_ymd_opt(year + 1911, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(formats: &[&str]) -> Reading {
        Reading {
            formats: formats.iter().map(|text| Format::parse(text).unwrap()).collect(),
            offset: parse_offset("+08:00"),
            precision: Precision::AsWritten,
        }
    }

    #[test]
    fn rfc_3339_stays_as_written() {
        for text in
            ["2006-07-24T00:00:00+02:00", "2017-01-09T09:49:50.000+01:00", "2020-01-01T00:00:00Z"]
        {
            let read = Reading::default().read(text).unwrap();
            assert_eq!((read.text.as_str(), read.precision), (text, "minute"));
        }
    }

    #[test]
    fn each_form_has_its_one_reading() {
        for (formats, text, expected, precision) in [
            (vec![], "2022-03-05", "2022-03-05T00:00:00+08:00", "day"),
            (vec![], "2022/3/5", "2022-03-05T00:00:00+08:00", "day"),
            (vec![], "2022年3月5日", "2022-03-05T00:00:00+08:00", "day"),
            (vec![], "2022-03-05 16:20", "2022-03-05T16:20:00+08:00", "minute"),
            (vec![], "2014-04-14 00:00:00", "2014-04-14T00:00:00+08:00", "minute"),
            (vec![], "2022-03-05 16:20:11.5+09:00", "2022-03-05T16:20:11.500+09:00", "minute"),
            (vec![], "2022-03-05t16:20:11z", "2022-03-05T16:20:11Z", "minute"),
            (vec!["%m/%d/%Y"], "03/04/2022", "2022-03-04T00:00:00+08:00", "day"),
            (vec!["%d/%m/%Y"], "03/04/2022", "2022-04-03T00:00:00+08:00", "day"),
            (vec!["%Y%m%d"], "20220304", "2022-03-04T00:00:00+08:00", "day"),
            (vec!["roc"], "111/03/05", "2022-03-05T00:00:00+08:00", "day"),
            (vec!["roc"], "民國111年3月5日", "2022-03-05T00:00:00+08:00", "day"),
            (vec!["excel"], "44625", "2022-03-05T00:00:00+08:00", "day"),
            (vec!["excel"], "44625.6805555556", "2022-03-05T16:20:00+08:00", "minute"),
        ] {
            let read = reading(&formats).read(text).unwrap();
            assert_eq!((read.text.as_str(), read.precision), (expected, precision), "{text}");
            assert!(parse_rfc3339(&read.text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_has_two_readings_or_none_is_refused() {
        for text in [
            "03/04/2022",
            "5/3/22",
            "44625",
            "111/03/05",
            "2022-02-30",
            "NaN",
            "",
            "上周",
            "2022-13-01",
            "24:00",
            "99999-01-01",
            "2022-03-05T25:00:00+08:00",
            "0000-01-01",
        ] {
            assert!(reading(&[]).read(text).is_err(), "{text}");
        }
        assert!(reading(&["excel"]).read("60").is_err());
        assert!(reading(&["roc"]).read("0/1/1").is_err());
        let no_offset = Reading::default().read("2022-03-05").unwrap_err();
        assert!(no_offset.contains("time.offset"), "{no_offset}");
        assert!(Format::parse("%Q").is_err() && Format::parse("yyyy").is_err());
    }

    #[test]
    fn midnight_can_stand_for_a_day() {
        let reading = Reading { precision: Precision::MidnightIsDay, ..Reading::default() };
        let precision = |text: &str| reading.read(text).unwrap().precision;
        assert_eq!(precision("2014-04-14T00:00:00+02:00"), "day");
        assert_eq!(precision("2014-04-14T00:00:00.000+02:00"), "day");
        assert_eq!(precision("2014-04-14T00:00:00.001+02:00"), "minute");
        assert_eq!(precision("2014-04-14T09:37:17+02:00"), "minute");
    }
}
