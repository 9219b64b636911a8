//! Cron expressions of seven fields: second, minute, hour, day, month, weekday, year (R243). Timers
//! also take five: minute, hour, day, month, weekday.

use crate::clock::{Date, Time};

/// When something happens, in the time zone of the vendor's answers (UTC+8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    second: Field,
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
    year: Field,
}

/// The values of a field, in order; `any` for a field that leaves it open.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    any: bool,
    values: Vec<i64>,
}

const YEARS: (i64, i64) = (1970, 2099);
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split_whitespace().collect();
        let [second, minute, hour, day, month, weekday, year] = parts[..] else {
            return Err(format!("`{text}` has {} fields and not seven.", parts.len()));
        };
        Ok(Self {
            second: Field::read(second, (0, 59), &[], 0)?,
            minute: Field::read(minute, (0, 59), &[], 0)?,
            hour: Field::read(hour, (0, 23), &[], 0)?,
            day: Field::read(day, (1, 31), &[], 0)?,
            month: Field::read(month, (1, 12), &MONTHS, 1)?,
            weekday: Field::read(weekday, (0, 6), &WEEKDAYS, 0)?,
            year: Field::read(year, YEARS, &[], 0)?,
        })
    }

    /// Reads the expression of a timer, of seven or of five fields.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn timer(text: &str) -> Result<Self, String> {
        match text.split_whitespace().count() {
            5 => Self::read(&format!("0 {text} *")),
            7 => Self::read(text),
            count => Err(format!("`{text}` has {count} fields and neither seven nor five.")),
        }
    }

    /// The last moment at which it happens that is after `after` and not after `until`.
    #[must_use]
    pub fn last(&self, after: Time, until: Time) -> Option<Time> {
        let end = until.date();
        let (mut day, first) = (end.day, after.date().day);
        // The last day may be cut short; on any other the last second of the day counts.
        let mut latest = end.second;
        while day >= first {
            if self.is_day(day)
                && let Some(second) = self.last_second(latest)
            {
                let found = Date { day, second }.time();
                return (found > after).then_some(found);
            }
            (day, latest) = (day - 1, 86_399);
        }
        None
    }

    fn is_day(&self, day: i64) -> bool {
        let [year, month, date] = Date { day, second: 0 }.calendar();
        // 1970-01-01 was a Thursday.
        let (dated, weekly) = (self.day.has(date), self.weekday.has((day + 4).rem_euclid(7)));
        // With both given, either is enough.
        let fits = if self.day.any || self.weekday.any { dated && weekly } else { dated || weekly };
        fits && self.month.has(month) && self.year.has(year)
    }

    /// The last second of a day, not after `latest`.
    fn last_second(&self, latest: i64) -> Option<i64> {
        let seconds = |hour: i64, minute: i64| {
            let start = hour * 3600 + minute * 60;
            let rest = self.second.values.iter().rev().map(move |second| start + second);
            rest.filter(|second| *second <= latest).max()
        };
        let hours = self.hour.values.iter().rev();
        let mut moments =
            hours.flat_map(|hour| self.minute.values.iter().rev().map(move |m| (*hour, *m)));
        moments.find_map(|(hour, minute)| seconds(hour, minute))
    }
}

impl Field {
    fn read(text: &str, range: (i64, i64), names: &[&str], base: i64) -> Result<Self, String> {
        let mut values = Vec::new();
        for part in text.split(',') {
            let (span, step) = part.split_once('/').unwrap_or((part, "1"));
            let step: i64 =
                step.parse().ok().filter(|step| *step > 0).ok_or_else(|| {
                    format!("`{part}` has no step that is a whole number above 0.")
                })?;
            let number = |text: &str| number(text, names, base);
            let (low, high) = match span.split_once('-') {
                _ if span == "*" => range,
                Some((low, high)) => (number(low)?, number(high)?),
                None if part.contains('/') => (number(span)?, range.1),
                None => (number(span)?, number(span)?),
            };
            if low < range.0 || high > range.1 || low > high {
                return Err(format!("`{part}` must lie in {} to {}.", range.0, range.1));
            }
            values.extend((low..=high).step_by(usize::try_from(step).unwrap_or(usize::MAX)));
        }
        values.sort_unstable();
        values.dedup();
        Ok(Self { any: text == "*", values })
    }

    fn has(&self, value: i64) -> bool {
        self.any || self.values.binary_search(&value).is_ok()
    }
}

fn number(text: &str, names: &[&str], base: i64) -> Result<i64, String> {
    let named = names.iter().zip(base..).find(|(name, _)| name.eq_ignore_ascii_case(text));
    let read = named.map(|(_, value)| value).or_else(|| text.parse().ok());
    read.ok_or_else(|| format!("`{text}` is no number of this field."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(cron: &str, after: &str, until: &str) -> Option<String> {
        let time = |text: &str| Time::from_local(text).unwrap();
        Cron::read(cron).unwrap().last(time(after), time(until)).map(Time::local)
    }

    #[test]
    fn the_last_moment_is_found() {
        let (after, until) = ("2026-01-01 00:00:00", "2026-03-04 10:20:30");
        for (cron, found) in [
            ("0 0 8 * * * *", "2026-03-04 08:00:00"),
            ("0 0 22 * * * *", "2026-03-03 22:00:00"),
            ("*/20 * * * * * *", "2026-03-04 10:20:20"),
            ("40 * * * * * *", "2026-03-04 10:19:40"),
            ("0 0 8 * * MON-FRI *", "2026-03-04 08:00:00"),
            ("0 0 8 * * SUN,6 *", "2026-03-01 08:00:00"),
            ("0 0 8 31 * * *", "2026-01-31 08:00:00"),
            ("0 0 8 1 * tue *", "2026-03-03 08:00:00"),
            ("0 5/30 9-10 * jan,FEB * 2026", "2026-02-28 10:35:00"),
        ] {
            assert_eq!(last(cron, after, until).as_deref(), Some(found), "{cron}");
        }
        assert_eq!(last("0 0 8 * * * 2025", after, until), None);
        assert_eq!(last("0 0 0 1 1 * *", after, until), None, "not the beginning itself");
    }

    #[test]
    fn wrong_expressions_are_refused() {
        for wrong in [
            "",
            "0 0 8 * * *",
            "0 0 8 * * * * *",
            "60 * * * * * *",
            "0 0 24 * * * *",
            "0 0 8 0 * * *",
            "0 0 8 * FOO * *",
            "0 0 8 * * 7 *",
            "0 0 10-8 * * * *",
            "*/0 * * * * * *",
        ] {
            assert!(Cron::read(wrong).is_err(), "{wrong}");
        }
    }
}
